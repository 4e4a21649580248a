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
    written_of(swarm(), (follow, None), then).await
}

async fn written_of(
    mut swarm: Swarm,
    how: (bool, Option<i64>),
    then: impl AsyncFnOnce(EnginePorts, Swarm),
) -> (Vec<Value>, Exit) {
    let (ports, engine): (Ports, EnginePorts) = pair((*draw(&mut swarm)).clone());
    let mut out = Vec::new();
    let running = run(ports, &mut out, how, || NOW, || false);
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

#[tokio::test(start_paused = true)]
async fn ux_88_a_cursor_that_is_gone_is_expired_and_one_that_is_there_goes_on() {
    // Of a hundred messages the first forty were removed.
    let since = async |cursor: i64| {
        let mut swarm = swarm();
        say(&mut swarm, 41..=100);
        let how = (false, Some(cursor));
        written_of(swarm, how, async |engine, _| drop(engine))
            .await
            .0
    };
    let lines = since(97).await;
    assert_eq!(lines[0]["cursor"], "100");
    let said: Vec<_> = lines.iter().filter(|l| l["type"] == "message").collect();
    let ids: Vec<_> = said.iter().map(|l| l["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["98", "99", "100"]);
    assert!(said.iter().all(|l| l["seq"] == lines[0]["seq"]));
    let quiet = since(100).await;
    assert_eq!(types(&quiet), ["hello", "worker.state"]);
    for cursor in [7, 39, 101] {
        let lines = since(cursor).await;
        let last = lines.last().unwrap();
        assert_eq!(
            types(&lines),
            ["hello", "worker.state", "error"],
            "{cursor}"
        );
        assert_eq!(last["code"], "CURSOR_EXPIRED");
        assert_eq!(
            (&last["oldest"], &last["resync"]),
            (&"41".into(), &true.into())
        );
    }
    assert_eq!(since(40).await.len(), 62, "nothing was missed");
}
