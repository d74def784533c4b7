//! Tests which texts are credentials, and which only mention them.

use super::*;

const KEY: &str = "f3J9x0Qp2LmN8vRt";

#[test]
fn recognises_credentials_and_leaves_words_about_them() {
    let forty = "0123456789abcdefghijABCDEFGHIJ0123456789";
    for (text, kind) in [
        (format!("ghp_{forty}"), Credential::Token("a GitHub personal access token")),
        (format!("see ghp_{forty}, rotate"), Credential::Token("a GitHub personal access token")),
        ("AKIAABCDEFGHIJKLMNOP".to_owned(), Credential::Token("an AWS access key id")),
        ("postgres://app:hunter22@db/x".to_owned(), Credential::UrlPassword),
        ("-----BEGIN RSA PRIVATE KEY-----\nMII".to_owned(), Credential::PrivateKey),
        ("x (amqp://app:hunter22@mq)".to_owned(), Credential::UrlPassword),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijklmnopqrst".to_owned(), Credential::WebToken),
    ] {
        assert_eq!(recognise(&text), Some(kind), "{text}");
        assert!(may_hold(&format!("a: {text}")), "the first look misses {text}");
        assert!(!find(&text, &[]).is_empty(), "the mask misses {text}");
    }
    for text in [
        "ghp_short",
        "https://git@github.com/x",
        "postgres://app:${DB_PASSWORD}@db/x",
        "squad+x@example.com",
        "https://user:password@example.com",
        "tokens expire",
        "the AKIA prefix",
        "https://example.com/a:b@c",
        "see https://example.com: mail a:b@c",
        "<https://a:>b@c",
    ] {
        assert_eq!(recognise(text), None, "{text}");
        assert!(find(text, &[]).is_empty(), "{text}");
    }
    assert!(!may_hold("description: tokens and keys are stored elsewhere\nurl: https://a.b/c@d\n"));
}

#[test]
fn the_first_look_misses_no_token_and_no_name() {
    for text in tokens::shortest() {
        assert!(recognise(&text).is_some() && may_hold(&text), "{text}");
    }
    for name in [
        "dbPassword",
        "DB_PASSWORD",
        "passphrase",
        "clientSecret",
        "CLIENT_SECRET",
        "secretKey",
        "token",
        "API_TOKEN",
        "API_KEY",
        "AWS_SECRET_ACCESS_KEY",
        "api_key",
        "apiKey",
        "apikey",
        "privateKey",
        "private_key",
        "secretAccessKey",
    ] {
        assert!(name_sounds_secret(name) && may_hold(&format!("  {name}: x\n")), "{name}");
        assert!(may_hold(&format!("{{\"{name}\": 1}}")), "{name} in quotes");
    }
}

#[test]
fn a_secret_name_needs_a_value_that_looks_random() {
    assert!(name_sounds_secret("clientSecret") && name_sounds_secret("DB_PASSWORD") && name_sounds_secret("apiKey"));
    assert!(!name_sounds_secret("tokens") && !name_sounds_secret("secretary") && !name_sounds_secret("key"));
    assert!(looks_random(KEY));
    for text in [
        "vault:secret/x1",
        "${TOKEN_1_ABCDEF}",
        "payments-api-token-v2",
        "short1",
        "onlyletterslong",
        "<fill in 12345>",
    ] {
        assert!(!looks_random(text), "{text}");
    }
}

#[test]
fn a_name_hides_what_could_be_its_credential_and_no_reference_to_it() {
    for (name, value) in [
        ("dbPassword", "hunter2"),
        ("dbPassword", "letmein"),
        ("DB_PASSWD", "Tr0ub4dor&3"),
        ("adminPassword", "summer-2024"),
        ("adminPassword", "pa$$w%rd(1)"),
        ("passphrase", "correct horse battery staple"),
        ("apiKey", "9f86d081884c7d659a2f"),
        ("token", "abc12345"),
        ("clientSecret", KEY),
        ("apiKey", "12345678"),
    ] {
        assert!(holds_secret(name, value), "{name}: {value}");
    }
    for (name, value) in [
        ("tokenUrl", "https://sso.example.com/oauth/token"),
        ("token", "https://sso.example.com/oauth/token"),
        ("apiKey", "vault:checkout/acquirer#key"),
        ("apiKey", "${ACQUIRER_API_KEY}"),
        ("apiKey", "$ACQUIRER_API_KEY"),
        ("apiKey", "{{ .Values.apiKey }}"),
        ("apiKey", "<fill in 12345>"),
        ("apiKey", "arn:aws:secretsmanager:eu-central-1:1234:secret:key"),
        ("secret", "payments-api-token-v2"),
        ("secret", "enabled"),
        ("dbPassword", "payments-db-password-v2"),
        ("dbPassword", "rotated"),
        ("dbPassword", "secret/data/payments"),
        ("passwordPolicy", "Strict-90-Days-1"),
        ("secretName", KEY),
        ("publicKey", KEY),
        ("apiKey", "********"),
        ("apiKey", "[secret bdfghjkmnpqr]"),
    ] {
        assert!(!holds_secret(name, value), "{name}: {value}");
    }
}

fn hidden(text: &str) -> Vec<&str> {
    find(text, &[]).into_iter().map(|range| &text[range]).collect()
}

