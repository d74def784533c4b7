//! Sets up a repository for a cluster (`init --delivery`): CRDs, the exporter's mapping, and the objects by which Flux or
//! Argo CD delivers the manifests.

use std::collections::BTreeSet;
use std::path::Path;

use super::args::{DelivererName, InitArgs};
use super::choices::Choices;
use super::detect::{Surroundings, value_of};
use super::error::InitError;
use crate::commands::cluster::add::edit::Changes;
use crate::commands::cluster::add::listing::{list_files, plain_path, syncing};
use crate::commands::cluster::add::request::{PLACEHOLDER_URL, check_name, manifest_folders, namespace_for};
use crate::commands::cluster::add::survey::{FoundObject, ObjectKind, Survey, is_within, within};
use crate::commands::cluster::add::{argocd, flux};
use crate::commands::cluster::mapping::mapping_of_disk;
use crate::commands::context::Context;
use crate::domain::cluster::Deliverer;
use crate::domain::platform::{PORT, Platform};
use crate::error::Error;
use crate::scaffold::repository::{ConfigDelivery, Draft, Kept, Paste, Wanted};
use crate::scaffold::{
    ArgoDestination, ArgoTarget, ClusterDelivery, DefinitionForm, DeliveredFolder, FluxTarget, argo_application_sets,
    argo_cluster, argo_project, definitions, flux_cluster, open_mapping,
};
use crate::sources::{self, Encoding, ReadBuffer};
use crate::text::plural::list;

/// The name of the cluster, unless `--cluster` names it.
const CLUSTER: &str = "production";
const PROJECT: &str = "catalog";
const CRDS: &str = "crds";

/// How the manifests reach the clusters.
pub(super) struct Delivery {
    pub deliverer: Deliverer,
    /// One, or those of an existing config.
    pub clusters: Vec<String>,
    /// Whether the clusters come from an existing config.
    is_configured: bool,
    /// Their mapping is not in the config.
    is_unmapped: bool,
    config_name: String,
    state_key: String,
    /// The folder of the config.
    root: String,
    pub url: Option<String>,
    branch: String,
    folders: Vec<DeliveredFolder>,
    /// The folder of the CRDs; `None`: they are among the manifests, and arrive with them.
    crds: Option<String>,
    /// The text of the CRDs; `None`: the repository has some.
    crds_text: Option<String>,
    /// Relative to the config.
    pub mapping: String,
    mapping_text: String,
    /// The mapping is the open one, because there are no blueprints or no manifests yet.
    pub has_open_mapping: bool,
    namespace: Option<String>,
    namespaces: BTreeSet<String>,
    /// The folders with definitions of Crossplane that are not delivered.
    composite_definitions: Vec<String>,
    survey: Survey,
    platform: &'static Platform,
}

impl Delivery {
    /// `cluster`: the value of `--cluster`. `None`: the repository is not set up for a cluster.
    pub fn of(
        args: &InitArgs,
        cluster: Option<&str>,
        found: &Surroundings,
        choices: &Choices,
        context: &Context<'_>,
    ) -> Result<Option<Self>, Error> {
        let Some(deliverer) = args.delivery.map(DelivererName::deliverer) else { return Ok(None) };
        let configured = &context.settings.clusters;
        let clusters = clusters(cluster, configured.iter().map(|cluster| cluster.name.clone()).collect())?;
        let platform = choices.platform;
        let survey = Survey::of(&found.top, platform)?;
        let paths = manifest_folders(&choices.include, &found.folder, &survey, platform);
        let folder =
            |path: String| DeliveredFolder { has_kustomization: survey.kustomization_of(&path).is_some(), path };
        let folders: Vec<DeliveredFolder> = paths.into_iter().map(folder).collect();
        let namespaces = survey.namespaces_in(&folders);
        let is_delivered = |path: &str| folders.iter().any(|folder| is_within(path, &folder.path));
        let is_extended = survey.needs_extended || choices.example || choices.adopts;
        let form = if is_extended { DefinitionForm::Extended } else { DefinitionForm::Published };
        let own_crds = survey.definitions_folder(platform).map(str::to_owned);
        let crds =
            Some(own_crds.clone().unwrap_or_else(|| within(&found.folder, CRDS))).filter(|crds| !is_delivered(crds));
        let is_left = |path: &&str| !is_delivered(path) && !crds.as_ref().is_some_and(|crds| is_within(path, crds));
        let composite_definitions = survey.composite_definitions().filter(is_left).map(str::to_owned).collect();
        let mapping = mapping_of_disk(context.settings).ok();
        let first = configured.iter().find(|configured| clusters.contains(&configured.name));
        let mapped = first.and_then(|cluster| cluster.mapping.as_ref()).map(|(path, _)| sources::path_text(path));
        let namespace = first.and_then(|cluster| cluster.namespace.clone());
        Ok(Some(Self {
            deliverer,
            is_configured: first.is_some(),
            is_unmapped: first.is_some_and(|cluster| cluster.mapping.is_none()),
            root: found.folder.clone(),
            config_name: context.settings.config_name(),
            state_key: first
                .and_then(|cluster| cluster.state_key.clone())
                .or_else(|| clusters.first().cloned())
                .unwrap_or_default(),
            url: found.url.clone(),
            branch: found.branch.clone(),
            crds_text: own_crds.is_none().then(|| definitions(platform, form)),
            crds,
            mapping: mapped.unwrap_or_else(|| format!("platform/{}-exporter.yaml", platform.name)),
            has_open_mapping: mapping.is_none(),
            mapping_text: mapping.unwrap_or_else(|| open_mapping(platform)),
            namespace: namespace.or_else(|| namespace_for(&namespaces, None)),
            namespaces,
            composite_definitions,
            folders,
            clusters,
            survey,
            platform,
        }))
    }

