//! The agent of a worker in a drill: a process that is told of messages as `inbox --follow` tells, marks them as read with its token, accepts
//! tasks, pretends to work on them, and reports. What it got, and when, it prints.

use super::{Trouble, client::Client};
use crate::{
    domain::{ConversationId, MessageId, Schema, Side, Span, Timestamp, credential::Secret},
    engine::{
        Clock,
        alive::{Inbox, Item},
    },
    store::{Bearer, SqliteStore, Store as _, StoreError, Taken},
};
use serde_json::{Value, json};
use std::{collections::VecDeque, io::Write, path::Path, time::Duration};

/// Times that a busy bridge is asked again, and the pause between two of them.
const TRIES: usize = 20;
const PAUSE: Duration = Duration::from_millis(50);
/// Longest wait for a message, so that a reader that went away is noticed.
const WAIT: Duration = Duration::from_millis(100);

/// Who it is.
pub struct Identity {
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its number.
    pub number: u32,
    /// Its role.
    pub role: String,
    /// Its token.
    pub token: Secret,
}

/// How it behaves.
#[derive(Debug, Clone, Copy)]
pub struct Habits {
    /// Protocol time that a task takes.
    pub work: Span,
    /// Progress reports on the way.
    pub reports: u32,
    /// Asks so often instead of being told.
    pub poll: Option<Span>,
    /// Sends what it likes, with nothing taken out: a breakage.
    pub unredacted: bool,
}

/// Something to say when its time has come.
struct Due {
    at: Timestamp,
    words: Value,
}

/// A running agent.
pub struct Agent<'a> {
    who: Identity,
    habits: Habits,
    clock: Clock,
    client: Client,
    store: SqliteStore,
    out: &'a mut dyn Write,
    due: VecDeque<Due>,
}

impl<'a> Agent<'a> {
    /// An agent on the bridge at `path`.
    ///
    /// # Errors
    /// As the bridge says.
    pub fn new(
        path: &Path,
        (who, habits): (Identity, Habits),
        clock: Clock,
        out: &'a mut dyn Write,
    ) -> Result<Self, Trouble> {
        let schema = SqliteStore::open(path)?.source().schema;
        let client = Client::open(path, schema, clock.clone())?.unredacted(habits.unredacted);
        Ok(Self {
            store: SqliteStore::open_for_beats(path)?,
            client,
            who,
            habits,
            clock,
            out,
            due: VecDeque::new(),
        })
    }

    /// Works until `enough`, or until nobody reads what it prints.
    ///
    /// # Errors
    /// As the bridge says.
    pub fn run(mut self, mut inbox: Inbox, enough: impl Fn() -> bool) -> Result<(), Trouble> {
        self.print(&json!({"type": "ready", "conversation": self.who.conversation}))?;
        let mut next = self.clock.now();
        while !enough() {
            let now = self.clock.now();
            let asks = now >= next;
            let wait = if self.habits.poll.is_some() {
                Duration::ZERO
            } else {
                self.patience(now)
            };
            let item = if asks || self.habits.poll.is_none() {
                Self::told(&mut inbox, wait)?
            } else {
                None
            };
            if let Some(item) = item {
                inbox.begin(&item).map_err(Trouble::io("the cursor"))?;
                self.receive(&item)?;
                inbox.done(&item).map_err(Trouble::io("the cursor"))?;
                continue;
            }
            if let Some(poll) = self.habits.poll {
                if asks {
                    next = now.plus(poll);
                }
                std::thread::park_timeout(Duration::from_millis(2));
            }
            self.report()?;
        }
        Ok(())
    }

    /// The next message. A bridge that is busy is asked again, as `inbox` does.
    fn told(inbox: &mut Inbox, wait: Duration) -> Result<Option<Item>, Trouble> {
        for _ in 0..TRIES {
            match inbox.next(wait) {
                Err(StoreError::Busy { .. }) => std::thread::park_timeout(PAUSE),
                other => return Ok(other?),
            }
        }
        Ok(inbox.next(wait)?)
    }

