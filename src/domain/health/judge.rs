//! The table of states: the first row that matches wins. A pure function of the facts and of `now`.

use super::{
    State, Verdict,
    evidence::{evidence, reason},
};
use crate::domain::{Span, Timestamp};

/// Thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detector {
    /// A heartbeat older than this is late: twice the beat's interval.
    pub suspect: Span,
    /// A heartbeat older than this is missed.
    pub silent: Span,
    /// Whoever owes work and did nothing for so long does not move.
    pub stall: Span,
}

impl Detector {
    /// Fixed thresholds: 60 s, 300 s, and 900 s without activity.
    pub const FIXED: Self = Self {
        suspect: Span::seconds(60),
        silent: Span::seconds(300),
        stall: Span::seconds(900),
    };
    /// How long a conversation may stay unheard of before it counts as never seen.
    pub const GRACE: Span = Span::seconds(120);
    /// An unread message older than this is owed an answer.
    pub const INBOX: Span = Span::seconds(300);
}

impl Default for Detector {
    fn default() -> Self {
        Self::FIXED
    }
}

/// What is known of one worker. Times ahead of `now` count as `now`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts<'a> {
    /// When its conversation was made.
    pub created: Option<Timestamp>,
    /// When the bridge refuses it.
    pub expires: Option<Timestamp>,
    /// Status that the agent set last; a keep-alive's `active` is none. Neutralised.
    pub reported: Option<&'a str>,
    /// Since when it is known to report so.
    pub reported_since: Option<Timestamp>,
    /// Last heartbeat.
    pub heartbeat: Option<Timestamp>,
    /// Last poll that fetched nothing: as good as a heartbeat.
    pub poll: Option<Timestamp>,
    /// Last thing that the agent itself did, and what.
    pub strong: Option<(Timestamp, &'static str)>,
    /// Last fetch of messages: a sign of life, not of progress.
    pub fetch: Option<Timestamp>,
    /// Its newest message waits for an answer: since when, and what it is.
    pub waiting: Option<(Timestamp, &'static str)>,
    /// Open tasks that it holds.
    pub open: usize,
    /// The oldest of them.
    pub oldest_task: Option<Timestamp>,
    /// The oldest message that it has not fetched.
    pub oldest_unread: Option<Timestamp>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Beat {
    Never,
    Ok,
    Late,
    Missed,
}

impl Facts<'_> {
    /// Newest beat of any kind.
    pub(super) fn beat(&self) -> Option<Timestamp> {
        self.heartbeat.max(self.poll)
    }

    /// Newest activity of any kind.
    pub(super) fn activity(&self) -> Option<Timestamp> {
        self.strong.map(|(at, _)| at).max(self.fetch)
    }

    /// Newest sign of life.
    pub(super) fn sign(&self) -> Option<Timestamp> {
        self.beat().max(self.activity())
    }

    /// The oldest thing that it owes; `None` when it owes nothing.
    pub(super) fn owes(&self, now: Timestamp) -> Option<Timestamp> {
        let inbox = self
            .oldest_unread
            .filter(|at| age(now, *at) > Detector::INBOX);
        let status = (self.reported == Some("working")).then(|| self.reported_since.unwrap_or(now));
        let task = (self.open > 0).then(|| self.oldest_task.unwrap_or(now));
        [task, inbox, status].into_iter().flatten().min()
    }

    /// Says that it is done, owes nothing, and did nothing since.
    pub(super) fn finished(&self) -> bool {
        let later = self.strong.map(|(at, _)| at) > self.reported_since;
        self.reported == Some("complete") && self.open == 0 && !later
    }

    fn beats(&self, d: &Detector, now: Timestamp) -> Beat {
        match self.beat().map(|at| age(now, at)) {
            None => Beat::Never,
            Some(old) if old >= d.silent => Beat::Missed,
            Some(old) if old >= d.suspect => Beat::Late,
            Some(_) => Beat::Ok,
        }
    }

    /// Activity came so long after the last beat that the beat's daemon must be dead, not the agent.
    fn discredited(&self, d: &Detector) -> bool {
        self.beat()
            .zip(self.activity())
            .is_some_and(|(beat, activity)| activity > beat.plus(d.silent))
    }

    fn state(&self, d: &Detector, now: Timestamp) -> (State, Timestamp) {
        let sign = self.sign();
        let since = sign.or(self.created).unwrap_or(now).min(now);
        if let Some(end) = self.expires.filter(|end| now >= *end) {
            return (State::Expired, end);
        }
        if self.finished() {
            return (State::Finished, since);
        }
        if sign.is_none() {
            let young = self
                .created
                .is_some_and(|made| age(now, made) < Detector::GRACE);
            return (if young { State::New } else { State::Unknown }, since);
        }
        let quiet = self
            .activity()
            .is_none_or(|at| age(now, at) >= d.silent.min(Span::seconds(300)));
        let beat = self.beats(d, now);
        let discredited = self.discredited(d);
        let missed = match beat {
            Beat::Missed => !discredited,
            Beat::Never => true,
            Beat::Ok | Beat::Late => false,
        };
        if missed && quiet {
            return (State::Silent, since);
        }
        if self.reported == Some("blocked") || self.waiting.is_some() {
            return (
                State::Blocked,
                self.waiting
                    .or(self.strong)
                    .map_or(since, |(at, _)| at.min(now)),
            );
        }
        let strong = self.strong.map(|(at, _)| at);
        if (beat != Beat::Missed || discredited)
            && let Some(owed) = self.owes(now)
            && age(now, strong.unwrap_or(owed)) > d.stall
        {
            return (State::Stalled, strong.unwrap_or(owed));
        }
        if beat == Beat::Missed {
            return (State::NoHeartbeat, since);
        }
        if beat == Beat::Late
            && self
                .activity()
                .is_none_or(|at| age(now, at) >= Span::seconds(60))
        {
            return (State::Suspect, since);
        }
        if self.open == 0 && self.oldest_unread.is_none() {
            return (State::Idle, since);
        }
        (State::Healthy, since)
    }

    /// When time alone may change the state.
    fn turns(&self, d: &Detector) -> [Option<Timestamp>; 9] {
        let tick = Span(1);
        let strong = self.strong.map(|(at, _)| at);
        [
            self.expires,
            self.created.map(|at| at.plus(Detector::GRACE)),
            self.beat().map(|at| at.plus(d.suspect)),
            self.beat().map(|at| at.plus(d.silent)),
            self.activity().map(|at| at.plus(Span::seconds(60))),
            self.activity()
                .map(|at| at.plus(d.silent.min(Span::seconds(300)))),
            strong
                .or(self.oldest_task)
                .or(self.reported_since)
                .map(|at| at.plus(d.stall).plus(tick)),
            self.oldest_unread
                .map(|at| at.plus(Detector::INBOX).plus(tick)),
            self.oldest_unread.map(|at| at.plus(d.stall).plus(tick)),
        ]
    }
}

/// Judges one worker. O(1).
#[must_use]
pub fn judge(f: &Facts<'_>, d: &Detector, now: Timestamp) -> Verdict {
    let (state, since) = f.state(d, now);
    let mut turns: Vec<_> = f
        .turns(d)
        .into_iter()
        .flatten()
        .filter(|at| *at > now)
        .collect();
    turns.sort_unstable();
    let next = turns
        .into_iter()
        .map(|at| (at, f.state(d, at).0))
        .find(|(_, then)| *then != state);
    Verdict {
        state,
        since,
        at: now,
        reason: reason(f, d, state),
        evidence: evidence(f, d, now),
        next,
    }
}

/// Age at `now`; an instant ahead has age zero.
pub(super) fn age(now: Timestamp, at: Timestamp) -> Span {
    Span(now.since(at).0.max(0))
}

#[cfg(test)]
mod tests;
