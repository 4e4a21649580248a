//! A past that nobody saw, taken down as if somebody had: for a swarm that is made up.

use super::{RecordError, Recorder, Room, Tap, tap};
use crate::domain::{
    Changes, Seen, Span, Swarm, Timestamp,
    alert::Alerts,
    health::{Detector, Tick},
};
use std::{path::PathBuf, sync::Arc};

/// Looks between two writes.
const LOOKS: usize = 1_024;

/// A recording that is filled. Nobody else records the same bridge meanwhile.
#[derive(Debug)]
pub struct Backlog {
    tap: Tap,
    recorder: Recorder,
    detector: Detector,
}

impl Backlog {
    /// Takes the recording at `path` of the bridge `name`, neutralised; `None` when somebody else writes it.
    ///
    /// # Errors
    /// As [`RecordError`] says.
    pub fn open(
        path: PathBuf,
        room: Room,
        detector: Detector,
        name: Arc<str>,
    ) -> Result<Option<Self>, RecordError> {
        let (tap, spout) = tap(name);
        let mut recorder = Recorder::new(path, room, detector.clone(), spout);
        recorder.step()?;
        Ok(recorder.writes().then_some(Self {
            tap,
            recorder,
            detector,
        }))
    }

    /// Takes down `looks`, ascending, each at its instant; the last may be followed by a silence until `until`. Ends early when `enough` says
    /// so. O(looks).
    ///
    /// # Errors
    /// As [`RecordError`] says.
    pub fn fill(
        mut self,
        looks: impl Iterator<Item = (Timestamp, Changes)>,
        until: Timestamp,
        enough: impl Fn() -> bool,
    ) -> Result<(), RecordError> {
        let mut looks = looks.peekable();
        let Some(from) = looks.peek().map(|(at, _)| *at) else {
            return Ok(());
        };
        let look = |at: Timestamp| Tick {
            at,
            steady: at.since(from),
            step: Span(0),
            trouble: false,
        };
        let mut swarm = Swarm::new(self.detector.clone(), None);
        // Before the first row there is nothing, and nothing to learn.
        swarm.familiar();
        swarm.tick(look(from));
        swarm.apply(Changes::default(), Seen::Recorded);
        self.tap.begin(&swarm, from, 0, || Some(Alerts::default()));
        for (n, (at, changes)) in looks.enumerate() {
            if enough() {
                return Ok(());
            }
            // The reader looks every second, whatever comes.
            let since = at.plus(Span::seconds(-1));
            self.tap.rows(&changes, at, Some(since));
            if n % LOOKS == LOOKS - 1 {
                self.recorder.step()?;
            }
        }
        self.tap.watched(until);
        self.recorder.step()
    }
}
