//! RECENT: what happened while we watched; before anything did, the newest messages.

use crate::{
    domain::{Event, Happening, Kind, Message, TaskState},
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
    let lines: Vec<Strip> = if snapshot.events.is_empty() {
        let newest = snapshot.messages.iter().rev();
        newest.take(room).map(|m| message(scene, m)).collect()
    } else {
        let newest = snapshot.events.iter().rev();
        newest
            .filter(|e| !is_chatter(e))
            .take(room)
            .map(|e| line(scene, e))
            .collect()
    };
    for line in lines {
        canvas.strip(rows.line(), &line);
    }
}

/// Heartbeats of the conversation that say nothing for themselves: a task's change tells the same.
fn is_chatter(event: &Event) -> bool {
    matches!(&event.what, Happening::Message(m)
        if matches!(m.kind, Kind::Ack | Kind::Progress | Kind::Drill | Kind::Done | Kind::Assign) )
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
    head(scene, &at, "»", role)
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
            head(scene, &at, mark.symbol, mark.role)
                .add(format!("{} ", worker.id), Role::Title)
                .add(mark.word, mark.role)
                .add(
                    format!(
                        ", was {}: {}",
                        widget::state(*from).word,
                        worker.verdict.reason
                    ),
                    Role::Text,
                )
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
            };
            head(scene, &at, mark.symbol, mark.role)
                .add(who, Role::Title)
                .add(
                    format!("{verb} {} {}", task.id, task.description),
                    Role::Text,
                )
        }
        Happening::Message(message) => self::message(scene, message),
        Happening::Source(words) => {
            head(scene, &at, "i", Role::Info).add(words.to_string(), Role::Text)
        }
    }
}
