//! Anchors, aliases, tags and directives.

use std::borrow::Cow;

use super::chars::{is_blank, is_blank_or_end, is_uri, is_word};
use super::problem::ProblemKind;
use super::scanner::{Scan, Scanner};
use super::token::{Directive, Divergence, TokenKind};
use crate::domain::document::span::Span;

impl<'t> Scanner<'t> {
    pub(super) fn scan_anchor(&mut self, indicator: u8) -> Scan<()> {
        let start = self.mark.at;
        self.skip();
        let name = self.scan_word();
        let ends =
            is_blank_or_end(self.bytes, self.mark.at) || self.byte().is_some_and(|byte| b"?:,]}%@`".contains(&byte));
        if name.is_empty() || !ends {
            return self.problem(ProblemKind::AnchorName, start);
        }
        if self.byte().is_some_and(|byte| b"?:%@`".contains(&byte)) {
            self.divergences.push(Divergence::AnchorEnd(Span::new(start, self.mark.at)));
        }
        self.push(if indicator == b'*' { TokenKind::Alias(name) } else { TokenKind::Anchor(name) }, start);
        Ok(())
    }

    fn scan_word(&mut self) -> &'t str {
        let start = self.mark.at;
        while self.byte().is_some_and(is_word) {
            self.skip();
        }
        self.slice(start, self.mark.at)
    }

    pub(super) fn scan_tag(&mut self) -> Scan<()> {
        let start = self.mark.at;
        let (handle, suffix) = if self.next_byte(1) == Some(b'<') {
            self.skip_to(start + 2);
            let uri = self.scan_uri(self.mark.at, start)?;
            if uri.is_empty() || self.byte() != Some(b'>') {
                return self.problem(ProblemKind::Tag, start);
            }
            self.skip();
            ("", uri)
        } else {
            self.skip();
            self.scan_word();
            let is_named = self.byte() == Some(b'!');
            if is_named {
                self.skip();
                let handle = self.slice(start, self.mark.at);
                let suffix = self.scan_uri(self.mark.at, start)?;
                if suffix.is_empty() {
                    return self.problem(ProblemKind::Tag, start);
                }
                (handle, suffix)
            } else {
                ("!", self.scan_uri(start + 1, start)?)
            }
        };
        if !is_blank_or_end(self.bytes, self.mark.at) {
            return self.problem(ProblemKind::Tag, start);
        }
        // A lone `!` is a tag with that name.
        let kind = match (handle, suffix.is_empty()) {
            ("!", true) => TokenKind::Tag { handle: "", suffix: Cow::Borrowed("!") },
            _ => TokenKind::Tag { handle, suffix },
        };
        self.push(kind, start);
        Ok(())
    }

    /// Scans from `from`, which may precede the current position, to the end of a URI, and decodes its `%` escapes.
    fn scan_uri(&mut self, from: usize, start: usize) -> Scan<Cow<'t, str>> {
        while self.byte().is_some_and(is_uri) {
            self.skip();
        }
        let text = self.slice(from, self.mark.at);
        if !text.contains('%') {
            return Ok(Cow::Borrowed(text));
        }
        match decode_uri(text) {
            Some(decoded) => Ok(Cow::Owned(decoded)),
            None => self.problem(ProblemKind::Tag, start),
        }
    }

    pub(super) fn scan_directive(&mut self) -> Scan<()> {
        let start = self.mark.at;
        self.skip();
        let name = self.scan_word();
        let is_separated = is_blank_or_end(self.bytes, self.mark.at);
        let directive = match name {
            "YAML" if is_separated => self.scan_version(),
            "TAG" if is_separated => self.scan_tag_directive()?,
            _ => None,
        };
        let Some(directive) = directive.filter(|_| self.skip_rest_of_line()) else {
            return self.problem(ProblemKind::Directive, start);
        };
        self.push(TokenKind::Directive(directive), start);
        Ok(())
    }

    fn skip_blanks(&mut self) -> bool {
        let start = self.mark.at;
        while is_blank(self.bytes, self.mark.at) {
            self.skip();
        }
        self.mark.at > start
    }

    fn scan_version(&mut self) -> Option<Directive<'t>> {
        self.skip_blanks();
        let major = self.scan_number()?;
        if self.byte() != Some(b'.') {
            return None;
        }
        self.skip();
        let minor = self.scan_number()?;
        Some(Directive::Version { major, minor })
    }

    fn scan_number(&mut self) -> Option<u32> {
        let start = self.mark.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.skip();
        }
        let digits = self.slice(start, self.mark.at);
        if digits.len() > 2 { None } else { digits.parse().ok() }
    }

    fn scan_tag_directive(&mut self) -> Scan<Option<Directive<'t>>> {
        self.skip_blanks();
        let start = self.mark.at;
        if self.byte() != Some(b'!') {
            return Ok(None);
        }
        self.skip();
        let name = self.scan_word();
        let is_closed = self.byte() == Some(b'!');
        if is_closed {
            self.skip();
        }
        let handle = self.slice(start, self.mark.at);
        if !is_closed && !name.is_empty() || !self.skip_blanks() {
            return Ok(None);
        }
        let prefix = self.scan_uri(self.mark.at, start)?;
        let ends = is_blank_or_end(self.bytes, self.mark.at);
        Ok((!prefix.is_empty() && ends).then_some(Directive::Tag { handle, prefix }))
    }
}

fn decode_uri(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter();
    while let Some(byte) = rest.next() {
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let high = char::from(*rest.next()?).to_digit(16)?;
        let low = char::from(*rest.next()?).to_digit(16)?;
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}
