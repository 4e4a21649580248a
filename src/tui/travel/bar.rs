//! The time bar: a line of time with what was wrong on it, and where in it the picture is.

use super::Journey;
use crate::{
    domain::{Recording, Severity, Span, Timestamp},
    tui::{
        theme::Role,
        view::Scene,
        widget::{self, Canvas, Strip},
    },
};
use ratatui::layout::Rect;

/// How much time the bar can show: the least of these that holds both the picture and the end.
const WINDOWS: [i64; 7] = [1_800, 7_200, 28_800, 86_400, 172_800, 345_600, 691_200];

/// What one cell of the bar says: how bad it was, or that nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cell {
    Unknown,
    Calm,
    Trouble(Severity),
}

/// First and last instant of a bar.
fn window(recording: &Recording, at: Timestamp, end: Timestamp) -> (Timestamp, Timestamp) {
    let back = end.since(at).as_seconds().max(0);
    let whole = end.since(recording.from).as_seconds().max(1);
    let wide = WINDOWS.into_iter().find(|w| back * 10 <= w * 9);
    let wide = wide.unwrap_or(whole).min(whole.max(60));
    (end.plus(Span::seconds(-wide)), end)
}

/// Which of `cells` an instant falls in.
fn column((from, to): (Timestamp, Timestamp), at: Timestamp, cells: usize) -> usize {
    let all = to.since(from).0.max(1);
    let part = at.since(from).0.clamp(0, all);
    let cells = i64::try_from(cells).unwrap_or(1).max(1);
    let column = part.saturating_mul(cells) / all;
    usize::try_from(column.min(cells - 1)).unwrap_or_default()
}

/// The worst of each cell. O(troubles + gaps + cells × overlaps).
fn cells(recording: &Recording, span: (Timestamp, Timestamp), count: usize) -> Vec<Cell> {
    let mut cells = vec![Cell::Calm; count];
    let mut raise = |from: Timestamp, to: Timestamp, cell: Cell| {
        if to < span.0 || from > span.1 {
            return;
        }
        let (first, last) = (column(span, from, count), column(span, to, count));
        for slot in cells.iter_mut().take(last + 1).skip(first) {
            *slot = match cell {
                Cell::Unknown => Cell::Unknown,
                bad => bad.max(*slot),
            };
        }
    };
    if recording.from > span.0 {
        raise(span.0, recording.from, Cell::Unknown);
    }
    for (from, to) in &recording.gaps {
        raise(*from, *to, Cell::Unknown);
    }
    for trouble in &recording.troubles {
        let until = trouble.until.unwrap_or(span.1);
        raise(trouble.from, until, Cell::Trouble(trouble.severity));
    }
    cells
}

fn drawn(cell: Cell) -> (&'static str, Role) {
    match cell {
        Cell::Unknown => ("·", Role::Dim),
        Cell::Calm => ("─", Role::Border),
        Cell::Trouble(severity) => {
            let mark = widget::severity(severity);
            (mark.symbol, mark.role)
        }
    }
}

/// Draws the bar on one line: the whole of what is on show and what was wrong in it, with the picture's own instant marked.
pub(crate) fn draw(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect) {
    let journey: &Journey = &scene.model.travel;
    let Some((at, _)) = scene.model.facts.frozen() else {
        return;
    };
    let Some(recording) = journey.recording() else {
        let words = " reading what was recorded…";
        canvas.put(place, words, Role::Dim);
        return;
    };
    let held = scene.model.facts.held_to();
    let end = held.filter(|_| !journey.only()).unwrap_or(recording.to);
    let span = window(recording, at, end);
    let left = format!(" {} ", stamp(span.0, end));
    let speed = match journey.playing() {
        Some(speed) => format!(" ▸ {speed}x "),
        None => format!(" = {}x ", journey.speed()),
    };
    let right = format!(" {}{speed}", stamp(span.1, end));
    let used = widget::cells(&left) + widget::cells(&right);
    let count = usize::from(place.width.saturating_sub(used));
    let here = column(span, at, count);
    let pinned = journey.pinned().map(|at| column(span, at, count));
    let mut line = Strip::of(left, Role::Text);
    for (i, cell) in cells(recording, span, count).into_iter().enumerate() {
        let (symbol, role) = if i == here {
            ("▌", Role::Accent)
        } else if pinned == Some(i) {
            ("»", Role::Accent)
        } else {
            drawn(cell)
        };
        line = line.add(symbol, role);
    }
    canvas.strip(place, &line.add(right, Role::Text));
}

/// `12:04Z`, with the day when it is another.
fn stamp(at: Timestamp, today: Timestamp) -> String {
    let (Some(at), Some(today)) = (at.utc(), today.utc()) else {
        return "?".to_owned();
    };
    let form = if at.date_naive() == today.date_naive() {
        "%H:%MZ"
    } else {
        "%m-%d %H:%MZ"
    };
    at.format(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::{Cell, cells, column, window};
    use crate::domain::{Recording, Severity, Timestamp, Trouble};

    const MINUTE: i64 = 60_000_000;

    fn recording() -> Recording {
        Recording {
            from: Timestamp(0),
            to: Timestamp(600 * MINUTE),
            troubles: vec![Trouble {
                from: Timestamp(590 * MINUTE),
                until: None,
                severity: Severity::Critical,
                what: "worker-3 silent".into(),
            }],
            gaps: vec![(Timestamp(575 * MINUTE), Timestamp(580 * MINUTE))],
        }
    }

    #[test]
    fn the_window_is_the_least_that_holds_picture_and_end() {
        let recording = recording();
        let end = recording.to;
        let wide = |minutes: i64| {
            let (from, to) = window(&recording, Timestamp(minutes * MINUTE), end);
            assert_eq!(to, end);
            to.since(from).as_seconds()
        };
        assert_eq!(wide(600), 1_800);
        assert_eq!(wide(574), 1_800);
        assert_eq!(wide(572), 7_200);
        assert_eq!(wide(0), 36_000, "the whole recording, and no more");
    }

    #[test]
    fn a_cell_shows_the_worst_of_its_time() {
        let recording = recording();
        let span = (Timestamp(570 * MINUTE), Timestamp(600 * MINUTE));
        let cells = cells(&recording, span, 30);
        assert_eq!(cells[0], Cell::Calm);
        assert_eq!(cells[7], Cell::Unknown);
        assert_eq!(cells[15], Cell::Calm);
        assert_eq!(cells[20], Cell::Trouble(Severity::Critical));
        assert_eq!(cells[29], Cell::Trouble(Severity::Critical));
        assert_eq!(column(span, Timestamp(0), 30), 0);
        assert_eq!(column(span, Timestamp(i64::MAX), 30), 29);
    }
}
