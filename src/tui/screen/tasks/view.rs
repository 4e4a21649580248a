//! What the list of tasks looks like.

use super::{
    board, columns,
    state::{Layout, State},
};
use crate::tui::{
    keymap::{Action, Context},
    order::Ordered,
    screen::{Hits, Spot, explain, heading, overview, task},
    view::{Scene, Tier},
    widget::{self, Canvas, Rows},
};
use ratatui::layout::Rect;

/// Draws the view.
pub(crate) fn draw(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let state = &scene.model.screens.tasks;
    let snapshot = scene.model.snapshot();
    if snapshot.source.read_at.is_none() {
        return overview::empty(scene, canvas, place);
    }
    if state.rows.is_empty() {
        let words = why_empty(scene, state);
        return explain(canvas, place, &[&words]);
    }
    let (main, below) = split(scene, place);
    hits.spot(main, Spot::List);
    hits.spot(below, Spot::Detail);
    match state.layout {
        Layout::Board => board::draw(scene, canvas, main, hits),
        Layout::List | Layout::All => list(scene, canvas, main, hits),
    }
    if let Some(selected) = state.selected()
        && below.height > 1
    {
        task::brief(scene, canvas, below, selected, hits);
    }
}

fn why_empty(scene: Scene<'_>, state: &State) -> String {
    let counts = scene.model.snapshot().task_counts;
    let esc = scene.model.look.keymap.back();
    match (state.filter.is_empty(), state.problems_only, counts.total) {
        (_, _, 0) => "No tasks yet. A task appears when it is assigned to a worker.".to_owned(),
        (true, true, _) => format!("No task needs anybody. {esc} shows all."),
        (true, false, n) => {
            let keymap = &scene.model.look.keymap;
            let key = keymap.key_of(Context::Tasks, Action::NextLayout);
            format!("Nothing is open; {n} tasks were. {key} shows what is over.")
        }
        (false, ..) => {
            let all = scene.model.snapshot().tasks.len();
            format!("0 of {all} match `{}`. {esc} clears.", state.filter)
        }
    }
}

/// Room for the list, and for the selected task below it.
fn split(scene: Scene<'_>, place: Rect) -> (Rect, Rect) {
    let state = &scene.model.screens.tasks;
    let tier = scene.tier;
    if scene.model.look.zoom {
        let none = Rect { height: 0, ..place };
        return if state.on_detail {
            (none, place)
        } else {
            (place, none)
        };
    }
    let least = match tier {
        Tier::Xl => 10,
        Tier::M => 5,
        _ => 0,
    };
    let wanted = u16::try_from(state.rows.len() + 1).unwrap_or(u16::MAX);
    let most = place.height.saturating_sub(least);
    let height = match (state.layout, least) {
        (_, 0) => place.height,
        (Layout::Board, _) => most,
        _ => wanted.min(most),
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
    let state = &scene.model.screens.tasks;
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
    for (i, (task, standing)) in state.rows.iter().enumerate().skip(top).take(page) {
        let line = rows.line();
        widget::place(canvas, inset(line), &columns, |c| {
            columns::cell(scene, (task, *standing), c)
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
    let state = &scene.model.screens.tasks;
    let counts = scene.model.snapshot().task_counts;
    let shown = state.rows.len();
    let arrow = if state.reversed { "▴" } else { "▾" };
    let mut parts = vec![
        format!("{shown} of {} tasks", counts.total),
        match state.layout {
            Layout::List => "open and failed".to_owned(),
            Layout::All => "with what is over".to_owned(),
            Layout::Board => "board".to_owned(),
        },
        format!("{} {arrow}", state.order.name()),
    ];
    if state.problems_only {
        parts.push("problems only".to_owned());
    }
    if !state.filter.is_empty() && !scene.model.typed.prompt {
        parts.push(format!("filter `{}`", state.filter));
    }
    let keymap = &scene.model.look.keymap;
    let again = keymap.key_of(Context::Tasks, Action::MarkRange);
    parts.extend(state.marks.words(&again));
    if let Some(row) = state.list.row() {
        parts.push(format!("{}/{shown}", row + 1));
    }
    parts.join(" · ")
}
