//! Reads messages from standard input on a thread of its own, so that the program knows whether more have arrived while it
//! works on one. The program ends without waiting for the thread.

#![expect(clippy::disallowed_methods, reason = "one of the few files that read standard input, and it needs a thread")]

use std::io::{self, BufRead};
use std::sync::mpsc::{self, Receiver};
use std::thread;

/// The messages in order. `read` takes one from the input; `None` ends them.
pub fn receive_messages<T: Send + 'static>(read: fn(&mut dyn BufRead) -> Option<T>) -> Receiver<T> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut input = io::stdin().lock();
        while let Some(message) = read(&mut input) {
            if sender.send(message).is_err() {
                break;
            }
        }
    });
    receiver
}
