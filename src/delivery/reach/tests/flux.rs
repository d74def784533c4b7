//! Flux: bootstrap, several clusters, sources, and deliverers that others change.

use std::collections::BTreeMap;

use super::{URL, arrivals, bootstrap, entity, file, git, ks, lines, named, reach_of, texts};
use crate::delivery::flux::Settings;
use crate::delivery::reach::{Address, NotKnown, Options, Outcome, Prune, Reach, SourceLink};
use crate::delivery::repository::Repository;

const CATALOG: &str = "  sourceRef: {kind: GitRepository, name: catalog}\n";

fn two_clusters() -> String {
    let mut all = String::new();
    for cluster in ["prod", "staging"] {
        all += &bootstrap(cluster, URL);
        all += &format!("=== clusters/{cluster}/apps.yaml\n{}", ks("apps", &format!("./apps/{cluster}"), ""));
        all += &format!("=== apps/{cluster}/kustomization.yaml\nnamespace: {cluster}\nresources: [../base]\n");
    }
    all + "=== apps/base/kustomization.yaml\nresources: [pay.yaml]\n=== apps/base/pay.yaml\n" + &entity("pay")
}

#[test]
fn bootstrap_delivers_itself_in_each_cluster() {
    reach_of(&two_clusters(), &[URL], |files, _, reach| {
        assert_eq!(
            lines(reach),
            [
                "flux-system clusters/prod cluster 0 by [flux-system]: flux-system/apps flux-system/flux-system flux-system/flux-system",
                "flux-system clusters/staging cluster 1 by [flux-system]: flux-system/apps flux-system/flux-system flux-system/flux-system",
                "apps apps/prod cluster 0 by [flux-system]: prod/pay",
                "apps apps/staging cluster 1 by [flux-system]: staging/pay",
            ]
        );
        let addresses: Vec<_> = reach.clusters.iter().map(|cluster| (&cluster.address, &cluster.names[..])).collect();
        for ((address, names), cluster) in addresses.into_iter().zip(["prod", "staging"]) {
            assert!(
                matches!(address, Address::Own { root, .. } if *root == format!("clusters/{cluster}")),
                "{address:?}"
            );
            assert_eq!(names, [cluster]);
        }
        assert!(reach.deliverers.iter().all(|deliverer| deliverer.source == SourceLink::ThisRepository));
        assert!(reach.deliverers.iter().all(|deliverer| deliverer.revision.as_deref() == Some("main")));
        let taken = reach.deliveries().of_file(file(files, "apps/base/pay.yaml"));
        assert_eq!(taken.iter().map(|taken| taken.deliverer.0).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(reach.missing, []);
    });
}

#[test]
fn without_urls_bootstrap_says_which_sources_are_here() {
    let other = git("podinfo", "https://github.com/stefanprodan/podinfo")
        + &ks("podinfo", "./apps/base", "  sourceRef: {kind: GitRepository, name: podinfo}\n");
    let all = two_clusters() + "=== clusters/prod/podinfo.yaml\n" + &other;
    reach_of(&all, &[], |_, _, reach| {
        assert_eq!(reach.deliverers.len(), 4, "{:#?}", lines(reach));
        assert!(reach.deliverers.iter().all(|deliverer| deliverer.source == SourceLink::Assumed));
    });
}

#[test]
fn another_repository_is_not_this_one_and_a_fork_is() {
    reach_of(&two_clusters(), &["https://git.example.com/acme/other"], |_, _, reach| {
        assert_eq!(lines(reach), Vec::<String>::new());
    });
    reach_of(&two_clusters(), &["git@git.example.com:me/catalog.git"], |_, _, reach| {
        assert_eq!(reach.deliverers.len(), 4);
    });
}

#[test]
fn a_kubeconfig_is_another_cluster() {
    let hub = |name: &str| {
        ks(
            name,
            "./catalog",
            &format!("  kubeConfig: {{secretRef: {{name: {name}-kubeconfig}}}}\n  suspend: {}\n", name == "us"),
        )
    };
    let all = bootstrap("hub", URL)
        + "=== clusters/hub/planes.yaml\n"
        + &hub("eu")
        + &hub("us")
        + &ks("local", "./catalog", "  prune: false\n").replace("  prune: true\n", "")
        + "=== catalog/a.yaml\n"
        + &entity("a");
    reach_of(&all, &[URL], |_, _, reach| {
        let cluster = |name: &str| reach.deliverer(named(reach, name)).cluster;
        assert_eq!(cluster("local"), cluster("flux-system"));
        assert_ne!(cluster("eu"), cluster("us"));
        let eu = &reach.clusters[cluster("eu").0 as usize];
        assert_eq!(
            eu.address,
            Address::KubeConfig { namespace: "flux-system".to_owned(), name: "eu-kubeconfig".to_owned() }
        );
        assert_eq!(eu.names, ["eu", "eu-kubeconfig"]);
        assert!(reach.deliverer(named(reach, "us")).is_idle);
        assert!(!reach.deliverer(named(reach, "eu")).is_idle);
        assert_eq!(reach.deliverer(named(reach, "eu")).prune, Prune::On);
        assert!(matches!(reach.deliverer(named(reach, "local")).prune, Prune::Off(_)));
    });
}

#[test]
fn variables_of_the_deliverer_decide_a_path() {
    let all = |post: &str| {
        bootstrap("prod", URL)
            + "=== clusters/prod/root.yaml\n"
            + &ks("root", "./fleet", &format!("  postBuild: {post}\n"))
            + "=== fleet/apps.yaml\n"
            + &ks("apps", "./apps/${CLUSTER}", "  targetNamespace: ${TEAM:-none}\n")
            + "=== apps/prod/a.yaml\n"
            + &entity("a")
    };
    reach_of(&all("{substitute: {CLUSTER: prod}}"), &[URL], |files, _, reach| {
        let apps = named(reach, "apps");
        assert_eq!(arrivals(reach, apps), ["none/a"]);
        let path = reach.deliverer(apps).path.as_ref().expect("a path");
        let text = "path: ./apps/${CLUSTER}";
        assert_eq!(path.file, Some(file(files, "fleet/apps.yaml")));
        assert_eq!(path.span.range().len(), text.len() - "path: ".len());
        assert_eq!(reach.deliverers.len(), 3);
    });
    let from = "{substitute: {CLUSTER: prod}, substituteFrom: [{kind: ConfigMap, name: vars}]}";
    reach_of(&all(from), &[URL], |_, _, reach| {
        let apps = reach.deliverer(named(reach, "apps"));
        assert!(matches!(apps.outcome, Outcome::NotKnown(NotKnown::Deliverer(Some(_)))), "{:?}", apps.outcome);
        assert_eq!(reach.deliverers.len(), 3);
    });
}

#[test]
fn a_patch_of_other_fields_spoils_nothing() {
    let all = |patch: &str| {
        bootstrap("prod", URL)
            + "=== clusters/prod/root.yaml\n"
            + &ks("root", "./fleet", &format!("  patches:\n  - target: {{kind: Kustomization}}\n    patch: |\n{patch}"))
            + "=== fleet/apps.yaml\n"
            + &ks("apps", "./apps", "")
            + "=== apps/a.yaml\n"
            + &entity("a")
    };
    let quiet = "      kind: Kustomization\n      metadata: {name: x}\n      spec: {interval: 1h, timeout: 1m}\n";
    reach_of(&all(quiet), &[URL], |_, _, reach| {
        let apps = reach.deliverer(named(reach, "apps"));
        assert!(
            matches!(&apps.outcome, Outcome::Built { not_known, .. } if not_known.is_empty()),
            "{:?}",
            apps.outcome
        );
    });
    let build = "      - {op: add, path: /spec/postBuild, value: {substitute: {A: b}}}\n";
    reach_of(&all(build), &[URL], |_, _, reach| {
        let apps = reach.deliverer(named(reach, "apps"));
        assert!(
            matches!(&apps.outcome, Outcome::Built { not_known, .. } if not_known.len() == 1),
            "{:?}",
            apps.outcome
        );
    });
    let path = "      - {op: replace, path: /spec/path, value: ./other}\n";
    reach_of(&all(path), &[URL], |_, _, reach| {
        let apps = reach.deliverer(named(reach, "apps"));
        assert!(matches!(apps.outcome, Outcome::NotKnown(NotKnown::Deliverer(Some(_)))), "{:?}", apps.outcome);
    });
}

#[test]
fn the_namespace_of_a_parent_decides_which_source_is_meant() {
    let source = |namespace: &str, url: &str| git("catalog", url).replace("flux-system", namespace);
    let own = ks("tenant", "./catalog", "  sourceRef: {kind: GitRepository, name: catalog}\n")
        .replace(", namespace: flux-system", "");
    let all = bootstrap("prod", URL)
        + "=== clusters/prod/tenants.yaml\n"
        + &ks("tenants", "./tenants", "  targetNamespace: team-a\n")
        + "=== clusters/prod/sources.yaml\n"
        + &source("team-a", URL)
        + &source("team-b", "https://git.example.com/acme/b")
        + "=== tenants/ks.yaml\n"
        + &own
        + "=== catalog/a.yaml\n"
        + &entity("a");
    reach_of(&all, &[URL], |_, _, reach| {
        assert_eq!(arrivals(reach, named(reach, "tenant")), ["/a"]);
    });
    reach_of(&all.replace("targetNamespace: team-a", "targetNamespace: team-b"), &[URL], |_, _, reach| {
        assert_eq!(reach.deliverers.len(), 2, "{:?}", lines(reach));
    });
}

#[test]
fn references_to_nothing_are_found_where_others_exist() {
    let all = bootstrap("prod", URL)
        + "=== clusters/prod/apps.yaml\n"
        + &ks("apps", "./apps", "  sourceRef: {kind: GitRepository, name: catalogue}\n")
        + &ks("more", "./apps", "  dependsOn: [{name: crds}, {name: apps}]\n")
        + "=== apps/a.yaml\n"
        + &entity("a");
    reach_of(&all, &[URL], |files, repository, reach| {
        let found: Vec<_> = reach
            .missing
            .iter()
            .map(|missing| {
                let text = repository.text(missing.place.file).expect("a text");
                let written = text.get(missing.place.span.range()).expect("a span").to_owned();
                (files.path(missing.place.file), written, missing.by.as_str(), missing.name.as_str())
            })
            .collect();
        assert_eq!(
            found,
            [
                (
                    "clusters/prod/apps.yaml",
                    "catalogue".to_owned(),
                    "Kustomization flux-system/apps",
                    "GitRepository flux-system/catalogue"
                ),
                (
                    "clusters/prod/apps.yaml",
                    "crds".to_owned(),
                    "Kustomization flux-system/more",
                    "Kustomization flux-system/crds"
                ),
            ]
        );
        assert_eq!(reach.missing[0].existing, ["flux-system/flux-system"]);
    });
}

#[test]
fn what_is_applied_by_hand_lives_where_its_kustomization_is_applied() {
    let pair = |name: &str| {
        git(name, URL) + &ks(name, "./kustomize", &format!("  sourceRef: {{kind: GitRepository, name: {name}}}\n"))
    };
    let all = format!(
        "=== fleet/kustomization.yaml\nresources: [one/ks.yaml, two/ks.yaml]\n=== fleet/one/ks.yaml\n{}=== fleet/two/ks.yaml\n{}=== kustomize/a.yaml\n{}",
        pair("one"),
        pair("two"),
        entity("a")
    );
    reach_of(&all, &[URL], |_, _, reach| {
        assert_eq!(lines(reach), ["one kustomize cluster 0 by []: /a", "two kustomize cluster 0 by []: /a"]);
        assert!(matches!(&reach.clusters[0].address, Address::Own { root, .. } if root == "fleet"));
    });
    let alone = all.replace("resources: [one/ks.yaml, two/ks.yaml]", "resources: []");
    reach_of(&alone, &[URL], |_, _, reach| {
        assert_eq!(lines(reach), ["one kustomize cluster 0 by []: /a", "two kustomize cluster 1 by []: /a"]);
    });
}

#[test]
fn one_manifest_of_a_deliverer_can_be_two() {
    let all = bootstrap("prod", URL)
        + &bootstrap("staging", URL)
        + "=== clusters/prod/fleet.yaml\n"
        + &ks("fleet", "./fleet", "  postBuild: {substitute: {CLUSTER: prod}}\n")
        + "=== clusters/staging/fleet.yaml\n"
        + &ks("fleet", "./fleet", "  postBuild: {substitute: {CLUSTER: staging}}\n")
        + "=== fleet/apps.yaml\n"
        + &ks("apps", "./apps/${CLUSTER}", "")
        + "=== apps/prod/a.yaml\n"
        + &entity("a")
        + "=== apps/staging/b.yaml\n"
        + &entity("b");
    reach_of(&all, &[URL], |_, _, reach| {
        let apps: Vec<String> = lines(reach).into_iter().filter(|line| line.starts_with("apps ")).collect();
        assert_eq!(apps, ["apps apps/prod cluster 0 by [fleet]: /a", "apps apps/staging cluster 1 by [fleet]: /b"]);
    });
}

#[test]
fn other_artifacts_count_only_where_their_path_is_here() {
    let oci = "---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: oci, namespace: flux-system}\nspec: {interval: 1m, url: oci://ghcr.io/acme/catalog}\n";
    let of = |path: &str| ks("oci", path, "  sourceRef: {kind: OCIRepository, name: oci}\n");
    let all = |path: &str| {
        bootstrap("prod", URL) + "=== clusters/prod/oci.yaml\n" + oci + &of(path) + "=== deploy/a.yaml\n" + &entity("a")
    };
    for (path, count) in [("./deploy", 2), ("./", 1), ("./nowhere", 1), ("./clusters/prod", 1)] {
        reach_of(&all(path), &[URL], |_, _, reach| assert_eq!(reach.deliverers.len(), count, "{path}"));
    }
}

#[test]
fn templates_are_no_deliverers() {
    let chart = "=== chart/Chart.yaml\nname: x\n=== chart/templates/ks.yaml\n".to_owned() + &ks("x", "./apps", "");
    let all = bootstrap("prod", URL)
        + &chart
        + "=== tmpl/a.yaml\n"
        + &ks("y", "{{ .Values.path }}", "")
        + "=== tmpl/b.yaml\n"
        + &ks("\"{{ name }}\"", "./apps", "")
        + "=== apps/a.yaml\n"
        + &entity("a");
    reach_of(&all, &[URL], |_, _, reach| assert_eq!(reach.deliverers.len(), 1, "{:?}", lines(reach)));
}

#[test]
fn a_build_that_fails_keeps_its_deliverers_in_its_cluster() {
    let all = bootstrap("prod", URL)
        + "=== clusters/prod/values.yaml\nreplicas: 1\n=== clusters/prod/apps.yaml\n"
        + &ks("apps", "./apps", "")
        + "=== apps/a.yaml\n"
        + &entity("a");
    reach_of(&all, &[URL], |_, _, reach| {
        let (root, apps) = (reach.deliverer(named(reach, "flux-system")), reach.deliverer(named(reach, "apps")));
        assert!(matches!(root.outcome, Outcome::Failed(_)));
        assert_eq!(root.cluster, apps.cluster);
        assert_eq!(apps.delivered_by, [named(reach, "flux-system")]);
    });
}

#[test]
fn dependencies_are_followed_through_other_repositories() {
    let all = bootstrap("prod", URL)
        + "=== clusters/prod/apps.yaml\n"
        + &ks("apps", "./apps", "  dependsOn: [{name: infra}]\n")
        + &git("infra", "https://git.example.com/acme/infra")
        + &ks("infra", "./x", "  sourceRef: {kind: GitRepository, name: infra}\n  dependsOn: [{name: crds}]\n")
        + &ks("crds", "./crds", "")
        + "=== apps/a.yaml\n"
        + &entity("a")
        + "=== crds/b.yaml\n"
        + &entity("b");
    reach_of(&all, &[URL], |_, _, reach| {
        assert_eq!(reach.deliverer(named(reach, "apps")).after, [named(reach, "crds")]);
    });
}

#[test]
fn a_variable_has_the_name_that_its_deliverer_reads() {
    let tree = |root: &str| {
        let apps = ks("apps", "./apps", "  postBuild: {substitute: {N: pay}}\n");
        format!(
            "{root}=== clusters/prod/apps.yaml\n{}{apps}=== apps/e.yaml\n{}",
            git("flux-system", URL),
            entity("NAME").replace("{name: NAME}", "{name: 'x${N}'}")
        )
    };
    // kustomize takes it for a text, and kubectl for a boolean.
    reach_of(&tree(&bootstrap("prod", URL)), &[URL], |_, _, reach| {
        assert_eq!(arrivals(reach, named(reach, "apps")), ["/xpay"]);
    });
    reach_of(&tree(""), &[URL], |_, _, reach| {
        assert_eq!(arrivals(reach, named(reach, "apps")), ["/x"]);
    });
}

#[test]
fn files_named_after_clusters_are_applied_to_different_ones() {
    let cluster = |path: &str, name: &str, more: &str| {
        format!("=== {path}\n{}{}", git("catalog", URL), ks(name, "./apps", &format!("{CATALOG}{more}")))
    };
    let apps = format!("=== apps/e.yaml\n{}", entity("e"));
    let twice = |files: &str| {
        let mut found = 0;
        reach_of(&format!("{files}{apps}"), &[URL], |_, _, reach| found = reach.twice(&|_| true).len());
        found
    };
    for [one, other] in [["clusters/eu.yaml", "clusters/us.yaml"], ["flux/prod.yaml", "flux/my-staging.yml"]] {
        assert_eq!(twice(&(cluster(one, "one", "") + &cluster(other, "other", ""))), 0, "{one}");
    }
    // Files with other names are for one cluster, and so is a folder that is applied by a kustomization.
    assert_eq!(twice(&(cluster("flux/apps.yaml", "one", "") + &cluster("flux/more.yaml", "other", ""))), 1);
    let list = "=== clusters/kustomization.yaml\nresources: [eu.yaml, us.yaml]\n";
    let eu = cluster("clusters/eu.yaml", "one", "");
    let us = format!("=== clusters/us.yaml\n{}", ks("other", "./apps", CATALOG));
    assert_eq!(twice(&(list.to_owned() + &eu + &us)), 1);
    // Where deliverers name their clusters, the folder is that of the cluster in which they run.
    let away = "  kubeConfig: {secretRef: {name: eu}}\n";
    let hub = cluster("clusters/eu.yaml", "eu", away) + &us;
    reach_of(&format!("{hub}{apps}"), &[URL], |_, _, reach| {
        assert_eq!(reach.wrong_clusters().len(), 1, "{:#?}", lines(reach));
    });
    reach_of(&format!("{eu}{us}{apps}"), &[URL], |_, _, reach| {
        let names: Vec<&[String]> = reach.clusters.iter().map(|cluster| &cluster.names[..]).collect();
        assert_eq!(names, [["eu"], ["us"]]);
    });
}

#[test]
fn without_urls_a_configured_repository_is_the_only_source_that_is_named() {
    let pair = |url: &str| format!("=== pair.yaml\n{}{}", git("catalog", url), ks("catalog", "./gone", CATALOG));
    let found = |files: &str, has_config: bool| {
        let texts = texts(files);
        let files = texts.files(&BTreeMap::new());
        let options = Options { urls: &[], branches: &[], has_config, group: "getport.io", flux: Settings::default() };
        Reach::of(&Repository::new(&files, &texts), &options).deliverers.len()
    };
    assert_eq!(found(&pair(URL), true), 1);
    assert_eq!(found(&pair(URL), false), 0);
    let other = format!("=== other.yaml\n{}", git("podinfo", "https://github.com/stefanprodan/podinfo"));
    assert_eq!(found(&(pair(URL) + &other), true), 0);
    let same = format!("=== other.yaml\n{}", git("again", "ssh://git@git.example.com/acme/catalog.git"));
    assert_eq!(found(&(pair(URL) + &same), true), 1);
}

#[test]
fn another_branch_may_have_folders_that_are_not_here() {
    let outcome = |reference: &str, path: &str, branches: &[&str]| {
        let source = git("catalog", URL).replace("ref: {branch: main}", &format!("ref: {{{reference}}}"));
        let texts = texts(&format!("=== a.yaml\n{source}{}=== here/e.yaml\n{}", ks("k", path, CATALOG), entity("e")));
        let files = texts.files(&BTreeMap::new());
        let (urls, branches) = ([URL.to_owned()], branches.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        let options = Options {
            urls: &urls,
            branches: &branches,
            has_config: false,
            group: "getport.io",
            flux: Settings::default(),
        };
        let reach = Reach::of(&Repository::new(&files, &texts), &options);
        match &reach.deliverers[0].outcome {
            Outcome::Failed(_) => "failed",
            Outcome::NotKnown(NotKnown::Revision(Some(_))) => "not known",
            Outcome::Built { .. } => "built",
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(outcome("branch: env/prod", "./gone", &["feature", "trunk"]), "not known");
    assert_eq!(outcome("tag: v1", "./gone", &[]), "not known");
    assert_eq!(outcome("branch: env/prod", "./here", &[]), "built");
    for own in ["branch: main", "branch: trunk", "name: refs/heads/trunk"] {
        assert_eq!(outcome(own, "./gone", &["feature", "trunk"]), "failed", "{own}");
    }
}
