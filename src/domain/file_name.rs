//! File names for identifiers. An identifier may contain `/`, `\` and `:`, and two may differ only in case; file
//! systems do not allow that. Characters are escaped as in a URL, with `%`, which identifiers cannot contain, so a name
//! maps back to its identifier.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::text::fnv;

/// The maximum length of a stem in bytes: most systems allow names of 255.
const MAX_STEM_BYTES: usize = 200;

/// Device names of Windows, with any extension.
const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2",
    "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// The file name of an identifier, without its extension.
pub fn stem(identifier: &str) -> String {
    stem_with(identifier, |_| false)
}

/// Like [`stem`], and also escapes the characters for which `is_escaped` is true.
fn stem_with(identifier: &str, is_escaped: impl Fn(char) -> bool) -> String {
    let is_device = is_device(identifier);
    let stem = escaped(identifier, |at, c| {
        let is_edge = at == 0 && (c == '.' || is_device);
        is_edge || c.is_control() || c.is_whitespace() || "/\\:*?\"<>|%".contains(c) || is_escaped(c)
    });
    shortened(stem, identifier)
}

/// The file name of every identifier; no two are equal on a case-insensitive file system.
pub fn stems<'i>(identifiers: impl IntoIterator<Item = &'i str>) -> BTreeMap<&'i str, String> {
    let mut stems: BTreeMap<&str, String> = identifiers.into_iter().map(|it| (it, stem(it))).collect();
    let mut alike: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (identifier, stem) in &stems {
        alike.entry(stem.to_lowercase()).or_default().push(identifier);
    }
    for identifier in alike.into_values().filter(|group| group.len() > 1).flatten() {
        let is_escaped = |c: char| c.is_uppercase() || !(c.is_ascii_alphanumeric() || "._-".contains(c));
        stems.insert(identifier, stem_with(identifier, is_escaped));
    }
    stems
}

/// The identifier of a file name; a name that was not escaped is its own identifier.
pub fn identifier_of(stem: &str) -> String {
    let mut bytes = Vec::with_capacity(stem.len());
    let mut rest = stem;
    while let Some(at) = rest.find('%') {
        let digits = rest.get(at + 1..at + 3).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) else { return stem.to_owned() };
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        bytes.push(byte);
        rest = &rest[at + 3..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).unwrap_or_else(|_| stem.to_owned())
}

/// Whether a file with this name would be a Windows device.
pub fn is_device(stem: &str) -> bool {
    let first = stem.split('.').next().unwrap_or(stem);
    DEVICES.iter().any(|device| device.eq_ignore_ascii_case(first))
}

fn escaped(text: &str, must: impl Fn(usize, char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if must(at, c) {
            let mut buffer = [0; 4];
            for byte in c.encode_utf8(&mut buffer).bytes() {
                // Writing to a string cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Shortens a stem to its beginning and a hash. It no longer maps back to its identifier; the file's content has it.
fn shortened(stem: String, identifier: &str) -> String {
    if stem.len() <= MAX_STEM_BYTES {
        return stem;
    }
    let end = (0..=MAX_STEM_BYTES - 18).rev().find(|at| stem.is_char_boundary(*at)).unwrap_or_default();
    let number = fnv::hash(identifier.bytes());
    format!("{}%~{number:016x}", &stem[..end])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn usual_names_stay_as_they_are() {
        for name in ["service", "_team", "k8s.cluster", "Ünïcode", "a@b+c=d", "microService"] {
            assert_eq!(stem(name), name);
        }
        for (identifier, expected) in [
            ("a/b\\c:d", "a%2Fb%5Cc%3Ad"),
            (".hidden", "%2Ehidden"),
            ("..", "%2E."),
            ("con", "%63on"),
            ("Nul.x", "%4Eul.x"),
            ("50%", "50%25"),
        ] {
            assert_eq!(stem(identifier), expected);
            assert_eq!(identifier_of(expected), identifier);
        }
        assert_eq!(identifier_of("100%"), "100%");
        assert_eq!(identifier_of("%é"), "%é");
        assert_eq!(identifier_of("%FF"), "%FF");
    }

    #[test]
    fn names_that_differ_in_case_alone_get_files_of_their_own() {
        let stems = stems(["Service", "SERVICE", "service", "api"]);
        assert_eq!(stems["service"], "service");
        assert_eq!(stems["Service"], "%53ervice");
        assert_eq!(stems["SERVICE"], "%53%45%52%56%49%43%45");
        assert_eq!(stems["api"], "api");
    }

    #[test]
    fn names_that_differ_in_case_alone_are_neither_hidden_nor_devices() {
        let stems = stems([".c", ".C", "con", "CON", "Con"]);
        assert_eq!((stems[".c"].as_str(), stems[".C"].as_str()), ("%2Ec", "%2E%43"));
        assert_eq!([&stems["con"], &stems["CON"], &stems["Con"]], ["%63on", "%43%4F%4E", "%43on"]);
    }

    #[test]
    fn a_long_name_is_cut_and_stays_its_own() {
        let (one, two) = ("注".repeat(100), format!("{}文", "注".repeat(99)));
        assert!(stem(&one).len() <= MAX_STEM_BYTES && stem(&two).len() <= MAX_STEM_BYTES);
        assert_ne!(stem(&one), stem(&two));
    }

    proptest! {
        #![proptest_config(crate::generated_cases::config(256))]

        #[test]
        fn a_stem_tells_its_identifier_and_no_two_are_alike(
            identifiers in proptest::collection::btree_set("[a-cA-CÄäİıß/\\\\:.%@-]{1,5}", 0..12),
        ) {
            let stems = stems(identifiers.iter().map(String::as_str));
            let mut seen = std::collections::BTreeSet::new();
            for (identifier, stem) in stems {
                prop_assert_eq!(identifier_of(&stem), identifier);
                prop_assert!(seen.insert(stem.to_lowercase()), "{}", stem);
                prop_assert!(!stem.contains(['/', '\\', ':']) && !stem.starts_with('.'), "{}", stem);
            }
        }
    }
}
