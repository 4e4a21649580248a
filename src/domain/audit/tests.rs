use super::{Entry, Key, Link, Record, Report, link, seal, verify};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

const ANA: Key = Key([1; 32]);
const BOB: Key = Key([2; 32]);

fn entry(actor: &str, n: usize) -> Entry {
    Entry {
        action: "reassign",
        conversation: Some("conv_1".into()),
        actor: actor.into(),
        op: format!("op-{n}").into(),
        facts: json!({"task": "t-é\u{1}", "reason": "line\n\"two\"", "limit_s": 63.125, "before": null, "n": n}),
    }
}

/// A log that only grows.
#[derive(Default)]
struct Log {
    records: Vec<Record>,
    heads: BTreeMap<Arc<str>, Link>,
}

impl Log {
    fn write(&mut self, actor: &str, key: &Key) {
        let n = self.records.len();
        let id = self.records.last().map_or(10, |r| r.id + 1);
        let prev = self.heads.get(actor);
        let place = ("2025-11-13T16:08:00.000001", Some("operator"));
        let row = seal(&entry(actor, n), prev, key, place, &[7, 8]);
        self.heads.insert(actor.into(), row.link.clone());
        self.records.push(Record {
            id,
            conversation: row.conversation,
            session: row.session.map(Into::into),
            action: row.action.into(),
            details: row.details.into(),
            timestamp: row.timestamp.into(),
        });
    }

    /// Five rows of ana, and two of bob between them.
    fn filled() -> Self {
        let mut log = Self::default();
        for (n, actor) in ["ana", "ana", "bob", "ana", "bob", "ana", "ana"]
            .into_iter()
            .enumerate()
        {
            log.write(actor, if n == 2 || n == 4 { &BOB } else { &ANA });
        }
        log
    }

    fn verify(&self) -> Report {
        verify(&self.records, &keys(), &self.heads)
    }
}

/// Only ana's key is here.
fn keys() -> BTreeMap<Arc<str>, Key> {
    [("ana".into(), ANA)].into()
}

fn broken(report: &Report, actor: &str) -> Option<(i64, String)> {
    let broken = report.chains.get(actor)?.broken.as_ref()?;
    Some((broken.row, broken.why.clone()))
}

#[test]
fn what_was_sealed_verifies() {
    let log = Log::filled();
    let report = log.verify();
    assert!(report.holds(), "{report:?}");
    let counts = |actor: &str| {
        let chain = &report.chains[actor];
        (chain.links, chain.proven)
    };
    assert_eq!((counts("ana"), counts("bob")), ((5, 5), (2, 0)));
    assert!(verify(&[], &keys(), &BTreeMap::new()).holds());
    let (actor, found) = link(&log.records[6].details).unwrap();
    assert_eq!((&*actor, found.seq), ("ana", 5));
    assert_eq!(format!("{ANA:?}"), "Key(…)");
}

/// The same text with the character at `n` exchanged.
fn exchanged(text: &str, n: usize, with: char) -> Arc<str> {
    let swap = |(at, c): (usize, char)| if at == n { with } else { c };
    text.chars()
        .enumerate()
        .map(swap)
        .collect::<String>()
        .into()
}

#[test]
fn every_changed_character_is_found_in_its_row() {
    let clean = Log::filled();
    for at in [0, 3, 6] {
        let row = &clean.records[at];
        for (n, old) in row.details.chars().enumerate() {
            for with in ['0', 'F', ' ', '"'] {
                if with == old {
                    continue;
                }
                let mut records = clean.records.clone();
                records[at].details = exchanged(&row.details, n, with);
                let report = verify(&records, &keys(), &clean.heads);
                let mut breaks = report.chains.values().filter_map(|c| c.broken.as_ref());
                let named = breaks.any(|b| b.row == row.id) || report.strangers == [row.id];
                assert!(named, "{with} at {n} of {}", row.details);
            }
        }
    }
}

#[test]
fn every_changed_column_is_found_in_its_row() {
    let changes: [fn(&mut Record); 7] = [
        |r| r.action = "swarm_cancel".into(),
        |r| r.timestamp = "2025-11-13T16:08:00.000002".into(),
        |r| r.conversation = None,
        |r| r.conversation = Some("conv_2".into()),
        |r| r.session = None,
        |r| r.session = Some("b".into()),
        |r| r.details = format!("{} ", r.details).into(),
    ];
    for change in changes {
        let mut log = Log::filled();
        change(&mut log.records[3]);
        let (row, why) = broken(&log.verify(), "ana").unwrap();
        assert_eq!(
            (row, why.as_str()),
            (13, "it was changed after it was written")
        );
    }
}

