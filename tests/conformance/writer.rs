//! What acting needs of a bridge besides: a store that may write, and a long history.

use crate::fixture::{File, Fixture, Memory, Scripts, Wal, at};
use swarmwarden::{
    domain::Side,
    store::{SqliteStore, Store},
};

/// A bridge that can be acted on.
pub(crate) trait Acting: Fixture {
    /// A store of its own that may write.
    fn writer(&self) -> Box<dyn Store>;
    /// So many messages of a worker.
    fn many(&self, id: &str, count: u32);
}

impl Acting for Memory {
    fn writer(&self) -> Box<dyn Store> {
        self.store()
    }

    fn many(&self, id: &str, count: u32) {
        for _ in 0..count {
            self.message(id, Side::B, "words", at(2));
        }
    }
}

fn counted(count: u32) -> String {
    format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})")
}

impl<const KEEP: bool, const LOG: bool> Acting for Wal<KEEP, LOG> {
    fn writer(&self) -> Box<dyn Store> {
        Box::new(SqliteStore::open_for_writing(self.path()).unwrap())
    }

    fn many(&self, id: &str, count: u32) {
        self.sql(&format!(
            "INSERT INTO messages (conversation_id, from_session, to_session, message, timestamp)
             {} SELECT '{id}', 'b', 'a', 'words', '2025-11-13T16:00:02' FROM n",
            counted(count)
        ));
    }
}

impl Acting for Scripts {
    fn writer(&self) -> Box<dyn Store> {
        Box::new(SqliteStore::open_for_writing(self.path()).unwrap())
    }

    fn many(&self, id: &str, count: u32) {
        self.sql(&format!(
            "INSERT INTO messages (conversation_id, sender, content, created_at)
             {} SELECT '{id}', 'session_b', 'words', '2025-11-13T16:00:02' FROM n",
            counted(count)
        ));
    }
}
