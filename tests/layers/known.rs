//! Faults of the layout that are still there. The lists are exact: what is fixed leaves them, and nothing joins them.

/// Imports inside of a module that still go up: `module: from -> to`.
pub const KNOWN_UPWARD: &[&str] = &["catalog: mod -> apply", "manifest: faults -> places"];

/// Circles of files, as the test prints them.
pub const KNOWN_CIRCLES: &[&[&str]] = &[
    &[
        "plan/approval.rs",
        "plan/content.rs",
        "plan/counts.rs",
        "plan/dependents.rs",
        "plan/digest.rs",
        "plan/file/fingerprint.rs",
        "plan/filter.rs",
        "plan/hazards.rs",
        "plan/mod.rs",
        "plan/needed.rs",
        "plan/order.rs",
        "plan/rename.rs",
    ],
    &[
        "report/outcome/json.rs",
        "report/outcome/junit.rs",
        "report/outcome/markdown.rs",
        "report/outcome/mod.rs",
        "report/outcome/text.rs",
        "report/outcome/words.rs",
    ],
    &[
        "report/plan/fields.rs",
        "report/plan/json.rs",
        "report/plan/json/made.rs",
        "report/plan/markdown.rs",
        "report/plan/markdown/blocks.rs",
        "report/plan/markdown/hazards.rs",
        "report/plan/markdown/headline.rs",
        "report/plan/markdown/links.rs",
        "report/plan/markdown/table.rs",
        "report/plan/mermaid.rs",
        "report/plan/mod.rs",
        "report/plan/sections.rs",
        "report/plan/summary.rs",
        "report/plan/text.rs",
        "report/plan/text/pieces.rs",
        "report/plan/words.rs",
    ],
];
