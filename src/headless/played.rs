//! `replay --plain`: a recording as lines that are only ever appended, one for each thing that is not as it was.

use crate::domain::{
    Message, Side, Snapshot, State, Timestamp,
    compare::{Comparison, Standing, TaskChange, WorkerChange},
};
use std::io::{self, Write};

/// Says where it begins: the instant, how many are up, and every problem there is.
///
/// # Errors
/// When the output cannot be written.
pub fn begin(out: &mut dyn Write, name: &str, s: &Snapshot, to: Timestamp) -> io::Result<()> {
    writeln!(
        out,
        "Replay of {name}, {} to {to}. Nothing can be written.",
        s.at
    )?;
    writeln!(out, "{}", standing(s))?;
    for problem in &s.problems {
        let severity = problem.severity.name();
        writeln!(
            out,
            "problem, {severity}, {}: {}",
            problem.key, problem.sentence
        )?;
    }
    Ok(())
}

/// Says what is not in `to` as it was in `from`, problems first; gives the number of lines. Progress alone is no change. O(workers + tasks +
/// problems + messages kept).
///
/// # Errors
/// When the output cannot be written.
pub fn changes(out: &mut dyn Write, from: &Snapshot, to: &Snapshot) -> io::Result<usize> {
    let found = Comparison::of(from, to);
    let mut lines = Vec::new();
    for problem in &found.began {
        let severity = problem.severity.name();
        let words = format!("problem, {severity}, {}: {}", problem.key, problem.sentence);
        lines.push(words);
    }
    lines.extend(found.ended.iter().map(|p| format!("over, {}", p.key)));
    lines.extend(found.workers.iter().filter_map(worker));
    lines.extend(found.tasks.iter().filter_map(task));
    let last = from.messages.back().map(|m| m.id);
    let new = to.messages.iter().filter(|m| Some(m.id) > last);
    lines.extend(new.map(|m| message(m)));
    for line in &lines {
        writeln!(out, "{} {line}", to.at.clock())?;
    }
    Ok(lines.len())
}

/// Says that it is over, and how things stand then.
///
/// # Errors
/// When the output cannot be written.
pub fn end(out: &mut dyn Write, s: &Snapshot, lines: usize) -> io::Result<()> {
    writeln!(out, "The end, {}. {lines} changes. {}", s.at, standing(s))
}

fn standing(s: &Snapshot) -> String {
    let done = s.task_counts.done;
    let (up, all) = (s.states.up(), s.workers.len());
    let problems = s.problems.len();
    format!("{up} of {all} workers up, {done} tasks done, {problems} problems.")
}

fn worker(change: &WorkerChange) -> Option<String> {
    let named = |state: Option<State>| state.map(|s| s.to_string());
    let moved = match (named(change.before), named(change.after)) {
        (Some(before), Some(after)) if before == after => None,
        (Some(before), Some(after)) => Some(format!("{before} to {after}: {}", change.reason)),
        (None, Some(after)) => Some(format!("new, {after}: {}", change.reason)),
        (_, None) => Some("gone".to_owned()),
    };
    Some(format!("worker {}, {}", change.id, moved?))
}

fn task(change: &TaskChange) -> Option<String> {
    let same = |a: &Standing, b: &Standing| {
        (a.state, &a.owner, a.generation) == (b.state, &b.owner, b.generation)
    };
    let owner = |standing: &Standing| {
        let owner = standing.owner.as_ref();
        owner.map_or_else(|| "nobody".to_owned(), ToString::to_string)
    };
    let words = match (&change.before, &change.after) {
        (Some(a), Some(b)) if same(a, b) => return None,
        (Some(a), Some(b)) if a.owner == b.owner => {
            format!("{} to {}, owner {}", a.state, b.state, owner(b))
        }
        (Some(a), Some(b)) => {
            let (was, is) = (owner(a), owner(b));
            format!("{} to {}, owner {was} to {is}", a.state, b.state)
        }
        (None, Some(b)) => format!("new, {}, owner {}", b.state, owner(b)),
        (_, None) => return None,
    };
    Some(format!("task {}, {words}", change.id))
}

fn message(message: &Message) -> String {
    let way = if message.from == Side::B {
        "from"
    } else {
        "to"
    };
    let kind = message.kind.name();
    format!(
        "message {way} {}, {kind}: {}",
        message.worker, message.summary
    )
}

#[cfg(test)]
mod tests;
