//! Checks links between our own pages: files and headings must exist.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path};

/// Every Markdown file of the project with its links and its headings.
fn pages(root: &Path) -> BTreeMap<String, (Vec<String>, BTreeSet<String>)> {
    let mut found = BTreeMap::new();
    let mut left = vec![String::new()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(root.join(&folder)).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            let kind = entry.file_type().expect("a kind of file");
            if kind.is_dir() && !matches!(name.as_str(), "target" | ".git" | "node_modules" | "corpus") {
                left.push(path);
            } else if kind.is_file() && name.ends_with(".md") {
                let text = fs::read_to_string(entry.path()).expect("pages are UTF-8");
                found.insert(path, (links(&text), headings(&text)));
            }
        }
    }
    found
}

/// The lines outside code blocks and code spans.
fn prose(text: &str) -> impl Iterator<Item = String> {
    let mut fence: Option<&str> = None;
    text.lines().filter_map(move |line| {
        let mark = ["````", "```"].into_iter().find(|mark| line.trim_start().starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            (Some(_), _) => {}
            (None, None) => return Some(line.split('`').step_by(2).collect::<Vec<_>>().join("`")),
        }
        None
    })
}

fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in prose(text) {
        let parts = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        found.extend(parts.map(str::to_owned));
        if let Some((_, target)) = line.strip_prefix('[').and_then(|rest| rest.split_once("]: ")) {
            found.push(target.trim().to_owned());
        }
    }
    found
}

/// The anchors of headings, as GitHub and GitLab name them.
fn headings(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| line.starts_with('#'));
    let plain = |line: &str| {
        let words = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        words.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
    };
    lines.map(plain).collect()
}

/// The file and the heading that a link in `page` leads to; `None` if it leads outside.
fn target(page: &str, link: &str) -> Option<(String, Option<String>)> {
    let is_elsewhere = link.contains("://") || link.starts_with("mailto:");
    let (file, heading) = link.split_once('#').map_or((link, None), |(file, heading)| (file, Some(heading.to_owned())));
    if is_elsewhere {
        return None;
    }
    if file.is_empty() {
        return Some((page.to_owned(), heading));
    }
    let folder = Path::new(page).parent().unwrap_or(Path::new(""));
    let mut parts: Vec<String> = Vec::new();
    for part in folder.join(file).components() {
        match part {
            Component::ParentDir if !parts.is_empty() => drop(parts.pop()),
            Component::ParentDir => parts.push("..".to_owned()),
            Component::Normal(name) => parts.push(name.to_string_lossy().into_owned()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    Some((parts.join("/"), heading))
}

pub fn dead(root: &Path) -> Vec<String> {
    let pages = pages(root);
    let mut faults = Vec::new();
    for (page, (links, _)) in &pages {
        for link in links {
            let Some((file, heading)) = target(page, link) else { continue };
            let is_there = root.join(&file).exists() && !file.starts_with("..");
            let headings = pages.get(&file).map(|(_, headings)| headings);
            let has_heading = heading.is_none_or(|heading| headings.is_none_or(|all| all.contains(&heading)));
            if !is_there || !has_heading {
                faults.push(format!("{page}: {link}"));
            }
        }
    }
    faults
}

/// All pages that are reachable by links.
pub fn found_from(root: &Path, start: &str) -> BTreeSet<String> {
    let pages = pages(root);
    let mut found = BTreeSet::new();
    let mut left = vec![start.to_owned()];
    while let Some(page) = left.pop() {
        let Some((links, _)) = pages.get(&page) else { continue };
        if found.insert(page.clone()) {
            left.extend(links.iter().filter_map(|link| target(&page, link)).map(|(file, _)| file));
        }
    }
    found
}

#[test]
fn links_are_found_where_a_reader_can_click() {
    let text = "# A `b`: c, d\n[x](a/b.md#c) and [y](#a-b-c-d), `[no](x.md)`\n```\n[no](y.md)\n```\n[z]: c.md\n";
    assert_eq!(links(text), ["a/b.md#c", "#a-b-c-d", "c.md"]);
    assert_eq!(headings(text), BTreeSet::from(["a-b-c-d".to_owned()]));
    assert_eq!(target("docs/x/p.md", "../../README.md"), Some(("README.md".to_owned(), None)));
    assert_eq!(target("docs/p.md", "#h"), Some(("docs/p.md".to_owned(), Some("h".to_owned()))));
    assert_eq!(target("docs/p.md", "https://example.com/x"), None);
    assert_eq!(target("p.md", "../out.md"), Some(("../out.md".to_owned(), None)));
}
