//! Finds text that is not in NFC, the Unicode form of nearly all text: it may look identical to other text with
//! different bytes. Of two such texts, at least one is found here. A scan of the whole file first makes the check free
//! for files without such text.

use icu_normalizer::{ComposingNormalizer, ComposingNormalizerBorrowed};
use serde_json::Value as Json;

use crate::analysis::engine::snapshot::IndexedBlueprint;
use crate::domain::blueprint::{Property, PropertyKind};
use crate::domain::document::manifest::Manifest;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Style, Value, View, entries_of};
use crate::domain::entity::identifier;
use crate::domain::finding::Edit;

const NFC: ComposingNormalizerBorrowed<'static> = ComposingNormalizer::new_nfc();
/// Normalisation changes no character below this one, whatever precedes it.
const FIRST_COMPOSING: char = '\u{300}';
/// The maximum number of code points of one visible character.
const MAX_COMBINED: usize = 8;

/// A text with characters that are not in NFC.
#[derive(Debug)]
pub(crate) struct Unnormalised<'a> {
    pub value: Value<'a>,
    pub text_use: TextUse,
}

/// What depends on the bytes of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextUse {
    /// The name of an entity or a team: other bytes name another one.
    Name,
    /// Only people read it.
    Prose,
    /// Its reader is unknown: a URL, a key.
    Data,
}

/// Whether the values of this file are worth checking. An escape may stand for any character.
pub(crate) fn may_contain(text: &str) -> bool {
    !text.is_ascii() || memchr::memchr(b'\\', text.as_bytes()).is_some()
}

fn is_unusual(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(|c| c >= FIRST_COMPOSING) && !NFC.is_normalized(text)
}

/// Searches all values that an entity sends to the catalog.
pub(crate) fn search<'a>(
    view: View<'a>,
    manifest: &Manifest,
    indexed: Option<&IndexedBlueprint>,
    found: &mut Vec<Unnormalised<'a>>,
) {
    let value = |id: Option<_>| id.map(|id| view.value(id));
    // An identifier that the platform rejects is reported separately.
    let is_identifier = |text: &str| identifier::check_entity_identifier(text).is_ok();
    for (field, id) in manifest.texts.iter() {
        let text_use = if field.is_prose() { TextUse::Prose } else { TextUse::Data };
        look(value(*id), text_use, &|_| true, found);
    }
    look(value(manifest.team), TextUse::Name, &|_| true, found);
    look(value(manifest.identifier), TextUse::Name, &is_identifier, found);
    for (_, targets) in entries_of(value(manifest.relations)) {
        look(Some(targets), TextUse::Name, &is_identifier, found);
    }
    for (key, value) in entries_of(value(manifest.properties)) {
        let property = key.as_str().zip(indexed).and_then(|(name, indexed)| indexed.blueprint.property(name));
        // A text that the blueprint spells this way is correct.
        let is_free = |text: &str| property.is_none_or(|property| !names(&property.schema, text));
        look(Some(value), property.map_or(TextUse::Data, text_use_of), &is_free, found);
    }
}

/// The reader's limit on nesting bounds the recursion. The content of an alias is checked at its anchor.
fn look<'a>(
    value: Option<Value<'a>>,
    text_use: TextUse,
    is_relevant: &dyn Fn(&str) -> bool,
    found: &mut Vec<Unnormalised<'a>>,
) {
    let Some(value) = value.filter(|value| !value.is_copied()) else { return };
    match value.kind() {
        Kind::Map => value.entries().for_each(|(key, value)| {
            look(Some(key), TextUse::Data, is_relevant, found);
            look(Some(value), TextUse::Data, is_relevant, found);
        }),
        Kind::List => value.items().for_each(|item| look(Some(item), text_use, is_relevant, found)),
        Kind::String => {
            if value.as_str().is_some_and(|text| is_unusual(text) && is_relevant(text)) {
                found.push(Unnormalised { value, text_use });
            }
        }
        Kind::Null | Kind::Bool | Kind::Number => {}
    }
}

fn text_use_of(property: &Property) -> TextUse {
    let is_bound = ["format", "enum", "pattern"].into_iter().any(|word| property.schema.get(word).is_some());
    if property.kind == Some(PropertyKind::String) && !is_bound { TextUse::Prose } else { TextUse::Data }
}

