//! Ignore comments: `# portolan: ignore[rule, other-rule] reason`, on the line of the finding or on a line of its own
//! above it. The reader passes only real comments, not text in scalars.

use crate::analysis::engine::rule::Rule;
use crate::domain::document::span::{LineIndex, Span};
use crate::domain::finding::{Edit, RuleInfo};

/// The ignore comments of one file, and its line index.
#[derive(Debug, Clone)]
pub struct Directives {
    lines: LineIndex,
    directives: Vec<Directive>,
}

#[derive(Debug, Clone)]
struct Directive {
    /// From `#` to the end of the line.
    comment: Span,
    /// The comment with the white space before it; the whole line if the comment is alone on it.
    removal: Span,
    names: Vec<Name>,
    /// The line that the comment applies to.
    line: usize,
}

#[derive(Debug, Clone)]
struct Name {
    text: String,
    span: Span,
    used: bool,
}

/// The unused comments and unknown rule names.
#[derive(Debug, Default)]
pub(crate) struct IgnoreReport {
    pub unused: Vec<UnusedIgnore>,
    pub unknown: Vec<UnknownName>,
}

#[derive(Debug)]
pub(crate) struct UnusedIgnore {
    pub span: Span,
    /// `None` if the comment names no rule.
    pub name: Option<String>,
    pub edit: Edit,
}

#[derive(Debug)]
pub(crate) struct UnknownName {
    pub span: Span,
    pub name: String,
}

impl Directives {
    /// Whether a text may have ignore comments.
    pub fn may_be_in(text: &str) -> bool {
        memchr::memmem::find(text.as_bytes(), b"portolan:").is_some()
    }

    /// `None` if no comment is an ignore comment.
    pub fn read(text: &str, comments: &[Span]) -> Option<Self> {
        let found = comments.iter().filter_map(|comment| Some((*comment, names(text, *comment)?))).collect::<Vec<_>>();
        if found.is_empty() {
            return None;
        }
        let lines = LineIndex::new(text);
        // Processed from the end, so that a stack of comments finds its line only once.
        let mut below = None;
        let mut directives = Vec::with_capacity(found.len());
        for (comment, names) in found.into_iter().rev() {
            directives.push(place(text, &lines, comment, names, &mut below));
        }
        directives.reverse();
        directives.sort_by_key(|directive: &Directive| (directive.line, directive.comment));
        Some(Self { lines, directives })
    }

    /// Whether a comment silences a finding of the rule here; the comment then counts as used.
    pub fn silences(&mut self, rule: &RuleInfo, span: Span) -> bool {
        let line = self.lines.line_of(span.start as usize);
        let mut silenced = false;
        // Comments are sorted by the line that they apply to.
        let first = self.directives.partition_point(|directive| directive.line < line);
        let of_line = self.directives.iter_mut().skip(first).take_while(|directive| directive.line == line);
        for directive in of_line {
            for name in directive.names.iter_mut().filter(|name| name.text == rule.name || name.text == rule.code) {
                name.used = true;
                silenced = true;
            }
        }
        silenced
    }

