//! Every interleaving of one task, two workers that crash and come back, and two operators with old pictures, one of whom does not
//! hear that the action was written: breadth first, over the real ledger, the real proposals and the real guard.

use super::world::{FULL, Mark, Place, Rules, World};
use crate::domain::{Task, TaskState, act::Check};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};

#[derive(Debug, Default)]
struct Found {
    states: usize,
    transitions: usize,
    /// Laws that were broken, and how often.
    broken: BTreeMap<&'static str, usize>,
    /// States from which no end and no queue is reached without an operator (L5).
    lost: usize,
    late: usize,
}

fn broken(before: &Task, after: &Task, world: &World) -> Option<&'static str> {
    let over = |t: &Task| matches!(t.state, TaskState::Done | TaskState::Dead);
    if world.accepted > 1 {
        Some("L1 two completions")
    } else if after.generation < before.generation || after.generation > before.generation + 1 {
        Some("L3 a generation fell or jumped")
    } else if over(before) && after.state != before.state {
        Some("L4 what was over is not")
    } else if after.attempts > Task::MAX_ATTEMPTS {
        Some("L6 too many attempts")
    } else {
        None
    }
}

fn explore(rules: Rules) -> Found {
    let place = Place::new(rules);
    let mut found = Found::default();
    let mut known: HashMap<Mark, usize> = HashMap::new();
    let mut back: Vec<Vec<usize>> = vec![Vec::new()];
    let mut safe = Vec::new();
    let start = place.start();
    known.insert(start.mark(), 0);
    let mut queue = VecDeque::from([(0, start)]);
    while let Some((at, world)) = queue.pop_front() {
        let task: Arc<Task> = world.task();
        found.late += usize::from(!task.late.is_empty());
        if !task.state.is_open() || task.state == TaskState::Queued {
            safe.push(at);
        }
        for next in place.nexts(&world) {
            found.transitions += 1;
            let law = next
                .breaks
                .or(broken(&task, &next.world.task(), &next.world));
            if let Some(law) = law {
                *found.broken.entry(law).or_default() += 1;
            }
            let fresh = known.len();
            let to = *known.entry(next.world.mark()).or_insert(fresh);
            if to == fresh {
                back.push(Vec::new());
                queue.push_back((to, next.world));
            }
            if !next.operator {
                back[to].push(at);
            }
        }
    }
    found.states = known.len();
    found.lost = found.states - reached(safe, &back);
    found
}

/// How many states lead to one of `safe`.
fn reached(mut safe: Vec<usize>, back: &[Vec<usize>]) -> usize {
    let mut seen = vec![false; back.len()];
    for at in &safe {
        seen[*at] = true;
    }
    while let Some(at) = safe.pop() {
        for from in &back[at] {
            if !std::mem::replace(&mut seen[*from], true) {
                safe.push(*from);
            }
        }
    }
    seen.iter().filter(|s| **s).count()
}

#[test]
fn no_interleaving_breaks_a_law_or_loses_the_task() {
    let found = explore(FULL);
    assert_eq!(
        (&found.broken, found.lost),
        (&BTreeMap::new(), 0),
        "{found:?}"
    );
    assert!(found.states > 10_000 && found.late > 1_000, "{found:?}");
}

const SMALL: Rules = Rules {
    budget: [1, 1, 1, 1],
    ..FULL
};

#[test]
fn without_the_comparison_an_unseen_generation_is_overwritten() {
    let found = explore(Rules {
        check: |_| Check::Clear,
        ..SMALL
    });
    assert!(
        found.broken.keys().any(|law| law.starts_with("L7")),
        "{found:?}"
    );
    assert!(
        found.broken.keys().any(|law| law.starts_with("L9")),
        "{found:?}"
    );
}

#[test]
fn without_the_token_a_completion_of_another_owner_is_accepted() {
    let found = explore(Rules {
        token: |w, g, task| {
            let owner = task.owner().map(|h| h.conversation.raw() == "c2");
            owner.map_or((w, g), |second| (usize::from(second), task.generation))
        },
        ..SMALL
    });
    assert!(
        found.broken.keys().any(|law| law.starts_with("L2")),
        "{found:?}"
    );
}

#[test]
fn without_redelivery_a_crash_after_the_fetch_loses_the_task() {
    let found = explore(Rules {
        redelivery: false,
        ..SMALL
    });
    assert!(found.lost > 0 && found.broken.is_empty(), "{found:?}");
}
