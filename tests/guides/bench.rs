//! Follows a page: a folder of its own, a shell that remembers folder, variables and the last exit code, a Git that
//! knows nothing of this machine. A command that fails is followed by `echo $?`: pages tell exit codes, or there are
//! none to tell.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::guides::page::{Deed, News, Page, matches, trimmed};
use crate::guides::project;
use crate::testkit::issuing::start_issuing;
use crate::testkit::plain::Plain;
use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET, Serving};
use crate::testkit::{Repo, example, tracked_below};

const GIT: &str = "[user]\nname = Ada\nemail = ada@example.com\n[init]\ndefaultBranch = main\n[commit]\ngpgsign = false\n\
                   [advice]\ndetachedHead = false\n[core]\npager = cat\n";

/// What pages show in the place of an address that is another one each time.
const ADDRESS: &str = "http://127.0.0.1:8080";

/// What pages show instead of an approval digest: it holds for one address, so it differs in every run.
const APPROVAL: &str = "1d8c1b066ba59f42c07e6a318d5b24f90e73c6a1825fd0b4";

#[derive(Default)]
pub struct Outcome {
    pub faults: Vec<String>,
    pub news: Vec<News>,
}

pub fn follow(name: &str, page: &Page) -> Outcome {
    let mut shell = Shell::new();
    let mut outcome = Outcome::default();
    let commands = page.steps.iter().map(|step| matches!(&step.deed, Deed::Command(it) if it.text == "echo $?"));
    let tells: Vec<bool> = commands.skip(1).chain([false]).collect();
    for (step, tells_the_code) in page.steps.iter().zip(tells) {
        match &step.deed {
            Deed::Bring(words) => shell.bring(&words.iter().map(String::as_str).collect::<Vec<_>>()),
            Deed::File { path, text } => shell.write(path, text),
            Deed::Command(command) => {
                let (code, came) = shell.run(&command.text);
                let fails = code != 0 && !tells_the_code;
                if fails || !matches(&command.output, &came) {
                    let came_text = came.join("\n");
                    let fault =
                        if fails { format!(" ends with {code}, and the page does not say so") } else { String::new() };
                    let text = &command.text;
                    outcome.faults.push(format!("{name}:{}: `{text}`{fault}:\n{came_text}\n", step.line));
                    outcome.news.push(command.news(&came));
                }
            }
        }
    }
    outcome
}

/// A small repository that the guides alone use, or one of `examples/`, and its files.
fn example_files(name: &str) -> (PathBuf, Vec<String>) {
    let small = project("tests/guides").join(name);
    let folder = if small.is_dir() { small } else { example(name) };
    let files = tracked_below(&folder);
    (folder, files)
}

struct Shell {
    folder: Repo,
    servers: Vec<Serving>,
    /// Those of each server.
    credentials: Vec<(String, String)>,
    /// Addresses that pages name, and those that there are.
    names: Vec<(String, String)>,
    code: i32,
}

impl Shell {
    fn new() -> Self {
        let folder = Repo::new();
        folder.write("home/gitconfig", GIT).write("state/env", "");
        let shell = Self { folder, servers: Vec::new(), credentials: Vec::new(), names: Vec::new(), code: 0 };
        shell.go(&shell.made("work"));
        shell
    }

    /// What a reader brings along: `repo NAME` is a copy of an example, committed; `serve NAME [at URL]` a catalog that
    /// has what the example declares, with credentials in the environment; `credentials URL` puts those of an earlier
    /// catalog there; `written-by AGENT` has all of it written by
    /// somebody else; `run COMMAND` is what happened elsewhere.
    fn bring(&mut self, words: &[&str]) {
        match words {
            ["repo", example] => self.repository(example),
            ["serve", example] => self.serve(example, None),
            ["serve", example, "at", url] => self.serve(example, Some(url)),
            ["credentials", url] => self.export_credentials(url),
            ["written-by", agent @ ..] => self.written_by(&agent.join(" ")),
            ["run", command @ ..] => {
                let (code, came) = self.run(&command.join(" "));
                assert_eq!(code, 0, "{words:?}: {came:?}");
            }
            _ => panic!("nobody knows how to bring {words:?}"),
        }
    }

    fn repository(&mut self, example: &str) {
        let (source, files) = example_files(example);
        let place = self.made(&format!("work/{example}"));
        for path in files {
            let target = place.join(&path);
            fs::create_dir_all(target.parent().expect("a file is in a folder")).expect("folders can be made");
            fs::copy(source.join(&path), target).expect("files can be copied");
        }
        self.go(&place);
        let remote = format!("git remote add origin https://github.com/acme/{example}.git");
        self.bring(&["run", &format!("git init -q && git add --all && git commit -qm Catalog && {remote}")]);
    }

