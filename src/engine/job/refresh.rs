//! Reads the bridge and publishes the swarm: the newest rows at once, then the whole history behind a progress bar, then every change
//! as it comes. Its connection only reads. When a read fails, the last picture stays and says how old it is.

mod wires;

use super::{Cadence, Job, JobError, Slate, reader::Connection};
use crate::{
    domain::{
        Changes, Mode, Progress, Refusal, Repo, Seen, Snapshot, Source, Span, Swarm, Timestamp,
        health::Tick, text,
    },
    engine::{Clock, View, alarm::Alarm, describe, look::file_name, travel::Taps},
    link::{Reply, RequestId},
    store::{StoreError, StoreHost},
    watch::{Poker, Watch},
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{mpsc, watch};
pub(crate) use wires::{Ask, Wires};
pub use wires::{Open, Opened};

/// Messages in the first picture.
const FIRST: usize = 200;
/// Longest wait for a change, so that the age of the last read never says more than a second without a reason.
const BEAT: Span = Span::seconds(1);

/// How often what is learned is handed over to be written down.
const HAND_OVER: Span = Span::seconds(5);

/// The job.
pub(crate) struct Refresh {
    open: Open,
    view: View,
    clock: Clock,
    name: Arc<str>,
    out: watch::Sender<Arc<Snapshot>>,
    repo: watch::Receiver<Option<Arc<Repo>>>,
    asks: mpsc::Receiver<Ask>,
    replies: mpsc::Sender<(RequestId, Reply)>,
    poker: Arc<Mutex<Option<Poker>>>,
    connection: Option<Connection>,
    alarm: Alarm,
    taps: Taps,
    swarm: Swarm,
    source: Source,
    slate: Slate,
    notes: Vec<String>,
    /// When what was learned was handed over last.
    handed: Timestamp,
}

impl Refresh {
    /// Reads what `open` gives, under `name`.
    pub(crate) fn new(open: Open, name: Arc<str>, view: View, clock: Clock, wires: Wires) -> Self {
        let source = Source {
            name: file_name(&name),
            path: Arc::clone(&name),
            mode: view.mode,
            ..Source::default()
        };
        let Wires {
            slate,
            notes,
            out,
            repo,
            asks,
            replies,
            poker,
            alarm,
            taps,
        } = wires;
        let swarm = Swarm::new(view.detector.clone(), view.as_of());
        Self {
            open,
            view,
            clock,
            name,
            out,
            repo,
            asks,
            replies,
            poker,
            connection: None,
            alarm,
            taps,
            swarm,
            source,
            slate,
            notes,
            handed: Timestamp(i64::MIN),
        }
    }

    /// Hands over what was learned, every few seconds.
    fn hand_over(&mut self, now: Timestamp) {
        if now.since(self.handed) >= HAND_OVER {
            self.handed = now;
            self.slate.put(now, self.swarm.learned());
            self.slate.raise(self.swarm.risen());
        }
    }

    fn publish(&mut self) {
        let repo = self.repo.borrow_and_update().clone();
        let now = self.clock.now();
        let mut picture = self.swarm.picture(now, self.source.clone(), repo);
        // What is known in part or is long past is no news.
        let whole = self.source.progress.is_none() && self.source.read_at.is_some();
        if whole && self.view.as_of().is_none() {
            let happened = self.alarm.step(&mut picture, now);
            picture.events = self.swarm.happened(now, happened);
        }
        self.out.send_replace(Arc::new(picture));
    }

    /// One look at the bridge, for how well we see: what took more than a second longer than `wait` is trouble.
    fn tick(&mut self, begun: Span, wait: Duration) {
        let steady = self.clock.steady();
        let wait = Span(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX));
        let late = steady.0.saturating_sub(begun.0).saturating_sub(wait.0) > Span::seconds(1).0;
        let tick = Tick {
            at: self.clock.now(),
            steady,
            step: self.clock.step(),
            trouble: late,
        };
        self.taps.with(|tap| tap.tick(tick));
        self.swarm.tick(tick);
    }

    /// The newest rows, until the whole history is folded.
    fn preview(&mut self, newest: Changes) {
        let mut swarm = Swarm::preview(self.view.detector.clone());
        swarm.recall(Arc::clone(&self.view.habits));
        swarm.apply(newest, Seen::Recorded);
        swarm.inherit(std::mem::take(&mut self.swarm));
        self.swarm = swarm;
        for note in std::mem::take(&mut self.notes) {
            self.swarm.note(self.clock.now(), &note);
        }
        if self.view.mode == Mode::Demo {
            self.swarm.familiar();
        }
        self.tick(self.clock.steady(), Duration::ZERO);
    }

    /// Opens the store and shows its newest rows.
    async fn begin(&mut self) -> Result<Connection, JobError> {
        self.taps.with(crate::record::Tap::anew);
        let open = Arc::clone(&self.open);
        let opened = tokio::task::spawn_blocking(move || open()).await;
        let opened =
            opened.map_err(|e| JobError::Panicked(text::line(&e.to_string()).into_owned()))??;
        let described = describe(&*opened.store, &self.view);
        let wakes = opened
            .watch
            .as_ref()
            .map_or_else(|| "poll 100 ms".to_owned(), |w| w.mode().to_string());
        *self.poker.lock().unwrap_or_else(PoisonError::into_inner) =
            opened.watch.as_ref().map(Watch::poker);
        let host = StoreHost::start("store", opened.store, 4)?;
        let first = self.view.as_of().is_none();
        let (version, newest) = host
            .call(move |s| -> Result<_, StoreError> {
                Ok((
                    s.version()?,
                    if first { Some(s.newest(FIRST)?) } else { None },
                ))
            })
            .await??;
        let mut filling = Swarm::new(self.view.detector.clone(), self.view.as_of());
        filling.recall(Arc::clone(&self.view.habits));
        let progress = newest.as_ref().map(|n| Progress {
            done: 0,
            of: n.end.rows().max(1),
        });
        if let Some(newest) = newest {
            self.preview(newest);
        }
        if self.source.schema.is_some() {
            // What came while nothing was read is in the picture, and among no events: a follower must know.
            self.swarm.note(
                self.clock.now(),
                "the bridge was opened again; what came meanwhile is no event",
            );
            self.swarm.reopened(self.clock.now());
        }
        self.source = Source {
            read_at: Some(self.clock.now()),
            watch: text::line(&wakes).into(),
            progress,
            reopened: self.source.reopened,
            ..described
        };
        if first {
            self.publish();
        }
        Ok(Connection {
            host,
            watch: opened.watch,
            version,
            filling: Some(filling),
        })
    }

    /// Folds a piece of the history, and shows how far it is.
    async fn fill(&mut self, c: &mut Connection, filling: Swarm) -> Result<(), JobError> {
        let begun = self.clock.steady();
        let piece = c
            .fold(
                filling,
                self.clock.clone(),
                self.taps.clone(),
                self.view.as_of().is_some(),
            )
            .await?;
        if self.view.as_of().is_none() {
            // The first fold may take its time: no trouble, but no pause either.
            self.tick(begun, Duration::MAX);
        }
        self.source.read_at = Some(self.clock.now());
        let mut filling = piece.swarm;
        if piece.done {
            filling.inherit(std::mem::take(&mut self.swarm));
            self.swarm = filling;
            self.swarm.raise(&self.view.floors);
            self.source.progress = None;
        } else {
            let (done, of) = (filling.cursor().rows(), piece.end.rows().max(1));
            self.source.progress = Some(Progress { done, of });
            c.filling = Some(filling);
        }
        self.publish();
        self.record();
        Ok(())
    }

    /// The recording needs a state to lead on from: at its beginning, and after a gap. And what operators did to the alerts.
    fn record(&mut self) {
        if self.source.progress.is_some() {
            return;
        }
        let (alarm, swarm) = (&self.alarm, &self.swarm);
        let (now, reopened) = (self.clock.now(), self.source.reopened);
        self.taps.with(|tap| {
            tap.begin(swarm, now, reopened, || alarm.copy());
            if let Some(book) = alarm.ordered() {
                tap.alerts(now, book);
            }
        });
    }

    /// Waits for a change, at most until a verdict falls due, and folds it.
    async fn follow(&mut self, c: &mut Connection) -> Result<(), JobError> {
        let now = self.clock.now();
        let due = self.swarm.due().into_iter().chain(self.alarm.due()).min();
        let wait = due.map_or(BEAT, |at| at.since(now)).min(BEAT);
        let wait = self.clock.wait(wait).max(Duration::from_millis(1));
        let begun = self.clock.steady();
        let changes = c
            .wait(self.swarm.cursor(), self.swarm.unread(), wait)
            .await?;
        self.tick(begun, wait);
        let now = self.clock.now();
        self.recovered(now);
        if let Some(changes) = changes {
            let since = self.source.read_at;
            self.taps.with(|tap| tap.rows(&changes, now, since));
            self.swarm.apply(changes, Seen::Live(now));
        }
        self.source.read_at = Some(now);
        self.hand_over(now);
        self.publish();
        self.record();
        Ok(())
    }

    fn recovered(&mut self, now: Timestamp) {
        self.taps.with(|tap| tap.readable(now));
        self.swarm.readable(now);
        if self.source.error.take().is_some() {
            self.swarm.note(now, "the bridge can be read again");
        }
    }

    /// Answers one question. When the frontend is gone, nobody waits for the answer.
    async fn answer(&mut self, host: &StoreHost, ask: Ask) -> Result<(), JobError> {
        let Ask { id, before, limit } = ask;
        let reply = match host.call(move |s| s.page(before, limit)).await? {
            Ok(rows) => Reply::Messages(self.swarm.page(&rows)),
            Err(error) => Reply::Refused(Refusal::Unavailable(
                text::line(&error.to_string()).into_owned(),
            )),
        };
        let _gone = self.replies.send((id, reply)).await;
        Ok(())
    }

    async fn advance(&mut self, c: &mut Connection) -> Result<(), JobError> {
        if let Some(filling) = c.filling.take() {
            return self.fill(c, filling).await;
        }
        while let Ok(ask) = self.asks.try_recv() {
            self.answer(&c.host, ask).await?;
        }
        if self.view.as_of().is_none() {
            return self.follow(c).await;
        }
        // A recorded instant does not change; only questions come.
        match self.asks.recv().await {
            Some(ask) => self.answer(&c.host, ask).await,
            None => std::future::pending().await,
        }
    }

    /// Shows that the last read failed.
    fn failed(&mut self, error: &JobError) {
        let why: Arc<str> = text::line(&error.to_string()).into();
        let now = self.clock.now();
        if self.source.error.as_ref() != Some(&why) {
            self.swarm.note(now, &why);
        }
        self.taps.with(|tap| tap.failed(now, &why));
        self.source.error = Some(why);
        if self.view.as_of().is_none() {
            self.swarm.unreadable(now);
        }
        self.publish();
    }
}

