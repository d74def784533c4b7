//! The frame of every page: head, search, the banner of a preview, and where the reader is.

use super::address::{Address, Medium};
use super::markup::Markup;
use super::preview::{HazardWeight, Mark, Preview};
use super::site::Site;
use crate::text::plural::count;

pub const STYLE: &str = include_str!("style.css");
pub const SCRIPT: &str = include_str!("script.js");
/// The files of an export that every page uses.
pub(super) const STYLE_FILE: &str = "style.css";
pub(super) const SCRIPT_FILE: &str = "script.js";
pub(super) const INDEX_FILE: &str = "search-index.js";

/// The policy of an exported page. Its own files are of the same origin, but a file has none.
const FILE_POLICY: &str = "default-src 'none'; style-src 'self' file:; script-src 'self' file:; img-src data:; \
     base-uri 'none'; form-action 'self' file:";
/// Two boxes and a line between them.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath \
     d='M1 2h6v5H1zM9 9h6v5H9zM4 7v4h5' fill='none' stroke='%232a7ab0' stroke-width='1.6'/%3E%3C/svg%3E";

/// The start of a page, up to its content. `path` leads from the first page to this one, which is not part of it.
pub(super) fn begin(site: &Site, page: &mut Markup, title: &str, path: &[(Address, &str)]) {
    head(page, title, Some(site));
    header(site, page);
    if let Some(preview) = &site.preview {
        banner(page, preview);
    }
    page.put("<main id=\"content\" tabindex=\"-1\">\n");
    if !path.is_empty() {
        page.put("<nav class=\"path\" aria-label=\"Breadcrumb\"><ol>");
        for (address, text) in path {
            page.put("<li>").link(address, text).put("</li>");
        }
        page.put("</ol></nav>\n");
    }
}

/// A page that anybody may see: it says nothing about the catalog.
pub fn notice(title: &str, paragraphs: &[&str], refresh: Option<&'static str>) -> String {
    let mut page = Markup::new(Medium::Server, Address::home());
    head(&mut page, title, None);
    if let Some(address) = refresh {
        page.put("<meta http-equiv=\"refresh\"").attribute(" content", &format!("0; url={address}")).put(">\n");
    }
    page.put("<main id=\"content\" class=\"notice\">\n<h1>").say(title).put("</h1>\n");
    for paragraph in paragraphs {
        page.put("<p>").say(paragraph).put("</p>\n");
    }
    page.put("<p>").link(&Address::home(), "Open the catalog").put("</p>\n</main>\n</body>\n</html>\n");
    page.into_html()
}

fn head(page: &mut Markup, title: &str, site: Option<&Site>) {
    page.put("<!doctype html>\n<html lang=\"en\"");
    if page.medium() == Medium::Files {
        let root = root(page);
        page.attribute(" data-root", &root).put(" data-files=\"\"");
    }
    page.put(">\n<head>\n<meta charset=\"utf-8\">\n");
    if page.medium() == Medium::Files {
        page.put("<meta http-equiv=\"Content-Security-Policy\"").attribute(" content", FILE_POLICY).put(">\n");
    }
    page.put("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.put("<meta name=\"referrer\" content=\"no-referrer\">\n<title>").say(title);
    match site.map(|site| site.preview.is_some()) {
        Some(true) => page.put(" \u{b7} Preview"),
        Some(false) => page.put(" \u{b7} Catalog"),
        None => page,
    };
    page.put("</title>\n<link rel=\"icon\"").attribute(" href", ICON).put(">\n");
    match page.medium() {
        Medium::Server => {
            page.put("<style>").put(STYLE).put("</style>\n");
        }
        Medium::Files => {
            let root = root(page);
            page.put("<link rel=\"stylesheet\"").attribute(" href", &format!("{root}{STYLE_FILE}")).put(">\n");
            page.put("<script defer").attribute(" src", &format!("{root}{SCRIPT_FILE}")).put("></script>\n");
        }
    }
    page.put("</head>\n<body>\n");
}

