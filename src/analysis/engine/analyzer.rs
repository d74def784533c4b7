//! Runs the rules: on each file's documents and entities, then on the whole repository, then on the ignore comments.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::analysis::engine::entity_check::{EntityCheck, FILE_REFERENCE, Scratch};
use crate::analysis::engine::facts::repository::Repository;
use crate::analysis::engine::facts::saved::{FileFacts, LoadedFacts, SavedFacts};
use crate::analysis::engine::facts::{Facts, TargetRef};
use crate::analysis::engine::rule::{
    Assumed, Check, DeliveryContext, DocumentContext, EntityContext, MappingContext, Options, PlaceChoice,
    RepositoryContext, Rule, Sink,
};
use crate::analysis::engine::selection::{FileLevels, Levels, Selection};
use crate::analysis::engine::snapshot::{KnownAccounts, Snapshot};
use crate::analysis::engine::suppress::Directives;
use crate::analysis::plain_secrets;
use crate::analysis::rules::{
    self, ambiguous_scalar, emptied_map, foreign_field, unknown_rule, unknown_team, unused_ignore, vanishing_manifest,
};
use crate::analysis::unicode;
use crate::domain::delivery_facts::DeliveryFacts;
use crate::domain::document::manifest::{Form, Manifest};
use crate::domain::document::span::Span;
use crate::domain::finding::{EntityName, Family, FileId, Finding, RuleInfo};
use crate::domain::mapping_facts::{ClusterFacts, MappingFacts};

type Active<F> = Vec<(&'static RuleInfo, Levels, F)>;

#[derive(Debug)]
pub struct Analyzer<'a> {
    snapshot: &'a Snapshot,
    accounts: KnownAccounts,
    options: &'a Options,
    /// Of the files of the run by their numbers, if the level of some rule depends on them.
    paths: &'a [&'a str],
    /// The levels of the fields that the published CRD does not have.
    foreign_field: Levels,
    document_rules: Active<fn(&DocumentContext<'_>, &Snapshot, &mut Sink<'_>)>,
    entity_rules: Active<fn(&EntityContext<'_>, &mut Sink<'_>)>,
    entity_check_rules: Active<fn(&EntityContext<'_>, &mut Sink<'_>)>,
    repository_rules: Active<fn(&RepositoryContext<'_>, &mut Sink<'_>)>,
    mapping_rules: Active<fn(&MappingContext<'_>, &mut Sink<'_>)>,
    delivery_rules: Active<fn(&DeliveryContext<'_>, &mut Sink<'_>)>,
    suppression_rules: Vec<(&'static Rule, Levels)>,
}

/// The results of the files that one thread checked.
#[derive(Debug, Default)]
pub struct FileResults {
    pub entities: usize,
    /// The number of unreadable documents of each file that has any.
    pub broken_documents: Vec<(FileId, usize)>,
    /// The files that may hold a deliverer, an object of Flux or Argo CD, or a definition of Crossplane.
    pub deliverers: Vec<FileId>,
    pub(super) findings: Vec<Finding>,
    facts: Facts,
    /// The files whose results are only their facts.
    clean: Vec<FileFacts>,
    /// The ignore comments of each file, and whether some entity of the file could not be checked against a blueprint,
    /// or not be read at all.
    pub(super) directives: Vec<(FileId, Directives, bool)>,
    /// Files with entities whose names may be unknown.
    partly_unknown: Vec<FileId>,
}

impl FileResults {
    /// Removes the results of one file, so that it can be checked again.
    pub fn remove(&mut self, file: FileId) {
        self.facts.remove(file);
        self.findings.retain(|finding| finding.place.file != file);
        self.broken_documents.retain(|(other, _)| *other != file);
        self.deliverers.retain(|other| *other != file);
        self.directives.retain(|(other, ..)| *other != file);
        self.partly_unknown.retain(|other| *other != file);
        // Their ranges of the facts have moved.
        self.clean.clear();
    }

