//! Benchmarks who delivers what: 20,000 manifests in memory, read already, with 300 kustomizations and 50 deliverers, in
//! three layouts. Medians are printed, and nothing fails because of them.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench prints what it measured")]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Instant;

use portolan::delivery::files::{FileKind, Files};
use portolan::delivery::flux::Settings;
use portolan::delivery::reach::{Options, Reach};
use portolan::delivery::repository::Repository;
use portolan::delivery::source::{Document, Source};
use portolan::manifest::{Limits, Reader};

const RUNS: usize = 11;
const MANIFESTS: usize = 20_000;
const KUSTOMIZATIONS: usize = 300;
const DELIVERERS: usize = 50;
const URL: &str = "https://git.example.com/acme/catalog";

struct Texts(BTreeMap<String, String>);

impl Source for Texts {
    fn text(&self, path: &str) -> Option<Cow<'_, str>> {
        self.0.get(path).map(|text| Cow::Borrowed(text.as_str()))
    }

    fn documents(&self, text: &str, each: &mut dyn FnMut(&Document<'_>)) {
        Reader::new(Limits::default()).read_all(text, &mut |document| {
            let value = if document.broken { None } else { document.view.root() };
            each(&Document { span: document.span, value, faults: document.faults });
        });
    }
}

fn main() {
    let kubeconfig = |at: usize| format!("  kubeConfig: {{secretRef: {{name: plane-{at}}}}}\n");
    measure("one folder for 50 clusters", &corpus(|at| kustomization(at, "./catalog", &kubeconfig(at))));
    measure("a folder for each", &corpus(|at| kustomization(at, &format!("./catalog/{at}"), "")));
    measure("50 applications", &corpus(application));
}

fn measure(name: &str, texts: &Texts) {
    let files = Files::new(texts.0.keys().map(|path| (path.clone(), FileKind::Text)));
    let urls = [URL.to_owned()];
    let options =
        Options { urls: &urls, branches: &[], has_config: false, group: "getport.io", flux: Settings::default() };
    let mut times = Vec::new();
    let mut shown = String::new();
    for _ in 0..RUNS {
        let repository = Repository::new(&files, texts);
        for file in files.ids() {
            repository.manifests(file);
        }
        let start = Instant::now();
        let reach = Reach::of(&repository, &options);
        let twice = reach.twice(&|object| object.header.kind == "Entity").len();
        let (wrong, unordered) = (reach.wrong_clusters().len(), reach.unordered().len());
        times.push(start.elapsed().as_secs_f64() * 1e3);
        shown = format!("{} deliverers, {twice} twice, {wrong} wrong, {unordered} unordered", reach.deliverers.len());
    }
    times.sort_by(f64::total_cmp);
    println!("{name}: {:.0} ms ({shown}; median of {RUNS})", times[RUNS / 2]);
}

/// Manifests in folders, each with a kustomization or none, and deliverers in the folder of a cluster.
fn corpus(deliverer: impl Fn(usize) -> String) -> Texts {
    let mut texts = BTreeMap::new();
    let per_folder = MANIFESTS / KUSTOMIZATIONS;
    for at in 0..MANIFESTS {
        let (folder, team) = (at / per_folder, at / per_folder % DELIVERERS);
        let entity = format!(
            "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: e-{at}, namespace: catalog}}\nspec:\n  blueprint: service\n  identifier: e-{at}\n"
        );
        texts.insert(format!("catalog/{team}/{folder}/e-{at}.yaml"), entity);
        let kustomization = texts.entry(format!("catalog/{team}/{folder}/kustomization.yaml"));
        let kustomization = kustomization.or_insert_with(|| "resources:\n".to_owned());
        kustomization.push_str(&format!("- e-{at}.yaml\n"));
    }
    let sync = kustomization(usize::MAX, "./clusters/hub", "");
    let source = format!(
        "---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {{name: flux-system, namespace: flux-system}}\nspec: {{interval: 1m, url: {URL}}}\n"
    );
    texts.insert("clusters/hub/sync.yaml".to_owned(), source + &sync);
    texts.insert("clusters/hub/deliverers.yaml".to_owned(), (0..DELIVERERS).map(deliverer).collect());
    Texts(texts)
}

fn kustomization(at: usize, path: &str, more: &str) -> String {
    let name = if at == usize::MAX { "flux-system".to_owned() } else { format!("plane-{at}") };
    format!(
        "---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: flux-system}}\nspec:\n  interval: 5m\n  path: {path}\n  prune: true\n  sourceRef: {{kind: GitRepository, name: flux-system}}\n{more}"
    )
}

fn application(at: usize) -> String {
    format!(
        "---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: plane-{at}, namespace: argocd}}\nspec:\n  project: default\n  source: {{repoURL: {URL}, path: catalog/{at}, directory: {{recurse: true, exclude: '*kustomization.yaml'}}}}\n  destination: {{name: plane-{at}, namespace: catalog}}\n  syncPolicy: {{automated: {{prune: true}}}}\n"
    )
}
