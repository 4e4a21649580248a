//! What the list of messages remembers.

use crate::tui::{search::Search, sieve::Sieve};
use crate::{
    domain::{ConversationId, Message, MessageId, WorkerId},
    link::RequestId,
    tui::screen::{Hits, List},
};
use std::sync::Arc;

/// Rows, selection, filter, older pages.
#[derive(Debug)]
pub(crate) struct State {
    /// Messages that pass the filter, the newest first.
    pub(crate) rows: Vec<Arc<Message>>,
    /// By id.
    pub(crate) list: List<MessageId>,
    /// Text that worker, kind, task or body must contain.
    pub(crate) filter: String,
    /// What of it lets rows through.
    pub(crate) sieve: Sieve,
    /// Only one worker's.
    pub(crate) thread: Option<(ConversationId, WorkerId)>,
    /// The selected one is being read: most of the room is its own.
    pub(crate) open: bool,
    /// First line of its body, the last it can be, and lines on screen.
    pub(crate) body: (usize, usize, usize),
    /// What is looked for in the body.
    pub(crate) search: Search,
    /// The newest is always selected.
    pub(crate) follow: bool,
    /// The newest when following ended: what is above it is new.
    pub(crate) seen: MessageId,
    /// What was selected in the last frame: what the operator saw.
    pub(super) drawn: Option<MessageId>,
    /// Pages below the snapshot's own messages, ascending.
    pub(super) older: Vec<Arc<Message>>,
    /// Older pages.
    pub(crate) paging: Paging,
}

/// How far back the pages go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Paging {
    /// There may be older ones.
    #[default]
    More,
    /// Asked for.
    Asked(RequestId),
    /// The beginning is reached.
    Beginning,
}

impl Default for State {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            list: List::default(),
            filter: String::new(),
            sieve: Sieve::default(),
            thread: None,
            open: false,
            body: (0, 0, 1),
            search: Search::default(),
            follow: true,
            seen: MessageId::default(),
            drawn: None,
            older: Vec::new(),
            paging: Paging::default(),
        }
    }
}

impl State {
    /// Takes what the last frame showed.
    pub(crate) fn settle(&mut self, hits: &Hits) {
        self.list.top = hits.top;
        self.list.page = hits.page;
        self.drawn = self.list.selected;
        let (last, page) = hits.detail;
        self.body = (self.body.0.min(last), last, page);
        self.search.settle(hits);
    }

    /// One step back within the view; `false` when there is none.
    pub(crate) fn back(&mut self) -> bool {
        if self.open && self.search.words().is_some() {
            self.search.reset();
        } else if self.open {
            self.open = false;
        } else if !self.filter.is_empty() {
            self.filter.clear();
        } else if self.thread.is_some() {
            self.thread = None;
        } else {
            return false;
        }
        true
    }

    /// The selected message.
    pub(crate) fn selected(&self) -> Option<&Arc<Message>> {
        self.rows.get(self.list.row()?)
    }

    /// How many came since following ended.
    pub(crate) fn fresh(&self) -> usize {
        if self.follow {
            return 0;
        }
        self.rows.iter().take_while(|m| m.id > self.seen).count()
    }
}
