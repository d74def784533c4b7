//! What holds for every format: the same numbers, nothing hostile, no panic; and how the formats read.

use proptest::prelude::*;

use super::*;
use crate::report::escape::{clean, is_unsafe};
use crate::report::plan::fixtures::Case;

const UNICODE: Style = Style { color: false, unicode: true, width: 100, links: false };

#[test]
fn every_format_is_found_by_its_name_only() {
    for format in PlanFormat::ALL {
        assert_eq!(PlanFormat::parse(format.name()), Some(format));
    }
    assert_eq!(PlanFormat::parse("Text"), None);
}

macro_rules! reads {
    ($($name:ident: $case:expr;)*) => { $(
        #[test]
        fn $name() {
            let case: Case = $case;
            insta::assert_snapshot!(concat!(stringify!($name), "_text"), case.render(PlanFormat::Text, &UNICODE));
            insta::assert_snapshot!(concat!(stringify!($name), "_markdown"), case.plain(PlanFormat::Markdown));
            insta::assert_snapshot!(concat!(stringify!($name), "_summary"), case.plain(PlanFormat::Summary));
        }
    )* };
}

reads! {
    an_empty_plan: Case::empty();
    a_branch_and_what_was_pending: Case::mixed();
    hazards: Case::dangerous();
    obstacles_and_complaints: Case::stuck();
    a_rename_with_dependents: Case::renamed();
    entities_of_somebody_else: Case::foreign();
    hostile_names: Case::hostile();
    long_texts: Case::long();
}
