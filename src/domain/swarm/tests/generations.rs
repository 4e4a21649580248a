use super::*;
use crate::domain::{
    Refusal, TaskId,
    act::{Deed, NewTask, Order, Proposal, propose},
    ledger::Floors,
};
use std::sync::Arc;

fn floors(all: &[(&str, u32)]) -> Arc<Floors> {
    Arc::new(all.iter().map(|(id, g)| (TaskId::from(*id), *g)).collect())
}

fn assigned(swarm: &mut Swarm) {
    let text = r#"{"type":"task_assignment","task_id":"T-1","description":"d"}"#;
    swarm.apply(
        Changes {
            conversations: Some(vec![
                conversation("c1", "worker-1-tests"),
                conversation("c2", "worker-2-tests"),
            ]),
            ..Changes::default()
        },
        Seen::Recorded,
    );
    let hello = MessageRow {
        conversation: "c2".into(),
        ..message(2, Side::B, "hello", ago(5))
    };
    swarm.apply(
        messages(vec![message(1, Side::A, text, ago(60)), hello]),
        Seen::Recorded,
    );
}

fn wish(snapshot: &Snapshot, deed: Deed) -> Result<Proposal, Refusal> {
    let order = Order {
        op: "op".into(),
        actor: "ann".into(),
        cause: "operator",
        reason: String::new(),
        deed,
    };
    propose(snapshot, &order, NOW)
}

#[test]
fn the_next_move_is_above_what_the_cleanup_removed() {
    let mut swarm = swarm();
    assigned(&mut swarm);
    swarm.raise(&floors(&[("T-1", 3)]));
    assert!(swarm.risen().is_empty(), "nothing is news");
    let deed = Deed::Reassign {
        task: "T-1".into(),
        to: "c2".into(),
    };
    let picture = draw(&mut swarm, NOW);
    assert_eq!(picture.tasks[0].generation, 3);
    let proposal = wish(&picture, deed).unwrap();
    assert_eq!(proposal.write.rows[0].mark.generation, Some(4));
}

#[test]
fn a_name_that_was_taken_before_is_not_given_to_a_new_task() {
    let mut swarm = swarm();
    assigned(&mut swarm);
    swarm.raise(&floors(&[("T-9", 3)]));
    let picture = draw(&mut swarm, NOW);
    let assign = |name: &str| {
        let task = NewTask {
            id: name.into(),
            description: "d".to_owned(),
            priority: None,
            timeout: None,
            needs: Vec::new(),
            depends_on: Vec::new(),
        };
        let to = "c2".into();
        wish(&picture, Deed::Assign { task, to })
    };
    let refused = assign("T-9").unwrap_err();
    assert!(
        matches!(&refused, Refusal::Denied(why) if why.contains("T-9") && why.contains("generation 3")),
        "{refused}"
    );
    assert!(assign("T-10").is_ok());
}

#[test]
fn only_what_rose_is_written_down() {
    let mut swarm = swarm();
    assigned(&mut swarm);
    swarm.raise(&floors(&[]));
    assert_eq!(swarm.risen(), *floors(&[("T-1", 1)]));
    let report = message(3, Side::B, "T-1 half [#T-1/g1]", ago(1));
    swarm.apply(messages(vec![report]), Seen::Live(NOW));
    assert!(swarm.risen().is_empty(), "a report makes no generation");
    let moved = MessageRow {
        conversation: "c2".into(),
        ..message(
            4,
            Side::A,
            r#"{"type":"task_assignment","task_id":"T-1","description":"d"}"#,
            NOW,
        )
    };
    swarm.apply(messages(vec![moved]), Seen::Live(NOW));
    assert_eq!(swarm.risen(), *floors(&[("T-1", 2)]));
}

#[test]
fn a_bridge_that_is_opened_again_forgets_no_generation() {
    let mut old = swarm();
    assigned(&mut old);
    old.raise(&floors(&[("T-1", 7)]));
    let mut preview = Swarm::preview(Detector::FIXED);
    preview.inherit(old);
    let mut new = swarm();
    assigned(&mut new);
    new.inherit(preview);
    new.raise(&floors(&[]));
    assert_eq!(draw(&mut new, NOW).tasks[0].generation, 7);
}
