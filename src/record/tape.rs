//! Where a recording is read from.

use super::{Begin, Event, Head, RecordError};
use crate::domain::Trouble;

/// A time without a gap, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section {
    /// First instant.
    pub from: i64,
    /// Last instant.
    pub until: i64,
}

/// A state to start from, with the heads of the messages that it had folded.
#[derive(Debug, Clone)]
pub struct Start {
    /// The state.
    pub begin: Begin,
    /// Ascending.
    pub heads: Vec<Head>,
}

/// A recording. Times are milliseconds.
pub trait Tape {
    /// Times without a gap, ascending; empty when nothing was recorded. May grow at its end from call to call.
    ///
    /// # Errors
    /// As [`RecordError`] says; so do all.
    fn sections(&mut self) -> Result<Vec<Section>, RecordError>;

    /// When there is a state to start from, ascending: at least at the beginning of each section.
    fn starts(&mut self) -> Result<Vec<i64>, RecordError>;

    /// The state at one of [`Tape::starts`].
    fn start(&mut self, at: i64) -> Result<Start, RecordError>;

    /// What was seen from `from` on and before `to`, ascending.
    fn events(&mut self, from: i64, to: i64) -> Result<Vec<Event>, RecordError>;

    /// What was wrong when, as the recorder noted it; `None` where nobody did.
    fn troubles(&mut self) -> Result<Option<Vec<Trouble>>, RecordError>;
}

/// A recording of any kind.
pub type AnyTape = Box<dyn Tape + Send>;
