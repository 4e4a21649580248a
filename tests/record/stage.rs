//! A demo that is read as an engine reads a bridge, and recorded; without a file for the bridge, and as fast as it goes.

use std::{collections::HashMap, iter::Peekable, path::Path};
use swarmwarden::{
    demo::{Act, Operation, Plan, Spec},
    domain::{
        AuditKind, AuditRow, Changes, ConversationId, ConversationRow, Cursor, MessageId,
        MessageRow, Seen, Side, Snapshot, Source, Span, Stamp, StatusRow, Swarm, Timestamp,
        alert::{Alerts, Condition},
        health::{Detector, Tick},
    },
    record::{Recorder, Room, Tap, tap},
};

/// When the first picture is seen: 2025-11-13T15:55:00Z, shortly before an hour is over and packed.
pub(crate) const PRESENT: Timestamp = Timestamp(1_763_049_300_000_000);

/// An engine's reader, and its recorder.
pub(crate) struct Stage {
    plan: Peekable<Plan>,
    pub(crate) swarm: Swarm,
    pub(crate) alerts: Alerts,
    pub(crate) tap: Tap,
    pub(crate) recorder: Recorder,
    pub(crate) now: Timestamp,
    talks: Vec<ConversationRow>,
    unread: HashMap<(ConversationId, Side), Vec<MessageId>>,
    cursor: Cursor,
    read_at: Timestamp,
}

impl Stage {
    /// The past of the demo is there; the recording begins.
    pub(crate) fn new(path: &Path, spec: Spec, detector: &Detector, room: Room) -> Self {
        Self::later(path, spec, detector, room, (PRESENT, PRESENT))
    }

    /// The same with the past of the demo until `present`, read at `now`: what it wrote in between was lost.
    pub(crate) fn later(
        path: &Path,
        spec: Spec,
        detector: &Detector,
        room: Room,
        (present, now): (Timestamp, Timestamp),
    ) -> Self {
        let plan = Plan::new(spec, present);
        Self::reading(path, plan, detector, room, (present, now))
    }

    /// Another run on the same bridge at `now`: of the demo whose present was [`PRESENT`] everything is there.
    pub(crate) fn again(path: &Path, spec: Spec, detector: &Detector, now: Timestamp) -> Self {
        let plan = Plan::new(spec, PRESENT);
        Self::reading(path, plan, detector, Room::default(), (now, now))
    }

    fn reading(
        path: &Path,
        plan: Plan,
        detector: &Detector,
        room: Room,
        (present, now): (Timestamp, Timestamp),
    ) -> Self {
        let (tap, spout) = tap("demo.db".into());
        let recorder = Recorder::new(path.to_owned(), room, detector.clone(), spout);
        let mut stage = Self {
            plan: plan.peekable(),
            swarm: Swarm::new(detector.clone(), None),
            alerts: Alerts::default(),
            tap,
            recorder,
            now,
            talks: Vec::new(),
            unread: HashMap::new(),
            cursor: Cursor::default(),
            read_at: now,
        };
        stage.recorder.step().unwrap();
        while let Some(operation) = stage.plan.next_if(|op| op.at <= present) {
            let changes = stage.changes(operation);
            stage.tap.page(&changes);
            stage.swarm.apply(changes, Seen::Recorded);
        }
        while stage.plan.next_if(|op| op.at <= now).is_some() {}
        stage.tick();
        stage.picture();
        stage.begin();
        stage.recorder.step().unwrap();
        stage
    }

    /// Hands over a state, when one is wanted.
    pub(crate) fn begin(&mut self) {
        let alerts = &self.alerts;
        self.tap
            .begin(&self.swarm, self.now, 0, || Some(alerts.clone()));
    }

    fn tick(&mut self) {
        let tick = Tick {
            at: self.now,
            steady: Span(self.now.0 - PRESENT.0),
            step: Span(0),
            trouble: false,
        };
        self.tap.tick(tick);
        self.swarm.tick(tick);
    }

    /// When the next row comes.
    pub(crate) fn next(&mut self) -> Timestamp {
        self.plan
            .peek()
            .map_or(Timestamp(i64::MAX), |op| coarse(op.at))
    }

    /// Looks at the bridge as an engine does until `until`: with every row, when a verdict falls due, and every second.
    pub(crate) fn run(&mut self, until: Timestamp) {
        while self.now < until {
            let due = self.swarm.due().into_iter().chain(self.alerts.due());
            let due = due.filter(|at| *at > self.now).min();
            let look = self.now.plus(Span::seconds(1));
            let at = due.map_or(look, |due| due.min(look)).min(until);
            let at = at.min(self.next()).max(self.now);
            self.now = at;
            self.tick();
            self.swarm.readable(at);
            while self.next() <= at {
                self.row();
            }
            self.read_at = at;
            self.picture();
        }
    }

