//! Pages of long lists.

use super::address::Address;
use super::markup::Markup;
use crate::text::plural::grouped;

/// Which page of a list this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PageNumber {
    /// From 1.
    pub number: usize,
    pub last: usize,
}

impl PageNumber {
    /// The requested page of a list, or its last.
    pub fn of(total: usize, requested: usize, size: usize) -> Self {
        let last = total.div_ceil(size).max(1);
        Self { number: requested.clamp(1, last), last }
    }
}

/// The items of the requested page.
pub(super) fn page_of<T>(items: &[T], requested: usize, size: usize) -> (&[T], PageNumber) {
    let place = PageNumber::of(items.len(), requested, size);
    let from = (place.number - 1) * size;
    (&items[from..items.len().min(from + size)], place)
}

/// The links to the first, the previous, the next and the last page.
pub(super) fn numbers(page: &mut Markup, address: &Address, place: PageNumber) {
    let PageNumber { number, last } = place;
    if last == 1 {
        return;
    }
    page.put("<nav aria-label=\"Pages of the list\"><ul class=\"pages\">\n");
    if number > 1 {
        page.put("<li>").link(address, "First page").put("</li>\n<li>");
        page.link(&address.clone().at_page(number - 1), "Previous page").put("</li>\n");
    }
    page.put("<li><span aria-current=\"page\">Page ")
        .say(&grouped(number))
        .put(" of ")
        .say(&grouped(last))
        .put("</span></li>\n");
    if number < last {
        page.put("<li>").link(&address.clone().at_page(number + 1), "Next page").put("</li>\n<li>");
        page.link(&address.clone().at_page(last), "Last page").put("</li>\n");
    }
    page.put("</ul></nav>\n");
}
