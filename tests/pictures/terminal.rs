//! Draws a terminal with a command and its output. It supports the escapes for colours, bold and faint, which are all
//! that portolan writes.

use std::fmt::Write as _;

use crate::pictures::svg::{LETTER, LINE, MONOSPACE, escaped, page};

const STYLES: &str = "text{font-size:13px;fill:#d6deeb;white-space:pre}.b{font-weight:700;fill:#fff}.d{fill:#7d8590}\
    .r{fill:#ff7b72}.g{fill:#56d364}.y{fill:#e3b341}.c{fill:#76c7ff}.m{fill:#d2a8ff}";

/// The margin around the text, and the height of the title bar.
const MARGIN: f64 = 16.0;
const BAR: f64 = 32.0;

pub fn draw(command: &str, text: &str) -> String {
    let text = format!("\u{1b}[2m$\u{1b}[0m {command}\n{}", text.trim_end());
    let lines: Vec<Vec<(String, String)>> = text.lines().map(parts).collect();
    let length = |line: &Vec<(String, String)>| line.iter().map(|(_, part)| part.chars().count()).sum::<usize>();
    let columns = lines.iter().map(length).max().unwrap_or_default().max(80);
    let width = columns as f64 * LETTER + 2.0 * MARGIN;
    let height = lines.len() as f64 * LINE + BAR + MARGIN;
    let mut drawn = format!("<rect width=\"{width:.0}\" height=\"{height:.0}\" rx=\"8\" fill=\"#0d1117\"/>\n");
    for (at, colour) in [(18, "#ff5f57"), (36, "#febc2e"), (54, "#28c840")] {
        let _ = writeln!(drawn, "<circle cx=\"{at}\" cy=\"16\" r=\"5\" fill=\"{colour}\"/>");
    }
    let _ = writeln!(drawn, "<g font-family=\"{MONOSPACE}\">");
    for (row, line) in lines.iter().enumerate() {
        let y = BAR + (row as f64 + 0.75) * LINE;
        let mut column = 0;
        for (class, part) in line {
            let x = MARGIN + column as f64 * LETTER;
            column += part.chars().count();
            if !part.trim().is_empty() {
                let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
                let _ = writeln!(drawn, "<text x=\"{x:.1}\" y=\"{y:.1}\"{class}>{}</text>", escaped(part));
            }
        }
    }
    drawn.push_str("</g>\n");
    page(width, height, command, STYLES, &drawn)
}

/// The parts of a line with one style each: the classes, and the text.
fn parts(line: &str) -> Vec<(String, String)> {
    let mut parts = Vec::new();
    let mut pieces = line.split("\u{1b}[");
    parts.push((String::new(), pieces.next().unwrap_or_default().to_owned()));
    for piece in pieces {
        let (codes, text) = piece.split_once('m').expect("a colour");
        let classes = codes.split(';').filter_map(|code| match code {
            "" | "0" => None,
            "1" => Some("b"),
            "2" => Some("d"),
            "31" => Some("r"),
            "32" => Some("g"),
            "33" => Some("y"),
            "35" => Some("m"),
            "36" => Some("c"),
            other => panic!("an escape that cannot be drawn: {other}"),
        });
        parts.push((classes.collect::<Vec<_>>().join(" "), text.to_owned()));
    }
    parts.retain(|(_, text)| !text.is_empty());
    parts
}
