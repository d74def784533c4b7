//! Reports cycles of relations among the entities that a mapping gives. The exporter writes entities in any order and
//! creates no missing targets by default, so entities of a cycle that are not in the catalog never get there.

use std::collections::{HashMap, VecDeque};

use crate::analysis::engine::facts::EntityRef;
use crate::analysis::engine::rule::{Assumed, Check, FindingBuilder, MappingContext, RepositoryContext, Rule, Sink};
use crate::analysis::engine::snapshot::Snapshot;
use crate::domain::entity::EntityKey;
use crate::domain::evaluation::MappedEntity;
use crate::domain::finding::{EntityName, Family, Place, RuleInfo, Severity};
use crate::domain::mapping_facts::ClusterFacts;
use crate::jq::Value;
use crate::text::plural::grouped;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P718",
        name: "relation-cycle",
        family: Family::Mapping,
        severity: Some(Severity::Warning),
        what: "entities whose relations form a cycle, where the exporter creates no missing targets",
        why: "The catalog rejects each of them until its target exists, so they never arrive, and the exporter never deletes anything.",
        fix: "Set `createMissingRelatedEntities: true`, or remove a relation",
    },
    check: Check::MappingOrAssumed(check, Assumed::Repository(check_manifests)),
};

/// How many entities of a cycle a finding names.
const NAMED: usize = 4;

fn check(context: &MappingContext<'_>, sink: &mut Sink<'_>) {
    for cluster in context.facts.clusters.iter().filter(|cluster| !cluster.creates_missing_entities) {
        let targets = targets(cluster, context.snapshot);
        for cycle in cycles(&targets) {
            report(cluster, &cycle, sink);
        }
    }
}

/// The mapping that is assumed sends every manifest with its relations, and creates no missing targets.
fn check_manifests(context: &RepositoryContext<'_>, sink: &mut Sink<'_>) {
    let (entities, targets) = context.repository.resource_relations();
    for cycle in cycles(&targets) {
        let members: Vec<EntityRef<'_>> = cycle.iter().filter_map(|at| entities.get(*at)).copied().collect();
        let places = members.iter().map(|entity| entity.resource().map_or(entity.place(), |(.., place)| place));
        let cycle =
            Cycle { members: members.iter().filter_map(|entity| entity.name()).collect(), places: places.collect() };
        let help = "write the mapping with `portolan cluster mapping`, set `createMissingRelatedEntities: true` in it, \
                    and name it in `clusters.NAME.mapping`; or remove one of the relations";
        cycle.report(help, sink);
    }
}

fn report(cluster: &ClusterFacts, cycle: &[usize], sink: &mut Sink<'_>) {
    let entities: Vec<&MappedEntity> = cycle.iter().filter_map(|at| cluster.entities().get(*at)).collect();
    let name = |entity: &&MappedEntity| EntityName {
        blueprint: entity.blueprint.clone(),
        identifier: entity.identifier.as_str().unwrap_or_default().to_owned(),
    };
    let places = entities.iter().filter_map(|entity| cluster.object(entity.origin.object));
    let cycle =
        Cycle { members: entities.iter().map(name).collect(), places: places.map(|object| object.place).collect() };
    cycle.report("set `createMissingRelatedEntities: true` in the mapping, or remove one of the relations", sink);
}

/// Entities of which each points to the next, and the last to the first.
struct Cycle {
    members: Vec<EntityName>,
    /// The names of their objects, in the same order.
    places: Vec<Place>,
}

impl Cycle {
    fn report(&self, help: &'static str, sink: &mut Sink<'_>) {
        let (Some(first), [place, others @ ..]) = (self.members.first(), self.places.as_slice()) else { return };
        let describe = |entity: &EntityName| format!("`{}` `{}`", entity.blueprint, entity.identifier);
        let mut names: Vec<String> = self.members.iter().take(NAMED).map(describe).collect();
        names.push(if self.members.len() > NAMED {
            format!("{} more", grouped(self.members.len() - NAMED))
        } else {
            describe(first)
        });
        let message = format!(
            "Relations form a cycle: {}. Unless the catalog has these entities already, the exporter never gets them \
             there.",
            names.join(" → ")
        );
        let mut draft = FindingBuilder::new(place.span, message).file(place.file).entity(Some(first.clone()));
        for other in others.iter().take(NAMED - 1) {
            draft = draft.related_in(other.file, other.span, "a part of the cycle");
        }
        sink.report(draft.help(help));
    }
}

