//! The frames of messages: a header with the length, then JSON. A message that cannot be read is handed over as such, so
//! that the server can answer it and go on with the next one.

use std::io::{BufRead, Read};

use serde_json::Value as Json;

/// What was received.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Incoming {
    Message(Json),
    /// Why it is no message.
    Malformed(String),
}

/// A message may hold a whole file, and files are limited to 10 MiB.
const MAX_MESSAGE_BYTES: u64 = 64 * 1024 * 1024;
const MAX_HEADER_BYTES: u64 = 4 * 1024;

/// Reads one message; `None` at the end of the input.
pub(super) fn read_message(input: &mut dyn BufRead) -> Option<Incoming> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        let read = (&mut *input).take(MAX_HEADER_BYTES).read_until(b'\n', &mut line).ok()?;
        if read == 0 {
            return None;
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        if line.is_empty() {
            match length {
                Some(length) => return body(input, length),
                // Lines between messages.
                None => continue,
            }
        }
        match line.split_once(':') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("content-length") => {
                match value.trim().parse::<u64>() {
                    Ok(bytes) => length = Some(bytes),
                    Err(_) => {
                        return Some(Incoming::Malformed(format!("the length `{}` is not a number", value.trim())));
                    }
                }
            }
            Some((name, _)) if is_header_name(name) => {}
            Some(_) | None => return Some(Incoming::Malformed("a header has the form `Name: value`".to_owned())),
        }
    }
}

fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn body(input: &mut dyn BufRead, length: u64) -> Option<Incoming> {
    if length > MAX_MESSAGE_BYTES {
        std::io::copy(&mut input.take(length), &mut std::io::sink()).ok()?;
        return Some(Incoming::Malformed(format!("the message has {length} bytes, more than {MAX_MESSAGE_BYTES}")));
    }
    let mut bytes = Vec::new();
    let read = input.take(length).read_to_end(&mut bytes).ok()?;
    if (read as u64) < length {
        return None;
    }
    Some(match serde_json::from_slice(&bytes) {
        Ok(message) => Incoming::Message(message),
        Err(error) => Incoming::Malformed(format!("the message is not JSON: {error}")),
    })
}

/// The message with its header.
pub(super) fn frame(message: &Json) -> String {
    let text = message.to_string();
    format!("Content-Length: {}\r\n\r\n{text}", text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read_all(mut input: &[u8]) -> Vec<String> {
        let mut read = Vec::new();
        while let Some(incoming) = read_message(&mut input) {
            read.push(match incoming {
                Incoming::Message(json) => json.to_string(),
                Incoming::Malformed(_) => "malformed".to_owned(),
            });
        }
        read
    }

    #[test]
    fn what_is_no_message_does_not_end_the_rest() {
        let good = frame(&json!({"id": "é"}));
        let text = format!("{good}Content-Length: 3\r\n\r\n{{x}}{good}no header\n{good}Content-Length: x\r\n{good}");
        let message = "{\"id\":\"é\"}";
        assert_eq!(
            read_all(text.as_bytes()),
            [message, "malformed", message, "malformed", message, "malformed", message]
        );
        let headers = "content-length:2\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n{}";
        assert_eq!(read_all(headers.as_bytes()), ["{}"]);
    }

    #[test]
    fn a_huge_length_needs_no_memory_and_an_end_is_an_end() {
        assert_eq!(read_all(b"Content-Length: 99999999999\r\n\r\n{}"), ["malformed"]);
        assert_eq!(read_all(b"Content-Length: 5\r\n\r\n{}"), [""; 0]);
        assert_eq!(read_all(b""), [""; 0]);
    }
}
