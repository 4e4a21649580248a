//! Statements that read a table page by page.

/// Statements for a table that is read in pages.
pub(in crate::store::sqlite) struct Paged {
    newest: String,
    after: String,
    before: String,
    /// Highest key.
    pub(in crate::store::sqlite) last: String,
    /// Highest key ever given out; `None` where keys of deleted rows are given out again.
    pub(in crate::store::sqlite) given: Option<String>,
}

impl Paged {
    pub(super) fn new(table: &str, key: &str, columns: &[String], remembers: bool) -> Self {
        let columns = columns.join(", ");
        let page = |clause: &str, order: &str, limit: &str| {
            format!("SELECT {columns} FROM {table} {clause} ORDER BY {key} {order} LIMIT {limit}")
        };
        Self {
            newest: page("", "DESC", "?1"),
            after: page(&format!("WHERE {key} > ?1"), "ASC", "?2"),
            before: page(&format!("WHERE {key} < ?1"), "DESC", "?2"),
            last: format!("SELECT max({key}) FROM {table}"),
            given: remembers.then(|| {
                format!("SELECT seq FROM sqlite_sequence WHERE name = '{table}' COLLATE NOCASE")
            }),
        }
    }

    /// The newest `?1` rows, descending.
    pub(in crate::store::sqlite) fn newest(&self) -> &str {
        &self.newest
    }

    /// The first `?2` rows above `?1`, ascending.
    pub(in crate::store::sqlite) fn after(&self) -> &str {
        &self.after
    }

    /// The last `?2` rows below `?1`, descending.
    pub(in crate::store::sqlite) fn before(&self) -> &str {
        &self.before
    }
}
