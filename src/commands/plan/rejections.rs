//! Finds the manifest line for an error of the catalog. Catalogs name the field in the details, in a path inside the
//! message, or not at all; without a field, the line is the entity's.

use crate::catalog::wire::{EntityDraft, Refusal, RelationRef};
use crate::commands::plan::build::BuiltPlan;
use crate::commands::workspace::locate::locate_value;
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::fields::ENTITY_KEYS;
use crate::domain::finding::Place;

pub(crate) fn place(
    planned: &BuiltPlan,
    change: usize,
    draft: &EntityDraft,
    shape: &Blueprint,
    refusal: &Refusal,
) -> Option<Place> {
    let entity = planned.plan.changes.get(change)?.place?;
    let file = planned.manifests.files.get(entity.file.0 as usize)?;
    let path = path(draft, shape, refusal);
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    Some(locate_value(file, planned.manifests.git_host, entity, &path))
}

/// The path of the field, outermost key first; empty if the error names none.
fn path(draft: &EntityDraft, shape: &Blueprint, refusal: &Refusal) -> Vec<String> {
    let detail = |key: &str| refusal.details.as_ref().and_then(|it| it.get(key)?.as_str());
    let of = |part: &str, name: &str| vec![part.to_owned(), name.to_owned()];
    let resource = detail("resource").unwrap_or_default();
    if let Some(path) = refusal.message.as_deref().and_then(path_in) {
        return path;
    }
    if let Some(name) = detail("propertyName") {
        return of("properties", name);
    }
    if let Some(name) = detail("relation") {
        return of("relations", name);
    }
    match (resource.to_ascii_lowercase().as_str(), detail("withValue")) {
        ("relation", Some(name)) => return of("relations", name),
        ("property", Some(name)) => return of("properties", name),
        ("blueprint", Some(_)) => return vec!["blueprint".to_owned()],
        _ => {}
    }
    if refusal.error.contains("ownership") || refusal.error.contains("inheritance") {
        return vec!["team".to_owned()];
    }
    let missing = missing_target(refusal);
    missing.and_then(|target| to_target(draft, shape, &target)).unwrap_or_default()
}

/// Extracts a path that begins with a field of an entity, as from `"properties/tier/0" must be string`.
fn path_in(message: &str) -> Option<Vec<String>> {
    let quoted = message.split('"').skip(1).step_by(2);
    let paths =
        quoted.map(|text| text.trim_start_matches('/').split(['/', '.']).map(str::to_owned).collect::<Vec<_>>());
    let begins = |path: &Vec<String>| match path.first().map(String::as_str) {
        Some("properties" | "relations") => path.len() > 1,
        Some("blueprint") | None => false,
        Some(key) => ENTITY_KEYS.contains(&key),
    };
    paths.into_iter().find(begins)
}

/// The path of the relation to `target`.
fn to_target(draft: &EntityDraft, shape: &Blueprint, target: &str) -> Option<Vec<String>> {
    let is_known = |name: &str| shape.relations.iter().any(|relation| relation.name == name);
    let relations = draft.relations.iter().flatten().filter(|(name, _)| is_known(name));
    relations.into_iter().find_map(|(name, link)| match link {
        RelationRef::One(one) => (one == target).then(|| vec!["relations".to_owned(), name.clone()]),
        RelationRef::Many(many) => {
            let at = many.iter().position(|one| one == target)?;
            Some(vec!["relations".to_owned(), name.clone(), at.to_string()])
        }
        RelationRef::Null | RelationRef::Query(_) => None,
    })
}

/// The entity that the catalog looked up and did not find.
pub(crate) fn missing_target(refusal: &Refusal) -> Option<String> {
    if refusal.status != 404 {
        return None;
    }
    let details = refusal.details.as_ref();
    let resource = details.and_then(|it| it.get("resource")?.as_str());
    if resource.is_some_and(|resource| !resource.eq_ignore_ascii_case("entity")) {
        return None;
    }
    let named = details.and_then(|it| it.get("withValue")?.as_str()).map(str::to_owned);
    // Otherwise the first quoted word: `Entity with identifier "x" was not found`.
    named.or_else(|| Some(refusal.message.as_ref()?.split('"').nth(1)?.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path_of(refusal: &Refusal) -> String {
        let shape = json!({"identifier": "service", "title": "Service", "schema": {"properties": {}}, "relations": {
            "system": {"target": "system", "many": false}, "uses": {"target": "api", "many": true}}});
        let (shape, _) = Blueprint::from_json(shape).expect("a blueprint");
        let draft = EntityDraft {
            relations: Some(vec![
                ("system".to_owned(), RelationRef::One("gone".to_owned())),
                ("uses".to_owned(), RelationRef::Many(vec!["a".to_owned(), "lost".to_owned()])),
            ]),
            ..EntityDraft::default()
        };
        path(&draft, &shape, refusal).join(".")
    }

    #[test]
    fn a_refusal_leads_to_what_it_is_about() {
        let said = |status, error: &str, words: &str, details| {
            let refusal = Refusal::new(status, error, words);
            path_of(&Refusal { details, ..refusal })
        };
        for (words, path) in [
            ("\"properties/tier/0\" must be string", "properties.tier.0"),
            ("must fit: \"/properties/tier\" must be number", "properties.tier"),
            ("\"team\" must be array", "team"),
            ("\"properties\" must have required property 'tier'", ""),
            ("something else", ""),
        ] {
            assert_eq!(said(422, "blueprint_schema_mismatch", words, None), path, "{words}");
        }
        let property = json!({"blueprint": "service", "propertyName": "tier"});
        assert_eq!(said(422, "x", "no", Some(property)), "properties.tier");
        let relation = json!({"blueprint": "service", "relation": "system"});
        assert_eq!(said(422, "required_relation", "no", Some(relation)), "relations.system");
        assert_eq!(path_of(&Refusal::not_found("Relation", "identifier", "sytem")), "relations.sytem");
        assert_eq!(path_of(&Refusal::not_found("Entity", "identifier", "gone")), "relations.system");
        assert_eq!(path_of(&Refusal::not_found("Entity", "identifier", "lost")), "relations.uses.1");
        assert_eq!(said(404, "not_found", "Entity with identifier \"lost\" was not found", None), "relations.uses.1");
        assert_eq!(said(422, "inherited_ownership_enabled", "no", None), "team");
    }
}
