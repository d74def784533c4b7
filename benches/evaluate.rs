//! Benchmarks the mapping of the exporter as a whole process: 20,000 objects, each selected by one of ten entries and mapped
//! to fifteen properties, through `cluster evaluate` and through `lint`. Medians and peak memory are printed, and nothing
//! fails because of them.
//!
//! `cargo bench --bench evaluate` measures the binary of this build; `cargo bench --bench evaluate -- BINARY` also another
//! one, alternately.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench prints what it measured")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

const RUNS: usize = 11;
const OBJECTS: usize = 20_000;
const ENTRIES: usize = 10;
const PROPERTIES: usize = 15;
/// Lint reads files of at most 10 MiB.
const OBJECTS_PER_FILE: usize = 2_000;

fn main() {
    let others = std::env::args_os().skip(1).filter(|argument| argument != "--bench").map(PathBuf::from);
    let binaries: Vec<PathBuf> = [PathBuf::from(env!("CARGO_BIN_EXE_portolan"))].into_iter().chain(others).collect();
    let home = tempfile::tempdir().expect("a temporary folder");
    let folder = home.path().display().to_string();
    let files = write_corpus(home.path());
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let mapping = format!("{folder}/exporter.yaml");
    let evaluate = [&["cluster", "evaluate", "--output", "json", "--mapping", &mapping][..], &files].concat();
    let lint = ["-C", &folder, "lint", "--no-cache"];
    for (name, arguments) in [("cluster evaluate", &evaluate[..]), ("lint with the mapping", &lint)] {
        let mut times = vec![Vec::new(); binaries.len()];
        for _ in 0..RUNS {
            for (binary, times) in binaries.iter().zip(&mut times) {
                let start = Instant::now();
                let status = quiet(Command::new(binary).args(arguments)).status().expect("the binary can be started");
                assert!(status.success(), "{name} ends with {status}");
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
        }
        for (binary, times) in binaries.iter().zip(&mut times) {
            times.sort_by(f64::total_cmp);
            let memory = peak_memory(binary, arguments);
            let memory = memory.map(|kibibytes| format!(", {:.0} MiB", kibibytes / 1024.0)).unwrap_or_default();
            let name = format!("{OBJECTS} objects, {name}, {}", binary.display());
            println!("{name}: {:.0} ms{memory} (median of {RUNS})", times[RUNS / 2]);
        }
    }
}

fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

/// In KiB, where GNU time is installed.
fn peak_memory(binary: &Path, arguments: &[&str]) -> Option<f64> {
    let mut time = Command::new("/usr/bin/time");
    let time = time.args(["-f", "%M"]).arg(binary).args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
    let said = String::from_utf8(time.output().ok()?.stderr).ok()?;
    said.lines().last()?.trim().parse().ok()
}

/// Writes a repository with a mapping; the paths of its manifests.
fn write_corpus(folder: &Path) -> Vec<String> {
    let put = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("folders can be made");
        fs::write(&path, text).expect("files can be written");
        path.display().to_string()
    };
    put(
        "portolan.yaml",
        "platform: port\nscope: acme/bench\nmanifests:\n  include: [\"catalog/*.yaml\"]\nclusters:\n  prod: {mapping: exporter.yaml}\n",
    );
    put(".portolan/known-entities.txt", "");
    put("exporter.yaml", &mapping());
    for entry in 0..ENTRIES {
        let properties: Vec<String> = (0..PROPERTIES)
            .map(|at| format!("\"p{at:02}\": {{\"type\": \"{}\"}}", ["string", "number", "boolean"][at % 3]))
            .collect();
        put(
            &format!(".portolan/blueprints/kind{entry}.json"),
            &format!(
                "{{\"identifier\": \"kind{entry}\", \"title\": \"Kind\", \"schema\": {{\"properties\": {{{}}}}}, \"relations\": {{}}}}",
                properties.join(", ")
            ),
        );
    }
    let numbers: Vec<usize> = (0..OBJECTS).collect();
    let chunks = numbers.chunks(OBJECTS_PER_FILE).enumerate();
    chunks
        .map(|(file, numbers)| {
            let documents: Vec<String> = numbers.iter().map(|number| manifest(*number)).collect();
            put(&format!("catalog/{file:03}.yaml"), &documents.join("---\n"))
        })
        .collect()
}

fn manifest(number: usize) -> String {
    let mut text = format!(
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata:\n  name: e{number:05}\n  namespace: squad-{}\n  labels: {{app: e{number:05}}}\n\
         spec:\n  blueprint: kind{}\n  identifier: e{number:05}\n  properties:\n",
        number % 20,
        number % ENTRIES
    );
    for at in 0..PROPERTIES {
        let _ = match at % 3 {
            0 => writeln!(text, "    p{at:02}: text {number} of property {at}"),
            1 => writeln!(text, "    p{at:02}: {}", number * 7 + at),
            _ => writeln!(text, "    p{at:02}: {}", number.is_multiple_of(3)),
        };
    }
    text
}

fn mapping() -> String {
    let mut text = "resources:\n".to_owned();
    for entry in 0..ENTRIES {
        let _ = write!(
            text,
            "  - kind: getport.io/v1/entities\n    selector:\n      query: .spec.blueprint == \"kind{entry}\"\n    port:\n      entity:\n        \
             mappings:\n          - identifier: .spec.identifier\n            title: .metadata.name\n            \
             blueprint: .spec.blueprint\n            properties:\n"
        );
        for at in 0..PROPERTIES {
            let rest = [" | ascii_downcase", " // 0", ""][at % 3];
            let _ = writeln!(text, "              p{at:02}: .spec.properties.p{at:02}{rest}");
        }
    }
    text
}
