//! Patterns of names as Go's `path.Match` has them, for texts without `/`: `*`, `?`, `[a-z]`, `[^a]` and `\x`.

/// The pattern cannot be read. Where Go gives an error, nothing has matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct BadPattern;

/// Whether the whole name matches the pattern. A pattern that cannot be read matches nothing.
pub fn matches(pattern: impl AsRef<[u8]>, name: impl AsRef<[u8]>) -> bool {
    let (pattern, name) = (pattern.as_ref(), name.as_ref());
    if memchr::memchr3(b'*', b'?', b'[', pattern).is_none() && memchr::memchr(b'\\', pattern).is_none() {
        return pattern == name;
    }
    try_matches(pattern, name).unwrap_or_default()
}

fn try_matches(mut pattern: &[u8], mut name: &[u8]) -> Result<bool, BadPattern> {
    'chunks: while !pattern.is_empty() {
        let (is_starred, chunk, rest) = next_chunk(pattern);
        pattern = rest;
        if is_starred && chunk.is_empty() {
            return Ok(true);
        }
        if let Some(after) = match_chunk(chunk, name)?.filter(|after| after.is_empty() || !pattern.is_empty()) {
            name = after;
            continue;
        }
        if is_starred {
            for skipped in 1..=name.len() {
                let Some(after) = match_chunk(chunk, name.get(skipped..).unwrap_or_default())? else { continue };
                if pattern.is_empty() && !after.is_empty() {
                    continue;
                }
                name = after;
                continue 'chunks;
            }
        }
        return Ok(false);
    }
    Ok(name.is_empty())
}

/// Whether a star comes first, the part up to the next star, and the rest.
fn next_chunk(pattern: &[u8]) -> (bool, &[u8], &[u8]) {
    let stars = pattern.iter().take_while(|byte| **byte == b'*').count();
    let body = pattern.get(stars..).unwrap_or_default();
    let (mut in_class, mut at) = (false, 0);
    while let Some(byte) = body.get(at) {
        match byte {
            b'\\' if at + 1 < body.len() => at += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'*' if !in_class => break,
            _ => {}
        }
        at += 1;
    }
    let (chunk, rest) = body.split_at(at);
    (stars > 0, chunk, rest)
}

/// What is left of the text after the chunk.
fn match_chunk<'n>(mut chunk: &[u8], mut text: &'n [u8]) -> Result<Option<&'n [u8]>, BadPattern> {
    while let Some((first, rest)) = chunk.split_first() {
        if text.is_empty() {
            return Ok(None);
        }
        match first {
            b'[' => {
                let (found, after) = first_char(text);
                text = after;
                let (is_member, after) = match_class(rest, found)?;
                chunk = after;
                if !is_member {
                    return Ok(None);
                }
            }
            b'?' => {
                text = first_char(text).1;
                chunk = rest;
            }
            _ => {
                let (wanted, rest) = match first {
                    b'\\' => rest.split_first().ok_or(BadPattern)?,
                    first => (first, rest),
                };
                let Some((_, after)) = text.split_first().filter(|(byte, _)| *byte == wanted) else {
                    return Ok(None);
                };
                text = after;
                chunk = rest;
            }
        }
    }
    Ok(Some(text))
}

/// Whether the character is in the class whose text follows `[`, and what follows the class.
fn match_class(class: &[u8], found: u32) -> Result<(bool, &[u8]), BadPattern> {
    let (is_negated, mut class) = match class.split_first() {
        Some((b'^', rest)) => (true, rest),
        Some(_) | None => (false, class),
    };
    let (mut is_member, mut ranges) = (false, 0);
    loop {
        if let Some((b']', rest)) = class.split_first().filter(|_| ranges > 0) {
            return Ok((is_member != is_negated, rest));
        }
        let (low, rest) = class_char(class)?;
        let (high, rest) = match rest.split_first() {
            Some((b'-', rest)) => class_char(rest)?,
            Some(_) | None => (low, rest),
        };
        is_member |= (low..=high).contains(&found);
        class = rest;
        ranges += 1;
    }
}

fn class_char(class: &[u8]) -> Result<(u32, &[u8]), BadPattern> {
    let class = match class.split_first().ok_or(BadPattern)? {
        (b'-' | b']', _) => return Err(BadPattern),
        (b'\\', rest) => rest,
        _ => class,
    };
    if class.is_empty() {
        return Err(BadPattern);
    }
    let (found, rest) = first_char(class);
    if rest.is_empty() { Err(BadPattern) } else { Ok((found, rest)) }
}

/// The first character; the value of a byte that starts none is beyond all characters.
fn first_char(text: &[u8]) -> (u32, &[u8]) {
    let width = text.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
    match width {
        Some(found) => (u32::from(found), text.get(found.len_utf8()..).unwrap_or_default()),
        None => (u32::MAX, text.get(1..).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_go() {
        for (pattern, name) in [
            ("*.yaml", "a.yaml"),
            ("*", ""),
            ("a*b*c", "axxbyyc"),
            ("?.md", "ä.md"),
            ("[a-c]x", "bx"),
            ("[^a-c]x", "dx"),
            (r"\*", "*"),
            ("[ä-ü]", "ö"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("*.yaml", "a.yml"), ("", "a"), ("a", ""), ("a*b", "abc"), ("[^a]", "a"), ("?", "ab")] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
        for pattern in ["[", "[a", "[]a]", "[-]", "a\\", "[a-]"] {
            assert!(!matches(pattern, "a"), "{pattern}");
        }
        assert!(matches("*a".repeat(40), "a".repeat(60)));
    }
}
