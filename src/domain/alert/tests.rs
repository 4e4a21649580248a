use super::*;
use crate::domain::{Problem, Span};

mod chance;
mod traps;

/// 2026-08-20T12:00:00Z.
const NOON: Timestamp = Timestamp(1_787_227_200_000_000);

fn at(seconds: i64) -> Timestamp {
    NOON.plus(Span::seconds(seconds))
}

fn problem(kind: &'static str, who: &str, severity: Severity) -> Problem {
    let subject = if who.is_empty() {
        Subject::Source
    } else {
        Subject::Worker(format!("conv_{who}").as_str().into(), who.into())
    };
    let key = if who.is_empty() {
        kind.to_owned()
    } else {
        format!("{kind}/conv_{who}")
    };
    Problem {
        key: key.into(),
        severity,
        subject,
        kind,
        sentence: format!("{kind} {who}"),
        since: NOON,
    }
}

fn silent(who: &str) -> Problem {
    problem("silent", who, Severity::Warning)
}

/// One step with these problems, `seconds` after noon.
fn step(book: &mut Alerts, problems: &[Problem], seconds: i64) -> Outcome {
    let conditions: Vec<Condition<'_>> = problems
        .iter()
        .map(|problem| Condition {
            problem,
            team: None,
            host: None,
        })
        .collect();
    book.step(&conditions, 0, at(seconds))
}

fn find<'a>(book: &'a Alerts, key: &str) -> Option<&'a Alert> {
    book.rows.get(key).map(|row| &*row.alert)
}

fn status(book: &Alerts, key: &str) -> Option<Status> {
    find(book, key).map(|a| a.status)
}

/// Steps every five seconds from `from` to `to`; gives all that was sent.
fn run(book: &mut Alerts, problems: &[Problem], from: i64, to: i64) -> Vec<Notification> {
    let mut sent = Vec::new();
    for seconds in (from..to).step_by(5) {
        sent.extend(step(book, problems, seconds).notifications);
    }
    sent
}

#[test]
fn a_condition_must_hold_and_then_fires_once() {
    let mut book = Alerts::default();
    let lag = [problem("inbox-lag", "w1", Severity::Warning)];
    let key = "inbox-lag/conv_w1";
    assert_eq!(step(&mut book, &lag, 0), Outcome::default());
    assert_eq!(status(&book, key), Some(Status::Pending));
    assert_eq!(book.due(), Some(at(60)));
    assert_eq!(step(&mut book, &lag, 59).edges, []);
    let fired = step(&mut book, &lag, 60);
    assert_eq!(fired.edges.len(), 1);
    assert_eq!(status(&book, key), Some(Status::Firing));
    assert_eq!(fired.notifications, [], "others may join for ten seconds");
    assert_eq!(book.due(), Some(at(70)));
    let sent = step(&mut book, &lag, 70).notifications;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].why, Why::Fired);
    assert_eq!(run(&mut book, &lag, 75, 4 * 3_600), []);
}

#[test]
fn a_pending_condition_that_clears_leaves_nothing() {
    let mut book = Alerts::default();
    let lag = [problem("inbox-lag", "w1", Severity::Warning)];
    run(&mut book, &lag, 0, 55);
    assert_eq!(run(&mut book, &[], 55, 1_000), []);
    assert_eq!(book.listing(), []);
    assert_eq!(book.due(), None);
}

#[test]
fn a_condition_must_be_gone_for_a_while_and_is_then_told_once() {
    let mut book = Alerts::default();
    let one = [silent("w1")];
    assert_eq!(run(&mut book, &one, 0, 400).len(), 1);
    assert_eq!(run(&mut book, &[], 400, 455), []);
    assert_eq!(status(&book, "silent/conv_w1"), Some(Status::Firing));
    assert_eq!(run(&mut book, &one, 455, 460), [], "it was never gone");
    let sent = run(&mut book, &[], 460, 1_000);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].why, Why::Resolved);
    assert_eq!(status(&book, "silent/conv_w1"), Some(Status::Resolved));
    step(&mut book, &[], 460 + 60 + 24 * 3_600);
    assert_eq!(book.listing(), []);
}

#[test]
fn a_row_counts_its_episodes() {
    let mut book = Alerts::default();
    let one = [silent("w1")];
    run(&mut book, &one, 0, 100);
    run(&mut book, &[], 100, 300);
    run(&mut book, &one, 300, 400);
    let alert = find(&book, "silent/conv_w1").unwrap();
    assert_eq!((alert.count, alert.first, alert.fired), (2, at(0), at(300)));
    assert_eq!(book.listing().len(), 1);
}

#[test]
fn an_acked_alert_is_quiet_until_it_gets_worse() {
    let mut book = Alerts::default();
    let warning = [problem("stalled", "w1", Severity::Warning)];
    assert_eq!(run(&mut book, &warning, 0, 400).len(), 1);
    book.ack("stalled/conv_w1", "ann", "on it", at(400))
        .unwrap();
    let edges = book.settle(at(400));
    assert_eq!(edges.len(), 1);
    assert_eq!(edges[0].0.status, Status::Acked);
    assert_eq!(run(&mut book, &warning, 405, 6 * 3_600), []);
    let critical = [problem("stalled", "w1", Severity::Critical)];
    let sent = run(&mut book, &critical, 6 * 3_600, 6 * 3_600 + 20);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].severity, Severity::Critical);
    assert_eq!(status(&book, "stalled/conv_w1"), Some(Status::Firing));
}

