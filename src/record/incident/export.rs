//! Writing an incident.

use super::{Header, Judge, LONGEST, ROWS, SCHEMA};
use crate::{
    domain::{TaskId, Timestamp, health::Detector, message, text},
    record::{
        Event, Head, Player, RecordError,
        event::{instant, ms},
    },
};
use serde::Serialize;
use serde_json::json;
use std::{
    collections::HashSet,
    fs::{self, OpenOptions},
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

/// Newest messages of before that go along, besides those of the tasks that were open.
const MESSAGES: usize = 500;

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// First instant.
    pub from: Timestamp,
    /// Last instant.
    pub to: Timestamp,
    /// How much was seen in between.
    pub events: usize,
    /// Bytes of the file.
    pub bytes: u64,
}

/// Writes what was seen from `from` to `to` into a new file at `path`, readable by its owner only. The times are moved to what was recorded.
/// `detector` is how it is judged when it plays. O(what was seen).
///
/// # Errors
/// [`RecordError::Place`] where there is a file already, or none can be made, or it would hold more than an incident may: what was begun is
/// removed; as the recording says.
pub fn export(
    player: &mut Player,
    detector: &Detector,
    (from, to): (Timestamp, Timestamp),
    path: &Path,
) -> Result<Exported, RecordError> {
    let (from, to) = player.stretch(ms(from), ms(to))?;
    let wrong = |e: io::Error| unwritten(path, e);
    if to - from > LONGEST {
        return Err(too_large(path));
    }
    let (fold, heads) = player.state(from)?;
    let shown = fold.clone().picture(instant(from));
    let kept: HashSet<TaskId> = shown.tasks.iter().map(|t| t.id.clone()).collect();
    let heads = needed(heads, &kept);
    let mut begin = fold.begin();
    begin.name = text::line(&begin.name).as_ref().into();
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(wrong)?;
    let mut out = BufWriter::new(file);
    let header = Header {
        schema: SCHEMA.to_owned(),
        program: concat!("swarmwarden ", env!("CARGO_PKG_VERSION")).to_owned(),
        from,
        to,
        bridge: begin.name.to_string(),
        detector: Judge::of(detector),
    };
    let mut written = || -> Result<usize, RecordError> {
        line(&mut out, &header).map_err(wrong)?;
        line(&mut out, &json!({ "begin": begin })).map_err(wrong)?;
        for head in &heads {
            line(&mut out, &json!({ "head": head })).map_err(wrong)?;
        }
        let mut events = 0;
        player.each(from + 1, to + 1, |event: &Event| {
            events += 1;
            if heads.len() + events > ROWS {
                return Err(too_large(path));
            }
            line(&mut out, event).map_err(wrong)
        })?;
        line(&mut out, &json!({ "end": events })).map_err(wrong)?;
        out.flush().map_err(wrong)?;
        out.get_ref().sync_all().map_err(wrong)?;
        Ok(events)
    };
    let events = written().inspect_err(|_| {
        // Half an incident is none.
        let _gone = fs::remove_file(path);
    })?;
    let bytes = fs::metadata(path).map_or(0, |meta| meta.len());
    Ok(Exported {
        from: instant(from),
        to: instant(to),
        events,
        bytes,
    })
}

fn unwritten(path: &Path, error: io::Error) -> RecordError {
    RecordError::Place {
        path: text::line(&path.to_string_lossy()).into_owned(),
        what: "written; name a new file in a directory that is there",
        source: error.into(),
    }
}

fn too_large(path: &Path) -> RecordError {
    let why = "it would be longer than 31 days, or hold more than 1,000,000 rows";
    RecordError::Place {
        path: text::line(&path.to_string_lossy()).into_owned(),
        what: "an incident; choose less with --from and --to",
        source: io::Error::other(why).into(),
    }
}

fn line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// Heads that the tasks that were shown are made of, and the newest.
fn needed(heads: Vec<Head>, tasks: &HashSet<TaskId>) -> Vec<Head> {
    let newest = heads.len().saturating_sub(MESSAGES);
    let of_task = |head: &Head| {
        let row = head.row();
        let marked = row.mark.as_ref().and_then(|mark| mark.task.clone());
        let named = message::read(&row.text, row.action.as_deref()).task;
        let named = named.map(|raw| TaskId::new(raw.strip_suffix("-reassigned").unwrap_or(&raw)));
        marked
            .into_iter()
            .chain(named)
            .any(|task| tasks.contains(&task))
    };
    let each = heads.into_iter().enumerate();
    each.filter(|(at, head)| *at >= newest || of_task(head))
        .map(|(_, head)| head)
        .collect()
}
