//! What another detector would have said: the recorded time folded twice, and what differs.

mod table;

use super::{
    Fold, Player, RecordError, What,
    event::{instant, ms},
    fold::Change,
};
use crate::domain::{
    ConversationId, Problem, Span, Subject, Timestamp, WorkerId, health::Detector,
};
use std::{collections::HashMap, sync::Arc};

/// Kinds of problems that a detector decides.
const KINDS: [&str; 3] = ["silent", "no-heartbeat", "stalled"];
/// Alerts that are listed by name.
const LISTED: usize = 100;

/// An alert that a detector raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    /// Kind and subject.
    pub key: Arc<str>,
    /// What.
    pub kind: &'static str,
    /// Whose.
    pub worker: WorkerId,
    /// When.
    pub from: Timestamp,
    /// When it was over; `None` when it lasted to the end.
    pub until: Option<Timestamp>,
    /// How long after the last sign of life.
    pub delay: Span,
    /// The worker came back by itself while it stood: neither this program nor an operator had done anything to it. An alert that a worse one
    /// of the same worker took the place of is none: that one says what it was.
    pub false_alarm: bool,
}

/// What one detector said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Verdicts {
    /// By beginning.
    pub raised: Vec<Raised>,
    /// How long the workers were watched, all together.
    pub watched: Span,
}

/// Two detectors on the same time.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// First instant.
    pub from: Timestamp,
    /// Last instant.
    pub to: Timestamp,
    /// What the present one said.
    pub now: Verdicts,
    /// What the other one would have said.
    pub then: Verdicts,
    /// Alerts that only the other one raises; at most a hundred.
    pub gained: Vec<Raised>,
    /// Alerts that only the present one raises; at most a hundred.
    pub lost: Vec<Raised>,
    /// How many of each there are.
    pub counts: (usize, usize),
}

impl Verdicts {
    /// Mean and 99th percentile of the delays; `None` without alerts.
    #[must_use]
    pub fn delays(&self) -> Option<(Span, Span)> {
        let mut all: Vec<i64> = self.raised.iter().map(|r| r.delay.0).collect();
        all.sort_unstable();
        let n = i64::try_from(all.len()).ok().filter(|n| *n > 0)?;
        let mean = all.iter().sum::<i64>() / n;
        let at = (all.len() * 99).div_ceil(100).saturating_sub(1);
        Some((Span(mean), Span(*all.get(at)?)))
    }

    /// Alerts that were none.
    #[must_use]
    pub fn false_alarms(&self) -> usize {
        self.raised.iter().filter(|r| r.false_alarm).count()
    }

    /// Worker-days.
    #[must_use]
    pub fn worker_days(&self) -> f64 {
        self.watched.as_f64() / 86_400.0
    }
}

/// Compares `now` with `then` from `since` to the end. O(what was seen), twice.
///
/// # Errors
/// As [`RecordError`] says.
pub fn what_if(
    player: &mut Player,
    (now, then): (&Detector, &Detector),
    since: Timestamp,
) -> Result<Comparison, RecordError> {
    let sections = player.sections()?;
    let (first, last) = (sections.first(), sections.last());
    let (first, last) = first.zip(last).ok_or(RecordError::Empty)?;
    let (from, to) = (ms(since).clamp(first.from, last.until), last.until);
    let [now, then] = [now, then].map(|detector| judge(player, detector, from));
    let (now, then) = (now?, then?);
    let only = |mine: &Verdicts, other: &Verdicts| -> Vec<Raised> {
        let met = |a: &Raised| other.raised.iter().any(|b| a.key == b.key && overlap(a, b));
        mine.raised.iter().filter(|a| !met(a)).cloned().collect()
    };
    let (mut gained, mut missed) = (only(&then, &now), only(&now, &then));
    let counts = (gained.len(), missed.len());
    gained.truncate(LISTED);
    missed.truncate(LISTED);
    Ok(Comparison {
        from: instant(from),
        to: instant(to),
        now,
        then,
        gained,
        lost: missed,
        counts,
    })
}

/// They are the same trouble, seen at other times: they overlap, or count from the same last sign of life.
fn overlap(a: &Raised, b: &Raised) -> bool {
    let end = |r: &Raised| r.until.unwrap_or(Timestamp(i64::MAX));
    let sign = |r: &Raised| r.from.plus(Span(-r.delay.0));
    (a.from <= end(b) && b.from <= end(a)) || sign(a) == sign(b)
}

