//! What holds a rotation up, and what must not.

use super::*;

/// A worker whose second conversation is in use; its first one is empty but for what it said when it came.
fn over_to_the_second() -> (Swarm, ConversationId, ConversationId) {
    let swarm = Swarm::new();
    let first = swarm.opened(0);
    swarm.syncs(1);
    swarm.carry_out(&swarm.plan(2), 2);
    swarm.carry_out(&swarm.plan(150), 150);
    swarm.syncs(151);
    let second = swarm.newest();
    (swarm, first, second)
}

fn renews(steps: &[Step]) -> bool {
    matches!(steps.last(), Some(Step::Renew { worker: 3, .. }))
}

#[test]
fn what_cannot_be_written_again_is_pointed_to() {
    let (swarm, first, second) = over_to_the_second();
    let long = "long ".repeat(50_000);
    let id = swarm.store.send(&first, Side::A, &long, at(151));
    swarm.store.send(&first, Side::A, "", at(151));
    swarm.store.send(&first, Side::A, "short", at(151));
    swarm.reads(&first, 152);
    for _ in 0..2 {
        let steps = swarm.plan(152);
        swarm.carry_out(&steps[..steps.len() - 1], 152);
    }
    let carried = swarm.unread(&second);
    assert_eq!(carried.len(), 3, "each once: {carried:?}");
    for part in [first.raw(), &format!("message {id} "), "250000 bytes"] {
        assert!(carried[0].contains(part), "{carried:?}");
    }
    assert_eq!(carried[2], "short");
    let said = swarm.carry_out(&swarm.plan(153), 153);
    assert_eq!(said, [format!("{first}: over")]);
}

#[test]
fn a_worker_is_renewed_whatever_stays_behind() {
    let (swarm, first, second) = over_to_the_second();
    swarm.accepts(&first, "long", 152);
    swarm.carry_out(&swarm.plan(152), 152);
    assert_eq!(
        swarm.plan(200).len(),
        4 - 1,
        "it is moved, and the old one ends"
    );
    let steps = swarm.plan(300);
    assert!(renews(&steps), "the second is due: {steps:?}");
    assert!(renews(&swarm.plan(400)), "or over");
    let roster = swarm.issuer.home.roster().unwrap();
    let off = plan(&roster, &swarm.picture(400), Rotate::Off, at(400));
    assert!(!renews(&off), "unless it is not asked for");
    // Nobody came to the third: there is a fourth when it ends.
    swarm.carry_out(&steps, 300);
    assert_ne!(swarm.newest(), second);
    assert!(!renews(&swarm.plan(301)) && renews(&swarm.plan(450)));
}

#[test]
fn an_old_conversation_stays_until_its_last_words_are_read() {
    let (swarm, first, _) = over_to_the_second();
    swarm
        .store
        .send(&first, Side::B, "the key is in the safe", at(151));
    let said = swarm.carry_out(&swarm.plan(153), 153);
    let waits = format!("{first}: ends when the orchestrator has read 2 messages in it");
    assert_eq!(said.last(), Some(&waits));
    assert_eq!(swarm.expiry(&first), Some(at(180)));
    swarm.reads(&first, 154);
    let said = swarm.carry_out(&swarm.plan(155), 155);
    assert_eq!(said.last(), Some(&format!("{first}: over")));
    assert_eq!(swarm.expiry(&first), Some(at(155)));
}

#[test]
fn what_nobody_reads_holds_nothing_up_once_it_expired() {
    let (swarm, first, _) = over_to_the_second();
    swarm.carry_out(&swarm.plan(153), 153);
    let said = swarm.carry_out(&swarm.plan(180), 180);
    assert_eq!(said.last(), Some(&format!("{first}: over")));
}

/// Worker 4 as well, with two conversations.
fn second_worker(swarm: &Swarm) -> [ConversationId; 2] {
    swarm.world.joins(4);
    swarm.world.accepts(4);
    [0, 150].map(|minutes| {
        let mut store = swarm.store.clone();
        let (who, by) = ((4, "worker-4-docs"), (true, "test"));
        let opened = swarm.issuer.open(&mut store, who, by, at(minutes));
        let Opening::New(issued) = opened.unwrap() else {
            panic!("not new")
        };
        issued.id()
    })
}

#[test]
fn what_one_worker_keeps_back_keeps_back_no_other() {
    let (swarm, first, second) = over_to_the_second();
    let [old, new] = second_worker(&swarm);
    swarm.give(&first, "late", 151);
    // The third of them is too many for one worker.
    swarm.give(&second, "a", 151);
    swarm.give(&second, "b", 151);
    let since = at(0);
    let steps = [
        Step::Move {
            task: "late".into(),
            from: first.clone(),
            to: second.clone(),
        },
        Step::Forward {
            from: first,
            to: second,
            since,
        },
        Step::Forward {
            from: old.clone(),
            to: new,
            since,
        },
        Step::Retire {
            id: old.clone(),
            over: false,
        },
    ];
    let said = swarm.carry_out(&steps, 153);
    assert!(said[0].contains("late cannot go on"), "{said:?}");
    assert!(said.contains(&format!("{old}: over")), "{said:?}");
}

#[test]
fn a_task_that_went_elsewhere_meanwhile_is_left_there() {
    let (swarm, first, second) = over_to_the_second();
    let [_, new] = second_worker(&swarm);
    swarm.give(&first, "late", 151);
    let steps = [Step::Move {
        task: "late".into(),
        from: first,
        to: second,
    }];
    swarm.give(&new, "late", 152);
    assert_eq!(swarm.carry_out(&steps, 153), ["credentials sent"]);
    assert_eq!(swarm.owner("late", 153), Some(new));
}
