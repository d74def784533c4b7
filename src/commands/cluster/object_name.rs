//! Finds the objects of a repository by a name that a person typed: `Entity/shop/cart`, `entities/cart`,
//! `apps/v1/deployments/shop/web`.

use std::collections::BTreeSet;
use std::fmt::Display;

use crate::commands::mapping::objects::{LostObject, ObjectPlace, RefusedObject, RepositoryObjects};
use crate::domain::error_class::ExitClass;
use crate::mapping::kinds::Kinds;
use crate::text::plural::{count, grouped};
use crate::text::suggest::closest;

/// How many names an error lists.
const MAX_LISTED: usize = 5;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum ObjectNameError {
    #[error("`{name}` names no object: expected KIND/NAME or KIND/NAMESPACE/NAME")]
    #[diagnostic(code("not-an-object-name"), help("for example `Entity/shop/cart` or `deployments/web`"))]
    Malformed { name: String },
    #[error("this repository has no object `{name}`")]
    #[diagnostic(code("unknown-object"), help("{help}"))]
    Unknown { name: String, help: String },
    #[error("`{name}` names {number} objects")]
    #[diagnostic(code("ambiguous-object"), help("choose one: {choices}"))]
    Ambiguous { name: String, number: usize, choices: String },
}

impl ExitClass for ObjectNameError {}

