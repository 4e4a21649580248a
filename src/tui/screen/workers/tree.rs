//! The tree: sessions, their teams, their workers.

use super::{columns, grid::team, state::State, state::needs};
use crate::{
    domain::{self, ConversationId, Worker},
    tui::{
        keymap::Action,
        screen::Hits,
        theme::Role,
        view::Scene,
        widget::{self, Canvas, Rows, Strip},
    },
};
use ratatui::layout::Rect;
use std::{collections::HashMap, sync::Arc};

/// What a line is selected by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// A session.
    Session(Arc<str>),
    /// A team of a session.
    Team(Arc<str>, Arc<str>),
    /// A worker.
    Worker(ConversationId),
}

/// One line.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(super) key: Key,
    /// Rows of the list that stand under it, or its own.
    rows: std::ops::Range<usize>,
    /// Those below it are shown.
    open: bool,
}

/// The lines of rows that are sorted by session and team. What was `toggled` is as the operator left it; of the rest a session is open, and
/// a team when somebody in it needs somebody, or when `all` are. O(rows).
pub(super) fn lines(rows: &[Arc<Worker>], toggled: &HashMap<Key, bool>, all: bool) -> Vec<Line> {
    let mut out = Vec::new();
    let open = |key: &Key, otherwise: bool| toggled.get(key).copied().unwrap_or(otherwise);
    let chunks = rows.chunk_by(|a, b| a.session == b.session);
    let mut at = 0;
    for session in chunks {
        let Some(first) = session.first() else {
            continue;
        };
        let key = Key::Session(Arc::clone(&first.session));
        let shown = open(&key, true);
        out.push(Line {
            key,
            rows: at..at + session.len(),
            open: shown,
        });
        for members in session.chunk_by(|a, b| team(a) == team(b)) {
            let Some(first) = members.first() else {
                continue;
            };
            let rows = at..at + members.len();
            at = rows.end;
            if !shown {
                continue;
            }
            let key = Key::Team(Arc::clone(&first.session), team(first));
            let troubled = members.iter().any(|w| needs(w.verdict.state));
            let shown = open(&key, all || troubled);
            out.push(Line {
                key,
                rows: rows.clone(),
                open: shown,
            });
            let workers = members.iter().zip(rows).filter(|_| shown);
            out.extend(workers.map(|(worker, row)| Line {
                key: Key::Worker(worker.conversation.clone()),
                rows: row..row + 1,
                open: false,
            }));
        }
    }
    out
}

/// One key; `false` when it is none of the tree's.
pub(super) fn act(state: &mut State, action: Action) -> bool {
    let Some(at) = state.tree.row() else {
        return false;
    };
    let Some(line) = state.lines.get(at).cloned() else {
        return false;
    };
    let group = !matches!(line.key, Key::Worker(_));
    match action {
        Action::Left if group && line.open => {
            state.toggled.insert(line.key, false);
        }
        Action::Right if group && !line.open => {
            state.toggled.insert(line.key, true);
        }
        Action::Open | Action::Evidence if group => {
            state.toggled.insert(line.key, !line.open);
        }
        Action::Right if group => choose(state, at + 1),
        Action::Left => {
            let above = state.lines.iter().take(at).rposition(|above| {
                above.rows.contains(&line.rows.start) && above.rows.len() >= line.rows.len()
            });
            choose(state, above.unwrap_or(0));
        }
        _ => match state.tree.target(action, state.lines.len()) {
            Some(to) => choose(state, to),
            None => return false,
        },
    }
    true
}

/// Selects a line, and in the list the worker that it is.
pub(super) fn choose(state: &mut State, to: usize) {
    let Some(line) = state.lines.get(to) else {
        return;
    };
    if let Key::Worker(conversation) = &line.key {
        state
            .list
            .choose(line.rows.start, Some(conversation.clone()));
    }
    let key = line.key.clone();
    state.tree.choose(to, Some(key));
    state.detail.0 = 0;
}

/// Draws the tree.
pub(super) fn draw(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let state = &scene.model.screens.workers;
    let mut rows = Rows::of(place);
    let page = usize::from(rows.left());
    let top = state.tree.window(page, state.lines.len());
    let inset = |line: Rect, by: u16| Rect {
        x: line.x + by.min(line.width),
        width: line.width.saturating_sub(by + 1),
        ..line
    };
    let columns = columns::fit(scene, place.width.saturating_sub(6));
    for (i, line) in state.lines.iter().enumerate().skip(top).take(page) {
        let place = rows.line();
        match &line.key {
            Key::Session(name) => {
                canvas.strip(inset(place, 1), &group(state, line, name));
            }
            Key::Team(_, name) => {
                canvas.strip(inset(place, 3), &group(state, line, name));
            }
            Key::Worker(_) => {
                if let Some(worker) = state.rows.get(line.rows.start) {
                    widget::place(canvas, inset(place, 5), &columns, |c| {
                        columns::cell(scene, worker, c)
                    });
                }
            }
        }
        if Some(i) == state.tree.row() {
            canvas.select(place);
            hits.point(place);
        }
        hits.row(place, i);
    }
    (hits.top, hits.page) = (top, page);
}

/// `[-] team-1   8/10 up   ✗1 !2 ▸5 ◦2`.
fn group(state: &State, line: &Line, name: &str) -> Strip {
    let workers = state.rows.get(line.rows.clone()).unwrap_or_default();
    let fold = if line.open { "[-] " } else { "[+] " };
    let up = workers.iter().filter(|w| w.verdict.state.is_up()).count();
    let head = Strip::of(fold, Role::Dim)
        .add(format!("{name:<14}"), Role::Title)
        .add(
            format!("  {:>7} up  ", format!("{up}/{}", workers.len())),
            Role::Text,
        );
    let counts = domain::State::ALL.into_iter().filter_map(|s| {
        let n = workers.iter().filter(|w| w.verdict.state == s).count();
        (n > 0).then(|| (widget::state(s), n))
    });
    let mut sums: Vec<(widget::Mark, usize)> = Vec::new();
    for (mark, n) in counts {
        match sums
            .iter_mut()
            .find(|(known, _)| known.symbol == mark.symbol)
        {
            Some((_, sum)) => *sum += n,
            None => sums.push((mark, n)),
        }
    }
    sums.into_iter().fold(head, |line, (mark, n)| {
        line.add(format!(" {}{n}", mark.symbol), mark.role)
    })
}
