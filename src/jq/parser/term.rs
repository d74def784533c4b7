//! Parses terms: paths, literals, calls, conditions and loops.

use std::sync::Arc;

use super::syntax::{Base, Index, Key, Part, Query, Suffix, Term, Text};
use super::{Kind, Parser};
use crate::jq::CompileError;
use crate::jq::number::Number;

impl Parser<'_> {
    pub(super) fn parse_term(&mut self) -> Result<Term, CompileError> {
        self.nest(|parser| {
            let (base, first) = parser.parse_base()?;
            let mut suffixes: Vec<_> = first.into_iter().collect();
            while let Some(suffix) = parser.parse_suffix()? {
                suffixes.push(suffix);
            }
            Ok(Term { base, suffixes })
        })
    }

    /// A term without what follows it. `.[]` is the identity with a suffix.
    fn parse_base(&mut self) -> Result<(Base, Option<Suffix>), CompileError> {
        let base = match self.token.kind {
            Kind::Recurse => {
                self.advance();
                Base::Recurse
            }
            Kind::Index => Base::Index(Index::Name(self.advance().text.into())),
            Kind::Number => {
                let token = self.advance();
                let number = Number::parse(&token.text);
                Base::Number(number.unwrap_or(Number::Float(f64::INFINITY)))
            }
            Kind::Format => {
                let name = self.advance().text;
                let is_text = matches!(self.token.kind, Kind::Text | Kind::TextStart);
                let text = if is_text { Some(self.parse_text()?) } else { None };
                Base::Format { name, text }
            }
            Kind::Text | Kind::TextStart => Base::Text(self.parse_text()?),
            Kind::Identifier | Kind::ModuleIdentifier => self.parse_call()?,
            Kind::Variable | Kind::ModuleVariable => {
                let token = self.advance();
                Base::Call { name: token.text, arguments: Vec::new(), at: token.start }
            }
            Kind::Keyword => self.parse_keyword_term()?,
            Kind::Character('.') => {
                self.advance();
                return Ok(match self.token.kind {
                    Kind::Character('[') => match self.parse_bracket()? {
                        Suffix::Index(index) => (Base::Index(index), None),
                        suffix => (Base::Identity, Some(suffix)),
                    },
                    Kind::Text | Kind::TextStart => (Base::Index(Index::Text(self.parse_text()?)), None),
                    _ => (Base::Identity, None),
                });
            }
            Kind::Character('{') => self.parse_object()?,
            Kind::Character('[') => {
                self.advance();
                if self.take_character(']') {
                    return Ok((Base::Array(None), None));
                }
                let query = self.parse_query()?;
                self.expect_character(']')?;
                Base::Array(Some(Box::new(query)))
            }
            Kind::Character('(') => {
                self.advance();
                let query = self.parse_query()?;
                self.expect_character(')')?;
                Base::Group(Box::new(query))
            }
            Kind::Character('+' | '-') => {
                let is_minus = self.advance().text == "-";
                Base::Unary { is_minus, term: Box::new(self.parse_term()?) }
            }
            _ => return Err(self.unexpected()),
        };
        Ok((base, None))
    }

    fn parse_suffix(&mut self) -> Result<Option<Suffix>, CompileError> {
        Ok(Some(match self.token.kind {
            Kind::Index => Suffix::Index(Index::Name(self.advance().text.into())),
            Kind::Character('[') => self.parse_bracket()?,
            Kind::Character('?') => {
                self.advance();
                Suffix::Optional
            }
            Kind::Character('.') => {
                self.advance();
                match self.token.kind {
                    Kind::Character('[') => self.parse_bracket()?,
                    Kind::Text | Kind::TextStart => Suffix::Index(Index::Text(self.parse_text()?)),
                    _ => return Err(self.unexpected()),
                }
            }
            _ => return Ok(None),
        }))
    }

    /// `[]`, `[query]` or a slice.
    fn parse_bracket(&mut self) -> Result<Suffix, CompileError> {
        self.expect_character('[')?;
        if self.take_character(']') {
            return Ok(Suffix::Iterate);
        }
        let mut start = None;
        if !self.is_character(':') {
            let query = Box::new(self.parse_query()?);
            if self.take_character(']') {
                return Ok(Suffix::Index(Index::Query(query)));
            }
            start = Some(query);
        }
        self.expect_character(':')?;
        if start.is_some() && self.take_character(']') {
            return Ok(Suffix::Index(Index::Slice { start, end: None }));
        }
        let end = Some(Box::new(self.parse_query()?));
        self.expect_character(']')?;
        Ok(Suffix::Index(Index::Slice { start, end }))
    }

    fn parse_call(&mut self) -> Result<Base, CompileError> {
        let token = self.advance();
        let mut arguments = Vec::new();
        if self.take_character('(') {
            arguments.push(self.parse_query()?);
            while self.take_character(';') {
                arguments.push(self.parse_query()?);
            }
            self.expect_character(')')?;
        }
        Ok(Base::Call { name: token.text, arguments, at: token.start })
    }

    fn parse_keyword_term(&mut self) -> Result<Base, CompileError> {
        let base = match self.token.text.as_str() {
            "null" => Base::Null,
            "true" => Base::Boolean(true),
            "false" => Base::Boolean(false),
            "if" => return self.parse_if(),
            "try" => {
                self.advance();
                let body = Box::new(self.parse_bare_term()?);
                let handler = if self.take_keyword("catch") { Some(Box::new(self.parse_bare_term()?)) } else { None };
                return Ok(Base::Try { body, handler });
            }
            "reduce" | "foreach" => return self.parse_loop(),
            "break" => {
                let at = self.advance().start;
                let name = self.expect(Kind::Variable)?.text;
                return Ok(Base::Break { name, at });
            }
            _ => return Err(self.unexpected()),
        };
        self.advance();
        Ok(base)
    }

    /// The body of `try` or `catch`: operators after it do not belong to it.
    fn parse_bare_term(&mut self) -> Result<Query, CompileError> {
        Ok(Query::Term(self.parse_term()?))
    }

    fn parse_if(&mut self) -> Result<Base, CompileError> {
        self.advance();
        let mut branches = Vec::new();
        loop {
            let condition = self.parse_query()?;
            self.expect_keyword("then")?;
            branches.push((condition, self.parse_query()?));
            if !self.take_keyword("elif") {
                break;
            }
        }
        let otherwise = if self.take_keyword("else") { Some(Box::new(self.parse_query()?)) } else { None };
        self.expect_keyword("end")?;
        Ok(Base::If { branches, otherwise })
    }

    fn parse_loop(&mut self) -> Result<Base, CompileError> {
        let is_reduce = self.advance().text == "reduce";
        let source = Box::new(self.parse_expression()?);
        self.expect_keyword("as")?;
        let pattern = Box::new(self.parse_pattern()?);
        self.expect_character('(')?;
        let start = Box::new(self.parse_query()?);
        self.expect_character(';')?;
        let update = Box::new(self.parse_query()?);
        if is_reduce {
            self.expect_character(')')?;
            return Ok(Base::Reduce { source, pattern, start, update });
        }
        let extract = if self.take_character(';') { Some(Box::new(self.parse_query()?)) } else { None };
        self.expect_character(')')?;
        Ok(Base::Foreach { source, pattern, start, update, extract })
    }

    fn parse_object(&mut self) -> Result<Base, CompileError> {
        self.advance();
        let mut entries = Vec::new();
        loop {
            // A comma may come last, but not alone.
            if self.take_character('}') {
                return Ok(Base::Object(entries));
            }
            let key = self.parse_key()?;
            let value = if self.take_character(':') {
                Some(self.parse_object_value()?)
            } else if matches!(key, Key::Query(_)) {
                return Err(self.unexpected());
            } else {
                None
            };
            entries.push((key, value));
            if !self.take_character(',') {
                self.expect_character('}')?;
                return Ok(Base::Object(entries));
            }
        }
    }

    fn parse_object_value(&mut self) -> Result<Query, CompileError> {
        let mut stages = vec![self.parse_expression()?];
        while self.take_character('|') {
            stages.push(self.parse_expression()?);
        }
        Ok(if stages.len() == 1 { stages.remove(0) } else { Query::Pipe(stages) })
    }

    /// A key of an object or a pattern.
    pub(super) fn parse_key(&mut self) -> Result<Key, CompileError> {
        match self.token.kind {
            Kind::Identifier | Kind::Keyword => Ok(Key::Name(self.advance().text.into())),
            Kind::Variable => {
                let token = self.advance();
                Ok(Key::Variable { name: token.text, at: token.start })
            }
            Kind::Text | Kind::TextStart => Ok(Key::Text(self.parse_text()?)),
            _ => {
                self.expect_character('(')?;
                let query = self.parse_query()?;
                self.expect_character(')')?;
                Ok(Key::Query(query))
            }
        }
    }

    pub(super) fn parse_text(&mut self) -> Result<Text, CompileError> {
        if self.token.kind == Kind::Text {
            return Ok(Text::Plain(self.advance().text.into()));
        }
        self.expect(Kind::TextStart)?;
        let mut parts = Vec::new();
        loop {
            match self.token.kind {
                Kind::Text => parts.push(Part::Plain(Arc::from(self.advance().text))),
                Kind::Interpolation => {
                    self.advance();
                    parts.push(Part::Query(self.parse_query()?));
                    if !self.is_character(')') {
                        return Err(self.unexpected());
                    }
                    // The lexer must know before it reads on.
                    self.lexer.in_text = true;
                    self.advance();
                }
                _ => {
                    self.expect(Kind::TextEnd)?;
                    return Ok(Text::Parts(parts));
                }
            }
        }
    }

    /// The metadata of a module: nothing uses it, but it must be right.
    pub(super) fn parse_constant_object(&mut self) -> Result<(), CompileError> {
        self.expect_character('{')?;
        loop {
            if self.take_character('}') {
                return Ok(());
            }
            match self.token.kind {
                Kind::Identifier | Kind::Keyword | Kind::Text => self.advance(),
                _ => return Err(self.unexpected()),
            };
            self.expect_character(':')?;
            self.nest(Self::parse_constant)?;
            if !self.take_character(',') {
                return self.expect_character('}');
            }
        }
    }

    fn parse_constant(&mut self) -> Result<(), CompileError> {
        if self.is_character('{') {
            return self.parse_constant_object();
        }
        if self.take_character('[') {
            if self.take_character(']') {
                return Ok(());
            }
            self.nest(Self::parse_constant)?;
            while self.take_character(',') {
                self.nest(Self::parse_constant)?;
            }
            return self.expect_character(']');
        }
        let is_word = ["null", "true", "false"].iter().any(|word| self.is_keyword(word));
        if is_word || matches!(self.token.kind, Kind::Number | Kind::Text) {
            self.advance();
            return Ok(());
        }
        Err(self.unexpected())
    }
}
