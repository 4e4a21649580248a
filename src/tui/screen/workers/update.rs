//! What the keys of the list of workers do.

use super::{
    grid,
    state::{Layout, Order, State, needs},
    tree,
};
use crate::tui::{order::stay, sieve::Shown};
use crate::{
    domain::{ConversationId, Snapshot, Timestamp, Worker},
    tui::{
        facts::Facts,
        keymap::Action,
        marks,
        model::{Model, View},
        screen::{moved, worker},
        widget,
    },
};
use std::{borrow::Cow, cmp::Reverse, collections::HashMap, sync::Arc};

/// Keeps the list up to date while it, or a worker of it, is on show.
pub(crate) fn derive(model: &mut Model) {
    if matches!(model.view, View::Workers | View::Worker) {
        renew(model);
    }
}

/// Finds the selection again, after the rows were made anew where the picture or what is asked of it is another: O(n log n).
fn renew(model: &mut Model) {
    make(model);
    let facts = &model.facts;
    let state = &mut model.screens.workers;
    state.marks.keep(|id| facts.knows(id));
    let rows = &state.rows;
    state
        .list
        .settle(rows.len(), |i| rows.get(i).map(|w| w.conversation.clone()));
    if state.layout == Layout::Tree {
        let all = !state.filter.is_empty() || state.problems_only;
        state.lines = tree::lines(&state.rows, &state.toggled, all);
        let lines = &state.lines;
        let key = |i: usize| lines.get(i).map(|l| l.key.clone());
        state.tree.settle(lines.len(), key);
        if let Some(tree::Key::Worker(id)) = &state.tree.selected
            && state.list.selected.as_ref() != Some(id)
            && let Some(at) = state.rows.iter().position(|w| w.conversation == *id)
        {
            state.list.choose(at, Some(id.clone()));
        }
    }
    let shown = state.rows.iter().map(|w| &w.conversation);
    state.marks.see(shown);
}

/// Filters and orders the rows.
fn make(model: &mut Model) {
    let facts = &model.facts;
    let state = &mut model.screens.workers;
    let asked = (
        facts.turn(),
        state.filter.clone(),
        state.order,
        state.reversed,
        state.layout,
        state.problems_only,
    );
    if state.made.stands(asked, model.hold.is_some()) {
        return;
    }
    state.sieve.take(&state.filter);
    let (sieve, now) = (&state.sieve, facts.shown().at);
    let mut rows: Vec<Arc<Worker>> = facts
        .shown()
        .workers
        .iter()
        .filter(|w| {
            !state.problems_only || needs(w.verdict.state) || facts.is_troubled(&w.conversation)
        })
        .filter(|w| sieve.is_open() || sieve.lets(&words(facts, w), now))
        .cloned()
        .collect();
    order(facts, state, &mut rows);
    if model.hold.is_some() {
        let before = state.rows.iter().map(|w| w.conversation.clone());
        stay(&mut rows, before, |w| w.conversation.clone());
    }
    state.rows = rows;
    state.branches = branches(facts.shown());
}

/// A worker with what is shown of it.
fn words<'a>(facts: &'a Facts, worker: &'a Worker) -> Shown<'a> {
    let mut words = vec![
        Cow::Owned(worker.id.to_string()),
        Cow::Borrowed(&*worker.session),
        Cow::Borrowed(widget::state(worker.verdict.state).word),
    ];
    words.extend(worker.role.as_deref().map(Cow::Borrowed));
    words.extend(worker.team.as_deref().map(Cow::Borrowed));
    for id in &worker.tasks {
        words.push(Cow::Owned(id.to_string()));
        words.extend(facts.task(id).map(|t| Cow::Borrowed(&*t.description)));
    }
    Shown {
        row: Some(worker),
        words,
    }
}

/// The snapshot's own order, by label, decides between equals: every sort is stable.
fn order(facts: &Facts, state: &State, rows: &mut [Arc<Worker>]) {
    let never = Timestamp(i64::MIN);
    let attention = |w: &Arc<Worker>| {
        let state = w.verdict.state;
        let since = if needs(state) {
            w.verdict.since
        } else {
            Timestamp(0)
        };
        (state, since)
    };
    match state.order {
        Order::Attention => rows.sort_by_key(attention),
        Order::Id => {}
        Order::Heartbeat => rows.sort_by_key(|w| w.beat().unwrap_or(never)),
        Order::Activity => rows.sort_by_key(|w| w.activity.map_or(never, |(at, _)| at)),
        Order::Progress => rows.sort_by_key(|w| {
            let task = facts.main_task(w);
            (task.is_none(), task.and_then(|t| t.progress))
        }),
        Order::Unread => rows.sort_by_key(|w| Reverse(w.unread)),
        Order::Team => rows.sort_by_key(|w| (grid::team(w), attention(w))),
    }
    if state.reversed {
        rows.reverse();
    }
    if state.layout != Layout::List && state.order != Order::Team {
        // In the order of the groups, which knows that team-10 comes after team-9.
        let groups = facts.shown().groups.iter().enumerate();
        let place: HashMap<&str, usize> = groups.map(|(i, g)| (&*g.name, i)).collect();
        let team = |w: &Arc<Worker>| {
            let team = grid::team(w);
            (place.get(&*team).copied().unwrap_or(usize::MAX), team)
        };
        rows.sort_by_cached_key(team);
    }
    if state.layout == Layout::Tree {
        rows.sort_by_key(|w| Arc::clone(&w.session));
    }
}