/// For each entity, the entities of the cluster that its relations point to.
fn targets(cluster: &ClusterFacts, snapshot: &Snapshot) -> Vec<Vec<usize>> {
    let mut numbers: HashMap<EntityKey, usize> = HashMap::new();
    for (number, entity) in cluster.entities().iter().enumerate() {
        if let Some(key) = entity.key() {
            numbers.entry(key).or_insert(number);
        }
    }
    let mut targets = vec![Vec::new(); cluster.entities().len()];
    for entity in cluster.entities() {
        let (Some(indexed), Some(key)) = (snapshot.find(&entity.blueprint), entity.key()) else { continue };
        let Some(own) = numbers.get(&key).copied() else { continue };
        for (name, value) in &entity.relations {
            let relation = indexed.relation_index(name).and_then(|at| indexed.blueprint.relations.get(at));
            let Some(relation) = relation else { continue };
            let of_list = value.as_array().map_or(&[][..], |items| items);
            for identifier in std::iter::once(value).chain(of_list).filter_map(Value::as_str) {
                let key = EntityKey { blueprint: relation.target.as_str().into(), identifier: identifier.into() };
                targets[own].extend(numbers.get(&key));
            }
        }
    }
    targets
}

/// A cycle of each strongly connected part with more than one member, by Tarjan's algorithm without recursion. An entity that
/// points to itself is none.
fn cycles(targets: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let (mut index, mut low) = (vec![UNSEEN; targets.len()], vec![0; targets.len()]);
    let mut is_open = vec![false; targets.len()];
    let (mut open, mut next, mut found) = (Vec::new(), 0, Vec::new());
    for start in 0..targets.len() {
        let mut path = if index[start] == UNSEEN { vec![(start, 0)] } else { Vec::new() };
        while let Some((node, edge)) = path.last_mut() {
            let node = *node;
            if *edge == 0 {
                (index[node], low[node]) = (next, next);
                next += 1;
                open.push(node);
                is_open[node] = true;
            }
            if let Some(target) = targets[node].get(*edge) {
                *edge += 1;
                if index[*target] == UNSEEN {
                    path.push((*target, 0));
                } else if is_open[*target] {
                    low[node] = low[node].min(index[*target]);
                }
                continue;
            }
            path.pop();
            if let Some((parent, _)) = path.last() {
                low[*parent] = low[*parent].min(low[node]);
            }
            if low[node] == index[node] {
                let at = open.iter().rposition(|member| *member == node).unwrap_or_default();
                let mut part = open.split_off(at);
                part.iter().for_each(|member| is_open[*member] = false);
                if part.len() > 1 {
                    part.sort_unstable();
                    found.push(way_around(&part, targets));
                }
            }
        }
    }
    found.sort();
    found
}

/// The shortest way from the first member of the part back to it.
fn way_around(part: &[usize], targets: &[Vec<usize>]) -> Vec<usize> {
    let Some(start) = part.first().copied() else { return Vec::new() };
    let mut before: HashMap<usize, usize> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(member) = queue.pop_front() {
        for target in targets[member].iter().copied().filter(|target| part.binary_search(target).is_ok()) {
            if target == start && member != start {
                let mut way = vec![member];
                while let Some(previous) = way.last().and_then(|last| before.get(last)) {
                    way.push(*previous);
                }
                way.reverse();
                return way;
            }
            if target != start && !before.contains_key(&target) {
                before.insert(target, member);
                queue.push_back(target);
            }
        }
    }
    part.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_members_of_a_cycle_are_found() {
        assert_eq!(cycles(&[vec![1], vec![2], vec![]]), [[0; 0]; 0]);
        assert_eq!(cycles(&[vec![0]]), [[0; 0]; 0]);
        assert_eq!(cycles(&[vec![1], vec![0], vec![0]]), [vec![0, 1]]);
        assert_eq!(cycles(&[vec![2], vec![0], vec![1], vec![0, 4], vec![3]]), [vec![0, 2, 1], vec![3, 4]]);
        // Of two cycles through one entity, one is found.
        assert_eq!(cycles(&[vec![1, 2], vec![0], vec![0]]), [vec![0, 1]]);
        let long: Vec<Vec<usize>> = (0..100_000).map(|at| vec![(at + 1) % 100_000]).collect();
        assert_eq!(cycles(&long)[0].len(), 100_000);
    }
}
