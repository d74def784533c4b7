//! Page cursors: opaque strings for the position where a page ended. A cursor contains a checksum, so that a truncated
//! or invented one is rejected.

use crate::catalog::wire::Refusal;
use crate::embedded::store::error::Failure;
use crate::text::fnv;

/// Identifiers cannot contain it.
const SEPARATOR: &str = "\n";

pub(super) fn write<const N: usize>(parts: [&str; N]) -> String {
    let text = parts.join(SEPARATOR);
    let mut word = format!("{:08x}", check(&text));
    for byte in text.bytes() {
        word.push_str(&format!("{byte:02x}"));
    }
    word
}

/// Without a cursor, the position before the first entity.
pub(super) fn read<const N: usize>(cursor: Option<&str>) -> Result<[String; N], Failure> {
    let Some(cursor) = cursor else { return Ok(std::array::from_fn(|_| String::new())) };
    let parts: Option<[String; N]> =
        text(cursor).and_then(|text| text.split(SEPARATOR).map(str::to_owned).collect::<Vec<_>>().try_into().ok());
    parts.ok_or_else(|| {
        Refusal::invalid("\"from\" is not the \"next\" of a page of this search: begin again without it").into()
    })
}

fn text(cursor: &str) -> Option<String> {
    let (check_word, hex) = cursor.split_at_checked(8)?;
    if !cursor.bytes().all(|byte| byte.is_ascii_hexdigit()) || !hex.len().is_multiple_of(2) {
        return None;
    }
    let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    let bytes = (0..hex.len()).step_by(2).map(byte).collect::<Option<Vec<_>>>()?;
    let text = String::from_utf8(bytes).ok()?;
    (u32::from_str_radix(check_word, 16).ok()? == check(&text)).then_some(text)
}

/// Half of the hash is enough, because it only detects accidents.
fn check(text: &str) -> u32 {
    (fnv::hash(text.bytes()) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_and_nothing_else_does() {
        let word = write(["service", "Ünïcode/a b"]);
        assert_eq!(read::<2>(Some(&word)).expect("it was written here"), ["service", "Ünïcode/a b"]);
        assert_eq!(read::<2>(None).expect("no place is the first"), ["", ""]);
        let broken = ["", "zz", "service", &word[1..], &word[..word.len() - 2], &format!("{word}é"), &write(["one"])];
        for word in broken {
            assert!(read::<2>(Some(word)).is_err(), "{word}");
        }
    }
}
