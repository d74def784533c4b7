//! Tests the rules about mappings over real mappings and objects: what fires, where, and what stays silent.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{EvaluatedCluster, cluster_facts};
use crate::analysis::{Analyzer, Evidence, Options, Selection, Snapshot};
use crate::commands::mapping::document::MappingDocument;
use crate::domain::blueprint::Blueprint;
use crate::domain::cluster::{Deliverer, ExporterVersion};
use crate::domain::document::null_places::nulls_in_lists;
use crate::domain::document::tree::Value;
use crate::domain::evaluation::Evaluation;
use crate::domain::finding::{FileId, Finding, Place};
use crate::domain::git_host::GitHost;
use crate::domain::mapping_facts::{MappingFacts, ObjectFacts, ResourceType};
use crate::domain::platform::PORT;
use crate::domain::value::day::Day;
use crate::jq::Limits;
use crate::manifest::{Limits as ReaderLimits, Reader};
use crate::mapping::definition::Definition;
use crate::mapping::evaluate::Resync;
use crate::mapping::kinds::Kinds;
use crate::mapping::objects::{Arrival, Delivery, Object, Storage, UnknownFields, each_object};
use crate::settings::ClusterSettings;

const MAPPING: FileId = FileId(0);
const OBJECTS: FileId = FileId(1);

/// A cluster with its mapping, and the objects of the repository.
struct Scene {
    settings: ClusterSettings,
    mapping: String,
    objects: String,
}

struct Evaluated {
    settings: ClusterSettings,
    document: MappingDocument,
    kinds: Kinds,
    objects: Vec<Object>,
    facts: Vec<ObjectFacts>,
    evaluation: Arc<Evaluation>,
}

impl Scene {
    /// The fields of one mapping over Entities.
    fn of(fields: &str, objects: &str) -> Self {
        let entry = "- kind: getport.io/v1/entities\n  port: {entity: {mappings: [";
        Self::whole(&format!("resources:\n{entry}\n    {{{fields}}}\n    ]}}}}\n"), objects)
    }

    fn whole(mapping: &str, objects: &str) -> Self {
        let settings = ClusterSettings {
            name: "prod".to_owned(),
            line: 1,
            mapping: None,
            state_key: None,
            exporter: ExporterVersion::ASSUMED,
            env: BTreeMap::new(),
            deliverer: Some(Deliverer::Kubectl),
            namespace: Some("shop".to_owned()),
            is_only: true,
        };
        Self { settings, mapping: mapping.to_owned(), objects: objects.to_owned() }
    }

    fn exporter(mut self, version: &str) -> Self {
        self.settings.exporter = ExporterVersion::parse(version).expect("a version");
        self
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.settings.env.insert(name.to_owned(), value.to_owned());
        self
    }

    fn evaluate(&self) -> Evaluated {
        let mut definitions = Vec::new();
        self.each_object(&mut |object| definitions.extend(Definition::read(object)));
        let arrival = Arrival {
            delivery: Delivery::ClientSideApply,
            unknown_fields: UnknownFields::Refused,
            namespace: self.settings.namespace.as_deref(),
        };
        let mut storage = Storage::new(&PORT, &definitions, arrival);
        let mut kinds = Kinds::new(&PORT, &definitions);
        let (mut stored, mut facts) = (Vec::new(), Vec::new());
        self.each_object(&mut |root| {
            let object = storage.store(root).expect("the object is valid");
            kinds.add_kind_of_object(&object.group, &object.version, &object.kind);
            facts.push(object_facts(&object, root));
            stored.push(object);
        });
        let document = MappingDocument::read(self.mapping.clone(), None);
        let evaluation = document.evaluate(&Resync {
            kinds: &kinds,
            objects: &stored,
            known: &[],
            variables: &self.settings.env,
            sends_raw_examples: true,
            now: 0.0,
            limits: Limits::default(),
        });
        Evaluated {
            settings: self.settings.clone(),
            document,
            kinds,
            objects: stored,
            facts,
            evaluation: Arc::new(evaluation),
        }
    }

