//! What the list of alerts looks like.

use super::{
    detail,
    state::{Entry, Order, State},
};
use crate::{
    domain::{
        Mode,
        alert::{Alert, Status},
        text,
    },
    tui::{
        keymap::{Action, Context},
        order::{Ordered, chosen},
        screen::{Hits, Spot, explain, heading, overview},
        theme::Role,
        view::{Scene, Tier},
        widget::{self, Canvas, Column, Rows, cells},
    },
};
use ratatui::layout::Rect;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Col {
    Mark,
    Severity,
    Status,
    Kind,
    Subject,
    Sentence,
    Age,
    Who,
}

/// Every column, by its heading.
pub(crate) const COLUMNS: [&str; 7] = [
    "sev",
    "status",
    "alert",
    "subject",
    "summary",
    "for",
    "who/until",
];

/// Draws the view.
pub(crate) fn draw(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let state = &scene.model.screens.alerts;
    let snapshot = scene.model.snapshot();
    if state.rows.is_empty() {
        if snapshot.source.read_at.is_none() {
            return overview::empty(scene, canvas, place);
        }
        let words = why_empty(scene, state);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        return explain(canvas, place, &words);
    }
    let wanted = u16::try_from(state.rows.len() + 1).unwrap_or(u16::MAX);
    let entry = state.selected();
    let first = entry.and_then(Entry::first);
    let (list, below) = split(scene, place, wanted);
    hits.spot(list, Spot::List);
    hits.spot(below, Spot::Detail);
    if list.height > 0 {
        self::list(scene, canvas, list, hits);
    }
    if let (Some(alert), Some(entry)) = (first, entry)
        && below.height > 1
    {
        detail::draw(scene, canvas, below, entry, alert, hits);
    }
}

fn why_empty(scene: Scene<'_>, state: &State) -> Vec<String> {
    let all = scene.model.facts.alerts().len();
    let esc = scene.model.look.keymap.back();
    if !state.filter.is_empty() {
        return vec![format!(
            "0 of {all} match `{}`. {esc} clears.",
            state.filter
        )];
    }
    let words: [&str; 2] = match (all, state.open_only) {
        (0, _) => [
            "✓ No alerts.",
            "What goes wrong appears here and stays until it is over.",
        ],
        (_, true) => [
            "Somebody has everything that fires.",
            "p shows what is acked and muted.",
        ],
        _ => [
            "✓ Nothing fires.",
            "v shows what is over, explained by another, or not yet firing.",
        ],
    };
    words.map(str::to_owned).to_vec()
}

/// The list above, the detail below; one of them where there is no room for both.
fn split(scene: Scene<'_>, place: Rect, wanted: u16) -> (Rect, Rect) {
    let (state, tier) = (&scene.model.screens.alerts, scene.tier);
    if tier < Tier::S || scene.model.look.zoom {
        let none = Rect { height: 0, ..place };
        return if state.on_detail {
            (none, place)
        } else {
            (place, none)
        };
    }
    let least = if tier == Tier::Xl { 13 } else { 8 };
    let most = place.height.saturating_sub(least);
    let height = wanted.min(most.max(3)).min(place.height);
    let gap = u16::from(place.height > height + least);
    let list = Rect { height, ..place };
    let below = Rect {
        y: list.bottom() + gap,
        height: place.height.saturating_sub(height + gap),
        ..place
    };
    (list, below)
}

fn list(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let state = &scene.model.screens.alerts;
    let mut rows = Rows::of(place);
    let inset = |line: Rect| Rect {
        x: line.x + 1,
        width: line.width.saturating_sub(2),
        ..line
    };
    let columns = columns(scene, place.width.saturating_sub(2));
    if scene.tier > Tier::Xs {
        let head = inset(rows.line());
        heading(canvas, head, &columns, hits, state.order, state.reversed);
    }
    let page = usize::from(rows.left());
    let top = state.list.window(page, state.rows.len());
    for (i, entry) in state.rows.iter().enumerate().skip(top).take(page) {
        let line = rows.line();
        widget::place(canvas, inset(line), &columns, |c| cell(scene, entry, c));
        if Some(i) == state.list.row() {
            canvas.select(line);
            hits.point(line);
        }
        hits.row(line, i);
    }
    (hits.top, hits.page) = (top, page);
}

fn columns(scene: Scene<'_>, width: u16) -> Vec<Column<Col>> {
    let rows = &scene.model.screens.alerts.rows;
    let widest = |of: &dyn Fn(&Entry) -> u16, least: u16, most: u16| {
        let all = rows.iter().map(of).max().unwrap_or(least);
        all.clamp(least, most)
    };
    let kind = widest(&|e| cells(&kind(e)), 5, 20);
    let subject = widest(&|e| cells(&subject(e)), 6, 26);
    let who = widest(&|e| cells(&who(scene, e)), 3, 20);
    let age = scene.clock.width();
    let column = |id, title, width, rank, right| Column {
        id,
        title,
        width,
        rank,
        grows: id == Col::Sentence,
        right,
    };
    let mut list = vec![
        column(Col::Severity, "sev", 6, 0, false),
        column(Col::Status, "status", 8, 4, false),
        column(Col::Kind, "alert", kind, 1, false),
        column(Col::Subject, "subject", subject, 0, false),
        column(Col::Sentence, "summary", 20, 5, false),
        column(Col::Age, "for", age, 2, true),
        column(Col::Who, "who/until", who.max(9), 3, false),
    ];
    if !scene.model.screens.alerts.marks.is_empty() {
        list.insert(0, column(Col::Mark, "", 1, 0, false));
    }
    let list = chosen(scene.model, "alerts", list);
    widget::fit_columns(&list, width)
}

