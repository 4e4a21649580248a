//! Traps that time sets, over a swarm that is watched second by second.

mod points;
mod watch;

use crate::domain::{
    ConversationRow, Happening, Seen, Source, Span, Stamp, State, Swarm,
    health::{Basis, Detector, Tick},
};
use proptest::prelude::*;
use watch::{START, Watch, id};

#[test]
fn one_that_stops_is_found_within_its_own_limit() {
    let mut w = Watch::of(10);
    w.pass(600, |_| true).pass(100, |n| n != 3);
    assert_eq!((w.count(State::Silent), w.count(State::Suspect)), (0, 1));
    w.pass(30, |n| n != 3);
    let seen = w.see();
    assert_eq!(seen.states.of(State::Silent), 1);
    let limits = seen.workers[3].limits;
    assert!(limits.watched && matches!(limits.basis, Basis::Accrual { learned: 10.., .. }));
    assert_eq!(w.falls(), 1);
}

#[test]
fn trap_boot_window() {
    let mut w = Watch::of(1);
    let mut fresh = w.rows();
    fresh.conversations = Some(vec![ConversationRow {
        id: "new".into(),
        role_a: "boss".into(),
        role_b: "worker-9".into(),
        created: Stamp::At(w.now),
        expires: Stamp::At(w.now.plus(Span::seconds(9_000))),
    }]);
    w.swarm.apply(fresh, Seen::Live(w.now));
    w.pass(119, |_| true);
    let state = |w: &mut Watch| w.see().workers[0].verdict.state;
    assert_eq!(
        state(&mut w),
        State::New,
        "a start of 110 to 150 s is no fault"
    );
    w.pass(40, |_| true);
    assert_eq!(state(&mut w), State::Unknown, "never silent");
    assert_eq!(w.falls(), 0);
}

#[test]
fn trap_already_stale_at_the_start() {
    let mut w = Watch::of(6);
    for n in 0..5 {
        w.beats.insert(id(n), START.plus(Span::seconds(-4_000)));
    }
    let rows = w.rows();
    w.swarm.apply(rows, Seen::Recorded);
    w.pass(58, |n| n == 5);
    assert_eq!((w.count(State::Silent), w.count(State::Suspect)), (0, 5));
    assert!(w.see().observer.in_grace(w.now));
    w.pass(5, |n| n == 5);
    let seen = w.see();
    assert_eq!(seen.states.of(State::Silent), 5);
    let unseen = seen.workers.iter().filter(|w| !w.witnessed);
    assert_eq!((unseen.count(), seen.observer.in_grace(w.now)), (5, false));
}

#[test]
fn trap_sleep_clock_step() {
    let mut w = Watch::of(8);
    w.pass(300, |_| true);
    // Eight hours asleep: the machine, its daemons and we.
    w.now = w.now.plus(Span::seconds(8 * 3_600));
    w.pass(1, |_| false);
    assert_eq!(w.count(State::Silent), 0);
    assert!(w.see().observer.paused.is_some());
    w.pass(59, |_| true);
    assert_eq!((w.falls(), w.count(State::Idle)), (0, 8));
    // The wall clock is set, forth and back; rows are stamped by it.
    for hours in [1, -1, 0] {
        w.step = Span::seconds(hours * 3_600);
        w.pass(300, |_| true);
    }
    assert_eq!((w.falls(), w.count(State::Idle)), (0, 8));
    // Who did not wake up is found two periods later.
    w.now = w.now.plus(Span::seconds(3_600));
    w.pass(59, |n| n != 2);
    assert_eq!(w.see().workers[2].as_of.map(|at| at < w.now), Some(true));
    w.pass(10, |n| n != 2);
    assert_eq!(w.count(State::Silent), 1);
}

#[test]
fn trap_stall_backlog() {
    let mut w = Watch::of(8);
    w.pass(300, |_| true);
    // Ten minutes in which we did not run, and they did: one row of each is all that is left.
    w.now = w.now.plus(Span::seconds(600));
    w.pass(200, |_| true);
    let seen = w.see();
    assert_eq!((w.falls(), seen.states.of(State::Idle)), (0, 8));
    let noted =
        |e: &crate::domain::Event| matches!(&e.what, Happening::Source(s) if s.contains("paused"));
    assert_eq!(seen.events.iter().filter(|e| noted(e)).count(), 1);
    for worker in &seen.workers {
        let Basis::Accrual { model, .. } = worker.limits.basis else {
            panic!("not adaptive")
        };
        assert!(
            model.model().p1 < 0.011,
            "a pause of ours is no loss of theirs"
        );
    }
}

