//! Tests the scheduled jobs that `init --drift` writes: their scripts run with the real binary, against a catalog, a forge
//! and a remote on this machine.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::{Value, json};

use crate::pipelines::runner::Scene;
use crate::pipelines::{Told, run};
use crate::testkit::plain::Plain;
use crate::testkit::{Repo, make_executable, portolan};

/// A repository with scheduled jobs and a snapshot, on its default branch, with a remote.
struct World {
    scene: Scene,
    tools: Repo,
}

/// Tells the options of a push.
const HOOK: &str = "#!/bin/sh\nat=0\nwhile [ \"$at\" -lt \"${GIT_PUSH_OPTION_COUNT:-0}\" ]; do\n  \
                    eval \"echo \\\"\\$GIT_PUSH_OPTION_$at\\\"\" >>options\n  at=$((at + 1))\ndone\n";

impl World {
    fn new(ci: &str) -> Self {
        let scene = Scene::new();
        let repo = &scene.repo;
        repo.git(&["checkout", "--quiet", "main"]);
        for line in [format!("init --yes --ci {ci} --drift"), "pull".to_owned()] {
            let mut command = portolan(repo);
            command.args(line.split(' ')).envs(scene.variables());
            let output = command.output().expect("portolan runs");
            assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        }
        scene.commit();
        let tools = Repo::new();
        let remote = tools.path().join("remote.git").display().to_string();
        repo.git(&["clone", "--quiet", "--bare", ".", &remote]);
        repo.git(&["-C", &remote, "config", "receive.advertisePushOptions", "true"]);
        tools.write("remote.git/hooks/pre-receive", HOOK);
        make_executable(&tools.path().join("remote.git/hooks/pre-receive"));
        repo.git(&["remote", "add", "origin", &remote]);
        Self { scene, tools }
    }

    fn path(&self, path: &str) -> String {
        self.tools.path().join(path).display().to_string()
    }

    fn yaml(&self, path: &str) -> Value {
        serde_yaml::from_str(&self.scene.repo.read(path)).expect("it is YAML")
    }

    fn variables(&self) -> BTreeMap<String, String> {
        let mut variables = self.scene.variables();
        for (name, value) in [
            ("RUNNER_TEMP", self.path("")),
            ("GITHUB_STEP_SUMMARY", self.path("summary.md")),
            ("GITHUB_TOKEN", "token-of-the-job".to_owned()),
            ("GITHUB_API_URL", self.scene.forge.url.clone()),
            ("GITHUB_SERVER_URL", "https://github.example".to_owned()),
            ("GITHUB_REPOSITORY", "acme/catalog".to_owned()),
            ("GITHUB_REPOSITORY_OWNER", "acme".to_owned()),
            ("GITHUB_REF_NAME", "main".to_owned()),
            ("CI_PROJECT_DIR", self.scene.repo.path().display().to_string()),
            ("CI_SERVER_URL", format!("file://{}", self.tools.path().display())),
            ("CI_SERVER_HOST", "gitlab.example".to_owned()),
            ("CI_PROJECT_PATH", "remote".to_owned()),
            ("CI_DEFAULT_BRANCH", "main".to_owned()),
        ] {
            variables.insert(name.to_owned(), value);
        }
        variables
    }

    fn run(&self, shell: &str, script: &str, more: &[(&str, &str)]) -> Told {
        let mut command = Command::new(shell);
        command.current_dir(self.scene.repo.path()).args(["-e", "-c", script]).env_clear();
        run(command.envs(self.variables()).envs(more.iter().copied()))
    }

    /// Checks out the default branch as a new job does.
    fn check_out(&self) {
        self.scene.repo.git(&["checkout", "--quiet", "--force", "main"]);
        self.scene.repo.git(&["clean", "--quiet", "-ffd"]);
    }

    fn catalog(&self) -> Plain {
        Plain::connect(&self.scene.variables()["PORT_BASE_URL"])
    }

