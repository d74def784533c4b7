//! What reach answers about a whole repository: files that do not arrive, objects that arrive twice, copies without their
//! cluster, and CRDs without an order.

use super::{DelivererId, URL, bootstrap, entity, file, git, ks, named, reach_of};
use crate::delivery::files::Files;
use crate::delivery::reach::{Likeness, Link, Reach};
use crate::delivery::repository::Repository;

const CRD: &str = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: entities.getport.io}\nspec:\n  group: getport.io\n  scope: Namespaced\n  names: {kind: Entity, plural: entities}\n";

fn links(files: &Files, repository: &Repository<'_>, reach: &Reach, path: &str) -> Vec<String> {
    let absences = reach.absence(repository, file(files, path));
    let links = absences.into_iter().map(|absence| {
        let name = absence.deliverer.map_or("nobody", |id| reach.deliverer(id).name.as_str());
        match absence.link {
            Link::NotListed { kustomization } => format!("{name}: not listed in {}", files.path(kustomization)),
            link => format!("{name}: {link:?}"),
        }
    });
    links.collect()
}

#[test]
fn a_file_that_nobody_takes_is_explained() {
    let all = bootstrap("prod", URL)
        + "=== clusters/prod/apps.yaml\n"
        + &ks("apps", "./apps", "")
        + &ks("broken", "./broken", "")
        + &ks("teams", "./teams/overlay", "")
        + "=== apps/.sourceignore\n/old\n=== apps/a.yaml\n"
        + &entity("a")
        + "=== apps/b.YAML\n"
        + &entity("b")
        + "=== apps/old/c.yaml\n"
        + &entity("c")
        + "=== apps/empty.yaml\n# nothing\n=== apps/sub/kustomization.yaml\nresources: [d.yaml]\n=== apps/sub/d.yaml\n"
        + &entity("d")
        + "=== apps/sub/e.yaml\n"
        + &entity("e")
        + "=== broken/values.yaml\nx: 1\n=== broken/f.yaml\n"
        + &entity("f")
        + "=== teams/overlay/kustomization.yaml\nresources: [../base]\npatches: [{path: patch.yaml}]\n=== teams/overlay/patch.yaml\n"
        + &entity("g")
        + "=== teams/base/kustomization.yaml\nresources: [g.yaml]\n=== teams/base/g.yaml\n"
        + &entity("g")
        + "=== teams/base/deep/h.yaml\n"
        + &entity("h")
        + "=== elsewhere/i.yaml\n"
        + &entity("i");
    reach_of(&all, &[URL], |files, repository, reach| {
        let explained = [
            ("apps/b.YAML", "apps: FileName"),
            ("apps/old/c.yaml", "apps: Ignored"),
            ("apps/empty.yaml", "apps: NoObject"),
            ("apps/sub/e.yaml", "apps: not listed in apps/sub/kustomization.yaml"),
            ("broken/f.yaml", "broken: BuildFails"),
            ("teams/overlay/patch.yaml", "teams: NoResource"),
            ("teams/base/deep/h.yaml", "teams: not listed in teams/base/kustomization.yaml"),
            ("elsewhere/i.yaml", "nobody: OutsideOfPaths"),
        ];
        for (path, why) in explained {
            assert_eq!(links(files, repository, reach, path), [why], "{path}");
            assert!(reach.deliveries().of_file(file(files, path)).is_empty(), "{path}");
        }
    });
}

fn twice(reach: &Reach) -> Vec<(Vec<String>, usize, usize)> {
    let twice = reach.twice(&|object| object.header.kind == "Entity");
    let names = |ids: &[DelivererId]| ids.iter().map(|id| reach.deliverer(*id).name.clone()).collect();
    let counted = twice.iter().map(|twice| {
        let places = twice.objects.iter().map(|object| object.places.len()).sum();
        (names(&twice.deliverers), twice.objects.len(), places)
    });
    counted.collect()
}

#[test]
fn objects_of_two_deliverers_are_found() {
    let all = |more: &str| {
        bootstrap("prod", URL)
            + "=== clusters/prod/apps.yaml\n"
            + &ks("apps", "./apps", "")
            + &ks("team", "./apps/team", more)
            + "=== apps/team/a.yaml\n"
            + &entity("a")
            + "=== apps/b.yaml\n"
            + &entity("b")
    };
    let both = vec![(vec!["apps".to_owned(), "team".to_owned()], 1, 1)];
    for (more, expected) in [
        ("", both),
        ("  suspend: true\n", Vec::new()),
        ("  targetNamespace: team\n", Vec::new()),
        ("  kubeConfig: {secretRef: {name: other}}\n", Vec::new()),
        ("  sourceRef: {kind: GitRepository, name: next}\n", Vec::new()),
    ] {
        let next = git("next", URL).replace("branch: main", "branch: next");
        let all = all(more) + "=== clusters/prod/next.yaml\n" + &next;
        reach_of(&all, &[URL], |_, _, reach| assert_eq!(twice(reach), expected, "{more}"));
    }
}

#[test]
fn two_manifests_of_one_object_have_two_places() {
    let all = bootstrap("prod", URL)
        + "=== clusters/prod/apps.yaml\n"
        + &ks("one", "./one", "")
        + &ks("two", "./two", "")
        + &ks("three", "./two", "")
        + "=== one/a.yaml\n"
        + &entity("a")
        + "=== two/a.yaml\n"
        + &entity("a")
        + "=== two/b.yaml\n"
        + &entity("b");
    reach_of(&all, &[URL], |_, _, reach| {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(twice(reach), [(names(&["one", "two", "three"]), 1, 2), (names(&["two", "three"]), 1, 1)]);
    });
}

