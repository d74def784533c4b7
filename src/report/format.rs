//! What the formats of every report have in common: a name that a user may write, and a list that is offered.

pub trait Format: Copy + PartialEq + 'static {
    /// In the order in which they are offered.
    const ALL: &'static [Self];

    fn name(self) -> &'static str;

    fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|format| format.name()).collect()
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == text)
    }
}
