//! Draws lines of text as SVG. Characters have fixed positions, whatever font the reader has.

use std::fmt::Write as _;

pub const MONOSPACE: &str = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace";
pub const SANS: &str = "system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif";

/// The width of a character of the monospaced font, and the height of a line, at 13 pixels.
pub const LETTER: f64 = 7.8;
pub const LINE: f64 = 18.0;

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The SVG document around the drawing: `styles` are CSS, `title` is for readers who cannot see it.
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
