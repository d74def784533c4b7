//! Writes a sketch as YAML. Optional keys are comments in the form of YAML: removing the `# ` makes them part of the
//! manifest without further changes. Notes come from blueprints, which are not trusted, so directives in them are
//! disarmed.

use super::{Wrapper, Writer};
use crate::domain::entity::sketch::{Entry, Filling, Sketch};
use crate::manifest::scalar::needs_escape;
use crate::text::escape;

/// The document around the entity.
#[derive(Debug, Clone, Copy)]
pub enum Around<'a> {
    /// A Kubernetes resource.
    Resource(Wrapper<'a>),
    /// No envelope: the keys of the API at the top level.
    Bare,
}

/// Longer lines have their note above.
const MAX_WIDTH: usize = 110;

/// One document, with a line break at its end.
pub fn encode_sketch(sketch: &Sketch, around: &Around<'_>) -> String {
    let mut out = Writer { text: String::with_capacity(2048) };
    let level = match around {
        Around::Resource(wrapper) => {
            out.envelope(wrapper);
            1
        }
        Around::Bare => 0,
    };
    out.text_entry(level, "blueprint", &sketch.blueprint);
    out.text_entry(level, "identifier", &sketch.identifier);
    sketch.fields.iter().for_each(|field| out.sketched(level, field));
    for (name, entries) in [("properties", &sketch.properties), ("relations", &sketch.relations)] {
        if entries.iter().any(Entry::is_written) {
            out.key(level, name);
            out.text.push('\n');
            let (written, offered): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| entry.is_written());
            written.into_iter().chain(offered).for_each(|entry| out.sketched(level + 1, entry));
        } else if !entries.is_empty() {
            // A key with only comments below it would be null.
            let mut section = Writer { text: format!("{name}:\n") };
            for entry in entries {
                let Noted { above, lines } = Noted::of(1, level + 1, entry);
                section.above(1, &above);
                section.text.push_str(&lines);
            }
            out.commented(level, &section.text);
        }
    }
    out.text
}

/// An entry with its note: on the same line if that stays readable, else above.
struct Noted {
    above: Vec<String>,
    lines: String,
}

impl Noted {
    /// `level` is its indentation; `shown` is its indentation in the final text, without comment markers.
    fn of(level: usize, shown: usize, entry: &Entry) -> Self {
        let mut bare = Writer { text: String::new() };
        match &entry.filling {
            Filling::Given(value) | Filling::Offered(Some(value)) => bare.entry(level, &entry.name, value),
            Filling::Blank | Filling::Offered(None) => {
                bare.key(level, &entry.name);
                bare.text.push('\n');
            }
        }
        let lines = bare.text;
        let words = words(&entry.note);
        let first = lines.split('\n').next().unwrap_or_default();
        let width = first.chars().count() + words.iter().map(|word| word.chars().count() + 1).sum::<usize>();
        // After the header of a block scalar, and after an explicit key, some YAML readers do not accept a comment.
        let opens_block =
            lines.len() > first.len() + 1 && first.rsplit(' ').next().is_some_and(|it| it.starts_with('|'));
        let is_open = opens_block || first.trim_start().starts_with('?');
        if words.is_empty() || is_open || width + 4 + (shown - level) * 2 > MAX_WIDTH {
            return Self { above: words, lines };
        }
        let rest = &lines[first.len()..];
        Self { lines: format!("{first}   # {}{rest}", words.join(" ")), above: Vec::new() }
    }
}

impl Writer {
    fn sketched(&mut self, level: usize, entry: &Entry) {
        let Noted { above, lines } = Noted::of(if entry.is_written() { level } else { 0 }, level, entry);
        self.above(level, &above);
        if entry.is_written() { self.text.push_str(&lines) } else { self.commented(level, &lines) }
    }

    fn above(&mut self, level: usize, words: &[String]) {
        let mut width = MAX_WIDTH;
        for (at, word) in words.iter().enumerate() {
            let length = word.chars().count() + 1;
            if width + length > MAX_WIDTH {
                if at > 0 {
                    self.text.push('\n');
                }
                self.indent(level);
                self.text.push('#');
                width = level * 2 + 1;
            }
            self.text.push(' ');
            self.text.push_str(word);
            width += length;
        }
        if !words.is_empty() {
            self.text.push('\n');
        }
    }

    /// Writes lines with a comment marker before each.
    fn commented(&mut self, level: usize, lines: &str) {
        for line in lines.lines() {
            self.indent(level);
            self.text.push('#');
            if !line.is_empty() {
                self.text.push(' ');
                self.text.push_str(line);
            }
            self.text.push('\n');
        }
    }
}

/// Prefixes that tools read as directives.
const DIRECTIVES: [&str; 2] = ["portolan:", "yaml-language-server:"];

/// The words of a note for a comment: without line breaks and invisible characters.
fn words(note: &str) -> Vec<String> {
    let visible = |word: &str| word.chars().filter(|c| !needs_escape(*c)).collect::<String>();
    let tame = |word: String| {
        let found = DIRECTIVES.iter().find_map(|directive| word.to_lowercase().find(directive).zip(Some(directive)));
        match found {
            Some((at, directive)) if word.is_char_boundary(at) => {
                let colon = at + directive.len() - 1;
                format!("{} {}", &word[..colon], &word[colon..])
            }
            Some(_) => String::new(),
            None => word,
        }
    };
    let words = note.split(|c: char| c.is_whitespace() || c.is_control()).map(visible);
    let harmless = |word: String| escape::neutralise(&word).into_owned();
    words.filter(|word| !word.is_empty()).map(tame).map(harmless).collect()
}

#[cfg(test)]
mod tests;