#[test]
fn assignments_are_found_in_every_writing() {
    for text in [
        "apiKey: f3J9x0Qp2LmN8vRt",
        "  apiKey:   f3J9x0Qp2LmN8vRt   # rotate it",
        "# apiKey: f3J9x0Qp2LmN8vRt\nnext: 1",
        "apiKey: \"f3J9x0Qp2LmN8vRt\"",
        "apiKey: 'f3J9x0Qp2LmN8vRt'",
        "\"apiKey\": \"f3J9x0Qp2LmN8vRt\", \"b\": 1",
        r#"config: "{\"apiKey\": \"f3J9x0Qp2LmN8vRt\"}""#,
        r#"config: '{"apiKey":"f3J9x0Qp2LmN8vRt"}'"#,
        "{apiKey: f3J9x0Qp2LmN8vRt, b: 1}",
        "apiKey: &key f3J9x0Qp2LmN8vRt",
        "apiKey: !!str f3J9x0Qp2LmN8vRt",
        "apiKey: [f3J9x0Qp2LmN8vRt]",
        "apiKey: [ \"f3J9x0Qp2LmN8vRt\" , b]",
        "a:\n  apiKey:\n    - f3J9x0Qp2LmN8vRt\n  b: c",
        "apiKey:\n- f3J9x0Qp2LmN8vRt\nb: c",
        "apiKey:\n  - 'f3J9x0Qp2LmN8vRt'",
        "apiKey: |\n  f3J9x0Qp2LmN8vRt\nb: c",
        "apiKey: >-\n  f3J9x0Qp2LmN8vRt\n",
        "https://example.com/?apiKey=f3J9x0Qp2LmN8vRt&x=1",
        "API_KEY=f3J9x0Qp2LmN8vRt",
        "export API_KEY='f3J9x0Qp2LmN8vRt'; run",
        "https://f3J9x0Qp2LmN8vRt@git.example.com/x",
        "https://bot:f3J9x0Qp2LmN8vRt@git.example.com/x",
    ] {
        assert_eq!(hidden(text), [KEY], "{text}");
    }
    assert_eq!(hidden("password: \"a\\\"b1\\\"c\"\n"), ["a\\\"b1\\\"c"]);
    assert_eq!(hidden("passphrase: >\n  one two\n  three\nb: c"), ["one two\n  three"]);
    for text in [
        "tokenUrl: https://sso.example.com/oauth/token",
        "image: registry.example.com/token:9f86d081884c7d659a2f",
        "apiKey:\n  name: vault\n  length: 32characters1",
        "apiKey:",
        "token: *anchor1234567",
        "see the apiKey of service12345",
    ] {
        assert_eq!(hidden(text), <[&str; 0]>::default(), "{text}");
    }
}

/// A credential is found by a look at a limited part of its line, and then taken to its end.
#[test]
fn a_long_value_is_hidden_whole() {
    let long = KEY.repeat(300);
    for text in [
        format!("apiKey: {long}\nb: c"),
        format!("apiKey: {long} # rotate it"),
        format!("apiKey: \"{long}\"\nb: c"),
        format!("apiKey: &key '{long}'\nb: c"),
        format!("{{apiKey: {long}, b: 1}}"),
        format!("apiKey: [b, {long}]"),
        format!("apiKey:\n- {long}\nb: c"),
        format!("apiKey: |\n  {long}\nb: c"),
        format!(r#"config: "{{\"apiKey\": \"{long}\"}}""#),
        format!("https://example.com/?apiKey={long}&x=1"),
        format!("API_KEY={long}"),
    ] {
        assert_eq!(hidden(&text), [long.as_str()], "{}", &text[..40]);
    }
    // A word with a name at every eighth byte is one value, and is read once.
    let names = "token=a1".repeat(100_000);
    assert_eq!(hidden(&names), [&names["token=".len()..]]);
}

#[test]
fn a_private_key_is_hidden_whole() {
    let key = "-----BEGIN EC PRIVATE KEY-----\n    MHcCAQEEIIrY\n    sFw==\n    -----END EC PRIVATE KEY-----";
    assert_eq!(hidden(&format!("key: |\n    {key}\nnext: 1\n")), [key]);
    let cut = "-----BEGIN PRIVATE KEY-----\n# MHcCAQEEIIrY\n# sFw==";
    assert_eq!(hidden(&format!("# {cut}\nnext: 1\n")), [cut]);
    assert_eq!(hidden("-----BEGIN CERTIFICATE-----\nMHcC\n-----END CERTIFICATE-----"), <[&str; 0]>::default());
}

#[test]
fn an_allowed_name_is_left_as_it_is() {
    let text = "apiKey: f3J9x0Qp2LmN8vRt\nnote: postgres://app:hunter22@db/x\ntoken: ab12ab12ab12\n";
    let left = |allowed: &[&str]| -> Vec<&str> {
        let allowed: Vec<String> = allowed.iter().map(|name| (*name).to_owned()).collect();
        find(text, &allowed).into_iter().map(|range| &text[range]).collect()
    };
    assert_eq!(left(&[]), [KEY, "hunter22", "ab12ab12ab12"]);
    assert_eq!(left(&["apiKey", "note"]), ["ab12ab12ab12"]);
}
