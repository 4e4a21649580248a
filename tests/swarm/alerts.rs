//! The swarm with a book of alerts: some fire, one is acked, one muted, one is over.

use super::{NOW, ago, swarm};
use swarmwarden::domain::{
    Snapshot,
    alert::{Alerts, Condition, Matcher},
};

/// `n` workers, and their alerts as they stand after a quarter of an hour.
pub(crate) fn alarming(n: usize) -> Snapshot {
    let mut swarm = swarm(n);
    let mut book = Alerts::default();
    let conditions = Condition::of(&swarm);
    let some = conditions.get(1..).unwrap_or_default();
    for seconds in [900, 600, 300, 200] {
        book.step(&conditions, 0, ago(seconds));
    }
    // The first of them went away and came back.
    for seconds in [190, 120, 60] {
        book.step(some, 0, ago(seconds));
    }
    // What is over cannot be acked or muted.
    let listing = book.listing();
    let firing = listing.iter().filter(|a| a.is_open());
    let keys: Vec<_> = firing.map(|a| a.key.clone()).collect();
    if let Some(key) = keys.get(2) {
        let done = book.ack(key, "ann@desk", "asked the author", ago(45));
        assert_eq!(done, Ok(()), "{key}");
        let noted = book.note(key, "ann@desk", "answers tomorrow", ago(40));
        assert_eq!(noted, Ok(()));
    }
    if let Some(key) = keys.get(3) {
        let matcher = Matcher::one(key.clone());
        let until = NOW.plus(swarmwarden::domain::Span::seconds(1_500));
        let done = book.silence(matcher, until, "mj@desk", "deploy", ago(30));
        assert_eq!(done, Ok(1));
    }
    book.settle(ago(30));
    book.step(&conditions, 0, ago(20));
    swarm.alerts = book.listing();
    swarm.silences = book.silences().to_vec();
    swarm
}
