//! The question before a merge is begun in a work tree of its own: where, of what, and what stays untouched. Cancel has the focus; the
//! merge is begun with a key of its own.

use super::frame;
use crate::{
    domain::{
        Command, Refusal, Span, Timestamp,
        repo::{Begun, Cell},
    },
    link::RequestId,
    tui::{
        acting,
        effect::Effect,
        keymap::{Action, Context},
        model::Model,
        overlay::{Overlay, Page},
        screen::{Hits, moved, scroll, sessions::words},
        theme::Role,
        widget::{self, Canvas, Strip},
    },
};
use ratatui::layout::Rect;
use std::sync::Arc;

/// Keys that were typed ahead do not confirm.
const DEAF: Span = Span(300_000);

/// What is asked. Captured when it opens.
#[derive(Debug)]
pub(crate) struct Scratch {
    ours: Arc<str>,
    theirs: Arc<str>,
    /// Where the work tree will be, as it is shown.
    dir: String,
    /// What the merge would do, as far as it is known.
    expected: String,
    opened: Timestamp,
    asked: Option<RequestId>,
    /// Why it did not happen.
    said: Option<String>,
    pub(super) top: usize,
    pub(super) seen: (usize, usize),
}

impl Scratch {
    /// The question for the merge of `theirs` into `ours`.
    pub(crate) fn open(model: &Model, ours: Arc<str>, theirs: Arc<str>, now: Timestamp) -> Self {
        let repo = model.snapshot().repo.as_deref();
        let root = repo.map_or("", |repo| {
            let main = repo.worktrees.first();
            main.map_or(&*repo.path, |tree| &tree.path)
        });
        let cell = repo.and_then(|repo| repo.matrix.as_deref()?.between(&ours, &theirs));
        let mut expected = cell.map_or_else(|| "not compared".to_owned(), words);
        if let Some(Cell::Conflict(files)) = cell {
            let named: Vec<&str> = files.iter().take(3).map(|f| &*f.path).collect();
            let rest = if files.len() > 3 { ", …" } else { "" };
            expected = format!("{expected}: {}{rest}", named.join(", "));
        }
        Self {
            dir: Begun::shown(root, &ours, &theirs),
            ours,
            theirs,
            expected,
            opened: now,
            asked: None,
            said: None,
            top: 0,
            seen: (0, 1),
        }
    }

    /// The confirming key does something.
    pub(crate) const fn confirms(&self) -> bool {
        self.asked.is_none() && self.said.is_none()
    }

    /// It was carried out or refused; `true` when it was this one.
    pub(crate) fn answered(&mut self, id: RequestId, why: Option<&Refusal>) -> bool {
        let ours = self.asked.take_if(|asked| *asked == id).is_some();
        if ours {
            self.said = why.map(ToString::to_string);
        }
        ours
    }

    /// What will happen, line by line.
    fn effects(&self) -> Vec<(&'static str, String)> {
        let Self {
            ours, theirs, dir, ..
        } = self;
        vec![
            ("merge", format!("{theirs} into {ours}, begun and not committed")),
            ("where", format!("{dir}, a new worktree with a detached head at {ours}")),
            ("expect", self.expected.clone()),
            (
                "yours",
                "no branch moves, no other worktree, index or file is touched, no hook runs, nothing is fetched or pushed".to_owned(),
            ),
            ("refused", "when something is at that path already; nothing is left behind then".to_owned()),
            ("check", Begun::check(dir)),
            ("undo", Begun::undo(dir)),
        ]
    }
}

/// A key while it is open.
pub(super) fn act(model: &mut Model, action: Action, now: Timestamp) -> Vec<Effect> {
    let Some(Overlay::Scratch(scratch)) = &mut model.overlay else {
        return Vec::new();
    };
    match action {
        Action::Accept | Action::Escape if scratch.asked.is_some() => {
            model.overlay = None;
            model.say("the merge goes on; L says what became of it", now);
        }
        Action::Accept | Action::Escape => {
            model.overlay = None;
            model.say("cancelled; no merge was begun", now);
        }
        Action::Confirm if scratch.confirms() && now.since(scratch.opened) >= DEAF => {
            return confirm(model, now);
        }
        _ => {
            let (last, page) = scratch.seen;
            scratch.top = moved(action, scratch.top, page, last).unwrap_or(scratch.top);
        }
    }
    Vec::new()
}

