//! Builds the command line that repeats a plan, to push it. It repeats the flags of this run, but no settings from the
//! environment or a pipeline.

use std::path::Path;

use crate::commands::args::planning::PlanningArgs;
use crate::commands::plan::build::BuiltPlan;
use crate::domain::plan::hazard::Consent;
use crate::report::plan::adoption_flags;
use crate::settings::Settings;

/// The command that plans and pushes again, without the approval flags. Where the plan needs `--adopt`, the command does
/// not name the scopes to adopt from: the two flags exclude each other.
pub(crate) fn push_command_of(planned: &BuiltPlan, planning: &PlanningArgs, settings: &Settings) -> String {
    let plan = &planned.plan;
    let is_foreign = plan.hazards.iter().any(|hazard| hazard.consent == Consent::Adoption);
    let takes_all = is_foreign && adoption_flags(plan, &planned.owners, planned.adoption_flags) == "--adopt";
    let planning = match takes_all {
        true => PlanningArgs { adopt_from: Vec::new(), ..planning.clone() },
        false => planning.clone(),
    };
    push_command(&planning, settings)
}

fn push_command(planning: &PlanningArgs, settings: &Settings) -> String {
    let mut words = Words::of("push", settings);
    for (flag, value) in planning.flags() {
        match value {
            Some(value) => words.value(flag, Some(value)),
            None => words.flag(flag, true),
        }
    }
    words.0.join(" ")
}

/// The command that pushes a saved plan. The plan file records all other options.
pub(crate) fn push_plan_command(file: &Path, planning: &PlanningArgs, settings: &Settings) -> String {
    let mut words = Words::of("push", settings);
    words.value("--plan", Some(&file.to_string_lossy()));
    words.value("--ref", planning.commit.as_deref());
    words.flag("--adopt", planning.adopt);
    for scope in &planning.adopt_from {
        words.value("--adopt-from", Some(scope));
    }
    words.0.join(" ")
}

/// The command that restores a backup, without the approval flags.
pub(crate) fn restore_command(file: &Path, adopts: bool, settings: &Settings) -> String {
    let mut words = Words::of("restore", settings);
    words.value_alone(&file.to_string_lossy());
    words.flag("--adopt", adopts);
    words.0.join(" ")
}

/// The command that saves the remaining changes of a plan to a file again.
pub(crate) fn diff_out_command(file: &Path, planning: &PlanningArgs, settings: &Settings) -> String {
    let mut words = Words::of("diff", settings);
    words.value("--ref", planning.commit.as_deref());
    words.value("--out", Some(&file.to_string_lossy()));
    words.0.join(" ")
}

/// The most entities, and files, that a way out of drift names; for more, it takes all that have drifted.
const MAX_DRIFTED: usize = 5;

/// The command that takes the catalog's values of drifted entities, `service/cart`, into their manifests; `None`: of all of
/// them, as far as Git did not change them too.
pub(crate) fn pull_drift_command(entities: Option<&[String]>, settings: &Settings) -> String {
    let mut words = Words::of("pull", settings);
    words.flag("--entities", true);
    let named = entities.filter(|entities| entities.len() <= MAX_DRIFTED);
    words.flag("--drifted", named.is_none());
    named.into_iter().flatten().for_each(|entity| words.value("--only", Some(entity)));
    words.0.join(" ")
}

/// The command that writes the manifests of drifted entities to the catalog. `files` are relative to where the user is;
/// `adoption`: the flags that take over the entities of other owners, if there are any.
pub(crate) fn push_drift_command(files: &[String], adoption: Option<&str>, settings: &Settings) -> String {
    let mut words = Words::of("push", settings);
    files.iter().filter(|_| files.len() <= MAX_DRIFTED).for_each(|file| words.value("--only", Some(file)));
    words.0.extend(adoption.map(ToOwned::to_owned));
    words.0.join(" ")
}

struct Words(Vec<String>);