fn kind(entry: &Entry) -> String {
    let kind = entry.first().map_or("", |a| &*a.kind);
    match entry {
        Entry::One { inner: true, .. } => format!("  {kind}"),
        Entry::Many { open: true, .. } => format!("▾ {kind}"),
        Entry::Many { .. } => format!("▸ {kind}"),
        Entry::One { .. } => kind.to_owned(),
    }
}

fn subject(entry: &Entry) -> String {
    let of = |a: &Alert| {
        a.worker()
            .map_or_else(|| "bridge".to_owned(), ToString::to_string)
    };
    let first = entry.first().map_or_else(String::new, |a| of(a));
    match entry.alerts().len() {
        0 | 1 => first,
        n => format!("{} +{}", text::fit(&first, 22), n - 1),
    }
}

/// Who has it, or until when nobody hears of it.
pub(super) fn who(scene: Scene<'_>, entry: &Entry) -> String {
    let Some(alert) = entry.first() else {
        return String::new();
    };
    match (&alert.status, &alert.silence, &alert.ack) {
        (Status::Silenced, Some(silence), _) => {
            let name = silence.by.split('@').next().unwrap_or_default();
            format!("{name} →{}", silence.until.clock())
        }
        (_, _, Some(ack)) => {
            let name = ack.by.split('@').next().unwrap_or_default();
            format!("{name} {}", scene.clock.age(ack.at))
        }
        (Status::Pending, ..) => {
            let left = alert.fired.since(scene.instant());
            format!("in {left}")
        }
        _ => "—".to_owned(),
    }
}

/// Word on screen, and its colour.
pub(super) fn status_of(alert: &Alert) -> (&'static str, Role) {
    match alert.status {
        Status::Firing if alert.flapping => ("FLAPPING", Role::Warn),
        Status::Firing => ("FIRING", widget::severity(alert.severity).role),
        Status::Acked => ("ACKED", Role::Hold),
        Status::Silenced => ("MUTED", Role::Hold),
        Status::Inhibited => ("HIDDEN", Role::Dim),
        Status::Pending => ("PENDING", Role::Unknown),
        Status::Resolved => ("RESOLVED", Role::Ok),
    }
}

fn cell(scene: Scene<'_>, entry: &Entry, column: &Column<Col>) -> (String, Role) {
    let Some(first) = entry.first() else {
        return (String::new(), Role::Text);
    };
    let mark = widget::severity(entry.severity());
    match column.id {
        Col::Mark => {
            let marks = &scene.model.screens.alerts.marks;
            let all = entry.alerts().iter().all(|a| marks.has(&a.key));
            let star = if all { "»" } else { "" };
            (star.to_owned(), Role::Mark)
        }
        Col::Severity => (mark.text(), mark.role),
        Col::Status => {
            let (word, role) = status_of(first);
            (word.to_owned(), role)
        }
        Col::Kind => (kind(entry), Role::Text),
        Col::Subject => (subject(entry), Role::Title),
        Col::Sentence => (sentence(entry), Role::Text),
        Col::Age => match first.status {
            Status::Resolved => (scene.clock.column(first.last), Role::Dim),
            _ => (scene.clock.column(first.since), Role::Text),
        },
        Col::Who => (who(scene, entry), Role::Text),
    }
}

fn sentence(entry: &Entry) -> String {
    let first = entry
        .first()
        .map_or_else(String::new, |a| a.sentence.to_string());
    match entry.alerts().len() {
        0 | 1 => first,
        n => format!("{n}, the worst: {first}"),
    }
}

/// For the status line.
pub(crate) fn status(scene: Scene<'_>) -> String {
    let state = &scene.model.screens.alerts;
    let all = scene.model.facts.alerts();
    let of = |status| all.iter().filter(|a| a.status == status).count();
    let mut parts = vec![overview::plural(
        all.iter().filter(|a| a.status.is_active()).count(),
        "alert",
    )];
    for (status, word) in [
        (Status::Firing, "firing"),
        (Status::Acked, "acked"),
        (Status::Silenced, "muted"),
        (Status::Inhibited, "explained"),
        (Status::Pending, "pending"),
        (Status::Resolved, "over"),
    ] {
        let n = of(status);
        if n > 0 {
            parts.push(format!("{n} {word}"));
        }
    }
    if matches!(scene.model.snapshot().source.mode, Mode::Recorded(_)) {
        parts.push("as they would fire now".to_owned());
    }
    if state.open_only {
        parts.push("open only".to_owned());
    }
    if state.all {
        parts.push("with what is over".to_owned());
    }
    if !state.filter.is_empty() && !scene.model.typed.prompt {
        parts.push(format!("filter `{}`", state.filter));
    }
    if state.order != Order::Attention || state.reversed {
        let arrow = if state.reversed { "▴" } else { "▾" };
        parts.push(format!("{} {arrow}", state.order.name()));
    }
    let keymap = &scene.model.look.keymap;
    let again = keymap.key_of(Context::Alerts, Action::MarkRange);
    parts.extend(state.marks.words(&again));
    parts.join(" · ")
}
