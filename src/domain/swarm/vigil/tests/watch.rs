//! A swarm that is watched second by second.

use crate::domain::{
    Changes, ConversationRow, Cursor, Happening, MessageId, MessageRow, Seen, Side, Snapshot,
    Source, Span, Stamp, State, StatusRow, Swarm, Timestamp,
    health::{Detector, Tick},
};
use std::collections::BTreeMap;

pub(super) const START: Timestamp = Timestamp(1_763_050_080_000_000);

pub(super) fn id(n: usize) -> String {
    format!("c{n}")
}

/// A swarm under watch: a bridge whose rows are made up, and both of our clocks.
pub(super) struct Watch {
    pub(super) swarm: Swarm,
    pub(super) now: Timestamp,
    /// What the wall clock was set by.
    pub(super) step: Span,
    /// Newest heartbeat rows.
    pub(super) beats: BTreeMap<String, Timestamp>,
    next: i64,
}

impl Watch {
    /// Workers whose daemons beat, and whose conversations last ten hours.
    pub(super) fn of(workers: usize) -> Self {
        Self::under(Detector::ADAPTIVE, workers)
    }

    /// The same under another policy.
    pub(super) fn under(detector: Detector, workers: usize) -> Self {
        let mut watch = Self {
            swarm: Swarm::new(detector, None),
            now: START,
            step: Span(0),
            beats: (0..workers).map(|n| (id(n), START)).collect(),
            next: 0,
        };
        let row = |n: usize| ConversationRow {
            id: id(n).as_str().into(),
            role_a: "boss".into(),
            role_b: format!("worker-{n}-tests").into(),
            created: Stamp::At(START.plus(Span::seconds(-60))),
            expires: Stamp::At(START.plus(Span::seconds(36_000))),
        };
        let changes = Changes {
            conversations: Some((0..workers).map(row).collect()),
            ..watch.rows()
        };
        watch.swarm.apply(changes, Seen::Recorded);
        watch.tick();
        watch
    }

    pub(super) fn rows(&self) -> Changes {
        let row = |(id, at): (&String, &Timestamp)| StatusRow {
            conversation: id.as_str().into(),
            side: Side::B,
            status: "waiting".into(),
            heartbeat: Stamp::At(*at),
        };
        Changes {
            statuses: Some(self.beats.iter().map(row).collect()),
            cursor: Cursor {
                message: self.next,
                ..Cursor::default()
            },
            ..Changes::default()
        }
    }

    pub(super) fn tick(&mut self) {
        self.swarm.tick(Tick {
            at: self.now,
            steady: Span(self.now.0 - START.0),
            step: self.step,
            trouble: false,
        });
        self.swarm.readable(self.now);
    }

    /// `seconds` pass, looked at each second; whoever `beats` says beats every 30 s.
    pub(super) fn pass(&mut self, seconds: i64, beats: impl Fn(usize) -> bool) -> &mut Self {
        for _ in 0..seconds {
            self.now = self.now.plus(Span::seconds(1));
            let second = self.now.since(START).as_seconds();
            let skew = self.step;
            for n in (0..self.beats.len()).filter(|n| beats(*n)) {
                if (second + i64::try_from(n).unwrap() * 7) % 30 == 0 {
                    self.beats.insert(id(n), self.now.plus(skew));
                }
            }
            self.tick();
            let rows = self.rows();
            self.swarm.apply(rows, Seen::Live(self.now));
            self.swarm.evaluate(self.now);
        }
        self
    }

    pub(super) fn says(&mut self, n: usize, text: &str) {
        self.next += 1;
        let row = MessageRow {
            id: MessageId(self.next),
            conversation: id(n).as_str().into(),
            from: Side::B,
            to: Side::A,
            text: text.into(),
            action: None,
            mark: None,
            at: Stamp::At(self.now),
            read: false,
        };
        let changes = Changes {
            messages: vec![row],
            ..self.rows()
        };
        self.swarm.apply(changes, Seen::Live(self.now));
        self.swarm.evaluate(self.now);
    }

    pub(super) fn gets(&mut self, n: usize, task: &str) {
        self.next += 1;
        let text = format!(
            "{{\"type\":\"task_assignment\",\"task_id\":\"{task}\",\"description\":\"d\"}}"
        );
        let row = MessageRow {
            id: MessageId(self.next),
            conversation: id(n).as_str().into(),
            from: Side::A,
            to: Side::B,
            text: text.into(),
            action: None,
            mark: None,
            at: Stamp::At(self.now),
            read: true,
        };
        let changes = Changes {
            messages: vec![row],
            ..self.rows()
        };
        self.swarm.apply(changes, Seen::Live(self.now));
        self.swarm.evaluate(self.now);
    }

    pub(super) fn see(&mut self) -> Snapshot {
        self.swarm.picture(self.now, Source::default(), None)
    }

    pub(super) fn count(&mut self, state: State) -> u32 {
        self.see().states.of(state)
    }

    /// States that a worker ever turned to, worse than suspect.
    pub(super) fn falls(&mut self) -> usize {
        let bad = [State::Silent, State::NoHeartbeat, State::Stalled];
        self.see()
            .events
            .iter()
            .filter(|e| matches!(&e.what, Happening::WorkerState(w, _) if bad.contains(&w.verdict.state)))
            .count()
    }
}
