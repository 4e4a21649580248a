//! What lies over a view: at most one at a time, and it takes every key.

pub(crate) mod ask;
pub(crate) mod count;
pub(crate) mod daemons;
pub(crate) mod dialog;
pub(crate) mod form;
pub(crate) mod frame;
pub(crate) mod help;
pub(crate) mod log;
pub(crate) mod menu;
pub(crate) mod mute;
pub(crate) mod note;
pub(crate) mod orders;
pub(crate) mod page;
pub(crate) mod palette;
pub(crate) mod scratch;
pub(crate) mod take;

pub(crate) use ask::Ask;
pub(crate) use count::Count;
pub(crate) use dialog::Dialog;
pub(crate) use form::Form;
pub(crate) use menu::Menu;
pub(crate) use orders::OrderMenu;
pub(crate) use page::Page;
pub(crate) use palette::Palette;
pub(crate) use scratch::Scratch;
pub(crate) use take::Taking;

use super::{
    effect::Effect,
    keymap::{Action, Chord, Context},
    model::Model,
    screen::{Hits, List, moved},
    travel,
    widget::Canvas,
};
use crate::domain::{Command, JobOrder, Timestamp};
use ratatui::layout::Rect;
use std::sync::Arc;

/// An open overlay.
#[derive(Debug)]
pub(crate) enum Overlay {
    /// Keys and symbols.
    Help(Box<help::Help>),
    /// Background jobs, by name.
    Daemons(List<&'static str>),
    /// What to mute, and for how long.
    Mute(mute::Mute),
    /// A note is written.
    Note(note::Note),
    /// Something asks.
    Dialog(Box<Dialog>),
    /// A list of actions.
    Menu(Box<Menu>),
    /// Fields of text.
    Form(Box<Form>),
    /// What can be taken away.
    Taking(Box<Taking>),
    /// Text to read.
    Page(Box<Page>),
    /// Shall a merge be begun?
    Scratch(Box<Scratch>),
    /// A command is typed.
    Palette(Box<Palette>),
    /// Shall a command run?
    Ask(Box<Ask>),
    /// Several are acted on: how many?
    Count(Box<Count>),
    /// An order is chosen.
    Orders(Box<OrderMenu>),
    /// The write log: its first line on screen, the last that can be, and lines on screen.
    Log {
        /// First line on screen.
        top: usize,
        /// Highest first line, and lines on screen.
        seen: (usize, usize),
    },
}

impl Overlay {
    /// Help from its first line.
    pub(crate) fn help() -> Self {
        Self::Help(Box::default())
    }

    /// The write log from its newest line.
    pub(crate) const fn log() -> Self {
        Self::Log {
            top: 0,
            seen: (0, 1),
        }
    }

    /// The first job selected.
    pub(crate) fn daemons() -> Self {
        Self::Daemons(List::default())
    }

    /// An empty note beside an alert.
    pub(crate) const fn note(key: Arc<str>) -> Self {
        let text = String::new();
        Self::Note(note::Note { key, text })
    }

    /// Where its keys stand.
    pub(crate) fn context(&self) -> Context {
        match self {
            Self::Help(_) => Context::Help,
            Self::Daemons(_) => Context::Daemons,
            Self::Mute(_) => Context::Mute,
            Self::Note(_) => Context::Prompt,
            Self::Menu(_) => Context::Menu,
            Self::Taking(_) => Context::Take,
            Self::Form(_) => Context::Form,
            Self::Log { .. } => Context::Log,
            Self::Palette(_) => Context::Palette,
            Self::Ask(_) => Context::Ask,
            Self::Count(_) => Context::Word,
            Self::Orders(_) => Context::Orders,
            Self::Page(page) if page.search.typing => Context::Prompt,
            Self::Page(_) => Context::Page,
            Self::Scratch(_) => Context::Scratch,
            Self::Dialog(dialog) => dialog.context(),
        }
    }

