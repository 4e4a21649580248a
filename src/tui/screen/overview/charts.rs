//! The pictures of the Overview: the fleet by state, one mark per worker, tasks done over time.

use crate::{
    domain::{GroupKind, Span, State, Worker},
    tui::{
        theme::Role,
        view::{Scene, Tier},
        widget::{self, Canvas, Rows, Strip, cells},
    },
};
use ratatui::layout::Rect;

/// States that are always shown, even when nobody is in them.
const ALWAYS: [State; 5] = [
    State::Healthy,
    State::Idle,
    State::Blocked,
    State::Suspect,
    State::Silent,
];

/// Order in which the fleet is told: calm first, as it is most of it.
const TOLD: [State; 12] = [
    State::Healthy,
    State::Idle,
    State::Blocked,
    State::Held,
    State::Suspect,
    State::Stalled,
    State::NoHeartbeat,
    State::Silent,
    State::Expired,
    State::New,
    State::Unknown,
    State::Finished,
];

fn told(scene: Scene<'_>) -> impl Iterator<Item = (State, u32)> {
    let states = scene.model.snapshot().states;
    TOLD.into_iter()
        .map(move |s| (s, states.of(s)))
        .filter(|(s, n)| *n > 0 || ALWAYS.contains(s))
}

/// Lines that the bars of the fleet take.
pub(super) fn states(scene: Scene<'_>) -> u16 {
    u16::try_from(told(scene).count()).unwrap_or(u16::MAX)
}

/// FLEET: one bar per state.
pub(super) fn fleet(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect) {
    let mut rows = Rows::of(place);
    let total = scene.model.snapshot().states.total();
    canvas.rule(
        rows.line(),
        &Strip::of(format!("FLEET {total}"), Role::Title),
    );
    for (state, n) in told(scene) {
        let line = rows.line();
        let mark = widget::state(state);
        canvas.put(
            Rect {
                x: line.x + 1,
                width: line.width.saturating_sub(1),
                ..line
            },
            &mark.text(),
            mark.role,
        );
        let bar = Rect {
            x: line.x + 11,
            width: line.width.saturating_sub(17),
            ..line
        };
        canvas.bar(bar, u64::from(n), u64::from(total), mark.role);
        let end = Rect {
            width: line.width.saturating_sub(1),
            ..line
        };
        canvas.put_right(end, &n.to_string(), mark.role);
    }
}

/// `▸79 working  ◦9 idle …` with `gap` between two.
/// `▸79 working ◦9 idle`; `whole`, also the states that nobody is in.
fn worded(scene: Scene<'_>, gap: &str, whole: bool) -> Strip {
    let told = told(scene).filter(|(_, n)| whole || *n > 0);
    told.fold(Strip::new(), |line, (state, n)| {
        let mark = widget::state(state);
        let role = if n > 0 { mark.role } else { Role::Dim };
        let word = mark.word.to_lowercase();
        line.add(format!("{}{n} {word}{gap}", mark.symbol), role)
    })
}

/// `▸79 ◦9 ?6 !5 ✗2`: one count for every symbol.
pub(super) fn counts(scene: Scene<'_>) -> Strip {
    let mut sums: Vec<(&str, Role, u32)> = Vec::new();
    for (state, n) in told(scene).filter(|(_, n)| *n > 0) {
        let mark = widget::state(state);
        match sums.iter_mut().find(|(symbol, ..)| *symbol == mark.symbol) {
            Some((.., sum)) => *sum += n,
            None => sums.push((mark.symbol, mark.role, n)),
        }
    }
    sums.into_iter()
        .fold(Strip::new(), |line, (symbol, role, n)| {
            line.add(format!("{symbol}{n} "), role)
        })
}

/// FLEET in one line, and under it one mark per worker.
pub(super) fn fleet_line(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect) {
    let mut rows = Rows::of(place);
    let total = scene.model.snapshot().states.total();
    let title = Strip::of(format!("FLEET {total}  "), Role::Title);
    let heading = rows.line();
    let choices = [
        worded(scene, "  ", true),
        worded(scene, " ", true),
        worded(scene, " ", false),
        counts(scene),
    ];
    let room = heading.width.saturating_sub(title.width() + 3);
    let fits = choices.iter().find(|c| c.width() <= room);
    let best = fits.cloned().unwrap_or_default();
    canvas.rule(heading, &title.join(best));
    for line in beat_lines(scene, place.width) {
        canvas.strip(rows.line(), &line);
    }
}

/// HEARTBEATS: one mark per worker, by team.
pub(super) fn heartbeats(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect) {
    let mut rows = Rows::of(place);
    let title = Strip::of("HEARTBEATS", Role::Title).add("  1 mark = 1 worker", Role::Dim);
    canvas.rule(rows.line(), &title);
    let mut lines = beat_lines(scene, place.width);
    let room = usize::from(rows.left());
    if lines.len() > room {
        let hidden = lines.len() + 1 - room.max(1);
        lines.truncate(room.saturating_sub(1));
        lines.push(Strip::of(
            format!(" … {hidden} more lines in 2 Workers"),
            Role::Dim,
        ));
    }
    for line in lines {
        canvas.strip(rows.line(), &line);
    }
}

