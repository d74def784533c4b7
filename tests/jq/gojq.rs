//! Runs gojq: many expressions in one process, and alone those that do not compile.
#![expect(clippy::print_stderr, reason = "it reports what is left out")]

use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::Case;

/// How many expressions one process evaluates.
const BATCH: usize = 200;

/// The version that the engine follows.
const VERSION: &str = "0.12.17";

pub struct Gojq {
    program: PathBuf,
}

impl Gojq {
    /// The program, if it is installed in the right version.
    pub fn find() -> Option<Self> {
        let output = Command::new("gojq").arg("--version").output();
        let is_right = output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(VERSION));
        if is_right {
            return Some(Self { program: PathBuf::from("gojq") });
        }
        assert!(std::env::var_os("TESTS_NEED_ALL").is_none(), "`gojq` {VERSION} is not installed");
        eprintln!("SKIPPED: `gojq` {VERSION} is not installed, so nothing is compared with it");
        None
    }

    /// What gojq gives for each case. `ours` decides which cases are run together: those that compile.
    pub fn evaluate(&self, cases: &[&Case], ours: &[String]) -> Vec<String> {
        let mut results = vec![String::new(); cases.len()];
        let (mut together, mut alone) = (Vec::new(), Vec::new());
        for (position, own) in ours.iter().enumerate() {
            if own.starts_with("refused") { alone.push(position) } else { together.push(position) }
        }
        for batch in together.chunks(BATCH) {
            self.evaluate_batch(cases, batch, &mut results);
        }
        for position in alone {
            results[position] = self.evaluate_alone(cases[position]);
        }
        results
    }

    fn evaluate_batch(&self, cases: &[&Case], batch: &[usize], results: &mut [String]) {
        let programs: Vec<String> =
            (0..batch.len()).map(|place| format!("(.[{place}] | {})", cases[batch[place]].wrapped())).collect();
        let inputs: Vec<&str> = batch.iter().map(|position| cases[*position].input.as_str()).collect();
        let (output, error) = self.run(&programs.join(",\n"), &format!("[{}]", inputs.join(",")));
        let lines: Vec<&str> = output.lines().collect();
        if lines.len() == batch.len() {
            for (position, line) in batch.iter().zip(lines) {
                // gojq has the bytes that are not UTF-8 and escapes them; the engine has the character already.
                results[*position] = line.replace("\\ufffd", "\u{fffd}");
            }
        } else if let [position] = batch {
            results[*position] = format!("gojq failed: {error}");
        } else {
            // One of them is refused by gojq alone.
            let (first, second) = batch.split_at(batch.len() / 2);
            self.evaluate_batch(cases, first, results);
            self.evaluate_batch(cases, second, results);
        }
    }

    fn evaluate_alone(&self, case: &Case) -> String {
        let (_, error) = self.run(&case.expression, "null");
        if let Some(message) = error.trim_end().strip_prefix("gojq: compile error: ") {
            return format!("refused: {message}");
        }
        if error.starts_with("gojq: invalid query") {
            let message = error.trim_end().rsplit_once("^  ").map_or("", |(_, message)| message);
            return format!("refused: {message}");
        }
        let (output, error) = self.run(&case.wrapped(), &case.input);
        if error.is_empty() { output.trim_end().to_owned() } else { format!("gojq failed: {error}") }
    }

    fn run(&self, program: &str, input: &str) -> (String, String) {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let (program_file, input_file) = (folder.path().join("program"), folder.path().join("input"));
        std::fs::write(&program_file, program).expect("the program can be written");
        std::fs::write(&input_file, input).expect("the input can be written");
        let input = std::fs::File::open(&input_file).expect("the input can be read");
        let mut command = Command::new(&self.program);
        command.args(["-c", "-f"]).arg(&program_file).stdin(Stdio::from(input)).env("TZ", "UTC");
        let output = command.output().expect("gojq starts");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        (text(output.stdout), text(output.stderr))
    }
}
