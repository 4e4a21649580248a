//! The help, searched: every key that fits what is typed; Enter runs it.

use super::Help;
use crate::{
    domain::{Timestamp, text},
    tui::{
        effect::Effect,
        keymap::{Action, Binding, Chord, Context},
        model::Model,
        overlay::{Overlay, frame, palette::Fuzzy},
        reasons::{place, why_not},
        screen::{Hits, moved},
        theme::Role,
        widget::{Canvas, Rows, Strip},
    },
};
use ratatui::layout::Rect;
use std::cmp::Reverse;

/// The rows of the live map that fit, the best first; those of the view on show before the others.
fn found<'a>(model: &'a Model, typed: &str) -> Vec<(Context, &'a Binding)> {
    let map = &model.look.keymap;
    let own = model.view.context();
    let near: Vec<Context> = std::iter::once(own)
        .chain(own.stack().iter().copied())
        .collect();
    let far = Context::ALL.iter().copied().filter(|c| !near.contains(c));
    let all = near.iter().copied().chain(far);
    let rows = all.flat_map(|c| map.rows(c).iter().map(move |b| (c, b)));
    let mut fuzzy = Fuzzy::new(typed);
    let mut found: Vec<(u32, bool, (Context, &Binding))> = rows
        .filter(|(_, b)| !b.on.is_empty())
        .filter_map(|(c, b)| {
            let keys =
                b.on.iter()
                    .any(|s| s.iter().any(|k| k.to_string() == typed));
            let score = fuzzy.score(&b.desc).max(fuzzy.score(b.run.name()));
            let score = score.or(keys.then_some(0))?;
            Some((score, near.contains(&c), (c, b)))
        })
        .collect();
    found.sort_by_key(|(score, near, _)| (!near, Reverse(*score)));
    found.into_iter().map(|(_, _, row)| row).collect()
}

/// A key while something is typed.
pub(super) fn act(
    model: &mut Model,
    mut help: Box<Help>,
    action: Action,
    now: Timestamp,
) -> Vec<Effect> {
    let rows = found(model, &help.typed);
    if action == Action::Accept {
        let Some((context, run)) = rows.get(help.at).map(|(c, b)| (*c, b.run)) else {
            model.overlay = Some(Overlay::Help(help));
            return Vec::new();
        };
        let own = model.view.context();
        let here = context == own || own.stack().contains(&context);
        let why = if here {
            why_not(model, run)
        } else {
            Some(format!("works in {}", place(context)))
        };
        return match why {
            Some(why) => {
                model.say(why, now);
                model.overlay = Some(Overlay::Help(help));
                Vec::new()
            }
            None => model.act(run, now),
        };
    }
    let last = rows.len().saturating_sub(1);
    help.at = moved(action, help.at, help.seen.1, last).unwrap_or(help.at);
    model.overlay = Some(Overlay::Help(help));
    Vec::new()
}

impl Help {
    /// A character is typed.
    pub(crate) fn edit(&mut self, chord: Chord) {
        if chord.is_backspace() {
            self.typed.pop();
        } else if let Some(c) = chord.typed()
            && self.typed.len() < text::ID_CAP
        {
            self.typed.push_str(&text::line(c.encode_utf8(&mut [0; 4])));
        }
        (self.at, self.top) = (0, 0);
    }
}

/// Draws what was found over `body`.
pub(super) fn draw(
    model: &Model,
    canvas: &mut Canvas<'_>,
    body: Rect,
    help: &Help,
    hits: &mut Hits,
) {
    let all = found(model, &help.typed);
    let title = Strip::of(
        format!("Help · {}  search: {}▏", model.view.name(), help.typed),
        Role::Title,
    )
    .add(format!("  {} found", all.len()), Role::Dim);
    let lines = frame::tall(all.len().max(1));
    let inside = frame::centred(canvas, body, (112, lines), &title);
    let page = usize::from(inside.height);
    let mut rows = Rows::of(inside);
    if all.is_empty() {
        let words = " No key does that; the palette has what has no key.";
        canvas.put(rows.line(), words, Role::Text);
    }
    let at = help.at.min(all.len().saturating_sub(1));
    let top = crate::tui::widget::window(0, Some(at), page, all.len());
    for (i, (context, binding)) in all.iter().enumerate().skip(top).take(page) {
        let line = rows.line();
        let strip = Strip::of(format!("  {:<9} ", binding.keys()), Role::Key)
            .add(format!("{:<44.44} ", binding.desc), Role::Text)
            .add(place(*context), Role::Dim);
        canvas.strip(line, &strip);
        if i == at {
            canvas.select(line);
            hits.point(line);
        }
    }
    hits.detail = (all.len().saturating_sub(page), page);
}
