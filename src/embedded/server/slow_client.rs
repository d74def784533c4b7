//! Disconnects clients that do not read their answer: unread answers hold memory, and hyper would wait forever. Against
//! clients that read a byte now and then, the time limit grows only in proportion to the bytes read.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use super::config::Limits;
use super::slot::Slot;

pub(super) struct TimedStream {
    stream: TokioIo<TcpStream>,
    slot: Arc<Slot>,
    write_time: Duration,
    /// Bytes per second.
    least_rate: u64,
    /// The answer in transfer: its start and the number of bytes that the client has read.
    sending: Option<(Instant, u64)>,
    /// Runs while the client reads nothing.
    stall_timer: Option<Pin<Box<Sleep>>>,
}

impl TimedStream {
    pub fn new(stream: TcpStream, slot: Arc<Slot>, limits: &Limits) -> Self {
        Self {
            stream: TokioIo::new(stream),
            slot,
            write_time: limits.write_time,
            least_rate: limits.write_rate.max(1),
            sending: None,
            stall_timer: None,
        }
    }

    fn check_progress(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        self.slot.set_unread(written.is_pending());
        let (since, read_bytes) = self.sending.get_or_insert_with(|| (Instant::now(), 0));
        if let Poll::Ready(written) = written {
            *read_bytes += written.as_ref().map_or(0, |bytes| *bytes as u64);
            self.stall_timer = None;
            return Poll::Ready(written);
        }
        let earned = Duration::from_secs(*read_bytes / self.least_rate);
        let until = (Instant::now() + self.write_time).min(*since + self.write_time + earned);
        let stall_timer = self.stall_timer.get_or_insert_with(|| Box::pin(sleep_until(until)));
        match stall_timer.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl Read for TimedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl Write for TimedStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.check_progress(context, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // hyper flushes when everything written so far is sent, so the next write belongs to another answer.
        self.sending = None;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.check_progress(context, written)
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_types, reason = "a client that is not ours, and that blocks")]
mod tests {
    use std::future::poll_fn;
    use std::io::Read as _;

    use tokio::net::TcpListener;

    use super::*;

    /// Sends `total` bytes to a client that reads a little at a time.
    fn sent(total: usize, limits: Limits) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            let mut client = std::net::TcpStream::connect(listener.local_addr()?)?;
            let (stream, _) = listener.accept().await?;
            std::thread::spawn(move || {
                let mut little = vec![0; 128 * 1024];
                while client.read(&mut little).is_ok_and(|read| read > 0) {
                    std::thread::sleep(Duration::from_millis(5));
                }
            });
            let mut stream =
                TimedStream::new(stream, Arc::new(Slot::new(std::net::Ipv4Addr::LOCALHOST.into())), &limits);
            let chunk = vec![0; 64 * 1024];
            let mut left = total;
            while left > 0 {
                let some = &chunk[..chunk.len().min(left)];
                left -= poll_fn(|context| Pin::new(&mut stream).poll_write(context, some)).await?;
            }
            Ok(())
        })
    }

    #[test]
    fn a_client_that_takes_little_is_let_go_and_one_that_takes_enough_is_not() {
        let slow = Limits { write_time: Duration::from_millis(500), write_rate: u64::MAX, ..Limits::default() };
        let error = sent(256 * 1024 * 1024, slow).expect_err("it takes too long");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        let enough = Limits { write_time: Duration::from_secs(20), write_rate: 1, ..Limits::default() };
        sent(24 * 1024 * 1024, enough).expect("it is all taken");
    }
}
