//! Merges flags, environment, target and config in this order of precedence, once. Defaults are set here and nowhere
//! else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::catalog::Catalog;
use super::clusters::ClusterSettings;
use super::discover::{self, HERE};
use super::env::Environment;
use super::error::SettingsError;
use super::file::{self, Placed};
use super::git_host;
use super::ignored;
use super::layer::{Layer, Said, scope};
use super::level::{Level, RuleName};
use super::policies;
use super::rule_levels::{RuleLevels, add_entries, add_flags};
use super::value::{Delivery, Origin, Prune, Sourced};
use crate::domain::address::without_secrets;
use crate::domain::document::span::Span;
use crate::domain::git_host::GitHost;
use crate::domain::plan::policy::Policy;
use crate::domain::plan::write_mode::{Write, WriteMode};
use crate::domain::platform::{PLATFORMS, PORT, Platform};
use crate::sources::git::is_bare_repository;
use crate::sources::{Boundary, DiskFile, Pattern, PatternError, Place, ReadBuffer, SourceFile, path_text, read, tidy};
use crate::text::suggest::closest;
use crate::ui::ColourChoice;

/// The flags. `None` means that a flag is not set, which differs from its default.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The value of `-C`.
    pub directory: Option<PathBuf>,
    /// With `--all`: the folder of the current config, relative to where the process was started. Paths on the command
    /// line are still relative to `directory`.
    pub folder: Option<PathBuf>,
    /// The run is allowed although there are configs in subfolders.
    pub ignores_configs_below: bool,
    pub config: Option<PathBuf>,
    pub target: Option<String>,
    pub cluster: Option<String>,
    /// `--catalog`, as the user typed it.
    pub catalog: Option<String>,
    pub scope: Option<String>,
    pub color: Option<ColourChoice>,
    pub quiet: bool,
    pub verbose: bool,
    pub no_cache: bool,
    pub no_progress: bool,
    /// `--rule`; the last one for a rule counts.
    pub rules: Vec<(String, Level)>,
}

/// All settings of a run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The user's directory: paths on the command line are relative to it.
    pub directory: PathBuf,
    /// Globs, reports and `.portolan` are relative to it.
    pub root: Sourced<PathBuf>,
    /// The repository that contains the root; links must not lead out of it.
    pub boundary: Boundary,
    /// The config, relative to the root if inside it; `None` if there is none.
    pub config: Option<Sourced<PathBuf>>,
    pub target: Option<Sourced<String>>,
    /// `--cluster`
    pub cluster: Option<String>,
    pub platform: Sourced<&'static Platform>,
    pub catalog: Sourced<Catalog>,
    /// `None` if it is not set. Commands that only read may derive one from the Git remote.
    pub scope: Option<Sourced<String>>,
    /// The scopes of the config and of all its targets, selected or not.
    pub target_scopes: Vec<String>,
    pub delivery: Sourced<Delivery>,
    /// Whose app reads bare entity files.
    pub git_host: Sourced<GitHost>,
    /// In the order of the config; with `--cluster`, only that one.
    pub clusters: Vec<ClusterSettings>,
    /// If empty, every YAML file.
    pub include: Sourced<Vec<String>>,
    pub exclude: Sourced<Vec<String>>,
    /// The lines of the globs of `exclude` in the config.
    pub exclude_lines: Vec<usize>,
    pub write: Sourced<Write>,
    pub prune: Prune,
    /// The branches that CI may push from, as names or globs; `None`: the remote's default branch.
    pub push_branches: Option<Sourced<Vec<String>>>,
    /// Whether a push requires a clean work tree.
    pub require_clean: Sourced<bool>,
    /// Whether the commit that is pushed must be signed.
    pub require_signed: Sourced<bool>,
    /// By name.
    pub policies: BTreeMap<Box<str>, Sourced<Policy>>,
    pub rules: BTreeMap<String, Sourced<RuleLevels>>,
    /// Properties whose values look like credentials and are shown anyway.
    pub secrets_allow: Sourced<Vec<String>>,
    pub snapshot_max_age_days: Sourced<u32>,
    /// The flags that selected another directory, config, target or catalog, as command-line arguments: a suggested
    /// command must repeat them.
    pub flags: Vec<String>,
    /// Notes for the user that are not errors, as sentences.
    pub notes: Vec<String>,
}