#[test]
fn the_published_pair_of_files_lands_twice_in_one_cluster() {
    let pair = |name: &str| {
        let both = git(name, URL).replace("/v1\n", "/v1beta1\n")
            + &ks(
                name,
                "./kustomize",
                &format!("  validation: client\n  sourceRef: {{kind: GitRepository, name: {name}}}\n"),
            )
            .replace("/v1\n", "/v1beta1\n");
        both.replace("namespace: flux-system", "namespace: default")
    };
    let all = format!(
        "=== kustomization.yaml\nresources: [one.yaml, two.yaml]\n=== one.yaml\n{}=== two.yaml\n{}=== kustomize/claim.yaml\n{}",
        pair("one"),
        pair("two"),
        entity("claim")
    );
    reach_of(&all, &[URL], |_, _, reach| {
        assert_eq!(twice(reach), [(vec!["one".to_owned(), "two".to_owned()], 1, 1)]);
        assert_eq!(reach.wrong_clusters(), []);
    });
}

#[test]
fn a_copy_without_its_cluster_is_found() {
    let away = |name: &str, path: &str| ks(name, path, &format!("  kubeConfig: {{secretRef: {{name: {name}}}}}\n"));
    let all = |name: &str, path: &str| {
        bootstrap("prod", URL)
            + "=== clusters/prod/planes.yaml\n"
            + &away("eu", "./planes/eu")
            + &away("us", "./planes/us")
            + &ks(name, path, "")
            + "=== planes/eu/a.yaml\n"
            + &entity("a")
            + "=== planes/us/a.yaml\n"
            + &entity("a")
            + "=== planes/ap/a.yaml\n"
            + &entity("a")
            + "=== planes/other/b.yaml\n"
            + &entity("b")
    };
    let found = |name: &str, path: &str| {
        let mut wrong = Vec::new();
        reach_of(&all(name, path), &[URL], |_, _, reach| {
            for one in reach.wrong_clusters() {
                let siblings: Vec<String> = one.siblings.iter().map(|id| reach.deliverer(*id).name.clone()).collect();
                wrong.push((reach.deliverer(one.deliverer).name.clone(), siblings, one.likeness));
            }
        });
        wrong
    };
    let of = |name: &str, siblings: &[&str], likeness| {
        vec![(name.to_owned(), siblings.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), likeness)]
    };
    assert_eq!(found("ap", "./planes/ap"), of("ap", &["eu", "us"], Likeness::SameObjects));
    assert_eq!(found("copy", "./planes/eu"), of("copy", &["eu"], Likeness::SameFolder));
    assert_eq!(found("other", "./planes/other"), []);
    for own in ["management", "planes-local", "prod"] {
        assert_eq!(found(own, "./planes/ap"), [], "{own}");
    }
}

#[test]
fn a_crd_that_comes_in_no_order_is_found() {
    let all = |apps: &str, crds: &str| {
        bootstrap("prod", URL)
            + "=== clusters/prod/apps.yaml\n"
            + &ks("apps", "./apps", apps)
            + &ks("middle", "./middle", "  dependsOn: [{name: crds}]\n")
            + &ks("crds", "./crds", crds)
            + "=== middle/a.yaml\n"
            + &entity("m")
            + "=== apps/a.yaml\n"
            + &entity("a")
            + "=== crds/crd.yaml\n"
            + CRD
    };
    let found = |all: &str| {
        let mut pairs = Vec::new();
        reach_of(all, &[URL], |files, _, reach| {
            for one in reach.unordered() {
                let definers: Vec<&str> = one.definers.iter().map(|id| reach.deliverer(*id).name.as_str()).collect();
                let name = &reach.deliverer(one.resource.deliverer).name;
                pairs.push(format!("{name} {} {} {}", one.kind, definers.join(" "), files.path(one.definition.file)));
            }
        });
        pairs
    };
    assert_eq!(found(&all("", "")), ["apps Entity crds crds/crd.yaml"]);
    assert_eq!(found(&all("  dependsOn: [{name: crds}]\n", "")), Vec::<String>::new());
    assert_eq!(found(&all("  dependsOn: [{name: middle}]\n", "")), Vec::<String>::new());
    // Another cluster, and one that delivers nothing now.
    assert_eq!(found(&all("  kubeConfig: {secretRef: {name: other}}\n", "")), Vec::<String>::new());
    assert_eq!(found(&all("", "  suspend: true\n")), Vec::<String>::new());
    // The CRD is with the objects, or with the deliverer of the objects.
    assert_eq!(found(&(all("", "") + "=== apps/crd.yaml\n" + CRD)), Vec::<String>::new());
    assert_eq!(found(&(all("", "") + "=== clusters/prod/crd.yaml\n" + CRD)), Vec::<String>::new());
}

#[test]
fn what_is_ready_with_its_children_comes_before() {
    let all = |wait: &str| {
        bootstrap("prod", URL)
            + "=== clusters/prod/apps.yaml\n"
            + &ks("infra", "./infra", wait)
            + &ks("apps", "./apps", "  dependsOn: [{name: infra}]\n")
            + "=== infra/crds.yaml\n"
            + &ks("crds", "./crds", "")
            + "=== apps/a.yaml\n"
            + &entity("a")
            + "=== crds/crd.yaml\n"
            + CRD
    };
    reach_of(&all("  wait: true\n"), &[URL], |_, _, reach| assert_eq!(reach.unordered(), []));
    reach_of(&all("  wait: false\n"), &[URL], |_, _, reach| {
        let unordered = reach.unordered();
        assert_eq!(unordered.len(), 1);
        assert_eq!(unordered[0].resource.deliverer, named(reach, "apps"));
    });
}
