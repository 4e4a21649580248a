//! What the engine saw, kept and played again: events, not frames. The fold, the detector and the alerts that play it are those that saw it.
//!
//! [`Tap`] takes down what a reader of the bridge sees, [`Recorder`] writes it into a [`Writer`], and a [`Player`] shows the swarm at any
//! instant of a [`Tape`].

mod backlog;
mod block;
mod delta;
mod error;
mod event;
mod file;
mod fold;
mod head;
mod incident;
mod pack;
mod player;
mod recorder;
mod spells;
mod tap;
mod tape;
mod whatif;

pub use backlog::Backlog;
pub use error::RecordError;
pub use event::{Begin, Event, What};
pub use file::{Reader, Room, Writer};
pub use fold::Fold;
pub use head::Head;
pub use incident::{Exported, Incident, IncidentError, SCHEMA, export, import};
pub use player::Player;
pub use recorder::{Recorder, STILLS};
pub use tap::{Batch, Beginning, Spout, Tap, tap};
pub use tape::{AnyTape, Section, Start, Tape};
pub use whatif::{Comparison, Raised, Verdicts, what_if};