    pub(super) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The results of files that an earlier run found clean, by their number there and in this run; `None` if the facts
    /// are damaged.
    pub fn of_saved(saved: &LoadedFacts<'_>, chosen: &[(usize, FileId)]) -> Option<Self> {
        let (facts, clean) = saved.read(chosen)?;
        let entities = clean.iter().map(|file| file.manifests).sum();
        Some(Self { entities, facts, clean, ..Self::default() })
    }

    /// The files without findings, ignore comments or anything else that has to be seen again.
    pub fn clean(&self) -> &[FileFacts] {
        &self.clean
    }

    pub(crate) fn into_facts(self) -> Facts {
        self.facts
    }

    pub fn save(&self, file: &FileFacts, saved: &mut SavedFacts) {
        saved.add(&self.facts, file);
    }
}

/// The findings and ignore comments of all files.
#[derive(Default)]
struct OfFiles {
    findings: Vec<Finding>,
    directives: BTreeMap<FileId, (Directives, bool)>,
}

impl OfFiles {
    fn add(&mut self, findings: Vec<Finding>, directives: Vec<(FileId, Directives, bool)>) {
        self.findings.extend(findings);
        self.directives.extend(directives.into_iter().map(|(file, it, unjudged)| (file, (it, unjudged))));
    }
}

/// What is known of the repository besides its manifests.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evidence<'a> {
    /// The mappings of clusters, where there are any.
    pub mapping: Option<&'a MappingFacts>,
    /// The deliverers, where the repository holds any.
    pub delivery: Option<&'a DeliveryFacts>,
}

/// All findings, sorted, and those that ignore comments silenced.
#[derive(Debug)]
pub struct AnalysisResult {
    pub findings: Vec<Finding>,
    pub suppressed: Vec<Finding>,
    /// Relations whose targets could not be checked, because the snapshot does not list all entities of the catalog.
    pub unchecked_relations: usize,
    /// Every file could be read far enough to identify its entities.
    pub is_complete: bool,
}

impl<'a> Analyzer<'a> {
    pub fn new(snapshot: &'a Snapshot, selection: &Selection, options: &'a Options) -> Self {
        let mut analyzer = Self {
            snapshot,
            accounts: snapshot.known_accounts(),
            options,
            paths: &[],
            foreign_field: selection.levels_of(&foreign_field::RULE.info),
            document_rules: Vec::new(),
            entity_rules: Vec::new(),
            entity_check_rules: Vec::new(),
            repository_rules: Vec::new(),
            mapping_rules: Vec::new(),
            delivery_rules: Vec::new(),
            suppression_rules: Vec::new(),
        };
        for rule in rules::ALL.iter().copied() {
            let levels = selection.levels_of(&rule.info);
            if !levels.is_on() {
                continue;
            }
            match rule.check {
                Check::Document(check) => analyzer.document_rules.push((&rule.info, levels, check)),
                Check::Entity(check) => analyzer.entity_rules.push((&rule.info, levels, check)),
                Check::EntityProblems(check) => analyzer.entity_check_rules.push((&rule.info, levels, check)),
                Check::Repository(check) => analyzer.repository_rules.push((&rule.info, levels, check)),
                Check::Mapping(check) => analyzer.mapping_rules.push((&rule.info, levels, check)),
                Check::MappingOrAssumed(check, ref assumed) => {
                    if !options.assumed_mappings.is_empty() {
                        analyzer.add_assumed(&rule.info, levels.clone(), assumed);
                    }
                    analyzer.mapping_rules.push((&rule.info, levels, check));
                }
                Check::Delivery(check) => analyzer.delivery_rules.push((&rule.info, levels, check)),
                Check::Suppression => analyzer.suppression_rules.push((rule, levels)),
            }
        }
        analyzer
    }

