//! The write log: what this dashboard wrote, or tried to, newest first.

use super::frame;
use crate::{
    domain::Timestamp,
    tui::{
        model::Model,
        screen::Hits,
        theme::Role,
        widget::{self, Canvas, Rows, Strip},
    },
};
use ratatui::layout::Rect;

/// Draws it over `body`.
pub(crate) fn draw(
    model: &Model,
    canvas: &mut Canvas<'_>,
    body: Rect,
    top: usize,
    hits: &mut Hits,
    now: Timestamp,
) {
    let lines = lines(model, body.width.min(112).saturating_sub(4), now);
    let place = frame::place(body, (112, frame::tall(lines.len())));
    let title = format!("Writes {}", model.acting.log.len());
    canvas.frame(place, &Strip::of(title, Role::Title));
    let inside = frame::inside(place, 2);
    hits.point(inside);
    let page = usize::from(inside.height);
    let last = lines.len().saturating_sub(page);
    let mut rows = Rows::of(inside);
    for line in lines.iter().skip(top.min(last)).take(page) {
        canvas.strip(rows.line(), line);
    }
    hits.detail = (last, page);
}

fn lines(model: &Model, width: u16, now: Timestamp) -> Vec<Strip> {
    if model.acting.log.is_empty() {
        return vec![Strip::of(
            "Nothing was written by this dashboard.",
            Role::Text,
        )];
    }
    let mut out = Vec::new();
    for line in model.acting.log.iter().rev() {
        let (symbol, role, words) = match &line.outcome {
            None => ("~", Role::Unknown, "on its way".to_owned()),
            Some(Ok(_)) => ("✓", Role::Ok, "written".to_owned()),
            Some(Err(why)) => ("✗", Role::Crit, why.clone()),
        };
        let when = model.clock(now).log(line.at);
        out.push(
            Strip::of(format!("{when}  "), Role::Dim)
                .add(format!("{symbol} "), role)
                .add(format!("{}  ", line.headline), Role::Title)
                .add(format!("by {}", model.acting.actor), Role::Dim),
        );
        for effect in &line.effects {
            out.push(Strip::of(format!("    {effect}"), Role::Text));
        }
        if line.outcome.as_ref().is_none_or(Result::is_err) {
            for row in widget::lines(&words, width.saturating_sub(4), true) {
                out.push(Strip::of(format!("    {row}"), role));
            }
        }
    }
    out
}
