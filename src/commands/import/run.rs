//! What all imports share: the mapping, the blueprints, and the steps from source entities to written manifests. All of
//! them are drafted and linted before the first one is written.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::error::ImportError;
use super::mapping_file::{self, LoadedMapping};
use super::options::ImportOptions;
use crate::commands::context::Context;
use crate::commands::lint::config::LintConfig;
use crate::commands::lint::request::{Overlay, Request};
use crate::commands::lint::run as lint;
use crate::commands::new::choices::Choices;
use crate::commands::pull::Output;
use crate::commands::schema;
use crate::commands::workspace::open::Workspace;
use crate::commands::workspace::placement::{Folder, Names};
use crate::domain::blueprint::Blueprint;
use crate::domain::document::manifest::ResourceKind;
use crate::domain::entity::EntityKey;
use crate::domain::entity::sketch::Sketch;
use crate::domain::finding::Finding;
use crate::domain::import::{Skipped, Unconverted, Unread};
use crate::domain::progress::Silent;
use crate::error::Error;
use crate::exit::Exit;
use crate::manifest::{Around, Wrapper, encode, encode_sketch};
use crate::report::import::{DeclaredEntity, Import, ImportFormat, ImportedManifest, render};
use crate::report::lint::Lint;
use crate::report::positions::Files as _;
use crate::scaffold::import::{
    DraftManifest, ImportDraft, ImportInput, ImportKind, ImportMapping, RULE, SourceEntity, draft,
};
use crate::scaffold::{self, ManifestInput};
use crate::settings::Delivery;
use crate::sources::{self, Pattern, Place, SourceFile, path_text};
use crate::text::plural::{as_sentence, count};

pub(super) struct ImportRun<'a> {
    kind: ImportKind,
    options: &'a ImportOptions,
    loaded: LoadedMapping,
    choices: Choices,
    pattern: Pattern,
}

/// A drafted manifest with its path and text.
struct PlacedManifest {
    manifest: DraftManifest,
    path: String,
    text: String,
}

pub(super) fn show_mapping(kind: ImportKind, context: &mut Context<'_>) -> Result<Exit, Error> {
    context.streams.show(kind.default_mapping())?;
    let own = mapping_file::default_path(kind);
    if sources::is_taken(&context.settings.root.value.join(&own)) {
        context.say(&format!("note: `{own}` replaces parts of this mapping."));
    }
    Ok(Exit::Success)
}

impl<'a> ImportRun<'a> {
    pub fn new(kind: ImportKind, options: &'a ImportOptions, context: &mut Context<'_>) -> Result<Self, Error> {
        let settings = context.settings;
        let loaded = mapping_file::load(kind, options, context)?;
        let pattern = settings.pattern()?;
        let choices = Choices::of(&settings.root.value, &pattern, Vec::new())?;
        if choices.blueprints.is_empty() {
            return Err(ImportError::NoSnapshot.into());
        }
        for file in &choices.unusable {
            context.say(&format!("note: `{}` has no usable blueprint: {}.", file.path, file.reason));
        }
        Ok(Self { kind, options, loaded, choices, pattern })
    }

    pub fn mapping(&self) -> &ImportMapping {
        &self.loaded.mapping
    }

    /// Whether the repository declares the entity, or the snapshot has it.
    pub fn is_known(&self, blueprint: &str, identifier: &str) -> bool {
        self.is_declared(blueprint, identifier) || self.choices.known.contains(blueprint, identifier)
    }

    fn is_declared(&self, blueprint: &str, identifier: &str) -> bool {
        self.choices.declared.holds(&EntityKey { blueprint: blueprint.into(), identifier: identifier.into() })
    }

