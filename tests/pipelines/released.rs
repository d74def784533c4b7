//! Tests the files of a release, and those by which package registries offer it: the same names and checksums
//! everywhere. docs/releasing.md lists what only the forge can do as not tested.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::pipelines::{Told, project, run};
use crate::testkit::{Repo, files_below};

const VERSION: &str = env!("CARGO_PKG_VERSION");
const REPOSITORY: &str = "https://github.com/acme/portolan";

fn text(path: &str) -> String {
    std::fs::read_to_string(project(path)).expect("the file is there")
}

fn workflow() -> Value {
    serde_yaml::from_str(&text(".github/workflows/release.yml")).expect("YAML")
}

/// The platforms that are built.
fn targets() -> Vec<String> {
    let workflow = workflow();
    let builds = workflow["jobs"]["build"]["strategy"]["matrix"]["include"].as_array().expect("a matrix").clone();
    builds.iter().map(|build| build["target"].as_str().expect("a target").to_owned()).collect()
}

/// The archive's name, as in `.github/package`.
fn archive(target: &str) -> String {
    let end = if target.contains("-windows-") { "zip" } else { "tar.gz" };
    format!("portolan-{VERSION}-{target}.{end}")
}

/// Stand-ins for the archives of a release, with checksums, as far as registries read them.
fn release() -> Repo {
    let dist = Repo::new();
    for target in targets() {
        dist.write(&archive(&target), format!("the archive for {target}"));
    }
    let sums = run(Command::new("sh")
        .args(["-c", "sha256sum -- * 2>/dev/null || shasum -a 256 -- *"])
        .current_dir(dist.path()));
    assert_eq!(sums.code, 0, "{}", sums.words);
    dist.write("SHA256SUMS", sums.words);
    dist
}

fn registries(dist: &Repo, arguments: &[&str]) -> Told {
    run(Command::new("python3").arg(project(".github/registries")).arg(dist.path()).args(arguments))
}

fn offered() -> Repo {
    let dist = release();
    let told = registries(&dist, &["--repository", REPOSITORY]);
    assert_eq!(told.code, 0, "{}", told.words);
    dist
}

#[expect(clippy::print_stderr, reason = "says what it skips")]
fn skip(tool: &str) {
    eprintln!("SKIPPED: `{tool}` is not installed, so nothing was tested");
}

#[test]
fn the_formula_names_archives_of_the_release_with_their_checksums() {
    let dist = offered();
    let (formula, sums) = (dist.read("portolan.rb"), dist.read("SHA256SUMS"));
    let values = |key: &str| -> Vec<String> {
        let lines = formula.lines().filter_map(|line| line.trim().strip_prefix(key));
        lines.map(|value| value.trim().trim_matches('"').to_owned()).collect()
    };
    let (urls, digests) = (values("url "), values("sha256 "));
    assert_eq!((urls.len(), digests.len()), (4, 4), "{formula}");
    for (url, digest) in urls.iter().zip(&digests) {
        let name =
            url.strip_prefix(&format!("{REPOSITORY}/releases/download/v{VERSION}/")).expect("it is of the release");
        assert!(sums.lines().any(|line| line == format!("{digest}  {name}")), "{name} {digest}\n{sums}");
        assert!(targets().iter().any(|target| archive(target) == name), "{name}");
    }
    assert_eq!(values("version "), [VERSION]);
    // Homebrew rejects longer ones.
    assert!(values("desc ")[0].len() <= 80, "{:?}", values("desc "));
    // The formula installs these parts of the archive, which `packaged` unpacks.
    for part in
        ["\"man/*.1\"", "\"completions/portolan.bash\"", "\"completions/portolan.fish\"", "\"completions/_portolan\""]
    {
        assert!(formula.contains(part), "{part}");
    }
    for file in ["portolan.bash", "portolan.fish", "_portolan"] {
        assert!(project("completions").join(file).is_file(), "{file}");
    }
}

#[test]
fn ruby_takes_the_formula() {
    let mut probe = Command::new("ruby");
    if !probe.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|it| it.success()) {
        return skip("ruby");
    }
    let dist = offered();
    let told = run(Command::new("ruby").arg("-c").arg(dist.path().join("portolan.rb")));
    assert_eq!(told.code, 0, "{}", told.words);
}

/// A registry keeps offering what was published, so an inconsistent release is stopped.
#[test]
fn a_release_whose_parts_disagree_is_offered_to_no_registry() {
    let none = |dist: &Repo| !files_below(dist.path()).iter().any(|path| path.ends_with("portolan.rb"));
    let dist = release();
    dist.write(&archive("x86_64-apple-darwin"), "another archive");
    let told = registries(&dist, &["--repository", REPOSITORY]);
    assert!(told.code == 1 && told.words.contains("checksum") && none(&dist), "{}", told.words);
    let dist = release();
    let name = archive("aarch64-apple-darwin");
    let others: String =
        dist.read("SHA256SUMS").lines().filter(|line| !line.contains(&name)).map(|it| format!("{it}\n")).collect();
    dist.write("SHA256SUMS", others);
    let told = registries(&dist, &["--repository", REPOSITORY]);
    assert!(told.code == 1 && told.words.contains(&name) && none(&dist), "{}", told.words);
    let dist = release();
    let told = registries(&dist, &["--repository", "https://example.com/portolan"]);
    assert!(told.code == 1 && told.words.contains("GitHub") && none(&dist), "{}", told.words);
    // The script does not guess the repository.
    let told = registries(&dist, &[]);
    let is_known = text("Cargo.toml").lines().any(|line| line.starts_with("repository = "));
    assert_eq!(told.code, i32::from(!is_known), "{}", told.words);
}

