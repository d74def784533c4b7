//! Sample runs that the tests of all formats share. Their rules are invented, so that a change of a real rule's wording
//! does not break a renderer's test.

use std::sync::LazyLock;

use crate::domain::document::span::Span;
use crate::domain::finding::{Edit, EntityName, Family, FileId, Finding, Fix, Help, Place, RuleInfo, Severity};
use crate::report::lint::{Counts, Lint, LintFormat, render};
use crate::report::positions::Files;
use crate::report::style::Style;
use crate::text::mask::Mask;

pub(crate) static DANGLING: RuleInfo = RuleInfo {
    code: "P401",
    name: "dangling-relation",
    family: Family::Relation,
    severity: Some(Severity::Error),
    what: "A relation points to an entity that does not exist",
    why: "The catalog refuses the entity, or shows a service that belongs to nothing.",
    fix: "Correct the identifier, or add the entity that is missing.",
};
pub(crate) static DUPLICATE: RuleInfo = RuleInfo {
    code: "P501",
    name: "duplicate-entity",
    family: Family::Repository,
    severity: Some(Severity::Error),
    what: "The same entity is declared twice",
    why: "The last one to be written wins, and which one that is changes from run to run.",
    fix: "Remove one of the two, or rename it.",
};
pub(crate) static AMBIGUOUS: RuleInfo = RuleInfo {
    code: "P103",
    name: "ambiguous-scalar",
    family: Family::Syntax,
    severity: Some(Severity::Warning),
    what: "A value is read differently by editors and by the cluster",
    why: "What you review is not what the cluster stores.",
    fix: "Quote the value.",
};
pub(crate) static REPEATED: RuleInfo = RuleInfo {
    code: "P402",
    name: "repeated-target",
    family: Family::Relation,
    severity: Some(Severity::Info),
    what: "A relation names the same entity twice",
    why: "It hides a slip: usually another entity was meant.",
    fix: "Remove the repetition.",
};

pub(crate) static SECRET: RuleInfo = RuleInfo {
    code: "P901",
    name: "secret-value",
    family: Family::Secret,
    severity: Some(Severity::Error),
    what: "A credential in a manifest",
    why: "Everyone who can read the repository can use it.",
    fix: "Move it to a secret store.",
};

const CHECKOUT: &str = "\
apiVersion: getport.io/v1
kind: Entity
metadata:
  name: checkout
spec:
  blueprint: service
  identifier: checkout
  properties:
    version: 1.10
    flags: [a, b]
  relations:
    domain: paymets
    depends_on:
      - cart
      - ledger
      - cart
";
const LEGACY: &str = "\
# moved here from the wiki
- blueprint: service
  identifier: checkout
  title: Checkout (old)
";
const TEAMS: &str = "blueprint: team\nidentifier: payments\nproperties:\n  slack: #payments\n  note: |\n    one\n    two\n\nrelations: {}\n";

pub(crate) struct Run {
    pub files: Vec<(String, Option<String>)>,
    pub findings: Vec<Finding>,
    pub counts: Counts,
    pub notes: Vec<String>,
    pub has_summary: bool,
}

/// The mask of every report.
pub(crate) fn mask() -> &'static Mask {
    static MASK: LazyLock<Mask> = LazyLock::new(|| Mask::derived(b"a client secret", Vec::new()));
    &MASK
}

impl Files for Run {
    fn path(&self, file: FileId) -> &str {
        &self.files[file.0 as usize].0
    }

    fn text(&self, file: FileId) -> Option<&str> {
        self.files[file.0 as usize].1.as_deref()
    }
}

pub(crate) fn counts() -> Counts {
    Counts { files: 120, entities: 96, ..Counts::default() }
}

impl Run {
    /// A run without findings.
    pub fn empty() -> Self {
        Self { files: Vec::new(), findings: Vec::new(), counts: counts(), notes: Vec::new(), has_summary: false }
    }