    fn each_object(&self, visit: &mut dyn FnMut(Value<'_>)) {
        Reader::new(ReaderLimits::default()).read_all(&self.objects, &mut |document| {
            document.view.root().into_iter().for_each(|root| each_object(root, visit));
        });
    }
}

fn object_facts(object: &Object, root: Value<'_>) -> ObjectFacts {
    let name = root.get("metadata").and_then(|metadata| metadata.get("name")).expect("objects have names");
    ObjectFacts {
        place: Place { file: OBJECTS, span: name.span() },
        name: format!("{} {}", object.kind, object.name),
        resource: ResourceType {
            group: object.group.clone(),
            version: object.version.clone(),
            kind: object.kind.clone(),
        },
        is_manifest: object.group == PORT.group,
        nulls_in_lists: nulls_in_lists(root),
    }
}

/// The findings of several clusters over the same objects.
fn findings_of(scenes: &[Scene], snapshot: &Snapshot) -> Vec<Finding> {
    let evaluated: Vec<Evaluated> = scenes.iter().map(Scene::evaluate).collect();
    let clusters = evaluated.iter().map(|it| {
        cluster_facts(EvaluatedCluster {
            settings: &it.settings,
            file: MAPPING,
            document: &it.document,
            kinds: &it.kinds,
            objects: &it.objects,
            object_facts: it.facts.clone(),
            refused: Vec::new(),
            evaluation: &it.evaluation,
        })
    });
    let facts = MappingFacts { clusters: clusters.collect(), is_complete: true };
    let options = Options {
        today: Day::parse("2026-01-01").expect("a day"),
        snapshot_max_age_days: 30,
        git_host: GitHost::Unknown,
        assumed_mappings: Vec::new(),
    };
    let analyzer = Analyzer::new(snapshot, &Selection::default(), &options);
    analyzer.conclude(Vec::new(), Evidence { mapping: Some(&facts), delivery: None }, &|_| true).findings
}

fn findings(scene: Scene) -> Vec<Finding> {
    findings_of(&[scene], &Snapshot::default())
}

/// Checks which rules fire, and over which text.
#[track_caller]
fn check_findings(scene: Scene, expected: &[(&str, &str)]) {
    let texts = [scene.mapping.clone(), scene.objects.clone()];
    let found = findings(scene);
    let shown = |finding: &Finding| {
        let text = finding.place.span.slice(&texts[finding.place.file.0 as usize]).to_owned();
        (finding.rule.name, text)
    };
    let found: Vec<(&str, String)> = found.iter().map(shown).collect();
    let found: Vec<(&str, &str)> = found.iter().map(|(rule, text)| (*rule, text.as_str())).collect();
    assert_eq!(found, expected);
}

const GOOD: &str = "identifier: .spec.identifier, blueprint: .spec.blueprint";

fn entity(name: &str, properties: &str) -> String {
    let head = "---\napiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: ";
    format!("{head}{name}}}\nspec: {{blueprint: service, identifier: {name}, properties: {properties}}}\n")
}

fn cart() -> String {
    entity("cart", "{tier: 1}")
}

#[test]
fn a_good_mapping_is_silent() {
    check_findings(Scene::of(GOOD, &cart()), &[]);
    let stars = format!("{GOOD}, properties: {{'*': '.spec.properties // {{}}'}}");
    check_findings(Scene::of(&stars, &cart()), &[]);
    check_findings(Scene::of(GOOD, ""), &[]);
}

#[test]
fn a_config_that_stops_the_exporter_has_its_place() {
    let list = "identifier: .i, blueprint: .b, properties: {p: [.a]}";
    check_findings(Scene::of(list, &cart()), &[("invalid-mapping", "[.a]")]);
    let missing = "blueprint: .spec.blueprint";
    check_findings(Scene::of(missing, ""), &[("invalid-mapping", "{blueprint: .spec.blueprint}")]);
    check_findings(Scene::of(&format!("{GOOD}, relations: {{r: ~}}"), ""), &[("invalid-mapping", "~")]);
    check_findings(Scene::of(&format!("{GOOD}, relations: {{r: 7}}"), ""), &[("invalid-mapping", "7")]);
    check_findings(Scene::of("identifier: [.a], blueprint: .b", ""), &[("invalid-mapping", "[.a]")]);
    check_findings(Scene::whole("resources: a: b\n", ""), &[("invalid-mapping", "a: b")]);
}

#[test]
fn an_expression_that_does_not_compile_has_a_place_inside() {
    let unknown = "identifier: .spec.identifier, blueprint: .spec | nosuch";
    check_findings(Scene::of(unknown, ""), &[("invalid-expression", "n")]);
    check_findings(Scene::of("identifier: '.spec[', blueprint: .b", ""), &[("invalid-expression", "'")]);
    check_findings(Scene::of("identifier: .i, blueprint: ''", ""), &[("invalid-expression", "''")]);
    let held = "configMap:\n  config: |\n    resources:\n    - kind: v1/pods\n      selector: {query: .a | b}\n      \
                port: {entity: {mappings: [{identifier: .i, blueprint: .b}]}}\n";
    check_findings(Scene::whole(held, ""), &[("invalid-expression", "b")]);
    // Its objects fail too, which is no second finding.
    check_findings(Scene::of(unknown, &cart()), &[("invalid-expression", "n")]);
}

#[test]
fn a_failing_expression_names_its_objects() {
    let objects: String = ["a", "b", "c", "d", "e"].map(|name| entity(name, "{tags: 1}")).concat();
    let scene = Scene::of(&format!("{GOOD}, properties: {{first: '.spec.properties.tags[0]'}}"), &objects);
    let found = findings(scene);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].rule.name, "failing-expression");
    let message = "`properties.first` fails for `Entity a`, `Entity b`, `Entity c` and 2 more: expected an array but \
                   got: number (1).";
    assert_eq!(found[0].message, message);
    assert_eq!(found[0].related.len(), 3);
}

