//! The list of exit codes of all commands. A command returns an [`Exit`] and never ends the process. Unlike in many
//! programs, 2 does not mean "usage": it means that changes are pending.

use std::process::ExitCode;

use crate::domain::error_class::ErrorClass;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Success,
    Findings,
    ChangesPending,
    Incomplete,
    Refused,
    CatalogUnreachable,
    Usage,
    Failure,
    Interrupted,
}

impl Exit {
    pub const ALL: [Self; 9] = [
        Self::Success,
        Self::Findings,
        Self::ChangesPending,
        Self::Incomplete,
        Self::Refused,
        Self::CatalogUnreachable,
        Self::Usage,
        Self::Failure,
        Self::Interrupted,
    ];

    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Findings => 1,
            Self::ChangesPending => 2,
            Self::Incomplete => 3,
            Self::Refused => 4,
            Self::CatalogUnreachable => 5,
            Self::Usage => 64,
            Self::Failure => 70,
            Self::Interrupted => 130,
        }
    }

    /// The one exit code of several runs: the first of 70, 64, 5, 4, 3, 1, 130, 2, 0 that occurred.
    pub fn worst(exits: &[Self]) -> Self {
        const ORDER: [Exit; 9] = [
            Exit::Failure,
            Exit::Usage,
            Exit::CatalogUnreachable,
            Exit::Refused,
            Exit::Incomplete,
            Exit::Findings,
            Exit::Interrupted,
            Exit::ChangesPending,
            Exit::Success,
        ];
        ORDER.into_iter().find(|exit| exits.contains(exit)).unwrap_or(Self::Success)
    }

    /// The description of the code for `--help` and the manual page.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Success => "done, nothing wrong",
            Self::Findings => "findings at or above `--fail-on` (default `error`), or changes that cannot be made",
            Self::ChangesPending => "changes pending (diff --exit-code or --fail-on, pull --check)",
            Self::Incomplete => "push ended incomplete: some changes failed, are in doubt or were not attempted",
            Self::Refused => "refused for safety or by a policy, or a hazard needs approval (diff --fail-on hazard)",
            Self::CatalogUnreachable => "the catalog could not be reached, or rejected the request",
            Self::Usage => "usage or configuration error",
            Self::Failure => "internal error or disk error",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<ErrorClass> for Exit {
    fn from(class: ErrorClass) -> Self {
        match class {
            ErrorClass::Findings => Self::Findings,
            ErrorClass::Refused => Self::Refused,
            ErrorClass::Unreachable => Self::CatalogUnreachable,
            ErrorClass::Usage => Self::Usage,
            ErrorClass::Failure => Self::Failure,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn scripts_may_rely_on_the_numbers() {
        assert_eq!(Exit::ALL.map(Exit::code), [0, 1, 2, 3, 4, 5, 64, 70, 130]);
    }

    #[test]
    fn of_several_runs_the_worst_counts() {
        for (exits, worst) in [
            (vec![], Exit::Success),
            (vec![Exit::ChangesPending, Exit::Success], Exit::ChangesPending),
            (vec![Exit::ChangesPending, Exit::Interrupted], Exit::Interrupted),
            (vec![Exit::Findings, Exit::Interrupted], Exit::Findings),
            (vec![Exit::Refused, Exit::CatalogUnreachable, Exit::Findings], Exit::CatalogUnreachable),
            (vec![Exit::Usage, Exit::Refused], Exit::Usage),
        ] {
            assert_eq!(Exit::worst(&exits), worst, "{exits:?}");
        }
        assert!(Exit::ALL.iter().all(|exit| Exit::worst(&[*exit]) == *exit));
    }
}
