//! Random histories, folded in every way.

use super::super::Ledger;
use super::laws::{Event, Maker, apply, walk};
use crate::domain::{Task, TaskId, act::Seen};
use std::sync::Arc;

/// Steps of one history.
const STEPS: usize = 250;

fn tell(ledger: &Ledger) -> String {
    let outcomes = (0..4).map(|n| ledger.outcomes(&format!("w{n}").as_str().into()));
    format!(
        "{:?} {:?} {} {:?}",
        ledger.listing(),
        ledger.counts(),
        ledger.unknown_reports(),
        outcomes.collect::<Vec<_>>()
    )
}

/// 8 × 140,000 steps in all; each test is a process of its own.
fn histories(from: u64) {
    for seed in 0..560 {
        let (ledger, events) = walk(from * 10_000 + seed, STEPS);
        if seed % 8 == 0 {
            folded_otherwise(&ledger, &events, seed);
        }
    }
}

/// L8: replayed, with duplicates, split at any cursor: the same ledger.
fn folded_otherwise(ledger: &Ledger, events: &[Event], seed: u64) {
    let wanted = tell(ledger);
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut twice = Ledger::default();
    for (n, event) in events.iter().enumerate() {
        apply(&mut twice, event);
        for _ in 0..rng.usize(..3) {
            apply(&mut twice, &events[rng.usize(..=n)].clone().row_only());
        }
    }
    assert_eq!(tell(&twice), wanted);
    let cut = rng.usize(..events.len());
    let (early, late) = events.split_at(cut);
    let mut rest = Ledger::default();
    for event in early {
        apply(&mut rest, event);
    }
    let known = early.iter().map(|e| e.clone().row_only());
    for event in known.chain(late.iter().cloned()) {
        apply(&mut rest, &event);
    }
    assert_eq!(tell(&rest), wanted);
}

impl Event {
    /// A row stays; a delivery, which is no row, becomes one that was never written.
    fn row_only(self) -> Self {
        match self {
            Self::Delivered(_) => Self::Delivered(crate::domain::MessageId(-1)),
            row @ Self::Row(_) => row,
        }
    }
}

macro_rules! histories {
    ($($name:ident $from:literal)*) => {
        $(#[test]
        fn $name() {
            histories($from);
        })*
    };
}

histories! {
    histories_obey_the_laws_1 1
    histories_obey_the_laws_2 2
    histories_obey_the_laws_3 3
    histories_obey_the_laws_4 4
    histories_obey_the_laws_5 5
    histories_obey_the_laws_6 6
    histories_obey_the_laws_7 7
    histories_obey_the_laws_8 8
}

/// L7 rests on this: an excerpt and the rows since it tell whether a task moved exactly as the whole history does.
#[test]
fn an_excerpt_and_the_rest_see_what_the_whole_sees() {
    let seen = |ledger: &Ledger, id: &TaskId| {
        let task = ledger.task(id);
        task.map_or_else(|| Seen::none(id.clone()), |t| Seen::of(t))
    };
    for seed in 0..1_500 {
        let mut maker = Maker::new(seed, false);
        let mut whole = Ledger::default();
        for _ in 0..40 {
            let event = maker.next(&whole);
            apply(&mut whole, &event);
        }
        let all: Vec<Arc<Task>> = whole.listing();
        let mut part = Ledger::excerpt(&all, whole.last());
        for _ in 0..40 {
            let event = maker.next(&whole);
            apply(&mut whole, &event);
            apply(&mut part, &event);
            for task in &all {
                assert_eq!(seen(&part, &task.id), seen(&whole, &task.id), "{event:?}");
            }
        }
    }
}
