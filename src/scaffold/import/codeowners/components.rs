//! Finds the teams and components that a CODEOWNERS file speaks about. A component is a folder that a rule names and that
//! looks like one; its owners are those of the last rule that covers it. Without any, the whole repository is one.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value as Json;

use super::dialect::Dialect;
use super::parse::{Codeowners, Owner, OwnerKind, Rule};
use super::pattern::PathPattern;
use super::rule_index::RuleIndex;
use crate::domain::import::{ImportPlace, Unconverted};
use crate::scaffold::import::mapping::ImportMapping;
use crate::scaffold::import::source::{FieldValue, Reference, SourceEntity, SourceField};

/// Files from which a folder is built: it is a component wherever it is.
const BUILD_FILES: [&str; 20] = [
    "build.gradle",
    "build.gradle.kts",
    "Cargo.toml",
    "CMakeLists.txt",
    "composer.json",
    "Dockerfile",
    "Gemfile",
    "go.mod",
    "main.tf",
    "meson.build",
    "mix.exs",
    "package.json",
    "Package.swift",
    "pom.xml",
    "project.clj",
    "pubspec.yaml",
    "pyproject.toml",
    "requirements.txt",
    "setup.py",
    "stack.yaml",
];
const BUILD_EXTENSIONS: [&str; 3] = ["csproj", "fsproj", "sbt"];

const TEAM: &str = "Team";
const COMPONENT: &str = "Component";
/// The kind in the report of what a rule says.
pub const RULE: &str = "Rule";

pub struct ComponentSearch<'a> {
    pub codeowners: &'a Codeowners,
    pub dialect: Dialect,
    /// The path of the CODEOWNERS file.
    pub path: &'a str,
    /// The paths of all files of the repository.
    pub files: &'a [&'a str],
    pub mapping: &'a ImportMapping,
    pub repository: &'a str,
    pub repository_url: Option<&'a str>,
    /// Whether the repository or the snapshot knows an entity: blueprint and identifier.
    pub is_known: &'a dyn Fn(&str, &str) -> bool,
}

#[derive(Debug, Default)]
pub struct OwnedComponents {
    pub sources: Vec<SourceEntity>,
    pub unconverted: Vec<Unconverted>,
}

pub fn find_components(search: &ComponentSearch<'_>) -> OwnedComponents {
    let teams = Teams::of(search);
    let folders = Folders::of(search);
    let rules = IndexedRules::of(search.codeowners, &folders.all);
    let mut found = OwnedComponents::default();
    let mut used: HashSet<usize> = HashSet::new();
    let mut names: HashSet<String> = HashSet::new();
    let components = component_folders(search, &folders, &rules);
    for (line, folder) in &components {
        used.insert(*line);
        let last = folder.rsplit('/').next().unwrap_or(folder);
        let whole = folder.replace('/', "-");
        let numbered = (2..).map(|number| format!("{whole}-{number}"));
        // Names that differ in case only are one name.
        let mut candidates = [last.to_owned(), whole.clone()].into_iter().chain(numbered);
        let name = candidates.find(|name| names.insert(name.to_lowercase())).unwrap_or_default();
        found.sources.push(search.component(&name, folder, *line, &rules, &teams, &mut used));
    }
    if components.is_empty()
        && let Some(rule) = rules.last_rules("").first()
    {
        found.sources.push(search.component(search.repository, "", rule.line, &rules, &teams, &mut used));
    }
    found.unconverted = search.unconverted(&rules, &components, &used, &teams);
    found.sources.splice(0..0, teams.sources(search));
    found
}

/// The folders of the repository that look like components.
struct Folders<'a> {
    all: BTreeSet<&'a str>,
    built: BTreeSet<&'a str>,
}

