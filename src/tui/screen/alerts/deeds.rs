//! Taking, muting and giving back alerts, from whatever view.

use crate::{
    domain::{
        AlertOrder, Command, ConversationId, Mode, Subject, Timestamp,
        alert::{Alert, Matcher, Status},
    },
    tui::{
        acting,
        effect::Effect,
        keymap::Action,
        model::{Model, Undo, View},
        overlay::{Count, Overlay, mute::Mute},
        screen::overview,
    },
};
use std::sync::Arc;

impl Model {
    /// Asks for something that `inverse` takes back.
    pub(crate) fn order(&mut self, order: AlertOrder, inverse: Option<AlertOrder>) -> Effect {
        let by = Arc::clone(&self.acting.actor);
        let command = |order| Command::Alert {
            by: Arc::clone(&by),
            order,
        };
        let again = command(order);
        // What was undone before is not done again after something else.
        self.acting.redo.clear();
        let (id, effect) = self.ask(again.clone());
        if let Some(inverse) = inverse {
            self.undo.push(Undo::Alert {
                id,
                command: Box::new(command(inverse)),
                again: Box::new(again),
            });
        }
        effect
    }
}

/// Why alerts cannot be changed now.
pub(crate) fn past(model: &Model) -> Option<String> {
    acting::forbidden(model).or_else(|| {
        let recorded = matches!(model.snapshot().source.mode, Mode::Recorded(_));
        recorded.then(|| "this is a recorded instant: its alerts are past".to_owned())
    })
}

/// Why nothing is muted while several are marked.
pub(crate) fn several(model: &Model) -> String {
    let clears = model.look.keymap.back();
    format!(
        "several are marked, and a mute is for one alert or its kind; {clears} clears the marks"
    )
}

/// The alerts of these keys.
fn found(model: &Model, keys: &[Arc<str>]) -> Vec<Arc<Alert>> {
    let all = keys.iter().filter_map(|key| model.facts.alert(key));
    all.cloned().collect()
}

/// The operator takes these alerts.
pub(super) fn ack(model: &mut Model, keys: &[Arc<str>], now: Timestamp) -> Vec<Effect> {
    if let Some(why) = past(model) {
        model.say(why, now);
        return Vec::new();
    }
    let alerts = found(model, keys);
    let takes = |a: &&Arc<Alert>| a.status.is_active() && a.ack.is_none();
    let keys: Vec<Arc<str>> = alerts
        .iter()
        .filter(takes)
        .map(|a| Arc::clone(&a.key))
        .collect();
    if keys.is_empty() {
        let words = match alerts.iter().find_map(|a| a.ack.as_ref()) {
            Some(ack) => format!("{} has it since {}", ack.by, ack.at.clock()),
            None if alerts.iter().any(|a| a.status == Status::Pending) => {
                "it does not fire yet".to_owned()
            }
            None => "there is no alert to ack here".to_owned(),
        };
        model.say(words, now);
        return Vec::new();
    }
    let inverse = AlertOrder::Unack { keys: keys.clone() };
    let note = "".into();
    let apart = model.apart();
    if keys.len() > 1 || apart.is_some() {
        let open = alerts.iter().filter(takes);
        let lines = open.map(|a| format!("{}  {}", a.name(), a.sentence));
        let mut count = Count::of(
            lines.collect(),
            AlertOrder::Ack { keys, note },
            inverse,
            now,
        );
        count.note = apart;
        count.marked = (model.marked() > 0).then_some(model.view);
        model.overlay = Some(Overlay::Count(Box::new(count)));
        return Vec::new();
    }
    vec![model.order(AlertOrder::Ack { keys, note }, Some(inverse))]
}

/// Keys of what fires of a worker.
fn of_worker(model: &Model, conversation: &ConversationId) -> Vec<Arc<str>> {
    let alerts = model.facts.alerts().iter();
    alerts
        .filter(|a| a.conversation() == Some(conversation) && a.status != Status::Resolved)
        .map(|a| Arc::clone(&a.key))
        .collect()
}

fn of_session(model: &Model, session: &Arc<str>) -> Vec<Arc<str>> {
    let ours = |a: &&Arc<Alert>| matches!(&a.subject, Subject::Session(key) if key == session);
    let alerts = model.facts.alerts().iter().filter(ours);
    alerts
        .filter(|a| a.status != Status::Resolved)
        .map(|a| Arc::clone(&a.key))
        .collect()
}

/// Keys of the alerts that a key would be about: the marked ones, those of the selected row, those of who is selected.
pub(crate) fn meant(model: &Model) -> Vec<Arc<str>> {
    match model.view {
        View::Alerts => super::update::chosen(model),
        View::Overview => overview::selected_keys(model),
        View::Workers => {
            let workers = crate::tui::screen::workers::chosen(model).into_iter();
            workers.flat_map(|c| of_worker(model, &c)).collect()
        }
        View::Worker => {
            let worker = model.screens.worker.conversation.as_ref();
            worker.map_or_else(Vec::new, |c| of_worker(model, c))
        }
        View::Sessions => {
            let session = model.screens.sessions.selected();
            session.map_or_else(Vec::new, |s| of_session(model, &s.key))
        }
        View::Session => {
            let session = model.screens.session.key.as_ref();
            session.map_or_else(Vec::new, |key| of_session(model, key))
        }
        _ => Vec::new(),
    }
}

/// A key that concerns alerts, on another view; `None` for any other.
pub(crate) fn key(model: &mut Model, action: Action, now: Timestamp) -> Option<Vec<Effect>> {
    if !matches!(action, Action::Ack | Action::Mute) {
        return None;
    }
    if matches!(
        model.view,
        View::Alerts | View::Tasks | View::Task | View::Messages | View::Activity
    ) {
        return None;
    }
    let keys = meant(model);
    if action == Action::Ack {
        return Some(ack(model, &keys, now));
    }
    mute(model, &keys, now);
    Some(Vec::new())
}

/// The worker that the selected alert is about.
pub(crate) fn worker(model: &Model) -> Option<ConversationId> {
    let entry = model.screens.alerts.selected()?;
    entry.first()?.conversation().cloned()
}

/// Opens the menu of mutes for the first of these alerts.
pub(super) fn mute(model: &mut Model, keys: &[Arc<str>], now: Timestamp) {
    let many = || (model.marked() > 1).then(|| several(model));
    if let Some(why) = past(model).or_else(many) {
        return model.say(why, now);
    }
    match found(model, keys).into_iter().next() {
        Some(alert) => model.overlay = Some(Overlay::Mute(Mute::new(alert))),
        None => model.say("there is no alert to mute here", now),
    }
}

/// Mutes that hide an alert that is meant.
pub(crate) fn muted(model: &Model) -> Vec<Matcher> {
    let alerts = found(model, &meant(model));
    let silences = model.snapshot().silences.iter();
    silences
        .filter(|s| alerts.iter().any(|a| s.matcher.matches(a)))
        .map(|s| s.matcher.clone())
        .collect()
}

/// Ends the mutes of what is meant, or all of them.
pub(crate) fn unmute(model: &mut Model, all: bool, now: Timestamp) -> Vec<Effect> {
    if let Some(why) = past(model) {
        model.say(why, now);
        return Vec::new();
    }
    let matchers = if all {
        let silences = model.snapshot().silences.iter();
        silences.map(|s| s.matcher.clone()).collect()
    } else {
        muted(model)
    };
    let each = matchers.into_iter();
    each.map(|matcher| model.order(AlertOrder::Unsilence { matcher }, None))
        .collect()
}