impl Settings {
    /// The clusters with a mapping, where a cluster delivers the manifests: what arrives is then what they map.
    pub fn mapped_clusters(&self) -> impl Iterator<Item = &ClusterSettings> {
        let is_cluster = self.delivery.value == Delivery::Cluster;
        self.clusters.iter().filter(move |cluster| is_cluster && cluster.mapping.is_some())
    }

    /// The config's name in messages.
    pub fn config_name(&self) -> String {
        self.config.as_ref().map(|config| path_text(&config.value)).unwrap_or_default()
    }

    /// Root, config and target in one sentence, for `-v`.
    pub fn in_short(&self) -> String {
        let config = match &self.config {
            Some(_) => format!("the config is `{}`", self.config_name()),
            None => "there is no config".to_owned(),
        };
        let target = self.target.as_ref().map(|target| format!(", the target is `{}`", target.value));
        let root = self.root.value.display();
        format!("The root is `{root}` ({}), {config}{}.", self.root.origin.words(""), target.unwrap_or_default())
    }

    /// The same settings with includes, excludes and write modes from another text of the config. `name` is for
    /// messages.
    pub fn as_of(
        &self,
        name: &str,
        text: &str,
        environment: &Environment,
        known_rules: &[RuleName],
    ) -> Result<Self, SettingsError> {
        let placed = file::read(name, text, known_rules).map_err(SettingsError::Faulty)?;
        let target = self.target.as_ref().map(|target| target.value.as_str());
        let layers = Layers { placed: &placed, target, environment };
        let mut clusters = clusters(&placed);
        if self.cluster.is_some() {
            clusters.retain(|cluster| self.cluster.as_ref() == Some(&cluster.name));
        }
        Ok(Self {
            include: layers.said_or(|layer| &layer.include, Vec::new()),
            exclude: layers.said_or(|layer| &layer.exclude, Vec::new()),
            exclude_lines: layers.exclude_lines(),
            write: layers.write(self.delivery.value, &clusters)?,
            clusters,
            git_host: git_host::resolve(layers.said(|layer| &layer.git_host), &self.root.value, environment),
            ..self.clone()
        })
    }

    /// What another text of the config allows in `secrets.allow`, for the target in use. A text with errors allows nothing.
    pub fn secrets_allowed_by(&self, text: &str, known_rules: &[RuleName]) -> Vec<String> {
        let Ok(placed) = file::read("", text, known_rules) else { return Vec::new() };
        let layer = &placed.file.layer;
        let target = self.target.as_ref().and_then(|target| {
            placed.file.targets.iter().rev().find(|(name, _)| *name == target.value).map(|(_, layer)| layer)
        });
        let said = target.and_then(|target| target.secrets_allow.as_ref()).or(layer.secrets_allow.as_ref());
        said.map(|(names, _)| names.clone()).unwrap_or_default()
    }

    /// The policies of another text of the config, for the target in use; `None`: the text has errors.
    pub fn policies_of(&self, text: &str, environment: &Environment, known_rules: &[RuleName]) -> Option<Vec<Policy>> {
        let placed = file::read("", text, known_rules).ok()?;
        let target = self.target.as_ref().map(|target| target.value.as_str());
        let layers = Layers { placed: &placed, target, environment };
        Some(layers.policies().into_values().map(|policy| policy.value).collect())
    }

    /// Whether the catalog is the embedded one.
    pub fn is_local(&self) -> bool {
        self.catalog.value == Catalog::Local
    }

    /// Whether a config or a Git work tree determines the files.
    pub fn is_repository(&self) -> bool {
        self.config.is_some() || self.root.origin != HERE
    }

    /// Refuses a run that would search everything below the current folder. `help` depends on the command.
    pub fn require_repository(&self, help: &'static str) -> Result<(), SettingsError> {
        if self.is_repository() {
            return Ok(());
        }
        if is_bare_repository(&self.root.value) {
            return Err(SettingsError::BareRepository { path: self.root.value.clone() });
        }
        Err(SettingsError::NoRepository { path: self.root.value.clone(), help })
    }