    fn serve(&mut self, example: &str, name: Option<&str>) {
        let (seed, _) = example_files(example);
        let seed = seed.to_str().expect("our names are UTF-8");
        let arguments = ["--store", "memory", "--seed", seed];
        // A config that names the catalog gets it only the credentials that it issued.
        let (server, credentials) = match name {
            Some(_) => start_issuing(&arguments),
            None => (Serving::start(&arguments), (CLIENT_ID.to_owned(), CLIENT_SECRET.to_owned())),
        };
        let (id, secret) = credentials.clone();
        self.credentials.push(credentials);
        let credentials = format!("export PORT_CLIENT_ID={id} PORT_CLIENT_SECRET={secret}");
        self.bring(&["run", &credentials]);
        if name.is_none() {
            self.bring(&["run", &format!("export PORT_BASE_URL={}", server.url)]);
        }
        self.names.push((name.unwrap_or(ADDRESS).to_owned(), server.url.clone()));
        self.servers.push(server);
    }

    fn export_credentials(&mut self, name: &str) {
        let at = self.names.iter().position(|(named, _)| named == name).expect("a catalog that is served");
        let (id, secret) = &self.credentials[at];
        let credentials = format!("export PORT_CLIENT_ID={id} PORT_CLIENT_SECRET={secret}");
        self.bring(&["run", &credentials]);
    }

    fn written_by(&mut self, agent: &str) {
        let server = self.servers.last().expect("a catalog is served");
        let catalog = Plain::connect_as(agent, &server.url);
        let listed = catalog.must("GET", "blueprints", None);
        for blueprint in listed["blueprints"].as_array().expect("a list") {
            let name = blueprint["identifier"].as_str().expect("a name");
            for entity in catalog.all(name) {
                let path = format!("blueprints/{name}/entities?upsert=true&merge=true");
                catalog.must("POST", &path, Some(&json!({"identifier": entity["identifier"]})));
            }
        }
    }

    fn run(&mut self, command: &str) -> (i32, Vec<String>) {
        let state = self.folder.path().join("state");
        let quoted = |path: &str| format!("'{}'", state.join(path).display());
        let script = format!(
            ". {env}\ncd \"$(cat {here})\"\n(exit {code})\n{command}\ncode=$?\npwd >{here}\nexport -p >{env}\nexit $code\n",
            env = quoted("env"),
            here = quoted("here"),
            code = self.code,
            command = self.real(command),
        );
        let out = state.join("out");
        let file = File::create(&out).expect("files can be made");
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(script).env_clear().stdin(Stdio::null());
        shell.stderr(file.try_clone().expect("a file has two writers")).stdout(file);
        let binary = Path::new(env!("CARGO_BIN_EXE_portolan")).parent().expect("it is in a folder").to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths([binary].into_iter().chain(std::env::split_paths(&path)));
        shell.env("PATH", path.expect("folders have plain names")).env("HOME", self.folder.path().join("home"));
        shell.env("GIT_CONFIG_GLOBAL", self.folder.path().join("home/gitconfig")).env("GIT_CONFIG_NOSYSTEM", "1");
        // As the other tests have it: examples with a date keep their age.
        shell
            .env("SOURCE_DATE_EPOCH", "1794700800")
            .env("NO_COLOR", "1")
            .env("COLUMNS", "100")
            .env("LC_ALL", "C.UTF-8");
        shell.envs(std::env::var_os("LLVM_PROFILE_FILE").map(|value| ("LLVM_PROFILE_FILE", value)));
        let status = shell.status().expect("there is a shell");
        self.code = status.code().expect("it was not killed");
        let came = String::from_utf8_lossy(&fs::read(out).expect("it was written")).into_owned();
        if let Some(digest) = came.split("--approve ").nth(1).and_then(|rest| rest.get(..APPROVAL.len())) {
            self.names.retain(|(name, _)| name != APPROVAL);
            if digest.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                self.names.push((APPROVAL.to_owned(), digest.to_owned()));
            }
        }
        (self.code, trimmed(self.shown(&came).lines().map(str::to_owned).collect()))
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.here().join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("folders can be made");
        fs::write(path, self.real(text)).expect("files can be written");
    }

    fn real(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (name, url)| text.replace(name, url))
    }

    fn shown(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (name, url)| text.replace(url, name))
    }

    fn made(&self, path: &str) -> PathBuf {
        let path = self.folder.path().join(path);
        fs::create_dir_all(&path).expect("folders can be made");
        path
    }

    fn here(&self) -> PathBuf {
        PathBuf::from(self.folder.read("state/here").trim_end())
    }

    fn go(&self, place: &Path) {
        self.folder.write("state/here", place.to_str().expect("our names are UTF-8"));
    }
}
