//! Recognises names whose values are credentials, and values that could be one.

/// The start of the mark that replaces a credential.
pub const MARK: &str = "[secret ";

/// Whether a property of this name would be a credential.
pub fn name_sounds_secret(name: &str) -> bool {
    ends_with_one_of(
        name,
        &[
            "password",
            "passphrase",
            "secret",
            "secretkey",
            "secretaccesskey",
            "apikey",
            "privatekey",
            // PagerDuty's keys, which catalogs of Backstage hold in plain text.
            "integrationkey",
            "routingkey",
            "token",
        ],
    )
}

/// Compares letters and digits only, whatever their case. It runs for every value of a plan, so it copies nothing, and
/// the last letter rules most names out.
fn ends_with_one_of(name: &str, ends: &[&str]) -> bool {
    let last = name.bytes().next_back().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase());
    ends.iter().filter(|end| last.is_none() || end.bytes().next_back() == last).any(|end| {
        let mut letters = name.chars().rev().filter(|c| c.is_alphanumeric()).flat_map(|c| c.to_lowercase().rev());
        end.chars().rev().all(|letter| letters.next() == Some(letter))
    })
}

/// Whether a value under this name may be masked.
pub(super) fn may_name_secret(name: &str) -> bool {
    ends_with_one_of(name, &["passwd", "pwd"]) || name_sounds_secret(name)
}

/// Whether the value of a property of this name is masked: the name suggests a credential, and the value is not a
/// reference, a template or a state such as `required`. A password may be short; a value called token or key must look
/// like one.
pub fn holds_secret(name: &str, text: &str) -> bool {
    may_name_secret(name) && is_secret_value(name, text)
}

/// The same for a name that may name a credential.
pub(super) fn is_secret_value(name: &str, text: &str) -> bool {
    let text = text.trim();
    if is_stand_in(text) || refers(text) || text.contains(MARK) {
        return false;
    }
    if ends_with_one_of(name, &["passphrase"]) {
        return text.len() >= 4;
    }
    let is_prose = text.contains(char::is_whitespace);
    if ends_with_one_of(name, &["password", "passwd", "pwd"]) {
        return !is_prose && text.len() >= 4 && !names_something(text);
    }
    !is_prose && text.len() >= 8 && is_mixed(text) && !is_dashed_words(text)
}

/// Letters and digits, letters of both cases, or only digits.
fn is_mixed(text: &str) -> bool {
    let has = |is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
    let digits = has(u8::is_ascii_digit);
    let is_word = text.bytes().skip(1).all(|byte| byte.is_ascii_lowercase());
    digits || (text.len() >= 16 && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && !is_word)
}

/// A placeholder for a credential, or a word that says whether there is one.
pub(super) fn is_stand_in(text: &str) -> bool {
    const WORDS: [&str; 33] = [
        "",
        "password",
        "secret",
        "token",
        "changeme",
        "change-me",
        "example",
        "redacted",
        "placeholder",
        "todo",
        "tbd",
        "none",
        "null",
        "nil",
        "n/a",
        "unset",
        "empty",
        "unknown",
        "true",
        "false",
        "yes",
        "no",
        "enabled",
        "disabled",
        "required",
        "optional",
        "managed",
        "external",
        "internal",
        "rotated",
        "vault",
        "hidden",
        "default",
    ];
    let lower = text.trim().to_ascii_lowercase();
    let is_one_sign = |sign: char| !lower.is_empty() && lower.chars().all(|c| c == sign);
    let is_template = lower.contains("${") || lower.contains("$(") || lower.contains("{{") || lower.contains("<%");
    let is_enclosed = |open: char, close: char| lower.len() > 2 && lower.starts_with(open) && lower.ends_with(close);
    let is_variable = text.strip_prefix('$').is_some_and(|name| {
        name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    });
    WORDS.contains(&lower.as_str())
        || is_template
        || is_variable
        || is_enclosed('<', '>')
        || is_enclosed('%', '%')
        || is_enclosed('[', ']')
        || ['x', '*', '.', '-'].into_iter().any(is_one_sign)
        || lower.starts_with("your-")
        || lower.starts_with("your_")
}

/// A URL, a path, or a reference to a secret store: `vault:checkout/acquirer#key`.
fn refers(text: &str) -> bool {
    let has_scheme = text.split_once(':').is_some_and(|(scheme, rest)| {
        let is_scheme = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-_".contains(&byte));
        is_scheme && scheme.len() >= 2 && scheme.bytes().all(|byte| !byte.is_ascii_uppercase()) && !rest.is_empty()
    });
    // Base64 contains slashes too, but a path is shorter, or begins with one.
    let is_path = text.contains('/') && (text.len() < 32 || text.starts_with('/') || text.contains('.'));
    has_scheme || is_path
}

/// Dashed words that are a name instead of a password: without a digit, or with a word for something that holds
/// passwords.
fn names_something(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let holders = ["secret", "password", "token", "key", "credential", "vault", "ref"];
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    is_dashed_words(text) && (!has_digit || lower.split(['-', '_', '.']).any(|word| holders.contains(&word)))
}

/// Whether the text is not a reference, a template or a placeholder.
pub(super) fn is_literal(text: &str) -> bool {
    let stand_ins = ["password", "secret", "changeme", "example", "redacted", "placeholder", "xxx", "***", "..."];
    let lower = text.to_ascii_lowercase();
    !text.is_empty()
        && !text.contains(['$', '{', '}', '<', '>', '%', '(', ')', '*'])
        && !stand_ins.iter().any(|stand_in| lower.contains(stand_in))
}

/// Whether the text is long enough, one word, mixed, and not a path, a URL or a reference to a secret store.
pub fn looks_random(text: &str) -> bool {
    let mixed = text.bytes().any(|byte| byte.is_ascii_digit()) && text.bytes().any(|byte| byte.is_ascii_alphabetic());
    // Base64 contains slashes too, but a path is shorter, or begins with one.
    let may_be_path = text.contains('/') && (text.len() < 32 || text.starts_with('/') || text.contains('.'));
    text.len() >= 12
        && mixed
        && is_literal(text)
        && !text.contains([' ', ':', '\n'])
        && !may_be_path
        && !is_dashed_words(text)
}

/// `payments-api-token-v2`: a name, not a credential.
fn is_dashed_words(text: &str) -> bool {
    let words = text.split(['-', '_', '.']);
    words.clone().count() > 1 && words.clone().all(|word| !word.is_empty() && word.len() <= 10)
}
