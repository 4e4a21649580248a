//! Why a worker is in its state, in full: witnesses, thresholds, and what would change it. The same for a screen and for a pipe.

use super::{
    ConversationId, Span, State, Timestamp, Worker, WorkerId,
    health::{Basis, Rung},
    report::{EvidenceReport, evidence},
};
use serde::Serialize;

/// Everything about one verdict. Times and ages at `now`.
#[derive(Debug, Serialize)]
pub struct Explanation<'a> {
    schema: &'static str,
    /// Whose.
    pub worker: String,
    /// Its conversation.
    pub conversation: String,
    /// The state.
    pub state: State,
    /// One sentence.
    pub reason: &'a str,
    /// Last sign of life that it is judged by.
    pub since: Timestamp,
    /// When the verdict fell.
    pub verdict_at: Timestamp,
    /// No verdict falls now; the last one is as of this instant.
    pub as_of: Option<Timestamp>,
    /// It was silent and comes back.
    pub recovering: bool,
    /// Arrivals were timed by our own clock, not by recorded times alone.
    pub watched: bool,
    /// What it is held against.
    pub thresholds: Thresholds,
    /// One row per witness.
    pub evidence: Vec<EvidenceReport<'a>>,
    /// What would change the state, one sentence each.
    pub outlook: Vec<String>,
}

/// What a worker is held against, in seconds without a beat; `stall_s` without activity.
#[derive(Debug, Serialize)]
pub struct Thresholds {
    /// `adaptive` or `fixed`.
    pub detector: &'static str,
    /// Suspicion now; `None` under fixed limits and for who never beat.
    pub phi: Option<f64>,
    /// Suspicion from which it counts as silent.
    pub phi_silent: Option<u8>,
    /// Late.
    pub suspect_s: f64,
    /// Missed.
    pub silent_s: f64,
    /// Its work may move by itself.
    pub act_s: f64,
    /// Owes work and does nothing.
    pub stall_s: f64,
    /// Expected time between two beats.
    pub period_s: f64,
    /// Beats that are lost, of all.
    pub loss: Option<f64>,
    /// Intervals that this was learned from.
    pub learned: Option<u64>,
}

/// Two decimals.
fn short(x: f64) -> f64 {
    (x * 100.0).round() / 100.0
}

impl Thresholds {
    /// Those of `worker`, and its suspicion at `now`.
    #[must_use]
    pub fn of(worker: &Worker, now: Timestamp) -> Self {
        let l = &worker.limits;
        let phi = worker
            .verdict
            .beat()
            .and_then(|beat| l.phi(now.since(beat.max(l.restart))));
        let (silent, loss, learned) = match l.basis {
            Basis::Fixed => (None, None, None),
            Basis::Accrual {
                model,
                silent,
                learned,
                ..
            } => (Some(silent), Some(model.model().p1), Some(learned)),
        };
        Self {
            detector: silent.map_or("fixed", |_| "adaptive"),
            phi: phi.map(short),
            phi_silent: silent,
            suspect_s: short(l.suspect.as_f64()),
            silent_s: short(l.silent.as_f64()),
            act_s: short(l.act.as_f64()),
            stall_s: short(l.stall.as_f64()),
            period_s: short(l.period.as_f64()),
            loss: loss.map(|p| short(p * 100.0) / 100.0),
            learned,
        }
    }

    /// `phi 2.31 of 6; late 63s, missed 126s, act 211s; stalled 900s`.
    #[must_use]
    pub fn words(&self) -> String {
        let phi = match (self.phi, self.phi_silent) {
            (Some(phi), Some(of)) => format!("phi {phi:.2} of {of}; "),
            _ => String::new(),
        };
        format!(
            "{phi}late {:.0}s, missed {:.0}s, act {:.0}s; stalled {:.0}s",
            self.suspect_s, self.silent_s, self.act_s, self.stall_s
        )
    }
}

