//! What was seen, folded as it was folded when it was seen: the same swarm, the same detector, the same book of alerts.

use super::{
    Begin, Event, Head, What,
    event::{Rows, instant},
};
use crate::domain::{
    ConversationId, Mode, Problem, Seen, Severity, Snapshot, Source, Span, Subject, Swarm,
    Timestamp, Worker,
    alert::{Alerts, Condition},
    health::Detector,
};
use std::{collections::HashMap, sync::Arc};

/// Longest time after which the alerts are looked at again, though nothing happened.
const LOOK: Span = Span::seconds(15);

/// A swarm as it was, on its way through a recording.
#[derive(Debug, Clone)]
pub struct Fold {
    swarm: Swarm,
    alerts: Option<Alerts>,
    /// When time alone changes the alerts.
    alarm: Option<Timestamp>,
    name: Arc<str>,
    reopened: u32,
    life: u32,
    error: Option<Arc<str>>,
    /// The swarm is folded to here.
    at: Timestamp,
    /// The alerts were looked at here.
    looked: Timestamp,
    news: u64,
    /// What is wrong, and since when it was seen to be; only where somebody asks.
    wrong: Option<HashMap<Arc<str>, Wrong>>,
    changes: Vec<Change>,
}

/// Something that is wrong now.
#[derive(Debug, Clone)]
struct Wrong {
    severity: Severity,
    what: Arc<str>,
    whose: Option<ConversationId>,
}

/// Something began to be wrong, got worse, or is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Kind and subject.
    pub key: Arc<str>,
    /// When.
    pub at: Timestamp,
    /// How bad it is now; `None` when it is over.
    pub severity: Option<Severity>,
    /// What; neutralised.
    pub what: Arc<str>,
    /// The problem itself, when it begins.
    pub problem: Option<Problem>,
    /// When it is over: the worker that it was about gives signs of life.
    pub back: bool,
}

impl Fold {
    /// From a state on. `watching` notes what is wrong when. O(heads + workers).
    #[must_use]
    pub fn new(detector: Detector, begin: &Begin, heads: &[Head], watching: bool) -> Self {
        let swarm = Swarm::restore(detector, &begin.still, heads.iter().map(Head::row));
        let at = begin.still.at();
        let news = swarm.news();
        let mut fold = Self {
            swarm,
            alerts: begin.alerts.clone(),
            alarm: begin.alerts.as_ref().and_then(Alerts::due),
            name: Arc::clone(&begin.name),
            reopened: begin.reopened,
            life: begin.life,
            error: None,
            at,
            looked: at,
            news,
            wrong: watching.then(HashMap::new),
            changes: Vec::new(),
        };
        if watching {
            fold.look(at);
        }
        fold
    }

    /// How far it has come.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// The state, to start from here again.
    #[must_use]
    pub fn begin(&self) -> Begin {
        Begin {
            still: self.swarm.still(self.at),
            alerts: self.alerts.clone(),
            name: Arc::clone(&self.name),
            reopened: self.reopened,
            life: self.life,
        }
    }

    /// What began to be wrong and what is over, since the last call.
    pub fn changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Takes what was seen, ascending; what is not after the last is seen right after it. O(events).
    pub fn take(&mut self, events: &[Event]) {
        for same in events.chunk_by(|a, b| a.ms == b.ms) {
            let Some(first) = same.first() else { continue };
            let at = instant(first.ms).max(self.at);
            self.pass(at);
            self.apply(same, at);
        }
    }

    /// Everything of one instant. What was seen in two looks of one millisecond stays two looks.
    fn apply(&mut self, same: &[Event], at: Timestamp) {
        let mut rows = Rows::default();
        let mut other = false;
        for Event { what, .. } in same {
            if rows.is_behind(what) {
                self.flush(std::mem::take(&mut rows), at);
            }
            let Some(what) = rows.take(what) else {
                continue;
            };
            self.flush(std::mem::take(&mut rows), at);
            other = true;
            match what {
                What::Odd(gap, step, trouble) => {
                    let (gap, step) = (Span((*gap).max(0)), Span(*step));
                    self.swarm.odd_look(at, gap, step, *trouble);
                }
                What::Failed(why) => {
                    let why = crate::domain::text::line(why);
                    self.error = Some(why.as_ref().into());
                    self.swarm.unreadable(at);
                }
                What::Readable => self.readable(at),
                What::Alerts(book) => {
                    self.alarm = book.due();
                    self.alerts = Some(Alerts::clone(book));
                }
                _ => {}
            }
        }
        self.flush(rows, at);
        self.at = at;
        if other {
            self.swarm.evaluate_states(at);
        }
        if other || self.swarm.news() != self.news {
            self.look(at);
        }
    }

