//! Random repositories, mappings and owned entities: mostly such as people write, with a share of what goes wrong.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::config::{Config, Entry, Form, Mapping, Slot};
use super::dice::Dice;
use super::expressions::{Expression, PATHS, PLAIN, Path, Shape, TEMPLATES};
use super::objects::{CLUSTER_ENTITY, CONFIG_MAP, DEPLOYMENT, ENTITY, GADGET, Kind, UNRESOLVED};

/// A repository with its mapping, and what the exporter owns.
#[derive(Debug, Clone)]
pub struct Case {
    pub config: Config,
    /// Each with the number of its file.
    pub manifests: Vec<(usize, Json)>,
    /// Whether the CRD of `Gadget` is among the objects.
    pub has_gadgets: bool,
    pub variables: BTreeMap<String, String>,
    /// `(blueprint, identifier)`
    pub known: Vec<(String, String)>,
    /// Port answers with `sendRawDataExamples: false`.
    pub without_examples: bool,
    /// Flux applies the manifests, on the server.
    pub by_flux: bool,
}

/// Makes the parts of a case.
pub struct Generator {
    pub dice: Dice,
    /// One in how many things goes wrong; 0: nothing does.
    pub trouble: usize,
    /// The kinds that most objects and entries have.
    usual: Vec<Kind>,
    /// Whether the mapped entities fit the blueprints of the tests, unless something goes wrong.
    fits: bool,
}

const USUAL: [Kind; 8] = [ENTITY, ENTITY, ENTITY, ENTITY, CLUSTER_ENTITY, CONFIG_MAP, DEPLOYMENT, GADGET];

const NAMES: [&str; 8] = ["cart", "stock", "pay", "web", "mail", "a-b-c", "data", "cat"];
const BLUEPRINTS: [&str; 3] = ["service", "system", "component"];

