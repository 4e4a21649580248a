//! One folder per view: `state` what it remembers, `update` what its keys do, `view` what it looks like.

pub(crate) mod activity;
pub(crate) mod alerts;
mod hits;
pub(crate) mod listed;
pub(crate) mod messages;
pub(crate) mod overview;
mod point;
pub(crate) mod session;
pub(crate) mod sessions;
mod split;
pub(crate) mod task;
pub(crate) mod tasks;
pub(crate) mod worker;
pub(crate) mod workers;

pub use hits::Hits;
pub(crate) use hits::{Sight, Spot, heading};
pub(crate) use point::{choose, choose_over, face, sort};
pub(crate) use split::Split;

use super::{
    keymap::Action,
    widget::{self, Canvas},
};
use ratatui::layout::Rect;

/// The memory of every screen.
#[derive(Debug, Default)]
pub(crate) struct Screens {
    pub(crate) overview: overview::State,
    pub(crate) workers: workers::State,
    pub(crate) worker: worker::State,
    pub(crate) tasks: tasks::State,
    pub(crate) task: task::State,
    pub(crate) alerts: alerts::State,
    pub(crate) messages: messages::State,
    pub(crate) sessions: sessions::State,
    pub(crate) session: session::State,
    pub(crate) activity: activity::State,
}

/// A selection in a list, by key, and what of the list is seen.
#[derive(Debug, Clone)]
pub(crate) struct List<K> {
    /// Key of the selected row; `None` only while the list is empty.
    pub(crate) selected: Option<K>,
    /// Where that row was last, for when its key is gone.
    at: usize,
    /// First row on screen.
    pub(crate) top: usize,
    /// Rows on screen, of the last frame.
    pub(crate) page: usize,
    /// The operator chose the row.
    chosen: bool,
}

impl<K> Default for List<K> {
    fn default() -> Self {
        Self {
            selected: None,
            at: 0,
            top: 0,
            page: 1,
            chosen: false,
        }
    }
}

impl<K: PartialEq + Clone> List<K> {
    /// Finds the selection again in rows that changed; what is gone gives way to what stands in its place.
    pub(crate) fn settle(&mut self, len: usize, key: impl Fn(usize) -> Option<K>) {
        let here = |at: usize| key(at).is_some_and(|k| Some(&k) == self.selected.as_ref());
        let found = if here(self.at) {
            Some(self.at)
        } else {
            (0..len).find(|i| here(*i))
        };
        self.at = found.unwrap_or(self.at).min(len.saturating_sub(1));
        if found.is_none() {
            self.selected = key(self.at).filter(|_| len > 0);
        }
    }

    /// Row of the selection.
    pub(crate) fn row(&self) -> Option<usize> {
        self.selected.as_ref().map(|_| self.at)
    }

    /// Selects a row.
    pub(crate) fn choose(&mut self, at: usize, key: Option<K>) {
        if key.is_some() {
            self.at = at;
            self.selected = key;
            self.chosen = true;
        }
    }

    /// While nobody looks and nobody chose, the first row is the selected one: what comes first when the list is opened.
    pub(crate) fn rest(&mut self) {
        if !self.chosen {
            self.at = 0;
            self.selected = None;
        }
    }

    /// Where a movement leads; `None` when the action is none.
    pub(crate) fn target(&self, action: Action, len: usize) -> Option<usize> {
        let last = len.saturating_sub(1);
        moved(action, self.at, self.page, last)
    }

    /// First row to draw with `page` rows of room.
    pub(crate) fn window(&self, page: usize, len: usize) -> usize {
        widget::window(self.top, self.row(), page, len)
    }
}

/// Where a movement leads from `at`, with `last` as the highest place; `None` when the action is no movement.
pub(crate) fn moved(action: Action, at: usize, page: usize, last: usize) -> Option<usize> {
    let page = page.max(1);
    let half = (page / 2).max(1);
    let to = match action {
        Action::Down => at.saturating_add(1),
        Action::Up => at.saturating_sub(1),
        Action::Top => 0,
        Action::Bottom => last,
        Action::HalfDown => at.saturating_add(half),
        Action::HalfUp => at.saturating_sub(half),
        Action::PageDown => at.saturating_add(page),
        Action::PageUp => at.saturating_sub(page),
        _ => return None,
    };
    Some(to.min(last))
}

/// Lines in the middle of an empty panel: what is the case, and what to do next.
pub(crate) fn explain(canvas: &mut Canvas<'_>, place: Rect, words: &[&str]) {
    let mut rows = widget::Rows::of(Rect {
        x: place.x.saturating_add(1),
        width: place.width.saturating_sub(2),
        ..place
    });
    if rows.left() > 4 {
        rows.line();
    }
    for paragraph in words {
        for line in widget::lines(paragraph, place.width.saturating_sub(2), true) {
            canvas.put(rows.line(), &line, super::theme::Role::Text);
        }
    }
}

/// Lines from `top` on.
pub(crate) fn scroll(
    canvas: &mut Canvas<'_>,
    place: Rect,
    lines: &[widget::Strip],
    top: usize,
    hits: &mut Hits,
) {
    let mut rows = widget::Rows::of(place);
    let page = usize::from(rows.left());
    let last = lines.len().saturating_sub(page);
    for line in lines.iter().skip(top.min(last)).take(page) {
        canvas.strip(rows.line(), line);
    }
    hits.detail = (last, page);
}
