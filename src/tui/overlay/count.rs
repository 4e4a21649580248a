//! The question before several alerts are taken at once: it lists them, and their number is typed.

use super::frame;
use crate::{
    domain::{AlertOrder, Span, Timestamp, text},
    tui::{
        effect::Effect,
        keymap::{Action, Chord, Context},
        model::{Model, View},
        screen::{Hits, alerts, moved, scroll},
        theme::Role,
        widget::{self, Canvas, Strip},
    },
};
use ratatui::layout::Rect;

/// Keys that were typed ahead do not confirm.
const DEAF: Span = Span(300_000);

/// What is asked. Captured when it opens.
#[derive(Debug)]
pub(crate) struct Count {
    lines: Vec<String>,
    order: AlertOrder,
    inverse: AlertOrder,
    /// What is said of the marks.
    pub(crate) note: Option<String>,
    /// The view whose marks are meant.
    pub(crate) marked: Option<View>,
    typed: String,
    opened: Timestamp,
    /// First line on screen, the last it can be, and lines on screen.
    seen: (usize, usize, usize),
}

impl Count {
    /// Shall this be done to so many, a line for each?
    pub(crate) fn of(
        lines: Vec<String>,
        order: AlertOrder,
        inverse: AlertOrder,
        now: Timestamp,
    ) -> Self {
        Self {
            lines,
            order,
            inverse,
            note: None,
            marked: None,
            typed: String::new(),
            opened: now,
            seen: (0, 0, 1),
        }
    }

    /// Takes what the last frame showed.
    pub(crate) fn settle(&mut self, hits: &Hits) {
        let (last, page) = hits.detail;
        self.seen = (self.seen.0.min(last), last, page);
    }

    /// Types a character of the number.
    pub(crate) fn edit(&mut self, chord: Chord) {
        if chord.is_backspace() {
            self.typed.pop();
        } else if let Some(c) = chord.typed()
            && self.typed.len() < 8
        {
            self.typed.push_str(&text::line(c.encode_utf8(&mut [0; 4])));
        }
    }
}

/// A key while it is open.
pub(super) fn act(
    model: &mut Model,
    mut count: Box<Count>,
    action: Action,
    now: Timestamp,
) -> Vec<Effect> {
    match action {
        Action::Escape => {
            model.say("cancelled; nothing was done", now);
            return Vec::new();
        }
        Action::Accept if count.typed != count.lines.len().to_string() => {
            model.say("that is not their number", now);
        }
        Action::Accept if now.since(count.opened) >= DEAF => {
            if let Some(why) = alerts::past(model) {
                model.say(why, now);
                return Vec::new();
            }
            if let Some(view) = count.marked {
                model.unmark(view);
            }
            return vec![model.order(count.order, Some(count.inverse))];
        }
        _ => {
            let (top, last, page) = count.seen;
            count.seen.0 = moved(action, top, page, last).unwrap_or(top);
        }
    }
    model.overlay = Some(super::Overlay::Count(count));
    Vec::new()
}

/// Draws it over `body`.
pub(super) fn draw(
    model: &Model,
    canvas: &mut Canvas<'_>,
    body: Rect,
    count: &Count,
    hits: &mut Hits,
) {
    let note = count.note.iter();
    let note = note.map(|words| Strip::of(words.clone(), Role::Warn));
    let each = count.lines.iter();
    let each = each.map(|line| Strip::of(format!("  {}", text::line(line)), Role::Text));
    let lines: Vec<Strip> = note.chain(each).collect();
    let n = count.lines.len();
    let title = match n {
        1 => "Ack 1 alert".to_owned(),
        n => format!("Ack {n} alerts"),
    };
    let title = Strip::of(title, Role::Title);
    let inside = frame::centred(canvas, body, (96, frame::tall(lines.len() + 1)), &title);
    let list = Rect {
        height: inside.height.saturating_sub(1),
        ..inside
    };
    scroll(canvas, list, &lines, count.seen.0, hits);
    let foot = Rect {
        y: list.bottom(),
        height: inside.height.min(1),
        ..inside
    };
    let key = |action| model.look.keymap.key_of(Context::Word, action);
    let (cancel, go) = (key(Action::Escape), key(Action::Accept));
    let lead = format!("{cancel} Cancel   type {n} and {go}: ");
    let strip = Strip::of(lead.clone(), Role::Text)
        .add(count.typed.clone(), Role::Title)
        .add("▏", Role::Accent);
    canvas.strip(foot, &strip);
    let caret = foot.x + widget::cells(&lead) + widget::cells(&count.typed);
    let most = foot.right().saturating_sub(1).max(foot.x);
    hits.cursor = Some((caret.min(most), foot.y));
    hits.point(foot);
}
