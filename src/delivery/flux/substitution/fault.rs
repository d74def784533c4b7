//! Why a text cannot be substituted, in the words of Flux.

/// Why a text cannot be substituted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::delivery::flux) enum SubstitutionFault {
    BadSubstitution,
    MissingClosingBrace,
    VariableName,
    FunctionParameter,
    DefaultFunction,
    /// Only where variables must be set.
    NotSet(String),
    /// The place where the substitution panics.
    OutOfRange(String),
    /// Larger than is looked at here.
    TooLarge,
}

impl SubstitutionFault {
    /// The error of Flux.
    pub(in crate::delivery::flux) fn text(&self) -> String {
        let text = match self {
            Self::BadSubstitution => "bad substitution",
            Self::MissingClosingBrace => "missing closing brace",
            Self::VariableName => "unable to parse variable name",
            Self::FunctionParameter => "unable to parse substitution within function",
            Self::DefaultFunction => "unable to parse default function",
            Self::NotSet(name) => return format!("variable not set (strict mode): {name:?}"),
            Self::OutOfRange(range) => return format!("panic: runtime error: slice bounds out of range {range}"),
            Self::TooLarge => "the text is larger than portolan looks at",
        };
        text.to_owned()
    }
}