    /// Somebody adds a property to the blueprint.
    fn change_blueprint(&self, property: &str) {
        self.edit_blueprint(&format!("/schema/properties/{property}"), json!({"type": "string"}));
    }

    /// Sets a field, which may be a new one.
    fn edit_blueprint(&self, pointer: &str, value: Value) {
        let catalog = self.catalog();
        let mut blueprint = catalog.must("GET", "blueprints/service", None)["blueprint"].take();
        let (place, name) = pointer.rsplit_once('/').expect("a pointer");
        blueprint.pointer_mut(place).expect("it is there")[name] = value;
        for key in ["createdAt", "createdBy", "updatedAt", "updatedBy"] {
            blueprint.as_object_mut().expect("an object").remove(key);
        }
        catalog.must("PUT", "blueprints/service", Some(&blueprint));
    }

    /// The blueprint on the branch that was proposed.
    fn proposed(&self) -> String {
        let file = "portolan/snapshot:.portolan/blueprints/service.json";
        self.scene.repo.git(&["-C", &self.path("remote.git"), "show", file])
    }
}

fn step(workflow: &Value, job: &str, name: &str) -> String {
    let steps = workflow["jobs"][job]["steps"].as_array().expect("steps");
    let found = steps.iter().find(|step| step["name"] == name).expect("a step of this name");
    found["run"].as_str().expect("a script").to_owned()
}

#[track_caller]
fn ended(told: &Told, code: i32) {
    assert_eq!(told.code, code, "{}", told.words);
}

const WORKFLOW: &str = ".github/workflows/portolan-drift.yml";

#[test]
fn the_workflow_turns_red_when_somebody_edits_in_the_catalog() {
    let world = World::new("github");
    let workflow = world.yaml(WORKFLOW);
    assert_eq!(workflow["permissions"], json!({}));
    assert_eq!(workflow["jobs"]["drift"]["permissions"], json!({"contents": "read"}));
    let diff = step(&workflow, "drift", "Diff");
    ended(&world.run("bash", &diff, &[]), 0);
    let edited = json!({"identifier": "cart", "properties": {"tier": 5}});
    world.catalog().must("POST", "blueprints/service/entities?upsert=true&merge=true", Some(&edited));
    world.tools.write("summary.md", "");
    let told = world.run("bash", &diff, &[]);
    ended(&told, 2);
    assert!(told.words.contains("(1 drifted, 0 pending)"), "{}", told.words);
    let summary = world.tools.read("summary.md");
    for way_out in ["portolan pull", "--entities --only service/cart", "--only catalog/cart.yaml --adopt"] {
        assert!(summary.contains(way_out), "{way_out}: {summary}");
    }
    // Work that was not pushed fails the run too, and is not called drift.
    world.scene.declare("ledger", "tier: 3");
    assert!(world.run("bash", &diff, &[]).words.contains("(1 drifted, 1 pending)"));
}

#[test]
fn the_workflow_proposes_a_snapshot_once() {
    let world = World::new("github");
    let workflow = world.yaml(WORKFLOW);
    let (pull, propose) = (step(&workflow, "snapshot", "Pull"), step(&workflow, "snapshot", "Propose"));
    let refresh = |more: &[(&str, &str)]| {
        world.check_out();
        ended(&world.run("bash", &pull, &[]), 0);
        world.run("bash", &propose, more)
    };
    ended(&refresh(&[]), 0);
    assert!(world.scene.forge.calls().is_empty(), "nothing has changed");
    world.change_blueprint("owner");
    // The branch is there before GitHub refuses the pull request.
    world.scene.forge.refuse(403);
    let told = refresh(&[]);
    assert!(told.code == 1 && told.words.contains("403") && told.words.contains("portolan/snapshot"), "{}", told.words);
    assert!(world.proposed().contains("\"owner\""));
    assert!(world.scene.forge.pulls().is_empty());
    assert!(!told.words.contains("token-of-the-job"), "{}", told.words);
}

