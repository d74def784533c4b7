//! The messages that wait. A request that is cancelled while it waits is never begun, and work that no message asks for,
//! which is linting, is begun when none waits.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

use serde_json::Value as Json;

use crate::commands::lsp::transport::Incoming;

/// What the server has to do when no message waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pending {
    Nothing,
    /// A few milliseconds.
    Short,
    /// More than a person notices, so a pause in typing is waited for.
    Long,
}

/// What is next.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Next {
    Message(Json),
    Malformed(String),
    /// A request that was cancelled before it was begun, by its id.
    Cancelled(Json),
    /// No message waits.
    Idle,
}

const PAUSE: Duration = Duration::from_millis(200);

pub(super) struct Queue {
    receiver: Receiver<Incoming>,
    waiting: VecDeque<Incoming>,
    cancelled: VecDeque<Json>,
    is_closed: bool,
}

impl Queue {
    pub fn new(receiver: Receiver<Incoming>) -> Self {
        Self { receiver, waiting: VecDeque::new(), cancelled: VecDeque::new(), is_closed: false }
    }

    /// Waits for a message, or until the pending work may begin. `None`: the client has closed its end.
    pub fn next(&mut self, pending: Pending) -> Option<Next> {
        self.take_arrived();
        if let Some(id) = self.cancelled.pop_front() {
            return Some(Next::Cancelled(id));
        }
        if let Some(incoming) = self.waiting.pop_front() {
            return Some(incoming.into());
        }
        if self.is_closed {
            return None;
        }
        match pending {
            Pending::Nothing => self.receiver.recv().ok().map(Next::from),
            Pending::Short => Some(Next::Idle),
            Pending::Long => match self.receiver.recv_timeout(PAUSE) {
                Ok(incoming) => Some(incoming.into()),
                Err(RecvTimeoutError::Timeout) => Some(Next::Idle),
                Err(RecvTimeoutError::Disconnected) => None,
            },
        }
    }

    fn take_arrived(&mut self) {
        loop {
            match self.receiver.try_recv() {
                Ok(incoming) => match cancelled_id(&incoming) {
                    Some(id) => self.cancel(id),
                    None => self.waiting.push_back(incoming),
                },
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => {
                    self.is_closed = true;
                    return;
                }
            }
        }
    }

    /// A request that has been answered already cannot be cancelled.
    fn cancel(&mut self, id: Json) {
        let is_it = |incoming: &Incoming| match incoming {
            Incoming::Message(message) => message.get("method").is_some() && message.get("id") == Some(&id),
            Incoming::Malformed(_) => false,
        };
        if let Some(at) = self.waiting.iter().position(is_it) {
            self.waiting.remove(at);
            self.cancelled.push_back(id);
        }
    }
}

fn cancelled_id(incoming: &Incoming) -> Option<Json> {
    match incoming {
        Incoming::Message(message) if message.get("method")?.as_str() == Some("$/cancelRequest") => {
            message.pointer("/params/id").cloned()
        }
        Incoming::Message(_) | Incoming::Malformed(_) => None,
    }
}

impl From<Incoming> for Next {
    fn from(incoming: Incoming) -> Self {
        match incoming {
            Incoming::Message(message) => Self::Message(message),
            Incoming::Malformed(reason) => Self::Malformed(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use serde_json::json;

    #[test]
    fn a_cancelled_request_is_not_begun_and_work_waits_for_messages() {
        let (sender, receiver) = mpsc::channel();
        let mut queue = Queue::new(receiver);
        let hover = |id: u32| json!({"id": id, "method": "textDocument/hover"});
        let cancel = |id: u32| json!({"method": "$/cancelRequest", "params": {"id": id}});
        for message in [hover(1), hover(2), cancel(2), cancel(9)] {
            sender.send(Incoming::Message(message)).expect("the queue is there");
        }
        assert_eq!(queue.next(Pending::Short), Some(Next::Cancelled(json!(2))));
        assert_eq!(queue.next(Pending::Short), Some(Next::Message(hover(1))));
        assert_eq!(queue.next(Pending::Short), Some(Next::Idle));
        assert_eq!(queue.next(Pending::Long), Some(Next::Idle));
        sender.send(Incoming::Message(hover(3))).expect("the queue is there");
        drop(sender);
        assert_eq!(queue.next(Pending::Nothing), Some(Next::Message(hover(3))));
        assert_eq!(queue.next(Pending::Long), None);
    }
}
