//! What the detail of a worker remembers.

use crate::{domain::ConversationId, tui::screen::Hits};

/// A part of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Panel {
    /// Signs of life, and what comes next.
    #[default]
    Liveness,
    /// Who votes for what.
    Evidence,
    /// What it holds.
    Tasks,
    /// What it said and was told.
    Messages,
    /// States that we saw.
    Timeline,
    /// Which conversation, until when.
    About,
}

impl Panel {
    /// In the order of Tab.
    pub(super) const ALL: [Self; 6] = [
        Self::Liveness,
        Self::Evidence,
        Self::Tasks,
        Self::Messages,
        Self::Timeline,
        Self::About,
    ];
}

/// Which worker, and where in it.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Whose detail is open.
    pub(crate) conversation: Option<ConversationId>,
    /// What the keys scroll.
    pub(crate) focus: Panel,
    /// First line of that panel.
    pub(crate) top: usize,
    /// The last it can be, and lines on screen.
    pub(crate) seen: (usize, usize),
}

impl State {
    /// Takes what the last frame showed.
    pub(crate) fn settle(&mut self, hits: &Hits) {
        self.seen = hits.detail;
        self.top = self.top.min(hits.detail.0);
    }
}