#[test]
fn a_later_run_updates_the_branch_of_the_pull_request() {
    let world = World::new("github");
    let workflow = world.yaml(WORKFLOW);
    let (pull, propose) = (step(&workflow, "snapshot", "Pull"), step(&workflow, "snapshot", "Propose"));
    for property in ["owner", "cost"] {
        world.change_blueprint(property);
        world.check_out();
        ended(&world.run("bash", &pull, &[]), 0);
        ended(&world.run("bash", &propose, &[("GITHUB_REF_NAME", "main\"x\\")]), 0);
        assert!(world.proposed().contains(&format!("\"{property}\"")));
    }
    let pulls = world.scene.forge.pulls();
    assert_eq!(pulls.len(), 1, "{pulls:?}");
    assert_eq!((&pulls[0]["head"], &pulls[0]["base"]), (&json!("portolan/snapshot"), &json!("main\"x\\")));
    assert_eq!(world.scene.forge.secrets(), ["Bearer token-of-the-job"]);
    // A pull that fails fails the job, and proposes nothing.
    world.check_out();
    ended(&world.run("bash", &pull, &[("PORT_BASE_URL", "http://127.0.0.1:9")]), 5);
}

#[test]
fn the_jobs_of_gitlab_do_the_same_in_scheduled_pipelines() {
    let world = World::new("gitlab");
    let included = world.yaml(".gitlab-ci.yml")["include"].clone();
    assert_eq!(included, json!([{"local": ".gitlab/portolan.yml"}, {"local": ".gitlab/portolan-drift.yml"}]));
    let jobs = world.yaml(".gitlab/portolan-drift.yml");
    assert_eq!(jobs[".portolan-drift"]["rules"], json!([{"if": "$CI_PIPELINE_SOURCE == \"schedule\""}]));
    let script = |name: &str| jobs[name]["script"][0].as_str().expect("a script").to_owned();
    ended(&world.run("sh", &script("portolan-drift"), &[]), 0);
    let snapshot = script("portolan-snapshot");
    ended(&world.run("sh", &snapshot, &[]), 0);
    world.change_blueprint("owner");
    // Without a token, the job shows the new snapshot and says what to do.
    world.check_out();
    let told = world.run("sh", &snapshot, &[]);
    ended(&told, 1);
    assert!(
        told.words.contains("+") && told.words.contains("\"owner\"") && told.words.contains("GITLAB_TOKEN"),
        "{}",
        told.words
    );
    world.check_out();
    let told = world.run("sh", &snapshot, &[("GITLAB_TOKEN", "only-for-this-run")]);
    ended(&told, 0);
    assert!(!told.words.contains("only-for-this-run"), "{}", told.words);
    assert!(world.proposed().contains("\"owner\""));
    let options = world.tools.read("remote.git/options");
    let expected = "merge_request.create\nmerge_request.target=main\nmerge_request.title=Update the snapshot of the catalog\n\
                    merge_request.remove_source_branch\n";
    assert_eq!(options, expected);
}

const AZURE: &str = ".azure-pipelines/portolan-drift.yml";

