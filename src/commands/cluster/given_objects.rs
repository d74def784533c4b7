//! Reads given Kubernetes objects: manifests, what `kubectl get -o json` prints, or JSON arrays. CRDs among them define kinds.

use std::cell::OnceCell;

use crate::commands::mapping::document::words;
use crate::commands::mapping::objects::name_of;
use crate::domain::document::fault::FaultKind;
use crate::domain::document::span::LineIndex;
use crate::domain::document::tree::Value;
use crate::domain::error_class::ExitClass;
use crate::domain::platform::Platform;
use crate::manifest::{Document, Limits, Reader};
use crate::mapping::definition::Definition;
use crate::mapping::kinds::Kinds;
use crate::mapping::objects::{Arrival, Object, Refusal, Storage, each_object};

/// The limits of a file of objects: a whole cluster may be in one.
const LIMITS: Limits =
    Limits { file_bytes: 256 << 20, document_bytes: 256 << 20, depth: 128, nodes: 20_000_000, copied_nodes: 250_000 };

/// Objects as the API server stores them, with the kinds that they bring.
#[derive(Debug)]
pub struct GivenObjects {
    pub objects: Vec<Object>,
    pub kinds: Kinds,
    /// Objects that the API server refuses.
    pub refused: Vec<RefusedObject>,
    /// The names of the texts that hold no object.
    pub without_objects: Vec<String>,
}

#[derive(Debug)]
pub struct RefusedObject {
    /// The name of its text, as the user typed it, and the line at which it starts.
    pub file: String,
    pub line: usize,
    /// `Entity shop/cart`
    pub name: String,
    pub refusals: Vec<Refusal>,
}

