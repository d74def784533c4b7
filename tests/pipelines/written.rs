//! Tests the pipelines that `init --ci` writes for Azure, Bitbucket, CircleCI, Codefresh and Jenkins. Their scripts run with
//! the real binary, in the jobs that each system starts for an event, against a catalog and a forge on loopback.

mod azure;
mod bitbucket;
mod checked;
mod circleci;
mod codefresh;
mod jenkins;

use std::path::Path;
use std::process::Command;

use portolan::scaffold::repository::CiSystem;
use serde_json::Value;

use crate::pipelines::runner::Scene;
use crate::pipelines::{Told, run};
use crate::testkit::released::{VERSION, released};
use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET};
use crate::testkit::{Repo, make_executable, portolan};

/// What a build is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    PullRequest,
    /// A pull request of a fork, whose branch is called like the default branch.
    Fork,
    Main,
    Branch,
    Tag,
}

/// A step of a job.
struct Script {
    text: String,
    /// The folder in the repository in which the system starts it; empty for the top.
    folder: String,
    shell: &'static [&'static str],
    variables: Vec<(String, String)>,
    /// Whether it runs after a step that failed.
    runs_always: bool,
}

type Job = Vec<Script>;

struct System {
    ci: &'static str,
    /// The variables that the system sets in every job.
    variables: fn(&World, Event) -> Vec<(&'static str, String)>,
    /// The jobs that it starts, in their order. `approve`: what a person entered.
    jobs: fn(&World, Event, &str) -> Vec<Job>,
    /// The report of `lint` that the system shows; empty if it shows none.
    lint_report: &'static str,
    builds_forks: bool,
}

/// A repository with its pipeline, on the branch `topic`, and with a remote.
struct World {
    scene: Scene,
    tools: Repo,
    /// What the names of the jobs and files of a folder end with.
    suffix: &'static str,
}

#[derive(Debug)]
struct Ran {
    code: i32,
    words: String,
    /// The commands of portolan, each with the number of credentials in its environment.
    calls: Vec<String>,
}

/// Records each call, and then is portolan, or the program of a test.
const RECORDER: &str = "#!/bin/sh\n\
    echo \"$* [$(env | grep -c '^PORT_CLIENT[A-Z_]*=.')]\" >>\"$CALLS\"\n\
    if [ -n \"${INSTEAD:-}\" ]; then eval \"$INSTEAD\"; else exec \"$REAL\" \"$@\"; fi\n";

impl World {
    fn new(line: &str) -> Self {
        let scene = Scene::new();
        let repo = &scene.repo;
        repo.git(&["checkout", "--quiet", "main"]);
        let output = portolan(repo).args(line.split(' ')).output().expect("portolan runs");
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        scene.commit();
        repo.git(&["checkout", "--quiet", "-B", "topic"]);
        // The reports of a build are in its work tree, and are not committed.
        repo.write(".git/info/exclude", "portolan-reports\ntest-results\nportolan-comment.md\n");
        let tools = Repo::new();
        tools.write("bin/portolan", RECORDER);
        make_executable(&tools.path().join("bin/portolan"));
        let remote = tools.path().join("remote.git").display().to_string();
        repo.git(&["clone", "--quiet", "--bare", ".", &remote]);
        repo.git(&["remote", "add", "origin", &remote]);
        repo.git(&["fetch", "--quiet", "origin"]);
        repo.git(&["remote", "set-head", "origin", "main"]);
        Self { scene, tools, suffix: "" }
    }

    fn path(&self, path: &str) -> String {
        self.tools.path().join(path).display().to_string()
    }

    fn repo(&self) -> String {
        self.scene.repo.path().display().to_string()
    }

    fn read(&self, path: &str) -> String {
        self.scene.repo.read(path)
    }

    fn yaml(&self, path: &str) -> Value {
        serde_yaml::from_str(&self.read(path)).expect("it is YAML")
    }

