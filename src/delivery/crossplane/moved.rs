//! Crossplane's own fields that are in another place, or nowhere, for a kind.

use crate::delivery::crd::definition::Origin;

/// The fields that v2 has below `spec.crossplane`.
const MOVED: [&str; 6] = [
    "compositionRef",
    "compositionSelector",
    "compositionRevisionRef",
    "compositionRevisionSelector",
    "compositionUpdatePolicy",
    "resourceRefs",
];

/// What to do about a field of Crossplane that a kind does not have: `spec.compositionRef`.
pub fn advice(origin: Origin, path: &str) -> Option<String> {
    let field = path.strip_prefix("spec.")?;
    match (origin, field) {
        (Origin::Composite { is_legacy: false }, field) if MOVED.contains(&field) => Some(format!(
            "write it as `spec.crossplane.{field}`: the composite resource is in the form of Crossplane v2"
        )),
        (Origin::Composite { is_legacy: false }, "writeConnectionSecretToRef") => {
            Some("remove it: composite resources of Crossplane v2 write no connection secrets".to_owned())
        }
        (Origin::Composite { is_legacy: false }, "claimRef" | "compositeDeletePolicy") => {
            Some("remove it: composite resources of Crossplane v2 have no claims".to_owned())
        }
        (Origin::Composite { is_legacy: true } | Origin::Claim, "crossplane") => Some(
            "write what is below it directly below `spec`: only composite resources of Crossplane v2 have it"
                .to_owned(),
        ),
        (Origin::Claim, "claimRef" | "resourceRefs") | (Origin::Composite { is_legacy: true }, "resourceRef") => {
            Some("remove it: Crossplane sets it, and for another kind".to_owned())
        }
        (Origin::Composite { is_legacy: true }, "compositeDeletePolicy") => {
            Some("set it in the claim: composite resources do not have it".to_owned())
        }
        (Origin::Composite { .. } | Origin::Claim, "publishConnectionDetailsTo") => {
            Some("remove it: current Crossplane has no external secret stores".to_owned())
        }
        (Origin::Crd | Origin::Composite { .. } | Origin::Claim, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_moved_are_named() {
        let modern = Origin::Composite { is_legacy: false };
        let legacy = Origin::Composite { is_legacy: true };
        for (origin, path, expected) in [
            (modern, "spec.compositionRef", Some("spec.crossplane.compositionRef")),
            (modern, "spec.writeConnectionSecretToRef", Some("no connection secrets")),
            (legacy, "spec.crossplane", Some("directly below `spec`")),
            (Origin::Claim, "spec.crossplane", Some("directly below `spec`")),
            (Origin::Claim, "spec.claimRef", Some("another kind")),
            (legacy, "spec.compositeDeletePolicy", Some("in the claim")),
            (Origin::Crd, "spec.compositionRef", None),
            (modern, "spec.size", None),
            (modern, "spec.net.compositionRef", None),
        ] {
            let found = advice(origin, path);
            assert_eq!(found.is_some(), expected.is_some(), "{path}");
            assert!(found.unwrap_or_default().contains(expected.unwrap_or_default()), "{path}");
        }
    }
}
