//! What the keys of the list of alerts do.

use super::{
    deeds,
    state::{Entry, Order, State},
};
use crate::domain::filter::Facts as _;
use crate::tui::{marks, order::stay, sieve::Shown};
use crate::{
    domain::{Subject, Timestamp, alert::Alert},
    tui::{
        effect::Effect,
        facts::Facts,
        keymap::Action,
        model::{Model, View},
        overlay::Overlay,
        screen::{moved, session, worker},
    },
};
use std::{borrow::Cow, cmp::Reverse, sync::Arc};

/// Filters and groups the rows, and finds the selection again; only while the view is shown. O(n log n).
pub(crate) fn derive(model: &mut Model) {
    if model.view != View::Alerts {
        model.screens.alerts.list.rest();
        return;
    }
    let facts = &model.facts;
    let state = &mut model.screens.alerts;
    state.sieve.take(&state.filter);
    let (sieve, now) = (&state.sieve, facts.shown().at);
    let mut shown: Vec<Arc<Alert>> = facts
        .alerts()
        .iter()
        .filter(|a| state.shows(a.status))
        .filter(|a| sieve.is_open() || sieve.lets(&words(facts, a), now))
        .cloned()
        .collect();
    order(state, &mut shown);
    state.rows = rows(state, &shown, model.hold.is_some());
    state.marks.keep(|key| facts.alert(key).is_some());
    let shown = state.rows.iter().flat_map(Entry::alerts).map(|a| &a.key);
    state.marks.see(shown);
    let rows = &state.rows;
    state
        .list
        .settle(rows.len(), |i| rows.get(i).map(Entry::key));
}

/// An alert with what is shown of it.
fn words<'a>(facts: &'a Facts, alert: &'a Alert) -> Shown<'a> {
    let worker = alert.conversation().and_then(|c| facts.worker(c));
    let mut words = alert.names();
    words.extend(worker.map(|w| Cow::Borrowed(&*w.session)));
    Shown {
        row: Some(alert),
        words,
    }
}

/// Name of the group that an alert is in.
fn name(alert: &Alert) -> String {
    format!("{}/{}", alert.status.name(), alert.kind)
}

/// The order of attention decides between equals: every sort is stable.
fn order(state: &State, alerts: &mut [Arc<Alert>]) {
    match state.order {
        Order::Attention => {}
        Order::Severity => alerts.sort_by_key(|a| Reverse(a.severity)),
        Order::Kind => alerts.sort_by_key(|a| Arc::clone(&a.kind)),
        Order::Subject => alerts.sort_by_key(|a| a.worker().map(ToString::to_string)),
        Order::Age => alerts.sort_by_key(|a| a.since),
    }
    if state.reversed {
        alerts.reverse();
    }
}

/// Alerts of one status and kind share a row at the place of the first.
fn rows(state: &State, shown: &[Arc<Alert>], held: bool) -> Vec<Entry> {
    let mut groups: Vec<(Arc<str>, Vec<Arc<Alert>>)> = Vec::new();
    for alert in shown {
        let name = name(alert);
        match groups.iter_mut().find(|(n, _)| **n == *name) {
            Some((_, alerts)) => alerts.push(Arc::clone(alert)),
            None => groups.push((name.into(), vec![Arc::clone(alert)])),
        }
    }
    if held {
        // A group by its first alert, so that one that grows keeps its place, too.
        let firsts = state.rows.iter().filter_map(Entry::first);
        let before = firsts.map(|a| self::name(a));
        stay(&mut groups, before, |(name, _)| name.to_string());
    }
    let mut rows = Vec::new();
    for (name, alerts) in groups {
        let one = |alert: &Arc<Alert>, inner| Entry::One {
            alert: Arc::clone(alert),
            inner,
        };
        if let [alert] = alerts.as_slice() {
            rows.push(one(alert, false));
            continue;
        }
        let open = state.expanded.contains(&name);
        let inner: Vec<Entry> = alerts.iter().map(|a| one(a, true)).collect();
        rows.push(Entry::Many { name, alerts, open });
        if open {
            rows.extend(inner);
        }
    }
    rows
}

/// Keys of the marked alerts; without marks those of the selected row.
pub(super) fn chosen(model: &Model) -> Vec<Arc<str>> {
    let marks = &model.screens.alerts.marks;
    if marks.is_empty() {
        return selected(model);
    }
    marks.all().cloned().collect()
}

/// Key of the first alert of the selected row.
fn selected_alert(model: &Model) -> Option<Arc<str>> {
    let entry = model.screens.alerts.selected()?;
    Some(Arc::clone(&entry.first()?.key))
}

