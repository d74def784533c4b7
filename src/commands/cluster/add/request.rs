//! What `cluster add` is asked for: the flags, completed from the config, the Git remote and what the repository already has.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::args::AddArgs;
use super::edit::{Addition, Changes, Step, Target};
use super::error::AddError;
use super::registration::Registration;
use super::survey::{ObjectKind, Survey, is_within, within};
use crate::commands::context::Context;
use crate::commands::workspace::layout::glob_of;
use crate::domain::cluster::Deliverer;
use crate::domain::platform::Platform;
use crate::error::Error;
use crate::scaffold::{ClusterDelivery, DeliveredFolder};
use crate::settings::{ClusterSettings, Settings};
use crate::sources::{self, path_text};

/// The address in files of a repository without a remote.
pub(crate) const PLACEHOLDER_URL: &str = "https://git.example.com/OWNER/REPOSITORY.git";
/// The folder of manifests, and the namespace, that are assumed.
const FOLDER: &str = "catalog";
const NAMESPACE: &str = "catalog";

/// The top of the repository: all paths are relative to it.
pub(crate) struct Top {
    pub path: PathBuf,
    /// The folder of the config, and the user's directory.
    pub root: String,
    pub directory: String,
    pub url: Option<String>,
    pub branch: String,
}

pub(super) struct Request<'a> {
    pub cluster: String,
    pub deliverer: Deliverer,
    pub url: String,
    pub branch: String,
    pub folders: Vec<DeliveredFolder>,
    /// `--path` names the folder, and `--namespace` the namespace.
    pub has_path: bool,
    pub has_namespace: bool,
    /// Globs of the folder that `--path` names, if `manifests.include` does not list it.
    pub unlisted: Vec<String>,
    pub crds: Option<String>,
    /// `None`: the manifests name several, which one for all would join.
    pub namespace: Option<String>,
    pub kubeconfig_secret: String,
    pub server: Option<String>,
    /// The file to write or to extend.
    pub file: Option<String>,
    pub top: &'a Top,
    pub notes: Vec<String>,
    /// The entry of `clusters`, if there is one.
    entry: Option<ClusterSettings>,
    /// The config, if it has `clusters`.
    config: Option<String>,
}

pub(crate) fn top_of(context: &Context<'_>) -> Result<Top, Error> {
    let settings = context.settings;
    let root = &settings.root.value;
    let Some(repository) = context.git.repository()? else {
        let directory = settings.directory.strip_prefix(root).map(path_text).unwrap_or_default();
        return Ok(Top { path: root.clone(), root: String::new(), directory, url: None, branch: "main".to_owned() });
    };
    Ok(Top {
        path: repository.top().to_owned(),
        root: repository.path_of(root)?,
        directory: repository.path_of(&settings.directory)?,
        url: repository.origin_address(),
        branch: repository.default_branch().unwrap_or_else(|| "main".to_owned()),
    })
}

pub(crate) fn check_name(name: &str) -> Result<(), AddError> {
    let refused = |reason| Err(AddError::Name { name: name.to_owned(), reason });
    if !is_label(name) {
        return refused("it is not a DNS label (RFC 1123)");
    }
    if matches!(name, "kustomization" | "project") {
        return refused("its file would be one that has another purpose");
    }
    Ok(())
}

/// A DNS label of RFC 1123.
fn is_label(text: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let ends_well = !text.starts_with('-') && !text.ends_with('-');
    (1..=63).contains(&text.len()) && text.chars().all(is_inner) && ends_well
}

