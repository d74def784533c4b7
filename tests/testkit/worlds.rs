//! The random worlds of the planner's tests, for laws that need the real catalogs or the binary.

#[path = "../../src/plan/tests/generated.rs"]
pub mod generated;
#[path = "../../src/plan/tests/policy_samples.rs"]
pub mod policy_samples;
#[path = "../../src/plan/tests/shuffled.rs"]
pub mod shuffled;
#[expect(dead_code, reason = "the tests from outside use a part of it")]
#[path = "../../src/plan/tests/world.rs"]
pub mod world;
