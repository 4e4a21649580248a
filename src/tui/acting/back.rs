//! What was done is undone by a second write, and done again by a third.

use super::{begin, dispatch, forbidden};
use crate::{
    domain::{
        Command, Snapshot, Timestamp,
        act::{Deed, propose},
    },
    tui::{
        effect::Effect,
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

/// `u`: undoes the last action of this dashboard, while it can be undone.
pub(crate) fn undo(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    if let Some(why) = forbidden(model) {
        model.say(why, now);
        return Vec::new();
    }
    let Some(Undo { deed, of, headline }) = model.acting.undo.pop() else {
        model.say("nothing to undo", now);
        return Vec::new();
    };
    let order = model.acting.order(deed, &format!("undo: {headline}"), now);
    match propose(&Arc::clone(model.whole()), &order, now) {
        Ok(proposal) => vec![dispatch(model, None, Some(of), proposal, now)], // an undo is not undone
        Err(why) => {
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
    match model.acting.redo.pop() {
        None => {
            model.say("nothing was undone", now);
            Vec::new()
        }
        Some(Again::Deed(deed)) => begin(model, deed, now),
        Some(Again::Alert(command, inverse)) => {
            let (id, effect) = model.ask(command.clone());
            model.undo.push(model::Undo::Alert {
                id,
                command: Box::new(inverse),
                again: Box::new(command),
            });
            vec![effect]
        }
    }
}
