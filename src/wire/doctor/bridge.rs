//! The bridge's file and what it holds.

use super::{file, room, shown};
use crate::cli::Common;
use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    path::Path,
    time::Duration,
};
use swarmwarden::{
    domain::{Changes, ConversationId, MessageRow, Side, Span, Timestamp, text},
    headless::doctor::facts::{Bridge, Conversation, Pages, Rate, Rows, Schema, Trouble},
    settings::{DEFAULT_PATHS, Settings},
    store::{Integrity, SqliteStore, Store, StoreError},
    watch::network_file_system,
};

/// How long the pages are looked at.
const PATIENCE: Duration = Duration::from_secs(5);
/// Rows of each kind that are looked at.
const ROWS: usize = 10_000;
/// Spans within which the bridge counts.
const WITHIN: [i64; 3] = [60, 3_600, 86_400];

/// Which file, and how it is.
pub(super) fn look(settings: &Settings, common: &Common) -> Bridge {
    let mut bridge = Bridge {
        path: settings.db.as_deref().map(shown),
        chosen: chosen(settings, common),
        usual: DEFAULT_PATHS.map(str::to_owned).to_vec(),
        ..Bridge::default()
    };
    let Some(path) = settings.db.as_deref() else {
        return bridge;
    };
    bridge.file = file(path);
    if bridge.file.as_ref().is_none_or(|f| !f.is_file) {
        return bridge;
    }
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let directory = real.parent().unwrap_or_else(|| Path::new("."));
    bridge.directory = file(directory);
    bridge.network = network_file_system(directory);
    bridge.room = room(directory);
    let beside = ["-wal", "-shm", "-journal"].map(|end| {
        let mut name = real.as_os_str().to_owned();
        name.push(end);
        file(Path::new(&name))
    });
    bridge.companions = beside.into_iter().flatten().collect();
    bridge.schema = Some(
        SqliteStore::open(path)
            .map_err(|e| trouble(&e))
            .map(|store| {
                let source = store.source();
                let missing = source.faults.iter();
                Schema {
                    name: source.schema.name(),
                    missing: missing.map(|f| (line(&f.what), line(&f.remedy))).collect(),
                }
            }),
    );
    let exam = SqliteStore::examine(path, PATIENCE).map_err(|e| trouble(&e));
    bridge.pages = Some(exam.map(|exam| {
        let faults = match &exam.integrity {
            Integrity::Damaged(lines) => lines.iter().map(|l| line(l)).collect(),
            _ => Vec::new(),
        };
        Pages {
            journal: line(&exam.journal),
            bytes: exam.bytes,
            free: exam.free,
            faults,
            whole: exam.integrity != Integrity::Unfinished,
        }
    }));
    bridge
}

fn line(raw: &str) -> String {
    text::line(text::head(raw, 512)).into_owned()
}

fn chosen(settings: &Settings, common: &Common) -> &'static str {
    let set = env::var_os("SWARMWARDEN_DB");
    match (&common.db, set) {
        (Some(named), Some(set)) if named.as_os_str() == set => "named by $SWARMWARDEN_DB",
        (Some(_), _) => "named by --db",
        (None, _) => {
            let usual = |path: &Path| DEFAULT_PATHS.iter().any(|u| path.as_os_str() == *u);
            match settings.db.as_deref() {
                Some(path) if usual(path) => "at its usual place, and nobody named another",
                Some(_) => "named by bridge.path of the configuration",
                None => "nobody named one",
            }
        }
    }
}

fn trouble(error: &StoreError) -> Trouble {
    match error {
        StoreError::NotADatabase { .. } => Trouble::NotADatabase,
        StoreError::UnknownSchema { found, .. } => Trouble::Foreign(line(found)),
        StoreError::Busy { .. } => Trouble::Locked,
        StoreError::Damaged { detail, .. } => Trouble::Damaged(line(detail)),
        StoreError::NeedsWritableDirectory { .. } => Trouble::Directory,
        other => Trouble::Other(line(&super::super::failure::chain(other))),
    }
}

