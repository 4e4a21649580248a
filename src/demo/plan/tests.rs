use super::*;
use std::collections::HashMap;

const PRESENT: Timestamp = Timestamp(1_763_050_080_123_456);

fn spec(workers: usize, scenario: Scenario) -> Spec {
    Spec {
        workers,
        seed: 7,
        scenario,
    }
}

/// The operations of the past and of so many minutes more.
fn run(spec: Spec, minutes: i64) -> Vec<Operation> {
    let end = PRESENT.plus(Span::seconds(minutes * 60));
    Plan::new(spec, PRESENT)
        .take_while(|operation| operation.at <= end)
        .collect()
}

/// Index of each worker's conversation by its id, in order of the roles.
fn crew(operations: &[Operation]) -> HashMap<&str, &str> {
    (operations.iter())
        .filter_map(|operation| match &operation.act {
            Act::Create { role, .. } => Some((&*operation.conversation, &**role)),
            _ => None,
        })
        .collect()
}

/// Last beat of each role, as age at the first frame and status.
fn beats(operations: &[Operation]) -> HashMap<&str, (i64, &str)> {
    let crew = crew(operations);
    (operations.iter())
        .filter_map(|operation| match &operation.act {
            Act::Beat { status, .. } => {
                let age = PRESENT.since(operation.at).as_seconds();
                Some((crew[&*operation.conversation], (age, &**status)))
            }
            _ => None,
        })
        .collect()
}