    /// Sets the paths of the files, by their numbers. They are only looked at if the level of a rule depends on them.
    #[must_use]
    pub fn with_paths<'b>(self, paths: &'b [&'b str]) -> Analyzer<'b>
    where
        'a: 'b,
    {
        Analyzer { paths, ..self }
    }

    fn add_assumed(&mut self, rule: &'static RuleInfo, levels: Levels, assumed: &Assumed) {
        match *assumed {
            Assumed::Entity(check) => self.entity_rules.push((rule, levels, check)),
            Assumed::Repository(check) => self.repository_rules.push((rule, levels, check)),
            Assumed::Delivery(check) => self.delivery_rules.push((rule, levels, check)),
        }
    }

    /// Begins a file; `text` is all of its text.
    pub fn file<'r>(&'r self, file: FileId, text: &str, state: &'r mut RunState) -> FileRun<'r> {
        let FileResults { facts, findings, entities, .. } = &state.results;
        FileRun {
            begin: facts.mark(file, *entities),
            findings: findings.len(),
            analyzer: self,
            file,
            state,
            may_contain_credentials: plain_secrets::may_hold(text),
            may_contain_unnormalised: unicode::may_contain(text),
            may_contain_file_references: memchr::memmem::find(text.as_bytes(), FILE_REFERENCE.as_bytes()).is_some(),
            concerns_delivery: concerns_delivery(text),
            is_partly_unchecked: false,
            broken_documents: 0,
        }
    }

    /// Runs the rules over the whole repository, its mappings and its deliverers, then applies the ignore comments.
    /// `in_sight` returns whether findings of a file are requested.
    pub fn conclude(
        &self,
        mut parts: Vec<FileResults>,
        evidence: Evidence<'_>,
        in_sight: &dyn Fn(FileId) -> bool,
    ) -> AnalysisResult {
        let mut of_files = OfFiles::default();
        for part in &mut parts {
            of_files.add(std::mem::take(&mut part.findings), std::mem::take(&mut part.directives));
        }
        self.conclude_with(&parts, of_files, evidence, in_sight)
    }

    /// The same, and keeps the results of the files for the next conclusion.
    pub fn conclude_kept(
        &self,
        parts: &[FileResults],
        evidence: Evidence<'_>,
        in_sight: &dyn Fn(FileId) -> bool,
    ) -> AnalysisResult {
        let mut of_files = OfFiles::default();
        for part in parts {
            of_files.add(part.findings.clone(), part.directives.clone());
        }
        self.conclude_with(parts, of_files, evidence, in_sight)
    }

    fn conclude_with(
        &self,
        parts: &[FileResults],
        OfFiles { mut findings, mut directives }: OfFiles,
        Evidence { mapping, delivery }: Evidence<'_>,
        in_sight: &dyn Fn(FileId) -> bool,
    ) -> AnalysisResult {
        let is_complete = parts.iter().all(|part| part.partly_unknown.is_empty());
        let facts: Vec<&Facts> = parts.iter().map(|part| &part.facts).collect();
        let repository = Repository::new(&facts);
        let knows_all_targets = is_complete && self.snapshot.known.is_some();
        let absent_targets = repository.absent_targets();
        for (rule, levels, check) in &self.repository_rules {
            let levels = levels.by_file(self.paths);
            let context = RepositoryContext {
                repository: &repository,
                absent_targets: &absent_targets,
                knows_all_targets,
                places: PlaceChoice { in_sight, levels },
                snapshot: self.snapshot,
                options: self.options,
                has_mapping: mapping.is_some(),
            };
            check(&context, &mut sink(&mut findings, FileId(0), rule, levels));
        }
        if let Some(facts) = mapping {
            findings.extend(self.mapping_findings(facts, delivery));
        }
        if let Some(facts) = delivery {
            for (rule, levels, check) in &self.delivery_rules {
                let levels = levels.by_file(self.paths);
                let context = DeliveryContext { facts, places: PlaceChoice { in_sight, levels } };
                check(&context, &mut sink(&mut findings, FileId(0), rule, levels));
            }
            self.reword(&mut findings, facts, mapping.is_some());
        }
        let is_judged = |target: &&TargetRef<'_>| knows_all_targets && self.snapshot.covers_target(target.fact.field);
        let relations = absent_targets.iter().filter(|target| target.fact.field.is_relation());
        let unchecked_relations = relations.filter(|target| !is_judged(target)).count();
        let (suppressed, mut findings): (Vec<Finding>, Vec<Finding>) =
            findings.into_iter().partition(|finding| is_silenced(finding, &mut directives));
        for (file, (directives, is_partly_unchecked)) in directives {
            let knows_targets = |rule: &'static Rule| match std::ptr::eq(rule, &raw const unknown_team::RULE) {
                true => knows_all_targets && self.accounts.teams && self.accounts.users,
                false => unchecked_relations == 0 && knows_all_targets,
            };
            let was_evaluated = |rule: &'static Rule| {
                let evidence = Evidence { mapping, delivery };
                self.was_evaluated(rule, file, is_partly_unchecked, knows_targets(rule), evidence)
            };
            let ignore_report = directives.ignore_report(rules::by_name, was_evaluated);
            for (rule, levels) in &self.suppression_rules {
                let mut sink = sink(&mut findings, file, &rule.info, levels.by_file(self.paths));
                unused_ignore::report(rule, &ignore_report, &mut sink);
                unknown_rule::report(rule, rules::ALL, &ignore_report, &mut sink);
            }
        }
        findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        AnalysisResult { findings, suppressed, unchecked_relations, is_complete }
    }
}