    /// Checks out what the event is about.
    fn check_out(&self, event: Event) {
        let repo = &self.scene.repo;
        repo.git(&["clean", "--quiet", "-ffd"]);
        if matches!(event, Event::Main | Event::Tag) {
            repo.git(&["checkout", "--quiet", "main"]);
            repo.git(&["merge", "--quiet", "--ff-only", "topic"]);
        } else {
            repo.git(&["checkout", "--quiet", "topic"]);
        }
        if event != Event::Main {
            repo.git(&["checkout", "--quiet", "--detach"]);
        }
    }

    fn run(&self, system: &System, event: Event, approve: &str, instead: &str) -> Ran {
        self.check_out(event);
        let ran = self.run_jobs(system, event, &(system.jobs)(self, event, approve), instead);
        self.scene.repo.git(&["checkout", "--quiet", "topic"]);
        ran
    }

    fn run_jobs(&self, system: &System, event: Event, jobs: &[Job], instead: &str) -> Ran {
        self.tools.write("calls", "").write("temp/x", "").write("temp@tmp/x", "");
        let mut ran = Ran { code: 0, words: String::new(), calls: Vec::new() };
        for job in jobs {
            for script in job {
                if ran.code == 0 || script.runs_always {
                    let told = self.run_script(system, event, script, instead);
                    ran.words.push_str(&told.words);
                    ran.code = if ran.code == 0 { told.code } else { ran.code };
                }
            }
            if ran.code != 0 {
                break;
            }
        }
        assert!(!ran.words.contains(CLIENT_SECRET) && !ran.words.contains(TOKEN), "{}", ran.words);
        ran.calls = self.tools.read("calls").lines().map(str::to_owned).collect();
        ran
    }

    fn run_script(&self, system: &System, event: Event, script: &Script, instead: &str) -> Told {
        let mut command = Command::new(script.shell[0]);
        command
            .args(&script.shell[1..])
            .arg(&script.text)
            .current_dir(self.scene.repo.path().join(&script.folder))
            .env_clear();
        let variables = self.scene.variables();
        command.envs(variables.iter().filter(|(name, _)| !name.starts_with("PORT_CLIENT")));
        command.envs((system.variables)(self, event)).envs(script.variables.iter().cloned());
        command.env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", self.path("bin")));
        let real = Path::new(env!("CARGO_BIN_EXE_portolan"));
        run(command.env("REAL", real).env("CALLS", self.path("calls")).env("INSTEAD", instead))
    }
}

/// The token of the forge.
const TOKEN: &str = "only-for-this-run";

fn credentials() -> Vec<(String, String)> {
    [("PORT_CLIENT_ID", CLIENT_ID), ("PORT_CLIENT_SECRET", CLIENT_SECRET)].map(|(a, b)| (a.into(), b.into())).into()
}

/// The calls of one verb. The number at their end is that of the credentials.
fn calls_of<'r>(ran: &'r Ran, verb: &str) -> Vec<&'r String> {
    ran.calls.iter().filter(|call| call.starts_with(&format!("{verb} "))).collect()
}

#[track_caller]
fn ended(ran: Ran, code: i32) -> Ran {
    assert_eq!(ran.code, code, "{:?}\n{}", ran.calls, ran.words);
    ran
}

