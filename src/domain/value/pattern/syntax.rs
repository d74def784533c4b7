//! Parses a JavaScript regular expression (without flags) into a tree, for patterns that the linear engine does not
//! support.

use regex_syntax::hir::{Class, HirKind};

use super::error::PatternError;

/// A node of the pattern.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Sequence(Vec<Node>),
    Alternatives(Vec<Node>),
    /// A character in one of the ranges.
    Class(Vec<(char, char)>),
    Group(usize, Box<Node>),
    Look {
        behind: bool,
        negative: bool,
        inner: Box<Node>,
    },
    Repeat {
        inner: Box<Node>,
        least: usize,
        /// `None`: unbounded.
        most: Option<usize>,
        greedy: bool,
    },
    BackReference(usize),
    Start,
    End,
    WordBoundary {
        negative: bool,
    },
}

#[derive(Debug)]
pub(super) struct Tree {
    pub root: Node,
    pub groups: usize,
}

/// The maximum nesting of groups.
const MAX_DEPTH: usize = 100;

pub(super) fn parse(pattern: &str) -> Result<Tree, PatternError> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut parser = Parser { names: group_names(&chars), chars, at: 0, groups: 0, depth: 0 };
    let root = parser.alternatives()?;
    if parser.at < parser.chars.len() {
        return Err(PatternError::Broken);
    }
    Ok(Tree { root, groups: parser.groups })
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    groups: usize,
    /// The names of the groups, in order; empty for unnamed groups.
    names: Vec<String>,
    depth: usize,
}

