//! Detects the surroundings before `init` asks anything: Git, the CI system, existing files, and where manifests are. It
//! decides nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::commands::context::Context;
use crate::commands::import::{backstage, codeowners};
use crate::commands::init::error::InitError;
use crate::commands::pull::update::CurrentSnapshot;
use crate::commands::workspace::git::Git;
use crate::commands::workspace::layout::ManifestLayout;
use crate::commands::workspace::scope::fits;
use crate::domain::git_host::GitHost;
use crate::domain::platform::PLATFORMS;
use crate::error::Error;
use crate::manifest::{Limits, Reader};
use crate::scaffold::import::ImportKind;
use crate::scaffold::repository::{self, CiSystem, example};
use crate::settings::Origin;
use crate::sources::git::Repository;
use crate::sources::{self, Encoding, PathKind, ReadBuffer};
use crate::text::merge_conflict::merge_conflicts;

pub(super) struct Surroundings {
    /// All paths are relative to this folder: the top of the work tree, or the config's folder outside Git.
    pub top: PathBuf,
    /// The config's folder.
    pub root: PathBuf,
    /// The config's folder relative to the top.
    pub folder: String,
    pub is_git: bool,
    pub has_config: bool,
    pub has_snapshot: bool,
    /// All blueprints and manifests are those of the example, unchanged: an earlier `--example` was interrupted, or is
    /// complete.
    pub has_only_examples: bool,
    pub has_editor_settings: bool,
    /// The patterns to add to `.gitignore`: those whose files Git does not ignore yet.
    pub unignored: Vec<&'static str>,
    /// The repository already has a portolan pipeline for another folder, and therefore the secrets.
    pub has_other_pipeline: bool,
    /// Files that `init` may write and that Git ignores: other users of the repository would not get them.
    pub ignored: Vec<String>,
    /// The scope derived from the remote, with the folder appended unless it is the top.
    pub scope: Option<String>,
    /// The address of the remote for a tool in a cluster.
    pub url: Option<String>,
    pub ci: Option<CiSystem>,
    pub branch: String,
    /// The path of an existing pipeline that runs portolan.
    pub wired: Option<String>,
    pub homes: ManifestLayout,
    /// Files that `import` reads, each with the name of its source.
    pub importable: Vec<(String, &'static str)>,
    pub texts: BTreeMap<String, String>,
    pub encodings: BTreeMap<String, Encoding>,
}

impl Surroundings {
    pub fn of(context: &Context<'_>) -> Result<Self, Error> {
        let settings = context.settings;
        // Without a config, the root of the settings is the top of the work tree; a user in a subfolder wants to set up
        // that folder.
        let has_config = settings.config.as_ref().is_some_and(|config| matches!(config.origin, Origin::Repository(_)));
        let root = if has_config { &settings.root.value } else { &settings.directory };
        // The root of the settings may be another folder.
        let git = Git::at(root, context.environment);
        let repository = git.repository()?;
        let (top, folder) = match repository {
            Some(repository) => (repository.top().to_owned(), repository.path_of(root)?),
            None => (root.clone(), String::new()),
        };
        if Path::new(&folder).components().any(|part| part.as_os_str() == ".git") {
            return Err(InitError::InsideGit { path: folder }.into());
        }
        let (texts, encodings) = texts(&top, &folder)?;
        let ignored = repository.map(|repository| ignored(repository, &folder)).unwrap_or_default();
        let wired = wired(&top, &folder);
        let standing = CurrentSnapshot::read(root);
        let homes = ManifestLayout::of(root)?;
        Ok(Self {
            has_only_examples: standing.source.is_none() && has_only_examples(root, &homes),
            is_git: repository.is_some(),
            has_config,
            has_snapshot: standing.has_own_blueprints(),
            has_editor_settings: sources::path_kind(&root.join(".vscode")) == Some(PathKind::Folder),
            unignored: repository.map(|repository| unignored(repository, &folder)).unwrap_or_default(),
            has_other_pipeline: has_other_pipeline(&top, &folder),
            ignored,
            scope: repository.and_then(|it| scope(it, &folder)),
            url: repository.and_then(Repository::origin_address),
            ci: ci_system(&top, repository),
            branch: branch(repository),
            wired,
            importable: importable(&top, &folder, &homes),
            homes,
            root: root.clone(),
            top,
            folder,
            texts,
            encodings,
        })
    }

