//! Splits the text of an expression into tokens, as gojq does, also where the text is wrong.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    End,
    Identifier,
    /// `module::name`.
    ModuleIdentifier,
    /// `$name`.
    Variable,
    ModuleVariable,
    Keyword,
    Number,
    /// `.name`.
    Index,
    /// `..`.
    Recurse,
    /// `@name`.
    Format,
    /// A whole string, or a piece of one with interpolations.
    Text,
    TextStart,
    /// `\(` within a string.
    Interpolation,
    TextEnd,
    /// `//`.
    Alternative,
    /// `=`, `|=`, `+=` and so on.
    Update,
    /// `?//`.
    PatternAlternative,
    /// `==`, `<` and so on.
    Comparison,
    /// A character that is a token of its own.
    Character(char),
    Invalid,
    InvalidEscape,
    UnterminatedText,
}

/// One token.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    /// The name, operator or content.
    pub text: String,
    /// Where it begins in the expression.
    pub start: usize,
    /// How an error names it. Kinds without a text of their own keep that of the token before, as in gojq.
    pub shown: String,
}

const KEYWORDS: [&str; 21] = [
    "or", "and", "module", "import", "include", "def", "as", "label", "break", "null", "true", "false", "if", "then",
    "elif", "else", "end", "try", "catch", "reduce", "foreach",
];

/// Reads one token after another.
pub(super) struct Lexer<'a> {
    source: &'a str,
    offset: usize,
    /// Whether the text at the offset belongs to a string.
    pub in_text: bool,
    shown: String,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { source, offset: 0, in_text: false, shown: String::new() }
    }

    fn byte(&self, offset: usize) -> u8 {
        self.source.as_bytes().get(offset).copied().unwrap_or(0)
    }

    fn peek(&self) -> u8 {
        self.byte(self.offset)
    }

    fn token(&mut self, kind: Kind, start: usize, text: impl Into<String>) -> Token {
        let text = text.into();
        Token { kind, start, shown: self.shown.clone(), text }
    }

    /// A token that is shown as it is written.
    fn written(&mut self, kind: Kind, start: usize) -> Token {
        self.shown = String::from_utf8_lossy(&self.source.as_bytes()[start..self.offset]).into_owned();
        let text = self.shown.clone();
        self.token(kind, start, text)
    }

    pub(super) fn next(&mut self) -> Token {
        if self.in_text && self.offset < self.source.len() {
            return self.scan_text(self.offset);
        }
        self.skip_space();
        let start = self.offset;
        if start >= self.source.len() {
            self.shown.clear();
            return self.token(Kind::End, start, "");
        }
        let first = self.peek();
        if is_identifier(first, false) {
            return self.scan_name(start, Kind::Identifier, Kind::ModuleIdentifier);
        }
        if first.is_ascii_digit() {
            return self.scan_number_token(start, false);
        }
        self.offset += 1;
        let second = self.peek();
        match first {
            b'.' if second == b'.' => self.operator(start, 2, Kind::Recurse),
            b'.' if is_identifier(second, false) => {
                self.skip_identifier();
                let mut token = self.written(Kind::Index, start);
                token.text.remove(0);
                token
            }
            b'.' if second.is_ascii_digit() => self.scan_number_token(start, true),
            b'$' if is_identifier(second, false) => self.scan_name(start, Kind::Variable, Kind::ModuleVariable),
            b'|' | b'+' | b'-' | b'*' | b'%' if second == b'=' => self.operator(start, 2, Kind::Update),
            b'?' if second == b'/' && self.byte(start + 2) == b'/' => self.operator(start, 3, Kind::PatternAlternative),
            b'/' if second == b'/' && self.byte(start + 2) == b'=' => self.operator(start, 3, Kind::Update),
            b'/' if second == b'/' => self.operator(start, 2, Kind::Alternative),
            b'/' if second == b'=' => self.operator(start, 2, Kind::Update),
            b'=' | b'!' | b'>' | b'<' if second == b'=' => self.operator(start, 2, Kind::Comparison),
            b'=' => self.operator(start, 1, Kind::Update),
            b'>' | b'<' => self.operator(start, 1, Kind::Comparison),
            b'@' if is_identifier(second, true) => {
                self.skip_identifier();
                self.written(Kind::Format, start)
            }
            b'"' => self.scan_text(start),
            _ => self.character(start),
        }
    }

    fn operator(&mut self, start: usize, length: usize, kind: Kind) -> Token {
        self.offset = start + length;
        self.written(kind, start)
    }

    fn character(&mut self, start: usize) -> Token {
        let character = self.source[start..].chars().next().unwrap_or('\0');
        self.offset = start + character.len_utf8();
        if !character.is_ascii() {
            return self.written(Kind::Character(character), start);
        }
        let mut token = self.token(Kind::Character(character), start, character);
        token.shown = character.to_string();
        token
    }

    fn skip_space(&mut self) {
        loop {
            match self.peek() {
                b'\t' | b'\n' | b'\r' | b' ' => self.offset += 1,
                b'#' => self.skip_comment(),
                _ => return,
            }
        }
    }

    /// To the end of the line. A backslash before the end continues the comment on the next line.
    fn skip_comment(&mut self) {
        while self.offset < self.source.len() {
            match (self.peek(), self.byte(self.offset + 1), self.byte(self.offset + 2)) {
                (b'\n' | b'\r', _, _) => return,
                (b'\\', b'\r', b'\n') => self.offset += 3,
                (b'\\', b'\\' | b'\n' | b'\r', _) => self.offset += 2,
                _ => self.offset += 1,
            }
        }
    }

    fn skip_identifier(&mut self) {
        while is_identifier(self.peek(), true) {
            self.offset += 1;
        }
    }

    fn scan_name(&mut self, start: usize, plain: Kind, module: Kind) -> Token {
        self.offset = start + 1;
        self.skip_identifier();
        let end = self.offset;
        let kind = if self.byte(end) == b':' && self.byte(end + 1) == b':' && is_identifier(self.byte(end + 2), false) {
            self.offset = end + 2;
            self.skip_identifier();
            module
        } else if KEYWORDS.contains(&&self.source[start..end]) {
            Kind::Keyword
        } else {
            plain
        };
        self.written(kind, start)
    }

    fn scan_number_token(&mut self, start: usize, is_fraction: bool) -> Token {
        self.offset = start + 1;
        match scan_number(self.source.as_bytes(), self.offset, is_fraction) {
            Ok(end) => {
                self.offset = end;
                self.written(Kind::Number, start)
            }
            Err(end) => {
                self.offset = end;
                self.written(Kind::Invalid, start)
            }
        }
    }

    /// Reads a string from its quote, or the next piece of one that has interpolations.
    fn scan_text(&mut self, start: usize) -> Token {
        let bytes = self.source.as_bytes();
        let from = if self.in_text { start } else { start + 1 };
        let mut text = String::new();
        let mut at = from;
        while let Some(character) = self.source[at..].chars().next() {
            match character {
                '"' if self.in_text && at == from => {
                    self.in_text = false;
                    self.offset = at + 1;
                    return self.token(Kind::TextEnd, start, "");
                }
                '"' => {
                    self.offset = if self.in_text { at } else { at + 1 };
                    let mut token = self.written(Kind::Text, start);
                    token.text = text;
                    return token;
                }
                '\\' => match self.byte(at + 1) {
                    _ if at + 1 >= bytes.len() => break,
                    b'(' if !self.in_text => {
                        self.in_text = true;
                        self.offset = from;
                        return self.token(Kind::TextStart, start, "");
                    }
                    b'(' if at == from => {
                        self.in_text = false;
                        self.offset = at + 2;
                        return self.token(Kind::Interpolation, start, "");
                    }
                    b'(' => {
                        self.offset = at;
                        let mut token = self.written(Kind::Text, start);
                        token.text = text;
                        return token;
                    }
                    b'u' => match scan_unicode_escape(bytes, at) {
                        Ok((character, end)) => {
                            text.push(character);
                            at = end;
                        }
                        Err(end) => {
                            self.offset = end;
                            return self.written(Kind::InvalidEscape, at);
                        }
                    },
                    escape => {
                        let Some(character) = unescape(escape) else {
                            self.offset = at + 2;
                            let token = self.written(Kind::InvalidEscape, at);
                            self.offset = self.source.len();
                            return token;
                        };
                        text.push(character);
                        at += 2;
                    }
                },
                character => {
                    text.push(character);
                    at += character.len_utf8();
                }
            }
        }
        self.offset = self.source.len();
        self.shown.clear();
        self.token(Kind::UnterminatedText, start, "")
    }
}