    /// Drafts, lints, writes and reports.
    pub fn finish(
        self,
        sources: Vec<SourceEntity>,
        skipped: Vec<Skipped>,
        unread: Vec<Unread>,
        unconverted: Vec<Unconverted>,
        files_read: usize,
        context: &mut Context<'_>,
    ) -> Result<Exit, Error> {
        for note in self.loaded.check(self.kind, &self.choices.blueprints, &sources)? {
            context.say(&format!("note: {}", as_sentence(&note)));
        }
        let mut draft = self.draft(sources, context);
        if let Some(name) = draft.unmatched.first() {
            return Err(ImportError::NothingSelected { name: name.clone() }.into());
        }
        if self.options.only.is_empty() {
            draft.skipped.extend(skipped);
            draft.unconverted.splice(0..0, unconverted);
        }
        let manifests = self.place(std::mem::take(&mut draft.manifests), context)?;
        let files: Vec<SourceFile> = manifests.iter().map(PlacedManifest::file).collect();
        let files: Vec<SourceFile> = files.into_iter().chain(self.choices.files.iter().cloned()).collect();
        let workspace = Workspace::open(None, context)?;
        let config = LintConfig::of(&workspace, context.environment);
        let instead = Overlay { shelf: None, files: files.clone() };
        let mut linted = lint::lint(&Request { instead, ..config.whole() }, &Silent)?;
        let new: HashSet<&str> = manifests.iter().map(|manifest| manifest.path.as_str()).collect();
        let findings: Vec<Finding> = std::mem::take(&mut linted.findings)
            .into_iter()
            .filter(|finding| new.contains(linted.texts.path(finding.place.file)))
            .collect();
        if !self.options.dry_run {
            self.write(&manifests, files, context)?;
        }
        let mask = context.mask.clone();
        let lint = Lint {
            findings: &findings,
            fingerprints: None,
            files: &linted.texts,
            counts: linted.counts,
            notes: &[],
            has_summary: false,
            mask: &mask,
        };
        self.report(&manifests, &draft, &unread, &lint, files_read, context)?;
        Ok(Exit::Success)
    }

    fn draft(&self, sources: Vec<SourceEntity>, context: &Context<'_>) -> ImportDraft {
        let input = ImportInput {
            mapping: self.mapping(),
            blueprints: &self.choices.blueprints,
            is_declared: &|blueprint, identifier| self.is_declared(blueprint, identifier),
            is_in_catalog: &|blueprint, identifier| self.choices.known.contains(blueprint, identifier),
            mask: &context.mask,
            drops_fields: context.settings.delivery.value == Delivery::Cluster,
            keeps_incomplete: self.options.incomplete,
            only: &self.options.only,
        };
        draft(sources, &input)
    }

    /// Chooses a path and a resource name for each manifest, and writes its text.
    fn place(&self, manifests: Vec<DraftManifest>, context: &Context<'_>) -> Result<Vec<PlacedManifest>, Error> {
        let settings = context.settings;
        let root = &settings.root.value;
        let chosen = self.options.folder.as_deref().map(|folder| self.chosen_folder(folder, context)).transpose()?;
        let mut names = Names::of(&self.choices.declared);
        let mut folders: BTreeMap<Arc<str>, Folder> = BTreeMap::new();
        let mut placed = Vec::with_capacity(manifests.len());
        for manifest in manifests {
            let blueprint = &manifest.key.blueprint;
            let folder = match &chosen {
                Some(folder) => folder,
                None => {
                    if !folders.contains_key(blueprint) {
                        let include = &settings.include.value;
                        let folder = Folder::of(blueprint, &self.choices.declared, &self.pattern, include);
                        let none = || ImportError::NoFolder { blueprint: blueprint.to_string() };
                        folders.insert(blueprint.clone(), folder.ok_or_else(none)?);
                    }
                    &folders[blueprint]
                }
            };
            let (name, path) = names.find(&manifest.key, folder, root);
            let text = self.text(&manifest, &name, context);
            placed.push(PlacedManifest { manifest, path, text });
        }
        Ok(placed)
    }

    /// The folder that the user names.
    fn chosen_folder(&self, folder: &Path, context: &Context<'_>) -> Result<Folder, ImportError> {
        let (root, path) = (&context.settings.root.value, folder.display().to_string());
        let place = sources::tidy(context.settings.directory.join(folder));
        let Ok(relative) = place.strip_prefix(root).map(path_text) else {
            return Err(ImportError::FolderOutside { path, root: root.display().to_string() });
        };
        Folder::at(&relative, &self.pattern).ok_or(ImportError::FolderNotRead { path: relative })
    }

    fn text(&self, manifest: &DraftManifest, name: &str, context: &Context<'_>) -> String {
        let platform = context.settings.platform.value;
        let wrapper = Wrapper { platform, kind: ResourceKind::Entity, name, namespace: None };
        match self.choices.blueprint(&manifest.key.blueprint) {
            Some(blueprint) if !manifest.is_complete => {
                encode_sketch(&self.blanks(manifest, blueprint), &Around::Resource(wrapper))
            }
            Some(_) | None => encode(&manifest.entity, &wrapper),
        }
    }

