//! The newest link of each actor's audit chain that was written from here.

use super::{Sidecar, SidecarError};
use crate::domain::audit::Link;
use rusqlite::params;
use std::{collections::BTreeMap, sync::Arc};

impl Sidecar {
    /// The end of each actor's chain as it was written from here. O(actors).
    ///
    /// # Errors
    /// [`SidecarError::Backend`].
    pub fn heads(&self) -> Result<BTreeMap<Arc<str>, Link>, SidecarError> {
        self.read("reading the chains", |db| {
            let mut all = db.prepare_cached("SELECT actor, seq, hash FROM chains")?;
            let rows = all.query_map([], |row| {
                let link = Link {
                    seq: row.get::<_, i64>(1)?.unsigned_abs(),
                    hash: row.get::<_, String>(2)?.into(),
                };
                Ok((row.get::<_, String>(0)?.into(), link))
            })?;
            rows.collect()
        })
    }

    /// Keeps a link that was written from here. One that does not lie above the last one proves that the log was cut in between: the
    /// last one then stays for good.
    ///
    /// # Errors
    /// [`SidecarError::Backend`]; nothing is then changed.
    pub fn keep_head(&mut self, actor: &str, link: &Link) -> Result<(), SidecarError> {
        let seq = i64::try_from(link.seq).unwrap_or(i64::MAX);
        self.write("keeping the end of the chain", |tx| {
            tx.prepare_cached(
                "INSERT INTO chains (actor, seq, hash) VALUES (?, ?, ?) ON CONFLICT (actor) DO UPDATE SET
                 cut = CASE WHEN excluded.seq <= seq AND excluded.hash <> hash THEN 1 ELSE cut END,
                 seq = CASE WHEN excluded.seq > seq AND NOT cut THEN excluded.seq ELSE seq END,
                 hash = CASE WHEN excluded.seq > seq AND NOT cut THEN excluded.hash ELSE hash END",
            )?
            .execute(params![actor, seq, &*link.hash])?;
            Ok(())
        })
    }
}
