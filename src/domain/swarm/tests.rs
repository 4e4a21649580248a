use super::{KEPT_EVENTS, KEPT_MESSAGES, Seen, Swarm};
use crate::domain::{
    AuditKind, AuditRow, Changes, ConversationRow, Cursor, Happening, MessageId, MessageRow, Side,
    Snapshot, Source, Span, Stamp, State, StatusRow, Timestamp, health::Detector,
};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp(1_763_050_080_000_000);

fn ago(s: i64) -> Timestamp {
    NOW.plus(Span::seconds(-s))
}

fn conversation(id: &str, role: &str) -> ConversationRow {
    ConversationRow {
        id: id.into(),
        role_a: "boss".into(),
        role_b: role.into(),
        created: Stamp::At(ago(3600)),
        expires: Stamp::At(ago(-3600)),
    }
}

fn message(id: i64, from: Side, text: &str, at: Timestamp) -> MessageRow {
    MessageRow {
        id: MessageId(id),
        conversation: "c1".into(),
        from,
        to: if from == Side::A { Side::B } else { Side::A },
        text: text.into(),
        action: None,
        mark: None,
        at: Stamp::At(at),
        read: false,
    }
}

fn beat(status: &str, at: Stamp) -> Changes {
    let row = StatusRow {
        conversation: "c1".into(),
        side: Side::B,
        status: status.into(),
        heartbeat: at,
    };
    Changes {
        statuses: Some(vec![row]),
        ..Changes::default()
    }
}

fn messages(rows: Vec<MessageRow>) -> Changes {
    let last = rows.last().map_or(0, |r| r.id.0);
    Changes {
        messages: rows,
        cursor: Cursor {
            message: last,
            ..Cursor::default()
        },
        ..Changes::default()
    }
}

fn swarm() -> Swarm {
    let mut swarm = Swarm::new(Detector::FIXED, None);
    let rows = vec![conversation("c1", "worker-1-tests")];
    swarm.apply(
        Changes {
            conversations: Some(rows),
            ..Changes::default()
        },
        Seen::Recorded,
    );
    swarm
}

fn draw(swarm: &mut Swarm, now: Timestamp) -> Snapshot {
    swarm.picture(
        now,
        Source {
            read_at: Some(now),
            ..Source::default()
        },
        None,
    )
}

fn state(swarm: &mut Swarm, now: Timestamp) -> State {
    draw(swarm, now).workers[0].verdict.state
}

#[test]
fn a_beat_that_is_seen_to_come_counts_from_then_whatever_its_clock_says() {
    let mut s = swarm();
    s.apply(beat("waiting", Stamp::At(ago(5000))), Seen::Live(ago(40)));
    assert_eq!(
        state(&mut s, NOW),
        State::Silent,
        "the first sight may be as old as it says"
    );
    s.apply(beat("waiting", Stamp::At(ago(4970))), Seen::Live(ago(10)));
    assert_eq!(
        state(&mut s, NOW),
        State::Idle,
        "a clock that is behind, but moves"
    );
    s.apply(beat("waiting", Stamp::At(ago(-9000))), Seen::Live(ago(5)));
    assert_eq!(
        state(&mut s, NOW.plus(Span::seconds(299))),
        State::Silent,
        "a clock that is ahead ages, too"
    );
}

#[test]
fn a_row_is_never_older_than_the_last_look_that_did_not_show_it() {
    let mut s = swarm();
    draw(&mut s, ago(40));
    s.apply(
        messages(vec![message(
            1,
            Side::B,
            "from a clock that is an hour behind",
            ago(3640),
        )]),
        Seen::Live(ago(39)),
    );
    let (at, _) = draw(&mut s, NOW).workers[0].activity.unwrap();
    assert_eq!(at, ago(40));
    // After a pause of ours the rows of the pause keep their own times.
    let later = NOW.plus(Span::seconds(600));
    s.apply(
        messages(vec![message(2, Side::B, "said during the pause", NOW)]),
        Seen::Live(later),
    );
    assert_eq!(draw(&mut s, later).workers[0].activity.unwrap().0, NOW);
}

#[test]
fn a_broken_time_still_counts_as_a_change() {
    let mut s = swarm();
    s.apply(beat("waiting", Stamp::At(ago(400))), Seen::Live(ago(200)));
    s.apply(beat("waiting", Stamp::Bad), Seen::Live(ago(5)));
    let shown = draw(&mut s, NOW);
    assert_eq!(
        (shown.workers[0].verdict.state, shown.workers[0].clock_bad),
        (State::Idle, true)
    );
}