#[test]
fn trap_db_host_skew() {
    let mut w = Watch::of(5);
    w.step = Span(0);
    // Every stamp of the bridge's host is 90 s ahead of our clock; so is the time at which it lets conversations expire.
    for _ in 0..300 {
        w.pass(1, |_| false);
        let second = w.now.since(START).as_seconds();
        for n in 0..5 {
            if (second + i64::try_from(n).unwrap() * 7) % 30 == 0 {
                w.beats.insert(id(n), w.now.plus(Span::seconds(90)));
            }
        }
    }
    let seen = w.see();
    assert_eq!((w.falls(), seen.states.of(State::Idle)), (0, 5));
    let worker = &seen.workers[0];
    assert_eq!(worker.skew.map(Span::as_seconds), Some(-89));
    assert!(worker.verdict.evidence.iter().any(|e| e.witness == "clock"));
    let expires = START.plus(Span::seconds(36_000 - 89));
    assert_eq!(worker.expires, Some(expires));
}

#[test]
fn trap_bridge_away() {
    let mut w = Watch::of(8);
    w.pass(300, |_| true);
    for seconds in [4, 15, 600] {
        let before = w.see();
        for _ in 0..seconds {
            w.now = w.now.plus(Span::seconds(1));
            w.swarm.unreadable(w.now);
            w.swarm.evaluate(w.now);
        }
        assert_eq!(w.see().observer.down.is_some(), seconds > 10);
        assert_eq!(w.see().states, before.states);
        w.pass(120, |_| true);
        assert_eq!((w.falls(), w.see().observer.down), (0, None), "{seconds}");
    }
}

#[test]
fn trap_all_quiet_at_once() {
    let mut w = Watch::of(10);
    w.pass(300, |_| true).pass(900, |_| false);
    let seen = w.see();
    assert!(seen.observer.down.is_some());
    assert_eq!((w.falls(), seen.states.of(State::Silent)), (0, 0));
    w.pass(200, |n| n != 4);
    assert_eq!(
        (w.count(State::Silent), w.falls()),
        (1, 1),
        "ages restart, and then count"
    );
}

#[test]
fn trap_all_dead_before_we_came() {
    let mut w = Watch::of(12);
    for n in 0..12 {
        w.beats.insert(id(n), START.plus(Span::seconds(-4_000)));
    }
    let rows = w.rows();
    w.swarm.apply(rows, Seen::Recorded);
    w.pass(600, |_| false);
    assert_eq!((w.count(State::Silent), w.see().observer.down), (12, None));
}

#[test]
fn trap_local_time_instead_of_utc() {
    let mut w = Watch::of(4);
    // A dead worker among three that live; all of them stamp an hour ahead.
    let hour = Span::seconds(3_600);
    w.beats = (0..4).map(|n| (id(n), START.plus(hour))).collect();
    w.beats
        .insert(id(3), START.plus(Span::seconds(3_600 - 900)));
    w.swarm.apply(w.rows(), Seen::Recorded);
    for _ in 0..200 {
        w.pass(1, |_| false);
        let second = w.now.since(START).as_seconds();
        for n in 0..3 {
            if (second + i64::try_from(n).unwrap() * 7) % 30 == 0 {
                w.beats.insert(id(n), w.now.plus(hour));
            }
        }
    }
    let seen = w.see();
    let states: Vec<_> = seen.workers.iter().map(|w| w.verdict.state).collect();
    assert_eq!(states[..3], [State::Idle; 3]);
    assert_eq!(states[3], State::Silent, "{:?}", seen.workers[3].verdict);
    let clock = seen.workers[0]
        .verdict
        .evidence
        .iter()
        .find(|e| e.witness == "clock");
    assert!(clock.unwrap().note.contains("local time, not UTC"));
}

#[test]
fn trap_three_die_and_the_bridge_is_not_accused() {
    let mut w = Watch::of(3);
    w.pass(300, |_| true).pass(200, |_| false);
    assert_eq!((w.count(State::Silent), w.see().observer.down), (3, None));
}

