//! Days of a hundred workers, row by row: heartbeats, polls, tasks of an hour, and now and then somebody who is away.

use super::{START, WORKERS};
use std::{cmp::Reverse, collections::BinaryHeap};
use swarmwarden::domain::{
    AuditKind, AuditRow, Changes, ConversationId, ConversationRow, Cursor, MessageId, MessageRow,
    Side, Span, Stamp, StatusRow, Timestamp,
};

/// What a worker does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Beat,
    Poll,
    /// The steps of a task of an hour: assignment, fetch, ack, three reports, done.
    Task(u8),
}

pub(crate) struct Swarmed {
    queue: BinaryHeap<Reverse<(i64, usize, Next)>>,
    random: fastrand::Rng,
    cursor: Cursor,
    pub(crate) messages: u64,
    pub(crate) beats: u64,
    pub(crate) polls: u64,
    waiting: Vec<Vec<MessageId>>,
    tasks: Vec<u64>,
    /// Nobody hears of this worker until then, in microseconds.
    away: Vec<i64>,
}

fn id(worker: usize) -> ConversationId {
    ConversationId::new(format!("conv_{worker:016x}"))
}

impl Swarmed {
    pub(crate) fn new() -> Self {
        let mut random = fastrand::Rng::with_seed(7);
        let mut queue = BinaryHeap::new();
        for worker in 0..WORKERS {
            for (next, most) in [(Next::Beat, 30), (Next::Poll, 60), (Next::Task(0), 3_600)] {
                let at = START.0 + random.i64(0..most * 1_000_000);
                queue.push(Reverse((at, worker, next)));
            }
        }
        Self {
            queue,
            random,
            cursor: Cursor::default(),
            messages: 0,
            beats: 0,
            polls: 0,
            waiting: vec![Vec::new(); WORKERS],
            tasks: vec![0; WORKERS],
            away: vec![0; WORKERS],
        }
    }

    pub(crate) fn conversations() -> Vec<ConversationRow> {
        (0..WORKERS)
            .map(|worker| ConversationRow {
                id: id(worker),
                role_a: "orchestrator".into(),
                role_b: format!("worker-{worker}-team-{}", worker % 8).into(),
                created: Stamp::At(START.plus(Span::seconds(-600))),
                expires: Stamp::None,
            })
            .collect()
    }

    /// When something happens next.
    pub(crate) fn at(&self) -> i64 {
        self.queue.peek().map_or(i64::MAX, |Reverse((at, ..))| *at)
    }

    fn later(&mut self, at: i64, worker: usize, next: Next, seconds: f64, part: f64) {
        let part = seconds * part * (self.random.f64() * 2.0 - 1.0);
        #[expect(clippy::cast_possible_truncation, reason = "some seconds")]
        let at = at + ((seconds + part) * 1e6) as i64;
        self.queue.push(Reverse((at, worker, next)));
    }

    fn audit(&mut self, changes: &mut Changes, worker: usize, kind: AuditKind, at: Stamp) {
        self.cursor.audit += 1;
        changes.audits.push(AuditRow {
            id: self.cursor.audit,
            conversation: Some(id(worker)),
            side: Side::B,
            kind,
            at,
            link: None,
        });
    }

    fn say(&mut self, changes: &mut Changes, worker: usize, from: Side, text: String, at: Stamp) {
        self.cursor.message += 1;
        self.messages += 1;
        let key = MessageId(self.cursor.message);
        let to = if from == Side::A { Side::B } else { Side::A };
        if to == Side::B {
            self.waiting[worker].push(key);
        } else {
            self.audit(changes, worker, AuditKind::Sent, at);
        }
        changes.messages.push(MessageRow {
            id: key,
            conversation: id(worker),
            from,
            to,
            text: text.into(),
            action: None,
            mark: None,
            at,
            read: false,
        });
    }

    /// What the next look brings. About one worker in a hundred is away for some minutes in an hour.
    pub(crate) fn look(&mut self) -> (Timestamp, Changes) {
        let Reverse((at, worker, next)) = self.queue.pop().unwrap();
        let now = Timestamp(at);
        let written = Stamp::At(Timestamp(at - self.random.i64(500..9_000)));
        let mut changes = Changes::default();
        if self.random.u32(..120 * 120) == 0 {
            self.away[worker] = at + self.random.i64(120..900) * 1_000_000;
        }
        let away = at < self.away[worker];
        match next {
            Next::Beat => {
                if !away && self.random.u32(..100) > 0 {
                    self.beats += 1;
                    changes.statuses = Some(vec![StatusRow {
                        conversation: id(worker),
                        side: Side::B,
                        status: "working".into(),
                        heartbeat: written,
                    }]);
                }
                self.later(at, worker, Next::Beat, 30.0, 0.015);
            }
            Next::Poll => {
                if !away {
                    self.polls += 1;
                    let read = std::mem::take(&mut self.waiting[worker]);
                    let n = read.len() as u64;
                    self.audit(&mut changes, worker, AuditKind::Fetched(n), written);
                    changes.read = read;
                }
                self.later(at, worker, Next::Poll, 60.0, 0.1);
            }
            Next::Task(step) => self.task((at, worker, step), away, written, &mut changes),
        }
        changes.cursor = self.cursor;
        changes.end = self.cursor;
        (now, changes)
    }

    fn task(
        &mut self,
        (at, worker, step): (i64, usize, u8),
        away: bool,
        written: Stamp,
        changes: &mut Changes,
    ) {
        if away && step > 0 {
            return self.later(at, worker, Next::Task(step), 60.0, 0.1);
        }
        let task = format!("T-{worker}-{}", self.tasks[worker]);
        let file = self.random.u32(..4_000);
        let text = match step {
            0 => format!(
                r#"{{"type":"task_assignment","task_id":"{task}","priority":"P{}","description":"Make the handler of src/module_{file}.rs return the typed error and cover the empty list, the timeout and the retry with tests","timeout":3600,"requirements":["no new dependency","tests pass"]}}"#,
                file % 4
            ),
            1 => format!(
                r#"{{"type":"acknowledgment","task_id":"{task}","status":"accepted","estimated_time":3000}}"#
            ),
            2..=4 => format!(
                r#"{{"type":"status_update","task_id":"{task}","status":"in_progress","progress":{},"note":"{} of 48 tests of src/module_{file}.rs pass; working on the retry after a timeout"}}"#,
                step * 20,
                file % 48
            ),
            _ => format!(
                r#"{{"type":"status_update","task_id":"{task}","status":"completed","result":"Merged into feature/module-{file}: 48 tests pass, coverage {}.{} %, three files changed"}}"#,
                80 + file % 20,
                file % 10
            ),
        };
        let from = if step == 0 { Side::A } else { Side::B };
        self.say(changes, worker, from, text, written);
        if step == 5 {
            self.tasks[worker] += 1;
        }
        self.later(at, worker, Next::Task((step + 1) % 6), 600.0, 0.5);
    }
}
