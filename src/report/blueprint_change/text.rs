//! Changed blueprints as lines for terminals.

use crate::domain::blueprint::change::{
    BlueprintChange, BlueprintChangeKind, BlueprintPart, PartChange, PartChangeKind,
};
use crate::report::escape::clean;
use crate::report::style::{Role, Style};
use crate::text::plural::list;

/// The blueprint with the sign of its change, without details.
pub fn headline(change: &BlueprintChange, style: &Style) -> String {
    let name = format!("blueprint `{}`", clean(&change.identifier));
    match &change.kind {
        BlueprintChangeKind::Added => sign('+', &name, style),
        BlueprintChangeKind::Removed => sign('-', &name, style),
        BlueprintChangeKind::Changed(_) => sign('~', &name, style),
    }
}

pub fn detail(detail: &PartChange, style: &Style) -> String {
    let (mark, words) = detail_words(detail);
    sign(mark, &words, style)
}

/// The sign of a detail, and its words.
pub fn detail_words(detail: &PartChange) -> (char, String) {
    let part = match detail.part {
        BlueprintPart::Property => "property ",
        BlueprintPart::Relation => "relation ",
        BlueprintPart::Computed => "computed property ",
        BlueprintPart::Blueprint => "",
    };
    let name = format!("{part}`{}`", clean(&detail.name));
    match &detail.change {
        PartChangeKind::Added { what, required } => {
            let required = if *required { ", required" } else { "" };
            ('+', format!("{name}: {}{required}", clean(what)))
        }
        PartChangeKind::Removed => ('-', name),
        PartChangeKind::Required => ('~', format!("{name} is now required")),
        PartChangeKind::Optional => ('~', format!("{name} is no longer required")),
        PartChangeKind::Became { from, to } => ('~', format!("{name}: {}, was {}", clean(to), clean(from))),
        PartChangeKind::Rules { keys } if keys.is_empty() => ('~', format!("{name} changed")),
        PartChangeKind::Rules { keys } => {
            let keys: Vec<String> = keys.iter().map(|key| format!("`{}`", clean(key))).collect();
            ('~', format!("{name}: {} changed", list(&keys)))
        }
    }
}

pub fn sign(sign: char, words: &str, style: &Style) -> String {
    let role = match sign {
        '+' => Role::Good,
        '-' => Role::Error,
        _ => Role::Warning,
    };
    format!("  {} {words}", style.paint(role, &sign.to_string()))
}
