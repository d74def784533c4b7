//! Generates repositories of people who know nothing of portolan, by seed: in the shapes that public ones have. Some have
//! faults, which are known here.

mod argo;
mod charts;
mod crossplane;
mod fleets;
mod flux;
mod others;

use std::collections::BTreeMap;
use std::fs;

use super::bench::repository;
use crate::testkit::Repo;

/// A generated repository.
#[derive(Debug, Default)]
pub struct World {
    pub files: BTreeMap<String, String>,
    pub links: Vec<(String, String)>,
    /// The URL that its remote has.
    pub url: String,
    pub faults: Vec<Fault>,
}

/// A fault that was put into it on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub rule: &'static str,
    pub path: String,
    /// It can be known from the files alone, so that it must be found.
    pub is_certain: bool,
}

/// Numbers that follow from a seed (splitmix64).
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678_9abc_def0)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("it is below a usize")
    }

    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// Some of them, in their order; at least one.
    pub fn some<T: Copy>(&mut self, of: &[T]) -> Vec<T> {
        let certain = self.below(of.len());
        let mut chosen = Vec::new();
        for (at, one) in of.iter().enumerate() {
            if at == certain || self.one_in(2) {
                chosen.push(*one);
            }
        }
        chosen
    }
}

impl World {
    pub fn of_seed(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let mut world = Self { url: "https://github.com/example/platform.git".to_owned(), ..Self::default() };
        let with_flux: [fn(&mut World, &mut Dice); 5] =
            [flux::fleet, flux::fleet, fleets::home, fleets::tenants, fleets::hub];
        let without: [fn(&mut World, &mut Dice); 3] = [argo::apps, argo::sets, charts::monorepo];
        let [has_flux, has_more] = dice.pick(&[[true, false], [true, false], [true, true], [false, false]]);
        if has_flux {
            dice.pick(&with_flux)(&mut world, &mut dice);
        }
        if !has_flux || has_more {
            dice.pick(&without)(&mut world, &mut dice);
        }
        let parts: [fn(&mut World, &mut Dice); 11] = [
            charts::chart,
            charts::overlays,
            charts::plain,
            others::pipelines,
            others::compose,
            others::ansible,
            others::documents,
            others::templates,
            others::links,
            crossplane::package,
            crossplane::managed,
        ];
        for part in dice.some(&parts) {
            part(&mut world, &mut dice);
        }
        world
    }

    /// Writes a file, unless there is one already.
    pub fn file(&mut self, path: &str, text: &str) {
        let is_in_the_way = self.files.keys().any(|known| known.starts_with(&format!("{path}/")))
            || self.links.iter().any(|(link, _)| link == path);
        if !is_in_the_way {
            self.files.entry(path.to_owned()).or_insert_with(|| text.to_owned());
        }
    }

    pub fn fault(&mut self, rule: &'static str, path: &str, is_certain: bool) {
        self.faults.push(Fault { rule, path: path.to_owned(), is_certain });
    }

    pub fn lay_out(&self) -> Repo {
        let repo = repository(&self.url);
        for (path, text) in &self.files {
            repo.write(path, text);
        }
        for (path, target) in &self.links {
            let path = repo.path().join(path);
            if path.symlink_metadata().is_ok() {
                continue;
            }
            fs::create_dir_all(path.parent().expect("a link is in a folder")).expect("folders can be made");
            std::os::unix::fs::symlink(target, path).expect("a link");
        }
        repo
    }
}

/// `kind: Kustomization` of kustomize with resources.
pub fn kustomization(resources: &[&str], more: &str) -> String {
    let list: String = resources.iter().map(|resource| format!("  - {resource}\n")).collect();
    let resources = if list.is_empty() { String::new() } else { format!("resources:\n{list}") };
    format!("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n{resources}{more}")
}

pub fn deployment(name: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n  labels: {{app: {name}}}\nspec:\n  replicas: 2\n  selector:\n    matchLabels: {{app: {name}}}\n  template:\n    metadata:\n      labels: {{app: {name}}}\n    spec:\n      containers:\n        - name: main\n          image: ghcr.io/example/{name}:1.2.3\n          ports:\n            - containerPort: 8080\n          command: [\"sh\", \"-c\", \"echo $$HOME ${{PORT:-8080}}\"]\n"
    )
}

pub fn service(name: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\nspec:\n  selector: {{app: {name}}}\n  ports:\n    - port: 80\n      targetPort: 8080\n"
    )
}

pub fn namespace(name: &str) -> String {
    format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {name}\n")
}
