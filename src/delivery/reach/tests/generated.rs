//! Generated repositories: reach ends, is the same each time, and its parts fit each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::{AUTOMATED, URL, app, bootstrap, entity, git, ks, reach_of};
use crate::delivery::doubles::Texts;
use crate::delivery::flux::Settings;
use crate::delivery::object::Origin;
use crate::delivery::reach::{DelivererId, Options, Outcome, Reach};
use crate::delivery::repository::Repository;

const FOLDERS: [&str; 6] = ["", "a", "a/b", "clusters/x", "clusters/x/flux-system", "a/templates"];

fn folder() -> impl Strategy<Value = String> {
    proptest::sample::select(&FOLDERS[..]).prop_map(ToOwned::to_owned)
}

fn name() -> impl Strategy<Value = String> {
    proptest::sample::select(&["x", "y", "flux-system", "${A}", "{{name}}"][..]).prop_map(ToOwned::to_owned)
}

fn flux() -> impl Strategy<Value = String> {
    let more = proptest::sample::select(
        &[
            "",
            "  kubeConfig: {secretRef: {name: y-kubeconfig}}\n",
            "  kubeConfig: {}\n",
            "  dependsOn: [{name: x}, {name: y}]\n",
            "  postBuild: {substitute: {A: x}}\n",
            "  postBuild: {substitute: {A: x}, substituteFrom: [{kind: Secret, name: z}]}\n",
            "  targetNamespace: y\n  namePrefix: x\n",
            "  sourceRef: {kind: OCIRepository, name: x}\n",
            "  sourceRef: {kind: GitRepository, name: x, namespace: y}\n",
            "  suspend: true\n  wait: true\n",
            "  patches: [{target: {kind: Kustomization}, patch: '[{op: remove, path: /spec/path}]'}]\n",
            "  patches: [{patch: 'nonsense: ['}]\n  components: [../a]\n",
        ][..],
    );
    (name(), folder(), more).prop_map(|(name, folder, more)| {
        let folder = if name.contains('$') { "./${A}" } else { &format!("./{folder}") };
        ks(&name, folder, more)
    })
}

fn document() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => flux(),
        2 => name().prop_map(|name| git(&name, URL)),
        1 => Just(git("x", "https://git.example.com/acme/other")),
        2 => name().prop_map(|name| format!("---\n{}", entity(&name))),
        2 => (name(), folder(), prop_oneof![
            Just(AUTOMATED.to_owned()),
            Just("  destination: {name: y}\n".to_owned()),
            folder().prop_map(|path| format!("  sources: [{{repoURL: {URL}, path: '{path}'}}, {{repoURL: {URL}, path: a}}]\n")),
        ]).prop_map(|(name, folder, more)| app(&name, &folder, &more)),
        1 => folder().prop_map(|folder| format!("---\napiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: set}}\nspec:\n  generators: [{{git: {{repoURL: {URL}, directories: [{{path: '{folder}*'}}]}}}}]\n  template:\n    metadata: {{name: '{{{{path.basename}}}}'}}\n    spec: {{source: {{repoURL: {URL}, path: '{{{{path}}}}'}}, destination: {{name: y}}}}\n")),
        1 => Just("---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: entities.getport.io}\nspec: {group: getport.io, scope: Cluster, names: {kind: Entity}}\n".to_owned()),
        1 => Just("---\nno: manifest\n".to_owned()),
        1 => Just("--- {\n\t[".to_owned()),
    ]
}

fn file() -> impl Strategy<Value = (String, String)> {
    let documents = (
        folder(),
        proptest::sample::select(&["one.yaml", "two.yml", "Chart.yaml"][..]),
        proptest::collection::vec(document(), 0..4),
    )
        .prop_map(|(folder, name, documents)| (format!("{folder}/{name}"), documents.concat()));
    let kustomization = (
        folder(),
        proptest::sample::subsequence(vec!["one.yaml", "two.yml", "b", "..", "../a", "flux-system"], 0..4),
        any::<bool>(),
    )
        .prop_map(|(folder, resources, has_prefix)| {
            let prefix = if has_prefix { "namePrefix: p-\nnamespace: n\n" } else { "" };
            (format!("{folder}/kustomization.yaml"), format!("{prefix}resources: [{}]\n", resources.join(", ")))
        });
    prop_oneof![5 => documents, 1 => kustomization]
}

