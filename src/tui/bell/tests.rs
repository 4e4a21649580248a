use super::*;
use crate::{
    domain::{
        Event, Problem, Subject,
        alert::{Alerts, Condition},
    },
    tui::{
        Msg, Options,
        fixture::{self, NOW},
    },
};
use std::collections::VecDeque;

const ALL: Channels = Channels {
    bell: true,
    osc9: true,
    osc777: true,
    title: true,
    tmux: false,
};

fn problem(severity: Severity) -> Problem {
    Problem {
        key: "silent/conv_x".into(),
        severity,
        subject: Subject::Worker("conv_x".into(), "evil\x1b]0;pwned\x07".into()),
        kind: "silent",
        sentence: "silent".to_owned(),
        since: NOW,
    }
}

/// What a book says of a problem once its group has waited.
fn told(severity: Severity) -> (Alerts, Arc<Notification>) {
    let problem = problem(severity);
    let condition = [Condition {
        problem: &problem,
        team: None,
        host: None,
    }];
    let mut book = Alerts::default();
    book.step(&condition, 0, NOW);
    let sent = book.step(&condition, 0, NOW.plus(Span::seconds(10)));
    let n = sent.notifications.into_iter().next().unwrap();
    (book, Arc::new(n))
}

/// A picture in which this was told as event `seq`.
fn picture(severity: Severity, seq: u64, mode: Mode) -> Arc<Snapshot> {
    let (book, n) = told(severity);
    let mut snapshot = fixture::swarm(3);
    snapshot.source.mode = mode;
    snapshot.alerts = book.listing();
    snapshot.events = Arc::new(VecDeque::from([Arc::new(Event {
        seq,
        at: NOW,
        what: Happening::Notified(n),
    })]));
    Arc::new(snapshot)
}

fn model(channels: Channels) -> Model {
    let options = Options {
        channels,
        ..Options::default()
    };
    let mut model = Model::new(&options, NOW);
    model.update(Msg::Snapshot(Arc::default()), NOW);
    model
}

fn rings(effects: &[Effect]) -> usize {
    effects
        .iter()
        .filter(|e| matches!(e, Effect::Ring(_)))
        .count()
}

#[test]
fn a_critical_alert_rings_once() {
    let mut model = model(ALL);
    let critical = picture(Severity::Critical, 1, Mode::Live);
    let first = model.update(Msg::Snapshot(Arc::clone(&critical)), NOW);
    assert_eq!(rings(&first), 1);
    let again = model.update(Msg::Snapshot(critical), NOW);
    assert_eq!(again, []);
    // Another of the same group within half a minute is quiet.
    let next = picture(Severity::Critical, 2, Mode::Live);
    assert_eq!(
        rings(&model.update(Msg::Snapshot(Arc::clone(&next)), NOW)),
        0
    );
    let later = NOW.plus(APART);
    let third = picture(Severity::Critical, 3, Mode::Live);
    assert_eq!(rings(&model.update(Msg::Snapshot(third), later)), 1);
}

#[test]
fn warnings_demos_and_the_past_ring_nothing() {
    for (severity, mode) in [
        (Severity::Warning, Mode::Live),
        (Severity::Critical, Mode::Demo),
        (Severity::Critical, Mode::Recorded(NOW)),
    ] {
        let mut model = model(ALL);
        let effects = model.update(Msg::Snapshot(picture(severity, 1, mode)), NOW);
        assert_eq!(rings(&effects), 0, "{mode:?}");
    }
}

#[test]
fn nothing_rings_while_somebody_looks() {
    use crossterm::event::Event::{FocusGained, FocusLost};
    let mut model = model(ALL);
    model.update(Msg::Input(FocusGained), NOW);
    let seen = model.update(
        Msg::Snapshot(picture(Severity::Critical, 1, Mode::Live)),
        NOW,
    );
    assert_eq!(rings(&seen), 0);
    model.update(Msg::Input(FocusLost), NOW);
    let later = NOW.plus(APART);
    let unseen = picture(Severity::Critical, 2, Mode::Live);
    assert_eq!(rings(&model.update(Msg::Snapshot(unseen), later)), 1);
}

#[test]
fn what_was_told_before_the_start_rings_nothing() {
    let options = Options {
        channels: ALL,
        ..Options::default()
    };
    let mut model = Model::new(&options, NOW);
    let old = picture(Severity::Critical, 7, Mode::Live);
    assert_eq!(model.update(Msg::Snapshot(old), NOW), []);
}

#[test]
fn the_title_is_the_counts_and_no_word_of_the_bridge() {
    let mut model = model(ALL);
    let critical = picture(Severity::Critical, 1, Mode::Live);
    let effects = model.update(Msg::Snapshot(critical), NOW);
    let title = effects.iter().find_map(|e| match e {
        Effect::Title(words) => Some(words.as_str()),
        _ => None,
    });
    assert_eq!(title, Some("✗1 !0 swarmwarden"));
    let all = format!("{effects:?}");
    assert!(!all.contains("evil") && !all.contains("pwned"), "{all}");
}

#[test]
fn channels_are_bytes() {
    assert_eq!(ring(Channels::default(), 2), "");
    let bell = Channels {
        bell: true,
        ..Channels::default()
    };
    assert_eq!(ring(bell, 1), "\x07");
    let plain = ring(ALL, 2);
    assert_eq!(
        plain,
        "\x07\x1b]9;swarmwarden: 2 critical alerts\x1b\\\x1b]777;notify;swarmwarden;2 critical alerts\x1b\\"
    );
    let tmux = ring(Channels { tmux: true, ..ALL }, 1);
    assert!(tmux.contains("\x1bPtmux;\x1b\x1b]9;"), "{tmux:?}");
}
