//! Writes what a [`super::Tap`] takes down, and keeps a fold of its own beside it: for states to start from, and for what was wrong when.

use super::{
    Batch, Beginning, Event, Fold, Reader, RecordError, Room, Tape as _, What, Writer,
    event::{instant, ms},
    spells::Carried,
    tap::Spout,
};
use crate::domain::health::Detector;
use std::{collections::HashMap, path::PathBuf, sync::Arc};

/// Between two states to start from, in milliseconds.
pub const STILLS: i64 = 2 * 3_600_000;
/// So long after the last write it is written that nothing came, in milliseconds.
const IDLE: i64 = 10_000;

/// The recorder of a bridge.
#[derive(Debug)]
pub struct Recorder {
    path: PathBuf,
    room: Room,
    detector: Detector,
    spout: Spout,
    writer: Option<Writer>,
    fold: Option<Fold>,
    /// What is wrong, by its number in the file.
    wrong: HashMap<Arc<str>, i64>,
    /// What was when the time before ended.
    carried: Carried<i64>,
    /// The life of the bridge.
    life: u32,
    stilled: i64,
    written: i64,
}

impl Recorder {
    /// Writes into the file at `path` what comes out of `spout`.
    #[must_use]
    pub fn new(path: PathBuf, room: Room, detector: Detector, spout: Spout) -> Self {
        Self {
            path,
            room,
            detector,
            spout,
            writer: None,
            fold: None,
            wrong: HashMap::new(),
            carried: Carried::default(),
            life: 0,
            stilled: i64::MIN,
            written: i64::MIN,
        }
    }

    /// Looks that could not be taken and are a gap now.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.spout.lost()
    }

    /// It is us who write.
    pub(super) const fn writes(&self) -> bool {
        self.writer.is_some()
    }

    /// Writes what waits. Does nothing while another process records the same bridge. O(what waits).
    ///
    /// # Errors
    /// As [`RecordError`] says: what waited is lost then, and the next call begins after a gap.
    pub fn step(&mut self) -> Result<(), RecordError> {
        if self.writer.is_none() {
            let opened = Writer::open(&self.path, self.room);
            let Some(writer) = opened.inspect_err(|_| self.spout.close())? else {
                self.spout.close();
                while self.spout.waiting.try_recv().is_ok() {}
                return Ok(());
            };
            let held = writer.held()?;
            self.writer = Some(writer);
            self.spout.open(held);
        }
        let done = self.drain();
        if done.is_err() {
            self.writer = None;
            self.fold = None;
            self.spout.close();
            self.spout.broken();
            while self.spout.waiting.try_recv().is_ok() {}
        }
        done
    }

    fn drain(&mut self) -> Result<(), RecordError> {
        // What was handed over before this is in the queue now.
        let until = self.spout.until();
        let mut events = Vec::new();
        while let Ok(batch) = self.spout.waiting.try_recv() {
            match batch {
                Batch::Events(mut more) => events.append(&mut more),
                Batch::Begin(state) => {
                    if let Some(at) = events.last().map(|last: &Event| last.ms) {
                        self.write(&std::mem::take(&mut events), at)?;
                    }
                    if let Some(writer) = &mut self.writer {
                        let until = writer.held()?.until;
                        writer.begin(&state)?;
                        let from = state.begin.still.at();
                        self.carried = Carried::new(writer.standing()?, instant(until), from);
                    }
                    let Beginning { begin, heads, same } = *state;
                    self.wrong.clear();
                    self.life = begin.life;
                    let known = heads.last().map_or(same, |head| head.id);
                    self.spout.confirm(self.life, known);
                    drop(heads);
                    self.stilled = ms(begin.still.at());
                    self.fold = self.whole(self.stilled)?;
                    self.note()?;
                }
            }
        }
        let until = events.last().map_or(until, |last| last.ms.max(until));
        let idle = until.saturating_sub(self.written) >= IDLE;
        if self.fold.is_some() && (!events.is_empty() || idle) {
            self.write(&events, until)?;
        }
        Ok(())
    }

    /// The fold from a state on, with all the heads that the file holds.
    fn whole(&self, at: i64) -> Result<Option<Fold>, RecordError> {
        let Some(mut reader) = Reader::open(&self.path)? else {
            return Ok(None);
        };
        let start = reader.start(at)?;
        let detector = self.detector.clone();
        Ok(Some(Fold::new(detector, &start.begin, &start.heads, true)))
    }

    fn write(&mut self, events: &[Event], until: i64) -> Result<(), RecordError> {
        let Some(writer) = &mut self.writer else {
            return Ok(());
        };
        let full = writer.write(events, until)?;
        let heads = events.iter().filter_map(|event| match &event.what {
            What::Message(head) => Some(head.id),
            _ => None,
        });
        if let Some(last) = heads.max() {
            self.spout.confirm(self.life, last);
        }
        self.written = until;
        if let Some(fold) = &mut self.fold {
            fold.take(events);
            fold.pass(instant(until));
            if full {
                writer.only_from(&fold.begin())?;
                self.stilled = ms(fold.at());
            } else if until.saturating_sub(self.stilled) >= STILLS {
                writer.still(&fold.begin())?;
                self.stilled = ms(fold.at());
            }
        }
        self.note()
    }

    /// Writes down what began to be wrong, and what is over.
    fn note(&mut self) -> Result<(), RecordError> {
        let (Some(fold), Some(writer)) = (&mut self.fold, &mut self.writer) else {
            return Ok(());
        };
        for change in fold.changes() {
            let known = self.wrong.get(&change.key).copied();
            match (known, change.severity) {
                (Some(id), Some(worse)) => writer.change(id, worse)?,
                (Some(id), None) => {
                    writer.over(id, change.at)?;
                    self.wrong.remove(&change.key);
                }
                (None, Some(severity)) => {
                    let before = self.carried.joined(&change);
                    let id = match before {
                        Some(id) if writer.goes_on(id, severity)? => id,
                        _ => writer.trouble(&change.key, change.at, severity, &change.what)?,
                    };
                    self.wrong.insert(change.key, id);
                }
                (None, None) => {}
            }
        }
        Ok(())
    }
}