impl Analyzer<'_> {
    /// Adapts the findings of files to the tools that read these.
    fn reword(&self, findings: &mut Vec<Finding>, facts: &DeliveryFacts, has_mapping: bool) {
        vanishing_manifest::replace_others(findings);
        let levels = self.foreign_field.by_file(self.paths);
        foreign_field::reword(findings, facts, &|file| !levels.is_configured(file));
        let is_it = |rule: &RuleInfo| std::ptr::eq(rule, &raw const ambiguous_scalar::RULE.info);
        if let Some((rule, levels, _)) = self.document_rules.iter().find(|(rule, ..)| is_it(rule)) {
            let more = ambiguous_scalar::reword(findings, facts, has_mapping);
            let mut sink = sink(findings, FileId(0), rule, levels.by_file(self.paths));
            more.into_iter().for_each(|draft| sink.report(draft));
        }
    }

    /// Several clusters may share a mapping, and then a finding.
    fn mapping_findings(&self, facts: &MappingFacts, delivery: Option<&DeliveryFacts>) -> Vec<Finding> {
        let context = MappingContext { facts, snapshot: self.snapshot, delivery };
        let mut findings = Vec::new();
        for (rule, levels, check) in &self.mapping_rules {
            let mut sink = sink(&mut findings, FileId(0), rule, levels.by_file(self.paths));
            check(&context, &mut sink);
        }
        findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        findings.dedup_by(|a, b| a.sort_key() == b.sort_key());
        findings
    }

    /// Whether a rule was evaluated in a file: it is on there, and the data that it requires was available.
    fn was_evaluated(
        &self,
        rule: &'static Rule,
        file: FileId,
        is_partly_unchecked: bool,
        knows_targets: bool,
        Evidence { mapping, delivery }: Evidence<'_>,
    ) -> bool {
        let info = &rule.info;
        let documents = self.document_rules.iter().map(|(info, levels, _)| (*info, levels));
        let entities =
            self.entity_rules.iter().chain(&self.entity_check_rules).map(|(info, levels, _)| (*info, levels));
        let is_on = documents
            .chain(entities)
            .chain(self.repository_rules.iter().map(|(info, levels, _)| (*info, levels)))
            .chain(self.mapping_rules.iter().map(|(info, levels, _)| (*info, levels)))
            .chain(self.delivery_rules.iter().map(|(info, levels, _)| (*info, levels)))
            .chain(self.suppression_rules.iter().map(|(rule, levels)| (&rule.info, levels)))
            .any(|(active, levels)| std::ptr::eq(active, info) && levels.by_file(self.paths).of(file).is_some());
        let has_what_it_needs = match info.family {
            Family::Entity => !is_partly_unchecked,
            Family::Relation => !is_partly_unchecked && knows_targets,
            Family::Mapping => match (mapping, &rule.check) {
                (Some(facts), _) => facts.is_complete && facts.clusters.iter().all(ClusterFacts::is_evaluated),
                (None, Check::MappingOrAssumed(_, Assumed::Delivery(_))) => {
                    delivery.is_some_and(|facts| facts.knows_clusters)
                }
                (None, Check::MappingOrAssumed(_, Assumed::Entity(_) | Assumed::Repository(_))) => {
                    !self.options.assumed_mappings.is_empty() && !is_partly_unchecked
                }
                (None, _) => false,
            },
            Family::Delivery => {
                let needs_base = std::ptr::eq(rule, &raw const emptied_map::RULE);
                delivery.is_some_and(|facts| facts.has_base || !needs_base)
            }
            Family::Syntax | Family::Shape | Family::Repository | Family::Secret | Family::Suppression => true,
        };
        is_on && has_what_it_needs
    }
}

