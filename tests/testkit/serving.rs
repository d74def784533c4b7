//! Runs the embedded catalog as a program: the real binary with `serve`, on a port of its own, stopped at the end of
//! the test. The address is read from its own start message (the line of `--output json`), so a test never guesses a
//! port.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

pub const CLIENT_ID: &str = "the-client-id-of-the-tests";
pub const CLIENT_SECRET: &str = "the-client-secret-of-the-tests";

/// The timeout for the start message; only a broken server takes this long.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Serving {
    pub child: Child,
    /// Without a trailing slash.
    pub url: String,
}

impl Serving {
    /// `portolan serve --output json` with `arguments`.
    pub fn start(arguments: &[&str]) -> Self {
        let chosen = [("PORTOLAN_SERVE_CLIENT_ID", CLIENT_ID), ("PORTOLAN_SERVE_CLIENT_SECRET", CLIENT_SECRET)];
        Self::start_with(arguments, &chosen).0
    }

    /// The same with other variables; also returns the start message.
    pub fn start_with(arguments: &[&str], variables: &[(&str, &str)]) -> (Self, serde_json::Value) {
        let mut command = Command::new(binary());
        command.args(["serve", "--output", "json", "--quiet"]).args(arguments);
        command.env_clear().envs(variables.iter().copied());
        for name in ["PATH", "LLVM_PROFILE_FILE", "SYSTEMROOT", "TMPDIR"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        let line = first_line(&mut child);
        let said: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        let Some(url) = said["url"].as_str() else {
            let _ended = child.kill();
            let mut words = String::new();
            let _read = child.stderr.take().expect("it is piped").read_to_string(&mut words);
            panic!("`serve {arguments:?}` does not say where it listens: {line:?}\n{words}");
        };
        // The output must be drained, because a full pipe would block the server.
        let mut talk = child.stderr.take().expect("it is piped");
        std::thread::spawn(move || std::io::copy(&mut talk, &mut std::io::sink()));
        (Self { child, url: url.trim_end_matches('/').to_owned() }, said)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}

fn binary() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_portolan"))
}

fn first_line(child: &mut Child) -> String {
    let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let _read = out.read_line(&mut line);
        let _heard = tell.send(line);
        let _rest = std::io::copy(&mut out, &mut std::io::sink());
    });
    told.recv_timeout(PATIENCE).unwrap_or_default()
}