impl<'a> Folders<'a> {
    fn of(search: &ComponentSearch<'a>) -> Self {
        let (mut all, mut built) = (BTreeSet::new(), BTreeSet::new());
        for path in search.files {
            let Some((folder, name)) = path.rsplit_once('/') else { continue };
            if is_build_file(name) {
                built.insert(folder);
            }
            let mut above = folder;
            // An ancestor that is known has known ancestors.
            while all.insert(above) {
                let Some((next, _)) = above.rsplit_once('/') else { break };
                above = next;
            }
        }
        Self { all, built }
    }

    fn is_component(&self, folder: &str, mapping: &ImportMapping) -> bool {
        let above = folder.rsplit_once('/').map(|(above, _)| above.rsplit('/').next().unwrap_or(above));
        self.built.contains(folder) || above.is_some_and(|above| mapping.folders.iter().any(|group| group == above))
    }
}

fn is_build_file(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    BUILD_FILES.contains(&name) || BUILD_EXTENSIONS.contains(&extension)
}

/// The components, each with the line of the first rule that names it; in the order of these lines.
fn component_folders<'a>(
    search: &ComponentSearch<'a>,
    folders: &Folders<'a>,
    rules: &IndexedRules<'a>,
) -> Vec<(usize, &'a str)> {
    let mut found = Vec::new();
    for folder in folders.all.iter().filter(|folder| folders.is_component(folder, search.mapping)) {
        let naming = rules.first_naming(folder);
        // The rule of a group, `/services/`, speaks about each component in it.
        let above = folder.rsplit_once('/').map(|(above, _)| above);
        let grouping = || {
            let above = above.filter(|_| folders.built.contains(folder))?;
            rules.first_naming(above)
        };
        if let Some(rule) = naming.or_else(grouping) {
            found.push((rule.line, *folder));
        }
    }
    found.sort_unstable();
    found
}

/// The rules of all sections in their order, and where they match.
struct IndexedRules<'a> {
    codeowners: &'a Codeowners,
    /// Each rule with the position of its section.
    rules: Vec<(usize, &'a Rule)>,
    index: RuleIndex<'a>,
}

impl<'a> IndexedRules<'a> {
    fn of(codeowners: &'a Codeowners, folders: &BTreeSet<&'a str>) -> Self {
        let sections = codeowners.sections.iter().enumerate();
        let rules: Vec<(usize, &Rule)> =
            sections.flat_map(|(at, section)| section.rules.iter().map(move |rule| (at, rule))).collect();
        let patterns: Vec<&PathPattern> = rules.iter().map(|(_, rule)| &rule.pattern).collect();
        let index = RuleIndex::new(&patterns, folders);
        Self { codeowners, rules, index }
    }

    /// The first rule that speaks about exactly this folder.
    fn first_naming(&self, folder: &str) -> Option<&'a Rule> {
        let named = self.index.naming(folder).iter().filter_map(|at| self.rules.get(*at));
        named.map(|(_, rule)| *rule).find(|rule| !rule.is_exclusion)
    }

    /// In each section, the last rule that covers the folder. If required sections have one, those of optional sections do
    /// not count.
    fn last_rules(&self, folder: &str) -> Vec<&'a Rule> {
        let mut last: BTreeMap<usize, &Rule> = BTreeMap::new();
        let mut excluded: HashSet<usize> = HashSet::new();
        for (section, rule) in self.index.covering(folder).into_iter().filter_map(|at| self.rules.get(at)) {
            match rule.is_exclusion {
                true => drop(excluded.insert(*section)),
                false => drop(last.insert(*section, *rule)),
            }
        }
        last.retain(|section, _| !excluded.contains(section));
        let is_optional = |section: &usize| self.codeowners.sections.get(*section).is_some_and(|it| it.is_optional);
        let (optional, required): (Vec<_>, Vec<_>) = last.into_iter().partition(|(section, _)| is_optional(section));
        let rules = |of: Vec<(usize, &'a Rule)>| of.into_iter().map(|(_, rule)| rule).collect::<Vec<&Rule>>();
        let (optional, required) = (rules(optional), rules(required));
        if required.iter().any(|rule| !rule.owners.is_empty()) { required } else { [required, optional].concat() }
    }
}

