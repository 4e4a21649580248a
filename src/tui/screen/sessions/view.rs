//! What the list of sessions looks like.

use super::{
    branches,
    columns::{self, Col},
    matrix,
    state::{Layout, State},
};
use crate::tui::{
    screen::{Hits, Spot, explain, heading, overview, session},
    theme::Role,
    view::{Scene, Tier},
    widget::{self, Canvas, Rows},
};
use ratatui::layout::Rect;

/// Draws the view.
pub(crate) fn draw(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let state = &scene.model.screens.sessions;
    let snapshot = scene.model.snapshot();
    if snapshot.source.read_at.is_none() {
        return overview::empty(scene, canvas, place);
    }
    match state.layout {
        Layout::Sessions => {}
        Layout::Branches => return branches::draw(scene, canvas, place, hits),
        Layout::Matrix => return matrix::draw(scene, canvas, place, hits),
    }
    if state.rows.is_empty() {
        let words = why_empty(scene, state);
        let git = git_trouble(scene);
        return explain(canvas, place, &[&words, &git]);
    }
    let (main, below) = split(scene, place);
    hits.spot(main, Spot::List);
    hits.spot(below, Spot::Detail);
    list(scene, canvas, main, hits);
    if let Some(selected) = state.selected()
        && below.height > 1
    {
        session::brief(scene, canvas, below, selected, hits);
    }
}

fn why_empty(scene: Scene<'_>, state: &State) -> String {
    let all = scene.model.snapshot().sessions.len();
    let esc = scene.model.look.keymap.back();
    match (state.filter.is_empty(), state.problems_only, all) {
        (_, _, 0) => "No sessions yet. A session appears with its first worker, with a branch claude/…, or with a status document."
            .to_owned(),
        (true, ..) => format!("Nothing is wrong with any of {all} sessions. {esc} shows them."),
        (false, ..) => format!("0 of {all} sessions match `{}`. {esc} clears.", state.filter),
    }
}

/// What keeps git from being read.
pub(super) fn git_trouble(scene: Scene<'_>) -> String {
    match &scene.model.snapshot().repo {
        None => "git: no repository; --git DIR names one. Other panels are live.".to_owned(),
        Some(repo) => repo.error.as_deref().map_or_else(String::new, |error| {
            format!("git: {error}. Other panels are live.")
        }),
    }
}

/// Room for the list, and for the selected session below it.
fn split(scene: Scene<'_>, place: Rect) -> (Rect, Rect) {
    let (state, tier) = (&scene.model.screens.sessions, scene.tier);
    if scene.model.look.zoom {
        let none = Rect { height: 0, ..place };
        return if state.on_detail {
            (none, place)
        } else {
            (place, none)
        };
    }
    let least = match tier {
        Tier::Xl => 14,
        Tier::M => 8,
        _ => 0,
    };
    let wanted = u16::try_from(state.rows.len() + 1).unwrap_or(u16::MAX);
    let height = match least {
        0 => place.height,
        least => wanted.min(place.height.saturating_sub(least)),
    };
    let main = Rect { height, ..place };
    let below = Rect {
        y: main.bottom(),
        height: place.height - height,
        ..place
    };
    (main, below)
}

fn list(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let state = &scene.model.screens.sessions;
    let mut rows = Rows::of(place);
    let inset = |line: Rect| Rect {
        x: line.x + 1,
        width: line.width.saturating_sub(2),
        ..line
    };
    let columns = columns::fit(scene, place.width.saturating_sub(2));
    if scene.tier > Tier::Xs {
        let head = inset(rows.line());
        heading(canvas, head, &columns, hits, state.order, state.reversed);
    }
    let page = usize::from(rows.left());
    let top = state.list.window(page, state.rows.len());
    for (i, session) in state.rows.iter().enumerate().skip(top).take(page) {
        let line = rows.line();
        let within = inset(line);
        let mut x = within.x;
        for column in &columns {
            if let (Col::Bar, Some(p)) = (column.id, session.progress) {
                let width = column.width.min(within.right().saturating_sub(x));
                canvas.bar(Rect { x, width, ..within }, p.done, p.of, Role::BarFill);
            }
            x = x.saturating_add(column.width + 1);
        }
        widget::place(canvas, within, &columns, |c| {
            columns::cell(scene, session, c)
        });
        if Some(i) == state.list.row() {
            canvas.select(line);
            hits.point(line);
        }
        hits.row(line, i);
    }
    (hits.top, hits.page) = (top, page);
}

/// For the status line.
pub(crate) fn status(scene: Scene<'_>) -> String {
    let state = &scene.model.screens.sessions;
    let mut parts = match state.layout {
        Layout::Sessions => sessions(scene, state),
        Layout::Branches => vec![branches::status(scene)],
        Layout::Matrix => vec![matrix::status(scene)],
    };
    if state.problems_only {
        parts.insert(0, "problems only".to_owned());
    }
    if !state.filter.is_empty() && !scene.model.typed.prompt {
        parts.insert(0, format!("filter `{}`", state.filter));
    }
    parts.join(" · ")
}

fn sessions(scene: Scene<'_>, state: &State) -> Vec<String> {
    let snapshot = scene.model.snapshot();
    let (shown, all) = (state.rows.len(), snapshot.sessions.len() - state.bare);
    let mut parts = vec![if shown == all {
        overview::plural(all, "session")
    } else {
        format!("{shown} of {all} sessions")
    }];
    if state.bare > 0 {
        parts.push(format!("{} more with only a branch: v", state.bare));
    }
    if let Some(repo) = &snapshot.repo {
        if let Some(base) = &repo.base {
            parts.push(format!("base {base}"));
        }
        let read = scene.clock.age(repo.read_at);
        parts.push(match &repo.error {
            Some(_) => format!("git not read since {read}"),
            None => format!("git read {read} ago"),
        });
    }
    if let Some(row) = state.list.row() {
        parts.push(format!("{}/{shown}", row + 1));
    }
    parts
}
