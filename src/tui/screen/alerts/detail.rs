//! The selected alert in full: rule, evidence, impact, what to do, its history.

use super::{
    state::Entry,
    view::{status_of, who},
};
use crate::{
    domain::{
        Severity, Span, TaskId, Worker,
        alert::{Alert, Status, timing},
    },
    tui::{
        keymap::{Action, Context},
        screen::{Hits, overview::rescue::owes},
        theme::Role,
        view::{Scene, Tier},
        widget::{self, Canvas, Rows, Strip},
    },
};
use ratatui::layout::Rect;
use std::sync::Arc;

/// What lies further ahead than a clock may be off is to come.
const AHEAD: Span = Span::seconds(90);

/// Draws it.
pub(super) fn draw(
    scene: Scene<'_>,
    canvas: &mut Canvas<'_>,
    place: Rect,
    entry: &Entry,
    alert: &Arc<Alert>,
    hits: &mut Hits,
) {
    let mut rows = Rows::of(place);
    let mark = widget::severity(alert.severity);
    let (word, role) = status_of(alert);
    let who_has = who(scene, entry);
    let title = Strip::of(format!("{} ", alert.kind), Role::Title)
        .add(subject(alert), Role::Title)
        .add(format!("  {} ", mark.text()), mark.role)
        .add(word, role)
        .add(format!(" {who_has}"), Role::Text);
    let heading = rows.line();
    canvas.rule(heading, &title);
    let lines = lines(scene, place.width, entry, alert);
    let page = usize::from(rows.left());
    let last = lines.len().saturating_sub(page);
    let state = &scene.model.screens.alerts;
    let top = state.detail.0.min(last);
    for line in lines.iter().skip(top).take(page) {
        canvas.strip(rows.line(), line);
    }
    hits.detail = (last, page);
    if state.on_detail {
        hits.point(heading);
    }
}

fn subject(alert: &Alert) -> String {
    alert
        .worker()
        .map_or_else(|| "bridge".to_owned(), ToString::to_string)
}

/// Every line of the detail.
fn lines(scene: Scene<'_>, width: u16, entry: &Entry, alert: &Alert) -> Vec<Strip> {
    let facts = &scene.model.facts;
    let worker = alert.conversation().and_then(|c| facts.worker(c));
    let mut out = Vec::new();
    let wide = scene.tier > Tier::Xs;
    let mut say = |label: &str, words: &str| {
        let indent = if wide { 12 } else { 1 };
        let room = width.saturating_sub(indent + 1);
        let text = widget::paragraph(words, room, true, Role::Text);
        for (i, line) in text.into_iter().enumerate() {
            let head = match (wide, i) {
                (true, 0) => format!("  {label:<10}"),
                (true, _) => " ".repeat(12),
                (false, _) => " ".to_owned(),
            };
            out.push(Strip::of(head, Role::Dim).join(line));
        }
    };
    say("what", &alert.sentence);
    say("rule", &rule(alert));
    if let Some(key) = &alert.inhibited_by {
        say("explained", &format!("by {key}: nobody is told of both"));
    }
    if let Some(worker) = worker {
        say("evidence", &evidence(scene, worker));
        let words = impact(scene, worker);
        if !words.is_empty() {
            say("impact", &words);
        }
    }
    say("do", &todo(scene, alert, worker));
    if let Entry::Many { alerts, open, .. } = entry {
        let names: Vec<String> = alerts.iter().skip(1).take(6).map(|a| subject(a)).collect();
        let rest = match alerts.len().saturating_sub(7) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        let key = if *open { "h closes" } else { "l expands" };
        say(
            "group",
            &format!("also {}{rest} — {key} it", names.join(", ")),
        );
    }
    if alert.count > 0 {
        say("episodes", &episodes(scene, alert));
    }
    let history = alert.history.iter().rev();
    let history: Vec<String> = history
        .map(|m| format!("{} {}", scene.clock.log(m.at), m.what))
        .collect();
    if !history.is_empty() {
        say("history", &history.join(" · "));
    }
    for note in alert.notes.iter().rev() {
        let at = scene.clock.log(note.at);
        say("note", &format!("{at} {}: {}", note.by, note.text));
    }
    out
}

fn episodes(scene: Scene<'_>, alert: &Alert) -> String {
    let times = match alert.count {
        1 => "fired once".to_owned(),
        n => format!("fired {n} times, first {}", scene.clock.log(alert.first)),
    };
    let last = match alert.status {
        Status::Resolved => format!("over since {}", scene.clock.log(alert.last)),
        _ => format!("this episode since {}", scene.clock.log(alert.fired)),
    };
    format!("{times}; {last}")
}

