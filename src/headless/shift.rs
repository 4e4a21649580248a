//! What happened in a shift, and what the next one takes over. Everything comes from the bridge's rows, the audit chain and the book of
//! alerts; nothing from a memory of the shift itself.

use super::{
    audit::Entry,
    view::{
        next_step,
        page::{LIMIT, Page},
        rows, verdict,
    },
};
use crate::domain::{Snapshot, StepKind, Task, Timestamp, audit::Record};
use serde::Serialize;

/// Name and version of the format.
pub const SCHEMA: &str = "swarmwarden.shift/v1";

/// A shift.
#[derive(Debug, Serialize)]
pub struct Shift {
    schema: &'static str,
    from: Timestamp,
    until: Timestamp,
    verdict: String,
    tasks: Tasks,
    deeds: Vec<Deed>,
    alerts: Vec<Heard>,
    conversations: Conversations,
    open: Vec<Open>,
}

#[derive(Debug, Default, Serialize)]
struct Tasks {
    assigned: usize,
    completed: usize,
    failed: usize,
    moved: usize,
    late: usize,
}

/// What somebody did.
#[derive(Debug, Serialize)]
struct Deed {
    at: Timestamp,
    by: String,
    what: String,
    why: Option<String>,
}

/// An alert that fired or resolved.
#[derive(Debug, Serialize)]
struct Heard {
    id: String,
    severity: &'static str,
    status: &'static str,
    sentence: String,
    times: u32,
    acked_by: Option<String>,
    last: Timestamp,
}

#[derive(Debug, Default, Serialize)]
struct Conversations {
    made: usize,
    ended: usize,
    end_within_an_hour: usize,
}

/// What the next shift takes over.
#[derive(Debug, Serialize)]
struct Open {
    severity: &'static str,
    kind: &'static str,
    subject: String,
    since: Timestamp,
    sentence: String,
    next: String,
}

impl Shift {
    /// The shift from `from` to the time of the picture. O(tasks + workers + records + alerts).
    #[must_use]
    pub fn new(s: &Snapshot, records: &[Record], from: Timestamp) -> Self {
        let within = |at: Option<Timestamp>| at.is_some_and(|at| at >= from && at <= s.at);
        Self {
            schema: SCHEMA,
            from,
            until: s.at,
            verdict: verdict(s),
            tasks: tasks(s, within),
            deeds: records.iter().filter_map(|r| deed(r, within)).collect(),
            alerts: alerts(s, within),
            conversations: conversations(s, within),
            open: s.problems.iter().map(|p| open(s, p)).collect(),
        }
    }

    /// As a page below 900 KiB, what is to be done first.
    #[must_use]
    pub fn markdown(&self, s: &Snapshot) -> String {
        let mut page = Page::new(LIMIT);
        let (from, until) = (self.from.rfc3339(), self.until.rfc3339());
        page.line(&format!("**{}**", self.verdict));
        page.line(&format!("\nShift from {from} to {until}"));
        page.line("\n### To take over");
        if self.open.is_empty() {
            page.line("\nNothing needs anybody.");
        } else {
            let row = |o: &Open| {
                let since = format!("{} ago", s.at.since(o.since));
                let words = [o.severity, o.kind, &o.subject, &since, &o.sentence, &o.next];
                words.map(str::to_owned).to_vec()
            };
            page.rows(
                &["PROBLEM", "KIND", "WHOM", "SINCE", "WHY", "NEXT"],
                self.open.iter().map(row).collect(),
            );
        }
        page.line("\n### What happened\n");
        for line in self.happened() {
            page.line(&format!("- {line}"));
        }
        self.tables(&mut page);
        let running = s.tasks.iter().filter(|t| t.state.is_open());
        let running = rows::tasks(running.map(AsRef::as_ref));
        page.folded(
            &format!("{} open tasks", running.rows.len()),
            &running,
            s.at,
        );
        page.finish()
    }

    fn happened(&self) -> [String; 4] {
        let (t, c) = (&self.tasks, &self.conversations);
        [
            format!(
                "{} tasks assigned, {} completed, {} failed, {} moved to another worker, {} late reports",
                t.assigned, t.completed, t.failed, t.moved, t.late
            ),
            format!(
                "{} conversations made, {} ended, {} end within an hour",
                c.made, c.ended, c.end_within_an_hour
            ),
            format!("{} alerts fired or resolved", self.alerts.len()),
            format!("{} actions by people and the watchdog", self.deeds.len()),
        ]
    }