#[test]
fn a_value_of_the_wrong_type_is_reported_once() {
    let wrong = |fields: &str| Scene::of(fields, &cart());
    check_findings(
        wrong("identifier: .spec.nosuch, blueprint: .spec.blueprint"),
        &[("wrong-expression-type", ".spec.nosuch")],
    );
    check_findings(wrong(&format!("{GOOD}, title: '7'")), &[("wrong-expression-type", "'7'")]);
    check_findings(wrong(&format!("{GOOD}, team: .spec.team")), &[("wrong-expression-type", ".spec.team")]);
    check_findings(wrong(&format!("{GOOD}, properties: {{n: nan}}")), &[("wrong-expression-type", "nan")]);
    let star = format!("{GOOD}, relations: {{'*': .spec.relations}}");
    check_findings(wrong(&star), &[("wrong-expression-type", ".spec.relations")]);
    let selector = "resources:\n- kind: getport.io/v1/entities\n  selector: {query: .spec.identifier}\n  port: {entity: \
                    {mappings: [{identifier: .spec.identifier, blueprint: .spec.blueprint}]}}\n";
    check_findings(Scene::whole(selector, &cart()), &[("wrong-expression-type", ".spec.identifier")]);
}

#[test]
fn kinds_resolve_or_not() {
    let of_kind = |kind: &str, objects: &str| {
        let entry = "port: {entity: {mappings: [{identifier: .metadata.name, blueprint: '\"x\"'}]}}";
        Scene::whole(&format!("resources:\n- kind: {kind}\n  {entry}\n"), objects)
    };
    check_findings(of_kind("getport.io/v1/entites", ""), &[("invalid-kind", "getport.io/v1/entites")]);
    check_findings(of_kind("deployments", ""), &[("invalid-kind", "deployments")]);
    check_findings(of_kind("acme.io/v1/teams", ""), &[("unresolved-kind", "acme.io/v1/teams")]);
    check_findings(of_kind("apps/v1/deployments", ""), &[]);
    let team = "apiVersion: acme.io/v1\nkind: Team\nmetadata: {name: a}\n";
    check_findings(of_kind("acme.io/v1/teams", team), &[]);
}

