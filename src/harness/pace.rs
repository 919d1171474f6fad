//! Keeps what happens and what is told of it in step.
//!
//! cucumber's runner works ahead of whoever reads its events, so that a call would be told with a later step, and
//! every duration would be wrong. Before each call the scenario therefore waits until all events were read.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use tokio::sync::Notify;

/// All scenarios of a run share it.
#[derive(Clone, Default)]
pub(crate) struct Pace {
    /// How many events were read.
    read: Rc<Cell<u64>>,
    news: Rc<Notify>,
}

impl Pace {
    /// An event was read.
    pub(crate) fn told(&self) {
        self.read.set(self.read.get() + 1);
    }

    /// Something happened within a step, which can be told before it ends.
    pub(crate) fn happened(&self) {
        self.news.notify_one();
    }

    /// Returns when something has happened since the last time.
    pub(crate) async fn news(&self) {
        self.news.notified().await;
    }

    /// Returns when there was nothing left to read: the reader comes along when the runner waits. They take turns in
    /// coming first, so that one wait can pass without the reader, and two can't.
    pub(crate) async fn caught_up(&self) {
        let mut unread = 0;
        while unread < 2 {
            let before = self.read.get();
            Yield(false).await;
            unread = if self.read.get() == before { unread + 1 } else { 0 };
        }
    }
}

/// Not ready once, and at once woken.
struct Yield(bool);

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