/// Whether a schema contains this text, as a choice or elsewhere.
fn names(schema: &Json, text: &str) -> bool {
    match schema {
        Json::String(own) => own == text,
        Json::Array(items) => items.iter().any(|item| names(item, text)),
        Json::Object(entries) => entries.iter().any(|(key, value)| key == text || names(value, text)),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

/// The first character that differs from NFC: its NFC spelling, and the code points of both.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Spelling {
    pub usual: String,
    pub usual_codes: String,
    pub codes: String,
}

impl Spelling {
    pub fn first_of(text: &str) -> Option<Self> {
        let normal = NFC.normalize(text);
        let same = text.char_indices().zip(normal.chars()).take_while(|((_, one), other)| one == other).last();
        let start = same.map_or(0, |((at, c), _)| at + c.len_utf8());
        let (rest, normal) = (text.get(start..)?, normal.get(start..)?);
        let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8()).take(MAX_COMBINED);
        let mut pieces = ends.filter_map(|end| rest.get(..end)).map(|piece| (piece, NFC.normalize(piece)));
        let (piece, usual) =
            pieces.find(|(piece, usual)| *piece != usual.as_ref() && normal.starts_with(usual.as_ref()))?;
        Some(Self { usual_codes: codes(&usual), codes: codes(piece), usual: usual.into_owned() })
    }
}

fn codes(text: &str) -> String {
    text.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect::<Vec<_>>().join(" ")
}

/// Replaces the text by its NFC form, from the first character that differs to the last. `None` if that could change
/// the meaning of the file: next to an escape, or if the NFC form contains a character with a meaning in YAML.
pub(crate) fn usual(value: Value<'_>) -> Option<Edit> {
    let raw = value.raw();
    let normal = NFC.normalize(raw);
    let signs = |text: &str| text.chars().filter(char::is_ascii_punctuation).count();
    let is_escaped = value.style() == Style::DoubleQuoted && raw.contains('\\');
    if raw == normal || is_escaped || signs(raw) != signs(&normal) {
        return None;
    }
    let length = |(a, b): (char, char)| (a == b).then(|| a.len_utf8());
    let start: usize = raw.chars().zip(normal.chars()).map_while(length).sum();
    let (old, new) = (raw.get(start..)?, normal.get(start..)?);
    let end: usize = old.chars().rev().zip(new.chars().rev()).map_while(length).sum();
    let replacement = new.get(..new.len().checked_sub(end)?)?.to_owned();
    let at = value.span().start as usize + start;
    Some(Edit { span: Span::new(at, at + old.len().checked_sub(end)?), replacement })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelling(text: &str) -> (String, String, String) {
        let Spelling { usual, usual_codes, codes } = Spelling::first_of(text).expect("it is unusual");
        (usual, usual_codes, codes)
    }

    #[test]
    fn what_is_ascii_latin_or_composed_is_usual() {
        for text in
            ["", "cart", "caf\u{e9}", "\u{1ec7}", "\u{d55c}\u{ae00}", "日本語", "a\u{35}\u{301}", "🎉\u{200d}\u{fe0f}"]
        {
            assert!(!is_unusual(text), "{text:?}");
            assert_eq!(Spelling::first_of(text), None, "{text:?}");
        }
        assert!(!may_contain("title: Cart"));
        assert!(may_contain("title: caf\u{e9}") && may_contain("title: \"cafe\\u0301\""));
    }

    #[test]
    fn letters_in_pieces_and_letters_with_a_twin_are_told_by_their_codes() {
        let codes_of =
            |usual: &str, usual_codes: &str, codes: &str| (usual.to_owned(), usual_codes.to_owned(), codes.to_owned());
        assert_eq!(spelling("cafe\u{301} e\u{301}"), codes_of("\u{e9}", "U+00E9", "U+0065 U+0301"));
        assert_eq!(spelling("\u{1112}\u{1161}\u{11ab}"), codes_of("\u{d55c}", "U+D55C", "U+1112 U+1161 U+11AB"));
        assert_eq!(spelling("300 \u{212a}"), codes_of("K", "U+004B", "U+212A"));
        assert_eq!(spelling("\u{958}"), codes_of("\u{915}\u{93c}", "U+0915 U+093C", "U+0958"));
        assert_eq!(spelling("a\u{301}\u{323}"), codes_of("\u{1ea1}\u{301}", "U+1EA1 U+0301", "U+0061 U+0301 U+0323"));
        // A character with very many combining marks is too long to show.
        assert!(is_unusual(&format!("a{}\u{323}", "\u{301}".repeat(99))));
        assert_eq!(Spelling::first_of(&format!("a{}\u{323}", "\u{301}".repeat(99))), None);
    }
}