impl<'a> Request<'a> {
    /// `template_namespace`: the namespace in the ApplicationSets of a repository with this URL, if they agree.
    pub fn of(
        args: &AddArgs,
        survey: &Survey,
        top: &'a Top,
        context: &Context<'_>,
        template_namespace: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Error> {
        let settings = context.settings;
        check_flags(args)?;
        let deliverer = deliverer(args, survey, settings)?;
        check_deliverer(args, deliverer)?;
        let mut notes = Vec::new();
        let url = top.url.clone().unwrap_or_else(|| {
            notes.push(format!(
                "There is no Git remote `origin` with an `https://` or `ssh://` address, so the files name \
                 `{PLACEHOLDER_URL}`. Replace it."
            ));
            PLACEHOLDER_URL.to_owned()
        });
        let platform = settings.platform.value;
        let paths = match &args.path {
            Some(path) => vec![relative_to_top(path, &top.directory, "--path")?],
            None => manifest_folders(&settings.include.value, &top.root, survey, platform),
        };
        let has_kustomization = |path: &str| survey.kustomization_of(path).is_some();
        let folders: Vec<DeliveredFolder> = paths
            .into_iter()
            .map(|path| DeliveredFolder { has_kustomization: has_kustomization(&path), path })
            .collect();
        let crds = survey.definitions_folder(platform).filter(|crds| {
            // Those among the manifests arrive with them.
            !folders.iter().any(|folder| is_within(crds, &folder.path))
        });
        let namespaces = survey.namespaces_in(&folders);
        let entry = settings.clusters.iter().find(|cluster| cluster.name == args.name);
        let of_templates = match deliverer {
            Deliverer::ArgoCd | Deliverer::Kubectl => template_namespace(&url),
            Deliverer::Flux => None,
        };
        let of_entry = entry.and_then(|entry| entry.namespace.clone());
        let stated = args.namespace.clone().or(of_entry).or(of_templates);
        let configured = settings.clusters.iter().find_map(|cluster| cluster.namespace.clone());
        let unlisted = unlisted_globs(&folders, &settings.include.value, &top.root);
        let file = args.file.as_ref().map(|file| relative_to_top(file, &top.directory, "--file")).transpose()?;
        let config = settings.config.as_ref().filter(|_| !settings.clusters.is_empty());
        let config = config.map(|config| settings.root.value.join(&config.value));
        Ok(Self {
            cluster: args.name.clone(),
            deliverer,
            url,
            branch: top.branch.clone(),
            has_path: args.path.is_some(),
            unlisted: if args.path.is_some() { unlisted } else { Vec::new() },
            has_namespace: args.namespace.is_some(),
            crds: crds.map(str::to_owned),
            namespace: stated.or_else(|| namespace_for(&namespaces, configured)),
            kubeconfig_secret: args.kubeconfig_secret.clone().unwrap_or_else(|| format!("{}-kubeconfig", args.name)),
            server: args.server.as_ref().map(|server| server.trim_end_matches('/').to_owned()),
            file,
            top,
            notes,
            entry: entry.cloned(),
            config: config.and_then(|config| config.strip_prefix(&top.path).map(path_text).ok()),
            folders,
        })
    }

    pub fn delivery(&self) -> ClusterDelivery<'_> {
        ClusterDelivery {
            cluster: &self.cluster,
            url: &self.url,
            branch: &self.branch,
            crds: self.crds.as_deref(),
            folders: &self.folders,
            namespace: self.namespace.as_deref(),
        }
    }

    /// Adds the folders that do not exist, to a registration that is new: Git has no empty folders, and a deliverer fails
    /// while its folder is missing.
    pub fn add_folders(&self, registration: &mut Registration) {
        if registration.changes.files.is_empty() {
            return;
        }
        let own = || self.folders.iter().map(|folder| folder.path.clone()).collect();
        for folder in registration.folders.take().unwrap_or_else(own) {
            if !sources::exists(&self.top.path.join(&folder)) {
                registration.changes.create(format!("{folder}/.gitkeep"), String::new());
            }
        }
    }

    /// Adds that lint does not read the folder yet.
    pub fn add_unlisted(&self, registration: &mut Registration) {
        for glob in &self.unlisted {
            registration.next.insert(
                0,
                format!("Add `\"{glob}\"` to `manifests.include` of the config: `lint` does not read that folder yet."),
            );
        }
    }

    /// Adds an entry to `clusters` of the config, if it has that key.
    pub fn add_to_config(&self, changes: &mut Changes) -> Result<(), Error> {
        let Some(config) = &self.config else { return Ok(()) };
        if let Some(entry) = &self.entry {
            return Ok(self.check_entry(entry, config)?);
        }
        let namespace = self.namespace.as_deref().map(|namespace| ("namespace", namespace));
        let fields: Vec<(&str, &str)> = [("deliverer", self.deliverer.word())].into_iter().chain(namespace).collect();
        let target = Target { path: config, document: 0, steps: &[Step::Key("clusters")] };
        let lines = format!("{}: {{deliverer: {}}}", self.cluster, self.deliverer.word());
        changes.extend(&self.top.path, target, Addition::Entry(&self.cluster, &fields), &lines)
    }

