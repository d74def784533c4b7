//! Tests `init`: what it writes in typical repositories, that it removes nothing, and that a second run changes
//! nothing.

mod adopted;
mod delivery;
mod kept;
mod killed;
#[cfg(unix)] // runs the scripts of the jobs in a shell
mod pipelines;

use serde_json::Value;

use super::{run, run_with};
use crate::testkit::errors::assert_error;
use crate::testkit::says::{CONFLICTING_FLAGS, SET_UP_ALREADY, clean};
use crate::testkit::{Repo, contents, files_below};

/// A repository with a remote.
fn git(origin: &str) -> Repo {
    let repo = Repo::new();
    repo.git(&["init", "--quiet"]);
    if !origin.is_empty() {
        repo.git(&["remote", "add", "origin", origin]);
    }
    repo
}

const GITHUB: &str = "git@github.com:acme/catalog.git";
const GITLAB: &str = "https://gitlab.com/acme/teams/catalog.git";

/// All files except Git's own.
fn names(repo: &Repo) -> Vec<String> {
    let names = files_below(repo.path()).into_iter().map(|path| path.display().to_string().replace('\\', "/"));
    names.filter(|name| !name.starts_with(".git/")).collect()
}

fn yaml(repo: &Repo, path: &str) -> Value {
    serde_yaml::from_str(&repo.read(path)).unwrap_or_else(|error| panic!("{path}: {error}\n{}", repo.read(path)))
}

/// Runs `init` twice; the second run must change nothing.
#[track_caller]
fn wired(repo: &Repo, line: &str) -> String {
    let first = run(repo, line);
    assert_eq!(first.code, 0, "{}{}", first.results, first.talk);
    let before = contents(repo.path());
    let second = run(repo, line);
    assert_eq!(second.code, 0, "{}{}", second.results, second.talk);
    assert!(second.results.ends_with(SET_UP_ALREADY), "{}", second.results);
    assert!(contents(repo.path()) == before, "a second run changes something");
    first.results
}

/// The step that sets the credentials for the jobs.
const SET_SECRETS: &str = "Set the secrets";

fn next_steps(told: &str) -> Vec<&str> {
    told.split("\nNext:\n").nth(1).expect("it says what is next").lines().collect()
}

#[test]
fn nobody_is_asked_where_nobody_sits() {
    let repo = git(GITHUB);
    let before = contents(repo.path());
    let talk = run(&repo, "init").was_refused();
    assert_error(&talk, "nobody-to-ask");
    assert!(talk.contains("`--dry-run`") && talk.contains("`--yes`"), "{talk}");
    assert!(contents(repo.path()) == before);
    for (line, words) in [
        ("init --yes --dry-run", CONFLICTING_FLAGS),
        ("init --ci teamcity", "possible values: github, gitlab, azure, bitbucket, circleci, codefresh, jenkins, none"),
        ("init --yes --scope (x)", "`(x)`"),
        ("init --yes --platform glint --catalog us", "region `us`"),
        ("init --yes --from-catalog", "PORT_CLIENT_ID and PORT_CLIENT_SECRET"),
        ("init --yes --from-catalog --example", CONFLICTING_FLAGS),
    ] {
        let talk = run(&repo, line).was_refused();
        assert!(talk.contains(words), "{line}: {talk}");
        assert!(contents(repo.path()) == before, "{line}");
    }
}

