//! The parts of the detail, as lines: for the whole view and for the pane beside the list.

use super::state::Panel;
use crate::{
    domain::{
        Message, Side, Span, State, Task, Worker,
        explain::{self, Thresholds},
    },
    tui::{
        theme::Role,
        view::Scene,
        widget::{self, Strip},
    },
};

/// A heading with lines under it.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) panel: Panel,
    pub(super) title: Strip,
    pub(super) lines: Vec<Strip>,
}

/// Label of a fact, and the fact; broken where it does not fit.
fn fact(out: &mut Vec<Strip>, label: &str, words: &str, role: Role, width: u16) {
    let room = width.saturating_sub(13);
    let mut label = format!(" {label:<10} ");
    for line in widget::paragraph(words, room, true, role) {
        out.push(Strip::of(std::mem::take(&mut label), Role::Dim).join(line));
        label = " ".repeat(12);
    }
}

/// LIVENESS: both signals apart, what it says of itself, what comes next.
pub(super) fn liveness(scene: Scene<'_>, worker: &Worker, width: u16) -> Section {
    let clock = scene.clock;
    let mut lines = Vec::new();
    let mark = widget::state(worker.verdict.state);
    let limit = |witness: &str| {
        let found = worker
            .verdict
            .evidence
            .iter()
            .find(|e| e.witness == witness);
        let limit = found.and_then(|e| e.limit);
        limit.map_or_else(String::new, |l| format!("  (limit {l})"))
    };
    fact(&mut lines, "why", &worker.verdict.reason, mark.role, width);
    let beat = match (worker.heartbeat, worker.beat()) {
        (Some(at), _) => format!("{}{}", clock.ago(at), limit("heartbeat")),
        (None, Some(at)) => format!("none; last poll {}{}", clock.ago(at), limit("poll")),
        (None, None) => "never".to_owned(),
    };
    fact(&mut lines, "heartbeat", &beat, Role::Text, width);
    let activity = match worker.activity {
        Some((at, what)) => format!("{} by {what}{}", clock.ago(at), limit(what)),
        None => "none seen".to_owned(),
    };
    fact(&mut lines, "activity", &activity, Role::Text, width);
    if let Some((at, next)) = worker.verdict.next {
        let left = at.since(clock.now);
        let word = widget::state(next).word;
        let words = if left.0 <= 0 || clock.at_least {
            format!("{word} at {}", at.clock())
        } else {
            format!("{word} in {left} unless it moves")
        };
        fact(&mut lines, "next", &words, Role::Text, width);
    }
    if let Some(words) = scene.rescue(worker) {
        fact(&mut lines, "watchdog", &words, Role::Text, width);
    }
    if worker.clock_bad {
        fact(
            &mut lines,
            "clock",
            "a time in its rows does not read",
            Role::Warn,
            width,
        );
    }
    for (label, words) in reservations(worker) {
        fact(&mut lines, label, &words, Role::Warn, width);
    }
    let (words, role) = reported(scene, worker);
    fact(&mut lines, "reported", &words, role, width);
    Section {
        panel: Panel::Liveness,
        title: Strip::of("LIVENESS", Role::Title),
        lines,
    }
}

/// ABOUT: which conversation, until when, what it has done.
pub(super) fn about(scene: Scene<'_>, worker: &Worker, width: u16) -> Section {
    let mut lines = Vec::new();
    for (label, words) in identity(scene, worker) {
        fact(&mut lines, label, &words, Role::Text, width);
    }
    Section {
        panel: Panel::About,
        title: Strip::of("ABOUT", Role::Title),
        lines,
    }
}

/// What must be known before the state is believed.
fn reservations(worker: &Worker) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    if let Some(at) = worker.as_of {
        out.push(("as of", format!("{}: no verdict falls now", at.clock())));
    }
    if worker.recovering {
        out.push(("returns", "was silent; one sign of life so far".to_owned()));
    }
    if let Some(skew) = worker.skew {
        let way = if skew.0 < 0 { "ahead" } else { "behind" };
        out.push(("clock", format!("{} {way} of ours", Span(skew.0.abs()))));
    }
    out
}