/// One or more lines per team, as many teams side by side as fit.
pub(super) fn beat_lines(scene: Scene<'_>, width: u16) -> Vec<Strip> {
    let snapshot = scene.model.snapshot();
    let teams: Vec<&str> = snapshot
        .groups
        .iter()
        .filter(|g| g.kind == GroupKind::Team)
        .map(|g| &*g.name)
        .collect();
    let of = |team: Option<&str>| -> Vec<&Worker> {
        let all = snapshot.workers.iter().map(|w| &**w);
        all.filter(|w| w.team.as_deref() == team).collect()
    };
    let mut named: Vec<(&str, Vec<&Worker>)> =
        teams.into_iter().map(|t| (t, of(Some(t)))).collect();
    let alone = of(None);
    if !alone.is_empty() {
        let name = if named.is_empty() {
            "workers"
        } else {
            "no team"
        };
        named.push((name, alone));
    }
    let name = named.iter().map(|(n, _)| cells(n)).max().unwrap_or(0);
    let name = name.min(14);
    let most = named.iter().map(|(_, w)| w.len()).max().unwrap_or(0);
    let most = u16::try_from(most).unwrap_or(u16::MAX);
    let own = name + most + 4;
    let abreast = if scene.tier < Tier::Xl {
        (width.saturating_sub(1) / own.max(1)).clamp(1, 4)
    } else {
        1
    };
    let room = width.saturating_sub(1) / abreast;
    let mut lines: Vec<Strip> = Vec::new();
    for few in named.chunks(usize::from(abreast)) {
        let mut row: Vec<Strip> = Vec::new();
        for (column, (team, workers)) in (0u16..).zip(few) {
            for (i, part) in marks(team, workers, name, room).into_iter().enumerate() {
                if row.len() == i {
                    row.push(Strip::new());
                }
                if let Some(line) = row.get_mut(i) {
                    let gap = (column * room).saturating_sub(line.width());
                    let pad = " ".repeat(usize::from(gap));
                    *line = std::mem::take(line).add(pad, Role::Text).join(part);
                }
            }
        }
        lines.extend(row);
    }
    lines
}

/// The marks of one team, worst first, broken into lines.
fn marks(team: &str, workers: &[&Worker], name: u16, room: u16) -> Vec<Strip> {
    let mut sorted: Vec<State> = workers.iter().map(|w| w.verdict.state).collect();
    sorted.sort_unstable();
    let per_line = usize::from(room.saturating_sub(name + 3)).max(1);
    let wide = usize::from(name);
    let team = crate::domain::text::fit(team, wide);
    let chunks = sorted.chunks(per_line);
    chunks
        .enumerate()
        .map(|(i, chunk)| {
            let label = if i == 0 { &*team } else { "" };
            let pad = wide.saturating_sub(usize::from(cells(label)));
            let head = Strip::of(format!(" {label}{}  ", " ".repeat(pad)), Role::Text);
            chunk.iter().fold(head, |line, state| {
                let mark = widget::state(*state);
                line.add(mark.symbol, mark.role)
            })
        })
        .collect()
}

const BUCKETS: usize = 24;
const BUCKET: Span = Span::seconds(300);
const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// Tasks completed in each of the last 24 times five minutes, the newest last.
fn buckets(scene: Scene<'_>) -> [u32; BUCKETS] {
    let mut out = [0; BUCKETS];
    for at in scene.model.snapshot().completions.iter().rev() {
        let age = scene.clock.end_of(BUCKET.0).since(*at).0;
        let back = usize::try_from(age.max(0) / BUCKET.0).unwrap_or(usize::MAX);
        if back >= BUCKETS {
            break;
        }
        if let Some(slot) = out.get_mut(BUCKETS - 1 - back) {
            *slot += 1;
        }
    }
    out
}

/// THROUGHPUT: columns of two cells, three lines high, and when it may be done at this rate.
pub(super) fn throughput(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect) {
    let mut rows = Rows::of(place);
    let title =
        Strip::of("THROUGHPUT", Role::Title).add("  tasks done / 5 min, last 2 h", Role::Dim);
    canvas.rule(rows.line(), &title);
    let buckets = buckets(scene);
    let most = buckets.iter().copied().max().unwrap_or(0);
    let height = u32::from(rows.left().min(3)).max(1);
    let full = height * 8;
    for level in (0..height).rev() {
        let line = rows.line();
        let label = match level {
            0 => "0 ┤".to_owned(),
            l if l + 1 == height => format!("{most} ┤"),
            _ => "┤".to_owned(),
        };
        let bars: String = buckets
            .iter()
            .map(|n| {
                let eighths = (n * full).checked_div(most).unwrap_or(0);
                let eighths = if *n > 0 { eighths.max(1) } else { 0 };
                let here = eighths.saturating_sub(level * 8).min(8);
                EIGHTHS.get(here as usize).copied().unwrap_or(" ").repeat(2)
            })
            .collect();
        let line_strip = Strip::of(format!(" {label:>5}"), Role::Dim).add(bars, Role::Spark);
        canvas.strip(line, &line_strip);
        let facts = note(scene, &buckets, level);
        canvas.put_right(line, &format!("{facts} "), Role::Text);
    }
}

/// Words beside the columns.
fn note(scene: Scene<'_>, buckets: &[u32; BUCKETS], level: u32) -> String {
    let open = scene.model.snapshot().task_counts.open();
    let recent: u32 = buckets.iter().rev().take(6).sum();
    let total: u32 = buckets.iter().sum();
    match level {
        2 => format!("{total} in 2 h"),
        1 => format!("{recent} in 30 min"),
        _ if open == 0 => "no open tasks".to_owned(),
        _ if recent == 0 => format!("{open} open"),
        _ => {
            let left = i64::try_from(open).unwrap_or(i64::MAX);
            let span = Span::seconds(left.saturating_mul(1800) / i64::from(recent.max(1)));
            format!("{open} open ≈ {span}")
        }
    }
}
