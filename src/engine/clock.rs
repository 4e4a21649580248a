//! The one place that reads a clock.
//!
//! Verdicts go by a clock that nobody sets: the wall clock as it was when the program started, and from there on the time that passed,
//! sleep included. How far the wall clock was set since then is a reading of its own.

use crate::domain::{Mode, Pace, Span, Timestamp};
use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

type Read<T> = Arc<dyn Fn() -> T + Send + Sync>;

/// Where `now` comes from.
#[derive(Clone)]
pub struct Clock {
    now: Read<Timestamp>,
    steady: Read<Span>,
    step: Read<Span>,
    pace: Option<Pace>,
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

impl Clock {
    /// The wall clock, in UTC, as it was just now; from here on it only advances, whatever somebody sets it to.
    #[must_use]
    pub fn system() -> Self {
        let (wall, steady) = (wall(), steady());
        let now = move || wall.plus(Span(self::steady().0 - steady.0));
        Self {
            now: Arc::new(now),
            steady: Arc::new(self::steady),
            step: Arc::new(move || self::wall().since(now())),
            pace: None,
        }
    }

    /// A clock that a caller drives; nobody ever pauses by it.
    #[must_use]
    pub fn driven(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self {
            now: Arc::new(now),
            steady: Arc::new(|| Span(0)),
            step: Arc::new(|| Span(0)),
            pace: None,
        }
    }

    /// `self` with another pace of time: a demo that runs faster than life. Pauses are still those of life.
    #[must_use]
    pub fn paced(&self, pace: impl Fn(Timestamp) -> Timestamp + Send + Sync + 'static) -> Self {
        let now = Arc::clone(&self.now);
        Self {
            now: Arc::new(move || pace(now())),
            ..self.clone()
        }
    }

    /// `self` as a rehearsal goes: the time, and how long one waits for some of it. Pauses and steps of the wall clock are those of life.
    #[must_use]
    pub fn scaled(&self, pace: Option<Pace>) -> Self {
        let Some(pace) = pace else {
            return self.clone();
        };
        Self {
            pace: Some(pace),
            ..self.paced(move |real| pace.of(real))
        }
    }

    /// How long one really waits until so much time has passed; zero for what lies behind.
    #[must_use]
    pub fn wait(&self, span: Span) -> Duration {
        match self.pace {
            Some(pace) => pace.real(span),
            None => Duration::from_micros(span.0.max(0).unsigned_abs()),
        }
    }

    /// The same for a cadence. Not for waits on a disk, a network or another process: these take as long as they take.
    #[must_use]
    pub fn pause(&self, cadence: Duration) -> Duration {
        self.pace
            .map_or(cadence, |pace| cadence / pace.speed.max(1))
    }

    /// `self`, but what passes and what is set comes from these: for tests of pauses.
    #[must_use]
    pub fn with_steady(
        self,
        steady: impl Fn() -> Span + Send + Sync + 'static,
        step: impl Fn() -> Span + Send + Sync + 'static,
    ) -> Self {
        Self {
            steady: Arc::new(steady),
            step: Arc::new(step),
            ..self
        }
    }

    /// The clock of a view: it stands still for a recorded instant.
    #[must_use]
    pub fn of(mode: Mode) -> Self {
        match mode {
            Mode::Recorded(at) => Self::driven(move || at),
            Mode::Live | Mode::Demo => Self::system(),
        }
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// Time that passed since some instant, sleep of the machine included. Never goes back.
    #[must_use]
    pub fn steady(&self) -> Span {
        (self.steady)()
    }

    /// How far the wall clock was set since the start of the program.
    #[must_use]
    pub fn step(&self) -> Span {
        (self.step)()
    }
}

fn wall() -> Timestamp {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the wall clock"
    )]
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

fn steady() -> Span {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Boottime;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Monotonic;
    let at = rustix::time::clock_gettime(CLOCK);
    Span(
        Span::seconds(at.tv_sec)
            .0
            .saturating_add(at.tv_nsec / 1_000),
    )
}
