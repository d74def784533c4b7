//! State machine for the outcome of one write. A write whose answer was lost is in doubt; only an answer that says it
//! is done, or a read, resolves the doubt. Pure.

use super::WriteFailure;

/// What is known about a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum State {
    /// No request with it can have had an effect.
    #[default]
    Unsent,
    /// The first request that can have an effect is in flight.
    Sent,
    /// In doubt: a request was sent, but its effect is unknown. None is in flight.
    Lost,
    /// In doubt, and another request is in flight.
    Resent,
    /// The catalog says that it is done, or a read shows it.
    Done,
    /// The catalog rejected it, and no other request can have had an effect.
    Refused,
    /// It was in doubt, and a read shows that it had no effect.
    NotApplied,
}

/// What happens to a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// A request that holds the write is sent.
    Send,
    /// The catalog did not process the request: no connection, no token, too many requests, or a batch that is rejected
    /// as a whole and is sent again in parts.
    Decline,
    /// The answer says that the write is done.
    Accept,
    /// The answer says that the catalog rejects the write.
    Refuse,
    /// There is no answer, or it leaves open what happened: a cut connection, half a body, a server error, nothing
    /// about this entity; for a create also that the entity exists, since an earlier copy of the request may have
    /// created it.
    Lose,
    /// A read shows the entity as the write leaves it.
    Confirm,
    /// A read shows that the write had no effect.
    Deny,
}

const STATES: [State; 7] =
    [State::Unsent, State::Sent, State::Lost, State::Resent, State::Done, State::Refused, State::NotApplied];
const EVENTS: [Event; 7] =
    [Event::Send, Event::Decline, Event::Accept, Event::Refuse, Event::Lose, Event::Confirm, Event::Deny];

/// The next state, by state (row) and event (column). `None`: the event cannot happen in this state.
const TABLE: [[Option<State>; EVENTS.len()]; STATES.len()] = {
    use State::{Done, Lost, NotApplied, Refused, Resent, Sent, Unsent};
    const NO: Option<State> = None;
    [
        //            Send          Decline       Accept      Refuse         Lose        Confirm     Deny
        /* Unsent  */
        [Some(Sent), NO, NO, NO, NO, NO, NO],
        /* Sent    */ [NO, Some(Unsent), Some(Done), Some(Refused), Some(Lost), NO, NO],
        /* Lost    */ [Some(Resent), NO, NO, NO, NO, Some(Done), Some(NotApplied)],
        /* Resent  */ [NO, Some(Lost), Some(Done), Some(Lost), Some(Lost), NO, NO],
        /* Done    */ [NO; 7],
        /* Refused */ [NO; 7],
        /* Undone  */ [NO; 7],
    ]
};

impl State {
    /// The state after `event`. An event that cannot happen changes nothing; in debug builds it panics.
    pub fn after(self, event: Event) -> Self {
        let next = TABLE[self as usize][event as usize];
        debug_assert!(next.is_some(), "{event:?} cannot happen in {self:?}");
        next.unwrap_or(self)
    }
}

/// One write of a call with many: its state and the last answer or error.
#[derive(Debug, Clone, Default)]
pub(super) struct Item {
    state: State,
    last: Option<WriteFailure>,
    is_pending: bool,
}

impl Item {
    /// Records that a request was sent and how it ended. `last`: the answer or error, unless the write is done.
    pub fn record_event(&mut self, event: Event, last: Option<WriteFailure>) {
        self.state = self.state.after(Event::Send).after(event);
        if last.is_some() {
            self.last = last;
        }
    }

    /// Records that an earlier attempt was lost. `is_pending`: that request was abandoned, so its effect may still come.
    pub fn record_lost(&mut self, is_pending: bool) {
        self.state = self.state.after(Event::Send).after(Event::Lose);
        self.is_pending |= is_pending;
    }

    /// Records an answer or error without changing the state.
    pub fn record_last(&mut self, last: WriteFailure) {
        self.last = Some(last);
    }

    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Nothing more is sent for this write.
    pub fn is_final(&self) -> bool {
        matches!(self.state, State::Done | State::Refused)
    }

    /// The result of the write when nothing more is sent. `unsent`: the reason why it was not sent, if there is no
    /// answer or error.
    pub fn end(self, unsent: impl FnOnce() -> WriteFailure) -> Result<(), WriteFailure> {
        match self.state {
            State::Done => Ok(()),
            State::Lost | State::Sent | State::Resent => {
                let last = self.last.unwrap_or_else(unsent);
                Err(WriteFailure::InDoubt { last: Box::new(last), is_pending: self.is_pending })
            }
            State::Unsent | State::Refused | State::NotApplied => Err(self.last.unwrap_or_else(unsent)),
        }
    }
}