/// What makes it fire.
fn rule(alert: &Alert) -> String {
    let (hold, keep) = timing(&alert.kind);
    let meaning = match &*alert.kind {
        "silent" => "neither heartbeat nor activity within the limit",
        "stalled" => "owes work and beats, but does not move",
        "no-heartbeat" => "moves, but its daemon does not beat",
        "waiting-for-answer" => "asked something and got no answer for 5 min",
        "never-joined" => "no sign of life for 5 min since it was made",
        "inbox-lag" => "has not fetched a message for 5 min",
        "expiring" => "its conversation ends within 15 min, with work open; critical at 5 min",
        "expired" => "its conversation ended with work open",
        "late-result" => "a report from somebody who no longer owns the task",
        "task-dead" => "every attempt at the task failed",
        "no-capacity" => "a task waits and nobody may take it",
        "clock-skew" | "clock-bad" => "the times in its rows cannot be right",
        "storm" => "3 or more, and 55 % or more of those that could be heard, are silent at once",
        "bridge-down" => "the bridge cannot be read",
        "bridge-replaced" => "the bridge's file is another one than before",
        "partial" => "the bridge lacks something",
        "flapping" => "5 edges within the hour; steady below 2 in half an hour",
        _ => "",
    };
    let mut words = meaning.to_owned();
    for (what, span) in [("for", hold), ("over when gone for", keep)] {
        if span.as_seconds() > 0 {
            let gap = if words.is_empty() { "" } else { " · " };
            words = format!("{words}{gap}{what} {span}");
        }
    }
    words
}

/// Who votes for what, in one line.
fn evidence(scene: Scene<'_>, worker: &Worker) -> String {
    let votes = worker.verdict.evidence.iter().map(|e| {
        let seen = e.at.map_or_else(
            || "never".to_owned(),
            |at| match at.since(scene.clock.now) {
                ahead if ahead > AHEAD => format!("in {ahead}"),
                _ => scene.clock.ago(at),
            },
        );
        let limit = e
            .limit
            .map_or_else(String::new, |limit| format!(" (limit {limit})"));
        format!("{} {seen}{limit} → {}", e.witness, e.vote)
    });
    let votes: Vec<String> = votes.collect();
    if votes.is_empty() {
        worker.verdict.reason.clone()
    } else {
        votes.join(" · ")
    }
}

/// What waits because of it.
fn impact(scene: Scene<'_>, worker: &Worker) -> String {
    let facts = &scene.model.facts;
    let held: Vec<String> = worker
        .tasks
        .iter()
        .take(4)
        .map(ToString::to_string)
        .collect();
    if held.is_empty() {
        return String::new();
    }
    let waits = |id: &TaskId| worker.tasks.contains(id);
    let blocked: Vec<String> = facts
        .shown()
        .tasks
        .iter()
        .filter(|t| t.state.is_open() && t.depends_on.iter().any(waits))
        .take(4)
        .map(|t| t.id.to_string())
        .collect();
    let held = format!("owns {}", held.join(" "));
    if blocked.is_empty() {
        held
    } else {
        format!("{held} · {} wait for it", blocked.join(" "))
    }
}

/// The keys that help here.
fn todo(scene: Scene<'_>, alert: &Alert, worker: Option<&Arc<Worker>>) -> String {
    let active = matches!(alert.status, Status::Firing | Status::Acked);
    let words = answers(alert);
    if !active || !worker.is_some_and(|w| owes(w)) {
        return words.to_owned();
    }
    let keymap = &scene.model.look.keymap;
    let key = keymap.key_of(Context::Global, Action::Reassign);
    format!("{key} reassign   {words}")
}

/// What is done about the alert itself.
fn answers(alert: &Alert) -> &'static str {
    match (&alert.status, alert.worker().is_some()) {
        (Status::Resolved, _) => "nothing: it is over",
        (Status::Pending, _) => "wait: it does not fire yet",
        (Status::Inhibited, _) => "see to what explains it first",
        (Status::Acked, _) => "it is somebody's; n note   M mute   Enter evidence",
        (Status::Silenced, _) => "it is muted; n note   a ack   Enter evidence",
        (Status::Firing, true) if alert.severity >= Severity::Critical => {
            "a ack   Enter evidence   M mute   n note"
        }
        (Status::Firing, true) => "a ack   M mute   Enter evidence   n note",
        (Status::Firing, false) => "a ack   M mute   Enter daemons   n note",
    }
}