/// State that is kept from file to file; one per thread.
#[derive(Debug, Default)]
pub struct RunState {
    scratch: Scratch,
    results: FileResults,
}

impl RunState {
    /// Reserves capacity for this many files.
    pub fn with_capacity(files: usize) -> Self {
        let results = FileResults { facts: Facts::with_capacity(files), ..FileResults::default() };
        Self { results, ..Self::default() }
    }

    /// The results, after the last file.
    pub fn into_results(self) -> FileResults {
        self.results
    }
}

/// The check of one file.
#[derive(Debug)]
pub struct FileRun<'r> {
    analyzer: &'r Analyzer<'r>,
    file: FileId,
    state: &'r mut RunState,
    begin: FileFacts,
    /// The number of findings before it.
    findings: usize,
    may_contain_credentials: bool,
    may_contain_unnormalised: bool,
    may_contain_file_references: bool,
    concerns_delivery: bool,
    is_partly_unchecked: bool,
    broken_documents: usize,
}

impl FileRun<'_> {
    /// Checks one document that contains manifests.
    pub fn document(&mut self, context: &DocumentContext<'_>) {
        let is_odd = |manifest: &Manifest| manifest.near_miss.is_some();
        let is_sound = context.faults.is_empty() && !context.manifests.iter().any(is_odd);
        let before = self.state.results.findings.len();
        let document_rules = if is_sound { &[] } else { self.analyzer.document_rules.as_slice() };
        for (rule, levels, check) in document_rules {
            let levels = levels.by_file(self.analyzer.paths);
            let mut sink = sink(&mut self.state.results.findings, self.file, rule, levels);
            check(context, self.analyzer.snapshot, &mut sink);
        }
        if context.manifests.is_empty() {
            self.name_consequence(before);
        }
        for manifest in context.manifests {
            self.entity(context, manifest);
        }
        if !context.is_mapped {
            self.state.results.entities += context.manifests.len();
        }
        self.is_partly_unchecked |= context.manifests.is_empty();
    }

    /// Adds to the first finding that nothing is deleted: the entities of an unreadable document are unknown.
    fn name_consequence(&mut self, first: usize) {
        if let Some(finding) = self.state.results.findings.get_mut(first) {
            finding.message.push_str(" Until this is fixed, `portolan push` deletes nothing.");
        }
    }

    /// Records an unreadable document at `span`; `names` are the entities that a scan of its text found.
    pub fn record_salvaged(&mut self, names: &[EntityName], span: Span) {
        for name in names {
            self.state.results.facts.record_salvaged(self.file, name, span);
        }
        self.state.results.entities += names.len();
        self.broken_documents += 1;
    }

    /// Records an entity that may be declared at `span`.
    pub fn record_declared(&mut self, name: &EntityName, span: Span) {
        self.state.results.facts.record_salvaged(self.file, name, span);
    }

    /// Records that the entities of this file are unknown.
    pub fn record_unknown_entities(&mut self) {
        self.state.results.partly_unknown.push(self.file);
    }

    fn entity(&mut self, context: &DocumentContext<'_>, manifest: &Manifest) {
        let Analyzer { snapshot, entity_rules, entity_check_rules, paths, .. } = self.analyzer;
        let view = context.view;
        let is_ours = manifest.near_miss.is_none();
        let blueprint = manifest.blueprint_text(view).filter(|_| is_ours && !context.is_mapped);
        let index = blueprint.and_then(|blueprint| snapshot.index(blueprint));
        let indexed = index.and_then(|index| Some((index, snapshot.indexed(index)?)));
        let RunState { scratch, results: FileResults { facts, findings, .. } } = &mut *self.state;
        let mut entity_check = EntityCheck::take(view, manifest, indexed, scratch, facts);
        if self.may_contain_credentials {
            entity_check.look_for_secrets(view, manifest);
        }
        if self.may_contain_unnormalised {
            entity_check.look_for_unnormalised(view, manifest, indexed.map(|(_, indexed)| indexed));
        }
        if self.may_contain_file_references {
            entity_check.look_for_file_references(view, manifest);
        }
        if context.is_mapped {
            facts.resource_only(self.file, view, manifest);
        } else {
            facts.entity(self.file, view, manifest, indexed.is_some());
        }
        if !is_ours {
            self.is_partly_unchecked = true;
            return;
        }
        let indexed = indexed.map(|(_, indexed)| indexed);
        self.is_partly_unchecked |= indexed.is_none() && !context.is_mapped;
        let context_is_mapped = context.is_mapped;
        let judges = |family: Family| {
            let is_of_entity = matches!(family, Family::Entity | Family::Relation);
            match manifest.form {
                Form::Mapped => is_of_entity,
                Form::Resource(_) | Form::Bare => !(context.is_mapped && is_of_entity),
            }
        };
        let options = self.analyzer.options;
        let context = EntityContext { view, manifest, indexed, entity_check: &entity_check, options };
        let before = findings.len();
        let entity_check_rules = if entity_check.is_empty() { &[] } else { entity_check_rules.as_slice() };
        // With a mapping, `refused-object` knows what becomes of such a field.
        let is_moved =
            |rule: &'static RuleInfo| context_is_mapped && std::ptr::eq(rule, &raw const foreign_field::RULE.info);
        let rules = entity_rules.iter().chain(entity_check_rules);
        let rules = rules.filter(|(rule, ..)| judges(rule.family) && !is_moved(rule));
        for (rule, levels, check) in rules {
            let mut sink = sink(findings, self.file, rule, levels.by_file(paths));
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

    /// Ends a file whose text was read as a whole. If it has only facts, the next run needs no more of it. Nothing of a
    /// file that may contain a credential is kept.
    pub fn finish_read(self, directives: Option<Directives>) {
        let results = &mut self.state.results;
        let has_findings = results.findings.len() != self.findings || self.broken_documents > 0;
        let is_clean = !has_findings && directives.is_none() && !self.concerns_delivery;
        if is_clean && !self.may_contain_credentials {
            results.clean.push(results.facts.since(self.begin.clone(), results.entities));
        }
        self.finish(directives);
    }

    /// Ends the file; `directives` are its ignore comments.
    pub fn finish(self, directives: Option<Directives>) {
        let Self { file, state, is_partly_unchecked, broken_documents, concerns_delivery, .. } = self;
        let results = &mut state.results;
        results.deliverers.extend(concerns_delivery.then_some(file));
        results.directives.extend(directives.map(|directives| (file, directives, is_partly_unchecked)));
        if broken_documents > 0 {
            results.broken_documents.push((file, broken_documents));
        }
    }
}

/// Whether an ignore comment silences the finding, at its own place or at the one that a run may move it to.
pub(super) fn is_silenced(finding: &Finding, directives: &mut BTreeMap<FileId, (Directives, bool)>) -> bool {
    let mut is_silenced = false;
    // Both comments are used.
    for place in std::iter::once(finding.place).chain(finding.other_place()) {
        let Some((directives, _)) = directives.get_mut(&place.file) else { continue };
        is_silenced |= directives.silences(finding.rule, place.span);
    }
    is_silenced
}

static DELIVERY_WORDS: LazyLock<[Finder<'static>; 3]> =
    LazyLock::new(|| ["toolkit.fluxcd.io/", "argoproj.io/", "apiextensions.crossplane.io/"].map(Finder::new));

/// Whether a text may hold an object of Flux or Argo CD, or a definition of Crossplane.
pub fn concerns_delivery(text: &str) -> bool {
    DELIVERY_WORDS.iter().any(|word| word.find(text.as_bytes()).is_some())
}

fn sink<'f>(findings: &'f mut Vec<Finding>, file: FileId, rule: &'static RuleInfo, levels: FileLevels<'f>) -> Sink<'f> {
    Sink { findings, file, rule, levels, entity: None }
}
