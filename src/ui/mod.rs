//! Terminal output: streams, colours, progress and prompts. It is the only module that prints, and it knows nothing
//! about the content.

mod browser;
mod colour;
mod editor;
mod failure;
mod notices;
mod progress;
mod prompt;
mod streams;
mod width;

pub use crate::ui::notices::Remarks;
pub use browser::open_in_browser;
pub use colour::{ColourChoice, ColourVariables, is_coloured};
pub use editor::{EditorError, edit};
pub use failure::failure;
pub use progress::{Bar, Motion};
pub use prompt::{Prompt, PromptError, is_yes};
pub use streams::{StreamError, Streams, results_are_seen, talk_is_seen};
pub use width::{terminal_width, width};