type Read<T> = Result<T, PatternError>;
type Ranges = Vec<(char, char)>;

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Read<char> {
        let found = self.peek().ok_or(PatternError::Broken)?;
        self.at += 1;
        Ok(found)
    }

    fn eat(&mut self, text: &str) -> bool {
        let rest = self.chars.get(self.at..).unwrap_or_default();
        let found = text.chars().count() <= rest.len() && text.chars().zip(rest).all(|(a, b)| a == *b);
        if found {
            self.at += text.chars().count();
        }
        found
    }

    fn alternatives(&mut self) -> Read<Node> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(PatternError::TooCostly);
        }
        let mut all = vec![self.sequence()?];
        while self.eat("|") {
            all.push(self.sequence()?);
        }
        self.depth -= 1;
        match (all.pop(), all.is_empty()) {
            (Some(only), true) => Ok(only),
            (last, _) => {
                all.extend(last);
                Ok(Node::Alternatives(all))
            }
        }
    }

    fn sequence(&mut self) -> Read<Node> {
        let mut parts = Vec::new();
        while let Some(next) = self.peek().filter(|next| !matches!(next, '|' | ')')) {
            let atom = self.atom(next)?;
            parts.push(self.repeated(atom)?);
        }
        Ok(Node::Sequence(parts))
    }

    fn atom(&mut self, first: char) -> Read<Node> {
        self.at += 1;
        Ok(match first {
            '^' => Node::Start,
            '$' => Node::End,
            '.' => Node::Class(negated(vec![('\n', '\n'), ('\r', '\r'), ('\u{2028}', '\u{2029}')])),
            '(' => self.group()?,
            '[' => Node::Class(self.class()?),
            '\\' => self.escape()?,
            '*' | '+' | '?' => return Err(PatternError::Broken),
            other => Node::Class(vec![(other, other)]),
        })
    }

    fn group(&mut self) -> Read<Node> {
        let looks = [("?=", false, false), ("?!", false, true), ("?<=", true, false), ("?<!", true, true)];
        let look = looks.into_iter().find(|(mark, ..)| self.eat(mark));
        let index = match look {
            Some(_) => None,
            None if self.eat("?:") => None,
            None => {
                if self.eat("?<") {
                    while self.next()? != '>' {}
                } else if self.peek() == Some('?') {
                    return Err(PatternError::Broken);
                }
                self.groups += 1;
                Some(self.groups)
            }
        };
        let inner = Box::new(self.alternatives()?);
        if !self.eat(")") {
            return Err(PatternError::Broken);
        }
        Ok(match (look, index) {
            (Some((_, behind, negative)), _) => Node::Look { behind, negative, inner },
            (None, Some(index)) => Node::Group(index, inner),
            (None, None) => *inner,
        })
    }

    fn repeated(&mut self, atom: Node) -> Read<Node> {
        let mut node = atom;
        loop {
            let (least, most) = match self.peek() {
                Some('*') => (0, None),
                Some('+') => (1, None),
                Some('?') => (0, Some(1)),
                Some('{') => match self.count() {
                    Some(count) => count,
                    None => return Ok(node),
                },
                _ => return Ok(node),
            };
            if most.is_some_and(|most| most < least) || matches!(node, Node::Start | Node::End) {
                return Err(PatternError::Broken);
            }
            self.at += 1;
            let greedy = !self.eat("?");
            node = Node::Repeat { inner: Box::new(node), least, most, greedy };
        }
    }

    /// Parses `{2}`, `{2,}`, `{2,5}` up to the closing brace; `None` if the brace is a literal.
    fn count(&mut self) -> Option<(usize, Option<usize>)> {
        let length = self.chars.get(self.at..)?.iter().position(|c| *c == '}')?;
        let text: String = self.chars.get(self.at + 1..self.at + length)?.iter().collect();
        let number = |text: &str| text.parse::<usize>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
        let count = match text.split_once(',') {
            None => number(&text).map(|count| (count, Some(count)))?,
            Some((least, "")) => (number(least)?, None),
            Some((least, most)) => (number(least)?, Some(number(most)?)),
        };
        self.at += length;
        Some(count)
    }

    fn escape(&mut self) -> Read<Node> {
        match self.peek() {
            Some('b') => Ok(self.skip(Node::WordBoundary { negative: false })),
            Some('B') => Ok(self.skip(Node::WordBoundary { negative: true })),
            Some('k') if !self.names.is_empty() => {
                self.at += 1;
                if !self.eat("<") {
                    return Err(PatternError::Broken);
                }
                let mut name = String::new();
                loop {
                    match self.next()? {
                        '>' => break,
                        letter => name.push(letter),
                    }
                }
                let index = self.names.iter().position(|known| *known == name).ok_or(PatternError::Broken)?;
                Ok(Node::BackReference(index + 1))
            }
            Some(digit @ '1'..='9') => {
                let mut index = digit.to_digit(10).unwrap_or_default() as usize;
                self.at += 1;
                while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)).filter(|_| index < 1_000) {
                    index = index * 10 + digit as usize;
                    self.at += 1;
                }
                if index > self.names.len() { Err(PatternError::Broken) } else { Ok(Node::BackReference(index)) }
            }
            _ => self.class_escape().map(Node::Class),
        }
    }

    fn skip(&mut self, node: Node) -> Node {
        self.at += 1;
        node
    }

    /// The characters of an escape sequence.
    fn class_escape(&mut self) -> Read<Ranges> {
        let one = |c: char| Ok(vec![(c, c)]);
        match self.next()? {
            'd' => Ok(digits()),
            'D' => Ok(negated(digits())),
            'w' => Ok(words()),
            'W' => Ok(negated(words())),
            's' => Ok(blanks()),
            'S' => Ok(negated(blanks())),
            'n' => one('\n'),
            'r' => one('\r'),
            't' => one('\t'),
            'f' => one('\u{c}'),
            'v' => one('\u{b}'),
            '0' => one('\0'),
            'b' => one('\u{8}'),
            'c' => {
                let letter = self.next()?;
                let code = (letter as u32) % 32;
                if !letter.is_ascii_alphabetic() {
                    return Err(PatternError::Broken);
                }
                one(char::from_u32(code).unwrap_or_default())
            }
            'x' => one(self.hexadecimal(2)?),
            'u' if self.eat("{") => {
                let mut digits = String::new();
                loop {
                    match self.next()? {
                        '}' => break,
                        digit => digits.push(digit),
                    }
                }
                let code = u32::from_str_radix(&digits, 16).map_err(|_| PatternError::Broken)?;
                one(char::from_u32(code).ok_or(PatternError::Broken)?)
            }
            'u' => one(self.hexadecimal(4)?),
            letter @ ('p' | 'P') => self.property(letter),
            other if other.is_alphanumeric() => Err(PatternError::Broken),
            other => one(other),
        }
    }

    fn hexadecimal(&mut self, length: usize) -> Read<char> {
        let digits: String = self.chars.get(self.at..self.at + length).ok_or(PatternError::Broken)?.iter().collect();
        self.at += length;
        let code = u32::from_str_radix(&digits, 16).map_err(|_| PatternError::Broken)?;
        char::from_u32(code).ok_or(PatternError::Broken)
    }

    /// `\p{L}`, with the tables of the linear engine.
    fn property(&mut self, letter: char) -> Read<Ranges> {
        let mut text = format!("\\{letter}");
        loop {
            let next = self.next()?;
            text.push(next);
            match next {
                '}' => break,
                _ if text.len() > 100 => return Err(PatternError::Broken),
                _ => {}
            }
        }
        let parsed = regex_syntax::parse(&text).map_err(|_| PatternError::Broken)?;
        match parsed.into_kind() {
            HirKind::Class(Class::Unicode(class)) => {
                Ok(class.ranges().iter().map(|range| (range.start(), range.end())).collect())
            }
            _ => Err(PatternError::Broken),
        }
    }

    fn class(&mut self) -> Read<Ranges> {
        let is_negated = self.eat("^");
        let mut ranges = Vec::new();
        loop {
            let first = match self.next()? {
                ']' => break,
                '\\' => self.class_escape()?,
                other => vec![(other, other)],
            };
            let single = |ranges: &Ranges| match ranges.as_slice() {
                [(from, to)] if from == to => Some(*from),
                _ => None,
            };
            let is_range = self.peek() == Some('-') && self.chars.get(self.at + 1).is_some_and(|next| *next != ']');
            let Some(from) = single(&first).filter(|_| is_range) else {
                ranges.extend(first);
                continue;
            };
            self.at += 1;
            let last = match self.next()? {
                '\\' => self.class_escape()?,
                other => vec![(other, other)],
            };
            match single(&last) {
                Some(to) if from <= to => ranges.push((from, to)),
                Some(_) => return Err(PatternError::Broken),
                None => {
                    ranges.extend(first);
                    ranges.push(('-', '-'));
                    ranges.extend(last);
                }
            }
        }
        Ok(if is_negated { negated(ranges) } else { ranges })
    }
}