    /// The first path that is occupied by something other than a regular file, or that is below a file.
    pub fn in_the_way<'p>(&self, paths: impl Iterator<Item = &'p str>) -> Option<String> {
        for path in paths {
            let place = self.top.join(path);
            if sources::is_taken(&place) && !self.texts.contains_key(path) {
                return Some(path.to_owned());
            }
            for folder in Path::new(path).ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
                if sources::path_kind(&self.top.join(folder)) == Some(PathKind::File) {
                    return Some(sources::path_text(folder));
                }
            }
        }
        None
    }
}

fn has_only_examples(root: &Path, homes: &ManifestLayout) -> bool {
    let mut buffer = ReadBuffer::default();
    let mut is_unchanged = |path: &str| {
        let read = homes.read.iter().find(|file| file.path == path).cloned();
        let file = read.or_else(|| sources::find_file(root, path));
        let text = file.and_then(|file| Some(sources::read(&file, &mut buffer).ok()?.text.to_owned()));
        text.is_some_and(|text| PLATFORMS.iter().any(|platform| example::text(path, platform).as_ref() == Some(&text)))
    };
    let blueprints = sources::list_folder(root, example::BLUEPRINTS, "json");
    let examples = example::FILES.iter().map(|(path, _)| *path);
    let own_manifests = examples.filter(|path| !path.starts_with(example::BLUEPRINTS) && is_unchanged(path)).count();
    let has_some = own_manifests > 0 || !blueprints.is_empty();
    has_some && own_manifests == homes.files && blueprints.iter().all(|file| is_unchanged(&file.path))
}

/// The first Backstage file, and the CODEOWNERS file of the top folder.
fn importable(top: &Path, folder: &str, homes: &ManifestLayout) -> Vec<(String, &'static str)> {
    let is_backstage = |path: &&str| backstage::FILE_NAMES.contains(&path.rsplit('/').next().unwrap_or(path));
    let first = homes.read.iter().map(|file| file.path.as_str()).find(is_backstage);
    let codeowners = codeowners::find(top).filter(|_| folder.is_empty());
    let backstage = first.map(|path| (path.to_owned(), ImportKind::Backstage.name()));
    let codeowners = codeowners.map(|path| (path.to_owned(), ImportKind::Codeowners.name()));
    backstage.into_iter().chain(codeowners).collect()
}

type Texts = (BTreeMap<String, String>, BTreeMap<String, Encoding>);

fn texts(top: &Path, folder: &str) -> Result<Texts, Error> {
    let mut found = Texts::default();
    let mut buffer = ReadBuffer::default();
    for path in repository::paths(folder) {
        let Some(file) = sources::find_file(top, &path) else { continue };
        let text = sources::read(&file, &mut buffer);
        let text = text.map_err(|problem| InitError::Unreadable { path: path.clone(), problem })?;
        if let Some(conflict) = merge_conflicts(text.text).first() {
            return Err(InitError::Conflict { path, line: conflict.first_line }.into());
        }
        found.0.insert(path.clone(), text.text.to_owned());
        found.1.insert(path, text.encoding);
    }
    Ok(found)
}

/// The scope for a folder. Two folders of one repository with the same scope would delete each other's entities.
fn scope(repository: &Repository, folder: &str) -> Option<String> {
    let origin = repository.origin()?;
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._/@-".contains(c) { c } else { '-' };
    let folder: String = folder.chars().map(plain).collect();
    let scope = if folder.is_empty() { origin } else { format!("{origin}/{folder}") };
    Some(scope).filter(|scope| fits(scope))
}

fn ignored(repository: &Repository, folder: &str) -> Vec<String> {
    let snapshot = if folder.is_empty() { String::new() } else { format!("{folder}/") } + ".portolan/source.json";
    repository::paths(folder).into_iter().chain([snapshot]).filter(|path| repository.ignores(path)).collect()
}

fn unignored(repository: &Repository, folder: &str) -> Vec<&'static str> {
    let below = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let is_left = |(_, file): &&(&str, &str)| !repository.ignores(&format!("{below}{file}"));
    repository::ignored::PATTERNS.iter().filter(is_left).map(|(pattern, _)| *pattern).collect()
}

fn has_other_pipeline(top: &Path, folder: &str) -> bool {
    let own = repository::paths(folder);
    let folders = repository::PIPELINE_FOLDERS.into_iter();
    let files = folders.flat_map(|place| sources::list_folder(top, place, "yml"));
    let mut names = files.map(|file| file.path).filter(|path| !own.contains(path));
    names.any(|path| path.rsplit('/').next().is_some_and(|name| name.starts_with("portolan")))
}

