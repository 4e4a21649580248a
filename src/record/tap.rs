//! Takes down what a reader of the bridge sees. It never waits: what cannot be handed over is counted, and the recording goes on after a
//! gap.

mod past;

use super::{
    Begin, Event, Head, What,
    event::{Act, Beat, Talk, Time, ms, odd},
};
use crate::domain::{
    AuditRow, Changes, ConversationId, MessageId, Side, Stamp, Swarm, Timestamp, alert::Alerts,
    health::Tick, text,
};
use past::Past;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
};

pub(super) use past::{HISTORY, Held};

/// Looks that may wait to be written.
const WAITING: usize = 4_096;
/// A look that comes later than this after the last is a pause of ours.
const PAUSE: i64 = 5_000_000;
/// Heads of the history that are kept while another process records: it may end at any time.
const BESIDE: i64 = 2_000;

/// We write. Before, it is not known yet whether we do: zero.
const ON: u8 = 1;
/// Somebody else writes, or nobody can.
const OFF: u8 = 2;

/// A recording that begins, or goes on after a gap.
#[derive(Debug)]
pub struct Beginning {
    /// The state.
    pub begin: Begin,
    /// In a new life of the bridge: up to this message it is the life before.
    pub same: i64,
    /// Heads of messages that the file does not hold.
    pub heads: Vec<Head>,
}

/// What was seen in one look.
#[derive(Debug)]
pub enum Batch {
    /// The recording begins, or goes on after a gap.
    Begin(Box<Beginning>),
    /// What came.
    Events(Vec<Event>),
}

/// What both ends know.
#[derive(Debug, Default)]
struct Shared {
    /// Who writes.
    state: AtomicU8,
    /// What was handed over last does not lead on from what was written: a state is needed.
    broken: AtomicBool,
    held: Mutex<Held>,
    lost: AtomicU64,
    until: AtomicI64,
}

/// The reader's end.
#[derive(Debug)]
pub struct Tap {
    out: SyncSender<Batch>,
    shared: Arc<Shared>,
    name: Arc<str>,
    statuses: HashMap<ConversationId, (Stamp, Box<str>)>,
    past: Past,
    last: Option<Tick>,
    begun: bool,
    at: i64,
    failed: Option<Arc<str>>,
}

/// The writer's end.
#[derive(Debug)]
pub struct Spout {
    pub(super) waiting: Receiver<Batch>,
    shared: Arc<Shared>,
}

/// Both ends, for the bridge `name`, neutralised. Nothing is taken down before the writer's end is opened.
#[must_use]
pub fn tap(name: Arc<str>) -> (Tap, Spout) {
    let (out, waiting) = sync_channel(WAITING);
    let shared = Arc::new(Shared::default());
    shared.broken.store(true, Ordering::Relaxed);
    let tap = Tap {
        out,
        shared: Arc::clone(&shared),
        name,
        statuses: HashMap::new(),
        past: Past::default(),
        last: None,
        begun: false,
        at: i64::MIN,
        failed: None,
    };
    (tap, Spout { waiting, shared })
}

impl Spout {
    /// Somebody writes from now on, into a file that holds this.
    pub(super) fn open(&self, held: Held) {
        self.shared.hold(|now| *now = held);
        self.shared.broken.store(true, Ordering::Release);
        self.shared.state.store(ON, Ordering::Release);
    }

    /// The file holds the heads of this life up to that message now.
    pub(super) fn confirm(&self, life: u32, known: i64) {
        self.shared.hold(|held| {
            if held.life == life {
                held.known = held.known.max(known);
            } else {
                *held = Held {
                    life,
                    known,
                    until: held.until,
                    ..Held::default()
                };
            }
        });
    }

    /// What is written does not lead on any more: a state is needed.
    pub(super) fn broken(&self) {
        self.shared.broken.store(true, Ordering::Release);
    }

    /// We do not write.
    pub(super) fn close(&self) {
        self.shared.state.store(OFF, Ordering::Release);
    }

    /// Until when everything was handed over, in milliseconds.
    pub(super) fn until(&self) -> i64 {
        self.shared.until.load(Ordering::Acquire)
    }

    /// Looks that were lost because nobody took them.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.shared.lost.load(Ordering::Relaxed)
    }
}

