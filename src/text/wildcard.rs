//! Matches a text against a pattern in which `*` is any number of characters. Nothing else is special, so a name with
//! brackets or a question mark means itself.

/// Whether the whole text matches.
pub fn wildcard_matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    // The first place of each part leaves the most text for the parts after it.
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        let Some((_, after)) = text.split_once(part) else { return false };
        text = after;
    }
    text.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::wildcard_matches;

    #[test]
    fn a_star_is_any_number_of_characters_and_nothing_else_is_special() {
        for (pattern, text) in [
            ("cart", "cart"),
            ("*", ""),
            ("*", "a/b"),
            ("core-*", "core-"),
            ("core-*", "core-a-b"),
            ("*-api", "cart-api"),
            ("a*b*c", "abc"),
            ("a*b*c", "a1bb2bc"),
            ("*a*", "banana"),
            ("a*a", "aa"),
            ("**", "x"),
            ("ü*", "über"),
            ("what?", "what?"),
        ] {
            assert!(wildcard_matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("cart", "carts"),
            ("", "a"),
            ("core-*", "score-a"),
            ("a*a", "a"),
            ("ab*ba", "aba"),
            ("a*b*c", "acb"),
            ("what?", "whats"),
            ("Cart", "cart"),
        ] {
            assert!(!wildcard_matches(pattern, text), "{pattern} {text}");
        }
    }
}
