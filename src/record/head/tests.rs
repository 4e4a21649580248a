use super::{Head, WORDS};
use crate::domain::{
    ConversationId, Mark, MarkKind, MessageId, MessageRow, Side, Stamp, Timestamp, message, text,
};

fn row(text: &str, action: Option<&str>) -> MessageRow {
    MessageRow {
        id: MessageId(7),
        conversation: ConversationId::from("conv_1"),
        from: Side::B,
        to: Side::A,
        text: text.into(),
        action: action.map(Into::into),
        mark: None,
        at: Stamp::At(Timestamp(1_763_050_080_000_000)),
        read: false,
    }
}

#[test]
fn the_fold_reads_of_a_head_what_it_reads_of_the_whole() {
    let long = "x".repeat(400);
    for (text, action) in [
        ("plain words".to_owned(), None),
        (format!("{long} [#T-9/g3] done"), Some("complete")),
        (format!("{long} [#busy 20m build]"), None),
        (format!("[#T-1/g1] {long} [#busy 90s]"), Some("blocked")),
        (format!("{} [#T-12/g4] cut in the middle", "y".repeat(74)), None),
        (format!(r#"{{"type":"task_assignment","task_id":"T-1","priority":"P1","description":"{long}","timeout":600,"needs":["gpu"],"depends_on":["T-0"],"generation":2}}"#), None),
        (format!(r#"{{"type":"status_update","task_id":"T-1","status":"in_progress","progress":"40%","note":"{long}"}}"#), None),
        (format!(r#"{{"type":"status_update","status":"completed","result":"{long}"}}"#), None),
        (r#"{"type":"else","task_id":"T-1"}"#.to_owned(), Some("question")),
        (r#"{"type":"else"}"#.to_owned(), Some("proposal")),
        (r#"{"type":"task_assignment","task_id":"T-1-reassigned","original_assignee":"worker-2"}"#.to_owned(), None),
        ("{not json".to_owned(), None),
    ] {
        let whole = row(&text, action);
        let head = Head::of(&whole).row();
        let read = |row: &MessageRow| {
            let c = message::read(&row.text, row.action.as_deref());
            format!("{:?}", (c.kind, c.task, c.generation, c.priority, c.timeout, c.original_assignee, c.depends_on, c.needs, c.progress, c.busy, c.structured))
        };
        assert_eq!(read(&head), read(&whole), "{text}");
        assert!(head.text.len() < WORDS + 200, "{}", head.text);
        let again = Head::of(&head).row();
        assert_eq!((read(&again), again.at, again.id), (read(&head), head.at, head.id));
    }
}

#[test]
fn what_an_orchestrator_writes_in_its_ordinary_course_is_no_deed() {
    let way = |from: Side, to: Side| MessageRow {
        from,
        to,
        ..row("go on with t-2", None)
    };
    assert!(!Head::of(&way(Side::A, Side::B)).is_deed());
    assert!(!Head::of(&way(Side::B, Side::A)).is_deed());
    assert!(
        Head::of(&way(Side::Other, Side::B)).is_deed(),
        "an operator"
    );
    let mark = Mark {
        kind: MarkKind::Message,
        task: None,
        generation: None,
        op: None,
        by: "operator".into(),
        cause: None,
        value: None,
    };
    let marked = MessageRow {
        mark: Some(mark.into()),
        ..way(Side::A, Side::B)
    };
    assert!(Head::of(&marked).is_deed(), "a nudge of this program");
}

#[test]
fn nothing_like_a_key_is_kept() {
    let key = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
    for text in [
        format!("the key is {key}"),
        format!("{}{key}", "z ".repeat(30)),
        format!(r#"{{"type":"status_update","note":"use {key}"}}"#),
        format!(
            r#"{{"type":"task_assignment","task_id":"T-{key}-reassigned","original_assignee":"{key}","depends_on":["{key}"],"needs":["{key}"]}}"#
        ),
        format!("[#T-{key}/g3] done"),
    ] {
        let action = format!("do {key}");
        let head = Head::of(&row(&text, Some(&action)));
        let kept = serde_json::to_string(&head).unwrap();
        assert!(!kept.contains("ghp_01234"), "{kept}");
        let read = |row: &MessageRow| {
            let content = message::read(&row.text, None);
            (
                content.task.map(|id| text::redact_name(&id).into_owned()),
                content.generation,
            )
        };
        assert_eq!(read(&head.row()), read(&row(&text, None)), "{kept}");
        assert_eq!(Head::of(&head.row()), head);
    }
}
