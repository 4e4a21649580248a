use super::assess;
use crate::domain::{
    Changes, ConversationRow, Cursor, MessageId, MessageRow, Problem, Severity, Side, Snapshot,
    Source, Span, Stamp, State, StatusRow, Subject, Timestamp, Worker,
    health::Detector,
    swarm::{Seen, Swarm},
};
use std::sync::Arc;

const NOW: Timestamp = Timestamp(1_763_050_080_000_000);

fn ago(s: i64) -> Timestamp {
    NOW.plus(Span::seconds(-s))
}

/// Workers 1 to `n`, who beat so many seconds ago; `T-1` with worker-1.
fn swarm(n: i64, beat: i64) -> Snapshot {
    let mut swarm = Swarm::new(Detector::FIXED, None);
    let name = |n: i64| format!("c{n}");
    let conversation = |n: i64| ConversationRow {
        id: name(n).as_str().into(),
        role_a: "boss".into(),
        role_b: format!("worker-{n}-tests").as_str().into(),
        created: Stamp::At(ago(3_600)),
        expires: Stamp::At(ago(-7_200)),
    };
    let status = |n: i64| StatusRow {
        conversation: name(n).as_str().into(),
        side: Side::B,
        status: "working".into(),
        heartbeat: Stamp::At(ago(if n == 1 { beat } else { 5 })),
    };
    let assign = MessageRow {
        id: MessageId(1),
        conversation: "c1".into(),
        from: Side::A,
        to: Side::B,
        text: r#"{"type":"task_assignment","task_id":"T-1","description":"d"}"#.into(),
        action: None,
        mark: None,
        at: Stamp::At(ago(1_200)),
        read: true,
    };
    swarm.apply(
        Changes {
            conversations: Some((1..=n).map(conversation).collect()),
            statuses: Some((1..=n).map(status).collect()),
            messages: vec![assign],
            cursor: Cursor {
                message: 1,
                ..Cursor::default()
            },
            ..Changes::default()
        },
        Seen::Recorded,
    );
    let source = Source {
        read_at: Some(NOW),
        ..Source::default()
    };
    swarm.picture(NOW, source, None)
}

fn find(problems: &[Problem], kind: &str) -> Option<(Severity, String)> {
    let found = problems.iter().find(|p| p.kind == kind)?;
    Some((found.severity, found.sentence.clone()))
}

fn change(s: &mut Snapshot, at: usize, edit: impl FnOnce(&mut Worker)) {
    edit(Arc::make_mut(&mut s.workers[at]));
}

#[test]
fn lost_work_that_nobody_can_take_is_critical_after_a_minute() {
    let capacity = |s: &Snapshot| find(&s.problems, "no-capacity");
    assert_eq!(capacity(&swarm(1, 350)), None, "silent for 50 s");
    let alone = swarm(1, 900);
    assert_eq!(alone.workers[0].verdict.state, State::Silent);
    let (severity, sentence) = capacity(&alone).unwrap();
    assert_eq!(severity, Severity::Critical);
    assert!(
        sentence.contains("T-1") && sentence.contains("worker-1-tests"),
        "{sentence}"
    );
    assert_eq!(capacity(&swarm(2, 900)), None, "worker-2 is free");
    let mut held = alone.clone();
    Arc::make_mut(&mut held.tasks[0]).held = true;
    assert_eq!(find(&assess(&held, NOW), "no-capacity"), None);
    let mut needs = swarm(2, 900);
    Arc::make_mut(&mut needs.tasks[0]).needs = vec!["deploy".to_owned()];
    let (_, sentence) = find(&assess(&needs, NOW), "no-capacity").unwrap();
    assert!(sentence.ends_with("it needs deploy"), "{sentence}");
}

#[test]
fn a_clock_that_is_off_says_how_much() {
    let skewed = |seconds: i64, beats: i64| {
        let mut s = swarm(2, 5);
        change(&mut s, 1, |w| {
            w.skew = Some(Span::seconds(seconds));
            w.beats = Arc::new((0..beats).map(ago).collect());
        });
        find(&assess(&s, NOW), "clock-skew")
    };
    assert_eq!(skewed(9, 5), None, "a few rows may have been seen late");
    let (severity, sentence) = skewed(9, 20).unwrap();
    assert_eq!(
        (severity, &*sentence),
        (Severity::Notice, "its clock is 9s behind ours")
    );
    let (severity, sentence) = skewed(-40, 3).unwrap();
    assert_eq!(
        (severity, &*sentence),
        (Severity::Warning, "its clock is 40s ahead of ours")
    );
    let (_, sentence) = skewed(-3_600, 3).unwrap();
    assert!(
        sentence.ends_with(": it writes local time, not UTC"),
        "{sentence}"
    );
}

#[test]
fn a_bridge_that_is_away_is_told_however_it_was_found_out() {
    let mut s = swarm(2, 5);
    let tick = |at| crate::domain::health::Tick {
        at,
        ..Default::default()
    };
    s.observer.tick(tick(ago(300)));
    s.source.error = Some("locked".into());
    assert_eq!(
        find(&assess(&s, NOW), "bridge-down"),
        None,
        "tried again first"
    );
    s.observer.failed(ago(20));
    s.observer.failed(NOW);
    let (severity, sentence) = find(&assess(&s, NOW), "bridge-down").unwrap();
    assert_eq!((severity, &*sentence), (Severity::Unknown, "locked"));
    s.source.error = None;
    let (_, sentence) = find(&assess(&s, NOW), "bridge-down").unwrap();
    assert!(sentence.starts_with("no row of any kind"), "{sentence}");
    assert_eq!(find(&assess(&s, NOW), "observer-degraded"), None);
    s.observer.poor = 3;
    assert_eq!(
        find(&assess(&s, NOW), "observer-degraded"),
        None,
        "one matter"
    );
    s.observer.recovered();
    let (severity, sentence) = find(&assess(&s, NOW), "observer-degraded").unwrap();
    assert!(
        severity == Severity::Notice && sentence.contains("3 of 4"),
        "{sentence}"
    );
}

#[test]
fn what_was_over_before_we_came_is_one_matter() {
    let mut s = swarm(6, 5);
    for at in 1..5 {
        change(&mut s, at, |w| {
            w.verdict.state = State::Silent;
            w.verdict.since = ago(2_000);
        });
    }
    let kinds = |s: &Snapshot| {
        let all = assess(s, NOW);
        let of = |kind: &str| all.iter().filter(|p| p.kind == kind).count();
        (of("silent"), of("stale-at-start"))
    };
    assert_eq!(kinds(&s), (4, 0), "one look has no start");
    s.observer.started = Some(ago(100));
    assert_eq!(kinds(&s), (0, 1));
    let problems = assess(&s, NOW);
    let (severity, sentence) = find(&problems, "stale-at-start").unwrap();
    assert_eq!(severity, Severity::Warning);
    assert!(
        sentence.starts_with("worker-2-tests and 3 more"),
        "{sentence}"
    );
    assert!(problems.iter().any(|p| p.subject == Subject::Source));
    change(&mut s, 1, |w| w.witnessed = true);
    change(&mut s, 2, |w| w.tasks = vec!["T-9".into()]);
    change(&mut s, 3, |w| w.verdict.since = ago(200));
    assert_eq!(
        kinds(&s),
        (3, 1),
        "heard of since, lost work, fell silent under our eyes"
    );
}
