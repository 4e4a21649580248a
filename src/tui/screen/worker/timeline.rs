//! What we saw of a worker over time. Before we watched it is `·`, never "alive".

use crate::{
    domain::{Span, Worker},
    tui::{
        theme::Role,
        widget::{self, Clock, Strip, cells},
    },
};

/// Marks for the last `minutes`, and the axis under them; `width` cells each.
pub(super) fn lines(worker: &Worker, clock: Clock, width: u16, minutes: i64) -> Vec<Strip> {
    let width = width.saturating_sub(2).clamp(10, 120);
    let span = minutes * 60_000_000;
    let step = span / i64::from(width);
    let begin = clock.end_of(step).0.saturating_sub(span);
    let at = |i: u16| begin.saturating_add(step * i64::from(i + 1));
    let mut marks = Strip::of(" ", Role::Text);
    let mut beats = Strip::of(" ", Role::Text);
    let mut any = false;
    for i in 0..width {
        let now = at(i);
        let state = worker.history.iter().rev().find(|(t, _)| t.0 <= now);
        marks = match state {
            Some((_, state)) => {
                let mark = widget::state(*state);
                marks.add(mark.symbol, mark.role)
            }
            None => marks.add("·", Role::Dim),
        };
        let beat = worker.beats.iter().any(|t| t.0 > now - step && t.0 <= now);
        any |= beat;
        beats = match (beat, state) {
            (true, _) => beats.add("▅", Role::Spark),
            (false, Some(_)) => beats.add("▁", Role::Dim),
            (false, None) => beats.add("·", Role::Dim),
        };
    }
    let mut out = vec![marks];
    if any {
        out.push(beats);
    }
    out.push(axis(clock, width, minutes));
    out
}

/// `12:04Z` under every quarter, as far as they fit.
fn axis(clock: Clock, width: u16, minutes: i64) -> Strip {
    let mut text = " ".to_owned();
    for quarter in 0..=3 {
        let back = minutes * (4 - quarter) * 15;
        let at = clock.now.plus(Span::seconds(-back));
        let label = at.clock();
        let label = label.get(..5).unwrap_or_default();
        let place = 1 + usize::from(width) * usize::try_from(quarter).unwrap_or(0) / 4;
        let room = place + 5 + 8 <= usize::from(width);
        if quarter == 0 || (usize::from(cells(&text)) < place && room) {
            let pad = place.saturating_sub(usize::from(cells(&text)));
            text.push_str(&" ".repeat(pad));
            text.push_str(label);
        }
    }
    let now = clock.now.clock();
    let end = now.get(..5).map_or_else(String::new, |c| format!("{c}Z"));
    let pad = usize::from(width + 1).saturating_sub(usize::from(cells(&text) + cells(&end)));
    Strip::of(format!("{text}{}{end}", " ".repeat(pad)), Role::Dim)
}
