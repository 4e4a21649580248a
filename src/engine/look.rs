//! One look at a store: everything folded, judged once. For one-shot commands and recorded instants.

use crate::{
    domain::{
        Changes, Cursor, Mode, Repo, Seen, Snapshot, Source, Swarm, Timestamp, health::Detector,
        ledger::Floors, swarm::Habits, text,
    },
    store::{Store, StoreError},
};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::sync_channel,
    },
    thread,
};

/// Rows of each kind that one read takes: short read transactions, whatever the length of the history.
pub const PAGE: usize = 4_096;

/// How to look.
#[derive(Debug, Clone)]
pub struct View {
    /// Live, demo, or a recorded instant.
    pub mode: Mode,
    /// How late, missed and stalled workers are found out.
    pub detector: Detector,
    /// What was learned of the workers before; empty for a recorded instant.
    pub habits: Arc<Habits>,
    /// Below which no generation falls; empty for a recorded instant.
    pub floors: Arc<Floors>,
}

impl View {
    /// The instant that hides younger rows.
    #[must_use]
    pub const fn as_of(&self) -> Option<Timestamp> {
        match self.mode {
            Mode::Recorded(at) => Some(at),
            Mode::Live | Mode::Demo => None,
        }
    }
}

/// Folds the whole of a store and judges it at `now`. O(history) once.
///
/// # Errors
/// As the store says.
pub fn look(
    store: &mut dyn Store,
    view: &View,
    now: Timestamp,
    repo: Option<Arc<Repo>>,
) -> Result<Snapshot, StoreError> {
    let mut swarm = Swarm::new(view.detector.clone(), view.as_of());
    swarm.recall(Arc::clone(&view.habits));
    if view.as_of().is_some() {
        learn(store, &mut swarm)?;
    }
    pump(store, &mut swarm, || false)?;
    swarm.raise(&view.floors);
    let source = Source {
        read_at: Some(now),
        ..describe(store, view)
    };
    Ok(swarm.picture(now, source, repo))
}

/// Folds the history from where `swarm` stands, one thread reading the next page while this one folds the last. Stops soon after
/// `enough` says so. Gives where the history ends, and whether it was folded to there.
///
/// # Errors
/// As the store says; what was read before is folded.
pub fn pump(
    store: &mut dyn Store,
    swarm: &mut Swarm,
    enough: impl Fn() -> bool,
) -> Result<(Cursor, bool), StoreError> {
    pump_shown(store, swarm, |_| {}, enough)
}

/// The same; `shown` is given every page before it is folded.
///
/// # Errors
/// As [`pump`].
pub(super) fn pump_shown(
    store: &mut dyn Store,
    swarm: &mut Swarm,
    mut shown: impl FnMut(&Changes),
    enough: impl Fn() -> bool,
) -> Result<(Cursor, bool), StoreError> {
    let (pages, read) = sync_channel(2);
    let stop = AtomicBool::new(false);
    let mut cursor = swarm.cursor();
    thread::scope(|scope| {
        let stopped = &stop;
        scope.spawn(move || {
            loop {
                let page = store.changes(&cursor, PAGE, &[]);
                let goes_on =
                    page.as_ref().is_ok_and(|p| p.more) && !stopped.load(Ordering::Relaxed);
                if let Ok(page) = &page {
                    cursor = page.cursor;
                }
                if pages.send(page).is_err() || !goes_on {
                    return;
                }
            }
        });
        let mut reached = (cursor, false);
        for page in read {
            let page = page?;
            reached = (page.end, !page.more);
            shown(&page);
            swarm.apply(page, Seen::Recorded);
            if enough() {
                stop.store(true, Ordering::Relaxed);
            }
        }
        Ok(reached)
    })
}

/// The first pass for a recorded instant: who fetched when.
///
/// # Errors
/// As the store says.
pub fn learn(store: &mut dyn Store, swarm: &mut Swarm) -> Result<(), StoreError> {
    let mut cursor = Cursor::default();
    loop {
        let changes = store.changes(&cursor, PAGE, &[])?;
        swarm.learn_fetches(&changes.audits);
        cursor = changes.cursor;
        if !changes.more {
            return Ok(());
        }
    }
}

/// What a store is, for showing.
#[must_use]
pub fn describe(store: &dyn Store, view: &View) -> Source {
    let info = store.source();
    let shown = |fault: &crate::domain::SourceFault| crate::domain::SourceFault {
        what: text::line(&fault.what).into(),
        remedy: text::line(&fault.remedy).into(),
    };
    Source {
        name: file_name(&info.name),
        path: text::line(&info.name).into(),
        schema: Some(info.schema),
        faults: info.faults.iter().map(shown).collect(),
        mode: view.mode,
        ..Source::default()
    }
}

/// The last part of a path, neutralised.
pub(super) fn file_name(path: &str) -> Arc<str> {
    let file = Path::new(path)
        .file_name()
        .map_or_else(|| path.into(), std::ffi::OsStr::to_string_lossy);
    text::line(&file).into()
}
