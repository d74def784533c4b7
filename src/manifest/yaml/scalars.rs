//! Plain, quoted and block scalars. A scalar whose text is in the source unchanged is not copied.

use std::borrow::Cow;

use super::chars::{is_blank, is_blank_or_end, is_break, is_break_or_end, width};
use super::problem::ProblemKind;
use super::scanner::{Scan, Scanner};
use super::token::{Divergence, Token, TokenKind};
use crate::domain::document::span::Span;
use crate::domain::document::tree::Style;

/// The line breaks between two parts of a folded text.
#[derive(Debug, Default)]
struct Breaks {
    first: String,
    rest: String,
}

impl Breaks {
    fn push(&mut self, worth: &str, is_first: bool) {
        if is_first {
            self.first.clear();
            self.first.push_str(worth);
        } else {
            self.rest.push_str(worth);
        }
    }

    /// One break becomes a blank; of several, the first is dropped. U+2028 and U+2029 are kept.
    fn fold_into(&mut self, text: &mut String) {
        if !self.first.starts_with('\n') {
            text.push_str(&self.first);
        } else if self.rest.is_empty() {
            text.push(' ');
        }
        text.push_str(&self.rest);
        self.first.clear();
        self.rest.clear();
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

impl<'t> Scanner<'t> {
    fn push_scalar(&mut self, text: Cow<'t, str>, style: Style, start: usize, end: usize) {
        let kind = TokenKind::Scalar { text, style };
        self.queue.push_back(Token { kind, span: Span::new(start, end) });
    }

    pub(super) fn scan_plain(&mut self) -> Scan<()> {
        let start = self.mark.at;
        let indent = self.indent + 1;
        let in_flow = self.is_in_flow();
        let mut copied: Option<String> = None;
        let mut end = start;
        let mut has_break = false;
        let mut breaks = Breaks::default();
        loop {
            if self.is_at_marker() || self.byte() == Some(b'#') {
                break;
            }
            let from = self.mark.at;
            let to = self.plain_run_end(from, in_flow);
            if to > from {
                if has_break {
                    let text = copied.get_or_insert_with(|| self.slice(start, end).to_owned());
                    breaks.fold_into(text);
                    has_break = false;
                } else if let Some(text) = &mut copied {
                    text.push_str(self.slice(end, from));
                }
                if let Some(text) = &mut copied {
                    text.push_str(self.slice(from, to));
                }
                self.skip_to(to);
                end = to;
            }
            if !is_blank(self.bytes, self.mark.at) && !is_break(self.bytes, self.mark.at) {
                break;
            }
            while is_blank(self.bytes, self.mark.at) || is_break(self.bytes, self.mark.at) {
                if is_blank(self.bytes, self.mark.at) {
                    let is_left = i64::try_from(self.mark.column).is_ok_and(|column| column < indent);
                    if has_break && is_left && self.byte() == Some(b'\t') {
                        return self.problem(ProblemKind::TabInIndentation, self.mark.at);
                    }
                    self.skip();
                } else if let Some(worth) = self.skip_break() {
                    breaks.push(worth, !has_break);
                    has_break = true;
                }
            }
            if !in_flow && i64::try_from(self.mark.column).is_ok_and(|column| column < indent) {
                break;
            }
        }
        let text = copied.map_or(Cow::Borrowed(self.slice(start, end)), Cow::Owned);
        let is_cut = self.bytes.get(end).is_some_and(|byte| b",[]{}".contains(byte));
        if in_flow && is_cut && text.ends_with(':') && end > start + 1 {
            self.divergences.push(Divergence::ColonBeforeIndicator(Span::new(start, end)));
        }
        self.push_scalar(text, Style::Plain, start, end);
        if has_break {
            self.key_allowed = true;
        }
        Ok(())
    }

    /// The end of a run of non-blank characters in a plain scalar.
    fn plain_run_end(&self, from: usize, in_flow: bool) -> usize {
        let mut at = from;
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => break,
                b':' if is_blank_or_end(self.bytes, at + 1) => break,
                b',' | b'?' | b'[' | b']' | b'{' | b'}' if in_flow => break,
                0xC2 | 0xE2 if is_break(self.bytes, at) => break,
                _ => at += 1,
            }
        }
        at
    }