    /// The glob of `manifests.exclude` that excludes a path, with its position in the config. `relative`: to the root.
    pub fn excluded_by(&self, relative: &Path) -> Option<(&str, String)> {
        let globs = &self.exclude.value;
        // A glob for the content of a folder excludes the folder too.
        let inside = relative.join("_");
        let excludes = |glob: &String| {
            Pattern::new::<&str>(&[], &[glob.as_str()])
                .is_ok_and(|pattern| pattern.excludes(relative) || pattern.excludes(&inside))
        };
        let at = globs.iter().position(excludes)?;
        let line = self.exclude_lines.get(at).copied();
        let origin = match (&self.exclude.origin, line) {
            (Origin::File { .. }, Some(line)) => Origin::File { line },
            (Origin::Target { name, .. }, Some(line)) => Origin::Target { name: name.clone(), line },
            (origin, _) => origin.clone(),
        };
        Some((globs[at].as_str(), origin.words(&self.config_name())))
    }

    /// The pattern that selects manifest files.
    pub fn pattern(&self) -> Result<Pattern, PatternError> {
        Pattern::new(&self.include.value, &self.exclude.value)
    }
}

/// Resolves all settings. `known_rules`: all existing rules.
pub fn resolve(
    request: &Request,
    environment: &Environment,
    known_rules: &[RuleName],
) -> Result<Settings, SettingsError> {
    let directory = match &request.directory {
        Some(given) => tidy(environment.directory().join(given)),
        None => environment.directory().to_owned(),
    };
    let start = match &request.folder {
        Some(folder) => tidy(environment.directory().join(folder)),
        None => directory.clone(),
    };
    let found = discover::find(&start, named_config(request, environment), request.ignores_configs_below);
    let found = found.map_err(|error| match (error, &request.directory) {
        (SettingsError::NoFolder { .. }, Some(given)) if request.folder.is_none() => {
            discover::no_folder(given.clone(), environment.directory(), given)
        }
        (error, _) => error,
    })?;
    let root = found.root;
    let config =
        found.config.map(|found| Sourced { value: shown(&root.value, &found.value), origin: found.origin.clone() });
    let placed = match &config {
        Some(config) => {
            let file = DiskFile::new(&found.boundary, root.value.join(&config.value));
            read_config(&config.value, file, known_rules)?
        }
        None => Placed::empty(),
    };
    let target = chosen_target(request, environment, &placed)?;
    let layers = Layers { placed: &placed, target: target.as_ref().map(|target| target.value.as_str()), environment };
    let platform = layers.variable("PORTOLAN_PLATFORM", platform)?;
    let platform = platform.or_else(|| layers.said(|layer| &layer.platform)).unwrap_or(Sourced::default(&PORT));
    let clusters = chosen_clusters(request, &placed)?;
    let usual = if clusters.is_empty() { Delivery::Direct } else { Delivery::Cluster };
    let delivery = layers.varying("PORTOLAN_DELIVERY", delivery, |layer| &layer.delivery, usual)?;
    let write = layers.write(delivery.value, &clusters)?;
    Ok(Settings {
        directory,
        catalog: layers.catalog(request, platform.value)?,
        platform,
        scope: layers.scope(request)?,
        target_scopes: scopes(&placed),
        delivery,
        git_host: git_host::resolve(layers.said(|layer| &layer.git_host), &root.value, environment),
        cluster: request.cluster.clone(),
        clusters,
        include: layers.said_or(|layer| &layer.include, Vec::new()),
        exclude: layers.said_or(|layer| &layer.exclude, Vec::new()),
        exclude_lines: layers.exclude_lines(),
        write,
        prune: Prune {
            enabled: layers.said_or(|layer| &layer.prune_enabled, true),
            max: layers.said_or(|layer| &layer.prune_max, 5),
            max_percent: layers.said_or(|layer| &layer.prune_max_percent, 10),
        },
        push_branches: layers.said(|layer| &layer.push_branches),
        require_clean: layers.said_or(|layer| &layer.require_clean, false),
        require_signed: layers.varying("PORTOLAN_REQUIRE_SIGNED", flag, |layer| &layer.require_signed, false)?,
        policies: layers.policies(),
        rules: layers.rules(request, known_rules)?,
        secrets_allow: layers.said_or(|layer| &layer.secrets_allow, Vec::new()),
        snapshot_max_age_days: layers.said_or(|layer| &layer.snapshot_max_age, 30),
        flags: flags(request, target.as_ref()),
        notes: ignored::notes(environment)
            .into_iter()
            .chain(ignored::second_config(&root.value, config.as_ref()))
            .collect(),
        root,
        boundary: found.boundary,
        config,
        target,
    })
}

