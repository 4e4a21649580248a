//! The part of a demo that is still to come, in its own time.

use super::{
    DemoError,
    plan::{Operation, Plan},
    writer::Writer,
};
use crate::domain::{Span, Timestamp};
use std::{
    iter::Peekable,
    path::PathBuf,
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    thread::{self, JoinHandle},
    time::Duration,
};

/// What time it is in a demo that runs faster or slower than the world.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DemoClock {
    origin: Timestamp,
    speed: f64,
}

impl DemoClock {
    /// At `origin` both clocks show the same. A speed that is not above zero counts as 1.
    #[must_use]
    pub fn new(origin: Timestamp, speed: f64) -> Self {
        let speed = if speed.is_finite() && speed > 0.0 {
            speed
        } else {
            1.0
        };
        Self { origin, speed }
    }

    /// The demo's time at the world's time `real`.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "microseconds of a demo; a float saturates when it is cast"
    )]
    pub fn at(&self, real: Timestamp) -> Timestamp {
        let passed = real.since(self.origin).0 as f64 * self.speed;
        self.origin.plus(Span(passed as i64))
    }

    /// How long the world takes for `span` of the demo; nothing for one that is over.
    fn wait(&self, span: Span) -> Duration {
        Duration::try_from_secs_f64(span.as_f64() / self.speed).unwrap_or_default()
    }
}

/// A demo that goes on. Dropping it stops it.
#[derive(Debug)]
pub struct Live {
    stop: Option<SyncSender<()>>,
    thread: Option<JoinHandle<Result<(), DemoError>>>,
    clock: DemoClock,
}

impl Live {
    pub(super) fn start(
        writer: Writer,
        path: PathBuf,
        future: Peekable<Plan>,
        pace: DemoClock,
        clock: impl Fn() -> Timestamp + Send + 'static,
    ) -> Result<Self, DemoError> {
        let (stop, stopped) = sync_channel(0);
        let run = move || {
            go_on(&writer, future, pace, clock, &stopped).map_err(|source| DemoError::Write {
                path,
                source: source.into(),
            })
        };
        let thread = thread::Builder::new().name("demo".to_owned()).spawn(run);
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread.map_err(DemoError::Thread)?),
            clock: pace,
        })
    }

    /// What time it is in this demo.
    #[must_use]
    pub const fn clock(&self) -> DemoClock {
        self.clock
    }

    /// Stops, and waits for the operation that is being written.
    ///
    /// # Errors
    /// [`DemoError::Write`] when the demo had stopped by itself because a write failed.
    pub fn stop(mut self) -> Result<(), DemoError> {
        self.stop.take();
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(ended)) => ended,
            // A panic has been reported where it happened.
            Some(Err(_)) | None => Ok(()),
        }
    }
}

/// Writes each operation when its time has come; at once when that is past. Ends when the other end of `stopped` is gone.
fn go_on(
    writer: &Writer,
    future: impl Iterator<Item = Operation>,
    pace: DemoClock,
    clock: impl Fn() -> Timestamp,
    stopped: &Receiver<()>,
) -> rusqlite::Result<()> {
    for operation in future {
        let wait = pace.wait(operation.at.since(pace.at(clock())));
        match stopped.recv_timeout(wait) {
            Err(RecvTimeoutError::Timeout) => writer.apply(operation)?,
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
