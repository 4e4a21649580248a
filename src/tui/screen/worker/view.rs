//! What the detail of a worker looks like: as a view of its own, and as a pane beside the list.

use super::{
    sections::{self, Section},
    state::Panel,
};
use crate::{
    domain::Worker,
    tui::{
        screen::{Hits, explain},
        theme::Role,
        view::{Scene, Tier},
        widget::{self, Canvas, Rows, Strip},
    },
};
use ratatui::layout::Rect;

/// Draws the view.
pub(crate) fn draw(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let state = &scene.model.screens.worker;
    let worker = state
        .conversation
        .as_ref()
        .and_then(|c| scene.model.facts.worker(c));
    let Some(worker) = worker else {
        return explain(
            canvas,
            place,
            &[
                "This worker is gone: its conversation was removed.",
                "Esc goes back to the list.",
            ],
        );
    };
    let mut rows = Rows::of(place);
    let head = rows.line();
    canvas.strip(head, &headline(scene, worker));
    hits.point(head);
    let rest = rows.rest();
    if scene.model.look.zoom {
        let section = match state.focus {
            Panel::Liveness => sections::liveness(scene, worker, rest.width),
            Panel::Evidence => sections::evidence(scene, worker, rest.width),
            Panel::Tasks => sections::tasks(scene, worker, rest.width),
            Panel::Messages => sections::messages(scene, worker, 200),
            Panel::Timeline => sections::timeline(scene, worker, rest.width),
            Panel::About => sections::about(scene, worker, rest.width),
        };
        stack(scene, canvas, rest, &[section], hits);
    } else if scene.tier == Tier::Xl {
        wide(scene, canvas, rest, worker, hits);
    } else {
        let all = [
            sections::liveness(scene, worker, rest.width),
            sections::evidence(scene, worker, rest.width),
            sections::tasks(scene, worker, rest.width),
            sections::messages(scene, worker, 50),
            sections::timeline(scene, worker, rest.width),
            sections::about(scene, worker, rest.width),
        ];
        stack(scene, canvas, rest, &all, hits);
    }
}

/// Two columns, and the messages across below them.
fn wide(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, worker: &Worker, hits: &mut Hits) {
    let width = place.width / 2;
    let other = place.width - width - 1;
    let of_left = [
        sections::liveness(scene, worker, width),
        sections::evidence(scene, worker, width),
    ];
    let of_right = [
        sections::tasks(scene, worker, other),
        sections::timeline(scene, worker, other),
        sections::about(scene, worker, other),
    ];
    let lines =
        |sections: &[Section]| -> usize { sections.iter().map(|s| s.lines.len() + 1).sum() };
    let tall = lines(&of_left).max(lines(&of_right));
    let tall = u16::try_from(tall).unwrap_or(u16::MAX);
    let mut rows = Rows::of(place);
    let top = rows.take(tall.min(place.height.saturating_sub(5)));
    let left = Rect { width, ..top };
    let wall = Rect {
        x: left.right(),
        width: 1,
        ..top
    };
    let right = Rect {
        x: wall.right(),
        width: other,
        ..top
    };
    canvas.wall(wall);
    stack(scene, canvas, left, &of_left, hits);
    stack(scene, canvas, right, &of_right, hits);
    let below = rows.rest();
    let messages = [sections::messages(scene, worker, 200)];
    stack(scene, canvas, below, &messages, hits);
}

/// Label, state and since when, team, session.
fn headline(scene: Scene<'_>, worker: &Worker) -> Strip {
    let mark = widget::state(worker.verdict.state);
    let since = scene.clock.log(worker.verdict.since);
    let mut line = Strip::of(format!(" {}  ", worker.id), Role::Title)
        .add(mark.text(), mark.role)
        .add(format!(" since {since}"), Role::Text);
    for (label, value) in [
        ("team", worker.team.as_deref()),
        ("role", worker.role.as_deref()),
        ("session", Some(&*worker.session)),
    ] {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            line = line.add(format!("   {label} {value}"), Role::Text);
        }
    }
    line
}

/// Heights of sections in `room` lines: all they want when it fits; else most for `focus`, a little for the others from the top, and
/// nothing for what would get no more than its heading.
fn heights(wanted: &[u16], focus: Option<usize>, room: u16) -> Vec<u16> {
    let all = wanted.iter().fold(0u16, |n, w| n.saturating_add(*w));
    if all <= room {
        return wanted.to_vec();
    }
    let mut left = room;
    let mut out = vec![0; wanted.len()];
    let mut give = |i: usize, most: u16| {
        if let (Some(have), Some(want)) = (out.get_mut(i), wanted.get(i)) {
            let more = (*want - *have).min(most).min(left);
            if *have + more > 1 {
                *have += more;
                left -= more;
            }
        }
    };
    if let Some(focus) = focus {
        give(focus, (room / 5 * 3).max(2));
    }
    for i in (0..wanted.len()).filter(|i| Some(*i) != focus) {
        give(i, 3);
    }
    for i in focus.into_iter().chain(0..wanted.len()) {
        give(i, u16::MAX);
    }
    out
}

