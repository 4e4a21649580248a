//! The dialog in front of every action that asks: whom it could go to, everything that would be written, the risks, how it is
//! undone. What it acts on was captured when it opened; nothing is written until it is confirmed with a key of its own.

mod view;

pub(crate) use view::draw;

use crate::{
    domain::{
        ConversationId, Refusal, Snapshot, Span, TaskId, Timestamp,
        act::{Asks, Deed, Order, Proposal, propose},
        choose::{CAPACITY, Ranking, Wanted, rank},
        text,
    },
    link::RequestId,
    tui::{
        acting,
        effect::Effect,
        keymap::{Action, Chord, Context},
        model::{Model, View},
        screen::moved,
    },
};
use std::{collections::HashMap, sync::Arc};

/// Keys that were typed ahead do not confirm.
const DEAF: Span = Span(300_000);

/// What is shown of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Pane {
    /// Whom, what, risks.
    #[default]
    Main,
    /// Who cannot, and why.
    Refused,
    /// Every row as text.
    DryRun,
}

/// One action of the dialog.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) order: Order,
    pub(crate) ranking: Option<Ranking>,
    pub(crate) proposal: Result<Proposal, Refusal>,
}

/// An open dialog.
#[derive(Debug)]
pub(crate) struct Dialog {
    snapshot: Arc<Snapshot>,
    opened: Timestamp,
    pub(crate) items: Vec<Item>,
    /// The candidate that is selected, of the only item.
    pub(crate) at: usize,
    pub(crate) pane: Pane,
    pub(crate) typed: String,
    /// Why it did not happen.
    pub(crate) said: Option<String>,
    waiting: Vec<RequestId>,
    /// What is said of the marks that are meant.
    pub(crate) note: Option<String>,
    /// The view whose marks are meant: they go when it is done.
    pub(crate) marked: Option<View>,
    pub(crate) top: usize,
    pub(crate) seen: (usize, usize),
}

impl Dialog {
    /// A dialog for orders as they are.
    pub(crate) fn open(model: &Model, orders: Vec<Order>, now: Timestamp) -> Self {
        let snapshot = Arc::clone(model.whole());
        let item = |order: Order| Item {
            proposal: propose(&snapshot, &order, now),
            ranking: None,
            order,
        };
        let items = orders.into_iter().map(item).collect();
        Self::of(snapshot, items, now)
    }

    /// A dialog that hands on tasks: the best candidate is selected; several tasks are spread.
    ///
    /// # Errors
    /// When nobody can take the only one, or the rules forbid it.
    pub(crate) fn reassign(
        model: &mut Model,
        tasks: &[TaskId],
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let snapshot = Arc::clone(model.whole());
        let mut given: HashMap<ConversationId, usize> = HashMap::new();
        let mut items = Vec::new();
        for id in tasks {
            let found = snapshot.tasks.iter().find(|t| t.id == *id);
            let Some(task) = found else { continue };
            let ranking = rank(&snapshot, &Wanted::of(task, &snapshot), now);
            let free = ranking.candidates.iter().find(|c| {
                let given = given
                    .get(&c.worker.conversation)
                    .copied()
                    .unwrap_or_default();
                c.worker.tasks.len() + given < CAPACITY
            });
            let Some(to) = free.map(|c| c.worker.conversation.clone()) else {
                let why = format!("nobody can take {id}: {}", reasons(&ranking));
                if tasks.len() == 1 {
                    return Err(Refusal::Denied(why));
                }
                let order = model
                    .acting
                    .order(Deed::Fence { task: id.clone() }, "", now);
                items.push(Item {
                    order,
                    ranking: None,
                    proposal: Err(Refusal::Denied(why)),
                });
                continue;
            };
            *given.entry(to.clone()).or_default() += 1;
            let deed = Deed::Reassign {
                task: id.clone(),
                to,
            };
            let order = model.acting.order(deed, "", now);
            let proposal = propose(&snapshot, &order, now);
            if let (Err(why), 1) = (&proposal, tasks.len()) {
                return Err(why.clone());
            }
            items.push(Item {
                order,
                ranking: Some(ranking),
                proposal,
            });
        }
        if items.is_empty() {
            return Err(Refusal::NoSuch("open task there any more".to_owned()));
        }
        Ok(Self::of(snapshot, items, now))
    }

    fn of(snapshot: Arc<Snapshot>, items: Vec<Item>, now: Timestamp) -> Self {
        Self {
            snapshot,
            opened: now,
            items,
            at: 0,
            pane: Pane::Main,
            typed: String::new(),
            said: None,
            waiting: Vec::new(),
            note: None,
            marked: None,
            top: 0,
            seen: (0, 1),
        }
    }

    /// What it was opened on.
    pub(crate) fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// Actions that can be carried out.
    fn possible(&self) -> impl Iterator<Item = &Proposal> {
        self.items
            .iter()
            .filter_map(|item| item.proposal.as_ref().ok())
    }

    /// What it asks for: the word of the only action, the count of several.
    pub(crate) fn asks(&self) -> Asks {
        let n = self.possible().count();
        match self.possible().next() {
            Some(only) if self.items.len() == 1 => only.asks.clone(),
            _ => Asks::Type(n.to_string()),
        }
    }

    /// Where its keys stand.
    pub(crate) fn context(&self) -> Context {
        if matches!(self.asks(), Asks::Type(_)) && self.pane == Pane::Main {
            Context::Word
        } else {
            Context::Dialog
        }
    }

