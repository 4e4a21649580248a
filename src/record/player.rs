//! Shows the swarm at any instant of a recording: the nearest state before it, folded on. States are kept on the way, so that the next
//! question about the same time is cheap: as densely as the memory for them allows.

mod stretch;
mod warm;

use super::{
    Event, Fold, Head, RecordError, Section, Start, What,
    event::{instant, ms},
    spells::Spells,
    tape::AnyTape,
};
use crate::domain::{Mode, Recording, Snapshot, Timestamp, Trouble, health::Detector};
use std::collections::BTreeMap;
use warm::{EVERY, Walk};

pub(super) use stretch::gaps;

/// What is read at once, in milliseconds.
pub(super) const PIECE: i64 = 3_600_000;
/// Pieces that are kept.
const PIECES: usize = 4;
/// Troubles in a survey.
const TROUBLES: usize = 4_096;

/// A recording that is played.
pub struct Player {
    tape: AnyTape,
    detector: Detector,
    sections: Vec<Section>,
    starts: Vec<i64>,
    /// Between two states that are kept.
    every: i64,
    states: BTreeMap<i64, Fold>,
    /// Where the last question led.
    last: Option<Fold>,
    /// Where states are being made.
    walk: Option<Walk>,
    /// From here on they are made.
    walked: Option<i64>,
    /// What was read last.
    pieces: Vec<Piece>,
}

/// An hour of the recording.
#[derive(Debug)]
struct Piece {
    from: i64,
    /// Until when it was known.
    until: i64,
    events: Vec<Event>,
}

impl Player {
    /// Plays `tape`, judged by `detector`.
    ///
    /// # Errors
    /// As [`RecordError`] says; [`RecordError::Empty`] when there is nothing in it.
    pub fn new(tape: AnyTape, detector: Detector) -> Result<Self, RecordError> {
        let mut player = Self {
            tape,
            detector,
            sections: Vec::new(),
            starts: Vec::new(),
            every: EVERY[0],
            states: BTreeMap::new(),
            last: None,
            walk: None,
            walked: None,
            pieces: Vec::new(),
        };
        player.refresh()?;
        Ok(player)
    }

    /// Looks how far the recording has come.
    fn refresh(&mut self) -> Result<(), RecordError> {
        self.sections = self.tape.sections()?;
        self.starts = self.tape.starts()?;
        let first = self.starts.first().copied().unwrap_or(i64::MAX);
        self.sections.retain(|s| s.until >= first);
        self.states = self.states.split_off(&first);
        if self.sections.is_empty() {
            return Err(RecordError::Empty);
        }
        Ok(())
    }

    fn ends(&self) -> (i64, i64) {
        let from = self.sections.first().map_or(0, |s| s.from);
        let to = self.sections.last().map_or(0, |s| s.until);
        (from, to)
    }

    /// What there is.
    ///
    /// # Errors
    /// As [`RecordError`] says.
    pub fn survey(&mut self) -> Result<Recording, RecordError> {
        self.refresh()?;
        let (from, to) = self.ends();
        let mut troubles = match self.tape.troubles()? {
            Some(known) => known,
            None => self.find_troubles()?,
        };
        if troubles.len() > TROUBLES {
            // The worst and newest.
            troubles.sort_by_key(|t| std::cmp::Reverse((t.severity, t.from)));
            troubles.truncate(TROUBLES);
        }
        troubles.sort_by_key(|t| t.from);
        Ok(Recording {
            from: instant(from),
            to: instant(to),
            troubles,
            gaps: gaps(&self.sections),
        })
    }

    /// What was wrong when, found by folding all of it.
    fn find_troubles(&mut self) -> Result<Vec<Trouble>, RecordError> {
        let mut spells = Spells::default();
        for section in self.sections.clone() {
            let detector = self.detector.clone();
            let mut changes = Vec::new();
            self.watch(&detector, section, section.from, |fold, _, _| {
                changes.append(&mut fold.changes());
            })?;
            spells.section(section, changes);
        }
        Ok(spells.found())
    }

    /// Times without a gap.
    pub(super) fn sections(&mut self) -> Result<Vec<Section>, RecordError> {
        self.refresh()?;
        Ok(self.sections.clone())
    }