impl<'a> ComponentSearch<'a> {
    fn rules(&self) -> impl Iterator<Item = &'a Rule> {
        self.codeowners.sections.iter().flat_map(|section| &section.rules)
    }

    /// The owners as they are written, each with its line; in the order of the lines.
    fn owners(&self) -> Vec<(usize, &'a Owner)> {
        let sections = self.codeowners.sections.iter();
        let defaults = sections.flat_map(|section| section.default_owners.iter().map(|owner| (section.line, owner)));
        let written = self.rules().filter(|rule| !rule.has_default_owners);
        let own = written.flat_map(|rule| rule.owners.iter().map(|owner| (rule.line, owner)));
        let mut owners: Vec<(usize, &Owner)> = defaults.chain(own).collect();
        owners.sort_by_key(|(line, _)| *line);
        owners
    }

    fn place(&self, line: usize) -> ImportPlace {
        ImportPlace { path: self.path.to_owned(), line }
    }

    fn component(
        &self,
        name: &str,
        folder: &str,
        line: usize,
        rules: &IndexedRules<'_>,
        teams: &Teams,
        used: &mut HashSet<usize>,
    ) -> SourceEntity {
        let rules = rules.last_rules(folder);
        used.extend(rules.iter().map(|rule| rule.line));
        let mut owners = Vec::new();
        for owner in rules.iter().flat_map(|rule| &rule.owners) {
            if let Some(name) = teams.names.get(&owner.text) {
                let reference =
                    Reference { text: owner.text.clone(), kind: TEAM.to_owned(), namespace: None, name: name.clone() };
                owners.push(Ok(reference));
            }
        }
        let owners_line = rules.first().map_or(line, |rule| rule.line);
        let value = FieldValue::References(owners);
        let owners =
            SourceField { path: "owners".to_owned(), value, line: owners_line, parts: Vec::new(), is_fact: false };
        let mut source = SourceEntity {
            kind: COMPONENT.to_owned(),
            namespace: None,
            name: name.to_owned(),
            fields: vec![owners],
            place: self.place(line),
            is_implied: false,
        };
        if !folder.is_empty() {
            source.add_fact("path", Json::from(folder));
        }
        if let Some(url) = self.repository_url {
            source.add_fact("repository.url", Json::from(url));
        }
        source
    }

    /// The owners and rules that no entity shows.
    fn unconverted(
        &self,
        rules: &IndexedRules<'_>,
        components: &[(usize, &str)],
        used: &HashSet<usize>,
        teams: &Teams,
    ) -> Vec<Unconverted> {
        let unconverted = |field: &str, value: &str, reason: String, line: usize| Unconverted {
            kind: RULE.to_owned(),
            field: field.to_owned(),
            value: value.to_owned(),
            reason,
            place: self.place(line),
        };
        let mut all = Vec::new();
        let mut seen = HashSet::new();
        for (line, owner) in self.owners() {
            if !teams.names.contains_key(&owner.text) && seen.insert((line, owner.text.as_str())) {
                all.push(unconverted("owners", &owner.text, self.reason_of_owner(owner), line));
            }
        }
        let at_top: HashSet<usize> = rules.index.covering("").into_iter().collect();
        let covering: HashSet<usize> = components.iter().flat_map(|(_, folder)| rules.index.covering(folder)).collect();
        let naming = rules.index.all_naming();
        for (at, (_, rule)) in rules.rules.iter().enumerate() {
            // A rule for everything stands behind the others, and names nothing by itself.
            if rule.is_exclusion || at_top.contains(&at) || used.contains(&rule.line) {
                continue;
            }
            let reason = if covering.contains(&at) {
                "other rules own the components that it covers"
            } else if naming.contains(&at) {
                "the folder has no file such as go.mod or Dockerfile, and is not in one of the mapping's `folders`"
            } else {
                "it names files, or a folder that does not exist"
            };
            all.push(unconverted("path", &rule.text, reason.to_owned(), rule.line));
        }
        for (line, reason) in &self.codeowners.faults {
            all.push(unconverted("line", "", reason.clone(), *line));
        }
        all
    }

    fn reason_of_owner(&self, owner: &Owner) -> String {
        let brand = self.dialect.brand();
        match &owner.kind {
            OwnerKind::User(_) if self.dialect == Dialect::GitLab => {
                "a user, or a group that the mapping does not list in `teams`".to_owned()
            }
            OwnerKind::User(_) => format!("a user of {brand}: the catalog knows users by their e-mail addresses"),
            OwnerKind::Email => "a user: a component belongs to teams".to_owned(),
            OwnerKind::Role => format!("a role in {brand}, not a team"),
            OwnerKind::Team(_) => "a team".to_owned(),
        }
    }
}

