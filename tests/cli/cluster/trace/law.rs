//! The law of `trace`: it says that a manifest arrives exactly if the forecast of the same cluster sends an entity of it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{URL, git_source, kustomization};
use crate::cli::cluster::forecast::world::{World, manifest, service};
use crate::cli::run;

struct Dice(u64);

impl Dice {
    /// A number below `most`.
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn one_in(&mut self, most: u64) -> bool {
        self.below(most) == 0
    }
}

const FOLDERS: [&str; 4] = ["catalog", "catalog/inner", "other", "late"];

/// Random deliverers over random folders of manifests, of which some are refused, left out or not mapped.
fn world(dice: &mut Dice) -> World {
    let world = World::empty();
    world.0.git(&["remote", "add", "origin", URL]);
    let mut flux = git_source();
    for (at, folder) in ["./catalog", "./other", "./late", "./gone"].iter().enumerate() {
        if dice.one_in(4) {
            continue;
        }
        let mut more = format!("prune: {}\n", dice.one_in(2));
        if dice.one_in(5) {
            more.push_str("suspend: true\n");
        }
        if dice.one_in(3) {
            more.push_str("targetNamespace: store\n");
        }
        if dice.one_in(4) {
            more.push_str("postBuild: {substitute: {LEVEL: '2'}}\n");
        }
        if at == 2 && dice.one_in(2) {
            more.push_str("dependsOn: [{name: k0}]\n");
        }
        flux.push_str(&kustomization(&format!("k{at}"), folder, &more));
    }
    world.0.write("clusters/prod/all.yaml", flux);
    for (at, folder) in FOLDERS.iter().enumerate() {
        for number in 0..=dice.below(3) {
            let name = format!("e{at}{number}");
            let text = match dice.below(9) {
                0 => service(&name).replace(", namespace: shop", ""),
                1 => manifest("service", &name, "  title: No\n"),
                2 => manifest("unmapped", &name, ""),
                3 => manifest("service", &name, "  properties: {tier: \"${LEVEL:=3}\"}\n"),
                _ => service(&name),
            };
            world.0.write(&format!("{folder}/{name}.yaml"), text);
        }
        if dice.one_in(4) {
            world.0.write(&format!("{folder}/kustomization.yaml"), format!("resources: [e{at}0.yaml]\n"));
        }
        if dice.one_in(8) {
            world.0.write(&format!("{folder}/values.yaml"), "replicas: 2\n");
        }
    }
    world
}

#[test]
fn trace_and_forecast_agree_on_what_arrives() {
    let mut arriving = 0;
    for seed in 1..=20 {
        let mut dice = Dice(seed);
        let world = world(&mut dice);
        let done = run(&world.0, "cluster forecast --no-base --catalog local --output json");
        let forecast: Value = serde_json::from_str(&done.results).unwrap_or_else(|_| panic!("{seed}: {}", done.talk));
        let writes = forecast["clusters"][0]["writes"].as_array().expect("a list").iter();
        let objects = writes.flat_map(|write| write["objects"].as_array().expect("a list"));
        let sent: BTreeSet<&str> = objects.filter_map(|object| object["path"].as_str()).collect();
        for (at, folder) in FOLDERS.iter().enumerate() {
            let path = format!("{folder}/e{at}0.yaml");
            let done = run(&world.0, &format!("cluster trace {path} --output json"));
            let traced: Value = serde_json::from_str(&done.results).unwrap_or_else(|_| panic!("{seed}: {}", done.talk));
            let cluster = &traced["manifests"][0]["clusters"][0];
            let arrives = cluster["status"] == "arrives";
            arriving += usize::from(arrives);
            assert_eq!(arrives, sent.contains(path.as_str()), "seed {seed}, {path}: {cluster:#}");
            assert_eq!(done.code == 0, arrives, "seed {seed}, {path}");
        }
    }
    assert!(arriving > 0);
}