/// Texts with the age of each, of one role.
fn texts<'a>(operations: &'a [Operation], wanted: &str) -> Vec<(i64, Side, &'a str)> {
    let crew = crew(operations);
    (operations.iter())
        .filter(|operation| crew[&*operation.conversation].starts_with(wanted))
        .filter_map(|operation| match &operation.act {
            Act::Send { from, body, .. } => {
                let age = PRESENT.since(operation.at).as_seconds();
                Some((age, *from, str::from_utf8(body).unwrap()))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn the_same_seed_is_the_same_swarm() {
    for scenario in Scenario::ALL {
        let one = run(spec(12, scenario), 5);
        assert_eq!(one, run(spec(12, scenario), 5));
        let other = Spec {
            seed: 8,
            ..spec(12, scenario)
        };
        assert_ne!(one, run(other, 5));
    }
}

#[test]
fn time_never_runs_backwards() {
    for scenario in Scenario::ALL {
        let operations = run(spec(104, scenario), 5);
        assert!(operations.is_sorted_by_key(|operation| operation.at));
        assert!(PRESENT.since(operations[0].at) <= PAST);
    }
}

#[test]
fn every_size_of_a_swarm_works() {
    for workers in [0, 1, 2, 5, 8, 9] {
        for scenario in Scenario::ALL {
            let operations = run(spec(workers, scenario), 20);
            assert_eq!(crew(&operations).len(), workers, "{workers} {scenario:?}");
        }
    }
}

#[test]
fn a_calm_swarm_is_well() {
    for workers in [12, 104] {
        let operations = run(spec(workers, Scenario::Calm), 0);
        let beats = beats(&operations);
        assert_eq!(beats.len(), workers);
        for (role, (age, status)) in beats {
            assert!(age <= 31, "{role} {age}");
            assert!(["working", "waiting"].contains(&status), "{role} {status}");
        }
    }
}

#[test]
fn somebody_is_silent_with_an_urgent_task() {
    let operations = run(spec(12, Scenario::Incident), 0);
    let (age, status) = beats(&operations)["worker-3-tests"];
    assert!((300..400).contains(&age), "{age}");
    assert_eq!(status, "working");
    let texts = texts(&operations, "worker-3-");
    let (age, from, last) = texts[texts.len() - 1];
    assert!(
        age > 300 && from == Side::B && last.contains(r#""progress":18"#),
        "{age} {last}"
    );
    let given = texts.iter().rev().find(|(_, from, _)| *from == Side::A);
    assert!(given.is_some_and(|(_, _, text)| text.contains(r#""priority":"P1""#)));
}

#[test]
fn somebody_beats_but_has_not_moved() {
    let operations = run(spec(12, Scenario::Incident), 0);
    assert!(beats(&operations)["worker-4-docs"].0 <= 31);
    let texts = texts(&operations, "worker-4-");
    let (age, from, last) = texts[texts.len() - 1];
    assert!(
        age > 900 && from == Side::B && last.contains("in_progress"),
        "{age} {last}"
    );
}

#[test]
fn somebody_is_suspect_somebody_waits_somebody_is_done() {
    let operations = run(spec(12, Scenario::Incident), 0);
    let beats = beats(&operations);
    let (age, _) = beats["worker-5-deploy"];
    assert!((60..200).contains(&age), "{age}");
    assert_eq!(beats["worker-7-wsl-cli"].1, "blocked");
    assert_eq!(
        texts(&operations, "worker-7-")
            .last()
            .map(|(_, from, _)| *from),
        Some(Side::B)
    );
    assert_eq!(beats["worker-8-codex"].1, "complete");
}

#[test]
fn a_task_moved_and_the_report_of_its_first_owner_was_late() {
    let operations = run(spec(12, Scenario::Incident), 0);
    let loser = texts(&operations, "worker-2-");
    let winner = texts(&operations, "worker-6-");
    let find = |texts: &[(i64, Side, &str)], parts: [&str; 2]| {
        (texts.iter())
            .find(|(_, _, text)| parts.iter().all(|part| text.contains(part)))
            .map_or_else(|| panic!("{parts:?}"), |(age, ..)| *age)
    };
    let moved = find(
        &winner,
        [
            "checkout-retry-budget-reassigned",
            r#""original_assignee":"worker-2-frontend""#,
        ],
    );
    let done = find(&winner, ["checkout-retry-budget-reassigned", "completed"]);
    let late = find(
        &loser,
        [r#""task_id":"checkout-retry-budget""#, "completed"],
    );
    assert!(moved > done && done > late, "{moved} {done} {late}");
}

#[test]
fn it_keeps_moving_after_the_first_frame() {
    let operations = run(spec(12, Scenario::Incident), 30);
    let live: Vec<_> = operations.iter().filter(|o| o.at > PRESENT).collect();
    let count = |part: &str| {
        (live.iter())
            .filter(|operation| match &operation.act {
                Act::Send { body, .. } => str::from_utf8(body).unwrap().contains(part),
                _ => false,
            })
            .count()
    };
    // A task every quarter of a minute, while somebody is free to take one.
    assert!(
        count("task_assignment") > 50,
        "{}",
        count("task_assignment")
    );
    assert!(count("completed") > 45, "{}", count("completed"));
    assert!(count("-reassigned") > 1, "{}", count("-reassigned"));
    let gap = live
        .windows(2)
        .map(|pair| pair[1].at.since(pair[0].at).as_seconds())
        .max();
    assert!(gap < Some(8), "{gap:?}");
}

#[test]
fn a_conversation_is_followed_before_it_expires() {
    let operations = run(spec(2, Scenario::Calm), 420);
    let mut last: HashMap<&str, Timestamp> = HashMap::new();
    for operation in &operations {
        if matches!(operation.act, Act::Create { .. }) {
            last.insert(&operation.conversation, operation.at);
        }
        let made = last[&*operation.conversation];
        assert!(operation.at.since(made) < Span::seconds(3 * 3600));
    }
    assert_eq!(last.len(), 6);
}

#[test]
fn a_hostile_swarm_says_everything_before_the_first_frame() {
    let operations = run(spec(12, Scenario::Hostile), 0);
    let sent: Vec<_> = (operations.iter())
        .filter_map(|operation| match &operation.act {
            Act::Send {
                body,
                metadata,
                stamp,
                ..
            } => Some((body, metadata, stamp)),
            _ => None,
        })
        .collect();
    assert_eq!(
        sent.iter()
            .filter(|(body, ..)| body.len() == 1 << 20)
            .count(),
        1
    );
    assert!(sent.iter().any(|(body, ..)| str::from_utf8(body).is_err()));
    assert!(sent.iter().any(|(_, metadata, _)| metadata.is_none()));
    assert!(
        sent.iter()
            .any(|(.., stamp)| stamp.as_deref() == Some("yesterday"))
    );
    for part in [
        "\x1b]52",
        "\0",
        "\u{202e}",
        "漢",
        "<script>",
        "AKIA",
        "$(reboot)",
    ] {
        assert!(
            (sent.iter()).any(|(body, ..)| String::from_utf8_lossy(body).contains(part)),
            "{part:?}"
        );
    }
}
