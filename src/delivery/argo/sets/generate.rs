//! The applications of a set: its rows, put into its template.

use serde_json::{Map, Value as Json, json};

use super::patch;
use super::render::Renderer;
use super::rows::{Row, RowOrigin};
use super::set::ApplicationSet;
use super::template::{Budget, Stop};
use super::world::{Rows, SetUnknown, SetUnknownKind, World};
use crate::delivery::argo::fields::Fields;
use crate::delivery::argo::objects::{Application, RESOURCES_FINALIZER};
use crate::delivery::place::Place;

/// The applications of a set have at most so many bytes.
const MAX_SIZE: usize = 64 * 1024 * 1024;

/// What a set makes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Generated {
    pub applications: Vec<GeneratedApplication>,
    /// What cannot be known offline: then there may be more applications.
    pub unknowns: Vec<SetUnknown>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct GeneratedApplication {
    /// All of it is at the place of its row.
    pub application: Application,
    pub manifest: Json,
    pub origin: RowOrigin,
}

/// An error of a set, after which Argo CD applies nothing of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetFailure {
    pub kind: SetFailureKind,
    /// The condition's message.
    pub text: String,
    pub place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetFailureKind {
    /// A generator fails: `ApplicationGenerationFromParamsError`.
    Generator,
    /// A template fails: `RenderTemplateParamsError`.
    Template,
}

impl SetFailureKind {
    /// The reason of the condition.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Generator => "ApplicationGenerationFromParamsError",
            Self::Template => "RenderTemplateParamsError",
        }
    }
}

/// The applications that a set makes offline.
pub fn generate(set: &ApplicationSet, world: &World<'_>) -> Result<Generated, SetFailure> {
    let options = set.go_template_options.iter().map(|option| option.text.clone()).collect();
    let renderer = Renderer { has_go_templates: set.has_go_templates, options, budget: Budget::default() };
    let mut rows = Rows { world, renderer, file: set.meta.file, unknowns: Vec::new(), count: 0 };
    let mut applications = Vec::new();
    let mut size = 0;
    for generator in &set.generators {
        for part in &generator.parts {
            let place = Place { file: set.meta.file, span: part.span };
            let mut template = part.template.clone().unwrap_or_else(|| Json::Object(Map::new()));
            fill(&mut template, &set.template);
            let found = match rows.of_part(generator, part, None, 0) {
                Ok(found) => found,
                Err(Stop::Fault(text)) => {
                    return Err(SetFailure { kind: SetFailureKind::Generator, text, place });
                }
                Err(Stop::NotKnown(what)) => {
                    rows.unknowns.push(SetUnknown { kind: SetUnknownKind::NotFollowed(what), place });
                    continue;
                }
            };
            for row in found {
                let place = row.origin.place();
                match manifest(set, world, &mut rows.renderer, &template, &row) {
                    Ok(manifest) => {
                        let text = manifest.to_string();
                        size += text.len();
                        applications.extend(application(world, &text, place).map(|application| GeneratedApplication {
                            application,
                            manifest,
                            origin: row.origin,
                        }));
                    }
                    Err(Stop::Fault(text)) => {
                        return Err(SetFailure { kind: SetFailureKind::Template, text, place });
                    }
                    Err(Stop::NotKnown(what)) => {
                        rows.unknowns.push(SetUnknown { kind: SetUnknownKind::NotFollowed(what), place });
                    }
                }
                if size > MAX_SIZE {
                    let what = "an ApplicationSet of that size".to_owned();
                    rows.unknowns.push(SetUnknown { kind: SetUnknownKind::NotFollowed(what), place });
                    return Ok(Generated { applications, unknowns: rows.unknowns });
                }
            }
        }
    }
    Ok(Generated { applications, unknowns: rows.unknowns })
}

/// The manifest of the application of a row.
fn manifest(
    set: &ApplicationSet,
    world: &World<'_>,
    renderer: &mut Renderer,
    template: &Json,
    row: &Row,
) -> Result<Json, Stop> {
    let has_parameters = !row.parameters.entries.is_empty();
    let rendered = if has_parameters { renderer.replace_all(template, &row.parameters)? } else { template.clone() };
    let part = |key: &str| rendered.get(key).filter(|part| part.is_object()).cloned().unwrap_or_else(|| json!({}));
    let mut manifest = json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": part("metadata"),
        "spec": part("spec"),
    });
    let metadata = &mut manifest["metadata"];
    let has_finalizers = metadata.get("finalizers").and_then(Json::as_array).is_some_and(|list| !list.is_empty());
    // A row without any parameter is not rendered, and gets no finalizer.
    if has_parameters && !has_finalizers && !set.preserves_resources {
        metadata["finalizers"] = json!([RESOURCES_FINALIZER]);
    }
    if let Some(text) = &set.template_patch {
        let text = renderer
            .replace(&text.text, &row.parameters)
            .map_err(|stop| stop.within("error replacing values in templatePatch: "))?;
        manifest = patch::apply(world.repository, &manifest, &text)?;
    }
    let metadata = &mut manifest["metadata"];
    match &set.meta.namespace {
        Some(namespace) => metadata["namespace"] = Json::String(namespace.text.clone()),
        None => {
            metadata.as_object_mut().map(|metadata| metadata.shift_remove("namespace"));
        }
    }
    Ok(manifest)
}

fn application(world: &World<'_>, text: &str, place: Place) -> Option<Application> {
    let mut read = None;
    world.repository.documents(text, &mut |document| {
        read = document.value.map(|root| Application::read(root, Fields::at(place)));
    });
    read
}

/// Fills in what is empty, as Go's `mergo` does with the template of a generator.
fn fill(value: &mut Json, base: &Json) {
    let is_empty = match &*value {
        Json::Null | Json::Bool(false) => true,
        Json::Number(number) => number.as_f64() == Some(0.0),
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        Json::Bool(true) => false,
    };
    if is_empty {
        *value = base.clone();
        return;
    }
    if let (Json::Object(members), Json::Object(base)) = (value, base) {
        for (key, member) in base {
            fill(members.entry(key.clone()).or_insert(Json::Null), member);
        }
    }
}
