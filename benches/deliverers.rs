//! Puts deliverers around the corpus of the benches: a kustomization in each folder of manifests, and fifty Applications of
//! Argo CD that take all of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use portolan::sources::{Pattern, discover};

const APPLICATIONS: usize = 50;

/// Adds them to the corpus in a folder, which becomes a Git repository with a remote. Every YAML file counts then.
pub fn add(folder: &Path) {
    let put = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("folders can be made");
        fs::write(path, text).expect("files can be written");
    };
    let files = discover(folder, &Pattern::new(&["catalog/**/*.yaml"], &[]).expect("a legal pattern"));
    let files: Vec<String> = files.expect("the corpus can be walked").files.into_iter().map(|file| file.path).collect();
    let folders: BTreeSet<&str> = files.iter().filter_map(|path| Some(path.rsplit_once('/')?.0)).collect();
    let folders: Vec<&str> = folders.into_iter().collect();
    for folder in &folders {
        let mut text = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n".to_owned();
        let names = files.iter().filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/'));
        for name in names.filter(|name| !name.contains('/')) {
            text.push_str(&format!("  - {name}\n"));
        }
        put(&format!("{folder}/kustomization.yaml"), &text);
    }
    for (at, part) in folders.chunks(folders.len().div_ceil(APPLICATIONS)).enumerate() {
        let mut text = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n".to_owned();
        for folder in part {
            text.push_str(&format!("  - ../../{folder}\n"));
        }
        put(&format!("deploy/part-{at:02}/kustomization.yaml"), &text);
        put(
            &format!("argocd/part-{at:02}.yaml"),
            &format!(
                "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: part-{at:02}, namespace: argocd}}\nspec:\n  project: default\n  source: {{repoURL: https://git.example.com/acme/catalog, targetRevision: main, path: deploy/part-{at:02}}}\n  destination: {{server: https://kubernetes.default.svc, namespace: catalog}}\n  syncPolicy: {{automated: {{prune: true}}}}\n"
            ),
        );
    }
    put("portolan.yaml", "platform: port\ncatalog: local\nscope: acme/catalog\n");
    put(".git/HEAD", "ref: refs/heads/main\n");
    put(
        ".git/config",
        "[core]\n\trepositoryformatversion = 0\n[remote \"origin\"]\n\turl = https://git.example.com/acme/catalog.git\n",
    );
    for inner in ["objects", "refs/heads"] {
        fs::create_dir_all(folder.join(".git").join(inner)).expect("folders can be made");
    }
}
