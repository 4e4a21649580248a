use super::{Exit, run};
use crate::{
    domain::{
        Changes, ConversationRow, Cursor, MessageId, MessageRow, Seen, Side, Snapshot, Source,
        Stamp, Swarm, Timestamp, health::Detector,
    },
    link::{EnginePorts, Ports, pair},
};
use serde_json::Value;
use std::sync::Arc;

const NOW: Timestamp = Timestamp(1_763_050_080_000_000);

fn row(id: i64) -> MessageRow {
    MessageRow {
        id: MessageId(id),
        conversation: "c1".into(),
        from: Side::B,
        to: Side::A,
        text: "hello \x1b[31mthere".into(),
        action: None,
        mark: None,
        at: Stamp::At(NOW),
        read: false,
    }
}

fn swarm() -> Swarm {
    let mut swarm = Swarm::new(Detector::FIXED, None);
    let worker = ConversationRow {
        id: "c1".into(),
        role_a: "boss".into(),
        role_b: "worker-1-tests".into(),
        created: Stamp::At(NOW),
        expires: Stamp::None,
    };
    swarm.apply(
        Changes {
            conversations: Some(vec![worker]),
            ..Changes::default()
        },
        Seen::Recorded,
    );
    swarm
}

fn draw(swarm: &mut Swarm) -> Arc<Snapshot> {
    Arc::new(swarm.picture(
        NOW,
        Source {
            read_at: Some(NOW),
            ..Source::default()
        },
        None,
    ))
}

fn say(swarm: &mut Swarm, ids: std::ops::RangeInclusive<i64>) {
    let cursor = Cursor {
        message: *ids.end(),
        ..Cursor::default()
    };
    swarm.apply(
        Changes {
            messages: ids.map(row).collect(),
            cursor,
            ..Changes::default()
        },
        Seen::Live(NOW),
    );
}

/// What is written while `then` acts on the engine's end, and how it ends.
async fn written(follow: bool, then: impl AsyncFnOnce(EnginePorts, Swarm)) -> (Vec<Value>, Exit) {
    let mut swarm = swarm();
    let (ports, engine): (Ports, EnginePorts) = pair((*draw(&mut swarm)).clone());
    let mut out = Vec::new();
    let running = run(ports, &mut out, follow, || NOW, || false);
    let (exit, ()) = tokio::join!(running, then(engine, swarm));
    let lines = String::from_utf8(out).unwrap();
    (
        lines
            .lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect(),
        exit.unwrap(),
    )
}

fn types(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|l| l["type"].as_str().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn one_look_is_a_greeting_and_the_workers_as_they_stand() {
    let (lines, exit) = written(false, async |engine, _| drop(engine)).await;
    assert_eq!(
        (types(&lines), exit),
        (vec!["hello", "worker.state"], Exit::Ok)
    );
    assert_eq!(
        (&lines[1]["worker"], &lines[1]["from"], &lines[1]["to"]),
        (&"worker-1-tests".into(), &Value::Null, &"new".into())
    );
}

#[tokio::test(start_paused = true)]
async fn what_happens_is_written_once_in_order_and_safely_and_a_dead_engine_is_told() {
    let (lines, exit) = written(true, async |engine, mut swarm| {
        for id in 1..=2 {
            tokio::task::yield_now().await;
            say(&mut swarm, id..=id);
            engine.snapshot.send_replace(draw(&mut swarm));
        }
        tokio::task::yield_now().await;
    })
    .await;
    let expected = [
        "hello",
        "worker.state",
        "message",
        "worker.state",
        "message",
        "error",
    ];
    assert_eq!(
        (types(&lines), exit),
        (expected.to_vec(), Exit::Unavailable)
    );
    assert_eq!(lines[2]["text"], "hello there⟨5 control bytes⟩");
    let seqs: Vec<_> = lines[2..5]
        .iter()
        .map(|l| l["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(seqs, [1, 2, 3]);
    assert_eq!(lines[5]["code"], "ENGINE_GONE");
}

#[tokio::test(start_paused = true)]
async fn whoever_fell_behind_is_told_how_much_was_missed() {
    let (lines, _) = written(true, async |engine, mut swarm| {
        tokio::task::yield_now().await;
        say(&mut swarm, 1..=1_500);
        engine.snapshot.send_replace(draw(&mut swarm));
        tokio::task::yield_now().await;
    })
    .await;
    let gap = lines
        .iter()
        .find(|l| l["code"] == "CURSOR_EXPIRED")
        .unwrap();
    let first = lines.iter().find(|l| l["type"] == "message").unwrap()["seq"]
        .as_u64()
        .unwrap();
    assert_eq!(gap["missed"].as_u64().unwrap() + 1, first);
}