fn confirm(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    if let Some(why) = acting::forbidden(model) {
        model.say(why, now);
        return Vec::new();
    }
    let Some(Overlay::Scratch(scratch)) = &model.overlay else {
        return Vec::new();
    };
    let command = Command::ScratchMerge {
        ours: Arc::clone(&scratch.ours),
        theirs: Arc::clone(&scratch.theirs),
    };
    let headline = format!("begin merge of {} into {}", scratch.theirs, scratch.ours);
    let shown = ["where", "check", "undo"];
    let effects = scratch.effects().into_iter();
    let effects = effects.filter(|(label, _)| shown.contains(label));
    let effects = effects
        .map(|(label, words)| format!("{label}  {words}"))
        .collect();
    let (id, effect) = model.ask(command);
    acting::track(model, id, headline, effects, now);
    if let Some(Overlay::Scratch(scratch)) = &mut model.overlay {
        scratch.asked = Some(id);
    }
    vec![effect]
}

/// The merge was begun: its page takes the place of the question, where that is still open.
pub(crate) fn begun(model: &mut Model, id: RequestId, begun: Box<Begun>) {
    if let Some(Overlay::Scratch(scratch)) = &mut model.overlay
        && scratch.answered(id, None)
    {
        model.overlay = Some(Overlay::Page(Box::new(Page::begun(begun))));
    }
}

/// Draws it over `body`.
pub(super) fn draw(
    model: &Model,
    canvas: &mut Canvas<'_>,
    body: Rect,
    scratch: &Scratch,
    hits: &mut Hits,
) {
    let width = body.width.min(108);
    let inner = width.saturating_sub(4);
    let mut lines = Vec::new();
    for (label, words) in scratch.effects() {
        let role = if label == "where" {
            Role::Title
        } else {
            Role::Text
        };
        for (n, line) in widget::lines(&words, inner.saturating_sub(9), true)
            .into_iter()
            .enumerate()
        {
            let head = if n == 0 { label } else { "" };
            lines.push(Strip::of(format!("{head:<8} "), Role::Dim).add(line, role));
        }
    }
    if let Some(why) = &scratch.said {
        let why = format!("It was not begun: {why}");
        let why = widget::lines(&why, inner, true).into_iter();
        lines.splice(0..0, why.map(|l| Strip::of(l, Role::Crit)));
    }
    let tall = frame::tall(lines.len()).saturating_add(1);
    let place = frame::place(body, (width, tall));
    let cut = tall.saturating_add(2) > place.height;
    let more = if cut { "PgDn for more · " } else { "" };
    let title = Strip::of(more, Role::Key).add("Begin a merge in a scratch worktree", Role::Title);
    canvas.frame(place, &title);
    let inside = frame::inside(place, 2);
    let inside = Rect {
        height: inside.height.saturating_sub(1),
        ..inside
    };
    scroll(canvas, inside, &lines, scratch.top, hits);
    let foot = Rect {
        y: inside.bottom(),
        height: 1.min(place.height.saturating_sub(2)),
        ..inside
    };
    let yes = (model.look.keymap).key_of(Context::Scratch, Action::Confirm);
    buttons(canvas, foot, scratch, &yes);
    hits.point(foot);
}

fn buttons(canvas: &mut Canvas<'_>, foot: Rect, scratch: &Scratch, yes: &str) {
    let strip = match () {
        () if scratch.asked.is_some() => Strip::of("~ git is at work…", Role::Unknown),
        () if scratch.said.is_some() => Strip::of("[ Close ]", Role::Select),
        () => Strip::of("[ Cancel ]", Role::Select)
            .add(format!("   {yes}"), Role::Key)
            .add(" begin the merge", Role::Text),
    };
    canvas.strip(foot, &strip);
}