impl Generator {
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let trouble = [0, 0, 40, 15, 5][dice.below(5)];
        let usual = (0..dice.between(1, 2)).map(|_| *dice.pick(&USUAL)).collect();
        Self { dice, trouble, usual, fits: false }
    }

    /// A case whose entities the catalog mostly takes.
    pub fn fitting_case(&mut self) -> Case {
        self.fits = true;
        self.usual[0] = ENTITY;
        let mut case = self.case();
        if !self.dice.one_in(6) {
            // One entry for each kind, so that few objects are one entity.
            let mut kinds = std::collections::BTreeSet::new();
            case.config.entries.retain(|entry| match &entry.kind {
                Slot::Expression(expression) => {
                    kinds.insert(expression.text.to_lowercase().chars().take(16).collect::<String>())
                }
                Slot::Absent | Slot::Null | Slot::Scalar(_) | Slot::Map(_) | Slot::List(_) => true,
            });
            case.config
                .entries
                .iter_mut()
                .filter_map(|entry| entry.mappings.as_mut())
                .for_each(|them| them.truncate(1));
        }
        case.without_examples = false;
        case.config.in_flow_style = false;
        // Some relations point to what other manifests declare.
        for at in 0..case.manifests.len() {
            let (_, other) = &case.manifests[self.dice.below(case.manifests.len())];
            let name = self.dice.pick(&[&other["metadata"]["name"], &other["spec"]["identifier"]]).as_str();
            let name = name.unwrap_or("cart").trim_matches('"').to_owned();
            if let Some(relations) = case.manifests[at].1["spec"].get_mut("relations").and_then(Json::as_object_mut) {
                if self.dice.one_in(2) && relations.contains_key("system") {
                    relations.insert("system".to_owned(), json!(name));
                } else if self.dice.one_in(2) && relations.contains_key("dependsOn") {
                    relations.insert("dependsOn".to_owned(), json!([name, "cart"]));
                }
            }
        }
        case
    }

    fn goes_wrong(&mut self) -> bool {
        self.trouble != 0 && self.dice.one_in(self.trouble)
    }

    pub fn case(&mut self) -> Case {
        let has_gadgets = self.usual.contains(&GADGET) || self.dice.one_in(3);
        let count = if self.fits { self.dice.between(1, 8) } else { self.dice.between(0, 7) };
        let manifests = (0..count).map(|number| (self.dice.below(3), self.manifest(number, has_gadgets))).collect();
        let mut variables = BTreeMap::new();
        for (name, value) in [("CLUSTER_NAME", "prod=eu"), ("REGION", "west"), ("PORT_CLIENT_ID", "id")] {
            if self.dice.one_in(2) {
                variables.insert(name.to_owned(), value.to_owned());
            }
        }
        let config = self.config(has_gadgets);
        let known = (0..self.dice.below(4)).map(|_| {
            let blueprint = (*self.dice.pick(&BLUEPRINTS)).to_owned();
            (blueprint, (*self.dice.pick(&["old", "cart", "x-cart", "Cart", "web"])).to_owned())
        });
        let known = known.collect();
        let (without_examples, by_flux) = (self.dice.one_in(5), self.dice.one_in(4));
        Case { config, manifests, has_gadgets, variables, known, without_examples, by_flux }
    }

    /// A kind whose objects the cluster takes.
    fn kind(&mut self, has_gadgets: bool) -> Kind {
        if self.fits && !self.dice.one_in(3) {
            return ENTITY;
        }
        let kind =
            if self.dice.one_in(5) { *self.dice.pick(&USUAL) } else { self.usual[self.dice.below(self.usual.len())] };
        if kind == GADGET && !has_gadgets { ENTITY } else { kind }
    }

    fn name(&mut self) -> &'static str {
        NAMES[self.dice.below(NAMES.len())]
    }

    fn manifest(&mut self, number: usize, has_gadgets: bool) -> Json {
        let kind = self.kind(has_gadgets);
        let mut metadata = Map::new();
        // Two objects of one kind have different names, as in a cluster.
        metadata.insert("name".to_owned(), json!(format!("{}{number}", self.name())));
        if kind.is_namespaced {
            metadata.insert("namespace".to_owned(), json!(*self.dice.pick(&["shop", "infra"])));
        }
        if self.dice.one_in(2) {
            let labels = json!({"team": self.name(), "app": "x"});
            metadata.insert("labels".to_owned(), labels);
        }
        let mut manifest = json!({"apiVersion": kind.api_version, "kind": kind.name, "metadata": metadata});
        match kind {
            CONFIG_MAP => {
                let mut data = json!({"app.conf": "a=1"});
                if self.dice.one_in(2) {
                    data["owner"] = json!(self.name());
                }
                manifest["data"] = data;
            }
            DEPLOYMENT => {
                let labels = json!({"app": "x"});
                let containers = json!([{"name": "c", "image": "registry.example.com/c:1"}]);
                manifest["spec"] = json!({
                    "replicas": self.dice.between(0, 3),
                    "selector": {"matchLabels": labels},
                    "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
                });
            }
            GADGET => manifest["spec"] = self.gadget(),
            _ => manifest["spec"] = self.entity(number),
        }
        if self.goes_wrong() && matches!(kind, ENTITY | CLUSTER_ENTITY | GADGET) {
            match self.dice.below(5) {
                0 => manifest["spec"] = Json::Null,
                1 => manifest["extra"] = json!(1),
                2 => manifest["spec"]["title"] = json!("Cart"),
                3 => manifest["spec"]["identifier"] = self.odd_value(),
                _ => manifest["spec"]["properties"] = Json::Null,
            }
        }
        manifest
    }

    fn gadget(&mut self) -> Json {
        let mut spec = json!({"size": self.dice.below(5)});
        for key in ["lead", "note", "plain"] {
            match self.dice.below(4) {
                0 => spec[key] = Json::Null,
                1 => spec[key] = json!(self.name()),
                _ => {}
            }
        }
        if self.dice.one_in(2) {
            spec["more"] = json!({"a": 1, "b": null, "c": {"d": null}});
        }
        if self.goes_wrong() {
            spec[*self.dice.pick(&["size", "lead", "more"])] = self.odd_value();
        }
        spec
    }

    fn entity(&mut self, number: usize) -> Json {
        let name = self.name();
        let identifier = match self.dice.below(6) {
            0 => name.to_owned(),
            1 => format!("\"{name}{number}\""),
            2 => format!("é{name}{number}"),
            _ => format!("{name}{number}"),
        };
        let mut properties = Map::new();
        let mut set = |key: &str, value: Json| properties.insert(key.to_owned(), value);
        if self.dice.one_in(2) {
            set("language", json!(*self.dice.pick(&["go", "rust", "a-b-c", "", "cart", "7"])));
        }
        if self.dice.one_in(2) {
            set("tier", self.dice.pick(&[json!(1), json!(2), json!(3), json!(2.5), json!(2.0), json!(-4)]).clone());
        }
        if self.dice.one_in(2) {
            set("public", json!(self.dice.one_in(2)));
        }
        if self.dice.one_in(2) {
            let tags: Vec<&str> = (0..self.dice.below(3)).map(|_| self.name()).collect();
            set("tags", json!(tags));
        }
        if self.dice.one_in(2) {
            let parts: Vec<Json> =
                (0..self.dice.below(3)).map(|_| json!({"name": self.name(), "size": self.dice.below(4)})).collect();
            set("parts", json!(parts));
        }
        if self.dice.one_in(3) {
            set(
                "extra",
                self.dice.pick(&[json!({}), json!({"b": 1, "a": "x"}), json!({"a": null, "c": {"d": [1]}})]).clone(),
            );
        }
        if self.dice.one_in(3) && (!self.fits || self.goes_wrong()) {
            let mixed = self.odd_value();
            set("mixed", mixed);
        }
        if self.goes_wrong() {
            let key = *self.dice.pick(&["language", "tier", "public", "tags", "parts", "extra"]);
            let value = self.odd_value();
            set(key, value);
        }
        let mut spec =
            json!({"identifier": identifier, "blueprint": *self.dice.pick(&BLUEPRINTS), "properties": properties});
        if self.dice.one_in(2) {
            let mut relations = json!({});
            if self.dice.one_in(2) {
                relations["system"] = json!(self.name());
            }
            if self.dice.one_in(2) {
                relations["dependsOn"] = json!([self.name(), self.name()]);
            }
            spec["relations"] = relations;
        }
        spec
    }

    fn odd_value(&mut self) -> Json {
        let values = [
            json!(null),
            json!(0),
            json!(1.5),
            json!(9_007_199_254_740_993_i64),
            json!(true),
            json!(""),
            json!("\"quoted\""),
            json!("ünï \"x\" <&>"),
            json!([]),
            json!([1, "a", [2, [3]]]),
            json!([{"name": "n", "k": null}]),
            json!({}),
            json!({"name": "n", "a": {"b": null}}),
            json!([null, 1]),
        ];
        // A null in a list ends the process, so it is rare.
        let end = if self.dice.one_in(8) { values.len() } else { values.len() - 1 };
        values[self.dice.below(end)].clone()
    }

    fn config(&mut self, has_gadgets: bool) -> Config {
        let form = *self.dice.pick(&[Form::File, Form::File, Form::Helm, Form::Stored]);
        let mut entries: Vec<Entry> = (0..self.dice.between(1, 4)).map(|_| self.entry(form, has_gadgets)).collect();
        // Entries of one kind are common.
        if self.dice.one_in(3) {
            let kind = entries[0].kind.clone();
            entries.iter_mut().for_each(|entry| entry.kind = kind.clone());
        }
        let resources = if self.goes_wrong() { *self.dice.pick(&["Resources", "resource"]) } else { "resources" };
        if self.goes_wrong() {
            entries.clear();
        }
        let is_stored = form == Form::Stored;
        let lists = [vec![], vec!["REGION".to_owned()], vec!["^P".to_owned(), "NAME".to_owned()]];
        Config {
            form,
            resources,
            entries,
            raw_examples: self.dice.one_in(4).then(|| self.dice.one_in(2)),
            allowed: self.dice.one_in(4).then(|| self.dice.pick(&lists).clone()),
            allow_all: (is_stored && self.dice.one_in(5)).then(|| self.dice.one_in(2)),
            in_flow_style: self.dice.one_in(4),
        }
    }

    fn entry(&mut self, form: Form, has_gadgets: bool) -> Entry {
        let kind = self.kind(has_gadgets);
        let spelling = if self.goes_wrong() { *self.dice.pick(&UNRESOLVED) } else { *self.dice.pick(kind.spellings) };
        let spelled = Slot::Expression(Expression::named(spelling));
        let has_items = kind == ENTITY && self.dice.one_in(5);
        let items = if has_items { self.expression(Shape::Parts, kind) } else { Slot::Absent };
        let items = match items {
            // An absent list is an error, so that it is replaced by an empty one in most mappings.
            Slot::Expression(_) if !self.goes_wrong() => Slot::Expression(Expression::parts()),
            other => other,
        };
        let mut entry = Entry {
            kind: spelled,
            selector: if self.dice.one_in(if self.fits { 5 } else { 3 }) {
                self.expression(Shape::Flag, kind)
            } else {
                Slot::Absent
            },
            items,
            items_name: (has_items && self.dice.one_in(3)).then(|| "part".to_owned()),
            mappings: Some((0..self.dice.between(1, 2)).map(|_| self.mapping(form, kind, has_items)).collect()),
        };
        if self.goes_wrong() {
            match self.dice.below(6) {
                0 => entry.kind = Slot::Absent,
                1 => entry.mappings = None,
                2 => entry.selector = self.odd_slot(form),
                3 => entry.items = self.odd_slot(form),
                4 => entry.mappings = Some(Vec::new()),
                _ => entry.selector = Slot::Expression(Expression::empty()),
            }
        }
        entry
    }

    fn mapping(&mut self, form: Form, kind: Kind, has_items: bool) -> Mapping {
        let identifier = if has_items && self.dice.one_in(2) {
            Slot::Expression(Expression::item_name())
        } else {
            self.identifier(kind)
        };
        let blueprint = match kind {
            ENTITY | CLUSTER_ENTITY if self.dice.one_in(2) => plain(".spec.blueprint"),
            _ => Slot::Expression(Expression::constant(json!(*self.dice.pick(&BLUEPRINTS)))),
        };
        let optional = |this: &mut Self, shape: Shape| {
            if this.dice.one_in(3) { this.expression(shape, kind) } else { Slot::Absent }
        };
        let title = optional(self, Shape::Text);
        let icon = optional(self, Shape::Text);
        let team_shape = *self.dice.pick(&[Shape::Text, Shape::Texts]);
        let team = match optional(self, team_shape) {
            Slot::Expression(_) if team_shape == Shape::Texts => Slot::Expression(Expression::tags()),
            Slot::Expression(_) if self.fits => Slot::Expression(Expression::team()),
            other => other,
        };
        let mut mapping =
            Mapping { identifier, title, blueprint, icon, team, properties: Vec::new(), relations: Vec::new() };
        for name in ["tier", "language", "public", "tags", "size", "cluster"] {
            if self.dice.one_in(3) {
                let slot = self.property(name, kind);
                mapping.properties.push((name.to_owned(), slot));
            }
        }
        if self.dice.one_in(4) {
            let slot = if self.fits {
                Slot::Expression(Expression::all("properties"))
            } else {
                self.expression(Shape::Map, kind)
            };
            mapping.properties.push(("*".to_owned(), slot));
        }
        for name in ["system", "dependsOn"] {
            if self.dice.one_in(3) {
                let slot = self.relation(name, kind);
                mapping.relations.push((name.to_owned(), slot));
            }
        }
        if self.dice.one_in(8) {
            let slot = if self.fits {
                Slot::Expression(Expression::all("relations"))
            } else {
                self.expression(Shape::Map, kind)
            };
            mapping.relations.push(("*".to_owned(), slot));
        }
        if self.goes_wrong() {
            let slot = self.odd_slot(form);
            match self.dice.below(8) {
                0 => mapping.identifier = slot,
                1 => mapping.title = slot,
                2 => mapping.blueprint = slot,
                3 => mapping.team = slot,
                4 => mapping.icon = slot,
                5 | 6 => mapping.properties.push(("odd".to_owned(), slot)),
                _ => mapping.relations.push(("odd".to_owned(), slot)),
            }
        }
        mapping
    }

    fn identifier(&mut self, kind: Kind) -> Slot {
        if self.dice.one_in(if self.fits { 12 } else { 4 }) {
            return self.expression(Shape::Text, kind);
        }
        match kind {
            ENTITY | CLUSTER_ENTITY if self.dice.one_in(2) => plain(".spec.identifier"),
            _ => plain(".metadata.name"),
        }
    }

    fn property(&mut self, name: &str, kind: Kind) -> Slot {
        if name == "cluster" {
            let name = *self.dice.pick(&["CLUSTER_NAME", "REGION", "PORT_CLIENT_ID"]);
            let spelling = *self.dice.pick(&["env", "$ENV"]);
            return Slot::Expression(Expression::variable(name, spelling));
        }
        if self.fits && !self.goes_wrong() {
            let shape = match name {
                "language" => *self.dice.pick(&[Shape::Text, Shape::MaybeText]),
                "public" => Shape::Flag,
                "tags" => Shape::Texts,
                _ => Shape::Number,
            };
            return self.expression(shape, kind);
        }
        let shapes = [Shape::Text, Shape::MaybeText, Shape::Number, Shape::Flag, Shape::Texts, Shape::Map, Shape::Any];
        let shape = *self.dice.pick(&shapes);
        self.expression(shape, kind)
    }

    fn relation(&mut self, name: &str, kind: Kind) -> Slot {
        if self.fits && !self.goes_wrong() {
            let texts = [".spec.relations.system", ".metadata.labels.team", ".spec.missing", ".spec.relations.system"];
            return match (name, self.dice.below(4)) {
                ("system", at) => plain(texts[at]),
                (_, 0) => Slot::List(vec![Slot::Expression(Expression::team())]),
                (_, 1) => Slot::List(Vec::new()),
                (_, _) => plain(".spec.relations.dependsOn"),
            };
        }
        match self.dice.below(6) {
            0 => Slot::Map(vec![
                ("combinator".to_owned(), Slot::Expression(Expression::constant(json!("and")))),
                (
                    "rules".to_owned(),
                    Slot::List(vec![Slot::Map(vec![
                        ("property".to_owned(), Slot::Expression(Expression::constant(json!("$title")))),
                        ("value".to_owned(), self.expression(Shape::Text, kind)),
                    ])]),
                ),
            ]),
            1 => Slot::List(vec![self.expression(Shape::Text, kind), self.expression(Shape::Text, kind)]),
            _ if name == "system" => self.expression(Shape::MaybeText, kind),
            _ => self.expression(Shape::Texts, kind),
        }
    }

    /// An expression that gives the shape for every usual object of the kind, or any expression if something goes wrong.
    fn expression(&mut self, shape: Shape, kind: Kind) -> Slot {
        if self.goes_wrong() {
            let template = &TEMPLATES[self.dice.below(TEMPLATES.len())];
            let path = &PATHS[self.dice.below(PATHS.len())];
            return Slot::Expression(Expression::new(template, path));
        }
        let fits = |path: &&Path| path.shape != Shape::Any && (path.shape != Shape::Text || is_text(path, kind));
        let paths: Vec<&Path> = PATHS.iter().filter(fits).collect();
        let templates: Vec<_> = TEMPLATES.iter().filter(|it| it.gives == shape && !it.on.is_empty()).collect();
        for _ in 0..200 {
            let template = templates[self.dice.below(templates.len())];
            let path = paths[self.dice.below(paths.len())];
            if template.on.contains(&path.shape) {
                return Slot::Expression(Expression::new(template, path));
            }
        }
        Slot::Expression(Expression::new(&PLAIN, paths[0]))
    }

    fn odd_slot(&mut self, form: Form) -> Slot {
        match self.dice.below(8) {
            0 => Slot::Null,
            1 => Slot::Scalar(json!(1)),
            2 => Slot::Scalar(json!(true)),
            3 => Slot::Absent,
            4 => Slot::Map(vec![("a".to_owned(), Slot::Null)]),
            5 if form != Form::Stored => Slot::Scalar(json!(1.5)),
            5 => Slot::Map(vec![("value".to_owned(), plain(".metadata.name"))]),
            _ => {
                let template = &TEMPLATES[self.dice.below(TEMPLATES.len())];
                Slot::Expression(Expression::new(template, &PATHS[self.dice.below(PATHS.len())]))
            }
        }
    }
}

