//! A small question before something outside is run: what exactly, argument by argument. Cancel has the focus.

use super::frame;
use crate::{
    domain::{Span, Timestamp, text},
    tui::{
        custom,
        effect::Effect,
        errand::{Custom, Errand},
        keymap::Action,
        model::Model,
        screen::{Hits, scroll},
        theme::Role,
        widget::{self, Canvas, Strip},
    },
};
use ratatui::layout::Rect;

/// Keys that were typed ahead do not confirm.
const DEAF: Span = Span(300_000);

/// What is asked. Captured when it opens.
#[derive(Debug)]
pub(crate) struct Ask {
    title: String,
    lines: Vec<String>,
    errand: Errand,
    opened: Timestamp,
}

impl Ask {
    /// Shall this command run?
    pub(crate) fn custom(command: &Custom, argv: Vec<String>, now: Timestamp) -> Self {
        let each = argv.iter().enumerate();
        let each = each.map(|(i, part)| {
            let part = text::line(part);
            if i == 0 {
                format!("program   {part}")
            } else {
                format!("argument  {part}")
            }
        });
        let mut lines: Vec<String> = each.collect();
        let how = if command.background {
            "beside the dashboard, for 10 minutes at most; what it prints is shown as a page"
        } else {
            "with the terminal in its hands, until it ends"
        };
        lines.push(format!("how       {how}"));
        Self {
            title: format!("Run {}?", text::line(&command.name)),
            lines,
            errand: custom::errand(command, argv),
            opened: now,
        }
    }
}

/// A key while it is open.
pub(super) fn act(model: &mut Model, ask: Box<Ask>, action: Action, now: Timestamp) -> Vec<Effect> {
    match action {
        Action::Confirm if now.since(ask.opened) >= DEAF => {
            return vec![Effect::Errand(ask.errand)];
        }
        Action::Accept | Action::Escape => model.say("cancelled; nothing was run", now),
        _ => model.overlay = Some(super::Overlay::Ask(ask)),
    }
    Vec::new()
}

/// Draws it over `body`.
pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>, body: Rect, ask: &Ask, hits: &mut Hits) {
    let width = body.width.min(84);
    let mut lines: Vec<Strip> = Vec::new();
    for line in &ask.lines {
        let wrapped = widget::lines(line, width.saturating_sub(4), true).into_iter();
        lines.extend(wrapped.map(|l| Strip::of(l, Role::Text)));
    }
    let title = Strip::of(ask.title.clone(), Role::Title);
    let inside = frame::centred(canvas, body, (width, frame::tall(lines.len() + 1)), &title);
    let list = Rect {
        height: inside.height.saturating_sub(1),
        ..inside
    };
    scroll(canvas, list, &lines, 0, hits);
    let foot = Rect {
        y: list.bottom(),
        height: inside.height.min(1),
        ..inside
    };
    let yes = model
        .look
        .keymap
        .key_of(super::Context::Ask, Action::Confirm);
    let strip = Strip::of("[ Cancel ]", Role::Select)
        .add(format!("   {yes}"), Role::Key)
        .add(" run it", Role::Text);
    canvas.strip(foot, &strip);
    hits.point(foot);
}
