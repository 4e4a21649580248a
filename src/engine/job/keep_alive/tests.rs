use super::{KeepAlive, Keeping, Shown, Standing};
use crate::{
    credentials::Credential,
    domain::{ConversationId, Span, Stamp, Timestamp, credential::Secret},
    engine::{
        Clock,
        alive::{Activity, Evidence, Note, Sources},
    },
    store::{Denied, MemoryStore, Store, StoreError},
};
use std::sync::{Arc, Mutex};

const EVERY: Span = Span::seconds(30);

#[expect(
    clippy::cast_possible_truncation,
    reason = "seconds of a test, in microseconds"
)]
fn at(seconds: f64) -> Timestamp {
    Timestamp(1_763_049_600_000_000 + (seconds * 1e6) as i64)
}

struct Scene {
    bridge: MemoryStore,
    notes: Arc<Mutex<Vec<Note>>>,
    shown: Shown,
    job: KeepAlive,
}

fn credential(n: usize, token: &str) -> Credential {
    Credential {
        conversation: ConversationId::from(format!("c{n:04}").as_str()),
        worker: u32::try_from(n).unwrap(),
        role: format!("worker-{n}").into(),
        token: Secret::new(token.to_owned()),
        created: at(0.0),
        expires: at(10_800.0),
    }
}

fn scene(credentials: Vec<Credential>, with: impl FnOnce(&mut Keeping)) -> Scene {
    let bridge = MemoryStore::default();
    for c in &credentials {
        bridge.conversation(c.conversation.raw(), &c.role, at(0.0));
        bridge.know(&c.conversation, Secret::new("right-token-0000".to_owned()));
    }
    let (kept, notes, shown) = (bridge.clone(), Arc::default(), Shown::default());
    let said: Arc<Mutex<Vec<Note>>> = Arc::clone(&notes);
    let mut how = Keeping {
        open: Arc::new(move || Ok(Box::new(kept.clone()) as Box<dyn Store>)),
        sources: Sources::new(Vec::new(), credentials),
        handover: None,
        evidence: None,
        claims: None,
        every: EVERY,
        seed: 7,
        say: Arc::new(move |note| said.lock().unwrap().push(note)),
        shown: shown.clone(),
    };
    with(&mut how);
    let job = KeepAlive::new(how, Clock::driven(|| at(0.0)));
    Scene {
        bridge,
        notes,
        shown,
        job,
    }
}

impl Scene {
    /// Steps from one due time to the next until `end`; the times at which each conversation beat.
    fn drive(&self, from: f64, end: f64) -> Vec<(f64, String)> {
        let mut beats = Vec::new();
        let (mut now, mut seen) = (at(from), self.beats());
        while now < at(end) {
            let wait = self.job.pass(now, now).unwrap_or_default();
            let after = self.beats();
            for row in after.iter().filter(|row| !seen.contains(row)) {
                let seconds = row.1.since(at(0.0)).as_f64();
                beats.push((seconds, row.0.clone()));
            }
            seen = after;
            let wait = i64::try_from(wait.as_micros()).unwrap();
            now = now.plus(Span(wait.max(1_000)));
        }
        beats
    }

    fn beats(&self) -> Vec<(String, Timestamp)> {
        let rows = self.bridge.clone().newest(1).unwrap().statuses.unwrap();
        let mut all: Vec<_> = (rows.iter())
            .filter_map(|s| Some((s.conversation.raw().to_owned(), s.heartbeat.at()?)))
            .collect();
        all.sort();
        all
    }

    fn said(&self) -> Vec<String> {
        let mut notes = self.notes.lock().unwrap();
        notes.drain(..).map(|n| n.words).collect()
    }
}

fn right(n: usize) -> Credential {
    credential(n, "right-token-0000")
}

#[test]
fn many_beat_every_thirty_seconds_and_never_together() {
    let scene = scene((0..50).map(right).collect(), |_| {});
    let beats = scene.drive(0.0, 300.0);
    for n in 0..50 {
        let id = format!("c{n:04}");
        let own: Vec<f64> = (beats.iter())
            .filter(|(_, who)| *who == id)
            .map(|(t, _)| *t)
            .collect();
        assert!((9..=12).contains(&own.len()), "{id}: {own:?}");
        for pair in own.windows(2) {
            assert!((11.0..49.0).contains(&(pair[1] - pair[0])), "{id}: {own:?}");
        }
        for pair in own[1..].windows(2) {
            assert!((23.0..37.0).contains(&(pair[1] - pair[0])), "{id}: {own:?}");
        }
    }
    for pair in beats.windows(2) {
        assert!(pair[1].0 - pair[0].0 >= 0.2, "a burst: {pair:?}");
    }
}

#[test]
fn a_refused_one_stops_with_one_line_and_the_others_go_on() {
    let scene = scene(vec![right(1), credential(2, "wrong-token-0000")], |_| {});
    let beats = scene.drive(0.0, 600.0);
    assert!(beats.iter().all(|(_, who)| who == "c0001") && beats.len() >= 18);
    let said = scene.said();
    let refused = |line: &&String| line.contains("the token is not this side's");
    assert_eq!(said.iter().filter(refused).count(), 1, "{said:?}");
    let all = scene.shown.all();
    assert_eq!(all[1].standing, Standing::Refused(Denied::WrongToken));
    // The bridge knows the token now: it is picked up without a restart.
    scene
        .bridge
        .know(&"c0002".into(), Secret::new("wrong-token-0000".to_owned()));
    assert!(
        scene
            .drive(600.0, 700.0)
            .iter()
            .any(|(_, who)| who == "c0002")
    );
}

