//! RECENT: what happened while we watched; before anything did, the newest messages.

use crate::{
    domain::{Event, Happening, Kind, Message, Side, State, TaskState, alert::Status},
    tui::{
        theme::Role,
        view::{Scene, Tier},
        widget::{self, Canvas, Rows, Strip},
    },
};
use ratatui::layout::Rect;

/// Draws the panel, the newest first.
pub(super) fn draw(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect) {
    let snapshot = scene.model.snapshot();
    let mut rows = Rows::of(place);
    if rows.left() < 2 {
        return;
    }
    let what = if snapshot.events.is_empty() {
        "  newest messages; nothing changed since the start"
    } else {
        ""
    };
    let title = Strip::of("RECENT", Role::Title).add(what, Role::Dim);
    canvas.rule(rows.line(), &title);
    let room = usize::from(rows.left());
    let newest = snapshot.events.iter().rev();
    let mut lines: Vec<Strip> = newest
        .filter(|e| !is_chatter(e))
        .take(room)
        .map(|e| line(scene, e))
        .collect();
    // What is left is filled with what was said before we watched.
    let began = snapshot.events.front().map(|e| e.at);
    let before = snapshot.messages.iter().rev();
    let before = before.filter(|m| began.is_none_or(|began| m.at.is_none_or(|at| at < began)));
    lines.extend(before.take(room - lines.len()).map(|m| message(scene, m)));
    for line in lines {
        canvas.strip(rows.line(), &line);
    }
}

/// Says nothing for itself: a message whose task's change tells the same, a step on the way to work, calm after calm.
fn is_chatter(event: &Event) -> bool {
    let calm = |state| matches!(state, State::Healthy | State::Idle | State::New);
    match &event.what {
        Happening::Message(m) => matches!(
            m.kind,
            Kind::Ack | Kind::Progress | Kind::Drill | Kind::Done | Kind::Assign | Kind::Failed
        ),
        Happening::TaskState(task, from) => {
            task.state == TaskState::Delivered || (task.state == TaskState::Sent && from.is_none())
        }
        Happening::WorkerState(worker, from) => calm(worker.verdict.state) && calm(*from),
        // That it fires or is over, the worker's own change has told.
        Happening::Alert(alert, _) => !matches!(alert.status, Status::Acked | Status::Silenced),
        Happening::Notified(_) => true,
        Happening::WorkerSeen(_) | Happening::WorkerGone(..) | Happening::Source(_) => false,
    }
}

fn head(scene: Scene<'_>, at: &str, symbol: &str, role: Role) -> Strip {
    let at = if scene.tier == Tier::Xs {
        String::new()
    } else {
        format!("{at:<9} ")
    };
    Strip::of(format!(" {at} "), Role::Dim).add(format!("{symbol} "), role)
}

fn message(scene: Scene<'_>, message: &Message) -> Strip {
    let at = message
        .at
        .map_or_else(|| "no time".to_owned(), |at| scene.clock.log(at));
    let role = widget::kind_role(message.kind);
    let arrow = if message.from == Side::B {
        "→"
    } else {
        "←"
    };
    head(scene, &at, arrow, role)
        .add(format!("{} ", message.worker), Role::Title)
        .add(format!("{} ", message.kind.name()), role)
        .add(message.summary.to_string(), Role::Text)
}

fn line(scene: Scene<'_>, event: &Event) -> Strip {
    let at = scene.clock.log(event.at);
    match &event.what {
        Happening::WorkerSeen(worker) => head(scene, &at, "~", Role::Unknown)
            .add(format!("{} ", worker.id), Role::Title)
            .add("appeared", Role::Text),
        Happening::WorkerState(worker, from) => {
            let mark = widget::state(worker.verdict.state);
            let was = widget::state(*from).word;
            let why = match worker.verdict.state {
                State::Healthy | State::Idle | State::Finished => String::new(),
                _ => format!(": {}", worker.verdict.reason),
            };
            head(scene, &at, mark.symbol, mark.role)
                .add(format!("{} ", worker.id), Role::Title)
                .add(mark.word, mark.role)
                .add(format!(", was {was}{why}"), Role::Text)
        }
        Happening::WorkerGone(_, id) => head(scene, &at, "-", Role::Unknown)
            .add(format!("{id} "), Role::Title)
            .add("conversation removed", Role::Text),
        Happening::TaskState(task, from) => {
            let mark = widget::task(task.state);
            let who = task
                .holder()
                .map_or_else(String::new, |h| format!("{} ", h.worker));
            let verb = match (task.state, from) {
                (TaskState::Sent | TaskState::Delivered, None) => "was given",
                (TaskState::Sent, Some(_)) => "was given again",
                (TaskState::Delivered, Some(_)) => "fetched",
                (TaskState::Running, _) => "works on",
                (TaskState::Blocked, _) => "is blocked on",
                (TaskState::Done, _) => "finished",
                (TaskState::Failed, _) => "failed at",
                (TaskState::Cancelled, _) => "no longer owes",
                (TaskState::Queued, _) => "lost",
                (TaskState::Dead, _) => "was the last to hold",
            };
            head(scene, &at, mark.symbol, mark.role)
                .add(who, Role::Title)
                .add(
                    format!("{verb} {} {}", task.id, task.description),
                    Role::Text,
                )
        }
        Happening::Message(message) => self::message(scene, message),
        Happening::Alert(alert, _) => {
            let mark = widget::severity(alert.severity);
            let what = alert.history.back().map_or("", |m| &*m.what);
            head(scene, &at, mark.symbol, mark.role)
                .add(format!("{} ", alert.name()), Role::Title)
                .add(what.to_owned(), Role::Text)
        }
        Happening::Notified(n) => head(scene, &at, "i", Role::Info)
            .add(format!("{} ", n.group), Role::Title)
            .add(n.why.name(), Role::Text),
        Happening::Source(words) => {
            head(scene, &at, "i", Role::Info).add(words.to_string(), Role::Text)
        }
    }
}
