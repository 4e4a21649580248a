//! Who is judged when: whom a row touched, and whose time has come. Nobody else is looked at.

use super::{
    Seen, Swarm,
    pulse::period,
    worker::{Eyes, Turn, WorkerFold},
};
use crate::domain::{
    ConversationId, Happening, Span, State, Timestamp,
    health::{self, Detector, Habit, Observer, PERIOD, Sight, Taus, Tick},
};
use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    sync::Arc,
};

/// How often the swarm is counted, and the clocks compared.
const SURVEY: Span = Span::seconds(30);

/// Fewer clocks than this cannot tell the bridge's clock from a worker's.
const WITNESSES: usize = 3;

/// Workers that a survey asks, about.
const SAMPLE: usize = 2_000;

/// What was learned of workers, by conversation.
pub type Habits = HashMap<ConversationId, Habit>;

/// The watch over a swarm.
#[derive(Debug, Clone, Default)]
pub(super) struct Vigil {
    pub(super) detector: Detector,
    pub(super) observer: Observer,
    pub(super) recalled: Arc<Habits>,
    taus: Taus,
    /// Whom a row touched.
    pub(super) touched: Vec<usize>,
    /// Whose time comes when; at most one entry of each is live.
    due: BinaryHeap<Reverse<(Timestamp, usize)>>,
    surveyed: Option<Timestamp>,
    pub(super) workers: usize,
    pub(super) skew: Span,
}

impl Vigil {
    pub(super) fn new(detector: Detector) -> Self {
        Self {
            detector,
            ..Self::default()
        }
    }

    /// A row may have touched this one.
    pub(super) fn queue(&mut self, at: usize, fold: &mut WorkerFold) {
        if !fold.queued {
            fold.queued = true;
            self.touched.push(at);
        }
    }

    /// The list of workers changed.
    pub(super) fn queue_all(&mut self, folds: &mut [WorkerFold]) {
        self.due.clear();
        self.touched = (0..folds.len()).collect();
        for fold in folds {
            (fold.queued, fold.due) = (true, None);
        }
        self.surveyed = None;
    }
}

impl Swarm {
    /// What was learned before this program started. Workers that are met from now on start with it.
    pub fn recall(&mut self, habits: Arc<Habits>) {
        self.vigil.recalled = habits;
    }

    /// What was learned since the last call, and is worth keeping. O(workers).
    pub fn learned(&mut self) -> Vec<(ConversationId, Habit)> {
        self.workers
            .iter_mut()
            .filter_map(|fold| {
                std::mem::take(&mut fold.pulse.fresh)
                    .then(|| (fold.conversation.clone(), fold.pulse.habit.clone()))
            })
            .collect()
    }

    /// How well we see.
    #[must_use]
    pub const fn observer(&self) -> &Observer {
        &self.vigil.observer
    }

    /// What is watched began with this program: there is no grace at the start.
    pub const fn familiar(&mut self) {
        self.vigil.observer.familiar();
    }

    /// Takes in a look at the bridge, whatever it brought. A pause of ours holds every verdict until the worker gives a sign of life, or two
    /// of its periods have passed.
    pub fn tick(&mut self, tick: Tick) {
        match self.vigil.observer.tick(tick) {
            health::Turn::None => {}
            health::Turn::Limits => self.touch_all(),
            health::Turn::Paused(by) => {
                for fold in &mut self.workers {
                    fold.pulse.pause(tick.at);
                }
                self.touch_all();
                self.note(tick.at, &format!("this program paused, or its clock was set, by {by}: verdicts stay until workers are heard of"));
            }
        }
    }

    /// The bridge could not be read: no verdict falls until it can.
    pub fn unreadable(&mut self, at: Timestamp) {
        if self.vigil.observer.failed(at) {
            self.note(at, "the bridge is away: verdicts stay as they are");
        }
    }

    /// The bridge was read.
    pub fn readable(&mut self, at: Timestamp) {
        let blind = self.vigil.observer.blind();
        if let Some(since) = self.vigil.observer.recovered() {
            self.resume(at, since);
        } else if blind && !self.vigil.observer.blind() {
            self.touch_all();
        }
    }

    /// Another file is under the path than the one before: what came meanwhile is not known, so ages restart.
    pub fn reopened(&mut self, at: Timestamp) {
        self.vigil.observer.recovered();
        self.resume(at, at);
    }

    fn resume(&mut self, at: Timestamp, since: Timestamp) {
        for fold in &mut self.workers {
            fold.pulse.restart(at);
        }
        self.touch_all();
        self.note(
            at,
            &format!("the bridge is back after {}: ages restart", at.since(since)),
        );
    }

    /// A row came.
    pub(super) fn row_came(&mut self, seen: Seen) {
        if let Seen::Live(now) = seen
            && let Some(since) = self.vigil.observer.row(now)
        {
            self.resume(now, since);
        }
    }

    pub(super) fn touch_all(&mut self) {
        for fold in &mut self.workers {
            fold.touch();
        }
        self.vigil.queue_all(&mut self.workers);
    }

    /// Judges whom a row touched and whose time has come. O(those).
    pub fn evaluate(&mut self, now: Timestamp) {
        self.come_due(now);
        let ids = std::mem::take(&mut self.vigil.touched);
        self.judge(now, ids);
    }

