//! What the list of messages looks like: the newest first, the selected one in full below.

use super::state::Paging;
use crate::{
    domain::{Message, Side},
    tui::{
        screen::{Hits, Spot, explain, listed, overview},
        theme::Role,
        view::{Scene, Tier},
        widget::{self, Canvas, Column, Rows, Strip, TimeForm, cells},
    },
};
use ratatui::layout::Rect;

/// Draws the view.
pub(crate) fn draw(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let state = &scene.model.screens.messages;
    if state.rows.is_empty() {
        return empty(scene, canvas, place);
    }
    let body = match (state.open, scene.tier) {
        (true, _) if scene.model.look.zoom => place.height,
        (false, _) if scene.model.look.zoom => 0,
        (true, Tier::Xs) => place.height,
        (true, _) => place.height - place.height / 4,
        (false, Tier::Xl) => place.height / 3,
        (false, Tier::M) => 7,
        (false, _) => 0,
    };
    let mut rows = Rows::of(place);
    let main = rows.take(place.height.saturating_sub(body));
    hits.spot(main, Spot::List);
    list(scene, canvas, main, hits);
    let detail = rows.rest();
    hits.spot(detail, Spot::Detail);
    if let Some(message) = state.selected()
        && detail.height > 1
    {
        read(scene, canvas, detail, message, hits);
    }
}

