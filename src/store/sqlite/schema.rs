//! Which of the two schemas a database has, what it lacks of it, and the statements that read what it has.
//!
//! No statement names a column with a token.

mod paged;

use crate::domain::{Schema, SourceFault};
pub(super) use paged::Paged;
use rusqlite::Connection;
use std::{collections::BTreeMap, fmt::Write as _};

/// How much of a foreign schema an error lists.
const LISTED: usize = 600;

/// Statements for one database.
pub(super) struct Layout {
    pub(super) schema: Schema,
    pub(super) faults: Vec<SourceFault>,
    pub(super) conversations: Option<Conversations>,
    /// All of `session_status`.
    pub(super) statuses: Option<String>,
    pub(super) messages: Option<Paged>,
    pub(super) audits: Option<Paged>,
    /// Audit rows of our own above `?1`, at most `?2`.
    pub(super) records: Option<String>,
    /// The read marks of the message `?1`.
    pub(super) read_mark: Option<String>,
    /// A delivery leaves an audit row, so that without one no read mark has moved.
    pub(super) logs_deliveries: bool,
}

/// Statements for `conversations`.
pub(super) struct Conversations {
    /// All rows.
    pub(super) all: String,
    /// Their number and the highest row number.
    pub(super) marks: String,
}

/// One column as it is read: its name, and what follows when it is missing. Without a consequence it may be missing.
type Wanted = (&'static str, Option<&'static str>);

/// The names that a schema has for what is read.
struct Names {
    schema: Schema,
    conversations: [Wanted; 5],
    messages: [Wanted; 9],
    audits: [Wanted; 5],
}

const UNKNOWN_ROLE: &str = "workers are named by their conversation";
const UNKNOWN_SIDE: &str = "who wrote a message is not known";
const UNKNOWN_OWNER: &str = "what belongs to which worker is not known";
const UNKNOWN_TIME: &str = "ages are not known";
const UNKNOWN_BODY: &str = "messages are shown empty and no task is known";
const UNKNOWN_READ: &str = "every message counts as not delivered";
const UNKNOWN_ACT: &str = "polls and deliveries are not known";

const BRIDGE: Names = Names {
    schema: Schema::Bridge,
    conversations: [
        ("id", Some(UNKNOWN_OWNER)),
        ("session_a_role", Some(UNKNOWN_ROLE)),
        ("session_b_role", Some(UNKNOWN_ROLE)),
        ("created_at", Some(UNKNOWN_TIME)),
        ("expires_at", Some("no conversation is shown as expired")),
    ],
    messages: [
        ("conversation_id", Some(UNKNOWN_OWNER)),
        ("from_session", Some(UNKNOWN_SIDE)),
        ("to_session", Some(UNKNOWN_SIDE)),
        ("message", Some(UNKNOWN_BODY)),
        (
            "metadata",
            Some("questions and blockers are not told from other messages"),
        ),
        ("action_type", None),
        ("timestamp", Some(UNKNOWN_TIME)),
        ("read", Some(UNKNOWN_READ)),
        ("read_by_a", None),
    ],
    audits: [
        ("conversation_id", Some(UNKNOWN_OWNER)),
        ("session_id", Some(UNKNOWN_SIDE)),
        ("action", Some(UNKNOWN_ACT)),
        ("details", Some(UNKNOWN_ACT)),
        ("timestamp", Some(UNKNOWN_TIME)),
    ],
};

const SCRIPTS: Names = Names {
    schema: Schema::Scripts,
    conversations: [
        ("id", Some(UNKNOWN_OWNER)),
        ("role_a", Some(UNKNOWN_ROLE)),
        ("role_b", Some(UNKNOWN_ROLE)),
        ("created_at", None),
        ("expires_at", None),
    ],
    messages: [
        ("conversation_id", Some(UNKNOWN_OWNER)),
        ("sender", Some(UNKNOWN_SIDE)),
        ("to_session", None),
        ("content", Some(UNKNOWN_BODY)),
        ("metadata", None),
        (
            "action_type",
            Some("questions and blockers are not told from other messages"),
        ),
        ("created_at", Some(UNKNOWN_TIME)),
        ("read_by_b", Some(UNKNOWN_READ)),
        ("read_by_a", Some(UNKNOWN_READ)),
    ],
    audits: [
        ("conversation_id", None),
        ("session_id", None),
        ("event_type", None),
        ("metadata", None),
        ("timestamp", None),
    ],
};

