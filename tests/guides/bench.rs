//! Runs a page: in a folder of its own, with a shell that keeps folder, variables and the last exit code, and a Git
//! without the configuration of this machine. A command that fails must be followed by `echo $?`, so that pages show
//! the exit codes.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::guides::page::{Deed, News, Page, matches, trimmed};
use crate::guides::project;
use crate::testkit::serving::Serving;
use crate::testkit::{Repo, tracked_below};

const GIT: &str = "[user]\nname = Ada\nemail = ada@example.com\n[init]\ndefaultBranch = main\n[commit]\ngpgsign = false\n\
                   [advice]\ndetachedHead = false\n[core]\npager = cat\n";

/// The approval digest in pages: the real one depends on the address and differs in every run.
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

struct Shell {
    folder: Repo,
    servers: Vec<Serving>,
    /// The credentials that each server issued.
    credentials: Vec<(String, String)>,
    /// Addresses in pages, each with the real address.
    names: Vec<(String, String)>,
    code: i32,
}

impl Shell {
    fn new() -> Self {
        let folder = Repo::new();
        folder.write("home/gitconfig", GIT).write("state/env", "");
        let shell = Self { folder, servers: Vec::new(), credentials: Vec::new(), names: Vec::new(), code: 0 };
        // A clone of the project, as far as pages need it.
        let clone = shell.made("work/portolan");
        for path in tracked_below(&project("examples")) {
            let target = clone.join("examples").join(&path);
            fs::create_dir_all(target.parent().expect("a file is in a folder")).expect("folders can be made");
            fs::copy(project("examples").join(&path), target).expect("files can be copied");
        }
        shell.go(&clone);
        shell
    }

    /// Provides what a page cannot know: `credentials URL` are those that the catalog at this URL issued.
    fn bring(&mut self, words: &[&str]) {
        match words {
            ["credentials", url] => self.export_credentials(url),
            _ => panic!("nobody knows how to bring {words:?}"),
        }
    }

    /// Runs `portolan serve ... &` on a free port, which later commands use.
    fn serve(&mut self, command: &str) {
        let here = self.here();
        let mut arguments = vec!["-C", here.to_str().expect("our names are UTF-8")];
        let mut address = None;
        let mut words = command.split_whitespace().skip(2).filter(|word| !matches!(*word, "&" | "--quiet"));
        while let Some(word) = words.next() {
            match word {
                "--listen" => address = words.next(),
                word => arguments.push(word),
            }
        }
        let address = address.unwrap_or_else(|| panic!("`{command}` names no address"));
        let (server, said) = Serving::start_with(&arguments, &[]);
        let text = |key: &str| said[key].as_str().unwrap_or_default().to_owned();
        self.credentials.push((text("clientId"), text("clientSecret")));
        self.names.push((format!("http://{address}"), server.url.clone()));
        self.servers.push(server);
    }

    fn export_credentials(&mut self, name: &str) {
        let at = self.names.iter().position(|(named, _)| named == name).expect("a catalog that is served");
        let (id, secret) = &self.credentials[at];
        let credentials = format!("export PORT_CLIENT_ID={id} PORT_CLIENT_SECRET={secret}");
        let (code, came) = self.run(&credentials);
        assert_eq!(code, 0, "{came:?}");
    }

    fn run(&mut self, command: &str) -> (i32, Vec<String>) {
        if command.starts_with("portolan serve ") && command.ends_with(" &") {
            self.serve(command);
            return (0, Vec::new());
        }
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
        // As in the other tests, a fixed date keeps the age of examples.
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
