//! The finding shows only the first characters: it must not spread what it found.

use crate::analysis::credentials::SecretKind;
use crate::analysis::rule::{Check, Draft, EntityContext, Rule, Sink};
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P501",
        name: "plain-secret",
        family: Family::Secret,
        severity: Some(Severity::Error),
        what: "a credential in a manifest",
        why: "Whoever can read the repository or the catalog has it, now and in every clone.",
        fix: "Revoke it, and refer to where it is kept instead",
    },
    check: Check::Survey(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    for secret in &context.survey.secrets {
        let message = match &secret.kind {
            SecretKind::Token { what, start } => format!("This value looks like {what} (`{start}...`)."),
            SecretKind::UrlPassword => "This URL holds a password.".to_owned(),
            SecretKind::PrivateKey => "This value holds a private key.".to_owned(),
            SecretKind::WebToken => "This value holds a JSON web token.".to_owned(),
            SecretKind::Named { name } => format!("`{name}` looks like it holds a credential."),
        };
        let help = "revoke it, and refer to where it is kept instead; Git keeps every version";
        sink.report(Draft::new(secret.value.span(), message).help(help));
    }
}
