//! Reads the text of an expression into a syntax tree. It refuses what gojq refuses, with the same words.

mod query;
pub(in crate::jq) mod syntax;
mod term;
mod token;

pub(in crate::jq) use token::{is_number, scan_unicode_escape, unescape};

use super::CompileError;
use super::encode::encode_string;
use syntax::Source;
use token::{Kind, Lexer, Token};

/// How deeply an expression may be nested. The parser calls itself for each level.
const MAX_NESTING: usize = 120;

/// Parses an expression.
pub(in crate::jq) fn parse(text: &str) -> Result<Source, CompileError> {
    let mut lexer = Lexer::new(text);
    let token = lexer.next();
    Parser { lexer, token, nesting: 0 }.parse_source()
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    /// The next token, not consumed yet.
    token: Token,
    nesting: usize,
}

impl Parser<'_> {
    /// Consumes the next token.
    fn advance(&mut self) -> Token {
        let next = self.lexer.next();
        std::mem::replace(&mut self.token, next)
    }

    fn is_character(&self, character: char) -> bool {
        self.token.kind == Kind::Character(character)
    }

    fn is_keyword(&self, keyword: &str) -> bool {
        self.token.kind == Kind::Keyword && self.token.text == keyword
    }

    /// Consumes the character if it comes next.
    fn take_character(&mut self, character: char) -> bool {
        let found = self.is_character(character);
        if found {
            self.advance();
        }
        found
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.is_keyword(keyword);
        if found {
            self.advance();
        }
        found
    }

    fn expect_character(&mut self, character: char) -> Result<(), CompileError> {
        if self.take_character(character) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn expect_keyword(&mut self, keyword: &str) -> Result<(), CompileError> {
        if self.take_keyword(keyword) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn expect(&mut self, kind: Kind) -> Result<Token, CompileError> {
        if self.token.kind == kind { Ok(self.advance()) } else { Err(self.unexpected()) }
    }

    /// The error at the next token, which nothing allows here.
    fn unexpected(&self) -> CompileError {
        let shown = &self.token.shown;
        let message = match self.token.kind {
            Kind::End => "unexpected EOF".to_owned(),
            Kind::Invalid => format!("invalid token {}", encode_string(shown)),
            Kind::InvalidEscape => format!("invalid escape sequence \"{shown}\" in string literal"),
            Kind::UnterminatedText => "unterminated string literal".to_owned(),
            _ => format!("unexpected token {}", encode_string(shown)),
        };
        CompileError { message, offset: Some(self.token.start) }
    }

    /// Parses something one level deeper.
    fn nest<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T, CompileError>) -> Result<T, CompileError> {
        if self.nesting >= MAX_NESTING {
            let message = format!("the expression is nested more than {MAX_NESTING} levels deep");
            return Err(CompileError { message, offset: Some(self.token.start) });
        }
        self.nesting += 1;
        let parsed = parse(self);
        self.nesting -= 1;
        parsed
    }
}
