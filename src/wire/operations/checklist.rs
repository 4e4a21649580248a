//! `checklist`: what the protocol's lists rest on is gathered here, from the bridge, git, our processes and the audit log.

use super::{Bridge, Failure, backup};
use crate::{
    cli::{self, Common, Sheet, Which},
    wire::{self, audit, credentials, doctor, repository},
};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Write as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};
use swarmwarden::{
    credentials::{Home, Shelf, Standing, members},
    domain::{
        Changes, ConversationId, Side, Stamp, Timestamp,
        audit::{PREFIX, Record, verify},
        text,
    },
    headless::{
        Exit,
        checklist::{self as report, Called, Evidence, Joined, List, Results, write},
        rollcall,
    },
    settings::Settings,
    store::{SqliteStore, Store},
};

/// Rows of each kind that are looked at.
const ROWS: usize = 10_000;
/// What the protocol's tests write.
const RESULTS: &str = "S2-PROTOCOL-V2-TEST-RESULTS.json";
/// Bytes of that file.
const CAP: u64 = 4 << 20;

/// `checklist`.
pub(in super::super) fn run(
    settings: &Settings,
    common: &Common,
    asked: &cli::Checklist,
) -> Result<Exit, Failure> {
    let list = match asked.which {
        Which::Pre => List::Pre,
        Which::Deploy => List::Deploy,
        Which::Day => List::Day,
        Which::Operations => List::Operations,
    };
    let evidence = gather(settings, common);
    let items = report::judge(list, &evidence);
    let mut out = io::BufWriter::new(io::stdout().lock());
    match asked.output {
        Sheet::Text => write::text(&mut out, list, &items)?,
        Sheet::Md => write::md(&mut out, list, &items)?,
        Sheet::Json => writeln!(out, "{:#}", write::json(list, &items, evidence.facts.now))?,
    }
    out.flush()?;
    Ok(report::exit(&items))
}

fn gather(settings: &Settings, common: &Common) -> Evidence {
    let facts = doctor::gather(settings, common);
    let mut evidence = Evidence {
        enrolled: enrolled(settings),
        results: results(settings),
        ..Evidence::default()
    };
    let db = settings.db.as_deref().filter(|db| db.is_file());
    if let Some(db) = db {
        evidence.backup = backup::newest(settings, db);
        let looked = wire::glance(settings, &Bridge::file(db), settings.mode);
        evidence.swarm = looked.ok().map(|(snapshot, _)| snapshot);
        let first = SqliteStore::open(db).and_then(|mut store| store.newest(ROWS));
        if let Ok(first) = first {
            evidence.joined = joined(&first, facts.now);
            evidence.rollcall = called(&first);
        }
        log(settings, &mut evidence);
    }
    evidence.facts = facts;
    evidence
}

/// Living conversations: when each was made, and first used by its worker as far as the newest rows show.
fn joined(first: &Changes, now: Timestamp) -> Vec<Joined> {
    let mut seen: BTreeMap<&ConversationId, Timestamp> = BTreeMap::new();
    let said = first.messages.iter().filter(|m| m.from == Side::B);
    let said = said.filter_map(|m| Some((&m.conversation, m.at.at()?)));
    let did = first.audits.iter().filter(|a| a.side == Side::B);
    let did = did.filter_map(|a| Some((a.conversation.as_ref()?, a.at.at()?)));
    for (id, at) in said.chain(did) {
        seen.entry(id)
            .and_modify(|first| *first = at.min(*first))
            .or_insert(at);
    }
    let beat = first
        .statuses
        .iter()
        .flatten()
        .filter(|s| s.side == Side::B);
    let beat: BTreeSet<_> = beat.map(|s| &s.conversation).collect();
    let whole = first.messages.len() < ROWS && first.audits.len() < ROWS;
    let lives = |at: Stamp| at.at().is_none_or(|at| at > now);
    let all = first
        .conversations
        .iter()
        .flatten()
        .filter(|c| lives(c.expires));
    let one = |c: &swarmwarden::domain::ConversationRow| {
        let first = seen.get(&c.id).copied();
        // A heartbeat says that it came, and not when.
        let known = first.is_some() || whole && !beat.contains(&c.id);
        Joined {
            worker: text::line(text::head(&c.role_b, 128)).into_owned(),
            made: c.created.at().filter(|_| known),
            first,
        }
    };
    all.map(one).collect()
}

