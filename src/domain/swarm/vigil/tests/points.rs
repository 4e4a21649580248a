//! Points of the checklist that time decides. `tests/checklist.toml` lists all of them.

use super::watch::{Watch, id};
use crate::domain::{ConversationRow, Seen, Span, Stamp, State, health::Detector};

#[test]
fn ux_39_under_fixed_limits_a_worker_turns_at_60_and_300_seconds_and_says_why() {
    let mut w = Watch::under(Detector::FIXED, 8);
    w.pass(600, |_| true);
    let last = w.beats[&id(3)];
    let mut turned = Vec::new();
    let mut state = w.see().workers[3].verdict.state;
    for _ in 0..400 {
        w.pass(1, |n| n != 3);
        let verdict = w.see().workers[3].verdict.clone();
        if verdict.state != state {
            state = verdict.state;
            turned.push((w.now.since(last).as_seconds(), state));
            assert!(verdict.reason.contains("heartbeat"), "{}", verdict.reason);
            let beat = verdict.evidence.iter().find(|e| e.witness == "heartbeat");
            let beat = beat.expect("the heartbeat is a witness");
            assert_eq!(beat.at, Some(last));
            assert!(["suspect", "silent"].contains(&beat.vote), "{}", beat.vote);
        }
    }
    let wanted = [(60, State::Suspect), (300, State::Silent)];
    assert_eq!(turned.len(), 2, "{turned:?}");
    for ((at, state), (limit, expected)) in turned.into_iter().zip(wanted) {
        assert_eq!(state, expected);
        assert!((at - limit).abs() <= 1, "{state:?} at {at} s");
    }
}

#[test]
fn ux_44_who_never_gave_a_sign_is_new_and_then_unknown_and_never_silent() {
    let mut w = Watch::of(3);
    let mut fresh = w.rows();
    fresh.conversations = Some(vec![ConversationRow {
        id: "new".into(),
        role_a: "boss".into(),
        role_b: "worker-9".into(),
        created: Stamp::At(w.now),
        expires: Stamp::At(w.now.plus(Span::seconds(36_000))),
    }]);
    w.swarm.apply(fresh, Seen::Live(w.now));
    let mut seen = Vec::new();
    for _ in 0..1_200 {
        w.pass(1, |_| true);
        let picture = w.see();
        let worker = picture
            .workers
            .iter()
            .find(|w| w.conversation.raw() == "new");
        let verdict = &worker.expect("it is listed").verdict;
        if seen.last() != Some(&verdict.state) {
            seen.push(verdict.state);
        }
        if verdict.state == State::Unknown {
            assert!(verdict.reason.contains("never seen"), "{}", verdict.reason);
        }
    }
    assert_eq!(seen, [State::New, State::Unknown]);
    assert_eq!(w.falls(), 0);
}