    /// A fold of its own from the newest state before `from` in a section, judged by `detector`, that notes what is wrong when.
    pub(super) fn fresh(
        &mut self,
        detector: &Detector,
        section: Section,
        from: i64,
    ) -> Result<Option<Fold>, RecordError> {
        let Some(at) = self.start_of(from, section) else {
            return Ok(None);
        };
        let start = self.read(at, section)?;
        Ok(Some(Fold::new(
            detector.clone(),
            &start.begin,
            &start.heads,
            true,
        )))
    }

    /// What was seen from `from` on and before `to`.
    pub(super) fn seen(&mut self, from: i64, to: i64) -> Result<Vec<Event>, RecordError> {
        self.tape.events(from, to)
    }

    /// The newest state at or before `at`, in its section.
    fn start_of(&self, at: i64, section: Section) -> Option<i64> {
        let before = self.starts.partition_point(|start| *start <= at);
        let start = *self.starts.get(before.checked_sub(1)?)?;
        (start >= section.from).then_some(start)
    }

    /// Where `at` falls: its section, and itself or the nearest instant that was recorded.
    fn place(&self, at: i64) -> Option<(Section, i64)> {
        let after = self.sections.partition_point(|s| s.from <= at);
        let section = match after.checked_sub(1) {
            Some(i) => self.sections.get(i)?,
            None => self.sections.first()?,
        };
        Some((*section, at.clamp(section.from, section.until)))
    }

    /// The swarm at an instant; what lies outside gives the nearest end, and what lies in a gap the instant before it.
    ///
    /// # Errors
    /// As [`RecordError`] says.
    pub fn at(&mut self, at: Timestamp) -> Result<Snapshot, RecordError> {
        // Also where a clock that was set makes the newest time lie before another.
        let known = |s: &Section| (s.from..=s.until).contains(&ms(at));
        if !self.sections.iter().any(known) {
            self.refresh()?;
        }
        let (section, seen) = self.place(ms(at)).ok_or(RecordError::Empty)?;
        let fold = self.fold(section, seen)?;
        let inside = ms(at) == seen;
        let at = if inside { at } else { instant(seen) };
        let mut picture = fold.picture(at);
        picture.at = at;
        picture.source.mode = Mode::Recorded(at);
        Ok(picture)
    }

    /// The fold at `at`, from the nearest state before it.
    fn fold(&mut self, section: Section, at: i64) -> Result<Fold, RecordError> {
        let start = self.start_of(at, section).ok_or(RecordError::Empty)?;
        let kept = self.states.range(section.from..=at).next_back();
        let kept = kept.map(|(_, fold)| fold);
        // Who plays on goes on from where he was.
        let last = self.last.as_ref();
        let last = last.filter(|fold| (section.from..=at).contains(&ms(fold.at())));
        // Going on a little costs less than reading a state.
        let near = start.min(at.saturating_sub(self.every));
        let nearest = kept.into_iter().chain(last).max_by_key(|fold| fold.at());
        let mut fold = match nearest.filter(|fold| ms(fold.at()) >= near) {
            Some(fold) => fold.clone(),
            None => self.begun(start, section)?,
        };
        self.advance(&mut fold, at)?;
        self.last = Some(fold.clone());
        Ok(fold)
    }

    /// The fold from a state of the recording.
    fn begun(&mut self, start: i64, section: Section) -> Result<Fold, RecordError> {
        let start = self.read(start, section)?;
        let fold = Fold::new(self.detector.clone(), &start.begin, &start.heads, false);
        self.keep(&fold);
        Ok(fold)
    }

    /// A state to start from; the one before it when that was thinned out since the recording was looked at.
    fn read(&mut self, start: i64, section: Section) -> Result<Start, RecordError> {
        let wrong = match self.tape.start(start) {
            Err(wrong @ RecordError::Damaged { .. }) => wrong,
            read => return read,
        };
        self.refresh()?;
        match self.start_of(start, section) {
            Some(before) if before < start => self.tape.start(before),
            _ => Err(wrong),
        }
    }

    /// Folds on until `at`, and keeps states on the way.
    fn advance(&mut self, fold: &mut Fold, at: i64) -> Result<(), RecordError> {
        let mut from = ms(fold.at()) + 1;
        while from <= at {
            let piece = from.div_euclid(PIECE) * PIECE;
            let mark = self.mark_after(from);
            let to = (piece + PIECE).min(mark).min(at + 1);
            let found = self.piece(piece, to)?;
            if let Some(Piece { events, .. }) = self.pieces.get(found) {
                let first = events.partition_point(|event| event.ms < from);
                let last = events.partition_point(|event| event.ms < to);
                fold.take(events.get(first..last).unwrap_or_default());
            }
            fold.pass(instant(to - 1));
            if to == mark {
                self.keep(fold);
            }
            from = to;
        }
        Ok(())
    }