fn stack(
    scene: Scene<'_>,
    canvas: &mut Canvas<'_>,
    place: Rect,
    sections: &[Section],
    hits: &mut Hits,
) {
    let state = &scene.model.screens.worker;
    let ruled = scene.tier > Tier::Xs;
    let wanted: Vec<u16> = sections
        .iter()
        .map(|s| u16::try_from(s.lines.len() + usize::from(ruled)).unwrap_or(u16::MAX))
        .collect();
    let focus = sections.iter().position(|s| s.panel == state.focus);
    let mut rows = Rows::of(place);
    for (section, height) in sections.iter().zip(heights(&wanted, focus, place.height)) {
        let mut part = Rows::of(rows.take(height));
        let focused = section.panel == state.focus;
        let page = usize::from(height).saturating_sub(usize::from(ruled));
        let last = section.lines.len().saturating_sub(page);
        let top = if focused { state.top.min(last) } else { 0 };
        if ruled {
            let heading = part.line();
            let more = match last {
                0 => Strip::new(),
                _ => Strip::of(
                    format!("  {}-{} of {}", top + 1, top + page, section.lines.len()),
                    Role::Dim,
                ),
            };
            let mark = if focused {
                Strip::of("▸ ", Role::Accent)
            } else {
                Strip::new()
            };
            canvas.rule(heading, &mark.join(section.title.clone()).join(more));
            if focused {
                hits.point(heading);
            }
        }
        for line in section.lines.iter().skip(top).take(page) {
            canvas.strip(part.line(), line);
        }
        if focused {
            hits.detail = (last, page);
        }
    }
}

/// The detail as one column of lines, for the pane beside or below the list.
pub(crate) fn brief(
    scene: Scene<'_>,
    canvas: &mut Canvas<'_>,
    place: Rect,
    worker: &Worker,
    hits: &mut Hits,
) {
    let state = &scene.model.screens.workers;
    let mut rows = Rows::of(place);
    let mark = widget::state(worker.verdict.state);
    let since = scene.clock.age(worker.verdict.since);
    let focus = if state.on_detail { "▸ " } else { "" };
    let title = Strip::of(focus, Role::Accent)
        .add(format!("{}  ", worker.id), Role::Title)
        .add(mark.text(), mark.role)
        .add(format!(" {since}"), Role::Text);
    let heading = rows.line();
    canvas.rule(heading, &title);
    if state.on_detail {
        hits.point(heading);
    }
    let body = rows.rest();
    let liveness = |width| sections::liveness(scene, worker, width);
    let tasks = |width| sections::tasks(scene, worker, width);
    let evidence = |width| sections::evidence(scene, worker, width);
    let timeline = |width| sections::timeline(scene, worker, width);
    let messages = || sections::messages(scene, worker, 8);
    let about = |width| sections::about(scene, worker, width);
    let top = state.detail.0;
    if body.width < 100 {
        let w = body.width;
        let all = [
            liveness(w),
            tasks(w),
            evidence(w),
            timeline(w),
            messages(),
            about(w),
        ];
        hits.detail = column(canvas, body, all, top);
        return;
    }
    let left = Rect {
        width: body.width / 2,
        ..body
    };
    let wall = Rect {
        x: left.right(),
        width: 1,
        ..body
    };
    let right = Rect {
        x: wall.right(),
        width: body.width - left.width - 1,
        ..body
    };
    canvas.wall(wall);
    let (l, r) = (left.width, right.width);
    let (a, page) = column(canvas, left, [liveness(l), tasks(l), about(l)], top);
    let (b, _) = column(canvas, right, [timeline(r), messages(), evidence(r)], top);
    hits.detail = (a.max(b), page);
}

/// Sections one below the other, the first without its heading where that says what the pane's says; returns the last line that can be
/// the first, and the lines on screen.
fn column<const N: usize>(
    canvas: &mut Canvas<'_>,
    place: Rect,
    sections: [Section; N],
    top: usize,
) -> (usize, usize) {
    let mut lines: Vec<(bool, Strip)> = Vec::new();
    for section in sections {
        if section.panel != Panel::Liveness {
            lines.push((true, section.title));
        }
        lines.extend(section.lines.into_iter().map(|line| (false, line)));
    }
    let mut rows = Rows::of(place);
    let page = usize::from(rows.left());
    let last = lines.len().saturating_sub(page);
    for (heading, line) in lines.iter().skip(top.min(last)).take(page) {
        let place = rows.line();
        if *heading {
            canvas.rule(place, line);
        } else {
            canvas.strip(place, line);
        }
    }
    (last, page)
}

/// Who votes for what, as lines.
pub(crate) fn evidence(scene: Scene<'_>, worker: &Worker, width: u16) -> Vec<Strip> {
    sections::evidence(scene, worker, width).lines
}

/// For the status line.
pub(crate) fn status(scene: Scene<'_>) -> String {
    let conversation = scene.model.screens.worker.conversation.as_ref();
    let worker = conversation.and_then(|c| scene.model.facts.worker(c));
    worker.map_or_else(
        || "Workers ▸ gone".to_owned(),
        |w| format!("Workers ▸ {} · {}", w.id, w.conversation),
    )
}

#[cfg(test)]
mod tests;