/// What it holds, as far as it can be read.
pub(super) fn rows(path: Option<&Path>, now: Timestamp) -> Option<Rows> {
    let mut store = SqliteStore::open(path?).ok()?;
    let first = store.newest(ROWS).ok()?;
    let day = now.plus(Span::seconds(-86_400));
    let oldest = first.messages.first().and_then(|m| m.at.at());
    let full = first.messages.len() >= ROWS;
    let used = used(&first, &first.messages);
    let made = first.conversations.clone().unwrap_or_default();
    let conversations = made.iter().map(|c| Conversation {
        worker: line(&c.role_b),
        made: c.created.at(),
        expires: c.expires.at(),
        used: used.contains(&c.id),
    });
    Some(Rows {
        conversations: conversations.collect(),
        newest: newest(&first),
        rates: rates(&first, now),
        messages: first
            .end
            .message
            .max(first.cursor.message)
            .max(0)
            .unsigned_abs(),
        partial: full && oldest.is_none_or(|at| at > day),
    })
}

/// Conversations in which the worker's side did something.
fn used(first: &Changes, messages: &[MessageRow]) -> BTreeSet<ConversationId> {
    let statuses = first.statuses.iter().flatten();
    let beat = statuses
        .filter(|s| s.side == Side::B)
        .map(|s| &s.conversation);
    let said = messages
        .iter()
        .filter(|m| m.from == Side::B)
        .map(|m| &m.conversation);
    let did = first.audits.iter().filter(|a| a.side == Side::B);
    let did = did.filter_map(|a| a.conversation.as_ref());
    // What was delivered to it, it fetched.
    let read = messages
        .iter()
        .filter(|m| m.to == Side::B && m.read)
        .map(|m| &m.conversation);
    beat.chain(said).chain(did).chain(read).cloned().collect()
}

/// The newest time of a row, and of what kind.
fn newest(first: &Changes) -> Option<(&'static str, Timestamp)> {
    let messages = first
        .messages
        .iter()
        .filter_map(|m| Some(("message", m.at.at()?)));
    let audits = first
        .audits
        .iter()
        .filter_map(|a| Some(("audit row", a.at.at()?)));
    let beats = first.statuses.iter().flatten();
    let beats = beats.filter_map(|s| Some(("heartbeat", s.heartbeat.at()?)));
    messages
        .chain(audits)
        .chain(beats)
        .max_by_key(|(_, at)| *at)
}

/// What each process of the bridge sent: the orchestrator's in all conversations, each worker's in its own; the busiest workers only. Rows of ours
/// do not pass the bridge's program, and do not count.
fn rates(first: &Changes, now: Timestamp) -> Vec<Rate> {
    let mut all: BTreeMap<Option<&ConversationId>, [u64; 3]> = BTreeMap::new();
    for message in first.messages.iter().filter(|m| m.mark.is_none()) {
        let whose = match message.from {
            Side::A => None,
            Side::B => Some(&message.conversation),
            Side::Other => continue,
        };
        let Some(age) = message.at.at().map(|at| now.since(at).as_seconds()) else {
            continue;
        };
        let sent = all.entry(whose).or_default();
        for (count, within) in sent.iter_mut().zip(WITHIN) {
            *count += u64::from((0..within).contains(&age));
        }
    }
    let conversations = first.conversations.iter().flatten();
    let names: BTreeMap<_, _> = conversations.map(|c| (&c.id, &c.role_b)).collect();
    let mut rates: Vec<_> = all
        .into_iter()
        .filter(|(_, sent)| sent.iter().any(|n| *n > 0))
        .collect();
    rates.sort_by_key(|(_, sent)| std::cmp::Reverse(*sent));
    let label = |whose: Option<&ConversationId>| match whose {
        None => "the orchestrator".to_owned(),
        Some(id) => names
            .get(id)
            .map_or_else(|| id.to_string(), |role| line(role)),
    };
    let rates = rates.into_iter().take(16);
    rates
        .map(|(whose, sent)| Rate {
            who: label(whose),
            sent,
        })
        .collect()
}