/// The files that say which CI system a repository has. The first is that of a server with no telling name.
const CI_FILES: [(&str, CiSystem); 9] = [
    (".gitlab-ci.yml", CiSystem::Gitlab),
    (".github/workflows", CiSystem::Github),
    ("azure-pipelines.yml", CiSystem::Azure),
    (".azure-pipelines", CiSystem::Azure),
    ("bitbucket-pipelines.yml", CiSystem::Bitbucket),
    (".circleci/config.yml", CiSystem::Circleci),
    ("codefresh.yml", CiSystem::Codefresh),
    (".codefresh", CiSystem::Codefresh),
    ("Jenkinsfile", CiSystem::Jenkins),
];

/// Detects the CI system: that of the remote's host, unless the repository has only files of another one that works with
/// this host.
fn ci_system(top: &Path, repository: Option<&Repository>) -> Option<CiSystem> {
    let host = repository?.origin_host().unwrap_or_default();
    let by_host = ci_of_host(&host);
    let works_here = |ci: CiSystem| match ci {
        CiSystem::Github | CiSystem::Gitlab | CiSystem::Bitbucket => by_host.is_none_or(|by_host| by_host == ci),
        CiSystem::Azure | CiSystem::Circleci | CiSystem::Codefresh | CiSystem::Jenkins | CiSystem::Other => true,
    };
    let is_there = |file: &str| sources::path_kind(&top.join(file)).is_some();
    let mut by_file = CI_FILES.into_iter().filter(|(file, ci)| works_here(*ci) && is_there(file)).map(|(_, ci)| ci);
    let first = by_file.next();
    let has_own = first == by_host || by_file.any(|ci| Some(ci) == by_host);
    if has_own { by_host } else { first.or(by_host) }
}

fn ci_of_host(host: &str) -> Option<CiSystem> {
    match GitHost::of_name(host) {
        GitHost::GitLab => Some(CiSystem::Gitlab),
        GitHost::GitHub => Some(CiSystem::Github),
        GitHost::Azure => Some(CiSystem::Azure),
        // Pipelines are a part of the cloud only.
        GitHost::Bitbucket => (host == "bitbucket.org").then_some(CiSystem::Bitbucket),
        GitHost::Unknown => None,
    }
}

/// The default branch, if its name has no characters that a workflow interprets as a pattern.
fn branch(repository: Option<&Repository>) -> String {
    let branch = repository.and_then(Repository::default_branch);
    let is_plain = |name: &String| name.chars().all(|c| c.is_ascii_alphanumeric() || "._/-".contains(c));
    branch.filter(is_plain).unwrap_or_else(|| "main".to_owned())
}

/// The workflow that already runs portolan. For the top folder any workflow counts; one for a subfolder has a name of
/// its own.
fn wired(top: &Path, folder: &str) -> Option<String> {
    let own: Vec<String> = repository::paths(folder);
    let mut buffer = ReadBuffer::default();
    let files = ["yml", "yaml"].iter().flat_map(|extension| sources::list_folder(top, ".github/workflows", extension));
    let is_of_folder = |path: &str| path.starts_with(".github/workflows/portolan-");
    let mut files = files.filter(|file| folder.is_empty() && !own.contains(&file.path) && !is_of_folder(&file.path));
    files.find(|file| sources::read(file, &mut buffer).is_ok_and(|text| runs_portolan(text.text))).map(|file| file.path)
}

fn runs_portolan(workflow: &str) -> bool {
    let is_step = |line: &str| ["portolan lint", "portolan push", "portolan diff"].iter().any(|it| line.contains(it));
    let is_action = |line: &str| line.contains("uses:") && line.contains("portolan");
    workflow.lines().map(|line| line.split('#').next().unwrap_or_default()).any(|line| is_step(line) || is_action(line))
}

/// The value of a YAML text; `None` if it is not valid YAML.
pub(super) fn value_of(text: &str) -> Option<serde_json::Value> {
    let mut value = Some(serde_json::Value::Null);
    Reader::new(Limits::default()).read_first(text, &mut |document| {
        let root = document.view.root().map(|root| root.to_json());
        value = root.filter(|_| !document.broken);
    });
    value
}
