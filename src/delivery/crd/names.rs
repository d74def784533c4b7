//! The rules for names in Kubernetes. Each yields what the API server says, if it refuses a name.

/// A label of DNS that begins with a letter: names of kinds and versions.
pub fn dns_1035_label(name: &str) -> Option<&'static str> {
    const TEXT: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an \
                        alphabetic character, and end with an alphanumeric character";
    let starts_well = name.starts_with(|first: char| first.is_ascii_lowercase());
    if starts_well && is_label(name) { too_long(name, 63) } else { Some(TEXT) }
}

/// A label of DNS: names of namespaces.
pub fn dns_1123_label(name: &str) -> Option<&'static str> {
    const TEXT: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must \
                        start and end with an alphanumeric character";
    if is_label(name) { too_long(name, 63) } else { Some(TEXT) }
}

/// A name of DNS: names of objects and groups.
pub fn dns_1123_subdomain(name: &str) -> Option<&'static str> {
    const TEXT: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', \
                        and must start and end with an alphanumeric character";
    if name.split('.').all(is_label) { too_long(name, 253) } else { Some(TEXT) }
}

/// A prefix of a name, to which the API server adds.
pub fn name_prefix(prefix: &str) -> Option<&'static str> {
    match prefix.strip_suffix('-') {
        Some(rest) => dns_1123_subdomain(&format!("{rest}a")),
        None => dns_1123_subdomain(prefix),
    }
}

/// A key of a label or an annotation.
pub fn qualified_name(key: &str) -> Option<&'static str> {
    const TEXT: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with \
                        an alphanumeric character";
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    if name.contains('/') {
        return Some("a qualified name must have an optional DNS subdomain prefix and '/'");
    }
    match prefix {
        Some("") => return Some("prefix part must be non-empty"),
        Some(prefix) => {
            if let Some(text) = dns_1123_subdomain(prefix) {
                return Some(text);
            }
        }
        None => {}
    }
    if name.is_empty() {
        return Some("name part must be non-empty");
    }
    if is_word(name) { too_long(name, 63) } else { Some(TEXT) }
}

/// A value of a label.
pub fn label_value(value: &str) -> Option<&'static str> {
    const TEXT: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', \
                        and must start and end with an alphanumeric character";
    if value.is_empty() || is_word(value) { too_long(value, 63) } else { Some(TEXT) }
}

fn too_long(name: &str, most: usize) -> Option<&'static str> {
    match most {
        _ if name.len() <= most => None,
        63 => Some("must be no more than 63 bytes"),
        _ => Some("must be no more than 253 bytes"),
    }
}

/// Lower-case letters, digits and hyphens inside.
fn is_label(name: &str) -> bool {
    let is_edge = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let bytes = name.as_bytes();
    let is_inner = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    is_edge(bytes.first()) && is_edge(bytes.last()) && bytes.iter().all(is_inner)
}

/// Letters and digits, with `-`, `_` and `.` inside.
fn is_word(name: &str) -> bool {
    let is_edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    is_edge(bytes.first()) && is_edge(bytes.last()) && bytes.iter().all(is_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_kubernetes() {
        let long = "a".repeat(64);
        for (name, [label, begins_with_letter, subdomain]) in [
            ("a", [true, true, true]),
            ("a-1", [true, true, true]),
            ("1a", [true, false, true]),
            ("a.b", [false, false, true]),
            ("A", [false, false, false]),
            ("a-", [false, false, false]),
            ("", [false, false, false]),
            ("a..b", [false, false, false]),
            (&long, [false, false, true]),
        ] {
            let found = [dns_1123_label(name), dns_1035_label(name), dns_1123_subdomain(name)];
            assert_eq!(found.map(|fault| fault.is_none()), [label, begins_with_letter, subdomain], "{name}");
        }
        for (key, is_right) in [
            ("a", true),
            ("a.b/C_d", true),
            ("a/", false),
            ("/a", false),
            ("A/b", false),
            ("a/b/c", false),
            ("-a", false),
        ] {
            assert_eq!(qualified_name(key).is_none(), is_right, "{key}");
        }
        assert_eq!([label_value(""), label_value("a.B-1")], [None, None]);
        assert!(label_value("a b").is_some() && label_value("-a").is_some());
        assert!(name_prefix("a-").is_none() && name_prefix("A-").is_some());
    }
}
