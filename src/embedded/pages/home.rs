//! The first page: what a merge does, in a preview, and the kinds of things that the catalog has.

use super::address::Address;
use super::changes::{hazards, summary};
use super::frame::{badge, begin, end, wide};
use super::kinds::{Kinds, title};
use super::markup::Markup;
use super::site::Site;
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::identifier::is_reserved;
use crate::embedded::store::{Failure, Store};
use crate::text::plural::grouped;

pub(super) fn page(site: &Site, store: &Store, mut page: Markup) -> Result<String, Failure> {
    let kinds = Kinds::load(store)?;
    match &site.preview {
        Some(preview) => {
            begin(site, &mut page, "What merging changes", &[]);
            page.put("<h1>What merging ").say(&preview.subject).put(" changes</h1>\n");
            page.put(
                "<p class=\"lead\">A software catalog lists what an organisation runs and who is responsible for it: ",
            );
            page.put(
                "services, systems, teams. Its entries are kept as files in a Git repository. This preview shows the ",
            );
            page.put("catalog as it will be after the merge. Nothing has been changed yet.</p>\n");
            if preview.has_uncommitted {
                page.put("<p>Changes of the work tree that are not committed are in it too.</p>\n");
            }
            summary(site, &mut page, &kinds, preview);
            hazards(&mut page, preview);
            page.put("<h2>The catalog after the merge</h2>\n");
        }
        None => {
            begin(site, &mut page, "Catalog", &[]);
            page.put("<h1>Catalog</h1>\n<p class=\"lead\">What is here, by kind. Each kind has a blueprint, which says what ");
            page.put("is known of its entities and how they relate to others.</p>\n");
        }
    }
    let all = kinds.sorted();
    let mut counted = Vec::with_capacity(all.len());
    for blueprint in all {
        let count = usize::try_from(store.count(&blueprint.identifier)?).unwrap_or(usize::MAX);
        // What the merge deletes is kept, so that its page can say so.
        let deleted = site.preview.as_ref().map_or(0, |preview| preview.deleted(&blueprint.identifier));
        counted.push((blueprint, count.saturating_sub(deleted)));
    }
    let is_shown = |(blueprint, count): &&(&Blueprint, usize)| *count > 0 || !is_reserved(&blueprint.identifier);
    let (first, rest): (Vec<_>, Vec<_>) = counted.iter().partition(|one| is_shown(one));
    if first.is_empty() {
        page.put("<p>The catalog is empty.</p>\n");
    } else {
        table(site, &mut page, &kinds, &first, "Blueprints");
    }
    if !rest.is_empty() {
        page.put("<details>\n<summary>Blueprints of the platform without entities</summary>\n");
        table(site, &mut page, &kinds, &rest, "Blueprints of the platform");
        page.put("</details>\n");
    }
    Ok(end(site, page))
}

fn table(site: &Site, page: &mut Markup, kinds: &Kinds, blueprints: &[&(&Blueprint, usize)], label: &str) {
    wide(page, label);
    page.put("<table>\n<thead><tr><th scope=\"col\">Kind</th><th scope=\"col\" class=\"number\">Entities</th>");
    if site.preview.is_some() {
        page.put("<th scope=\"col\">Merging</th>");
    }
    page.put("<th scope=\"col\">Points to</th><th scope=\"col\">Description</th></tr></thead>\n<tbody>\n");
    for (blueprint, count) in blueprints {
        page.put("<tr><th scope=\"row\">").link(&Address::blueprint(&blueprint.identifier), title(blueprint));
        page.put("</th><td class=\"number\">").say(&grouped(*count)).put("</td>");
        if let Some(preview) = &site.preview {
            page.put("<td>");
            for (mark, number) in preview.counts(&blueprint.identifier) {
                badge(page, mark, Some(number));
                page.put(" ");
            }
            page.put("</td>");
        }
        page.put("<td>");
        targets(page, kinds, blueprint);
        page.put("</td><td>").say(blueprint.description.as_deref().unwrap_or_default()).put("</td></tr>\n");
    }
    page.put("</tbody>\n</table>\n</div>\n");
}

fn targets(page: &mut Markup, kinds: &Kinds, blueprint: &Blueprint) {
    let mut seen: Vec<&str> = Vec::new();
    for target in blueprint.relations.iter().map(|relation| relation.target.as_str()) {
        if !seen.contains(&target) {
            if !seen.is_empty() {
                page.put(", ");
            }
            page.link(&Address::blueprint(target), kinds.title(target));
            seen.push(target);
        }
    }
}
