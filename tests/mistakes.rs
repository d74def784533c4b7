//! The mistakes that newcomers make most. Each is answered with the place, the cause and the way out, and changes nothing.

use crate::testkit::{Repo, contents, portolan};

/// A mistake: what the repository is like, what is typed, and what the answer has to name.
struct Mistake {
    /// Changes the example `acme`, which is a Git repository with one commit.
    setup: fn(&Repo),
    line: &'static str,
    variables: &'static [(&'static str, &'static str)],
    code: i32,
    /// The place: what the error is about.
    names: &'static [&'static str],
    /// Part of the way out.
    way_out: &'static str,
}

const fn typed(line: &'static str, names: &'static [&'static str], way_out: &'static str) -> Mistake {
    Mistake { setup: as_it_is, line, variables: &[], code: 64, names, way_out }
}

const fn made(setup: fn(&Repo), line: &'static str, names: &'static [&'static str], way_out: &'static str) -> Mistake {
    Mistake { setup, line, variables: &[], code: 1, names, way_out }
}

const fn as_it_is(_: &Repo) {}

fn replaced(repo: &Repo, path: &str, from: &str, to: &str) {
    let text = repo.read(path);
    assert!(text.contains(from), "{from} is not in {path}");
    repo.write(path, text.replacen(from, to, 1));
}

const SERVICE: &str = "catalog/logistics/quoting/address-check.yaml";

fn mistakes() -> Vec<(&'static str, Mistake)> {
    vec![
        // What is typed wrongly.
        ("a verb is misspelled", typed("lnt", &["lnt"], "'lint'")),
        ("Terraform's verb with a flag of its own", typed("apply -auto-approve", &["-a"], "--help")),
        ("kubectl's verb with a file", typed("apply -f catalog", &["-f"], "--help")),
        ("a flag is misspelled", typed("lint --ouput json", &["--ouput"], "'--output'")),
        ("an unknown format", typed("lint --output xml", &["xml"], "`json`")),
        ("--force, as in Git", typed("push --force", &["--force"], "--approve")),
        ("a path that does not exist", typed("lint zebra", &["zebra"], "relative to the current folder")),
        ("a config that is nowhere", typed("--config zebra.yaml lint", &["zebra.yaml"], "drop `--config`")),
        ("a misspelled path", typed("lint catlog", &["catlog"], "did you mean `catalog`?")),
        ("a revision that does not exist", typed("diff --base nope", &["nope"], "git branch")),
        ("a folder that does not exist", typed("-C ../elsewhere lint", &["elsewhere"], "folder that exists")),
        ("a config that does not exist", typed("--config portolan.yml lint", &["portolan.yml"], "did you mean `portolan.yaml`?")),
        ("a target that does not exist", typed("--target prod lint", &["prod"], "target")),
        ("a region that does not exist", typed("diff --catalog asia", &["asia"], "`us`")),
        ("the platform in place of the region", typed("push --catalog port", &["port"], "`eu`")),
        (
            "an address without https",
            typed("diff --catalog http://api.getport.io", &["http://api.getport.io"], "https"),
        ),
        ("`new` without a blueprint", typed("new", &["blueprint"], "`service`")),
        ("`new` with a misspelled blueprint", typed("new servce cart", &["servce"], "`service`")),
        ("`new` without an identifier", typed("new service", &["identifier"], "portolan new service")),
        ("an identifier with a space", typed("new service My\u{a0}Cart", &["identifier"], "--title")),
        ("a rule that does not exist", typed("explain dangling", &["dangling"], "`dangling-relation`")),
        ("an approval that is none", typed("push --approve yes", &["yes"], "portolan diff")),
        ("a plan file that does not exist", typed("push --plan plan.json", &["plan.json"], "name a file that exists")),
        ("a schema that does not exist", typed("schema entity", &["entity"], "manifest")),
        ("a shell that does not exist", typed("completions bsh", &["bsh"], "'bash'")),
        // What is missing in the environment.
        ("no credentials", typed("diff --catalog eu", &["PORT_CLIENT_ID", "PORT_CLIENT_SECRET"], "API")),
        ("no credentials, and a pull", typed("pull --catalog us", &["PORT_CLIENT_ID"], "`--catalog local`")),
        (
            "one of the two credentials",
            Mistake {
                variables: &[("PORT_CLIENT_ID", "an-id")],
                ..typed("diff --catalog eu", &["PORT_CLIENT_SECRET"], "PORT_CLIENT_SECRET")
            },
        ),
        (
            "a catalog that is not there",
            Mistake {
                variables: &[("PORT_CLIENT_ID", "an-id"), ("PORT_CLIENT_SECRET", "a-secret")],
                code: 5,
                ..typed("diff --catalog http://127.0.0.1:9", &["127.0.0.1:9"], "port")
            },
        ),
        // What is written wrongly.
        (
            "a blueprint is misspelled",
            made(
                |repo| replaced(repo, SERVICE, "blueprint: service", "blueprint: servce"),
                "lint",
                &[SERVICE, "servce"],
                "`service`",
            ),
        ),
        (
            "a relation to what does not exist",
            made(
                |repo| replaced(repo, SERVICE, "system: quoting", "system: quotng"),
                "lint",
                &[SERVICE, "dangling-relation"],
                "write `quoting`",
            ),
        ),
        (
            "a kind that does not exist",
            made(
                |repo| replaced(repo, SERVICE, "kind: Entity", "kind: Entty"),
                "lint",
                &[SERVICE, "Entty"],
                "`Entity`",
            ),
        ),
        (
            "a tab",
            made(|repo| replaced(repo, SERVICE, "  blueprint:", "\tblueprint:"), "lint", &[SERVICE, "tab"], "space"),
        ),
        (
            "a merge conflict is committed",
            made(
                |repo| replaced(repo, SERVICE, "spec:\n", "<<<<<<< HEAD\nspec:\n=======\nspec: \n>>>>>>> main\n"),
                "lint",
                &[SERVICE, "merge conflict"],
                "keep the lines that are right",
            ),
        ),
        (
            "a setting is misspelled",
            Mistake {
                code: 64,
                ..made(
                    |repo| replaced(repo, "portolan.yaml", "manifests:", "manifest:"),
                    "lint",
                    &["portolan.yaml", "manifest"],
                    "`manifests`",
                )
            },
        ),
        (
            "the config is not YAML",
            Mistake {
                code: 64,
                ..made(
                    |repo| {
                        repo.write("portolan.yaml", "manifests: [");
                    },
                    "lint",
                    &["portolan.yaml:1:"],
                    "never closed",
                )
            },
        ),
        (
            "the snapshot is not there",
            Mistake {
                code: 64,
                ..made(without_snapshot, "new service cart", &[".portolan/blueprints"], "portolan pull")
            },
        ),
        (
            "the same entity twice",
            made(
                |repo| {
                    repo.write("catalog/copy.yaml", repo.read(SERVICE));
                },
                "lint",
                &["catalog/copy.yaml", "address-check"],
                "remove or rename one of the two",
            ),
        ),
        (
            "what is Kubernetes' own in the file of an entity",
            made(
                |repo| replaced(repo, SERVICE, "getport.io/v1", "getport.io/v2"),
                "lint",
                &[SERVICE, "getport.io/v2"],
                "getport.io/v1",
            ),
        ),
    ]
}

fn without_snapshot(repo: &Repo) {
    std::fs::remove_dir_all(repo.path().join(".portolan/blueprints")).expect("the example has blueprints");
}

#[test]
fn each_is_answered_with_place_cause_and_way_out() {
    let mut faults = Vec::new();
    for (what, mistake) in mistakes() {
        let repo = Repo::new();
        repo.copy_example("acme");
        repo.git(&["init", "-q"]);
        (mistake.setup)(&repo);
        repo.git(&["add", "-A"]);
        repo.git(&["commit", "-qm", "all"]);
        let before = contents(repo.path());
        let mut command = portolan(&repo);
        command.args(mistake.line.split(' ')).envs(mistake.variables.iter().copied());
        let output = command.output().expect("the binary runs");
        let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("what is said is UTF-8");
        let mut fault = |words: String| faults.push(format!("{what}: `portolan {}` {words}\n{said}\n", mistake.line));
        if output.status.code() != Some(mistake.code) {
            fault(format!("ended with {:?} and not with {}", output.status.code(), mistake.code));
        }
        for name in mistake.names {
            if !said.contains(name) {
                fault(format!("does not name {name}"));
            }
        }
        if !said.contains(mistake.way_out) {
            fault(format!("does not show {}", mistake.way_out));
        }
        if !["help:", "tip:", "possible values", "--help", "fix:", "try:"].iter().any(|word| said.contains(word)) {
            fault("shows no way out".to_owned());
        }
        for word in ["failed to", "panicked", "RUST_BACKTRACE", "os error"] {
            if said.contains(word) {
                fault(format!("says `{word}`"));
            }
        }
        if contents(repo.path()) != before {
            fault("changed files".to_owned());
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(mistakes().len() >= 30);
}
