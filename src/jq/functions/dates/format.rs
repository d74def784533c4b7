//! Writes dates by a format, as `strftime` of gojq does.

use super::civil::{Civil, DAYS, MONTHS, Moment, composition, iso_week};

/// The widest field.
const MAX_WIDTH: usize = 1024;

/// How a field is filled up: `None` is not at all.
#[derive(Clone, Copy)]
struct Field {
    width: usize,
    padding: Option<char>,
    /// Whether the format states the padding.
    is_explicit: bool,
    upper: bool,
    swap: bool,
}

impl Field {
    const PLAIN: Self = Self { width: 0, padding: Some('0'), is_explicit: false, upper: false, swap: false };
}

/// Writes a moment.
pub(super) fn format(moment: &Moment, format: &str) -> String {
    let mut writer = Writer { moment, civil: moment.civil(), out: String::new() };
    let bytes = format.as_bytes();
    let mut at = 0;
    while let Some(offset) = format[at..].find('%') {
        let start = at + offset;
        writer.out.push_str(&format[at..start]);
        match read_field(bytes, start + 1) {
            Some((field, end)) => at = writer.write_directive(format, start, field, end),
            None => {
                // A directive that is cut off stands for itself; the width is that of its text.
                let text = &format[start..];
                writer.text(text, &Field { width: unfinished_width(bytes, start + 1), ..Field::PLAIN });
                return writer.out;
            }
        }
    }
    writer.out.push_str(&format[at..]);
    writer.out
}

/// The flags and the width after a percent sign, and where the directive is. `None`: the format ends before.
fn read_field(bytes: &[u8], mut at: usize) -> Option<(Field, usize)> {
    let mut field = Field::PLAIN;
    loop {
        match bytes.get(at)? {
            b'-' => field = Field { padding: None, is_explicit: true, ..field },
            b'_' => field = Field { padding: Some(' '), is_explicit: true, ..field },
            b'0' => field = Field { padding: Some('0'), is_explicit: true, ..field },
            b'^' => field.upper = true,
            b'#' => field.swap = true,
            b'1'..=b'9' => {
                let mut width = 0;
                while let Some(digit @ b'0'..=b'9') = bytes.get(at) {
                    width = (width * 10 + usize::from(digit - b'0')).min(MAX_WIDTH);
                    at += 1;
                }
                field.width = width;
                if field.padding.is_none() {
                    field.padding = Some(' ');
                }
                if at == bytes.len() {
                    return None;
                }
                continue;
            }
            _ => return Some((field, at)),
        }
        at += 1;
    }
}

fn unfinished_width(bytes: &[u8], from: usize) -> usize {
    let digits = bytes[from..].iter().filter(|byte| byte.is_ascii_digit());
    digits.fold(0, |width, digit| (width * 10 + usize::from(digit - b'0')).min(MAX_WIDTH))
}

struct Writer<'a> {
    moment: &'a Moment,
    civil: Civil,
    out: String,
}

