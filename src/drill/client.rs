//! Speaks to a bridge as an agent's own program does: with a token, one message a row, two commits a message. It stands for the bridge's
//! program where that is not at hand; on the tables of the scripts there is no other.

use super::Trouble;
use crate::{
    domain::{
        ConversationId, MessageId, Schema, Side, Span, Timestamp,
        credential::{LIFETIME, NewConversation, Secret},
        text,
    },
    engine::Clock,
};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::json;
use std::{path::Path, time::Duration};
use zeroize::Zeroizing;

/// Tables that the protocol's scripts expect. They hold no expiry.
const SCRIPTS: &str = "
CREATE TABLE conversations (id TEXT PRIMARY KEY, role_a TEXT, role_b TEXT, token_a TEXT, token_b TEXT,
    created_at TEXT);
CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT, sender TEXT, content TEXT, action_type TEXT,
    created_at TEXT, read_by_a INTEGER DEFAULT 0, read_by_b INTEGER DEFAULT 0);
CREATE TABLE session_status (conversation_id TEXT PRIMARY KEY, session_id TEXT NOT NULL, last_heartbeat TEXT NOT NULL,
    status TEXT DEFAULT 'active');
CREATE TABLE audit_log (id INTEGER PRIMARY KEY AUTOINCREMENT, event_type TEXT, conversation_id TEXT, metadata TEXT, timestamp TEXT);";

/// How long a write waits for a lock, as the bridge does.
const LOCK_WAIT: Duration = Duration::from_secs(10);

/// A conversation, with the tokens of both sides.
#[derive(Clone)]
pub(super) struct Conversation {
    pub(super) id: ConversationId,
    pub(super) role: String,
    pub(super) orchestrator: Secret,
    pub(super) worker: Secret,
    pub(super) created: Timestamp,
    pub(super) expires: Timestamp,
}

/// A message that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sent {
    /// Its number.
    pub(super) row: MessageId,
    /// When it was committed, by the steady clock.
    pub(super) steady: Span,
}

/// One connection.
pub(super) struct Client {
    db: Connection,
    schema: Schema,
    clock: Clock,
    /// Key-like strings are taken out of what is sent, as the bridge does.
    redacts: bool,
}

/// Makes the tables of a bridge, in WAL mode.
pub(super) fn make(path: &Path, schema: Schema) -> Result<(), Trouble> {
    let db = Connection::open(path)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.execute_batch(match schema {
        Schema::Bridge => crate::demo::TABLES,
        Schema::Scripts => SCRIPTS,
    })?;
    Ok(())
}

/// Random bytes for a conversation.
pub(super) fn random() -> Result<Zeroizing<[u8; 72]>, Trouble> {
    let mut bytes = Zeroizing::new([0; 72]);
    getrandom::fill(&mut *bytes).map_err(|e| {
        Trouble::Refused(format!("the operating system gives no random bytes: {e}"))
    })?;
    Ok(bytes)
}

impl Client {
    /// Opens the bridge at `path`, whose tables are known.
    ///
    /// # Errors
    /// As SQLite says.
    pub(super) fn open(path: &Path, schema: Schema, clock: Clock) -> Result<Self, Trouble> {
        let db = Connection::open(path)?;
        db.busy_timeout(LOCK_WAIT)?;
        Ok(Self {
            db,
            schema,
            clock,
            redacts: true,
        })
    }

    /// `self`, but with key-like strings left in what is sent.
    #[must_use]
    pub(super) fn unredacted(self, leave: bool) -> Self {
        Self {
            redacts: !leave,
            ..self
        }
    }

    /// Makes a conversation, as the bridge's `create_conversation` does.
    pub(super) fn create(
        &self,
        orchestrator: &str,
        role: &str,
        lifetime: Option<Span>,
    ) -> Result<Conversation, Trouble> {
        let new = NewConversation::from_random(orchestrator, role, &random()?);
        let now = self.clock.now();
        let expires = now.plus(lifetime.unwrap_or(LIFETIME));
        let id = new.id.raw();
        let (a, b) = (new.token_a.reveal(), new.token_b.reveal());
        let (made, over) = (now.naive(), expires.naive());
        match (self.schema, self.holds_tokens()?) {
            (Schema::Bridge, _) => {
                let sql = "INSERT INTO conversations (id, session_a_role, session_b_role, session_a_token, session_b_token, created_at, expires_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?)";
                let row = params![id, orchestrator, role, a, b, made, over];
                self.db.execute(sql, row)?;
            }
            (Schema::Scripts, true) => {
                let sql = "INSERT INTO conversations (id, role_a, role_b, token_a, token_b, created_at) VALUES (?, ?, ?, ?, ?, ?)";
                self.db
                    .execute(sql, params![id, orchestrator, role, a, b, made])?;
            }
            (Schema::Scripts, false) => {
                let sql = "INSERT INTO conversations (id, role_a, role_b, created_at) VALUES (?, ?, ?, ?)";
                self.db
                    .execute(sql, params![id, orchestrator, role, made])?;
            }
        }
        let details = json!({"roles": [orchestrator, role]});
        self.audit(id, None, "create_conversation", &details.to_string())?;
        Ok(Conversation {
            id: new.id.clone(),
            role: role.to_owned(),
            orchestrator: new.token_a,
            worker: new.token_b,
            created: now,
            expires,
        })
    }

