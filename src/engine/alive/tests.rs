use super::{
    Activity, Claims, Evidence, Inbox, Kind, Marks, Reading, Resume, Sources, Whose, Witness,
    perished,
};
use crate::{
    domain::{ConversationId, MessageId, Side, Span, Timestamp},
    engine::job::Opened,
    store::{MemoryStore, StoreError},
};
use std::{os::unix::fs::PermissionsExt, process::Command, sync::Arc, time::Duration};

fn at(seconds: i64) -> Timestamp {
    Timestamp(1_763_049_600_000_000).plus(Span::seconds(seconds))
}

#[test]
fn activity_is_noted_at_most_every_fifteen_seconds() {
    let dir = tempfile::tempdir().unwrap();
    let activity = Activity::new(None, dir.path());
    let touched: Vec<bool> = [0, 1, 14, 15, 16, 30, 5]
        .map(|n| activity.touch("conv/../x", at(n)).unwrap())
        .to_vec();
    // A clock that went back is no reason to be silent.
    assert_eq!(touched, [true, false, false, true, false, true, true]);
    assert!(activity.path("conv/../x").ends_with("activity/conv____x"));
}

#[test]
fn witnesses_are_read() {
    let kinds = [
        ("hook", Kind::Hook),
        ("file:a=b", Kind::File("a=b".into())),
        ("pid:12", Kind::Pid(12, None)),
        ("pid:12@99", Kind::Pid(12, Some(99))),
        ("tmux:%1", Kind::Tmux("%1".to_owned())),
    ];
    for (raw, kind) in kinds {
        let plain = Witness::parse(raw).unwrap();
        assert_eq!((plain.of, plain.kind), (None, kind.clone()));
        let one = Witness::parse(&format!("conv_1={raw}")).unwrap();
        assert_eq!((one.of, one.kind), (Some("conv_1".into()), kind));
    }
    for wrong in ["", "pid:", "pid:x", "file:", "tmux:-x", "tmux:", "dns:x"] {
        assert!(Witness::parse(wrong).is_err(), "{wrong}");
    }
}

fn evidence(raw: &str) -> Evidence {
    let nowhere = Activity::new(None, std::path::Path::new("/nonexistent"));
    Evidence::new(
        Span::seconds(300),
        vec![Witness::parse(raw).unwrap()],
        nowhere,
    )
}

fn asked(evidence: &mut Evidence, now: i64, wall: i64) -> Result<i64, String> {
    let id = ConversationId::from("c1");
    (evidence.of((&id, 1, true), at(now), at(wall))).map(Span::as_seconds)
}

#[test]
fn a_sign_of_a_file_ages_by_the_time_that_passes() {
    let dir = tempfile::tempdir().unwrap();
    let activity = Activity::new(None, dir.path());
    activity.touch("c1", at(0)).unwrap();
    let mut file = evidence(&format!("file:{}", activity.path("c1").display()));
    assert_eq!(asked(&mut file, 10, 10), Ok(10));
    // Set back or forth, the clock makes it neither young nor old.
    assert_eq!(asked(&mut file, 20, -3_600), Ok(20));
    assert_eq!(asked(&mut file, 30, 3_600), Ok(30));
    assert!(
        asked(&mut file, 301, 301)
            .unwrap_err()
            .contains("no life for 5m01s")
    );
    activity.touch("c1", at(9_000)).unwrap();
    assert_eq!(asked(&mut file, 302, 302), Ok(0));
    let mut none = evidence("file:/nonexistent/x");
    assert!(asked(&mut none, 1, 1).unwrap_err().contains("is not there"));
}

#[test]
fn a_process_counts_while_it_runs_and_is_the_same() {
    let mut child = Command::new("cat")
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let pid = child.id();
    let mut running = evidence(&format!("pid:{pid}"));
    assert_eq!(asked(&mut running, 0, 0), Ok(0));
    let other = asked(&mut evidence(&format!("pid:{pid}@1")), 0, 0).unwrap_err();
    assert!(other.contains("another one"), "{other}");
    child.kill().unwrap();
    // Dead, and not yet waited for.
    let gone = (0..1_000).find_map(|_| {
        std::thread::yield_now();
        asked(&mut running, 1, 1).err()
    });
    child.wait().unwrap();
    let gone = gone.unwrap_or_else(|| asked(&mut running, 2, 2).unwrap_err());
    assert!(gone.contains("is gone"), "{gone}");
}

#[test]
fn credentials_are_read_anew_when_they_change() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, id: &str, mode: u32| {
        let path = dir.path().join(name);
        let json = format!(
            r#"{{"conversation_id": "{id}", "worker_id": 3, "worker_token": "0123456789abcdef",
            "created_at": "2025-11-13T16:00:00", "expires_at": "2025-11-13T19:00:00"}}"#
        );
        std::fs::write(&path, json).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
    };
    let mut sources = Sources::new(vec![dir.path().to_owned()], Vec::new());
    assert!(sources.load().credentials.is_empty());
    write("a.json", "conv_1", 0o600);
    write("b.json", "conv_2", 0o644);
    write("c.txt", "conv_3", 0o600);
    let loaded = sources.load();
    assert_eq!(loaded.credentials[0].conversation.raw(), "conv_1");
    assert_eq!((loaded.credentials.len(), loaded.faults.len()), (1, 1));
    assert!(loaded.unreadable && loaded.faults[0].1.contains("chmod 600"));
    write("a.json", "conv_10", 0o600);
    write("b.json", "conv_2", 0o600);
    let ids: Vec<_> = (sources.load().credentials.iter())
        .map(|c| c.conversation.raw().to_owned())
        .collect();
    assert_eq!(ids, ["conv_10", "conv_2"]);
}