impl Writer<'_> {
    /// Writes the directive at `at`; yields where the format goes on.
    fn write_directive(&mut self, format: &str, start: usize, field: Field, at: usize) -> usize {
        let bytes = format.as_bytes();
        if bytes[at] == b':' {
            let colons = bytes[at..].iter().take_while(|byte| **byte == b':').count();
            if bytes.get(at + colons) == Some(&b'z') && colons <= 3 {
                self.offset(&field, colons);
                return at + colons + 1;
            }
            let end = at + colons;
            self.text(&format[start..end], &Field { upper: false, swap: false, ..field });
            return end;
        }
        if self.write_simple(bytes[at], field) {
            return at + 1;
        }
        if let Some(parts) = composition(bytes[at]) {
            for part in parts.bytes() {
                let field = Field { upper: field.upper, ..Field::PLAIN };
                if !self.write_simple(part, field) {
                    self.out.push(char::from(part));
                }
            }
            return at + 1;
        }
        let character = format[at..].chars().next().unwrap_or('%');
        let width = field.width.saturating_sub(1);
        self.text(&format[start..at], &Field { width, upper: false, swap: false, ..field });
        self.out.push(character);
        at + character.len_utf8()
    }

    /// Writes a directive that does not stand for others; yields whether it is one.
    fn write_simple(&mut self, directive: u8, field: Field) -> bool {
        let civil = &self.civil;
        let hour = match civil.hour {
            0 => 12,
            hour if hour > 12 => hour - 12,
            hour => hour,
        };
        let spaced = Field { padding: if field.is_explicit { field.padding } else { Some(' ') }, ..field };
        match directive {
            b'Y' => self.number(civil.year, 4, &field),
            b'y' => self.number(civil.year % 100, 2, &field),
            b'C' => self.number(civil.year / 100, 2, &field),
            b'g' => self.number(iso_week(civil).0 % 100, 2, &field),
            b'G' => self.number(iso_week(civil).0, 4, &field),
            b'm' => self.number(civil.month, 2, &field),
            b'B' => self.name(&MONTHS, civil.month - 1, None, &field),
            b'b' | b'h' => self.name(&MONTHS, civil.month - 1, Some(3), &field),
            b'A' => self.name(&DAYS, civil.weekday, None, &field),
            b'a' => self.name(&DAYS, civil.weekday, Some(3), &field),
            b'w' => self.number(civil.weekday, 0, &field),
            b'u' => self.number(if civil.weekday == 0 { 7 } else { civil.weekday }, 0, &field),
            b'V' => self.number(iso_week(civil).1, 2, &field),
            b'U' => self.number((civil.yearday + 6 - civil.weekday) / 7, 2, &field),
            b'W' => {
                let monday = if civil.weekday > 0 { civil.yearday - (civil.weekday - 7) } else { civil.yearday };
                self.number(monday / 7, 2, &field);
            }
            b'e' => self.number(civil.day, 2, &spaced),
            b'd' => self.number(civil.day, 2, &field),
            b'j' => self.number(civil.yearday, 3, &field),
            b'k' => self.number(civil.hour, 2, &spaced),
            b'H' => self.number(civil.hour, 2, &field),
            b'l' => self.number(hour, 2, &spaced),
            b'I' => self.number(hour, 2, &field),
            b'P' => self.half_day(&Field { swap: !(field.upper || field.swap), ..field }),
            b'p' => self.half_day(&field),
            b'M' => self.number(civil.minute, 2, &field),
            b'S' => self.number(civil.second, 2, &field),
            b's' => self.number(self.moment.seconds, 0, &spaced),
            b'f' => self.number(i64::from(self.moment.nanosecond / 1000), 6, &field),
            b'Z' => self.text("UTC", &field),
            b'z' => self.offset(&field, 0),
            b't' => self.text("\t", &Field { upper: false, swap: false, ..field }),
            b'n' => self.text("\n", &Field { upper: false, swap: false, ..field }),
            b'%' => self.text("%", &Field { upper: false, swap: false, ..field }),
            _ => return false,
        }
        true
    }

    fn half_day(&mut self, field: &Field) {
        let name = if self.civil.hour < 12 { "AM" } else { "PM" };
        self.text(name, field);
    }

    fn name(&mut self, names: &[&'static str], position: i64, length: Option<usize>, field: &Field) {
        let name = usize::try_from(position).ok().and_then(|position| names.get(position)).copied().unwrap_or_default();
        self.text(length.map_or(name, |length| &name[..length]), field);
    }

    fn number(&mut self, number: i64, least: usize, field: &Field) {
        // `%Y`, `%G` and `%f` may be made narrower, the others not.
        let width = if field.width == 0 || least < 4 { field.width.max(least) } else { field.width };
        if number < 0 && (field.padding.is_none() || width == 2 || width == 4) {
            self.negative_digit(number, width, field.padding);
            return;
        }
        let digits = number.to_string();
        if let Some(padding) = field.padding {
            self.out.extend(std::iter::repeat_n(padding, width.saturating_sub(digits.len())));
        }
        self.out.push_str(&digits);
    }

    /// gojq takes a negative number for one digit here and writes a byte that may be no character.
    fn negative_digit(&mut self, number: i64, width: usize, padding: Option<char>) {
        if let Some(padding) = padding {
            self.out.extend(std::iter::repeat_n(padding, width - 1));
        }
        let byte = number.to_le_bytes()[0] | b'0';
        self.out.push(if byte.is_ascii() { char::from(byte) } else { char::REPLACEMENT_CHARACTER });
    }

    fn text(&mut self, text: &str, field: &Field) {
        if let Some(padding) = field.padding {
            let padding = if field.is_explicit { padding } else { ' ' };
            self.out.extend(std::iter::repeat_n(padding, field.width.saturating_sub(text.len())));
        }
        let is_upper = text.as_bytes().get(1).is_some_and(|second| *second < b'a');
        if field.swap && is_upper {
            self.out.push_str(&text.to_ascii_lowercase());
        } else if field.swap || field.upper {
            self.out.push_str(&text.to_ascii_uppercase());
        } else {
            self.out.push_str(text);
        }
    }

    /// `%z`: the sign stands before zeros and after spaces.
    fn offset(&mut self, field: &Field, colons: usize) {
        let offset = self.moment.zone.as_ref().map_or(0, |zone| zone.offset);
        let sign = if offset < 0 { '-' } else { '+' };
        let offset = offset.abs();
        let (hours, minutes, seconds) = (offset / 3600, offset / 60 % 60, offset % 60);
        let mut rest = String::new();
        if colons <= 2 || minutes != 0 || seconds != 0 {
            rest.push_str(if colons == 0 { "" } else { ":" });
            rest.push_str(&format!("{minutes:02}"));
            if colons == 2 || colons == 3 && seconds != 0 {
                rest.push_str(&format!(":{seconds:02}"));
            }
        }
        let text = match field.padding {
            Some('0') => {
                let width = field.width.saturating_sub(1 + rest.len()).max(2);
                format!("{sign}{hours:0width$}{rest}")
            }
            Some(_) => {
                let text = if hours < 10 { format!(" {sign}{hours}{rest}") } else { format!("{sign}{hours}{rest}") };
                format!("{text:>width$}", width = field.width)
            }
            None => format!("{sign}{hours}{rest}"),
        };
        self.out.push_str(&text);
    }
}