    /// Takes what the last frame showed.
    pub(crate) fn settle(&mut self, hits: &Hits) {
        match self {
            Self::Dialog(dialog) => {
                dialog.seen = hits.detail;
                dialog.top = dialog.top.min(hits.detail.0);
            }
            Self::Page(page) => {
                page.seen = hits.detail;
                page.top = page.top.min(hits.detail.0);
                page.search.settle(hits);
            }
            Self::Scratch(scratch) => {
                scratch.seen = hits.detail;
                scratch.top = scratch.top.min(hits.detail.0);
            }
            Self::Taking(taking) => taking.settle(hits),
            Self::Count(count) => count.settle(hits),
            Self::Menu(menu) => {
                menu.list.top = hits.top;
                menu.list.page = hits.page;
            }
            Self::Help(help) => {
                help.seen = hits.detail;
                help.top = help.top.min(hits.detail.0);
            }
            Self::Log { top, seen } => {
                *seen = hits.detail;
                *top = (*top).min(hits.detail.0);
            }
            Self::Daemons(list) => {
                list.top = hits.top;
                list.page = hits.page;
            }
            Self::Mute(mute) => mute.settle(hits),
            Self::Palette(palette) => palette.settle(hits),
            Self::Orders(menu) => menu.settle(hits),
            Self::Ask(ask) => {
                ask.seen = hits.detail;
                ask.top = ask.top.min(hits.detail.0);
            }
            Self::Form(_) | Self::Note(_) => {}
        }
    }
}

/// Keeps the selected job among those that exist.
pub(crate) fn derive(model: &mut Model) {
    match &mut model.overlay {
        Some(Overlay::Daemons(list)) => {
            list.settle(model.jobs.len(), |i| model.jobs.get(i).map(|j| j.name));
        }
        Some(Overlay::Menu(menu)) => menu.settle(),
        _ => {}
    }
}

/// A key while an overlay is open.
pub(crate) fn act(model: &mut Model, action: Action, now: Timestamp) -> Vec<Effect> {
    if let Some(effects) = whole(model, action, now) {
        return effects;
    }
    if let (Action::Escape, Some(Overlay::Page(page))) = (action, &mut model.overlay)
        && page.search.words().is_some()
    {
        page.search.reset();
        return Vec::new();
    }
    if action == Action::Escape && !matches!(model.overlay, Some(Overlay::Scratch(_))) {
        model.overlay = None;
        return Vec::new();
    }
    match &mut model.overlay {
        Some(Overlay::Dialog(_)) => dialog::act(model, action, now),
        Some(Overlay::Menu(_)) => menu::act(model, action, now),
        Some(Overlay::Form(_)) => form::act(model, action, now),
        Some(Overlay::Scratch(_)) => scratch::act(model, action, now),
        Some(Overlay::Page(page)) if action == Action::Pin && page.compares() => {
            travel::pin(model, now);
            Vec::new()
        }
        Some(Overlay::Page(page)) => {
            page::act(page, action);
            Vec::new()
        }
        Some(Overlay::Log { top, seen }) => {
            *top = moved(action, *top, seen.1, seen.0).unwrap_or(*top);
            Vec::new()
        }
        Some(Overlay::Daemons(list)) => {
            if let Some(to) = list.target(action, model.jobs.len()) {
                list.choose(to, model.jobs.get(to).map(|j| j.name));
                return Vec::new();
            }
            let order = match action {
                Action::JobStart => JobOrder::Start,
                Action::JobStop => JobOrder::Stop,
                Action::JobRestart => JobOrder::Restart,
                Action::JobRun => JobOrder::RunNow,
                _ => return Vec::new(),
            };
            let Some(name) = list.selected else {
                return Vec::new();
            };
            vec![model.ask(Command::Job { name, order }).1]
        }
        Some(
            Overlay::Help(_)
            | Overlay::Mute(_)
            | Overlay::Note(_)
            | Overlay::Ask(_)
            | Overlay::Count(_)
            | Overlay::Palette(_)
            | Overlay::Taking(_)
            | Overlay::Orders(_),
        )
        | None => Vec::new(),
    }
}

/// A key of an overlay that takes all of them, Esc too; `None` for any other.
fn whole(model: &mut Model, action: Action, now: Timestamp) -> Option<Vec<Effect>> {
    match model.overlay.take() {
        Some(Overlay::Mute(mute)) => return Some(mute::act(model, mute, action, now)),
        Some(Overlay::Note(note)) => return Some(note::act(model, note, action, now)),
        Some(Overlay::Orders(menu)) => {
            orders::act(model, menu, action);
            return Some(Vec::new());
        }
        Some(Overlay::Help(open)) => return Some(help::act(model, open, action, now)),
        Some(Overlay::Count(open)) => return Some(count::act(model, open, action, now)),
        Some(Overlay::Ask(ask)) => return Some(ask::act(model, ask, action, now)),
        Some(Overlay::Palette(palette)) => {
            model.overlay = Some(Overlay::Palette(palette));
            return Some(palette::act(model, action, now));
        }
        Some(Overlay::Taking(taking)) => return Some(take::act(model, taking, action, now)),
        other => model.overlay = other,
    }
    None
}

/// A character that no key of the overlay means: typed, where text is typed.
pub(crate) fn edit(model: &mut Model, chord: Chord, now: Timestamp) -> Vec<Effect> {
    match &mut model.overlay {
        Some(Overlay::Form(form)) => form.edit(chord),
        Some(Overlay::Dialog(dialog)) if dialog.context() == Context::Word => dialog.edit(chord),
        Some(Overlay::Palette(_)) => palette::edit(model, chord, now),
        Some(Overlay::Taking(_)) => return take::edit(model, chord, now),
        Some(Overlay::Orders(_)) => orders::edit(model, chord),
        Some(Overlay::Help(help)) => help.edit(chord),
        Some(Overlay::Count(open)) => open.edit(chord),
        _ => {}
    }
    Vec::new()
}

/// Draws the open overlay over `body`.
pub(crate) fn draw(
    model: &Model,
    canvas: &mut Canvas<'_>,
    body: Rect,
    hits: &mut Hits,
    now: Timestamp,
) {
    match &model.overlay {
        Some(Overlay::Help(open)) => help::draw(model, canvas, body, open, hits),
        Some(Overlay::Daemons(list)) => daemons::draw(model, canvas, body, list, hits, now),
        Some(Overlay::Mute(mute)) => mute::draw(model, canvas, body, mute, hits, now),
        Some(Overlay::Note(note)) => note::draw(canvas, body, note, hits),
        Some(Overlay::Taking(open)) => take::draw(canvas, body, open, hits),
        Some(Overlay::Palette(open)) => palette::draw(canvas, body, open, hits),
        Some(Overlay::Orders(open)) => orders::draw(canvas, body, open, hits),
        Some(Overlay::Count(open)) => count::draw(model, canvas, body, open, hits),
        Some(Overlay::Ask(open)) => ask::draw(model, canvas, body, open, hits),
        Some(Overlay::Dialog(open)) => dialog::draw(model, canvas, body, open, hits, now),
        Some(Overlay::Menu(open)) => menu::draw(canvas, body, open, hits),
        Some(Overlay::Form(open)) => form::draw(model, canvas, body, open, hits),
        Some(Overlay::Page(open)) => page::draw(model, canvas, body, open, hits, now),
        Some(Overlay::Scratch(open)) => scratch::draw(model, canvas, body, open, hits),
        Some(Overlay::Log { top, .. }) => log::draw(model, canvas, body, *top, hits, now),
        None => {}
    }
}
