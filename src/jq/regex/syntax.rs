//! Translates a regular expression of Go into one of the crate that runs it. Both match in the same way; what they accept and
//! what classes mean differs (`\d` is ASCII in Go, `{` may be a plain character, `a**` is refused).

use std::fmt::Write;
use std::sync::Arc;

/// The counts that a repetition may have.
const MAX_COUNT: u32 = 1000;

/// How deeply groups may be nested.
const MAX_NESTING: usize = 100;

const DIGIT: &str = "0-9";
const SPACE: &str = r"\t\n\x0C\r\x20";
const WORD: &str = "0-9A-Za-z_";

const CATEGORIES: [&str; 39] = [
    "C", "Cc", "Cf", "Cn", "Co", "L", "LC", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No",
    "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs", "Any", "Cs",
];

pub(super) struct Translated {
    pub pattern: String,
    /// The name of each group.
    pub names: Vec<Option<Arc<str>>>,
}

/// Translates a pattern; the error is in Go's words.
pub(super) fn translate(pattern: &str) -> Result<Translated, String> {
    let mut translator = Translator {
        pattern,
        at: 0,
        out: String::new(),
        names: Vec::new(),
        open: Vec::new(),
        before: Before::Nothing,
        flags: (0, 0),
    };
    translator.run()?;
    Ok(Translated { pattern: translator.out, names: translator.names })
}

/// What a repetition would repeat.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    Nothing,
    Item,
    /// A repetition, which begins here.
    Repetition(usize),
}

struct Translator<'a> {
    pattern: &'a str,
    at: usize,
    out: String,
    names: Vec<Option<Arc<str>>>,
    /// Where the groups that are still open begin.
    open: Vec<usize>,
    before: Before,
    /// Where the flags at the end of what is written begin and end: a repetition after them repeats what is before them.
    flags: (usize, usize),
}

