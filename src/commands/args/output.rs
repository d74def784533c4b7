//! Parses `--output FORMAT[=FILE]`, and refuses two reports for one destination. Each command has its own list of
//! formats.

use std::path::{Path, PathBuf};

use crate::domain::error_class::ExitClass;
use crate::report::format::Format;
use crate::sources;
use crate::text::suggest::closest;

/// The formats of a command whose report is for people or for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum TextOrJson {
    Text,
    Json,
}

/// A format and its destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output<F> {
    pub format: F,
    /// The path as the user typed it; `None` is standard output.
    pub file: Option<PathBuf>,
}

impl<F: Format> Output<F> {
    /// The value parser of the flag.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, file) = text.split_once('=').map_or((text, None), |(name, file)| (name, Some(file)));
        let format = F::parse(name).ok_or_else(|| match closest(name, F::names()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => {
                let names: Vec<String> = F::names().into_iter().map(|name| format!("`{name}`")).collect();
                format!("the formats are {}", names.join(", "))
            }
        })?;
        match file {
            Some("-") => Err(format!("drop `=-` for standard output; for a file called `-` write `{name}=./-`")),
            Some("") => Err("a file is missing after `=`".to_owned()),
            file => Ok(Self { format, file: file.map(PathBuf::from) }),
        }
    }
}

/// Two reports would go to one destination.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("two reports for one output: {first} and {second} would both go to {place}")]
#[diagnostic(code("shared-output"), help("send each report to its own file: `--output FORMAT=FILE`"))]
pub struct SharedOutput {
    first: &'static str,
    second: &'static str,
    place: String,
}

impl ExitClass for SharedOutput {}

/// Refuses two reports for one destination: the second would be appended to the first, or replace it.
pub fn refuse_shared<F: Format>(outputs: &[Output<F>], directory: &Path) -> Result<(), SharedOutput> {
    let place = |output: &Output<F>| output.file.as_ref().map(|file| sources::output_place(&directory.join(file)));
    let places = outputs.iter().map(place).collect::<Vec<_>>();
    for (at, second) in outputs.iter().enumerate() {
        let Some(first) = places.iter().take(at).position(|place| *place == places[at]) else { continue };
        let place = second.file.as_ref().map_or("standard output".to_owned(), |file| format!("`{}`", file.display()));
        let (first, second) = (outputs[first].format.name(), second.format.name());
        return Err(SharedOutput { first, second, place });
    }
    Ok(())
}
