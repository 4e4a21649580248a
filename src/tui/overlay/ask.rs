//! A small question before something outside is run: what exactly, argument by argument, or all that it would write. Cancel has the focus.

use super::frame;
use crate::{
    domain::{Span, Timestamp, text},
    tui::{
        custom,
        effect::Effect,
        errand::{Custom, Errand, Undertaking},
        keymap::Action,
        model::Model,
        screen::{Hits, moved, scroll},
        theme::Role,
        undertake,
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
    what: What,
    opened: Timestamp,
    pub(super) top: usize,
    pub(super) seen: (usize, usize),
}

/// What is done when the answer is yes.
#[derive(Debug)]
enum What {
    Run(Errand),
    CarryOut(Undertaking),
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
            what: What::Run(custom::errand(command, argv)),
            opened: now,
            top: 0,
            seen: (0, 1),
        }
    }

    /// Shall this be carried out? `words` say all that would be written.
    pub(crate) fn plan(what: Undertaking, words: &str, now: Timestamp) -> Self {
        Self {
            title: format!("{}?", what.title),
            lines: text::lines(words),
            what: What::CarryOut(what),
            opened: now,
            top: 0,
            seen: (0, 1),
        }
    }
}

/// A key while it is open.
pub(super) fn act(
    model: &mut Model,
    mut ask: Box<Ask>,
    action: Action,
    now: Timestamp,
) -> Vec<Effect> {
    match action {
        Action::Confirm if now.since(ask.opened) >= DEAF => {
            return match ask.what {
                What::Run(errand) => vec![Effect::Errand(errand)],
                What::CarryOut(what) => undertake::agreed(model, what, now),
            };
        }
        Action::Accept | Action::Escape => match ask.what {
            What::Run(_) => model.say("cancelled; nothing was run", now),
            What::CarryOut(_) => model.say("cancelled; nothing was written", now),
        },
        _ => {
            let (last, page) = ask.seen;
            ask.top = moved(action, ask.top, page, last).unwrap_or(ask.top);
            model.overlay = Some(super::Overlay::Ask(ask));
        }
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
    let more = if lines.len() + 3 > usize::from(body.height) {
        "PgDn for more · "
    } else {
        ""
    };
    let title = Strip::of(more, Role::Key).add(ask.title.clone(), Role::Title);
    let inside = frame::centred(canvas, body, (width, frame::tall(lines.len() + 1)), &title);
    let list = Rect {
        height: inside.height.saturating_sub(1),
        ..inside
    };
    scroll(canvas, list, &lines, ask.top, hits);
    let foot = Rect {
        y: list.bottom(),
        height: inside.height.min(1),
        ..inside
    };
    let yes = model
        .look
        .keymap
        .key_of(super::Context::Ask, Action::Confirm);
    let does = match ask.what {
        What::Run(_) => " run it",
        What::CarryOut(_) => " carry it out",
    };
    let strip = Strip::of("[ Cancel ]", Role::Select)
        .add(format!("   {yes}"), Role::Key)
        .add(does, Role::Text);
    canvas.strip(foot, &strip);
    hits.point(foot);
}