    /// The rows of one look.
    fn flush(&mut self, rows: Rows, at: Timestamp) {
        let Some((changes, since)) = rows.finish(self.swarm.cursor()) else {
            return;
        };
        let calm = changes.messages.is_empty() && changes.conversations.is_none();
        if self.error.is_some() {
            self.readable(at);
        }
        self.swarm
            .looked(since.unwrap_or(Timestamp(at.0 - 1_000_000)));
        self.swarm.apply(changes, Seen::Live(at));
        if !calm || self.swarm.restless() {
            self.swarm.evaluate_states(at);
        }
    }

    fn readable(&mut self, at: Timestamp) {
        self.error = None;
        self.swarm.readable(at);
    }

    /// Time passes until `at`, and nothing comes.
    pub fn pass(&mut self, at: Timestamp) {
        loop {
            let due = self.swarm.due().into_iter().chain(self.alarm);
            // What falls due again at the same instant waits for the next look.
            let due = due.filter(|due| *due > self.at).min();
            let next = due.map_or(self.looked.plus(LOOK), |due| {
                due.min(self.looked.plus(LOOK))
            });
            if next > at || next <= self.at {
                break;
            }
            self.at = next;
            if self.error.is_none() {
                self.swarm.watched(next);
            }
            self.swarm.evaluate_states(next);
            let alarmed = self.alarm.is_some_and(|due| due <= next);
            if alarmed || self.swarm.news() != self.news || next >= self.looked.plus(LOOK) {
                self.look(next);
            }
        }
        if at > self.at {
            self.at = at;
            if self.error.is_none() {
                self.swarm.watched(at);
            }
        }
    }

    /// How many workers there are.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.swarm.population()
    }

    /// Looks at what is wrong, for the alerts and for whoever asked.
    fn look(&mut self, at: Timestamp) {
        self.looked = at;
        if self.alerts.is_none() && self.wrong.is_none() {
            self.news = self.swarm.news();
            return;
        }
        let picture = self.swarm.sketch(at, self.source(at));
        // Nobody writes down the generations of the past.
        drop(self.swarm.risen());
        if let Some(alerts) = &mut self.alerts {
            alerts.step(&Condition::of(&picture), self.reopened, at);
            self.alarm = alerts.due();
        }
        if self.wrong.is_some() {
            self.compare(&picture, at);
        }
        self.news = self.swarm.news();
    }

    fn compare(&mut self, picture: &Snapshot, at: Timestamp) {
        let Some(wrong) = &mut self.wrong else { return };
        let worth = |p: &&Problem| p.severity >= Severity::Warning;
        let mut gone: Vec<Arc<str>> = Vec::new();
        for key in wrong.keys() {
            if !picture.problems.iter().filter(worth).any(|p| p.key == *key) {
                gone.push(Arc::clone(key));
            }
        }
        for key in gone {
            if let Some(last) = wrong.remove(&key) {
                let its = |w: &&Arc<Worker>| Some(&w.conversation) == last.whose.as_ref();
                let worker = picture.workers.iter().find(its);
                let back = worker.is_some_and(|w| w.verdict.state.is_up());
                self.changes.push(Change {
                    key,
                    at,
                    severity: None,
                    what: last.what,
                    problem: None,
                    back,
                });
            }
        }
        for problem in picture.problems.iter().filter(worth) {
            let known = wrong.get(&problem.key);
            if known.is_some_and(|w| w.severity >= problem.severity) {
                continue;
            }
            let what: Arc<str> = problem.sentence.as_str().into();
            self.changes.push(Change {
                key: Arc::clone(&problem.key),
                at,
                severity: Some(problem.severity),
                what: Arc::clone(&what),
                problem: known.is_none().then(|| problem.clone()),
                back: false,
            });
            let severity = problem.severity;
            let whose = match &problem.subject {
                Subject::Worker(conversation, _) => Some(conversation.clone()),
                Subject::Session(_) | Subject::Source => None,
            };
            wrong.insert(
                Arc::clone(&problem.key),
                Wrong {
                    severity,
                    what,
                    whose,
                },
            );
        }
    }

    fn source(&self, at: Timestamp) -> Source {
        Source {
            name: Arc::clone(&self.name),
            path: Arc::clone(&self.name),
            read_at: Some(at),
            error: self.error.clone(),
            mode: Mode::Recorded(at),
            watch: "recording".into(),
            reopened: self.reopened,
            ..Source::default()
        }
    }

    /// The swarm at `at`, which must not lie before [`Self::at`].
    #[must_use]
    pub fn picture(mut self, at: Timestamp) -> Snapshot {
        self.pass(at);
        let at = at.max(self.at);
        let mut picture = self.swarm.picture(at, self.source(at), None);
        if let Some(alerts) = &mut self.alerts {
            alerts.step(&Condition::of(&picture), self.reopened, at);
            picture.alerts = alerts.listing();
            picture.silences = alerts.silences().to_vec();
        }
        picture
    }
}