impl Words {
    fn of(verb: &str, settings: &Settings) -> Self {
        let program = ["portolan".to_owned(), verb.to_owned()];
        Self(program.into_iter().chain(settings.flags.iter().map(|word| for_a_shell(word))).collect())
    }

    fn flag(&mut self, flag: &str, is_given: bool) {
        self.0.extend(is_given.then(|| flag.to_owned()));
    }

    /// An argument without a flag.
    fn value_alone(&mut self, value: &str) {
        self.0.extend(value.starts_with('-').then(|| "--".to_owned()));
        self.0.push(for_a_shell(value));
    }

    fn value(&mut self, flag: &str, value: Option<&str>) {
        self.0.extend(value.map(|value| match value.starts_with('-') {
            true => format!("{flag}={}", for_a_shell(value)),
            false => format!("{flag} {}", for_a_shell(value)),
        }));
    }
}

/// Quotes a word for a shell: revisions and paths may contain characters that a shell interprets, as in
/// `HEAD@{2 days ago}`.
fn for_a_shell(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+:@^%,=".contains(c);
    // A shell expands a leading `~` to the home folder.
    let is_inner = |c: char| is_plain(c) || c == '~';
    let is_one = word.starts_with(is_plain) && word.chars().all(is_inner);
    if is_one { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_what_was_said() {
        for (word, quoted) in [
            ("origin/main", "origin/main"),
            ("", "''"),
            ("~/x", "'~/x'"),
            ("HEAD~1", "HEAD~1"),
            ("HEAD@{2 days ago}", "'HEAD@{2 days ago}'"),
            ("it's", r"'it'\''s'"),
            ("$(x) `y`", "'$(x) `y`'"),
            ("https://a.example/b?c=1&d", "'https://a.example/b?c=1&d'"),
        ] {
            assert_eq!(for_a_shell(word), quoted);
        }
    }

    #[test]
    fn what_was_said_is_said_again() {
        let settings = crate::settings::resolve(
            &crate::settings::Request {
                catalog: Some("http://127.0.0.1:1".to_owned()),
                ignores_configs_below: true,
                ..crate::settings::Request::default()
            },
            &crate::settings::Environment::new([], std::path::PathBuf::from("/"), 0),
            &[],
        )
        .expect("they are right");
        let planning = PlanningArgs {
            base: Some("origin/main".to_owned()),
            only: vec!["service".to_owned(), "a b.yaml".to_owned(), "-x".to_owned()],
            no_prune: true,
            ..PlanningArgs::default()
        };
        let command = push_command(&planning, &settings);
        let expected = "portolan push --catalog http://127.0.0.1:1 --base origin/main --only service --only 'a b.yaml' \
                        --only=-x --no-prune";
        assert_eq!(command, expected);
        let file = push_plan_command(Path::new("p.json"), &planning, &settings);
        assert_eq!(file, "portolan push --catalog http://127.0.0.1:1 --plan p.json");
        let entities = ["service/cart".to_owned(), "service/a b".to_owned()];
        let pull = pull_drift_command(Some(&entities), &settings);
        let settings_flag = "--catalog http://127.0.0.1:1";
        assert_eq!(pull, format!("portolan pull {settings_flag} --entities --only service/cart --only 'service/a b'"));
        let many = vec!["service/cart".to_owned(); 6];
        assert_eq!(
            pull_drift_command(Some(&many), &settings),
            format!("portolan pull {settings_flag} --entities --drifted")
        );
        let push = push_drift_command(&["-x/a b.yaml".to_owned()], Some("--adopt"), &settings);
        assert_eq!(push, format!("portolan push {settings_flag} --only='-x/a b.yaml' --adopt"));
        assert_eq!(
            push_drift_command(&many, Some("--adopt-from a/b"), &settings),
            format!("portolan push {settings_flag} --adopt-from a/b")
        );
        let rest = diff_out_command(Path::new("p.json"), &planning, &settings);
        assert_eq!(rest, "portolan diff --catalog http://127.0.0.1:1 --out p.json");
    }
}
