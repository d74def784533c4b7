//! Loads the mapping of an import: the built-in one, and the file of the repository that replaces parts of it.

use std::path::PathBuf;

use super::error::ImportError;
use crate::commands::context::Context;
use crate::commands::import::options::ImportOptions;
use crate::commands::mapping::document::words;
use crate::commands::workspace::snapshot::FOLDER;
use crate::domain::blueprint::Blueprint;
use crate::domain::document::span::LineIndex;
use crate::error::Error;
use crate::manifest::{Document, Limits, Reader};
use crate::scaffold::import::{
    ImportKind, ImportMapping, MappingCheck, MappingFault, MappingMistakes, Mention, SourceEntity,
};
use crate::sources::{self, path_text};

/// The file in `.portolan` that replaces parts of the built-in mapping.
pub(super) fn default_path(kind: ImportKind) -> String {
    format!("{FOLDER}/import-{}.yaml", kind.name())
}

/// The mapping of a run, and where it comes from.
pub(super) struct LoadedMapping {
    pub mapping: ImportMapping,
    built_in: ImportMapping,
    own: Option<MappingText>,
}

/// The mapping file of the repository.
struct MappingText {
    path: String,
    text: String,
    mentions: Vec<Mention>,
}

pub(super) fn load(kind: ImportKind, options: &ImportOptions, context: &Context<'_>) -> Result<LoadedMapping, Error> {
    let mut mapping = ImportMapping::default();
    extend(&mut mapping, kind, "built-in", kind.default_mapping())?;
    let built_in = mapping.clone();
    let root = &context.settings.root.value;
    let own = default_path(kind);
    let directory = &context.settings.directory;
    let (folder, path) = match &options.mapping {
        Some(file) => (directory, file.clone()),
        None if sources::is_taken(&root.join(&own)) => (root, PathBuf::from(own)),
        None => return Ok(LoadedMapping { mapping, built_in, own: None }),
    };
    let text = sources::read_input(&context.settings.boundary, &folder.join(&path));
    let text = text.map_err(|error| error.named(folder, &path))?;
    let path = path_text(&path);
    let mentions = extend(&mut mapping, kind, &path, &text)?;
    Ok(LoadedMapping { mapping, built_in, own: Some(MappingText { path, text, mentions }) })
}

impl LoadedMapping {
    /// Refuses a file with names or values that the blueprints do not have. Returns notes about what looks like a slip.
    pub fn check(
        &self,
        import: ImportKind,
        blueprints: &[Blueprint],
        sources: &[SourceEntity],
    ) -> Result<Vec<String>, ImportError> {
        let Some(own) = &self.own else { return Ok(Vec::new()) };
        let check = MappingCheck { import, built_in: &self.built_in, mapping: &self.mapping, blueprints, sources };
        let MappingMistakes { faults, warnings } = check.mistakes(&own.mentions);
        refuse(&own.path, &own.text, &faults)?;
        let lines = LineIndex::new(&own.text);
        let note = |warning: &MappingFault| format!("`{}` {}", own.path, with_line(warning, &lines));
        Ok(warnings.iter().map(note).collect())
    }
}

fn extend(mapping: &mut ImportMapping, kind: ImportKind, path: &str, text: &str) -> Result<Vec<Mention>, ImportError> {
    let (mut faults, mut mentions) = (Vec::new(), Vec::new());
    Reader::new(Limits::default()).read_first(text, &mut |document| {
        if let Some(fault) = syntax_fault(document) {
            faults.push(fault);
        } else if let Some(root) = document.view.root().filter(|root| !root.is_null()) {
            (faults, mentions) = mapping.extend(root, kind);
        }
    });
    refuse(path, text, &faults)?;
    Ok(mentions)
}

fn refuse(path: &str, text: &str, faults: &[MappingFault]) -> Result<(), ImportError> {
    if faults.is_empty() {
        return Ok(());
    }
    let lines = LineIndex::new(text);
    let words: Vec<String> = faults.iter().map(|fault| with_line(fault, &lines)).collect();
    Err(ImportError::Mapping { path: path.to_owned(), faults: words.join("; ") })
}

fn with_line(fault: &MappingFault, lines: &LineIndex) -> String {
    format!("line {}: {}", lines.line_of(fault.span.start as usize), fault.message)
}

fn syntax_fault(document: &Document<'_>) -> Option<MappingFault> {
    let fault = document.faults.last().filter(|_| document.broken)?;
    Some(MappingFault { message: words(fault), span: fault.span })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_mappings_have_no_faults() {
        for kind in [ImportKind::Backstage, ImportKind::Codeowners] {
            let mut mapping = ImportMapping::default();
            extend(&mut mapping, kind, "built-in", kind.default_mapping()).expect("it is sound");
            assert_ne!(mapping, ImportMapping::default());
        }
    }

    #[test]
    fn a_faulty_mapping_is_refused_with_all_of_its_faults() {
        let mut mapping = ImportMapping::default();
        let text = "kinds:\n  Component: {bleuprint: x}\nfeilds: {}\nfields: {a: $owner, b: [1]}\nfolders: [x]\n";
        let error = extend(&mut mapping, ImportKind::Backstage, "m.yaml", text).expect_err("it is faulty");
        let text = error.to_string();
        for part in
            ["line 2", "`blueprint`", "line 3", "`fields`", "line 4", "`$owner`", "line 5: unknown key `folders`"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        for broken in ["[", "- a", "kinds: [a]", "kinds: {A: 1}"] {
            assert!(extend(&mut mapping, ImportKind::Backstage, "m.yaml", broken).is_err(), "{broken}");
        }
        extend(&mut mapping, ImportKind::Backstage, "m.yaml", "# nothing\n").expect("an empty file changes nothing");
    }
}
