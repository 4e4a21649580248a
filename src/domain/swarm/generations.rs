//! What is known of generations beyond the rows that are there.

use super::Swarm;
use crate::domain::{
    StepKind, Task,
    ledger::{Floors, Ledger},
};
use std::sync::Arc;

/// The highest generations, and which of them nobody wrote down yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Generations {
    /// As they were when the history was folded to its end.
    pub(super) floors: Arc<Floors>,
    /// Of the swarm that this one replaces.
    carried: Floors,
    /// Not handed over yet.
    fresh: Floors,
}

impl Generations {
    /// Takes over from the swarm that is replaced. O(tasks).
    pub(super) fn inherit(&mut self, old: Self, ledger: &Ledger) {
        self.carried = old.carried;
        self.fresh = old.fresh;
        for (id, generation) in ledger.generations() {
            lift(&mut self.carried, id, generation);
        }
    }

    /// A task changed: notes a generation that this step made.
    pub(super) fn step(&mut self, task: &Task) {
        let made = matches!(
            task.history.last().map(|step| step.kind),
            Some(
                StepKind::Assigned
                    | StepKind::Fenced
                    | StepKind::Cancelled
                    | StepKind::Dead
                    | StepKind::Requeued
                    | StepKind::Adopted
            )
        );
        if made {
            lift(&mut self.fresh, &task.id, task.generation);
        }
    }
}

fn lift(floors: &mut Floors, id: &crate::domain::TaskId, generation: u32) {
    match floors.get_mut(id) {
        Some(known) => *known = generation.max(*known),
        None => {
            floors.insert(id.clone(), generation);
        }
    }
}

impl Swarm {
    /// The history is folded to its end: no generation is below what was known from before, in `floors` or in the swarm that this one
    /// replaced. O(tasks + floors).
    pub fn raise(&mut self, floors: &Arc<Floors>) {
        let carried = std::mem::take(&mut self.generations.carried);
        let mut floors = Arc::clone(floors);
        if !carried.is_empty() {
            let all = Arc::make_mut(&mut floors);
            for (id, generation) in &carried {
                lift(all, id, *generation);
            }
        }
        self.ledger.raise(&floors);
        for (id, generation) in self.ledger.generations() {
            if floors.get(id).is_none_or(|known| *known < generation) {
                lift(&mut self.generations.fresh, id, generation);
            }
        }
        self.generations.floors = floors;
        self.listing = None;
    }

    /// The generations that rose since the last call, and are to be written down. O(those).
    pub fn risen(&mut self) -> Floors {
        std::mem::take(&mut self.generations.fresh)
    }
}
