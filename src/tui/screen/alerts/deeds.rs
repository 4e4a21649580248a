//! Taking, muting and giving back alerts, from whatever view.

use crate::{
    domain::{
        AlertOrder, Command, ConversationId, Mode, Timestamp,
        alert::{Alert, Status},
    },
    tui::{
        effect::Effect,
        model::{Model, Undo},
        overlay::{Overlay, mute::Mute},
    },
};
use std::sync::Arc;

impl Model {
    /// Asks for something that `inverse` takes back.
    pub(crate) fn order(&mut self, order: AlertOrder, inverse: Option<AlertOrder>) -> Effect {
        let by = Arc::clone(&self.look.actor);
        let command = |order| Command::Alert {
            by: Arc::clone(&by),
            order,
        };
        let (id, effect) = self.ask(command(order));
        if let Some(inverse) = inverse {
            self.undo.push(Undo {
                id,
                command: command(inverse),
            });
        }
        effect
    }

    /// Why alerts cannot be changed in this picture.
    fn alerts_are_past(&self) -> Option<&'static str> {
        matches!(self.snapshot().source.mode, Mode::Recorded(_))
            .then_some("this is a recorded instant: its alerts are past")
    }
}

/// The alerts of these keys.
fn found(model: &Model, keys: &[Arc<str>]) -> Vec<Arc<Alert>> {
    let all = keys.iter().filter_map(|key| model.facts.alert(key));
    all.cloned().collect()
}

/// The operator takes these alerts.
pub(crate) fn ack(model: &mut Model, keys: &[Arc<str>], now: Timestamp) -> Vec<Effect> {
    if let Some(why) = model.alerts_are_past() {
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

/// The operator takes all that fires of a worker.
pub(crate) fn ack_of_worker(
    model: &mut Model,
    conversation: Option<ConversationId>,
    now: Timestamp,
) -> Vec<Effect> {
    let keys = conversation.map_or_else(Vec::new, |c| of_worker(model, &c));
    ack(model, &keys, now)
}

/// The menu of mutes for what fires of a worker.
pub(crate) fn open_of_worker(
    model: &mut Model,
    conversation: Option<ConversationId>,
    now: Timestamp,
) {
    let keys = conversation.map_or_else(Vec::new, |c| of_worker(model, &c));
    mute(model, &keys, now);
}

/// Opens the menu of mutes for the first of these alerts.
pub(crate) fn mute(model: &mut Model, keys: &[Arc<str>], now: Timestamp) {
    if let Some(why) = model.alerts_are_past() {
        return model.say(why, now);
    }
    match found(model, keys).into_iter().next() {
        Some(alert) => model.overlay = Some(Overlay::Mute(Mute::new(alert))),
        None => model.say("there is no alert to mute here", now),
    }
}

/// Takes back what was done last and can be taken back.
pub(crate) fn undo(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    let Some(last) = model.undo.pop() else {
        model.say("nothing to undo", now);
        return Vec::new();
    };
    vec![model.ask(last.command).1]
}
