//! The table of states: the first row that matches wins. A pure function of the facts and of `now`.

use super::{
    Limits, State, Verdict,
    evidence::{evidence, reason},
};
use crate::domain::{Span, Timestamp};

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
            .filter(|at| age(now, *at) > Limits::INBOX);
        let status = (self.reported == Some("working")).then(|| self.reported_since.unwrap_or(now));
        let task = (self.open > 0).then(|| self.oldest_task.unwrap_or(now));
        [task, inbox, status].into_iter().flatten().min()
    }

    /// Says that it is done, owes nothing, and did nothing since.
    pub(super) fn finished(&self) -> bool {
        let later = self.strong.map(|(at, _)| at) > self.reported_since;
        self.reported == Some("complete") && self.open == 0 && !later
    }

    fn beats(&self, l: &Limits, now: Timestamp) -> Beat {
        match self.beat().map(|at| l.age(now, at)) {
            None => Beat::Never,
            Some(old) if old >= l.silent => Beat::Missed,
            Some(old) if old >= l.suspect => Beat::Late,
            Some(_) => Beat::Ok,
        }
    }

    /// Activity came so long after the last beat that the beat's daemon must be dead, not the agent.
    fn discredited(&self, l: &Limits) -> bool {
        self.beat()
            .zip(self.activity())
            .is_some_and(|(beat, activity)| activity > beat.plus(l.silent))
    }

    /// The state, with mercy while we have only just begun to watch.
    fn state(&self, l: &Limits, now: Timestamp) -> (State, Timestamp) {
        let (state, since) = self.strict(l, now);
        let mild = l.mild_until.is_some_and(|until| now < until);
        let harsh = matches!(state, State::Silent | State::Stalled | State::NoHeartbeat);
        (if mild && harsh { State::Suspect } else { state }, since)
    }

    fn strict(&self, l: &Limits, now: Timestamp) -> (State, Timestamp) {
        let sign = self.sign();
        let since = sign.or(self.created).unwrap_or(now).min(now);
        if let Some(end) = self.expires.filter(|end| now >= *end) {
            return (State::Expired, end);
        }
        if self.finished() {
            return (State::Finished, since);
        }
        if sign.is_none() {
            let young = self.created.is_some_and(|made| age(now, made) < l.join());
            return (if young { State::New } else { State::Unknown }, since);
        }
        let beat = self.beats(l, now);
        let quiet = self
            .activity()
            .is_none_or(|at| l.age(now, at) >= self.hush(l));
        let discredited = self.discredited(l);
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
            && l.age(now, strong.unwrap_or(owed)) > l.stall
        {
            return (State::Stalled, strong.unwrap_or(owed));
        }
        if beat == Beat::Missed {
            return (State::NoHeartbeat, since);
        }
        if beat == Beat::Late
            && self
                .activity()
                .is_none_or(|at| l.age(now, at) >= Span::seconds(60))
        {
            return (State::Suspect, since);
        }
        if self.open == 0 && self.oldest_unread.is_none() {
            return (State::Idle, since);
        }
        (State::Healthy, since)
    }

    /// How old the newest activity must be to speak for silence. Whoever never beat has no rhythm to be late by: the longest limit.
    fn hush(&self, l: &Limits) -> Span {
        match self.beat() {
            Some(_) => l.quiet(),
            None => l.silent.max(Span::seconds(300)),
        }
    }

    /// When time alone may change the state.
    fn turns(&self, l: &Limits) -> [Option<Timestamp>; 10] {
        let tick = Span(1);
        let strong = self.strong.map(|(at, _)| at);
        [
            self.expires,
            l.mild_until,
            self.created.map(|at| at.plus(l.join())),
            self.beat().map(|at| l.after(at, l.suspect)),
            self.beat().map(|at| l.after(at, l.silent)),
            self.activity().map(|at| l.after(at, Span::seconds(60))),
            self.activity().map(|at| l.after(at, self.hush(l))),
            strong
                .or(self.oldest_task)
                .or(self.reported_since)
                .map(|at| l.after(at, l.stall).plus(tick)),
            self.oldest_unread
                .map(|at| at.plus(Limits::INBOX).plus(tick)),
            self.oldest_unread.map(|at| l.after(at, l.stall).plus(tick)),
        ]
    }
}

/// Judges one worker. O(1).
#[must_use]
pub fn judge(f: &Facts<'_>, l: &Limits, now: Timestamp) -> Verdict {
    let (state, since) = f.state(l, now);
    let mut turns: Vec<_> = f
        .turns(l)
        .into_iter()
        .flatten()
        .filter(|at| *at > now)
        .collect();
    turns.sort_unstable();
    let next = turns
        .into_iter()
        .map(|at| (at, f.state(l, at).0))
        .find(|(_, then)| *then != state);
    Verdict {
        state,
        since,
        at: now,
        reason: reason(f, l, now, state),
        evidence: evidence(f, l, now),
        next,
    }
}

/// Age at `now`; an instant ahead has age zero.
pub(super) fn age(now: Timestamp, at: Timestamp) -> Span {
    Span(now.since(at).0.max(0))
}

#[cfg(test)]
mod tests;