fn inbox(bridge: &MemoryStore, dir: &std::path::Path, ids: &[&str]) -> Inbox {
    let list: Arc<[ConversationId]> = ids.iter().map(|id| ConversationId::from(*id)).collect();
    let whose: Whose = Arc::new(move || Arc::clone(&list));
    let kept = bridge.clone();
    let open = move || -> Result<Opened, StoreError> {
        Ok(Opened {
            store: Box::new(kept.clone()),
            watch: None,
        })
    };
    let reading = Reading {
        open: Arc::new(open),
        whose,
        since: None,
    };
    Inbox::new(reading, Marks::open(dir, at(0)).unwrap().unwrap())
}

/// Everything that is there, handed over.
fn drain(inbox: &mut Inbox) -> Vec<(i64, bool)> {
    let mut all = Vec::new();
    while let Some(item) = inbox.next(Duration::ZERO).unwrap() {
        inbox.begin(&item).unwrap();
        inbox.done(&item).unwrap();
        all.push((item.row.id.0, item.again));
    }
    all
}

#[test]
fn messages_come_once_and_after_a_crash_marked() {
    let dir = tempfile::tempdir().unwrap();
    let bridge = MemoryStore::default();
    let (one, two) = (
        bridge.conversation("c1", "w1", at(0)),
        bridge.conversation("c2", "w2", at(0)),
    );
    let read = bridge.send(&one, Side::A, "read before", at(1));
    bridge.mark_read(&[read]);
    bridge.send(&one, Side::A, "unread", at(2));
    bridge.send(&one, Side::B, "its own", at(3));
    bridge.send(&two, Side::A, "of another", at(4));
    let mut first = inbox(&bridge, dir.path(), &["c1"]);
    assert_eq!(drain(&mut first), [(2, false)]);
    bridge.send(&one, Side::A, "new", at(5));
    bridge.send(&one, Side::A, "newer", at(6));
    let item = first.next(Duration::ZERO).unwrap().unwrap();
    first.begin(&item).unwrap();
    drop(first); // dies between handing over and noting it
    let mut second = inbox(&bridge, dir.path(), &["c1", "c2"]);
    // Another conversation begins with what is unread in it.
    assert_eq!(drain(&mut second), [(4, false), (5, true), (6, false)]);
    assert!(drain(&mut second).is_empty());
    assert!(
        Marks::open(dir.path(), at(9))
            .unwrap()
            .unwrap_err()
            .contains("pid ")
    );
}

#[test]
fn a_restored_backup_brings_what_is_unread_again() {
    let dir = tempfile::tempdir().unwrap();
    let bridge = MemoryStore::default();
    let one = bridge.conversation("c1", "w1", at(0));
    for n in 1..6 {
        bridge.send(&one, Side::A, "words", at(n));
    }
    let mut all = inbox(&bridge, dir.path(), &["c1"]);
    assert_eq!(drain(&mut all).len(), 5);
    bridge.rewind(2, 2);
    assert!(matches!(
        all.next(Duration::ZERO),
        Err(StoreError::Rewound { .. })
    ));
    assert_eq!(drain(&mut all), [(1, true), (2, true)]);
    bridge.send(&one, Side::A, "after", at(9));
    assert_eq!(
        drain(&mut all)
            .iter()
            .map(|(id, _)| *id)
            .collect::<Vec<_>>(),
        [3]
    );
    assert_eq!(all.position(), MessageId(3));
}

#[test]
fn marks_that_cannot_be_read_are_none() {
    let dir = tempfile::tempdir().unwrap();
    let marks = Marks::open(dir.path(), at(0)).unwrap().unwrap();
    let odd = ConversationId::from("../c 1");
    assert_eq!(marks.resume(&odd), Resume::Fresh);
    marks.note(&odd, MessageId(4), MessageId(5)).unwrap();
    let after = Resume::After {
        done: MessageId(4),
        begun: MessageId(5),
    };
    assert_eq!(marks.resume(&odd), after);
    assert_eq!(marks.resume(&"c1".into()), Resume::Fresh);
}

#[test]
fn only_a_list_whose_process_is_gone_or_stopped_speaks_against_a_worker() {
    let dir = tempfile::tempdir().unwrap();
    let ids = ["c1", "c2"].map(ConversationId::from);
    let mut ours = Claims::open(dir.path(), at(0)).unwrap();
    ours.claim(&ids[..1]).unwrap();
    assert!(perished(dir.path()).is_empty(), "we run");
    // What a process leaves that was killed: a list that nobody holds.
    std::fs::write(dir.path().join("4711-0"), "pid 4711 since then\nc1\nc2\n").unwrap();
    let found = perished(dir.path());
    assert_eq!(
        found.into_iter().collect::<Vec<_>>(),
        [(ids[1].clone(), "gone")]
    );
    // Whoever ends in order leaves none.
    drop(ours);
    std::fs::remove_file(dir.path().join("4711-0")).unwrap();
    assert!(perished(dir.path()).is_empty());
    assert!(perished(&dir.path().join("nowhere")).is_empty());
}
