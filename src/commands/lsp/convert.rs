//! Converts between what the protocol calls things and what portolan calls them: addresses and paths, ranges and spans.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_types::{Position, Range, Uri};

use crate::domain::document::span::Span;
use crate::editor::lines::{LinePlace, Lines};

/// The path of a file's address; `None` for anything that is not a file of this computer.
pub(super) fn path_of(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let start = rest.find('/')?;
    let (host, path) = rest.split_at(start);
    if !(host.is_empty() || host.eq_ignore_ascii_case("localhost")) {
        return None;
    }
    let path = String::from_utf8(decoded(path)).ok().filter(|path| !path.contains('\0'))?;
    // `/c:/x` is `c:/x`.
    let is_drive = cfg!(windows) && path.as_bytes().get(2) == Some(&b':');
    Some(PathBuf::from(if is_drive { path[1..].to_owned() } else { path }))
}

/// The address of a file.
pub(super) fn uri_of(path: &Path) -> Option<Uri> {
    let path = path.to_str()?;
    // `c:\x` is `/c:/x`.
    let path = if cfg!(windows) { format!("/{}", path.replace('\\', "/")) } else { path.to_owned() };
    let mut text = "file://".to_owned();
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => text.push(char::from(byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    Uri::from_str(&text).ok()
}

fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let digits = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}

pub(super) fn place_of(position: Position) -> LinePlace {
    LinePlace { line: position.line, character: position.character }
}

pub(super) fn position_of(place: LinePlace) -> Position {
    Position { line: place.line, character: place.character }
}

pub(super) fn range_of(lines: &Lines<'_>, span: Span) -> Range {
    let (start, end) = lines.range(span);
    Range { start: position_of(start), end: position_of(end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)] // paths differ
    #[test]
    fn every_path_has_an_address_and_comes_back() {
        for path in ["/a/b.yaml", "/a b/é#?%41.yaml", "/c:/x", "/"] {
            let uri = uri_of(Path::new(path)).expect("it has an address");
            assert_eq!(path_of(&uri).as_deref(), Some(Path::new(path)), "{}", uri.as_str());
        }
        let path = |text: &str| path_of(&Uri::from_str(text).expect("an address"));
        assert_eq!(path("file://localhost/a%2Fb?q#f").as_deref(), Some(Path::new("/a/b")));
        for other in [
            "untitled:Untitled-1",
            "file://server/share/x",
            "https://acme.io/a",
            "file:x",
            "file:///a%00",
            "file:///%FF",
        ] {
            assert_eq!(Uri::from_str(other).ok().and_then(|uri| path_of(&uri)), None, "{other}");
        }
    }
}