fn check(reach: &Reach, repository: &Repository<'_>) {
    let count = reach.deliverers.len();
    let is_known = |id: &DelivererId| (id.0 as usize) < count;
    for deliverer in &reach.deliverers {
        assert!((deliverer.cluster.0 as usize) < reach.clusters.len());
        assert!(deliverer.after.iter().chain(&deliverer.delivered_by).all(is_known));
    }
    for file in repository.files.ids() {
        for taken in reach.deliveries().of_file(file) {
            let Outcome::Built { arrivals, .. } = &reach.deliverer(taken.deliverer).outcome else {
                panic!("it is built")
            };
            let origin = &arrivals[taken.arrival as usize].object.origin;
            assert!(matches!(origin, Origin::Manifest { file: found, .. } if *found == file));
        }
        let absence = reach.absence(repository, file);
        assert!(absence.len() <= 3 && absence.is_empty() == reach.deliverers.is_empty());
    }
    for twice in reach.twice(&|_| true) {
        assert!(twice.deliverers.len() > 1 && twice.deliverers.is_sorted() && !twice.objects.is_empty());
        assert!(twice.deliverers.iter().all(|id| reach.deliverer(*id).cluster == twice.cluster));
    }
    for wrong in reach.wrong_clusters() {
        assert!(!wrong.siblings.is_empty() && !wrong.siblings.contains(&wrong.deliverer));
    }
    for unordered in reach.unordered() {
        assert!(!unordered.definers.contains(&unordered.resource.deliverer));
    }
}

proptest! {
    #![proptest_config(crate::generated_cases::config(600))]

    #[test]
    fn no_repository_is_too_odd(files in proptest::collection::vec(file(), 1..10), knows_url in any::<bool>()) {
        let texts = Texts(files.into_iter().map(|(path, text)| (path.trim_start_matches('/').to_owned(), text)).collect());
        let files = texts.files(&BTreeMap::new());
        let urls = if knows_url { vec![URL.to_owned()] } else { Vec::new() };
        let options = Options { urls: &urls, branches: &[], has_config: false, group: "getport.io", flux: Settings::default() };
        let repository = Repository::new(&files, &texts);
        let reach = Reach::of(&repository, &options);
        check(&reach, &repository);
        let again = Repository::new(&files, &texts);
        prop_assert_eq!(format!("{reach:?}"), format!("{:?}", Reach::of(&again, &options)));
    }
}

#[test]
fn deliverers_of_one_folder_share_what_they_build() {
    let mut all = bootstrap("hub", URL) + "=== clusters/hub/planes.yaml\n";
    for at in 0..50 {
        all +=
            &ks(&format!("plane-{at}"), "./catalog", &format!("  kubeConfig: {{secretRef: {{name: plane-{at}}}}}\n"));
    }
    for at in 0..300 {
        all += &format!("=== catalog/{at}/kustomization.yaml\nresources: [a.yaml]\n=== catalog/{at}/a.yaml\n");
        for document in 0..8 {
            all += &format!("---\n{}", entity(&format!("e-{at}-{document}")));
        }
    }
    reach_of(&all, &[URL], |_, _, reach| {
        assert_eq!(reach.deliverers.len(), 51);
        let mut shared = reach.deliverers.iter().filter(|deliverer| deliverer.name.starts_with("plane-"));
        let first = shared.next().map(|deliverer| &deliverer.outcome);
        let Some(Outcome::Built { arrivals: first, .. }) = first else { panic!("it is built") };
        assert_eq!(first.len(), 2400);
        for deliverer in shared {
            assert!(matches!(&deliverer.outcome, Outcome::Built { arrivals, .. } if Arc::ptr_eq(arrivals, first)));
        }
        assert_eq!(reach.twice(&|_| true), []);
    });
}
