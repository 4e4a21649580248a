//! A swarm that is folded from rows, and acts.

use crate::domain::{
    Changes, ConversationRow, Cursor, Mark, MarkKind, MessageId, MessageRow, Refusal, Side,
    Snapshot, Source, Span, Stamp, State, StatusRow, Swarm, TaskId, Timestamp,
    act::{Check, Deed, NewTask, Order, Party, Proposal, Write, propose},
    health::Detector,
    swarm::Seen,
};
use std::sync::Arc;

pub(crate) const NOW: Timestamp = Timestamp(1_763_050_080_000_000);

pub(crate) fn ago(seconds: i64) -> Timestamp {
    NOW.plus(Span::seconds(-seconds))
}

/// Workers `c1`, `c2`, … that beat a moment ago.
pub(crate) struct Scene {
    swarm: Swarm,
    people: Vec<ConversationRow>,
    judged: Vec<(String, State)>,
    pub(crate) rows: Vec<MessageRow>,
}

impl Scene {
    pub(crate) fn of(roles: &[&str]) -> Self {
        let mut scene = Self {
            swarm: Swarm::new(Detector::FIXED, None),
            people: Vec::new(),
            judged: Vec::new(),
            rows: Vec::new(),
        };
        for (n, role) in roles.iter().enumerate() {
            scene.people.push(ConversationRow {
                id: format!("c{}", n + 1).as_str().into(),
                role_a: "boss".into(),
                role_b: (*role).into(),
                created: Stamp::At(ago(3600)),
                expires: Stamp::At(ago(-7200)),
            });
        }
        scene.listed();
        for n in 1..=roles.len() {
            scene.beat(&format!("c{n}"), 1);
        }
        scene
    }

    fn cursor(&self) -> Cursor {
        Cursor {
            message: self.rows.last().map_or(0, |row| row.id.0),
            ..Cursor::default()
        }
    }

    fn listed(&mut self) {
        let changes = Changes {
            conversations: Some(self.people.clone()),
            cursor: self.cursor(),
            ..Changes::default()
        };
        self.swarm.apply(changes, Seen::Recorded);
    }

    /// The last beat of a worker lies so many seconds back.
    fn beat(&mut self, worker: &str, seconds: i64) {
        let row = StatusRow {
            conversation: worker.into(),
            side: Side::B,
            status: "working".into(),
            heartbeat: Stamp::At(ago(seconds)),
        };
        let changes = Changes {
            statuses: Some(vec![row]),
            cursor: self.cursor(),
            ..Changes::default()
        };
        self.swarm.apply(changes, Seen::Recorded);
    }

    /// A worker counts as this from now on.
    pub(crate) fn judge(&mut self, worker: &str, state: State) {
        self.judged.push((worker.to_owned(), state));
    }

    /// The conversation of a worker ends in so many seconds.
    pub(crate) fn expires(&mut self, worker: &str, seconds: i64) {
        for row in &mut self.people {
            if row.id.raw() == worker {
                row.expires = Stamp::At(ago(-seconds));
            }
        }
        self.listed();
    }

    pub(crate) fn write(
        &mut self,
        to: &str,
        from: Side,
        text: &str,
        action: &str,
        mark: Option<Mark>,
    ) -> MessageId {
        let id = MessageId(self.cursor().message + 1);
        self.rows.push(MessageRow {
            id,
            conversation: to.into(),
            from,
            to: match from {
                Side::A => Side::B,
                Side::B => Side::A,
                Side::Other => Side::Other,
            },
            text: text.into(),
            action: Some(action.into()),
            mark: mark.map(Arc::new),
            at: Stamp::At(ago(60)),
            read: false,
        });
        let changes = Changes {
            messages: self.rows.last().cloned().into_iter().collect(),
            cursor: self.cursor(),
            ..Changes::default()
        };
        self.swarm.apply(changes, Seen::Recorded);
        id
    }

    pub(crate) fn say(&mut self, who: &str, text: &str) -> MessageId {
        self.write(who, Side::B, text, "info", None)
    }

