//! What a task looks like: as a view of its own, and as a pane below the list.

use crate::{
    domain::{
        StepKind, Task, TaskStep,
        choose::{Wanted, best},
    },
    tui::{
        screen::{
            Hits, explain, scroll,
            tasks::{Standing, standing},
        },
        theme::Role,
        view::{Scene, Tier},
        widget::{self, Canvas, Mark, Rows, Strip},
    },
};
use ratatui::layout::Rect;

/// Draws the view.
pub(crate) fn draw(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let state = &scene.model.screens.task;
    let task = state.id.as_ref().and_then(|id| scene.model.facts.task(id));
    let Some(task) = task else {
        let gone = "This task is not kept any more: it is closed, and others closed after it.";
        return explain(canvas, place, &[gone, "Esc goes back to the list."]);
    };
    let mut rows = Rows::of(place);
    let head = rows.line();
    canvas.strip(head, &headline(scene, task));
    hits.point(head);
    let mut lines = facts(scene, task, place.width);
    lines.push(Strip::of("  HISTORY", Role::Title));
    lines.extend(task.history.iter().rev().map(|s| step_line(scene, s)));
    if task.history.is_empty() {
        lines.push(Strip::of("  nothing is known of it", Role::Dim));
    }
    if !task.brief.trim().is_empty() {
        lines.push(Strip::of("  BRIEF", Role::Title));
        let room = place.width.saturating_sub(3);
        let brief = widget::paragraph(&task.brief, room, true, Role::Text);
        let inset = |line| Strip::of("  ", Role::Text).join(line);
        lines.extend(brief.into_iter().map(inset));
    }
    scroll(canvas, rows.rest(), &lines, state.top, hits);
}

/// Draws the selected task below the list.
pub(crate) fn brief(
    scene: Scene<'_>,
    canvas: &mut Canvas<'_>,
    place: Rect,
    task: &Task,
    hits: &mut Hits,
) {
    let mut rows = Rows::of(place);
    let heading = rows.line();
    canvas.rule(heading, &headline(scene, task));
    let mut lines = facts(scene, task, place.width);
    let history: Vec<String> = task.history.iter().rev().map(|s| told(scene, s)).collect();
    labelled(&mut lines, place.width, "history", &history.join(" · "));
    let state = &scene.model.screens.tasks;
    scroll(canvas, rows.rest(), &lines, state.detail.0, hits);
    if state.on_detail {
        hits.point(heading);
    }
}

/// Name, urgency, how it stands and whose it is.
fn headline(scene: Scene<'_>, task: &Task) -> Strip {
    let standing = standing(&scene.model.facts, task, scene.clock.now);
    let mark = standing.mark();
    let urgency = task
        .priority
        .map_or_else(String::new, |p| format!("  P{p}"));
    let mut line =
        Strip::of(format!("{}{urgency}  ", task.id), Role::Title).add(mark.text(), mark.role);
    if let (Standing::Orphan, Some(owner)) = (standing, task.owner()) {
        let worker = scene.model.facts.worker(&owner.conversation);
        let how = worker.map_or_else(
            || "is gone".to_owned(),
            |w| {
                format!(
                    "is {} since {}",
                    w.verdict.state,
                    scene.clock.log(w.verdict.since)
                )
            },
        );
        line = line.add(format!(": {} {how}", owner.worker), Role::Crit);
    }
    line.add(format!("  {}", task.description), Role::Text)
}

fn labelled(out: &mut Vec<Strip>, width: u16, label: &str, words: &str) {
    if words.is_empty() {
        return;
    }
    let room = width.saturating_sub(13);
    let text = widget::paragraph(words, room, true, Role::Text);
    for (i, line) in text.into_iter().enumerate() {
        let head = if i == 0 {
            format!("  {label:<9} ")
        } else {
            " ".repeat(12)
        };
        out.push(Strip::of(head, Role::Dim).join(line));
    }
}

/// Owner, time, what it waits for and what waits for it, what is known of its result, who could take it.
fn facts(scene: Scene<'_>, task: &Task, width: u16) -> Vec<Strip> {
    let known = &scene.model.facts;
    let mut out = Vec::new();
    let mut say = |label: &str, words: String| labelled(&mut out, width, label, &words);
    say("owner", owner(scene, task));
    let waits: Vec<String> = known.waits_for(task).map(ToString::to_string).collect();
    let blocks: Vec<String> = known.blocks(&task.id).map(ToString::to_string).collect();
    if !waits.is_empty() {
        say("needs", waits.join(" "));
    }
    if !blocks.is_empty() && task.state.is_open() {
        say("blocks", blocks.join(" "));
    }
    if task.held {
        say(
            "hold",
            "the operator keeps it out of automatic moves".to_owned(),
        );
    }
    for late in task.late.iter().rev().take(2) {
        let at = late
            .at
            .map_or_else(String::new, |at| format!(", {}", scene.clock.ago(at)));
        say(
            "late",
            format!(
                "{} says {}{at}: kept, not applied",
                late.worker, late.status
            ),
        );
    }
    if task.state.is_open() {
        say("suggest", suggestion(scene, task));
    }
    if let Some(result) = &task.result {
        say("result", result.clone());
    }
    out
}

