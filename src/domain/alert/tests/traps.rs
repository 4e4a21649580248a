//! What went wrong elsewhere.

use super::*;

#[test]
fn alarm_repeats_are_one_episode() {
    let mut book = Alerts::default();
    let mut sent = Vec::new();
    for n in 0..94 {
        sent.extend(step(&mut book, &[silent("w1")], n * 120).notifications);
    }
    assert_eq!(sent.len(), 1, "94 alarms are one event");
    assert_eq!(book.listing().len(), 1);
    assert_eq!(find(&book, "silent/conv_w1").unwrap().count, 1);
}

#[test]
fn an_unread_critical_alert_is_told_again_every_hour() {
    let mut book = Alerts::default();
    let critical = [problem("silent", "w1", Severity::Critical)];
    let sent = run(&mut book, &critical, 0, 3 * 3_600 + 60);
    let when: Vec<i64> = sent.iter().map(|n| n.at.since(NOON).as_seconds()).collect();
    assert_eq!(when, [10, 3_610, 7_210, 10_810]);
    assert!(sent.iter().skip(1).all(|n| n.why == Why::Repeat));
}

#[test]
fn a_warning_is_told_again_after_four_hours() {
    let mut book = Alerts::default();
    let sent = run(&mut book, &[silent("w1")], 0, 4 * 3_600 + 60);
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[1].at, at(4 * 3_600 + 10));
}

#[test]
fn workers_lost_with_one_bridge_outage_are_one_notification() {
    let mut book = Alerts::default();
    let mut problems = vec![problem("bridge-down", "", Severity::Unknown)];
    problems.extend((0..20).map(|n| silent(&format!("w{n}"))));
    let sent = run(&mut book, &problems, 0, 600);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].alerts.len(), 1);
    assert_eq!(&*sent[0].alerts[0].kind, "bridge-down");
    assert_eq!(sent[0].severity, Severity::Critical);
    let hidden = book.listing();
    let hidden = hidden.iter().filter(|a| a.status == Status::Inhibited);
    assert_eq!(hidden.count(), 20);
}

#[test]
fn workers_lost_together_are_one_notification() {
    let mut book = Alerts::default();
    let problems: Vec<Problem> = (0..7).map(|n| silent(&format!("w{n}"))).collect();
    let mut sent = Vec::new();
    for seconds in 0..60 {
        // One more is missed in every second.
        let n = usize::try_from(seconds).unwrap_or(0).min(7);
        sent.extend(step(&mut book, &problems[..n], seconds).notifications);
    }
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].alerts.len(), 7);
}

#[test]
fn a_storm_explains_the_silence_of_each() {
    let mut book = Alerts::default();
    let mut problems: Vec<Problem> = (0..9).map(|n| silent(&format!("w{n}"))).collect();
    problems.push(problem("storm", "", Severity::Warning));
    let sent = run(&mut book, &problems, 0, 600);
    assert_eq!(sent.len(), 1);
    assert_eq!(&*sent[0].alerts[0].kind, "storm");
    assert_eq!(sent[0].alerts[0].severity, Severity::Critical);
}

#[test]
fn an_alarm_that_comes_and_goes_is_one_notice() {
    let mut book = Alerts::default();
    let late = [problem("late-result", "w1", Severity::Warning)];
    let mut sent = Vec::new();
    for n in 0..40 {
        let now: &[Problem] = if n % 2 == 0 { &late } else { &[] };
        sent.extend(run(&mut book, now, n * 60, n * 60 + 60));
    }
    let alert = find(&book, "late-result/conv_w1").unwrap();
    assert!(alert.flapping);
    let flapping = "flapping/late-result/conv_w1";
    assert_eq!(status(&book, flapping), Some(Status::Firing));
    let edges = |n: &&Notification| n.group.starts_with("late-result");
    assert!(sent.iter().filter(edges).count() <= 3, "{sent:?}");
    let notices = sent.iter().filter(|n| n.group.starts_with("flapping"));
    assert_eq!(notices.count(), 1);
    run(&mut book, &[], 2_400, 2_400 + 3_600);
    assert!(!find(&book, "late-result/conv_w1").unwrap().flapping);
}

#[test]
fn nineteen_old_criticals_do_not_hide_the_new_one() {
    let mut book = Alerts::default();
    let old: Vec<Problem> = (0..19)
        .map(|n| problem("silent", &format!("w{n}"), Severity::Critical))
        .collect();
    run(&mut book, &old, 0, 400);
    for n in 0..19 {
        let key = format!("silent/conv_w{n}");
        book.ack(&key, "ann", "", at(400)).unwrap();
    }
    let mut all = old;
    all.push(problem("silent", "w99", Severity::Critical));
    let sent = run(&mut book, &all, 400, 500);
    assert_eq!(sent.len(), 1);
    let keys: Vec<&str> = sent[0].alerts.iter().map(|a| &*a.key).collect();
    assert_eq!(keys, ["silent/conv_w99"]);
    assert_eq!(&*book.listing()[0].key, "silent/conv_w99");
}

#[test]
fn a_clock_that_steps_back_changes_nothing() {
    let mut book = Alerts::default();
    run(&mut book, &[silent("w1")], 0, 100);
    let before = book.clone();
    assert_eq!(step(&mut book, &[silent("w1")], -3_600), Outcome::default());
    assert_eq!(book.listing(), before.listing());
}