/// Azure runs a script by a bash without `-e`.
fn run_for_azure(world: &World, job: &str, name: &str, provider: &str) -> Told {
    let pipeline = world.yaml(AZURE);
    let jobs = pipeline["jobs"].as_array().expect("jobs");
    let job = jobs.iter().find(|it| it["job"] == job).expect("a job of this name");
    let steps = job["steps"].as_array().expect("steps");
    let step = steps.iter().find(|step| step["displayName"] == name).expect("a step of this name");
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-c", step["bash"].as_str().expect("a script")]);
    command.current_dir(world.scene.repo.path()).env_clear().envs(world.scene.variables());
    // Only what a step maps is in its environment.
    for name in ["PORT_CLIENT_ID", "PORT_CLIENT_SECRET"] {
        if step["env"][name].is_null() {
            command.env_remove(name);
        }
    }
    if step["env"]["SYSTEM_ACCESSTOKEN"] == "$(System.AccessToken)" {
        command.env("SYSTEM_ACCESSTOKEN", "token-of-the-job");
    }
    command.env("BUILD_REPOSITORY_URI", world.path("remote.git")).env("BUILD_REPOSITORY_PROVIDER", provider);
    command.env("SYSTEM_COLLECTIONURI", format!("{}/acme/", world.scene.forge.url)).env("BUILD_REPOSITORY_ID", "0-1");
    command.env("SYSTEM_TEAMPROJECTID", "0-2").env("BUILD_SOURCEBRANCH", "refs/heads/main");
    let told = run(command.env("AGENT_TEMPDIRECTORY", world.path("")).env("TF_BUILD", "True"));
    assert!(!told.words.contains("token-of-the-job"), "{}", told.words);
    told
}

#[test]
fn the_pipeline_of_azure_turns_red_when_somebody_edits_in_the_catalog() {
    let world = World::new("azure");
    let pipeline = world.yaml(AZURE);
    // Nothing but the schedule starts it.
    assert_eq!((&pipeline["trigger"], &pipeline["pr"]), (&json!("none"), &json!("none")));
    assert_eq!(pipeline["schedules"][0]["branches"]["include"], json!(["main"]));
    let diff = || run_for_azure(&world, "portolan_drift", "Diff", "TfsGit");
    ended(&diff(), 0);
    let edited = json!({"identifier": "cart", "properties": {"tier": 5}});
    world.catalog().must("POST", "blueprints/service/entities?upsert=true&merge=true", Some(&edited));
    let told = diff();
    ended(&told, 2);
    assert!(told.words.contains("##vso[task.uploadsummary]"), "{}", told.words);
    assert!(world.tools.read("drift.md").contains("--entities --only service/cart"));
}

#[test]
fn the_pipeline_of_azure_proposes_a_snapshot_once() {
    let world = World::new("azure");
    let refresh = |provider: &str| {
        world.check_out();
        ended(&run_for_azure(&world, "portolan_snapshot", "Pull", provider), 0);
        run_for_azure(&world, "portolan_snapshot", "Propose", provider)
    };
    ended(&refresh("TfsGit"), 0);
    assert!(world.scene.forge.calls().is_empty(), "nothing has changed");
    for property in ["owner", "cost"] {
        world.change_blueprint(property);
        ended(&refresh("TfsGit"), 0);
        assert!(world.proposed().contains(&format!("\"{property}\"")));
    }
    let pulls = world.scene.forge.pulls();
    assert_eq!(pulls.len(), 1, "{pulls:?}");
    let refs = (&pulls[0]["sourceRefName"], &pulls[0]["targetRefName"]);
    assert_eq!(refs, (&json!("refs/heads/portolan/snapshot"), &json!("refs/heads/main")));
    assert_eq!(world.scene.forge.secrets(), ["Bearer token-of-the-job"]);
    let route = "/acme/0-2/_apis/git/repositories/0-1/pullrequests?";
    assert!(world.scene.forge.calls().iter().all(|call| call.contains(route)), "{:?}", world.scene.forge.calls());
    // The catalog's texts are not commands in the log of a repository outside Azure Repos.
    world.edit_blueprint("/title", json!("##vso[task.complete result=Succeeded;]"));
    let told = refresh("GitHub");
    ended(&told, 1);
    assert!(
        told.words.contains("# #vso[task.complete") && !told.words.contains("##vso[task.complete"),
        "{}",
        told.words
    );
    assert!(told.words.contains("Run portolan pull and commit it"), "{}", told.words);
}

