//! What the watchdog may do and will do, and whether we see well enough for a verdict.

use super::Scene;
use crate::{
    domain::{
        Span, State, Task, Worker,
        choose::{Wanted, rank},
        watchdog::{Policy, moves_at},
    },
    tui::{
        keymap::{Action, Context},
        theme::Role,
        widget::Strip,
    },
};

/// A pause of ours is worth a word for so long.
const PAUSED: Span = Span::seconds(60);

/// `BRIDGE DOWN`, `PAUSED`, `GRACE`; nothing while verdicts fall as they should.
pub(super) fn sight(scene: Scene<'_>) -> Strip {
    let observer = &scene.model.snapshot().observer;
    let paused = observer
        .paused
        .is_some_and(|at| scene.now.since(at) < PAUSED);
    if observer.down.is_some() {
        Strip::of("BRIDGE DOWN", Role::Off)
    } else if paused {
        Strip::of("PAUSED", Role::Stale)
    } else if observer.in_grace(scene.now) {
        Strip::of("GRACE", Role::Stale)
    } else {
        Strip::new()
    }
}

/// `dog auto`; dim while another process acts.
pub(super) fn policy(scene: Scene<'_>) -> Strip {
    match scene.policy() {
        None | Some((Policy::Off, _)) => Strip::new(),
        Some((policy, true)) => Strip::of(format!("dog {}", policy.name()), Role::Text),
        Some((policy, false)) => Strip::of(format!("dog {} looks on", policy.name()), Role::Dim),
    }
}

impl Scene<'_> {
    /// What the watchdog of this process may do, and whether it is the one that acts; `None` without one, or where nothing may be written.
    pub(crate) fn policy(self) -> Option<(Policy, bool)> {
        if self.model.look.read_only.is_some() {
            return None;
        }
        let job = self.model.jobs.iter().find(|j| j.name == "watchdog")?;
        let words = job.serves.strip_prefix("policy ")?;
        let (policy, rest) = words.split_once(',').unwrap_or((words, ""));
        Some((Policy::parse(policy)?, rest.is_empty()))
    }

    /// What becomes of the work of a worker that is late or lost, by itself or by a key; `None` while nothing would.
    pub(crate) fn rescue(self, worker: &Worker) -> Option<String> {
        let (policy, acts) = self.policy()?;
        let state = worker.verdict.state;
        let lost = matches!(state, State::Silent | State::Expired);
        let task = self
            .first_task(worker)
            .filter(|_| lost || state == State::Suspect)?;
        let more = match worker.tasks.len() {
            0 | 1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        match policy {
            Policy::Auto if !acts => Some(format!("another process moves {}{more}", task.id)),
            Policy::Auto if state == State::Expired || moves_at(worker) <= self.now => Some(
                format!("moves {}{more} as its rate allows (policy auto)", task.id),
            ),
            Policy::Auto => {
                let at = moves_at(worker).clock();
                Some(format!("will move {}{more} at {at} (policy auto)", task.id))
            }
            Policy::Suggest if lost => {
                let snapshot = self.model.snapshot();
                let ranking = rank(snapshot, &Wanted::of(task, snapshot), self.now);
                Some(match ranking.candidates.first() {
                    Some(best) => {
                        let keymap = &self.model.look.keymap;
                        let key = keymap.key_of(Context::Global, Action::Reassign);
                        format!("suggest: {key} moves {} to {}", task.id, best.worker.id)
                    }
                    None => format!("suggest: nobody can take {}", task.id),
                })
            }
            Policy::Suggest | Policy::Off => None,
        }
    }

    /// The first of a worker's tasks that may move by itself.
    fn first_task(&self, worker: &Worker) -> Option<&Task> {
        let mine = |t: &&std::sync::Arc<Task>| !t.held && worker.tasks.contains(&t.id);
        let mut tasks = self.model.snapshot().tasks.iter();
        tasks.find(mine).map(AsRef::as_ref)
    }
}