    pub(super) fn scan_quoted(&mut self, quote: u8) -> Scan<()> {
        let start = self.mark.at;
        let is_double = quote == b'"';
        let style = if is_double { Style::DoubleQuoted } else { Style::SingleQuoted };
        self.skip();
        let inner = self.mark.at;
        let mut copied: Option<String> = None;
        let mut breaks = Breaks::default();
        loop {
            if self.is_at_marker() || self.byte().is_none() {
                return self.problem(ProblemKind::UnclosedQuote { start }, self.mark.at);
            }
            let mut has_break = false;
            while !is_blank_or_end(self.bytes, self.mark.at) {
                match self.byte() {
                    Some(b'\'') if !is_double && self.next_byte(1) == Some(b'\'') => {
                        let at = self.mark.at;
                        copied.get_or_insert_with(|| self.slice(inner, at).to_owned()).push('\'');
                        self.skip_to(at + 2);
                    }
                    Some(byte) if byte == quote => break,
                    Some(b'\\') if is_double && is_break(self.bytes, self.mark.at + 1) => {
                        let at = self.mark.at;
                        copied.get_or_insert_with(|| self.slice(inner, at).to_owned());
                        self.skip();
                        self.skip_break();
                        has_break = true;
                        break;
                    }
                    Some(b'\\') if is_double => {
                        let at = self.mark.at;
                        let (c, length) = self.escape(at, start)?;
                        copied.get_or_insert_with(|| self.slice(inner, at).to_owned()).push(c);
                        self.skip_to(at + length);
                    }
                    _ => {
                        let from = self.mark.at;
                        let to = self.quoted_run_end(from, quote, is_double);
                        if let Some(text) = &mut copied {
                            text.push_str(self.slice(from, to));
                        }
                        self.skip_to(to);
                    }
                }
            }
            if self.byte() == Some(quote) {
                break;
            }
            let blanks = self.mark.at;
            let mut blanks_end = blanks;
            while is_blank(self.bytes, self.mark.at) || is_break(self.bytes, self.mark.at) {
                if is_blank(self.bytes, self.mark.at) {
                    self.skip();
                    if !has_break {
                        blanks_end = self.mark.at;
                    }
                    continue;
                }
                if !has_break {
                    copied.get_or_insert_with(|| self.slice(inner, blanks).to_owned());
                }
                if let Some(worth) = self.skip_break() {
                    breaks.push(worth, !has_break);
                    has_break = true;
                }
            }
            if let Some(text) = &mut copied {
                if has_break {
                    breaks.fold_into(text);
                } else {
                    text.push_str(self.text.get(blanks..blanks_end).unwrap_or_default());
                }
            }
        }
        let text = copied.map_or(Cow::Borrowed(self.slice(inner, self.mark.at)), Cow::Owned);
        self.skip();
        self.push_scalar(text, style, start, self.mark.at);
        Ok(())
    }

