//! Go's text templates with the functions of sprig, as far as ApplicationSets use them. What is not supported is not known:
//! it never gives another result.

mod call;
mod evaluate;
mod functions;
mod lex;
mod lists;
mod names;
mod parse;
mod print;
mod stop;
mod strings;
pub mod value;

pub use print::print_value;
pub use stop::{Budget, Stop};
pub use strings::normalize;
pub use value::GoValue;

use evaluate::{Missing, execute};

/// Renders a template. `options` are those of Go, as `missingkey=error`.
pub fn render(text: &str, data: &GoValue, options: &[&str], budget: &mut Budget) -> Result<String, Stop> {
    budget.spend(1 + text.len() / 64)?;
    if !text.contains("{{") {
        return Ok(text.to_owned());
    }
    let mut missing = Missing::Default;
    for option in options {
        missing = match *option {
            "missingkey=default" | "missingkey=invalid" => Missing::Default,
            "missingkey=zero" => Missing::Zero,
            "missingkey=error" => Missing::Error,
            other => return Err(Stop::NotKnown(format!("the template option `{other}`"))),
        };
    }
    let nodes =
        parse::parse(text).map_err(|stop| stop.within(&format!("failed to parse template {text}: template: ")))?;
    execute(text, &nodes, data, missing, budget)
        .map_err(|stop| stop.within(&format!("failed to execute go template {text}: template: ")))
}
