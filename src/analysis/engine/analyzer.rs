//! Runs the rules: on each file's documents and entities, then on the whole repository, then on the ignore comments.

use std::collections::BTreeMap;

use crate::analysis::engine::entity_check::{FILE_REFERENCE, Scratch, Survey};
use crate::analysis::engine::facts::{Facts, Repository, TargetRef};
use crate::analysis::engine::rule::{Check, DocumentContext, EntityContext, Options, RepositoryContext, Rule, Sink};
use crate::analysis::engine::selection::Selection;
use crate::analysis::engine::snapshot::{KnownAccounts, Snapshot};
use crate::analysis::engine::suppress::Directives;
use crate::analysis::plain_secrets;
use crate::analysis::rules::{unknown_rule, unknown_team, unused_ignore};
use crate::analysis::unicode;
use crate::domain::document::manifest::Manifest;
use crate::domain::document::span::Span;
use crate::domain::finding::{EntityName, Family, FileId, Finding, RuleInfo, Severity};

type Active<F> = Vec<(&'static RuleInfo, Severity, F)>;

#[derive(Debug)]
pub struct Analyzer<'a> {
    snapshot: &'a Snapshot,
    accounts: KnownAccounts,
    options: &'a Options,
    document_rules: Active<fn(&DocumentContext<'_>, &Snapshot, &mut Sink<'_>)>,
    entity_rules: Active<fn(&EntityContext<'_>, &mut Sink<'_>)>,
    survey_rules: Active<fn(&EntityContext<'_>, &mut Sink<'_>)>,
    repository_rules: Active<fn(&RepositoryContext<'_>, &mut Sink<'_>)>,
    suppression_rules: Vec<(&'static Rule, Severity)>,
}

/// The results of the files that one thread checked.
#[derive(Debug, Default)]
pub struct Gathered {
    pub entities: usize,
    /// The number of unreadable documents of each file that has any.
    pub broken_documents: Vec<(FileId, usize)>,
    findings: Vec<Finding>,
    facts: Facts,
    /// The ignore comments of each file, and whether some entity of the file could not be checked against a blueprint,
    /// or not be read at all.
    directives: Vec<(FileId, Directives, bool)>,
    /// There may be entities whose names are unknown.
    is_partly_unknown: bool,
}

/// All findings, sorted, and the number of findings that ignore comments silenced.
#[derive(Debug)]
pub struct Conclusion {
    pub findings: Vec<Finding>,
    pub suppressed: usize,
    /// Relations whose targets could not be checked, because the snapshot does not list all entities of the catalog.
    pub unjudged_relations: usize,
    /// Every file could be read far enough to identify its entities.
    pub is_complete: bool,
}

impl<'a> Analyzer<'a> {
    pub fn new(snapshot: &'a Snapshot, selection: &Selection, options: &'a Options) -> Self {
        let mut analyzer = Self {
            snapshot,
            accounts: snapshot.known_accounts(),
            options,
            document_rules: Vec::new(),
            entity_rules: Vec::new(),
            survey_rules: Vec::new(),
            repository_rules: Vec::new(),
            suppression_rules: Vec::new(),
        };
        for (rule, severity) in selection.active() {
            match rule.check {
                Check::Document(check) => analyzer.document_rules.push((&rule.info, severity, check)),
                Check::Entity(check) => analyzer.entity_rules.push((&rule.info, severity, check)),
                Check::Survey(check) => analyzer.survey_rules.push((&rule.info, severity, check)),
                Check::Repository(check) => analyzer.repository_rules.push((&rule.info, severity, check)),
                Check::Suppression => analyzer.suppression_rules.push((rule, severity)),
            }
        }
        analyzer
    }

    /// Begins a file; `text` is all of its text.
    pub fn file<'r>(&'r self, file: FileId, text: &str, state: &'r mut RunState) -> FileRun<'r> {
        FileRun {
            analyzer: self,
            file,
            state,
            may_hold_credentials: plain_secrets::may_hold(text),
            may_hold_unnormalised: unicode::may_hold(text),
            may_hold_file_references: memchr::memmem::find(text.as_bytes(), FILE_REFERENCE.as_bytes()).is_some(),
            is_partly_unjudged: false,
            broken_documents: 0,
        }
    }

    /// Runs the rules over the whole repository, then applies the ignore comments. `in_sight` returns whether findings
    /// of a file are requested.
    pub fn conclude(&self, parts: Vec<Gathered>, in_sight: &dyn Fn(FileId) -> bool) -> Conclusion {
        let mut findings = Vec::new();
        let mut directives = BTreeMap::new();
        let mut facts = Vec::with_capacity(parts.len());
        let mut is_complete = true;
        for part in parts {
            findings.extend(part.findings);
            directives.extend(part.directives.into_iter().map(|(file, it, unjudged)| (file, (it, unjudged))));
            is_complete &= !part.is_partly_unknown;
            facts.push(part.facts);
        }
        let repository = Repository::new(&facts);
        let knows_all_targets = is_complete && self.snapshot.known.is_some();
        let absent_targets = repository.absent_targets();
        let context = RepositoryContext {
            repository: &repository,
            absent_targets: &absent_targets,
            knows_all_targets,
            in_sight,
            snapshot: self.snapshot,
            options: self.options,
        };
        for (rule, severity, check) in &self.repository_rules {
            let mut sink = sink(&mut findings, FileId(0), rule, *severity);
            check(&context, &mut sink);
        }
        let is_judged = |target: &&TargetRef<'_>| knows_all_targets && self.snapshot.covers_target(target.fact.field);
        let relations = absent_targets.iter().filter(|target| target.fact.field.is_relation());
        let unjudged_relations = relations.filter(|target| !is_judged(target)).count();
        let before = findings.len();
        findings.retain(|finding| {
            let directives = directives.get_mut(&finding.place.file);
            !directives.is_some_and(|(directives, _)| directives.silences(finding))
        });
        let suppressed = before - findings.len();
        for (file, (directives, is_partly_unjudged)) in directives {
            let knows_targets = |rule: &'static Rule| match std::ptr::eq(rule, &raw const unknown_team::RULE) {
                true => knows_all_targets && self.accounts.teams && self.accounts.users,
                false => unjudged_relations == 0 && knows_all_targets,
            };
            let verdict = directives.verdict(|rule| self.judges(rule, is_partly_unjudged, knows_targets(rule)));
            for (rule, severity) in &self.suppression_rules {
                let mut sink = sink(&mut findings, file, &rule.info, *severity);
                unused_ignore::report(rule, &verdict, &mut sink);
                unknown_rule::report(rule, &verdict, &mut sink);
            }
        }
        findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        Conclusion { findings, suppressed, unjudged_relations, is_complete }
    }
}