/// The newest roll call.
fn called(first: &Changes) -> Option<Called> {
    let questions = first.messages.iter().filter(|m| m.from == Side::A);
    let asked = questions.filter_map(|m| Some((rollcall::asks(&m.text)?, m)));
    let asked: Vec<_> = asked.collect();
    let (id, newest) = asked.last()?;
    let of: BTreeSet<_> = asked
        .iter()
        .filter(|(i, _)| i == id)
        .map(|(_, m)| &m.conversation)
        .collect();
    let answers = first
        .messages
        .iter()
        .filter(|m| m.from == Side::B && of.contains(&m.conversation));
    let answers = answers.filter(|m| rollcall::answers(&m.text, id));
    let by: BTreeSet<_> = answers.map(|m| &m.conversation).collect();
    Some(Called {
        id: text::line(text::head(id, 64)).into_owned(),
        at: newest.at.at(),
        counts: (of.len(), by.len()),
    })
}

/// What the audit log says of our own actions.
fn log(settings: &Settings, evidence: &mut Evidence) {
    let Ok(records) = audit::records(settings) else {
        return;
    };
    let own = |r: &&Record| r.action.starts_with(PREFIX);
    let at = |r: &Record| Stamp::parse(Some(&r.timestamp)).at();
    let acted = records.iter().filter(own).filter_map(|r| {
        let action = r.action.strip_prefix(PREFIX)?.to_owned();
        Some((action, task(&r.details), at(r)?))
    });
    evidence.actions = acted.collect();
    let ours = records.iter().filter(own).count();
    if ours == 0 {
        return;
    }
    let (keys, heads) = audit::kept(settings, &records).unwrap_or_default();
    let found = verify(&records, &keys, &heads);
    let broken = found
        .chains
        .iter()
        .find_map(|(actor, chain)| Some((actor, chain.broken.as_ref()?)));
    evidence.chain = Some(match broken {
        None => Ok(ours),
        Some((actor, broken)) => Err(format!(
            "the chain of {} is broken at row {}: {}",
            text::line(actor),
            broken.row,
            text::line(&broken.why)
        )),
    });
}

/// The task that an entry is about.
fn task(details: &str) -> Option<String> {
    let details: serde_json::Value = serde_json::from_str(details).ok()?;
    let task = details.get("task")?.as_str()?;
    Some(text::line(text::head(task, 128)).into_owned())
}

/// Workers that joined, as the orchestrator's machine knows them.
fn enrolled(settings: &Settings) -> Option<(usize, usize)> {
    let repo = repository::path(settings)?;
    let home = Home::new(settings.state.as_deref()?, &settings.credentials.swarm);
    let shelf = Shelf::new(&repo, credentials::place(settings), None);
    let all = members(&home, &shelf, shelf.seen().ok()?).ok()?;
    let accepted = all
        .iter()
        .filter(|m| m.standing == Standing::Accepted)
        .count();
    let waiting = all
        .iter()
        .filter(|m| m.standing == Standing::Waiting)
        .count();
    (!all.is_empty()).then_some((accepted, waiting))
}

/// The part of the results that counts.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Written {
    overall_status: String,
    tests: BTreeMap<String, One>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct One {
    status: String,
    result: String,
}

/// The newest results of the protocol's tests: here, or where the protocol puts them.
fn results(settings: &Settings) -> Option<Results> {
    let repo = repository::path(settings).unwrap_or_default();
    let places = [
        PathBuf::from(RESULTS),
        repo.join(RESULTS),
        repo.join("docs").join("evidence").join(RESULTS),
    ];
    let found = places.iter().filter_map(|path| read(path));
    found.max_by_key(|r| r.at)
}

fn read(path: &Path) -> Option<Results> {
    let facts = fs::metadata(path)
        .ok()
        .filter(|m| m.is_file() && m.len() <= CAP)?;
    let written: Written = serde_json::from_str(&fs::read_to_string(path).ok()?).ok()?;
    let pass = |one: &&One| one.status == "PASS" || one.result == "PASS";
    Some(Results {
        path: text::line(&path.to_string_lossy()).into_owned(),
        at: Timestamp(facts.mtime().saturating_mul(1_000_000)),
        passed: (
            written.tests.values().filter(pass).count(),
            written.tests.len(),
        ),
        overall: written.overall_status == "PASS",
    })
}
