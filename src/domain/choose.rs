//! Who should take a task: everybody who could, best first, with the parts of the score; everybody who could not, with the reason.

use super::swarm::natural;
use super::{ConversationId, Snapshot, Span, State, Task, Timestamp, Worker, WorkerId};
use std::sync::Arc;

/// Open tasks that a worker may hold before it gets no more.
pub const CAPACITY: usize = 2;
/// A conversation must have at least this much time left.
const TIME_LEFT: Span = Span::seconds(30 * 60);
/// Accepting a task later than this is as slow as it counts.
const SLOW: Span = Span::seconds(300);
/// Silent episodes in a day that count as many.
const SILENCES: i64 = 3;
/// The best is taken of so few candidates; of more, the better of two that chance picks.
pub const FEW: usize = 8;

/// Why somebody who held a task before does not get it again.
pub const HELD_BEFORE: &str = "held it before";

/// One part of a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// What it is for.
    pub name: &'static str,
    /// Points, positive or negative.
    pub points: i64,
}

/// Somebody who could take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub worker: Arc<Worker>,
    /// Sum of the parts.
    pub score: i64,
    /// What it is made of.
    pub parts: Vec<Part>,
    /// In words.
    pub why: String,
    /// A rule that was relaxed for it, because nobody else was left.
    pub relaxed: Option<&'static str>,
}

/// Somebody who could not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Who.
    pub conversation: ConversationId,
    /// Label.
    pub worker: WorkerId,
    /// Why not.
    pub why: String,
}

/// Everybody, for one task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranking {
    /// Who could take it, best first; ties by label.
    pub candidates: Vec<Candidate>,
    /// Who could not, by label.
    pub refused: Vec<Refused>,
}

impl Ranking {
    /// Whom an automatic move takes: the best of few; of many, the better of two picked by `random` (Mitzenmacher 2001: enough to keep
    /// stale scores from sending everything to one worker).
    #[must_use]
    pub fn pick(&self, random: [u64; 2]) -> Option<&Candidate> {
        if self.candidates.len() <= FEW {
            return self.candidates.first();
        }
        let n = self.candidates.len() as u64;
        let at = |r: u64| usize::try_from(r % n).unwrap_or(0);
        self.candidates.get(at(random[0]).min(at(random[1])))
    }
}

/// What a task asks of whoever takes it.
#[derive(Debug, Clone, Default)]
pub struct Wanted<'a> {
    /// Roles, teams or words of a label that the task needs, any of them.
    pub needs: &'a [String],
    /// Who held it before.
    pub before: Vec<&'a ConversationId>,
    /// Role of whoever holds it now.
    pub role: Option<Arc<str>>,
    /// Team of whoever holds it now.
    pub team: Option<Arc<str>>,
}

impl<'a> Wanted<'a> {
    /// What an existing task asks.
    #[must_use]
    pub fn of(task: &'a Task, snapshot: &Snapshot) -> Self {
        let holder = task.holder().map(|h| &h.conversation);
        let holder = snapshot
            .workers
            .iter()
            .find(|w| Some(&w.conversation) == holder);
        Self {
            needs: &task.needs,
            before: task.holders.iter().map(|h| &h.conversation).collect(),
            role: holder.and_then(|w| w.role.clone()),
            team: holder.and_then(|w| w.team.clone()),
        }
    }
}

/// Ranks everybody. O(workers × holders).
#[must_use]
pub fn rank(snapshot: &Snapshot, wanted: &Wanted<'_>, now: Timestamp) -> Ranking {
    let mut ranking = Ranking::default();
    let mut second = Vec::new();
    let least = TIME_LEFT.max(Span(median(snapshot).0.saturating_mul(2)));
    for worker in &snapshot.workers {
        let why = unfit(worker, wanted, least, now);
        let before = wanted.before.contains(&&worker.conversation);
        match why {
            None if before => second.push(worker),
            None => ranking
                .candidates
                .push(candidate(worker, wanted, now, None)),
            Some(why) => ranking.refused.push(refused(worker, why)),
        }
    }
    let relax = ranking.candidates.is_empty();
    for worker in second {
        if relax {
            let relaxed = Some("held it before; nobody else is left");
            ranking
                .candidates
                .push(candidate(worker, wanted, now, relaxed));
        } else {
            ranking
                .refused
                .push(refused(worker, HELD_BEFORE.to_owned()));
        }
    }
    ranking
        .candidates
        .sort_by_cached_key(|c| (std::cmp::Reverse(c.score), natural(c.worker.id.raw())));
    ranking
        .refused
        .sort_by_cached_key(|r| natural(r.worker.raw()));
    ranking
}

/// The first `most` candidates of [`rank`], and how many could not take it; ties in the order of the picture, which is that of the labels.
/// O(workers × holders), with words for those alone.
#[must_use]
pub fn best(
    snapshot: &Snapshot,
    wanted: &Wanted<'_>,
    now: Timestamp,
    most: usize,
) -> (Vec<Candidate>, usize) {
    let least = TIME_LEFT.max(Span(median(snapshot).0.saturating_mul(2)));
    let fit = |w: &&Arc<Worker>| {
        !wanted.before.contains(&&w.conversation) && unfit(w, wanted, least, now).is_none()
    };
    let workers = snapshot.workers.iter().filter(fit);
    let mut fit: Vec<(i64, &Arc<Worker>)> = workers
        .map(|w| (scores(w, wanted, now).iter().map(|(_, n)| n).sum(), w))
        .collect();
    if fit.is_empty() {
        let mut all = rank(snapshot, wanted, now);
        all.candidates.truncate(most);
        return (all.candidates, all.refused.len());
    }
    let refused = snapshot.workers.len() - fit.len();
    fit.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let first = fit.into_iter().take(most);
    let first = first.map(|(_, worker)| candidate(worker, wanted, now, None));
    (first.collect(), refused)
}

