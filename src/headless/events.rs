//! `events`: one JSON object per line, each written and flushed by itself. The first line is `hello`; then one `worker.state` for every
//! worker as it stands; with `--follow` what happens from there on, and a `tick` every 15 seconds. `hello` carries a `cursor`, the number of
//! the newest message of the bridge: with it a reader that comes again is told first what was said meanwhile.

use super::Exit;
use crate::{
    domain::{
        Event, Happening, Message, MessageId, Snapshot, Task, Timestamp, Worker,
        alert::{Alert, Status},
        report::evidence,
    },
    link::Ports,
};
use serde_json::{Value, json};
use std::{
    io::{self, Write},
    time::Duration,
};
use tokio::time::{MissedTickBehavior, interval};

/// Name and version of the format.
pub const SCHEMA: &str = "swarmwarden.events/v1";
/// Between two ticks.
const TICK: Duration = Duration::from_secs(15);
/// How often it is looked whether anybody still reads.
const PULSE: Duration = Duration::from_millis(500);

/// Writes events until the reader is `gone` or the engine ends; without `follow` until the first whole picture was written. `since` is the
/// cursor of an earlier `hello`, or the number of the last message that was read.
///
/// # Errors
/// When the output cannot be written.
pub async fn run(
    mut ports: Ports,
    out: &mut (dyn Write + Send),
    (follow, since): (bool, Option<i64>),
    now: impl Fn() -> Timestamp,
    gone: impl Fn() -> bool,
) -> io::Result<Exit> {
    let mut pulse = interval(PULSE);
    pulse.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut tick = interval(TICK);
    tick.reset();
    let mut seen: Option<u64> = None;
    loop {
        let snapshot = ports.snapshot.borrow_and_update().clone();
        match seen {
            Some(last) => seen = Some(news(out, &snapshot, last)?),
            None if snapshot.source.read_at.is_some() && snapshot.source.progress.is_none() => {
                let seq = hello(out, &snapshot, now())?;
                seen = Some(seq);
                if let Some(since) = since {
                    meanwhile(out, &snapshot, seq, MessageId(since))?;
                }
                if !follow {
                    return Ok(Exit::Ok);
                }
            }
            None => {
                if let Some(error) = &snapshot.source.error
                    && !follow
                {
                    line(
                        out,
                        &json!({"v": 1, "type": "error", "code": "UNAVAILABLE", "text": &**error}),
                    )?;
                    return Ok(Exit::Unavailable);
                }
            }
        }
        tokio::select! {
            changed = ports.snapshot.changed() => if changed.is_err() {
                line(out, &json!({"v": 1, "ts": now(), "type": "error", "code": "ENGINE_GONE"}))?;
                return Ok(Exit::Unavailable);
            },
            _ = tick.tick() => line(out, &json!({"v": 1, "ts": now(), "type": "tick", "seq": seen}))?,
            _ = pulse.tick() => if gone() { return Ok(Exit::BrokenPipe) },
        }
    }
}

fn line(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    writeln!(out, "{value}")?;
    out.flush()
}

/// The first lines; gives the number of the last event that they include.
fn hello(out: &mut dyn Write, s: &Snapshot, now: Timestamp) -> io::Result<u64> {
    let seq = s.events.back().map_or(0, |e| e.seq);
    let first = json!({
        "v": 1, "seq": seq, "ts": now, "type": "hello", "schema": SCHEMA, "db": &*s.source.path,
        "db_schema": s.source.schema.map(crate::domain::Schema::name), "workers": s.workers.len(),
        "cursor": s.messages.back().map_or(MessageId(0), |m| m.id),
    });
    line(out, &first)?;
    for worker in &s.workers {
        let mut value = state(worker, None, now);
        stamp(&mut value, seq, worker.verdict.at);
        line(out, &value)?;
    }
    Ok(seq)
}

/// What was said behind message `since`, or that it cannot be told any more: removed, older than what is kept, or of another bridge.
/// O(messages kept).
fn meanwhile(out: &mut dyn Write, s: &Snapshot, seq: u64, since: MessageId) -> io::Result<()> {
    let ends = s.messages.front().zip(s.messages.back());
    let (oldest, newest) = ends.map_or((1, 0), |(first, last)| (first.id.0, last.id.0));
    if since.0 > newest || since.0.saturating_add(1) < oldest {
        return line(
            out,
            &json!({"v": 1, "type": "error", "code": "CURSOR_EXPIRED", "oldest": MessageId(oldest), "newest": MessageId(newest), "resync": true}),
        );
    }
    for message in s.messages.iter().filter(|m| m.id > since) {
        let mut value = said(message);
        stamp(&mut value, seq, message.at.unwrap_or(s.at));
        line(out, &value)?;
    }
    Ok(())
}