/// After these the file must be opened anew; after any other the next read may succeed.
const fn ends_connection(error: &JobError) -> bool {
    matches!(
        error,
        JobError::Store(
            StoreError::Replaced { .. } | StoreError::Rewound { .. } | StoreError::Damaged { .. }
        ) | JobError::Host(_)
    )
}

impl Job for Refresh {
    fn name(&self) -> &'static str {
        "refresh"
    }

    fn serves(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    fn cadence(&self) -> Cadence {
        Cadence::AtOnce
    }

    fn patience(&self) -> Duration {
        if self.view.as_of().is_some() {
            Duration::from_secs(86_400)
        } else {
            Duration::from_secs(30)
        }
    }

    async fn step(&mut self) -> Result<(), JobError> {
        let result = match self.connection.take() {
            None => self.begin().await.map(|c| self.connection = Some(c)),
            Some(mut c) => {
                let folding = c.filling.is_some();
                let result = self.advance(&mut c).await;
                if result
                    .as_ref()
                    .is_err_and(|e| folding || ends_connection(e))
                {
                    self.source.reopened += 1;
                } else {
                    self.connection = Some(c);
                }
                result
            }
        };
        if let Err(error) = &result {
            self.failed(error);
        }
        result
    }
}

#[cfg(test)]
mod tests;