fn named_config(request: &Request, environment: &Environment) -> Option<Sourced<PathBuf>> {
    let flag = request.config.clone().map(|value| Sourced { value, origin: Origin::Flag("--config") });
    flag.or_else(|| {
        let value = PathBuf::from(environment.get("PORTOLAN_CONFIG")?);
        Some(Sourced { value, origin: Origin::Environment("PORTOLAN_CONFIG") })
    })
}

/// The path in reports: relative to the root if inside it.
fn shown(root: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(root).unwrap_or(path).to_owned()
}

fn read_config(path: &Path, file: DiskFile, known_rules: &[RuleName]) -> Result<Placed, SettingsError> {
    let name = path_text(path);
    let file = SourceFile { path: name.clone(), place: Place::Disk(file) };
    let mut buffer = ReadBuffer::default();
    let text = read(&file, &mut buffer).map_err(|problem| SettingsError::Unreadable { path: name.clone(), problem })?;
    file::read(&name, text.text, known_rules).map_err(SettingsError::Faulty)
}

fn chosen_target(
    request: &Request,
    environment: &Environment,
    placed: &Placed,
) -> Result<Option<Sourced<String>>, SettingsError> {
    let flag = request.target.clone().map(|value| Sourced { value, origin: Origin::Flag("--target") });
    let variable = environment.text("PORTOLAN_TARGET");
    let variable = variable.map(|value| Sourced { value, origin: Origin::Environment("PORTOLAN_TARGET") });
    let Some(target) = flag.or(variable) else { return Ok(None) };
    let known: Vec<String> = placed.file.targets.iter().map(|(name, _)| name.clone()).collect();
    if known.contains(&target.value) {
        return Ok(Some(target));
    }
    let help = match closest(&target.value, known.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "add it under `targets` in the config, or drop `--target`".to_owned(),
    };
    Err(SettingsError::UnknownTarget { name: target.value, known, help })
}

fn clusters(placed: &Placed) -> Vec<ClusterSettings> {
    let (clusters, is_only) = (placed.file.clusters.iter(), placed.file.clusters.len() == 1);
    clusters.map(|(name, cluster, span)| cluster.settings((name, is_only), *span, |span| placed.line(span))).collect()
}

/// All clusters, or the one that `--cluster` names.
fn chosen_clusters(request: &Request, placed: &Placed) -> Result<Vec<ClusterSettings>, SettingsError> {
    let mut found = clusters(placed);
    let Some(name) = &request.cluster else { return Ok(found) };
    if let Some(at) = found.iter().position(|cluster| cluster.name == *name) {
        return Ok(vec![found.swap_remove(at)]);
    }
    let known: Vec<String> = found.into_iter().map(|cluster| cluster.name).collect();
    let help = match closest(name, known.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "add it under `clusters` in the config, or drop `--cluster`".to_owned(),
    };
    Err(SettingsError::UnknownCluster { name: name.clone(), known, help })
}

/// The sources of settings below the flags.
struct Layers<'a> {
    placed: &'a Placed,
    target: Option<&'a str>,
    environment: &'a Environment,
}

impl<'a> Layers<'a> {
    fn target(&self) -> Option<(&'a str, &'a Layer)> {
        let target = self.target?;
        // Of a duplicate key, the last counts, as everywhere in the file.
        let found = self.placed.file.targets.iter().rev().find(|(name, _)| name == target)?;
        Some((found.0.as_str(), &found.1))
    }

