//! The trait of report formats: a name for the command line, and the list of all of them.

pub trait Format: Copy + PartialEq + 'static {
    /// In the order of the help.
    const ALL: &'static [Self];

    fn name(self) -> &'static str;

    fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|format| format.name()).collect()
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == text)
    }
}
