//! Bytes to a [`Document`].

mod agents;
pub(super) mod aside;
mod blockers;
mod board;
mod decode;
mod fields;
mod keys;
mod limits;
mod markdown;
mod pair;
pub(super) mod paths;
mod sessions;
mod settle;
mod slots;
pub(super) mod value;
pub(super) mod words;
mod yaml;

pub use limits::CAP;

use crate::domain::{
    claim::{Blocker, Claim, Document, DocumentKind, Remark},
    text,
};
use decode::Decoded;
use std::sync::Arc;

/// Reads a document. `None` when the path names none ([`super::kind_of`]); never an error. At most [`CAP`] bytes are
/// read. O(bytes read).
#[must_use]
pub fn read(path: &str, bytes: &[u8]) -> Option<Document> {
    let kind = super::kind_of(path)?;
    let Decoded { text, remarks } = decode::decode(bytes);
    let mut document = Document {
        path: Arc::from(text::line(text::head(path, text::BODY_CAP))),
        kind,
        updated: None,
        claims: Vec::new(),
        blockers: Vec::new(),
        tasks: Vec::new(),
        agents: Vec::new(),
        head: Vec::new(),
        remarks,
    };
    if yaml::is_yaml(path, &text) {
        yaml::read(&text, path, &mut document);
    } else {
        let blocks = markdown::blocks(&text, &mut document.remarks);
        match kind {
            DocumentKind::Blockers => blockers::read(&blocks, &mut document),
            DocumentKind::Board => board::read(&blocks, &mut document),
            DocumentKind::Mission => {
                sessions::read(&blocks, path, &mut document);
                agents::read(&blocks, &mut document);
            }
            DocumentKind::Handover => {
                sessions::read(&blocks, path, &mut document);
                agents::read(&blocks, &mut document);
                board::read_tables(&blocks, &mut document);
            }
            DocumentKind::Status | DocumentKind::Tracker | DocumentKind::Report => {
                sessions::read(&blocks, path, &mut document);
            }
        }
    }
    finish(&mut document);
    Some(document)
}

/// The date of the head, and the blockers of every claim as blockers of the document.
fn finish(document: &mut Document) {
    if document.updated.is_none() {
        document.updated = document
            .head
            .iter()
            .filter(|f| {
                matches!(
                    pair::norm(&f.key).as_str(),
                    "last updated" | "updated" | "timestamp" | "generated at"
                )
            })
            .filter_map(|f| value::instant(&f.value))
            .max();
    }
    if document.kind == DocumentKind::Report && document.updated.is_none() {
        document.updated = document.claims.iter().filter_map(|c| c.updated).max();
    }
    let of_claims: Vec<Blocker> = document.claims.iter().flat_map(held_up).collect();
    document.blockers.extend(of_claims);
    for (n, cap, what) in [
        (document.blockers.len(), limits::BLOCKERS, "blockers"),
        (document.claims.len(), limits::CLAIMS, "claims"),
        (document.tasks.len(), limits::TASKS, "tasks"),
        (document.agents.len(), limits::AGENTS, "agents"),
    ] {
        if n > cap {
            document.remarks.push(Remark {
                text: format!("{} more {what} are left out: {cap} are read", n - cap).into(),
                line: 0,
            });
        }
    }
    document.blockers.truncate(limits::BLOCKERS);
    document.claims.truncate(limits::CLAIMS);
    document.tasks.truncate(limits::TASKS);
    document.agents.truncate(limits::AGENTS);
    document.head.truncate(limits::FIELDS);
    document.remarks.sort_by_key(|r| r.line);
    if document.remarks.len() > limits::REMARKS {
        let more = document.remarks.len() - limits::REMARKS;
        document.remarks.truncate(limits::REMARKS);
        document.remarks.push(Remark {
            text: format!("{more} more remarks left out").into(),
            line: 0,
        });
    }
}

fn held_up(claim: &Claim) -> impl Iterator<Item = Blocker> + '_ {
    claim.blockers.iter().map(|what| Blocker {
        text: Arc::clone(what),
        session: claim
            .number
            .filter(|_| claim.unit == crate::domain::claim::Unit::Session)
            .or(claim.of_session),
        owner: None,
        since: claim.updated,
        open: true,
        line: claim
            .fields
            .iter()
            .find(|f| f.value.contains(&**what))
            .map_or(claim.line, |f| f.line),
    })
}

/// A remark; its text is neutralised here.
fn remark(text: &str, line: u32) -> Remark {
    Remark {
        text: limits::clean(text, limits::REMARK_TEXT).into(),
        line,
    }
}