/// Whether every usual object of the kind has a text there.
fn is_text(path: &Path, kind: Kind) -> bool {
    path.keys[0] != "spec" || matches!(kind, ENTITY | CLUSTER_ENTITY)
}

fn plain(text: &str) -> Slot {
    let path = PATHS.iter().find(|path| path.text == text).expect("the path is in the table");
    Slot::Expression(Expression::new(&PLAIN, path))
}

impl Case {
    /// Cases with one thing less.
    pub fn smaller(&self) -> Vec<Self> {
        let mut found = Vec::new();
        let mut without = |change: &dyn Fn(&mut Self)| {
            let mut copy = self.clone();
            change(&mut copy);
            found.push(copy);
        };
        (0..self.manifests.len()).for_each(|at| without(&|it| drop(it.manifests.remove(at))));
        (0..self.known.len()).for_each(|at| without(&|it| drop(it.known.remove(at))));
        for (at, entry) in self.config.entries.iter().enumerate() {
            without(&|it| drop(it.config.entries.remove(at)));
            if !matches!(entry.selector, Slot::Absent) {
                without(&|it| it.config.entries[at].selector = Slot::Absent);
            }
            if !matches!(entry.items, Slot::Absent) {
                without(&|it| it.config.entries[at].items = Slot::Absent);
            }
            for (place, mapping) in entry.mappings.iter().flatten().enumerate() {
                let change = |it: &mut Self, change: &dyn Fn(&mut Mapping)| {
                    change(&mut it.config.entries[at].mappings.as_mut().expect("it has some")[place]);
                };
                without(&|it| drop(it.config.entries[at].mappings.as_mut().expect("it has some").remove(place)));
                for (slot, clear) in [
                    (&mapping.title, (|it| it.title = Slot::Absent) as fn(&mut Mapping)),
                    (&mapping.icon, |it| it.icon = Slot::Absent),
                    (&mapping.team, |it| it.team = Slot::Absent),
                ] {
                    if !matches!(slot, Slot::Absent) {
                        without(&|it| change(it, &clear));
                    }
                }
                (0..mapping.properties.len())
                    .for_each(|key| without(&|it| change(it, &|it| drop(it.properties.remove(key)))));
                (0..mapping.relations.len())
                    .for_each(|key| without(&|it| change(it, &|it| drop(it.relations.remove(key)))));
            }
        }
        for (at, (_, manifest)) in self.manifests.iter().enumerate() {
            for section in ["properties", "relations"] {
                let members = manifest["spec"][section].as_object();
                for key in members.into_iter().flat_map(Map::keys) {
                    without(&|it| {
                        let members = it.manifests[at].1["spec"][section].as_object_mut().expect("it is a map");
                        members.shift_remove(key);
                    });
                }
            }
        }
        found
    }
}
