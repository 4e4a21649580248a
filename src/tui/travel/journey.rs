//! Where in time the dashboard is.

use crate::{
    domain::{Recording, Snapshot, Timestamp, Travel, health::Detector},
    link::RequestId,
};
use std::{collections::VecDeque, sync::Arc, time::Duration};

/// How fast recorded time can pass, in seconds a second.
pub(super) const SPEEDS: [u32; 9] = [1, 2, 4, 8, 16, 30, 60, 300, 900];
/// Between two pictures of a recording that plays.
const FRAME: Duration = Duration::from_millis(100);
/// The same on a slow line.
const SLOW: Duration = Duration::from_secs(1);
/// Wishes that wait at most.
const WISHES: usize = 32;

/// Where in time the dashboard is.
#[derive(Debug, Default)]
pub(crate) struct Journey {
    pub(super) recording: Option<Arc<Recording>>,
    pub(super) survey: Option<RequestId>,
    /// What waits for the survey.
    pub(super) later: Option<Later>,
    pub(super) asked: Option<RequestId>,
    pub(super) wishes: VecDeque<Travel>,
    /// Where the last wish leads, before its answer is there.
    pub(super) target: Option<Timestamp>,
    pub(super) playing: Option<Playing>,
    pub(super) speed: usize,
    /// What the picture on show is held against, in place of the newest.
    pub(super) pin: Option<Arc<Snapshot>>,
    /// What judges now.
    pub(super) detector: Detector,
    /// Nothing but a recording: there is no present to go back to.
    pub(super) only: bool,
}

/// Something that can be done when it is known what was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Later {
    /// To the beginning of the trouble before or after.
    Trouble { back: bool },
    /// An incident into a file.
    Export(Option<String>),
}

/// Recorded time passes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Playing {
    /// Since when, on the clock on the wall.
    pub(super) began: Timestamp,
    /// From which instant.
    pub(super) from: Timestamp,
}

impl Journey {
    /// A dashboard on a recording and nothing else, which plays `speed` times as fast as it was.
    pub(crate) fn replay(speed: u32) -> Self {
        let speed = SPEEDS.iter().rposition(|s| *s <= speed);
        Self {
            speed: speed.unwrap_or_default(),
            only: true,
            ..Self::default()
        }
    }

    /// The same, where `detector` judges now.
    #[must_use]
    pub(crate) fn judged(self, detector: Detector) -> Self {
        Self { detector, ..self }
    }

    /// What is known of the recording.
    pub(crate) fn recording(&self) -> Option<&Recording> {
        self.recording.as_deref()
    }

    /// How fast time passes, while it does.
    pub(crate) fn playing(&self) -> Option<u32> {
        self.playing.map(|_| self.speed())
    }

    /// How fast it would pass.
    pub(crate) fn speed(&self) -> u32 {
        SPEEDS.get(self.speed).copied().unwrap_or(1)
    }

    /// There is no present to go back to.
    pub(crate) const fn only(&self) -> bool {
        self.only
    }

    /// The instant that the picture is held against, where one was chosen.
    pub(crate) fn pinned(&self) -> Option<Timestamp> {
        self.pin.as_ref().map(|pin| pin.at)
    }

    /// How soon the next picture is wanted, while time passes.
    pub(crate) fn pace(&self, slow: bool) -> Option<Duration> {
        self.playing.map(|_| if slow { SLOW } else { FRAME })
    }

    /// Something to ask; a wish to be at an instant takes the place of the one before.
    pub(super) fn wish(&mut self, wish: Travel) {
        if let (Travel::To(_), Some(Travel::To(_))) = (wish, self.wishes.back()) {
            self.wishes.pop_back();
        }
        if self.wishes.len() < WISHES {
            self.wishes.push_back(wish);
        }
    }

    /// Time stands still, and nothing more is asked.
    pub(super) fn stop(&mut self) {
        self.playing = None;
        self.wishes.clear();
        self.target = None;
    }
}
