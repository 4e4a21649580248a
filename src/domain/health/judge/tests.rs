use super::{Facts, judge};
use crate::domain::health::{Detector, Habit, Limits, Sight, Taus};
use crate::domain::{Span, State, Timestamp};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp(1_763_050_080_000_000);

fn ago(s: i64) -> Timestamp {
    NOW.plus(Span::seconds(-s))
}

fn alive() -> Facts<'static> {
    Facts {
        created: Some(ago(3600)),
        expires: Some(NOW.plus(Span::seconds(3600))),
        heartbeat: Some(ago(20)),
        strong: Some((ago(40), "message")),
        ..Facts::default()
    }
}

fn state(f: Facts<'_>) -> State {
    judge(&f, &Limits::fixed(), NOW).state
}

#[test]
fn keep_alive_masks_death() {
    let f = Facts {
        strong: Some((ago(1200), "message")),
        open: 1,
        oldest_task: Some(ago(2000)),
        ..alive()
    };
    let verdict = judge(&f, &Limits::fixed(), NOW);
    assert_eq!((verdict.state, verdict.since), (State::Stalled, ago(1200)));
    assert!(
        verdict.reason.contains("beats, but did nothing"),
        "{}",
        verdict.reason
    );
}

#[test]
fn whoever_owes_nothing_is_never_stalled() {
    assert_eq!(
        state(Facts {
            strong: Some((ago(7200), "message")),
            ..alive()
        }),
        State::Idle
    );
}

#[test]
fn never_beat() {
    let f = Facts {
        created: Some(ago(30)),
        ..Facts::default()
    };
    assert_eq!(state(f), State::New);
    assert_eq!(
        state(Facts {
            created: Some(ago(121)),
            ..f
        }),
        State::Unknown
    );
    assert_eq!(state(Facts::default()), State::Unknown);
}

#[test]
fn boot_window_is_not_flagged() {
    assert_eq!(
        state(Facts {
            created: Some(ago(110)),
            ..Facts::default()
        }),
        State::New
    );
}

#[test]
fn the_thresholds_of_the_fixed_detector() {
    let quiet = Facts {
        strong: Some((ago(800), "message")),
        ..alive()
    };
    for (age, expected) in [
        (59, State::Idle),
        (60, State::Suspect),
        (299, State::Suspect),
        (300, State::Silent),
        (9999, State::Silent),
    ] {
        assert_eq!(
            state(Facts {
                heartbeat: Some(ago(age)),
                strong: None,
                ..quiet
            }),
            expected,
            "{age}"
        );
    }
}

#[test]
fn a_dead_daemon_is_not_a_dead_agent() {
    assert_eq!(
        state(Facts {
            heartbeat: Some(ago(900)),
            ..alive()
        }),
        State::NoHeartbeat
    );
    assert_eq!(
        state(Facts {
            heartbeat: Some(ago(310)),
            strong: Some((ago(100), "message")),
            ..alive()
        }),
        State::NoHeartbeat
    );
}

#[test]
fn polls_and_messages_are_enough_without_a_daemon() {
    let f = Facts {
        heartbeat: None,
        poll: Some(ago(10)),
        strong: None,
        ..alive()
    };
    assert_eq!(state(f), State::Idle);
    assert_eq!(
        state(Facts {
            poll: Some(ago(301)),
            ..f
        }),
        State::Silent
    );
    assert_eq!(
        state(Facts {
            poll: None,
            strong: Some((ago(301), "message")),
            ..f
        }),
        State::Silent
    );
    assert_eq!(
        state(Facts {
            poll: None,
            strong: Some((ago(299), "message")),
            ..f
        }),
        State::Idle
    );
}

#[test]
fn who_waits_for_an_answer_is_blocked_and_never_stalled() {
    let f = Facts {
        strong: Some((ago(2000), "message")),
        open: 1,
        oldest_task: Some(ago(3000)),
        ..alive()
    };
    assert_eq!(
        state(Facts {
            reported: Some("blocked"),
            ..f
        }),
        State::Blocked
    );
    assert_eq!(
        state(Facts {
            waiting: Some((ago(2000), "question")),
            ..f
        }),
        State::Blocked
    );
    assert_eq!(
        state(Facts {
            waiting: Some((ago(2000), "question")),
            heartbeat: Some(ago(2000)),
            ..f
        }),
        State::Silent
    );
}

#[test]
fn complete_finishes_until_the_agent_speaks_again() {
    let f = Facts {
        reported: Some("complete"),
        reported_since: Some(ago(30)),
        heartbeat: Some(ago(9000)),
        ..alive()
    };
    assert_eq!(state(f), State::Finished);
    assert_ne!(
        state(Facts {
            strong: Some((ago(10), "message")),
            ..f
        }),
        State::Finished
    );
    assert_ne!(state(Facts { open: 1, ..f }), State::Finished);
}

#[test]
fn expiry_outranks_everything_and_says_when_it_still_beats() {
    let verdict = judge(
        &Facts {
            expires: Some(ago(60)),
            ..alive()
        },
        &Limits::fixed(),
        NOW,
    );
    assert_eq!((verdict.state, verdict.since), (State::Expired, ago(60)));
    assert!(verdict.reason.contains("still beats"), "{}", verdict.reason);
}

