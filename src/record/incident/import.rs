//! Reading an incident that anybody may have written.

use super::{
    Header, LONGEST, ROWS, SCHEMA, SECTIONS,
    sane::{LARGEST, Sane},
};
use crate::{
    domain::{Trouble, alert::Alerts, health::Detector, text},
    record::{Begin, Event, Head, RecordError, Section, Start, Tape, What},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    io::{self, BufRead, Read as _},
    sync::Arc,
};

/// Bytes that a file may have.
const MOST: u64 = 128 << 20;
/// Bytes that a line may have: the state of a large swarm is one.
const LINE: u64 = 16 << 20;

/// Why a file is no incident. Foreign text is neutralised.
#[derive(Debug, thiserror::Error)]
pub enum IncidentError {
    /// It does not begin as one.
    #[error(
        "line 1: this is no incident ({SCHEMA}): {0}; write one with `swarmwarden incident export`"
    )]
    Foreign(String),
    /// A line does not read.
    #[error("line {line}: {why}; the file was changed or is damaged: export it again")]
    Line {
        /// Which, from 1.
        line: usize,
        /// Why not.
        why: String,
    },
    /// The end is missing.
    #[error("line {0}: the end is missing: the file was cut off; copy it again")]
    CutOff(usize),
    /// It is larger than one may be.
    #[error("it is larger than an incident may be ({} MiB)", MOST >> 20)]
    TooLarge,
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// An incident, ready to play. A clone is another handle to the same.
#[derive(Debug, Clone)]
pub struct Incident {
    /// How it is judged.
    pub detector: Detector,
    /// Times without a gap, with the states at their beginnings; at least one.
    parts: Arc<[(Section, Begin)]>,
    /// By the life of the bridge, and key.
    heads: Arc<BTreeMap<(u32, i64), Head>>,
    events: Arc<[Event]>,
}

#[derive(Deserialize)]
struct HeadLine {
    head: Head,
}

#[derive(Deserialize)]
struct BeginLine {
    begin: Begin,
}

#[derive(Deserialize)]
struct EndLine {
    end: usize,
}

/// The lines of a file, counted and bounded.
struct Lines<R> {
    from: R,
    n: usize,
    left: u64,
}

impl<R: BufRead> Lines<R> {
    /// The next line; `None` at the end.
    fn next(&mut self) -> Result<Option<Vec<u8>>, IncidentError> {
        let mut line = Vec::new();
        let most = LINE.min(self.left).saturating_add(1);
        let read = (&mut self.from).take(most).read_until(b'\n', &mut line)?;
        let read = u64::try_from(read).unwrap_or(u64::MAX);
        if read > LINE || read > self.left {
            return Err(IncidentError::TooLarge);
        }
        self.left -= read;
        self.n += 1;
        if line.pop_if(|last| *last == b'\n').is_none() && !line.is_empty() {
            return Err(IncidentError::CutOff(self.n));
        }
        Ok((read > 0).then_some(line))
    }

    fn wrong(&self, why: &str) -> IncidentError {
        IncidentError::Line {
            line: self.n,
            why: text::line(why).into_owned(),
        }
    }

    /// A line, with every number in it one that can be a time.
    fn parse<T: DeserializeOwned>(&self, line: &[u8]) -> Result<T, IncidentError> {
        let wrong = |e: serde_json::Error| self.wrong(&e.to_string());
        let Sane = serde_json::from_slice(line).map_err(wrong)?;
        serde_json::from_slice(line).map_err(wrong)
    }
}

/// Reads an incident. O(bytes).
///
/// # Errors
/// As [`IncidentError`] says.
pub fn import(from: impl BufRead) -> Result<Incident, IncidentError> {
    let mut lines = Lines {
        from,
        n: 0,
        left: MOST,
    };
    let header = header(&mut lines)?;
    let cut = |lines: &Lines<_>| IncidentError::CutOff(lines.n);
    let sections = sections(&header, &lines)?;
    let mut parts: Vec<(Section, Begin)> = Vec::new();
    let mut heads: BTreeMap<(u32, i64), Head> = BTreeMap::new();
    let mut events: Vec<Event> = Vec::new();
    // Of heads and events, as they are counted when they are written.
    let mut rows = 0;
    loop {
        let line = lines.next()?.ok_or_else(|| cut(&lines))?;
        if rows > ROWS {
            return Err(IncidentError::TooLarge);
        }
        if line.starts_with(b"{\"end\"") {
            let EndLine { end } = lines.parse(&line)?;
            if end != events.len() {
                return Err(lines.wrong("the number of events is another one"));
            }
            break;
        }
        if parts.is_empty() || line.starts_with(b"{\"begin\"") {
            let next = sections.get(parts.len()).copied();
            let next = next.ok_or_else(|| lines.wrong("there are more states than times"))?;
            parts.push((next, begin(&lines, &line, next)?));
            continue;
        }
        let Some((section, begun)) = parts.last() else {
            continue;
        };
        rows += 1;
        if line.starts_with(b"{\"head\"") {
            let HeadLine { head } = lines.parse(&line)?;
            heads.insert((begun.life, head.id), head);
            continue;
        }
        let event = event(&lines, &line, *section, events.last())?;
        if let What::Message(head) = &event.what {
            // A later state rests on it too.
            heads
                .entry((begun.life, head.id))
                .or_insert_with(|| Head::clone(head));
        }
        events.push(event);
    }
    if parts.len() < sections.len() {
        return Err(lines.wrong("there are fewer states than times"));
    }
    Ok(Incident {
        detector: header.detector.detector(),
        parts: parts.into(),
        heads: heads.into(),
        events: events.into(),
    })
}

