//! The laws of the ledger over random histories: foreign rows, rows of our own, rows that make no sense.

use super::super::{Incoming, Ledger, MAX_GENERATION, Step};
use crate::domain::{
    ConversationId, Kind, Mark, MarkKind, MessageId, Side, StepKind, Task, TaskId, TaskState,
    WorkerId, message,
};
use fastrand::Rng;
use std::sync::Arc;

/// A row, or a delivery.
#[derive(Debug, Clone)]
pub(super) enum Event {
    Row(Row),
    Delivered(MessageId),
}

#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) id: MessageId,
    conversation: ConversationId,
    from: Side,
    text: String,
    action: Option<&'static str>,
    mark: Option<Mark>,
    read: bool,
}

pub(super) fn apply(ledger: &mut Ledger, event: &Event) -> Option<Step> {
    let row = match event {
        Event::Delivered(id) => return ledger.delivered(*id),
        Event::Row(row) => row,
    };
    ledger.apply(&Incoming {
        id: row.id,
        conversation: &row.conversation,
        worker: &WorkerId::new(row.conversation.raw()),
        from: row.from,
        at: None,
        read: row.read,
        content: &message::read(&row.text, row.action),
        mark: row.mark.as_ref(),
    })
}

const KINDS: [MarkKind; 15] = [
    MarkKind::Assign,
    MarkKind::Redeliver,
    MarkKind::Fence,
    MarkKind::Cancel,
    MarkKind::Dead,
    MarkKind::Requeue,
    MarkKind::Adopt,
    MarkKind::Hold,
    MarkKind::Release,
    MarkKind::Priority,
    MarkKind::Revoke,
    MarkKind::Nudge,
    MarkKind::Notice,
    MarkKind::Message,
    MarkKind::Other,
];
const ODD: [&str; 10] = [
    "",
    "{",
    "[]",
    "null",
    "{\"type\":5}",
    "{\"type\":\"task_assignment\"}",
    "{\"type\":\"task_assignment\",\"task_id\":\"\"}",
    "[#t1/g]",
    "[#/g1]",
    "[#t1/g99999999999999999999]",
];
const ACTIONS: [Option<&str>; 6] = [
    None,
    Some("info"),
    Some("complete"),
    Some("blocked"),
    Some("question"),
    Some("\u{0}"),
];
const STATUS: [&str; 5] = ["in_progress", "completed", "failed", "blocked", "odd"];

/// Makes histories of a few workers and tasks.
pub(super) struct Maker {
    pub(super) rng: Rng,
    last: i64,
    deliveries: bool,
}

