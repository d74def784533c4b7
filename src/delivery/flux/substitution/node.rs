//! The parts of a text with variables.

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Text(String),
    /// `${variable}` has no name; `${variable:-x}` has the name `:-` and an argument.
    Function {
        name: String,
        variable: String,
        arguments: Vec<Node>,
    },
}
