//! The problems of one lint run, to find the new ones of another run over the same files with other blueprints. A problem is
//! known by what it is about, because its words may name what changed.

use std::collections::HashSet;

use crate::domain::document::span::Span;
use crate::domain::finding::{EntityName, EntityPart, FileId, Finding};

#[derive(Debug, Default)]
pub struct KnownProblems(HashSet<Problem>);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Problem {
    rule: &'static str,
    /// The files of a run have other ids in another.
    path: String,
    span: Span,
    entity: Option<EntityName>,
    target: Option<EntityName>,
    part: Option<EntityPart>,
}

impl KnownProblems {
    /// `path` names the files of that run.
    pub fn of<'p>(findings: &'p [Finding], path: impl Fn(FileId) -> &'p str) -> Self {
        Self::of_each(findings.iter().map(|finding| (finding, path(finding.place.file))))
    }

    /// `findings` come with the paths of their files.
    pub fn of_each<'p>(findings: impl Iterator<Item = (&'p Finding, &'p str)>) -> Self {
        let problems = findings
            .flat_map(|(finding, path)| parts(finding).into_iter().map(move |part| problem(finding, path, part)));
        Self(problems.collect())
    }

    pub fn add(&mut self, finding: &Finding, path: &str) {
        self.0.extend(parts(finding).into_iter().map(|part| problem(finding, path, part)));
    }

    /// Whether nothing of the finding is new.
    pub fn knows(&self, finding: &Finding, path: &str) -> bool {
        self.new_part_of(finding, path).is_none()
    }

    /// The finding without its known parts; `None` if nothing of it is new. A finding may be about several parts.
    pub fn new_part_of(&self, finding: &Finding, path: &str) -> Option<Vec<EntityPart>> {
        let new: Vec<Option<EntityPart>> =
            parts(finding).into_iter().filter(|part| !self.0.contains(&problem(finding, path, part.clone()))).collect();
        (!new.is_empty()).then(|| new.into_iter().flatten().collect())
    }
}

fn parts(finding: &Finding) -> Vec<Option<EntityPart>> {
    match finding.parts() {
        [] => vec![None],
        parts => parts.iter().cloned().map(Some).collect(),
    }
}

fn problem(finding: &Finding, path: &str, part: Option<EntityPart>) -> Problem {
    Problem {
        rule: finding.rule.name,
        path: path.to_owned(),
        span: finding.place.span,
        entity: finding.entity.clone(),
        target: finding.target.clone(),
        part,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::{Detail, Family, Place, RuleInfo, Severity};

    static RULE: RuleInfo = RuleInfo {
        code: "P205",
        name: "missing-property",
        family: Family::Entity,
        severity: Some(Severity::Error),
        what: "",
        why: "",
        fix: "",
    };

    fn finding(parts: &[&str], message: &str) -> Finding {
        let parts: Vec<EntityPart> = parts.iter().map(|name| EntityPart::Property((*name).to_owned())).collect();
        Finding {
            rule: &RULE,
            severity: Severity::Error,
            place: Place { file: FileId(0), span: Span::new(3, 7) },
            message: message.to_owned(),
            label: String::new(),
            entity: None,
            target: None,
            related: Vec::new(),
            counterpart: None,
            help: None,
            fix: None,
            detail: (!parts.is_empty()).then(|| Box::new(Detail::Parts(parts))),
        }
    }

    #[test]
    fn a_problem_is_known_by_what_it_is_about_and_not_by_its_words() {
        let known = KnownProblems::of(&[finding(&["tier"], "old"), finding(&[], "old")], |_| "a.yaml");
        assert_eq!(known.new_part_of(&finding(&["tier"], "new"), "a.yaml"), None);
        assert_eq!(known.new_part_of(&finding(&[], "new"), "a.yaml"), None);
        let both = known.new_part_of(&finding(&["tier", "owner"], "new"), "a.yaml");
        assert_eq!(both, Some(vec![EntityPart::Property("owner".to_owned())]));
        assert_eq!(known.new_part_of(&finding(&[], "old"), "b.yaml"), Some(Vec::new()));
    }
}
