//! Syntax errors of kubectl's YAML, with their positions.

/// A syntax error; `at` is a byte offset in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::manifest) struct Problem {
    pub(in crate::manifest) kind: ProblemKind,
    pub(in crate::manifest) at: usize,
}

/// An open flow collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::manifest) struct Open {
    pub(in crate::manifest) bracket: char,
    pub(in crate::manifest) at: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::manifest) enum ProblemKind {
    /// A character that no text may contain.
    ControlCharacter,
    /// A character that cannot start a token: `@`, a backtick, `%`, a tab.
    UnexpectedCharacter,
    /// A tab where the indentation of a text is expected.
    TabInIndentation,
    /// A colon where no key can end.
    ValueNotAllowed,
    /// A `?` where no key can start.
    KeyNotAllowed,
    /// A dash where no list item can start.
    ItemNotAllowed,
    /// A line in the column of the keys without a colon.
    ColonExpected,
    /// Something other than a key in a mapping.
    KeyExpected,
    /// Something other than an item in a list.
    ItemExpected,
    /// A bracket, a comma, a colon or a dash where a value is expected.
    ContentExpected,
    /// Neither a comma nor the closing bracket.
    CommaExpected(Open),
    /// The closing bracket of another kind.
    WrongBracket {
        open: Open,
        close: char,
    },
    /// The text ends inside brackets.
    UnclosedBracket(Open),
    /// The text, or the document, ends inside quotes; `start` is the opening quote.
    UnclosedQuote {
        start: usize,
    },
    /// A backslash that starts no escape; `start` is the opening quote.
    Escape {
        start: usize,
    },
    /// The indicator line of a block scalar has something else on it.
    BlockScalarHeader,
    /// An anchor or alias without a name, or with an invalid character in its name.
    AnchorName,
    UnknownAnchor,
    Tag,
    UndefinedTagHandle,
    Directive,
    /// `%YAML` with a version other than 1.1.
    Version,
    /// Directives without `---` after them, where kubectl splits.
    DocumentStartExpected,
    /// Content after the end of the document.
    ContentAfterEnd,
}
