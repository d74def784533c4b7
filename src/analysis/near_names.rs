//! Suggestions ("did you mean") for the name of an entity that does not exist: similar names among the entities of the
//! repository and those that the snapshot lists.

use foldhash::HashMap;

use crate::analysis::engine::facts::TargetRef;
use crate::analysis::engine::facts::repository::Repository;
use crate::analysis::engine::rule::{FindingBuilder, RepositoryContext, yaml_scalar};
use crate::domain::finding::{Edit, FileId, Help};
use crate::domain::known_entities::KnownEntities;
use crate::text::suggest;

/// The maximum number of comparisons. Each suggestion compares with every entity of a blueprint, and if a whole folder
/// is missing, a few suggestions are enough.
const MAX_COMPARISONS: usize = 100_000;

/// The candidates for suggestions.
pub(super) struct NearNames<'a> {
    repository: &'a Repository<'a>,
    known: &'a KnownEntities,
    /// The repository's identifiers by blueprint, collected for the first suggestion.
    declared: Option<HashMap<&'a str, Vec<&'a str>>>,
    comparisons_left: usize,
    /// Whether findings of a file are requested; the others need no suggestion, which takes time.
    in_sight: &'a dyn Fn(FileId) -> bool,
}

impl<'a> NearNames<'a> {
    pub fn new(context: &RepositoryContext<'a>, known: &'a KnownEntities) -> Self {
        let RepositoryContext { repository, places, .. } = context;
        let in_sight = places.in_sight;
        Self { repository, known, declared: None, comparisons_left: MAX_COMPARISONS, in_sight }
    }

    /// Adds the most similar name to a finding about `target`, an entity of `blueprint`; without one, adds `help`.
    pub fn suggest(
        &mut self,
        draft: FindingBuilder,
        target: &TargetRef<'a>,
        blueprint: &str,
        help: Help,
    ) -> FindingBuilder {
        let text = target.text();
        let edits = |text: &str| vec![Edit { span: target.place().span, replacement: yaml_scalar(text) }];
        if let Some(variant) = self.repository.case_variant(blueprint, text) {
            let (other, meant) = (variant.place(), variant.identifier());
            return draft
                .help(format!("write `{meant}`: identifiers are case-sensitive"))
                .suggestion(format!("write `{meant}`"), edits(meant))
                .related_in(other.file, other.span, "it is spelled like this here");
        }
        if !(self.in_sight)(target.place().file) {
            return draft.help(help);
        }
        let candidates = self.candidates(blueprint);
        let names = || candidates.iter().copied();
        if let Some(meant) = suggest::single_slip(text, names()) {
            return draft.help(Help::did_you_mean(meant)).suggestion(format!("write `{meant}`"), edits(meant));
        }
        match suggest::closest(text, names()) {
            Some(meant) => draft.help(Help::did_you_mean(meant)),
            None => draft.help(help),
        }
    }

    fn candidates(&mut self, blueprint: &str) -> Vec<&'a str> {
        let repository = self.repository;
        let declared = self.declared.get_or_insert_with(|| {
            let mut declared: HashMap<&str, Vec<&str>> = HashMap::default();
            repository.entities().for_each(|it| declared.entry(it.blueprint()).or_default().push(it.identifier()));
            declared
        });
        let declared = declared.get(blueprint).into_iter().flatten().copied();
        let names = self.known.identifiers(blueprint).chain(declared);
        let all = names.take(self.comparisons_left + 1).collect::<Vec<_>>();
        if all.len() > self.comparisons_left {
            return Vec::new();
        }
        self.comparisons_left -= all.len();
        all
    }
}
