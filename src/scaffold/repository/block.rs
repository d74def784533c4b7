//! Adds an item to a top-level list in a YAML text without changing any other byte. It supports the usual block style
//! and returns `None` for anything else; callers parse the result again to check it.

/// The item's lines, without indentation.
pub(super) type Item<'i> = &'i [&'i str];

/// The text with `item` at the end of the list under `key`; `None` if the list has an unsupported style.
pub(super) fn append(text: &str, key: &str, item: Item<'_>) -> Option<String> {
    let end = line_end(text);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    if has_several_documents(&lines) {
        return None;
    }
    let Some(at) = lines.iter().position(|line| is_key(line, key)) else {
        return Some(at_the_end(text, key, item, end));
    };
    let value = after_key(lines[at], key);
    if matches!(value, "[]" | "null" | "~") {
        let mut out = lines[..at].concat();
        out.push_str(&lines[at].trim_end().replacen(&format!(": {value}"), ":", 1));
        out.push_str(end);
        push(&mut out, 2, item, end);
        out.push_str(&lines[at + 1..].concat());
        return Some(out);
    }
    if !value.is_empty() {
        return None;
    }
    let (last, indentation) = last_of_list(&lines, at)?;
    let mut out = lines[..=last].concat();
    if !out.ends_with('\n') {
        out.push_str(end);
    }
    push(&mut out, indentation, item, end);
    out.push_str(&lines[last + 1..].concat());
    Some(out)
}

/// The text with one more line at its end, after a blank one.
pub(super) fn append_line(text: &str, line: &str) -> Option<String> {
    let end = line_end(text);
    if has_several_documents(&text.split_inclusive('\n').collect::<Vec<_>>()) {
        return None;
    }
    let mut out = text.to_owned();
    if !out.ends_with('\n') {
        out.push_str(end);
    }
    Some(format!("{out}{end}{line}{end}"))
}

/// The text with more plain words in the list under `key`, which is written in one line (`[a, b]`) or as items.
pub(super) fn append_words(text: &str, key: &str, words: &[&str]) -> Option<String> {
    if words.is_empty() {
        return Some(text.to_owned());
    }
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let at = lines.iter().position(|line| is_key(line, key))?;
    let value = after_key(lines[at], key);
    let Some(listed) = value.strip_prefix('[').and_then(|value| value.strip_suffix(']')) else {
        let items: Vec<String> = words.iter().map(|word| format!("- {word}")).collect();
        return append(text, key, &items.iter().map(String::as_str).collect::<Vec<_>>());
    };
    let all: Vec<&str> =
        listed.split(',').map(str::trim).filter(|word| !word.is_empty()).chain(words.iter().copied()).collect();
    let line = lines[at].replacen(value, &format!("[{}]", all.join(", ")), 1);
    Some(lines[..at].concat() + &line + &lines[at + 1..].concat())
}

fn line_end(text: &str) -> &'static str {
    if text.split_once('\n').is_some_and(|(first, _)| first.ends_with('\r')) { "\r\n" } else { "\n" }
}

fn at_the_end(text: &str, key: &str, item: Item<'_>, end: &str) -> String {
    let mut out = text.to_owned();
    if !out.is_empty() && !out.ends_with('\n') {
        out.push_str(end);
    }
    if !out.is_empty() && !out.ends_with("\n\n") && !out.ends_with("\n\r\n") {
        out.push_str(end);
    }
    out.push_str(&format!("{key}:{end}"));
    push(&mut out, 2, item, end);
    out
}

/// The last line of the list's content (later comments and blank lines belong to what follows), and the indentation of
/// its items.
fn last_of_list(lines: &[&str], at: usize) -> Option<(usize, usize)> {
    let mut last = at;
    let mut indentation = None;
    for (index, line) in lines.iter().enumerate().skip(at + 1) {
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let spaces = line.len() - line.trim_start_matches(' ').len();
        let is_item = content == "-" || content.starts_with("- ");
        if spaces == 0 && !is_item {
            break;
        }
        if indentation.is_none() && !is_item || line.trim_start_matches(' ').starts_with('\t') {
            return None;
        }
        indentation.get_or_insert(spaces);
        last = index;
    }
    indentation.map(|indentation| (last, indentation))
}

fn push(out: &mut String, indentation: usize, item: Item<'_>, end: &str) {
    for line in item {
        out.push_str(&" ".repeat(indentation));
        out.push_str(line);
        out.push_str(end);
    }
}

fn is_key(line: &str, key: &str) -> bool {
    line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':'))
}

/// The value after the key, without a comment.
fn after_key<'l>(line: &'l str, key: &str) -> &'l str {
    let rest = line.get(key.len() + 1..).unwrap_or_default().trim();
    if rest.starts_with('#') {
        return "";
    }
    rest.split_once(" #").map_or(rest, |(value, _)| value.trim_end())
}

fn has_several_documents(lines: &[&str]) -> bool {
    let mut has_content = false;
    for line in lines {
        let content = line.trim_end();
        let is_mark = content == "---" || content.starts_with("--- ") || content == "...";
        if is_mark && has_content {
            return true;
        }
        has_content |= !is_mark && !content.is_empty() && !content.starts_with(['#', '%']);
    }
    false
}
