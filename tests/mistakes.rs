//! Tests the most common mistakes of new users. Each is answered with the place, the cause and what to do, and changes
//! nothing.

use crate::testkit::{Repo, contents, portolan};

/// A mistake: the repository, the command line, and what the answer must contain.
struct Mistake {
    /// Changes the example `acme`, which is a Git repository with one commit.
    setup: fn(&Repo),
    /// Changes it after the commit.
    afterwards: fn(&Repo),
    line: &'static str,
    variables: &'static [(&'static str, &'static str)],
    code: i32,
    /// The place: what the error is about.
    names: &'static [&'static str],
    /// A part of the help.
    way_out: &'static str,
}

const fn typed(line: &'static str, names: &'static [&'static str], way_out: &'static str) -> Mistake {
    Mistake { setup: as_it_is, afterwards: as_it_is, line, variables: &[], code: 64, names, way_out }
}

const fn made(setup: fn(&Repo), line: &'static str, names: &'static [&'static str], way_out: &'static str) -> Mistake {
    Mistake { setup, afterwards: as_it_is, line, variables: &[], code: 1, names, way_out }
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
        // Typing errors.
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
        (
            "a config that does not exist",
            typed("--config portolan.yml lint", &["portolan.yml"], "did you mean `portolan.yaml`?"),
        ),
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
        // Missing environment.
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
        // Errors in files.
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
            "a condition of a policy is misspelled",
            Mistake {
                code: 64,
                ..made(
                    |repo| {
                        let config = repo.read("portolan.yaml");
                        repo.write("portolan.yaml", config + "policies: {p: {when: {actoin: delete}}}\n");
                    },
                    "diff",
                    &["portolan.yaml", "actoin"],
                    "`action`",
                )
            },
        ),
        (
            "a policy names an action that does not exist",
            Mistake {
                code: 64,
                ..made(
                    |repo| {
                        let config = repo.read("portolan.yaml");
                        repo.write("portolan.yaml", config + "policies: {p: {when: {action: remove}}}\n");
                    },
                    "diff",
                    &["portolan.yaml", "remove"],
                    "delete",
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

/// Second list: places, environments and files that are not what they seem.
fn more_mistakes() -> Vec<(&'static str, Mistake)> {
    const CREDENTIALS: &[(&str, &str)] = &[("PORT_CLIENT_ID", "an-id"), ("PORT_CLIENT_SECRET", "a-secret")];
    const IN_CI: &[(&str, &str)] = &[
        ("CI", "true"),
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "pull_request"),
        ("GITHUB_BASE_REF", "trunk"),
    ];
    vec![
        (
            "a misspelled variable",
            Mistake {
                variables: &[("PORT_CLIENTID", "an-id"), ("PORT_CLIENT_SECRET", "a-secret")],
                ..typed("diff --catalog eu", &["`PORT_CLIENTID` has no effect"], "did you mean `PORT_CLIENT_ID`?")
            },
        ),
        (
            "blanks for credentials",
            Mistake {
                variables: &[("PORT_CLIENT_ID", " "), ("PORT_CLIENT_SECRET", " ")],
                ..typed("diff --catalog eu", &["no credentials"], "PORT_CLIENT_ID")
            },
        ),
        (
            "the credentials of the other platform",
            Mistake {
                variables: &[("GLINT_CLIENT_ID", "an-id"), ("GLINT_CLIENT_SECRET", "a-secret")],
                ..typed("diff --catalog eu", &["`GLINT_CLIENT_ID` is set"], "`platform: port`")
            },
        ),
        (
            "a tab in the config",
            Mistake {
                setup: |repo| {
                    repo.write("portolan.yaml", "scope: a/b\nmanifests:\n\tinclude: [\"catalog/**\"]\n");
                },
                ..typed("lint", &["portolan.yaml:3:1", "tab"], "spaces")
            },
        ),
        (
            "a folder in place of the config",
            Mistake {
                afterwards: |repo| {
                    repo.remove("portolan.yaml");
                    std::fs::create_dir(repo.path().join("portolan.yaml")).expect("a folder");
                },
                ..typed("lint", &["`portolan.yaml` is a folder"], "remove or rename the folder")
            },
        ),
        ("a folder for --config", typed("--config catalog lint", &["`catalog` is a folder"], "drop `--config`")),
        ("a folder for --plan", typed("push --plan catalog", &["`catalog`", "folder"], "name a file")),
        ("a JSON report for --plan", typed("push --plan report.json", &["`report.json` is not a plan file"], "--out")),
        (
            "a manifest for --plan",
            typed(
                "push --plan .github/workflows/catalog.yml",
                &["`.github/workflows/catalog.yml` is not a plan file"],
                "--out",
            ),
        ),
        (
            "a plan for --since-outcome",
            typed("push --since-outcome report.json", &["`report.json` is not the outcome"], "push --output json=FILE"),
        ),
        (
            "a report for --baseline",
            typed("lint --baseline report.json", &["`report.json` is not a baseline"], "--write-baseline"),
        ),
        ("half a digest", typed("push --approve 0123456789abcdef", &["48 digits", "16"], "copy all of it")),
        (
            "a repository without a commit",
            Mistake {
                afterwards: without_commits,
                ..typed("diff --base main", &["`main`"], "this branch has no commit yet")
            },
        ),
        (
            "--ref HEAD without a commit",
            Mistake { afterwards: without_commits, ..typed("push --ref HEAD", &["`HEAD`"], "commit first") },
        ),
        (
            "a bare repository",
            Mistake {
                afterwards: |repo| {
                    repo.git(&["clone", "--quiet", "--bare", ".", "bare.git"]);
                    std::fs::remove_dir_all(repo.path().join(".git")).expect("it is there");
                    repo.remove("portolan.yaml");
                },
                ..typed("-C bare.git diff", &["is a bare Git repository"], "git clone")
            },
        ),
        (
            "a detached commit in CI",
            Mistake {
                afterwards: |repo| {
                    repo.git(&["checkout", "--quiet", "--detach"]);
                },
                variables: &[("CI", "true"), ("PORT_CLIENT_ID", "an-id"), ("PORT_CLIENT_SECRET", "a-secret")],
                code: 4,
                ..typed("push --catalog eu", &["no branch", "detached commit"], "--allow-branch")
            },
        ),
        (
            "a pull request without its base",
            Mistake {
                variables: IN_CI,
                ..typed("diff --only-branch --catalog local", &["GITHUB_BASE_REF", "`trunk`"], "fetch-depth: 0")
            },
        ),
        (
            "a push of the wrong folder",
            Mistake {
                setup: |repo| replaced(repo, SERVICE, "blueprint: service", "blueprint: servce"),
                variables: CREDENTIALS,
                code: 1,
                ..typed(
                    "push --yes --catalog http://127.0.0.1:9 --scope acme/other",
                    &["Catalog: http://127.0.0.1:9. Scope: acme/other. Config: `portolan.yaml`."],
                    "Fix them first",
                )
            },
        ),
    ]
}

fn without_commits(repo: &Repo) {
    std::fs::remove_dir_all(repo.path().join(".git")).expect("it is there");
    repo.git(&["init", "--quiet"]);
}

/// Mistakes that do no harm: the run goes on, and a note names what has no effect.
#[test]
fn what_has_no_effect_is_named() {
    let repo = Repo::new();
    repo.copy_example("acme");
    repo.git(&["init", "-q"]);
    repo.write("portolan.yml", "scope: acme/other\n");
    let output = portolan(&repo).args(["lint"]).env("PORT_CLIENT_IDD", "x").output().expect("the binary runs");
    let said = String::from_utf8(output.stderr).expect("what is said is UTF-8");
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("`portolan.yml` has no effect") && said.contains("remove one of them"), "{said}");
    assert!(said.contains("`PORT_CLIENT_IDD` has no effect; did you mean `PORT_CLIENT_ID`?"), "{said}");
    // Lines of Windows and an empty config are no mistakes.
    let windows = repo.read(SERVICE).replace('\n', "\r\n");
    repo.write(SERVICE, windows).write("portolan.yaml", "");
    repo.remove("portolan.yml");
    let output = portolan(&repo).args(["lint"]).output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

fn without_snapshot(repo: &Repo) {
    std::fs::remove_dir_all(repo.path().join(".portolan/blueprints")).expect("the example has blueprints");
}

#[test]
fn each_is_answered_with_place_cause_and_way_out() {
    let mut faults = Vec::new();
    for (what, mistake) in mistakes().into_iter().chain(more_mistakes()) {
        let repo = Repo::new();
        repo.copy_example("acme");
        repo.write("report.json", "{\n  \"format\": \"portolan.plan/1\"\n}\n");
        repo.git(&["init", "-q"]);
        (mistake.setup)(&repo);
        repo.git(&["add", "-A"]);
        repo.git(&["commit", "-qm", "all"]);
        (mistake.afterwards)(&repo);
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
    assert!(mistakes().len() + more_mistakes().len() >= 50);
}
