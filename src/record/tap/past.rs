//! Heads of messages that are not known to lie in the file: kept until the recorder says that they do.

use crate::{
    domain::MessageRow,
    record::{Head, event::Time},
};
use std::{collections::HashMap, sync::Arc};

/// Heads of the history that are kept when a recording begins, and that a state is read with: the newest.
pub(in crate::record) const HISTORY: i64 = 60_000;

/// What the file holds.
#[derive(Debug, Clone, Default)]
pub(in crate::record) struct Held {
    /// The life of the bridge that was recorded last.
    pub(in crate::record) life: u32,
    /// The highest message of it whose head is kept.
    pub(in crate::record) known: i64,
    /// The last instant that was recorded, in milliseconds.
    pub(in crate::record) until: i64,
    /// Of some of its messages, what they were: [`print()`].
    pub(in crate::record) marks: Arc<HashMap<i64, i64>>,
}

/// What tells a message from another with the same key. FNV-1a, so that every version of this program says the same.
pub(in crate::record) fn print(id: i64, conversation: &str, at: Time) -> i64 {
    let at = match at {
        Time::At(at) => at,
        Time::Bad(_) => -1,
        Time::None => -2,
    };
    let numbers = [id.to_le_bytes(), at.to_le_bytes()];
    let all = numbers.iter().flatten().chain(conversation.as_bytes());
    let hash = all.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash.cast_signed()
}

fn of_row(row: &MessageRow) -> i64 {
    // As the head keeps it.
    let conversation = row.conversation.raw();
    print(row.id.0, conversation, row.at.into())
}

/// How a recording goes on.
#[derive(Debug)]
pub(super) struct Lead {
    /// The life of the bridge.
    pub(super) life: u32,
    /// Up to here the messages are those of the life before.
    pub(super) same: i64,
    /// Heads that the file does not hold, ascending.
    pub(super) heads: Vec<Head>,
}

/// Messages that were seen.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// Ascending.
    heads: Vec<Head>,
    /// Rows with keys that the file knows, since the last that was found to be the same.
    doubts: Vec<MessageRow>,
    /// Up to here they are those of the file.
    same: i64,
    /// They are others: a backup was restored, or it is another bridge.
    other: bool,
    /// The life that was begun, until the bridge is opened anew.
    life: Option<u32>,
    /// The newest that was handed over, and what it was.
    newest: Option<(i64, i64)>,
}

impl Past {
    /// The bridge is opened anew, and its history read again.
    pub(super) fn anew(&mut self) {
        let newest = self.newest.take();
        *self = Self {
            newest,
            ..Self::default()
        };
    }

    fn mark(&self, held: &Held, id: i64) -> Option<i64> {
        let newest = self.newest.filter(|(newest, _)| *newest == id);
        let newest = newest.map(|(_, print)| print);
        newest.or_else(|| held.marks.get(&id).copied())
    }

    /// Rows of the history, ascending, up to the key `end`; at most so many are kept. `held` is what the file holds, where that is known.
    pub(super) fn page(&mut self, rows: &[MessageRow], end: i64, held: Option<&Held>, most: i64) {
        for row in rows {
            let id = row.id.0;
            let doubtful = held.filter(|held| {
                !self.other && self.life.is_none() && id <= held.known.max(self.end())
            });
            if let Some(held) = doubtful {
                match self.mark(held, id) {
                    None => self.doubts.push(row.clone()),
                    Some(mark) if mark == of_row(row) => {
                        self.same = id;
                        self.doubts.clear();
                        self.heads.clear();
                    }
                    Some(_) => {
                        self.differ();
                        self.heads.push(Head::of(row));
                    }
                }
            } else if id > end.saturating_sub(most) {
                self.heads.push(Head::of(row));
            }
        }
        self.cap(most);
    }

    fn end(&self) -> i64 {
        self.newest.map_or(0, |(id, _)| id)
    }

    /// What was taken for that of the file is not.
    fn differ(&mut self) {
        self.other = true;
        let doubts = std::mem::take(&mut self.doubts);
        self.heads.extend(doubts.iter().map(Head::of));
        self.heads.sort_by_key(|head| head.id);
    }

    fn cap(&mut self, most: i64) {
        let most = usize::try_from(most).unwrap_or_default();
        if self.heads.len() > most + most / 4 {
            self.heads.drain(..self.heads.len() - most);
        }
        if self.doubts.len() > most + most / 4 {
            self.doubts.drain(..self.doubts.len() - most);
        }
    }

    /// A message that is handed over: kept until it lies in the file.
    pub(super) fn handed(&mut self, row: &MessageRow, head: &Head) {
        self.newest = Some((head.id, of_row(row)));
        self.heads.push(head.clone());
        self.cap(HISTORY);
    }

    /// What lies in the file is not kept any more.
    pub(super) fn confirmed(&mut self, held: &Held) {
        if self.life == Some(held.life) {
            let known = self.heads.partition_point(|head| head.id <= held.known);
            self.heads.drain(..known);
        }
    }

    /// The history is read up to the message `cursor`: whether it leads on from what the file holds, and with what.
    pub(super) fn lead(&mut self, held: &Held, cursor: i64) -> Lead {
        if self.life == Some(held.life) {
            return self.on(held.life, held.known, 0);
        }
        // What was read before it was known what the file holds.
        for head in &self.heads {
            match held.marks.get(&head.id) {
                Some(mark) if *mark == head.print() => self.same = self.same.max(head.id),
                Some(_) if !self.other => {
                    self.other = true;
                }
                _ => {}
            }
        }
        if self.other || self.life.is_some() || cursor < held.known || cursor < self.end() {
            self.differ();
            let life = held.life.saturating_add(1);
            return self.on(life, self.same, self.same);
        }
        self.doubts.clear();
        self.on(held.life, held.known, 0)
    }

    fn on(&mut self, life: u32, after: i64, same: i64) -> Lead {
        self.heads.retain(|head| head.id > after);
        self.life = Some(life);
        self.newest = self.heads.last().map(|head| (head.id, head.print()));
        Lead {
            life,
            same,
            heads: self.heads.clone(),
        }
    }
}

impl Head {
    /// [`print()`] of it.
    pub(in crate::record) fn print(&self) -> i64 {
        print(self.id, &self.conversation, self.at())
    }
}
