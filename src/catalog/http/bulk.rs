//! Splits entities into batches within the platform's limits: 20 entities and 1 MiB of body, measured in bytes as sent.
//! Pure.

use crate::catalog::apply::{MAX_WRITTEN, draft};
use crate::catalog::wire::EntityDraft;
use crate::domain::plan::request::WriteRequest;

/// The maximum length of a body, in bytes.
const MAX_BODY_BYTES: usize = 1 << 20;
const OPEN: &[u8] = b"{\"entities\":[";
const CLOSE: &[u8] = b"]}";

/// The body of one call. `members` are the indices of its drafts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Batch {
    pub members: Vec<usize>,
    pub body: Vec<u8>,
}

impl Batch {
    /// Takes as many of `members` as fit, from the front. A draft that exceeds the limit is sent alone, so that the
    /// catalog itself rejects it. `None`: no members are left.
    pub fn take(
        members: &mut impl Iterator<Item = usize>,
        drafts: &[impl ToBody],
        leftover: &mut Leftover,
    ) -> Option<Self> {
        let mut batch = Self { members: Vec::new(), body: OPEN.to_vec() };
        while batch.members.len() < MAX_WRITTEN {
            let next = leftover.0.take().or_else(|| members.next().map(|member| (member, drafts[member].to_body())));
            let Some((member, bytes)) = next else { break };
            let comma = usize::from(!batch.members.is_empty());
            if comma == 1 && batch.body.len() + comma + bytes.len() + CLOSE.len() > MAX_BODY_BYTES {
                leftover.0 = Some((member, bytes));
                break;
            }
            if comma == 1 {
                batch.body.push(b',');
            }
            batch.body.extend_from_slice(&bytes);
            batch.members.push(member);
        }
        batch.body.extend_from_slice(CLOSE);
        (!batch.members.is_empty()).then_some(batch)
    }

    /// A batch of all `members`, whatever their length.
    pub fn of(members: Vec<usize>, drafts: &[impl ToBody]) -> Self {
        let mut body = OPEN.to_vec();
        for (position, member) in members.iter().enumerate() {
            if position > 0 {
                body.push(b',');
            }
            body.extend_from_slice(&drafts[*member].to_body());
        }
        body.extend_from_slice(CLOSE);
        Self { members, body }
    }
}

/// The draft that did not fit into the last batch, already serialised.
#[derive(Debug, Default)]
pub(super) struct Leftover(Option<(usize, Vec<u8>)>);

/// What the body of a write is made of, when its turn comes.
pub(super) trait ToBody {
    fn to_body(&self) -> Vec<u8>;
}

impl ToBody for EntityDraft {
    fn to_body(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("its keys are strings")
    }
}

impl ToBody for &WriteRequest {
    fn to_body(&self) -> Vec<u8> {
        draft(self).to_body()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    use super::*;
    use crate::catalog::wire::IdentifierRef;

    fn draft(number: usize, length: usize) -> EntityDraft {
        EntityDraft {
            identifier: Some(IdentifierRef::Literal(format!("e{number}"))),
            properties: Some(Map::from_iter([("text".to_owned(), "x".repeat(length).into())])),
            ..EntityDraft::default()
        }
    }

    fn batches(drafts: &[EntityDraft]) -> Vec<Batch> {
        let (mut members, mut leftover) = (0..drafts.len(), Leftover::default());
        std::iter::from_fn(|| Batch::take(&mut members, drafts, &mut leftover)).collect()
    }

    #[test]
    fn what_fits_to_the_byte_goes_together() {
        let empty = batches(&[draft(0, 0), draft(1, 0)])[0].body.len();
        let mut drafts = [draft(0, 0), draft(1, 0)];
        let fill = |length: usize| Some(Map::from_iter([("text".to_owned(), Value::from("x".repeat(length)))]));
        drafts[1].properties = fill(MAX_BODY_BYTES - empty);
        let together = batches(&drafts);
        assert_eq!((together.len(), together[0].body.len()), (1, MAX_BODY_BYTES));
        drafts[1].properties = fill(MAX_BODY_BYTES - empty + 1);
        assert_eq!(batches(&drafts).len(), 2);
        drafts[1].properties = fill(2 * MAX_BODY_BYTES);
        assert_eq!(batches(&drafts).len(), 2, "one that is too long by itself is still sent");
        assert!(batches(&[]).is_empty());
    }

    /// Each case writes megabytes, so `most` bounds the number of cases in a long run.
    fn long(default: u32, most: u32) -> ProptestConfig {
        let config = crate::generated_cases::config(default);
        ProptestConfig { cases: config.cases.min(most), ..config }
    }

    proptest! {
        #![proptest_config(long(24, 500))]

        #[test]
        fn every_draft_is_in_one_lot_in_order(lengths in proptest::collection::vec(0usize..200_000, 0..50)) {
            let drafts: Vec<EntityDraft> = lengths.iter().enumerate().map(|(n, length)| draft(n, *length)).collect();
            let mut seen = Vec::new();
            for batch in batches(&drafts) {
                prop_assert!(batch.members.len() <= MAX_WRITTEN);
                prop_assert!(batch.body.len() <= MAX_BODY_BYTES || batch.members.len() == 1);
                let body: Value = serde_json::from_slice(&batch.body).expect("it is JSON");
                let expected: Vec<&EntityDraft> = batch.members.iter().map(|member| &drafts[*member]).collect();
                prop_assert_eq!(&body, &serde_json::json!({"entities": expected}));
                prop_assert_eq!(Batch::of(batch.members.clone(), &drafts).body, batch.body);
                seen.extend(batch.members);
            }
            prop_assert_eq!(seen, (0..drafts.len()).collect::<Vec<_>>());
        }
    }
}