/// What one detector says of the time from `from` on.
fn judge(player: &mut Player, detector: &Detector, from: i64) -> Result<Verdicts, RecordError> {
    let mut verdicts = Verdicts::default();
    let mut standing = HashMap::new();
    let sections = player.sections()?;
    let last = sections.last().map_or(i64::MIN, |s| s.until);
    for section in sections.into_iter().filter(|s| s.until >= from) {
        let mut part = Part::default();
        let mut at = from.max(section.from);
        let begin = at;
        player.watch(detector, section, at, |fold, events, until| {
            for event in events {
                if let What::Message(head) = &event.what
                    && head.is_deed()
                {
                    let deeds = part.deeds.entry(head.conversation.clone());
                    deeds.or_default().push(event.ms);
                }
            }
            let span = until.saturating_sub(at).max(0).saturating_mul(1_000);
            let workers = i64::try_from(fold.workers()).unwrap_or(i64::MAX);
            verdicts.watched.0 = (verdicts.watched.0).saturating_add(span.saturating_mul(workers));
            at = at.max(until);
            for change in fold.changes() {
                part.note(change);
            }
        })?;
        // What was wrong before is no news of this time.
        part.raised.retain(|r| ms(r.from) >= begin);
        standing = part.join(section, &mut verdicts.raised, &standing);
        if section.until < last {
            // Nobody knows how it went on.
            for at in standing.values() {
                if let Some(one) = verdicts.raised.get_mut(*at) {
                    one.until = Some(instant(section.until));
                }
            }
        }
    }
    verdicts
        .raised
        .sort_by(|a, b| (a.from, &a.key).cmp(&(b.from, &b.key)));
    Ok(verdicts)
}

/// What a detector says of a time without a gap.
#[derive(Default)]
struct Part {
    raised: Vec<Raised>,
    /// What is not over: where it stands, and whose it is.
    open: HashMap<Arc<str>, (usize, ConversationId)>,
    /// When somebody did something for a worker, ascending.
    deeds: HashMap<Box<str>, Vec<i64>>,
}

impl Part {
    fn note(&mut self, change: Change) {
        let Change {
            key,
            at,
            severity,
            problem,
            back,
            ..
        } = change;
        if severity.is_none() {
            if let Some((n, whose)) = self.open.remove(&key)
                && let Some(one) = self.raised.get_mut(n)
            {
                let deeds = self.deeds.get(whose.raw());
                let deeds = deeds.map(Vec::as_slice).unwrap_or_default();
                let first = deeds.partition_point(|deed| *deed < ms(one.from));
                let touched = deeds.get(first).is_some_and(|deed| *deed <= ms(at));
                one.until = Some(at);
                one.false_alarm = back && !touched;
            }
            return;
        }
        let Some(Problem {
            kind,
            subject: Subject::Worker(whose, worker),
            since,
            ..
        }) = problem
        else {
            return;
        };
        if KINDS.contains(&kind) {
            let n = self.raised.len();
            self.open.insert(Arc::clone(&key), (n, whose));
            self.raised.push(Raised {
                key,
                kind,
                worker,
                from: at,
                until: None,
                delay: Span(at.since(since).0.max(0)),
                false_alarm: false,
            });
        }
    }

    /// Puts it behind what was said of the times before, where `standing` was not over at their end; gives what is not over at its own end.
    /// Who gave the last sign of life before it was recorded was noticed then, or by nobody.
    fn join(
        self,
        section: super::Section,
        all: &mut Vec<Raised>,
        standing: &HashMap<Arc<str>, usize>,
    ) -> HashMap<Arc<str>, usize> {
        let mut open = HashMap::new();
        for one in self.raised {
            let sign = one.from.plus(Span(-one.delay.0));
            let at = if sign >= instant(section.from) {
                all.push(one.clone());
                all.len() - 1
            } else if let Some(at) = standing.get(&one.key)
                && let Some(before) = all.get_mut(*at)
            {
                (before.until, before.false_alarm) = (one.until, one.false_alarm);
                *at
            } else {
                continue;
            };
            if one.until.is_none() {
                open.insert(one.key, at);
            }
        }
        open
    }
}

impl Player {
    /// Folds a section on from the state before `from`, judged by `detector`; `show` is given the fold, what came since it was shown last, and
    /// how far it is.
    pub(super) fn watch(
        &mut self,
        detector: &Detector,
        section: super::Section,
        from: i64,
        mut show: impl FnMut(&mut Fold, &[super::Event], i64),
    ) -> Result<(), RecordError> {
        let Some(mut fold) = self.fresh(detector, section, from)? else {
            return Ok(());
        };
        let mut at = ms(fold.at());
        show(&mut fold, &[], at);
        while at < section.until {
            let to = (at + super::player::PIECE).min(section.until);
            let events = self.seen(at + 1, to + 1)?;
            fold.take(&events);
            fold.pass(instant(to));
            show(&mut fold, &events, to);
            at = to;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
