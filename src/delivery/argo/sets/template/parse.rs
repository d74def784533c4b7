//! The tree of a template: texts, actions, conditions and loops.

use super::lex::{Lexeme, Token, fault, lex};
use super::names::is_function;
use super::stop::Stop;

/// Deeper nesting is not followed.
const MAX_DEPTH: usize = 64;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Text(String),
    Action(Pipeline),
    If(Branch),
    With(Branch),
    Range(Branch),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Branch {
    pub(super) pipeline: Pipeline,
    pub(super) then: Vec<Node>,
    pub(super) otherwise: Vec<Node>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pipeline {
    pub(super) variables: Vec<String>,
    /// `=`, not `:=`.
    pub(super) is_assignment: bool,
    pub(super) commands: Vec<Command>,
}

/// Operands, with what they are called in errors.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Command {
    pub(super) operands: Vec<Operand>,
    pub(super) at: usize,
    pub(super) text: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Operand {
    pub(super) kind: OperandKind,
    /// `.a.b` behind it.
    pub(super) fields: Vec<String>,
    pub(super) at: usize,
    pub(super) text: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum OperandKind {
    Dot,
    /// `.a.b`, which are its fields.
    Fields,
    Variable(String),
    Function(String),
    Literal(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    Nil,
    Pipeline(Pipeline),
}

pub(super) fn parse(text: &str) -> Result<Vec<Node>, Stop> {
    let lexemes = lex(text)?;
    let mut parser = Parser { text, lexemes, at: 0, variables: vec!["$".to_owned()], depth: 0 };
    let (nodes, end) = parser.list()?;
    match end {
        ListEnd::Text => Ok(nodes),
        ListEnd::Else(at) => Err(fault(text, at, "unexpected {{else}}")),
        ListEnd::Branch(at) => Err(fault(text, at, "unexpected {{end}}")),
    }
}

/// What ends a list of nodes.
#[derive(Debug, Clone, Copy)]
enum ListEnd {
    Text,
    Else(usize),
    Branch(usize),
}

struct Parser<'t> {
    text: &'t str,
    lexemes: Vec<Lexeme>,
    at: usize,
    variables: Vec<String>,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.lexemes.get(self.at).map(|lexeme| &lexeme.token)
    }

    fn position(&self) -> usize {
        self.lexemes.get(self.at).map_or(self.text.len(), |lexeme| lexeme.at)
    }

    fn skip_space(&mut self) {
        while self.peek() == Some(&Token::Space) {
            self.at += 1;
        }
    }

    fn fault(&self, message: &str) -> Stop {
        fault(self.text, self.position(), message)
    }

    fn list(&mut self) -> Result<(Vec<Node>, ListEnd), Stop> {
        let mut nodes = Vec::new();
        loop {
            let at = self.position();
            match self.peek().cloned() {
                None => return Ok((nodes, ListEnd::Text)),
                Some(Token::Text(text)) => {
                    self.at += 1;
                    nodes.push(Node::Text(text));
                }
                Some(Token::Open) => {
                    self.at += 1;
                    self.skip_space();
                    match self.peek() {
                        Some(Token::Word(word)) => match word.as_str() {
                            "end" => {
                                self.at += 1;
                                self.close("end")?;
                                return Ok((nodes, ListEnd::Branch(at)));
                            }
                            "else" => {
                                self.at += 1;
                                return Ok((nodes, ListEnd::Else(at)));
                            }
                            "if" | "with" | "range" => {
                                let word = word.clone();
                                self.at += 1;
                                nodes.push(self.control(&word)?);
                            }
                            "define" | "template" | "block" | "break" | "continue" => {
                                return Err(Stop::NotKnown(format!("`{{{{{word}}}}}` in a template")));
                            }
                            _ => nodes.push(self.action()?),
                        },
                        Some(_) | None => nodes.push(self.action()?),
                    }
                }
                Some(_) => return Err(self.fault("unexpected token")),
            }
        }
    }

    fn close(&mut self, what: &str) -> Result<(), Stop> {
        self.skip_space();
        match self.peek() {
            Some(Token::Close) => {
                self.at += 1;
                Ok(())
            }
            Some(_) | None => Err(self.fault(&format!("unexpected token in {what}"))),
        }
    }

    fn action(&mut self) -> Result<Node, Stop> {
        let pipeline = self.pipeline("command", &Token::Close)?;
        Ok(Node::Action(pipeline))
    }

    fn control(&mut self, word: &str) -> Result<Node, Stop> {
        let known = self.variables.len();
        self.deeper()?;
        let pipeline = self.pipeline(word, &Token::Close)?;
        let (then, end) = self.list()?;
        let otherwise = match end {
            ListEnd::Text => return Err(fault(self.text, self.text.len(), "unexpected EOF")),
            ListEnd::Branch(_) => Vec::new(),
            ListEnd::Else(_) => self.otherwise(word)?,
        };
        self.depth -= 1;
        self.variables.truncate(known);
        let branch = Branch { pipeline, then, otherwise };
        Ok(match word {
            "if" => Node::If(branch),
            "with" => Node::With(branch),
            _ => Node::Range(branch),
        })
    }

    /// What follows `{{else`.
    fn otherwise(&mut self, word: &str) -> Result<Vec<Node>, Stop> {
        self.skip_space();
        if let Some(Token::Word(next)) = self.peek().cloned() {
            if matches!((word, next.as_str()), ("if", "if") | ("with", "with")) {
                self.at += 1;
                // It has no `end` of its own.
                return Ok(vec![self.control(word)?]);
            }
            return Err(self.fault(&format!("unexpected <{next}> in else")));
        }
        self.close("else")?;
        let (nodes, end) = self.list()?;
        match end {
            ListEnd::Branch(_) => Ok(nodes),
            ListEnd::Else(at) => Err(fault(self.text, at, "expected end; found {{else}}")),
            ListEnd::Text => Err(fault(self.text, self.text.len(), "unexpected EOF")),
        }
    }

    fn deeper(&mut self) -> Result<(), Stop> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Stop::NotKnown("a template of that depth".to_owned()));
        }
        Ok(())
    }

    fn pipeline(&mut self, context: &str, end: &Token) -> Result<Pipeline, Stop> {
        self.skip_space();
        let (variables, is_assignment) = self.declaration(context)?;
        let mut commands = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                Some(token) if token == end => {
                    self.at += 1;
                    break;
                }
                None => return Err(fault(self.text, self.text.len(), "unclosed action")),
                Some(_) => commands.push(self.command(end)?),
            }
        }
        if commands.is_empty() {
            return Err(self.fault(&format!("missing value for {context}")));
        }
        for command in commands.iter().skip(1) {
            let is_constant = |operand: &Operand| match &operand.kind {
                OperandKind::Bool(_)
                | OperandKind::Dot
                | OperandKind::Nil
                | OperandKind::Integer(_)
                | OperandKind::Float(_)
                | OperandKind::Literal(_) => operand.fields.is_empty(),
                OperandKind::Fields
                | OperandKind::Variable(_)
                | OperandKind::Function(_)
                | OperandKind::Pipeline(_) => false,
            };
            if command.operands.first().is_some_and(is_constant) {
                return Err(Stop::NotKnown("a pipeline into a constant".to_owned()));
            }
        }
        self.variables.extend(variables.iter().filter(|_| !is_assignment).cloned());
        Ok(Pipeline { variables, is_assignment, commands })
    }

    /// `$x :=`, `$x =` or `$i, $x :=`.
    fn declaration(&mut self, context: &str) -> Result<(Vec<String>, bool), Stop> {
        let start = self.at;
        let mut variables = Vec::new();
        while let Some(Token::Variable(name)) = self.peek().cloned() {
            self.at += 1;
            variables.push(name);
            self.skip_space();
            match self.peek() {
                Some(Token::Declare) => {
                    self.at += 1;
                    return Ok((variables, false));
                }
                Some(Token::Assign) if variables.iter().all(|name| self.variables.contains(name)) => {
                    self.at += 1;
                    return Ok((variables, true));
                }
                Some(Token::Assign) => {
                    return Err(Stop::NotKnown("an assignment to a variable that is not declared".to_owned()));
                }
                Some(Token::Comma) if context == "range" && variables.len() < 2 => {
                    self.at += 1;
                    self.skip_space();
                }
                Some(_) | None => break,
            }
        }
        self.at = start;
        Ok((Vec::new(), false))
    }

    fn command(&mut self, end: &Token) -> Result<Command, Stop> {
        let mut operands = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                Some(Token::Pipe) => {
                    self.at += 1;
                    break;
                }
                None => break,
                Some(token) if token == end => break,
                Some(_) => operands.push(self.operand()?),
            }
        }
        let Some(first) = operands.first() else { return Err(self.fault("empty command")) };
        let at = first.at;
        let texts: Vec<_> = operands.iter().map(|operand| operand.text.as_str()).collect();
        let text = texts.join(" ");
        Ok(Command { operands, at, text })
    }

    fn operand(&mut self) -> Result<Operand, Stop> {
        let at = self.position();
        let Some(token) = self.peek().cloned() else { return Err(self.fault("missing value for command")) };
        let Some(lexeme) = self.lexemes.get(self.at) else { return Err(self.fault("missing value for command")) };
        let mut end = lexeme.end;
        self.at += 1;
        let kind = match token {
            Token::Dot => OperandKind::Dot,
            Token::Field(name) => {
                let mut fields = vec![name];
                end = self.fields(&mut fields, end);
                let text = self.text.get(at..end).unwrap_or_default().to_owned();
                return Ok(Operand { kind: OperandKind::Fields, fields, at, text });
            }
            Token::Variable(name) => {
                if !self.variables.contains(&name) {
                    return Err(fault(self.text, at, &format!("undefined variable {name:?}")));
                }
                OperandKind::Variable(name)
            }
            Token::Word(word) => match word.as_str() {
                "true" => OperandKind::Bool(true),
                "false" => OperandKind::Bool(false),
                "nil" => OperandKind::Nil,
                "if" | "else" | "end" | "range" | "with" | "define" | "template" | "block" | "break" | "continue" => {
                    return Err(fault(self.text, at, &format!("unexpected <{word}> in operand")));
                }
                word if is_function(word) => OperandKind::Function(word.to_owned()),
                word => return Err(fault(self.text, at, &format!("function {word:?} not defined"))),
            },
            Token::Literal(text) => OperandKind::Literal(text),
            Token::Integer(value) => OperandKind::Integer(value),
            Token::Float(value) => OperandKind::Float(value),
            Token::Left => {
                self.deeper()?;
                let pipeline = self.pipeline("parenthesized pipeline", &Token::Right)?;
                self.depth -= 1;
                end = self.lexemes.get(self.at - 1).map_or(end, |lexeme| lexeme.end);
                OperandKind::Pipeline(pipeline)
            }
            Token::Text(_)
            | Token::Open
            | Token::Close
            | Token::Pipe
            | Token::Right
            | Token::Declare
            | Token::Assign
            | Token::Comma
            | Token::Space => {
                let found = self.text.get(at..end).unwrap_or_default();
                return Err(fault(self.text, at, &format!("unexpected {found:?} in operand")));
            }
        };
        let mut fields = Vec::new();
        end = self.fields(&mut fields, end);
        let has_no_fields = matches!(
            kind,
            OperandKind::Bool(_)
                | OperandKind::Nil
                | OperandKind::Integer(_)
                | OperandKind::Float(_)
                | OperandKind::Literal(_)
                | OperandKind::Dot
        );
        if !fields.is_empty() && has_no_fields {
            return Err(fault(self.text, at, "unexpected . after term"));
        }
        let text = self.text.get(at..end).unwrap_or_default().to_owned();
        Ok(Operand { kind, fields, at, text })
    }

    /// The fields directly behind an operand; where they end.
    fn fields(&mut self, fields: &mut Vec<String>, mut end: usize) -> usize {
        while let Some(Lexeme { token: Token::Field(name), end: after, .. }) = self.lexemes.get(self.at) {
            fields.push(name.clone());
            end = *after;
            self.at += 1;
        }
        end
    }
}