impl Analyzer<'_> {
    /// Whether a rule was evaluated in a file: it is on, and the data that it requires was available.
    fn judges(&self, rule: &'static Rule, is_partly_unjudged: bool, knows_targets: bool) -> bool {
        let info = &rule.info;
        let is_it = |active: &&'static RuleInfo| std::ptr::eq(*active, info);
        let documents = self.document_rules.iter().map(|(info, ..)| *info);
        let entities = self.entity_rules.iter().chain(&self.survey_rules).map(|(info, ..)| *info);
        let is_on = documents
            .chain(entities)
            .chain(self.repository_rules.iter().map(|(info, ..)| *info))
            .chain(self.suppression_rules.iter().map(|(rule, _)| &rule.info))
            .any(|active| is_it(&active));
        let has_what_it_needs = match info.family {
            Family::Entity => !is_partly_unjudged,
            Family::Relation => !is_partly_unjudged && knows_targets,
            Family::Syntax | Family::Shape | Family::Repository | Family::Secret | Family::Suppression => true,
        };
        is_on && has_what_it_needs
    }
}

/// State that is kept from file to file; one per thread.
#[derive(Debug, Default)]
pub struct RunState {
    scratch: Scratch,
    gathered: Gathered,
}

impl RunState {
    /// Reserves capacity for this many files.
    pub fn with_room(files: usize) -> Self {
        let gathered = Gathered { facts: Facts::with_room(files), ..Gathered::default() };
        Self { gathered, ..Self::default() }
    }

    /// The results, after the last file.
    pub fn into_gathered(self) -> Gathered {
        self.gathered
    }
}

/// The check of one file.
#[derive(Debug)]
pub struct FileRun<'r> {
    analyzer: &'r Analyzer<'r>,
    file: FileId,
    state: &'r mut RunState,
    may_hold_credentials: bool,
    may_hold_unnormalised: bool,
    may_hold_file_references: bool,
    is_partly_unjudged: bool,
    broken_documents: usize,
}