#[test]
fn an_expired_conversation_is_not_beaten_any_more() {
    let scene = scene(vec![right(1)], |_| {});
    let beats = scene.drive(10_700.0, 11_100.0);
    assert!(beats.iter().all(|(t, _)| *t < 10_800.0), "{beats:?}");
    let said = scene.said();
    assert_eq!(said.iter().filter(|l| l.contains("is over")).count(), 1);
}

#[test]
fn a_bridge_that_is_gone_is_said_once_and_then_found_again() {
    let scene = scene(vec![right(1), right(2)], |_| {});
    scene.drive(0.0, 60.0);
    scene.said();
    for (n, failure) in [
        || StoreError::NotFound {
            path: "bridge.db".to_owned(),
        },
        || StoreError::Busy {
            path: "bridge.db".to_owned(),
        },
        || StoreError::NotWritable {
            path: "bridge.db".to_owned(),
            why: "read-only".to_owned(),
        },
        || StoreError::Full {
            path: "bridge.db".to_owned(),
        },
    ]
    .into_iter()
    .zip(1_u32..)
    .map(|(failure, n)| (n, failure))
    {
        let begin = 100.0 * f64::from(n);
        scene.bridge.fail(failure);
        assert!((0..40).any(|n| {
            let now = at(begin + f64::from(n));
            scene.job.pass(now, now).is_err()
        }));
        let down = scene.said();
        assert_eq!(down.len(), 1, "{down:?}");
        scene.bridge.heal();
        assert!(!scene.drive(begin + 40.0, begin + 90.0).is_empty());
        let up = scene.said();
        assert!(up[0].contains("answers again"), "{up:?}");
    }
}

#[test]
fn a_clock_that_is_set_changes_the_dates_and_not_the_rhythm() {
    let scene = scene(vec![right(1)], |_| {});
    scene.drive(0.0, 100.0);
    scene.said();
    let hour = Span::seconds(3600);
    let mut written = Vec::new();
    for n in 0..100 {
        let now = at(100.0 + f64::from(n));
        scene.job.pass(now, now.plus(hour)).unwrap();
        written.push(scene.beats()[0].1);
    }
    written.dedup();
    assert!((3..=5).contains(&written.len()), "{written:?}");
    assert!(written.last().unwrap().since(at(3700.0)).0 > 0);
    let said = scene.said();
    assert_eq!(said, ["the clock of this machine was set by 3600 s"]);
}

#[test]
fn nobody_vouches_for_an_agent_that_shows_no_life() {
    let dir = tempfile::tempdir().unwrap();
    let activity = Activity::new(None, dir.path());
    let hook = activity.clone();
    let scene = scene(vec![right(1), right(2)], |how| {
        how.evidence = Some(Evidence::new(Span::seconds(300), Vec::new(), activity));
    });
    assert!(scene.drive(0.0, 60.0).is_empty());
    assert!(
        matches!(&scene.shown.all()[0].standing, Standing::Unvouched(why) if why.contains("hook"))
    );
    assert!(hook.touch("c0001", at(60.0)).unwrap());
    assert!(hook.touch("worker-2", at(200.0)).unwrap());
    let beats = scene.drive(60.0, 1_000.0);
    let last = |id: &str| beats.iter().rfind(|(_, who)| who == id).unwrap().0;
    // Seen at most five seconds after it was touched.
    assert!(
        (320.0..=366.0).contains(&last("c0001")),
        "{}",
        last("c0001")
    );
    assert!(beats.iter().any(|(_, who)| who == "c0002"));
    let said = scene.said();
    assert!(
        said.iter().any(|l| l.contains("showed no life for 5m")),
        "{said:?}"
    );
    assert_eq!(
        scene.bridge.clone().newest(1).unwrap().statuses.unwrap()[0]
            .status
            .as_ref(),
        "waiting"
    );
}

#[test]
fn the_status_of_an_agent_is_never_touched() {
    let scene = scene(vec![right(1)], |_| {});
    scene
        .bridge
        .beat(&"c0001".into(), crate::domain::Side::B, "blocked", at(0.0));
    scene.drive(1.0, 100.0);
    let row = scene
        .bridge
        .clone()
        .newest(1)
        .unwrap()
        .statuses
        .unwrap()
        .remove(0);
    assert_eq!(&*row.status, "blocked");
    assert!(matches!(row.heartbeat, Stamp::At(when) if when > at(60.0)));
}

#[test]
fn two_do_not_keep_the_same_one_alive() {
    let dir = tempfile::tempdir().unwrap();
    let claims = dir.path().join("claims");
    let first = scene(vec![right(1)], |how| how.claims = Some(claims.clone()));
    let second = scene(vec![right(1), right(2)], |how| {
        how.claims = Some(claims.clone());
    });
    assert!(!first.drive(0.0, 5.0).is_empty());
    let beats = second.drive(0.0, 60.0);
    assert!(!beats.is_empty() && beats.iter().all(|(_, who)| who == "c0002"));
    let said = second.said();
    let held = format!("pid {} since 2025-11-13", std::process::id());
    assert!(said.iter().any(|l| l.contains(&held)), "{said:?}");
    drop(first);
    assert!(
        second
            .drive(60.0, 120.0)
            .iter()
            .any(|(_, who)| who == "c0001")
    );
}
