//! Random conditions, acknowledgements, silences and times: what must hold for all of them.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

const KINDS: [&str; 7] = [
    "silent",
    "stalled",
    "inbox-lag",
    "late-result",
    "storm",
    "bridge-down",
    "expiring",
];

#[derive(Debug, Clone)]
enum Deed {
    /// Which conditions hold (bits), how bad.
    Step(u32, u8),
    Ack(usize),
    Unack(usize),
    Silence(usize, i64),
    Unsilence(u64),
    Restart,
}

fn any_deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        12 => (any::<u32>(), 0u8..3).prop_map(|(bits, worse)| Deed::Step(bits, worse)),
        2 => (0usize..16).prop_map(Deed::Ack),
        1 => (0usize..16).prop_map(Deed::Unack),
        1 => (0usize..7, 1i64..9_000).prop_map(|(kind, span)| Deed::Silence(kind, span)),
        1 => (1u64..5).prop_map(Deed::Unsilence),
        1 => Just(Deed::Restart),
    ]
}

/// The problems of a set of bits: three workers for each kind that has some.
fn problems(bits: u32, worse: u8) -> Vec<Problem> {
    let severity = [Severity::Notice, Severity::Warning, Severity::Critical][usize::from(worse)];
    let mut all = Vec::new();
    for (n, kind) in KINDS.iter().enumerate() {
        let whose: &[&str] = if matches!(*kind, "storm" | "bridge-down") {
            &[""]
        } else {
            &["w1", "w2", "w3"]
        };
        for (i, who) in whose.iter().enumerate() {
            if bits >> (n * 3 + i) & 1 == 1 {
                all.push(problem(kind, who, severity));
            }
        }
    }
    all
}

/// What was seen of one key so far.
#[derive(Debug, Default)]
struct Heard {
    edges: usize,
    told: usize,
    over: usize,
    ended: usize,
}

#[derive(Debug, Default)]
struct Watcher {
    keys: BTreeMap<String, Heard>,
    repeats: BTreeMap<String, Timestamp>,
}

impl Watcher {
    /// Counts edges as an outsider does: by looking before and after.
    fn look(&mut self, before: &Alerts, after: &Alerts) {
        for alert in after.listing() {
            let heard = self.keys.entry(alert.key.to_string()).or_default();
            let was = find(before, &alert.key);
            let fired = alert.count > was.map_or(0, |a| a.count);
            let worse = was.is_some_and(|a| a.status.is_active() && a.severity < alert.severity);
            heard.edges += usize::from(fired || worse && alert.status.is_active());
            let ended = was.is_some_and(|a| a.status.is_active());
            heard.ended += usize::from(ended && alert.status == Status::Resolved);
        }
    }

    fn check(&mut self, book: &Alerts, sent: &[Notification]) {
        for n in sent {
            assert!(!n.alerts.is_empty(), "an empty message: {n:?}");
            for key in &n.fresh {
                let heard = self.keys.entry(key.to_string()).or_default();
                heard.told += 1;
                assert!(heard.told <= heard.edges, "A1: {key} {heard:?}");
            }
            for alert in &n.alerts {
                match n.why {
                    Why::Resolved => {
                        let heard = self.keys.entry(alert.key.to_string()).or_default();
                        heard.over += 1;
                        assert!(heard.over <= heard.ended, "A1: {} {heard:?}", alert.key);
                        assert_eq!(status(book, &alert.key), Some(Status::Resolved));
                    }
                    Why::Fired | Why::Repeat => {
                        assert_eq!(alert.status, Status::Firing, "A3");
                        assert!(alert.count > 0, "A2");
                        assert!(!alert.flapping);
                    }
                }
            }
            let last = self.repeats.insert(n.group.to_string(), n.at);
            if n.why == Why::Repeat {
                let apart = n.at.since(last.unwrap_or(NOON));
                assert!(apart >= REPEAT_CRITICAL, "A1: repeated after {apart}");
            }
        }
    }
}