#[test]
fn what_maps_nothing_deletes_everything() {
    check_findings(Scene::whole("resources: []\n", ""), &[("maps-nothing", "[]")]);
    check_findings(Scene::whole("# nothing\n", ""), &[("maps-nothing", "#")]);
    let entry = "resources:\n- kind: v1/pods\n  port: {entity: {}}\n";
    check_findings(Scene::whole(entry, ""), &[("maps-nothing", "kind: v1/pods")]);
}

#[test]
fn a_null_inside_a_list_has_its_own_place() {
    let objects = entity("cart", "{owners: [a, ~], notes: {x: null}}");
    check_findings(Scene::of(GOOD, &objects), &[("null-in-list", "~")]);
    let stored = r#"{"sendRawDataExamples": false, "resources": [{"kind": "getport.io/v1/entities", "port": {"entity":
        {"mappings": [{"identifier": ".spec.identifier", "blueprint": ".spec.blueprint"}]}}}]}"#;
    check_findings(Scene::whole(stored, &objects), &[]);
}

#[test]
fn a_star_beside_a_key_is_contested_only_if_the_values_differ() {
    let star = "'*': .spec.properties";
    let scene = |own: &str| Scene::of(&format!("{GOOD}, properties: {{{star}, {own}}}"), &cart());
    check_findings(scene("tier: '2'"), &[("contested-key", "'2'")]);
    check_findings(scene("tier: .spec.properties.tier"), &[]);
    check_findings(scene("other: '2'"), &[]);
    let relations = format!("{GOOD}, relations: {{'*': '{{tier: 3}}', tier: '2'}}");
    check_findings(Scene::of(&relations, &cart()), &[("contested-key", "'2'")]);
}

#[test]
fn an_object_whose_items_are_scattered_among_those_of_others_is_named_once() {
    let objects = entity("one", "{items: [a, c]}") + &entity("two", "{items: [b]}");
    let items = |fields: &str| {
        let entity = format!("entity: {{mappings: [{{identifier: .item, blueprint: .spec.blueprint, {fields}}}]}}");
        let port = format!("port: {{itemsToParse: .spec.properties.items, {entity}}}");
        Scene::whole(&format!("resources:\n- kind: getport.io/v1/entities\n  {port}\n"), &objects)
    };
    let contested = items("properties: {'*': '{tier: 1}', tier: '2'}");
    let star = items("properties: {'*': '1'}");
    let teams = items("team: '[\"a\"]'").exporter("0.7.2");
    for scene in [contested, star, teams] {
        let found = findings(scene);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].message.contains("`Entity one` and `Entity two`"), "{}", found[0].message);
    }
    let clusters = ["east", "west"].map(|name| {
        let mut scene = items("title: .item");
        scene.settings.name = name.to_owned();
        scene
    });
    let found = findings_of(&clusters, &Snapshot::default());
    assert!(found[0].message.ends_with("`east` and `west`: `Entity one` and `Entity two`."), "{found:#?}");
}

#[test]
fn keys_that_the_exporter_ignores_are_reported() {
    let with = |line: &str| {
        let entry = "port: {entity: {mappings: [{identifier: .metadata.name, blueprint: '\"x\"'}]}}";
        Scene::whole(&format!("{line}\nresources:\n- kind: v1/pods\n  {entry}\n"), "")
    };
    check_findings(with("deleteDependentEntities: true"), &[("ignored-mapping-key", "deleteDependentEntities")]);
    check_findings(with("Statekey: a"), &[("ignored-mapping-key", "Statekey")]);
    check_findings(with("sendRawDataExamples: false"), &[("ignored-mapping-key", "false")]);
    check_findings(with("stateKey: a"), &[]);
}