#[test]
fn a_removed_row_is_found_at_the_next_one() {
    for (at, found) in [(0, 11), (1, 13), (3, 15), (5, 16)] {
        let mut log = Log::filled();
        log.records.remove(at);
        let (row, why) = broken(&log.verify(), "ana").unwrap();
        assert_eq!(row, found);
        assert!(why.contains("missing"), "{why}");
    }
}

#[test]
fn a_cut_tail_is_found_by_who_remembers_its_end() {
    let mut log = Log::filled();
    log.records.truncate(5);
    assert!(verify(&log.records, &keys(), &BTreeMap::new()).holds());
    let (row, why) = broken(&log.verify(), "ana").unwrap();
    assert_eq!(row, 0);
    assert_eq!(
        why,
        "rows are missing at its end: link 5 was written here, the log ends at 3"
    );
    log.records.clear();
    assert!(broken(&log.verify(), "bob").is_some());
}

#[test]
fn an_end_that_was_written_anew_is_found() {
    let mut log = Log::filled();
    let heads = std::mem::take(&mut log.heads);
    let mut other = Log::default();
    for _ in 0..5 {
        other.write("ana", &ANA);
    }
    let (row, why) = broken(&verify(&other.records, &keys(), &heads), "ana").unwrap();
    assert_eq!(row, other.records[4].id);
    assert_eq!(
        why,
        "another row was written here at this place of the chain"
    );
}

#[test]
fn an_inserted_row_is_found_whatever_it_says() {
    let forged = {
        let mut log = Log::filled();
        log.write("ana", &BOB);
        log.records.pop().unwrap()
    };
    let mut log = Log::filled();
    log.records.push(forged);
    let (row, why) = broken(&log.verify(), "ana").unwrap();
    assert_eq!((row, why.as_str()), (17, "it was not written by its actor"));
    let mut log = Log::filled();
    log.records.insert(4, log.records[3].clone());
    assert!(
        broken(&log.verify(), "ana")
            .unwrap()
            .1
            .contains("stands twice")
    );
    for details in ["", "{}", "null", r#"{"swarm":{"actor":"ana"}}"#, "[1]"] {
        let mut log = Log::filled();
        log.records[2].details = details.into();
        let report = log.verify();
        assert_eq!(
            (report.strangers.as_slice(), report.holds()),
            (&[12][..], false)
        );
    }
}

#[test]
fn a_row_of_another_place_in_the_chain_does_not_follow() {
    let mut log = Log::filled();
    let mut other = Log::default();
    other.write("bob", &BOB);
    other.write("ana", &ANA);
    other.write("ana", &ANA);
    other.records[2].id = log.records[1].id;
    log.records[1] = other.records[2].clone();
    let (row, why) = broken(&log.verify(), "ana").unwrap();
    assert_eq!(
        (row, why.as_str()),
        (11, "it does not follow the row before it")
    );
}

#[test]
fn a_break_in_one_chain_leaves_the_others_whole() {
    let mut log = Log::filled();
    log.records[0].timestamp = "".into();
    let report = log.verify();
    assert!(!report.holds());
    assert_eq!(report.chains["bob"].broken, None);
}

#[test]
fn facts_that_are_no_object_are_kept() {
    let mut odd = entry("ana", 0);
    odd.facts = Value::from("words");
    let row = seal(&odd, None, &ANA, ("", None), &[]);
    assert!(
        row.details.contains(r#""facts":"words""#),
        "{}",
        row.details
    );
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i32>().prop_map(|n| json!(f64::from(n) * 1.000_001)),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(".{0,6}", inner, 0..4)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_the_facts_what_was_sealed_verifies(facts in value()) {
        let mut log = Log::default();
        let mut with = entry("ana", 0);
        with.facts = facts;
        let row = seal(&with, None, &ANA, ("t", None), &[]);
        log.records.push(Record {
            id: 1,
            conversation: row.conversation,
            session: None,
            action: row.action.into(),
            details: row.details.into(),
            timestamp: row.timestamp.into(),
        });
        let report = log.verify();
        prop_assert!(report.holds(), "{:?} {}", report, log.records[0].details);
    }
}
