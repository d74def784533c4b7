//! Sample plans that the tests of all formats share, written by hand because the planner is in another module. Their
//! counts are computed again here, to detect a report that counts differently.

use std::sync::Arc;

use crate::domain::blueprint::Blueprint;
use crate::domain::cluster::Deliverer;
use crate::domain::document::span::Span;
use crate::domain::entity::fields::TextField;
use crate::domain::entity::foreign_owner::{ForeignOwner, OwnerKind};
use crate::domain::entity::{EntityKey, Record};
use crate::domain::finding::{FileId, Place};
use crate::domain::forecast::ForecastOutcome;
use crate::domain::plan::change::{
    Action, Cause, Change, Dependent, Field, FieldChange, Origin, OwnerStatus, PathChange, RelationEffect, RenamedBy,
};
use crate::domain::plan::digest::Digest;
use crate::domain::plan::drift::Drift;
use crate::domain::plan::hazard::{Blocker, Consent, Hazard, HazardKind};
use crate::domain::plan::revision::{BaseRevision, Revision};
use crate::domain::plan::write_mode::WriteMode;
use crate::domain::plan::{Counts, Cycle, Obstacle, Plan, Step, StepKind, Tally, Wave};
use crate::domain::value::Value;
use crate::domain::value::timestamp::Moment;
use crate::report::plan::input::{Complaint, DriftCommands, Links, PlanReport};
use crate::report::plan::{
    AdoptionFlags, ClusterDelivery, DeliveringCluster, DeliveryDanger, NotArriving, PlanFormat, render,
};
use crate::report::positions::Files;
use crate::report::style::Style;

#[derive(Debug)]
pub(in crate::report) struct Case {
    pub plan: Plan,
    pub files: Vec<(String, Option<String>)>,
    pub revision: Option<Revision>,
    pub base: Option<BaseRevision>,
    pub push: String,
    pub at_base: Vec<(EntityKey, Place)>,
    pub owners: Vec<(EntityKey, ForeignOwner)>,
    pub blueprints: Vec<Blueprint>,
    pub notes: Vec<String>,
    pub complaints: Option<Vec<Complaint>>,
    pub is_only_branch: bool,
    pub is_full: bool,
    pub links: Option<Links>,
    pub drifted: Drift,
    pub drift: Option<DriftCommands<'static>>,
    pub delivery: Option<ClusterDelivery>,
}

impl Files for Case {
    fn path(&self, file: FileId) -> &str {
        &self.files[file.0 as usize].0
    }

    fn text(&self, file: FileId) -> Option<&str> {
        self.files[file.0 as usize].1.as_deref()
    }
}

pub(in crate::report) fn digest(seed: u8) -> Digest {
    Digest(std::array::from_fn(|at| u8::try_from(at).expect("32 fit").wrapping_mul(seed)))
}

pub(in crate::report) fn key(text: &str) -> EntityKey {
    let (blueprint, identifier) = text.split_once('/').expect("a key has a slash");
    EntityKey { blueprint: blueprint.into(), identifier: identifier.into() }
}

pub(in crate::report) fn text(text: &str) -> Value {
    Value::Text(text.into())
}

pub(in crate::report) fn texts(texts: &[&str]) -> Value {
    Value::List(texts.iter().map(|item| text(item)).collect())
}

pub(in crate::report) fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("it is JSON")
}

/// A property by its name, or `->relation`, a text field, `team`.
pub(in crate::report) fn field(name: &str, before: Value, after: Value) -> FieldChange {
    let field = match name {
        "team" => Field::Team,
        name => match (TextField::of_key(name), name.strip_prefix("->")) {
            (Some(field), _) => Field::Text(field),
            (None, Some(name)) => Field::Relation(name.into()),
            (None, None) => Field::Property(name.into()),
        },
    };
    FieldChange {
        field,
        before,
        after,
        paths: Vec::new(),
        cause: Cause::Named,
        origin: Origin::Unknown,
        span: Some(Span::new(74, 78)),
    }
}

