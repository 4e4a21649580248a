use super::{Change, Part, Raised, instant, overlap};
use crate::{
    domain::{ConversationId, Problem, Severity, Subject, WorkerId},
    record::Section,
};
use std::collections::HashMap;

/// A worker is silent at `at`, after a last sign of life at `sign`.
fn begins(at: i64, sign: i64) -> Change {
    let problem = Problem {
        key: "silent/c1".into(),
        severity: Severity::Critical,
        subject: Subject::Worker(ConversationId::from("c1"), WorkerId::from("worker-1")),
        kind: "silent",
        sentence: String::new(),
        since: instant(sign),
    };
    Change {
        key: problem.key.clone(),
        at: instant(at),
        severity: Some(problem.severity),
        what: "".into(),
        problem: Some(problem),
        back: false,
    }
}

fn ends(at: i64) -> Change {
    Change {
        severity: None,
        problem: None,
        back: true,
        ..begins(at, at)
    }
}

fn false_alarm(deeds: &[i64]) -> bool {
    let mut part = Part::default();
    part.deeds.insert("c1".into(), deeds.to_vec());
    part.note(begins(1_000, 900));
    part.note(ends(2_000));
    part.raised[0].false_alarm
}

#[test]
fn only_what_was_done_while_it_lasted_ends_an_alarm() {
    assert!(false_alarm(&[]));
    assert!(false_alarm(&[999, 2_001]), "before it, and later");
    assert!(!false_alarm(&[500, 1_500, 9_000]));
    assert!(!false_alarm(&[2_000]));
}

fn joined(times: &[(Section, Vec<Change>)]) -> Vec<Raised> {
    let (mut all, mut standing) = (Vec::new(), HashMap::new());
    for (section, changes) in times {
        let mut part = Part::default();
        changes.iter().cloned().for_each(|change| part.note(change));
        standing = part.join(*section, &mut all, &standing);
    }
    all
}

#[test]
fn a_trouble_that_outlasts_a_restart_is_one() {
    let first = Section {
        from: 0,
        until: 5_000,
    };
    let second = Section {
        from: 6_000,
        until: 9_000,
    };
    let all = joined(&[
        (first, vec![begins(1_000, 900)]),
        (second, vec![begins(6_000, 900), ends(7_000)]),
    ]);
    assert_eq!(all.len(), 1);
    assert_eq!(
        (all[0].from, all[0].until),
        (instant(1_000), Some(instant(7_000)))
    );
    // Nobody saw it begin.
    assert!(joined(&[(second, vec![begins(6_000, 900), ends(7_000)])]).is_empty());
    // It came back in between, and fell silent again.
    let again = vec![begins(6_000, 900), ends(7_000), begins(8_000, 7_500)];
    assert_eq!(
        joined(&[(first, vec![begins(1_000, 900)]), (second, again)]).len(),
        2
    );
}

#[test]
fn the_same_silence_is_met_by_its_last_sign_of_life() {
    let section = Section {
        from: 0,
        until: 9_000,
    };
    let early = joined(&[(section, vec![begins(1_000, 900), ends(1_500)])]);
    let late = joined(&[(section, vec![begins(2_000, 900), ends(3_000)])]);
    let other = joined(&[(section, vec![begins(2_000, 1_600), ends(3_000)])]);
    assert!(overlap(&early[0], &late[0]));
    assert!(!overlap(&early[0], &other[0]));
}