/// The path from this page to the folder of the export.
fn root(page: &Markup) -> String {
    "../".repeat(page.here().file().matches('/').count())
}

fn header(site: &Site, page: &mut Markup) {
    page.put("<a class=\"skip\" href=\"#content\">Skip to content</a>\n<header class=\"top\">\n");
    page.put("<a class=\"home\"").href(&Address::home()).put(">");
    page.put(if site.preview.is_some() { "Preview" } else { "Catalog" }).put("</a>\n");
    page.put("<form role=\"search\" method=\"get\"");
    let action = Address::search().href(page.medium(), page.here());
    page.attribute(" action", &action).put(">\n<label for=\"q\">Search</label>\n");
    page.put("<input id=\"q\" name=\"q\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\" maxlength=\"200\" ");
    page.put("placeholder=\"Names, teams, values\" aria-describedby=\"q-help\">\n");
    page.put(
        "<span id=\"q-help\" class=\"hidden\">Results appear below while you type. The key / moves here.</span>\n",
    );
    page.put("<button type=\"submit\">Find</button>\n<div id=\"found\" hidden></div>\n");
    page.put("<div id=\"found-count\" class=\"hidden\" role=\"status\"></div>\n</form>\n</header>\n");
}

/// Says on every page that this is not the catalog yet, and what a merge does.
fn banner(page: &mut Markup, preview: &Preview) {
    page.put("<aside class=\"banner\" aria-label=\"Preview\">\n<p><strong>Preview.</strong> This is the catalog as it will be ");
    page.put("after merging ").say(&preview.subject).put(". ");
    let total = preview.plan.changes.len();
    if total == 0 {
        page.put("The merge changes nothing.</p>\n</aside>\n");
        return;
    }
    page.link(&Address::changes(), &count(total, "change")).put(":");
    for mark in Mark::ALL {
        let number = preview.changes(mark).count();
        if number > 0 {
            page.put(" ");
            badge(page, mark, Some(number));
        }
    }
    page.put("</p>\n");
    let asking = preview.hazards.iter().filter(|hazard| hazard.weight != HazardWeight::Note).count();
    if asking > 0 {
        page.put("<p class=\"hazard\"><a").href(&Address::home()).put(">");
        page.put("<span aria-hidden=\"true\">\u{26a0} </span>")
            .say(&count(asking, "point"))
            .put(" to look at before the merge");
        page.put("</a></p>\n");
    }
    page.put("</aside>\n");
}

/// The mark of an entity: a sign and a word in a colour.
pub(super) fn badge(page: &mut Markup, mark: Mark, number: Option<usize>) {
    page.put("<span class=\"mark ").put(mark.word()).put("\"><span aria-hidden=\"true\">").put(mark.sign());
    page.put("</span> ");
    if let Some(number) = number {
        page.say(&crate::text::plural::grouped(number)).put(" ");
    }
    page.put(mark.word()).put("</span>");
}

/// A sentence whose names are in backticks.
pub(super) fn with_code<'p>(page: &'p mut Markup, sentence: &str) -> &'p mut Markup {
    for (at, part) in sentence.split('`').enumerate() {
        match at % 2 {
            0 => page.say(part),
            _ => page.code(part),
        };
    }
    page
}

/// A region that scrolls sideways on small screens, which the keyboard can reach.
pub(super) fn wide(page: &mut Markup, label: &str) {
    page.put("<div class=\"wide\" tabindex=\"0\" role=\"region\"").attribute(" aria-label", label).put(">\n");
}

/// The end of a page.
pub(super) fn end(site: &Site, mut page: Markup) -> String {
    page.put("</main>\n<footer>\n<p>");
    match &site.preview {
        Some(preview) => with_code(page.put("Compared with "), &preview.compared_with),
        None => page.put("Catalog ").say(&site.name),
    };
    page.put(". Made by portolan.</p>\n</footer>\n");
    if page.medium() == Medium::Server {
        page.put("<script>").put(SCRIPT).put("</script>\n");
    }
    page.put("</body>\n</html>\n");
    page.into_html()
}