const STATUSES: [Wanted; 4] = [
    ("conversation_id", Some(UNKNOWN_OWNER)),
    ("session_id", Some(UNKNOWN_SIDE)),
    ("status", Some("reported statuses are not known")),
    ("last_heartbeat", Some("heartbeats are not known")),
];

/// Tables and views with their columns, all in lower case: SQL names have no case.
struct Found(BTreeMap<String, Vec<String>>);

impl Found {
    fn read(db: &Connection) -> rusqlite::Result<Self> {
        let mut names = db.prepare(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name",
        )?;
        let names = names
            .query_map([], |row| row.get::<_, String>(0))?
            .collect::<Result<Vec<_>, _>>()?;
        let mut columns = db.prepare("SELECT name FROM pragma_table_info(?1)")?;
        let mut found = BTreeMap::new();
        for name in names {
            let columns = columns
                .query_map([&name], |row| row.get::<_, String>(0))?
                .map(|column| column.map(|c| c.to_ascii_lowercase()))
                .collect::<Result<_, _>>()?;
            found.insert(name.to_ascii_lowercase(), columns);
        }
        Ok(Self(found))
    }

    fn has(&self, table: &str, column: &str) -> bool {
        (self.0.get(table)).is_some_and(|columns| columns.iter().any(|c| c == column))
    }

    /// What tells the schemas apart: the names of the roles, and of a message's sender and body.
    fn schema(&self) -> Option<Schema> {
        let score = |names: &Names| {
            let [_, role_a, role_b, ..] = names.conversations;
            let [_, from, _, body, ..] = names.messages;
            let owned = self.has("messages", "conversation_id");
            let roles = [role_a, role_b].map(|(c, _)| self.has("conversations", c));
            let texts = [from, body].map(|(c, _)| owned && self.has("messages", c));
            roles.into_iter().chain(texts).filter(|hit| *hit).count()
        };
        match (score(&BRIDGE), score(&SCRIPTS)) {
            (0, 0) => None,
            (bridge, scripts) if bridge >= scripts => Some(Schema::Bridge),
            _ => Some(Schema::Scripts),
        }
    }

    /// `table(column, …), …`, cut to a readable length.
    fn list(&self) -> String {
        let mut out = String::new();
        for (table, columns) in &self.0 {
            if out.len() > LISTED {
                out.push_str(", …");
                break;
            }
            if !out.is_empty() {
                out.push_str(", ");
            }
            let _ = write!(out, "{table}({})", columns.join(", "));
        }
        if out.is_empty() {
            "no table".to_owned()
        } else {
            out
        }
    }
}

/// Collects faults while the statements are made.
struct Resolver<'a> {
    db: &'a Connection,
    found: &'a Found,
    faults: Vec<SourceFault>,
}