    fn check_entry(&self, entry: &ClusterSettings, config: &str) -> Result<(), AddError> {
        let taken = |what: String, flag: &str, value: &str| AddError::Taken {
            name: self.cluster.clone(),
            place: format!("{config}:{}", entry.line),
            what,
            help: format!("choose another name, or use `{flag} {value}`"),
        };
        match (entry.deliverer, &entry.namespace) {
            (Some(deliverer), _) if deliverer != self.deliverer => {
                let word = deliverer.word();
                Err(taken(format!("the deliverer is `{word}`"), "--deliverer", word))
            }
            (_, Some(namespace)) if Some(namespace) != self.namespace.as_ref() => {
                Err(taken(format!("the namespace is `{namespace}`"), "--namespace", namespace))
            }
            (_, _) => Ok(()),
        }
    }
}

fn check_flags(args: &AddArgs) -> Result<(), AddError> {
    let invalid = |flag, value: &str, reason, help| AddError::Flag { flag, value: value.to_owned(), reason, help };
    let help = "use lower-case letters, digits and `-`";
    if let Some(namespace) = args.namespace.as_deref().filter(|namespace| !is_label(namespace)) {
        return Err(invalid("--namespace", namespace, "it is not a DNS label (RFC 1123)", help));
    }
    let is_secret = |name: &&str| !name.is_empty() && name.len() <= 253 && name.split('.').all(is_label);
    if let Some(secret) = args.kubeconfig_secret.as_deref().filter(|name| !is_secret(name)) {
        return Err(invalid("--kubeconfig-secret", secret, "it is not the name of a secret", help));
    }
    let Some(server) = args.server.as_deref() else { return Ok(()) };
    let rest = server.strip_prefix("https://").or_else(|| server.strip_prefix("http://")).unwrap_or_default();
    let is_host = |c: char| c.is_ascii_alphanumeric() || "._:/~[]-".contains(c);
    if rest.is_empty() || rest.starts_with('/') || !rest.chars().all(is_host) {
        let help = "use the URL that `kubectl config view` shows: `https://eu.example.com:6443`";
        return Err(invalid("--server", server, "it is not the URL of an API server", help));
    }
    Ok(())
}

fn check_deliverer(args: &AddArgs, deliverer: Deliverer) -> Result<(), AddError> {
    let foreign = |flag, deliverer, reason| Err(AddError::OtherDeliverer { flag, deliverer, reason });
    match deliverer {
        Deliverer::Flux if args.server.is_some() => {
            foreign("--server", "Flux", "the secret with the kubeconfig has the address of the cluster")
        }
        Deliverer::ArgoCd | Deliverer::Kubectl if args.kubeconfig_secret.is_some() => {
            foreign("--kubeconfig-secret", "Argo CD", "it has the access to the clusters that are registered in it")
        }
        Deliverer::Flux | Deliverer::ArgoCd | Deliverer::Kubectl => Ok(()),
    }
}

/// The deliverer of the flag, else of the repository's objects, else of the config.
fn deliverer(args: &AddArgs, survey: &Survey, settings: &Settings) -> Result<Deliverer, AddError> {
    if let Some(named) = args.deliverer.as_deref().and_then(Deliverer::parse) {
        return Ok(named);
    }
    let has = |kinds: &[ObjectKind]| kinds.iter().any(|kind| survey.of_kind(*kind).next().is_some());
    let has_flux = has(&[ObjectKind::FluxKustomization, ObjectKind::GitRepository]);
    let has_argo = has(&[ObjectKind::Application, ObjectKind::ApplicationSet, ObjectKind::AppProject]);
    let configured: Vec<Deliverer> = settings.clusters.iter().filter_map(|cluster| cluster.deliverer).collect();
    let first = configured.first().copied().filter(|first| configured.iter().all(|other| other == first));
    match (has_flux, has_argo, first) {
        (_, _, Some(deliverer @ (Deliverer::Flux | Deliverer::ArgoCd))) => Ok(deliverer),
        (true, false, _) => Ok(Deliverer::Flux),
        (false, true, _) => Ok(Deliverer::ArgoCd),
        (true, true, _) => {
            Err(AddError::UnknownDeliverer { reason: "the repository has objects of Flux and of Argo CD" })
        }
        (false, false, _) => {
            Err(AddError::UnknownDeliverer { reason: "the repository has no objects of Flux or of Argo CD" })
        }
    }
}

