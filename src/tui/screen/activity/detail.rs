//! All that is known of one entry: when, by whom, and what it was about as it stood then.

use super::entry::{Entry, Source};
use crate::{
    domain::{
        Event, Happening, Message, Task, Worker,
        alert::{Alert, Notification},
    },
    tui::{
        screen::{task, worker},
        theme::Role,
        view::Scene,
        widget::{self, Strip, TimeForm},
    },
};

/// The lines of the pane, `width` cells wide.
pub(super) fn lines(scene: Scene<'_>, entry: &Entry, width: u16) -> Vec<Strip> {
    let mut out = Vec::new();
    let mut say = |label: &str, words: &str, role| fact(&mut out, label, words, role, width);
    say("what", &entry.words, entry.mark.role);
    let utc = widget::Clock {
        form: TimeForm::Utc,
        ..scene.clock
    };
    let mut when = format!("{}, {}", utc.log(entry.at), scene.clock.ago(entry.at));
    if scene.clock.form == TimeForm::Local {
        when = format!("{} = {when}", scene.clock.log(entry.at));
    }
    say("when", &when, Role::Text);
    say("by", &entry.by.shown(), Role::Text);
    say(
        "about",
        &format!("{} {}", entry.kind, entry.subject),
        Role::Text,
    );
    match &entry.source {
        Source::Step(task, n) => {
            say(
                "source",
                &format!(
                    "history of the task, step {} of {}",
                    n + 1,
                    task.history.len()
                ),
                Role::Dim,
            );
            of_task(scene, &mut out, task, width);
        }
        Source::Event(event) => {
            say("source", &format!("event {}", event.seq), Role::Dim);
            of_event(scene, &mut out, event, width);
        }
    }
    out
}

fn of_event(scene: Scene<'_>, out: &mut Vec<Strip>, event: &Event, width: u16) {
    match &event.what {
        Happening::WorkerSeen(worker) | Happening::WorkerState(worker, _) => {
            of_worker(scene, out, worker, width);
        }
        Happening::TaskState(task, _) => of_task(scene, out, task, width),
        Happening::Message(message) => of_message(out, message, width),
        Happening::Alert(alert, _) => of_alert(scene, out, alert, width),
        Happening::Notified(notice) => of_notice(out, notice, width),
        Happening::WorkerGone(conversation, _) => {
            fact(out, "was", &conversation.to_string(), Role::Text, width);
        }
        Happening::Source(_) => {}
    }
}

fn fact(out: &mut Vec<Strip>, label: &str, words: &str, role: Role, width: u16) {
    let mut label = format!(" {label:<9} ");
    for line in widget::paragraph(words, width.saturating_sub(12), true, role) {
        out.push(Strip::of(std::mem::take(&mut label), Role::Dim).join(line));
        label = " ".repeat(11);
    }
}

fn heading(out: &mut Vec<Strip>, words: &str) {
    out.push(Strip::new());
    out.push(Strip::of(format!(" {words}"), Role::Title));
}

fn of_worker(scene: Scene<'_>, out: &mut Vec<Strip>, worker: &Worker, width: u16) {
    fact(out, "because", &worker.verdict.reason, Role::Text, width);
    if !worker.tasks.is_empty() {
        let tasks: Vec<String> = worker.tasks.iter().map(ToString::to_string).collect();
        fact(out, "held", &tasks.join(" "), Role::Text, width);
    }
    heading(out, "EVIDENCE, as it was then");
    out.extend(worker::evidence(scene, worker, width));
}

fn of_task(scene: Scene<'_>, out: &mut Vec<Strip>, task: &Task, width: u16) {
    if let Some(holder) = task.holder() {
        let generation = format!("{}, generation {}", holder.worker, holder.generation);
        fact(out, "holder", &generation, Role::Text, width);
    }
    if let Some(result) = &task.result {
        fact(out, "result", result, Role::Text, width);
    }
    heading(out, "HISTORY, newest first");
    let steps = task.history.iter().rev();
    out.extend(steps.map(|step| task::step_line(scene, step)));
}

fn of_message(out: &mut Vec<Strip>, message: &Message, width: u16) {
    let facts = format!(
        "{}   {}   {} bytes",
        message.id, message.conversation, message.bytes
    );
    fact(out, "message", &facts, Role::Dim, width);
    out.push(Strip::new());
    let body = widget::paragraph(&message.body, width.saturating_sub(2), true, Role::Text);
    let inset = |line| Strip::of(" ", Role::Text).join(line);
    out.extend(body.into_iter().map(inset));
}

fn of_alert(scene: Scene<'_>, out: &mut Vec<Strip>, alert: &Alert, width: u16) {
    let mut say = |label: &str, words: String| fact(out, label, &words, Role::Text, width);
    say(
        "status",
        format!("{}, fired {} times", alert.status.name(), alert.count),
    );
    say("since", scene.clock.log(alert.since));
    if let Some(ack) = &alert.ack {
        say("ack", format!("{} {}", ack.by, ack.note));
    }
    if let Some(silence) = &alert.silence {
        let until = scene.clock.log(silence.until);
        say(
            "muted",
            format!("by {} until {until}: {}", silence.by, silence.comment),
        );
    }
    for note in &alert.notes {
        say("note", format!("{}: {}", note.by, note.text));
    }
    if !alert.history.is_empty() {
        heading(out, "HISTORY, newest first");
    }
    for moment in alert.history.iter().rev() {
        let at = scene.clock.log(moment.at);
        out.push(Strip::of(format!(" {at:<12} "), Role::Dim).add(&*moment.what, Role::Text));
    }
}

fn of_notice(out: &mut Vec<Strip>, notice: &Notification, width: u16) {
    for alert in &notice.alerts {
        let mark = widget::severity(alert.severity);
        let words = format!("{} {}: {}", mark.symbol, alert.name(), alert.sentence);
        fact(out, "alert", &words, mark.role, width);
    }
}
