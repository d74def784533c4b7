//! Generated files that are committed: schemas, completions, `docs/cli.md`, the rule pages, and the examples of pipelines.
//! The test fails if one is stale; `just accept` writes them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use portolan::analysis::RULES;
use portolan::commands::completions::{Shell, script};
use portolan::commands::explain::page_of;
use portolan::commands::schema::{SchemaName, schema};
use portolan::domain::platform::PLATFORMS;
use portolan::exit::Exit;
use portolan::report::explain::rule_page;
use portolan::settings::VARIABLES;

use crate::testkit::pipeline_examples;

/// The folders that hold generated files alone: what is there and not made any more is stale too.
const WHOLE: [&str; 4] = ["schemas", "completions", "docs/rules", "docs/pipelines"];

#[test]
fn generated_files_are_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let made = made();
    let update = std::env::var_os("UPDATE").is_some_and(|value| value == "1");
    let mut stale = Vec::new();
    for (path, text) in &made {
        let file = root.join(path);
        if std::fs::read_to_string(&file).is_ok_and(|found| found == *text) {
            continue;
        }
        stale.push(path.clone());
        if update {
            std::fs::create_dir_all(file.parent().expect("it is in a folder")).expect("folders can be made");
            std::fs::write(file, text).expect("files can be written");
        }
    }
    for path in WHOLE.iter().flat_map(|folder| below(root, folder)).filter(|path| !made.contains_key(path)) {
        if update {
            std::fs::remove_file(root.join(&path)).expect("files can be removed");
        }
        stale.push(path);
    }
    assert!(update || stale.is_empty(), "stale: {}\nrun `just accept` and commit what it writes", stale.join(", "));
}

/// Every generated file with its expected content.
fn made() -> BTreeMap<String, String> {
    let mut made = BTreeMap::new();
    for name in SchemaName::value_variants() {
        let word = name.to_possible_value().expect("every schema has a name");
        made.insert(format!("schemas/{}.json", word.get_name()), schema(*name));
    }
    for shell in Shell::value_variants() {
        let word = shell.to_possible_value().expect("every shell has a name");
        let file = match word.get_name() {
            "bash" => "portolan.bash".to_owned(),
            "zsh" => "_portolan".to_owned(),
            "fish" => "portolan.fish".to_owned(),
            "powershell" => "_portolan.ps1".to_owned(),
            "elvish" => "portolan.elv".to_owned(),
            other => format!("portolan.{other}"),
        };
        made.insert(format!("completions/{file}"), script(*shell));
    }
    made.insert("docs/cli.md".to_owned(), reference());
    made.extend(pipeline_examples::render(pipeline_examples::repository()));
    for rule in RULES {
        made.insert(format!("docs/rules/{}.md", rule.info.name), rule_page(&page_of(rule)));
    }
    made.insert("docs/rules/README.md".to_owned(), index());
    made
}

/// `docs/cli.md`: the help of every command, the variables, the exit codes.
fn reference() -> String {
    let mut text =
        "# Command line\n\nGenerated from the help of the program; `--help` shows the same text.\n".to_owned();
    let mut command = portolan::cli::command();
    command.build();
    let mut section = |name: &str, command: &mut clap::Command| {
        let help = command.render_long_help().to_string();
        let help: Vec<&str> = help.lines().map(str::trim_end).collect();
        let _ = write!(text, "\n## `{name}`\n\n```text\n{}\n```\n", help.join("\n").trim_end());
    };
    section("portolan", &mut command.clone());
    for verb in command.get_subcommands_mut() {
        let name = format!("portolan {}", verb.get_name());
        section(&name, verb);
        for part in verb.get_subcommands_mut() {
            section(&format!("{name} {}", part.get_name()), part);
        }
    }
    text.push_str(
        "\n## Environment\n\nA flag takes precedence over its variable. An empty variable counts as unset.\n\n",
    );
    text.push_str("| Variable | Meaning |\n|---|---|\n");
    for variable in &VARIABLES {
        let _ = writeln!(text, "| `{}` | {} |", variable.name, variable.what);
    }
    for platform in PLATFORMS {
        let name = platform.name;
        let (id, secret) = (platform.client_id_variable, platform.client_secret_variable);
        let _ = writeln!(text, "| `{id}`, `{secret}` | credentials for the platform `{name}` |");
        let addresses = platform.base_url_variables.join("`, `");
        let _ = writeln!(
            text,
            "| `{addresses}` | base URL of the platform `{name}`; replaces a region or URL of the config, never `local`; `--catalog` and `PORTOLAN_CATALOG` take precedence |"
        );
    }
    text.push_str("| `HTTPS_PROXY`, `NO_PROXY` | proxy for HTTPS requests, and hosts that are reached without it |\n");
    text.push_str("\n## Exit codes\n\n| Code | Meaning |\n|---|---|\n");
    for exit in Exit::ALL {
        let _ = writeln!(text, "| {} | {} |", exit.code(), exit.meaning());
    }
    text
}

/// `docs/rules/README.md`.
fn index() -> String {
    let mut text = "# Rules\n\n`portolan explain RULE` shows each page in the terminal. `rules` in the config sets the level of a \
                    rule, [for all files or by path](../configs.md#levels-of-rules).\n"
        .to_owned();
    let mut family = None;
    for rule in RULES {
        let info = &rule.info;
        if family.replace(info.family) != Some(info.family) {
            let _ = write!(
                text,
                "\n## {}\n\n| Rule | Code | Level | What it finds |\n|---|---|---|---|\n",
                info.family.word()
            );
        }
        let level = info.severity.map_or("off", |severity| severity.word());
        let what = info.what.replace('|', "\\|");
        let _ = writeln!(text, "| [`{0}`]({0}.md) | {1} | {level} | {what} |", info.name, info.code);
    }
    text
}

/// The files under a folder, relative to the root, with `/`, sorted.
fn below(root: &Path, folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut left = vec![PathBuf::from(folder)];
    while let Some(at) = left.pop() {
        for entry in std::fs::read_dir(root.join(&at)).into_iter().flatten() {
            let entry = entry.expect("the folder can be listed");
            let path = at.join(entry.file_name());
            if entry.path().is_dir() {
                left.push(path);
            } else {
                found.push(path.to_str().expect("our names are UTF-8").replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}
