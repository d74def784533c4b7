//! Decides what fits into a comment. Every item has a long and a short form and an importance. The short forms of all
//! items are placed before any long form, in at most half of the space, so that as many items as possible are at least
//! mentioned.

/// An item that is shown in full, shortened, or omitted.
pub(in crate::report) struct Item {
    /// 0 is the most important.
    pub importance: u8,
    pub rich: String,
    /// Empty if the item has no short form and may be omitted silently.
    pub brief: String,
}

pub(in crate::report) struct Section {
    open: String,
    close: &'static str,
    items: Vec<Item>,
    /// The sentence about a number of omitted items.
    left: Box<dyn Fn(usize) -> String>,
    /// The number of items that were omitted from the start.
    omitted: usize,
}

impl Section {
    pub fn new(open: &str, close: &'static str, items: Vec<Item>, left: impl Fn(usize) -> String + 'static) -> Self {
        Self { open: open.to_owned(), close, items, left: Box::new(left), omitted: 0 }
    }

    /// The same section with a number of items that are counted but not shown.
    pub fn omitting(self, omitted: usize) -> Self {
        Self { omitted, ..self }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Rich,
    Brief,
    Left,
}

/// Composes the text with at most `most` bytes. `elsewhere` says where the complete report is, and is added if
/// something is omitted.
pub(in crate::report) fn fit(head: String, sections: &[Section], most: usize, elsewhere: &str) -> String {
    let frame = |section: &Section| {
        // The sentence is longest if all items are omitted.
        section.open.len() + section.close.len() + (section.left)(section.items.len() + section.omitted).len()
    };
    let full = sections.iter().filter(|section| !section.items.is_empty());
    let fixed = head.len() + elsewhere.len() + full.clone().map(frame).sum::<usize>();
    let forms = choose(sections, most.saturating_sub(fixed));
    let mut out = head;
    let mut is_cut = false;
    for (section, forms) in sections.iter().zip(&forms).filter(|(section, _)| !section.items.is_empty()) {
        // A section is dropped if it would contain only omitted items without a short form.
        let is_bare = section.items.iter().zip(forms).all(|(item, form)| *form != Form::Rich && item.brief.is_empty());
        if is_bare {
            continue;
        }
        out.push_str(&section.open);
        let mut left = section.omitted;
        for (item, form) in section.items.iter().zip(forms) {
            match form {
                Form::Rich => out.push_str(&item.rich),
                Form::Brief => out.push_str(&item.brief),
                Form::Left => left += 1,
            }
            is_cut |= *form != Form::Rich && item.rich != item.brief;
        }
        if left > 0 {
            out.push_str(&(section.left)(left));
            is_cut = true;
        }
        out.push_str(section.close);
    }
    if is_cut {
        out.push_str(elsewhere);
    }
    out
}

/// Chooses a form for every item of every section.
fn choose(sections: &[Section], room: usize) -> Vec<Vec<Form>> {
    let mut forms: Vec<Vec<Form>> = sections.iter().map(|section| vec![Form::Left; section.items.len()]).collect();
    let mut order: Vec<(usize, usize, &Item)> = sections
        .iter()
        .enumerate()
        .flat_map(|(section, of)| of.items.iter().enumerate().map(move |(at, item)| (section, at, item)))
        .collect();
    order.sort_by_key(|(_, _, item)| item.importance);
    let mut used = 0;
    // The first item that does not fit ends each round; otherwise a less important one would be chosen because it is
    // short.
    let mut round = |most: usize, wanted: Form| {
        for (section, at, item) in &order {
            let form = &mut forms[*section][*at];
            let now = match *form {
                Form::Rich => continue,
                Form::Brief if wanted == Form::Brief => continue,
                Form::Brief => item.brief.len(),
                Form::Left => 0,
            };
            let then = if wanted == Form::Rich { item.rich.len() } else { item.brief.len() };
            if used + then - now.min(used) > most {
                break;
            }
            used = used + then - now.min(used);
            *form = wanted;
        }
    };
    round(room / 2, Form::Brief);
    round(room, Form::Rich);
    round(room, Form::Brief);
    forms
}