/// What came since event `last`; gives the number of the newest.
fn news(out: &mut dyn Write, s: &Snapshot, last: u64) -> io::Result<u64> {
    let first = s
        .events
        .iter()
        .position(|e| e.seq > last)
        .unwrap_or(s.events.len());
    let mut seq = last;
    for event in s.events.iter().skip(first) {
        if event.seq > seq + 1 {
            let missed = event.seq - seq - 1;
            line(
                out,
                &json!({"v": 1, "type": "error", "code": "CURSOR_EXPIRED", "missed": missed, "resync": true}),
            )?;
        }
        seq = event.seq;
        line(out, &encode(event))?;
    }
    Ok(seq)
}

fn stamp(value: &mut Value, seq: u64, at: Timestamp) {
    if let Some(fields) = value.as_object_mut() {
        fields.insert("v".into(), 1.into());
        fields.insert("seq".into(), seq.into());
        fields.insert("ts".into(), at.rfc3339().into());
    }
}

/// One event as JSON.
#[must_use]
pub fn encode(event: &Event) -> Value {
    let mut value = match &event.what {
        Happening::WorkerSeen(w) => {
            let mut value = state(w, None, event.at);
            if let Some(fields) = value.as_object_mut() {
                fields.insert("type".into(), "worker.seen".into());
            }
            value
        }
        Happening::WorkerState(w, from) => state(w, Some(from.name()), event.at),
        Happening::WorkerGone(conversation, id) => {
            json!({"type": "worker.gone", "worker": id, "conversation": conversation})
        }
        Happening::TaskState(task, from) => {
            task_state(task, from.map(crate::domain::TaskState::name))
        }
        Happening::Message(message) => said(message),
        Happening::Source(text) => json!({"type": "source", "text": &**text}),
        Happening::Alert(alert, from) => alerted(alert, *from),
        Happening::Notified(n) => json!({
            "type": "alert.notified", "group": &*n.group, "why": n.why.name(), "severity": n.severity,
            "alerts": n.alerts.iter().map(|a| &*a.key).collect::<Vec<_>>(),
        }),
    };
    stamp(&mut value, event.seq, event.at);
    value
}

fn state(w: &Worker, from: Option<&str>, now: Timestamp) -> Value {
    json!({
        "type": "worker.state", "worker": w.id, "conversation": w.conversation, "from": from, "to": w.verdict.state,
        "since": w.verdict.since, "reason": w.verdict.reason, "tasks": w.tasks,
        "evidence": evidence(&w.verdict.evidence, now),
    })
}

fn task_state(t: &Task, from: Option<&str>) -> Value {
    json!({
        "type": "task.state", "task": t.id, "from": from, "to": t.state, "generation": t.generation,
        "worker": t.holder().map(|h| &h.worker), "conversation": t.holder().map(|h| &h.conversation),
        "moved_from": t.moved_from().map(|h| &h.worker), "progress": t.progress,
    })
}

fn alerted(a: &Alert, from: Option<Status>) -> Value {
    json!({
        "type": format!("alert.{}", a.status.name()), "id": &*a.key, "kind": &*a.kind, "severity": a.severity,
        "from": from, "to": a.status, "worker": a.worker(), "conversation": a.conversation(),
        "text": &*a.sentence, "since": a.since, "count": a.count, "ack": a.ack.as_ref().map(|k| &*k.by),
    })
}

fn said(m: &Message) -> Value {
    json!({
        "type": "message", "id": m.id, "conversation": m.conversation, "worker": m.worker, "kind": m.kind,
        "from": side(m.from), "to": side(m.to), "task": m.task, "text": &*m.summary, "bytes": m.bytes,
    })
}

const fn side(side: crate::domain::Side) -> &'static str {
    match side {
        crate::domain::Side::A => "a",
        crate::domain::Side::B => "b",
        crate::domain::Side::Other => "other",
    }
}

#[cfg(test)]
mod tests;
