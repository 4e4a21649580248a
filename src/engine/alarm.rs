//! The book of alerts of a running engine: the reader steps it, operators write in it, a job keeps it.

use crate::domain::{
    AlertOrder, Happening, Refusal, Snapshot, Timestamp,
    alert::{Alerts, Condition, Edge, Notification},
    text,
};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, watch};

/// A handle on the book; all of them see the same.
#[derive(Debug, Clone)]
pub(super) struct Alarm {
    book: Arc<Mutex<Book>>,
    revision: watch::Sender<u64>,
    out: Option<mpsc::Sender<Arc<Notification>>>,
}

#[derive(Debug, Default)]
struct Book {
    /// `None` until it was read back: what fires before that would be told a second time.
    alerts: Option<Alerts>,
    /// Changes that operators made, not yet among the events.
    edges: Vec<Edge>,
    /// An operator changed it since it was recorded.
    ordered: bool,
    /// Notifications that nobody took.
    dropped: u64,
}

impl Alarm {
    /// A book that is not there yet. Notifications go into `out`; when it is full they are counted and dropped.
    pub(super) fn new(out: Option<mpsc::Sender<Arc<Notification>>>) -> Self {
        Self {
            book: Arc::default(),
            revision: watch::channel(0).0,
            out,
        }
    }

    fn with<T>(&self, with: impl FnOnce(&mut Book) -> T) -> T {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let done = with(&mut book);
        let revision = book.alerts.as_ref().map_or(0, Alerts::revision);
        drop(book);
        self.revision
            .send_if_modified(|last| std::mem::replace(last, revision) != revision);
        done
    }

    /// The book, as it was kept. The second time does nothing.
    pub(super) fn load(&self, alerts: Alerts) {
        self.with(|book| {
            book.alerts.get_or_insert(alerts);
        });
    }

    /// A copy for keeping, and news of its changes.
    pub(super) fn copy(&self) -> Option<Alerts> {
        self.with(|book| book.alerts.clone())
    }

    /// A copy for the recording, when an operator changed it since the last call.
    pub(super) fn ordered(&self) -> Option<Alerts> {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = std::mem::take(&mut book.ordered);
        book.alerts.clone().filter(|_| changed)
    }

    /// Counts changes.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.revision.subscribe()
    }

    /// Takes what is wrong in `picture`, and lays the alerts into it; gives what belongs among the events. Does nothing before the book
    /// is there.
    pub(super) fn step(&self, picture: &mut Snapshot, now: Timestamp) -> Vec<Happening> {
        let (happened, sent) = self.with(|book| {
            let Some(alerts) = &mut book.alerts else {
                return (Vec::new(), Vec::new());
            };
            let outcome = alerts.step(&Condition::of(picture), picture.source.reopened, now);
            picture.alerts = alerts.listing();
            picture.silences = alerts.silences().to_vec();
            let edges = std::mem::take(&mut book.edges);
            let edges = edges.into_iter().chain(outcome.edges);
            let mut happened: Vec<Happening> = edges
                .map(|(alert, was)| Happening::Alert(alert, was))
                .collect();
            let sent: Vec<Arc<Notification>> =
                outcome.notifications.into_iter().map(Arc::new).collect();
            happened.extend(sent.iter().map(|n| Happening::Notified(Arc::clone(n))));
            (happened, sent)
        });
        for notification in sent {
            if let Some(out) = &self.out
                && out.try_send(notification).is_err()
            {
                self.with(|book| book.dropped += 1);
            }
        }
        happened
    }

    /// Lays the alerts into a picture that nothing else changed.
    pub(super) fn show(&self, picture: &mut Snapshot) {
        self.with(|book| {
            if let Some(alerts) = &book.alerts {
                picture.alerts = alerts.listing();
                picture.silences = alerts.silences().to_vec();
            }
        });
    }

    /// When time alone changes it.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.with(|book| book.alerts.as_ref()?.due())
    }

    /// Carries out what an operator wants; words for him.
    pub(super) fn order(
        &self,
        by: &str,
        order: &AlertOrder,
        now: Timestamp,
    ) -> Result<String, Refusal> {
        self.with(|book| {
            let Some(alerts) = &mut book.alerts else {
                return Err(Refusal::Unavailable(
                    "the alerts are not read yet; try again".to_owned(),
                ));
            };
            let done = carry_out(alerts, by, order, now);
            book.ordered = true;
            book.edges.extend(alerts.settle(now));
            done
        })
    }
}

/// One wish. Where it concerns several alerts, what can be done is done, and the words say how many.
fn carry_out(
    book: &mut Alerts,
    by: &str,
    order: &AlertOrder,
    now: Timestamp,
) -> Result<String, Refusal> {
    let missing =
        |e: crate::domain::alert::NoSuch| Refusal::Missing(text::line(&e.to_string()).into_owned());
    match order {
        AlertOrder::Ack { keys, note } => {
            let (n, failed) = each(keys, |key| book.ack(key, by, note, now));
            failed.map_or_else(
                || Ok(format!("acked {}", named(book, keys, n))),
                |e| Err(missing(e)),
            )
        }
        AlertOrder::Unack { keys } => {
            let (n, failed) = each(keys, |key| book.unack(key, by, now));
            failed.map_or_else(
                || Ok(format!("given back: {}", named(book, keys, n))),
                |e| Err(missing(e)),
            )
        }
        AlertOrder::Silence {
            matcher,
            until,
            comment,
        } => {
            let hidden = book.active(matcher);
            book.silence(matcher.clone(), *until, by, comment, now)
                .map_err(missing)?;
            Ok(format!("muted {hidden} until {}", until.clock()))
        }
        AlertOrder::Unsilence { matcher } => {
            let of = book.silences().iter().filter(|s| s.matcher == *matcher);
            let ids: Vec<u64> = of.map(|s| s.id).collect();
            for id in &ids {
                book.unsilence(*id, by, now).map_err(missing)?;
            }
            match ids.len() {
                0 => Err(Refusal::Missing("it is not muted any more".to_owned())),
                _ => Ok("heard again".to_owned()),
            }
        }
        AlertOrder::Note { key, text } => {
            book.note(key, by, text, now).map_err(missing)?;
            Ok("noted".to_owned())
        }
    }
}

/// How many succeeded; the first failure when none did.
fn each<E>(keys: &[Arc<str>], mut f: impl FnMut(&str) -> Result<(), E>) -> (usize, Option<E>) {
    let (mut done, mut failed) = (0, None);
    for key in keys {
        match f(key) {
            Ok(()) => done += 1,
            Err(e) => failed = failed.or(Some(e)),
        }
    }
    (done, failed.filter(|_| done == 0))
}

/// The one, or how many.
fn named(book: &Alerts, keys: &[Arc<str>], done: usize) -> String {
    match keys {
        [one] => book
            .get(one)
            .map_or_else(|| text::line(one).into_owned(), |a| a.name()),
        all if all.len() == done => format!("{done} alerts"),
        all => format!("{done} of {} alerts", all.len()),
    }
}