/// The times without a gap, as the header says.
fn sections(header: &Header, lines: &Lines<impl BufRead>) -> Result<Vec<Section>, IncidentError> {
    if header.sections.len() > SECTIONS {
        return Err(IncidentError::TooLarge);
    }
    let section = |&(from, until): &(i64, i64)| Section { from, until };
    if header.sections.is_empty() {
        return Ok(vec![section(&(header.from, header.to))]);
    }
    let all: Vec<Section> = header.sections.iter().map(section).collect();
    let ascending = all.iter().all(|s| s.from <= s.until)
        && all
            .windows(2)
            .all(|pair| matches!(pair, [a, b] if a.until <= b.from && a.from < b.from));
    let ends = all.first().map(|s| s.from) == Some(header.from)
        && all.last().map(|s| s.until) == Some(header.to);
    if ascending && ends {
        Ok(all)
    } else {
        Err(lines.wrong("the times in it are not in order"))
    }
}

fn header(lines: &mut Lines<impl BufRead>) -> Result<Header, IncidentError> {
    let foreign = |why: &str| IncidentError::Foreign(text::line(text::head(why, 200)).into_owned());
    let line = match lines.next() {
        Err(IncidentError::CutOff(_)) | Ok(None) => {
            return Err(foreign("its first line is not whole"));
        }
        line => line?.unwrap_or_default(),
    };
    let value: Value =
        serde_json::from_slice(&line).map_err(|_| foreign("its first line is not JSON"))?;
    match value.get("schema").and_then(Value::as_str) {
        Some(SCHEMA) => {}
        Some(other) => return Err(foreign(&format!("it says {other}"))),
        None => return Err(foreign("its first line names no schema")),
    }
    let header: Header = serde_json::from_value(value).map_err(|e| lines.wrong(&e.to_string()))?;
    if header.from < 0 || header.from > header.to || header.to >= LARGEST / 1_000 {
        return Err(lines.wrong("it ends before it begins"));
    }
    if header.to - header.from > LONGEST {
        return Err(lines.wrong("it is longer than 31 days"));
    }
    Ok(header)
}

fn begin(
    lines: &Lines<impl BufRead>,
    line: &[u8],
    section: Section,
) -> Result<Begin, IncidentError> {
    let BeginLine { mut begin } = lines.parse(line)?;
    if begin.still.at().0.div_euclid(1_000) != section.from {
        return Err(lines.wrong("the state is not that of the beginning"));
    }
    begin.name = text::line(&begin.name).as_ref().into();
    if let Some(book) = &mut begin.alerts {
        *book = neutral(lines, book)?;
    }
    Ok(begin)
}

/// A book of alerts, with every text in it made safe to show: what it says is shown as it is.
fn neutral(lines: &Lines<impl BufRead>, book: &Alerts) -> Result<Alerts, IncidentError> {
    let wrong = |e: serde_json::Error| lines.wrong(&e.to_string());
    let mut value = serde_json::to_value(book).map_err(wrong)?;
    neutralise(&mut value);
    serde_json::from_value(value).map_err(wrong)
}

fn event(
    lines: &Lines<impl BufRead>,
    line: &[u8],
    section: Section,
    last: Option<&Event>,
) -> Result<Event, IncidentError> {
    let mut event: Event = lines.parse(line)?;
    if let What::Alerts(book) = &mut event.what {
        **book = neutral(lines, book)?;
    }
    if !(section.from..=section.until).contains(&event.ms) {
        return Err(lines.wrong("it lies outside of the incident"));
    }
    if last.is_some_and(|last| last.ms > event.ms) {
        return Err(lines.wrong("it is older than the one before"));
    }
    if matches!(event.what, What::Begin(_) | What::Kept(_)) {
        return Err(lines.wrong("it has no place in an incident"));
    }
    Ok(event)
}

/// Every text in it, made safe to show.
fn neutralise(value: &mut Value) {
    match value {
        Value::String(raw) => *raw = text::line(raw).into_owned(),
        Value::Array(all) => all.iter_mut().for_each(neutralise),
        Value::Object(map) => map.values_mut().for_each(neutralise),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl Incident {
    /// First instant, in milliseconds, and last; gaps may lie between.
    #[must_use]
    pub fn section(&self) -> Section {
        let (first, last) = (self.parts.first(), self.parts.last());
        Section {
            from: first.map_or(0, |(s, _)| s.from),
            until: last.map_or(0, |(s, _)| s.until),
        }
    }
}

impl Tape for Incident {
    fn sections(&mut self) -> Result<Vec<Section>, RecordError> {
        Ok(self.parts.iter().map(|(section, _)| *section).collect())
    }

    fn starts(&mut self) -> Result<Vec<i64>, RecordError> {
        Ok(self.parts.iter().map(|(section, _)| section.from).collect())
    }

    fn start(&mut self, at: i64) -> Result<Start, RecordError> {
        let part = self.parts.iter().find(|(section, _)| section.from == at);
        let (_, begin) = part.ok_or(RecordError::Empty)?;
        let (life, end) = (begin.life, begin.still.message().0);
        let heads = self.heads.range((life, i64::MIN)..=(life, end));
        Ok(Start {
            begin: begin.clone(),
            heads: heads.map(|(_, head)| head.clone()).collect(),
        })
    }

    fn events(&mut self, from: i64, to: i64) -> Result<Vec<Event>, RecordError> {
        let first = self.events.partition_point(|event| event.ms < from);
        let last = self.events.partition_point(|event| event.ms < to);
        Ok(self.events.get(first..last).unwrap_or_default().to_vec())
    }

    fn troubles(&mut self) -> Result<Option<Vec<Trouble>>, RecordError> {
        Ok(None)
    }
}
