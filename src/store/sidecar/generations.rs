//! The highest generation of every task, for ever: the bridge's cleanup may delete the row that made it, and a generation never falls.

use super::{Sidecar, SidecarError};
use crate::domain::{TaskId, ledger::Floors};
use rusqlite::params;

impl Sidecar {
    /// Everything that is kept. O(tasks ever seen).
    ///
    /// # Errors
    /// [`SidecarError::Backend`].
    pub fn generations(&self) -> Result<Floors, SidecarError> {
        self.read("reading the generations", |db| {
            let mut all = db.prepare_cached("SELECT task, generation FROM generations")?;
            let rows = all.query_map([], |row| {
                Ok((TaskId::new(row.get::<_, String>(0)?), row.get(1)?))
            })?;
            rows.collect()
        })
    }

    /// Keeps these where they are higher than what is kept, in one transaction. O(what is given).
    ///
    /// # Errors
    /// [`SidecarError::Backend`]; nothing is then changed.
    pub fn keep_generations(&mut self, risen: &Floors) -> Result<(), SidecarError> {
        self.write("keeping the generations", |tx| {
            let mut put = tx.prepare_cached(
                "INSERT INTO generations VALUES (?, ?) ON CONFLICT (task) DO UPDATE
                 SET generation = excluded.generation WHERE excluded.generation > generation",
            )?;
            for (task, generation) in risen {
                put.execute(params![task.raw(), generation])?;
            }
            Ok(())
        })
    }
}
