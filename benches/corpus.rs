//! Writes a repository of any size for the benches: eight kinds of entities around services, one manifest per file or
//! all in one, about 1.7 kB each, with the same bytes for the same arguments. Lint reports nothing.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const SQUADS: [&str; 8] = ["payments", "identity", "search", "growth", "platform", "data", "mobile", "risk"];
const LANGUAGES: [&str; 6] = ["rust", "go", "python", "java", "kotlin", "elixir"];
const LIFECYCLE: [&str; 4] = ["experimental", "beta", "production", "deprecated"];
const WORDS: [&str; 32] = [
    "handles",
    "routes",
    "stores",
    "emits",
    "verifies",
    "retries",
    "batches",
    "checks",
    "account",
    "ledger",
    "invoice",
    "token",
    "session",
    "stream",
    "event",
    "customer",
    "refund",
    "policy",
    "index",
    "shard",
    "replica",
    "snapshot",
    "cache",
    "quota",
    "budget",
    "alert",
    "runbook",
    "deploy",
    "naïve",
    "café",
    "résumé",
    "idempotent",
];

/// A small generator of uniform random numbers, without dependencies and with a fixed seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }

    fn words(&mut self, count: usize) -> String {
        (0..count).map(|_| self.pick(&WORDS)).collect::<Vec<_>>().join(" ")
    }
}

/// Writes `count` entities below `folder`: one file each, or all in one.
pub fn write(folder: &Path, count: usize, single: bool) {
    put(
        &folder.join("portolan.yaml"),
        "platform: port\ncatalog: local\nmanifests:\n  include: [\"catalog/**/*.yaml\"]\n",
    );
    put(&folder.join(".portolan/known-entities.txt"), "");
    put(&folder.join(".portolan/blueprints/squad.json"), SQUAD);
    put(&folder.join(".portolan/blueprints/service.json"), SERVICE);
    let mut all = String::new();
    for at in 0..count {
        let text = manifest(at, count);
        if single {
            all.push_str("---\n");
            all.push_str(&text);
        } else {
            let squad = SQUADS[at % SQUADS.len()];
            put(&folder.join(format!("catalog/{squad}/{:03}/entity-{at:06}.yaml", at / 500)), &text);
        }
    }
    if single {
        put(&folder.join("catalog/all.yaml"), &all);
    }
}

fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("folders can be made");
    fs::write(path, text).expect("files can be written");
}

fn manifest(at: usize, count: usize) -> String {
    if at < SQUADS.len() {
        let name = SQUADS[at];
        return format!(
            "apiVersion: getport.io/v1\nkind: ClusterEntity\nmetadata:\n  name: {name}\nspec:\n  blueprint: squad\n  \
             identifier: {name}\n  properties:\n    contact: {name}@example.com\n"
        );
    }
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ (at as u64).wrapping_mul(0x2545_f491_4f6c_dd1d));
    (0..4).for_each(|_| _ = dice.roll(2));
    let squad = SQUADS[at % SQUADS.len()];
    let name = format!("entity-{at:06}");
    let mut text = String::new();
    if dice.roll(5) < 2 {
        let _ = writeln!(text, "# Managed by {squad}; see the runbook before editing.");
    }
    let _ = write!(
        text,
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata:\n  name: {name}\n  namespace: {squad}\n  labels:\n    \
         app.kubernetes.io/name: {name}\n    app.kubernetes.io/part-of: {squad}\n  annotations:\n    \
         example.com/checksum: {:016x}{:016x}\nspec:\n  blueprint: service\n  identifier: {name}\n  properties:\n    \
         description: |\n",
        dice.roll(usize::MAX),
        dice.roll(usize::MAX)
    );
    for _ in 0..2 + dice.roll(4) {
        let _ = writeln!(text, "      {}.", dice.words(9));
    }
    let _ = write!(
        text,
        "    language: {}\n    lifecycle: {}\n    repository: https://git.example.com/{squad}/{name}\n    tier: {}{}\n",
        dice.pick(&LANGUAGES),
        dice.pick(&LIFECYCLE),
        dice.roll(5),
        if dice.roll(3) == 0 { "  # 0 is the most critical" } else { "" }
    );
    for option in 0..8 {
        if dice.roll(10) < 7 {
            property(&mut text, option, &mut dice, squad, &name);
        }
    }
    let _ = writeln!(text, "  relations:\n    owner: {squad}");
    text.push_str("    dependsOn:");
    let targets = dice.roll(6);
    if targets == 0 {
        text.push_str(" []");
    }
    text.push('\n');
    let first = SQUADS.len() + dice.roll(count - SQUADS.len());
    for step in 0..targets {
        let target = SQUADS.len() + (first - SQUADS.len() + step * 17) % (count - SQUADS.len());
        let _ = writeln!(text, "      - entity-{target:06}");
    }
    text
}