/// Resolves a write in doubt by a read: `event` is `Confirm` or `Deny`.
pub(super) fn resolve(last: WriteFailure, event: Event) -> Result<(), WriteFailure> {
    match State::Lost.after(event) {
        State::Done => Ok(()),
        State::Unsent | State::Sent | State::Lost | State::Resent | State::Refused | State::NotApplied => Err(last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::wire::Refusal;

    /// One row per state and event: the whole table a second time, written independently.
    #[test]
    fn every_state_and_event() {
        use Event::{Accept, Confirm, Decline, Deny, Lose, Refuse, Send};
        let expected = [
            (State::Unsent, Send, Some(State::Sent)),
            (State::Unsent, Decline, None),
            (State::Unsent, Accept, None),
            (State::Unsent, Refuse, None),
            (State::Unsent, Lose, None),
            (State::Unsent, Confirm, None),
            (State::Unsent, Deny, None),
            (State::Sent, Send, None),
            (State::Sent, Decline, Some(State::Unsent)),
            (State::Sent, Accept, Some(State::Done)),
            (State::Sent, Refuse, Some(State::Refused)),
            (State::Sent, Lose, Some(State::Lost)),
            (State::Sent, Confirm, None),
            (State::Sent, Deny, None),
            (State::Lost, Send, Some(State::Resent)),
            (State::Lost, Decline, None),
            (State::Lost, Accept, None),
            (State::Lost, Refuse, None),
            (State::Lost, Lose, None),
            (State::Lost, Confirm, Some(State::Done)),
            (State::Lost, Deny, Some(State::NotApplied)),
            (State::Resent, Send, None),
            (State::Resent, Decline, Some(State::Lost)),
            (State::Resent, Accept, Some(State::Done)),
            (State::Resent, Refuse, Some(State::Lost)),
            (State::Resent, Lose, Some(State::Lost)),
            (State::Resent, Confirm, None),
            (State::Resent, Deny, None),
        ];
        let ends = [State::Done, State::Refused, State::NotApplied];
        let ends = ends.into_iter().flat_map(|state| EVENTS.map(|event| (state, event, None)));
        let expected: Vec<_> = expected.into_iter().chain(ends).collect();
        assert_eq!(expected.len(), STATES.len() * EVENTS.len());
        for (state, event, next) in expected {
            assert_eq!(TABLE[state as usize][event as usize], next, "{state:?} {event:?}");
        }
        assert!(STATES.iter().enumerate().all(|(at, state)| *state as usize == at), "the rows are in order");
        assert!(EVENTS.iter().enumerate().all(|(at, event)| *event as usize == at), "the columns are in order");
    }

    /// Whatever happens after an answer was lost, the write becomes done only by an answer or a read that says so, and
    /// undone only by a read.
    #[test]
    fn a_doubt_stays_until_it_is_resolved() {
        let answers = [Event::Decline, Event::Accept, Event::Refuse, Event::Lose];
        let mut paths = vec![vec![]];
        for _ in 0..4 {
            let longer = paths
                .iter()
                .flat_map(|path: &Vec<Event>| answers.iter().map(move |answer| [path.as_slice(), &[*answer]].concat()));
            paths = longer.collect();
            for path in &paths {
                let mut item = Item::default();
                item.record_lost(false);
                for event in path {
                    if !item.is_final() {
                        item.record_event(*event, Some(Refusal::new(403, "forbidden", "no").into()));
                    }
                }
                let end = item.end(|| WriteFailure::Stopped);
                match end {
                    Ok(()) => assert!(path.contains(&Event::Accept), "{path:?}"),
                    Err(WriteFailure::InDoubt { .. }) => assert!(!path.contains(&Event::Accept), "{path:?}"),
                    Err(other) => panic!("{path:?} ends in {other:?}"),
                }
            }
        }
    }

    #[test]
    fn a_read_resolves() {
        let refused = || WriteFailure::from(Refusal::new(422, "invalid", "no"));
        assert!(resolve(refused(), Event::Confirm).is_ok());
        assert!(
            matches!(resolve(refused(), Event::Deny), Err(WriteFailure::Refused(refusal)) if refusal.status == 422)
        );
    }
}
