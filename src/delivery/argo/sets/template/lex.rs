//! Cuts a template into texts and the tokens of its actions.

use super::stop::Stop;

/// Longer templates are not followed.
const MAX_LENGTH: usize = 256 * 1024;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// Text between actions, without what trim markers take.
    Text(String),
    /// `{{`
    Open,
    /// `}}`
    Close,
    /// `.name`, without the dot.
    Field(String),
    /// `$name`, with the dollar.
    Variable(String),
    Word(String),
    Literal(String),
    Integer(i64),
    Float(f64),
    Dot,
    Pipe,
    Left,
    Right,
    Declare,
    Assign,
    Comma,
    Space,
}

/// A token with its place in the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lexeme {
    pub(super) token: Token,
    pub(super) at: usize,
    pub(super) end: usize,
}

/// The error of the parser at a place of the text.
pub(super) fn fault(text: &str, at: usize, message: &str) -> Stop {
    let before = text.get(..at.min(text.len())).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    Stop::Fault(format!(":{line}: {message}"))
}

pub(super) fn lex(text: &str) -> Result<Vec<Lexeme>, Stop> {
    if text.len() > MAX_LENGTH {
        return Err(Stop::NotKnown("a template of that size".to_owned()));
    }
    let mut lexer = Lexer { text, at: 0, found: Vec::new() };
    lexer.run()?;
    Ok(lexer.found)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    found: Vec<Lexeme>,
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, token: Token, length: usize) {
        self.found.push(Lexeme { token, at: self.at, end: self.at + length });
        self.at += length;
    }

    fn run(&mut self) -> Result<(), Stop> {
        let mut trims_left = false;
        loop {
            let rest = self.rest();
            let open = rest.find("{{");
            let text = rest.get(..open.unwrap_or(rest.len())).unwrap_or_default();
            let inner = rest.get(open.unwrap_or(rest.len())..).unwrap_or_default();
            let trims_right = inner.len() > 3
                && inner.as_bytes().get(2) == Some(&b'-')
                && inner.as_bytes().get(3).copied().is_some_and(is_space);
            let space: &[char] = &[' ', '\t', '\r', '\n'];
            let mut shown = text;
            if trims_left {
                shown = shown.trim_start_matches(space);
            }
            if trims_right {
                shown = shown.trim_end_matches(space);
            }
            let length = text.len();
            if shown.is_empty() {
                self.at += length;
            } else {
                self.push(Token::Text(shown.to_owned()), length);
            }
            if open.is_none() {
                return Ok(());
            }
            let marker = if trims_right { 4 } else { 2 };
            if self.rest().get(marker..).is_some_and(|rest| rest.starts_with("/*")) {
                trims_left = self.comment(marker)?;
                continue;
            }
            self.push(Token::Open, 2);
            self.at += marker - 2;
            trims_left = self.action()?;
        }
    }

    /// Skips a comment; whether it trims what follows.
    fn comment(&mut self, marker: usize) -> Result<bool, Stop> {
        let start = self.at;
        let rest = self.rest();
        let Some(end) = rest.get(marker + 2..).and_then(|rest| rest.find("*/")) else {
            return Err(fault(self.text, start, "unclosed comment"));
        };
        self.at += marker + 2 + end + 2;
        let rest = self.rest();
        if rest.starts_with("}}") {
            self.at += 2;
            return Ok(false);
        }
        if rest.len() > 3 && rest.as_bytes().first().copied().is_some_and(is_space) && rest.get(1..4) == Some("-}}") {
            self.at += 4;
            return Ok(true);
        }
        Err(fault(self.text, self.at, "comment ends before closing delimiter"))
    }

    /// The tokens of an action; whether it trims what follows.
    fn action(&mut self) -> Result<bool, Stop> {
        let start = self.at;
        let mut parens = 0_usize;
        loop {
            let rest = self.rest();
            let Some(first) = rest.chars().next() else {
                return Err(fault(self.text, start, "unclosed action"));
            };
            let trims = rest.as_bytes().first().copied().is_some_and(is_space) && rest.get(1..4) == Some("-}}");
            if trims || rest.starts_with("}}") {
                if parens > 0 {
                    return Err(fault(self.text, self.at, "unclosed left paren"));
                }
                self.at += if trims { 2 } else { 0 };
                self.push(Token::Close, 2);
                return Ok(trims);
            }
            match first {
                ' ' | '\t' | '\r' | '\n' => {
                    let mut length = 0;
                    // A space before `-}}` belongs to that.
                    while rest.as_bytes().get(length).copied().is_some_and(is_space)
                        && (length == 0 || rest.get(length + 1..length + 4) != Some("-}}"))
                    {
                        length += 1;
                    }
                    self.push(Token::Space, length);
                }
                '"' => self.quoted()?,
                '`' => {
                    let Some(length) = rest.get(1..).and_then(|rest| rest.find('`')) else {
                        return Err(fault(self.text, self.at, "unterminated raw quoted string"));
                    };
                    let inner = rest.get(1..1 + length).unwrap_or_default().replace('\r', "");
                    self.push(Token::Literal(inner), length + 2);
                }
                '\'' => return Err(Stop::NotKnown("a character constant".to_owned())),
                '|' => self.push(Token::Pipe, 1),
                ',' => self.push(Token::Comma, 1),
                '(' => {
                    parens += 1;
                    self.push(Token::Left, 1);
                }
                ')' => {
                    if parens == 0 {
                        return Err(fault(self.text, self.at, "unexpected right paren"));
                    }
                    parens -= 1;
                    self.push(Token::Right, 1);
                }
                ':' if rest.starts_with(":=") => self.push(Token::Declare, 2),
                ':' => return Err(fault(self.text, self.at, "expected :=")),
                '=' => self.push(Token::Assign, 1),
                '.' if rest.as_bytes().get(1).copied().is_some_and(|byte| byte.is_ascii_digit()) => self.number()?,
                '.' | '$' => self.name(first)?,
                '+' | '-' | '0'..='9' => self.number()?,
                first if first.is_alphanumeric() || first == '_' => {
                    let length = word_length(rest);
                    let word = rest.get(..length).unwrap_or_default().to_owned();
                    self.push(Token::Word(word), length);
                    self.check_end(length)?;
                }
                other => {
                    let message = format!("unexpected {:?} in command", other.to_string());
                    return Err(fault(self.text, self.at, &unrecognized(other).unwrap_or(message)));
                }
            }
        }
    }

    /// `.field`, `.`, `$` or `$name`.
    fn name(&mut self, first: char) -> Result<(), Stop> {
        let rest = self.rest();
        let length = word_length(rest.get(1..).unwrap_or_default());
        let word = rest.get(1..1 + length).unwrap_or_default();
        let token = match (first, word) {
            ('.', "") => Token::Dot,
            ('.', word) => Token::Field(word.to_owned()),
            (_, word) => Token::Variable(format!("${word}")),
        };
        self.push(token, 1 + length);
        if length == 0 && first == '.' { Ok(()) } else { self.check_end(length + 1) }
    }

    /// After a word there must be something that ends it.
    fn check_end(&self, length: usize) -> Result<(), Stop> {
        let rest = self.rest();
        let ends = match rest.chars().next() {
            None => true,
            Some(next) => {
                matches!(next, ' ' | '\t' | '\r' | '\n' | '.' | ',' | '|' | ':' | '(' | ')') || rest.starts_with("}}")
            }
        };
        if ends {
            return Ok(());
        }
        let next = rest.chars().next().unwrap_or_default();
        let message = format!("bad character U+{:04X} {:?}", u32::from(next), next);
        Err(fault(self.text, self.at - length, &message))
    }

    fn quoted(&mut self) -> Result<(), Stop> {
        let rest = self.rest();
        let mut value = String::new();
        let mut chars = rest.char_indices().skip(1);
        while let Some((at, character)) = chars.next() {
            match character {
                '"' => {
                    self.push(Token::Literal(value), at + 1);
                    return Ok(());
                }
                '\n' => break,
                '\\' => match chars.next().map(|(_, escaped)| escaped) {
                    Some('n') => value.push('\n'),
                    Some('t') => value.push('\t'),
                    Some('r') => value.push('\r'),
                    Some('"') => value.push('"'),
                    Some('\\') => value.push('\\'),
                    Some('\n') | None => break,
                    Some(_) => return Err(Stop::NotKnown("an escape in a quoted text".to_owned())),
                },
                character => value.push(character),
            }
        }
        Err(fault(self.text, self.at, "unterminated quoted string"))
    }

    fn number(&mut self) -> Result<(), Stop> {
        let rest = self.rest();
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(byte)).count();
        let text = rest.get(..length).unwrap_or_default();
        let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte));
        let digits = text.trim_start_matches(['+', '-']);
        if !is_decimal || digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.") {
            return Err(Stop::NotKnown(format!("the number `{text}`")));
        }
        let token = match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(value), _) => Token::Integer(value),
            (Err(_), Ok(value)) if text.contains('.') => Token::Float(value),
            (Err(_), Ok(_) | Err(_)) => return Err(Stop::NotKnown(format!("the number `{text}`"))),
        };
        self.push(token, length);
        Ok(())
    }
}

fn unrecognized(found: char) -> Option<String> {
    (!found.is_ascii_graphic())
        .then(|| format!("unrecognized character in action: U+{:04X} '{found}'", u32::from(found)))
}

fn word_length(text: &str) -> usize {
    let ends = |character: char| !(character.is_alphanumeric() || character == '_');
    text.find(ends).unwrap_or(text.len())
}