fn follows_the_events(system: &System) {
    let world = World::new(&format!("init --yes --ci {} --no-pre-commit", system.ci));
    let scene = &world.scene;
    let run = |event| world.run(system, event, "", "");
    for tier in ["tier: 2", "tier: 3"] {
        scene.declare("cart", tier);
        scene.commit();
        let ran = ended(run(Event::PullRequest), 0);
        let (lint, diff) = (calls_of(&ran, "lint"), calls_of(&ran, "diff"));
        assert!(lint.len() == 1 && lint[0].ends_with("[0]"), "lint needs no credentials: {:?}", ran.calls);
        assert!(diff.len() == 1 && diff[0].ends_with("[2]"), "{:?}", ran.calls);
        assert!(ran.words.contains("1 to update") && calls_of(&ran, "push").is_empty(), "{}", ran.words);
        let comments = scene.forge.comments();
        assert!(comments.len() == 1 && comments[0].1.contains(tier), "{comments:?}\n{}", ran.words);
        assert_eq!(scene.forge.secrets(), [format!("Bearer {TOKEN}")]);
    }
    is_refused(system, &world);
    if system.builds_forks {
        let before = scene.forge.calls().len();
        let ran = ended(run(Event::Fork), 0);
        assert!(ran.words.contains("The catalog was not read") && ran.calls.len() > 1, "{}", ran.words);
        assert!(ran.calls.iter().all(|call| call.ends_with("[0]")), "{:?}", ran.calls);
        assert_eq!(scene.forge.calls().len(), before, "a fork has no token");
    } else {
        assert!((system.jobs)(&world, Event::Fork, "").is_empty());
    }
    is_pushed_from_main_only(system, &world);
}

/// A wrong manifest is in the report that the system shows, and a hazard makes the check red.
fn is_refused(system: &System, world: &World) {
    let scene = &world.scene;
    scene.declare("ledger", "tier: one");
    scene.commit();
    let ran = ended(world.run(system, Event::PullRequest, "", ""), 1);
    assert!(ran.words.contains("wrong-property-type") || system.ci == "azure", "{}", ran.words);
    if !system.lint_report.is_empty() {
        let report = [world.repo(), world.path("temp")].map(|folder| Path::new(&folder).join(system.lint_report));
        let report = report.iter().find(|path| path.is_file()).expect("there is a report");
        assert!(std::fs::read_to_string(report).expect("text").contains("wrong-property-type"));
    }
    scene.repo.remove("catalog/ledger.yaml");
    scene.repo.remove("catalog/quotes.yaml");
    scene.commit();
    ended(world.run(system, Event::PullRequest, "", ""), 4);
    assert!(scene.forge.comments()[0].1.contains("azard"), "{:?}", scene.forge.comments());
    scene.repo.git(&["checkout", "--quiet", "HEAD~2", "--", "catalog"]);
    scene.commit();
}

fn is_pushed_from_main_only(system: &System, world: &World) {
    let scene = &world.scene;
    for event in [Event::Branch, Event::Tag] {
        let ran = world.run(system, event, "", "");
        assert!(ran.code == 0 && calls_of(&ran, "push").is_empty(), "{event:?} {:?}\n{}", ran.calls, ran.words);
    }
    // Where a system starts the push all the same, its script or portolan refuses.
    for event in [Event::Branch, Event::Tag, Event::PullRequest, Event::Fork] {
        world.check_out(event);
        let ran = world.run_jobs(system, event, &(system.jobs)(world, Event::Main, ""), "");
        assert!(ran.code != 0 || calls_of(&ran, "push").is_empty(), "{event:?} {:?}\n{}", ran.calls, ran.words);
        scene.repo.git(&["checkout", "--quiet", "topic"]);
    }
    let ran = ended(world.run(system, Event::Main, "", ""), 0);
    let push = calls_of(&ran, "push");
    assert!(push.len() == 1 && push[0].ends_with("[2]") && ran.words.contains("1 updated"), "{}", ran.words);
    assert!(calls_of(&ran, "lint").iter().all(|call| call.ends_with("[0]")), "{:?}", ran.calls);
    scene.repo.remove("catalog/ledger.yaml");
    scene.repo.remove("catalog/quotes.yaml");
    scene.commit();
    let ran = ended(world.run(system, Event::Main, "", ""), 4);
    let digest = ran.words.split("--approve ").nth(1).and_then(|rest| rest.get(..48)).expect("a digest").to_owned();
    let ran = ended(world.run(system, Event::Main, &digest, ""), 0);
    assert!(ran.words.contains("2 deleted"), "{}", ran.words);
}