impl FileRun<'_> {
    /// Checks one document that contains manifests.
    pub fn document(&mut self, context: &DocumentContext<'_>) {
        let is_odd = |manifest: &Manifest| manifest.near_miss.is_some();
        let is_sound = context.faults.is_empty() && !context.manifests.iter().any(is_odd);
        let before = self.state.gathered.findings.len();
        let document_rules = if is_sound { &[] } else { self.analyzer.document_rules.as_slice() };
        for (rule, severity, check) in document_rules {
            let mut sink = sink(&mut self.state.gathered.findings, self.file, rule, *severity);
            check(context, self.analyzer.snapshot, &mut sink);
        }
        if context.manifests.is_empty() {
            self.name_consequence(before);
        }
        for manifest in context.manifests {
            self.entity(context, manifest);
        }
        self.state.gathered.entities += context.manifests.len();
        self.is_partly_unjudged |= context.manifests.is_empty();
    }

    /// Adds to the first finding that nothing is deleted: the entities of an unreadable document are unknown.
    fn name_consequence(&mut self, first: usize) {
        if let Some(finding) = self.state.gathered.findings.get_mut(first) {
            finding.message.push_str(" Until this is fixed, `portolan push` deletes nothing.");
        }
    }

    /// Records an unreadable document at `span`; `names` are the entities that a scan of its text found.
    pub fn salvaged(&mut self, names: &[EntityName], span: Span) {
        for name in names {
            self.state.gathered.facts.salvaged(self.file, name, span);
        }
        self.state.gathered.entities += names.len();
        self.broken_documents += 1;
    }

    /// Records that the entities of this file are unknown.
    pub fn hides_entities(&mut self) {
        self.state.gathered.is_partly_unknown = true;
    }

    fn entity(&mut self, context: &DocumentContext<'_>, manifest: &Manifest) {
        let Analyzer { snapshot, accounts, entity_rules, survey_rules, .. } = self.analyzer;
        let view = context.view;
        let is_ours = manifest.near_miss.is_none();
        let blueprint = manifest.blueprint_text(view).filter(|_| is_ours);
        let index = blueprint.and_then(|blueprint| snapshot.index(blueprint));
        let shape = index.and_then(|index| Some((index, snapshot.shape(index)?)));
        let RunState { scratch, gathered: Gathered { facts, findings, .. } } = &mut *self.state;
        let mut survey = Survey::take(view, manifest, shape, *accounts, scratch, facts);
        if self.may_hold_credentials {
            survey.look_for_secrets(view, manifest);
        }
        if self.may_hold_unnormalised {
            survey.look_for_unnormalised(view, manifest, shape.map(|(_, shape)| shape));
        }
        if self.may_hold_file_references {
            survey.look_for_file_references(view, manifest);
        }
        facts.entity(self.file, view, manifest, shape.is_some());
        if !is_ours {
            self.is_partly_unjudged = true;
            return;
        }
        let shape = shape.map(|(_, shape)| shape);
        self.is_partly_unjudged |= shape.is_none();
        let context = EntityContext { view, manifest, shape, survey: &survey };
        let before = findings.len();
        let survey_rules = if survey.is_empty() { &[] } else { survey_rules.as_slice() };
        for (rule, severity, check) in entity_rules.iter().chain(survey_rules) {
            let mut sink = sink(findings, self.file, rule, *severity);
            check(&context, &mut sink);
        }
        if findings.len() > before {
            let name = EntityName {
                blueprint: manifest.blueprint_text(view).unwrap_or_default().to_owned(),
                identifier: manifest.identifier_text(view).unwrap_or_default().to_owned(),
            };
            for finding in &mut findings[before..] {
                finding.entity.get_or_insert_with(|| name.clone());
            }
        }
    }

    /// Ends the file; `directives` are its ignore comments.
    pub fn finish(self, directives: Option<Directives>) {
        let Self { file, state, is_partly_unjudged, broken_documents, .. } = self;
        let gathered = &mut state.gathered;
        gathered.directives.extend(directives.map(|directives| (file, directives, is_partly_unjudged)));
        if broken_documents > 0 {
            gathered.broken_documents.push((file, broken_documents));
        }
    }
}

fn sink<'f>(findings: &'f mut Vec<Finding>, file: FileId, rule: &'static RuleInfo, severity: Severity) -> Sink<'f> {
    Sink { findings, file, rule, severity, entity: None }
}
