//! Takes connections in, so many and no more, until the server is to stop; then waits for those that are being served.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

use super::config::Limits;
use super::connection::{Connections, told};
use super::front::Front;

/// After a connection could not be taken in: most often there are no descriptors left, and soon there are.
const BREATH: Duration = Duration::from_millis(20);

pub(super) async fn serve(listener: TcpListener, front: Front, limits: Limits, mut stop: watch::Receiver<bool>) {
    let most = u32::try_from(limits.connections.max(1)).unwrap_or(u32::MAX).min(1 << 20);
    let places = Arc::new(Semaphore::new(most as usize));
    let connections = Arc::new(Connections::new());
    loop {
        let accepted = tokio::select! {
            () = told(&mut stop) => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            connections.make_room();
            sleep(BREATH).await;
            continue;
        };
        if places.available_permits() == 0 {
            connections.make_room();
        }
        let place = tokio::select! {
            () = told(&mut stop) => break,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let (connections, front, stop) = (Arc::clone(&connections), front.clone(), stop.clone());
        tokio::spawn(async move {
            connections.serve(stream, front, &limits, stop).await;
            drop(place);
        });
    }
    drop(listener);
    // All places free: nobody is served any more. Whoever takes longer is cut off.
    let _ = timeout(limits.stop_time, places.acquire_many(most)).await;
}
