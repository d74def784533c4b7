//! Which entities of the catalog a plan of these manifests looks at.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::HashSet;

use crate::domain::blueprint::Blueprint;
use crate::domain::entity::desired::{Desired, former_identifiers};
use crate::domain::entity::{EntityKey, Targets};
use crate::domain::plan::relevant::RelevantEntities;

/// `owned`: the entities that this scope owns. `base`: what the merge base declares.
pub fn relevant_entities(
    desired: &[Desired],
    base: &[Desired],
    owned: &[EntityKey],
    blueprints: &[Blueprint],
) -> RelevantEntities {
    let mut relevant = RelevantEntities::default();
    let declared: HashSet<&EntityKey> = desired.iter().map(|entity| &entity.key).collect();
    declared.iter().for_each(|key| relevant.add(key));
    for key in owned {
        if declared.contains(key) { relevant.add(key) } else { relevant.add_removable(key) }
    }
    base.iter().for_each(|entity| relevant.add(&entity.key));
    for entity in desired {
        let former = entity.renamed_from.as_deref().map(former_identifiers);
        former.into_iter().flatten().for_each(|former| relevant.add_identifier(&entity.key.blueprint, former));
    }
    // The relations that are written must lead to entities that exist.
    let mut targets: HashMap<(&str, &str), Option<Arc<str>>> = HashMap::new();
    for entity in desired {
        for (name, (to, _)) in entity.relations_of() {
            let target = targets.entry((&entity.key.blueprint, name)).or_insert_with(|| {
                let blueprint = blueprints.iter().find(|it| it.identifier == *entity.key.blueprint)?;
                let relation = blueprint.relations.iter().find(|relation| relation.name == **name)?;
                Some(relation.target.as_str().into())
            });
            let Some(target) = target else { continue };
            match to {
                Targets::None => {}
                Targets::One(identifier) => relevant.add_identifier(target, identifier),
                Targets::Many(all) => all.iter().for_each(|identifier| relevant.add_identifier(target, identifier)),
            }
        }
    }
    relevant
}