    pub fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), Some((*text).to_owned()))).collect();
        Self { files, ..Self::empty() }
    }

    /// One of each: one label, two labels, several lines, two files, a safe fix and an unsafe one.
    pub fn sample() -> Self {
        let mut run = Self::of(&[
            ("catalog/services/checkout.yaml", CHECKOUT),
            ("legacy/port.yml", LEGACY),
            ("teams.yaml", TEAMS),
        ]);
        let checkout = EntityName { blueprint: "service".to_owned(), identifier: "checkout".to_owned() };
        let twice = run.find(
            &DUPLICATE,
            0,
            "checkout\n  properties",
            8,
            "the entity `checkout` of `service` is declared twice",
        );
        let first = run.place(1, "checkout", 8);
        run.findings.push(Finding {
            label: "declared here".to_owned(),
            related: vec![(first, "and here".to_owned())],
            counterpart: None,
            help: Some("remove one of the two, or give it an identifier of its own".into()),
            entity: Some(checkout.clone()),
            ..twice
        });
        let version = run.find(
            &AMBIGUOUS,
            0,
            "1.10",
            4,
            "`1.10` is the number `1.1` for the cluster, and trailing zeros are lost",
        );
        let quoted = vec![Edit { span: version.place.span, replacement: "\"1.10\"".to_owned() }];
        run.findings.push(Finding {
            fix: Some(Fix { title: "quote it".to_owned(), safe: true, edits: quoted }),
            entity: Some(checkout.clone()),
            ..version
        });
        let dangling = run.find(
            &DANGLING,
            0,
            "paymets",
            7,
            "relation `domain` points to `paymets`, but there is no `domain` of that identifier in the repository",
        );
        let renamed = vec![Edit { span: dangling.place.span, replacement: "payments".to_owned() }];
        run.findings.push(Finding {
            label: "no such `domain`".to_owned(),
            help: Some(Help::did_you_mean("payments")),
            fix: Some(Fix { title: "replace it".to_owned(), safe: false, edits: renamed }),
            entity: Some(checkout.clone()),
            ..dangling
        });
        let again = run.find(&REPEATED, 0, "cart\n", 4, "relation `depends_on` names `cart` twice");
        let (first, second) = (again.place, run.place_from(0, "ledger", "cart", 4));
        run.findings.push(Finding {
            place: second,
            label: "again".to_owned(),
            related: vec![(first, "first here".to_owned())],
            counterpart: None,
            entity: Some(checkout),
            ..again
        });
        let team = run.find(
            &DANGLING,
            1,
            "blueprint: service\n  identifier: checkout\n  title",
            42,
            "this entity is of no use",
        );
        run.findings.push(Finding { label: "all of it".to_owned(), ..team });
        let note = run.find(&AMBIGUOUS, 2, "note: |\n    one\n    two", 8, "the note ends without a line break");
        run.findings.push(note);
        run.notes.push("there is no `.portolan/known-entities.txt`, so relations that leave the repository were not checked; it names one a line".to_owned());
        run
    }

    /// Text with control sequences, markup and commands.
    pub fn hostile() -> Self {
        let text = "name: \u{1b}[2J\u{1b}]0;owned\u{7}evil\u{202e} # 🎉 `x`\r\nnext: ::error::forged|<script>alert(1)</script>\r\n";
        let mut run = Self::of(&[("we,ird:\u{1b}[31m|<b>`@team`%.yaml", text)]);
        let evil = run.find(
            &DANGLING,
            0,
            "evil",
            4,
            "value `\u{1b}[2Jevil\u{9b}31m` | <script>alert(\"1\")</script>\r\n::error::forged @team #1 100% 🎉 `half ]]>",
        );
        run.findings.push(Finding {
            label: "here\u{1b}[0m\n::warning::x".to_owned(),
            help: Some("see https://evil.example/ or **not**\u{202e}".into()),
            entity: Some(EntityName { blueprint: "a\u{7}|b".to_owned(), identifier: "<i>".to_owned() }),
            ..evil
        });
        let next = run.find(&AMBIGUOUS, 0, "::error", 7, "plain");
        run.findings.push(next);
        run
    }

    /// Lines that are too long, tabs, and characters two columns wide.
    pub fn wide() -> Self {
        let long = format!("list: [{}needle, {}]\n", "hay, ".repeat(500), "straw, ".repeat(500));
        let text = format!("# 日本語\n{long}\tkey:\t\"値段 🎉\" x\nshort: y\n{}: end\n", "語".repeat(80));
        let mut run = Self::of(&[("wide.yaml", &text)]);
        for (needle, words) in [
            ("needle", "in the haystack"),
            ("x", ""),
            ("end", "a label so long that it cannot stand beside its mark but has to be put below it, in lines"),
        ] {
            let found = run.find(&DANGLING, 0, needle, needle.len(), "it is wide");
            run.findings.push(Finding { label: words.to_owned(), ..found });
        }
        let yen = run.place(0, "値段", 6);
        if let Some(found) = run.findings.get_mut(1) {
            found.related.push((yen, "two columns each".to_owned()));
        }
        run
    }

    /// Two distant positions, more positions than a frame should mark, a span over many lines, and the end of the file.
    pub fn far() -> Self {
        let lines = (1..=120).map(|number| format!("key-{number:03}: value\n")).collect::<String>();
        let mut run = Self::of(&[("far.yaml", &lines)]);
        let again = run.find(&DUPLICATE, 0, "key-105", 7, "the key is given more than once");
        let related =
            ["key-007", "key-099", "key-104", "key-110", "key-111", "key-112", "key-113", "key-114", "key-115"]
                .map(|key| (run.place(0, key, 7), "given here".to_owned()));
        run.findings.push(Finding { related: related.to_vec(), label: "and once more".to_owned(), ..again });
        let whole = run.find(&DANGLING, 0, "key-050", 300, "it goes on and on");
        run.findings.push(Finding { label: "all this".to_owned(), ..whole });
        let end = Place { file: FileId(0), span: Span::empty(lines.len()) };
        run.findings.push(Self::found(&AMBIGUOUS, end, "the file ends without a word"));
        run
    }

    /// A file whose text is no longer available.
    pub fn gone() -> Self {
        let mut run = Self { files: vec![("gone.yaml".to_owned(), None)], ..Self::empty() };
        let place = Place { file: FileId(0), span: Span::new(7, 9) };
        let found = Self::found(&AMBIGUOUS, place, "the file is not UTF-8");
        run.findings.push(Finding { help: Some("save it as UTF-8".into()), ..found });
        run
    }

    /// `number` findings with alternating severities.
    pub fn many(number: usize) -> Self {
        let text = "key: value\n".repeat(number);
        let mut run = Self::of(&[("many.yaml", &text)]);
        for at in 0..number {
            let place = Place { file: FileId(0), span: Span::new(at * 11, at * 11 + 3) };
            let rule = [&REPEATED, &AMBIGUOUS, &DANGLING][at % 3];
            run.findings.push(Self::found(rule, place, &format!("finding {at} of many")));
        }
        run
    }

    pub fn lint(&self) -> Lint<'_> {
        Lint {
            findings: &self.findings,
            fingerprints: None,
            files: self,
            counts: self.counts,
            notes: &self.notes,
            has_summary: self.has_summary,
            mask: mask(),
        }
    }

    pub fn render(&self, format: LintFormat, style: &Style) -> String {
        render(&self.lint(), format, style)
    }

    pub fn plain(&self, format: LintFormat) -> String {
        self.render(format, &Style::PLAIN)
    }

    fn place(&self, file: u32, needle: &str, length: usize) -> Place {
        self.place_from(file, "", needle, length)
    }

    fn place_from(&self, file: u32, after: &str, needle: &str, length: usize) -> Place {
        let text = self.files[file as usize].1.as_deref().expect("the text is there");
        let from = text.find(after).expect("the text before is there");
        let at = from + text[from..].find(needle).expect("the needle is there");
        Place { file: FileId(file), span: Span::new(at, at + length) }
    }

    pub fn find(&self, rule: &'static RuleInfo, file: u32, needle: &str, length: usize, message: &str) -> Finding {
        Self::found(rule, self.place(file, needle, length), message)
    }

    fn found(rule: &'static RuleInfo, place: Place, message: &str) -> Finding {
        Finding {
            rule,
            severity: rule.severity.expect("these rules are on"),
            place,
            message: message.to_owned(),
            label: String::new(),
            target: None,
            entity: None,
            related: Vec::new(),
            counterpart: None,
            help: None,
            fix: None,
            detail: None,
        }
    }
}