    /// Where the piece is that begins at `from` and is known at least until `to`; read when it is not there.
    fn piece(&mut self, from: i64, to: i64) -> Result<usize, RecordError> {
        let known = |p: &Piece| p.from == from && p.until >= to;
        if let Some(at) = self.pieces.iter().position(known) {
            return Ok(at);
        }
        let events = self.tape.events(from, from + PIECE)?;
        self.pieces.retain(|p| p.from != from);
        if self.pieces.len() >= PIECES {
            self.pieces.remove(0);
        }
        let until = (from + PIECE).min(self.ends().1 + 1);
        self.pieces.push(Piece {
            from,
            until,
            events,
        });
        Ok(self.pieces.len() - 1)
    }

    /// The fold at `at`, with the heads of the messages that it rests on.
    ///
    /// # Errors
    /// As [`RecordError`] says.
    pub(super) fn state(&mut self, at: i64) -> Result<(Fold, Vec<Head>), RecordError> {
        let (section, at) = self.place(at).ok_or(RecordError::Empty)?;
        let fold = self.fold(section, at)?;
        let start = self.start_of(at, section).ok_or(RecordError::Empty)?;
        let Start { begin, mut heads } = self.read(start, section)?;
        self.each(ms(begin.still.at()) + 1, at + 1, |event| {
            if let What::Message(head) = &event.what {
                heads.push(Head::clone(head));
            }
            Ok(())
        })?;
        Ok((fold, heads))
    }

    /// Shows what was seen from `from` on and before `to`, piece by piece.
    ///
    /// # Errors
    /// As [`RecordError`] says, and as `show`.
    pub(super) fn each(
        &mut self,
        mut from: i64,
        to: i64,
        mut show: impl FnMut(&Event) -> Result<(), RecordError>,
    ) -> Result<(), RecordError> {
        while from < to {
            let next = (from + PIECE).min(to);
            self.tape
                .events(from, next)?
                .iter()
                .try_for_each(&mut show)?;
            from = next;
        }
        Ok(())
    }

    /// The swarm at the event next to `from`: the first after it, or the last before it; clamped at the ends.
    ///
    /// # Errors
    /// As [`RecordError`] says.
    pub fn step(&mut self, from: Timestamp, back: bool) -> Result<Snapshot, RecordError> {
        self.refresh()?;
        let (first, last) = self.ends();
        let here = ms(from).clamp(first, last);
        let found = if back {
            // The same millisecond, when it lies before `from`.
            let inside = instant(here) < from;
            self.before(if inside { here + 1 } else { here }, first)?
        } else {
            self.after(here, last)?
        };
        let end = if back { first } else { last };
        self.at(instant(found.unwrap_or(end)))
    }

    fn before(&mut self, here: i64, first: i64) -> Result<Option<i64>, RecordError> {
        let mut to = here;
        while to > first {
            let from = ((to - 1).div_euclid(PIECE) * PIECE).max(first);
            let at = self.piece(from.div_euclid(PIECE) * PIECE, to)?;
            let events = self.pieces.get(at).map_or(&[][..], |p| &*p.events);
            let before = events.partition_point(|event| event.ms < to);
            if let Some(event) = before.checked_sub(1).and_then(|i| events.get(i))
                && event.ms >= first
            {
                return Ok(Some(event.ms));
            }
            to = from;
        }
        Ok(None)
    }

    fn after(&mut self, here: i64, last: i64) -> Result<Option<i64>, RecordError> {
        let mut from = here + 1;
        while from <= last {
            let piece = from.div_euclid(PIECE) * PIECE;
            let to = (piece + PIECE).min(last + 1);
            let at = self.piece(piece, to)?;
            let events = self.pieces.get(at).map_or(&[][..], |p| &*p.events);
            let after = events.partition_point(|event| event.ms < from);
            if let Some(event) = events.get(after).filter(|event| event.ms <= last) {
                return Ok(Some(event.ms));
            }
            from = to;
        }
        Ok(None)
    }
}
