use super::{Kind, read};
use crate::domain::Span;
use proptest::prelude::*;

#[test]
fn an_assignment_in_the_protocols_words() {
    let c = read(
        r#"{"type": "task_assignment", "task_id": "t-1", "description": "Port the parser", "priority": "P0", "timeout": 300,
            "original_assignee": "worker-3", "depends_on": ["t-0"], "generation": 2}"#,
        Some("info"),
    );
    assert_eq!(
        (c.kind, c.task.as_deref(), c.generation, c.priority),
        (Kind::Assign, Some("t-1"), Some(2), Some(0))
    );
    assert_eq!(
        (c.timeout, c.words.as_deref()),
        (Some(Span::seconds(300)), Some("Port the parser"))
    );
    assert_eq!(
        (c.original_assignee.as_deref(), c.depends_on),
        (Some("worker-3"), vec!["t-0".to_owned()])
    );
}

#[test]
fn fields_of_the_wrong_type_are_read_as_meant() {
    let c = read(
        r#"{"type":"status_update","task_id":7,"status":"in_progress","progress":"40%","generation":"3"}"#,
        None,
    );
    assert_eq!(
        (c.kind, c.task.as_deref(), c.progress, c.generation),
        (Kind::Progress, Some("7"), Some(40), Some(3))
    );
    let c = read(
        r#"{"type":"task_assignment","task_id":"x","priority":1,"timeout":"90s"}"#,
        None,
    );
    assert_eq!((c.priority, c.timeout), (Some(1), Some(Span::seconds(90))));
}

#[test]
fn prose_that_contains_error_or_timeout_means_nothing() {
    assert_eq!(
        read(
            "error: timeout, I am dead and blocked, complete failure",
            Some("info")
        )
        .kind,
        Kind::Info
    );
    assert_eq!(read("error", Some("blocked")).kind, Kind::Blocked);
}

#[test]
fn tags_are_found_in_prose() {
    let c = read(
        "done [#t-0042/g3] and [#busy 20m cargo test]",
        Some("complete"),
    );
    assert_eq!(
        (c.kind, c.task.as_deref(), c.generation, c.busy),
        (
            Kind::Done,
            Some("t-0042"),
            Some(3),
            Some(Span::seconds(1200))
        )
    );
    for odd in [
        "[#/g1]",
        "[#t/g]",
        "[#t/g-1]",
        "[#t/g99999999999]",
        "[#busy x]",
        "[#",
        "[#t/g1",
    ] {
        let c = read(odd, None);
        assert_eq!((c.task, c.generation, c.busy), (None, None, None), "{odd}");
    }
}

#[test]
fn drills_are_traffic() {
    for kind in ["keepalive_test", "latency_test", "test_task"] {
        assert_eq!(
            read(&format!(r#"{{"type":"{kind}","test_id":"x"}}"#), None).kind,
            Kind::Drill
        );
    }
}

#[test]
fn broken_json_is_text() {
    assert_eq!(
        read(r#"{"type": "task_assignment", "task_id": "#, None).kind,
        Kind::Info
    );
    assert_eq!(read("{}", Some("question")).kind, Kind::Question);
    assert_eq!(read("[1,2]", None).kind, Kind::Info);
}

proptest! {
    #[test]
    fn reading_never_panics(raw in any::<String>(), action in proptest::option::of("[a-z]{0,9}")) {
        let _ = read(&raw, action.as_deref());
    }

    #[test]
    fn progress_is_a_percentage(p in any::<f64>()) {
        let raw = format!(r#"{{"type":"status_update","task_id":"t","status":"in_progress","progress":{p:e}}}"#);
        let c = read(&raw, None);
        prop_assert!(c.progress.is_none_or(|p| p <= 100));
    }
}