impl Translator<'_> {
    fn rest(&self) -> &str {
        &self.pattern[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        Some(character)
    }

    fn run(&mut self) -> Result<(), String> {
        while let Some(character) = self.peek() {
            let start = self.at;
            match character {
                '(' => self.open_group()?,
                ')' => {
                    if self.open.pop().is_none() {
                        return Err(format!("unexpected ): `{}`", self.pattern));
                    }
                    self.copy(character, Before::Item);
                }
                '|' => self.copy(character, Before::Nothing),
                '.' | '^' | '$' => self.copy(character, Before::Item),
                '*' | '+' | '?' => {
                    self.at += 1;
                    self.repeat(start, character.to_string())?;
                }
                '{' => match self.count()? {
                    Some(count) => self.repeat(start, count)?,
                    None => {
                        self.at += 1;
                        self.literal('{');
                    }
                },
                '[' => {
                    let class = self.class()?;
                    self.out.push_str(&class);
                    self.before = Before::Item;
                }
                '\\' => self.escape()?,
                _ => {
                    self.at += character.len_utf8();
                    self.literal(character);
                }
            }
        }
        if self.open.is_empty() { Ok(()) } else { Err(format!("missing closing ): `{}`", self.pattern)) }
    }

    fn copy(&mut self, character: char, before: Before) {
        self.at += 1;
        self.out.push(character);
        self.before = before;
    }

    fn literal(&mut self, character: char) {
        push_literal(&mut self.out, character);
        self.before = Before::Item;
    }

    fn open_group(&mut self) -> Result<(), String> {
        let start = self.at;
        if self.open.len() >= MAX_NESTING {
            return Err(format!("expression nests too deeply: `{}`", self.pattern));
        }
        if !self.rest().starts_with("(?") {
            self.names.push(None);
            self.open.push(start);
            self.copy('(', Before::Nothing);
            return Ok(());
        }
        if let Some(rest) = self.rest().strip_prefix("(?P<") {
            let Some(end) = rest.find('>') else {
                return Err(format!("invalid named capture: `{}`", self.rest()));
            };
            let name = &rest[..end];
            let is_valid =
                !name.is_empty() && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
            if !is_valid {
                return Err(format!("invalid named capture: `(?P<{name}>`"));
            }
            let (name, length) = (Arc::from(name), end);
            self.names.push(Some(name));
            self.open.push(start);
            self.out.push('(');
            self.at += "(?P<".len() + length + 1;
            self.before = Before::Nothing;
            return Ok(());
        }
        self.flags(start)
    }

    /// `(?flags)` or `(?flags:`.
    fn flags(&mut self, start: usize) -> Result<(), String> {
        self.at += 2;
        let mut flags = String::new();
        loop {
            let unsupported =
                |end: usize| format!("invalid or unsupported Perl syntax: `{}`", &self.pattern[start..end]);
            let Some(character) = self.peek() else {
                return Err(format!("missing argument to repetition operator: `{}`", &self.pattern[start..]));
            };
            let end = self.at + character.len_utf8();
            match character {
                'i' | 'm' | 's' | 'U' => flags.push(character),
                '-' if !flags.contains('-') => flags.push('-'),
                ':' | ')' if flags.ends_with('-') => return Err(unsupported(end)),
                ':' => {
                    self.at = end;
                    self.open.push(start);
                    write!(self.out, "(?{flags}:").expect("a string takes any text");
                    self.before = Before::Nothing;
                    return Ok(());
                }
                ')' => {
                    self.at = end;
                    if !flags.is_empty() {
                        let begin = if self.flags.1 == self.out.len() { self.flags.0 } else { self.out.len() };
                        write!(self.out, "(?{flags})").expect("a string takes any text");
                        self.flags = (begin, self.out.len());
                    }
                    return Ok(());
                }
                _ => return Err(unsupported(end)),
            }
            self.at = end;
        }
    }

    /// Reads `{n}`, `{n,}` or `{n,m}`. `None`: the brace is a plain character.
    fn count(&mut self) -> Result<Option<String>, String> {
        let Some(end) = self.rest().find('}') else { return Ok(None) };
        let inner = &self.rest()[1..end];
        let (least, most) = inner
            .split_once(',')
            .map_or((inner, Some(inner)), |(least, most)| (least, if most.is_empty() { None } else { Some(most) }));
        let is_count = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|byte| byte.is_ascii_digit())
                && (text == "0" || !text.starts_with('0'))
        };
        if !is_count(least) || !most.is_none_or(is_count) {
            return Ok(None);
        }
        let number = |text: &str| text.parse::<u32>().unwrap_or(u32::MAX);
        let (low, high) = (number(least), most.map(number));
        let text = format!("{{{inner}}}");
        if low > MAX_COUNT || high.is_some_and(|high| high > MAX_COUNT || high < low) {
            return Err(format!("invalid repeat count: `{text}`"));
        }
        self.at += end + 1;
        Ok(Some(text))
    }

    fn repeat(&mut self, start: usize, mut operator: String) -> Result<(), String> {
        if self.peek() == Some('?') {
            self.at += 1;
            operator.push('?');
        }
        match self.before {
            Before::Nothing => {
                return Err(format!("missing argument to repetition operator: `{}`", &self.pattern[start..self.at]));
            }
            Before::Repetition(first) => {
                return Err(format!("invalid nested repetition operator: `{}`", &self.pattern[first..self.at]));
            }
            Before::Item => {}
        }
        if self.flags.1 == self.out.len() {
            self.out.insert_str(self.flags.0, &operator);
            self.flags = (self.flags.0 + operator.len(), self.out.len());
        } else {
            self.out.push_str(&operator);
        }
        self.before = Before::Repetition(start);
        Ok(())
    }

    fn escape(&mut self) -> Result<(), String> {
        if let Some(text) = self.rest().strip_prefix("\\Q") {
            let (quoted, length) =
                text.split_once("\\E").map_or((text, text.len()), |(quoted, _)| (quoted, quoted.len() + 2));
            for character in quoted.chars().collect::<Vec<_>>() {
                self.literal(character);
            }
            self.at += 2 + length;
            return Ok(());
        }
        let assertion = match self.rest().as_bytes().get(1) {
            Some(b'A') => Some(r"\A"),
            Some(b'z') => Some(r"\z"),
            Some(b'b') => Some(r"(?-u:\b)"),
            Some(b'B') => Some(r"(?-u:\B)"),
            _ => None,
        };
        if let Some(assertion) = assertion {
            self.at += 2;
            self.out.push_str(assertion);
            self.before = Before::Item;
            return Ok(());
        }
        if let Some(set) = self.set()? {
            write!(self.out, "[{set}]").expect("a string takes any text");
            self.before = Before::Item;
            return Ok(());
        }
        let character = self.escaped()?;
        self.literal(character);
        Ok(())
    }

    /// `\d`, `\pL` and so on, as they stand within a class.
    fn set(&mut self) -> Result<Option<String>, String> {
        let set = match self.rest().as_bytes().get(1) {
            Some(b'd') => DIGIT.to_owned(),
            Some(b'D') => format!("[^{DIGIT}]"),
            Some(b's') => SPACE.to_owned(),
            Some(b'S') => format!("[^{SPACE}]"),
            Some(b'w') => WORD.to_owned(),
            Some(b'W') => format!("[^{WORD}]"),
            Some(b'p' | b'P') => return self.property().map(Some),
            _ => return Ok(None),
        };
        self.at += 2;
        Ok(Some(set))
    }

    fn property(&mut self) -> Result<String, String> {
        let start = self.at;
        let mut is_negated = self.rest().as_bytes().get(1) == Some(&b'P');
        self.at += 2;
        let invalid = |end: usize| format!("invalid character class range: `{}`", &self.pattern[start..end]);
        let mut name = match self.peek() {
            None => return Err(invalid(self.at)),
            Some('{') => match self.rest().find('}') {
                None => return Err(invalid(self.pattern.len())),
                Some(end) => {
                    let name = self.rest()[1..end].to_owned();
                    self.at += end + 1;
                    name
                }
            },
            Some(character) => {
                self.at += character.len_utf8();
                character.to_string()
            }
        };
        if let Some(rest) = name.strip_prefix('^') {
            is_negated = !is_negated;
            name = rest.to_owned();
        }
        let letter = if is_negated { 'P' } else { 'p' };
        let property = if CATEGORIES.contains(&name.as_str()) {
            format!("\\{letter}{{{name}}}")
        } else {
            format!("\\{letter}{{Script={name}}}")
        };
        let is_name = name.starts_with(|first: char| first.is_ascii_uppercase())
            && name.chars().all(|character| character.is_ascii_alphabetic() || character == '_');
        if !is_name || regex_syntax::parse(&property).is_err() {
            return Err(format!("invalid character class range: `{}`", &self.pattern[start..self.at]));
        }
        Ok(property)
    }

    /// A character after a backslash.
    fn escaped(&mut self) -> Result<char, String> {
        let start = self.at;
        self.at += 1;
        let Some(character) = self.take() else { return Err("trailing backslash at end of expression: ``".to_owned()) };
        let found = match character {
            '1'..='7' if !self.rest().starts_with(|next| matches!(next, '0'..='7')) => None,
            '0'..='7' => {
                let mut code = character.to_digit(8).unwrap_or(0);
                for _ in 0..2 {
                    let Some(digit) = self.peek().and_then(|next| next.to_digit(8)) else { break };
                    self.at += 1;
                    code = code * 8 + digit;
                }
                char::from_u32(code)
            }
            'x' => self.hexadecimal(),
            'a' => Some('\u{7}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'v' => Some('\u{b}'),
            _ if character.is_ascii() && !character.is_ascii_alphanumeric() => Some(character),
            _ => None,
        };
        found.ok_or_else(|| format!("invalid escape sequence: `{}`", &self.pattern[start..self.at]))
    }

    fn hexadecimal(&mut self) -> Option<char> {
        let digits = match self.rest().strip_prefix('{') {
            Some(rest) => {
                let digits = rest.split_once('}')?.0.to_owned();
                self.at += digits.len() + 2;
                digits
            }
            None => {
                let digits = self.rest().get(..2)?.to_owned();
                self.at += 2;
                digits
            }
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
    }

    /// `[…]`.
    fn class(&mut self) -> Result<String, String> {
        let start = self.at;
        self.at += 1;
        let mut class = String::from("[");
        if self.peek() == Some('^') {
            self.at += 1;
            class.push('^');
        }
        let mut is_first = true;
        loop {
            let missing = || format!("missing closing ]: `{}`", &self.pattern[start..]);
            match self.peek() {
                None => return Err(missing()),
                Some(']') if !is_first => {
                    self.at += 1;
                    class.push(']');
                    return Ok(class);
                }
                Some(_) => {}
            }
            is_first = false;
            if let Some(name) =
                self.rest().strip_prefix("[:").and_then(|rest| rest.split_once(":]")).map(|(name, _)| name)
            {
                let text = format!("[:{name}:]");
                if regex_syntax::parse(&format!("[{text}]")).is_err() || !is_posix(name) {
                    return Err(format!("invalid character class range: `{text}`"));
                }
                self.at += text.len();
                class.push_str(&text);
                continue;
            }
            if self.rest().starts_with('\\')
                && let Some(set) = self.set()?
            {
                class.push_str(&set);
                continue;
            }
            self.range(start, &mut class)?;
        }
    }

    /// A character of a class, or a range of them.
    fn range(&mut self, start: usize, class: &mut String) -> Result<(), String> {
        let from = self.at;
        let low = self.class_character(start)?;
        let mut high = low;
        let is_range = self.rest().starts_with('-') && self.rest().len() >= 2 && !self.rest().starts_with("-]");
        if is_range {
            self.at += 1;
            high = self.class_character(start)?;
            if high < low {
                return Err(format!("invalid character class range: `{}`", &self.pattern[from..self.at]));
            }
        }
        write!(class, "\\x{{{:X}}}", u32::from(low)).expect("a string takes any text");
        if high != low {
            write!(class, "-\\x{{{:X}}}", u32::from(high)).expect("a string takes any text");
        }
        Ok(())
    }

    fn class_character(&mut self, start: usize) -> Result<char, String> {
        match self.peek() {
            None => Err(format!("missing closing ]: `{}`", &self.pattern[start..])),
            Some('\\') => self.escaped(),
            Some(character) => {
                self.at += character.len_utf8();
                Ok(character)
            }
        }
    }
}

fn is_posix(name: &str) -> bool {
    let name = name.strip_prefix('^').unwrap_or(name);
    [
        "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper",
        "word", "xdigit",
    ]
    .contains(&name)
}

fn push_literal(out: &mut String, character: char) {
    if character.is_ascii_alphanumeric() || !character.is_ascii() {
        out.push(character);
    } else {
        write!(out, "\\x{{{:X}}}", u32::from(character)).expect("a string takes any text");
    }
}
