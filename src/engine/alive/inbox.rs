//! The messages to workers, as they are committed: each conversation from where its consumer left off, and from its unread ones the first time.

use super::{Marks, Resume};
use crate::{
    domain::{ConversationId, MessageId, MessageRow, Side},
    engine::job::Open,
    store::{Store, StoreError},
    watch::{Watch, Woke},
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    thread,
    time::Duration,
};

/// Rows of one read.
const PAGE: usize = 4_096;
/// Between two looks at a store that nothing can wake.
const POLL: Duration = Duration::from_millis(100);

/// Whose messages are wanted; asked before every look.
pub type Whose = Arc<dyn Fn() -> Arc<[ConversationId]> + Send + Sync>;

/// A message for a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// It.
    pub row: MessageRow,
    /// It may have been handed over before.
    pub again: bool,
}

/// How messages are read.
#[derive(Clone)]
pub struct Reading {
    /// Opens the bridge.
    pub open: Open,
    /// Whose messages.
    pub whose: Whose,
    /// Begin after this one, whatever was handed over.
    pub since: Option<MessageId>,
}

struct Connection {
    store: Box<dyn Store>,
    watch: Option<Watch>,
    version: u64,
}

/// One conversation that is followed.
#[derive(Debug, Clone, Copy)]
struct Track {
    start: MessageId,
    /// Up to here a message may have been handed over before.
    begun: MessageId,
    /// Messages that were read before we came are not handed over.
    unread_only: bool,
}

/// Reads messages for one consumer. Blocks; belongs on a thread of its own.
pub struct Inbox {
    how: Reading,
    marks: Marks,
    connection: Option<Connection>,
    followed: BTreeMap<ConversationId, Track>,
    /// Everything up to here was looked at for all that are followed.
    position: Option<MessageId>,
    queue: VecDeque<Item>,
    list: Option<Arc<[ConversationId]>>,
}

impl Inbox {
    /// Reads as `how` says, for the consumer whose `marks` these are.
    #[must_use]
    pub fn new(how: Reading, marks: Marks) -> Self {
        Self {
            how,
            marks,
            connection: None,
            followed: BTreeMap::new(),
            position: None,
            queue: VecDeque::new(),
            list: None,
        }
    }

    /// The number of the newest message that was looked at.
    #[must_use]
    pub fn position(&self) -> MessageId {
        self.position.unwrap_or_default()
    }

    /// The next message, waiting for one at most `wait`: the same one again until it is [`Inbox::done`] with, so that a call that was broken off
    /// loses none. O(messages since the last call); the first time O(history after the oldest mark).
    ///
    /// # Errors
    /// As the store says; the next call opens it again. After [`StoreError::Rewound`] unread messages come again, marked.
    pub fn next(&mut self, wait: Duration) -> Result<Option<Item>, StoreError> {
        if let Some(item) = self.queue.front() {
            return Ok(Some(item.clone()));
        }
        let read = self.read(wait);
        if let Err(error) = read {
            self.connection = None;
            if matches!(
                error,
                StoreError::Rewound { .. } | StoreError::Replaced { .. }
            ) {
                self.followed.clear();
                self.list = None;
                self.position = None;
            }
            return Err(error);
        }
        Ok(self.queue.front().cloned())
    }

    /// Notes that a message is about to be handed over.
    ///
    /// # Errors
    /// As the file system says.
    pub fn begin(&self, item: &Item) -> std::io::Result<()> {
        let id = item.row.id;
        let before = MessageId(id.0 - 1);
        self.marks.note(&item.row.conversation, before, id)
    }

    /// Notes that it was handed over; whether or not that can be written down, the next one comes.
    ///
    /// # Errors
    /// As the file system says.
    pub fn done(&mut self, item: &Item) -> std::io::Result<()> {
        if self
            .queue
            .front()
            .is_some_and(|next| next.row.id == item.row.id)
        {
            self.queue.pop_front();
        }
        self.marks
            .note(&item.row.conversation, item.row.id, item.row.id)
    }

    fn read(&mut self, wait: Duration) -> Result<(), StoreError> {
        if self.connection.is_none() {
            let opened = (self.how.open)()?;
            let (mut store, watch) = (opened.store, opened.watch);
            let version = store.version()?;
            self.connection = Some(Connection {
                store,
                watch,
                version,
            });
            // What was committed while nobody looked.
            self.advance()?;
        }
        self.join()?;
        if !self.queue.is_empty() {
            return Ok(());
        }
        let Some(c) = &mut self.connection else {
            return Ok(());
        };
        let Connection {
            store,
            watch,
            version,
        } = c;
        let woke = if let Some(watch) = watch {
            watch.wait(&mut || store.version(), *version, wait)?
        } else {
            thread::park_timeout(POLL.min(wait));
            match store.version()? {
                seen if seen == *version => Woke::Timeout,
                seen => Woke::Changed(seen),
            }
        };
        if let Woke::Changed(seen) = woke {
            *version = seen;
            self.advance()?;
        }
        Ok(())
    }