/// Whether [`rank`] would find a candidate. O(workers + closed tasks), and as a rule much less: it ends at the first.
#[must_use]
pub fn anybody(snapshot: &Snapshot, wanted: &Wanted<'_>, now: Timestamp) -> bool {
    let least = TIME_LEFT.max(Span(median(snapshot).0.saturating_mul(2)));
    let fit = |worker: &Arc<Worker>| unfit(worker, wanted, least, now).is_none();
    snapshot.workers.iter().any(fit)
}

fn refused(worker: &Worker, why: String) -> Refused {
    Refused {
        conversation: worker.conversation.clone(),
        worker: worker.id.clone(),
        why,
    }
}

/// Why a worker cannot take a task; `None` when it can.
fn unfit(w: &Worker, wanted: &Wanted<'_>, least: Span, now: Timestamp) -> Option<String> {
    if !matches!(w.verdict.state, State::Healthy | State::Idle) {
        return Some(w.verdict.state.name().to_owned());
    }
    if w.recovering {
        return Some("recovering: one more beat, or a word of its own".to_owned());
    }
    if !wanted.needs.is_empty() && !wanted.needs.iter().any(|need| meets(w, need)) {
        return Some(format!(
            "is none of what the task needs: {}",
            wanted.needs.join(", ")
        ));
    }
    if let Some(left) = w
        .expires
        .map(|end| end.since(now))
        .filter(|left| *left < least)
    {
        return Some(format!(
            "its conversation ends in {left}, {least} are needed"
        ));
    }
    (w.tasks.len() >= CAPACITY).then(|| format!("at capacity: holds {} tasks", w.tasks.len()))
}

/// A worker is what a task needs: by role, by team, or by a whole word of its label.
fn meets(w: &Worker, need: &str) -> bool {
    let is = |part: &Option<Arc<str>>| {
        part.as_deref()
            .is_some_and(|p| p.eq_ignore_ascii_case(need))
    };
    let word = |word: &str| word.eq_ignore_ascii_case(need);
    is(&w.role) || is(&w.team) || w.id.raw().split('-').any(word)
}

/// Median time from assignment to completion of the closed tasks that are kept; zero when there is none.
fn median(snapshot: &Snapshot) -> Span {
    let mut spans: Vec<Span> = (snapshot.tasks.iter())
        .filter_map(|t| Some(t.closed_at?.since(t.holder()?.at?)))
        .filter(|span| span.0 > 0)
        .collect();
    spans.sort_unstable();
    spans.get(spans.len() / 2).copied().unwrap_or_default()
}

/// What speaks for and against a worker, in points.
fn scores(worker: &Worker, wanted: &Wanted<'_>, now: Timestamp) -> [(&'static str, i64); 6] {
    let open = i64::try_from(worker.tasks.len()).unwrap_or(i64::MAX);
    let capacity = i64::try_from(CAPACITY).unwrap_or(1);
    let wait = worker.accepts_after.unwrap_or_default().0.clamp(0, SLOW.0);
    let silences = silences(worker, now).min(SILENCES);
    let same = |a: &Option<Arc<str>>, b: &Option<Arc<str>>| a.is_some() && a == b;
    [
        ("available", 100),
        ("load", -25 * open / capacity),
        ("slow to accept", -25 * wait / (2 * SLOW.0)),
        ("silent today", -25 * silences / (2 * SILENCES)),
        (
            "same role",
            if same(&worker.role, &wanted.role) {
                6
            } else {
                0
            },
        ),
        (
            "same team",
            if same(&worker.team, &wanted.team) {
                4
            } else {
                0
            },
        ),
    ]
}

fn candidate(
    worker: &Arc<Worker>,
    wanted: &Wanted<'_>,
    now: Timestamp,
    relaxed: Option<&'static str>,
) -> Candidate {
    let silences = silences(worker, now).min(SILENCES);
    let parts: Vec<Part> = (scores(worker, wanted, now).into_iter())
        .filter(|(_, points)| *points != 0)
        .map(|(name, points)| Part { name, points })
        .collect();
    Candidate {
        worker: Arc::clone(worker),
        score: parts.iter().map(|p| p.points).sum(),
        why: why(worker, &parts, silences),
        parts,
        relaxed,
    }
}

fn why(worker: &Worker, parts: &[Part], silences: i64) -> String {
    let mut words = vec![match worker.tasks.len() {
        0 => "free now".to_owned(),
        n => format!("holds {n} of {CAPACITY}"),
    }];
    for part in parts {
        match part.name {
            "same role" | "same team" => words.push(part.name.to_owned()),
            "silent today" => words.push(format!("silent {silences}× today")),
            "slow to accept" => {
                let after = worker.accepts_after.unwrap_or_default();
                words.push(format!("accepts after {after}"));
            }
            _ => {}
        }
    }
    if worker.failed > 0 {
        words.push(format!("{} failed", worker.failed));
    }
    words.join(", ")
}

/// Silent episodes that began within the last day.
fn silences(worker: &Worker, now: Timestamp) -> i64 {
    let day = now.plus(Span::seconds(-86_400));
    let began = |(at, state): &&(Timestamp, State)| *state == State::Silent && *at >= day;
    i64::try_from(worker.history.iter().filter(began).count()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