#[test]
fn aqua_and_binstall_look_for_the_names_that_archives_have() {
    let aqua: Value = serde_yaml::from_str(&offered().read("aqua-registry.yaml")).expect("YAML");
    let package = &aqua["packages"][0];
    assert_eq!((&package["repo_owner"], &package["repo_name"]), (&"acme".into(), &"portolan".into()));
    assert_eq!(package["checksum"]["asset"], "SHA256SUMS");
    let word = |key: &str| package["replacements"][key].as_str().expect("a replacement").to_owned();
    for (system, machine, format) in [
        ("linux", "amd64", "tar.gz"),
        ("linux", "arm64", "tar.gz"),
        ("darwin", "amd64", "tar.gz"),
        ("darwin", "arm64", "tar.gz"),
        ("windows", "amd64", "zip"),
    ] {
        let asset = package["asset"].as_str().expect("a template").replace("{{trimV .Version}}", VERSION);
        let asset = asset.replace("{{.Arch}}", &word(machine)).replace("{{.OS}}", &word(system));
        let asset = asset.replace("{{.Format}}", format);
        assert!(targets().iter().any(|target| archive(target) == asset), "{asset}");
    }
    assert_eq!(package["overrides"][0], serde_json::json!({"goos": "windows", "format": "zip"}));
    let cargo = text("Cargo.toml");
    let value = |section: &str, key: &str| {
        let section = cargo.split(&format!("[{section}]\n")).nth(1)?.split("\n[").next()?;
        let line = section.lines().find_map(|line| line.strip_prefix(&format!("{key} = ")))?;
        Some(line.trim_matches('"').to_owned())
    };
    for target in targets() {
        let special = value(&format!("package.metadata.binstall.overrides.{target}"), "pkg-url");
        let template = special.or_else(|| value("package.metadata.binstall", "pkg-url")).expect("a template");
        let url = template.replace("{ repo }", REPOSITORY).replace("{ version }", VERSION);
        let url = url.replace("{ name }", "portolan").replace("{ target }", &target);
        assert_eq!(url, format!("{REPOSITORY}/releases/download/v{VERSION}/{}", archive(&target)));
    }
}

#[test]
fn schemastore_is_offered_the_schema_of_the_config() {
    let entry: Value = serde_json::from_str(&offered().read("schemastore-entry.json")).expect("JSON");
    assert!(
        entry["url"].as_str().is_some_and(|url| url.ends_with("/acme/portolan/HEAD/schemas/config.json")),
        "{entry}"
    );
    assert_eq!(entry["fileMatch"], serde_json::json!(["portolan.yaml", "portolan.yml"]));
    let schema: Value = serde_json::from_str(&text("schemas/config.json")).expect("JSON");
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    assert!(schema["title"].is_string() && schema["description"].is_string());
}

/// Each compiler run of the release gets the tag, so that the binary pins its version; no other workflow sets it.
#[test]
fn the_release_alone_makes_published_builds() {
    let workflow = workflow();
    let steps = workflow["jobs"]["build"]["steps"].as_array().expect("steps");
    let compiles = |step: &&Value| {
        step["run"].as_str().is_some_and(|run| run.contains("cargo build") || run.contains("maturin build"))
    };
    let compiling: Vec<&Value> = steps.iter().filter(compiles).collect();
    assert_eq!(compiling.len(), 2);
    for step in compiling {
        assert_eq!(step["env"]["PORTOLAN_RELEASE"], "${{ github.ref_name }}", "{step}");
    }
    assert!(steps.iter().any(|step| step["run"].as_str().is_some_and(|run| run.contains("published release"))));
    assert!(!text(".github/workflows/ci.yml").contains("PORTOLAN_RELEASE"), "ci.yml");
    assert!(!text("Dockerfile").contains("PORTOLAN_RELEASE"));
}

/// Files and image have build provenance, and the image is announced by its digest.
#[test]
fn what_is_released_is_attested() {
    let workflow = workflow();
    for (job, input, value) in
        [("image", "subject-digest", "${{ steps.push.outputs.digest }}"), ("release", "subject-path", "dist/*")]
    {
        let job = &workflow["jobs"][job];
        let steps = job["steps"].as_array().expect("steps");
        let attests = |step: &&Value| {
            step["uses"].as_str().is_some_and(|uses| uses.starts_with("actions/attest-build-provenance@"))
        };
        let step = steps.iter().find(attests).expect("a step that attests");
        assert_eq!(step["with"][input], value);
        for permission in ["id-token", "attestations"] {
            assert_eq!(job["permissions"][permission], "write");
        }
    }
    let all = text(".github/workflows/release.yml");
    assert!(all.contains("push-by-digest=true") && all.contains("container-image.txt"));
}