pub(in crate::report) fn change(name: &str, action: Action, fields: Vec<FieldChange>) -> Change {
    let ownership = if action == Action::Create { OwnerStatus::New } else { OwnerStatus::Ours };
    let record = (ownership != OwnerStatus::New).then(|| Record {
        created_at: Moment::parse("2026-01-02T03:04:05Z"),
        created_by: Some("grace@acme.example".into()),
        updated_at: Moment::parse("2026-11-02T08:15:30.250Z"),
        updated_by: Some("ada@acme.example".into()),
    });
    let place = Place { file: FileId(0), span: Span::new(15, 79) };
    Change {
        key: key(name),
        place: (action != Action::Delete).then_some(place),
        action,
        ownership,
        mode: WriteMode::Merge,
        origin: Origin::Unknown,
        fields,
        record,
        dependents: Vec::new(),
    }
}

pub(in crate::report) fn dependent(name: &str, relation: &str, required: bool, after: RelationEffect) -> Dependent {
    Dependent { key: key(name), relation: relation.into(), required, after }
}

pub(in crate::report) fn hazard(kind: HazardKind, consent: Consent) -> Hazard {
    Hazard { kind, consent, digest: digest(3) }
}

fn blueprint(text: &str) -> Blueprint {
    Blueprint::from_json(text.parse().expect("it is JSON")).expect("it is a blueprint").0
}

/// Counts changes as the planner does.
pub(in crate::report) fn counts(changes: &[Change], unchanged: usize) -> Counts {
    let mut counts = Counts::default();
    for change in changes {
        let mut tally = Tally::default();
        match change.action {
            Action::Create => tally.create = 1,
            Action::Update => tally.update = 1,
            Action::Rename { .. } => tally.rename = 1,
            Action::Adopt => tally.adopt = 1,
            Action::Delete => tally.delete = 1,
        }
        tally.foreign = usize::from(change.ownership == OwnerStatus::Foreign);
        tally.pending = usize::from(change.is_only_pending());
        let own: &mut Tally = counts.by_blueprint.entry(change.key.blueprint.clone()).or_default();
        for total in [own, &mut counts.total] {
            total.create += tally.create;
            total.update += tally.update;
            total.rename += tally.rename;
            total.adopt += tally.adopt;
            total.delete += tally.delete;
            total.foreign += tally.foreign;
            total.pending += tally.pending;
        }
    }
    counts.total.unchanged = unchanged;
    counts.by_blueprint.entry("service".into()).or_default().unchanged = unchanged;
    counts
}

const MANIFEST: &str = "# made by hand\nblueprint: service\nidentifier: cart\nproperties:\n  tier: gold\n";

/// One cluster of each kind, with `number` objects that do not arrive and as many entities that stay.
pub(in crate::report) fn delivery(text: &str, number: usize) -> ClusterDelivery {
    let one = NotArriving {
        kind: "undelivered",
        name: Some(format!("Entity shop/{text}")),
        path: Some(format!("catalog/{text}.yaml")),
        line: Some(1),
        reason: format!("unknown field `spec.{text}`"),
        is_refused: false,
    };
    let danger = DeliveryDanger {
        kind: "selector-false",
        what: format!("the selector {text} is no longer true: this deletes 2 entities"),
        path: Some(text.to_owned()),
        line: None,
    };
    let known = DeliveringCluster {
        name: text.to_owned(),
        deliverer: Some(Deliverer::Flux),
        deliverers: Vec::new(),
        state_key: Some(text.to_owned()),
        mapping: Some(text.to_owned()),
        outcome: Some(ForecastOutcome::NoDeletion),
        dangers: vec![danger],
        not_arriving: vec![one.clone(); number],
        kept: vec![(EntityKey { blueprint: text.into(), identifier: text.into() }, format!("why {text}")); number],
    };
    let unknown = DeliveringCluster {
        name: "other".to_owned(),
        deliverer: None,
        deliverers: Vec::new(),
        state_key: None,
        mapping: None,
        outcome: None,
        dangers: Vec::new(),
        not_arriving: Vec::new(),
        kept: Vec::new(),
    };
    let whole = NotArriving { kind: "not-delivered", name: None, line: None, ..one };
    ClusterDelivery { clusters: vec![known, unknown], not_delivered: vec![whole] }
}

