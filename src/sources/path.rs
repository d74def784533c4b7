//! Paths in reports. File names need not be UTF-8: invalid bytes are escaped, and so are backslashes that look like
//! such an escape, so that two files never have the same text.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

/// A path relative to the root for people and reports: always with `/`, and invalid UTF-8 as `\xE9`.
pub fn path_text(relative: &Path) -> String {
    let bytes = relative.as_os_str().as_encoded_bytes();
    let text = match std::str::from_utf8(bytes) {
        Ok(text) if !has_escape(bytes) => text.to_owned(),
        Ok(_) | Err(_) => escaped(bytes),
    };
    // Windows separates with `\`.
    if cfg!(windows) { text.replace('\\', "/") } else { text }
}

/// Like [`path_text`] for an owned path, without copying: most paths require no change.
pub(super) fn into_path_text(relative: PathBuf) -> String {
    // Windows separates with `\`, so every path has to be rewritten.
    if cfg!(windows) || has_escape(relative.as_os_str().as_encoded_bytes()) {
        return path_text(&relative);
    }
    relative.into_os_string().into_string().unwrap_or_else(|odd| path_text(Path::new(&odd)))
}

/// The path that Git stores as bytes.
pub(super) fn path_of_git(bytes: &[u8]) -> Cow<'_, Path> {
    #[cfg(unix)] // names are bytes on Unix
    {
        use std::os::unix::ffi::OsStrExt;
        Cow::Borrowed(Path::new(std::ffi::OsStr::from_bytes(bytes)))
    }
    #[cfg(not(unix))] // and Unicode elsewhere
    {
        Cow::Owned(PathBuf::from(String::from_utf8_lossy(bytes).into_owned()))
    }
}

fn has_escape(bytes: &[u8]) -> bool {
    // On Windows a `\` is a separator, so nothing looks like an escape.
    !cfg!(windows) && memchr::memmem::find(bytes, b"\\x").is_some()
}

fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        // On Windows a `\` is a separator, so nothing looks like an escape.
        if cfg!(windows) {
            text.push_str(chunk.valid());
        } else {
            text.push_str(&chunk.valid().replace("\\x", "\\x5Cx"));
        }
        for byte in chunk.invalid() {
            // Writing into a `String` cannot fail.
            let _ = write!(text, "\\x{byte:02X}");
        }
    }
    text
}

/// Removes `.` and, where that is safe, `..`, without resolving links.
pub fn tidy(path: PathBuf) -> PathBuf {
    let mut tidied = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(tidied.components().next_back(), Some(Component::Normal(_))) => {
                // After a link `..` leads elsewhere, so the path is left unchanged.
                if super::inspect::is_link(&tidied) {
                    return path.clone();
                }
                tidied.pop();
            }
            Component::ParentDir | Component::Normal(_) | Component::Prefix(_) | Component::RootDir => {
                tidied.push(part);
            }
        }
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_go_where_they_say() {
        let of = |path: &str| tidy(PathBuf::from(path)).to_string_lossy().into_owned();
        assert_eq!(of("/a/./b/../c/"), "/a/c");
        assert_eq!(of("/.."), "/..");
        assert_eq!(of("../a"), "../a");
    }

    #[cfg(unix)] // names that are not UTF-8
    #[test]
    fn names_that_are_not_utf_8_are_shown_and_stay_apart() {
        let of = |bytes: &[u8]| {
            let path = path_of_git(bytes);
            assert_eq!(path_text(&path), into_path_text(path.to_path_buf()));
            path_text(&path)
        };
        assert_eq!(of("catalog/café \"1\"\n.yaml".as_bytes()), "catalog/café \"1\"\n.yaml");
        assert_eq!(of(b"caf\xE9.yaml"), "caf\\xE9.yaml");
        assert_eq!(of(b"caf\xC3.yaml"), "caf\\xC3.yaml");
        assert_eq!(of(b"caf\\xE9.yaml"), "caf\\x5CxE9.yaml");
        assert_eq!(of(b"a\\b.yaml"), "a\\b.yaml");
    }
}
