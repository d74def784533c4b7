//! Runs the program on a pseudo terminal, which Python opens: each question is answered after it was shown.

use std::path::Path;
use std::process::{Command, Stdio};

/// Waits for each question in turn and types its answer; an empty answer is Ctrl-D. The terminal's content goes to
/// standard output, and the exit code is the program's.
const SCRIPT: &str = r#"
import json, os, pty, select, sys, time
asked = json.load(sys.stdin)
pid, fd = pty.fork()
if pid == 0:
    os.chdir(asked["folder"])
    os.execve(asked["program"], [asked["program"]] + asked["arguments"], asked["variables"])
seen, at, end = b"", 0, time.time() + 60
answers = asked["answers"]
while time.time() < end:
    ready, _, _ = select.select([fd], [], [], 0.2)
    if ready:
        try:
            piece = os.read(fd, 65536)
        except OSError:
            break
        if not piece:
            break
        seen += piece
    if answers and answers[0][0].encode() in seen[at:]:
        at = len(seen)
        os.write(fd, (answers[0][1] + "\n").encode() if answers[0][1] else b"\x04")
        answers = answers[1:]
else:
    os.kill(pid, 9)
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(seen)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 99)
"#;

/// The terminal's content, and the exit code. `None`, with a message, without a Python that has pseudo terminals.
#[expect(clippy::print_stderr, reason = "says what it skips")]
pub fn run_on_terminal(
    folder: &Path,
    line: &str,
    variables: &[(&str, &str)],
    answers: &[(&str, &str)],
) -> Option<(i32, String)> {
    let mut command = Command::new("python3");
    command.args(["-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let available = Command::new("python3").args(["-c", "import pty"]).output().is_ok_and(|it| it.status.success());
    if !available {
        eprintln!("SKIPPED: `portolan {line}` was not run on a terminal, since there is no Python with `pty`");
        return None;
    }
    let mut all = vec![("NO_COLOR", "1"), ("COLUMNS", "100"), ("LC_ALL", "C.UTF-8"), ("TERM", "xterm")];
    all.push(("PORTOLAN_NO_PROGRESS", "1"));
    all.extend(variables);
    let mut environment: serde_json::Map<String, serde_json::Value> =
        all.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    for name in ["PATH", "LLVM_PROFILE_FILE"] {
        environment.extend(std::env::var(name).ok().map(|value| (name.to_owned(), value.into())));
    }
    let asked = serde_json::json!({
        "folder": folder,
        "program": env!("CARGO_BIN_EXE_portolan"),
        "arguments": line.split_whitespace().collect::<Vec<_>>(),
        "variables": environment,
        "answers": answers,
    });
    let mut child = command.spawn().expect("Python runs");
    serde_json::to_writer(child.stdin.take().expect("it is piped"), &asked).expect("it can be told");
    let output = child.wait_with_output().expect("it ends");
    let seen = String::from_utf8_lossy(&output.stdout).replace('\r', "");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    Some((output.status.code().expect("it ended by itself"), seen))
}