    /// `rule_of` finds a rule by its name or code. `was_evaluated` returns whether a rule was evaluated here: a comment
    /// for a rule that was not evaluated may be needed.
    pub(crate) fn ignore_report(
        self,
        rule_of: impl Fn(&str) -> Option<&'static Rule>,
        was_evaluated: impl Fn(&'static Rule) -> bool,
    ) -> IgnoreReport {
        let mut ignore_report = IgnoreReport::default();
        for directive in self.directives {
            let is_known = |name: &Name| rule_of(&name.text).is_some();
            let list = directive.names.iter().map(|name| name.span).reduce(Span::to).unwrap_or_default();
            let order = directive.names.iter().map(|name| name.span).collect::<Vec<_>>();
            let (mut known, unknown): (Vec<Name>, Vec<Name>) = directive.names.into_iter().partition(is_known);
            for name in &mut known {
                name.used |= rule_of(&name.text).is_some_and(|rule| !was_evaluated(rule));
            }
            let nothing_else = unknown.is_empty();
            // The names that remain, in the written order: the used rules, and unknown names, which must be corrected
            // first.
            let stays = known.iter().filter(|name| name.used).chain(&unknown).collect::<Vec<_>>();
            let of = |span: &Span| stays.iter().find(|name| name.span == *span).map(|name| name.text.as_str());
            let kept = order.iter().filter_map(of).collect::<Vec<_>>().join(", ");
            let remove_all = kept.is_empty();
            ignore_report
                .unknown
                .extend(unknown.into_iter().map(|name| UnknownName { span: name.span, name: name.text }));
            if nothing_else && known.is_empty() {
                ignore_report.unused.push(UnusedIgnore {
                    span: directive.comment,
                    name: None,
                    edit: Edit { span: directive.removal, replacement: String::new() },
                });
            }
            for name in known.into_iter().filter(|name| !name.used) {
                let edit = if remove_all {
                    Edit { span: directive.removal, replacement: String::new() }
                } else {
                    Edit { span: list, replacement: kept.clone() }
                };
                ignore_report.unused.push(UnusedIgnore { span: name.span, name: Some(name.text), edit });
            }
        }
        ignore_report
    }
}

/// The rule names of a comment; `None` if it is not an ignore comment.
fn names(text: &str, comment: Span) -> Option<Vec<Name>> {
    let body = comment.slice(text);
    let after_mark = body.trim_start_matches('#').trim_start().strip_prefix("portolan:")?.trim_start();
    let Some(rest) = after_mark.strip_prefix("ignore") else {
        // The words of other linters are reported as mistakes; any other text after `portolan:` is just a comment.
        let others = ["disable", "skip", "allow", "noqa", "suppress", "off"];
        return others.iter().any(|other| after_mark.starts_with(other)).then(Vec::new);
    };
    let base = comment.start as usize + body.len() - rest.len();
    let Some(list) = rest.trim_start().strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(list, _)| list)
    else {
        return Some(Vec::new());
    };
    let mut at = base + rest.find('[').unwrap_or_default() + 1;
    let mut names = Vec::new();
    for part in list.split(',') {
        let name = part.trim();
        let start = at + (part.len() - part.trim_start().len());
        if !name.is_empty() {
            names.push(Name { text: name.to_owned(), span: Span::new(start, start + name.len()), used: false });
        }
        at += part.len() + 1;
    }
    Some(names)
}

/// `below`: the nearest comment further down that is alone on its line, and the line that it applies to.
fn place(
    text: &str,
    lines: &LineIndex,
    comment: Span,
    names: Vec<Name>,
    below: &mut Option<(usize, usize)>,
) -> Directive {
    let own = lines.line_of(comment.start as usize);
    let whole = lines.line_span(own);
    let before = Span { start: whole.start, end: comment.start }.slice(text);
    let stands_alone = before.trim().is_empty();
    let removal = if stands_alone {
        whole
    } else {
        Span::new(comment.start as usize - (before.len() - before.trim_end().len()), comment.end as usize)
    };
    let line = if stands_alone { next_line_of_content(text, lines, own, *below) } else { own };
    if stands_alone {
        *below = Some((own, line));
    }
    Directive { comment, removal, names, line }
}

/// The line that a comment above applies to. Several comments may be stacked above one line.
fn next_line_of_content(text: &str, lines: &LineIndex, after: usize, below: Option<(usize, usize)>) -> usize {
    let is_content = |line: &usize| {
        let line = lines.line_span(*line).slice(text).trim();
        !line.is_empty() && !line.starts_with('#')
    };
    for line in after + 1..=lines.line_count() {
        match below {
            Some((own, target)) if own == line => return target,
            Some(_) | None if is_content(&line) => return line,
            Some(_) | None => {}
        }
    }
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_speaks_of_its_own_line_or_of_the_next_with_content() {
        let text =
            "a: 1 # portolan: ignore[x, y-z] why\n# portolan:ignore[w]\n# another\n\nb: 2\n# portolan: baseline\n";
        let comments = text.match_indices('#').map(|(at, _)| {
            let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
            Span::new(at, end)
        });
        let read = Directives::read(text, &comments.collect::<Vec<_>>()).expect("two comments are ours");
        let seen = read.directives.iter().map(|directive| {
            let names = directive.names.iter().map(|name| name.span.slice(text)).collect::<Vec<_>>();
            (directive.line, names, directive.removal.slice(text))
        });
        assert_eq!(
            seen.collect::<Vec<_>>(),
            [(1, vec!["x", "y-z"], " # portolan: ignore[x, y-z] why"), (5, vec!["w"], "# portolan:ignore[w]\n"),]
        );
        assert!(Directives::read("# portolan is nice\n", &[Span::new(0, 18)]).is_none());
    }

    #[test]
    fn broken_comments_name_no_rule() {
        for text in ["# portolan: ignore", "# portolan: ignore[]", "# portolan: ignore[a", "# portolan: ignore a"] {
            let read = Directives::read(text, &[Span::new(0, text.len())]).expect("it is ours");
            let ignore_report = read.ignore_report(|_| None, |_| true);
            assert!(matches!(ignore_report.unused.as_slice(), [UnusedIgnore { name: None, .. }]), "{text}");
        }
    }
}
