//! ConfigMaps and Secrets that a kustomization generates: their names have a hash of their content.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value as Json, json};

use super::failure::{Failure, FailureKind};
use super::kustomization::{Generator, GeneratorOptions, Kustomization};
use crate::delivery::manifests::{Header, header_pairs};
use crate::delivery::object::{Generated, Object, Origin};
use crate::delivery::place::Text;

/// The object of one generator. `read` gets the text of a file of the kustomization.
pub(super) fn generate<'t>(
    kustomization: &Kustomization,
    generator: &Generator,
    is_secret: bool,
    read: &mut dyn FnMut(&Text) -> Result<Cow<'t, str>, Failure>,
) -> Result<Object, Failure> {
    let place = kustomization.place(generator.span);
    let fail = |text: &str| Failure::new(FailureKind::Generator, text).at(place);
    if generator.name.is_empty() {
        return Err(fail("a configmap must have a name"));
    }
    let mut data = BTreeMap::new();
    let mut add = |key: &str, value: &str| {
        let value = if is_secret { BASE64.encode(value) } else { value.to_owned() };
        match data.insert(key.to_owned(), value) {
            None => Ok(()),
            Some(_) => {
                let name = &generator.name;
                Err(fail(&format!("configmap {name} illegally repeats the key `{key}`")))
            }
        }
    };
    let heading = |what: &str, sources: &[Text]| {
        let sources: Vec<_> = sources.iter().map(|source| source.text.as_str()).collect();
        format!("loading KV pairs: {what} [{}]", sources.join(" "))
    };
    for file in &generator.envs {
        let text = read(file).map_err(|failure| failure.within(&heading("env source files:", &generator.envs)))?;
        for line in text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            add(key, value)?;
        }
    }
    for literal in &generator.literals {
        let Some((key, value)) = literal.text.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            let text = format!("invalid literal source {}, expected key=value", literal.text);
            let failure = Failure::new(FailureKind::Generator, text).at(kustomization.place(literal.span));
            return Err(failure.within(&heading("literal sources", &generator.literals)));
        };
        add(key, unquoted(value))?;
    }
    for file in &generator.files {
        let (key, path) = match file.text.split_once('=') {
            Some((key, path)) => (key.to_owned(), path.to_owned()),
            None => (file.text.rsplit('/').next().unwrap_or_default().to_owned(), file.text.clone()),
        };
        let text = read(&Text { text: path, ..file.clone() });
        add(&key, &text.map_err(|failure| failure.within(&heading("file sources:", &generator.files)))?)?;
    }
    let options = merged(&generator.options, &kustomization.generator_options);
    let header = Header {
        api_version: "v1".into(),
        kind: if is_secret { "Secret" } else { "ConfigMap" }.into(),
        name: generator.name.as_str().into(),
        namespace: generator.namespace.as_str().into(),
        labels: header_pairs(&options.labels).collect(),
        annotations: header_pairs(&options.annotations).collect(),
        has_string_name: true,
        has_string_labels: true,
        ..Header::default()
    };
    let place = place.ok_or_else(|| fail("a generator without a file"))?;
    let mut object = Object::new(Origin::Generated(place), header, None);
    let secret_type = if generator.secret_type.is_empty() { "Opaque" } else { &generator.secret_type };
    let has_hash = !options.has_no_hash;
    object.generated = Some(Box::new(Generated { data, secret_type: secret_type.to_owned(), has_hash }));
    Ok(object)
}

fn unquoted(value: &str) -> &str {
    let quoted = ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    quoted.unwrap_or(value)
}

fn merged(own: &GeneratorOptions, common: &GeneratorOptions) -> GeneratorOptions {
    let both = |common: &[(String, String)], own: &[(String, String)]| {
        let all: BTreeMap<_, _> = common.iter().chain(own).cloned().collect();
        all.into_iter().collect()
    };
    GeneratorOptions {
        labels: both(&common.labels, &own.labels),
        annotations: both(&common.annotations, &own.annotations),
        has_no_hash: common.has_no_hash || own.has_no_hash,
    }
}

/// Adds the hash to the name of a generated object.
pub(super) fn add_hash(object: &mut Object) {
    let Some(generated) = object.generated.as_deref().filter(|generated| generated.has_hash) else { return };
    let data: Map<_, _> = generated.data.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    let data = if data.is_empty() { json!("") } else { Json::Object(data) };
    let kind = &object.header.kind;
    // kustomize means to add the name, and looks for it where it is not.
    let mut content = json!({"data": data, "kind": kind, "name": ""});
    if kind == "Secret" {
        content["type"] = json!(generated.secret_type);
    }
    // As Go writes JSON.
    let text = content.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    let hash = short_hash(&text);
    object.set_name(format!("{}-{hash}", object.header.name));
}

/// Ten characters of the SHA-256, without those that could form words.
fn short_hash(text: &str) -> String {
    let mut hex = String::new();
    for byte in digest(&SHA256, text.as_bytes()).as_ref().iter().take(5) {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    let spelled = |c| match c {
        '0' => 'g',
        '1' => 'h',
        '3' => 'k',
        'a' => 'm',
        'e' => 't',
        c => c,
    };
    hex.chars().map(spelled).collect()
}