    /// Whether tables of the scripts have columns for tokens.
    fn holds_tokens(&self) -> Result<bool, Trouble> {
        let sql = "SELECT count(*) FROM pragma_table_info('conversations') WHERE name IN ('token_a', 'token_b')";
        Ok(self.db.query_row(sql, [], |row| row.get::<_, i64>(0))? == 2)
    }

    /// Sends a message for one side, which its token proves. Two commits, as the bridge makes them.
    ///
    /// # Errors
    /// [`Trouble::Refused`] when the token is wrong or the conversation over.
    pub(super) fn send(
        &self,
        id: &ConversationId,
        (side, token): (Side, &Secret),
        words: &str,
    ) -> Result<Sent, Trouble> {
        let now = self.clock.now();
        self.admit(id, (side, token), now)?;
        let shown = if self.redacts {
            text::redact(words)
        } else {
            words.into()
        };
        let (from, to) = if side == Side::A {
            ("a", "b")
        } else {
            ("b", "a")
        };
        let metadata = r#"{"action_type": "info", "files_involved": []}"#;
        match self.schema {
            Schema::Bridge => {
                let sql = "INSERT INTO messages (conversation_id, from_session, to_session, message, metadata, timestamp)
                    VALUES (?, ?, ?, ?, ?, ?)";
                self.db.prepare_cached(sql)?.execute(params![
                    id.raw(),
                    from,
                    to,
                    shown,
                    metadata,
                    now.naive()
                ])?;
            }
            Schema::Scripts => {
                let sql = "INSERT INTO messages (conversation_id, sender, content, action_type, created_at)
                    VALUES (?, ?, ?, 'info', ?)";
                let sender = format!("session_{from}");
                self.db.prepare_cached(sql)?.execute(params![
                    id.raw(),
                    sender,
                    shown,
                    now.naive()
                ])?;
            }
        }
        let sent = Sent {
            row: MessageId(self.db.last_insert_rowid()),
            steady: self.clock.steady(),
        };
        let details =
            json!({"to": to, "message_length": shown.chars().count(), "redacted": shown != words});
        self.audit(id.raw(), Some(from), "send_message", &details.to_string())?;
        Ok(sent)
    }

    /// Holds a token against the conversation, as the bridge does before anything else; the scripts hold it against nothing.
    fn admit(
        &self,
        id: &ConversationId,
        (side, token): (Side, &Secret),
        now: Timestamp,
    ) -> Result<(), Trouble> {
        if self.schema == Schema::Scripts {
            return Ok(());
        }
        let column = if side == Side::A {
            "session_a_token"
        } else {
            "session_b_token"
        };
        let sql = format!("SELECT {column}, expires_at FROM conversations WHERE id = ?");
        let found = (self.db.prepare_cached(&sql)?)
            .query_row([id.raw()], |row| {
                let same = row.get_ref(0)?.as_str().is_ok_and(|t| token.is(t));
                Ok((same, row.get::<_, String>(1)?))
            })
            .optional()?;
        match found {
            Some((true, over)) if Timestamp::parse(&over).is_some_and(|end| end > now) => Ok(()),
            Some((true, _)) => Err(Trouble::Refused("the conversation is over".to_owned())),
            Some((false, _)) => Err(Trouble::Refused("the token is not this side's".to_owned())),
            None => Err(Trouble::Refused("no such conversation".to_owned())),
        }
    }

    fn audit(
        &self,
        id: &str,
        side: Option<&str>,
        action: &str,
        details: &str,
    ) -> Result<(), Trouble> {
        let now = self.clock.now().naive();
        match self.schema {
            Schema::Bridge => {
                let sql = "INSERT INTO audit_log (conversation_id, session_id, action, details, timestamp) VALUES (?, ?, ?, ?, ?)";
                (self.db.prepare_cached(sql)?).execute(params![id, side, action, details, now])?;
            }
            Schema::Scripts => {
                let sql = "INSERT INTO audit_log (event_type, conversation_id, metadata, timestamp) VALUES (?, ?, ?, ?)";
                (self.db.prepare_cached(sql)?).execute(params![action, id, details, now])?;
            }
        }
        Ok(())
    }

    /// Has a conversation end now; its rows stay.
    pub(super) fn close(&self, id: &ConversationId) -> Result<(), Trouble> {
        if self.schema == Schema::Bridge {
            let sql = "UPDATE conversations SET expires_at = ?1 WHERE id = ?2 AND expires_at > ?1";
            self.db
                .execute(sql, [self.clock.now().naive(), id.raw().to_owned()])?;
        }
        Ok(())
    }

    /// The connection itself, for what a drill breaks or counts.
    pub(super) const fn raw(&self) -> &Connection {
        &self.db
    }
}