#[test]
fn a_dry_run_shows_every_file_and_writes_none() {
    let repo = git(GITHUB);
    repo.write(".gitignore", "target\n");
    let before = contents(repo.path());
    let told = run(&repo, "init --dry-run").quietly_gave();
    assert!(contents(repo.path()) == before);
    for part in [
        "portolan.yaml (new)\n+ # ",
        "+ scope: acme/catalog\n",
        "--- a/.gitignore\n+++ b/.gitignore\n@@ -1 +1,4 @@\n target\n",
        "\nWould write 5 files:\n  new     portolan.yaml\n",
        "  changed .gitignore\n",
        "Nothing was written",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
    let brief = run(&repo, "init --dry-run --quiet").quietly_gave();
    assert!(brief.starts_with("Would write 5 files:\n"), "{brief}");
    // Without `--dry-run`, the files are written and listed, but not shown.
    let written = run(&repo, "init --yes");
    assert!(written.results.starts_with("Wrote 5 files:\n  new     portolan.yaml\n"), "{}", written.results);
    assert!(!written.results.contains("+ scope") && written.results.contains("  changed .gitignore\n"));
}

#[test]
fn the_summary_names_what_was_left_alone_and_the_region_that_nobody_chose() {
    let repo = git(GITHUB);
    repo.write(
        ".pre-commit-config.yaml",
        "repos:\n- repo: local\n  hooks:\n  - {id: p, entry: portolan lint, language: system}\n",
    );
    let first = run(&repo, "init --yes").results;
    assert!(first.contains("\nLeft alone:\n  .pre-commit-config.yaml "), "{first}");
    assert!(first.contains("eu (default; `--region us` for another one)"), "{first}");
    assert!(first.contains("acme/catalog") && first.contains("GitHub Actions; pushes from main"), "{first}");
    assert!(first.contains("built from source"), "{first}");
    // The second run lists every file of the first.
    let second = run(&repo, "init --yes").results;
    for path in ["portolan.yaml", ".pre-commit-config.yaml", ".github/workflows/portolan.yml", ".gitattributes"] {
        assert!(second.contains(&format!("  {path} ")), "{path}: {second}");
    }
}

#[test]
fn a_region_by_flag_is_written_into_the_config() {
    let repo = git(GITHUB);
    let told = wired(&repo, "init --yes --region us");
    assert_eq!(yaml(&repo, "portolan.yaml")["catalog"], "us");
    assert!(!told.contains("(default"), "{told}");
    // An existing config is not changed, and the flag is reported as ignored.
    let again = run(&repo, "init --yes --region eu");
    assert!(again.talk.contains("`--region`"), "{}", again.talk);
    assert_eq!(yaml(&repo, "portolan.yaml")["catalog"], "us");
    let other = git(GITHUB);
    for line in
        ["init --yes --region mars", "init --yes --platform glint --region us", "--catalog eu init --yes --region us"]
    {
        run(&other, line).was_refused();
        assert!(!other.path().join("portolan.yaml").exists(), "{line}");
    }
}

/// Questions require a terminal: Python's `pty` opens one for the program.
#[cfg(unix)]
const ON_A_TERMINAL: &str = r#"
import os, pty, select, subprocess, sys
answers, program, arguments = sys.argv[1], sys.argv[2], sys.argv[3:]
ours, theirs = pty.openpty()
child = subprocess.Popen([program, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True)
os.close(theirs)
os.write(ours, answers.encode())
seen = b""
while True:
    try:
        if not select.select([ours], [], [], 60)[0]:
            child.kill()
            break
        part = os.read(ours, 4096)
    except OSError:
        break
    if not part:
        break
    seen += part
sys.stdout.write(seen.decode())
sys.exit(child.wait())
"#;

#[cfg(unix)] // as above
fn on_a_terminal(repo: &Repo, answers: &str, line: &str) -> (Option<i32>, String) {
    let mut command = std::process::Command::new("python3");
    command.args(["-c", ON_A_TERMINAL, answers, env!("CARGO_BIN_EXE_portolan")]).args(line.split(' '));
    command.current_dir(repo.path()).env_clear().env("PATH", std::env::var_os("PATH").expect("there is one"));
    let output = command.env("NO_COLOR", "1").env("TERM", "dumb").output().expect("python is there");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(unix)] // needs a pseudo-terminal
#[test]
fn the_region_is_asked_for_on_a_terminal() {
    for (answers, line, catalog) in [
        ("n\nmars\nus\ny\n", "init", Some("us")),
        ("n\n\ny\n", "init", Some("eu")),
        // The example is for trying portolan without an account: there is no question, and it uses the embedded
        // catalog.
        ("y\ny\n", "init", None),
        ("n\ny\n", "init --region us", Some("us")),
        ("n\ny\n", "init --platform glint", None),
    ] {
        let repo = git(GITHUB);
        let (code, seen) = on_a_terminal(&repo, answers, line);
        assert_eq!(code, Some(0), "{line}: {seen}");
        assert_eq!(yaml(&repo, "portolan.yaml")["catalog"].as_str(), catalog, "{answers:?}: {seen}");
        let is_asked = !line.contains("--region") && catalog.is_some();
        assert_eq!(seen.contains("Region of your Port account: eu or us [eu]"), is_asked, "{seen}");
    }
    // The user can view the files first, and is asked again.
    let repo = git(GITHUB);
    let (code, seen) = on_a_terminal(&repo, "n\nus\ns\nn\n", "init");
    assert_eq!(code, Some(0), "{seen}");
    assert!(seen.contains("+ catalog: us") && seen.contains("Nothing was written."), "{seen}");
    assert!(!repo.path().join("portolan.yaml").exists());
}

#[cfg(unix)] // needs a pseudo-terminal
#[test]
fn the_ci_system_is_asked_for_where_nothing_tells_it() {
    let repo = git("https://git.example.com/acme/catalog.git");
    let (code, seen) = on_a_terminal(&repo, "teamcity\nCircleCI\nn\nus\ny\n", "init");
    assert_eq!(code, Some(0), "{seen}");
    assert_eq!(
        seen.matches("CI system: github, gitlab, azure, bitbucket, circleci, codefresh, jenkins or none").count(),
        2
    );
    assert!(repo.path().join(".circleci/config.yml").exists(), "{seen}");
    // One file holds the jobs of all: the lines are shown, and the next step says so.
    let other = git("git@bitbucket.org:acme/catalog.git");
    other.write("bitbucket-pipelines.yml", "pipelines: {}\n");
    let told = run(&other, "init --yes").quietly_gave();
    assert!(told.starts_with("bitbucket-pipelines.yml is not changed: it has jobs already"), "{told}");
    assert!(next_steps(&told)[0].contains("`bitbucket-pipelines.yml`"), "{told}");
    assert_eq!(other.read("bitbucket-pipelines.yml"), "pipelines: {}\n");
}

#[test]
fn an_empty_repository_is_wired_for_github() {
    let repo = git(GITHUB);
    let told = wired(&repo, "init --yes");
    let wanted =
        [".gitattributes", ".github/workflows/portolan.yml", ".gitignore", ".pre-commit-config.yaml", "portolan.yaml"];
    assert_eq!(names(&repo), wanted);
    let config = yaml(&repo, "portolan.yaml");
    assert_eq!(config["platform"], "port");
    assert_eq!(config["scope"], "acme/catalog");
    assert_eq!(config["manifests"]["include"][0], "catalog/**/*.{yaml,yml}");
    let steps = next_steps(&told);
    assert!(steps.len() <= 5 && steps[1].contains(SET_SECRETS), "{steps:?}");
    assert!(steps[1].contains("PORT_CLIENT_ID and PORT_CLIENT_SECRET"), "{steps:?}");
    // The settings are as written, and lint reports nothing.
    let settings = run(&repo, "config").quietly_gave();
    assert!(settings.contains("acme/catalog"), "{settings}");
    assert_eq!(run(&repo, "lint").code, 0);
    let machine = [".portolan/local.db", ".portolan/local.db-wal", ".portolan/last-push.json"];
    let ignored = repo.git(&[&["check-ignore"], machine.as_slice()].concat());
    assert_eq!(ignored.lines().collect::<Vec<_>>(), machine);
    let merge = repo.git(&["check-attr", "merge", ".portolan/known-entities.txt"]);
    assert!(merge.ends_with("merge: union\n"), "{merge}");
    // This program was built from source, so the hook uses the one on the PATH.
    let hooks = yaml(&repo, ".pre-commit-config.yaml");
    assert_eq!(hooks["repos"][0]["hooks"][0]["language"], "system");
    assert_eq!(hooks["default_install_hook_types"], serde_json::json!(["pre-commit", "pre-merge-commit"]));
}

/// The CI system is that of the host, unless the repository has only files of another one that works with this host.
#[test]
fn the_ci_system_is_detected_by_files_and_hosts() {
    const BITBUCKET: &str = "git@bitbucket.org:acme/catalog.git";
    const PLAIN: &str = "https://git.example.com/acme/catalog.git";
    for (origin, files, name) in [
        (GITHUB, &[][..], "GitHub Actions"),
        (GITHUB, &[".circleci/config.yml"], "CircleCI"),
        (GITHUB, &[".github/workflows/x.yml", ".circleci/config.yml"], "GitHub Actions"),
        (GITHUB, &[".gitlab-ci.yml", "bitbucket-pipelines.yml"], "GitHub Actions"),
        (GITHUB, &["azure-pipelines.yml"], "Azure Pipelines"),
        (GITLAB, &["Jenkinsfile"], "Jenkins"),
        (GITLAB, &[".github/workflows/x.yml"], "GitLab"),
        (BITBUCKET, &[], "Bitbucket Pipelines"),
        ("https://dev.azure.com/acme/x/_git/catalog", &[], "Azure Pipelines"),
        ("git@ssh.dev.azure.com:v3/acme/x/catalog", &[], "Azure Pipelines"),
        (PLAIN, &["codefresh.yml"], "Codefresh"),
        (PLAIN, &[".codefresh/x.yml", "Jenkinsfile"], "Codefresh"),
        (PLAIN, &[".gitlab-ci.yml", ".github/workflows/x.yml"], "GitLab"),
        (PLAIN, &[], "none"),
    ] {
        let repo = git(origin);
        for file in files {
            repo.write(file, "x: {}\n");
        }
        let told = run(&repo, "init --dry-run --quiet").quietly_gave();
        // CircleCI and Bitbucket have one file: its lines are shown, and nothing is written there.
        let is_shown = files.contains(&".circleci/config.yml") && name == "CircleCI";
        let line = told.lines().find_map(|line| line.trim().strip_prefix("CI ")).map(str::trim);
        match (name, is_shown) {
            ("none", _) => assert_eq!(line, None, "{origin} {files:?}: {told}"),
            (_, true) => assert!(told.contains("one file holds all") && told.contains("portolan-lint:"), "{told}"),
            (name, false) => assert!(line.is_some_and(|line| line.starts_with(name)), "{origin} {files:?}: {told}"),
        }
    }
}

#[test]
fn each_ci_system_has_its_next_steps() {
    for (ci, words) in [
        ("azure", "`.azure-pipelines/portolan.yml` (Pipelines > New pipeline). Set its secret variables"),
        ("bitbucket", "BITBUCKET_TOKEN"),
        ("circleci", "the context `portolan`"),
        ("codefresh", "`.codefresh/portolan.yml`, with a Git trigger. Set its encrypted variables"),
        ("jenkins", "the script path `Jenkinsfile`. Add the secret texts"),
    ] {
        let repo = git(GITHUB);
        let told = wired(&repo, &format!("init --yes --ci {ci}"));
        assert!(next_steps(&told).iter().any(|step| step.contains(words)), "{ci}: {told}");
    }
}

#[test]
fn an_example_is_something_to_try_things_out_with() {
    let repo = git(GITHUB);
    let told = wired(&repo, "init --yes --example");
    assert_eq!(run(&repo, "lint").quietly_gave(), clean(2, 2) + "\n");
    assert!(next_steps(&told).len() <= 5, "{told}");
    // In a repository with manifests, the example would be in the way.
    let other = git(GITHUB);
    other.write("port.yml", "identifier: cart\nblueprint: service\n");
    let run = run(&other, "init --yes --example");
    assert!(run.talk.contains("no examples are written"), "{}", run.talk);
    assert!(!other.path().join("catalog").exists());
}

#[test]
fn manifests_that_are_here_say_where_and_whose() {
    let manifest = |platform: &str, name: &str| {
        format!(
            "apiVersion: {platform}/v1\nkind: Entity\nmetadata: {{name: {name}}}\nspec: {{blueprint: x, identifier: {name}}}\n"
        )
    };
    let repo = git("git@github.com:acme/shop.git");
    repo.write("deploy/entities/a.yaml", manifest("useglint.io", "a"));
    repo.write("deploy/entities/teams/b.yml", manifest("useglint.io", "b"));
    repo.write("deploy/chart.yaml", "kind: Deployment\napiVersion: apps/v1\n");
    repo.write("services/cart/glint.yml", "identifier: cart\nblueprint: service\n");
    let told = wired(&repo, "init --yes");
    let config = yaml(&repo, "portolan.yaml");
    assert_eq!(config["platform"], "glint");
    let include: Vec<&str> =
        config["manifests"]["include"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert_eq!(include, ["deploy/entities/**/*.{yaml,yml}", "**/glint.yml"]);
    assert!(run(&repo, "lint").results.contains("3 files, 3 entities"), "{}", run(&repo, "lint").results);
    assert!(told.contains("GLINT_CLIENT_ID") && !told.contains("PORT_CLIENT_ID"), "{told}");
    // Without a snapshot, the embedded catalog has nothing to compare with, and the error says where to get one.
    let diff = run(&repo, "diff");
    assert_eq!(diff.code, 1, "{}", diff.results);
    assert!(diff.results.contains("run `portolan pull` to update `.portolan/blueprints`"), "{}", diff.results);
    // Flags take precedence over detected values.
    let other = git(GITHUB);
    other.write("a.yaml", manifest("useglint.io", "a"));
    wired(&other, "init --yes --platform port --scope acme/other --no-pre-commit --ci none");
    assert_eq!(names(&other), [".gitattributes", ".gitignore", "a.yaml", "portolan.yaml"]);
    let config = yaml(&other, "portolan.yaml");
    assert_eq!((&config["platform"], &config["scope"]), (&Value::from("port"), &Value::from("acme/other")));
}

#[test]
fn a_folder_of_a_larger_repository_has_its_own_scope_and_jobs() {
    for (origin, jobs, scope) in [
        (GITHUB, ".github/workflows/portolan-services-cart.yml", "acme/catalog/services/cart"),
        (GITLAB, ".gitlab/portolan-services-cart.yml", "acme/teams/catalog/services/cart"),
    ] {
        let repo = git(origin);
        repo.write("services/cart/port.yml", "identifier: cart\nblueprint: service\n");
        wired(&repo, "-C services/cart init --yes");
        assert_eq!(yaml(&repo, "services/cart/portolan.yaml")["scope"], scope);
        assert!(repo.read("services/cart/.gitignore").contains(".portolan/local.db*"));
        let hooks = yaml(&repo, ".pre-commit-config.yaml");
        assert_eq!(hooks["repos"][0]["hooks"][0]["entry"], "portolan -C services/cart lint --pre-commit");
        assert!(repo.read(jobs).contains("services/cart"));
        // A second folder is added next to the first, which does not change.
        repo.write("services/shop/port.yml", "identifier: shop\nblueprint: service\n");
        let before = repo.read(jobs);
        wired(&repo, "-C services/shop init --yes");
        assert_eq!(repo.read(jobs), before);
        assert_eq!(yaml(&repo, ".pre-commit-config.yaml")["repos"].as_array().map(Vec::len), Some(2));
    }
}

#[test]
fn the_top_leaves_alone_what_is_wired_by_itself() {
    let repo = git(GITHUB);
    repo.write("services/cart/port.yml", "identifier: cart\nblueprint: service\n");
    repo.write("services/shop/port.yml", "identifier: shop\nblueprint: service\n");
    wired(&repo, "-C services/cart init --yes");
    let told = wired(&repo, "init --yes");
    let config = yaml(&repo, "portolan.yaml");
    assert_eq!(config["manifests"]["include"][0], "**/port.yml");
    assert_eq!(config["manifests"]["exclude"], serde_json::json!(["services/cart/**"]));
    assert!(run(&repo, "lint").results.ends_with(&(clean(1, 1) + "\n")));
    let hooks = yaml(&repo, ".pre-commit-config.yaml");
    let ids: Vec<&Value> = (0..2).map(|at| &hooks["repos"][at]["hooks"][0]["id"]).collect();
    assert_eq!(ids, ["portolan-lint-services-cart", "portolan-lint"]);
    // The secrets already exist for the first folder.
    assert!(!next_steps(&told).iter().any(|step| step.contains("secrets")), "{told}");
}

#[test]
fn the_folder_of_git_is_not_wired() {
    let repo = git(GITHUB);
    let before = contents(repo.path());
    let talk = run(&repo, "-C .git init --yes").was_refused();
    assert_error(&talk, "inside-git");
    assert!(contents(repo.path()) == before);
}

#[test]
fn without_git_there_is_a_config_and_no_more() {
    let repo = Repo::outside_git();
    let run = run(&repo, "init --yes");
    assert_eq!((run.code, names(&repo)), (0, vec!["portolan.yaml".to_owned()]), "{}", run.talk);
    assert!(run.talk.contains("Not a Git repository"), "{}", run.talk);
    assert!(next_steps(&run.results)[0].contains("`scope`"), "{}", run.results);
}

#[test]
fn without_a_remote_the_branch_and_the_scope_are_not_made_up() {
    let repo = git("");
    repo.git(&["checkout", "--quiet", "-b", "trunk"]);
    repo.write(".github/workflows/ci.yml", "name: ci\n");
    let told = wired(&repo, "init --yes");
    assert!(repo.read("portolan.yaml").contains("\n# scope: owner/repository\n"));
    assert!(next_steps(&told)[0].contains("`scope`"), "{told}");
    assert_eq!(yaml(&repo, ".github/workflows/portolan.yml")["env"]["SOURCE_COMMIT"], "");
    assert!(repo.read(".github/workflows/portolan.yml").contains("branches: [\"trunk\"]"));
}

#[test]
fn a_catalog_that_is_named_is_written_where_it_may_be() {
    let written = |line: &str| {
        let repo = git(GITHUB);
        wired(&repo, line);
        let jobs = repo.read(".github/workflows/portolan.yml");
        (yaml(&repo, "portolan.yaml")["catalog"].clone(), jobs)
    };
    let (catalog, jobs) = written("init --yes --catalog us");
    assert!(catalog == "us" && jobs.contains("portolan push"));
    // A pull request could change the URL in the config, and would then get the credentials.
    let (catalog, jobs) = written("init --yes --catalog https://catalog.acme.example");
    assert!(catalog.is_null() && jobs.contains("  PORTOLAN_CATALOG: \"https://catalog.acme.example\"\n"), "{jobs}");
    // A pipeline has nothing to compare with.
    let (catalog, jobs) = written("init --yes --catalog local --example");
    assert!(catalog == "local" && !jobs.contains("push") || jobs.contains("portolan lint"), "{jobs}");
    assert!(!jobs.contains("portolan push") && !jobs.contains("secrets."), "{jobs}");
}

#[test]
fn a_broken_config_is_told_before_anything_is_written() {
    let repo = git(GITHUB);
    repo.write("portolan.yaml", "platfrom: port\n");
    let before = contents(repo.path());
    let talk = run(&repo, "init --yes").was_refused();
    assert_error(&talk, "faulty-config");
    assert!(talk.contains("platfrom"), "{talk}");
    assert!(contents(repo.path()) == before);
}
