//! What the keys of the list of messages do.

use super::state::Paging;
use crate::domain::filter::Facts as _;
use crate::tui::sieve::Shown;
use crate::{
    domain::{Command, ConversationId, Message, MessageId, Snapshot, Timestamp},
    link::RequestId,
    tui::{
        effect::Effect,
        keymap::Action,
        model::{Model, View},
        screen::{moved, worker},
    },
};
use std::borrow::Cow;
use std::sync::Arc;

/// Messages of one older page.
const PAGE: usize = 200;
/// Older messages that are kept.
const KEPT: usize = 20_000;

/// Filters the rows and finds the selection again; only while the view is shown.
pub(crate) fn derive(model: &mut Model) {
    if model.view != View::Messages {
        return;
    }
    let snapshot = model.facts.shown();
    let state = &mut model.screens.messages;
    state.sieve.take(&state.filter);
    let (sieve, at) = (&state.sieve, snapshot.at);
    let thread = state.thread.as_ref().map(|(c, _)| c);
    let newest = snapshot.messages.iter().rev();
    let all = newest.chain(state.older.iter().rev());
    state.rows = all
        .filter(|m| thread.is_none_or(|c| m.conversation == *c))
        .filter(|m| sieve.is_open() || sieve.lets(&words(m), at))
        .cloned()
        .collect();
    let rows = &state.rows;
    let key = |i: usize| rows.get(i).map(|m| m.id);
    if state.follow && model.overlay.is_none() {
        state.list.choose(0, key(0));
        state.seen = key(0).unwrap_or(state.seen);
    }
    let was = state.list.row();
    state.list.settle(rows.len(), key);
    if let (false, Some(was), Some(is)) = (state.follow, was, state.list.row()) {
        state.list.top = (state.list.top + is).saturating_sub(was);
    }
}

/// A message with what is shown of it.
fn words(message: &Message) -> Shown<'_> {
    let mut words = message.names();
    words.push(Cow::Borrowed(message.kind.name()));
    Shown {
        row: Some(message),
        words,
    }
}

/// Keeps what a newer snapshot drops while there are older pages below it, so that no gap opens.
pub(crate) fn keep_dropped(model: &mut Model, newer: &Snapshot) {
    let state = &mut model.screens.messages;
    if state.older.is_empty() {
        return;
    }
    let Some(first) = newer.messages.front().map(|m| m.id) else {
        return;
    };
    let above = state.older.last().map(|m| m.id);
    let dropped = model.facts.shown().messages.iter();
    let dropped = dropped.filter(|m| m.id < first && above.is_none_or(|a| m.id > a));
    state.older.extend(dropped.cloned());
    let too_many = state.older.len().saturating_sub(KEPT);
    state.older.drain(..too_many);
}

/// An older page arrived.
pub(crate) fn page(model: &mut Model, id: RequestId, mut page: Vec<Arc<Message>>, now: Timestamp) {
    let state = &mut model.screens.messages;
    if state.paging != Paging::Asked(id) {
        return;
    }
    state.paging = if page.is_empty() {
        Paging::Beginning
    } else {
        Paging::More
    };
    let below = state.older.first().map(|m| m.id);
    let below = below.or_else(|| model.facts.shown().messages.front().map(|m| m.id));
    page.retain(|m| below.is_none_or(|b| m.id < b));
    page.sort_by_key(|m| m.id);
    let words = match page.len() {
        0 => "that is the beginning of the history".to_owned(),
        n => format!("{n} older messages"),
    };
    page.append(&mut state.older);
    state.older = page;
    model.say(words, now);
}

/// The engine refused a page: it may be asked for again.
pub(crate) fn refused(model: &mut Model, id: RequestId) {
    let paging = &mut model.screens.messages.paging;
    if *paging == Paging::Asked(id) {
        *paging = Paging::More;
    }
}

/// Shows one worker's messages only.
pub(crate) fn thread_of(model: &mut Model, conversation: &ConversationId) {
    if let Some(worker) = model.facts.worker(conversation) {
        let state = &mut model.screens.messages;
        state.thread = Some((conversation.clone(), worker.id.clone()));
        state.filter.clear();
        state.open = false;
        state.follow = true;
        state.list.top = 0;
    }
}