impl Case {
    pub fn of(mut changes: Vec<Change>, hazards: Vec<Hazard>) -> Self {
        changes.sort_by(|one, other| one.key.cmp(&other.key));
        let waves = [StepKind::Write, StepKind::Delete].map(|step_kind| {
            let steps =
                changes.iter().enumerate().filter(|(_, change)| change.is_write() == (step_kind == StepKind::Write));
            let steps = steps.map(|(change, _)| Step { change, relations: Vec::new(), needs: Vec::new() });
            Wave { step_kind, steps: steps.collect() }
        });
        let asks = hazards.iter().any(|hazard| hazard.consent == Consent::Approval);
        let plan = Plan {
            scope: "acme/catalog".to_owned(),
            counts: counts(&changes, 120),
            changes,
            waves: waves.into_iter().filter(|wave| !wave.steps.is_empty()).collect(),
            cycles: Vec::new(),
            obstacles: Vec::new(),
            hazards,
            foreign_unchanged: Vec::new(),
            approval: asks.then(|| crate::domain::plan::digest::ApprovalDigest::of(digest(7))),
            digest: digest(11),
        };
        let revision = Revision {
            commit: Some("1f0c7d2e9a3b4c5d6e7f8091a2b3c4d5e6f70819".to_owned()),
            branch: Some("faster-carts".to_owned()),
            is_dirty: false,
        };
        Self {
            plan,
            files: vec![("catalog/services/cart.yaml".to_owned(), Some(MANIFEST.to_owned()))],
            revision: Some(revision),
            base: None,
            push: "portolan push".to_owned(),
            at_base: Vec::new(),
            owners: Vec::new(),
            blueprints: vec![
                blueprint(
                    r#"{"identifier":"service","relations":{"dependsOn":{"target":"service","many":true},"owner":{"target":"team"}}}"#,
                ),
                blueprint(r#"{"identifier":"domain","relations":{"parent":{"target":"domain"}}}"#),
            ],
            notes: Vec::new(),
            complaints: None,
            is_only_branch: false,
            is_full: false,
            links: None,
            drifted: Drift::default(),
            drift: None,
            delivery: None,
        }
    }

    pub fn empty() -> Self {
        Self::of(Vec::new(), Vec::new())
    }

    /// A plan with a base: changes of this branch, pending ones, and an update with both.
    pub fn mixed() -> Self {
        let mut changes = vec![
            change(
                "service/checkout",
                Action::Create,
                vec![
                    field("title", Value::Null, text("Checkout")),
                    field("team", Value::Null, texts(&["payments", "web"])),
                    field("tier", Value::Null, text("gold")),
                    field("->owner", Value::Null, text("payments")),
                ],
            ),
            change(
                "service/cart",
                Action::Update,
                vec![
                    field("title", text("Cart"), text("Shopping cart")),
                    field("replicas", Value::Integer(2), Value::Integer(3)),
                    FieldChange {
                        paths: vec![
                            PathChange {
                                path: ["cpu".into()].into(),
                                before: Some(Value::Integer(1)),
                                after: Some(Value::Integer(2)),
                            },
                            PathChange {
                                path: ["limits".into(), "memory".into()].into(),
                                before: None,
                                after: Some(text("2Gi")),
                            },
                        ],
                        ..field("resources", json(r#"{"cpu":1}"#), json(r#"{"cpu":2,"limits":{"memory":"2Gi"}}"#))
                    },
                    FieldChange { cause: Cause::Dropped, ..field("runbook", text("wiki/cart"), Value::Null) },
                    field("->dependsOn", texts(&["basket", "ledger"]), texts(&["ledger", "prices", "stock"])),
                ],
            ),
            change("service/basket", Action::Delete, Vec::new()),
            change("team/web", Action::Update, vec![field("slack", text("#web"), text("#web-team"))]),
        ];
        for change in &mut changes {
            let origin = if *change.key.blueprint == *"team" { Origin::AlreadyPending } else { Origin::ThisBranch };
            change.origin = origin;
            change.fields.iter_mut().for_each(|field| field.origin = origin);
        }
        changes[1].fields[1].origin = Origin::AlreadyPending;
        let mut case = Self::of(changes, Vec::new());
        case.base = Some(BaseRevision {
            name: "origin/main".to_owned(),
            commit: "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567".to_owned(),
            found_in: Some("GITHUB_BASE_REF"),
        });
        case
    }

    /// All kinds of hazards, an obstacle, a cycle and a complaint.
    pub fn dangerous() -> Self {
        let dependents = vec![
            dependent("service/cart", "dependsOn", false, RelationEffect::Left),
            dependent("service/web", "primary", true, RelationEffect::Declared),
        ];
        let mut changes = vec![
            Change { dependents: dependents.clone(), ..change("service/old", Action::Delete, Vec::new()) },
            change("service/older", Action::Delete, Vec::new()),
            change("team/new", Action::Create, vec![field("title", Value::Null, text("New"))]),
        ];
        changes[0].dependents.push(dependent("service/cart", "uses", false, RelationEffect::Relinked));
        let deletes = HazardKind::ManyDeletes {
            blueprint: Some("service".into()),
            keys: vec![key("service/old"), key("service/older")],
            owned: 12,
            over_max: Some(1),
            over_max_percent: Some(10),
        };
        let place = Place { file: FileId(0), span: Span::new(34, 40) };
        let kept = HazardKind::PruneBlocked {
            by: vec![
                Blocker::Disabled,
                Blocker::Manifest(place),
                Blocker::Read { blueprint: "domain".into(), why: "the catalog gave 3 of 7 entities".to_owned() },
            ],
            keys: vec![key("domain/shop")],
        };
        let unseen = HazardKind::Unseen { blueprint: "team".into(), why: None, keys: vec![key("team/new")] };
        let unread =
            HazardKind::UnseenDependents { blueprint: "service".into(), unread: vec!["api".into(), "host".into()] };
        let needed = HazardKind::StillNeeded {
            key: key("team/left"),
            by: vec![dependent("service/cart", "owner", true, RelationEffect::Declared)],
        };
        let pointed = HazardKind::DeleteWithDependents { key: key("service/old"), dependents };
        let hazards = vec![
            hazard(deletes, Consent::Approval),
            hazard(pointed, Consent::Approval),
            hazard(unseen, Consent::Approval),
            hazard(unread, Consent::Nothing),
            hazard(needed, Consent::Nothing),
            hazard(kept, Consent::Nothing),
        ];
        let mut case = Self::of(changes, hazards);
        case.plan.counts.total.kept = 1;
        case.notes.push(
            "the catalog is not in step with the snapshot in `.portolan/`; `portolan pull` updates it".to_owned(),
        );
        case
    }

    /// Obstacles, changes that the catalog would reject, and a cycle.
    pub fn stuck() -> Self {
        let created =
            |name: &str, after: &str| change(name, Action::Create, vec![field("->parent", Value::Null, text(after))]);
        let mut case = Self::of(vec![created("domain/a", "b"), created("domain/b", "a")], Vec::new());
        let place = Place { file: FileId(0), span: Span::new(34, 40) };
        let cycle =
            Cycle { members: vec![key("domain/a"), key("domain/b")], path: vec![key("domain/a"), key("domain/b")] };
        case.plan.obstacles = vec![
            Obstacle::Duplicate { key: key("domain/a"), places: vec![Place { span: Span::new(0, 4), ..place }, place] },
            Obstacle::RequiredCycle { step_kind: StepKind::Write, cycle: cycle.clone() },
            Obstacle::MissingTarget { key: key("domain/a"), relation: "owner".into(), target: key("team/core"), place },
        ];
        case.plan.cycles = vec![cycle];
        case.complaints = Some(vec![Complaint {
            change: 1,
            place: Some(place),
            status: 422,
            code: "relation_not_found".to_owned(),
            message: "the target `a` of `parent` does not exist".to_owned(),
        }]);
        case
    }

    /// A rename whose old identifier is the target of other entities.
    pub fn renamed() -> Self {
        let rename = |from: &str, by| Action::Rename { from: from.into(), by };
        let dependents = vec![
            dependent("service/cart", "dependsOn", false, RelationEffect::Relinked),
            dependent("service/web", "dependsOn", true, RelationEffect::Left),
        ];
        let changes = vec![
            Change {
                dependents: dependents.clone(),
                ..change("service/ledger", rename("books", RenamedBy::Move), vec![])
            },
            change(
                "service/prices",
                rename("price-list", RenamedBy::Content),
                vec![field("title", text("Price list"), text("Prices"))],
            ),
            change("service/cart", Action::Update, vec![field("->dependsOn", texts(&["books"]), texts(&["ledger"]))]),
        ];
        let kind = HazardKind::RenameWithDependents {
            key: key("service/ledger"),
            from: "books".into(),
            dependents: dependents[1..].to_vec(),
        };
        Self::of(changes, vec![hazard(kind, Consent::Approval)])
    }

    /// Entities of other owners: updated, adopted, and unchanged.
    pub fn foreign() -> Self {
        let foreign = |change: Change| Change { ownership: OwnerStatus::Foreign, ..change };
        let changes = vec![
            foreign(change("service/cart", Action::Update, vec![field("tier", text("gold"), text("silver"))])),
            foreign(change("service/web", Action::Adopt, Vec::new())),
        ];
        let kind = HazardKind::Foreign { keys: vec![key("service/cart"), key("service/web")] };
        let mut case = Self::of(changes, vec![hazard(kind, Consent::Adoption)]);
        case.plan.foreign_unchanged = vec![key("team/web")];
        let integration = ForeignOwner::new(OwnerKind::Integration, Some("pagerduty/1".to_owned()));
        let scope = ForeignOwner::new(OwnerKind::Scope, Some("acme/other".to_owned()));
        case.owners = vec![(key("service/cart"), scope), (key("service/web"), integration)];
        case
    }

    /// `creates` creates, a tenth as many updates and deletes, over a few blueprints.
    pub fn huge(creates: usize) -> Self {
        let blueprint = |at: usize| ["api", "host", "service"][at % 3];
        let mut changes: Vec<Change> = (0..creates)
            .map(|at| {
                let fields = vec![field("title", Value::Null, text(&format!("Number {at}")))];
                change(&format!("{}/new-{at:05}", blueprint(at)), Action::Create, fields)
            })
            .collect();
        changes.extend((0..creates / 10).map(|at| {
            let fields = vec![field("tier", text("gold"), text("silver"))];
            change(&format!("{}/live-{at:05}", blueprint(at)), Action::Update, fields)
        }));
        changes.extend(
            (0..creates / 10).map(|at| change(&format!("{}/old-{at:05}", blueprint(at)), Action::Delete, vec![])),
        );
        let mut gone: Vec<EntityKey> =
            changes.iter().filter(|it| it.action == Action::Delete).map(|change| change.key.clone()).collect();
        gone.sort();
        let kind = HazardKind::ManyDeletes {
            blueprint: None,
            owned: gone.len() * 4,
            keys: gone,
            over_max: Some(5),
            over_max_percent: Some(10),
        };
        Self::of(changes, vec![hazard(kind, Consent::Approval)])
    }

    /// Names and values with control sequences and markup.
    pub fn hostile() -> Self {
        let evil =
            "`x` | <script>alert(1)</script> @acme/owners #1 https://evil.example --> \u{1b}[2J\u{202e}```\n</details>";
        let name: Arc<str> = "a`|<b>\u{1b}[31m".into();
        let evil_key = EntityKey { blueprint: name.clone(), identifier: evil.into() };
        let mut changes = vec![
            Change {
                key: evil_key.clone(),
                ..change(
                    "x/y",
                    Action::Create,
                    vec![
                        field(evil, Value::Null, text(evil)),
                        field("->owner", Value::Null, text(evil)),
                        field("text", Value::Null, text("```\n</details>\n~~~\n@team\n::error::x\n")),
                    ],
                )
            },
            change("x/plain", Action::Delete, Vec::new()),
        ];
        changes[1].dependents.push(Dependent {
            key: evil_key.clone(),
            relation: name,
            required: true,
            after: RelationEffect::Left,
        });
        if let Some(record) = &mut changes[1].record {
            record.updated_by = Some("@acme/owners `".into());
        }
        let kind = HazardKind::DeleteWithDependents { key: key("x/plain"), dependents: changes[1].dependents.clone() };
        let mut case = Self::of(changes, vec![hazard(kind, Consent::Approval)]);
        case.plan.scope = "acme/--> <b> @team".to_owned();
        case.files[0].0 = "we,ird`|<b>@team\u{1b}[31m.yaml".to_owned();
        case.notes.push(evil.to_owned());
        case.delivery = Some(delivery(evil, 1));
        case
    }

    /// Written and deleted by an exporter.
    pub fn delivered() -> Self {
        let mut case = Self::dangerous();
        case.delivery = Some(delivery("cart", 2));
        case
    }

    /// Texts and lists that do not fit into a line.
    pub fn long() -> Self {
        let page = |edit: &str| {
            (1..60).map(|at| if at == 30 { format!("{edit}\n") } else { format!("Line {at}.\n") }).collect::<String>()
        };
        let sentence = |end: &str| format!("{} {end}", "A value that goes on and on".repeat(6));
        let numbers = |of: std::ops::Range<i64>| Value::List(of.map(Value::Integer).collect());
        let changes = vec![
            change(
                "service/cart",
                Action::Update,
                vec![
                    field("description", text(&page("It was so.")), text(&page("It is so.\nAnd more."))),
                    field("motto", text(&sentence("now")), text(&sentence("then"))),
                    field("ports", numbers(0..30), numbers(1..31)),
                    field("readme", text("One line"), text("Another line")),
                ],
            ),
            change("service/web", Action::Create, vec![field("description", Value::Null, text(&page("Here.")))]),
        ];
        Self::of(changes, Vec::new())
    }

    pub fn all() -> Vec<Self> {
        let mut full = Self::long();
        full.is_full = true;
        vec![
            Self::empty(),
            Self::mixed(),
            Self::dangerous(),
            Self::stuck(),
            Self::renamed(),
            Self::foreign(),
            Self::drifted(),
            Self::huge(300),
            Self::hostile(),
            Self::delivered(),
            Self::long(),
            Self::judged(),
            full,
        ]
    }

    pub fn report(&self) -> PlanReport<'_> {
        PlanReport {
            plan: &self.plan,
            platform: "port",
            catalog: "https://api.port.io",
            target: None,
            push: &self.push,
            at_base: &self.at_base,
            revision: self.revision.as_ref(),
            base: self.base.as_ref(),
            owners: &self.owners,
            adoption_flags: AdoptionFlags::Any,
            given_back: 0,
            blueprints: &self.blueprints,
            files: self,
            is_only_branch: self.is_only_branch,
            is_full: self.is_full,
            says_next_step: true,
            refusal: None,
            notes: &self.notes,
            links: self.links.as_ref(),
            drifted: &self.drifted,
            drift: self.drift,
            delivery: self.delivery.as_ref(),
            impact: None,
            complaints: self.complaints.as_deref(),
        }
    }

    pub fn render(&self, format: PlanFormat, style: &Style) -> String {
        render(&self.report(), format, style)
    }

    pub fn plain(&self, format: PlanFormat) -> String {
        self.render(format, &Style::PLAIN)
    }
}
