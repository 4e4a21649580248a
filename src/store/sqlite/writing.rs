//! The statements that write, for the columns that a database has.

use super::schema::Layout;
use crate::domain::{
    Schema, Timestamp,
    act::{NewRow, Party},
    audit::Sealed,
};
use rusqlite::{Connection, types::Value};
use serde_json::{Value as Json, json};

/// What a message is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Conversation,
    From,
    To,
    Text,
    Metadata,
    Action,
    At,
    Read,
}

/// What an audit row is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Log {
    Conversation,
    Session,
    Action,
    Details,
    At,
}

type Columns<F> = [(F, &'static str)];

const BRIDGE: &Columns<Field> = &[
    (Field::Conversation, "conversation_id"),
    (Field::From, "from_session"),
    (Field::To, "to_session"),
    (Field::Text, "message"),
    (Field::Metadata, "metadata"),
    (Field::At, "timestamp"),
    (Field::Read, "read"),
];
const SCRIPTS: &Columns<Field> = &[
    (Field::Conversation, "conversation_id"),
    (Field::From, "sender"),
    (Field::Text, "content"),
    (Field::Action, "action_type"),
    (Field::At, "created_at"),
    (Field::Read, "read_by_a"),
    (Field::Read, "read_by_b"),
];
const BRIDGE_LOG: &Columns<Log> = &[
    (Log::Conversation, "conversation_id"),
    (Log::Session, "session_id"),
    (Log::Action, "action"),
    (Log::Details, "details"),
    (Log::At, "timestamp"),
];
const SCRIPTS_LOG: &Columns<Log> = &[
    (Log::Action, "event_type"),
    (Log::Conversation, "conversation_id"),
    (Log::Details, "metadata"),
    (Log::At, "timestamp"),
];

/// Insert statements.
pub(super) struct Writing {
    schema: Schema,
    messages: (String, Vec<Field>),
    log: (String, Vec<Log>),
}

impl Writing {
    /// Resolves the columns; the inner error names the first one that nothing can be written without.
    pub(super) fn resolve(
        db: &Connection,
        layout: &Layout,
    ) -> rusqlite::Result<Result<Self, &'static str>> {
        let (fields, logs) = match layout.schema {
            Schema::Bridge => (BRIDGE, BRIDGE_LOG),
            Schema::Scripts => (SCRIPTS, SCRIPTS_LOG),
        };
        let messages = insert(db, "messages", fields)?;
        let log = insert(db, "audit_log", logs)?;
        // Nobody looks for a mark in the text where there should be metadata.
        let needed = [
            Field::Conversation,
            Field::From,
            Field::Text,
            Field::Metadata,
        ];
        let missing = (fields.iter())
            .find(|(field, _)| needed.contains(field) && !messages.1.contains(field));
        if let Some((_, column)) = missing {
            return Ok(Err(column));
        }
        let missing = (logs.iter()).find(|(field, _)| {
            matches!(field, Log::Action | Log::Details) && !log.1.contains(field)
        });
        if let Some((_, column)) = missing {
            return Ok(Err(column));
        }
        Ok(Ok(Self {
            schema: layout.schema,
            messages,
            log,
        }))
    }

    /// What the log can hold as the session of an action.
    pub(super) fn session(&self) -> Option<&'static str> {
        self.log.1.contains(&Log::Session).then_some("operator")
    }

    /// Writes a message and says its number.
    pub(super) fn message(
        &self,
        db: &Connection,
        row: &NewRow,
        now: Timestamp,
    ) -> rusqlite::Result<i64> {
        let values = self.messages.1.iter().map(|field| match field {
            Field::Conversation => Value::from(row.conversation.raw().to_owned()),
            Field::From => self.party(row.from).to_owned().into(),
            Field::To => self.party(row.to).to_owned().into(),
            Field::Text => self.text(row).into(),
            Field::Metadata => metadata(row).into(),
            Field::Action => row.action.to_owned().into(),
            Field::At => now.naive().into(),
            Field::Read => Value::Integer(0),
        });
        let mut statement = db.prepare_cached(&self.messages.0)?;
        statement.execute(rusqlite::params_from_iter(values))?;
        Ok(db.last_insert_rowid())
    }

    /// Writes an audit row.
    pub(super) fn log(&self, db: &Connection, row: &Sealed) -> rusqlite::Result<()> {
        let values = self.log.1.iter().map(|field| match field {
            Log::Conversation => row
                .conversation
                .as_ref()
                .map_or(Value::Null, |c| c.to_string().into()),
            Log::Session => row.session.map_or(Value::Null, |s| s.to_owned().into()),
            Log::Action => row.action.clone().into(),
            Log::Details => row.details.clone().into(),
            Log::At => row.timestamp.clone().into(),
        });
        let mut statement = db.prepare_cached(&self.log.0)?;
        statement.execute(rusqlite::params_from_iter(values))?;
        Ok(())
    }

    const fn party(&self, party: Party) -> &'static str {
        match (self.schema, party) {
            (Schema::Scripts, Party::A) => "session_a",
            (Schema::Scripts, Party::B) => "session_b",
            (_, party) => party.name(),
        }
    }

    /// Without metadata, the mark stands in the text: in the JSON object that it is, or in one around it.
    fn text(&self, row: &NewRow) -> String {
        if self.messages.1.contains(&Field::Metadata) {
            return row.text.clone();
        }
        let whole = match serde_json::from_str(&row.text) {
            Ok(Json::Object(mut members)) => {
                members.insert("swarm".to_owned(), mark(row));
                Json::Object(members)
            }
            _ => json!({"type": "message", "text": row.text, "swarm": mark(row)}),
        };
        whole.to_string()
    }
}

/// An insert statement for those of `columns` that a table has.
fn insert<F: Copy>(
    db: &Connection,
    table: &str,
    columns: &Columns<F>,
) -> rusqlite::Result<(String, Vec<F>)> {
    let mut names = db.prepare("SELECT lower(name) FROM pragma_table_info(?1)")?;
    let there = names
        .query_map([table], |row| row.get::<_, String>(0))?
        .collect::<Result<Vec<_>, _>>()?;
    let found: Vec<_> = (columns.iter())
        .filter(|(_, column)| there.iter().any(|name| name == column))
        .collect();
    let list: Vec<_> = found.iter().map(|(_, column)| *column).collect();
    let places = vec!["?"; list.len()].join(", ");
    let sql = format!(
        "INSERT INTO {table} ({}) VALUES ({places})",
        list.join(", ")
    );
    Ok((sql, found.iter().map(|(field, _)| *field).collect()))
}

fn metadata(row: &NewRow) -> String {
    json!({"action_type": row.action, "files_involved": [], "swarm": mark(row)}).to_string()
}

fn mark(row: &NewRow) -> Json {
    let m = &row.mark;
    let mut out = json!({
        "v": 1,
        "kind": m.kind.name(),
        "task": m.task.as_ref().map(crate::domain::TaskId::raw),
        "gen": m.generation,
        "op": m.op.as_deref(),
        "by": &*m.by,
        "cause": m.cause.as_deref(),
        "value": m.value,
    });
    if let Json::Object(members) = &mut out {
        members.retain(|_, value| !value.is_null());
    }
    out
}
