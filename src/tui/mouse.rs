//! The mouse. Everything that it does a key does, too; it selects, opens, scrolls and asks, and never writes: what a key would carry out at
//! once, a click only names.

use super::{
    effect::Effect,
    keymap::Action,
    model::{Model, View},
    overlay::Overlay,
    screen::{self, Hits, Spot},
};
use crate::domain::{Span, Timestamp};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

/// Two presses within this time are a double click.
const DOUBLE: Span = Span(400_000);
/// A press within this time after the window gained the focus only gave it.
const FOCUS: Span = Span(500_000);
/// Rows that a notch of the wheel moves.
const NOTCH: usize = 3;

/// What the mouse needs to know.
#[derive(Debug, Default)]
pub(crate) struct Mouse {
    /// The terminal sends clicks to us.
    pub(crate) on: bool,
    /// They were, once: that they are not any more is worth a word.
    was: bool,
    /// Cells of the last frame.
    size: (u16, u16),
    /// What lay where in the last frame.
    spots: Vec<(Rect, Spot)>,
    /// Where and when the last press was.
    pressed: Option<(Position, Spot, Timestamp)>,
    /// When the window gained the focus last.
    focused: Option<Timestamp>,
}

impl Mouse {
    /// Ours from the start, or not.
    pub(crate) fn new(on: bool) -> Self {
        Self {
            on,
            was: on,
            ..Self::default()
        }
    }

    /// The operator gave it back to the terminal.
    pub(crate) const fn is_off(&self) -> bool {
        self.was && !self.on
    }

    /// Cells of the last frame, across and down.
    pub(crate) const fn size(&self) -> (u16, u16) {
        self.size
    }

    /// Takes what the last frame showed.
    pub(crate) fn settle(&mut self, hits: &Hits) {
        self.spots.clone_from(&hits.spots);
        self.size = hits.size;
    }

    /// The window has the focus.
    pub(crate) const fn focus(&mut self, now: Timestamp) {
        self.focused = Some(now);
    }

    /// What lies on top there.
    fn at(&self, at: Position) -> Option<Spot> {
        let mut spots = self.spots.iter().rev();
        spots.find(|(place, _)| place.contains(at)).map(|(_, s)| *s)
    }

    /// Of a row or a heading the panel that it is part of.
    fn panel(&self, at: Position) -> Option<Spot> {
        let panel = |spot: Spot| matches!(spot, Spot::List | Spot::Detail | Spot::Groups);
        let mut spots = self.spots.iter().rev();
        spots.find_map(|(place, spot)| (place.contains(at) && panel(*spot)).then_some(*spot))
    }
}

/// `m`: the terminal has the mouse back, or we do.
pub(crate) fn toggle(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    model.mouse.on = !model.mouse.on;
    model.mouse.was = true;
    let words = if model.mouse.on {
        "mouse on: click selects, double click opens; Shift-drag selects text"
    } else {
        "mouse off: the terminal selects text"
    };
    model.say(words, now);
    vec![Effect::Mouse(model.mouse.on)]
}

/// One event of the mouse.
pub(crate) fn event(model: &mut Model, event: MouseEvent, now: Timestamp) -> Vec<Effect> {
    let at = Position::new(event.column, event.row);
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => press(model, at, now),
        MouseEventKind::ScrollDown => wheel(model, at, Action::Down, now),
        MouseEventKind::ScrollUp => wheel(model, at, Action::Up, now),
        _ => Vec::new(),
    }
}

fn press(model: &mut Model, at: Position, now: Timestamp) -> Vec<Effect> {
    let only_focus = model.mouse.focused.take();
    if only_focus.is_some_and(|then| now.since(then) < FOCUS) {
        return Vec::new();
    }
    let Some(spot) = model.mouse.at(at) else {
        return Vec::new();
    };
    let before = model.mouse.pressed.replace((at, spot, now));
    let again = before.is_some_and(|(_, was, then)| was == spot && now.since(then) < DOUBLE);
    match spot {
        Spot::Row(n) | Spot::Group(n) => {
            if model.overlay.is_some() {
                screen::choose_over(model, n);
                return Vec::new();
            }
            model.typed.prompt = false;
            set_detail(model, false);
            screen::choose(model, spot);
            if again {
                model.mouse.pressed = None;
                return model.act(Action::Open, now);
            }
        }
        Spot::Detail => {
            set_detail(model, true);
        }
        Spot::Heading(n) => screen::sort(model, n),
        Spot::Key(action) => return run(model, action, now),
        Spot::List | Spot::Groups | Spot::Cover => {}
    }
    Vec::new()
}

/// What a click on a hint or a tab does: what its key does, unless that would write or end something at once.
fn run(model: &mut Model, action: Action, now: Timestamp) -> Vec<Effect> {
    let needs_key = matches!(
        action,
        Action::Ack
            | Action::Hold
            | Action::Undo
            | Action::Redo
            | Action::Confirm
            | Action::Send
            | Action::JobStart
            | Action::JobStop
            | Action::JobRestart
            | Action::JobRun
            | Action::Quit
            | Action::QuitPrint
            | Action::Interrupt
    ) || (action == Action::Accept && model.overlay.is_some());
    if needs_key {
        model.say("a click writes nothing: press the key", now);
        return Vec::new();
    }
    model.act(action, now)
}

fn wheel(model: &mut Model, at: Position, action: Action, now: Timestamp) -> Vec<Effect> {
    if model.overlay.is_none() {
        let Some(panel) = model.mouse.panel(at) else {
            return Vec::new();
        };
        if !screen::face(model, panel) {
            return Vec::new();
        }
    }
    if model.view == View::Messages && model.mouse.panel(at) == Some(Spot::Detail) {
        let (top, last, _) = model.screens.messages.body;
        let to = match action {
            Action::Down => top.saturating_add(NOTCH),
            _ => top.saturating_sub(NOTCH),
        };
        model.screens.messages.body.0 = to.min(last);
        return Vec::new();
    }
    let was = set_detail(
        model,
        model.mouse.panel(at) == Some(Spot::Detail) && model.overlay.is_none(),
    );
    let mut effects = Vec::new();
    for _ in 0..NOTCH {
        effects.extend(model.act(action, now));
    }
    if let Some(was) = was {
        set_detail(model, was);
    }
    effects
}

/// Lets the keys move the pane, or the list; what they moved before, where a view has both.
fn set_detail(model: &mut Model, on: bool) -> Option<bool> {
    let screens = &mut model.screens;
    let slot = match model.view {
        View::Workers => &mut screens.workers.on_detail,
        View::Tasks => &mut screens.tasks.on_detail,
        View::Alerts => &mut screens.alerts.on_detail,
        View::Sessions => &mut screens.sessions.on_detail,
        View::Activity => &mut screens.activity.on_detail,
        View::Overview | View::Worker | View::Task | View::Session | View::Messages => return None,
    };
    Some(std::mem::replace(slot, on))
}

/// An overlay takes every click, but for the hints of its keys.
pub(crate) fn cover(model: &Model, body: Rect, hits: &mut Hits) {
    if !matches!(model.overlay, None | Some(Overlay::Note(_))) {
        hits.spots.insert(0, (body, Spot::Cover));
    }
}

#[cfg(test)]
mod tests;
