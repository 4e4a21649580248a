//! What the refresh job asks of a store, on the store's own thread.

use super::JobError;
use crate::{
    domain::{Changes, Cursor, MessageId, Span, Swarm},
    engine::{Clock, PAGE, learn, look::pump_shown, travel::Taps},
    store::{StoreError, StoreHost},
    watch::{Watch, Woke},
};
use std::time::Duration;

/// Between two looks at a store that nothing can wake.
const POLL: Duration = Duration::from_millis(100);
/// How long the fold of the history works before it shows how far it is.
const CHUNK: Span = Span(100_000);

/// What is lost when the file is replaced.
pub(super) struct Connection {
    pub(super) host: StoreHost,
    pub(super) watch: Option<Watch>,
    pub(super) version: u64,
    /// The history, while it is being folded.
    pub(super) filling: Option<Swarm>,
}

/// A piece of the history, folded.
pub(super) struct Piece {
    pub(super) swarm: Swarm,
    /// Where the history ends.
    pub(super) end: Cursor,
    /// It is folded to the end.
    pub(super) done: bool,
}

/// What one wait brought.
struct Tide {
    watch: Option<Watch>,
    read: Result<(u64, Option<Changes>), StoreError>,
}

impl Connection {
    /// Folds for about a tenth of a second, or to the end when nobody waits for a first picture.
    pub(super) async fn fold(
        &mut self,
        mut swarm: Swarm,
        clock: Clock,
        taps: Taps,
        recorded: bool,
    ) -> Result<Piece, JobError> {
        let fold = self.host.call(move |s| -> Result<_, StoreError> {
            if recorded {
                learn(s, &mut swarm)?;
            }
            let until = clock.now().plus(CHUNK);
            let (end, done) = pump_shown(
                s,
                &mut swarm,
                |page| taps.page(page),
                || !recorded && clock.now() >= until,
            )?;
            Ok(Piece { swarm, end, done })
        });
        Ok(fold.await??)
    }

    /// Waits at most `wait` for a commit, and reads what is new; `None` when nothing came.
    pub(super) async fn wait(
        &mut self,
        cursor: Cursor,
        unread: Vec<MessageId>,
        wait: Duration,
    ) -> Result<Option<Changes>, JobError> {
        let mut watch = self.watch.take();
        if watch.is_none() {
            tokio::time::sleep(POLL.min(wait)).await;
        }
        let last = self.version;
        let tide = self.host.call(move |s| {
            let woke = match &mut watch {
                Some(watch) => watch.wait(&mut || s.version(), last, wait),
                None => s.version().map(|v| {
                    if v == last {
                        Woke::Timeout
                    } else {
                        Woke::Changed(v)
                    }
                }),
            };
            let read = woke.and_then(|woke| {
                let version = s.version()?;
                let moved = woke != Woke::Timeout;
                Ok((
                    version,
                    if moved {
                        Some(s.changes(&cursor, PAGE, &unread)?)
                    } else {
                        None
                    },
                ))
            });
            Tide { watch, read }
        });
        let tide = tide.await?;
        self.watch = tide.watch;
        let (version, changes) = tide.read?;
        // More behind this page: look again without waiting for another commit.
        if changes.as_ref().is_none_or(|c| !c.more) {
            self.version = version;
        }
        Ok(changes)
    }
}
