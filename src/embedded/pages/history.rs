//! The history of an entity on its page: who wrote it, when, and what that changed.

use serde_json::Value;

use super::kinds::key_title;
use super::markup::Markup;
use super::site::Site;
use super::times::time;
use super::values::cut;
use crate::domain::blueprint::Blueprint;
use crate::domain::value::masked::masked_value;
use crate::domain::value::timestamp::Moment;
use crate::embedded::store::{EntityDetails, Failure, FieldUpdate, Store, StoredValue};

/// The number of characters of a value.
const MAX_VALUE: usize = 120;

pub(super) fn history(
    site: &Site,
    store: &Store,
    page: &mut Markup,
    blueprint: &Blueprint,
    entity: &Value,
    details: &EntityDetails,
) -> Result<(), Failure> {
    let updates = store.updates(&blueprint.identifier, entity["identifier"].as_str().unwrap_or_default())?;
    let now = store.now();
    page.put("<h2>History</h2>\n<p class=\"dim\">Last written by <code>").say(&site.mask.text(&details.datasource));
    page.put("</code></p>\n<ol class=\"history\">\n");
    let text = |key: &str| entity[key].as_str().unwrap_or_default();
    // An update that changes nothing leaves only its time.
    let last = updates.first().map(|update| update.at);
    let written = Moment::parse(text("updatedAt")).filter(|at| last.is_none_or(|last| last < *at));
    if let Some(written) = written.filter(|_| text("updatedAt") != text("createdAt")) {
        page.put("<li>");
        time(page, written, now);
        page.put(" by ").code(text("updatedBy")).put(": last written</li>\n");
    }
    for update in &updates {
        page.put("<li>");
        time(page, update.at, now);
        page.put(" by ").code(&site.mask.text(&update.by)).put("<ul>\n");
        for change in &update.changes {
            changed(site, page, blueprint, change);
        }
        page.put("</ul></li>\n");
    }
    page.put("<li>");
    if let Some(created) = Moment::parse(text("createdAt")) {
        time(page, created, now);
    }
    page.put(" by ").code(text("createdBy")).put(": created</li>\n</ol>\n");
    Ok(())
}

fn changed(site: &Site, page: &mut Markup, blueprint: &Blueprint, change: &FieldUpdate) {
    let name = change.field.split_once('.').map(|(_, name)| name);
    page.put("<li>").say(&key_title(blueprint, &change.field)).put(": ");
    shown(site, page, name, &change.before);
    page.put(" \u{2192} ");
    shown(site, page, name, &change.after);
    page.put("</li>\n");
}

fn shown(site: &Site, page: &mut Markup, name: Option<&str>, value: &StoredValue) {
    let value = match value {
        StoredValue::Bytes(length) => {
            page.put("<span class=\"dim\">").say(&crate::text::plural::grouped(*length)).put(" bytes</span>");
            return;
        }
        StoredValue::Whole(Value::Null) => {
            page.put("<span class=\"dim\">not set</span>");
            return;
        }
        StoredValue::Whole(value) => value,
    };
    let masked = masked_value(&site.mask, name, &crate::domain::value::Value::from_json(value)).to_json();
    let text = match &masked {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    page.code(&cut(&text, MAX_VALUE));
}
