//! Reads dates by a format, as `strptime` of gojq does.

use crate::jq::encode::{quote, quote_byte};

use super::civil::{DAYS, MONTHS, Moment, Zone, composition};

/// The error is what is wrong with the text or the format.
type Parsed<T> = Result<T, String>;

/// Parses a date. The error is in gojq's words.
pub(super) fn parse(text: &str, format: &str) -> Parsed<Moment> {
    let mut parser = Parser { text: text.as_bytes(), at: 0, fields: Fields::default() };
    let bytes = format.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        if *byte != b'%' {
            parser.expect(*byte)?;
            continue;
        }
        let Some(directive) = bytes.get(at) else { return Err("stray \"%\"".to_owned()) };
        at += 1;
        if *directive == b':' {
            let colons = 1 + usize::from(bytes.get(at) == Some(&b':'));
            at += colons - 1;
            if bytes.get(at) != Some(&b'z') {
                return Err(format!("expected 'z' after \"%{}\"", &"::"[..colons]));
            }
            at += 1;
            parser.offset(colons)?;
            continue;
        }
        if parser.directive(*directive)? {
            continue;
        }
        let Some(parts) = composition(*directive) else {
            return Err(format!("unexpected format \"%{}\"", char::from(*directive)));
        };
        for part in parts.bytes() {
            if matches!(part, b':' | b'-' | b'/' | b' ') || !parser.directive(part)? {
                parser.expect(part)?;
            }
        }
    }
    if parser.at < text.len() {
        let rest = String::from_utf8_lossy(&parser.text[parser.at..]);
        return Err(format!("unparsed string {}", quote(&rest)));
    }
    parser.fields.into_moment()
}

/// What was read. The defaults are those of gojq.
struct Fields {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    nanosecond: i64,
    century: Option<i64>,
    week: i64,
    /// From Sunday, 1; 0 is unset.
    weekday: i64,
    week_start: Option<WeekStart>,
    yearday: i64,
    is_afternoon: bool,
    has_iso_year: bool,
    zone: Option<Zone>,
}

#[derive(Clone, Copy, PartialEq)]
enum WeekStart {
    Sunday,
    Monday,
    /// ISO 8601: the week of the first Thursday.
    Thursday,
}

impl Default for Fields {
    fn default() -> Self {
        Self {
            year: 1900,
            month: 1,
            day: 0,
            hour: 0,
            minute: 0,
            second: 0,
            nanosecond: 0,
            century: None,
            week: 0,
            weekday: 0,
            week_start: None,
            yearday: 0,
            is_afternoon: false,
            has_iso_year: false,
            zone: None,
        }
    }
}

impl Fields {
    fn into_moment(self) -> Parsed<Moment> {
        let hour = self.hour + if self.is_afternoon { 12 } else { 0 };
        let year = self.century.map_or(self.year, |century| century * 100 + self.year % 100);
        let time = [hour, self.minute, self.second];
        let moment = |month, day, zone| Moment::of_parts(year, month, day, time, self.nanosecond, zone);
        if self.day > 0 {
            return Ok(moment(self.month - 1, self.day, self.zone));
        }
        if self.yearday > 0 {
            if self.has_iso_year {
                return Err("use \"%Y\" to parse non-ISO year for \"%j\"".to_owned());
            }
            return Ok(moment(0, self.yearday, self.zone));
        }
        let Some(start) = self.week_start else { return Ok(moment(self.month - 1, 1, self.zone)) };
        if start == WeekStart::Thursday && !self.has_iso_year {
            return Err("use \"%G\" to parse ISO year for \"%V\"".to_owned());
        }
        if start != WeekStart::Thursday && self.has_iso_year {
            return Err("use \"%Y\" to parse non-ISO year for \"%U\" or \"%W\"".to_owned());
        }
        let offset = match start {
            WeekStart::Sunday => 0,
            WeekStart::Monday => 1,
            WeekStart::Thursday => 4,
        };
        let week = self.week + i64::from(start != WeekStart::Sunday && self.weekday == 1);
        let before = moment(0, -offset, self.zone.clone()).civil();
        Ok(moment(0, -offset + week * 7 - before.weekday + self.weekday - 1, self.zone))
    }
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    fields: Fields,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Parsed<()> {
        if self.peek() != Some(byte) {
            return Err(format!("expected {}", quote_byte(byte)));
        }
        self.at += 1;
        Ok(())
    }