/// What the agent says of itself; with what we see when that differs.
fn reported(scene: Scene<'_>, worker: &Worker) -> (String, Role) {
    let Some(says) = &worker.reported else {
        return ("nothing".to_owned(), Role::Dim);
    };
    let state = worker.verdict.state;
    let quiet = matches!(
        state,
        State::Silent | State::Stalled | State::NoHeartbeat | State::Suspect | State::Expired
    );
    if !quiet {
        return (format!("says {says}"), Role::Text);
    }
    let word = widget::state(state).word.to_lowercase();
    let age = scene.clock.age(worker.verdict.since);
    (format!("says {says}, {word} {age}"), Role::Warn)
}

fn identity(scene: Scene<'_>, worker: &Worker) -> Vec<(&'static str, String)> {
    let clock = scene.clock;
    let mut out = Vec::new();
    let made = worker
        .created
        .map_or_else(String::new, |at| format!(", made {}", clock.ago(at)));
    out.push(("bridge", format!("{}{made}", worker.conversation)));
    if let Some(expires) = worker.expires {
        let left = expires.since(clock.now);
        let words = if left.0 > 0 {
            format!("in {left} at {}", clock.log(expires))
        } else {
            clock.ago(expires)
        };
        out.push(("expires", words));
    }
    let mut tally = format!("{} done, {} failed", worker.done, worker.failed);
    if worker.older > 0 {
        tally = format!("{tally}; {} older conversations folded", worker.older);
    }
    out.push(("tally", tally));
    out.push((
        "unread",
        match worker.oldest_unread {
            Some(at) if worker.unread > 0 => {
                format!("{}, the oldest {}", worker.unread, clock.ago(at))
            }
            _ => worker.unread.to_string(),
        },
    ));
    out
}

/// EVIDENCE: witness, age, limit, vote, note.
pub(super) fn evidence(scene: Scene<'_>, worker: &Worker, width: u16) -> Section {
    let clock = scene.clock;
    let wide = width >= 44;
    let age = usize::from(clock.width());
    let head = format!(
        " {:<9} {:>age$} {:>6} {:<11}",
        "witness", "age", "limit", "vote"
    );
    let mut lines = vec![Strip::of(head, Role::Dim)];
    for e in &worker.verdict.evidence {
        let seen =
            e.at.map_or_else(|| "never".to_owned(), |at| clock.column(at));
        let limit = e.limit.map_or_else(|| "—".to_owned(), |l| l.to_string());
        let role = match e.vote {
            "ok" => Role::Ok,
            vote => State::ALL
                .into_iter()
                .find(|s| s.name() == vote)
                .map_or(Role::Text, |s| widget::state(s).role),
        };
        let line = Strip::of(
            format!(" {:<9} {seen:>age$} {limit:>6} ", e.witness),
            Role::Text,
        )
        .add(format!("{:<11} ", e.vote), role);
        let room = width.saturating_sub(line.width()).max(12);
        let mut notes = widget::lines(&e.note, room, scene.model.look.wrap).into_iter();
        if wide {
            let lead = usize::from(line.width());
            lines.push(line.add(notes.next().unwrap_or_default(), Role::Text));
            lines.extend(notes.map(|n| Strip::of(format!("{}{n}", " ".repeat(lead)), Role::Text)));
        } else {
            lines.push(line);
        }
    }
    let against = Thresholds::of(worker, clock.now).words();
    let outlook = explain::outlook(worker);
    // The pane beside a list has no room for it.
    for (lead, words) in [("held to", against)]
        .into_iter()
        .chain(outlook.into_iter().map(|w| ("->", w)))
        .filter(|_| wide)
    {
        fact(&mut lines, lead, &words, Role::Dim, width);
    }
    let n = worker.verdict.evidence.len();
    Section {
        panel: Panel::Evidence,
        title: Strip::of(format!("EVIDENCE {n}"), Role::Title),
        lines,
    }
}

