//! The formats of texts as CEL, in the form in which `domain::value::formats` checks them.

use super::cel;

/// A test of one text.
pub(super) struct FormatTest {
    pub text: String,
    /// What the text must be.
    pub words: &'static str,
    /// How often it names the value.
    pub uses: u64,
    /// The length of all its patterns.
    pub regex_length: usize,
}

const DATE_TIME: &str = concat!(
    "^(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)",
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))",
    // Leap days.
    "|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)",
    "[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\\.[0-9]+)?",
    "(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])$"
);
/// A scheme, and a host that is not empty after an optional user.
const URL: &str = "^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#]*@)?[^/?#@:][^/?#@]*(?:[/?#][\\s\\S]*)?$";
/// White space, control characters, and what people put around URLs.
const BLANK: &str =
    "[\\x00- \\x7F-\\xA0\\x22<>`\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}]";
const EMAIL: &str = concat!(
    "^(?:[A-Za-z0-9!#$%&\\x27*+/=?^_`{|}~-]+(?:\\.[A-Za-z0-9!#$%&\\x27*+/=?^_`{|}~-]+)*|\\x22[^\\x22\\r\\n]*\\x22)",
    "@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$"
);
/// The same with letters of any script. The parts of the domain may be longer than the catalog's 63 bytes.
const IDN_EMAIL: &str = concat!(
    "^(?:[^\\x00- \\x22(),.:;<>@\\[\\\\\\]\\x7F]+(?:\\.[^\\x00- \\x22(),.:;<>@\\[\\\\\\]\\x7F]+)*|\\x22[^\\x22\\r\\n]*\\x22)",
    "@[A-Za-z0-9\\x{80}-\\x{10FFFF}](?:[A-Za-z0-9\\x{80}-\\x{10FFFF}-]*[A-Za-z0-9\\x{80}-\\x{10FFFF}])?",
    "(?:\\.[A-Za-z0-9\\x{80}-\\x{10FFFF}](?:[A-Za-z0-9\\x{80}-\\x{10FFFF}-]*[A-Za-z0-9\\x{80}-\\x{10FFFF}])?)*$"
);
const IPV4: &str = concat!(
    "^(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])",
    "(?:\\.(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}$"
);
/// An IPv4 address inside of IPv6, which `isIP` refuses.
const MAPPED_IPV4: &str = "^[0:]*:[Ff]{4}:[0-9A-Fa-f.:]+$";
/// Formats of JSON Schema that the catalog's checker may judge and CEL cannot.
const UNTRANSLATED: [&str; 12] = [
    "date",
    "time",
    "hostname",
    "idn-hostname",
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uri-template",
    "json-pointer",
    "relative-json-pointer",
    "regex",
];

/// The test of a format; `None`: the format constrains nothing; `Some(None)`: it has no equal in CEL.
pub(super) fn format_test(format: &str, value: &str) -> Option<Option<FormatTest>> {
    let matches = |regex: &str| format!("{value}.matches({})", cel::raw(regex));
    let one = |regex: &str, words: &'static str| {
        Some(FormatTest { text: matches(regex), words, uses: 1, regex_length: regex.len() })
    };
    Some(match format {
        "date-time" | "timer" => one(DATE_TIME, "a date-time with time zone, such as 2026-01-31T09:30:00Z"),
        "url" => Some(FormatTest {
            text: format!("!{} && {}", matches(BLANK), matches(URL)),
            words: "a URL, such as https://git.example.com/team/service",
            uses: 2,
            regex_length: BLANK.len() + URL.len(),
        }),
        "email" | "idn-email" => {
            let regex = if format == "email" { EMAIL } else { IDN_EMAIL };
            // The part before the last `@` has at most 64 characters.
            let text = format!("{} && {value}.lastIndexOf({}) <= 64", matches(regex), cel::text("@"));
            Some(FormatTest { text, words: "an e-mail address", uses: 2, regex_length: regex.len() + 8 })
        }
        "ipv4" => one(IPV4, "an IPv4 address, such as 192.0.2.10"),
        "ipv6" => Some(FormatTest {
            text: format!("(isIP({value}) && ip({value}).family() == 6) || {}", matches(MAPPED_IPV4)),
            words: "an IPv6 address, such as 2001:db8::10",
            uses: 3,
            regex_length: MAPPED_IPV4.len() + 16,
        }),
        _ if UNTRANSLATED.contains(&format) => None,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex_automata::meta::Regex;

    use super::*;
    use crate::domain::entity::identifier::check_entity_identifier;
    use crate::domain::value::formats::{FORMATS, accepts};
    use crate::generated_cases::config;
    use crate::scaffold::cluster::policy::validations::IDENTIFIER;

    fn is_match(regex: &str, text: &str) -> bool {
        Regex::new(regex).expect("it is a pattern").is_match(text)
    }

    /// What the expression of the format yields. `isIP` is the standard library's, so `ipv6` is not evaluated.
    fn evaluate(format: &str, text: &str) -> Option<bool> {
        let is_short = text.rsplit_once('@').is_none_or(|(local, _)| local.chars().count() <= 64);
        Some(match format {
            "date-time" | "timer" => is_match(DATE_TIME, text),
            "url" => !is_match(BLANK, text) && is_match(URL, text),
            "email" => is_match(EMAIL, text) && is_short,
            "idn-email" => is_match(IDN_EMAIL, text) && is_short,
            "ipv4" => is_match(IPV4, text),
            _ => return None,
        })
    }

    fn texts() -> impl Strategy<Value = String> {
        prop_oneof![
            r"(https?|ssh|1a|a\+b)?:?/{0,2}([a-z]@)?[a-zé.:]{0,3}([/?#][a-z @<\u{2028}:]{0,3})?",
            r#"([a-z.+é"' ]{0,4}|"[a-z @]{0,3}")@?[a-zé-]{0,3}(\.[a-z-]{0,3}){0,2}"#,
            "[0-9]{1,3}(\\.(0?[0-9]{1,2}|25[0-9])){2,4}",
            "(19|20|00)[0-9]{2}-(0[0-9]|1[0-3])-([0-3][0-9])[Tt x]([0-2][0-9]):[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,2})?(Z|z|[+-][0-2][0-9]:?[0-6][0-9]?|)",
            "(2000|1900|2024|2023)-02-29T00:00:00Z",
        ]
    }

    proptest! {
        #![proptest_config(config(4_000))]

        #[test]
        fn formats_are_those_of_the_catalog(text in texts()) {
            for format in FORMATS {
                let Some(found) = evaluate(format, &text) else { continue };
                prop_assert_eq!(Some(found), accepts(format, &text), "{} {:?}", format, text);
            }
        }

        #[test]
        fn identifiers_are_those_of_the_catalog(text in r"[a-z0-9@_.+:\\/= é注-]{0,4}") {
            let found = is_match(IDENTIFIER, &text) && text != "." && text != "..";
            prop_assert_eq!(found, check_entity_identifier(&text).is_ok());
        }
    }

    #[test]
    fn every_format_of_the_catalog_has_a_test() {
        for format in FORMATS {
            assert!(matches!(format_test(format, "v"), Some(Some(_))), "{format}");
        }
        assert!(format_test("markdown", "v").is_none() && matches!(format_test("hostname", "v"), Some(None)));
        for ip in ["::ffff:192.0.2.1", "0:0:0:0:0:FFFF:c000:1"] {
            assert!(is_match(MAPPED_IPV4, ip) && accepts("ipv6", ip) == Some(true), "{ip}");
        }
    }
}