#[test]
fn features_need_their_exporter() {
    let teams = format!("{GOOD}, team: '[\"a\"]'");
    let too_old = [("exporter-too-old", "'[\"a\"]'")];
    check_findings(Scene::of(&teams, &cart()).exporter("0.7.2"), &too_old);
    check_findings(Scene::of(&teams, &cart()).exporter("0.7.3"), &[]);
    check_findings(Scene::of(&format!("{GOOD}, team: '\"a\"'"), &cart()).exporter("0.5.0"), &[]);
    let items = "resources:\n- kind: v1/pods\n  port:\n    itemsToParse: .spec.containers\n    itemsToParseName: c\n    \
                 entity: {mappings: [{identifier: .c.name, blueprint: '\"x\"'}]}\n";
    check_findings(Scene::whole(items, "").exporter("0.6.2"), &[("exporter-too-old", "c")]);
    check_findings(Scene::whole(items, "").exporter("0.6.3"), &[]);
}

#[test]
fn only_values_that_the_cluster_adds_are_unknown() {
    let reads = |text: &str| Scene::of(&format!("{GOOD}, properties: {{p: '{text}'}}"), &cart());
    for text in [".metadata.uid", ".status.phase", ".metadata | .creationTimestamp"] {
        let quoted = format!("'{text}'");
        check_findings(reads(text), &[("cluster-only-value", quoted.as_str())]);
    }
    for text in [".metadata.labels.uid", ".spec.status", ".metadata.name", "{uid: 1} | .uid"] {
        check_findings(reads(text), &[]);
    }
    let label = r#".metadata.labels["app.kubernetes.io/instance"]"#;
    let quoted = format!("'{label}'");
    check_findings(reads(label), &[("cluster-only-value", quoted.as_str())]);
    // Manifests may set this label.
    let own = cart().replace("{name: cart}", "{name: cart, labels: {app.kubernetes.io/instance: shop}}");
    check_findings(Scene::of(&format!("{GOOD}, properties: {{p: '{label}'}}"), &own), &[]);
    // No object of the kind is here, so nothing is missing here.
    let pods = "resources:\n- kind: v1/pods\n  port: {entity: {mappings: [{identifier: .metadata.uid, blueprint: \
                '\"x\"'}]}}\n";
    check_findings(Scene::whole(pods, ""), &[]);
}

#[test]
fn variables_are_seen_hidden_unknown_or_changed() {
    let reads = |name: &str| Scene::of(&format!("{GOOD}, properties: {{p: 'env.{name}'}}"), &cart());
    let messages = |scene: Scene| {
        findings(scene).into_iter().map(|finding| (finding.rule.name, finding.message)).collect::<Vec<_>>()
    };
    assert_eq!(messages(reads("CLUSTER_NAME").env("CLUSTER_NAME", "prod")), []);
    let cases = [
        (reads("CLUSTER_NAME"), "The variable `CLUSTER_NAME` is not known for cluster `prod`, so it is null here."),
        (reads("HOME").env("HOME", "/root"), "The exporter's allow list hides the variable `HOME`, so it is null."),
        (reads("HOME"), "The exporter's allow list hides the variable `HOME`, so it is null."),
        (
            reads("PORT_URL").env("PORT_URL", "http://h/?a=b"),
            "The exporter changes the variable `PORT_URL`: expressions see `http://h/?a` instead of `http://h/?a=b`.",
        ),
    ];
    for (scene, message) in cases {
        assert_eq!(messages(scene), [("hidden-variable", message.to_owned())]);
    }
}

/// Entries with a selector by blueprint.
fn selecting(blueprints: &[&str]) -> String {
    let entry = |blueprint: &&str| {
        let selector = format!("{{query: .spec.blueprint == \"{blueprint}\"}}");
        format!(
            "- kind: getport.io/v1/entities\n  selector: {selector}\n  port: {{entity: {{mappings: [{{{GOOD}}}]}}}}\n"
        )
    };
    format!("resources:\n{}", blueprints.iter().map(entry).collect::<String>())
}