/// TASKS: what it holds, where that came from, and what others still say of it.
pub(super) fn tasks(scene: Scene<'_>, worker: &Worker, width: u16) -> Section {
    let mut lines = Vec::new();
    for id in &worker.tasks {
        match scene.model.facts.task(id) {
            Some(task) => one_task(scene, task, width, &mut lines),
            None => lines.push(Strip::of(format!(" {id}"), Role::Text)),
        }
    }
    if lines.is_empty() {
        lines.push(Strip::of(" holds no open task", Role::Dim));
    }
    Section {
        panel: Panel::Tasks,
        title: Strip::of(format!("TASKS {}", worker.tasks.len()), Role::Title),
        lines,
    }
}

fn one_task(scene: Scene<'_>, task: &Task, width: u16, out: &mut Vec<Strip>) {
    let clock = scene.clock;
    let mark = widget::task(task.state);
    let priority = task.priority.map_or_else(String::new, |p| format!(" P{p}"));
    out.push(
        Strip::of(format!(" {} {:<7} ", mark.symbol, mark.word), mark.role)
            .add(format!("{}{priority} ", task.id), Role::Title)
            .add(task.description.clone(), Role::Text),
    );
    let mut facts = Vec::new();
    if let Some(progress) = task.progress {
        let full = usize::from(progress.min(100)) / 10;
        let bar = format!("{}{}", "█".repeat(full), "░".repeat(10 - full));
        facts.push(format!("{bar} {progress}%"));
    }
    if let Some(at) = task.holder().and_then(|h| h.at) {
        facts.push(format!("on it {}", clock.age(at)));
    }
    if let Some(at) = task.reported_at {
        facts.push(format!("reported {}", clock.ago(at)));
    }
    facts.push(format!("generation {}", task.generation));
    if let Some(from) = task.moved_from() {
        facts.push(format!("moved from {}", from.worker));
    }
    if let Some(timeout) = task.timeout {
        facts.push(format!("time limit {timeout}"));
    }
    if !task.depends_on.is_empty() {
        let ids: Vec<String> = task.depends_on.iter().map(ToString::to_string).collect();
        facts.push(format!("needs {}", ids.join(" ")));
    }
    for line in widget::lines(&facts.join("  "), width.saturating_sub(4), true) {
        out.push(Strip::of(format!("   {line}"), Role::Text));
    }
    for late in &task.late {
        let when = late
            .at
            .map_or_else(String::new, |at| format!(" {}", clock.ago(at)));
        let words = format!(
            "   late: {} said {}{when}; kept, not applied",
            late.worker, late.status
        );
        out.push(Strip::of(words, Role::Warn));
    }
}

/// MESSAGES of the worker, the newest first; at most `most`.
pub(super) fn messages(scene: Scene<'_>, worker: &Worker, most: usize) -> Section {
    let newest = scene.model.snapshot().messages.iter().rev();
    let own = newest.filter(|m| m.conversation == worker.conversation);
    let mut lines: Vec<Strip> = own.take(most).map(|m| one_message(scene, m)).collect();
    if lines.is_empty() {
        lines.push(Strip::of(" none among the newest", Role::Dim));
    }
    Section {
        panel: Panel::Messages,
        title: Strip::of("MESSAGES", Role::Title).add("  newest first", Role::Dim),
        lines,
    }
}

fn one_message(scene: Scene<'_>, message: &Message) -> Strip {
    let at = message
        .at
        .map_or_else(|| "no time".to_owned(), |at| scene.clock.log(at));
    let arrow = if message.from == Side::B {
        "→"
    } else {
        "←"
    };
    let unread = if message.read || message.to != Side::B {
        ""
    } else {
        "unread "
    };
    Strip::of(format!(" {at:<9} "), Role::Dim)
        .add(format!("{arrow} "), Role::Text)
        .add(
            format!("{:<9}", message.kind.name()),
            widget::kind_role(message.kind),
        )
        .add(unread, Role::Warn)
        .add(message.summary.to_string(), Role::Text)
}

/// TIMELINE of what we saw.
pub(super) fn timeline(scene: Scene<'_>, worker: &Worker, width: u16) -> Section {
    let minutes = if width > 70 { 60 } else { 30 };
    let title = Strip::of(format!("TIMELINE {minutes} min"), Role::Title)
        .add("  · not watched yet", Role::Dim);
    Section {
        panel: Panel::Timeline,
        title,
        lines: super::timeline::lines(worker, scene.clock, width, minutes),
    }
}