fn property(text: &mut String, option: usize, dice: &mut Dice, squad: &str, name: &str) {
    let _ = match option {
        0 => {
            text.push_str("    tags:\n");
            (0..2 + dice.roll(5)).try_for_each(|_| writeln!(text, "      - {}", dice.pick(&WORDS)))
        }
        1 => {
            text.push_str("    dashboards:\n");
            (0..1 + dice.roll(3)).try_for_each(|hour| {
                writeln!(
                    text,
                    "      - title: \"{}\"\n        url: https://grafana.example.com/d/{:09x}/{name}?orgId=1&from=now-{hour}h",
                    dice.words(2),
                    dice.roll(1 << 36)
                )
            })
        }
        2 => writeln!(text, "    slo: 99.{}", 1 + dice.roll(9)),
        3 => writeln!(text, "    public: {}", dice.roll(2) == 0),
        4 => writeln!(
            text,
            "    createdOn: \"20{}-0{}-1{}T10:30:00Z\"",
            17 + dice.roll(9),
            1 + dice.roll(9),
            dice.roll(10)
        ),
        5 => write!(
            text,
            "    resources:\n      limits:\n        cpu: \"{}\"\n        memory: {}Mi\n      requests: {{cpu: {}m, memory: 64Mi}}\n      replicas: {}\n",
            1 + dice.roll(16),
            128 << dice.roll(4),
            100 + dice.roll(900),
            1 + dice.roll(40)
        ),
        6 => writeln!(
            text,
            "    ports: [{}, {}]\n    onCall: '{squad}+service@example.com'",
            1024 + dice.roll(60_000),
            1024 + dice.roll(60_000)
        ),
        _ => {
            text.push_str("    notes: >-\n");
            (0..1 + dice.roll(4)).try_for_each(|_| writeln!(text, "      {}", dice.words(9)))
        }
    };
}

const SQUAD: &str = r#"{"identifier":"squad","title":"Squad","schema":{"properties":{"contact":{"type":"string","format":"email"}},"required":[]},"relations":{}}"#;

const SERVICE: &str = r#"{
  "identifier": "service", "title": "Service",
  "schema": {
    "properties": {
      "description": {"type": "string", "minLength": 1, "maxLength": 4000},
      "language": {"type": "string", "enum": ["rust", "go", "python", "java", "kotlin", "elixir"]},
      "lifecycle": {"type": "string", "enum": ["experimental", "beta", "production", "deprecated"]},
      "repository": {"type": "string", "format": "url"},
      "tier": {"type": "number", "minimum": 0, "maximum": 4},
      "tags": {"type": "array", "items": {"type": "string", "maxLength": 40}, "maxItems": 20},
      "dashboards": {"type": "array", "items": {"type": "object"}},
      "slo": {"type": "number", "exclusiveMinimum": 0, "maximum": 100},
      "public": {"type": "boolean"},
      "createdOn": {"type": "string", "format": "date-time"},
      "resources": {"type": "object"},
      "ports": {"type": "array", "items": {"type": "number", "minimum": 1, "maximum": 65535}},
      "onCall": {"type": "string", "format": "email"},
      "notes": {"type": "string", "format": "markdown"}
    },
    "required": ["description", "language", "lifecycle", "repository", "tier"]
  },
  "relations": {
    "owner": {"target": "squad", "required": true, "many": false},
    "dependsOn": {"target": "service", "required": false, "many": true}
  }
}"#;
