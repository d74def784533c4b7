//! Decides which entities a plan deletes and which it keeps although no manifest declares them: as a push does, as the
//! exporters of clusters do, or as a restore does.

use foldhash::HashSet;

use crate::domain::entity::desired::Desired;
use crate::domain::entity::{Entity, EntityKey};
use crate::domain::plan::change::OwnerStatus;
use crate::domain::plan::hazard::Blocker;
use crate::domain::plan::write_mode::PruneRule;

use super::input::{Deletes, PlanInput};
use super::needed::{self, Needed};
use super::ownership::{self, Owned, Pair, pair};
use super::shape::Shapes;

#[derive(Debug, Default)]
pub(super) struct Removals<'q> {
    pub gone: Vec<&'q Entity>,
    /// No longer declared and kept, not counting `needed`.
    pub kept: Vec<&'q Entity>,
    pub needed: Vec<Needed<'q>>,
    /// Why a push deletes nothing.
    pub blockers: Vec<Blocker>,
}

impl<'q> Removals<'q> {
    /// `undeclared`: the entities of the catalog that no manifest declares.
    pub fn find(
        input: &PlanInput<'q>,
        undeclared: Vec<&'q Entity>,
        owned: &Owned<'q>,
        declared: &[&Desired],
        shapes: &Shapes<'_>,
    ) -> Self {
        let mut found = match input.deletes {
            Deletes::Undeclared => Self::of_push(input, undeclared, owned, declared, shapes),
            Deletes::Exporters { deleted, kept } => Self::of_exporters(undeclared, deleted, kept),
            Deletes::Listed(listed) => Self::of_restore(input, undeclared, owned, listed),
        };
        found.kept.retain(|entity| input.only.is_none_or(|only| only.chooses_kept(entity)));
        found.needed.retain(|needed| input.only.is_none_or(|only| only.chooses_kept(needed.entity)));
        found
    }

    fn of_push(
        input: &PlanInput<'_>,
        mut gone: Vec<&'q Entity>,
        owned: &Owned<'q>,
        declared: &[&Desired],
        shapes: &Shapes<'_>,
    ) -> Self {
        gone.retain(|entity| owned.ownership(Some(entity)) == OwnerStatus::Ours);
        let blockers = ownership::blockers(input.prune, input.actual, input.unread);
        let kept = if blockers.is_empty() { Vec::new() } else { std::mem::take(&mut gone) };
        let needed = needed::take_out(&mut gone, declared, shapes);
        Self { gone, kept, needed, blockers }
    }

    /// Whether the config turns deletes off does not matter: the list is of what one push created.
    fn of_restore(input: &PlanInput<'_>, mut gone: Vec<&'q Entity>, owned: &Owned<'q>, listed: &[EntityKey]) -> Self {
        let listed: HashSet<Pair<'_>> = listed.iter().map(pair).collect();
        gone.retain(|entity| listed.contains(&pair(&entity.key)) && owned.ownership(Some(entity)) == OwnerStatus::Ours);
        let rule = PruneRule { enabled: true, ..input.prune };
        let blockers = ownership::blockers(rule, input.actual, input.unread);
        let kept = if blockers.is_empty() { Vec::new() } else { std::mem::take(&mut gone) };
        Self { gone, kept, blockers, ..Self::default() }
    }

    /// An exporter knows no limit, and deletes also what a declared entity has a relation to.
    fn of_exporters(undeclared: Vec<&'q Entity>, deleted: &[EntityKey], kept: &[EntityKey]) -> Self {
        let deleted: HashSet<Pair<'_>> = deleted.iter().map(pair).collect();
        let kept: HashSet<Pair<'_>> = kept.iter().map(pair).collect();
        let (gone, others): (Vec<&Entity>, Vec<&Entity>) =
            undeclared.into_iter().partition(|entity| deleted.contains(&pair(&entity.key)));
        let kept = others.into_iter().filter(|entity| kept.contains(&pair(&entity.key))).collect();
        Self { gone, kept, ..Self::default() }
    }
}
