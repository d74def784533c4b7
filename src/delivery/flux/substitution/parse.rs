//! Parses `${...}` in a text. The rules are those of Flux, with their oddities: what a character ends depends on the
//! function, not on nesting, so that a value may swallow the text behind it.

use super::fault::SubstitutionFault;
use super::node::Node;

/// Functions in functions are read to this depth.
const MAX_DEPTH: usize = 100;

pub(super) fn parse(text: &str) -> Result<Vec<Node>, SubstitutionFault> {
    let mut scanner = Scanner { text, at: 0, token: String::new(), escapes_slashes: false };
    let mut nodes = Vec::new();
    loop {
        scanner.escapes_slashes = false;
        match scanner.scan(Mode { opens: true, closes: false, escapes: true, words: true }, |_, _| true) {
            Token::Word => nodes.push(Node::Text(std::mem::take(&mut scanner.token))),
            Token::Open => nodes.push(scanner.function(0)?),
            Token::End => return Ok(nodes),
            Token::Close | Token::Other => return Err(SubstitutionFault::BadSubstitution),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Word,
    /// `${`
    Open,
    /// `}`
    Close,
    End,
    Other,
}

/// What is looked for.
#[derive(Debug, Clone, Copy, Default)]
struct Mode {
    words: bool,
    opens: bool,
    closes: bool,
    escapes: bool,
}

const WORDS: Mode = Mode { words: true, opens: false, closes: false, escapes: false };
const CLOSE: Mode = Mode { words: false, opens: false, closes: true, escapes: false };

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    /// The last word.
    token: String,
    /// In a function, a backslash escapes a slash or itself.
    escapes_slashes: bool,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..).and_then(|rest| rest.chars().next())
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Reads the next token. `accepts` gets a character and the length of the word with it.
    fn scan(&mut self, mode: Mode, accepts: impl Fn(char, usize) -> bool) -> Token {
        self.token.clear();
        let Some(first) = self.peek() else { return Token::End };
        if mode.opens && self.rest().starts_with("${") {
            self.at += 2;
            return Token::Open;
        }
        if mode.closes && first == '}' {
            self.at += 1;
            return Token::Close;
        }
        if mode.words && self.word(mode, accepts) { Token::Word } else { Token::Other }
    }

    fn word(&mut self, mode: Mode, accepts: impl Fn(char, usize) -> bool) -> bool {
        while let Some(c) = self.peek() {
            if mode.opens && self.rest().starts_with("${") {
                break;
            }
            if let Some(escaped) = self.escaped(c).filter(|_| mode.escapes) {
                self.token.push(escaped);
                self.at += c.len_utf8() + escaped.len_utf8();
                continue;
            }
            if !accepts(c, self.token.len() + c.len_utf8()) {
                break;
            }
            self.token.push(c);
            self.at += c.len_utf8();
        }
        !self.token.is_empty()
    }

    /// The character that the present one escapes.
    fn escaped(&self, c: char) -> Option<char> {
        let next = self.rest().chars().nth(1);
        match (c, next) {
            ('$', Some('$')) => Some('$'),
            ('\\', Some(next @ ('/' | '\\'))) if self.escapes_slashes => Some(next),
            _ => None,
        }
    }

    fn take(&mut self) -> String {
        std::mem::take(&mut self.token)
    }

    /// What follows `${`.
    fn function(&mut self, depth: usize) -> Result<Node, SubstitutionFault> {
        if depth > MAX_DEPTH {
            return Err(SubstitutionFault::TooLarge);
        }
        self.escapes_slashes = true;
        if self.peek() == Some('#') {
            return self.length();
        }
        if self.scan(WORDS, is_name) != Token::Word {
            return Err(SubstitutionFault::VariableName);
        }
        let variable = self.take();
        match self.peek() {
            Some(':') => self.default_or_slice(variable, depth),
            Some('=') => self.default(variable, depth),
            Some(',' | '^') => {
                let is_case = |c: char, length: usize| matches!(c, ',' | '^') && length < 3;
                let name = self.name(is_case)?;
                self.close()?;
                Ok(Node::Function { name, variable, arguments: Vec::new() })
            }
            Some('/') => self.replacement(variable, depth),
            Some(sign @ ('#' | '%')) => {
                let name = self.name(|c, length| c == sign && length < 3)?;
                let argument = self.parameter(WORDS, |c, _| c != '}', depth)?;
                self.close()?;
                Ok(Node::Function { name, variable, arguments: vec![argument] })
            }
            Some(_) | None => match self.scan(CLOSE, |_, _| false) {
                Token::Close => Ok(Node::Function { name: String::new(), variable, arguments: Vec::new() }),
                Token::Word | Token::Open | Token::End | Token::Other => Err(SubstitutionFault::MissingClosingBrace),
            },
        }
    }

    fn name(&mut self, accepts: impl Fn(char, usize) -> bool) -> Result<String, SubstitutionFault> {
        match self.scan(WORDS, accepts) {
            Token::Word => Ok(self.take()),
            Token::Open | Token::Close | Token::End | Token::Other => Err(SubstitutionFault::BadSubstitution),
        }
    }

    fn close(&mut self) -> Result<(), SubstitutionFault> {
        match self.scan(CLOSE, |_, _| false) {
            Token::Close => Ok(()),
            Token::Word | Token::Open | Token::End | Token::Other => Err(SubstitutionFault::BadSubstitution),
        }
    }

    fn parameter(
        &mut self,
        mode: Mode,
        accepts: impl Fn(char, usize) -> bool,
        depth: usize,
    ) -> Result<Node, SubstitutionFault> {
        match self.scan(Mode { opens: true, ..mode }, accepts) {
            Token::Open => self.function(depth + 1),
            Token::Word => Ok(Node::Text(self.take())),
            Token::Close | Token::End | Token::Other => Err(SubstitutionFault::FunctionParameter),
        }
    }

    /// `${#variable}`
    fn length(&mut self) -> Result<Node, SubstitutionFault> {
        let name = self.name(|c, length| c == '#' && length == 1)?;
        let variable = self.name(is_name)?;
        self.close()?;
        Ok(Node::Function { name, variable, arguments: Vec::new() })
    }

    fn default_or_slice(&mut self, variable: String, depth: usize) -> Result<Node, SubstitutionFault> {
        match self.rest().chars().nth(1) {
            Some('=' | '-' | '?' | '+') => self.default(variable, depth),
            // Flux goes back by the width of the wrong character here.
            Some(c) if !c.is_ascii() => Err(SubstitutionFault::BadSubstitution),
            None => Err(SubstitutionFault::BadSubstitution),
            Some(_) => self.slice(variable, depth),
        }
    }

    /// `${variable:-default}` and its kin.
    fn default(&mut self, variable: String, depth: usize) -> Result<Node, SubstitutionFault> {
        let is_bare = self.peek() == Some('=');
        let is_sign = |c: char, length: usize| match (is_bare, length) {
            (true, 1) => c == '=',
            (false, 1) => c == ':',
            (false, 2) => matches!(c, '=' | '-' | '?' | '+'),
            _ => false,
        };
        if self.scan(WORDS, is_sign) != Token::Word {
            return Err(SubstitutionFault::DefaultFunction);
        }
        let name = self.take();
        let mut arguments = Vec::new();
        while self.peek() != Some('}') {
            arguments.push(self.parameter(WORDS, |c, _| c != '}', depth)?);
        }
        self.close()?;
        Ok(Node::Function { name, variable, arguments })
    }

    /// `${variable:1:2}`
    fn slice(&mut self, variable: String, depth: usize) -> Result<Node, SubstitutionFault> {
        let name = self.name(|c, length| c == ':' && length == 1)?;
        let mut arguments = vec![self.parameter(WORDS, |c, _| !matches!(c, ':' | '}'), depth)?];
        match self.scan(Mode { closes: true, ..WORDS }, |c, _| c == ':') {
            Token::Close => return Ok(Node::Function { name, variable, arguments }),
            Token::Word => {}
            Token::Open | Token::End | Token::Other => return Err(SubstitutionFault::BadSubstitution),
        }
        arguments.push(self.parameter(WORDS, |c, _| c != '}', depth)?);
        self.close()?;
        Ok(Node::Function { name, variable, arguments })
    }

    /// `${variable/a/b}` and its kin.
    fn replacement(&mut self, variable: String, depth: usize) -> Result<Node, SubstitutionFault> {
        let is_sign = |c: char, length: usize| match length {
            1 => c == '/',
            2 => matches!(c, '/' | '#' | '%'),
            _ => false,
        };
        let escaping = Mode { escapes: true, ..WORDS };
        let name = self.name(is_sign)?;
        let mut arguments = vec![self.parameter(escaping, |c, _| c != '/', depth)?];
        self.name(|c, _| c == '/')?;
        if self.peek() != Some('}') {
            arguments.push(self.parameter(escaping, |c, _| c != '}', depth)?);
        }
        self.close()?;
        Ok(Node::Function { name, variable, arguments })
    }
}

fn is_name(c: char, _: usize) -> bool {
    c == '_' || c.is_alphabetic() || c.is_ascii_digit()
}
