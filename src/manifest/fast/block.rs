//! Literal and folded block scalars, without explicit indentation.

use super::run::Run;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Scalar, Style};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomp {
    Clip,
    Strip,
    Keep,
}

impl Run<'_> {
    pub(super) fn block_scalar(&mut self, start: usize) -> Option<()> {
        let parent = self.kept.frames.last()?.indent;
        let (chomp, header) = match self.byte(start + 1) {
            b'-' => (Chomp::Strip, start + 2),
            b'+' => (Chomp::Keep, start + 2),
            _ => (Chomp::Clip, start + 1),
        };
        self.end_line(header)?;
        let style = if self.byte(start) == b'|' { Style::Literal } else { Style::Folded };
        // Moved out, so that lines can be read while it is written.
        let mut text = std::mem::take(&mut self.kept.decoded);
        text.clear();
        let end = self.block_lines(parent, style, chomp, &mut text);
        let taken = end.map(|end| {
            self.end = if end == 0 { header } else { end };
            self.tree.push_scalar(Scalar::Decoded(&text), Span::new(start, self.end), style);
        });
        self.kept.decoded = text;
        taken
    }

    /// Reads the content into `text`; returns the end of the last non-empty line, or 0.
    fn block_lines(&mut self, parent: usize, style: Style, chomp: Chomp, text: &mut String) -> Option<usize> {
        let mut indent = 0;
        let mut end = 0;
        // The number of line breaks since the last content.
        let mut breaks = 0usize;
        while self.at < self.bytes.len() {
            let content = self.skip_indent(self.at);
            let width = content - self.at;
            if self.byte(content) == b'\n' {
                // Blanks on a blank line may be content, or an error if they come first.
                if content >= self.bytes.len() || if end == 0 { width > 0 } else { width > indent } {
                    return None;
                }
                breaks += 1;
                self.at = content + 1;
                continue;
            }
            if width <= parent {
                break;
            }
            if end == 0 {
                indent = width;
            } else if width < indent || style == Style::Folded && width > indent {
                return None;
            }
            let from = self.at + indent;
            let rest = self.bytes.get(from..)?;
            let until = from + memchr::memchr(b'\n', rest)?;
            match (style, breaks, end) {
                (Style::Folded, 1, 1..) => text.push(' '),
                (Style::Folded, _, 1..) => push_breaks(text, breaks - 1),
                _ => push_breaks(text, breaks),
            }
            text.push_str(self.job.text.get(from..until)?);
            end = until;
            breaks = 1;
            self.at = until + 1;
        }
        match chomp {
            Chomp::Strip => {}
            Chomp::Clip if end > 0 => text.push('\n'),
            Chomp::Clip => {}
            Chomp::Keep => push_breaks(text, breaks),
        }
        Some(end)
    }
}

fn push_breaks(text: &mut String, count: usize) {
    for _ in 0..count {
        text.push('\n');
    }
}
