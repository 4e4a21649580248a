//! Walking the chains.

use super::{
    Key, Link, Record, link,
    seal::{Row, canonical, hash, mac},
};
use serde_json::Value;
use std::{collections::BTreeMap, sync::Arc};

/// Where a chain is broken first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Key of the row.
    pub row: i64,
    /// What is wrong with it.
    pub why: String,
}

/// One actor's chain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chain {
    /// Links that hold.
    pub links: u64,
    /// Links whose author is proven by the actor's key; the others have only their hashes.
    pub proven: u64,
    /// The end of it.
    pub head: Option<Link>,
    /// Where it breaks.
    pub broken: Option<Broken>,
}

/// All chains of a log, by actor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Each actor's.
    pub chains: BTreeMap<Arc<str>, Chain>,
    /// Rows that carry our name and no link.
    pub strangers: Vec<i64>,
}

impl Report {
    /// Every chain holds, and every row belongs to one.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.strangers.is_empty() && self.chains.values().all(|c| c.broken.is_none())
    }
}

/// Verifies records in the order of their keys. `heads` are the ends of chains as remembered elsewhere: one that is missing says
/// that the log was cut, and another one in its place that it was written anew. O(records).
#[must_use]
pub fn verify(
    records: &[Record],
    keys: &BTreeMap<Arc<str>, Key>,
    heads: &BTreeMap<Arc<str>, Link>,
) -> Report {
    let mut report = Report::default();
    for record in records {
        let Some((actor, found)) = link(&record.details) else {
            report.strangers.push(record.id);
            continue;
        };
        let key = keys.get(&actor);
        let head = heads.get(&actor);
        let chain = report.chains.entry(actor).or_default();
        if chain.broken.is_none() {
            step(chain, record, found, key, head);
        }
    }
    for (actor, head) in heads {
        let chain = report.chains.entry(Arc::clone(actor)).or_default();
        let end = chain.head.as_ref().map_or(0, |link| link.seq);
        if end >= head.seq {
            continue;
        }
        chain.broken.get_or_insert_with(|| Broken {
            row: 0,
            why: format!(
                "rows are missing at its end: link {} was written here, the log ends at {end}",
                head.seq
            ),
        });
    }
    report
}

fn step(chain: &mut Chain, record: &Record, found: Link, key: Option<&Key>, head: Option<&Link>) {
    let other = head.is_some_and(|head| head.seq == found.seq && *head != found);
    let other = other.then_some("another row was written here at this place of the chain");
    let why = fault(chain, record, &found, key).or(other);
    if let Some(why) = why {
        chain.broken = Some(Broken {
            row: record.id,
            why: why.to_owned(),
        });
        return;
    }
    chain.links += 1;
    chain.proven += u64::from(key.is_some());
    chain.head = Some(found);
}

/// What is wrong with a row as the next link of a chain.
fn fault(chain: &Chain, record: &Record, found: &Link, key: Option<&Key>) -> Option<&'static str> {
    let mut details: Value = serde_json::from_str(&record.details).ok()?;
    // The hash is over what the text means; the text itself is as it was written, or somebody touched it.
    let untouched = canonical(&details) == *record.details;
    let swarm = details.get_mut("swarm")?.as_object_mut()?;
    swarm.remove("hash");
    let written = swarm.remove("mac");
    let prev = swarm
        .get("prev")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let (seq, last) = chain
        .head
        .as_ref()
        .map_or((1, ""), |head| (head.seq + 1, &*head.hash));
    if found.seq != seq {
        return Some("a link before it is missing, or it stands twice");
    }
    if prev != last {
        return Some("it does not follow the row before it");
    }
    let row = Row {
        conversation: record.conversation.as_deref(),
        session: record.session.as_deref(),
        action: &record.action,
        timestamp: &record.timestamp,
        details: &details,
    };
    if !untouched || hash(&row) != *found.hash {
        return Some("it was changed after it was written");
    }
    let ours = key.map(|key| mac(key, &found.hash));
    if ours.is_some() && ours.as_deref() != written.as_ref().and_then(Value::as_str) {
        return Some("it was not written by its actor");
    }
    None
}
