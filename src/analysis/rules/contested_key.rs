//! Reports keys for which, for some object, `*` and an expression of its own give different values.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::engine::rule::{Check, FindingBuilder, MappingContext, Rule, Sink};
use crate::analysis::object_names::name_objects;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P709",
        name: "contested-key",
        family: Family::Mapping,
        severity: Some(Severity::Warning),
        what: "a key to which `*` and an expression of its own give different values",
        why: "Which of the two values arrives is random, and can change with every run.",
        fix: "Keep one of the two",
    },
    check: Check::Mapping(check),
};

fn check(context: &MappingContext<'_>, sink: &mut Sink<'_>) {
    for cluster in &context.facts.clusters {
        let mut found: BTreeMap<(usize, usize, &str), BTreeSet<usize>> = BTreeMap::new();
        for entity in cluster.entities() {
            for field in &entity.contested {
                let key = (entity.origin.entry, entity.origin.mapping, field.as_str());
                found.entry(key).or_default().insert(entity.origin.object);
            }
        }
        for ((entry, mapping, field), objects) in found {
            let Some((parent, key)) = field.rsplit_once('.') else { continue };
            let star = cluster.expression(entry, Some(mapping), &format!("{parent}.*"));
            let Some(own) = cluster.expression(entry, Some(mapping), field).or(star) else { continue };
            let names = name_objects(cluster, &objects);
            let message = format!(
                "`{field}` has two values for {names}: that of its own expression and that of `*`. Which one arrives is \
                 random."
            );
            let mut draft = FindingBuilder::new(own.span, message).file(cluster.file);
            if let Some(star) = star {
                draft = draft.related_in(cluster.file, star.span, format!("`*` gives `{key}` too"));
            }
            sink.report(
                draft.help(format!("remove `{key}` from one of the two, for example with `del(.{key})` in `*`")),
            );
        }
    }
}
