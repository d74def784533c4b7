//! Stub.
pub fn page_address(_rule: &str) -> Option<String> {
    None
}
