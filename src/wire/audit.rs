//! `audit`: the chain of what was done.

use super::failure::Failure;
use crate::cli::{AuditCommand, AuditFormat};
use std::{
    collections::BTreeMap,
    io::{self, Write as _},
};
use swarmwarden::{
    domain::audit::{Record, verify},
    headless::{Exit, audit},
    settings::Settings,
    store::{SqliteStore, Store, key},
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
            // The key here is of this actor on this machine; of others only the hashes can be verified.
            let mine = settings
                .state
                .as_deref()
                .filter(|dir| dir.join("audit.key").exists());
            let keys = mine.and_then(|dir| key(dir).ok());
            let keys = keys
                .map(|key| (settings.actor.clone(), key))
                .into_iter()
                .collect();
            let report = verify(&records, &keys, &BTreeMap::new());
            if !audit::verdict(&mut out, &report)? {
                exit = Exit::Data;
            }
        }
    }
    out.flush()?;
    Ok(exit)
}

fn records(settings: &Settings) -> Result<Vec<Record>, Failure> {
    let mut store = SqliteStore::open(super::database(settings)?)?;
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
