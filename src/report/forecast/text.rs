//! Renders forecasts for a terminal: the outcome and the dangers first, then what is deleted, created, updated and kept.

use std::collections::HashMap;

use super::input::{ClusterForecast, ForecastReport, Location, Places};
use super::words;
use crate::domain::forecast::revision::UndeliveredObject;
use crate::domain::forecast::{
    Arrival, Danger, DeletionBlocker, EntityWrite, Forecast, ForecastOutcome, StaleCause, StaleEffect, WriteAction,
};
use crate::domain::value::Value;
use crate::report::escape::{self, clean};
use crate::report::plan::words::{entity, field, names};
use crate::report::style::{Role, Style, clip};
use crate::text::plural::{count, grouped};

/// The number of names below one sentence.
const MAX_NAMES: usize = 10;
/// The number of lines of one list.
const MAX_LINES: usize = 60;
/// Entities of which the fields are shown.
const MAX_IN_FULL: usize = 40;
const MAX_FIELDS: usize = 20;
const MAX_VALUE: usize = 60;

pub fn text(report: &ForecastReport<'_>, style: &Style) -> String {
    let mut page = Page { out: String::new(), style };
    for (at, cluster) in report.clusters.iter().enumerate() {
        if at > 0 {
            page.line("");
        }
        page.cluster(report, cluster);
    }
    if !report.notes.is_empty() {
        page.line("");
        let notes: Vec<String> = report.notes.iter().map(|note| format!("note: {}", clean(note))).collect();
        notes.iter().for_each(|note| page.line(note));
    }
    escape::lines(page.out)
}

struct Page<'s> {
    out: String,
    style: &'s Style,
}