    /// The same, but for those who are well and gave no more than a sign of life: their state is the same, and their ages wait to be drawn
    /// until somebody looks. O(whom a row touched).
    pub fn evaluate_states(&mut self, now: Timestamp) {
        self.come_due(now);
        let touched = std::mem::take(&mut self.vigil.touched);
        let pressing = |id: &usize| {
            let fold = self.workers.get(*id);
            fold.is_some_and(|fold| fold.is_pressing(now))
        };
        let (ids, rest) = touched.into_iter().partition(pressing);
        self.vigil.touched = rest;
        self.judge(now, ids);
    }

    fn come_due(&mut self, now: Timestamp) {
        self.survey(now);
        let vigil = &mut self.vigil;
        while vigil.due.peek().is_some_and(|Reverse((at, _))| *at <= now) {
            let Some(Reverse((at, id))) = vigil.due.pop() else {
                break;
            };
            if let Some(fold) = self.workers.get_mut(id).filter(|f| f.due == Some(at)) {
                fold.due = None;
                vigil.queue(id, fold);
            }
        }
    }

    fn judge(&mut self, now: Timestamp, mut ids: Vec<usize>) {
        let vigil = &mut self.vigil;
        ids.sort_unstable();
        let mut eyes = Eyes {
            ledger: &self.ledger,
            detector: &vigil.detector,
            sight: Sight {
                taus: &mut vigil.taus,
                workers: vigil.workers,
                poor: vigil.observer.poor,
                watched: vigil.observer.started.is_some(),
            },
            observer: &vigil.observer,
            skew: vigil.skew,
            now,
            remember: !self.preview,
        };
        for id in ids {
            let Some(fold) = self.workers.get_mut(id) else {
                continue;
            };
            fold.queued = false;
            let turn = fold.draw(&mut eyes);
            if let Some(wake) = fold.wake()
                && fold.due.is_none_or(|due| wake < due)
            {
                fold.due = Some(wake);
                vigil.due.push(Reverse((wake, id)));
            }
            let Some(view) = fold.view().cloned() else {
                continue;
            };
            match turn {
                Turn::From(_) if self.preview => {}
                Turn::From(state) => self.log.push(now, Happening::WorkerState(view, state)),
                Turn::First if self.watching => self.log.push(now, Happening::WorkerSeen(view)),
                Turn::First | Turn::Same => {}
            }
        }
        self.watching = true;
    }

    /// When time alone changes the next state; `None` when it never does. O(1).
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        self.vigil.due.peek().map(|Reverse((at, _))| *at)
    }

    /// Counts who is there, compares the clocks, and finds out whether all are quiet at once.
    fn survey(&mut self, now: Timestamp) {
        self.hear(now);
        let due = self
            .vigil
            .surveyed
            .is_none_or(|last| now.since(last) >= SURVEY);
        if !due {
            return;
        }
        self.vigil.surveyed = Some(now);
        // A large swarm is sampled: how many there are matters by its logarithm, and the clock in the middle is that of most.
        let stride = (self.workers.len() / SAMPLE).max(1);
        let sample = || self.workers.iter().step_by(stride);
        let current = |fold: &&WorkerFold| fold.ends().is_none_or(|end| now < end);
        let workers = sample().filter(current).count() * stride;
        let mut skews: Vec<Span> = sample().filter_map(|f| f.pulse.least()).collect();
        let middle = skews.len() / 2;
        let skew = if skews.len() < WITNESSES {
            Span(0)
        } else {
            *skews.select_nth_unstable(middle).1
        };
        let skew = if skew.0.saturating_abs() > Span::seconds(5).0 {
            skew
        } else {
            Span(0)
        };
        let moved = (skew.0 - self.vigil.skew.0).abs() > Span::seconds(1).0;
        let counted = workers.max(1).ilog2() != self.vigil.workers.max(1).ilog2();
        if moved || counted {
            (self.vigil.workers, self.vigil.skew) = (workers, skew);
            self.touch_all();
            self.vigil.surveyed = Some(now);
        }
    }

    fn hear(&mut self, now: Timestamp) {
        if !self.vigil.observer.is_hushed(now) {
            return;
        }
        // Only whom we saw beat: who was dead before we came accuses nobody.
        let beats = |fold: &&WorkerFold| {
            fold.view().is_some_and(|v| {
                fold.pulse.beaten()
                    && !matches!(
                        v.verdict.state,
                        State::Silent
                            | State::NoHeartbeat
                            | State::Expired
                            | State::Finished
                            | State::New
                            | State::Unknown
                    )
            })
        };
        let mut live = 0;
        let mut sum = 0i64;
        for fold in self.workers.iter().filter(beats) {
            live += 1;
            sum = sum.saturating_add(period(&fold.pulse.habit).0);
        }
        let mean = i64::try_from(live)
            .ok()
            .filter(|n| *n > 0)
            .map_or(0, |n| sum / n);
        #[expect(clippy::cast_possible_truncation, reason = "half a minute")]
        let mean = if mean == 0 {
            Span((PERIOD * 1e6) as i64)
        } else {
            Span(mean)
        };
        if self.vigil.observer.quiet(now, live, mean) {
            self.note(now, "no row of any kind for too long: the bridge is away, and verdicts stay as they are");
        }
    }
}

#[cfg(test)]
mod tests;
