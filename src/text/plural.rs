//! Formats numbers with nouns: the only plural helper. Numbers are grouped, `120,000`; callers that need bare digits
//! use JSON.

/// `1 error`, `1,204 errors`.
pub fn count(number: usize, noun: &str) -> String {
    let suffix = match number {
        1 => "",
        _ if noun.ends_with('x') => "es",
        _ => "s",
    };
    match noun.strip_suffix('y') {
        // Our nouns in `y` all follow a consonant: entity, entries.
        Some(stem) if number != 1 => format!("{} {stem}ies", grouped(number)),
        Some(_) | None => format!("{} {noun}{suffix}", grouped(number)),
    }
}

/// The number with a comma between thousands.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The word with a capital letter: `push` at the start of a line.
pub fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), chars.as_str()))
}

/// Makes a sentence of a clause, for reports that print sentences: errors are clauses.
pub fn as_sentence(clause: &str) -> String {
    let clause = clause.trim();
    let end = if clause.ends_with(['.', '!', '?', ':']) { "" } else { "." };
    if clause.is_empty() { String::new() } else { capitalised(clause) + end }
}

/// `a`, `a and b`, `a, b and c`.
pub fn list(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_follow_their_numbers() {
        assert_eq!(count(0, "error"), "0 errors");
        assert_eq!(count(1, "entity"), "1 entity");
        assert_eq!(count(96, "entity"), "96 entities");
        assert_eq!(count(1_204_000, "file"), "1,204,000 files");
        assert_eq!(count(2, "fix"), "2 fixes");
        assert_eq!(grouped(999), "999");
        let parts = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(list(&parts), "a, b and c");
        assert_eq!(list(&parts[..2]), "a and b");
    }
}
