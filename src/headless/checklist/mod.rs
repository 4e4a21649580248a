//! `checklist`: the protocol's four lists, each item with what was found of it. What no row, file or process shows is *not recorded*, never ok.

mod deploy;
mod later;
mod pre;
pub mod write;

use super::{Exit, doctor::Facts};
use crate::domain::{Snapshot, Span, Timestamp};

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Before the deployment.
    Pre,
    /// The deployment.
    Deploy,
    /// The first 24 hours.
    Day,
    /// Production.
    Operations,
}

impl List {
    /// Name, as it is typed.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pre => "pre",
            Self::Deploy => "deploy",
            Self::Day => "24h",
            Self::Operations => "operations",
        }
    }

    /// Title, as in the protocol.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Pre => "Pre-Deployment",
            Self::Deploy => "Deployment",
            Self::Day => "Post-Deployment Monitoring (First 24 Hours)",
            Self::Operations => "Production Operations",
        }
    }
}

/// How an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stand {
    /// It is so.
    Ok,
    /// Nothing shows whether it is.
    NotRecorded,
    /// It is not so.
    NotOk,
}

impl Stand {
    /// Name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NotRecorded => "not recorded",
            Self::NotOk => "not ok",
        }
    }
}

/// One item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What the protocol asks for.
    pub asks: &'static str,
    /// How it stands.
    pub stand: Stand,
    /// What shows it.
    pub evidence: String,
}

impl Item {
    fn new(asks: &'static str, stand: Stand, evidence: impl Into<String>) -> Self {
        let evidence = evidence.into();
        Self {
            asks,
            stand,
            evidence,
        }
    }

    /// Ok, or not.
    fn is(asks: &'static str, ok: bool, evidence: impl Into<String>) -> Self {
        let stand = if ok { Stand::Ok } else { Stand::NotOk };
        Self::new(asks, stand, evidence)
    }

    fn unknown(asks: &'static str, why: impl Into<String>) -> Self {
        Self::new(asks, Stand::NotRecorded, why)
    }
}

/// Everything that items rest on. All text is neutralised.
#[derive(Debug, Default)]
pub struct Evidence {
    /// What `doctor` found.
    pub facts: Facts,
    /// The swarm; `None` where the bridge cannot be read.
    pub swarm: Option<Snapshot>,
    /// Conversations that live: when each was made, and when its worker first did something there.
    pub joined: Vec<Joined>,
    /// Our own actions: name, task, when.
    pub actions: Vec<(String, Option<String>, Timestamp)>,
    /// Whether the audit chains hold, and how many entries they have; `None` where there is none.
    pub chain: Option<Result<usize, String>>,
    /// Workers with an accepted key, and workers that wait; `None` where nobody is enrolled from here.
    pub enrolled: Option<(usize, usize)>,
    /// Results of the protocol's tests: where, when, whether all passed.
    pub results: Option<Results>,
    /// The newest copy of the bridge that `backup` made.
    pub backup: Option<Timestamp>,
    /// The newest roll call.
    pub rollcall: Option<Called>,
}

/// When a worker came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Joined {
    /// Its name.
    pub worker: String,
    /// When its conversation was made.
    pub made: Option<Timestamp>,
    /// When it first did something there.
    pub first: Option<Timestamp>,
}

/// Results of the protocol's tests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Results {
    /// The file.
    pub path: String,
    /// When it was written.
    pub at: Timestamp,
    /// Tests in it that passed, and all.
    pub passed: (usize, usize),
    /// What it says of itself.
    pub overall: bool,
}

/// A roll call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Called {
    /// Its id.
    pub id: String,
    /// When it was asked.
    pub at: Option<Timestamp>,
    /// Workers that were asked, and that answered.
    pub counts: (usize, usize),
}

/// The items of a list, in the protocol's order. O(evidence).
#[must_use]
pub fn judge(list: List, evidence: &Evidence) -> Vec<Item> {
    match list {
        List::Pre => pre::judge(evidence),
        List::Deploy => deploy::judge(evidence),
        List::Day => later::day(evidence),
        List::Operations => later::operations(evidence),
    }
}

/// 0 when no item is not ok.
#[must_use]
pub fn exit(items: &[Item]) -> Exit {
    if items.iter().any(|i| i.stand == Stand::NotOk) {
        Exit::Warning
    } else {
        Exit::Ok
    }
}

const UNREAD: &str = "the bridge cannot be read: `swarmwarden doctor` says why";
const DAY: Span = Span::seconds(86_400);

/// Up to five names, and how many more.
fn names<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<_> = all.collect();
    let mut some: Vec<_> = all.iter().take(5).map(|n| (*n).to_owned()).collect();
    if all.len() > some.len() {
        some.push(format!("{} more", all.len() - some.len()));
    }
    some.join(", ")
}

/// A job of ours on this machine: whether it runs and is well, and in which words.
fn daemon(evidence: &Evidence, job: &str) -> (bool, String) {
    let of = evidence.facts.daemons.iter().filter(|d| d.job == job);
    let all: Vec<_> = of.collect();
    let running = all.iter().find(|d| d.alive);
    match running {
        Some(d) => {
            let well = d.error.is_none() && d.age.is_some_and(|age| age < Span::seconds(30));
            let words = d
                .error
                .clone()
                .map_or_else(String::new, |e| format!(": {e}"));
            (
                well,
                format!("runs on this machine, process {}{words}", d.pid),
            )
        }
        None if all.is_empty() => (
            false,
            "never ran on this machine for this bridge".to_owned(),
        ),
        None => (
            false,
            "ran on this machine, and does not run now".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests;