#[test]
fn the_keep_alives_active_never_hides_what_the_agent_said() {
    let mut s = swarm();
    s.apply(beat("blocked", Stamp::At(ago(20))), Seen::Recorded);
    s.apply(beat("active", Stamp::At(ago(5))), Seen::Live(ago(5)));
    assert_eq!(state(&mut s, NOW), State::Blocked);
}

#[test]
fn an_answer_that_is_read_ends_the_wait() {
    let mut s = swarm();
    let question = MessageRow {
        action: Some("question".into()),
        ..message(1, Side::B, "which?", ago(30))
    };
    s.apply(
        messages(vec![question, message(2, Side::A, "that one", ago(20))]),
        Seen::Recorded,
    );
    assert_eq!(state(&mut s, NOW), State::Blocked);
    s.apply(
        Changes {
            read: vec![MessageId(2)],
            cursor: s.cursor(),
            ..Changes::default()
        },
        Seen::Live(NOW),
    );
    assert_ne!(state(&mut s, NOW), State::Blocked);
}

#[test]
fn rows_of_ours_are_no_sign_of_life() {
    let mut s = swarm();
    s.apply(
        messages(vec![MessageRow {
            mark: Some(std::sync::Arc::new(crate::domain::Mark {
                kind: crate::domain::MarkKind::Other,
                task: None,
                generation: None,
                op: None,
                by: "swarmwarden".into(),
                cause: None,
                value: None,
            })),
            ..message(1, Side::B, "joined and ready", ago(5))
        }]),
        Seen::Recorded,
    );
    assert_eq!(state(&mut s, NOW), State::Unknown);
}

#[test]
fn a_removed_conversation_leaves_and_is_an_event() {
    let mut s = swarm();
    draw(&mut s, NOW);
    s.apply(
        Changes {
            conversations: Some(Vec::new()),
            ..Changes::default()
        },
        Seen::Live(NOW),
    );
    let shown = draw(&mut s, NOW);
    assert!(shown.workers.is_empty());
    assert!(matches!(
        &shown.events.back().unwrap().what,
        Happening::WorkerGone(..)
    ));
}

#[test]
fn a_conversation_that_no_row_describes_is_still_listed() {
    let mut s = Swarm::new(Detector::FIXED, None);
    s.apply(
        messages(vec![message(1, Side::B, "hello", ago(5))]),
        Seen::Recorded,
    );
    assert_eq!(draw(&mut s, NOW).workers[0].id.raw(), "c1");
}

#[test]
fn messages_and_events_are_bounded_and_the_newest_stay() {
    let mut s = swarm();
    let many = i64::try_from(KEPT_MESSAGES + 10).unwrap();
    s.apply(
        messages(
            (1..=many)
                .map(|n| message(n, Side::B, "x", ago(5)))
                .collect(),
        ),
        Seen::Recorded,
    );
    let shown = draw(&mut s, NOW);
    assert_eq!(
        (shown.messages.len(), shown.messages.back().unwrap().id),
        (KEPT_MESSAGES, MessageId(many))
    );
    assert_eq!(
        (shown.traffic.messages, shown.events.len()),
        (many.unsigned_abs(), 0)
    );
    s.apply(
        messages(
            (many + 1..many + 1200)
                .map(|n| message(n, Side::B, "x", ago(5)))
                .collect(),
        ),
        Seen::Live(NOW),
    );
    let shown = draw(&mut s, NOW);
    assert_eq!(
        (shown.events.len(), shown.events.back().unwrap().seq),
        (KEPT_EVENTS, 1199)
    );
}

#[test]
fn a_megabyte_and_control_bytes_are_cut_and_shown_safely() {
    let mut s = swarm();
    let text = format!("\x1b[2J\u{202e}{}", "y".repeat(1_000_000));
    s.apply(
        messages(vec![message(1, Side::B, &text, ago(5))]),
        Seen::Recorded,
    );
    let shown = draw(&mut s, NOW);
    let m = &shown.messages[0];
    assert!(m.bytes > 1_000_000 && m.body.len() < 5_000 && m.summary.len() < 1_000);
    assert!(!m.body.contains('\x1b') && !m.body.contains('\u{202e}'));
}

#[test]
fn nobody_is_drawn_anew_without_a_reason() {
    let mut s = swarm();
    s.apply(beat("waiting", Stamp::At(ago(5))), Seen::Recorded);
    let first = draw(&mut s, NOW);
    let second = draw(&mut s, NOW.plus(Span::seconds(1)));
    assert!(std::sync::Arc::ptr_eq(
        &first.workers[0],
        &second.workers[0]
    ));
    let due = s.due().unwrap();
    assert_eq!(draw(&mut s, due).workers[0].verdict.state, State::Suspect);
}