#[test]
fn a_clock_that_runs_ahead_is_age_zero() {
    assert_eq!(
        state(Facts {
            heartbeat: Some(ago(-86_400)),
            ..alive()
        }),
        State::Idle
    );
}

#[test]
fn the_countdown_names_the_next_state() {
    let f = Facts {
        heartbeat: Some(ago(20)),
        strong: Some((ago(100), "message")),
        ..alive()
    };
    assert_eq!(
        judge(&f, &Limits::fixed(), NOW).next,
        Some((ago(20).plus(Span::seconds(60)), State::Suspect))
    );
}

fn facts() -> impl Strategy<Value = Facts<'static>> {
    let at = || proptest::option::of((-2000i64..5000).prop_map(ago));
    let reported = proptest::option::of(prop_oneof![
        Just("working"),
        Just("blocked"),
        Just("complete"),
        Just("waiting")
    ]);
    (
        (at(), at(), reported, at(), at()),
        (at(), at(), at(), at(), 0usize..3, at()),
    )
        .prop_map(
            |(
                (created, expires, reported, reported_since, heartbeat),
                (poll, strong, fetch, waiting, open, oldest),
            )| Facts {
                created,
                expires,
                reported,
                reported_since,
                heartbeat,
                poll,
                strong: strong.map(|at| (at, "message")),
                fetch,
                waiting: waiting.map(|at| (at, "question")),
                open,
                oldest_task: oldest.filter(|_| open > 0),
                oldest_unread: oldest,
            },
        )
}

/// How bad a state is; over is over.
fn rank(state: State) -> u8 {
    match state {
        State::Silent => 3,
        State::Stalled | State::NoHeartbeat | State::Unknown => 2,
        State::Suspect => 1,
        State::Expired => 9,
        _ => 0,
    }
}

fn limits() -> impl Strategy<Value = Limits> {
    let learned = |period: f64| {
        let mut habit = Habit::default();
        for _ in 0..25 {
            habit.rhythm.learn(period);
        }
        let sight = &mut Sight {
            taus: &mut Taus::default(),
            workers: 10,
            poor: 0,
            watched: true,
        };
        Detector::ADAPTIVE.limits(None, &habit, sight)
    };
    let mild = proptest::option::of((-100i64..100).prop_map(|s| NOW.plus(Span::seconds(s))));
    let basis = prop_oneof![Just(Limits::fixed()), (5.0..120.0f64).prop_map(learned)];
    (basis, mild).prop_map(|(basis, mild_until)| Limits {
        mild_until,
        ..basis
    })
}

proptest! {
    /// Between now and the announced turn the state stays; at the turn it is what was announced.
    #[test]
    fn the_announced_turn_is_the_next_one(f in facts(), step in 0i64..4000) {
        let d = Limits::fixed();
        let verdict = judge(&f, &d, NOW);
        let later = NOW.plus(Span::seconds(step));
        match verdict.next {
            Some((at, then)) if later >= at => prop_assert_eq!(judge(&f, &d, at).state, then),
            _ => prop_assert_eq!(judge(&f, &d, later).state, verdict.state),
        }
    }

    /// A beat now never makes a state worse.
    #[test]
    fn a_sign_of_life_never_worsens(f in facts()) {
        let before = judge(&f, &Limits::fixed(), NOW).state;
        let after = judge(&Facts { heartbeat: Some(NOW), ..f }, &Limits::fixed(), NOW).state;
        if !matches!(before, State::Finished | State::New | State::Unknown) {
            prop_assert!(after != State::Silent);
            prop_assert!(before == after || !matches!(after, State::Silent | State::NoHeartbeat | State::Suspect));
        }
    }

    #[test]
    fn expired_and_finished_are_never_silent(f in facts()) {
        let state = judge(&f, &Limits::fixed(), NOW).state;
        if f.expires.is_some_and(|end| end <= NOW) {
            prop_assert_eq!(state, State::Expired);
        }
    }

    /// H2: time that passes without an event never improves a state.
    #[test]
    fn time_alone_never_improves(f in facts(), l in limits(), step in 0i64..4000) {
        let now = judge(&f, &l, NOW).state;
        let later = judge(&f, &l, NOW.plus(Span::seconds(step))).state;
        prop_assert!(rank(later) >= rank(now) || later == State::Unknown, "{now} then {later}");
    }

    /// H4: an activity never worsens the state at the instant at which it comes.
    #[test]
    fn an_activity_never_worsens(f in facts(), l in limits()) {
        let before = judge(&f, &l, NOW).state;
        let after = judge(&Facts { strong: Some((NOW, "message")), ..f }, &l, NOW).state;
        if !matches!(before, State::Finished | State::New) {
            prop_assert!(rank(after) <= rank(before), "{before} then {after}");
        }
    }

    /// The announced turn is the next one under any limits.
    #[test]
    fn turns_are_announced_under_any_limits(f in facts(), l in limits(), step in 0i64..4000) {
        let verdict = judge(&f, &l, NOW);
        let later = NOW.plus(Span::seconds(step));
        match verdict.next {
            Some((at, then)) if later >= at => prop_assert_eq!(judge(&f, &l, at).state, then),
            _ => prop_assert_eq!(judge(&f, &l, later).state, verdict.state),
        }
    }
}
