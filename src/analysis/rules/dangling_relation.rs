//! Counts the entities of the whole repository and `known-entities.txt`. Where it does not know all of them it stays silent, and the
//! run says so once: half-knowledge cries wolf.

use foldhash::HashMap;

use crate::analysis::facts::{Repository, TargetRef};
use crate::analysis::rule::{Check, Draft, RepositoryContext, Rule, Sink, spelled};
use crate::domain::blueprint::Relation;
use crate::domain::finding::{Edit, Family, RuleInfo, Severity};
use crate::domain::identifier;
use crate::domain::known::KnownEntities;
use crate::domain::suggest;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P304",
        name: "dangling-relation",
        family: Family::Relation,
        severity: Some(Severity::Error),
        what: "a relation to an entity that does not exist",
        why: "The catalog rejects the entity (404).",
        fix: "Correct the identifier, or add the missing entity",
    },
    check: Check::Repository(check),
};

fn check(context: &RepositoryContext<'_>, sink: &mut Sink<'_>) {
    let Some(known) = context.snapshot.known.as_ref().filter(|_| context.knows_all_targets) else { return };
    let mut candidates = Candidates { known, here: None, left: MOST_COMPARISONS };
    for target in context.repository.absent_targets() {
        let shape = context.snapshot.shape(target.fact.shape as usize);
        let relation = shape.and_then(|shape| shape.blueprint.relations.get(target.fact.relation as usize));
        let Some(relation) = relation else { continue };
        let text = target.text();
        // What is no identifier at all is said by `invalid-identifier`.
        let is_legal = identifier::check_entity_identifier(text).is_ok();
        if is_legal && !known.contains(&relation.target, text) {
            report(&target, relation, &mut candidates, context, sink);
        }
    }
}

/// A suggestion compares with every entity of a blueprint. Where a whole folder went missing, the first few teach as
/// much as all.
const MOST_COMPARISONS: usize = 100_000;

/// The identifiers that may have been meant, by blueprint; sorted out when the first is asked for.
struct Candidates<'a> {
    known: &'a KnownEntities,
    here: Option<HashMap<&'a str, Vec<&'a str>>>,
    left: usize,
}

impl<'a> Candidates<'a> {
    fn of(&mut self, blueprint: &str, repository: &Repository<'a>) -> Vec<&'a str> {
        let here = self.here.get_or_insert_with(|| {
            let mut here: HashMap<&str, Vec<&str>> = HashMap::default();
            repository.entities().for_each(|it| here.entry(it.blueprint()).or_default().push(it.identifier()));
            here
        });
        let here = here.get(blueprint).into_iter().flatten().copied();
        let all = self.known.identifiers(blueprint).chain(here).take(self.left + 1).collect::<Vec<_>>();
        if all.len() > self.left {
            return Vec::new();
        }
        self.left -= all.len();
        all
    }
}

fn report<'a>(
    target: &TargetRef<'a>,
    relation: &Relation,
    candidates: &mut Candidates<'a>,
    context: &RepositoryContext<'a>,
    sink: &mut Sink<'_>,
) {
    let blueprint = relation.target.as_str();
    let text = target.text();
    let place = target.place();
    let message = format!("Relation `{}` points to `{blueprint}` `{text}`, which does not exist.", relation.name);
    let draft = Draft::new(place.span, message).file(place.file).entity(target.entity.name()).target(blueprint, text);
    let put = |text: &str| vec![Edit { span: place.span, replacement: spelled(text) }];
    if let Some(variant) = context.repository.case_variant(blueprint, text) {
        let (other, meant) = (variant.place(), variant.identifier());
        sink.report(
            draft
                .help(format!("write `{meant}`: identifiers are case-sensitive"))
                .suggestion(format!("write `{meant}`"), put(meant))
                .related_in(other.file, other.span, "spelled like this here"),
        );
        return;
    }
    let candidates = candidates.of(blueprint, context.repository);
    let names = || candidates.iter().copied();
    sink.report(match (suggest::single_slip(text, names()), suggest::closest(text, names())) {
        (Some(meant), _) => {
            draft.help(format!("did you mean `{meant}`?")).suggestion(format!("write `{meant}`"), put(meant))
        }
        (None, Some(meant)) => draft.help(format!("did you mean `{meant}`?")),
        (None, None) => draft.help(format!(
            "correct the identifier, or add the `{blueprint}`; if it exists in the catalog, run `portolan pull`"
        )),
    });
}