#[test]
fn an_acked_alert_resolves_without_a_word() {
    let mut book = Alerts::default();
    run(&mut book, &[silent("w1")], 0, 100);
    book.ack("silent/conv_w1", "ann", "", at(100)).unwrap();
    assert_eq!(run(&mut book, &[silent("w1")], 100, 200), []);
    assert_eq!(run(&mut book, &[], 200, 2_000), []);
    assert_eq!(status(&book, "silent/conv_w1"), Some(Status::Resolved));
    let again = run(&mut book, &[silent("w1")], 2_000, 2_100);
    assert_eq!(again.len(), 1, "the next episode is nobody's");
}

#[test]
fn a_silence_ends_and_what_it_hid_is_told() {
    let mut book = Alerts::default();
    let matcher = Matcher {
        kind: Some("silent".into()),
        ..Matcher::default()
    };
    let id = book.silence(matcher, at(1_000), "ann", "deploy", at(0));
    assert_eq!(id, Ok(1));
    assert_eq!(run(&mut book, &[silent("w1")], 0, 1_000), []);
    assert_eq!(status(&book, "silent/conv_w1"), Some(Status::Silenced));
    let sent = run(&mut book, &[silent("w1")], 1_000, 1_100);
    assert_eq!(sent.len(), 1);
    assert_eq!(status(&book, "silent/conv_w1"), Some(Status::Firing));
}

#[test]
fn a_silence_needs_something_to_match_and_an_end() {
    let mut book = Alerts::default();
    let nothing = book.silence(Matcher::default(), at(9), "ann", "", at(0));
    assert_eq!(nothing, Err(NoSuch::Empty));
    let past = book.silence(Matcher::one("k".into()), at(0), "ann", "", at(0));
    assert_eq!(past, Err(NoSuch::Empty));
    assert_eq!(book.unsilence(7, "ann", at(0)), Err(NoSuch::Silence(7)));
    let gone = book.ack("silent/x", "ann", "", at(0));
    assert_eq!(gone, Err(NoSuch::Alert("silent/x".to_owned())));
}

#[test]
fn silence_of_a_worker_explains_its_other_alerts() {
    let mut book = Alerts::default();
    let both = [silent("w1"), problem("stalled", "w1", Severity::Warning)];
    let other = problem("stalled", "w2", Severity::Warning);
    step(&mut book, &[both[0].clone(), both[1].clone(), other], 0);
    assert_eq!(status(&book, "stalled/conv_w1"), Some(Status::Inhibited));
    assert_eq!(status(&book, "stalled/conv_w2"), Some(Status::Firing));
    let why = find(&book, "stalled/conv_w1").unwrap().inhibited_by.clone();
    assert_eq!(why.as_deref(), Some("silent/conv_w1"));
}

#[test]
fn a_replaced_bridge_is_one_alert_that_ends_by_itself() {
    let mut book = Alerts::default();
    book.step(&[], 0, at(0));
    book.step(&[], 1, at(1));
    assert_eq!(status(&book, "bridge-replaced"), Some(Status::Firing));
    book.step(&[], 1, at(2));
    book.step(&[], 1, at(32));
    assert_eq!(status(&book, "bridge-replaced"), Some(Status::Resolved));
    let mut new = book.restarted();
    new.step(&[], 0, at(40));
    assert_eq!(status(&new, "bridge-replaced"), Some(Status::Resolved));
}

#[test]
fn the_listing_is_in_the_order_of_attention() {
    let mut book = Alerts::default();
    let all = [
        silent("w1"),
        problem("stalled", "w2", Severity::Critical),
        problem("stalled", "w3", Severity::Notice),
        problem("inbox-lag", "w4", Severity::Warning),
    ];
    step(&mut book, &all, 0);
    book.ack("stalled/conv_w2", "ann", "", at(1)).unwrap();
    book.settle(at(1));
    let keys: Vec<_> = book.listing().iter().map(|a| a.key.to_string()).collect();
    let order = [
        "silent/conv_w1",
        "stalled/conv_w3",
        "stalled/conv_w2",
        "inbox-lag/conv_w4",
    ];
    assert_eq!(keys, order);
}

#[test]
fn words_of_an_operator_are_made_safe() {
    let mut book = Alerts::default();
    step(&mut book, &[silent("w1")], 0);
    book.ack("silent/conv_w1", "a\x1b[2Jb", "x\ny", at(1))
        .unwrap();
    book.note("silent/conv_w1", "ann", "\x07bell", at(2))
        .unwrap();
    let alert = find(&book, "silent/conv_w1").unwrap();
    let all = format!("{alert:?}");
    assert!(!all.contains('\x1b') && !all.contains('\x07'), "{all}");
}