/// With `delivery: cluster`, pull requests are forecast, also after a diff that failed, and nothing is pushed.
fn forecasts_for_a_cluster(system: &System) {
    let world = World::new(&format!("init --yes --ci {} --no-pre-commit --delivery flux", system.ci));
    let instead = |failing: &str| format!("case \"$*\" in {failing}*) exit 1 ;; esac");
    for failing in ["diff", "cluster"] {
        let ran = ended(world.run(system, Event::PullRequest, "", &instead(failing)), 1);
        assert_eq!(ran.calls.last().map(String::as_str), Some("cluster forecast [2]"), "{:?}", ran.calls);
    }
    if system.builds_forks {
        let ran = ended(world.run(system, Event::Fork, "", &instead("cluster")), 0);
        assert!(ran.calls.iter().all(|call| call.ends_with("[0]") && !call.starts_with("cluster")), "{:?}", ran.calls);
    }
    let ran = ended(world.run(system, Event::Main, "", &instead("push")), 0);
    assert!(calls_of(&ran, "push").is_empty() && !ran.calls.is_empty(), "{:?}", ran.calls);
}

/// A published release is installed by its version, by the tools that the system's image has.
fn installs_a_release(system: &System, tool: &str) {
    let world = World::new(&format!("init --yes --ci {} --no-pre-commit", system.ci));
    let ci = CiSystem::ALL.into_iter().find(|ci| ci.word() == system.ci).expect("a CI system");
    for file in released(&std::collections::BTreeMap::new(), |facts| facts.ci = ci).files {
        world.scene.repo.write(&file.path, file.after);
    }
    world.scene.commit();
    for name in ["apk", "pip", "pipx", "python3"] {
        // `python3 -m venv FOLDER` makes a folder with another `pip`.
        let script = "#!/bin/sh\necho \"${0##*/} $*\" >>\"$CALLS\"\n\
                      [ \"$2\" != venv ] || { mkdir -p \"$3/bin\" && cp \"$0\" \"$3/bin/pip\"; }\n";
        world.tools.write(&format!("bin/{name}"), script);
        make_executable(&world.tools.path().join("bin").join(name));
    }
    let ran = ended(world.run(system, Event::Main, "", ""), 0);
    let is_install = |call: &&String| call.starts_with(&format!("{tool} install "));
    let installs: Vec<&String> = ran.calls.iter().filter(is_install).collect();
    let named = format!("portolan-gitops=={VERSION}");
    assert!(!installs.is_empty() && installs.iter().all(|call| call.ends_with(&named)), "{:?}", ran.calls);
    assert_eq!((calls_of(&ran, "lint").len(), calls_of(&ran, "push").len()), (1, 1), "{:?}", ran.calls);
}

/// The jobs of a folder work in it, whatever its name.
fn works_in_its_folder(system: &System) {
    const FOLDER: &str = "services/ann's";
    let mut world = World::new("init --dry-run");
    world.suffix = "-services-ann-s";
    world.scene.repo.write(&format!("{FOLDER}/README.md"), "x").remove("portolan.yaml");
    let repo = &world.scene.repo;
    let line = ["-C", FOLDER, "init", "--yes", "--no-pre-commit", "--ci", system.ci];
    let output = portolan(repo).args(line).output().expect("portolan runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    world.scene.commit();
    for event in [Event::PullRequest, Event::Main] {
        world.tools.write("folders", "");
        let instead = format!("echo \"$1 in $PWD\" >>'{}'", world.path("folders"));
        ended(world.run(system, event, "", &instead), 0);
        let folders = world.tools.read("folders");
        let there = std::fs::canonicalize(world.scene.repo.path().join(FOLDER)).expect("it is there");
        let verbs = if event == Event::Main { &["lint", "push"][..] } else { &["lint", "diff"] };
        for verb in verbs {
            let line = format!("{verb} in {}", there.display());
            assert!(folders.lines().any(|it| it == line), "{event:?} {line}:\n{folders}");
        }
    }
}
