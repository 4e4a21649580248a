//! One worker, judged and drawn: when a row touched it, or when its time has come.

use super::{Stale, WorkerFold, keep};
use crate::domain::{
    Evidence, Kind, Span, Stamp, State, TaskId, Timestamp, Worker,
    health::{Detector, Facts, Limits, Observer, Sight, Verdict, judge},
    ledger::Ledger,
    swarm::pulse::{period, zone},
    text,
};
use std::sync::Arc;

/// What drawing a worker showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain::swarm) enum Turn {
    /// The same state as before.
    Same,
    /// Its first state.
    First,
    /// Another state than this one.
    From(State),
}

/// With what a worker is looked at.
pub(in crate::domain::swarm) struct Eyes<'a> {
    pub(in crate::domain::swarm) ledger: &'a Ledger,
    pub(in crate::domain::swarm) detector: &'a Detector,
    pub(in crate::domain::swarm) sight: Sight<'a>,
    pub(in crate::domain::swarm) observer: &'a Observer,
    /// How far the clock of the bridge's host is behind ours.
    pub(in crate::domain::swarm) skew: Span,
    pub(in crate::domain::swarm) now: Timestamp,
    /// States are kept as a history.
    pub(in crate::domain::swarm) remember: bool,
}

impl WorkerFold {
    /// Draws it, when there is a reason to.
    pub(in crate::domain::swarm) fn draw(&mut self, eyes: &mut Eyes<'_>) -> Turn {
        let before = self.view.as_ref().map(|v| v.verdict.state);
        let now = eyes.now;
        if before.is_some() && self.stale == Stale::No && self.wake.is_none_or(|at| now < at) {
            return Turn::Same;
        }
        self.stale = Stale::No;
        let limits = self.limits(eyes);
        let facts = self.facts(eyes);
        let over = facts.expires.is_some_and(|end| now >= end);
        let hold = self.pulse.hold.filter(|until| now < *until);
        let kept = self
            .view
            .as_deref()
            .filter(|_| !over && (hold.is_some() || eyes.observer.blind()));
        let (verdict, as_of) = if let Some(last) = kept {
            let verdict = Verdict {
                next: None,
                ..last.verdict.clone()
            };
            let as_of = last.as_of.unwrap_or(verdict.at);
            self.wake = hold.filter(|_| !eyes.observer.blind()).or(facts.expires);
            (verdict, Some(as_of))
        } else {
            let mut verdict = judge(&facts, &limits, now);
            verdict.evidence.extend(self.circumstances(eyes, &limits));
            if let Some((by, at)) = &self.held {
                verdict.hold(by, *at);
            }
            self.wake = verdict.next.map(|(at, _)| at);
            (verdict, None)
        };
        let state = verdict.state;
        if eyes.remember && before != Some(state) {
            keep(&mut self.history, (now, state));
        }
        self.view = Some(Arc::new(self.shown(eyes, limits, verdict, as_of)));
        match before {
            None => Turn::First,
            Some(before) if before == state => Turn::Same,
            Some(before) => Turn::From(before),
        }
    }

    fn limits(&self, eyes: &mut Eyes<'_>) -> Limits {
        let team = self.parts.team.as_deref().or(self.parts.role.as_deref());
        let habit = &self.pulse.habit;
        let limits = eyes.detector.limits(team, habit, &mut eyes.sight);
        let strong = self.strong.map(|(at, _)| at);
        let mut limits = self.pulse.limits(limits, strong);
        limits.mild_until = eyes
            .observer
            .mild_until(period(habit))
            .filter(|until| eyes.now < *until);
        limits
    }

