//! Resolves the paths that a file of the repository names: relative to its own folder, and never outside of the repository.

/// The path relative to the top. `None`: it is a URL, or it leads out of the repository.
pub(super) fn resolve(file: &str, target: &str) -> Option<String> {
    if target.contains("://") || target.is_empty() {
        return None;
    }
    let target = target.replace('\\', "/");
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    if target.starts_with('/') {
        parts.clear();
    }
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/")).filter(|path| !path.is_empty())
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn a_path_is_relative_to_the_file_that_names_it() {
        for (file, target, expected) in [
            ("a/b.yaml", "./c.yaml", Some("a/c.yaml")),
            ("a/b.yaml", "../c.yaml", Some("c.yaml")),
            ("a/b.yaml", "x\\c.yaml", Some("a/x/c.yaml")),
            ("b.yaml", "a/*/c.yaml", Some("a/*/c.yaml")),
            ("b.yaml", "../c.yaml", None),
            ("a/b.yaml", "../../c.yaml", None),
            ("b.yaml", "https://a.b/c.yaml", None),
            ("b.yaml", "", None),
            ("b.yaml", ".", None),
        ] {
            assert_eq!(resolve(file, target).as_deref(), expected, "{file} {target}");
        }
    }
}
