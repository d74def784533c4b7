//! Argo CD: applications of applications, sets, destinations, and files that it leaves out.

use super::{AUTOMATED, URL, app, arrivals, bootstrap, entity, file, ks, lines, named, reach_of};
use crate::delivery::reach::{Address, Applied, Fate, Link, NotKnown, Outcome, Prune, SourceLink};

const CRD: &str = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: entities.getport.io}\nspec:\n  group: getport.io\n  scope: Namespaced\n  names: {kind: Entity, plural: entities}\n";

fn wave(app: &str, wave: i32) -> String {
    app.replace(
        "namespace: argocd}",
        &format!("namespace: argocd, annotations: {{argocd.argoproj.io/sync-wave: \"{wave}\"}}}}"),
    )
}

#[test]
fn an_application_of_applications_delivers_in_waves() {
    let all = "=== argo/root.yaml\n".to_owned()
        + &app("root", "argo", AUTOMATED)
        + "=== argo/crds.yaml\n"
        + &wave(&app("crds", "crds", "  syncPolicy: {automated: {}}\n"), -1)
        + "=== argo/apps.yaml\n"
        + &app("apps", "apps", &format!("{AUTOMATED}  ignored: 1\n"))
        + "=== argo/late.yaml\n"
        + &wave(
            &app(
                "late",
                "apps/late",
                "  destination: {name: eu}\n  syncPolicy: {automated: {enabled: false, prune: true}}\n",
            ),
            3,
        )
        + "=== crds/crd.yaml\n"
        + CRD
        + "=== apps/a.yaml\n"
        + &entity("a")
        + "=== apps/late/b.yaml\n"
        + &entity("b");
    reach_of(&all, &[URL], |files, repository, reach| {
        assert_eq!(
            lines(reach),
            [
                "root argo cluster 0 by [root]: argocd/apps argocd/crds argocd/late argocd/root",
                "apps apps cluster 0 by [root]: catalog/a",
                "crds crds cluster 0 by [root]: /entities.getport.io",
                "late apps/late cluster 1 by [root]: /b",
            ]
        );
        let of = |name: &str| reach.deliverer(named(reach, name));
        assert_eq!(of("apps").after, [named(reach, "crds")]);
        assert_eq!(of("late").after, [named(reach, "apps")], "the wave before");
        assert_eq!(of("root").after, []);
        assert_eq!(of("apps").prune, Prune::On);
        assert!(matches!(of("crds").prune, Prune::Off(_)));
        assert!(matches!(of("late").prune, Prune::Off(_)));
        assert!(of("late").is_idle);
        assert_eq!(of("late").applied, Applied::ClientSide);
        assert_eq!(of("apps").revision.as_deref(), Some("main"));
        assert_eq!(of("apps").namespace_of_objects.as_ref().map(|text| text.text.as_str()), Some("catalog"));
        assert_eq!(of("apps").source, SourceLink::ThisRepository);
        assert_eq!(reach.clusters[1].address, Address::Name("eu".to_owned()));
        assert_eq!(reach.unordered(), []);
        let absent = reach.absence(repository, file(files, "apps/late/b.yaml"));
        assert_eq!(absent[1].link, Link::NotRecursive);
    });
    let unordered = all.replace("sync-wave: \"-1\"", "sync-wave: \"0\"");
    reach_of(&unordered, &[URL], |_, _, reach| {
        let unordered = reach.unordered();
        assert_eq!(unordered.len(), 1);
        assert_eq!(unordered[0].resource.deliverer, named(reach, "apps"));
        assert_eq!(unordered[0].definers, [named(reach, "crds")]);
    });
    let skipping = unordered.replace("  ignored: 1\n", "").replacen(
        &app("apps", "apps", AUTOMATED),
        &app(
            "apps",
            "apps",
            "  syncPolicy: {automated: {prune: true}, syncOptions: [SkipDryRunOnMissingResource=true]}\n",
        ),
        1,
    );
    reach_of(&skipping, &[URL], |_, _, reach| assert_eq!(reach.unordered(), []));
}

