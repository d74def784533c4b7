//! What an editor has to know about rules: which findings need no other file, so that they need not wait for the rest, and
//! which speak of many files and choose one of them.

use std::collections::BTreeMap;

use crate::analysis::engine::analyzer::{FileResults, is_silenced};
use crate::analysis::engine::rule::Check;
use crate::analysis::rules::{
    self, ambiguous_scalar, foreign_field, missing_namespace, overridden_namespace, undelivered_manifest,
    unknown_blueprint,
};
use crate::domain::finding::{FileId, Finding, RuleInfo};

/// Whether a file by itself decides what the rule finds in it. Of two more rules, deliverers decide the words.
pub fn is_of_one_file(rule: &RuleInfo) -> bool {
    let reworded = [&raw const ambiguous_scalar::RULE.info, &raw const foreign_field::RULE.info];
    if reworded.iter().any(|other| std::ptr::eq(*other, rule)) {
        return false;
    }
    let own = rules::ALL.iter().find(|other| std::ptr::eq(&raw const other.info, rule));
    own.is_some_and(|rule| matches!(rule.check, Check::Document(_) | Check::Entity(_) | Check::EntityProblems(_)))
}

/// Whether a finding of the rule speaks of many files and is placed in one of them, by preference an open one.
pub fn chooses_its_place(rule: &RuleInfo) -> bool {
    let choosing = [
        &raw const missing_namespace::RULE.info,
        &raw const overridden_namespace::RULE.info,
        &raw const undelivered_manifest::RULE.info,
        &raw const unknown_blueprint::RULE.info,
    ];
    choosing.iter().any(|other| std::ptr::eq(*other, rule))
}

/// The findings that one file gives by itself, without those that ignore comments silence.
pub fn findings_of_one_file(results: &FileResults, file: FileId) -> Vec<Finding> {
    let own = results.directives.iter().filter(|(other, ..)| *other == file);
    let mut directives: BTreeMap<_, _> = own.map(|(file, it, unjudged)| (*file, (it.clone(), *unjudged))).collect();
    let found = results.findings.iter().filter(|finding| finding.place.file == file && is_of_one_file(finding.rule));
    found.filter(|finding| !is_silenced(finding, &mut directives)).cloned().collect()
}
