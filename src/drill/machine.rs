//! How well this machine keeps up while a test runs: on one that is late or crowded, a failure may say nothing about the program.

use super::Trouble;
use crate::{domain::Span, engine::Clock};
use std::{
    fs,
    num::NonZero,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    thread,
    time::Duration,
};

/// Between two looks at how late it is.
const NAP: Duration = Duration::from_millis(5);
/// A machine that wakes us later than this is no place for short spans of scaled time.
const STEADY: Span = Span(25_000);

/// A watch over the machine, until it is dropped.
pub(super) struct Machine {
    worst: Arc<AtomicI64>,
    stop: Arc<AtomicBool>,
}

impl Machine {
    /// Begins to watch.
    pub(super) fn watch(clock: &Clock) -> Result<Self, Trouble> {
        let (worst, stop) = (
            Arc::new(AtomicI64::new(0)),
            Arc::new(AtomicBool::new(false)),
        );
        let (clock, seen, over) = (clock.clone(), Arc::clone(&worst), Arc::clone(&stop));
        let watch = move || {
            while !over.load(Ordering::Relaxed) {
                let begun = clock.steady();
                thread::park_timeout(NAP);
                let nap = i64::try_from(NAP.as_micros()).unwrap_or(0);
                let late = clock.steady().0 - begun.0 - nap;
                seen.fetch_max(late, Ordering::Relaxed);
            }
        };
        let named = thread::Builder::new().name("lateness".to_owned());
        named.spawn(watch).map_err(Trouble::io("a thread"))?;
        Ok(Self { worst, stop })
    }

    /// Why a failure may be the machine's; `None` when it kept up.
    pub(super) fn excuse(&self) -> Option<String> {
        let late = self.worst.load(Ordering::Relaxed);
        if late > STEADY.0 {
            return Some(format!(
                "this machine woke a process {} ms too late",
                late / 1_000
            ));
        }
        let load: f64 = fs::read_to_string("/proc/loadavg")
            .ok()?
            .split(' ')
            .next()?
            .parse()
            .ok()?;
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let crowded = load > 1.5 * f64::from(u32::try_from(cores).unwrap_or(1));
        crowded.then(|| format!("this machine had a load of {load:.1} on {cores} cores"))
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
