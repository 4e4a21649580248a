//! Writes down what is learned of the workers, so that a restart does not start cold. Its own connection to its own file; nothing waits
//! for it.

use super::{Cadence, Job, JobError};
use crate::{
    domain::{ConversationId, Timestamp, health::Habit, ledger::Floors, swarm::Habits, text},
    engine::Clock,
    store::{RhythmRow, Sidecar, SidecarError},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// How often it writes.
const EVERY: Duration = Duration::from_secs(10);

/// The memory of a bridge, for everybody who writes to it.
pub type Memory = Arc<Mutex<Sidecar>>;

/// What waits to be written, by conversation; the newest of each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slate {
    learned: Arc<Mutex<BTreeMap<ConversationId, (Timestamp, Habit)>>>,
    risen: Arc<Mutex<Floors>>,
}

impl Slate {
    /// Puts what was learned by `now` in place of what waits.
    pub(crate) fn put(&self, now: Timestamp, learned: Vec<(ConversationId, Habit)>) {
        let mut waiting = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.extend(learned.into_iter().map(|(id, habit)| (id, (now, habit))));
    }

    /// Adds generations to what waits.
    pub(crate) fn raise(&self, risen: Floors) {
        let mut waiting = self.risen.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, generation) in risen {
            let known = waiting.entry(id).or_default();
            *known = generation.max(*known);
        }
    }

    fn take(&self) -> BTreeMap<ConversationId, (Timestamp, Habit)> {
        std::mem::take(&mut *self.learned.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts back what could not be written, unless something newer waits already.
    fn back(&self, unwritten: BTreeMap<ConversationId, (Timestamp, Habit)>) {
        let mut waiting = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, habit) in unwritten {
            waiting.entry(id).or_insert(habit);
        }
    }

    /// Writes what waits. O(what waits).
    ///
    /// # Errors
    /// As the memory says; what waits goes on waiting.
    pub(crate) fn write(&self, memory: &Memory, now: Timestamp) -> Result<(), SidecarError> {
        let generations = self.write_generations(memory);
        self.write_learned(memory, now).and(generations)
    }

    /// Writes the generations that wait, in one transaction.
    fn write_generations(&self, memory: &Memory) -> Result<(), SidecarError> {
        let risen = std::mem::take(&mut *self.risen.lock().unwrap_or_else(PoisonError::into_inner));
        if risen.is_empty() {
            return Ok(());
        }
        let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
        let written = memory.keep_generations(&risen);
        if written.is_err() {
            self.raise(risen);
        }
        written
    }

    /// Writes what waits of what was learned, in one transaction.
    fn write_learned(&self, memory: &Memory, now: Timestamp) -> Result<(), SidecarError> {
        let waiting = self.take();
        if waiting.is_empty() {
            return Ok(());
        }
        let rows: Vec<RhythmRow> = waiting
            .iter()
            .filter_map(|(id, (at, habit))| {
                Some(RhythmRow {
                    conversation: id.clone(),
                    seen_at: *at,
                    state: serde_json::to_string(habit).ok()?.into(),
                })
            })
            .collect();
        let written = memory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .keep_rhythms(&rows, now);
        if written.is_err() {
            self.back(waiting);
        }
        written
    }
}

/// What a memory knows of the workers. A row that does not read is left out: its worker starts cold.
///
/// # Errors
/// As the memory says.
pub fn recall(memory: &Sidecar) -> Result<Habits, SidecarError> {
    let rows = memory.rhythms()?;
    let read = |row: RhythmRow| Some((row.conversation, serde_json::from_str(&row.state).ok()?));
    Ok(rows.into_iter().filter_map(read).collect())
}

/// The job.
pub(crate) struct Recorder {
    slate: Slate,
    memory: Memory,
    clock: Clock,
    name: Arc<str>,
}

impl Recorder {
    /// Writes `slate` into the memory of the bridge `name`, neutralised.
    #[must_use]
    pub(crate) const fn new(slate: Slate, memory: Memory, clock: Clock, name: Arc<str>) -> Self {
        Self {
            slate,
            memory,
            clock,
            name,
        }
    }
}

impl Job for Recorder {
    fn name(&self) -> &'static str {
        "recorder"
    }

    fn serves(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    fn cadence(&self) -> Cadence {
        Cadence::Every(EVERY)
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(30)
    }

    async fn step(&mut self) -> Result<(), JobError> {
        let (slate, memory) = (self.slate.clone(), Arc::clone(&self.memory));
        let now = self.clock.now();
        let written = tokio::task::spawn_blocking(move || slate.write(&memory, now)).await;
        let written =
            written.map_err(|e| JobError::Panicked(text::line(&e.to_string()).into_owned()))?;
        Ok(written?)
    }
}

#[cfg(test)]
mod tests;