fn empty(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect) {
    let state = &scene.model.screens.messages;
    let snapshot = scene.model.snapshot();
    if snapshot.source.read_at.is_none() {
        return overview::empty(scene, canvas, place);
    }
    if state.filter.is_empty() && state.thread.is_none() {
        let words = "No messages yet. They appear as soon as somebody sends one.";
        return explain(canvas, place, &[words]);
    }
    let of = snapshot.messages.len() + state.older.len();
    let whose = state
        .thread
        .as_ref()
        .map_or_else(String::new, |(_, w)| format!(" of {w}"));
    let esc = scene.model.look.keymap.back();
    let what = match state.filter.as_str() {
        "" => format!("None{whose} among the newest {of}."),
        filter => format!("0 of {of} match `{filter}`{whose}."),
    };
    explain(
        canvas,
        place,
        &[
            &format!("{what} {esc} clears."),
            "Older ones are read page by page at the end of the list.",
        ],
    );
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Col {
    Time,
    From,
    To,
    Who,
    Kind,
    Text,
    Read,
}

fn columns(scene: Scene<'_>, width: u16) -> Vec<Column<Col>> {
    let rows = &scene.model.screens.messages.rows;
    let name = rows.iter().take(500).map(|m| cells(&m.worker.to_string()));
    let name = name.max().unwrap_or(6).clamp(6, 18);
    let time = match scene.clock.form {
        TimeForm::Local => 11,
        TimeForm::Relative | TimeForm::Utc => 9,
    };
    let column = |id, title, width, rank| Column {
        id,
        title,
        width,
        rank,
        grows: id == Col::Text,
        right: false,
    };
    let wide = [
        column(Col::Time, "time", time, 0),
        column(Col::From, "from", name, 0),
        column(Col::To, "to", name, 0),
        column(Col::Kind, "type", 8, 0),
        column(Col::Text, "text", 16, 0),
        column(Col::Read, "read", 8, 1),
    ];
    let narrow = [
        column(Col::Time, "time", time, 2),
        column(Col::Who, "who", name + 2, 0),
        column(Col::Kind, "type", 8, 1),
        column(Col::Text, "text", 12, 0),
        column(Col::Read, "rd", 2, 3),
    ];
    let list: &[Column<Col>] = if width > 100 { &wide } else { &narrow };
    widget::fit_columns(list, width)
}

fn list(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let state = &scene.model.screens.messages;
    let mut rows = Rows::of(place);
    let columns = columns(scene, place.width.saturating_sub(2));
    listed::titles(canvas, rows.line(), &columns);
    let all = (&state.list, state.rows.as_slice());
    listed::fill(canvas, &mut rows, all, &columns, hits, |message, c| {
        cell(scene, message, c)
    });
    let end = match state.paging {
        Paging::More => "… older: j or PgDn at the end",
        Paging::Asked(_) => "… reading older messages",
        Paging::Beginning => "beginning of the history",
    };
    canvas.put(listed::inset(rows.line()), end, Role::Dim);
}

/// Names of both ends: the worker by its label, the other by its part.
fn ends(message: &Message) -> (String, String) {
    let name = |side: Side| match side {
        Side::A => "orch".to_owned(),
        Side::B => message.worker.to_string(),
        Side::Other => "other".to_owned(),
    };
    (name(message.from), name(message.to))
}

fn cell(scene: Scene<'_>, message: &Message, column: &Column<Col>) -> (String, Role) {
    let (from, to) = ends(message);
    match column.id {
        Col::Time => {
            let at = message.at.map(|at| scene.clock.log(at));
            (at.unwrap_or_else(|| "no time".to_owned()), Role::Dim)
        }
        Col::From => (from, Role::Text),
        Col::To => (to, Role::Text),
        Col::Who if message.from == Side::B => (format!("{from} →"), Role::Text),
        Col::Who => (format!("→ {to}"), Role::Text),
        Col::Kind => (
            message.kind.name().to_owned(),
            widget::kind_role(message.kind),
        ),
        Col::Text => (message.summary.to_string(), Role::Text),
        Col::Read if message.read => ("✓".to_owned(), Role::Dim),
        Col::Read if column.width < 8 => ("◦".to_owned(), Role::Info),
        Col::Read => ("◦ unread".to_owned(), Role::Info),
    }
}

/// The whole of one message. Reading it here never marks it as read.
fn read(
    scene: Scene<'_>,
    canvas: &mut Canvas<'_>,
    place: Rect,
    message: &Message,
    hits: &mut Hits,
) {
    let state = &scene.model.screens.messages;
    let mut rows = Rows::of(place);
    let (from, to) = ends(message);
    let at = message.at.map_or_else(
        || "no time".to_owned(),
        |at| format!("{} ({})", scene.clock.log(at), scene.clock.ago(at)),
    );
    let unread = if message.read {
        ""
    } else {
        "  unread; reading it here leaves it so"
    };
    let title = Strip::of(format!("{at}  {from} → {to}  "), Role::Title)
        .add(message.kind.name(), widget::kind_role(message.kind))
        .add(unread, Role::Dim);
    let heading = rows.line();
    canvas.rule(heading, &title);
    if state.open {
        hits.point(heading);
    }
    let width = place.width.saturating_sub(4);
    let body = widget::paragraph(&message.body, width, scene.model.look.wrap, Role::Text);
    let inset = |line| Strip::of("  ", Role::Text).join(line);
    let mut lines: Vec<Strip> = body.into_iter().map(inset).collect();
    let task = message
        .task
        .as_ref()
        .map_or_else(String::new, |t| format!("   task {t}"));
    let cut = if message.bytes > message.body.len() + 64 {
        "   cut here"
    } else {
        ""
    };
    let facts = format!(
        "  message {}   {}   {} bytes{task}{cut}",
        message.id, message.conversation, message.bytes
    );
    lines.push(Strip::of(facts, Role::Dim));
    let place = rows.rest();
    state
        .search
        .scroll(canvas, place, &lines, state.body.0, hits);
}

/// For the status line.
pub(crate) fn status(scene: Scene<'_>) -> String {
    let state = &scene.model.screens.messages;
    let snapshot = scene.model.snapshot();
    let loaded = snapshot.messages.len() + state.older.len();
    let mut parts = vec![format!("{} messages", snapshot.traffic.messages)];
    if state.rows.len() < loaded {
        parts.push(format!("{}/{loaded} shown", state.rows.len()));
    }
    if let Some((_, worker)) = &state.thread {
        parts.push(format!("thread {worker}"));
    }
    if !state.filter.is_empty() && !scene.model.typed.prompt {
        parts.push(format!("filter `{}`", state.filter));
    }
    parts.extend(state.search.words().filter(|_| state.open));
    match (state.follow, state.fresh()) {
        (true, _) => parts.push("FOLLOW".to_owned()),
        (false, 0) => {}
        (false, n) => parts.push(format!("▴ {n} new (F follow)")),
    }
    parts.push(format!("{} unread by workers", snapshot.traffic.unread));
    parts.join(" · ")
}
