//! Parses durations in whole days: `30d`, `2w`. No setting requires hours.

/// The number of days; `None` if the text is not a number followed by `d` or `w`.
pub(super) fn days(text: &str) -> Option<u32> {
    let (number, unit) = match (text.strip_suffix('d'), text.strip_suffix('w')) {
        (Some(number), _) => (number, 1),
        (None, Some(number)) => (number, 7),
        (None, None) => return None,
    };
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| number.parse::<u32>().ok()?.checked_mul(unit)).flatten()
}

#[cfg(test)]
mod tests {
    use super::days;

    #[test]
    fn days_and_weeks_and_nothing_else() {
        assert_eq!(days("30d"), Some(30));
        assert_eq!(days("2w"), Some(14));
        for bad in ["", "d", "30", "+3d", "3h", "3 d", "99999999999d", "4294967295w", "ü"] {
            assert_eq!(days(bad), None, "{bad}");
        }
    }
}