fn is_identifier(byte: u8, tail: bool) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || tail && byte.is_ascii_digit()
}

/// The character of a one-letter escape of JSON.
pub(in crate::jq) fn unescape(escape: u8) -> Option<char> {
    Some(match escape {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        _ => return None,
    })
}

/// Reads `\uXXXX` at a backslash, and both halves of a pair. The error is where the digits end.
pub(in crate::jq) fn scan_unicode_escape(bytes: &[u8], at: usize) -> Result<(char, usize), usize> {
    let high = scan_hex(bytes, at + 2)?;
    let end = at + 6;
    if (0xd800..0xdc00).contains(&high)
        && bytes.get(end) == Some(&b'\\')
        && bytes.get(end + 1) == Some(&b'u')
        && let Ok(low @ 0xdc00..0xe000) = scan_hex(bytes, end + 2)
    {
        let pair = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        return Ok((char::from_u32(pair).unwrap_or(char::REPLACEMENT_CHARACTER), end + 6));
    }
    Ok((char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), end))
}

fn scan_hex(bytes: &[u8], from: usize) -> Result<u32, usize> {
    let mut number = 0;
    for at in from..from + 4 {
        let digit = bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16)).ok_or(at.min(bytes.len()))?;
        number = number * 16 + digit;
    }
    Ok(number)
}

/// The end of a number of which something is read already. The error is where it goes wrong.
fn scan_number(bytes: &[u8], from: usize, is_fraction: bool) -> Result<usize, usize> {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let mut at = from;
    let mut has_point = is_fraction;
    loop {
        match byte(at) {
            b'0'..=b'9' => at += 1,
            b'.' if has_point => return Err(at + 1),
            b'.' => {
                has_point = true;
                at += 1;
            }
            b'e' | b'E' => break,
            other if is_identifier(other, false) => return Err(at + 1),
            _ => return Ok(at),
        }
    }
    at += 1;
    if matches!(byte(at), b'+' | b'-') {
        at += 1;
    }
    let digits = at;
    while byte(at).is_ascii_digit() {
        at += 1;
    }
    if is_identifier(byte(at), false) {
        return Err(at + 1);
    }
    if at == digits { Err(at) } else { Ok(at) }
}

/// Whether `tonumber` takes the text: what an expression may have as a number, and a sign.
pub(in crate::jq) fn is_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    let unsigned = bytes.strip_prefix(b"+").or_else(|| bytes.strip_prefix(b"-")).unwrap_or(bytes);
    let digits = unsigned.strip_prefix(b".").unwrap_or(unsigned);
    let is_fraction = digits.len() < unsigned.len();
    digits.first().is_some_and(u8::is_ascii_digit) && scan_number(digits, 0, is_fraction) == Ok(digits.len())
}