/// Keys of the alerts of the selected row.
pub(crate) fn selected(model: &Model) -> Vec<Arc<str>> {
    let entry = model.screens.alerts.selected();
    entry.map_or_else(Vec::new, keys)
}

fn keys(entry: &Entry) -> Vec<Arc<str>> {
    entry.alerts().iter().map(|a| Arc::clone(&a.key)).collect()
}

/// One key.
pub(crate) fn act(model: &mut Model, action: Action, now: Timestamp) -> Vec<Effect> {
    let state = &mut model.screens.alerts;
    match action {
        Action::Ack => return deeds::ack(model, &chosen(model), now),
        Action::Mute => deeds::mute(model, &chosen(model), now),
        Action::Note => {
            if let Some(why) = deeds::past(model) {
                model.say(why, now);
            } else if let Some(alert) = selected_alert(model) {
                model.overlay = Some(Overlay::note(alert));
            }
        }
        Action::Open | Action::Evidence => open(model),
        Action::ProblemsOnly => state.open_only = !state.open_only,
        Action::NextLayout => state.all = !state.all,
        Action::NextPanel | Action::PreviousPanel => state.on_detail = !state.on_detail,
        Action::Right => expand(state, true),
        Action::Left => expand(state, false),
        Action::Mark => {
            let keys = state.selected().map_or_else(Vec::new, keys);
            state.marks.toggle(&keys);
            walk(state, Action::Down);
        }
        Action::MarkRange => {
            let here = state.list.row();
            if let Some(begin) = state.marks.range(state.list.selected.as_ref()) {
                let begin = state.rows.iter().position(|e| e.key() == begin);
                let span = marks::span(&state.rows, begin, here);
                let keys: Vec<Arc<str>> = span.iter().flat_map(keys).collect();
                state.marks.add(keys);
            }
        }
        Action::MarkAll => {
            let keys: Vec<Arc<str>> = state.rows.iter().flat_map(keys).collect();
            state.marks.add(keys);
        }
        _ => walk(state, action),
    }
    Vec::new()
}

/// Selects an alert and shows what hides it; `false` when it is not kept any more.
pub(crate) fn select(model: &mut Model, key: &Arc<str>) -> bool {
    let Some(alert) = model.facts.alert(key) else {
        return false;
    };
    let group = format!("{}/{}", alert.status.name(), alert.kind);
    let status = alert.status;
    let state = &mut model.screens.alerts;
    state.filter.clear();
    state.open_only &= state.shows(status);
    state.all |= !state.shows(status);
    state.expanded.insert(group.into());
    state.list.choose(0, Some(Arc::clone(key)));
    true
}

fn expand(state: &mut State, open: bool) {
    let Some(at) = state.list.row() else { return };
    let Some(entry) = state.rows.get(at) else {
        return;
    };
    match entry {
        Entry::Many { name, .. } if open => {
            state.expanded.insert(Arc::clone(name));
        }
        Entry::Many { name, .. } => {
            state.expanded.remove(name);
        }
        Entry::One { inner: true, .. } if !open => {
            // Back to the row of the group.
            let above = state.rows.iter().take(at).enumerate().rev();
            let head = above
                .filter(|(_, e)| matches!(e, Entry::Many { .. }))
                .map(|(i, e)| (i, e.key()))
                .next();
            if let Some((i, name)) = head {
                state.expanded.remove(&name);
                state.list.choose(i, Some(name));
            }
        }
        Entry::One { .. } => {}
    }
}

/// To whom the alert concerns.
fn open(model: &mut Model) {
    let entry = model.screens.alerts.selected().cloned();
    match entry {
        Some(Entry::Many { open: false, .. }) => expand(&mut model.screens.alerts, true),
        Some(entry) => match entry.first().map(|a| a.subject.clone()) {
            Some(Subject::Worker(conversation, _)) => {
                worker::open(model, conversation);
                worker::to_evidence(model);
                model.show(View::Worker);
            }
            Some(Subject::Session(key)) => session::open(model, key),
            Some(Subject::Source) => model.overlay = Some(Overlay::daemons()),
            None => {}
        },
        None => {}
    }
}

fn walk(state: &mut State, action: Action) {
    let (top, last, page) = state.detail;
    if state.on_detail {
        state.detail.0 = moved(action, top, page, last).unwrap_or(top);
        return;
    }
    if let Some(to) = state.list.target(action, state.rows.len()) {
        let key = state.rows.get(to).map(Entry::key);
        state.list.choose(to, key);
        state.detail.0 = 0;
    }
}
