//! Starts the embedded catalog with credentials that it issues itself.

use super::serving::Serving;

/// Starts `portolan serve`, and returns the client id and secret that it issued.
pub fn start_issuing(arguments: &[&str]) -> (Serving, (String, String)) {
    let (serving, said) = Serving::start_with(arguments, &[]);
    let text = |key: &str| said[key].as_str().expect("it says what it issued").to_owned();
    let credentials = (text("clientId"), text("clientSecret"));
    (serving, credentials)
}