    fn number(&mut self, size: usize, least: i64, most: i64, directive: u8) -> Parsed<i64> {
        let start = self.at;
        let mut number: i64 = 0;
        while self.at - start < size
            && let Some(digit @ b'0'..=b'9') = self.peek()
        {
            number = number * 10 + i64::from(digit - b'0');
            self.at += 1;
        }
        if self.at == start || !(least..=most).contains(&number) {
            return Err(format!("cannot parse \"%{}\"", char::from(directive)));
        }
        Ok(number)
    }

    /// One of some names, of which `length` letters count; the first is 1.
    fn name(&mut self, names: &[&str], length: Option<usize>, directive: u8) -> Parsed<i64> {
        for (position, name) in names.iter().enumerate() {
            let name = &name.as_bytes()[..length.unwrap_or(name.len())];
            let found = self.text.get(self.at..self.at + name.len());
            if found.is_some_and(|found| found.iter().zip(name).all(|(found, name)| found | 0x20 == name | 0x20)) {
                self.at += name.len();
                return Ok(i64::try_from(position).unwrap_or(0) + 1);
            }
        }
        Err(format!("cannot parse \"%{}\"", char::from(directive)))
    }

    fn skip_one_space(&mut self) {
        if self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    /// Reads one directive; yields whether it is one that does not stand for others.
    fn directive(&mut self, directive: u8) -> Parsed<bool> {
        match directive {
            b'Y' => self.fields.year = self.number(4, 0, 9999, directive)?,
            b'y' => {
                let year = self.number(2, 0, 99, directive)?;
                self.fields.year = year + if year < 69 { 2000 } else { 1900 };
            }
            b'C' => self.fields.century = Some(self.number(2, 0, 99, directive)?),
            b'g' => {
                self.fields.year = self.number(2, 0, 99, directive)? + 2000;
                self.fields.has_iso_year = true;
            }
            b'G' => {
                self.fields.year = self.number(4, 0, 9999, directive)?;
                self.fields.has_iso_year = true;
            }
            b'm' => self.fields.month = self.number(2, 1, 12, directive)?,
            b'B' => self.fields.month = self.name(&MONTHS, None, directive)?,
            b'b' | b'h' => self.fields.month = self.name(&MONTHS, Some(3), directive)?,
            b'A' => self.fields.weekday = self.name(&DAYS, None, directive)?,
            b'a' => self.fields.weekday = self.name(&DAYS, Some(3), directive)?,
            b'w' => self.fields.weekday = self.number(1, 0, 6, directive)? + 1,
            b'u' => self.fields.weekday = self.number(1, 1, 7, directive)? % 7 + 1,
            b'V' => self.week(1, WeekStart::Thursday, 2, directive)?,
            b'U' => self.week(0, WeekStart::Sunday, 1, directive)?,
            b'W' => self.week(0, WeekStart::Monday, 2, directive)?,
            b'e' => {
                self.skip_one_space();
                self.fields.day = self.number(2, 1, 31, directive)?;
            }
            b'd' => self.fields.day = self.number(2, 1, 31, directive)?,
            b'j' => self.fields.yearday = self.number(3, 1, 366, directive)?,
            b'k' => {
                self.skip_one_space();
                self.fields.hour = self.number(2, 0, 23, directive)?;
            }
            b'H' => self.fields.hour = self.number(2, 0, 23, directive)?,
            b'l' => {
                self.skip_one_space();
                self.fields.hour = self.number(2, 1, 12, directive)? % 12;
            }
            b'I' => self.fields.hour = self.number(2, 1, 12, directive)? % 12,
            b'P' | b'p' => self.fields.is_afternoon = self.name(&["AM", "PM"], None, directive)? == 2,
            b'M' => self.fields.minute = self.number(2, 0, 59, directive)?,
            b'S' => self.fields.second = self.number(2, 0, 60, directive)?,
            b's' => self.epoch()?,
            b'f' => {
                let start = self.at;
                let number = self.number(6, 0, 999_999, directive)?;
                let missing = u32::try_from(6 - (self.at - start)).unwrap_or(0);
                self.fields.nanosecond = number * 10_i64.pow(missing) * 1000;
            }
            b'Z' => self.zone_name()?,
            b'z' => self.offset(0)?,
            b't' | b'n' => {
                let start = self.at;
                while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')) {
                    self.at += 1;
                }
                if self.at == start {
                    return Err(format!("expected a space for \"%{}\"", char::from(directive)));
                }
            }
            b'%' => self.expect(b'%')?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn week(&mut self, least: i64, start: WeekStart, weekday: i64, directive: u8) -> Parsed<()> {
        self.fields.week = self.number(2, least, 53, directive)?;
        self.fields.week_start = Some(start);
        if self.fields.weekday == 0 {
            self.fields.weekday = weekday;
        }
        Ok(())
    }

    fn epoch(&mut self) -> Parsed<()> {
        let seconds = self.number(10, 0, i64::MAX, b's')?;
        let civil = Moment { seconds, nanosecond: 0, zone: None }.civil();
        let fields = &mut self.fields;
        (fields.year, fields.month, fields.day) = (civil.year, civil.month, civil.day);
        (fields.hour, fields.minute, fields.second) = (civil.hour, civil.minute, civil.second);
        Ok(())
    }

    /// An abbreviation. Go knows the offset of those of the local zone alone, which is UTC; others count as UTC too.
    fn zone_name(&mut self) -> Parsed<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'A'..=b'Z')) {
            self.at += 1;
        }
        let name = String::from_utf8_lossy(&self.text[start..self.at]).into_owned();
        let is_zone = match name.len() {
            3 => true,
            _ if name.starts_with("UTC") => false,
            4 => name.ends_with('T') || name == "WITA",
            5 => name.ends_with('T'),
            _ => false,
        };
        if !is_zone {
            return Err(format!("cannot parse {} with \"%Z\"", quote(&name)));
        }
        if self.fields.zone.is_none() && name != "UTC" {
            self.fields.zone = Some(Zone { offset: 0 });
        }
        Ok(())
    }

    fn offset(&mut self, mut colons: usize) -> Parsed<()> {
        let cannot = |colons: usize| format!("cannot parse \"%{}\"", &"::z"[2 - colons.min(2)..]);
        let expected = |colons: usize| format!("expected ':' for \"%{}\"", &"::z"[2 - colons.min(2)..]);
        let sign = match self.peek() {
            Some(b'Z') => {
                self.at += 1;
                self.fields.zone = None;
                return Ok(());
            }
            Some(b'-') => -1,
            Some(b'+') => 1,
            _ => return Err(cannot(colons)),
        };
        self.at += 1;
        let hours = self.two_digits(23).ok_or_else(|| cannot(colons))?;
        if self.peek() == Some(b':') {
            self.at += 1;
            if colons == 0 {
                colons = 4;
            }
        } else if colons > 0 {
            return Err(expected(colons));
        }
        let (mut minutes, mut seconds) = (0, 0);
        match self.two_digits(59) {
            None if colons > 0 => return Err(cannot(colons & 3)),
            None => {}
            Some(number) => {
                minutes = number;
                if colons > 1 && self.peek() == Some(b':') {
                    self.at += 1;
                    match self.two_digits(59) {
                        Some(number) => seconds = number,
                        None if colons == 2 => return Err(cannot(colons)),
                        None => self.at -= 1,
                    }
                } else if colons == 2 {
                    return Err(expected(colons));
                }
            }
        }
        self.fields.zone = Some(Zone { offset: sign * (hours * 3600 + minutes * 60 + seconds) });
        Ok(())
    }

    /// Two digits, or none at all.
    fn two_digits(&mut self, most: i64) -> Option<i64> {
        let start = self.at;
        match self.number(2, 0, most, b'z') {
            Ok(number) if self.at == start + 2 => Some(number),
            _ => {
                self.at = start;
                None
            }
        }
    }
}
