//! Reads and writes plan files. Reading checks format, version, checksum and then the content, in this order, so that a
//! truncated file is reported as such.

use crate::domain::plan::digest::Digest;
use crate::domain::value::Value;
use crate::plan::digest::{self as plan_digest, Writer};
use crate::plan::file::{ChosenPart, FORMAT, Options, PlanFile, PlanFileError, Precondition, Provenance, touched_keys};
use crate::text::json_document::{DocumentFault, parse_document};
use crate::text::mask::Mask;

use super::change::{read_key, write_key};
use super::reading::{Entries, Flaw, Read, digest, entries as read_entries, flag, list, or_null, owned};
use super::{plan, request, writing as write};

/// The whole file except the checksum.
pub(in crate::plan::file) fn write(file: &PlanFile) -> Value {
    let Provenance { tool, scope, platform, catalog, target, commit, is_dirty, base } = &file.made;
    let maybe = |text: &Option<String>| write::or_null(text.as_deref(), write::text);
    let digests = |of: &std::collections::BTreeMap<std::sync::Arc<str>, Digest>| {
        write::entries(of.iter().map(|(name, digest)| (name.as_ref(), *digest)), write::digest)
    };
    write::map([
        ("format", write::text(FORMAT)),
        ("tool", write::text(tool)),
        ("scope", write::text(scope)),
        ("platform", write::text(platform)),
        ("catalog", write::text(catalog)),
        ("target", maybe(target)),
        ("commit", maybe(commit)),
        ("dirty", Value::Bool(*is_dirty)),
        ("base", maybe(base)),
        ("maskKey", maybe(&file.mask_key)),
        ("options", write_options(&file.options)),
        ("plan", plan::write(&file.plan)),
        ("acts", request::write(&file.requests)),
        ("files", write::list(&file.files, |path| write::text(path))),
        ("manifests", digests(&file.manifests)),
        ("blueprints", digests(&file.blueprints)),
        ("touched", write::list(&file.touched, write_touched)),
    ])
}

fn write_options(options: &Options) -> Value {
    let Options { prune, adopt, only } = options;
    write::map([
        ("prune", write::or_null(*prune, Value::Bool)),
        ("adopt", Value::Bool(*adopt)),
        ("only", write::or_null(only.as_ref(), write_part)),
    ])
}

fn write_part(part: &ChosenPart) -> Value {
    let ChosenPart { blueprints, files } = part;
    let texts = |texts: &[String]| write::list(texts, |text| write::text(text));
    write::map([("blueprints", texts(blueprints)), ("files", texts(files))])
}

fn read_options(found: &Value) -> Read<Options> {
    let mut entries = Entries::of(found)?;
    let options = Options {
        prune: entries.take("prune", |value| or_null(value, flag))?,
        adopt: entries.take("adopt", flag)?,
        only: entries.take("only", |value| or_null(value, read_part))?,
    };
    entries.end().map(|()| options)
}

fn read_part(found: &Value) -> Read<ChosenPart> {
    let mut entries = Entries::of(found)?;
    let part = ChosenPart {
        blueprints: entries.take("blueprints", |value| list(value, owned))?,
        files: entries.take("files", |value| list(value, owned))?,
    };
    entries.end().map(|()| part)
}

fn write_touched(touched: &Precondition) -> Value {
    write::map([
        ("key", write_key(&touched.key)),
        ("stored", write::or_null(touched.stored, write::digest)),
        ("manifest", write::or_null(touched.manifest, write::digest)),
    ])
}

fn read_touched(found: &Value) -> Read<Precondition> {
    let mut entries = Entries::of(found)?;
    let touched = Precondition {
        key: entries.take("key", read_key)?,
        stored: entries.take("stored", |value| or_null(value, digest))?,
        manifest: entries.take("manifest", |value| or_null(value, digest))?,
    };
    entries.end().map(|()| touched)
}

/// The checksum covers the content, not the layout.
pub(in crate::plan::file) fn checksum(body: &Value) -> Digest {
    let mut writer = Writer::new("portolan plan file 2");
    writer.exactly(body);
    writer.finish()
}

pub(in crate::plan::file) fn with_checksum(body: Value, checksum: Digest) -> Value {
    let Value::Map(entries) = body else { return body };
    let mut entries = entries.into_vec();
    entries.insert(1, ("checksum".into(), write::digest(checksum)));
    Value::Map(entries.into())
}