impl Maker {
    pub(super) fn new(seed: u64, deliveries: bool) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            last: 0,
            deliveries,
        }
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.rng.usize(..from.len())]
    }

    /// A generation near the current one, or an absurd one.
    fn generation(&mut self, current: u32) -> Option<u32> {
        match self.rng.u8(..12) {
            0 => None,
            1 => Some(0),
            2 => Some(u32::MAX),
            3 => Some(MAX_GENERATION + 1),
            4 => Some(current.saturating_sub(1)),
            5..=7 => Some(current),
            _ => Some(current + 1),
        }
    }

    pub(super) fn next(&mut self, ledger: &Ledger) -> Event {
        if self.deliveries && self.rng.u8(..10) == 0 {
            return Event::Delivered(MessageId(self.rng.i64(..=self.last + 1)));
        }
        self.last += self.rng.i64(1..3);
        let task = format!("t{}", self.rng.u8(..5));
        let known = ledger.task(&TaskId::from(task.as_str())).cloned();
        let current = known.as_ref().map_or(0, |t| t.generation);
        // Often the owner speaks, else anybody.
        let owner = known.as_ref().and_then(|t| t.owner());
        let conversation = match owner.filter(|_| self.rng.bool()) {
            Some(owner) => owner.conversation.clone(),
            None => format!("w{}", self.rng.u8(..4)).as_str().into(),
        };
        let mut row = Row {
            id: MessageId(self.last),
            conversation,
            from: Side::B,
            text: String::new(),
            action: self.pick(&ACTIONS),
            mark: None,
            read: self.rng.u8(..4) == 0,
        };
        match self.rng.u8(..20) {
            0..=2 => {
                row.from = self.pick(&[Side::A, Side::A, Side::Other]);
                let moved = self.pick(&["", "", "-reassigned", "-reassigned-reassigned"]);
                let by = self.pick(&["", ",\"original_assignee\":\"w9\""]);
                row.text = format!(r#"{{"type":"task_assignment","task_id":"{task}{moved}"{by}}}"#);
            }
            3..=7 => {
                let status = self.pick(&STATUS);
                let generation = self
                    .generation(current)
                    .map_or_else(String::new, |g| format!(",\"generation\":{g}"));
                let kind = self.pick(&["status_update", "status_update", "acknowledgment", "note"]);
                row.text = format!(
                    r#"{{"type":"{kind}","task_id":"{task}"{generation},"status":"{status}","progress":7}}"#
                );
            }
            8..=10 => {
                let g = self.generation(current).unwrap_or_default();
                row.text = format!("words [#{task}/g{g}]");
            }
            11 => row.text = self.pick(&ODD).to_owned(),
            12 => row.text = "words".to_owned(),
            _ => self.mark(&mut row, &task, known.as_deref(), current),
        }
        Event::Row(row)
    }

    fn mark(&mut self, row: &mut Row, task: &str, known: Option<&Task>, current: u32) {
        row.from = self.pick(&[Side::A, Side::A, Side::Other, Side::B]);
        row.text = self.pick(&["words", "{", "[#t1/g1]"]).to_owned();
        let late = known.and_then(|t| t.late.last()).map(|l| l.message.0);
        let odd = self.pick(&[None, Some(-1), Some(2), Some(i64::MAX)]);
        row.mark = Some(Mark {
            kind: self.pick(&KINDS),
            task: (self.rng.u8(..20) > 0).then(|| task.into()),
            generation: self.generation(current),
            op: Some("op".into()),
            by: "ana".into(),
            cause: self
                .pick(&[None, Some("undo"), Some("rotation")])
                .map(Into::into),
            value: if self.rng.bool() { late } else { odd },
        });
    }
}

/// What a step must be, given the task before it.
pub(super) fn lawful(before: Option<&Task>, row: &Row, after: &Task) {
    let content = message::read(&row.text, row.action);
    let marked = (row.mark.as_ref()).filter(|_| row.from != Side::B);
    let kind = marked.map(|m| m.kind);
    let Some(before) = before else {
        assert!(kind.is_none_or(|k| k == MarkKind::Assign), "{row:?}");
        assert!(row.from != Side::B, "an agent made a task: {row:?}");
        return;
    };
    // L3: a generation never falls; it grows by one, or to what our row says.
    match marked.and_then(|m| m.generation) {
        _ if after.generation == before.generation => {}
        Some(made) => assert_eq!(after.generation, made),
        None => assert_eq!(after.generation, before.generation + 1),
    }
    assert!(after.generation > before.generation || after.holders == before.holders);
    // L6: only an assignment is an attempt, and no generation has two.
    let assigned = after.history.last().map(|s| s.kind) == Some(StepKind::Assigned);
    assert!(after.attempts <= before.attempts + u32::from(assigned));
    assert!(after.attempts <= after.generation);
    let cause = marked.and_then(|m| m.cause.as_deref());
    if assigned && before.owner().is_some() && cause == Some("rotation") {
        assert_eq!(after.attempts, before.attempts, "{row:?}");
    }
    // L4: what is over stays over, unless the operator takes it up again.
    let over = matches!(
        before.state,
        TaskState::Done | TaskState::Cancelled | TaskState::Dead
    );
    if over && after.state != before.state {
        assert_eq!(kind, Some(MarkKind::Requeue), "{row:?}");
    }
    // L1, L2: only its owner completes it, under the current generation, and only once.
    if row.from == Side::B && after.state != before.state {
        assert!(before.state.is_open(), "accepted after the end: {row:?}");
        assert_eq!(before.owner().unwrap().conversation, row.conversation);
        assert_eq!(after.generation, before.generation);
        assert!(content.generation.is_none_or(|g| g == before.generation));
    }
    if after.state == TaskState::Done && before.state != TaskState::Done {
        let adopted = kind == Some(MarkKind::Adopt);
        assert!(adopted || row.from == Side::B, "{row:?}");
        assert_eq!(adopted, after.adopted.is_some());
    }
}

