//! Renders forecasts of the exporter's next full resync: as text, and as `portolan.forecast/1` for programs.

mod delivery;
mod input;
mod json;
mod text;
mod words;

pub use delivery::{bare, delivery, not_delivered};
pub use input::{ClusterForecast, ForecastReport, MappingText};
pub use json::{FORMAT, json, schema};
pub use text::text;
