//! The text of a file, decoded and encoded: UTF-8 or UTF-16, with or without a byte order mark. The mark is not part of the
//! text but is remembered, so that a fix preserves it.

use super::read_problem::ReadProblem;

/// The encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8 { bom: bool },
    Utf16 { order: ByteOrder, bom: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteOrder {
    Little,
    Big,
}

/// The owned text of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub text: String,
    pub encoding: Encoding,
}

/// The text of a file, borrowed from a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextRef<'b> {
    /// Without the byte order mark.
    pub text: &'b str,
    pub encoding: Encoding,
}

impl TextRef<'_> {
    pub fn to_text(self) -> Text {
        Text { text: self.text.to_owned(), encoding: self.encoding }
    }
}

const MARK: char = '\u{FEFF}';

/// Encodes a text in the file's own encoding.
pub fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf8 { bom } => {
            let mut bytes = Vec::with_capacity(text.len() + 3);
            if bom {
                bytes.extend_from_slice(&UTF_8_MARK);
            }
            bytes.extend_from_slice(text.as_bytes());
            bytes
        }
        Encoding::Utf16 { order, bom } => {
            let mark = bom.then_some(MARK as u16);
            mark.into_iter().chain(text.encode_utf16()).flat_map(|unit| bytes_of(unit, order)).collect()
        }
    }
}

const UTF_8_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

fn bytes_of(unit: u16, order: ByteOrder) -> [u8; 2] {
    match order {
        ByteOrder::Little => unit.to_le_bytes(),
        ByteOrder::Big => unit.to_be_bytes(),
    }
}

/// UTF-8 is borrowed; UTF-16 is decoded into `scratch`.
pub(super) fn decode<'a>(bytes: &'a [u8], scratch: &'a mut String) -> Result<TextRef<'a>, ReadProblem> {
    let (encoding, body) = detect(bytes)?;
    let mark = bytes.len() - body.len();
    match encoding {
        Encoding::Utf8 { .. } => match std::str::from_utf8(body) {
            Ok(text) => Ok(TextRef { text, encoding }),
            Err(error) => Err(not_utf_8(body, error.valid_up_to(), mark)),
        },
        Encoding::Utf16 { order, .. } => {
            scratch.clear();
            decode_utf_16(body, order, mark, scratch)?;
            Ok(TextRef { text: scratch, encoding })
        }
    }
}

/// Detects the encoding by its mark, or by the zero byte of ASCII characters in UTF-16; returns it with the bytes after
/// the mark.
fn detect(bytes: &[u8]) -> Result<(Encoding, &[u8]), ReadProblem> {
    use ByteOrder::{Big, Little};
    let utf_16 = |order, bom, skip: usize| (Encoding::Utf16 { order, bom }, bytes.get(skip..).unwrap_or_default());
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => Ok((Encoding::Utf8 { bom: true }, rest)),
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => Err(ReadProblem::NotText {
            at: 0,
            before: String::new(),
            message: "The file is UTF-32; it must be UTF-8 or UTF-16".to_owned(),
        }),
        [0xFF, 0xFE, ..] => Ok(utf_16(Little, true, 2)),
        [0xFE, 0xFF, ..] => Ok(utf_16(Big, true, 2)),
        [first, 0, third, ..] if is_text(*first) && *third != 0 => Ok(utf_16(Little, false, 0)),
        [0, second, 0, ..] if is_text(*second) => Ok(utf_16(Big, false, 0)),
        [first, 0] if is_text(*first) => Ok(utf_16(Little, false, 0)),
        [0, second] if is_text(*second) => Ok(utf_16(Big, false, 0)),
        _ => Ok((Encoding::Utf8 { bom: false }, bytes)),
    }
}