#[test]
fn entries_and_manifests_without_each_other_are_reported() {
    let team = entity("infra", "{}").replace("service", "team");
    let objects = cart() + &team;
    check_findings(Scene::whole(&selecting(&["service", "team"]), &objects), &[]);
    check_findings(Scene::whole(&selecting(&["service"]), &objects), &[("unmapped-entity", "infra")]);
    let unused = ("unused-mapping-entry", ".spec.blueprint == \"nosuch\"");
    check_findings(Scene::whole(&selecting(&["service", "team", "nosuch"]), &objects), &[unused]);
    // None at all: one finding of the mapping.
    let found = [("unmapped-entity", "getport.io/v1/entities"), unused];
    check_findings(Scene::whole(&selecting(&["nosuch"]), &objects), &found);
    // Another cluster has it.
    let scenes = ["service", "team"].map(|blueprint| Scene::whole(&selecting(&[blueprint]), &objects));
    assert_eq!(findings_of(&scenes, &Snapshot::default()).len(), 0);
}

#[test]
fn an_object_that_gives_an_entity_twice_has_both_places() {
    // Two mappings of one object may complement each other.
    let both = |second: &str| {
        let second = format!("{GOOD}, properties: {second}");
        Scene::of(&format!("{GOOD}, properties: {{a: '1'}}}}, {{{second}"), &cart())
    };
    check_findings(both("{b: '2'}"), &[]);
    check_findings(both("{a: '1'}"), &[]);
    check_findings(both("{a: '2'}"), &[("mapped-twice", "'2'")]);
    let clusters = ["one", "two"].map(|name| {
        let mut scene = Scene::of(GOOD, &cart());
        scene.settings.name = name.to_owned();
        scene
    });
    let found = findings_of(&clusters, &Snapshot::default());
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].message, "`service` `cart` comes from two clusters, `one` and `two`: `Entity cart`.");
}

#[test]
fn an_approximate_expression_is_an_information() {
    let scene = Scene::of(&format!("{GOOD}, properties: {{at: 'now | localtime | mktime'}}"), &cart());
    let found = findings(scene);
    assert!(found.iter().all(|finding| finding.rule.name == "approximate-expression"), "{found:#?}");
    assert_eq!(found.len(), 2);
}

#[test]
fn a_cycle_of_relations_is_found_through_the_blueprints() {
    let blueprint = r#"{"identifier": "service", "title": "Service", "schema": {"properties": {}}, "relations":
        {"uses": {"target": "service", "required": false, "many": true}}}"#;
    let json: serde_json::Value = serde_json::from_str(blueprint).expect("it is JSON");
    let snapshot = || Snapshot::new(vec![Blueprint::from_json(json.clone()).expect("a blueprint").0]);
    let using =
        |name: &str, uses: &str| entity(name, "{}").replace("}\n", &format!(", relations: {{uses: {uses}}}}}\n"));
    let lint = |objects: &str, flag: &str| {
        let relations = format!("{GOOD}, relations: {{uses: .spec.relations.uses}}");
        let mut scene = Scene::of(&relations, objects);
        scene.mapping.insert_str(0, flag);
        findings_of(&[scene], &snapshot())
    };
    let cycle = using("a", "[b]") + &using("b", "[a]");
    let found = lint(&cycle, "");
    assert_eq!((found.len(), found[0].rule.name), (1, "relation-cycle"), "{found:#?}");
    assert!(found[0].message.contains("`service` `a` → `service` `b` → `service` `a`"), "{}", found[0].message);
    assert_eq!(lint(&cycle, "createMissingRelatedEntities: true\n").len(), 0);
    assert_eq!(lint(&(using("a", "[b]") + &using("b", "[c]")), "").len(), 0);
    assert_eq!(lint(&using("a", "[a]"), "").len(), 0);
}
