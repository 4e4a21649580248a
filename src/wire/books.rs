//! What one-shot commands write down about their writes.

use super::bridge::Bridge;
use std::sync::Arc;
use swarmwarden::{
    domain::{Mode, Refusal, TaskId, act::Order, ledger::Floors},
    settings::Settings,
    store::{Attempt, Books, End},
};

/// Where attempts are written down: beside the memory of a live bridge that may be written.
pub(super) fn of(settings: &Settings) -> Option<Books> {
    let may = settings.mode == Mode::Live && !settings.read_only;
    let state = settings.state.as_deref().filter(|_| may)?;
    Some(Books::new(state, Bridge::known(settings)?.place()))
}

/// Notes an order that no rows were made for.
pub(super) fn refused(settings: &Settings, order: &Order, refusal: &Refusal) {
    let Some(books) = of(settings) else { return };
    books.note(&Attempt {
        at: super::clock(settings).now(),
        actor: Arc::clone(&order.actor),
        op: Arc::clone(&order.op),
        action: order.deed.name(),
        headline: String::new(),
        task: order.deed.task().map(TaskId::to_string),
        worker: None,
        generations: Floors::new(),
        end: End::Refused(refusal.to_string()),
    });
}