fn owner(scene: Scene<'_>, task: &Task) -> String {
    let mut parts = Vec::new();
    match task.owner() {
        Some(owner) => {
            let worker = scene.model.facts.worker(&owner.conversation);
            let state = worker.map_or("gone", |w| w.verdict.state.name());
            parts.push(format!("{} ({state})", owner.worker));
            if let Some(at) = owner.at {
                parts.push(format!("has it {}", scene.clock.age(at)));
            }
        }
        None => parts.push("nobody".to_owned()),
    }
    if let Some(from) = task.moved_from() {
        parts.push(format!("before: {}", from.worker));
    }
    parts.push(format!("generation {}", task.generation));
    parts.push(format!(
        "attempt {} of {}",
        task.attempts,
        Task::MAX_ATTEMPTS
    ));
    if let Some(progress) = task.progress {
        parts.push(format!("{progress}%"));
    }
    if let Some(at) = task.deadline() {
        let left = at.since(scene.clock.now);
        parts.push(if left.0 < 0 {
            format!(
                "overdue by {}",
                crate::domain::Span(left.0.saturating_neg())
            )
        } else {
            format!("due in {left}")
        });
    }
    parts.join(" · ")
}

/// Who should take it, if somebody had to.
fn suggestion(scene: Scene<'_>, task: &Task) -> String {
    let standing = standing(&scene.model.facts, task, scene.clock.now);
    if !matches!(
        standing,
        Standing::Orphan | Standing::Failed | Standing::Overdue | Standing::Risk | Standing::Ready
    ) {
        return String::new();
    }
    let snapshot = scene.model.snapshot();
    let wanted = Wanted::of(task, snapshot);
    let (first, refused) = best(snapshot, &wanted, scene.clock.now, 3);
    let named: Vec<String> = first
        .iter()
        .enumerate()
        .map(|(i, c)| match i {
            0 => format!("{} ({}): {}", c.worker.id, c.score, c.why),
            _ => format!("{} ({})", c.worker.id, c.score),
        })
        .collect();
    if named.is_empty() {
        format!("nobody can take it; {refused} are not eligible")
    } else {
        named.join(" · next ")
    }
}

/// One step, as a line of the history.
pub(crate) fn step_line(scene: Scene<'_>, step: &TaskStep) -> Strip {
    let at = step
        .at
        .map_or_else(|| "no time".to_owned(), |at| scene.clock.log(at));
    let gen_word = format!("g{}", step.generation);
    let role = step_mark(step.kind).role;
    Strip::of(format!("  {at:<12} {gen_word:<4}"), Role::Dim).add(step_words(step, true), role)
}

/// How a step is shown where there is no room for its words.
pub(crate) const fn step_mark(kind: StepKind) -> Mark {
    match kind {
        StepKind::Failed => Mark::new("✗", "FAILED", Role::Crit),
        StepKind::Dead => Mark::new("✗", "DEAD", Role::Crit),
        StepKind::Late(_) => Mark::new("!", "LATE", Role::Warn),
        StepKind::Fenced => Mark::new("!", "TAKEN", Role::Warn),
        StepKind::Blocked => Mark::new("?", "BLOCKED", Role::Warn),
        StepKind::Done => Mark::new("✓", "DONE", Role::Ok),
        StepKind::Accepted => Mark::new("▸", "RUN", Role::Ok),
        StepKind::Adopted => Mark::new("✓", "ADOPTED", Role::Ok),
        StepKind::Progress(_) => Mark::new("▸", "REPORT", Role::Text),
        StepKind::Assigned | StepKind::Redelivered => Mark::new("~", "SENT", Role::Text),
        StepKind::Held => Mark::new("=", "HOLD", Role::Text),
        _ => Mark::new("-", "SET", Role::Text),
    }
}

fn told(scene: Scene<'_>, step: &TaskStep) -> String {
    let at = step
        .at
        .map_or_else(String::new, |at| format!("{} ", scene.clock.log(at)));
    format!("{at}{}", step_words(step, true))
}

/// What happened in a step; `signed`, by whom and why.
pub(crate) fn step_words(step: &TaskStep, signed: bool) -> String {
    let who = step
        .worker
        .as_ref()
        .map_or_else(|| "somebody".to_owned(), ToString::to_string);
    let mut words = match step.kind {
        StepKind::Assigned => format!("given to {who}"),
        StepKind::Redelivered => format!("written again to {who}"),
        StepKind::Accepted => format!("{who} accepts"),
        StepKind::Progress(Some(p)) => format!("{who} reports {p}%"),
        StepKind::Progress(None) => format!("{who} reports progress"),
        StepKind::Blocked => format!("{who} cannot go on"),
        StepKind::Done => format!("{who} completes it"),
        StepKind::Failed => format!("{who} fails"),
        StepKind::Late(status) => format!("{who} says {status} too late"),
        StepKind::Fenced => format!("taken from {who}"),
        StepKind::Cancelled => "withdrawn".to_owned(),
        StepKind::Dead => "given up".to_owned(),
        StepKind::Requeued => "taken up again".to_owned(),
        StepKind::Adopted => format!("the late result of {who} is adopted"),
        StepKind::Held => "held".to_owned(),
        StepKind::Released => "released".to_owned(),
        StepKind::Priority(p) => format!("priority P{p}"),
    };
    if let Some((by, why)) = step.by.as_ref().filter(|_| signed) {
        words = format!("{words} by {by}");
        if let Some(why) = why {
            words = format!("{words}: {why}");
        }
    }
    words
}

/// For the status line.
pub(crate) fn status(scene: Scene<'_>) -> String {
    let state = &scene.model.screens.task;
    let name = state
        .id
        .as_ref()
        .map_or_else(String::new, ToString::to_string);
    let steps = state.id.as_ref().and_then(|id| scene.model.facts.task(id));
    let steps = steps.map_or(0, |t| t.history.len());
    if scene.tier < Tier::M {
        return format!("Tasks ▸ {name}");
    }
    format!("Tasks ▸ {name} · {steps} steps · newest first")
}