    fn tables(&self, page: &mut Page) {
        if !self.alerts.is_empty() {
            page.line("\n### Alerts");
            let row = |a: &Heard| {
                let by = a.acked_by.as_deref().unwrap_or("-");
                let (times, last) = (a.times.to_string(), a.last.rfc3339());
                let words = [&*last, a.severity, a.status, &a.id, &times, by, &a.sentence];
                words.map(str::to_owned).to_vec()
            };
            page.rows(
                &[
                    "LAST", "SEVERITY", "STATUS", "ALERT", "FIRED", "ACKED", "WHY",
                ],
                self.alerts.iter().map(row).collect(),
            );
        }
        if !self.deeds.is_empty() {
            page.line("\n### Actions");
            let row = |d: &Deed| {
                let why = d.why.as_deref().unwrap_or("-");
                let at = d.at.rfc3339();
                [&*at, &d.by, &d.what, why].map(str::to_owned).to_vec()
            };
            page.rows(
                &["AT", "BY", "WHAT", "WHY"],
                self.deeds.iter().map(row).collect(),
            );
        }
    }
}

fn tasks(s: &Snapshot, within: impl Fn(Option<Timestamp>) -> bool) -> Tasks {
    let mut out = Tasks::default();
    for task in &s.tasks {
        let count = |kind: fn(&StepKind) -> bool| {
            let steps = task.history.iter();
            steps.filter(|x| kind(&x.kind) && within(x.at)).count()
        };
        out.assigned += usize::from(within(first(task)));
        out.completed += count(|k| *k == StepKind::Done);
        out.failed += count(|k| *k == StepKind::Failed);
        out.late += count(|k| matches!(k, StepKind::Late(_)));
        out.moved += task.holders.iter().skip(1).filter(|h| within(h.at)).count();
    }
    out
}

fn first(task: &Task) -> Option<Timestamp> {
    task.holders.first().and_then(|h| h.at)
}

fn deed(record: &Record, within: impl Fn(Option<Timestamp>) -> bool) -> Option<Deed> {
    let at = Timestamp::parse(&record.timestamp).filter(|at| within(Some(*at)))?;
    let entry = Entry::of(record);
    let why = entry.word("reason").filter(|w| !w.is_empty());
    Some(Deed {
        at,
        what: entry.claim(),
        why: why.or_else(|| entry.word("cause")),
        by: entry.actor,
    })
}

fn alerts(s: &Snapshot, within: impl Fn(Option<Timestamp>) -> bool) -> Vec<Heard> {
    let mut all: Vec<Heard> = s
        .alerts
        .iter()
        .filter(|a| within(Some(a.last)))
        .map(|a| Heard {
            id: a.key.to_string(),
            severity: a.severity.name(),
            status: a.status.name(),
            sentence: a.sentence.to_string(),
            times: a.count,
            acked_by: a.ack.as_ref().map(|k| k.by.to_string()),
            last: a.last,
        })
        .collect();
    all.sort_by(|a, b| (a.last, &a.id).cmp(&(b.last, &b.id)));
    all
}

fn conversations(s: &Snapshot, within: impl Fn(Option<Timestamp>) -> bool) -> Conversations {
    let hour = s.at.plus(crate::domain::Span::seconds(3_600));
    let soon = |at: Option<Timestamp>| at.is_some_and(|at| at > s.at && at <= hour);
    let count =
        |of: &dyn Fn(&crate::domain::Worker) -> bool| s.workers.iter().filter(|w| of(w)).count();
    Conversations {
        made: count(&|w| within(w.created)),
        ended: count(&|w| within(w.expires)),
        end_within_an_hour: count(&|w| soon(w.expires)),
    }
}

fn open(s: &Snapshot, p: &crate::domain::Problem) -> Open {
    Open {
        severity: p.severity.name(),
        kind: p.kind,
        subject: rows::subject(s, p),
        since: p.since,
        sentence: p.sentence.clone(),
        next: next_step(s, p),
    }
}
