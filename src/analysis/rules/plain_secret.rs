//! Reports credentials in manifests. The finding does not repeat any part of the credential.

use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink};
use crate::analysis::plain_secrets::SecretKind;
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::text::credentials::Credential;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P501",
        name: "plain-secret",
        family: Family::Secret,
        severity: Some(Severity::Error),
        what: "a credential in a manifest",
        why: "Everyone who can read the repository or the catalog can use the credential, now and in every clone.",
        fix: "Not committed yet: remove the value from the file, keep it in a secret store or an environment variable, and \
              let the manifest name that place (`vault:checkout/acquirer#key`, `${ACQUIRER_API_KEY}`). Committed already: \
              rotate the credential first. Git keeps the value in the history, and the catalog may have it too, so \
              removing it from the file is not enough",
    },
    check: Check::EntityProblems(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    for secret in &context.entity_check.secrets {
        let message = match &secret.kind {
            SecretKind::Recognised(Credential::Token(what)) => format!("This value looks like {what}."),
            SecretKind::Recognised(Credential::UrlPassword) => "This URL contains a password.".to_owned(),
            SecretKind::Recognised(Credential::PrivateKey) => "This value contains a private key.".to_owned(),
            SecretKind::Recognised(Credential::WebToken) => "This value contains a JSON web token.".to_owned(),
            SecretKind::Named(name) => format!("`{name}` looks like it contains a credential."),
        };
        let help = "before a commit: move the value to a secret store or an environment variable and refer to it; after a \
                    commit: rotate the credential, since removing it from the file leaves it in the Git history";
        sink.report(FindingBuilder::new(secret.value.span(), message).help(help));
    }
}
