//! Real processes on a real file: two that press the same key at once, and one that dies between any two steps of a commit.
//!
//! `cargo nextest run --test races`; ten thousand races: `RACES=10000 cargo test --test races of_two_processes_that -- --nocapture`
#![allow(
    clippy::allow_attributes,
    dead_code,
    reason = "the fixtures of the conformance suite are used in part"
)]

#[cfg(test)]
#[path = "../conformance/acting.rs"]
mod acting;
#[cfg(test)]
mod child;
#[cfg(test)]
#[path = "../conformance/fixture.rs"]
mod fixture;
#[cfg(test)]
#[path = "../conformance/writer.rs"]
mod writer;

#[cfg(test)]
mod tests {
    use crate::{
        acting::{busy, commit, decide, holds, messages, picture, reassign, size},
        child::{Child, ROLE, play},
        fixture::{Bridge, File, Journal, Scripts, at},
        writer::Acting,
    };
    use std::collections::BTreeMap;
    use swarmwarden::{
        domain::{MarkKind, Side, TaskState},
        store::{Commit, SqliteStore, Store},
    };

    /// What a child process runs; nothing when nobody asked for it.
    #[test]
    fn child() {
        if let Ok(role) = std::env::var(ROLE) {
            play(&role);
        }
    }

    /// How many races a run of all tests is worth.
    const FEW: u32 = 300;

    #[test]
    fn of_two_processes_that_move_a_task_at_once_one_does() {
        let races = std::env::var("RACES").ok().and_then(|n| n.parse().ok());
        race::<Bridge>(races.unwrap_or(FEW));
    }

    #[test]
    fn of_two_processes_on_a_rollback_journal_one_does() {
        race::<Journal>(FEW / 6);
    }

    #[expect(
        clippy::print_stdout,
        reason = "whoever runs ten thousand races wants to know"
    )]
    fn race<F: File + Acting>(races: u32) {
        let bridge = F::new();
        busy(&bridge);
        let mut rivals = ["conv_2", "conv_3"].map(|to| (to, Child::start("race", &bridge.path())));
        let mut won = BTreeMap::<&str, u32>::new();
        for n in 0..races {
            let task = format!("t-{n}");
            let text = format!(r#"{{"type":"task_assignment","task_id":"{task}"}}"#);
            bridge.message("conv_1", Side::A, &text, at(2));
            for (to, rival) in &mut rivals {
                rival.tell(&format!("look {task} {to} op-{n}-{to}"));
            }
            for (_, rival) in &mut rivals {
                assert_eq!(rival.hear(), "ready");
            }
            for (_, rival) in &mut rivals {
                rival.tell("go");
            }
            let said = rivals.each_mut().map(|(to, rival)| (*to, rival.hear()));
            let winners: Vec<_> = said.iter().filter(|(_, s)| s == "written").collect();
            assert_eq!(winners.len(), 1, "race {n}: {said:?}");
            assert!(said.iter().any(|(_, s)| s == "clash moved"), "{said:?}");
            let first = winners[0].0;
            *won.entry(first).or_default() += 1;
            // The winner's worker is free again for the next race; the loser's never heard of it.
            bridge.message(first, Side::B, &format!("[#{task}/g2]"), at(3));
            let done = format!(
                r#"{{"type":"status_update","task_id":"{task}","generation":2,"status":"completed"}}"#
            );
            bridge.message(first, Side::B, &done, at(4));
        }
        for (_, rival) in rivals {
            rival.end();
        }
        println!("{races} races on {}: {won:?}", bridge.path().display());
        settled(&mut *bridge.store(), races);
    }

    /// Every task was moved once and is done; nothing was written by whoever lost.
    fn settled(store: &mut dyn Store, races: u32) {
        let mut owners = BTreeMap::<String, u32>::new();
        for mark in messages(store).iter().filter_map(|m| m.mark.as_deref()) {
            if mark.kind == MarkKind::Assign {
                let task = mark.task.as_ref().unwrap().raw().to_owned();
                *owners.entry(task).or_default() += 1;
            }
        }
        assert_eq!(owners.len(), races as usize);
        assert!(owners.values().all(|n| *n == 1), "two owners: {owners:?}");
        let snapshot = picture(store);
        assert_eq!(snapshot.task_counts.done, u64::from(races));
        assert_eq!(snapshot.task_counts.total, u64::from(races) + 1);
        assert_eq!(store.records(0, usize::MAX).unwrap().len(), races as usize);
        assert!(holds(store));
    }

    fn crashes<F: File + Acting>() {
        let mut steps = Vec::new();
        for k in 1.. {
            let bridge = F::new();
            busy(&bridge);
            let mut store = bridge.writer();
            let before = size(&mut *store);
            let write = decide(&mut *store, ("op-1", "ana"), reassign("t", "conv_2"));
            drop(store);
            let mut victim = Child::start(&format!("crash {k}"), &bridge.path());
            victim.tell("look t conv_2 op-1");
            assert_eq!(victim.hear(), "ready");
            victim.tell("go");
            let step = victim.hear();
            if !step.starts_with("die") {
                assert_eq!(step, "written");
                break;
            }
            victim.dead();
            let mut store = SqliteStore::open_for_writing(bridge.path()).unwrap();
            let after = size(&mut store);
            let all = (before.0 + write.rows.len(), before.1 + 1);
            let done = step == "die committed";
            assert_eq!(after, if done { all } else { before }, "{step}");
            assert!(holds(&mut store), "{step}");
            let again = commit(&mut store, &write);
            assert_eq!(
                matches!(again, Commit::Already(_)),
                done,
                "{step}: {again:?}"
            );
            assert!(matches!(commit(&mut store, &write), Commit::Already(_)));
            assert_eq!(size(&mut store), all, "{step}");
            let task = picture(&mut store).tasks[0].clone();
            assert_eq!((task.generation, task.state), (2, TaskState::Sent));
            assert!(holds(&mut store), "{step}");
            steps.push(step);
        }
        assert_eq!(steps.len(), 8, "{steps:?}");
    }

    #[test]
    fn who_dies_between_two_steps_wrote_all_or_nothing() {
        crashes::<Bridge>();
    }

    #[test]
    fn who_dies_on_a_rollback_journal_wrote_all_or_nothing() {
        crashes::<Journal>();
    }

    #[test]
    fn who_dies_on_the_scripts_schema_wrote_all_or_nothing() {
        crashes::<Scripts>();
    }
}