    /// The values, with blanks for those that are required, and nothing else.
    fn blanks(&self, manifest: &DraftManifest, blueprint: &Blueprint) -> Sketch {
        let mut sketch = scaffold::sketch(&ManifestInput {
            blueprint,
            identifier: &manifest.key.identifier,
            given: &manifest.values,
            candidates: &self.choices.candidates,
            offers_fields: false,
        });
        for entries in [&mut sketch.fields, &mut sketch.properties, &mut sketch.relations] {
            entries.retain(|entry| entry.is_written());
        }
        sketch
    }

    fn write(&self, manifests: &[PlacedManifest], files: Vec<SourceFile>, context: &Context<'_>) -> Result<(), Error> {
        let root = &context.settings.root.value;
        if manifests.is_empty() {
            return Ok(());
        }
        sources::remove_abandoned(root, manifests.iter().map(|manifest| manifest.path.as_str()));
        for manifest in manifests {
            sources::create_atomically(root, Path::new(&manifest.path), manifest.text.as_bytes())?;
        }
        schema::refresh(context.settings, files)
    }

    fn report(
        &self,
        manifests: &[PlacedManifest],
        draft: &ImportDraft,
        unread: &[Unread],
        lint: &Lint<'_>,
        files_read: usize,
        context: &mut Context<'_>,
    ) -> Result<(), Error> {
        let known = &self.choices.known;
        let imported: Vec<ImportedManifest<'_>> = manifests
            .iter()
            .map(|PlacedManifest { manifest, path, text }| ImportedManifest {
                key: &manifest.key,
                kind: &manifest.kind,
                name: &manifest.name,
                place: &manifest.place,
                path,
                content: text,
                is_in_catalog: known.contains(&manifest.key.blueprint, &manifest.key.identifier),
                is_complete: manifest.is_complete,
            })
            .collect();
        let path = |key: &EntityKey| {
            self.choices.declared.declarations(key).first().map_or("", |declaration| &declaration.path)
        };
        let declared: Vec<DeclaredEntity<'_>> =
            draft.declared.iter().map(|key| DeclaredEntity { key, path: path(key) }).collect();
        let import = Import {
            source: self.kind.name(),
            is_dry_run: self.options.dry_run,
            files_read,
            manifests: &imported,
            declared: &declared,
            skipped: &draft.skipped,
            unconverted: &draft.unconverted,
            renamed: &draft.renamed,
            unread,
            lint,
            next: &self.next_steps(&imported, draft),
            is_quiet: context.quiet,
        };
        let format = match self.options.output {
            Output::Text => ImportFormat::Text,
            Output::Json => ImportFormat::Json,
        };
        let text = render(&import, format, &context.style);
        context.write_report(self.options.output.name(), None, &text)
    }

    fn next_steps(&self, manifests: &[ImportedManifest<'_>], draft: &ImportDraft) -> Vec<String> {
        let (source, own) = (self.kind.name(), mapping_file::default_path(self.kind));
        let mut steps = Vec::new();
        if draft.lacking > 0 {
            let entities = count(draft.lacking, "entity");
            let what = if draft.lacking == 1 { "its blueprint requires" } else { "their blueprints require" };
            steps.push(format!(
                "Give {entities} what {what}: values under `set` in `{own}`, or blanks with `--incomplete`."
            ));
        }
        // What a rule of CODEOWNERS says, no mapping changes.
        if draft.unconverted.iter().any(|unconverted| unconverted.kind != RULE) {
            steps.push(format!(
                "To convert more, map the fields in `{own}`; `portolan import {source} --show-mapping` shows the built-in mapping."
            ));
        }
        if manifests.is_empty() {
            return steps;
        }
        if manifests.iter().any(|manifest| !manifest.is_complete) {
            steps.push("Fill in the blanks; `portolan lint` points at each of them.".to_owned());
        }
        let in_catalog = manifests.iter().filter(|manifest| manifest.is_in_catalog).count();
        if in_catalog > 0 {
            let (have, them) = if in_catalog == 1 { ("is", "it") } else { ("are", "them") };
            steps.push(format!(
                "{} {have} in the catalog already: the first push needs `--adopt` to take {them} over.",
                count(in_catalog, "entity")
            ));
        }
        steps.push("Read the manifests, then run `portolan lint` and `portolan diff`.".to_owned());
        steps
    }
}

impl PlacedManifest {
    /// As a file, so that it can be linted before it is written.
    fn file(&self) -> SourceFile {
        SourceFile { path: self.path.clone(), place: Place::Given(Arc::from(self.text.as_bytes())) }
    }
}
