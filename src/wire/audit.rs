//! `audit`: the chain of what was done.

use super::{bridge::Bridge, failure::Failure};
use crate::cli::{AuditCommand, AuditFormat};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write as _},
    sync::Arc,
};
use swarmwarden::{
    domain::audit::{Key, Link, Record, link, verify},
    headless::{Exit, audit},
    settings::Settings,
    store::{Sidecar, known_key, pipe::Purpose},
};

/// Records that one read takes.
const PAGE: usize = 4_096;

/// `audit show|verify|export`.
pub(super) fn run(settings: &Settings, asked: &AuditCommand) -> Result<Exit, Failure> {
    let records = records(settings)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut exit = Exit::Ok;
    match asked {
        AuditCommand::Show { by } => audit::show(&mut out, &records, by.as_deref())?,
        AuditCommand::Export {
            output: AuditFormat::Json,
        } => audit::json_lines(&mut out, &records)?,
        AuditCommand::Export {
            output: AuditFormat::Yaml,
        } => audit::yaml(&mut out, &records)?,
        AuditCommand::Verify => {
            let (keys, heads) = kept(settings, &records)?;
            let report = verify(&records, &keys, &heads);
            if !audit::verdict(&mut out, &report)? {
                exit = Exit::Data;
            }
        }
    }
    out.flush()?;
    Ok(exit)
}

pub(super) type Kept = (BTreeMap<Arc<str>, Key>, BTreeMap<Arc<str>, Link>);

/// What is here to verify by: the keys of actors of this machine (of others only the hashes can be verified), and the ends of the
/// chains that were written from here.
pub(super) fn kept(settings: &Settings, records: &[Record]) -> Result<Kept, Failure> {
    let Some(state) = settings.state.as_deref() else {
        return Ok(Kept::default());
    };
    let actors: BTreeSet<Arc<str>> = records
        .iter()
        .filter_map(|record| Some(link(&record.details)?.0))
        .collect();
    let keys = actors.into_iter().filter_map(|actor| {
        let key = known_key(state, &actor)?;
        Some((actor, key))
    });
    let memory = Sidecar::existing(state, Bridge::of(settings)?.place());
    let heads = memory.and_then(|memory| memory.map_or_else(|| Ok(BTreeMap::new()), |m| m.heads()));
    let heads = match heads {
        Ok(heads) => heads,
        Err(error) => {
            writeln!(io::stderr(), "swarmwarden: {error}")?;
            BTreeMap::new()
        }
    };
    Ok((keys.collect(), heads))
}

/// Every action in the log, oldest first.
pub(super) fn records(settings: &Settings) -> Result<Vec<Record>, Failure> {
    let mut store = Bridge::of(settings)?.open(Purpose::Reading)?;
    let mut all: Vec<Record> = Vec::new();
    loop {
        let page = store.records(all.last().map_or(0, |r| r.id), PAGE)?;
        let done = page.len() < PAGE;
        all.extend(page);
        if done {
            return Ok(all);
        }
    }
}
