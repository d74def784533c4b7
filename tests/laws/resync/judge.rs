//! Judges a law over scenes that are made from seeds, and makes scenes with a difference smaller.
#![expect(clippy::print_stderr, reason = "it reports how many scenes are judged, and where a failing one lies")]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;

use serde_json::Value as Json;

use super::generate::Case;
use super::model::{Resync, World, resync};
use super::objects::{Delivery, stored};

/// What a law is judged over.
pub trait Scene: Sized {
    type Verdict: Debug + Ord + Send;
    /// The name of the law, for the folders of failing scenes.
    const NAME: &str;
    /// How many smaller scenes are tried for one with a difference.
    const MAX_SMALLER: usize;
    /// How many scenes with a difference are shown.
    const MAX_SHOWN: usize;

    fn of_seed(seed: u64) -> Self;
    /// How the program and the model agree, or their difference.
    fn judge(&self) -> Result<Self::Verdict, String>;
    /// Scenes with one thing less.
    fn smaller(&self) -> Vec<Self>;
    /// Writes the files to a folder that is empty. Returns how to run the program on them.
    fn save(&self, folder: &Path) -> String;
}

/// What the model makes of a case.
pub fn modelled<'a>(case: &Case, manifests: impl IntoIterator<Item = &'a Json>, delivery: Delivery) -> Resync {
    let objects: Vec<Json> = manifests.into_iter().filter_map(|manifest| stored(manifest, delivery)).collect();
    resync(World {
        config: &case.config,
        objects: &objects,
        has_gadgets: case.has_gadgets,
        variables: &case.variables,
        without_examples: case.without_examples,
    })
}

/// The smallest scene with a difference that is found by leaving out one thing after the other.
fn shrunk<S: Scene>(mut scene: S, mut difference: String) -> (S, String) {
    let mut left = S::MAX_SMALLER;
    'smaller: loop {
        for smaller in scene.smaller() {
            left -= 1;
            if left == 0 {
                return (scene, difference);
            }
            if let Err(found) = smaller.judge() {
                (scene, difference) = (smaller, found);
                continue 'smaller;
            }
        }
        return (scene, difference);
    }
}

/// Judges the scenes of all seeds, on several threads.
pub fn judge_all<S: Scene>(seeds: impl Iterator<Item = u64>) {
    let seeds: Vec<u64> = seeds.collect();
    let share = seeds.len().div_ceil(3).max(1);
    let mut verdicts: BTreeMap<S::Verdict, usize> = BTreeMap::new();
    let mut differences = Vec::new();
    std::thread::scope(|scope| {
        let of = |seeds: &[u64]| seeds.iter().map(|seed| (*seed, S::of_seed(*seed).judge())).collect::<Vec<_>>();
        let threads: Vec<_> = seeds.chunks(share).map(|seeds| scope.spawn(move || of(seeds))).collect();
        for (seed, judged) in threads.into_iter().flat_map(|thread| thread.join().expect("no test thread panics")) {
            match judged {
                Ok(verdict) => *verdicts.entry(verdict).or_default() += 1,
                Err(difference) => differences.push((seed, difference)),
            }
        }
    });
    eprintln!("{} cases: {verdicts:?}", seeds.len());
    let count = differences.len();
    let mut seen = Vec::new();
    for (seed, difference) in differences.into_iter().take(S::MAX_SHOWN) {
        let (scene, difference) = shrunk(S::of_seed(seed), difference);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{seed}", S::NAME));
        let _absent = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("folders can be made");
        let run = scene.save(&folder);
        seen.push(format!("seed {seed}: {difference}\nin {}: {run}\n", folder.display()));
    }
    assert!(count == 0, "{count} of {} cases differ\n{}", seeds.len(), seen.join("\n"));
}