fn is_text(byte: u8) -> bool {
    byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn not_utf_8(body: &[u8], valid: usize, mark: usize) -> ReadProblem {
    let before = String::from_utf8_lossy(body.get(..valid).unwrap_or_default()).into_owned();
    let message = match body.get(valid) {
        _ if memchr::memchr(0, body).is_some() => "The file is binary: it is neither UTF-8 nor UTF-16".to_owned(),
        Some(byte) => format!("The byte `0x{byte:02X}` is not UTF-8"),
        None => "The file is not UTF-8".to_owned(),
    };
    ReadProblem::NotText { at: mark + valid, before, message }
}

fn decode_utf_16(body: &[u8], order: ByteOrder, mark: usize, text: &mut String) -> Result<(), ReadProblem> {
    let (pairs, rest) = body.as_chunks::<2>();
    let units = pairs.iter().map(|pair| match order {
        ByteOrder::Little => u16::from_le_bytes(*pair),
        ByteOrder::Big => u16::from_be_bytes(*pair),
    });
    let mut at = mark;
    for decoded in char::decode_utf16(units) {
        match decoded {
            Ok(character) => {
                text.push(character);
                at += character.len_utf16() * 2;
            }
            Err(error) => {
                let unit = error.unpaired_surrogate();
                let message = format!("The file is not valid UTF-16: the surrogate `0x{unit:04X}` has no partner");
                return Err(ReadProblem::NotText { at, before: std::mem::take(text), message });
            }
        }
    }
    if rest.is_empty() {
        return Ok(());
    }
    let message = "The file is not valid UTF-16: it has an odd number of bytes".to_owned();
    Err(ReadProblem::NotText { at, before: std::mem::take(text), message })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "kind: Entity # café 🦀\n";

    fn all() -> Vec<Encoding> {
        use ByteOrder::{Big, Little};
        let utf_16 = |order| [true, false].map(|bom| Encoding::Utf16 { order, bom });
        let mut all = [true, false].map(|bom| Encoding::Utf8 { bom }).to_vec();
        all.extend(utf_16(Little).into_iter().chain(utf_16(Big)));
        all
    }

    #[test]
    fn every_encoding_goes_there_and_back() {
        for encoding in all() {
            let bytes = encode(TEXT, encoding);
            let mut scratch = String::new();
            let read = decode(&bytes, &mut scratch).expect("it is text");
            assert_eq!((read.text, read.encoding), (TEXT, encoding));
        }
    }

    #[test]
    fn short_files_are_told_apart_too() {
        let mut scratch = String::new();
        let empty = decode(b"", &mut scratch).expect("it is text");
        assert_eq!((empty.text, empty.encoding), ("", Encoding::Utf8 { bom: false }));
        let mut scratch = String::new();
        assert_eq!(decode(b"a\0", &mut scratch).expect("it is text").text, "a");
        let mut scratch = String::new();
        assert_eq!(decode(b"\0a", &mut scratch).expect("it is text").text, "a");
        let mut scratch = String::new();
        assert_eq!(decode(b"\xFF\xFE", &mut scratch).expect("it is text").text, "");
    }

    fn problem(bytes: &[u8]) -> (usize, String, String) {
        let mut scratch = String::new();
        match decode(bytes, &mut scratch) {
            Err(ReadProblem::NotText { at, before, message }) => (at, before, message),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_not_text_says_where() {
        let (at, before, message) = problem(b"a: 1\nb: caf\xE9\n");
        assert_eq!((at, before.as_str()), (11, "a: 1\nb: caf"));
        assert!(message.contains("`0xE9`"), "{message}");
        assert_eq!(problem(b"\xEF\xBB\xBFx\xFF").0, 4);
        // A truncated character at the end.
        assert_eq!(problem(b"x: \xC3").0, 3);
        assert!(problem(b"\x89PNG\0\0").2.contains("binary"));
        assert!(problem(b"\xFF\xFE\0\0a\0\0\0").2.contains("UTF-32"));

        let mut cut = encode("é🦀", Encoding::Utf16 { order: ByteOrder::Little, bom: true });
        cut.truncate(cut.len() - 2);
        assert_eq!((problem(&cut).0, problem(&cut).1.as_str()), (4, "é"));
        cut.truncate(cut.len() - 1);
        let (at, before, message) = problem(&cut);
        assert_eq!((at, before.as_str()), (4, "é"));
        assert!(message.contains("odd"), "{message}");
    }
}
