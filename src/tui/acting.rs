//! What the operator does to the swarm: from a key to a proposal, from a proposal to a command, from its answer to an undo and a
//! line in the write log. No input or output: the rows are plain data until the engine carries them out.

mod back;
mod keys;
mod sight;
mod target;

pub(crate) use back::{Again, redo, settled, undo};
pub(crate) use keys::key;
pub(crate) use target::target;

use back::{Returning, Undo, inverse};

use super::{
    effect::Effect,
    keymap::{Action, Context},
    model::{self, Model, View},
    overlay::{Dialog, Overlay},
    screen::Sight,
};
use crate::{
    domain::{
        Command, ConversationId, Deal, Refusal, Snapshot, TaskId, Timestamp, Worker,
        act::{Asks, Deed, Order, Proposal, op_id, propose},
    },
    link::RequestId,
};
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

/// Lines of the write log that are kept.
const KEPT: usize = 200;

/// What is remembered of actions.
#[derive(Debug, Default)]
pub(crate) struct Acting {
    /// Who acts.
    pub(crate) actor: Arc<str>,
    /// Makes operation ids of this run differ from those of any other.
    seed: u64,
    made: u64,
    pending: HashMap<RequestId, Pending>,
    /// What can be undone; the newest last.
    undo: Vec<Undo>,
    /// What was undone, as it was first asked for; the newest last.
    pub(crate) redo: Vec<Again>,
    /// What is taken back or done again beside alerts, until it is answered.
    returning: HashMap<RequestId, Returning>,
    /// What was written, or was not; newest last.
    pub(crate) log: VecDeque<Line>,
}

/// One line of the write log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) at: Timestamp,
    pub(crate) headline: String,
    /// Rows that it writes, one line for each.
    pub(crate) effects: Vec<String>,
    /// What became of it; `None` while it is on its way.
    pub(crate) outcome: Option<Result<String, String>>,
    request: RequestId,
}

#[derive(Debug)]
struct Pending {
    /// The deed, and what undoes it.
    deed: Option<(Deed, Option<Deed>)>,
    /// This is an undo: it can be tried again when it is refused.
    undo: Option<Undo>,
    headline: String,
}

/// What a key acts on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Target {
    /// The only worker that is meant.
    pub(crate) worker: Option<ConversationId>,
    /// Every worker that is meant, when several are marked.
    pub(crate) workers: Vec<ConversationId>,
    pub(crate) tasks: Vec<TaskId>,
}

impl Acting {
    /// Nothing was done yet.
    pub(crate) fn of(actor: Arc<str>, seed: u64) -> Self {
        Self {
            actor,
            seed,
            ..Self::default()
        }
    }

    pub(crate) fn order(&mut self, deed: Deed, reason: &str, now: Timestamp) -> Order {
        self.made += 1;
        let time = now.0.cast_unsigned().rotate_left(20);
        Order {
            op: op_id([self.seed, time ^ self.made]),
            actor: Arc::clone(&self.actor),
            cause: if matches!(deed, Deed::Undo { .. }) {
                "undo"
            } else {
                "operator"
            },
            reason: reason.to_owned(),
            deed,
        }
    }
}

/// A worker of a snapshot that no index is kept of. O(workers).
pub(crate) fn find<'a>(snapshot: &'a Snapshot, id: &ConversationId) -> Option<&'a Arc<Worker>> {
    snapshot.workers.iter().find(|w| w.conversation == *id)
}

/// Why nothing may be written now; `None` when it may.
pub(crate) fn forbidden(model: &Model) -> Option<String> {
    if let Some(why) = &model.look.read_only {
        return Some(format!("read-only: {why}"));
    }
    if model.travel.only() {
        return Some("this is a recording: nothing can be written".to_owned());
    }
    if model.facts.frozen().is_some() {
        let live = model.look.keymap.key_of(Context::Global, Action::Live);
        let words = format!("this picture is not of now; {live} goes back to live, then act");
        return Some(words);
    }
    if model.sight == Sight::Nothing {
        return Some(sight::NOTHING.to_owned());
    }
    model
        .facts
        .gone()
        .map(|_| "the engine has stopped; nothing can be written".to_owned())
}

