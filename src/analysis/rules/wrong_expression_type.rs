//! Reports expressions that give a value of the wrong type for objects of this repository: a selector that is not boolean, a text that is not a string. Also `*` over a value that is not an object, which the exporter sends as a key named `*`.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::engine::rule::{Check, FindingBuilder, MappingContext, Rule, Sink};
use crate::analysis::failed_objects::{Failed, failed_objects};
use crate::analysis::object_names::{name_objects, point_at_objects};
use crate::domain::evaluation::{Problem, ProblemClass};
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::domain::mapping_facts::ClusterFacts;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P704",
        name: "wrong-expression-type",
        family: Family::Mapping,
        severity: Some(Severity::Error),
        what: "an expression whose value has a type that the exporter does not accept",
        why: "The exporter sends nothing of such an object, and while one fails, it deletes nothing of any kind.",
        fix: "Make the expression give the expected type for every object that the entry selects",
    },
    check: Check::Mapping(check),
};

fn check(context: &MappingContext<'_>, sink: &mut Sink<'_>) {
    for cluster in &context.facts.clusters {
        let is_type = |problem: &Problem| matches!(problem.cause, ProblemClass::Type | ProblemClass::NullIdentifier);
        for Failed { problem, span, objects } in failed_objects(cluster, is_type) {
            let field = problem.field.as_deref().unwrap_or_default();
            let names = name_objects(cluster, &objects);
            let message = match problem.message.strip_prefix("json: unsupported value: ") {
                Some(number) => format!("`{field}` is {number} for {names}, which JSON does not have."),
                None => format!("`{field}` {} for {names}.", problem.message),
            };
            let help = match field {
                "selector.query" => "compare, so that the result is true or false",
                "identifier" | "blueprint" => "select only objects that have the value: `selector.query`",
                "title" | "icon" => "give a text for every object, for example with `// \"\"`",
                "team" => "give a string or a list of strings, for example with `// []`",
                "port.itemsToParse" | "glint.itemsToParse" => "give a list for every object, for example with `// []`",
                _ => "give another value for these objects",
            };
            let draft = FindingBuilder::new(span, message).file(cluster.file);
            sink.report(point_at_objects(draft, cluster, &objects).help(help));
        }
        report_stars(cluster, sink);
    }
}

fn report_stars(cluster: &ClusterFacts, sink: &mut Sink<'_>) {
    let mut found: BTreeMap<(usize, usize, &str), BTreeSet<usize>> = BTreeMap::new();
    for entity in cluster.entities() {
        for (field, entries) in [("properties.*", &entity.properties), ("relations.*", &entity.relations)] {
            if entries.contains_key("*") {
                let origin = &entity.origin;
                found.entry((origin.entry, origin.mapping, field)).or_default().insert(origin.object);
            }
        }
    }
    for ((entry, mapping, field), objects) in found {
        let Some(expression) = cluster.expression(entry, Some(mapping), field) else { continue };
        let names = name_objects(cluster, &objects);
        let message =
            format!("`{field}` is not an object for {names}, so a key named `*` is sent, which the catalog rejects.");
        let draft = FindingBuilder::new(expression.span, message).file(cluster.file);
        let help = "give an object for every object, for example with `// {}`";
        sink.report(point_at_objects(draft, cluster, &objects).help(help));
    }
}
