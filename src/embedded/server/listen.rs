//! Accepts connections up to a limit until the server is stopped, then waits for requests in flight.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};

use super::config::Limits;
use super::connection::{Connections, stopped};
use crate::embedded::server::middleware::Middleware;

/// The pause after a connection could not be accepted: usually file descriptors or slots are exhausted for a moment.
const RETRY_PAUSE: Duration = Duration::from_millis(20);

pub(super) async fn serve(
    listener: TcpListener,
    middleware: Middleware,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) {
    let most = u32::try_from(limits.connections.max(1)).unwrap_or(u32::MAX).min(1 << 20);
    let places = Arc::new(Semaphore::new(most as usize));
    let connections = Arc::new(Connections::new(limits));
    loop {
        let accepted = tokio::select! {
            () = stopped(&mut stop) => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, peer)) = accepted else {
            connections.make_room(None);
            sleep(RETRY_PAUSE).await;
            continue;
        };
        let place = tokio::select! {
            () = stopped(&mut stop) => break,
            place = place(&places, &connections) => place,
        };
        let peer = peer.ip().to_canonical();
        if !peer.is_loopback() && connections.count(peer) >= limits.connections_per_client.max(1) {
            // One of the client's own connections is closed; if all of them are busy, the new one is.
            connections.make_room(Some(peer));
            sleep(RETRY_PAUSE).await;
            if connections.count(peer) >= limits.connections_per_client.max(1) {
                continue;
            }
        }
        let slot = connections.open(peer);
        let (connections, middleware, stop) = (Arc::clone(&connections), middleware.clone(), stop.clone());
        tokio::spawn(async move {
            connections.serve(slot, stream, middleware, stop).await;
            drop(place);
        });
    }
    drop(listener);
    // When all permits are back, no request is in flight. Slower ones are cut off.
    let _ = timeout(limits.stop_time, places.acquire_many(most)).await;
}

/// A slot for one more connection; `None` only if the semaphore is closed. While all connections are busy, none can be
/// ended, so this retries.
async fn place(places: &Arc<Semaphore>, connections: &Connections) -> Option<OwnedSemaphorePermit> {
    let mut free = pin!(Arc::clone(places).acquire_owned());
    if places.available_permits() > 0 {
        return free.await.ok();
    }
    loop {
        connections.make_room(None);
        if let Ok(place) = timeout(RETRY_PAUSE, free.as_mut()).await {
            return place.ok();
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_types, reason = "a client that is not ours, and that blocks")]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpStream;

    use super::*;
    use crate::domain::secret::Secret;
    use crate::embedded::server::{Credentials, ServerConfig, start};
    use crate::embedded::store::{Store, system_clock};

    /// The status line of an answer; the rest of the head is read and dropped.
    fn status(stream: &TcpStream) -> String {
        let mut lines = BufReader::new(stream).lines();
        let first = lines.next().expect("it answers").expect("it answers in time");
        let _rest = lines.map_while(Result::ok).find(String::is_empty);
        first
    }

    #[test]
    fn who_waits_gets_the_place_of_the_first_that_is_idle() {
        let store = Store::in_memory(system_clock()).expect("memory is there");
        let credentials = Credentials { id: "ada".to_owned(), secret: Secret::new("hunter2") };
        let mut config = ServerConfig::new(store, credentials);
        config.limits.connections = 1;
        let server = start(config).expect("it starts");
        let connect = || {
            let stream = TcpStream::connect(server.address()).expect("it listens");
            // Well below the time after which an idle connection is closed anyway.
            stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket can be asked");
            stream
        };
        let mut busy = connect();
        let head = "POST /v1/auth/access_token HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n";
        busy.write_all(format!("{head}expect: 100-continue\r\n\r\n").as_bytes()).expect("it is taken");
        assert!(status(&busy).contains(" 100 "), "it is being served");
        let mut waiting = connect();
        waiting.write_all(b"GET /v1/nothing HTTP/1.1\r\nhost: localhost\r\n\r\n").expect("it is taken");
        // The request should arrive while the other is busy; if it is late, the test still passes.
        std::thread::sleep(Duration::from_millis(200));
        busy.write_all(b"{}").expect("it is taken");
        assert!(status(&busy).starts_with("HTTP/1.1 4"), "it is answered");
        assert!(status(&waiting).contains(" 404 "));
    }
}