impl Resolver<'_> {
    fn fault(&mut self, what: String, remedy: &str) {
        self.faults.push(SourceFault {
            what: what.into(),
            remedy: remedy.into(),
        });
    }

    fn table(&mut self, name: &str, consequence: &str) -> bool {
        let there = self.found.0.contains_key(name);
        if !there {
            self.fault(format!("table {name}"), consequence);
        }
        there
    }

    /// One expression per wanted column; `NULL` stands for a missing one.
    fn columns(&mut self, table: &str, wanted: &[Wanted]) -> Vec<String> {
        let mut expressions = Vec::with_capacity(wanted.len() + 1);
        for (column, consequence) in wanted {
            if self.found.has(table, column) {
                expressions.push((*column).to_owned());
                continue;
            }
            expressions.push("NULL".to_owned());
            if let Some(consequence) = consequence {
                self.fault(format!("column {table}.{column}"), consequence);
            }
        }
        expressions
    }

    /// The row number where the table has one, else its `id`.
    fn key(&self, table: &str) -> Option<&'static str> {
        let numbered = self
            .db
            .prepare(&format!("SELECT rowid FROM {table} LIMIT 0"));
        match numbered {
            Ok(_) => Some("rowid"),
            Err(_) => self.found.has(table, "id").then_some("id"),
        }
    }

    fn conversations(&mut self, wanted: &[Wanted]) -> Option<Conversations> {
        const TABLE: &str = "conversations";
        if !self.table(
            TABLE,
            "workers are not known: is this the bridge's own file?",
        ) {
            return None;
        }
        let columns = self.columns(TABLE, wanted).join(", ");
        let key = self.key(TABLE).filter(|key| *key == "rowid");
        Some(Conversations {
            all: format!(
                "SELECT {columns} FROM {TABLE} ORDER BY {}",
                key.unwrap_or("1")
            ),
            marks: format!(
                "SELECT count(*), {} FROM {TABLE}",
                key.map_or("0", |_| "max(rowid)")
            ),
        })
    }

    fn paged(&mut self, table: &str, wanted: &[Wanted], consequence: &str) -> Option<Paged> {
        if !self.table(table, consequence) {
            return None;
        }
        let Some(key) = self.key(table) else {
            self.fault(format!("column {table}.id"), consequence);
            return None;
        };
        let mut columns = vec![key.to_owned()];
        columns.extend(self.columns(table, wanted));
        let remembers = self.found.0.contains_key("sqlite_sequence");
        Some(Paged::new(table, key, &columns, remembers))
    }

    fn records(&self, names: &Names) -> Option<String> {
        self.found.0.get("audit_log")?;
        let key = self.key("audit_log")?;
        let action = match names.schema {
            Schema::Bridge => "action",
            Schema::Scripts => "event_type",
        };
        let details = match names.schema {
            Schema::Bridge => "details",
            Schema::Scripts => "metadata",
        };
        let all = [
            "conversation_id",
            "session_id",
            action,
            details,
            "timestamp",
        ];
        let columns = all.map(|column| {
            if self.found.has("audit_log", column) {
                format!("CAST({column} AS TEXT)")
            } else {
                "NULL".to_owned()
            }
        });
        let columns = columns.join(", ");
        let ours = crate::domain::audit::PREFIX;
        self.found.has("audit_log", action).then(|| {
            format!(
                "SELECT {key}, {columns} FROM audit_log WHERE {key} > ?1 AND substr({action}, 1, {}) = '{ours}' \
                 ORDER BY {key} LIMIT ?2",
                ours.len()
            )
        })
    }

    fn read_mark(&self, names: &Names) -> Option<String> {
        let [_, from, to, .., by_b, by_a] = names.messages;
        let columns = [to, from, by_b, by_a].map(|(column, _)| {
            if self.found.has("messages", column) {
                column
            } else {
                "NULL"
            }
        });
        let key = self
            .found
            .0
            .get("messages")
            .and_then(|_| self.key("messages"))?;
        let columns = columns.join(", ");
        Some(format!("SELECT {columns} FROM messages WHERE {key} = ?1"))
    }
}

impl Layout {
    /// Looks at the tables. The inner error is the list of what a database holds that has neither schema.
    pub(super) fn resolve(db: &Connection) -> rusqlite::Result<Result<Self, String>> {
        let found = Found::read(db)?;
        let names = match found.schema() {
            Some(Schema::Bridge) => BRIDGE,
            Some(Schema::Scripts) => SCRIPTS,
            None => return Ok(Err(found.list())),
        };
        let mut resolver = Resolver {
            db,
            found: &found,
            faults: Vec::new(),
        };
        let conversations = resolver.conversations(&names.conversations);
        let messages = resolver.paged("messages", &names.messages, "tasks are not known");
        let statuses = resolver
            .table("session_status", "heartbeats are not known")
            .then(|| resolver.columns("session_status", &STATUSES).join(", "))
            .map(|columns| format!("SELECT {columns} FROM session_status"));
        let audits = resolver.paged("audit_log", &names.audits, UNKNOWN_ACT);
        let logs_deliveries = names.schema == Schema::Bridge
            && ["action", "details"]
                .iter()
                .all(|c| found.has("audit_log", c));
        Ok(Ok(Self {
            schema: names.schema,
            conversations,
            statuses,
            messages,
            audits,
            records: resolver.records(&names),
            read_mark: resolver.read_mark(&names),
            logs_deliveries,
            faults: resolver.faults,
        }))
    }
}

#[cfg(test)]
mod tests;
