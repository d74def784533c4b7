//! Builds paths of the API. Identifiers contain slashes, colons and letters of any script, so every segment is encoded,
//! and none can become a `..` step.

use crate::domain::address::percent_encoded;

/// `/v1/blueprints/a%2Fb`.
pub(super) fn route(segments: &[&str]) -> String {
    let mut path = "/v1".to_owned();
    for segment in segments {
        path.push('/');
        match *segment {
            // A URL parser removes `.` and `..` in any encoding; encoding them twice gives a name that no entity has.
            "." | ".." => path.extend(segment.chars().map(|_| "%252E")),
            _ => path.push_str(&encoded(segment)),
        }
    }
    path
}

/// Percent-encodes a path segment or a query value.
pub(super) fn encoded(text: &str) -> String {
    percent_encoded(text, |byte| b"-_.~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_identifier_is_one_segment() {
        let path = route(&["blueprints", "a/b", "entities", "ü+@=:\\é?#%"]);
        assert_eq!(path, "/v1/blueprints/a%2Fb/entities/%C3%BC%2B%40%3D%3A%5C%C3%A9%3F%23%25");
        let up = format!("https://h{}", route(&["blueprints", "..", "entities"]));
        let url = reqwest::Url::parse(&up).expect("it is an address");
        assert_eq!(url.path(), "/v1/blueprints/%252E%252E/entities");
    }
}