impl Page<'_> {
    fn line(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn clip(&self, text: &str, width: usize) -> String {
        clip(&clean(text), width, self.style.ellipsis())
    }

    fn value(&self, value: &Value) -> String {
        self.clip(&value.to_json().to_string(), MAX_VALUE)
    }

    fn cluster(&mut self, report: &ForecastReport<'_>, cluster: &ClusterForecast<'_>) {
        let (forecast, places) = (cluster.forecast, Places::new(cluster));
        self.subject(report, cluster);
        let (role, meaning) = words::outcome(forecast.outcome);
        self.line(&format!("{}: {meaning}", self.style.paint(role, forecast.outcome.name())));
        if let Some(resyncs) = forecast.resyncs.filter(|resyncs| *resyncs > 1) {
            self.line(&format!("  after at most {} nothing changes any longer", count(resyncs, "full resync")));
        }
        for danger in forecast.dangers.iter().take(MAX_LINES) {
            self.danger(danger, forecast, &places);
        }
        self.more(forecast.dangers.len().saturating_sub(MAX_LINES));
        self.blockers(forecast, &places);
        self.undelivered(cluster);
        self.stale(forecast, &places);
        self.writes(forecast, WriteAction::Create, &places);
        self.writes(forecast, WriteAction::Update, &places);
        self.stays(forecast);
        self.counts(forecast);
    }

    fn subject(&mut self, report: &ForecastReport<'_>, cluster: &ClusterForecast<'_>) {
        let key = cluster.state_key.map(|key| format!(", state key {key}")).unwrap_or_default();
        let mapping = match cluster.mapping.is_generated {
            true => "the mapping that `portolan cluster mapping` writes",
            false => cluster.mapping.path,
        };
        let base = match report.base {
            None => String::new(),
            Some(base) if base.is_named_by_commit() => format!("; base {}", base.short_commit()),
            Some(base) => format!("; base {} ({})", base.name, base.short_commit()),
        };
        let subject = format!("cluster {}{key}: {mapping} against {}{base}", cluster.name, report.catalog);
        self.line(&self.style.paint(Role::Dim, &clean(&subject)));
    }

    fn location(&self, location: &Location<'_>) -> String {
        let number = |number: Option<usize>| number.map(|number| format!(":{number}")).unwrap_or_default();
        let text = format!("{}{}{}", clean(location.path), number(location.line), number(location.column));
        let base = if location.is_at_base { " at the base" } else { "" };
        format!("{}{base}", self.style.paint(Role::Path, &text))
    }

    fn danger(&mut self, danger: &Danger, forecast: &Forecast, places: &Places<'_>) {
        let number = danger.entities.len();
        let verb = match forecast.outcome {
            ForecastOutcome::Complete | ForecastOutcome::OrderDecides => "deletes",
            // Something else blocks it now.
            ForecastOutcome::NoDeletion | ForecastOutcome::StartFailed | ForecastOutcome::Crash => "will delete",
        };
        let (label, words) = (self.style.paint(Role::Error, "danger:"), clean(&words::danger(danger)).into_owned());
        self.line("");
        let effect = if number == 0 { String::new() } else { format!(": this {verb} {}", count(number, "entity")) };
        self.line(&format!("{label} {}: {words}{effect}", danger.kind.name()));
        if let Some(place) = places.of_cause(danger.place) {
            self.line(&format!("  at {}", self.location(&place)));
        }
        if let (Some(before), Some(after), true) = (&danger.before, &danger.after, words::shows_texts(danger.kind)) {
            self.line(&format!("  - {}", self.clip(before, self.style.columns() - 4)));
            self.line(&format!("  + {}", self.clip(after, self.style.columns() - 4)));
        }
        let shown = names(danger.entities.iter().map(entity), MAX_NAMES);
        if number > 0 {
            self.line(&format!("  {}", clean(&shown)));
        }
        self.line(&format!("  {} {}", self.style.paint(Role::Help, "help:"), words::help(danger.kind)));
    }

    /// Blockers that differ in their object only are one line.
    fn blockers(&mut self, forecast: &Forecast, places: &Places<'_>) {
        let mut groups: Vec<(&DeletionBlocker, String, usize)> = Vec::new();
        let mut known: HashMap<(String, Option<_>), usize> = HashMap::new();
        for blocker in &forecast.blockers {
            let words = words::blocker(&blocker.kind);
            let group = *known.entry((words.clone(), blocker.mapping)).or_insert_with(|| {
                groups.push((blocker, words, 0));
                groups.len() - 1
            });
            groups[group].2 += 1;
        }
        if !groups.is_empty() {
            self.line("");
        }
        for (blocker, words, number) in groups.iter().take(MAX_LINES) {
            let subject = blocker.entity.as_ref().map(entity);
            let object = || Some(places.cluster.now.objects.get(blocker.object?)?.key.clone());
            let subject = subject.or_else(object).map(|name| format!("`{}`", clean(&name))).unwrap_or_default();
            let more = if *number > 1 { format!(" and {} more", grouped(*number - 1)) } else { String::new() };
            let space = if subject.is_empty() { "" } else { " " };
            let label = self.style.paint(Role::Error, "blocks deletion:");
            self.line(&format!("{label} {subject}{more}{space}{}", clean(words)));
            for place in places.of_blocker(blocker) {
                self.line(&format!("  at {}", self.location(&place)));
            }
        }
        self.more(groups.len().saturating_sub(MAX_LINES));
    }

    fn more(&mut self, more: usize) {
        if more > 0 {
            self.line(&format!("  and {} more", grouped(more)));
        }
    }

    fn undelivered(&mut self, cluster: &ClusterForecast<'_>) {
        let (kept, missing): (Vec<_>, Vec<_>) = cluster.now.undelivered.iter().partition(|object| object.keeps_object);
        self.undelivered_list(&kept, "not delivered; the cluster keeps what it has");
        self.undelivered_list(&missing, "that nothing delivers to this cluster");
    }

    fn undelivered_list(&mut self, undelivered: &[&UndeliveredObject], what: &str) {
        if undelivered.is_empty() {
            return;
        }
        self.line("");
        self.line(&format!("{} {what}:", count(undelivered.len(), "manifest")));
        for object in undelivered.iter().take(MAX_LINES) {
            let place = Location { path: &object.path, line: Some(object.line), column: None, is_at_base: false };
            let name = object.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
            self.line(&format!("  {}{}: {}", self.location(&place), clean(&name), clean(&object.reason)));
        }
        self.more(undelivered.len().saturating_sub(MAX_LINES));
    }

    fn stale(&mut self, forecast: &Forecast, places: &Places<'_>) {
        let deleted: Vec<_> = forecast.deleted().collect();
        let kept: Vec<_> = forecast.stale.iter().filter(|stale| stale.effect != StaleEffect::Deleted).collect();
        for (list, what) in [(&deleted, "deleted"), (&kept, "no longer sent, and not deleted now")] {
            if list.is_empty() {
                continue;
            }
            self.line("");
            self.line(&format!("{} {what}:", count(list.len(), "entity")));
            for stale in list.iter().take(MAX_LINES) {
                let mut remark = words::stale_cause(stale.cause, &forecast.dangers);
                if let StaleCause::Danger(_) = stale.cause {
                    remark = format!("danger: {remark}");
                }
                let effect = words::stale_effect(&stale.effect).map(|effect| format!("; {effect}"));
                remark.push_str(&effect.unwrap_or_default());
                let remark = self.style.paint(Role::Dim, &format!("({})", clean(&remark)));
                let place = stale.base_object.and_then(|at| places.of_base_object(at));
                let place = place.map(|place| format!("  was in {}", self.location(&place))).unwrap_or_default();
                let sign = self.style.paint(Role::Error, "-");
                self.line(&format!("  {sign} {} {remark}{place}", clean(&entity(&stale.key))));
            }
            self.more(list.len().saturating_sub(MAX_LINES));
        }
        if !forecast.undecided.is_empty() {
            self.line("");
            self.line(&format!("{} no longer sent, perhaps deleted:", count(forecast.undecided.len(), "entity")));
            for undecided in forecast.undecided.iter().take(MAX_LINES) {
                let remark = self.style.paint(Role::Dim, &format!("({})", words::undecided(undecided.reason)));
                self.line(&format!("  ? {} {remark}", clean(&entity(&undecided.key))));
            }
            self.more(forecast.undecided.len().saturating_sub(MAX_LINES));
        }
    }

    fn writes(&mut self, forecast: &Forecast, action: WriteAction, places: &Places<'_>) {
        let writes: Vec<&EntityWrite> = forecast.writes.iter().filter(|write| write.action == action).collect();
        let (what, sign, role) = match action {
            WriteAction::Create => ("created", "+", Role::Good),
            WriteAction::Update => ("updated", "~", Role::Warning),
            WriteAction::Unchanged => return,
        };
        if writes.is_empty() {
            return;
        }
        self.line("");
        self.line(&format!("{} {what}:", count(writes.len(), "entity")));
        let in_full = if writes.len() <= MAX_IN_FULL { MAX_IN_FULL } else { 0 };
        for (at, write) in writes.iter().enumerate().take(MAX_LINES) {
            let remark = remark(write);
            let remark = if remark.is_empty() { remark } else { self.style.paint(Role::Dim, &format!(" ({remark})")) };
            let place = write.objects.first().and_then(|object| places.of_object(*object));
            let place = place.map(|place| format!("  {}", self.location(&place))).unwrap_or_default();
            self.line(&format!("  {} {}{remark}{place}", self.style.paint(role, sign), clean(&entity(&write.key))));
            if at < in_full {
                self.fields(write);
            }
        }
        self.more(writes.len().saturating_sub(MAX_LINES));
    }

    fn fields(&mut self, write: &EntityWrite) {
        for change in write.fields.iter().take(MAX_FIELDS) {
            let name = clean(&field(&change.field)).into_owned();
            let (before, after) = (self.value(&change.before), self.value(&change.after));
            match write.action {
                WriteAction::Create => self.line(&format!("      {name}: {after}")),
                WriteAction::Update | WriteAction::Unchanged => {
                    self.line(&format!("      {name}: {before} -> {after}"));
                }
            }
        }
        let more = write.fields.len().saturating_sub(MAX_FIELDS);
        if more > 0 {
            self.line(&format!("      and {} more", grouped(more)));
        }
    }

    /// What stays in the catalog although nothing declares it any longer.
    fn stays(&mut self, forecast: &Forecast) {
        let mut lines = Vec::new();
        for write in &forecast.writes {
            for kept in write.kept.iter().filter(|kept| kept.was_sent == Some(true)) {
                let value = self.value(&kept.value);
                let name = clean(&field(&kept.field)).into_owned();
                lines.push(format!(
                    "  {}: {name} stays {value}, because it is no longer sent",
                    clean(&entity(&write.key))
                ));
            }
        }
        for staying in &forecast.staying {
            lines.push(format!("  {}: {}", clean(&entity(&staying.key)), words::staying(staying.reason)));
        }
        if !lines.is_empty() {
            self.line("");
            self.line("stays although it is no longer declared:");
            lines.iter().take(MAX_LINES).for_each(|line| self.line(line));
            self.more(lines.len().saturating_sub(MAX_LINES));
        }
        let others = forecast.writes.iter().flat_map(|write| &write.kept).filter(|kept| kept.was_sent != Some(true));
        let others = others.count();
        if others > 0 {
            self.line("");
            let stay = if others == 1 { "stays as it is" } else { "stay as they are" };
            self.line(&format!("{} of these entities not sent: {stay}", count(others, "value")));
        }
        if !forecast.stubs.is_empty() {
            self.line("");
            let shown = names(forecast.stubs.iter().map(entity), MAX_NAMES);
            let number = count(forecast.stubs.len(), "missing target");
            self.line(&format!("{number} created without properties: {}", clean(&shown)));
        }
    }

    fn counts(&mut self, forecast: &Forecast) {
        let of = |action: WriteAction| forecast.arriving(action).count();
        let never = forecast.writes.iter().filter(|write| write.arrival == Arrival::Never).count();
        let mut parts = vec![
            format!("{} created", grouped(of(WriteAction::Create))),
            format!("{} updated", grouped(of(WriteAction::Update))),
            format!("{} deleted", grouped(forecast.deleted().count())),
            format!("{} unchanged", grouped(of(WriteAction::Unchanged))),
        ];
        if never > 0 {
            parts.push(format!("{} refused", grouped(never)));
        }
        if forecast.searched > 0 {
            parts.push(format!("{} found by a search query, not compared", grouped(forecast.searched)));
        }
        self.line("");
        self.line(&parts.join(", "));
    }
}

fn remark(write: &EntityWrite) -> String {
    let mut remarks = Vec::new();
    match write.arrival {
        Arrival::InThisResync => {}
        Arrival::Later { resync } => remarks.push(format!("in resync {} at the latest", grouped(resync))),
        Arrival::Never => remarks.push("refused, see above".to_owned()),
    }
    if write.takes_over {
        remarks.push("another owner wrote it last; the exporter owns it from now on".to_owned());
    }
    if write.objects.len() > 1 {
        remarks.push(format!("{} yield it; which values win is random", count(write.objects.len(), "object")));
    }
    remarks.join("; ")
}