/// The teams of all rules.
struct Teams {
    /// The name of each team by its handle.
    names: HashMap<String, String>,
    /// The line that names it first, and the handle.
    first: BTreeMap<(usize, String), String>,
}

impl Teams {
    fn of(search: &ComponentSearch<'_>) -> Self {
        let mut teams = Self { names: HashMap::new(), first: BTreeMap::new() };
        let mut taken: HashMap<String, String> = HashMap::new();
        for (line, owner) in search.owners() {
            if teams.names.contains_key(&owner.text) {
                continue;
            }
            let Some(handle) = handle_of_team(owner, search) else { continue };
            let name = match taken.get(&short_name(&handle, search).to_lowercase()) {
                // Another handle has this name, unless the two differ in case only.
                Some(other) if !other.eq_ignore_ascii_case(&handle) => handle.clone(),
                Some(_) | None => short_name(&handle, search),
            };
            let is_new = taken.insert(name.to_lowercase(), handle).is_none();
            if is_new {
                teams.first.insert((line, owner.text.clone()), name.clone());
            }
            teams.names.insert(owner.text.clone(), name);
        }
        teams
    }

    fn sources(&self, search: &ComponentSearch<'_>) -> Vec<SourceEntity> {
        let source = |((line, text), name): (&(usize, String), &String)| {
            let mut source = SourceEntity {
                kind: TEAM.to_owned(),
                namespace: None,
                name: name.clone(),
                fields: Vec::new(),
                place: search.place(*line),
                is_implied: false,
            };
            let handle = text.trim_start_matches('@').split(':').next().unwrap_or_default();
            source.add_fact("handle", Json::from(handle));
            source
        };
        self.first.iter().map(source).collect()
    }
}

/// The handle without `@`, if the owner is a team.
fn handle_of_team(owner: &Owner, search: &ComponentSearch<'_>) -> Option<String> {
    match &owner.kind {
        OwnerKind::Team(handle) => Some(handle.clone()),
        OwnerKind::User(name) => {
            let is_listed = search.mapping.teams.iter().any(|team| team.trim_start_matches('@') == name);
            let is_known = search.dialect == Dialect::GitLab && search.is_known_team(name);
            (is_listed || is_known).then(|| name.clone())
        }
        OwnerKind::Email | OwnerKind::Role => None,
    }
}

impl ComponentSearch<'_> {
    fn is_known_team(&self, identifier: &str) -> bool {
        let blueprints = self.mapping.kind(TEAM).into_iter().flat_map(|kind| kind.all_blueprints());
        blueprints.into_iter().any(|blueprint| (self.is_known)(blueprint, identifier))
    }
}

/// `payments` of `acme/payments`, unless the catalog knows the team by its whole handle.
fn short_name(handle: &str, search: &ComponentSearch<'_>) -> String {
    let last = handle.rsplit('/').next().unwrap_or(handle);
    let is_known_by_handle = !search.is_known_team(last) && search.is_known_team(handle);
    if is_known_by_handle { handle.to_owned() } else { last.to_owned() }
}