/// Explains the verdict over `worker` as of `now`. O(evidence).
#[must_use]
pub fn explain(worker: &Worker, now: Timestamp) -> Explanation<'_> {
    let v = &worker.verdict;
    Explanation {
        schema: "swarmwarden.explain.v1",
        worker: worker.id.to_string(),
        conversation: worker.conversation.to_string(),
        state: v.state,
        reason: &v.reason,
        since: v.since,
        verdict_at: v.at,
        as_of: worker.as_of,
        recovering: worker.recovering,
        watched: worker.limits.watched,
        thresholds: Thresholds::of(worker, now),
        evidence: evidence(&v.evidence, now),
        outlook: outlook(worker),
    }
}

/// What would change the state of `worker`, one sentence each. No ages: they would go stale.
#[must_use]
pub fn outlook(worker: &Worker) -> Vec<String> {
    let v = &worker.verdict;
    let mut all = Vec::new();
    if let Some(at) = worker.as_of {
        all.push(format!("held as of {}: no verdict falls before it is heard of, or two of its periods have passed", at.clock()));
    }
    if let Some((at, state)) = v.next {
        all.push(format!("{state} at {} unless it moves", at.clock()));
    }
    let second = Span(worker.limits.period.0 / 2 * 5);
    let way = match v.state {
        State::Silent => format!(
            "a heartbeat or any activity ends it; it counts as recovering until a second one within {second}"
        ),
        State::Stalled => {
            "a message, a command or a report of its own ends it, a fetch does not; [#busy 20m …] extends the limit".to_owned()
        }
        State::NoHeartbeat => "a heartbeat ends it: its keep-alive must be started again".to_owned(),
        State::Suspect => "a heartbeat ends it".to_owned(),
        State::Blocked => "an answer that it fetches ends it, or a message of its own".to_owned(),
        State::Unknown | State::New => "a heartbeat, a fetch or a message ends it".to_owned(),
        State::Expired => "nothing: the bridge refuses it, and it needs a new conversation".to_owned(),
        State::Finished => "a message of its own, another status or an assignment ends it".to_owned(),
        State::Held => "the operator's release ends it".to_owned(),
        State::Healthy | State::Idle => "silence, or work that does not move".to_owned(),
    };
    all.push(way);
    let from = worker.limits.restart;
    if let (State::Silent, Some(beat)) = (v.state, v.beat())
        && !worker.tasks.is_empty()
    {
        let at = beat.max(from).plus(worker.limits.act);
        all.push(format!("its work may move by itself from {}", at.clock()));
    }
    if v.state == State::Stalled {
        let limit = v.since.max(from).plus(worker.limits.stall);
        let at = |rung: Rung| limit.plus(rung.after()).clock();
        all.push(format!(
            "a warning from {}, critical from {}",
            at(Rung::Warning),
            at(Rung::Critical)
        ));
    }
    all
}

/// The workers that `name` means: a label or a conversation's id; otherwise whoever has it, `worker-3` or `3`, as a whole token of its label.
#[must_use]
pub fn find<'a>(workers: impl Iterator<Item = &'a Worker>, name: &str) -> Vec<&'a Worker> {
    let all: Vec<&Worker> = workers.collect();
    let is = |w: &&&Worker| same(&w.id, &w.conversation, name);
    let exact: Vec<&Worker> = all.iter().filter(is).copied().collect();
    if !exact.is_empty() {
        return exact;
    }
    all.into_iter()
        .filter(|w| has_token(w.id.raw(), name))
        .collect()
}

fn same(id: &WorkerId, conversation: &ConversationId, name: &str) -> bool {
    id.raw() == name || conversation.raw() == name
}

/// `name` stands in `label` between its ends and separators: `worker-3` in `worker-3-tests`, not in `worker-31`.
fn has_token(label: &str, name: &str) -> bool {
    let (label, name) = (label.to_ascii_lowercase(), name.to_ascii_lowercase());
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    !name.is_empty()
        && label.match_indices(&name).any(|(at, found)| {
            let before = label.get(..at).and_then(|s| s.chars().next_back());
            let after = label.get(at + found.len()..).and_then(|s| s.chars().next());
            edge(before) && edge(after)
        })
}

#[cfg(test)]
mod tests;
