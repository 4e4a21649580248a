//! A thread of its own for a store, because its calls block: an asynchronous caller asks through a bounded queue and waits
//! for the answer. Calls run one after the other, in the order in which they were queued.

use super::Store;
use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};
use tokio::sync::{mpsc, oneshot};

type Call = Box<dyn FnOnce(&mut dyn Store) + Send>;

/// A handle to a store on its thread. Clones share it; the thread ends, and closes the store, after the last one is dropped.
#[derive(Debug, Clone)]
pub struct StoreHost {
    queue: mpsc::Sender<Call>,
}

/// Why a call has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HostGone {
    /// The thread has ended.
    #[error("the store's thread has ended")]
    Stopped,
    /// This call panicked. The thread lives on and serves the next one.
    #[error("a call to the store panicked")]
    Panicked,
}

impl StoreHost {
    /// Starts the thread `name` with a queue of at most `queue` waiting calls (at least one).
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(name: &str, mut store: Box<dyn Store>, queue: usize) -> io::Result<Self> {
        let (sender, mut calls) = mpsc::channel::<Call>(queue.max(1));
        thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                while let Some(call) = calls.blocking_recv() {
                    // A call that unwinds drops its answer's sender, which is how its caller hears of it.
                    let _ = catch_unwind(AssertUnwindSafe(|| call(store.as_mut())));
                }
            })?;
        Ok(Self { queue: sender })
    }

    /// Runs `call` on the thread. Waits while the queue is full. A caller that stops waiting does not stop a running call.
    ///
    /// # Errors
    /// [`HostGone`], which is about the thread; what the store answers is in `T`.
    pub async fn call<T, F>(&self, call: F) -> Result<T, HostGone>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Store) -> T + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let call = Box::new(move |store: &mut dyn Store| {
            let _ = answer.send(call(store));
        });
        (self.queue.send(call).await).map_err(|_| HostGone::Stopped)?;
        answered.await.map_err(|_| HostGone::Panicked)
    }
}

#[cfg(test)]
mod tests;
