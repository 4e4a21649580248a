//! What the keys of the Overview do.

use super::{rescue, state::Panel};
use crate::{
    domain::{GroupKind, Problem, Severity, Subject, session::Session},
    tui::{
        keymap::Action,
        model::{Model, View},
        overlay::Overlay,
        screen::{session, worker, workers},
    },
};
use std::sync::Arc;

/// Finds the selections again.
pub(crate) fn derive(model: &mut Model) {
    let snapshot = model.facts.shown();
    let state = &mut model.screens.overview;
    let problems = &snapshot.problems;
    state.order = order(problems);
    let mut list = std::mem::take(&mut state.problems);
    if !model.typed.any {
        list.rest();
    }
    list.settle(problems.len(), |i| {
        state.problem(snapshot, i).map(|p| Arc::clone(&p.key))
    });
    state.problems = list;
    let groups = &snapshot.groups;
    state.groups.settle(groups.len(), |i| {
        groups.get(i).map(|g| (g.kind, Arc::clone(&g.name)))
    });
    if groups.is_empty() {
        state.focus = Panel::Problems;
    }
    if model.view == View::Overview && state.rescue.0 != snapshot.at {
        state.rescue = (
            snapshot.at,
            rescue::suggested(snapshot, state, &model.facts),
        );
    }
}

/// Places of the problems, each kind behind the first of its kind.
fn order(problems: &[Problem]) -> Vec<usize> {
    let mut kinds: Vec<(Severity, &str)> = Vec::new();
    let mut order: Vec<(usize, usize)> = Vec::with_capacity(problems.len());
    for (i, problem) in problems.iter().enumerate() {
        let kind = (problem.severity, problem.kind);
        let rank = kinds.iter().position(|k| *k == kind);
        order.push((rank.unwrap_or(kinds.len()), i));
        if rank.is_none() {
            kinds.push(kind);
        }
    }
    order.sort_unstable();
    order.into_iter().map(|(_, i)| i).collect()
}

/// The selected problem.
pub(crate) fn selected(model: &Model) -> Option<&Problem> {
    let state = &model.screens.overview;
    state.problem(model.snapshot(), state.problems.row()?)
}

/// Keys of all that the selected row stands for.
pub(crate) fn selected_keys(model: &Model) -> Vec<Arc<str>> {
    let Some(problem) = selected(model) else {
        return Vec::new();
    };
    if !model.screens.overview.folded {
        return vec![Arc::clone(&problem.key)];
    }
    let alike = |p: &&Problem| (p.severity, p.kind) == (problem.severity, problem.kind);
    let all = model.snapshot().problems.iter().filter(alike);
    all.map(|p| Arc::clone(&p.key)).collect()
}

/// Goes on to the next problem; on another view the first press stays at the selected one.
pub(crate) fn next_problem(model: &mut Model) {
    let here = selected(model).map(|p| Arc::clone(&p.key));
    let state = &model.screens.overview;
    if model.view == View::Overview || state.visited == here {
        step(model, 1, true);
    }
    let now = selected(model).map(|p| Arc::clone(&p.key));
    model.screens.overview.visited = now;
    model.screens.overview.focus = Panel::Problems;
}

/// Selects a row that was clicked: a problem, or a group.
pub(crate) fn choose(model: &mut Model, n: usize, group: bool) {
    face(model, group);
    let snapshot = Arc::clone(model.facts.shown());
    let state = &mut model.screens.overview;
    if group {
        let group = snapshot.groups.get(n);
        let key = group.map(|g| (g.kind, Arc::clone(&g.name)));
        state.groups.choose(n, key);
    } else {
        let key = state.problem(&snapshot, n).map(|p| Arc::clone(&p.key));
        state.problems.choose(n, key);
    }
}

/// Turns to the groups, or to the problems.
pub(crate) fn face(model: &mut Model, groups: bool) {
    model.screens.overview.focus = if groups {
        Panel::Groups
    } else {
        Panel::Problems
    };
}

/// One key.
pub(crate) fn act(model: &mut Model, action: Action) {
    match action {
        Action::NextPanel | Action::PreviousPanel => {
            let state = &mut model.screens.overview;
            state.focus = match state.focus {
                Panel::Problems => Panel::Groups,
                Panel::Groups => Panel::Problems,
            };
        }
        Action::Open => open(model),
        _ => walk(model, action),
    }
}

fn walk(model: &mut Model, action: Action) {
    let snapshot = Arc::clone(model.facts.shown());
    let state = &mut model.screens.overview;
    match state.focus {
        Panel::Problems if state.folded && action == Action::Down => step(model, 1, false),
        Panel::Problems if state.folded && action == Action::Up => step(model, -1, false),
        Panel::Problems => {
            if let Some(to) = state.problems.target(action, snapshot.problems.len()) {
                let key = state.problem(&snapshot, to).map(|p| Arc::clone(&p.key));
                state.problems.choose(to, key);
            }
        }
        Panel::Groups => {
            if let Some(to) = state.groups.target(action, snapshot.groups.len()) {
                let group = snapshot.groups.get(to);
                let key = group.map(|g| (g.kind, Arc::clone(&g.name)));
                state.groups.choose(to, key);
            }
        }
    }
}

/// To the next (1) or the previous (-1) problem; the next of another kind when rows are folded and it does not go `round`.
fn step(model: &mut Model, by: isize, round: bool) {
    let snapshot = Arc::clone(model.facts.shown());
    let len = snapshot.problems.len();
    let state = &mut model.screens.overview;
    let Some(at) = state.problems.row() else {
        return;
    };
    let kind = |i: usize| state.problem(&snapshot, i).map(|p| (p.severity, p.kind));
    let mut to = at.saturating_add_signed(by);
    if round {
        to = if to < len { to } else { 0 };
    } else {
        while to < len && to > 0 && kind(to) == kind(at) {
            to = to.saturating_add_signed(by);
        }
        while to > 0 && to < len && kind(to - 1) == kind(to) {
            to -= 1;
        }
    }
    if let Some(problem) = state.problem(&snapshot, to) {
        let key = Arc::clone(&problem.key);
        state.problems.choose(to, Some(key));
    }
}

fn open(model: &mut Model) {
    let state = &model.screens.overview;
    if state.focus == Panel::Groups {
        if let Some((kind, name)) = state.groups.selected.clone() {
            let known = |s: &&Arc<Session>| s.key == name && s.ground.is_some();
            if kind == GroupKind::Session && model.snapshot().sessions.iter().any(|s| known(&s)) {
                return session::open(model, name);
            }
            workers::narrow(model, &name, false);
            model.show(View::Workers);
        }
        return;
    }
    let folded = state.folded;
    let Some(problem) = selected(model).cloned() else {
        return;
    };
    let alike = |p: &&Problem| (p.severity, p.kind) == (problem.severity, problem.kind);
    let many = model.snapshot().problems.iter().filter(alike).count() > 1;
    match &problem.subject {
        Subject::Worker(conversation, _) if folded && many => {
            workers::narrow(model, "", true);
            workers::select(model, conversation);
            model.show(View::Workers);
        }
        Subject::Worker(conversation, _) => {
            worker::open(model, conversation.clone());
            model.show(View::Worker);
        }
        Subject::Session(key) => session::open(model, Arc::clone(key)),
        Subject::Source => model.overlay = Some(Overlay::daemons()),
    }
}