    pub(crate) fn assign(&mut self, to: &str, task: &str) -> MessageId {
        let text = format!(
            r#"{{"type":"task_assignment","task_id":"{task}","description":"build {task}","priority":"P2","timeout":900}}"#
        );
        self.write(to, Side::A, &text, "info", None)
    }

    pub(crate) fn report(&mut self, who: &str, task: &str, generation: u32, status: &str) {
        let text = format!(
            r#"{{"type":"status_update","task_id":"{task}","generation":{generation},"status":"{status}","progress":40,"result":"so far"}}"#
        );
        self.say(who, &text);
    }

    /// Everything is fetched.
    pub(crate) fn fetched(&mut self) {
        let changes = Changes {
            read: self.rows.iter().map(|row| row.id).collect(),
            cursor: self.cursor(),
            ..Changes::default()
        };
        self.swarm.apply(changes, Seen::Recorded);
    }

    pub(crate) fn snapshot(&mut self) -> Snapshot {
        let source = Source {
            read_at: Some(NOW),
            ..Source::default()
        };
        let mut snapshot = self.swarm.picture(NOW, source, None);
        for worker in &mut snapshot.workers {
            let mut judged = self.judged.iter().rev();
            if let Some((_, state)) = judged.find(|(c, _)| c == worker.conversation.raw()) {
                Arc::make_mut(worker).verdict.state = *state;
            }
        }
        snapshot
    }

    pub(crate) fn propose(&mut self, deed: Deed) -> Result<Proposal, Refusal> {
        propose(&self.snapshot(), &order("op-1", deed), NOW)
    }

    /// Holds a write against what came since, and writes it when nothing did.
    pub(crate) fn commit(&mut self, mut write: Write) -> Check {
        let new: Vec<_> = (self.rows.iter())
            .filter(|row| row.id.0 > write.basis.cursor.message)
            .cloned()
            .collect();
        write.fold(&new);
        let check = write.check();
        if check == Check::Clear {
            for row in write.rows {
                let from = match row.from {
                    Party::A => Side::A,
                    Party::B => Side::B,
                    Party::Operator | Party::Watchdog => Side::Other,
                };
                let to = row.conversation.raw().to_owned();
                self.write(&to, from, &row.text, row.action, Some(row.mark));
            }
        }
        check
    }

    pub(crate) fn act(&mut self, op: &str, deed: Deed) {
        let proposal = propose(&self.snapshot(), &order(op, deed), NOW).unwrap();
        assert_eq!(self.commit(proposal.write), Check::Clear);
    }

    pub(crate) fn task(&mut self, id: &str) -> Arc<crate::domain::Task> {
        let all = self.snapshot().tasks;
        Arc::clone(all.iter().find(|t| t.id.raw() == id).unwrap())
    }
}

pub(crate) fn order(op: &str, deed: Deed) -> Order {
    Order {
        op: op.into(),
        actor: "ana@host".into(),
        cause: "operator",
        reason: "because password=hunter2hunter2".into(),
        deed,
    }
}

pub(crate) fn reassign(task: &str, to: &str) -> Deed {
    Deed::Reassign {
        task: task.into(),
        to: to.into(),
    }
}

pub(crate) fn new_task(id: &str) -> NewTask {
    NewTask {
        id: TaskId::from(id),
        description: format!("build {id}"),
        priority: Some(1),
        timeout: Some(Span::seconds(600)),
        needs: Vec::new(),
        depends_on: Vec::new(),
    }
}

/// Kind, conversation, sender and receiver of every row that would be written.
pub(crate) fn rows(proposal: &Proposal) -> Vec<(MarkKind, &str, &str, &str)> {
    (proposal.write.rows.iter())
        .map(|r| {
            let to = r.conversation.raw();
            (r.mark.kind, to, r.from.name(), r.to.name())
        })
        .collect()
}

/// Why an order is denied.
pub(crate) fn denied(found: Result<Proposal, Refusal>) -> String {
    match found {
        Err(Refusal::Denied(why)) => why,
        other => panic!("not denied: {other:?}"),
    }
}
