//! The screen as a function of the model: the same model and instant always give the same cells.

mod footer;
mod guard;
mod header;
mod which;

use super::{
    model::{Model, View},
    mouse, overlay,
    screen::{
        Sight, Spot, activity, alerts, messages, overview, session, sessions, task, tasks, worker,
        workers,
    },
    travel,
    widget::{self, Canvas},
};
use crate::domain::{Timestamp, text};
use ratatui::{Frame, buffer::Buffer, layout::Rect};

#[cfg(test)]
pub(crate) use footer::offered;

pub use super::screen::Hits;

/// How much room there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tier {
    /// One line and no more.
    Tiny,
    /// 40×12: no rules, problems first.
    Xs,
    /// 60×20: fewer columns.
    S,
    /// 80×24: one pane, detail below.
    M,
    /// 120×30: two panes.
    Xl,
}

impl Tier {
    /// The tier of a place.
    pub(crate) const fn of(area: Rect) -> Self {
        match (area.width, area.height) {
            (120.., 30..) => Self::Xl,
            (80.., 24..) => Self::M,
            (60.., 20..) => Self::S,
            (40.., 12..) => Self::Xs,
            _ => Self::Tiny,
        }
    }
}

/// Cells, across and down, that a question needs at least: a line of it, and its answers.
const READABLE: (u16, u16) = (30, 6);

/// What a screen draws by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) model: &'a Model,
    pub(crate) clock: widget::Clock,
    pub(crate) now: Timestamp,
    pub(crate) tier: Tier,
}

impl Scene<'_> {
    /// The target of a file of this machine; `None` where nothing leads anywhere, and for a path that is not whole.
    pub(crate) fn file(self, path: &str) -> Option<String> {
        text::file_link(self.model.look.links.as_deref()?, path)
    }

    /// The instant on the operator's clock, which stands still while the picture does.
    pub(crate) fn instant(self) -> Timestamp {
        let frozen = self.model.facts.frozen();
        frozen.map_or(self.now, |(at, _)| at)
    }
}

/// Draws one frame on `buf`; returns what was seen, for [`Model::settle`].
pub fn paint(model: &Model, buf: &mut Buffer, now: Timestamp) -> Hits {
    let area = *buf.area();
    let mut hits = Hits::default();
    let scene = Scene {
        model,
        clock: model.clock(now),
        now,
        tier: Tier::of(area),
    };
    let mut canvas = Canvas::new(buf, &model.look.theme).linking(model.look.links.is_some());
    if scene.tier == Tier::Tiny {
        tiny(scene, &mut canvas, area, &mut hits);
    } else {
        whole(scene, &mut canvas, area, &mut hits);
    }
    hits.links = canvas.links();
    if model.look.ascii {
        widget::fold(buf);
    }
    hits.size = (area.width, area.height);
    hits.sight = match scene.tier {
        Tier::Tiny if area.width < READABLE.0 || area.height < READABLE.1 => Sight::Nothing,
        Tier::Tiny => Sight::Over,
        _ => Sight::All,
    };
    // A caret behind a text that fills its line stands on the last cell.
    let last = |from: u16, length: u16| from + length.saturating_sub(1);
    hits.cursor = hits.cursor.filter(|_| !area.is_empty()).map(|(x, y)| {
        (
            x.min(last(area.x, area.width)),
            y.min(last(area.y, area.height)),
        )
    });
    hits
}

/// Draws one frame on a terminal.
pub(crate) fn draw(model: &Model, frame: &mut Frame<'_>, now: Timestamp) -> Hits {
    let hits = paint(model, frame.buffer_mut(), now);
    if let Some(at) = hits.cursor {
        frame.set_cursor_position(at);
    }
    hits
}

/// Below 40×12: the counts and what is wrong, or what is open in their place; and a line for what is typed or was said.
fn tiny(scene: Scene<'_>, canvas: &mut Canvas<'_>, area: Rect, hits: &mut Hits) {
    let open = scene.model.overlay.is_some();
    let mut rows = widget::Rows::of(area);
    let foot = u16::from(open || footer::calls(scene.model));
    let body = rows.take(rows.left().saturating_sub(foot));
    if open {
        overlay::draw(scene.model, canvas, body, hits, scene.now);
        mouse::cover(scene.model, area, hits);
    } else {
        header::tiny(scene, canvas, body);
    }
    which::draw(scene.model, canvas, body);
    if foot > 0 {
        footer::line(scene, canvas, rows.line(), hits);
    }
}

fn whole(scene: Scene<'_>, canvas: &mut Canvas<'_>, area: Rect, hits: &mut Hits) {
    let mut rows = widget::Rows::of(area);
    let (head, foot) = match scene.tier {
        Tier::Tiny | Tier::Xs if !footer::speaks(scene.model) => (1, 1),
        Tier::Tiny | Tier::Xs => (1, 2),
        _ => (2, 2),
    };
    header::draw(scene, canvas, rows.take(head), hits);
    let timed = scene.tier >= Tier::S && scene.model.facts.frozen().is_some();
    let body = rows.take(rows.left().saturating_sub(foot + u16::from(timed)));
    if timed {
        travel::draw(scene, canvas, rows.line());
    }
    hits.spot(body, Spot::List);
    match scene.model.view {
        View::Overview => overview::draw(scene, canvas, body, hits),
        View::Workers => workers::draw(scene, canvas, body, hits),
        View::Worker => worker::draw(scene, canvas, body, hits),
        View::Tasks => tasks::draw(scene, canvas, body, hits),
        View::Task => task::draw(scene, canvas, body, hits),
        View::Sessions => sessions::draw(scene, canvas, body, hits),
        View::Session => session::draw(scene, canvas, body, hits),
        View::Alerts => alerts::draw(scene, canvas, body, hits),
        View::Messages => messages::draw(scene, canvas, body, hits),
        View::Activity => activity::draw(scene, canvas, body, hits),
    }
    if scene.model.overlay.is_some() {
        *hits = Hits::default();
        overlay::draw(scene.model, canvas, body, hits, scene.now);
        mouse::cover(scene.model, area, hits);
    }
    which::draw(scene.model, canvas, body);
    footer::draw(scene, canvas, rows.rest(), hits);
}

#[cfg(test)]
mod tests;
