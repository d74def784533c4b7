//! Reads JSON as the decoder of Go does, with its words for what is wrong.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::jq::budget::MAX_DEPTH;
use crate::jq::encode::quote_byte;
use crate::jq::number::{MAX_DIGITS, Number};
use crate::jq::parser::{scan_unicode_escape, unescape};
use crate::jq::value::Value;

/// Why a text is not JSON.
pub(super) enum Unreadable {
    Wrong(String),
    TooDeep,
}

type Read<T> = Result<T, Unreadable>;

/// Reads one value; also yields what follows it.
pub(super) fn read(text: &str) -> Read<(Value, &str)> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    reader.skip_space();
    if reader.at == text.len() {
        return Err(Unreadable::Wrong("EOF".to_owned()));
    }
    let value = reader.read_value()?;
    Ok((value, &text[reader.at..]))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

impl Reader<'_> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// The error at the next byte.
    fn wrong(&self, context: &str) -> Unreadable {
        Unreadable::Wrong(match self.byte() {
            None => "unexpected EOF".to_owned(),
            Some(byte) => format!("invalid character {} {context}", quote_byte(byte)),
        })
    }

    fn read_value(&mut self) -> Read<Value> {
        self.skip_space();
        match self.byte() {
            Some(b'{') => self.nest(Self::read_object),
            Some(b'[') => self.nest(Self::read_array),
            Some(b'"') => Ok(Value::from(self.read_text()?)),
            Some(b'-' | b'0'..=b'9') => self.read_number(),
            Some(b't') => self.read_word("true", Value::Bool(true)),
            Some(b'f') => self.read_word("false", Value::Bool(false)),
            Some(b'n') => self.read_word("null", Value::Null),
            _ => Err(self.wrong("looking for beginning of value")),
        }
    }

    fn nest(&mut self, read: fn(&mut Self) -> Read<Value>) -> Read<Value> {
        if self.depth >= MAX_DEPTH {
            return Err(Unreadable::TooDeep);
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn read_word(&mut self, word: &str, value: Value) -> Read<Value> {
        for expected in word.bytes() {
            if self.byte() != Some(expected) {
                return Err(self.wrong(&format!("in literal {word} (expecting '{}')", char::from(expected))));
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn read_array(&mut self) -> Read<Value> {
        let mut items = Vec::new();
        self.skip_space();
        if self.byte() == Some(b']') {
            self.at += 1;
            return Ok(Value::array(items));
        }
        loop {
            items.push(self.read_value()?);
            self.skip_space();
            match self.byte() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Value::array(items));
                }
                _ => return Err(self.wrong("after array element")),
            }
        }
    }

    fn read_object(&mut self) -> Read<Value> {
        let mut entries: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        self.skip_space();
        if self.byte() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(entries.into()));
        }
        loop {
            self.skip_space();
            if self.byte() != Some(b'"') {
                return Err(self.wrong("looking for beginning of object key string"));
            }
            let key = self.read_text()?;
            self.skip_space();
            if self.byte() != Some(b':') {
                return Err(self.wrong("after object key"));
            }
            self.at += 1;
            let value = self.read_value()?;
            entries.insert(Arc::from(key), value);
            self.skip_space();
            match self.byte() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Value::Object(entries.into()));
                }
                _ => return Err(self.wrong("after object key:value pair")),
            }
        }
    }

    fn read_text(&mut self) -> Read<String> {
        self.at += 1;
        let mut text = String::new();
        loop {
            match self.text[self.at..].chars().next() {
                Some('"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some('\\') => self.read_escape(&mut text)?,
                Some(character) if character >= ' ' => {
                    text.push(character);
                    self.at += character.len_utf8();
                }
                _ => return Err(self.wrong("in string literal")),
            }
        }
    }

    fn read_escape(&mut self, text: &mut String) -> Read<()> {
        let bytes = self.text.as_bytes();
        match bytes.get(self.at + 1) {
            Some(b'u') => match scan_unicode_escape(bytes, self.at) {
                Ok((character, end)) => {
                    text.push(character);
                    self.at = end;
                    Ok(())
                }
                Err(end) => {
                    self.at = end;
                    Err(self.wrong("in \\u hexadecimal character escape"))
                }
            },
            escape => match escape.copied().and_then(unescape) {
                Some(character) => {
                    text.push(character);
                    self.at += 2;
                    Ok(())
                }
                None => {
                    self.at += 1;
                    Err(self.wrong("in string escape code"))
                }
            },
        }
    }

    fn read_number(&mut self) -> Read<Value> {
        let start = self.at;
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        if self.byte() == Some(b'0') {
            self.at += 1;
        } else {
            self.read_digits("in numeric literal")?;
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.read_digits("after decimal point in numeric literal")?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.read_digits("in exponent of numeric literal")?;
        }
        let text = &self.text[start..self.at];
        if text.len() > MAX_DIGITS {
            return Err(Unreadable::TooDeep);
        }
        Ok(Value::Number(Number::parse(text).unwrap_or(Number::Float(f64::NAN))))
    }

    fn read_digits(&mut self, context: &str) -> Read<()> {
        if !self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.wrong(context));
        }
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }
}