/// Begins a deed: carried out at once when it asks for nothing, in a dialog otherwise.
pub(crate) fn begin(model: &mut Model, deed: Deed, now: Timestamp) -> Vec<Effect> {
    if let Some(why) = forbidden(model) {
        model.say(why, now);
        return Vec::new();
    }
    let order = model.acting.order(deed, "", now);
    match propose(&Arc::clone(model.whole()), &order, now) {
        Err(why) => {
            model.say(why.to_string(), now);
            Vec::new()
        }
        Ok(proposal) if proposal.asks == Asks::Nothing => {
            vec![send(model, &order.deed, proposal, now)]
        }
        Ok(_) => {
            let dialog = Dialog::open(model, vec![order], now);
            model.overlay = Some(Overlay::Dialog(Box::new(dialog)));
            Vec::new()
        }
    }
}

/// Begins a deed on what is marked or selected: marks that are not just the selected row are always asked for.
pub(crate) fn begin_here(model: &mut Model, deed: Deed, now: Timestamp) -> Vec<Effect> {
    let lists = matches!(model.view, View::Workers | View::Tasks);
    if !lists || model.apart().is_none() || forbidden(model).is_some() {
        return begin(model, deed, now);
    }
    let order = model.acting.order(deed, "", now);
    let dialog = Dialog::open(model, vec![order], now);
    ask(model, dialog);
    Vec::new()
}

/// Opens a dialog, which says what is meant by the marks, and takes them away once it is done.
fn ask(model: &mut Model, mut dialog: Dialog) {
    if matches!(model.view, View::Workers | View::Tasks) {
        // A list of several says by itself which are meant.
        let says = dialog.items.len() == 1 || model.hides_marks();
        dialog.note = model.apart().filter(|_| says);
        dialog.marked = (model.marked() > 0).then_some(model.view);
    }
    model.overlay = Some(Overlay::Dialog(Box::new(dialog)));
}

/// Begins the same deed several times: a dialog lists them all and asks for their number.
pub(crate) fn begin_all(model: &mut Model, deeds: Vec<Deed>, now: Timestamp) -> Vec<Effect> {
    if deeds.len() == 1 {
        return deeds
            .into_iter()
            .next()
            .map_or_else(Vec::new, |deed| begin_here(model, deed, now));
    }
    if let Some(why) = forbidden(model) {
        model.say(why, now);
        return Vec::new();
    }
    let order = |deed| model.acting.order(deed, "", now);
    let orders: Vec<Order> = deeds.into_iter().map(order).collect();
    let dialog = Dialog::open(model, orders, now);
    ask(model, dialog);
    Vec::new()
}

/// Reassigns what is selected.
pub(crate) fn reassign(model: &mut Model, target: &Target, now: Timestamp) -> Vec<Effect> {
    if let Some(why) = forbidden(model) {
        model.say(why, now);
        return Vec::new();
    }
    if target.tasks.is_empty() {
        model.say("nothing to reassign: no open task is selected", now);
        return Vec::new();
    }
    match Dialog::reassign(model, &target.tasks, now) {
        Ok(dialog) => ask(model, dialog),
        Err(why) => model.say(why.to_string(), now),
    }
    Vec::new()
}

/// Sends a proposal on its way.
pub(crate) fn send(model: &mut Model, deed: &Deed, proposal: Proposal, now: Timestamp) -> Effect {
    let undo = inverse(model.whole(), deed, &proposal.write.op);
    dispatch(model, Some((deed.clone(), undo)), None, proposal, now)
}

fn dispatch(
    model: &mut Model,
    deed: Option<(Deed, Option<Deed>)>,
    undo: Option<Undo>,
    proposal: Proposal,
    now: Timestamp,
) -> Effect {
    let deal = Deal {
        headline: proposal.headline.clone(),
        write: proposal.write,
    };
    let (request, effect) = model.ask(Command::Act(Box::new(deal)));
    let headline = proposal.headline;
    track(model, request, headline.clone(), proposal.effects, now);
    let pending = Pending {
        deed,
        undo,
        headline,
    };
    model.acting.pending.insert(request, pending);
    effect
}