/// Binds a key that acts on a message to the one that the operator saw; one that does something follows the newest no longer. `false`
/// when it is gone.
pub(crate) fn bind(model: &mut Model, follow: bool) -> bool {
    let state = &mut model.screens.messages;
    let Some(drawn) = state.drawn.filter(|_| state.follow) else {
        return true;
    };
    let at = state.rows.iter().position(|message| message.id == drawn);
    if let Some(at) = at {
        state.list.choose(at, Some(drawn));
        state.follow = follow;
    }
    at.is_some()
}

/// Closes the message that is read: the list has the room again.
pub(crate) fn close(model: &mut Model) {
    let state = &mut model.screens.messages;
    state.open = false;
    state.search.reset();
}

/// Selects a message of the rows, and follows no longer.
pub(crate) fn select(model: &mut Model, id: MessageId) {
    let state = &mut model.screens.messages;
    state.follow = false;
    state.list.choose(0, Some(id));
}

/// What is looked for was typed: to its first match.
pub(crate) fn found(model: &mut Model) {
    let state = &mut model.screens.messages;
    if model.view == View::Messages && state.open {
        let to = state.search.go(true);
        state.body.0 = to.unwrap_or(state.body.0).min(state.body.1);
    }
}

/// One key.
pub(crate) fn act(model: &mut Model, action: Action, now: Timestamp) -> Vec<Effect> {
    let state = &mut model.screens.messages;
    match action {
        Action::Open => open(model),
        Action::Follow => {
            state.follow = !state.follow;
            let words = if state.follow {
                "following the newest"
            } else {
                "not following"
            };
            model.say(words, now);
        }
        Action::NextMatch | Action::PreviousMatch if state.open => {
            let (top, last, _) = state.body;
            let to = state.search.go(action == Action::NextMatch);
            state.body.0 = to.unwrap_or(top).min(last);
        }
        Action::NextMatch | Action::PreviousMatch => {
            model.say("matches are in what is read; open a message first", now);
        }
        Action::HalfDown | Action::HalfUp | Action::PageDown | Action::PageUp if state.open => {
            let (top, last, page) = state.body;
            state.body.0 = moved(action, top, page, last).unwrap_or(top);
        }
        _ => return walk(model, action, now),
    }
    Vec::new()
}

/// Reads the message; then its thread; then its worker.
fn open(model: &mut Model) {
    let state = &mut model.screens.messages;
    let Some(message) = state.selected().cloned() else {
        return;
    };
    if !state.open {
        state.open = true;
    } else if state.thread.is_none() {
        state.thread = Some((message.conversation.clone(), message.worker.clone()));
        state.follow = false;
    } else {
        worker::open(model, message.conversation.clone());
        model.show(View::Worker);
    }
}

/// Moves; at the old end of the list, asks for what is before it.
fn walk(model: &mut Model, action: Action, now: Timestamp) -> Vec<Effect> {
    let state = &mut model.screens.messages;
    let len = state.rows.len();
    let Some(to) = state.list.target(action, len) else {
        return Vec::new();
    };
    let stays = state.list.row() == Some(to) && len > 0;
    if stays && to + 1 == len && !matches!(action, Action::Up | Action::Top) {
        return older(model, now);
    }
    state.list.choose(to, state.rows.get(to).map(|m| m.id));
    state.follow = to == 0 && matches!(action, Action::Top);
    state.body.0 = 0;
    Vec::new()
}

fn older(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    let state = &model.screens.messages;
    match state.paging {
        Paging::Asked(_) => return Vec::new(),
        Paging::Beginning => {
            model.say("that is the beginning of the history", now);
            return Vec::new();
        }
        Paging::More => {}
    }
    let first = state.older.first();
    let first = first.or_else(|| model.facts.shown().messages.front());
    let Some(before) = first.map(|m| m.id) else {
        return Vec::new();
    };
    let (id, effect) = model.ask(Command::OlderMessages {
        before,
        limit: PAGE,
    });
    model.screens.messages.paging = Paging::Asked(id);
    model.say("reading older messages…", now);
    vec![effect]
}
