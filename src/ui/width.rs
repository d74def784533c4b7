//! The width of terminal output.

/// The width for streams that have none.
const UNKNOWN: usize = 100;
/// The limits of the width: less is not enough to draw, and longer lines are hard to read.
const SENSIBLE: std::ops::RangeInclusive<usize> = 40..=140;

/// The width: `COLUMNS` if set, otherwise the terminal's.
pub fn width(columns: Option<&str>, terminal: Option<usize>) -> usize {
    let given = columns.and_then(|columns| columns.trim().parse().ok()).filter(|columns: &usize| *columns > 0);
    given.or(terminal).unwrap_or(UNKNOWN).clamp(*SENSIBLE.start(), *SENSIBLE.end())
}

/// The terminal's width; `None` if no stream is a terminal.
pub fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(terminal_size::Width(columns), _)| usize::from(columns))
}

#[cfg(test)]
mod tests {
    use super::width;

    #[test]
    fn the_variable_wins_and_the_width_stays_sensible() {
        assert_eq!(width(Some("72"), Some(120)), 72);
        assert_eq!(width(Some("nonsense"), Some(120)), 120);
        assert_eq!(width(Some("0"), Some(120)), 120);
        assert_eq!(width(None, None), 100);
        assert_eq!(width(Some("7"), None), 40);
        assert_eq!(width(None, Some(400)), 140);
    }
}