/// An object of the repository that a name means.
#[derive(Debug, Clone, Copy)]
pub(crate) enum NamedObject<'a> {
    /// Its index among the stored objects.
    Stored(usize),
    Refused(&'a RefusedObject),
    /// It does not reach the cluster.
    Lost(&'a LostObject),
}

impl<'a> NamedObject<'a> {
    pub fn place(self, found: &'a RepositoryObjects) -> &'a ObjectPlace {
        match self {
            Self::Stored(index) => &found.places[index],
            Self::Refused(refused) => &refused.at,
            Self::Lost(lost) => &lost.at,
        }
    }
}

/// An object with all of its names.
#[derive(Debug, PartialEq, Eq, Clone)]
struct Names {
    group: String,
    version: String,
    kind: String,
    plural: String,
    singular: String,
    namespace: Option<String>,
    name: String,
}

/// The objects that a name means: several only if the repository writes the same object several times.
pub(crate) fn find_objects<'a>(
    typed: &str,
    found: &'a RepositoryObjects,
) -> Result<Vec<NamedObject<'a>>, ObjectNameError> {
    let name = typed.to_owned();
    let parts: Vec<&str> = typed.split('/').collect();
    if !(2..=5).contains(&parts.len()) || parts.iter().any(|part| part.is_empty()) {
        return Err(ObjectNameError::Malformed { name });
    }
    let all = candidates(found);
    // A person may know the name in the file or the one in the cluster.
    let is_meant = |(names, object): &&(Names, NamedObject<'a>)| {
        names.is_meant(&parts) || names.as_written(object.place(found)).is_meant(&parts)
    };
    let chosen: Vec<&(Names, NamedObject<'a>)> = all.iter().filter(is_meant).collect();
    let Some((first, _)) = chosen.first() else {
        return Err(ObjectNameError::Unknown { name, help: near(typed, &parts, &all) });
    };
    if chosen.iter().all(|(names, _)| names == first) {
        return Ok(chosen.into_iter().map(|(_, object)| *object).collect());
    }
    let has_one_kind = chosen
        .iter()
        .all(|(names, _)| names.kind == first.kind && names.group == first.group && names.version == first.version);
    let choices = chosen.iter().map(|(names, _)| if has_one_kind { names.short() } else { names.full() });
    // An object that is written several times is one choice.
    let choices: BTreeSet<String> = choices.collect();
    Err(ObjectNameError::Ambiguous { name, number: choices.len(), choices: listed(choices, "or") })
}

fn candidates(found: &RepositoryObjects) -> Vec<(Names, NamedObject<'_>)> {
    let mut all = Vec::new();
    for (index, object) in found.objects.iter().enumerate() {
        let kind = found.kinds.of_kind(&object.group, &object.version, &object.kind);
        let lower = object.kind.to_lowercase();
        let names = Names {
            group: object.group.clone(),
            version: object.version.clone(),
            kind: object.kind.clone(),
            plural: kind.map_or_else(|| lower.clone(), |kind| kind.plural.to_lowercase()),
            singular: kind.map_or(lower, |kind| kind.singular.to_lowercase()),
            namespace: object.namespace.clone(),
            name: object.name.clone(),
        };
        all.push((names, NamedObject::Stored(index)));
    }
    let refused = found.refused.iter().map(|refused| (refused_names(&refused.at, &found.kinds), refused));
    all.extend(refused.map(|(names, refused)| (names, NamedObject::Refused(refused))));
    let lost = found.lost.iter().map(|lost| (refused_names(&lost.at, &found.kinds), lost));
    all.extend(lost.map(|(names, lost)| (names, NamedObject::Lost(lost))));
    all
}

/// Of an object that is not stored, what its place says.
fn refused_names(at: &ObjectPlace, kinds: &Kinds) -> Names {
    let (kind, namespace, name) = written_name(at);
    let resource = kinds.resembling(kind);
    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
    Names {
        group: text(resource.map(|resource| &resource.group)),
        version: text(resource.map(|resource| &resource.version)),
        kind: kind.to_owned(),
        plural: text(resource.map(|resource| &resource.plural)),
        singular: kind.to_lowercase(),
        namespace: namespace.map(str::to_owned),
        name: name.to_owned(),
    }
}

/// Kind, namespace and name in the file.
fn written_name(at: &ObjectPlace) -> (&str, Option<&str>, &str) {
    let (kind, path) = at.name.split_once(' ').unwrap_or((&at.name, ""));
    match path.split_once('/') {
        Some((namespace, name)) => (kind, Some(namespace), name),
        None => (kind, None, path),
    }
}

impl Names {
    /// The same kind with the name in the file.
    fn as_written(&self, at: &ObjectPlace) -> Self {
        let (_, namespace, name) = written_name(at);
        Self { namespace: namespace.map(str::to_owned), name: name.to_owned(), ..self.clone() }
    }

    fn is_meant(&self, parts: &[&str]) -> bool {
        let of_name = |length: usize| {
            let (kind, name) = parts.split_at_checked(parts.len().checked_sub(length)?)?;
            Some((kind, name))
        };
        [1, 2].into_iter().filter_map(of_name).any(|(kind, name)| self.is_kind(kind) && self.is_name(name))
    }

    fn is_name(&self, parts: &[&str]) -> bool {
        match parts {
            [name] => self.name == *name,
            [namespace, name] => self.name == *name && self.namespace.as_deref() == Some(*namespace),
            _ => false,
        }
    }

    /// `Entity`, `entities.getport.io`, `v1/Entity` or `getport.io/v1/entities`, in any letter case.
    fn is_kind(&self, parts: &[&str]) -> bool {
        let is_named = |text: &str| {
            let text = text.to_lowercase();
            text == self.plural || text == self.singular || text == self.kind.to_lowercase()
        };
        match parts {
            [name] => match name.split_once('.') {
                Some((name, group)) => is_named(name) && self.group == group,
                None => is_named(name),
            },
            [version, name] => *version == self.version && is_named(name),
            [group, version, name] => *group == self.group && *version == self.version && is_named(name),
            _ => false,
        }
    }

    /// `Entity/shop/cart`
    fn short(&self) -> String {
        let namespace = self.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        format!("{}/{namespace}{}", self.kind, self.name)
    }

    /// `getport.io/v1/Entity/shop/cart`
    fn full(&self) -> String {
        let group = if self.group.is_empty() { String::new() } else { format!("{}/", self.group) };
        format!("{group}{}/{}", self.version, self.short())
    }
}

/// What may have been meant.
fn near(typed: &str, parts: &[&str], all: &[(Names, NamedObject<'_>)]) -> String {
    let names = || all.iter().map(|(names, _)| names);
    // The namespace, or no namespace, may be what is wrong.
    let last = parts.last().copied().unwrap_or_default();
    let elsewhere = |names: &&Names| (1..parts.len()).any(|end| names.is_kind(&parts[..end])) && names.name == last;
    let elsewhere: BTreeSet<String> = names().filter(elsewhere).map(Names::short).collect();
    if !elsewhere.is_empty() {
        return format!("did you mean {}?", listed(elsewhere, "or"));
    }
    let of_kind: Vec<&Names> =
        names().filter(|names| (1..parts.len()).any(|end| names.is_kind(&parts[..end]))).collect();
    if of_kind.is_empty() {
        let kinds: BTreeSet<&str> = names().map(|names| names.kind.as_str()).collect();
        return match kinds.is_empty() {
            true => "it has no Kubernetes objects in the files of `manifests.include`".to_owned(),
            false => {
                let found = closest(parts.first().copied().unwrap_or_default(), kinds.iter().copied());
                let hint = found.map(|kind| format!("did you mean the kind `{kind}`? ")).unwrap_or_default();
                format!("{hint}it has objects of {}", listed(kinds, "and"))
            }
        };
    }
    let short: BTreeSet<String> = of_kind.iter().map(|names| names.short()).collect();
    let by_name = closest(last, of_kind.iter().map(|names| names.name.as_str()));
    let by_name = by_name.and_then(|name| of_kind.iter().find(|names| names.name == name)).map(|names| names.short());
    match by_name.as_deref().or_else(|| closest(typed, short.iter().map(String::as_str))) {
        Some(found) => format!("did you mean `{found}`?"),
        None => format!("it has {} of this kind: {}", count(short.len(), "object"), listed(short, "and")),
    }
}

/// The first names, with `and` or `or` before the last one.
fn listed<T: Display>(names: BTreeSet<T>, conjunction: &str) -> String {
    let mut parts: Vec<String> = names.iter().take(MAX_LISTED).map(|name| format!("`{name}`")).collect();
    if names.len() > MAX_LISTED {
        parts.push(format!("{} more", grouped(names.len() - MAX_LISTED)));
    }
    let last = parts.pop().unwrap_or_default();
    if parts.is_empty() { last } else { format!("{} {conjunction} {last}", parts.join(", ")) }
}