impl Shared {
    fn hold<T>(&self, look: impl FnOnce(&mut Held) -> T) -> T {
        look(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Tap {
    fn on(&self) -> bool {
        self.shared.state.load(Ordering::Acquire) == ON
    }

    /// The milliseconds of a look: after everything that was handed over.
    fn moment(&mut self, at: Timestamp) -> i64 {
        self.at = self.at.max(ms(at));
        self.at
    }

    fn hand_over(&mut self, batch: Batch) {
        let begins = matches!(batch, Batch::Begin(_));
        if self.out.try_send(batch).is_ok() {
            self.begun |= begins;
            self.shared.until.store(self.at, Ordering::Release);
        } else {
            self.shared.lost.fetch_add(1, Ordering::Relaxed);
            self.begun = false;
        }
    }

    fn leads_on(&self) -> bool {
        self.on() && self.begun && !self.shared.broken.load(Ordering::Acquire)
    }

    /// A page of the history, before it is folded: what the file may not hold of it is kept until the recording begins.
    pub fn page(&mut self, changes: &Changes) {
        let state = self.shared.state.load(Ordering::Acquire);
        let held = (state == ON).then(|| self.shared.hold(|held| held.clone()));
        let most = if state == OFF { BESIDE } else { HISTORY };
        let (rows, end) = (&changes.messages, changes.end.message);
        self.past.page(rows, end, held.as_ref(), most);
    }

    /// The history is folded: from here on it is recorded. The same after a gap, when one is needed. `book` gives the alerts.
    pub fn begin(
        &mut self,
        swarm: &Swarm,
        at: Timestamp,
        reopened: u32,
        book: impl FnOnce() -> Option<Alerts>,
    ) {
        if !self.on() || self.leads_on() {
            return;
        }
        let held = self.shared.hold(|held| held.clone());
        let past::Lead { life, same, heads } = self.past.lead(&held, swarm.cursor().message);
        // A clock that was set back writes nothing into a time that is over.
        self.at = self.at.max(held.until.saturating_add(1));
        let at = crate::record::event::instant(self.moment(at));
        let begin = Begin {
            still: swarm.still(at),
            alerts: book(),
            name: Arc::clone(&self.name),
            reopened,
            life,
        };
        self.shared.broken.store(false, Ordering::Release);
        self.statuses = swarm.statuses().collect();
        self.failed = None;
        self.hand_over(Batch::Begin(Box::new(Beginning { begin, same, heads })));
        // Nothing else is of this instant.
        self.at += 1;
    }

    /// What a look at the bridge brought, before it is folded; `since` is the last look. O(changes + workers).
    pub fn rows(&mut self, changes: &Changes, now: Timestamp, since: Option<Timestamp>) {
        if !self.leads_on() {
            // The heads of its messages are needed when the recording goes on.
            self.page(changes);
            return;
        }
        let at = self.moment(now);
        let mut events = Vec::new();
        let mut put = |what| events.push(Event { ms: at, what });
        if let Some(rows) = &changes.conversations {
            put(What::Talks(rows.iter().map(Talk::of).collect()));
        }
        let behind = |stamp: Stamp| {
            let since = since?;
            (stamp.at()? < since).then(|| ms(since).min(at))
        };
        for row in changes
            .statuses
            .iter()
            .flatten()
            .filter(|row| row.side == Side::B)
        {
            let last = self.statuses.get_mut(&row.conversation);
            if let Some((stamp, status)) = last {
                if *stamp == row.heartbeat && *status == row.status {
                    continue;
                }
                (*stamp, *status) = (row.heartbeat, row.status.clone());
            } else {
                let now = (row.heartbeat, row.status.clone());
                self.statuses.insert(row.conversation.clone(), now);
            }
            put(What::Beat(Beat {
                who: row.conversation.raw().into(),
                status: text::head(&row.status, text::ID_CAP).into(),
                at: Time::from(row.heartbeat).coarse(),
                since: behind(row.heartbeat),
            }));
        }
        for MessageId(id) in &changes.read {
            put(What::Read(*id));
        }
        for row in &changes.messages {
            let head = Head::of(row);
            self.past.handed(row, &head);
            put(What::Message(Box::new(head)));
        }
        acts(changes, behind, &mut put);
        if !changes.messages.is_empty() {
            let past = &mut self.past;
            self.shared.hold(|held| past.confirmed(held));
        }
        if !events.is_empty() {
            self.hand_over(Batch::Events(events));
        }
    }

    fn one(&mut self, at: Timestamp, what: What) {
        if self.leads_on() {
            let ms = self.moment(at);
            self.hand_over(Batch::Events(vec![Event { ms, what }]));
        }
    }

    /// A look, whatever it brought: only one out of the ordinary is kept.
    pub fn tick(&mut self, tick: Tick) {
        let last = self.last.replace(tick);
        let gap = last.map_or(0, |last| tick.steady.0 - last.steady.0);
        let step = last.map_or(0, |last| tick.step.0 - last.step.0);
        if tick.trouble || gap > PAUSE || step.abs() > PAUSE {
            let (gap, step) = (crate::domain::Span(gap), crate::domain::Span(step));
            self.one(tick.at, odd(gap, step, tick.trouble));
        }
        if self.leads_on() {
            self.moment(tick.at);
            self.shared.until.store(self.at, Ordering::Release);
        }
    }

    /// The bridge could not be read; `why` is neutralised.
    pub fn failed(&mut self, at: Timestamp, why: &Arc<str>) {
        self.failed = Some(Arc::clone(why));
        self.last = None;
        self.one(at, What::Failed(Arc::clone(why)));
    }

    /// It was read.
    pub fn readable(&mut self, at: Timestamp) {
        if self.failed.take().is_some() {
            self.one(at, What::Readable);
        }
    }

    /// The fold begins anew: what comes next does not lead on from what was seen.
    pub fn anew(&mut self) {
        self.begun = false;
        self.last = None;
        self.past.anew();
    }

    /// Operators changed the book of alerts.
    pub fn alerts(&mut self, at: Timestamp, book: Alerts) {
        self.one(at, What::Alerts(Box::new(book)));
    }

    /// A state is needed.
    #[must_use]
    pub fn wants_a_state(&self) -> bool {
        self.on() && !self.leads_on()
    }
}

/// Rows of the audit log: signs of life one by one, the others counted.
fn acts(changes: &Changes, behind: impl Fn(Stamp) -> Option<i64>, put: &mut impl FnMut(What)) {
    let mut others = 0;
    for row in &changes.audits {
        match act(row) {
            Some((who, kind)) => put(What::Act(Act {
                who,
                kind,
                at: Time::from(row.at).coarse(),
                since: behind(row.at),
            })),
            None => others += 1,
        }
    }
    if others > 0 {
        put(What::Others(others));
    }
}

/// Whose sign of life a row is, and which.
fn act(row: &AuditRow) -> Option<(Arc<str>, u64)> {
    let who = row.conversation.as_ref().filter(|_| row.side == Side::B)?;
    Some((who.raw().into(), Act::code(row.kind)?))
}