    /// Takes in conversations that are new in the list, and forgets those that left it.
    fn join(&mut self) -> Result<(), StoreError> {
        let list = (self.how.whose)();
        if self.list.as_ref().is_some_and(|known| known == &list) {
            return Ok(());
        }
        self.followed.retain(|id, _| list.contains(id));
        let mut fresh: BTreeMap<ConversationId, Track> = BTreeMap::new();
        for id in list
            .iter()
            .filter(|id| !self.followed.contains_key(id.raw()))
        {
            let track = match (self.how.since, self.marks.resume(id)) {
                (Some(start), Resume::After { begun, .. }) => Track {
                    start,
                    begun,
                    unread_only: false,
                },
                (Some(start), Resume::Fresh) => Track {
                    start,
                    begun: MessageId(0),
                    unread_only: false,
                },
                (None, Resume::After { done, begun }) => Track {
                    start: done,
                    begun,
                    unread_only: false,
                },
                (None, Resume::Fresh) => Track {
                    start: MessageId(0),
                    begun: MessageId(0),
                    unread_only: true,
                },
            };
            fresh.insert(id.clone(), track);
        }
        if !fresh.is_empty() {
            self.catch_up(&mut fresh)?;
        }
        self.followed.append(&mut fresh);
        self.list = Some(list);
        Ok(())
    }

    /// One pass over the history for conversations that are new here, up to where all the others are.
    fn catch_up(&mut self, fresh: &mut BTreeMap<ConversationId, Track>) -> Result<(), StoreError> {
        let Some(c) = &mut self.connection else {
            return Ok(());
        };
        rewound(c.store.as_mut(), fresh)?;
        let mut after = fresh.values().map(|t| t.start).min().unwrap_or_default();
        let until = self.position;
        loop {
            // Large messages end a page early: only an empty one is the last.
            let page = c.store.since(after, PAGE)?;
            let more = !page.is_empty();
            for row in page {
                if until.is_some_and(|until| row.id > until) {
                    return Ok(());
                }
                after = row.id;
                let track = fresh.get(row.conversation.raw()).copied();
                Self::queue(&mut self.queue, track, row);
            }
            if !more {
                break;
            }
        }
        if self.position.is_none() {
            self.position = Some(after);
        }
        Ok(())
    }

    /// Reads on from the position.
    fn advance(&mut self) -> Result<(), StoreError> {
        let (Some(c), Some(mut after)) = (&mut self.connection, self.position) else {
            return Ok(());
        };
        loop {
            let page = c.store.since(after, PAGE)?;
            let more = !page.is_empty();
            for row in page {
                after = row.id;
                let track = self.followed.get(row.conversation.raw()).copied();
                let track = track.map(|t| Track {
                    unread_only: false,
                    ..t
                });
                Self::queue(&mut self.queue, track, row);
            }
            self.position = Some(after);
            if !more {
                return Ok(());
            }
        }
    }

    fn queue(queue: &mut VecDeque<Item>, track: Option<Track>, row: MessageRow) {
        let Some(track) = track else { return };
        let wanted = row.to == Side::B && row.id > track.start && !(track.unread_only && row.read);
        if wanted {
            let again = row.id <= track.begun;
            queue.push_back(Item { row, again });
        }
    }
}

/// Where a backup was restored while nobody looked, everything unread of a conversation comes again whose mark is above what is there. O(marks).
fn rewound(
    store: &mut dyn Store,
    fresh: &mut BTreeMap<ConversationId, Track>,
) -> Result<(), StoreError> {
    let mut starts: Vec<MessageId> = fresh.values().map(|t| t.start).collect();
    starts.sort_unstable();
    starts.dedup();
    for start in starts.into_iter().rev().take_while(|start| start.0 > 0) {
        match store.since(start, 1) {
            Err(StoreError::Rewound { .. }) => {}
            // What is below it is there, too.
            other => return other.map(drop),
        }
        for track in fresh.values_mut().filter(|t| t.start == start) {
            *track = Track {
                start: MessageId(0),
                begun: MessageId(i64::MAX),
                unread_only: true,
            };
        }
    }
    Ok(())
}