    /// The value of the target, otherwise of the file.
    fn said<T: Clone + 'a>(&self, get: impl Fn(&'a Layer) -> &'a Said<T>) -> Option<Sourced<T>> {
        if let Some((name, layer)) = self.target()
            && let Some((value, span)) = get(layer)
        {
            let origin = Origin::Target { name: name.to_owned(), line: self.placed.line(*span) };
            return Some(Sourced { value: value.clone(), origin });
        }
        let (value, span) = get(&self.placed.file.layer).as_ref()?;
        Some(Sourced { value: value.clone(), origin: Origin::File { line: self.placed.line(*span) } })
    }

    fn said_or<T: Clone + 'a>(&self, get: impl Fn(&'a Layer) -> &'a Said<T>, default: T) -> Sourced<T> {
        self.said(get).unwrap_or(Sourced::default(default))
    }

    fn variable<T>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<Sourced<T>>, SettingsError> {
        let Some(text) = self.environment.text(name) else { return Ok(None) };
        let origin = Origin::Environment(name);
        match parse(&text) {
            Ok(value) => Ok(Some(Sourced { value, origin })),
            Err(reason) => Err(invalid(name, &text, reason)),
        }
    }

    fn varying<T: Clone + 'a>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
        get: impl Fn(&'a Layer) -> &'a Said<T>,
        default: T,
    ) -> Result<Sourced<T>, SettingsError> {
        Ok(self.variable(name, parse)?.unwrap_or_else(|| self.said_or(get, default)))
    }

    /// How manifests are written. Beside a mapping, the exporter's way of writing applies.
    fn write(&self, delivery: Delivery, clusters: &[ClusterSettings]) -> Result<Sourced<Write>, SettingsError> {
        let said = self.variable("PORTOLAN_WRITE", write)?.or_else(|| self.said(|layer| &layer.write));
        let mapped = clusters.iter().find(|cluster| delivery == Delivery::Cluster && cluster.mapping.is_some());
        let Some((said, cluster)) = said.as_ref().zip(mapped) else {
            return Ok(said.unwrap_or(Sourced::default(Write::every(WriteMode::Merge))));
        };
        let origin = match &said.origin {
            Origin::Environment(name) => format!("`{name}`"),
            Origin::File { line } | Origin::Target { line, .. } => format!("`write` (line {line})"),
            Origin::Default | Origin::Flag(_) | Origin::Repository(_) => "`write`".to_owned(),
        };
        let name = &cluster.name;
        Err(SettingsError::WriteBesideMapping { origin, name: name.clone() })
    }

    /// The default catalog, if none is configured: the platform's if any of its credentials is set, otherwise the
    /// embedded one. If only one of the two variables is set, connecting fails and names the missing one; it never
    /// falls back to the embedded catalog.
    fn catalog(&self, request: &Request, platform: &'static Platform) -> Result<Sourced<Catalog>, SettingsError> {
        if let Some(flag) = &request.catalog {
            let parsed = Catalog::parse(flag).and_then(|value| value.check_region(platform).map(|()| value));
            let value = parsed.map_err(|reason| SettingsError::Invalid {
                origin: "`--catalog`".to_owned(),
                value: without_secrets(flag).into_owned(),
                reason,
                help: "use `local` (the embedded catalog), a region, or an `https://` address".to_owned(),
            })?;
            return Ok(Sourced { value, origin: Origin::Flag("--catalog") });
        }
        let said = match self.variable("PORTOLAN_CATALOG", Catalog::parse)? {
            Some(said) => Some(said),
            None => self.addressed(platform)?,
        };
        if let Some(said) = said {
            let check = said.value.check_region(platform);
            let origin = match said.origin {
                Origin::Environment(name) => name,
                Origin::Default
                | Origin::File { .. }
                | Origin::Target { .. }
                | Origin::Flag(_)
                | Origin::Repository(_) => "catalog",
            };
            check.map_err(|reason| invalid(origin, said.value.text(), reason))?;
            return Ok(said);
        }
        Ok(match platform.regions.first() {
            Some((region, _)) => match self.credential_variable(platform) {
                Some(name) => {
                    Sourced { value: Catalog::Region((*region).to_owned()), origin: Origin::Environment(name) }
                }
                None => Sourced::default(Catalog::Local),
            },
            None => Sourced::default(Catalog::Local),
        })
    }

    /// The catalog of the config; the platform's URL from the environment replaces a region or a URL. The variable only
    /// says where the platform is, so `local` stays `local`, and `Settings::unused_address` reports that.
    fn addressed(&self, platform: &'static Platform) -> Result<Option<Sourced<Catalog>>, SettingsError> {
        let said = self.said(|layer| &layer.catalog);
        let is_platform = match &said {
            Some(said) => said.value != Catalog::Local,
            None => self.credential_variable(platform).is_some(),
        };
        if !is_platform {
            return Ok(said);
        }
        for name in platform.base_url_variables {
            if let Some(address) = self.variable(name, address)? {
                return Ok(Some(address));
            }
        }
        Ok(said)
    }

    /// The first of the platform's credential variables that is set.
    fn credential_variable(&self, platform: &Platform) -> Option<&'static str> {
        let variables = [platform.client_id_variable, platform.client_secret_variable];
        variables.into_iter().find(|name| self.environment.has_secret(name))
    }

    fn scope(&self, request: &Request) -> Result<Option<Sourced<String>>, SettingsError> {
        if let Some(flag) = &request.scope {
            return match scope(flag) {
                Ok(value) => Ok(Some(Sourced { value, origin: Origin::Flag("--scope") })),
                Err(reason) => Err(SettingsError::Invalid {
                    origin: "`--scope`".to_owned(),
                    value: flag.clone(),
                    reason,
                    help: "pass the name that owns the entities of this repository, such as `acme/catalog`".to_owned(),
                }),
            };
        }
        Ok(self.variable("PORTOLAN_SCOPE", scope)?.or_else(|| self.said(|layer| &layer.scope)))
    }

    /// The lines of the layer that provides `exclude`.
    fn exclude_lines(&self) -> Vec<usize> {
        let target = self.target().map(|(_, layer)| layer).filter(|layer| layer.exclude.is_some());
        let layer = target.unwrap_or(&self.placed.file.layer);
        layer.exclude_spans.iter().map(|span| self.placed.line(*span)).collect()
    }

    fn policies(&self) -> BTreeMap<Box<str>, Sourced<Policy>> {
        let target = self.target().map(|(name, layer)| (name, layer.policies.as_slice()));
        policies::merge(&self.placed.file.layer.policies, target, |span| self.placed.line(span))
    }

    fn rules(
        &self,
        request: &Request,
        known: &[RuleName],
    ) -> Result<BTreeMap<String, Sourced<RuleLevels>>, SettingsError> {
        let mut rules = BTreeMap::new();
        let line = |span: Span| self.placed.line(span);
        add_entries(&mut rules, &self.placed.file.layer.rules, |span| Origin::File { line: line(span) });
        if let Some((target, layer)) = self.target() {
            let origin_of = |span: Span| Origin::Target { name: target.to_owned(), line: line(span) };
            add_entries(&mut rules, &layer.rules, origin_of);
        }
        add_flags(&mut rules, &request.rules, known)?;
        Ok(rules)
    }
}

