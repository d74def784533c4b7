//! Reports addresses of repositories and clusters, in objects of Flux and Argo CD, that are no URLs or placeholders of an
//! example.

use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::delivery_facts::{AddressProblem, InvalidAddress};
use crate::domain::finding::{Family, Help, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P824",
        name: "invalid-address",
        family: Family::Delivery,
        severity: Some(Severity::Error),
        what: "the address of a repository or a cluster that is no URL, or a placeholder",
        why: "Flux and Argo CD find nothing under it, so nothing is delivered. The API server refuses sources of Flux whose URL has another scheme; it does not know the form `git@host:path`, which Git and Argo CD know.",
        fix: "Write the URL of the repository or of the API server of the cluster",
    },
    check: Check::Delivery(check),
};

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    for address in &context.facts.invalid_addresses {
        let draft = FindingBuilder::new(address.place.span, message(address)).file(address.place.file);
        sink.report(draft.help(help(address)));
    }
}

fn message(address: &InvalidAddress) -> String {
    let InvalidAddress { title, text, .. } = address;
    match &address.problem {
        AddressProblem::Placeholder(word) => format!("`{word}` is a placeholder in an address of `{title}`."),
        AddressProblem::NoServer => format!("`{text}` in `{title}` is not the URL of a cluster."),
        AddressProblem::NoRepository { .. } => format!("`{text}` in `{title}` is not the URL of a repository."),
        AddressProblem::Scheme { accepted, .. } => {
            let accepted: Vec<String> = accepted.iter().map(|scheme| format!("`{scheme}://`")).collect();
            let accepted = accepted.join(" or ");
            format!("The API server refuses `{title}`: its URL `{text}` does not begin with {accepted}.")
        }
    }
}

fn help(address: &InvalidAddress) -> Help {
    match &address.problem {
        AddressProblem::Placeholder(_) => "write the real address".into(),
        AddressProblem::NoServer => "write the URL of the API server that `argocd cluster list` shows, such as \
             `https://eu.example.com:6443`; a cluster of that name is `name` instead of `server`"
            .into(),
        AddressProblem::NoRepository { meant: Some(meant) } | AddressProblem::Scheme { meant: Some(meant), .. } => {
            Help::did_you_mean(meant)
        }
        AddressProblem::NoRepository { meant: None } => "write the URL with which Git clones it".into(),
        AddressProblem::Scheme { meant: None, .. } => "write the URL of the source".into(),
    }
}