    /// The confirming key does something.
    pub(crate) fn confirms(&self) -> bool {
        self.said.is_none() && !self.waits() && self.possible().next().is_some()
    }

    /// It was sent, and no answer came yet.
    pub(crate) fn waits(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// An answer came; `true` when nothing is left to show.
    pub(crate) fn answered(&mut self, id: RequestId, outcome: &Result<String, Refusal>) -> bool {
        if !self.waiting.contains(&id) {
            return false;
        }
        self.waiting.retain(|w| *w != id);
        if let Err(why) = outcome {
            let said = self.said.get_or_insert_default();
            if !said.is_empty() {
                said.push_str("; ");
            }
            said.push_str(&why.to_string());
        }
        self.waiting.is_empty() && self.said.is_none()
    }

    /// Types a character into the word that it asks for.
    pub(crate) fn edit(&mut self, chord: Chord) {
        if chord.is_backspace() {
            self.typed.pop();
        } else if let Some(c) = chord.typed()
            && self.typed.len() < text::ID_CAP
        {
            self.typed.push(c);
        }
    }

    /// Selects another candidate, and proposes anew on what it was opened on.
    fn choose(&mut self, at: usize) {
        let (snapshot, opened) = (Arc::clone(&self.snapshot), self.opened);
        let [item] = self.items.as_mut_slice() else {
            return;
        };
        let Some(ranking) = &item.ranking else { return };
        let Some(candidate) = ranking.candidates.get(at) else {
            return;
        };
        if let Deed::Reassign { to, .. } = &mut item.order.deed {
            *to = candidate.worker.conversation.clone();
        }
        item.proposal = propose(&snapshot, &item.order, opened);
        self.at = at;
    }
}

fn reasons(ranking: &Ranking) -> String {
    let all: Vec<_> = ranking
        .refused
        .iter()
        .map(|r| format!("{} {}", r.worker, r.why))
        .collect();
    if all.is_empty() {
        "there is no other worker".to_owned()
    } else {
        all.join(", ")
    }
}

/// A key while it is open.
pub(crate) fn act(model: &mut Model, action: Action, now: Timestamp) -> Vec<Effect> {
    let Some(super::Overlay::Dialog(dialog)) = &mut model.overlay else {
        return Vec::new();
    };
    match action {
        Action::Inspect => toggle(dialog, Pane::Refused),
        Action::DryRun => toggle(dialog, Pane::DryRun),
        Action::Accept if dialog.pane != Pane::Main => dialog.pane = Pane::Main,
        // Enter stands on Cancel, except where a word was typed.
        Action::Accept => {
            return match dialog.asks() {
                Asks::Type(word) if word == dialog.typed => confirm(model, now),
                Asks::Type(_) if !dialog.typed.is_empty() => {
                    model.say("that is not the word that was asked for; Esc cancels", now);
                    Vec::new()
                }
                _ => {
                    model.overlay = None;
                    model.say("cancelled; nothing was written", now);
                    Vec::new()
                }
            };
        }
        Action::Confirm => return confirm(model, now),
        _ if dialog.pane != Pane::Main || scrolls(action) => {
            dialog.top =
                moved(action, dialog.top, dialog.seen.1, dialog.seen.0).unwrap_or(dialog.top);
        }
        _ => {
            let last = match dialog.items.as_slice() {
                [item] => item
                    .ranking
                    .as_ref()
                    .map_or(0, |r| r.candidates.len().saturating_sub(1)),
                _ => 0,
            };
            if let Some(at) = moved(action, dialog.at, 4, last) {
                dialog.choose(at);
            }
        }
    }
    Vec::new()
}

/// Keys that scroll the text; the others choose a candidate.
const fn scrolls(action: Action) -> bool {
    matches!(
        action,
        Action::PageDown | Action::PageUp | Action::HalfDown | Action::HalfUp
    )
}

fn toggle(dialog: &mut Dialog, pane: Pane) {
    dialog.pane = if dialog.pane == pane {
        Pane::Main
    } else {
        pane
    };
    dialog.top = 0;
}

/// Carries it out, when it may be.
fn confirm(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    if let Some(why) = acting::forbidden(model) {
        model.say(why, now);
        return Vec::new();
    }
    let Some(super::Overlay::Dialog(dialog)) = &mut model.overlay else {
        return Vec::new();
    };
    if now.since(dialog.opened) < DEAF || dialog.waits() {
        return Vec::new();
    }
    if dialog.said.is_some() {
        model.say("it changed meanwhile; Esc, and look again", now);
        return Vec::new();
    }
    if matches!(dialog.asks(), Asks::Type(word) if word != dialog.typed) {
        return Vec::new();
    }
    let work: Vec<_> = (dialog.items.iter())
        .filter_map(|item| {
            Some((
                item.order.deed.clone(),
                item.proposal.as_ref().ok()?.clone(),
            ))
        })
        .collect();
    let mut effects = Vec::new();
    let mut waiting = Vec::new();
    for (deed, proposal) in work {
        let effect = acting::send(model, &deed, proposal, now);
        if let Effect::Send(envelope) = &effect {
            waiting.push(envelope.id);
        }
        effects.push(effect);
    }
    if let Some(super::Overlay::Dialog(dialog)) = &mut model.overlay {
        dialog.waiting = waiting;
    }
    effects
}