/// Writes an action that is on its way into the write log; the answer of that request says what became of it.
pub(crate) fn track(
    model: &mut Model,
    request: RequestId,
    headline: String,
    effects: Vec<String>,
    now: Timestamp,
) {
    let pending = Pending {
        deed: None,
        undo: None,
        headline: headline.clone(),
    };
    model.acting.pending.insert(request, pending);
    if model.acting.log.len() == KEPT {
        model.acting.log.pop_front();
    }
    model.acting.log.push_back(Line {
        at: now,
        headline,
        effects,
        outcome: None,
        request,
    });
}

/// An answer came; `true` when it was to an action.
pub(crate) fn answered(
    model: &mut Model,
    id: RequestId,
    outcome: &Result<String, Refusal>,
    now: Timestamp,
) -> bool {
    let Some(pending) = model.acting.pending.remove(&id) else {
        return false;
    };
    let words = match outcome {
        Ok(words) => Ok(words.clone()),
        Err(why) => Err(why.to_string()),
    };
    if let Some(line) = model.acting.log.iter_mut().rev().find(|l| l.request == id) {
        line.outcome = Some(words.clone());
    }
    match words {
        Ok(words) => {
            let undo = model.acting.done(pending, now);
            let key = model.look.keymap.key_of(Context::Global, Action::Undo);
            let hint = undo.as_ref().map(|_| format!("   {key} undo"));
            model.say(format!("{words}{}", hint.unwrap_or_default()), now);
            model
                .undo
                .extend(undo.is_some().then_some(model::Undo::Act));
            model.acting.undo.extend(undo);
        }
        Err(why) => {
            model
                .undo
                .extend(pending.undo.is_some().then_some(model::Undo::Act));
            model.acting.undo.extend(pending.undo);
            model.say(why, now);
        }
    }
    if let Some(Overlay::Dialog(dialog)) = &mut model.overlay
        && dialog.answered(id, outcome)
    {
        let marked = dialog.marked;
        model.overlay = None;
        if let Some(view) = marked {
            model.unmark(view);
        }
    }
    true
}

/// Holds, or releases where all are held, everything that is marked; `None` without several marks.
pub(crate) fn holds(model: &Model, target: &Target) -> Option<Vec<Deed>> {
    if target.workers.len() > 1 {
        let is_held = |id: &ConversationId| {
            let found = model.facts.worker(id);
            found.is_some_and(|w| w.verdict.evidence.iter().any(|e| e.witness == "hold"))
        };
        let hold = !target.workers.iter().all(is_held);
        let each = target.workers.iter().cloned();
        return Some(
            each.map(|worker| Deed::HoldWorker { worker, hold })
                .collect(),
        );
    }
    if model.view != View::Tasks || target.tasks.len() < 2 {
        return None;
    }
    let kept = |id: &TaskId| model.facts.task(id).is_some_and(|t| t.held);
    let hold = !target.tasks.iter().all(kept);
    let each = target.tasks.iter().cloned();
    Some(each.map(|task| Deed::HoldTask { task, hold }).collect())
}

/// `H`: holds or releases the worker that is selected.
pub(crate) fn hold(model: &mut Model, target: &Target, now: Timestamp) -> Vec<Effect> {
    let on_tasks = matches!(model.view, View::Tasks | View::Task);
    if let Some(deeds) = holds(model, target) {
        return begin_all(model, deeds, now);
    }
    let worker = target.worker.as_ref().filter(|_| !on_tasks);
    if let Some(worker) = worker.and_then(|id| model.facts.worker(id)) {
        let held = worker.verdict.evidence.iter().any(|e| e.witness == "hold");
        let deed = Deed::HoldWorker {
            worker: worker.conversation.clone(),
            hold: !held,
        };
        return begin_here(model, deed, now);
    }
    let Some(id) = target.tasks.first().cloned() else {
        model.say("nothing to hold: no worker or task is selected", now);
        return Vec::new();
    };
    let held = model.snapshot().tasks.iter().any(|t| t.id == id && t.held);
    begin_here(
        model,
        Deed::HoldTask {
            task: id,
            hold: !held,
        },
        now,
    )
}
