//! A deliverer as it is in the cluster, after what delivers it has changed it: variables, patches, names.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::builds::{Built, path_of};
use super::found::Written;
use super::model::Arrival;
use crate::delivery::files::{Entry, FileId, Joined, join};
use crate::delivery::flux::objects::{FluxObject, Kustomization, PostBuild};
use crate::delivery::kustomize::kustomization::{self, Patch, Strictness};
use crate::delivery::place::{Place, Text};
use crate::delivery::reading::Dialect;
use crate::delivery::repository::Repository;
use crate::delivery::source::Document;
use crate::delivery::tree::Tree;
use crate::domain::document::tree::{Kind, Value};

const SYNC_WAVE: &str = "argocd.argoproj.io/sync-wave";

/// Stands for all fields of a `spec`.
const ALL: &str = "";

/// What of a deliverer is not known offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Doubt {
    /// Its path, source, cluster or namespace, so that nothing is known of what it delivers.
    pub(super) whole: bool,
    /// What it does to its objects.
    pub(super) build: bool,
    pub(super) prune: bool,
    pub(super) order: bool,
    /// What causes the doubt.
    pub(super) place: Option<Place>,
}

impl Doubt {
    fn whole(place: Option<Place>) -> Self {
        Self { whole: true, place, ..Self::default() }
    }

    fn add(&mut self, kind: &str, field: &str) {
        match (kind, field) {
            (_, ALL) | ("Kustomization", "path" | "sourceRef" | "kubeConfig" | "targetNamespace" | "suspend") => {
                self.whole = true
            }
            ("Kustomization", "dependsOn") => self.order = true,
            ("Kustomization", "prune") | (_, "syncPolicy") => self.prune = true,
            (
                "Kustomization",
                "interval" | "retryInterval" | "timeout" | "wait" | "healthChecks" | "healthCheckExprs" | "force"
                | "serviceAccountName" | "deletionPolicy",
            )
            | (_, "project" | "info" | "ignoreDifferences" | "revisionHistoryLimit") => {}
            ("Kustomization", _) => self.build = true,
            _ => self.whole = true,
        }
    }
}

/// A deliverer as it lives in a cluster.
#[derive(Debug, Clone)]
pub(super) struct Living {
    pub(super) spec: Written,
    pub(super) doubt: Doubt,
    /// The ApplicationSet that makes it, and what of it.
    pub(super) set: Option<(String, Option<Place>)>,
    /// Among what is delivered with it, those with a lower number come first.
    pub(super) wave: i64,
}

/// What changes the objects that arrive.
#[derive(Debug, Default)]
pub(super) struct Changes<'c> {
    /// The variables that the deliverer names, and the place of its substitution.
    variables: Option<(Place, &'c [(String, Text)])>,
    patches: Vec<&'c Patch>,
    /// The folder from which its patches are seen.
    folder: &'c str,
}

impl<'c> Changes<'c> {
    /// What a deliverer changes.
    pub(super) fn of(parent: &'c Written) -> Self {
        match parent {
            Written::Flux(spec) => {
                let place = |post: &PostBuild| Place { file: spec.meta.file, span: post.span };
                Self {
                    variables: spec.substitution.as_ref().map(|post| (place(post), post.variables.as_slice())),
                    patches: spec.patches.iter().collect(),
                    folder: path_of(spec),
                }
            }
            Written::Application(application) => {
                let source = application.sources.iter().find(|source| source.kustomize.is_some());
                let options = source.and_then(|source| source.kustomize.as_ref());
                let path = source.and_then(|source| source.path.as_ref());
                Self {
                    variables: None,
                    patches: options.into_iter().flat_map(|options| &options.patches).collect(),
                    folder: path.map_or("", |path| &path.text),
                }
            }
            Written::Set(_) => Self::default(),
        }
    }
}

impl Living {
    /// As its file has it.
    pub(super) fn written(spec: &Written) -> Self {
        let wave = match spec {
            Written::Flux(_) => 0,
            Written::Application(application) => wave_of(&application.meta.annotations),
            Written::Set(set) => wave_of(&set.meta.annotations),
        };
        Self { spec: spec.clone(), doubt: Doubt::default(), set: None, wave }
    }