    fn shown(
        &self,
        eyes: &Eyes<'_>,
        limits: Limits,
        verdict: Verdict,
        as_of: Option<Timestamp>,
    ) -> Worker {
        let open = eyes.ledger.open_of(&self.conversation);
        let outcomes = eyes.ledger.outcomes(&self.conversation);
        Worker {
            conversation: self.conversation.clone(),
            id: self.label.clone(),
            number: self.parts.number,
            role: self.parts.role.clone(),
            team: self.parts.team.clone(),
            session: Arc::clone(&self.session),
            created: self.created,
            expires: self.expires_by(eyes.skew),
            reported: self.status.reported.clone().or_else(|| self.active()),
            heartbeat: self.status.stamp.and_then(Stamp::at),
            poll: self.poll,
            clock_bad: self.status.clock_bad,
            activity: self.strong,
            last_sent: self.last_sent.map(|(id, _, _)| id),
            unread: u32::try_from(self.unread.len()).unwrap_or(u32::MAX),
            oldest_unread: self.oldest_unread(),
            tasks: open
                .map(|ids| ids.iter().cloned().collect::<Vec<TaskId>>())
                .unwrap_or_default(),
            done: outcomes.done,
            failed: outcomes.failed,
            accepts_after: outcomes.accepts_after,
            beats: Arc::clone(&self.beats),
            history: Arc::clone(&self.history),
            older: 0,
            recovering: self.pulse.recovering.is_some()
                && !matches!(verdict.state, State::Silent | State::Expired),
            skew: self.pulse.skew(),
            witnessed: self.pulse.witnessed,
            as_of,
            limits,
            verdict,
        }
    }

    /// When the bridge refuses it, by our clock. The bridge's host writes the time of expiry, so it is that host's clock that counts.
    fn expires_by(&self, skew: Span) -> Option<Timestamp> {
        self.expires.map(|at| at.plus(skew))
    }

    /// What bears on the verdict without being a witness.
    fn circumstances(&self, eyes: &Eyes<'_>, limits: &Limits) -> Vec<Evidence> {
        let row = |witness, at, limit, vote, note: String| Evidence {
            witness,
            at,
            limit,
            vote,
            note,
        };
        let mut all = Vec::new();
        if let Some(until) = self.pulse.busy.filter(|until| eyes.now < *until) {
            let note = format!("declared itself busy: not stalled before {}", until.clock());
            all.push(row("busy", Some(until), Some(limits.stall), "ok", note));
        }
        if let Some(skew) = self.pulse.skew() {
            let (by, way) = (
                Span(skew.0.saturating_abs()),
                if skew.0 < 0 { "ahead" } else { "behind" },
            );
            let zone = match zone(skew) {
                Some(_) => "; it writes local time, not UTC",
                None => "",
            };
            let note = format!("its clock is {by} {way} of ours{zone}; arrivals are timed by ours");
            all.push(row("clock", None, None, "none", note));
        }
        if let Some(since) = self.pulse.recovering {
            let note = "was silent and comes back: no new task yet".to_owned();
            all.push(row("recovering", Some(since), None, "none", note));
        }
        if let Some(until) = limits.mild_until {
            let note = format!(
                "watching only since a moment: nothing worse than suspect before {}",
                until.clock()
            );
            all.push(row("observer", eyes.observer.started, None, "none", note));
        }
        if let Some(at) = self.pulse.restart {
            let note = "the bridge was away: no age counts from before".to_owned();
            all.push(row("observer", Some(at), None, "none", note));
        }
        all
    }

    fn active(&self) -> Option<Arc<str>> {
        self.status.raw.as_deref().map(|raw| text::name(raw).into())
    }

    fn oldest_unread(&self) -> Option<Timestamp> {
        self.unread.values().flatten().min().copied()
    }

    fn facts<'a>(&'a self, eyes: &Eyes<'_>) -> Facts<'a> {
        let ledger = eyes.ledger;
        let waits = |kind| match kind {
            Kind::Blocked => Some("blocker"),
            Kind::Question => Some("question"),
            _ => None,
        };
        let open = ledger.open_of(&self.conversation);
        // Times that we did not see come are those of the bridge's host, which may write its local time.
        let zone = (!self.pulse.witnessed).then(|| zone(eyes.skew)).flatten();
        let ours = |at: Timestamp| zone.map_or(at, |zone| at.plus(zone));
        Facts {
            created: self.created.map(ours),
            expires: self.expires_by(eyes.skew),
            reported: self.status.reported.as_deref(),
            reported_since: self.status.since.map(ours),
            heartbeat: self.status.beat.map(ours),
            poll: self.poll.map(ours),
            strong: self.strong.map(|(at, what)| (ours(at), what)),
            fetch: self.fetch.map(ours),
            waiting: self
                .last_sent
                .filter(|(id, _, _)| self.read_upto < *id)
                .and_then(|(_, kind, at)| Some((at, waits(kind)?))),
            open: open.map_or(0, std::collections::BTreeSet::len),
            oldest_task: open
                .into_iter()
                .flatten()
                .filter_map(|id| ledger.task(id)?.holder()?.at)
                .min(),
            oldest_unread: self.oldest_unread(),
        }
    }
}