fn rows() -> impl Strategy<Value = Vec<(u8, u8, i64, bool)>> {
    proptest::collection::vec((0u8..7, 0u8..3, 0i64..2000, any::<bool>()), 0..40)
}

fn changes(rows: &[(u8, u8, i64, bool)], first: i64) -> Changes {
    let mut out = Changes::default();
    for (id, (kind, who, age, read)) in (first..).zip(rows) {
        let from = if *kind % 2 == 0 { Side::A } else { Side::B };
        let text = match kind {
            0 => r#"{"type":"task_assignment","task_id":"t"}"#,
            1 => r#"{"type":"status_update","task_id":"t","status":"completed"}"#,
            3 => "BLOCKED",
            _ => "words",
        };
        out.messages.push(MessageRow {
            conversation: format!("c{who}").as_str().into(),
            read: *read,
            ..message(id, from, text, ago(*age))
        });
        out.audits.push(AuditRow {
            id,
            conversation: Some(format!("c{who}").as_str().into()),
            side: from,
            kind: AuditKind::Fetched(u64::from(*kind)),
            at: Stamp::At(ago(*age)),
            link: None,
        });
    }
    let last = first - 1 + i64::try_from(rows.len()).unwrap_or_default();
    out.cursor = Cursor {
        message: last,
        audit: last,
        conversations: (0, 0),
    };
    out
}

proptest! {
    /// Split at any place, the fold is the same.
    #[test]
    fn the_fold_does_not_depend_on_where_pages_end(rows in rows(), cut in 0usize..40) {
        let cut = cut.min(rows.len());
        let mut whole = Swarm::new(Detector::FIXED, None);
        whole.apply(changes(&rows, 1), Seen::Recorded);
        let mut parts = Swarm::new(Detector::FIXED, None);
        parts.apply(changes(&rows[..cut], 1), Seen::Recorded);
        parts.apply(changes(&rows[cut..], 1 + i64::try_from(cut).unwrap()), Seen::Recorded);
        let show = |s: &mut Swarm| {
            let mut shown = draw(s, NOW);
            shown.workers.sort_by(|a, b| a.conversation.cmp(&b.conversation));
            format!("{:?}", (shown.workers, shown.tasks, shown.task_counts, shown.traffic, shown.problems))
        };
        prop_assert_eq!(show(&mut whole), show(&mut parts));
    }

    /// States sum to the total, and tasks of workers to the open ones.
    #[test]
    fn sums_hold(rows in rows()) {
        let mut swarm = Swarm::new(Detector::FIXED, None);
        swarm.apply(changes(&rows, 1), Seen::Live(NOW));
        let shown = draw(&mut swarm, NOW);
        prop_assert_eq!(shown.states.total() as usize, shown.workers.len());
        let held: usize = shown.workers.iter().map(|w| w.tasks.len()).sum();
        prop_assert_eq!(held as u64, shown.task_counts.open());
    }
}

mod generations;

#[test]
fn nothing_that_is_shown_holds_a_key_and_names_stay_apart() {
    let key = |c: char| format!("ghp_{}", String::from(c).repeat(36));
    let mut s = Swarm::new(Detector::FIXED, None);
    let mut row = conversation("c1", &format!("worker-1-{}", key('r')));
    row.role_a = format!("boss {}", key('o')).into();
    let rows = Some(vec![row]);
    let changes = Changes {
        conversations: rows,
        ..Changes::default()
    };
    s.apply(changes, Seen::Recorded);
    let status = format!("busy {}", key('s'));
    s.apply(beat(&status, Stamp::At(NOW)), Seen::Live(NOW));
    let task = |c| {
        let id = format!("T-{}", key(c));
        format!(
            r#"{{"type":"task_assignment","task_id":"{id}","description":"d","depends_on":["{id}"],"original_assignee":"{id}","generation":2}}"#
        )
    };
    let rows = vec![
        message(1, Side::A, &task('x'), NOW),
        message(2, Side::A, &task('y'), NOW),
    ];
    s.apply(messages(rows), Seen::Live(NOW));
    let shown = draw(&mut s, NOW);
    assert!(!format!("{shown:?}").contains("ghp_"), "{shown:?}");
    let ids: Vec<String> = shown.tasks.iter().map(|t| t.id.to_string()).collect();
    assert_eq!(ids.len(), 2);
    assert_ne!(ids[0], ids[1]);
    assert!(ids[0].starts_with("T-⟨redacted-"), "{ids:?}");
    assert!(
        shown.tasks[0].id.raw().contains("ghp_"),
        "acts name it as it is"
    );
}