/// Opens what hides a worker in the tree, and selects it there.
fn reveal(state: &mut State, conversation: &ConversationId) {
    let found = state.rows.iter().find(|w| w.conversation == *conversation);
    if let Some(worker) = found {
        let (session, team) = (Arc::clone(&worker.session), grid::team(worker));
        state
            .toggled
            .insert(tree::Key::Session(Arc::clone(&session)), true);
        state.toggled.insert(tree::Key::Team(session, team), true);
        let key = tree::Key::Worker(conversation.clone());
        state.tree.choose(0, Some(key));
    }
}

/// Branch of the session that each worker works for, and how many commits it is ahead and behind. O(sessions + workers).
fn branches(snapshot: &Snapshot) -> HashMap<ConversationId, (Arc<str>, u32, u32)> {
    let mut out = HashMap::new();
    for session in &snapshot.sessions {
        let Some(branch) = session.branch() else {
            continue;
        };
        for worker in &session.workers {
            let of = (Arc::clone(&branch.name), branch.ahead, branch.behind);
            out.insert(worker.clone(), of);
        }
    }
    out
}

/// Shows the workers that contain `filter`, or those in need.
pub(crate) fn narrow(model: &mut Model, filter: &str, problems_only: bool) {
    let state = &mut model.screens.workers;
    filter.clone_into(&mut state.filter);
    state.problems_only = problems_only;
    renew(model);
}

/// Selects a worker; a filter that hides it is dropped.
pub(crate) fn select(model: &mut Model, conversation: &ConversationId) {
    let find = |model: &Model| {
        let rows = &model.screens.workers.rows;
        rows.iter().position(|w| w.conversation == *conversation)
    };
    renew(model);
    let mut at = find(model);
    if at.is_none() {
        narrow(model, "", false);
        at = find(model);
    }
    if let Some(at) = at {
        let state = &mut model.screens.workers;
        state.list.choose(at, Some(conversation.clone()));
        state.detail.0 = 0;
        if state.layout == Layout::Tree {
            reveal(state, conversation);
        }
    }
}

/// Selects a row that was clicked.
pub(crate) fn choose(state: &mut State, n: usize) {
    if state.layout == Layout::Tree {
        return tree::choose(state, n);
    }
    let key = state.rows.get(n).map(|w| w.conversation.clone());
    state.list.choose(n, key);
    state.detail.0 = 0;
}

/// One key.
pub(crate) fn act(model: &mut Model, action: Action) {
    let state = &mut model.screens.workers;
    match action {
        _ if state.layout == Layout::Tree && !state.on_detail && tree::act(state, action) => {
            derive(model);
        }
        Action::Open | Action::Evidence => {
            if let Some(conversation) = state.chosen().cloned() {
                worker::open(model, conversation);
                if action == Action::Evidence {
                    worker::to_evidence(model);
                }
                model.show(View::Worker);
            }
        }
        Action::ProblemsOnly => state.problems_only = !state.problems_only,
        Action::NextLayout => {
            state.layout = match state.layout {
                Layout::List => Layout::Grid,
                Layout::Grid => Layout::Tree,
                Layout::Tree => Layout::List,
            };
            if let (Layout::Tree, Some(id)) = (state.layout, state.list.selected.clone()) {
                reveal(state, &id);
            }
        }
        Action::NextPanel | Action::PreviousPanel => {
            state.on_detail = !state.on_detail && state.detail.2 > 0;
        }
        Action::Mark => {
            if let Some(id) = state.chosen().cloned() {
                state.marks.toggle(&[id]);
            }
            // In the tree the cursor is that of the tree.
            if state.layout != Layout::Tree || state.on_detail || !tree::act(state, Action::Down) {
                walk(state, Action::Down);
            }
        }
        Action::MarkRange => {
            let here = state.list.row();
            let rows = &state.rows;
            if let Some(begin) = state.marks.range(state.list.selected.as_ref()) {
                let begin = rows.iter().position(|w| w.conversation == begin);
                let ids = marks::span(rows, begin, here);
                state.marks.add(ids.iter().map(|w| w.conversation.clone()));
            }
        }
        Action::MarkAll => {
            let all = state.rows.iter().map(|w| w.conversation.clone());
            state.marks.add(all);
        }
        _ => walk(state, action),
    }
}

/// The marked workers; without marks the selected one, and nobody on a line of the tree that stands for several.
pub(crate) fn chosen(model: &Model) -> Vec<ConversationId> {
    let state = &model.screens.workers;
    if state.marks.is_empty() {
        return state.chosen().into_iter().cloned().collect();
    }
    state.marks.all().cloned().collect()
}

/// Why a key that acts on a worker does nothing: a line of the tree is selected that stands for several, and nobody is marked.
pub(crate) fn on_group(model: &Model, action: Action) -> Option<&'static str> {
    let state = &model.screens.workers;
    let acts = match action {
        Action::Mark | Action::MarkRange => true,
        Action::Reassign
        | Action::Compose
        | Action::Hold
        | Action::Priority
        | Action::Ack
        | Action::Mute => state.marks.is_empty(),
        _ => false,
    };
    let group = model.view == View::Workers && !state.rows.is_empty() && state.on_group();
    (acts && group).then_some("a team is selected: open it or mark its workers")
}

fn walk(state: &mut State, action: Action) {
    let (top, last, page) = state.detail;
    if state.on_detail {
        state.detail.0 = moved(action, top, page, last).unwrap_or(top);
        return;
    }
    let len = state.rows.len();
    let to = match state.layout {
        Layout::Grid => grid::target(state, action),
        Layout::List | Layout::Tree => state.list.target(action, len),
    };
    if let Some(to) = to {
        let key = state.rows.get(to).map(|w| w.conversation.clone());
        state.list.choose(to, key);
        state.detail.0 = 0;
    }
}
