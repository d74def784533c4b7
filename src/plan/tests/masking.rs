//! Tests that credentials in a plan are sent unmasked, and masked in output, plan files and digests.

use serde_json::{Value as Json, json};

use super::world::{DESTINATION, World, mask};
use crate::domain::plan::Plan;
use crate::domain::plan::change::FieldChange;
use crate::domain::plan::request::Method;
use crate::plan::file::{Mismatch, Options, PlanFile, Provenance, mismatches};
use crate::plan::{PlanBasis, masked};
use crate::text::mask::Mask;

const OLD: &str = "f3J9x0Qp2LmN8vRt";
const NEW: &str = "Zz81mQp2LmN8vRt0";

fn cart(secret: &str) -> Json {
    json!({
        "identifier": "cart",
        "properties": {
            "tags": [format!("postgres://app:{secret}@db/x")],
            "meta": {"apiKey": secret, "tokenUrl": "https://sso.example.com/token", "env": [{"name": "TOKEN", "value": secret}]},
        },
        "relations": {"owner": "payments"},
    })
}

fn world(declared: &str, stored: &str) -> World {
    let team = json!({"blueprint": "team", "identifier": "payments"});
    World::of(json!([cart(declared), team]), json!([cart(stored), team]))
}

fn file(world: &World, mask: &Mask) -> PlanFile {
    let (plan, actual) = (world.plan(), world.snapshot());
    let requests = world.requests(&plan);
    let basis = PlanBasis { desired: &world.desired, blueprints: &world.blueprints, actual: &actual, mask };
    let made = Provenance {
        tool: "0.0.0".to_owned(),
        scope: DESTINATION.scope.to_owned(),
        platform: DESTINATION.platform.to_owned(),
        catalog: DESTINATION.catalog.to_owned(),
        ..Provenance::default()
    };
    PlanFile::new(made, Options::default(), plan, requests, basis, |_| "a.yaml")
}

fn fields(plan: &Plan) -> &[FieldChange] {
    &plan.changes[0].fields
}

#[test]
fn a_plan_shows_that_a_credential_changed_and_no_credential() {
    let world = world(NEW, OLD);
    let shown = masked(world.plan(), mask());
    let text = format!("{shown:?}");
    assert!(!text.contains(OLD) && !text.contains(NEW) && text.contains("https://sso.example.com/token"), "{text}");
    assert_eq!(fields(&shown).len(), 2);
    for field in fields(&shown) {
        assert_ne!(field.before, field.after);
    }
    let paths: Vec<String> = fields(&shown)[0].paths.iter().map(|path| path.path.join(".")).collect();
    assert_eq!(paths, ["apiKey", "env"]);
    // The request contains the value itself.
    let requests = world.requests(&world.plan());
    let Method::Merge(body) = &requests.waves[0][0].method else { panic!("it is an update: {requests:?}") };
    assert!(format!("{body:?}").contains(NEW));
}

#[test]
fn a_plan_file_holds_no_credential_and_is_read_again() {
    let file = file(&world(NEW, OLD), mask());
    assert_eq!(file.mask_key, Some(mask().key_id()));
    let text = file.write();
    assert!(!text.contains(OLD) && !text.contains(NEW) && text.contains("[secret "), "{text}");
    assert_eq!(PlanFile::read("plan.json", &text, "0.0.0").expect("it is one"), file);
}

#[test]
fn digests_tell_credentials_apart_by_their_tags_alone() {
    let of = |declared, stored, mask: &Mask| {
        let file = file(&world(declared, stored), mask);
        (file.preconditions.manifests.clone(), file.preconditions.entities.clone())
    };
    assert_eq!(of(NEW, OLD, mask()), of(NEW, OLD, mask()));
    assert_ne!(of(NEW, OLD, mask()).0, of("Yy81mQp2LmN8vRt0", OLD, mask()).0);
    assert_ne!(of(NEW, OLD, mask()).1, of(NEW, "Yy81mQp2LmN8vRt0", mask()).1);
    // Without the key, passwords cannot be guessed from the tags.
    assert_ne!(of(NEW, OLD, mask()), of(NEW, OLD, &Mask::derived(b"another", Vec::new())));
    // A plan without credentials does not depend on the key.
    let plain = World::of(json!([{"identifier": "cart", "properties": {"tier": 2}}]), json!([]));
    let other = file(&plain, &Mask::derived(b"another", Vec::new()));
    assert_eq!((file(&plain, mask()), None), (other, None::<String>));
}

#[test]
fn a_plan_file_of_another_key_is_refused_for_that_reason() {
    let world = world(NEW, OLD);
    let file = file(&world, &Mask::derived(b"another", Vec::new()));
    let actual = world.snapshot();
    let basis = PlanBasis { desired: &world.desired, blueprints: &world.blueprints, actual: &actual, mask: mask() };
    let found = mismatches(&file, file.provenance.destination(), &basis);
    assert_eq!(found, [Mismatch::MaskKey]);
}
