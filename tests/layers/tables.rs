//! The layers of the crate, and what only some modules may use. `docs/architecture.md` explains them.

/// The layers from the bottom up. Every module at the top of `src` is in one of them, and imports layers below its own.
/// Names of modules that are planned are in it too.
pub const LAYERS: [&[&str]; 8] = [
    &["text", "jq"],
    &["domain"],
    &[
        "analysis", "catalog", "delivery", "editor", "embedded", "forge", "manifest", "mapping", "plan", "report",
        "scaffold", "sources", "ui",
    ],
    &["settings"],
    &["error", "exit"],
    &["commands"],
    &["cli"],
    &["main"],
];

/// Modules that may import some of their own layer too.
pub const BESIDE: [(&str, &[&str]); 3] = [
    // It implements the trait of `catalog`.
    ("embedded", &["catalog"]),
    ("editor", &["manifest", "analysis"]),
    // An error knows its exit code.
    ("error", &["exit"]),
];

/// Modules that tests of another module of the same layer may use as a double.
pub const DOUBLES: [(&str, &str); 2] = [("catalog", "embedded"), ("delivery", "manifest")];

/// Modules that only some of those above may import.
pub const KNOWN_BY: [(&str, &[&str]); 1] = [("embedded", &["commands"])];

/// Modules that tests alone may use.
pub const FOR_TESTS: [&str; 1] = ["generated_cases"];

/// The layers inside of a module, from the bottom up; `mod` is its front file. Every file or folder is in one.
pub const INSIDE: [(&str, &[&[&str]]); 3] = [
    (
        "catalog",
        &[
            &["decode", "issued", "rate_limit", "signals", "wire"],
            &["cancel"],
            &["error"],
            &["apply_options", "write_failure"],
            &["mod"],
            &["write_state"],
            &["apply"],
            &["http"],
        ],
    ),
    ("embedded", &[&["api"], &["store"], &["local", "pages"], &["server"], &["mod"]]),
    (
        "manifest",
        &[
            &["decode", "edit", "json_values", "limits", "missing_content", "overridden", "yaml"],
            &["job", "scalar", "split"],
            &["candidate", "encode", "tags"],
            &["broken_document", "faults"],
            &["duplicate_keys", "expand", "places", "plain_scalar"],
            &["full"],
            &["fast", "json"],
            &["reader"],
            &["merge"],
            &["mod"],
        ],
    ),
];

/// Paths that only some modules may use, apart from their tests. The first matching prefix counts.
pub const OWNED: [(&str, &[&str]); 26] = [
    ("std::fs", &["sources", "catalog", "embedded"]),
    ("std::net::TcpListener", &["catalog", "embedded"]),
    ("std::net::TcpStream", &["catalog", "embedded"]),
    ("std::net::UdpSocket", &["catalog", "embedded"]),
    ("std::process::ExitCode", &["exit", "main"]),
    ("std::process::exit", &["main", "catalog"]),
    ("std::process::id", &["sources"]),
    ("std::process::Command", &["sources", "ui"]),
    ("std::process::Stdio", &["sources", "ui"]),
    ("std::process", &["sources"]),
    ("std::thread", &["sources", "catalog", "embedded", "ui"]),
    ("std::time::Instant", &["ui", "catalog", "embedded"]),
    ("std::env", &["settings", "sources", "main", "generated_cases"]),
    ("clap", &["commands", "cli"]),
    ("clap_complete", &["commands"]),
    ("clap_mangen", &["commands"]),
    ("git2", &["sources"]),
    ("indicatif", &["ui"]),
    ("jsonschema", &["domain"]),
    ("jsonschema_regex", &["domain"]),
    ("libm", &["jq"]),
    ("num_bigint", &["jq"]),
    ("rayon", &["sources", "analysis", "mapping", "plan", "delivery"]),
    ("reqwest", &["catalog", "embedded", "forge"]),
    ("rusqlite", &["catalog", "embedded"]),
    ("tokio", &["catalog", "embedded", "forge"]),
];