/// A path of the command line, which is relative to the user's directory, relative to the top.
fn relative_to_top(path: &str, directory: &str, flag: &'static str) -> Result<String, AddError> {
    let help = "name it relative to the current folder: `control-planes/eu`";
    let refused = |reason| AddError::Flag { flag, value: path.to_owned(), reason, help };
    if Path::new(path).is_absolute() || path.starts_with('/') {
        return Err(refused("it is not in this repository"));
    }
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        match part {
            ".." if parts.pop().is_none() => return Err(refused("it is not in this repository")),
            ".." => {}
            part => parts.push(part),
        }
    }
    let is_plain = |c: char| !c.is_control() && !"\"'`\\".contains(c);
    if parts.is_empty() {
        return Err(refused("it is the top of the repository, where files are that are no manifests"));
    }
    let text = parts.join("/");
    if text.chars().all(is_plain) { Ok(text) } else { Err(refused("it has characters that a path here cannot have")) }
}

/// The namespace for manifests that name none: the one that others of them name. `None`: they name several, and Flux would
/// move all of them to one. `usual`: the namespace if they name none.
pub(crate) fn namespace_for(named: &BTreeSet<String>, usual: Option<String>) -> Option<String> {
    match named.len() {
        0 => Some(usual.unwrap_or_else(|| NAMESPACE.to_owned())),
        1 => named.first().cloned(),
        _ => None,
    }
}

/// The globs of these folders that `manifests.include` lacks.
fn unlisted_globs(folders: &[DeliveredFolder], include: &[String], root: &str) -> Vec<String> {
    let listed: Vec<String> = include.iter().map(|glob| within(root, &folder_of_glob(glob))).collect();
    let is_listed = |folder: &str| {
        listed.is_empty() || listed.iter().any(|listed| is_within(folder, listed) || is_within(listed, folder))
    };
    let unlisted = folders.iter().map(|folder| folder.path.as_str()).filter(|folder| !is_listed(folder));
    // The config cannot name what is outside of its folder.
    let below = unlisted.filter(|folder| is_within(folder, root)).filter_map(|folder| folder.strip_prefix(root));
    below.map(|folder| glob_of(folder.trim_start_matches('/'))).collect()
}

/// The folder at the start of a glob of `manifests.include`.
fn folder_of_glob(glob: &str) -> String {
    let is_literal = |part: &&str| !part.contains(['*', '?', '[', '{', '!']);
    let is_whole = glob.split('/').all(|part| is_literal(&part));
    let parts: Vec<&str> = glob.split('/').take_while(is_literal).filter(|part| !matches!(*part, "" | ".")).collect();
    let is_file = is_whole && (glob.ends_with(".yaml") || glob.ends_with(".yml"));
    let parts = if is_file { &parts[..parts.len().saturating_sub(1)] } else { &parts[..] };
    parts.join("/")
}

/// The folders at the start of the globs of `manifests.include`, without those of CRDs and of Crossplane's definitions: who
/// prunes a definition deletes every object of its kinds.
pub(crate) fn manifest_folders(include: &[String], root: &str, survey: &Survey, platform: &Platform) -> Vec<String> {
    // A folder with entities beside the CRDs is one of manifests.
    let crds = survey.definitions_folder(platform).filter(|crds| !survey.has_manifests(crds));
    let mut folders: Vec<String> = Vec::new();
    for glob in include {
        let inner = folder_of_glob(glob);
        let folder = within(root, &inner);
        let is_known = folders.contains(&folder) || crds == Some(folder.as_str());
        let is_known = is_known || survey.has_only_definitions(&folder);
        if !inner.is_empty() && !is_known {
            folders.push(folder);
        }
    }
    let inner: Vec<String> = folders
        .iter()
        .filter(|folder| folders.iter().any(|other| other != *folder && is_within(folder, other)))
        .cloned()
        .collect();
    folders.retain(|folder| !inner.contains(folder));
    if folders.is_empty() {
        folders = survey.manifest_folders(root);
    }
    if folders.is_empty() { vec![within(root, FOLDER)] } else { folders }
}