/// A text with its name, as the user typed it.
#[derive(Debug, Clone, Copy)]
pub struct NamedText<'a> {
    pub name: &'a str,
    pub text: &'a str,
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{name}` line {line}: {problem}")]
#[diagnostic(code("unreadable-objects"), help("give manifests, JSON of `kubectl get`, or JSON arrays of objects"))]
pub struct UnreadableObjects {
    name: String,
    line: usize,
    problem: String,
}

impl ExitClass for UnreadableObjects {}

/// Reads the objects of all texts.
pub fn read_objects(
    texts: &[NamedText<'_>],
    platform: &Platform,
    arrival: Arrival<'_>,
) -> Result<GivenObjects, UnreadableObjects> {
    let mut definitions = Vec::new();
    let may_define = |text: &&NamedText<'_>| text.text.contains("CustomResourceDefinition");
    for text in texts.iter().filter(may_define) {
        each_root(text, &mut |root| {
            each_object(root, &mut |object| definitions.extend(Definition::read(object)));
        })?;
    }
    let mut kinds = Kinds::new(platform, &definitions);
    let mut storage = Storage::new(platform, &definitions, arrival);
    let (mut objects, mut refused, mut without_objects) = (Vec::new(), Vec::new(), Vec::new());
    for text in texts {
        let before = objects.len() + refused.len();
        let lines = OnceCell::new();
        each_root(text, &mut |root| {
            each_object(root, &mut |object| match storage.store(object) {
                Ok(object) => objects.push(object),
                Err(refusals) => {
                    let lines = lines.get_or_init(|| LineIndex::new(text.text));
                    let (file, line) = (text.name.to_owned(), lines.line_of(object.span().start as usize));
                    refused.push(RefusedObject { file, line, name: name_of(object), refusals });
                }
            });
        })?;
        if objects.len() + refused.len() == before {
            without_objects.push(text.name.to_owned());
        }
    }
    for object in &objects {
        kinds.add_kind_of_object(&object.group, &object.version, &object.kind);
    }
    Ok(GivenObjects { objects, kinds, refused, without_objects })
}

fn each_root(given: &NamedText<'_>, visit: &mut dyn FnMut(Value<'_>)) -> Result<(), UnreadableObjects> {
    let mut problem = None;
    Reader::new(LIMITS).read_all(given.text, &mut |document| {
        if problem.is_none() {
            problem = unreadable(given, document);
        }
        if let Some(root) = document.view.root().filter(|_| problem.is_none()) {
            visit(root);
        }
    });
    problem.map_or(Ok(()), Err)
}

/// Why kubectl does not read the document.
fn unreadable(given: &NamedText<'_>, document: &Document<'_>) -> Option<UnreadableObjects> {
    let not_json = document.faults.iter().find(|fault| matches!(fault.kind, FaultKind::NotJson { .. }));
    let last = document.faults.last().filter(|_| document.broken);
    let fault = last.or(not_json)?;
    let line = LineIndex::new(given.text).position(given.text, fault.span.start as usize).line;
    Some(UnreadableObjects { name: given.name.to_owned(), line, problem: words(fault) })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::commands::mapping::document::MappingDocument;
    use crate::domain::evaluation::{Evaluation, Outcome};
    use crate::domain::platform::PORT;
    use crate::jq::Limits;
    use crate::mapping::evaluate::Resync;
    use crate::mapping::objects::{Delivery, RefusalReason, UnknownFields};

    const CRD: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: teams.acme.io}
spec:
  group: acme.io
  scope: Cluster
  names: {plural: teams, singular: team, kind: Team}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [size]
            properties:
              size: {type: integer}
              lead: {type: string, default: ann}
              note: {type: string, nullable: true}
---
";

    fn read(text: &str) -> GivenObjects {
        read_by(Delivery::Create, text)
    }

    fn read_by(delivery: Delivery, text: &str) -> GivenObjects {
        let arrival = Arrival { delivery, unknown_fields: UnknownFields::Refused, namespace: Some("shop") };
        read_objects(&[NamedText { name: "o.yaml", text }], &PORT, arrival).expect("it is readable")
    }

    fn team(spec: &str) -> GivenObjects {
        read(&format!("{CRD}apiVersion: acme.io/v1\nkind: Team\nmetadata: {{name: a}}\nspec: {spec}\n"))
    }

    fn run(mapping: &str, given: &GivenObjects) -> Evaluation {
        let document = MappingDocument::read(mapping.to_owned(), None);
        document.evaluate(&Resync {
            kinds: &given.kinds,
            objects: &given.objects,
            known: &[],
            variables: &BTreeMap::new(),
            sends_raw_examples: true,
            now: 0.0,
            limits: Limits::default(),
        })
    }

    #[test]
    fn the_schema_of_a_crd_fills_in_prunes_and_refuses() {
        let given = team("{size: 2, note: null, lead: null}");
        let content = given.objects[1].content.to_json_text();
        assert!(
            content.ends_with(r#""metadata":{"name":"a"},"spec":{"lead":"ann","note":null,"size":2}}"#),
            "{content}"
        );
        let refusal = |spec: &str| {
            let refused = &team(spec).refused[0];
            (refused.name.clone(), refused.refusals[0].field.clone(), refused.refusals[0].reason.clone())
        };
        let name = || "Team a".to_owned();
        let unknown = refusal("{size: 2, x: 1}");
        assert_eq!(unknown, (name(), "spec.x".to_owned(), RefusalReason::UnknownField));
        assert_eq!(refusal("{lead: b}"), (name(), "spec.size".to_owned(), RefusalReason::Missing));
        let expected = RefusalReason::Type { expected: "integer".to_owned() };
        assert_eq!(refusal("{size: 1.5}"), (name(), "spec.size".to_owned(), expected));
    }

    #[test]
    fn the_deliverer_decides_what_becomes_of_nulls() {
        let entity = |spec: &str| {
            format!("apiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: a, namespace: shop}}\nspec: {spec}\n")
        };
        let typed = entity("{blueprint: b, identifier: i, relations: null}");
        let free = entity("{blueprint: b, identifier: i, properties: {x: null, l: [null, {k: null}]}}");
        let stored = |delivery: Delivery, text: &str| {
            let given = read_by(delivery, text);
            given.objects.first().map(|object| object.content.to_json().expect("it is finite")["spec"].to_string())
        };
        let typed_is_stored = |delivery| stored(delivery, &typed).is_some();
        assert!(typed_is_stored(Delivery::Create) && typed_is_stored(Delivery::ClientSideApply));
        let refused = read_by(Delivery::ServerSideApply, &typed).refused.remove(0).refusals;
        let reason = RefusalReason::Type { expected: "object".to_owned() };
        assert_eq!(refused, [Refusal { field: "spec.relations".to_owned(), reason }]);
        for (delivery, properties) in [
            (Delivery::Create, r#"{"l":[null,{"k":null}],"x":null}"#),
            (Delivery::ServerSideApply, r#"{"l":[null,{"k":null}],"x":null}"#),
            (Delivery::ClientSideApply, r#"{"l":[null,{}]}"#),
        ] {
            let spec = stored(delivery, &free).unwrap_or_default();
            assert!(spec.contains(&format!("\"properties\":{properties}")), "{delivery:?}: {spec}");
        }
    }

    #[test]
    fn an_object_without_a_name_is_refused() {
        let refusals = |metadata: &str| {
            let head = "apiVersion: v1\nkind: ConfigMap\nmetadata: ";
            let mut refused = read(&format!("{head}{metadata}\n")).refused;
            refused.pop().map(|object| (object.name, object.refusals))
        };
        let refusal = |field: &str, reason: RefusalReason| vec![Refusal { field: field.to_owned(), reason }];
        let missing = refusal("metadata.name", RefusalReason::Missing);
        for metadata in ["", "{}", "{name: ''}", "{name: null, namespace: shop}"] {
            assert_eq!(
                refusals(metadata),
                Some(("ConfigMap without a name".to_owned(), missing.clone())),
                "{metadata}"
            );
        }
        let number = refusal("metadata.name", RefusalReason::Type { expected: "string".to_owned() });
        assert_eq!(refusals("{name: 123}").map(|(_, refusals)| refusals), Some(number));
        let text = refusal("metadata", RefusalReason::Type { expected: "object".to_owned() });
        assert_eq!(refusals("cart").map(|(_, refusals)| refusals), Some(text));
        for metadata in ["{name: a}", "{generateName: a-}"] {
            assert_eq!(refusals(metadata), None, "{metadata}");
        }
    }

    #[test]
    fn a_discovered_crd_has_the_entry_of_the_exporter() {
        let given = team("{size: 2}");
        let evaluation = run("crdsToDiscover: .spec.group == \"acme.io\"\n", &given);
        let bodies: Vec<String> = evaluation.upserts.iter().map(|entity| entity.body().to_json_text()).collect();
        let expected = r#"{"blueprint":"team","identifier":"a","properties":{"lead":"ann","namespace":null,"size":2},"title":"a"}"#;
        assert_eq!((bodies, evaluation.outcome), (vec![expected.to_owned()], Outcome::Complete));
        // An expression that is evaluated for CRDs may be approximate like any other.
        let evaluation = run("crdsToDiscover: 0 | localtime | true\n", &given);
        let names: Vec<&str> = evaluation.approximations.iter().map(|found| found.name.as_str()).collect();
        assert_eq!(names, ["localtime"]);
        // A failing expression is logged only.
        let evaluation = run("crdsToDiscover: .spec.group\n", &given);
        assert_eq!((evaluation.problems.len(), evaluation.outcome), (1, Outcome::Complete));
    }

    #[test]
    fn an_explicit_key_wins_over_a_star_wherever_it_is() {
        let given = team("{size: 2}");
        for properties in ["{\"*\": .spec, size: '7'}", "{size: '7', \"*\": .spec}"] {
            let head = "resources: [{kind: acme.io/v1/teams, port: {entity: {mappings: [{identifier: .metadata.name, ";
            let mapping =
                format!("{head}blueprint: '\"t\"', properties: {properties}, relations: {properties}}}]}}}}}}]\n");
            let body = run(&mapping, &given).upserts[0].body().to_json_text();
            assert_eq!(body.matches(r#"{"lead":"ann","size":7}"#).count(), 2, "{body}");
        }
    }

    #[test]
    fn lists_of_kubernetes_and_json_arrays_hold_objects() {
        let pod = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "uid": "1"}}"#;
        let list = format!(r#"{{"apiVersion": "v1", "kind": "List", "items": [{pod}, {pod}]}}"#);
        for (text, count) in [(pod.to_owned(), 1), (format!("[{pod}, {pod}, {pod}]"), 3), (list, 2)] {
            assert_eq!(read(&text).objects.len(), count, "{text}");
        }
        let given = read("just: text\n");
        assert!(given.objects.is_empty());
        assert_eq!(given.without_objects, ["o.yaml"]);
    }
}
