//! Removes the facts of one file from those of many, so that an editor can check the file again after each keystroke.

use super::Facts;
use crate::domain::document::span::Span;
use crate::domain::finding::FileId;

impl Facts {
    /// The texts stay: other facts point into them by position.
    pub(in crate::analysis) fn remove(&mut self, file: FileId) {
        if !self.entities.iter().any(|entity| entity.file == file) {
            return;
        }
        let old_targets = std::mem::take(&mut self.targets);
        let mut from = 0;
        self.entities.retain_mut(|entity| {
            let to = entity.targets_end as usize;
            let own = old_targets.get(from..to).unwrap_or_default();
            from = to;
            if entity.file == file {
                return false;
            }
            self.targets.extend_from_slice(own);
            entity.targets_end = Span::empty(self.targets.len()).start;
            true
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::analysis::engine::facts::repository::Repository;
    use crate::analysis::engine::facts::{EntityFlags, EntityTexts, Facts, TargetFact, TargetField};
    use crate::domain::document::span::Span;
    use crate::domain::finding::FileId;

    #[test]
    fn the_other_files_keep_their_entities_and_targets() {
        let mut facts = Facts::default();
        for (file, name, targets) in [(0, "a", 2), (1, "b", 1), (2, "c", 0), (1, "d", 3), (3, "e", 1)] {
            for number in 0..targets {
                let text = format!("{name}{number}");
                facts.target(TargetFact::new(TargetField::relation(0, 0), "system", &text, Span::default()), &text);
            }
            let flags = EntityFlags { is_doubtful: false, has_unknown_blueprint: false };
            let texts = EntityTexts::new(("service", Span::default()), (name, Span::default()));
            facts.push(FileId(file), texts, None, flags);
        }
        facts.remove(FileId(1));
        facts.remove(FileId(9));
        let parts = [&facts];
        let repository = Repository::new(&parts);
        let names: Vec<_> = repository.entities().map(|entity| entity.identifier().to_owned()).collect();
        assert_eq!(names, ["a", "c", "e"]);
        let targets: Vec<_> =
            repository.absent_targets().iter().map(|it| (it.entity.identifier(), it.text())).collect();
        assert_eq!(targets, [("a", "a0"), ("a", "a1"), ("e", "e0")]);
    }
}
