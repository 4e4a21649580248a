use super::*;
use crate::domain::{
    Changes, ConversationRow, MessageId, MessageRow, Seen, Source, Span, Stamp, Swarm,
    health::Detector,
};

const NOW: Timestamp = Timestamp(1_763_050_080_000_000);

/// A worker with a name that means harm, which says something at `at`.
fn says(swarm: &mut Swarm, id: i64, text: &str, at: Timestamp) {
    let worker = ConversationRow {
        id: "c1".into(),
        role_a: "boss".into(),
        role_b: "worker-1-\x1b[2Jx\ny".into(),
        created: Stamp::At(NOW),
        expires: Stamp::None,
    };
    let message = MessageRow {
        id: MessageId(id),
        conversation: "c1".into(),
        from: Side::B,
        to: Side::A,
        text: text.into(),
        action: None,
        mark: None,
        at: Stamp::At(at),
        read: false,
    };
    swarm.apply(
        Changes {
            conversations: Some(vec![worker]),
            messages: vec![message],
            ..Changes::default()
        },
        Seen::Recorded,
    );
}

fn picture(swarm: &mut Swarm, at: Timestamp) -> Snapshot {
    swarm.picture(at, Source::default(), None)
}

fn said(from: &Snapshot, to: &Snapshot) -> String {
    let mut out = Vec::new();
    let lines = changes(&mut out, from, to).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.lines().count(), lines, "{text:?}");
    assert!(!text.contains('\x1b'), "{text:?}");
    text
}

#[test]
fn what_stays_is_not_said_and_what_is_new_is_said_once() {
    let mut swarm = Swarm::new(Detector::FIXED, None);
    says(&mut swarm, 1, "hello \x1b[31mthere", NOW);
    let one = picture(&mut swarm, NOW);
    assert_eq!(said(&one, &one), "");
    let later = NOW.plus(Span::seconds(20));
    says(&mut swarm, 2, "second\nline", later);
    let two = picture(&mut swarm, later);
    let text = said(&one, &two);
    let messages: Vec<&str> = text.lines().filter(|l| l.contains(" message ")).collect();
    assert_eq!(messages.len(), 1, "{text}");
    assert!(messages[0].starts_with(&later.clock()), "{text}");
    assert!(messages[0].contains("second"), "{text}");
}

#[test]
fn who_falls_silent_is_said_with_the_problem_and_when_it_is_over() {
    let mut swarm = Swarm::new(Detector::FIXED, None);
    says(&mut swarm, 1, "hello", NOW);
    let one = picture(&mut swarm, NOW);
    let late = picture(&mut swarm, NOW.plus(Span::seconds(7_200)));
    let text = said(&one, &late);
    let moved = text.lines().find(|l| l.contains(" worker ")).unwrap();
    let (before, after) = (one.workers[0].verdict.state, late.workers[0].verdict.state);
    assert_ne!(before, after);
    assert!(moved.contains(&format!("{before} to {after}: ")), "{text}");
    for problem in &late.problems {
        assert!(text.contains(&problem.sentence), "{text}");
        assert!(said(&late, &one).contains(&format!("over, {}", problem.key)));
    }
}

#[test]
fn beginning_and_end_say_how_things_stand() {
    let mut swarm = Swarm::new(Detector::FIXED, None);
    says(&mut swarm, 1, "hello", NOW);
    let one = picture(&mut swarm, NOW.plus(Span::seconds(7_200)));
    let mut out = Vec::new();
    begin(&mut out, "out.jsonl", &one, one.at).unwrap();
    end(&mut out, &one, 3).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.starts_with("Replay of out.jsonl, "), "{text}");
    assert_eq!(text.matches(" of 1 workers up, ").count(), 2, "{text}");
    let problems = text.lines().filter(|l| l.starts_with("problem, "));
    assert_eq!(problems.count(), one.problems.len(), "{text}");
    assert!(text.contains(" 3 changes. "), "{text}");
}