    /// The next row, and nothing else.
    pub(crate) fn row(&mut self) {
        let Some(operation) = self.plan.next() else {
            return;
        };
        self.now = self.now.max(coarse(operation.at));
        let changes = self.changes(operation);
        self.tap.rows(&changes, self.now, Some(self.read_at));
        self.swarm.apply(changes, Seen::Live(self.now));
    }

    /// The next row is only recorded: nobody looks.
    pub(crate) fn row_unseen(&mut self) {
        let Some(operation) = self.plan.next() else {
            return;
        };
        self.now = self.now.max(coarse(operation.at));
        let changes = self.changes(operation);
        self.tap
            .rows(&changes, self.now, Some(self.now.plus(Span::seconds(-1))));
    }

    /// What is on show now.
    pub(crate) fn picture(&mut self) -> Snapshot {
        let source = Source {
            read_at: Some(self.now),
            ..Source::default()
        };
        let mut picture = self.swarm.picture(self.now, source, None);
        self.alerts.step(&Condition::of(&picture), 0, self.now);
        picture.alerts = self.alerts.listing();
        picture
    }

    /// A message is sent.
    fn sent(&mut self, id: &ConversationId, from: Side, body: &[u8], at: Stamp) -> MessageRow {
        self.cursor.message += 1;
        let to = if from == Side::A { Side::B } else { Side::A };
        let key = MessageId(self.cursor.message);
        self.unread.entry((id.clone(), to)).or_default().push(key);
        MessageRow {
            id: key,
            conversation: id.clone(),
            from,
            to,
            text: String::from_utf8_lossy(body).into(),
            action: None,
            mark: None,
            at,
            read: false,
        }
    }

    /// What a read brings after an operation.
    fn changes(&mut self, operation: Operation) -> Changes {
        let Operation {
            at,
            conversation,
            act,
        } = operation;
        let at = Stamp::At(coarse(at));
        let id = ConversationId::from(&*conversation);
        let mut changes = Changes::default();
        let mut audits = Vec::new();
        let mut audit = |conversation: &ConversationId, side, kind, cursor: &mut Cursor| {
            cursor.audit += 1;
            audits.push(AuditRow {
                id: cursor.audit,
                conversation: Some(conversation.clone()),
                side,
                kind,
                at,
                link: None,
            });
        };
        match act {
            Act::Create { role, .. } => {
                talk(&mut self.talks, &id, &role, at);
                audit(&id, Side::Other, AuditKind::Other, &mut self.cursor);
                changes.conversations = Some(self.talks.clone());
            }
            Act::Send { from, body, .. } => {
                audit(&id, from, AuditKind::Sent, &mut self.cursor);
                changes.messages.push(self.sent(&id, from, &body, at));
            }
            Act::Fetch { side } => {
                let read = self.unread.remove(&(id.clone(), side)).unwrap_or_default();
                let n = read.len() as u64;
                audit(&id, side, AuditKind::Fetched(n), &mut self.cursor);
                if side == Side::B {
                    changes.read = read;
                }
            }
            Act::Beat { status, .. } => {
                changes.statuses = Some(vec![StatusRow {
                    conversation: id,
                    side: Side::B,
                    status,
                    heartbeat: at,
                }]);
            }
            Act::Command { .. } => audit(&id, Side::B, AuditKind::Command, &mut self.cursor),
        }
        changes.audits = audits;
        changes.cursor = self.cursor;
        changes.end = self.cursor;
        changes
    }
}

/// A conversation is opened.
fn talk(talks: &mut Vec<ConversationRow>, id: &ConversationId, role: &str, at: Stamp) {
    let expires = at.at().map(|at| at.plus(Span::seconds(3 * 3_600)));
    talks.push(ConversationRow {
        id: id.clone(),
        role_a: "orchestrator".into(),
        role_b: role.into(),
        created: at,
        expires: expires.map_or(Stamp::None, Stamp::At),
    });
    // As a bridge that is pruned: what was over for long is removed.
    let gone = at.at().map(|at| at.plus(Span::seconds(-12 * 3_600)));
    talks.retain(|row| row.created.at() > gone);
}

/// To the millisecond, as a recording keeps it.
fn coarse(at: Timestamp) -> Timestamp {
    Timestamp(at.0.div_euclid(1_000) * 1_000)
}