    /// Marks a message as read. A bridge that is busy is asked again.
    fn mark(&mut self, id: MessageId, now: Timestamp) -> Result<Taken, Trouble> {
        let bearer = Bearer {
            conversation: &self.who.conversation,
            side: Side::B,
            token: &self.who.token,
        };
        for _ in 0..TRIES {
            match self.store.take(&bearer, &[id], now) {
                Err(StoreError::Busy { .. }) => std::thread::park_timeout(PAUSE),
                other => return Ok(other?),
            }
        }
        Ok(self.store.take(&bearer, &[id], now)?)
    }

    fn patience(&self, now: Timestamp) -> Duration {
        let due = self.due.front().map(|d| self.clock.wait(d.at.since(now)));
        due.unwrap_or(WAIT).min(WAIT)
    }

    fn print(&mut self, value: &Value) -> Result<(), Trouble> {
        let line = format!("{value}\n");
        let written = self
            .out
            .write_all(line.as_bytes())
            .and_then(|()| self.out.flush());
        written.map_err(Trouble::io("the output"))
    }

    fn receive(&mut self, item: &Item) -> Result<(), Trouble> {
        let steady = self.clock.steady();
        let (id, now) = (item.row.id, self.clock.now());
        let said = serde_json::from_str::<Value>(&item.row.text).unwrap_or_default();
        let word = |name: &str| said.get(name).and_then(Value::as_str);
        let test = said.get("test_id").or(said.get("message_id"));
        let name = word("task_id")
            .map(str::to_owned)
            .or(test.map(Value::to_string));
        self.print(&json!({"type": "receipt", "id": id.0, "steady": steady.0, "name": name, "at": now, "duplicate": item.again}))?;
        if let Taken::Denied(why) = self.mark(id, now)? {
            return Err(Trouble::Refused(why.to_string()));
        }
        match (word("type"), word("task_id"), test) {
            (Some("task_assignment"), Some(task), _) => {
                self.accept(task, said.get("generation"), now)
            }
            (Some("keepalive_test" | "latency_test" | "test_task"), _, Some(test)) => self.say(
                &json!({"type": "acknowledgment", "test_id": test, "worker_id": self.who.number}),
            ),
            _ => Ok(()),
        }
    }

    fn accept(
        &mut self,
        task: &str,
        generation: Option<&Value>,
        now: Timestamp,
    ) -> Result<(), Trouble> {
        let with = |mut words: Value| {
            if let (Some(generation), Some(words)) = (generation, words.as_object_mut()) {
                words.insert("generation".to_owned(), generation.clone());
            }
            words
        };
        self.say(&with(
            json!({"type": "acknowledgment", "task_id": task, "worker_id": self.who.number}),
        ))?;
        let parts = i64::from(self.habits.reports) + 1;
        for n in 1..parts {
            let words = with(json!({
                "type": "status_update", "task_id": task, "status": "in_progress", "progress": 100 * n / parts,
            }));
            let at = now.plus(Span(self.habits.work.0 / parts * n));
            self.due.push_back(Due { at, words });
        }
        let words = with(json!({
            "type": "status_update", "task_id": task, "status": "completed", "result": "done as it was asked for",
            "completed_by": self.who.role,
        }));
        let at = now.plus(self.habits.work);
        self.due.push_back(Due { at, words });
        self.due.make_contiguous().sort_by_key(|d| d.at);
        Ok(())
    }

    /// Says what is due.
    fn report(&mut self) -> Result<(), Trouble> {
        let over = |d: &Due| d.at <= self.clock.now();
        while self.due.front().is_some_and(over) {
            if let Some(due) = self.due.pop_front() {
                self.say(&due.words)?;
            }
        }
        Ok(())
    }

    fn say(&self, words: &Value) -> Result<(), Trouble> {
        let side = (Side::B, &self.who.token);
        self.client
            .send(&self.who.conversation, side, &words.to_string())
            .map(drop)
    }

    /// Which tables its bridge has.
    #[must_use]
    pub fn schema(&self) -> Schema {
        self.store.source().schema
    }
}