fn carry_out(book: &mut Alerts, deed: &Deed, now: Timestamp) -> Vec<Notification> {
    let nth = |book: &Alerts, n: usize| book.rows.keys().nth(n).map(ToString::to_string);
    let mut sent = Vec::new();
    match *deed {
        Deed::Step(bits, worse) => {
            let problems = problems(bits, worse);
            let seconds = now.since(NOON).as_seconds();
            sent = step(book, &problems, seconds).notifications;
        }
        Deed::Ack(n) => {
            let key = nth(book, n).unwrap_or_default();
            let _ = book.ack(&key, "ann", "", now);
        }
        Deed::Unack(n) => {
            let key = nth(book, n).unwrap_or_default();
            let _ = book.unack(&key, "ann", now);
        }
        Deed::Silence(kind, span) => {
            let matcher = Matcher {
                kind: Some(KINDS[kind].into()),
                ..Matcher::default()
            };
            let until = now.plus(Span::seconds(span));
            let _ = book.silence(matcher, until, "ann", "", now);
        }
        Deed::Unsilence(id) => {
            let _ = book.unsilence(id, "ann", now);
        }
        Deed::Restart => {
            let text = serde_json::to_string(book).unwrap();
            let read: Alerts = serde_json::from_str(&text).unwrap();
            let again = serde_json::to_string(&read).unwrap();
            assert_eq!(text, again, "H10");
            assert_eq!(read.listing(), book.listing(), "H10");
            *book = read;
        }
    }
    book.settle(now);
    sent
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn whatever_happens_alerts_keep_their_word(
        deeds in prop::collection::vec((any_deed(), 0i64..400), 1..80),
    ) {
        let mut book = Alerts::default();
        let mut watcher = Watcher::default();
        let mut seconds = 0;
        for (deed, dt) in deeds {
            seconds += dt;
            let before = book.clone();
            let sent = carry_out(&mut book, &deed, at(seconds));
            watcher.look(&before, &book);
            watcher.check(&book, &sent);
        }
        // A4: once nothing is wrong any more, everything ends, whoever had it.
        for _ in 0..40 {
            seconds += 20;
            let before = book.clone();
            let sent = carry_out(&mut book, &Deed::Step(0, 0), at(seconds));
            watcher.look(&before, &book);
            watcher.check(&book, &sent);
        }
        let open = |a: &&std::sync::Arc<Alert>| a.status != Status::Resolved && &*a.kind != "flapping";
        prop_assert_eq!(book.listing().iter().filter(open).count(), 0);
    }

    /// A run that stops and goes on says what a run that goes on says.
    #[test]
    fn a_restart_changes_nothing(
        deeds in prop::collection::vec((any_deed(), 0i64..400), 1..60), when in 0usize..60,
    ) {
        let (mut one, mut other) = (Alerts::default(), Alerts::default());
        let mut seconds = 0;
        for (n, (deed, dt)) in deeds.into_iter().enumerate() {
            seconds += dt;
            if n == when {
                // What ends by the time alone has ended in both.
                one.settle(at(seconds));
                carry_out(&mut other, &Deed::Restart, at(seconds));
            }
            let a = carry_out(&mut one, &deed, at(seconds));
            let b = carry_out(&mut other, &deed, at(seconds));
            prop_assert_eq!(a, b);
            prop_assert_eq!(one.listing(), other.listing());
        }
    }

    /// Waiting until the time that is said, and no longer, misses nothing.
    #[test]
    fn what_is_due_is_due_then(bits in any::<u32>(), worse in 0u8..3) {
        let mut book = Alerts::default();
        let problems = problems(bits, worse);
        step(&mut book, &problems, 0);
        for _ in 0..12 {
            let Some(due) = book.due() else { break };
            let early = Timestamp(due.0 - 1).since(NOON).0;
            let mut waits = book.clone();
            let conditions: Vec<Condition<'_>> =
                problems.iter().map(|problem| Condition { problem, team: None, host: None }).collect();
            if early > book.now.since(NOON).0 {
                let none = waits.step(&conditions, 0, NOON.plus(Span(early)));
                prop_assert_eq!(none, Outcome::default());
            }
            book.step(&conditions, 0, due);
        }
    }
}
