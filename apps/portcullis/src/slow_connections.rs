//! Connections that say too little: a client that opens many and sends half a request on each must not use them all up.
//!
//! The HTTP library ends idle connections only between requests. Here each connection has a time by which the next request
//! must have come, and once it begins, one by which it must be whole; bytes that trickle in extend neither.

use std::io::{Error, ErrorKind, Result};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use poem::http::uri::Scheme;
use poem::listener::Acceptor;
use poem::web::{LocalAddr, RemoteAddr};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// An acceptor whose connections end when a request does not come, or does not come to its end, in time.
pub(crate) struct Bounded<A> {
    inner: A,
    patience: Duration,
}

impl<A> Bounded<A> {
    /// Gives each connection of `inner` so long for a request to begin, and as long again for it to be whole.
    pub(crate) const fn new(inner: A, patience: Duration) -> Self {
        Self { inner, patience }
    }
}

impl<A: Acceptor> Acceptor for Bounded<A> {
    type Io = BoundedStream<A::Io>;

    fn local_addr(&self) -> Vec<LocalAddr> {
        self.inner.local_addr()
    }

    async fn accept(&mut self) -> Result<(Self::Io, LocalAddr, RemoteAddr, Scheme)> {
        let (stream, local, remote, scheme) = self.inner.accept().await?;
        Ok((BoundedStream::new(stream, self.patience), local, remote, scheme))
    }
}

/// A connection with a time by which it must have been read from.
pub(crate) struct BoundedStream<S> {
    inner: S,
    patience: Duration,
    until: Pin<Box<Sleep>>,
    /// Whether a request has begun since the last answer.
    begun: bool,
}

impl<S> BoundedStream<S> {
    fn new(inner: S, patience: Duration) -> Self {
        Self { inner, patience, until: Box::pin(sleep_until(Instant::now() + patience)), begun: false }
    }

    fn wait_anew(&mut self) {
        self.until.as_mut().reset(Instant::now() + self.patience);
    }

    /// An answer is on its way: what comes next is another request.
    fn answered(&mut self) {
        self.begun = false;
        self.wait_anew();
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for BoundedStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let this = &mut *self;
        let read = pin!(&mut this.inner).poll_read(cx, buffer);
        if read.is_ready() && !this.begun {
            this.begun = true;
            this.wait_anew();
        }
        // Looked at also when bytes came: otherwise one now and then would hold the connection for ever.
        if this.until.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(Error::new(ErrorKind::TimedOut, "no request came in time")));
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for BoundedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let written = pin!(&mut self.inner).poll_write(cx, bytes);
        if written.is_ready() {
            self.answered();
        }
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[std::io::IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let written = pin!(&mut self.inner).poll_write_vectored(cx, slices);
        if written.is_ready() {
            self.answered();
        }
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        pin!(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        pin!(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    use tokio::time::{advance, sleep};

    use super::*;

    const PATIENCE: Duration = Duration::from_mins(1);

    #[tokio::test(start_paused = true)]
    async fn a_client_that_trickles_is_cut_off() {
        let (mut client, server) = duplex(64);
        let mut server = BoundedStream::new(server, PATIENCE);
        let trickle = tokio::spawn(async move {
            while client.write_all(b"G").await.is_ok() {
                sleep(Duration::from_secs(5)).await;
            }
        });
        let mut all = Vec::new();
        let begun = Instant::now();
        assert_eq!(server.read_to_end(&mut all).await.unwrap_err().kind(), ErrorKind::TimedOut);
        assert!(begun.elapsed() <= 2 * PATIENCE, "{:?}", begun.elapsed());
        trickle.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_says_nothing_is_cut_off_and_one_that_is_answered_may_ask_again() {
        let (mut client, server) = duplex(64);
        let mut server = BoundedStream::new(server, PATIENCE);
        let mut one = [0; 1];
        for _ in 0..5 {
            advance(PATIENCE / 2).await;
            client.write_all(b"?").await.unwrap();
            assert_eq!(server.read(&mut one).await.unwrap(), 1);
            server.write_all(b"!").await.unwrap();
            assert_eq!(client.read(&mut one).await.unwrap(), 1);
        }
        assert_eq!(server.read(&mut one).await.unwrap_err().kind(), ErrorKind::TimedOut);
    }
}