#[test]
fn a_set_makes_a_deliverer_for_each_row() {
    let set = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: planes, namespace: argocd}}\nspec:\n  generators:\n  - list:\n      elements:\n      - {{name: eu, server: 'https://eu.example.com:6443'}}\n      - {{name: us, server: 'https://us.example.com'}}\n  template:\n    metadata: {{name: 'catalog-{{{{name}}}}'}}\n    spec:\n      project: default\n      source: {{repoURL: {URL}, path: 'planes/{{{{name}}}}'}}\n      destination: {{server: '{{{{server}}}}', namespace: catalog}}\n      syncPolicy: {{automated: {{prune: true}}}}\n"
    );
    let all =
        format!("=== argo/set.yaml\n{set}=== planes/eu/a.yaml\n{}=== planes/us/a.yaml\n{}", entity("a"), entity("a"));
    reach_of(&all, &[URL], |_, repository, reach| {
        assert_eq!(
            lines(reach),
            ["catalog-eu planes/eu cluster 1 by []: catalog/a", "catalog-us planes/us cluster 2 by []: catalog/a"]
        );
        let (name, row) = reach.deliverers[0].set.clone().expect("it is of a set");
        let row = row.expect("it has a row");
        let text = repository.text(row.file).expect("a text");
        assert_eq!(
            (name.as_str(), text.get(row.span.range())),
            ("planes", Some("{name: eu, server: 'https://eu.example.com:6443'}"))
        );
        assert_eq!(reach.clusters[1].address, Address::Server("https://eu.example.com:6443".to_owned()));
        assert_eq!(reach.clusters[1].names, ["eu.example.com", "eu"]);
        assert_eq!(reach.twice(&|_| true), []);
    });
    let one = all.replace("https://us.example.com", "https://eu.example.com:6443/");
    reach_of(&one, &[URL], |_, _, reach| assert_eq!(reach.twice(&|_| true).len(), 1));
    let open = all.replace("list:\n      elements:", "pullRequest:\n      elements:");
    reach_of(&open, &[URL], |files, repository, reach| {
        assert_eq!(reach.deliverers.len(), 1);
        assert_eq!(reach.deliverers[0].name, "planes");
        assert!(
            matches!(reach.deliverers[0].outcome, Outcome::NotKnown(NotKnown::Generator(Some(_)))),
            "{:?}",
            reach.deliverers[0].outcome
        );
        let absent = reach.absence(repository, file(files, "planes/eu/a.yaml"));
        assert!(matches!(absent[0].link, Link::NotKnown(_)), "{absent:?}");
    });
    reach_of(&open, &["https://git.example.com/acme/other"], |_, _, reach| assert_eq!(reach.deliverers.len(), 0));
}

#[test]
fn a_project_that_is_missing_is_found_where_others_are() {
    let project =
        "---\napiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: catalog, namespace: argocd}\n";
    let apps = app("a", "apps", "").replace("project: default", "project: catalogue") + &app("b", "apps", "");
    let all = "=== argo/apps.yaml\n".to_owned() + &apps + "=== apps/a.yaml\n" + &entity("a");
    reach_of(&all, &[URL], |_, _, reach| assert_eq!(reach.missing, []));
    reach_of(&(all + "=== argo/project.yaml\n" + project), &[URL], |_, repository, reach| {
        assert_eq!(reach.missing.len(), 1);
        let missing = &reach.missing[0];
        let text = repository.text(missing.place.file).expect("a text");
        assert_eq!(text.get(missing.place.span.range()), Some("catalogue"));
        assert_eq!((missing.by.as_str(), missing.name.as_str()), ("Application argocd/a", "AppProject catalogue"));
        assert_eq!(missing.existing, ["catalog"]);
    });
}