/// The names of all capturing groups, collected first because a reference may precede its group.
fn group_names(chars: &[char]) -> Vec<String> {
    let mut names = Vec::new();
    let (mut at, mut is_class) = (0, false);
    while let Some(c) = chars.get(at) {
        match c {
            '\\' => at += 1,
            '[' => is_class = true,
            ']' => is_class = false,
            '(' if !is_class => {
                let rest: String = chars.get(at + 1..).unwrap_or_default().iter().take(200).collect();
                if let Some(name) = rest.strip_prefix("?<").filter(|name| !name.starts_with(['=', '!'])) {
                    names.push(name.split('>').next().unwrap_or_default().to_owned());
                } else if !rest.starts_with('?') {
                    names.push(String::new());
                }
            }
            _ => {}
        }
        at += 1;
    }
    names
}

fn digits() -> Ranges {
    vec![('0', '9')]
}

pub(super) fn words() -> Ranges {
    vec![('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]
}

/// White space and line terminators, as defined by ECMAScript.
fn blanks() -> Ranges {
    let others = ['\u{a0}', '\u{1680}', '\u{202f}', '\u{205f}', '\u{3000}', '\u{feff}'];
    let mut ranges = vec![('\t', '\r'), (' ', ' '), ('\u{2000}', '\u{200a}'), ('\u{2028}', '\u{2029}')];
    ranges.extend(others.map(|other| (other, other)));
    ranges
}

/// All characters that are in none of the ranges.
fn negated(mut ranges: Ranges) -> Ranges {
    ranges.sort_unstable();
    let mut others = Vec::new();
    let mut next = 0;
    for (from, to) in ranges {
        others.extend(between(next, from as u32));
        next = next.max(to as u32 + 1);
    }
    others.extend(between(next, char::MAX as u32 + 1));
    others
}

/// The characters in a half-open range of code points, without surrogates.
fn between(from: u32, to: u32) -> impl Iterator<Item = (char, char)> {
    let parts = [(from, to.min(0xD800)), (from.max(0xE000), to)];
    parts.into_iter().filter_map(|(from, to)| {
        let last = to.checked_sub(1).filter(|last| from <= *last)?;
        Some((char::from_u32(from)?, char::from_u32(last)?))
    })
}
