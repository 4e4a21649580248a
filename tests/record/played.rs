//! Every picture that was on show is played again.

use crate::stage::{PRESENT, Stage};
use proptest::prelude::*;

use swarmwarden::{
    demo::{Scenario, Spec},
    domain::{Snapshot, Span, Timestamp, health::Detector},
    record::{Player, Reader, Room},
};

/// What two pictures of the same instant must share: states, tasks, counts, problems, alerts.
pub(crate) fn facts(s: &Snapshot) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for w in &s.workers {
        let v = &w.verdict;
        out.push(format!(
            "{} {:?} {:?} {:?} {:?} {} {:?} {} {} {} {:?}",
            w.id,
            v.state,
            v.since,
            w.reported,
            w.beat(),
            w.unread,
            w.tasks,
            w.done,
            w.failed,
            w.recovering,
            [
                w.limits.suspect,
                w.limits.silent,
                w.limits.act,
                w.limits.stall
            ]
        ));
    }
    for t in &s.tasks {
        let holder = t.holder().map(|h| h.conversation.clone());
        out.push(format!(
            "{} {:?} {} {:?} {:?}",
            t.id, t.state, t.generation, holder, t.progress
        ));
    }
    for p in &s.problems {
        out.push(format!(
            "{} {:?} {} {:?}",
            p.key, p.severity, p.kind, p.since
        ));
    }
    for a in s.alerts.iter().filter(|a| a.is_open()) {
        out.push(format!("{} {:?} {:?}", a.key, a.status, a.severity));
    }
    let newest = s
        .messages
        .back()
        .map(|m| (m.id, m.kind, m.task.clone(), m.at));
    out.push(format!(
        "{:?} {:?} {:?} {newest:?}",
        s.states, s.task_counts, s.traffic
    ));
    out
}

fn same(live: &[String], played: &Snapshot, at: Timestamp) {
    let played = facts(played);
    let differs = live.iter().zip(&played).find(|(a, b)| a != b);
    assert_eq!(differs, None, "at {at}");
    assert_eq!(live.len(), played.len(), "at {at}");
}

fn spec(scenario: Scenario, seed: u64) -> Spec {
    Spec {
        workers: 10,
        seed,
        scenario,
    }
}

/// Records for so many minutes with a restart of the recorder's packing in between, and holds every picture against the one that is played.
fn differential(scenario: Scenario, seed: u64, minutes: i64, detector: &Detector) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    let mut stage = Stage::new(&path, spec(scenario, seed), detector, Room::default());
    let mut seen = Vec::new();
    let end = PRESENT.plus(Span::seconds(60 * minutes));
    while stage.now < end {
        let next = stage.next().min(stage.now.plus(Span::seconds(20)));
        stage.run(next);
        seen.push((stage.now, facts(&stage.picture())));
        if seen.len().is_multiple_of(8) {
            stage.recorder.step().unwrap();
        }
    }
    stage.recorder.step().unwrap();
    let open = || Box::new(Reader::open(&path).unwrap().unwrap());
    let mut player = Player::new(open(), detector.clone()).unwrap();
    for (at, live) in &seen {
        same(live, &player.at(*at).unwrap(), *at);
    }
    // In any order, from nothing.
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..6 {
        let (at, live) = &seen[random.usize(..seen.len())];
        let mut player = Player::new(open(), detector.clone()).unwrap();
        same(live, &player.at(*at).unwrap(), *at);
    }
}

#[test]
fn every_picture_of_an_incident_is_played_again() {
    differential(Scenario::Incident, 7, 9, &Detector::ADAPTIVE);
}

#[test]
fn every_picture_of_a_flap_is_played_again() {
    differential(Scenario::Flap, 3, 8, &Detector::ADAPTIVE);
}

#[test]
fn every_picture_under_fixed_limits_is_played_again() {
    differential(Scenario::Incident, 11, 8, &Detector::FIXED);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, ..ProptestConfig::default() })]
    #[test]
    fn every_picture_of_any_demo_is_played_again(seed in any::<u64>(), n in 0usize..5) {
        differential(Scenario::ALL[n], seed, 6, &Detector::ADAPTIVE);
    }
}
