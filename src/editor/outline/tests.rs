//! Tests where a cursor is found to be: `|` marks it in each text.

use super::cursor::{Slot, Step};
use super::cursor_at;

fn shown(marked: &str) -> String {
    let byte = marked.find('|').expect("the cursor is marked");
    let text = marked.replacen('|', "", 1);
    let Some(cursor) = cursor_at(&text, byte) else { return "nothing".to_owned() };
    let steps = cursor.path.iter().map(|step| match step {
        Step::Key(key) => key.clone(),
        Step::Item => "-".to_owned(),
    });
    let path = steps.collect::<Vec<_>>().join("/");
    let slot = match cursor.slot {
        Slot::Line => "line",
        Slot::Value => "value",
        Slot::Item => "item",
        Slot::FlowKey => "flow key",
    };
    let keys = cursor.mappings.last().map(|(_, keys)| keys.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>());
    format!("{slot} of {path} `{}` beside {}", cursor.word.slice(&text), keys.unwrap_or_default().join(","))
}

#[test]
fn the_path_follows_the_indentation() {
    let head = "spec:\n  blueprint: service\n  properties:\n    tier: gold\n";
    for (tail, expected) in [
        ("    la|", "line of spec/properties `la` beside tier"),
        ("    |", "line of spec/properties `` beside tier"),
        ("  |", "line of spec `` beside blueprint,properties"),
        ("|", "line of  `` beside spec"),
        ("    lang: g|o # why", "value of spec/properties/lang `go` beside "),
        ("    lang:|", "value of spec/properties/lang `` beside "),
        ("    lang: |", "value of spec/properties/lang `` beside "),
        ("    la|ng: go", "line of spec/properties `lang` beside tier"),
        ("    # a comm|ent", "nothing"),
        ("    text: >\n      wo|rds", "nothing"),
        ("    text: words\n      more wo|rds", "nothing"),
        ("   |", "nothing"),
        ("  relations:\n    uses:\n    - ca|rt\n    - pay", "item of spec/relations/uses/- `cart` beside "),
        ("  relations:\n    uses:\n      - a\n      - |", "item of spec/relations/uses/- `` beside "),
        ("  relations:\n    system: [a, b|c, d]", "item of spec/relations/system/- `bc` beside "),
        ("  relations: {system: |}", "value of spec/relations/system `` beside "),
        ("  relations: {system: a, te|}", "flow key of spec/relations `te` beside system"),
        ("  relations: {system: a,\n    te|am: x}", "flow key of spec/relations `team` beside system"),
        ("  relations: {\"system\": \"a|b\"}", "value of spec/relations/system `\"ab\"` beside "),
    ] {
        assert_eq!(shown(&format!("{head}{tail}")), expected, "{tail}");
        assert_eq!(shown(&format!("a: 1\n---\n{head}{tail}\n---\nb: 1\n")), expected, "{tail} between others");
    }
}

#[test]
fn whole_documents_in_flow_style_are_followed_too() {
    assert_eq!(
        shown("{\"spec\": {\"blueprint\": \"service\", \"properties\": {\"ti|\"}}}"),
        "flow key of spec/properties `\"ti\"` beside "
    );
    assert_eq!(shown("- identifier: a\n  tea|\n- b: 1\n"), "line of - `tea` beside identifier");
    assert_eq!(shown("- id|\n"), "item of - `id` beside ");
}

#[test]
fn no_text_and_no_place_is_too_strange() {
    for text in
        ["", "\n", "é: [", "a: {b: [c, 'd", "- - - x", "\u{feff}a:\n\t- b", "?: x\n- :", "a: \"b\\", ": :", "---\n---"]
    {
        for byte in 0..=text.len() + 1 {
            let _ = cursor_at(text, byte);
        }
    }
}
