//! The handoff capsule: what a new owner needs to go on, made from rows of the bridge and from git, without any model.

use crate::domain::{Branch, Holder, Kind, Message, Side, Snapshot, Task, Timestamp, text};
use serde_json::{Value, json};

/// Messages of the old owner that it holds.
const MESSAGES: usize = 5;
/// Longest of them, in bytes.
const WORDS: usize = 400;

/// What is known of the work that was done on a task so far. O(messages kept).
pub(super) fn capsule(snapshot: &Snapshot, task: &Task, attempt: u32, now: Timestamp) -> Value {
    let held = task.holder();
    // What any of its holders said of it, and what the last one said since it was given it, of whatever.
    let theirs = |m: &&std::sync::Arc<Message>| {
        let holds = |h: &&Holder| h.conversation == m.conversation && m.id > h.message;
        let since = held.as_ref().is_some_and(holds) && m.task.is_none();
        let named = m.task.as_ref() == Some(&task.id) && task.holders.iter().any(|h| holds(&h));
        m.from == Side::B && (since || named)
    };
    let mut last: Vec<_> = (snapshot.messages.iter().rev())
        .filter(theirs)
        .take(MESSAGES)
        .collect();
    last.reverse();
    let open_question = (last.last())
        .filter(|m| matches!(m.kind, Kind::Question | Kind::Blocked))
        .map(|m| text::head(&m.summary, WORDS));
    let branch = branch_of(snapshot, task);
    let mut out = json!({
        "attempt": attempt,
        "before": held.map(|h| h.worker.to_string()),
        "progress": task.progress,
        "last_report": task.result.as_deref().map(|w| text::head(w, WORDS)),
        "last_report_age_s": task.reported_at.map(|at| now.since(at).as_seconds().max(0)),
        "last_messages": last.iter().map(|m| json!({
            "at": m.at.map(Timestamp::rfc3339),
            "kind": m.kind.name(),
            "text": text::head(&m.summary, WORDS),
        })).collect::<Vec<_>>(),
        "open_question": open_question,
        "branch": branch.map(|b| json!({
            "name": &*b.name,
            "commit": &*b.commit,
            "subject": &*b.subject,
            "ahead": b.ahead,
            "behind": b.behind,
            "diffstat": b.diffstat.map(|d| format!("{} files, +{} -{}", d.files, d.added, d.removed)),
        })),
        "advice": "ignore if already done; reply with the tag",
    });
    if let Value::Object(members) = &mut out {
        members.retain(|_, value| !value.is_null());
    }
    out
}

/// The branch on which a task was worked: the newest that names it, else the newest that names its worker. O(branches).
pub(super) fn branch_of<'a>(snapshot: &'a Snapshot, task: &Task) -> Option<&'a Branch> {
    let branches = snapshot.repo.as_ref().map(|repo| &repo.branches)?;
    let newest = |needle: &str| {
        let named = branches.iter().filter(|b| names(&b.name, needle));
        named.max_by_key(|b| b.committed)
    };
    newest(task.id.raw()).or_else(|| newest(task.holder()?.worker.raw()))
}

/// A name holds `needle` as whole words: `fix/T-4-login` names `T-4`, and `fix/T-42` does not.
fn names(name: &str, needle: &str) -> bool {
    let (name, needle) = (name.to_lowercase(), needle.to_lowercase());
    if needle.chars().count() < 2 {
        return false;
    }
    let ends = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    name.match_indices(&needle).any(|(at, found)| {
        let before = name.get(..at).and_then(|s| s.chars().next_back());
        let after = name.get(at + found.len()..).and_then(|s| s.chars().next());
        ends(before) && ends(after)
    })
}

#[cfg(test)]
mod tests;
