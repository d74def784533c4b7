//! Why a template has no result, and how long templates may run.

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The error of Argo CD.
    Fault(String),
    /// Something that is not followed here, in words.
    NotKnown(String),
}

impl Stop {
    pub fn fault(text: impl Into<String>) -> Self {
        Self::Fault(text.into())
    }

    /// The same with a text before that of a fault.
    #[must_use]
    pub fn within(self, heading: &str) -> Self {
        match self {
            Self::Fault(text) => Self::Fault(format!("{heading}{text}")),
            Self::NotKnown(what) => Self::NotKnown(what),
        }
    }
}

/// How much templates may still do.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    steps: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { steps: 10_000_000 }
    }
}

impl Budget {
    pub fn spend(&mut self, steps: usize) -> Result<(), Stop> {
        match self.steps.checked_sub(steps) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => Err(Stop::NotKnown("an ApplicationSet that makes so much".to_owned())),
        }
    }
}
