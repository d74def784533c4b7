//! A JSON file in a folder: Argo CD takes it for one object, also if it has no kind.

use serde_json::Value as Json;

use super::failure::ArgoFailureKind;
use crate::delivery::decoded::{DecodedObject, header_of_json, json_object_fault};
use crate::delivery::go_json::{go_json, json_fault};
use crate::delivery::manifests::Manifest;
use crate::domain::document::span::Span;

/// Why a file is no object. The text is complete.
#[derive(Debug)]
pub(super) struct JsonFileFault {
    pub(super) kind: ArgoFailureKind,
    pub(super) text: String,
    pub(super) span: Span,
}

/// The object of a file; `None` if it is null.
pub(super) fn read(text: &str, name: &str) -> Result<Option<DecodedObject>, JsonFileFault> {
    let skipped = text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len();
    let body = text.get(skipped..).unwrap_or_default();
    let fail = |kind, reason: String, span: Span| {
        let text = format!("rpc error: code = FailedPrecondition desc = {reason}");
        Err(JsonFileFault { kind, text, span })
    };
    let unreadable =
        |reason: &str, span: Span| fail(ArgoFailureKind::Json, format!("Failed to unmarshal {name:?}: {reason}"), span);
    let mut stream = serde_json::Deserializer::from_str(body).into_iter::<Json>();
    let value = match stream.next() {
        Some(Ok(value)) => value,
        Some(Err(error)) => {
            let fault = json_fault(body, 0, &error);
            let at = (skipped + fault.offset.saturating_sub(1)).min(text.len());
            return unreadable(&fault.text, Span::of_character(text, at));
        }
        None => return unreadable("EOF", Span::default()),
    };
    let end = stream.byte_offset();
    let raw = body.get(..end).unwrap_or_default();
    let start = skipped + raw.len() - raw.trim_start().len();
    let span = Span::new(start, skipped + end);
    let fault = json_object_fault(&value, || raw.trim().to_owned());
    if let Some(fault) = fault.as_ref().filter(|_| !is_like_image(&value)) {
        return unreadable(fault, span);
    }
    let rest = body.get(end..).unwrap_or_default().trim_start();
    if !rest.is_empty() && !rest.starts_with([']', '}']) {
        let at = text.len() - rest.len();
        let text = format!("Found multiple objects in {name:?}. Only single objects are allowed in JSON files.");
        return fail(ArgoFailureKind::SeveralJson, text, Span::new(at, at + 1));
    }
    if value.is_null() {
        return Ok(None);
    }
    let header = header_of_json(&value);
    let has_generated_name = value.pointer("/metadata/generateName").is_some_and(Json::is_string);
    let without_kind = fault.is_some().then(|| go_json(&value));
    let manifest = Manifest { document: 0, items: Vec::new(), span, header: header.into(), encoding: None };
    Ok(Some(DecodedObject { manifest, has_generated_name, without_kind }))
}

/// Whether the value could be the manifest of a container image: then Argo CD forgives that it has no kind.
fn is_like_image(value: &Json) -> bool {
    let Json::Object(members) = value else { return value.is_null() };
    members.iter().all(|(key, value)| {
        value.is_null()
            || match key.to_ascii_lowercase().as_str() {
                "schemaversion" => value.is_i64(),
                "mediatype" | "artifacttype" => value.is_string(),
                "config" | "subject" => is_descriptor(value),
                "layers" => value.as_array().is_some_and(|layers| layers.iter().all(is_descriptor)),
                "annotations" => is_text_map(value),
                _ => true,
            }
    })
}

fn is_descriptor(value: &Json) -> bool {
    let Json::Object(members) = value else { return value.is_null() };
    members.iter().all(|(key, value)| {
        value.is_null()
            || match key.to_ascii_lowercase().as_str() {
                "mediatype" | "digest" | "data" | "artifacttype" => value.is_string(),
                "size" => value.is_i64(),
                "urls" => value.as_array().is_some_and(|urls| urls.iter().all(|url| url.is_string() || url.is_null())),
                "annotations" => is_text_map(value),
                "platform" => value.is_object(),
                _ => true,
            }
    })
}

fn is_text_map(value: &Json) -> bool {
    value.as_object().is_some_and(|map| map.values().all(|value| value.is_string() || value.is_null()))
}