    /// After somebody has applied its file with kubectl.
    pub(super) fn applied_by_hand(spec: &Written) -> Self {
        let mut living = Self::written(spec);
        if let Written::Flux(spec) = &mut living.spec {
            spec.read_by_kubectl();
        }
        living
    }

    /// As it arrives by what a deliverer builds.
    pub(super) fn arriving(
        repository: &Repository<'_>,
        written: &Written,
        arrival: &Arrival,
        changes: &Changes<'_>,
        built: &Built,
    ) -> Self {
        let mut living = match arrival.dialect {
            Dialect::Kubectl => Self::applied_by_hand(written),
            Dialect::Kustomize => Self::written(written),
        };
        let place = written.place();
        if let Some(content) = &arrival.substituted {
            match &mut living.spec {
                Written::Flux(spec) => match read(repository, content, place.file) {
                    Some(found) => **spec = located(found, spec),
                    None => living.doubt = Doubt::whole(Some(place)),
                },
                // Positions in a text that variables have changed are not known.
                Written::Application(_) | Written::Set(_) if has_variables(repository, place) => {
                    living.doubt = Doubt::whole(changes.variables.map(|(place, _)| place));
                }
                Written::Application(_) | Written::Set(_) => {}
            }
        }
        let header = &arrival.object.header;
        living.spec.rename(&header.namespace, &header.name);
        living.wave = wave_of(&header.annotations);
        if let Some(rewrite) = arrival.object.rewritten {
            let variables = changes.variables.filter(|(place, _)| rewrite.place == Some(*place));
            match (&mut living.spec, variables) {
                (Written::Flux(spec), Some((_, variables))) => substitute_known(spec, &mut living.doubt, variables),
                (Written::Application(_) | Written::Set(_), Some(_)) => living.doubt.whole = true,
                (_, None) => {
                    let kind = written.kind();
                    let mut patched = Patched { repository, kind, doubt: &mut living.doubt };
                    changes.patches.iter().for_each(|patch| patched.add(patch, changes.folder));
                    built.kustomizations.iter().for_each(|file| patched.add_kustomization(*file));
                }
            }
            living.doubt.place = rewrite.place;
        }
        living
    }

    /// The Kustomization, if it is one.
    pub(super) fn flux(&self) -> Option<&Kustomization> {
        match &self.spec {
            Written::Flux(spec) => Some(spec),
            Written::Application(_) | Written::Set(_) => None,
        }
    }

    /// The place of its name, or of all of it.
    pub(super) fn place(&self) -> Place {
        let whole = self.spec.place();
        self.spec.name().map_or(whole, |name| Place { file: whole.file, span: name.span })
    }
}

fn wave_of<T: AsRef<str>>(annotations: &[(T, T)]) -> i64 {
    let wave = annotations.iter().rev().find(|(key, _)| key.as_ref() == SYNC_WAVE);
    wave.and_then(|(_, wave)| wave.as_ref().parse().ok()).unwrap_or_default()
}

/// Whether the text of an object has variables that Flux replaces.
fn has_variables(repository: &Repository<'_>, place: Place) -> bool {
    let text = repository.text(place.file);
    text.as_ref().and_then(|text| text.get(place.span.range())).is_none_or(|text| text.contains('$'))
}