    fn quoted_run_end(&self, from: usize, quote: u8, is_double: bool) -> usize {
        let mut at = from + self.bytes.get(from).map_or(0, |byte| width(*byte));
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => break,
                b'\\' if is_double => break,
                byte if *byte == quote => break,
                0xC2 | 0xE2 if is_break(self.bytes, at) => break,
                _ => at += 1,
            }
        }
        at
    }

    /// The character of an escape, and the length of the escape.
    fn escape(&self, at: usize, start: usize) -> Scan<(char, usize)> {
        let c = match self.bytes.get(at + 1) {
            Some(b'0') => '\0',
            Some(b'a') => '\u{7}',
            Some(b'b') => '\u{8}',
            Some(b't' | b'\t') => '\t',
            Some(b'n') => '\n',
            Some(b'v') => '\u{b}',
            Some(b'f') => '\u{c}',
            Some(b'r') => '\r',
            Some(b'e') => '\u{1b}',
            Some(b' ') => ' ',
            Some(b'"') => '"',
            Some(b'\'') => '\'',
            Some(b'\\') => '\\',
            Some(b'N') => '\u{85}',
            Some(b'_') => '\u{a0}',
            Some(b'L') => '\u{2028}',
            Some(b'P') => '\u{2029}',
            Some(b'x') => return self.code(at, start, 2),
            Some(b'u') => return self.code(at, start, 4),
            Some(b'U') => return self.code(at, start, 8),
            Some(_) | None => return self.problem(ProblemKind::Escape { start }, at),
        };
        Ok((c, 2))
    }

    fn code(&self, at: usize, start: usize, digits: usize) -> Scan<(char, usize)> {
        let text = self.bytes.get(at + 2..at + 2 + digits).and_then(|bytes| std::str::from_utf8(bytes).ok());
        let code = text.filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let c = code.and_then(|text| u32::from_str_radix(text, 16).ok()).and_then(char::from_u32);
        match c {
            Some(c) => Ok((c, 2 + digits)),
            None => self.problem(ProblemKind::Escape { start }, at),
        }
    }

    pub(super) fn scan_block_scalar(&mut self, is_literal: bool) -> Scan<()> {
        let start = self.mark.at;
        self.skip();
        let mut chomping = Chomping::Clip;
        let mut increment = 0;
        for _ in 0..2 {
            match self.byte() {
                Some(sign @ (b'+' | b'-')) if chomping == Chomping::Clip => {
                    chomping = if sign == b'+' { Chomping::Keep } else { Chomping::Strip };
                    self.skip();
                }
                Some(digit @ b'1'..=b'9') if increment == 0 => {
                    increment = i64::from(digit - b'0');
                    self.skip();
                }
                Some(b'0') if increment == 0 => return self.problem(ProblemKind::BlockScalarHeader, start),
                Some(_) | None => break,
            }
        }
        let header_end = self.mark.at;
        if !self.skip_rest_of_line() {
            return self.problem(ProblemKind::BlockScalarHeader, start);
        }
        let has_lines = self.skip_break().is_some();
        let fixed = if increment > 0 { Some(self.indent.max(0) + increment) } else { None };
        let mut text = String::new();
        let mut breaks = String::new();
        let indent = if has_lines { self.scan_block_breaks(fixed, &mut breaks)? } else { 0 };
        let mut end = header_end;
        let mut last_break = String::new();
        let mut after_blank = false;
        while i64::try_from(self.mark.column).is_ok_and(|column| column == indent) && self.byte().is_some() {
            let starts_blank = is_blank(self.bytes, self.mark.at);
            let folds = !is_literal && last_break.starts_with('\n') && !after_blank && !starts_blank;
            if !folds {
                text.push_str(&last_break);
            } else if breaks.is_empty() {
                text.push(' ');
            }
            last_break.clear();
            text.push_str(&breaks);
            breaks.clear();
            after_blank = starts_blank;
            let from = self.mark.at;
            let to = self.line_end(from);
            let line = self.slice(from, to);
            text.push_str(line);
            self.skip_to(to);
            if !line.trim_matches([' ', '\t']).is_empty() {
                end = to;
            }
            match self.skip_break() {
                Some(worth) => {
                    last_break.push_str(worth);
                    self.scan_block_breaks(Some(indent), &mut breaks)?;
                }
                // kubectl's line reader adds the missing break to the last line.
                None => last_break.push('\n'),
            }
        }
        if chomping != Chomping::Strip {
            text.push_str(&last_break);
        }
        if chomping == Chomping::Keep {
            text.push_str(&breaks);
        }
        let style = if is_literal { Style::Literal } else { Style::Folded };
        self.push_scalar(Cow::Owned(text), style, start, end);
        Ok(())
    }

    fn line_end(&self, from: usize) -> usize {
        let mut at = from;
        while !is_break_or_end(self.bytes, at) {
            at += 1;
        }
        at
    }

    /// Skips blank lines and the indentation of the next line; detects the indentation if it is unknown.
    fn scan_block_breaks(&mut self, indent: Option<i64>, breaks: &mut String) -> Scan<i64> {
        let mut widest = 0;
        loop {
            let column = |scanner: &Self| i64::try_from(scanner.mark.column).unwrap_or(i64::MAX);
            while indent.is_none_or(|indent| column(self) < indent) && self.byte() == Some(b' ') {
                self.skip();
            }
            widest = widest.max(column(self));
            if indent.is_none_or(|indent| column(self) < indent) && self.byte() == Some(b'\t') {
                return self.problem(ProblemKind::TabInIndentation, self.mark.at);
            }
            match self.skip_break() {
                Some(worth) => breaks.push_str(worth),
                None => {
                    // kubectl's line reader ends every text with a line feed.
                    if self.byte().is_none() && !matches!(self.bytes.last(), Some(b'\n' | b'\r')) {
                        breaks.push('\n');
                    }
                    break;
                }
            }
        }
        Ok(indent.unwrap_or_else(|| widest.max(self.indent + 1).max(1)))
    }
}
