//! What was done is undone by a second write, and done again by a third.

use super::{Acting, Pending, begin, dispatch, forbidden};
use crate::{
    domain::{
        Command, Refusal, Snapshot, Timestamp,
        act::{Deed, propose},
    },
    link::RequestId,
    tui::{
        effect::Effect,
        keymap::{Action, Context},
        model::{self, Model},
    },
};
use std::sync::Arc;

/// What `U` does again.
#[derive(Debug, Clone)]
pub(crate) enum Again {
    /// An action: proposed and asked for anew.
    Deed(Deed),
    /// Something with alerts, and what takes it back.
    Alert(Command, Command),
}

/// What `u` would do.
#[derive(Debug)]
pub(super) struct Undo {
    pub(super) deed: Deed,
    /// What it undoes.
    pub(super) of: Deed,
    pub(super) headline: String,
    /// When it was done.
    pub(super) done: Timestamp,
}

/// What was sent to take something with alerts back, or to do it again.
#[derive(Debug)]
pub(super) enum Returning {
    /// Taken back: it can be tried again when it is refused.
    Undone(model::Undo),
    /// Done again: it can be tried again when it is refused.
    Redone(Box<Again>),
}

impl Acting {
    /// Something was done: what undoes it. Whatever else was undone before is not done again after it.
    pub(super) fn done(&mut self, pending: Pending, now: Timestamp) -> Option<Undo> {
        if let Some(undone) = pending.undo {
            self.redo.push(Again::Deed(undone.of));
            return None; // an undo is not undone
        }
        let same = |again: &Again| match (again, &pending.deed) {
            (Again::Deed(again), Some((deed, _))) => again == deed,
            _ => false,
        };
        if self.redo.last().is_some_and(same) {
            self.redo.pop();
        } else {
            self.redo.clear();
        }
        let (of, deed) = pending.deed?;
        Some(Undo {
            deed: deed?,
            of,
            headline: pending.headline,
            done: now,
        })
    }
}

/// `u` on what was done to alerts.
pub(super) fn give_back(model: &mut Model, undo: model::Undo) -> Vec<Effect> {
    let model::Undo::Alert { command, .. } = &undo else {
        return Vec::new();
    };
    let (id, effect) = model.ask((**command).clone());
    model.acting.returning.insert(id, Returning::Undone(undo));
    vec![effect]
}

/// The answer to what was taken back or done again beside alerts: what was refused can be tried again.
pub(crate) fn settled(model: &mut Model, id: RequestId, well: bool) {
    match (model.acting.returning.remove(&id), well) {
        (Some(Returning::Undone(model::Undo::Alert { command, again, .. })), true) => {
            let again = Again::Alert(*again, *command);
            model.acting.redo.push(again);
        }
        (Some(Returning::Undone(undo)), false) => model.undo.push(undo),
        (Some(Returning::Redone(again)), false) => model.acting.redo.push(*again),
        _ => {}
    }
}

/// What undoes a deed by a second write; `None` for what stays.
pub(super) fn inverse(snapshot: &Snapshot, deed: &Deed, op: &Arc<str>) -> Option<Deed> {
    match deed {
        Deed::Reassign { task, .. } => Some(Deed::Undo {
            task: task.clone(),
            op: Arc::clone(op),
        }),
        Deed::HoldTask { task, hold } => Some(Deed::HoldTask {
            task: task.clone(),
            hold: !hold,
        }),
        Deed::HoldWorker { worker, hold } => Some(Deed::HoldWorker {
            worker: worker.clone(),
            hold: !hold,
        }),
        Deed::Priority { task, .. } => {
            let before = snapshot.tasks.iter().find(|t| t.id == *task)?.priority?;
            Some(Deed::Priority {
                task: task.clone(),
                priority: before,
            })
        }
        Deed::Cancel { task } | Deed::Dead { task } => Some(Deed::Requeue { task: task.clone() }),
        _ => None,
    }
}

/// The rules refuse it on a picture that is newer than the deed: they will tomorrow.
fn for_good(model: &Model, undo: &Undo, why: &Refusal) -> bool {
    let seen = model.whole().source.read_at;
    let rules = matches!(why, Refusal::Denied(_) | Refusal::NoSuch(_));
    rules && seen.is_some_and(|seen| seen > undo.done)
}

/// `u`: undoes the last action of this dashboard, while it can be undone. One that cannot be undone any more is dropped with a word, so that the
/// next `u` reaches the one before it.
pub(crate) fn undo(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    if let Some(why) = forbidden(model) {
        model.say(why, now);
        return Vec::new();
    }
    let Some(undo) = model.acting.undo.pop() else {
        model.say("nothing to undo", now);
        return Vec::new();
    };
    let reason = format!("undo: {}", undo.headline);
    let order = model.acting.order(undo.deed.clone(), &reason, now);
    match propose(&Arc::clone(model.whole()), &order, now) {
        Ok(proposal) => vec![dispatch(model, None, Some(undo), proposal, now)],
        Err(why) if for_good(model, &undo, &why) => {
            let key = model.look.keymap.key_of(Context::Global, Action::Undo);
            let next = model.acting.undo.last();
            let next = next.map(|next| format!("; {key} undoes {}", next.headline));
            let next = next.unwrap_or_default();
            model.say(format!("cannot be undone any more: {why}{next}"), now);
            Vec::new()
        }
        Err(why) => {
            model.acting.undo.push(undo);
            model.undo.push(model::Undo::Act);
            model.say(format!("cannot undo: {why}"), now);
            Vec::new()
        }
    }
}

/// `U`: does again what was undone last; an action asks as it did the first time.
pub(crate) fn redo(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    if let Some(why) = forbidden(model) {
        model.say(why, now);
        return Vec::new();
    }
    match model.acting.redo.last().cloned() {
        None => {
            model.say("nothing was undone", now);
            Vec::new()
        }
        // It is taken off the list when it was done.
        Some(Again::Deed(deed)) => begin(model, deed, now),
        Some(Again::Alert(command, inverse)) => {
            let (id, effect) = model.ask(command.clone());
            if let Some(again) = model.acting.redo.pop() {
                let returning = &mut model.acting.returning;
                returning.insert(id, Returning::Redone(Box::new(again)));
            }
            model.undo.push(model::Undo::Alert {
                id,
                command: Box::new(inverse),
                again: Box::new(command),
            });
            vec![effect]
        }
    }
}
