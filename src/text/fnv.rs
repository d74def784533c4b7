//! FNV-1a hash: small, and identical on every platform and in every version, unlike `std`'s hashers. Stored files
//! depend on it, so it never changes. It is not cryptographic.

/// The initial value of a hash.
pub const START: u64 = 0xcbf2_9ce4_8422_2325;

/// The hash after one more byte.
pub fn add(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
}

pub fn hash(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(START, add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_one_that_everybody_knows() {
        for (text, known) in [("", START), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)] {
            assert_eq!(hash(text.bytes()), known, "{text}");
        }
    }
}
