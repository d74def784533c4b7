//! Text functions without knowledge of catalogs, files or report formats: escapes for terminals and CI runners, and
//! masking of secrets.

pub mod canonical_json;
pub mod credentials;
pub mod escape;
pub mod fnv;
#[cfg(test)]
pub(crate) mod hostile_texts;
pub mod json_document;
pub mod mask;
pub mod merge_conflict;
pub mod plural;
pub mod redact;
pub mod suggest;
pub mod wildcard;

/// The reason of an I/O error, without the error number that the standard library adds.
pub fn io_reason(error: &std::io::Error) -> String {
    use std::io::ErrorKind;

    match error.kind() {
        ErrorKind::NotFound => "it does not exist".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => {
            let text = error.to_string();
            let text = text.split_once(" (os error ").map_or(text.as_str(), |(text, _)| text);
            let mut chars = text.chars();
            let is_word = chars.clone().nth(1).is_some_and(char::is_lowercase);
            match chars.next() {
                Some(first) if is_word => first.to_lowercase().chain(chars).collect(),
                _ => text.to_owned(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::io_reason;

    #[test]
    fn the_reason_of_the_system_has_no_number() {
        assert_eq!(io_reason(&Error::from_raw_os_error(2)), "it does not exist");
        assert_eq!(io_reason(&Error::from(ErrorKind::PermissionDenied)), "permission denied");
        assert_eq!(io_reason(&Error::other("IO is odd")), "IO is odd");
        // The error number of a full disk is specific to Linux.
        #[cfg(target_os = "linux")]
        assert_eq!(io_reason(&Error::from_raw_os_error(28)), "no space left on device");
    }
}
