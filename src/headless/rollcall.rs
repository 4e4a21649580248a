//! `rollcall`: what is asked, what counts as an answer, and who answered.

use super::Exit;
use crate::domain::{Span, Timestamp};
use serde_json::{Value, json};
use std::io::{self, Write};

/// Begins the id of every roll call.
pub const PREFIX: &str = "rollcall-";

/// One who was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Its label.
    pub worker: String,
    /// Its conversation.
    pub conversation: String,
    /// How it stood when it was asked.
    pub state: &'static str,
    /// After how long it answered.
    pub answered: Option<Span>,
}

/// The message: a drill of the protocol, so that it is no work.
#[must_use]
pub fn question(id: &str) -> String {
    let answer = json!({"type": "acknowledgment", "test_id": id});
    let words = format!(
        "Roll call: answer at once with {answer}, or with any words that begin with [#{id}]."
    );
    json!({"type": "test_task", "test_id": id, "description": words}).to_string()
}

/// The id of a roll call that a message asks for; `None` for any other message. O(length).
#[must_use]
pub fn asks(text: &str) -> Option<String> {
    let value = object(text)?;
    let id = value.get("test_id")?.as_str()?;
    (value.get("type")? == "test_task" && id.starts_with(PREFIX)).then(|| id.to_owned())
}

/// Whether a worker's message answers the roll call `id`. O(length).
#[must_use]
pub fn answers(text: &str, id: &str) -> bool {
    if let Some(value) = object(text) {
        let kind = value
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let names = |key: &str| value.get(key).and_then(Value::as_str) == Some(id);
        return kind.starts_with("acknowledg") && (names("test_id") || names("task_id"));
    }
    let mut rest = text;
    while let Some(at) = rest.find("[#") {
        rest = rest.get(at + 2..).unwrap_or_default();
        let tail = rest.strip_prefix(id);
        if tail.is_some_and(|tail| tail.starts_with([']', '/'])) {
            return true;
        }
    }
    false
}

fn object(text: &str) -> Option<Value> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    serde_json::from_str(text).ok()
}

/// 0 when all answered, 124 when nobody did in time, 1 when some did not.
#[must_use]
pub fn exit(all: &[Asked]) -> Exit {
    let answered = all.iter().filter(|a| a.answered.is_some()).count();
    match answered {
        n if n == all.len() => Exit::Ok,
        0 => Exit::TimedOut,
        _ => Exit::Warning,
    }
}

/// Writes who answered, and who did not, for people.
///
/// # Errors
/// When the output cannot be written.
pub fn text(out: &mut dyn Write, all: &[Asked]) -> io::Result<()> {
    for one in all {
        let words = one.answered.map_or_else(
            || format!("no answer; it was {} when it was asked", one.state),
            |after| format!("answered after {:.1}s", after.as_f64()),
        );
        writeln!(out, "{:<28} {words}", one.worker)?;
    }
    let answered = all.iter().filter(|a| a.answered.is_some()).count();
    writeln!(out, "{answered}/{}", all.len())
}

/// The same for programs.
#[must_use]
pub fn json(all: &[Asked], id: &str, at: Timestamp) -> Value {
    let answered = all.iter().filter(|a| a.answered.is_some()).count();
    json!({
        "schema": "swarmwarden.rollcall/v1",
        "id": id,
        "asked_at": at,
        "asked": all.len(),
        "answered": answered,
        "workers": all.iter().map(|a| json!({
            "worker": a.worker,
            "conversation": a.conversation,
            "state": a.state,
            "answered_after_s": a.answered.map(Span::as_f64),
        })).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Asked, answers, asks, exit, question, text};
    use crate::{domain::Span, headless::Exit};

    #[test]
    fn only_what_names_it_is_an_answer() {
        let id = "rollcall-1a";
        assert_eq!(asks(&question(id)).as_deref(), Some(id));
        assert!(!answers(&question(id), id), "a question is no answer");
        for (said, is) in [
            (
                r#"{"type": "acknowledgment", "test_id": "rollcall-1a", "worker_id": 3}"#,
                true,
            ),
            (
                r#"{"type":"acknowledgement","task_id":"rollcall-1a"}"#,
                true,
            ),
            (r#"{"type":"status_update","task_id":"rollcall-1a"}"#, false),
            (
                r#"{"type":"acknowledgment","test_id":"rollcall-1ab"}"#,
                false,
            ),
            ("[#rollcall-1a] here", true),
            ("well: [#T-1/g2] and [#rollcall-1a/g1]", true),
            ("[#rollcall-1ab] here", false),
            ("rollcall-1a", false),
            ("", false),
        ] {
            assert_eq!(answers(said, id), is, "{said}");
        }
        assert_eq!(asks("{\"type\":\"test_task\",\"test_id\":\"t\"}"), None);
    }

    #[test]
    fn the_count_is_the_exit() {
        let one = |answered: Option<i64>| Asked {
            worker: "worker-3".to_owned(),
            conversation: "c".to_owned(),
            state: "silent",
            answered: answered.map(Span::seconds),
        };
        assert_eq!(exit(&[one(Some(1)), one(Some(2))]), Exit::Ok);
        assert_eq!(exit(&[one(Some(1)), one(None)]), Exit::Warning);
        assert_eq!(exit(&[one(None), one(None)]), Exit::TimedOut);
        let mut out = Vec::new();
        text(&mut out, &[one(Some(1)), one(None)]).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(
            out.ends_with("no answer; it was silent when it was asked\n1/2\n"),
            "{out}"
        );
    }
}
