//! A page of lines as SVG. Letters of the fixed font stand where they belong, whatever font the reader has.

use std::fmt::Write as _;

pub const MONOSPACE: &str = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace";
pub const SANS: &str = "system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif";

/// How wide a letter of the fixed font is, and how high a line, at 13 pixels.
pub const LETTER: f64 = 7.8;
pub const LINE: f64 = 18.0;

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The picture around what is drawn: `styles` are CSS, `title` is for those who cannot see it.
pub fn page(width: f64, height: f64, title: &str, styles: &str, drawn: &str) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">"
    );
    let _ = writeln!(out, "<title>{}</title>\n<style>{styles}</style>", escaped(title));
    out.push_str(drawn);
    out.push_str("</svg>\n");
    out
}