#[test]
fn coming_back_takes_two_beats() {
    let mut w = Watch::of(10);
    w.pass(300, |_| true).pass(200, |n| n != 3);
    let worker = |w: &mut Watch| w.see().workers[3].clone();
    assert_eq!(worker(&mut w).verdict.state, State::Silent);
    w.pass(30, |_| true);
    let once = worker(&mut w);
    assert_eq!((once.verdict.state, once.recovering), (State::Idle, true));
    w.pass(30, |_| true);
    assert!(!worker(&mut w).recovering);
}

#[test]
fn trap_long_tool_call() {
    let mut w = Watch::of(3);
    w.gets(0, "build");
    w.gets(1, "build-2");
    w.pass(10, |_| true);
    w.says(0, "[#busy 20m cargo test]");
    w.says(1, "on it");
    w.pass(910, |_| true);
    let state = |w: &mut Watch, n: usize| w.see().workers[n].verdict.state;
    assert_eq!(
        (state(&mut w, 0), state(&mut w, 1)),
        (State::Healthy, State::Stalled)
    );
    w.pass(405, |_| true);
    assert_eq!(state(&mut w, 0), State::Healthy);
    w.pass(10, |_| true);
    assert_eq!(
        state(&mut w, 0),
        State::Stalled,
        "declared time and two minutes"
    );
    w.says(0, "done with the tests");
    assert_eq!(state(&mut w, 0), State::Healthy);
}

#[test]
fn a_sample_from_before_makes_a_start_that_is_not_cold() {
    let mut w = Watch::of(4);
    w.pass(900, |_| true);
    let learned: super::Habits = w.swarm.learned().into_iter().collect();
    assert_eq!((learned.len(), w.swarm.learned().len()), (4, 0));
    let limits = w.see().workers[0].limits;
    let mut again = Swarm::new(Detector::ADAPTIVE, None);
    again.recall(learned.into());
    let mut rows = w.rows();
    rows.conversations = Some(vec![]);
    again.apply(w.rows(), Seen::Recorded);
    again.tick(Tick {
        at: w.now,
        ..Tick::default()
    });
    let same = again.picture(w.now, Source::default(), None).workers[0].limits;
    // H10: but for the grace of the start.
    assert_eq!(
        (same.suspect, same.silent, same.act, same.basis),
        (limits.suspect, limits.silent, limits.act, limits.basis)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// H8: whatever we or the bridge miss, and for however long, nobody falls who beats on afterwards.
    #[test]
    fn pauses_and_outages_bring_nobody_down(gaps in proptest::collection::vec((0..3u8, 1..2_000i64, 61..240i64), 1..4)) {
        let mut w = Watch::of(12);
        w.pass(240, |_| true);
        for (kind, gap, then) in gaps {
            match kind {
                0 => w.now = w.now.plus(Span::seconds(gap.max(6))),
                1 => for _ in 0..gap {
                    w.now = w.now.plus(Span::seconds(1));
                    w.swarm.unreadable(w.now);
                    w.swarm.evaluate(w.now);
                },
                _ => {
                    w.pass(gap, |_| false);
                }
            }
            w.pass(then, |_| true);
        }
        prop_assert_eq!(w.falls(), 0);
    }

    /// H5: whatever the sender's clock shows, verdicts fall as they do.
    #[test]
    fn the_senders_clock_changes_no_verdict(shift in -100_000i64..100_000, stop in 100..400i64) {
        let run = |shift: i64| {
            let mut w = Watch::of(5);
            w.swarm.familiar();
            for _ in 0..stop + 260 {
                w.pass(1, |_| false);
                let second = w.now.since(START).as_seconds();
                for n in 0..5 {
                    let dead = n == 0 && second > stop;
                    if (second + i64::try_from(n).unwrap() * 7) % 30 == 0 && !dead {
                        w.beats.insert(id(n), w.now.plus(Span::seconds(shift)));
                    }
                }
            }
            w.see().workers.iter().map(|w| w.verdict.state).collect::<Vec<_>>()
        };
        // Expiry is the bridge's own: it is left out by clocks that are off by less than the conversations last.
        prop_assume!(shift.abs() < 30_000);
        prop_assert_eq!(run(shift), run(0));
    }
}