/// Variables of the cluster may be in any text; those that the deliverer names itself are known.
fn substitute_known(spec: &mut Kustomization, doubt: &mut Doubt, variables: &[(String, Text)]) {
    let source = spec.source.iter_mut().flat_map(|source| [&mut source.kind, &mut source.name, &mut source.namespace]);
    let cluster = spec.cluster.iter_mut().flat_map(|cluster| [&mut cluster.secret, &mut cluster.config_map]);
    let own = [&mut spec.path, &mut spec.target_namespace, &mut spec.meta.name, &mut spec.meta.namespace];
    for text in source.chain(cluster).chain(own).flatten() {
        match replace(&text.text, variables) {
            Some(known) => text.text = known,
            None => doubt.whole = true,
        }
    }
    let on = spec.depends_on.iter_mut().flat_map(|on| [&mut on.name, &mut on.namespace]);
    for text in on.flatten() {
        match replace(&text.text, variables) {
            Some(known) => text.text = known,
            None => doubt.order = true,
        }
    }
    let values = spec.substitution.iter_mut().flat_map(|post| &mut post.variables).map(|(_, value)| value);
    for text in values.chain(&mut spec.name_prefix).chain(&mut spec.name_suffix).chain(&mut spec.components) {
        match replace(&text.text, variables) {
            Some(known) => text.text = known,
            None => doubt.build = true,
        }
    }
    let is_open = |text: &Option<Text>| text.as_ref().is_some_and(|text| text.text.contains('$'));
    doubt.build |= spec.patches.iter().any(|patch| is_open(&patch.patch));
}

/// The text with the variables that are named; `None` if others may be in it. Forms with functions are not followed.
fn replace(text: &str, variables: &[(String, Text)]) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        let (name, behind) = after.strip_prefix('{')?.split_once('}')?;
        let (_, value) = variables.iter().find(|(known, _)| known == name)?;
        out.push_str(before);
        out.push_str(&value.text);
        rest = behind;
    }
    out.push_str(rest);
    Some(out)
}

fn read(repository: &Repository<'_>, content: &Json, file: FileId) -> Option<Kustomization> {
    let mut read = None;
    repository.documents(&content.to_string(), &mut |document: &Document<'_>| {
        read = document.value.and_then(|root| FluxObject::of(root, file));
    });
    match read? {
        FluxObject::Kustomization(spec) => Some(*spec),
        FluxObject::Git(_) | FluxObject::Oci(_) => None,
    }
}

/// The Kustomization with the positions that its fields have in the file. What the file does not have is where the
/// Kustomization is.
fn located(mut spec: Kustomization, written: &Kustomization) -> Kustomization {
    let whole = written.meta.span;
    let text = |text: &mut Option<Text>, written: &Option<Text>| {
        if let Some(text) = text {
            text.span = written.as_ref().map_or(whole, |written| written.span);
        }
    };
    text(&mut spec.interval, &written.interval);
    text(&mut spec.path, &written.path);
    text(&mut spec.target_namespace, &written.target_namespace);
    text(&mut spec.name_prefix, &written.name_prefix);
    text(&mut spec.name_suffix, &written.name_suffix);
    text(&mut spec.service_account, &written.service_account);
    text(&mut spec.deletion_policy, &written.deletion_policy);
    for (flag, written) in
        [(&mut spec.prune, written.prune), (&mut spec.wait, written.wait), (&mut spec.force, written.force)]
    {
        if let Some(flag) = flag {
            flag.span = written.map_or(whole, |written| written.span);
        }
    }
    if let Some(source) = &mut spec.source {
        source.span = written.source.as_ref().map_or(whole, |written| written.span);
        let name = written.source.as_ref().and_then(|written| written.name.as_ref());
        source.name.iter_mut().for_each(|text| text.span = name.map_or(whole, |name| name.span));
    }
    let ons = spec.depends_on.iter_mut().zip(written.depends_on.iter().map(Some).chain(std::iter::repeat(None)));
    for (on, written) in ons {
        on.span = written.map_or(whole, |written| written.span);
        let name = written.and_then(|written| written.name.as_ref());
        on.name.iter_mut().for_each(|text| text.span = name.map_or(on.span, |name| name.span));
    }
    if let Some(cluster) = &mut spec.cluster {
        cluster.span = written.cluster.as_ref().map_or(whole, |written| written.span);
    }
    if let Some(post) = &mut spec.substitution {
        post.span = written.substitution.as_ref().map_or(whole, |written| written.span);
        let span = post.span;
        post.variables.iter_mut().for_each(|(_, value)| value.span = span);
        post.from.iter_mut().for_each(|reference| reference.span = span);
    }
    spec.decryption = spec.decryption.map(|_| written.decryption.unwrap_or(whole));
    spec.images = spec.images.map(|_| written.images.unwrap_or(whole));
    spec.patches.iter_mut().for_each(|patch| patch.span = whole);
    spec.components.iter_mut().for_each(|component| component.span = whole);
    spec.meta = written.meta.clone();
    spec
}