    /// The part of the config.
    pub fn config(&self) -> ConfigDelivery<'_> {
        ConfigDelivery {
            deliverer: self.deliverer,
            cluster: self.cluster(),
            namespace: self.namespace.as_deref(),
            mapping: &self.mapping,
            crds: self.crds.as_deref().and_then(|crds| below(crds, &self.root)),
        }
    }

    fn delivery<'a>(&'a self, cluster: &'a str) -> ClusterDelivery<'a> {
        ClusterDelivery {
            cluster,
            url: self.url.as_deref().unwrap_or(PLACEHOLDER_URL),
            branch: &self.branch,
            crds: self.crds.as_deref(),
            folders: &self.folders,
            namespace: self.namespace.as_deref(),
        }
    }

    /// Refuses a cluster whose name delivers another folder of this repository.
    fn check_names(&self) -> Result<(), InitError> {
        let (kind, key): (_, &[&str]) = match self.deliverer {
            Deliverer::Flux => (ObjectKind::FluxKustomization, &["spec", "path"]),
            Deliverer::ArgoCd | Deliverer::Kubectl => (ObjectKind::Application, &["spec", "source", "path"]),
        };
        for object in self.survey.of_kind(kind).filter(|object| self.clusters.iter().any(|name| object.name() == name))
        {
            let path = plain_path(object.text(key).unwrap_or_default());
            if !self.folders.iter().any(|folder| folder.path == path) {
                let name = object.name().to_owned();
                return Err(InitError::ClusterInUse { name, place: object.place(), path });
            }
        }
        Ok(())
    }

    /// Adds the files, and returns the encodings of those that are extended. Other existing files stay as they are.
    pub fn add_to(
        &self,
        draft: &mut Draft,
        found: &Surroundings,
        context: &Context<'_>,
    ) -> Result<Vec<(String, Encoding)>, Error> {
        self.check_names()?;
        if found.has_config && !self.is_configured {
            let path = within(&found.folder, &context.settings.config_name());
            let config = found.texts.get(&path).and_then(|text| value_of(text));
            draft.pastes.push(Paste::of(path, "it exists", &self.config().text(), config.as_ref(), &value_of));
        }
        let mut files = Vec::new();
        if let (Some(text), Some(folder)) = (&self.crds_text, &self.crds) {
            files.push((format!("{folder}/entities.yaml"), text.clone()));
        }
        files.push((within(&found.folder, &self.mapping), self.mapping_text.clone()));
        // Git has no empty folders, and a deliverer fails while its folder is missing.
        let is_missing = |folder: &&DeliveredFolder| {
            let begins = format!("{}/", folder.path);
            let is_new = draft.files.iter().any(|file| file.path.starts_with(&begins));
            !is_new && !sources::exists(&found.top.join(&folder.path))
        };
        let missing = self.folders.iter().filter(is_missing);
        files.extend(missing.map(|folder| (format!("{}/.gitkeep", folder.path), String::new())));
        let wiring = self.wiring();
        let siblings = self.siblings();
        let mut changes = Changes::default();
        for (path, text) in files.into_iter().chain(wiring.iter().cloned()) {
            if sources::is_taken(&found.top.join(&path)) {
                draft.kept.push(Kept { path, why: "exists" });
            } else {
                changes.create(path, text);
            }
        }
        let paths: Vec<&str> = wiring.iter().map(|(path, _)| path.as_str()).collect();
        if changes.files.iter().any(|file| paths.contains(&file.path.as_str())) {
            list_files(&found.top, &self.survey, &paths, &siblings, &mut changes)?;
            if self.deliverer == Deliverer::ArgoCd {
                self.permit(&found.top, &mut changes)?;
            }
        }
        draft.files.append(&mut changes.files);
        Ok(changes.encodings)
    }

    /// The files with the objects of the deliverer, in one folder. Empty: the repository has them for all clusters.
    fn wiring(&self) -> Vec<(String, String)> {
        match self.deliverer {
            Deliverer::Flux => self.flux(),
            Deliverer::ArgoCd | Deliverer::Kubectl => self.argo(),
        }
    }

    fn siblings(&self) -> Vec<&FoundObject> {
        match self.deliverer {
            Deliverer::Flux => flux::siblings(&self.survey).collect(),
            Deliverer::ArgoCd | Deliverer::Kubectl => self.survey.of_kind(ObjectKind::Application).collect(),
        }
    }

    /// The folder of the objects.
    pub fn folder(&self) -> String {
        let siblings = self.siblings();
        match self.deliverer {
            Deliverer::Flux => flux::folder(&self.folders, &self.survey, &siblings),
            Deliverer::ArgoCd | Deliverer::Kubectl => argocd::folder(&self.folders, &siblings),
        }
    }

    fn has(&self, kind: ObjectKind, name: &str) -> bool {
        self.survey.of_kind(kind).any(|object| object.name() == name)
    }

    /// A file for each cluster. One alone is that in which Flux runs.
    fn flux(&self) -> Vec<(String, String)> {
        let (folder, siblings) = (self.folder(), self.siblings());
        let namespace = flux::namespace_of(&siblings);
        let is_local = self.clusters.len() == 1;
        let missing = self.clusters.iter().filter(|name| !self.has(ObjectKind::FluxKustomization, name));
        let file = |name: &String| {
            let kubeconfig = format!("{name}-kubeconfig");
            let mut namespaces: Vec<String> = self.namespaces.iter().cloned().collect();
            namespaces.extend(self.namespace.iter().filter(|namespace| !self.namespaces.contains(*namespace)).cloned());
            let delivery = self.delivery(name);
            let target = FluxTarget {
                namespace: &namespace,
                kubeconfig: (!is_local).then_some(kubeconfig.as_str()),
                git_secret: &flux::git_secret(name, delivery.url, &self.survey),
                namespaces: if is_local { &namespaces } else { &[] },
            };
            (within(&folder, &format!("{name}.yaml")), flux_cluster(&delivery, &target))
        };
        missing.map(file).collect()
    }

    /// The project, and the Applications of the cluster in which Argo CD runs, or ApplicationSets for several clusters.
    fn argo(&self) -> Vec<(String, String)> {
        let folder = self.folder();
        let target = ArgoTarget { namespace: argocd::NAMESPACE, project: PROJECT };
        let namespace = self.namespace.as_deref().unwrap_or("*").to_owned();
        let local = ArgoDestination::Server(ArgoDestination::LOCAL_SERVER.to_owned());
        let mut files = Vec::new();
        let (path, text, destinations) = match self.clusters.as_slice() {
            [name] => {
                if self.has(ObjectKind::Application, name) {
                    return files;
                }
                let text = argo_cluster(&self.delivery(name), &local, &target);
                // Manifests that name several namespaces, and objects without one.
                (format!("{name}.yaml"), text, vec![(local, namespace)])
            }
            names => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let text = argo_application_sets(&names, &self.delivery(PROJECT), &target);
                let destination = |name: &&str| (ArgoDestination::Name((*name).to_owned()), namespace.clone());
                if self.has(ObjectKind::ApplicationSet, PROJECT) {
                    return files;
                }
                ("applications.yaml".to_owned(), text, names.iter().map(destination).collect())
            }
        };
        if !self.has(ObjectKind::AppProject, PROJECT) {
            let url = self.url.as_deref().unwrap_or(PLACEHOLDER_URL);
            let text = argo_project(url, &destinations, self.platform, &target);
            files.push((within(&folder, "project.yaml"), text));
        }
        files.push((within(&folder, &path), text));
        files
    }

    /// Lets an AppProject that is there already permit the clusters.
    fn permit(&self, top: &Path, changes: &mut Changes) -> Result<(), Error> {
        for name in &self.clusters {
            let destination = match self.clusters.len() {
                1 => ArgoDestination::Server(ArgoDestination::LOCAL_SERVER.to_owned()),
                _ => ArgoDestination::Name(name.clone()),
            };
            let namespace = self.namespace.as_deref().unwrap_or("*");
            argocd::permit(top, &self.survey, PROJECT, (&destination, namespace), changes)?;
        }
        Ok(())
    }

    /// What people have to do before they commit. `is_open`: the mapping is the open one.
    fn steps_before_commit(&self, is_open: bool) -> Vec<String> {
        let mut steps = Vec::new();
        if self.url.is_none() {
            steps.push(format!(
                "Replace `{PLACEHOLDER_URL}` in `{}/`: there is no remote `origin` with an `https://` or `ssh://` address.",
                self.folder()
            ));
        }
        if self.is_unmapped {
            steps.push(format!(
                "Set `clusters.{}.mapping: {}` in {}, and the `state-key` of the exporter.",
                self.cluster(),
                self.mapping,
                self.config_name
            ));
        }
        if is_open {
            steps.push(format!(
                "With blueprints and manifests, write the mapping: `portolan cluster mapping --out {}`.",
                self.mapping
            ));
        }
        steps
    }

    /// What people have to do, before the commit and after it.
    pub fn next_steps(&self, is_open: bool) -> [Vec<String>; 2] {
        let (folder, name) = (self.folder(), self.cluster());
        let synced = syncing(&self.survey, &format!("{folder}/{name}.yaml"));
        let apply = match synced {
            Some(object) => format!("`{}` applies `{folder}/`", object.name()),
            None => format!("after the merge, apply `{folder}/` once: `kubectl apply -k {folder}`"),
        };
        let mut steps = Vec::new();
        let is_several = self.clusters.len() > 1;
        match self.deliverer {
            Deliverer::Flux => {
                steps.push(format!("Install Flux in the cluster; {apply}."));
                if let Some(url) = self.url.as_ref().filter(|url| url.starts_with("ssh://")) {
                    let secret = flux::git_secret(name, url, &self.survey);
                    steps.push(format!(
                        "Let Flux read the repository: `flux create secret git {secret} --url={url}`, and add the key that it \
                         shows as a deploy key."
                    ));
                }
                if is_several {
                    steps.push(
                        "Create a secret `NAME-kubeconfig` for each cluster, with its kubeconfig under `value.yaml`."
                            .to_owned(),
                    );
                }
            }
            Deliverer::ArgoCd | Deliverer::Kubectl => {
                steps.push(format!("Install Argo CD in the cluster; {apply}."));
                steps.push("Let Argo CD read the repository, if it is private: `argocd repo add`.".to_owned());
                if is_several {
                    steps.push("Register each cluster: `argocd cluster add CONTEXT --name NAME`.".to_owned());
                }
            }
        }
        steps.extend(self.definitions_step());
        let (key, mapping) = (&self.state_key, &self.mapping);
        steps.push(if self.platform == &PORT {
            format!(
                "Install the exporter, with the credentials: `helm upgrade --install port-k8s-exporter port-labs/port-k8s-exporter \
                 --set stateKey={key},createDefaultResources=false,overwriteConfigurationOnRestart=true --set-file \
                 configMap.config={mapping}`."
            )
        } else {
            format!("Install the exporter with the state key `{key}` and the mapping `{mapping}`.")
        });
        [self.steps_before_commit(is_open), steps]
    }

    /// Who installs the definitions of Crossplane is not known: a package may hold them.
    fn definitions_step(&self) -> Option<String> {
        if self.composite_definitions.is_empty() {
            return None;
        }
        let folders: Vec<String> = self.composite_definitions.iter().map(|path| format!("`{path}/`")).collect();
        let (folders, object) = (list(&folders), self.deliverer_object());
        Some(format!(
            "Install the Crossplane definitions of {folders} before the claims: as a package, or with one more {object} that \
             does not prune. What prunes a definition deletes every claim of it."
        ))
    }

    fn deliverer_object(&self) -> &'static str {
        match self.deliverer {
            Deliverer::Flux => "Kustomization",
            Deliverer::ArgoCd | Deliverer::Kubectl => "Application",
        }
    }

    /// The first cluster.
    fn cluster(&self) -> &str {
        self.clusters.first().map_or(CLUSTER, String::as_str)
    }

    /// The mapping for blueprints and manifests that are there now, if the open one was written. `Wanted`, to replace it.
    pub fn completed_mapping(&self, found: &Surroundings, context: &Context<'_>) -> Option<Wanted> {
        let path = within(&found.folder, &self.mapping);
        let file = sources::find_file(&found.top, &path).filter(|_| self.has_open_mapping)?;
        let mut buffer = ReadBuffer::default();
        if sources::read(&file, &mut buffer).ok()?.text != self.mapping_text {
            return None;
        }
        let after = mapping_of_disk(context.settings).ok()?;
        let before = Some(self.mapping_text.clone());
        Some(Wanted { path, before, after })
    }
}

/// A path relative to a folder; `None`: it is not below it.
fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

/// The clusters: those of the config, or the one that `--cluster` names.
fn clusters(named: Option<&str>, configured: Vec<String>) -> Result<Vec<String>, Error> {
    if let Some(name) = named {
        check_name(name)?;
        if !configured.is_empty() && !configured.iter().any(|known| known == name) {
            return Err(InitError::OtherClusters { name: name.to_owned() }.into());
        }
        return Ok(vec![name.to_owned()]);
    }
    if !configured.is_empty() {
        return Ok(configured);
    }
    Ok(vec![CLUSTER.to_owned()])
}