pub(in crate::plan::file) fn read(path: &str, text: &str, tool: &str) -> Result<PlanFile, PlanFileError> {
    let path = || path.to_owned();
    let whole: Value = parse_document(text).map_err(|fault| match fault {
        DocumentFault::Conflict { line } => PlanFileError::Conflict { path: path(), line },
        DocumentFault::NotJson => PlanFileError::NoPlan { path: path() },
        DocumentFault::Shape { line, column, reason } | DocumentFault::Syntax { line, column, reason } => {
            PlanFileError::Syntax { path: path(), line, column, reason }
        }
    })?;
    let Value::Map(entries) = whole else { return Err(PlanFileError::NoPlan { path: path() }) };
    let said = |name: &str| entries.iter().find(|(other, _)| other.as_ref() == name).map(|(_, value)| value);
    match said("format").and_then(Value::as_str) {
        Some(FORMAT) => {}
        Some(found) if found.starts_with("portolan.plan-file/") => {
            return Err(PlanFileError::Format { path: path(), found: found.to_owned() });
        }
        Some(_) | None => return Err(PlanFileError::NoPlan { path: path() }),
    }
    match said("tool").and_then(Value::as_str) {
        Some(found) if found != tool => {
            return Err(PlanFileError::Tool { path: path(), found: found.to_owned(), own: tool.to_owned() });
        }
        Some(_) | None => {}
    }
    let told = said("checksum").map(digest).and_then(Result::ok);
    let count = entries.len();
    let body: Box<[_]> = entries.into_vec().into_iter().filter(|(name, _)| name.as_ref() != "checksum").collect();
    let is_there_once = body.len() + 1 == count;
    let body = Value::Map(body);
    if !is_there_once || told != Some(checksum(&body)) {
        return Err(PlanFileError::Altered { path: path() });
    }
    file(&body).map_err(|flaw| PlanFileError::Flawed { path: path(), place: flaw.pointer(), reason: flaw.reason })
}

#[cfg(test)]
pub(in crate::plan::file) fn read_unchecked(text: &str) -> Option<PlanFile> {
    let Value::Map(entries) = serde_json::from_str(text).ok()? else { return None };
    let body = entries.into_vec().into_iter().filter(|(name, _)| name.as_ref() != "checksum").collect();
    parts(&Value::Map(body)).ok()
}

fn file(body: &Value) -> Read<PlanFile> {
    let file = parts(body)?;
    let planned = plan_digest::of_plan(
        &Mask::off(),
        file.made.destination(),
        &file.plan.changes,
        &file.plan.hazards,
        &file.plan.obstacles,
    );
    if file.plan.digest != planned {
        return Err(Flaw::new("its digest does not match its content"));
    }
    if file.made.scope != file.plan.scope {
        return Err(Flaw::new("its scope differs from its plan"));
    }
    let touched = file.touched.iter().map(|touched| &touched.key);
    if !touched.eq(&touched_keys(&file.plan)) {
        return Err(Flaw::new("its entities differ from its plan"));
    }
    Ok(file)
}

fn parts(body: &Value) -> Read<PlanFile> {
    let mut entries = Entries::of(body)?;
    entries.take("format", owned)?;
    let maybe = |value: &Value| or_null(value, owned);
    let made = Provenance {
        tool: entries.take("tool", owned)?,
        scope: entries.take("scope", owned)?,
        platform: entries.take("platform", owned)?,
        catalog: entries.take("catalog", owned)?,
        target: entries.take("target", maybe)?,
        commit: entries.take("commit", maybe)?,
        is_dirty: entries.take("dirty", flag)?,
        base: entries.take("base", maybe)?,
    };
    let mask_key = entries.take("maskKey", maybe)?;
    let options = entries.take("options", read_options)?;
    let files = entries.take("files", |value| list(value, owned))?;
    let plan = entries.take("plan", |value| plan::read(value, files.len()))?;
    let digests = |value: &Value| read_entries(value, digest).map(|found| found.into_iter().collect());
    let file = PlanFile {
        requests: entries.take("acts", |value| request::read(value, &plan))?,
        manifests: entries.take("manifests", digests)?,
        blueprints: entries.take("blueprints", digests)?,
        touched: entries.take("touched", |value| list(value, read_touched))?,
        made,
        mask_key,
        options,
        files,
        plan,
    };
    entries.end().map(|()| file)
}