fn scopes(placed: &Placed) -> Vec<String> {
    let targets = placed.file.targets.iter().map(|(_, layer)| layer);
    let scopes = std::iter::once(&placed.file.layer).chain(targets).filter_map(|layer| layer.scope.as_ref());
    scopes.map(|(scope, _)| scope.clone()).collect()
}

fn invalid(origin: &str, value: &str, reason: String) -> SettingsError {
    let value = without_secrets(value).into_owned();
    let help = if origin.chars().all(|c| c.is_ascii_uppercase() || c == '_') {
        format!("change or unset the environment variable `{origin}`")
    } else {
        "`portolan config` shows where every value comes from".to_owned()
    };
    SettingsError::Invalid { origin: format!("`{origin}`"), value, reason, help }
}

fn platform(text: &str) -> Result<&'static Platform, String> {
    Platform::by_name(text).ok_or_else(|| choices(&PLATFORMS.map(|platform| platform.name)))
}

fn address(text: &str) -> Result<Catalog, String> {
    match Catalog::parse(text)? {
        address @ Catalog::Url(_) => Ok(address),
        Catalog::Local | Catalog::Region(_) => Err("it is not a URL such as `https://api.port.io`".to_owned()),
    }
}

fn delivery(text: &str) -> Result<Delivery, String> {
    Delivery::parse(text).ok_or_else(|| choices(&Delivery::WORDS))
}

fn write(text: &str) -> Result<Write, String> {
    WriteMode::parse(text).map(Write::every).ok_or_else(|| choices(&WriteMode::WORDS))
}

fn flag(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| choices(&["true", "false"]))
}

fn choices(words: &[&str]) -> String {
    format!("expected one of {}", words.join(", "))
}

/// The flags that a suggested command must repeat. The target is always included, because it determines the catalog.
fn flags(request: &Request, target: Option<&Sourced<String>>) -> Vec<String> {
    let path = |path: &PathBuf| path.to_string_lossy().into_owned();
    let given = [
        ("-C", request.folder.as_ref().or(request.directory.as_ref()).map(path)),
        ("--config", request.config.as_ref().map(path)),
        ("--target", target.map(|target| target.value.clone())),
        ("--cluster", request.cluster.clone()),
        ("--scope", request.scope.clone()),
        ("--catalog", request.catalog.as_deref().map(|catalog| without_secrets(catalog).into_owned())),
    ];
    let given = given.into_iter().filter_map(|(flag, value)| Some([flag.to_owned(), value?]));
    given.flatten().collect()
}
