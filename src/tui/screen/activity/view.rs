//! What the list of what happened looks like: the newest first, all that is known of the selected one beside or below it.

use super::{
    detail,
    entry::{By, Entry},
};
use crate::tui::{
    screen::{Hits, Split, Spot, explain, listed, overview, scroll},
    theme::Role,
    view::{Scene, Tier},
    widget::{self, Canvas, Column, Rows, Strip, TimeForm, cells},
};
use ratatui::layout::Rect;

/// Draws the view.
pub(crate) fn draw(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let state = &scene.model.screens.activity;
    if state.rows.is_empty() {
        return empty(scene, canvas, place);
    }
    let rows = state.rows.len() + 1;
    let split = Split::of(scene, place, rows, (12, 7, true), state.on_detail);
    hits.spot(split.main, Spot::List);
    list(scene, canvas, split.main, hits);
    if let (Some(aside), Some(entry)) = (split.aside, state.selected()) {
        let inner = split.inner(canvas, aside, hits);
        pane(scene, canvas, inner, entry, hits);
    }
}

fn empty(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect) {
    let state = &scene.model.screens.activity;
    if scene.model.snapshot().source.read_at.is_none() {
        return overview::empty(scene, canvas, place);
    }
    if state.all == 0 {
        return explain(
            canvas,
            place,
            &[
                "Nothing has happened yet.",
                "What agents, the watchdog and operators change is listed here from the moment that this program watches.",
            ],
        );
    }
    let only = if state.problems_only {
        " among the problems"
    } else {
        ""
    };
    let esc = scene.model.look.keymap.back();
    let words = match state.filter.as_str() {
        "" => format!("None of {} is a problem. {esc} shows all.", state.all),
        filter => format!("0 of {} match `{filter}`{only}. {esc} clears.", state.all),
    };
    explain(canvas, place, &[&words]);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Col {
    Time,
    By,
    Mark,
    Kind,
    Subject,
    Words,
}

fn columns(scene: Scene<'_>, width: u16) -> Vec<Column<Col>> {
    let rows = &scene.model.screens.activity.rows;
    let widest = |of: &dyn Fn(&Entry) -> u16, least: u16, most: u16| {
        let widest = rows.iter().take(500).map(of).max().unwrap_or(least);
        widest.clamp(least, most)
    };
    let most = if width > 100 { 22 } else { 16 };
    let by = widest(&|e| cells(&e.by.shown()), 5, most);
    let subject = widest(&|e| cells(&e.subject), 7, most);
    let time = match scene.clock.form {
        TimeForm::Local => 11,
        TimeForm::Relative | TimeForm::Utc => 9,
    };
    let column = |id, title, width, rank| Column {
        id,
        title,
        width,
        rank,
        grows: id == Col::Words,
        right: false,
    };
    let list = [
        column(Col::Time, "time", time, 3),
        column(Col::By, "by", by, 1),
        column(Col::Mark, " ", 1, 0),
        column(Col::Subject, "subject", subject, 0),
        column(Col::Kind, "kind", 7, 4),
        column(Col::Words, "what", if width > 60 { 30 } else { 16 }, 0),
    ];
    widget::fit_columns(&list, width)
}

fn list(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let state = &scene.model.screens.activity;
    let mut rows = Rows::of(place);
    let columns = columns(scene, place.width.saturating_sub(2));
    if scene.tier > Tier::Xs {
        listed::titles(canvas, rows.line(), &columns);
    }
    let all = (&state.list, state.rows.as_slice());
    listed::fill(canvas, &mut rows, all, &columns, hits, |entry, c| {
        cell(scene, entry, c)
    });
}

fn cell(scene: Scene<'_>, entry: &Entry, column: &Column<Col>) -> (String, Role) {
    match column.id {
        Col::Time => (scene.clock.log(entry.at), Role::Dim),
        Col::By => match &entry.by {
            By::Me(_) => (entry.by.shown(), Role::Accent),
            By::Other(_) => (entry.by.shown(), Role::Title),
            By::Orchestrator | By::Detector | By::Bridge => (entry.by.shown(), Role::Text),
        },
        Col::Mark => (entry.mark.symbol.to_owned(), entry.mark.role),
        Col::Kind => (entry.kind.to_owned(), Role::Dim),
        Col::Subject => (entry.subject.clone(), Role::Title),
        Col::Words => (entry.words.clone(), Role::Text),
    }
}

/// Everything that is known of one entry.
fn pane(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, entry: &Entry, hits: &mut Hits) {
    let state = &scene.model.screens.activity;
    let mut rows = Rows::of(place);
    let heading = rows.line();
    let focus = if state.on_detail { "▸ " } else { "" };
    let title = Strip::of(focus, Role::Accent)
        .add(format!("{}  ", scene.clock.log(entry.at)), Role::Title)
        .add(format!("{} ", entry.mark.symbol), entry.mark.role)
        .add(entry.subject.clone(), Role::Title);
    canvas.rule(heading, &title);
    let lines = detail::lines(scene, entry, place.width);
    scroll(canvas, rows.rest(), &lines, state.detail.0, hits);
    if state.on_detail {
        hits.point(heading);
    }
}

/// For the status line.
pub(crate) fn status(scene: Scene<'_>) -> String {
    let state = &scene.model.screens.activity;
    let count = if state.rows.len() == state.all {
        overview::plural(state.all, "change")
    } else {
        format!("{}/{} changes", state.rows.len(), state.all)
    };
    let mut parts = vec![count];
    if state.problems_only {
        parts.push("problems only".to_owned());
    }
    if !state.filter.is_empty() && !scene.model.typed.prompt {
        parts.push(format!("filter `{}`", state.filter));
    }
    match (state.follow, state.fresh()) {
        (true, _) => parts.push("FOLLOW".to_owned()),
        (false, 0) => parts.push("F follow".to_owned()),
        (false, n) => parts.push(format!("▴ {n} new (F follow)")),
    }
    if let Some(row) = state.list.row() {
        parts.push(format!("{}/{}", row + 1, state.rows.len()));
    }
    parts.join(" · ")
}
