//! Writing an incident.

use super::{Header, Judge, LONGEST, ROWS, SCHEMA};
use crate::{
    domain::{TaskId, Timestamp, health::Detector, message, text},
    record::{
        Event, Head, Player, RecordError, Section, What,
        event::{instant, ms},
        player::gaps,
    },
};
use serde::Serialize;
use serde_json::json;
use std::{
    collections::HashSet,
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

/// Newest messages of before that go along, besides those of the tasks that were open.
const MESSAGES: usize = 500;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// First instant.
    pub from: Timestamp,
    /// Last instant.
    pub to: Timestamp,
    /// From when until when nothing had been recorded, ascending.
    pub gaps: Vec<(Timestamp, Timestamp)>,
    /// How much was seen in between.
    pub events: usize,
    /// Bytes of the file.
    pub bytes: u64,
}

/// Writes what was seen from `from` to `to` into a new file at `path`, readable by its owner only: every time without a gap that lies in it, or
/// reaches into it. What lies outside of what was recorded is left out. `detector` is how it is judged when it plays. O(what was seen).
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
    let sections = player.stretch(ms(from), ms(to))?;
    let (Some(first), Some(last)) = (sections.first(), sections.last()) else {
        return Err(RecordError::Empty);
    };
    let (from, to) = (first.from, last.until);
    let wrong = |e: io::Error| unwritten(path, e);
    if to - from > LONGEST {
        return Err(too_large(path));
    }
    let begun = player.state(from)?;
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(wrong)?;
    let header = Header {
        schema: SCHEMA.to_owned(),
        program: concat!("swarmwarden ", env!("CARGO_PKG_VERSION")).to_owned(),
        from,
        to,
        // One time without a gap needs no list.
        sections: (sections.iter().map(|s| (s.from, s.until)))
            .filter(|_| sections.len() > 1)
            .collect(),
        bridge: text::line(&begun.0.begin().name).into_owned(),
        detector: Judge::of(detector),
    };
    let mut pen = Pen::new(file, path);
    let events = pen.all(player, &header, &sections).inspect_err(|_| {
        // Half an incident is none.
        let _gone = fs::remove_file(path);
    })?;
    let bytes = fs::metadata(path).map_or(0, |meta| meta.len());
    Ok(Exported {
        from: instant(from),
        to: instant(to),
        gaps: gaps(&sections),
        events,
        bytes,
    })
}

/// A file that is written.
struct Pen<'a> {
    out: BufWriter<File>,
    path: &'a Path,
    /// Messages whose heads are in it, by the life of the bridge.
    known: HashSet<(u32, i64)>,
    /// Heads, states and events.
    rows: usize,
}

impl<'a> Pen<'a> {
    fn new(file: File, path: &'a Path) -> Self {
        Self {
            out: BufWriter::new(file),
            path,
            known: HashSet::new(),
            rows: 0,
        }
    }

    fn line(&mut self, value: &impl Serialize) -> Result<(), RecordError> {
        let done = serde_json::to_writer(&mut self.out, value).map_err(io::Error::from);
        let done = done.and_then(|()| self.out.write_all(b"\n"));
        done.map_err(|e| unwritten(self.path, e))
    }

    /// A line of which there may be too many.
    fn row(&mut self, value: &impl Serialize) -> Result<(), RecordError> {
        self.rows += 1;
        if self.rows > ROWS {
            return Err(too_large(self.path));
        }
        self.line(value)
    }

    fn all(
        &mut self,
        player: &mut Player,
        header: &Header,
        sections: &[Section],
    ) -> Result<usize, RecordError> {
        self.line(header)?;
        let mut events = 0;
        for (n, section) in sections.iter().enumerate() {
            // What the next one begins with, its state holds.
            let next = sections.get(n + 1).map_or(i64::MAX, |next| next.from);
            events += self.section(player, *section, next)?;
        }
        self.line(&json!({ "end": events }))?;
        let done = self.out.flush();
        let done = done.and_then(|()| self.out.get_ref().sync_all());
        done.map_err(|e| unwritten(self.path, e))?;
        Ok(events)
    }

    /// A time without a gap: the state at its beginning, the heads that are not in the file yet, and what was seen before `next`.
    fn section(
        &mut self,
        player: &mut Player,
        section: Section,
        next: i64,
    ) -> Result<usize, RecordError> {
        let (fold, heads) = player.state(section.from)?;
        let mut begin = fold.begin();
        begin.name = text::line(&begin.name).as_ref().into();
        let shown = fold.picture(instant(section.from));
        let kept: HashSet<TaskId> = shown.tasks.iter().map(|t| t.id.clone()).collect();
        self.row(&json!({ "begin": begin }))?;
        for head in needed(heads, &kept) {
            if self.known.insert((begin.life, head.id)) {
                self.row(&json!({ "head": head }))?;
            }
        }
        let mut events = 0;
        let to = (section.until + 1).min(next);
        player.each(section.from + 1, to, |event: &Event| {
            events += 1;
            if let What::Message(head) = &event.what {
                self.known.insert((begin.life, head.id));
            }
            self.row(event)
        })?;
        Ok(events)
    }
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
