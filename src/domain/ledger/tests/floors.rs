use super::*;
use crate::domain::ledger::Floors;

fn floors(all: &[(&str, u32)]) -> Floors {
    all.iter().map(|(id, g)| (TaskId::from(*id), *g)).collect()
}

#[test]
fn a_generation_whose_row_is_gone_still_counts() {
    let mut s = Swarm::default();
    s.assign("w1", "t");
    s.ledger.raise(&floors(&[("t", 3)]));
    assert_eq!(s.task("t").generation, 3);
    s.tagged("w1", "t", 1);
    let task = s.task("t");
    assert_eq!((task.state, task.late.len()), (TaskState::Sent, 1));
    s.assign("w2", "t");
    assert_eq!(s.task("t").generation, 4);
    s.tagged("w2", "t", 4);
    assert_eq!(s.task("t").state, TaskState::Done);
}

#[test]
fn what_is_higher_already_stays() {
    let mut s = Swarm::default();
    s.assign("w1", "t");
    s.assign("w2", "t");
    let before = s.task("t");
    s.ledger.raise(&floors(&[("t", 1)]));
    assert_eq!(s.task("t"), before);
}

#[test]
fn a_name_whose_rows_are_all_gone_begins_above_its_floor() {
    let mut s = Swarm::default();
    s.ledger.raise(&floors(&[("t", 3)]));
    assert_eq!(s.ledger.counts().total, 0);
    s.assign("w1", "t");
    let task = s.task("t");
    let held = task.holder().map(|h| h.generation);
    assert_eq!((task.generation, held, task.attempts), (4, Some(4), 1));
    s.tagged("w1", "t", 3);
    assert_eq!(s.task("t").late.len(), 1, "a report of its former life");
    s.assign("w1", "other");
    assert_eq!(s.task("other").generation, 1);
}