#[test]
fn the_pipeline_of_azure_says_why_no_pull_request_was_opened() {
    let world = World::new("azure");
    world.change_blueprint("owner");
    world.scene.forge.refuse(403);
    ended(&run_for_azure(&world, "portolan_snapshot", "Pull", "TfsGit"), 0);
    let told = run_for_azure(&world, "portolan_snapshot", "Propose", "TfsGit");
    assert!(
        told.code == 1 && told.words.contains("(403)") && told.words.contains("portolan/snapshot"),
        "{}",
        told.words
    );
    assert!(world.proposed().contains("\"owner\"") && world.scene.forge.pulls().is_empty());
    // Without a push, there is no pull request either.
    world.check_out();
    world.change_blueprint("cost");
    ended(&run_for_azure(&world, "portolan_snapshot", "Pull", "TfsGit"), 0);
    world.tools.write("remote.git/hooks/pre-receive", "#!/bin/sh\nexit 1\n");
    let before = world.scene.forge.calls().len();
    assert_ne!(run_for_azure(&world, "portolan_snapshot", "Propose", "TfsGit").code, 0);
    assert_eq!(world.scene.forge.calls().len(), before);
}

/// The script of a stage of Jenkins, with the credentials that the stage binds.
fn run_for_jenkins(world: &World, stage: &str) -> Told {
    let text = world.scene.repo.read("Jenkinsfile.drift");
    let stage =
        text.split("\n    stage('").find(|it| it.starts_with(&format!("{stage}')"))).expect("a stage of this name");
    let script =
        stage.split("sh '''#!/bin/sh -e\n").nth(1).and_then(|rest| rest.split("'''").next()).expect("a script");
    let mut command = Command::new("sh");
    command.args(["-e", "-c", script]).current_dir(world.scene.repo.path()).env_clear().envs(world.scene.variables());
    for name in ["PORT_CLIENT_ID", "PORT_CLIENT_SECRET"] {
        if !stage.contains(&format!("credentialsId: '{name}', variable: '{name}'")) {
            command.env_remove(name);
        }
    }
    command.env("WORKSPACE", world.scene.repo.path()).env("WORKSPACE_TMP", world.path("temp")).env("DIRECTORY", ".");
    run(command.env("JENKINS_URL", "https://ci.example.com/"))
}

#[test]
fn the_pipeline_of_jenkins_fails_on_drift_and_keeps_a_new_snapshot() {
    let world = World::new("jenkins");
    let repo = &world.scene.repo;
    assert!(repo.read("Jenkinsfile.drift").contains("cron('H 5 * * 1-5')"));
    for stage in ["Install portolan", "Drift", "Snapshot"] {
        ended(&run_for_jenkins(&world, stage), 0);
    }
    let edited = json!({"identifier": "cart", "properties": {"tier": 5}});
    world.catalog().must("POST", "blueprints/service/entities?upsert=true&merge=true", Some(&edited));
    ended(&run_for_jenkins(&world, "Drift"), 2);
    assert!(repo.read("portolan-reports/drift.md").contains("--entities --only service/cart"));
    world.change_blueprint("owner");
    let told = run_for_jenkins(&world, "Snapshot");
    ended(&told, 1);
    assert!(told.words.contains("apply the artifact snapshot.patch"), "{}", told.words);
    let patch = repo.read("portolan-reports/snapshot.patch");
    // The reports of the build are no part of it, and it applies to a clean checkout.
    assert!(!patch.contains("portolan-reports"), "{patch}");
    world.tools.write("snapshot.patch", &patch);
    repo.git(&["reset", "--quiet", "--hard"]);
    world.check_out();
    repo.git(&["apply", "--index", &world.path("snapshot.patch")]);
    assert!(repo.read(".portolan/blueprints/service.json").contains("\"owner\""));
    repo.git(&["commit", "--quiet", "--message", "x"]);
    ended(&run_for_jenkins(&world, "Snapshot"), 0);
}