/// Collects the fields of a deliverer that patches change.
struct Patched<'p, 'r, 'f> {
    repository: &'r Repository<'f>,
    /// The kind of the deliverer.
    kind: &'static str,
    doubt: &'p mut Doubt,
}

impl Patched<'_, '_, '_> {
    fn add_kustomization(&mut self, file: FileId) {
        let Ok(read) = kustomization::Kustomization::read(self.repository, file, Strictness::Lenient) else {
            self.doubt.whole = true;
            return;
        };
        let path = self.repository.files.path(file);
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        for patch in read.patches.iter().chain(&read.json_patches) {
            self.add(patch, &folder);
        }
        for text in &read.merge_patches {
            let patch = Patch { patch: Some(text.clone()), ..Default::default() };
            match self.file_text(&text.text, &folder) {
                Some(text) => self.add_text(&text, None),
                None => self.add(&patch, &folder),
            }
        }
        // These write into any field of any object.
        let is_open = !read.replacements.is_empty() || !read.transformers.is_empty() || !read.configurations.is_empty();
        self.doubt.whole |= is_open;
    }

    fn add(&mut self, patch: &Patch, folder: &str) {
        let kind = patch.target.as_ref().map(|target| target.kind.as_str());
        // A pattern may be for any kind; a plain word is for its own.
        let is_other =
            |kind: &str| !kind.is_empty() && kind != "Kustomization" && kind.chars().all(|c| c.is_ascii_alphanumeric());
        if kind.is_some_and(is_other) {
            return;
        }
        match (&patch.patch, &patch.path) {
            (Some(text), _) => self.add_text(&text.text, kind),
            (None, Some(path)) => match self.file_text(&path.text, folder) {
                Some(text) => self.add_text(&text, kind),
                None => self.doubt.whole = true,
            },
            (None, None) => {}
        }
    }

    fn file_text(&self, path: &str, folder: &str) -> Option<String> {
        if path.contains('\n') {
            return None;
        }
        let Joined::Inside(path) = join(folder, path) else { return None };
        match Tree::checkout(self.repository.files).find(&path) {
            Some(Entry::File(file)) => self.repository.text(file).map(Cow::into_owned),
            Some(Entry::Folder(_)) | None => None,
        }
    }

    fn add_text(&mut self, text: &str, target: Option<&str>) {
        let mut fields = BTreeSet::new();
        self.repository.documents(text, &mut |document| match document.value {
            Some(root) if root.kind() == Kind::List => fields.extend(root.items().flat_map(operation_fields)),
            Some(root) => {
                let is_of_kind = root.get("kind").and_then(Value::as_str) == Some(self.kind);
                if is_of_kind || target.is_some() {
                    fields.extend(merge_fields(root));
                }
            }
            None => {
                fields.insert(ALL.to_owned());
            }
        });
        fields.iter().for_each(|field| self.doubt.add(self.kind, field));
    }
}

/// The fields of `spec` that an operation of a JSON patch changes.
fn operation_fields(operation: Value<'_>) -> Vec<String> {
    let path = operation.get("path").and_then(Value::as_str).unwrap_or("/spec");
    let names: Vec<&str> = path.split('/').skip(1).collect();
    match names[..] {
        ["spec", field, ..] => vec![field.to_owned()],
        // All of it is replaced.
        ["spec"] | [] => vec![ALL.to_owned()],
        _ => Vec::new(),
    }
}

fn merge_fields(root: Value<'_>) -> Vec<String> {
    if root.get("$patch").is_some() {
        return vec![ALL.to_owned()];
    }
    let spec = root.get("spec").into_iter().flat_map(Value::entries);
    spec.map(|(key, _)| match key.key_text().as_ref() {
        "$patch" => ALL.to_owned(),
        field => field.to_owned(),
    })
    .collect()
}