/// Rows of our own do what they may do, and nothing besides.
fn ours(before: Option<&Task>, row: &Row) {
    let marked = (row.mark.as_ref()).filter(|_| row.from != Side::B);
    let (Some(before), Some(mark)) = (before, marked) else {
        return;
    };
    match mark.kind {
        MarkKind::Adopt => {
            let mut late = before.late.iter();
            let named = late.find(|l| Some(l.message.0) == mark.value);
            assert_eq!(named.map(|l| l.status), Some("completed"), "{row:?}");
        }
        MarkKind::Redeliver => {
            let owner = before.owner().map(|h| &h.conversation);
            assert_eq!(owner, Some(&row.conversation), "{row:?}");
            assert_eq!(mark.generation, Some(before.generation), "{row:?}");
        }
        _ => {}
    }
}

/// L10: every report is accepted, kept as late, counted as a duplicate, or names a task that nobody assigned.
fn accounted(before: Option<&Task>, unknown: u64, row: &Row, ledger: &Ledger, step: Option<&Step>) {
    let content = message::read(&row.text, row.action);
    let report = content.kind.report().is_some() || (!content.structured && row.mark.is_none());
    let names = content.task.is_some() && row.from == Side::B;
    if !names || !report || content.kind == Kind::Assign {
        return;
    }
    let unknown = ledger.unknown_reports() - unknown;
    let Some(step) = step else {
        assert_eq!(unknown, 1, "a report was dropped: {row:?}");
        return;
    };
    let last = step.task.history.last().unwrap();
    let fresh = last.message == row.id;
    let late = fresh && matches!(last.kind, StepKind::Late(_));
    let duplicate = before.is_some_and(|b| step.task.duplicates == b.duplicates + 1);
    assert_eq!(
        u64::from(late) + u64::from(fresh && !late) + u64::from(duplicate) + unknown,
        1,
        "{row:?}"
    );
}

/// L11: every open task stands where the watch over its owner finds it; the counts are those of the tasks.
fn consistent(ledger: &Ledger) {
    let c = ledger.counts();
    let closed = c.done + c.failed + c.cancelled + c.dead;
    assert_eq!(c.total, c.open() + closed);
    let mut owned = 0;
    for task in ledger.listing() {
        if let Some(owner) = task.owner() {
            owned += 1;
            let open = ledger.open_of(&owner.conversation);
            assert!(open.is_some_and(|set| set.contains(&task.id)));
            assert!(owner.message > MessageId(0));
        }
        assert!(task.holder().is_some());
    }
    let listed: usize = ledger
        .open
        .values()
        .map(std::collections::BTreeSet::len)
        .sum();
    assert_eq!((listed, listed as u64), (owned, c.open() - c.queued));
}

fn task_of(event: &Event, ledger: &Ledger, step: Option<&Step>) -> Option<Arc<Task>> {
    let Event::Row(_) = event else { return None };
    ledger.task(&step?.task.id).cloned()
}

/// One history; gives its events.
pub(super) fn walk(seed: u64, steps: usize) -> (Ledger, Vec<Event>) {
    let mut maker = Maker::new(seed, true);
    let (mut ledger, mut events) = (Ledger::default(), Vec::with_capacity(steps));
    for n in 0..steps {
        let event = maker.next(&ledger);
        let before = ledger.clone();
        let unknown = ledger.unknown_reports();
        let step = apply(&mut ledger, &event);
        let was = task_of(&event, &before, step.as_ref());
        if let Event::Row(row) = &event {
            if let Some(step) = &step {
                lawful(was.as_deref(), row, &step.task);
                ours(was.as_deref(), row);
                assert_eq!(step.before, was.as_ref().map(|t| t.state));
            }
            accounted(was.as_deref(), unknown, row, &ledger, step.as_ref());
            again(&ledger, row, step.as_ref());
        }
        events.push(event);
        if n % 16 == 0 {
            consistent(&ledger);
        }
    }
    consistent(&ledger);
    (ledger, events)
}

/// L9: a row that makes a generation does it once, however often it is written.
fn again(ledger: &Ledger, row: &Row, step: Option<&Step>) {
    let makes = row.mark.as_ref().is_some_and(|m| {
        use MarkKind::{Adopt, Assign, Cancel, Dead, Fence, Requeue};
        matches!(m.kind, Assign | Fence | Cancel | Dead | Requeue | Adopt)
    });
    if makes && row.from != Side::B && step.is_some() {
        let mut twice = ledger.clone();
        let mut same = row.clone();
        same.id.0 += 1;
        assert_eq!(apply(&mut twice, &Event::Row(same)), None);
    }
}