#[test]
fn what_argo_cd_leaves_out_is_explained() {
    let all = "=== argo/app.yaml\n".to_owned()
        + &app(
            "a",
            "apps",
            &format!("  source: {{repoURL: {URL}, path: apps, directory: {{recurse: true, exclude: 'x*'}}}}\n"),
        )
        + "=== apps/a.yaml\n"
        + &entity("a")
        + "=== apps/again.yaml\n"
        + &entity("a")
        + "=== apps/x.yaml\n"
        + &entity("x")
        + "=== apps/marked.yaml\n# +argocd:skip-file-rendering\n"
        + &entity("m")
        + "=== apps/values.yaml\nreplicas: 1\n=== apps/readme.md\nText\n";
    reach_of(&all, &[URL], |files, repository, reach| {
        let link = |path: &str| reach.absence(repository, file(files, path))[0].link.clone();
        assert_eq!(link("apps/x.yaml"), Link::Excluded);
        assert_eq!(link("apps/marked.yaml"), Link::Skipped);
        assert_eq!(link("apps/values.yaml"), Link::NoObject);
        assert_eq!(link("apps/readme.md"), Link::FileName);
        let Outcome::Built { arrivals, is_whole_folder, .. } = &reach.deliverers[0].outcome else {
            panic!("it is built")
        };
        assert!(is_whole_folder);
        assert_eq!(
            arrivals.iter().map(|arrival| arrival.fate).collect::<Vec<_>>(),
            [Fate::Applied, Fate::Replaced { by: 0 }]
        );
        assert_eq!(reach.deliveries().of_file(file(files, "apps/a.yaml"))[0].arrival, 1);
    });
}

#[test]
fn several_sources_are_one_deliverer() {
    let sources = format!(
        "  sources:\n  - {{repoURL: {URL}, path: one}}\n  - {{repoURL: 'https://charts.example.com', chart: x, targetRevision: 1.0.0}}\n  - {{repoURL: {URL}, path: two}}\n"
    );
    let all = "=== argo/app.yaml\n".to_owned()
        + &app("a", "", &sources)
        + "=== one/a.yaml\n"
        + &entity("a")
        + "=== two/kustomization.yaml\nnamePrefix: x-\nresources: [b.yaml]\n=== two/b.yaml\n"
        + &entity("b")
        + "=== two/c.yaml\n"
        + &entity("c");
    reach_of(&all, &[URL], |files, repository, reach| {
        assert_eq!(lines(reach), ["a one cluster 0 by []: catalog/a catalog/x-b"]);
        let absent = reach.absence(repository, file(files, "two/c.yaml"));
        assert_eq!(absent[0].link, Link::NotListed { kustomization: file(files, "two/kustomization.yaml") });
    });
}

#[test]
fn a_chart_is_not_known() {
    let all = "=== argo/app.yaml\n".to_owned()
        + &app("a", "chart", "")
        + "=== chart/Chart.yaml\nname: x\n=== chart/templates/app.yaml\n"
        + &app("b", "apps", "")
        + "=== apps/a.yaml\n"
        + &entity("a");
    reach_of(&all, &[URL], |_, _, reach| {
        assert_eq!(reach.deliverers.len(), 1);
        assert!(matches!(reach.deliverers[0].outcome, Outcome::NotKnown(NotKnown::Helm(Some(_)))));
    });
}

#[test]
fn flux_can_deliver_applications() {
    let all = bootstrap("prod", URL)
        + "=== clusters/prod/argo.yaml\n"
        + &ks("argo", "./argo", "")
        + "=== argo/app.yaml\n"
        + &app("catalog", "apps", AUTOMATED)
        + "=== apps/a.yaml\n"
        + &entity("a");
    reach_of(&all, &[URL], |_, _, reach| {
        let catalog = named(reach, "catalog");
        assert_eq!(arrivals(reach, catalog), ["catalog/a"]);
        assert_eq!(reach.deliverer(catalog).cluster, reach.deliverer(named(reach, "argo")).cluster);
    });
}

#[test]
fn secrets_of_clusters_join_names_and_servers() {
    let secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: eu, namespace: argocd, labels: {argocd.argoproj.io/secret-type: cluster}}\nstringData: {name: eu, server: 'https://eu.example.com'}\n";
    let all = "=== argo/apps.yaml\n".to_owned()
        + secret
        + &app("a", "apps", &format!("  destination: {{name: eu}}\n{AUTOMATED}"))
        + &app("b", "apps", &format!("  destination: {{server: 'https://eu.example.com/'}}\n{AUTOMATED}"))
        + "=== apps/a.yaml\n"
        + &entity("a");
    reach_of(&all, &[URL], |_, _, reach| {
        assert_eq!(
            reach.clusters.iter().map(|cluster| cluster.names.join(" ")).collect::<Vec<_>>(),
            ["in-cluster", "eu eu.example.com"]
        );
        assert_eq!(reach.twice(&|_| true).len(), 1);
    });
}
