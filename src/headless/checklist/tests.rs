use super::{Called, DAY, Evidence, Joined, List, Results, Stand, exit, judge, write};
use crate::{
    domain::{Snapshot, Span, Timestamp},
    headless::{
        Exit,
        doctor::facts::{Conversation, Daemon, Pages, Rows},
    },
};

const NOW: Timestamp = Timestamp(1_763_049_600_000_000);

fn at(seconds: i64) -> Timestamp {
    NOW.plus(Span::seconds(seconds))
}

/// A bridge that can be read, with one worker that came after half a minute.
fn evidence() -> Evidence {
    let mut e = Evidence::default();
    e.facts.now = NOW;
    e.facts.host.memory = Some(Ok(true));
    e.facts.rows = Some(Rows {
        conversations: vec![Conversation {
            worker: "worker-1".to_owned(),
            expires: Some(at(3_600)),
            used: true,
            ..Conversation::default()
        }],
        messages: 2_000,
        ..Rows::default()
    });
    e.facts.bridge.pages = Some(Ok(Pages {
        bytes: 100_000,
        ..Pages::default()
    }));
    e.swarm = Some(Snapshot::default());
    e.joined = vec![Joined {
        worker: "worker-1".to_owned(),
        made: Some(at(-600)),
        first: Some(at(-570)),
    }];
    e
}

/// The item that begins so stands so, with these words.
fn says(list: List, begins: &str, stand: Stand, words: &str, change: impl FnOnce(&mut Evidence)) {
    let mut e = evidence();
    change(&mut e);
    let items = judge(list, &e);
    let item = items.iter().find(|i| i.asks.starts_with(begins));
    let item = item.unwrap_or_else(|| panic!("no {begins}"));
    assert_eq!(item.stand, stand, "{item:?}");
    assert!(item.evidence.contains(words), "{item:?}");
}

fn results(age: Span, passed: usize) -> Option<Results> {
    Some(Results {
        path: "results.json".to_owned(),
        at: NOW.plus(Span(-age.0)),
        passed: (passed, 13),
        overall: passed == 13,
    })
}

#[test]
fn the_lists_are_those_of_the_protocol() {
    let e = evidence();
    let counts = [List::Pre, List::Deploy, List::Day, List::Operations].map(|l| judge(l, &e).len());
    assert_eq!(counts, [6, 6, 6, 5]);
    let blind = judge(List::Deploy, &Evidence::default());
    assert!(blind.iter().all(|i| i.stand != Stand::Ok), "{blind:#?}");
}

#[test]
fn before_the_deployment() {
    let list = List::Pre;
    says(list, "All 9 agents", Stand::Ok, "1 of 1", |_| {});
    says(
        list,
        "All 9 agents",
        Stand::NotOk,
        "nothing yet of worker-1",
        |e| {
            e.facts.rows.as_mut().unwrap().conversations[0].used = false;
        },
    );
    says(list, "Orchestrator", Stand::NotOk, "never ran", |_| {});
    says(
        list,
        "Rate limits",
        Stand::NotRecorded,
        "not recorded by this bridge",
        |_| {},
    );
    says(list, "All machines", Stand::NotOk, "2 wait", |e| {
        e.enrolled = Some((6, 2))
    });
    says(list, "Test Protocol", Stand::Ok, "13 of 13", |e| {
        e.results = results(Span(0), 13)
    });
    says(list, "Test Protocol", Stand::NotOk, "12 of 13", |e| {
        e.results = results(Span(0), 12)
    });
}

#[test]
fn the_deployment() {
    let list = List::Deploy;
    says(
        list,
        "Orchestrator creates",
        Stand::Ok,
        "1 conversations",
        |_| {},
    );
    says(
        list,
        "Orchestrator creates",
        Stand::NotOk,
        "0 conversations",
        |e| e.joined.clear(),
    );
    says(list, "All 8 workers pull", Stand::Ok, "30s", |_| {});
    says(
        list,
        "All 8 workers pull",
        Stand::NotOk,
        "late or not yet: worker-1",
        |e| e.joined[0].first = None,
    );
    says(list, "All 8 workers pull", Stand::NotOk, "3m00s", |e| {
        e.joined[0].first = Some(at(-420))
    });
    says(
        list,
        "All 8 workers pull",
        Stand::NotRecorded,
        "not had two minutes",
        |e| {
            (e.joined[0].made, e.joined[0].first) = (Some(at(-60)), None);
        },
    );
    says(
        list,
        "Send test task",
        Stand::NotRecorded,
        "swarmwarden rollcall",
        |_| {},
    );
    let called = |n| {
        Some(Called {
            id: "rollcall-1".to_owned(),
            at: Some(NOW),
            counts: (8, n),
        })
    };
    says(list, "Send test task", Stand::Ok, "8/8", |e| {
        e.rollcall = called(8)
    });
    says(list, "Send test task", Stand::NotOk, "7/8", |e| {
        e.rollcall = called(7)
    });
    says(
        list,
        "Credentials committed",
        Stand::NotOk,
        "has commits here",
        |e| {
            e.facts.git.repository = Some("/repo".to_owned());
            e.facts.git.answer = Some(Ok(Some("a".repeat(40))));
            e.facts.git.ahead = Some(true);
        },
    );
}

#[test]
fn the_first_day() {
    let list = List::Day;
    says(list, "Monitor watchdog", Stand::Ok, "no alert", |_| {});
    says(
        list,
        "Monitor watchdog",
        Stand::NotRecorded,
        "nobody keeps",
        |e| e.facts.host.memory = Some(Ok(false)),
    );
    says(
        list,
        "Verify keep-alive",
        Stand::NotRecorded,
        "overwrites",
        |_| {},
    );
    says(list, "Check for task", Stand::Ok, "no reassignment", |_| {});
    let moved = |when| {
        move |e: &mut Evidence| {
            e.actions = vec![("reassign".to_owned(), Some("T-1".to_owned()), at(when))]
        }
    };
    says(list, "Check for task", Stand::NotOk, "T-1", moved(-60));
    says(
        list,
        "Check for task",
        Stand::Ok,
        "no reassignment",
        moved(-100_000),
    );
    says(
        list,
        "Monitor SQLite",
        Stand::Ok,
        "100000 bytes in use for 2000",
        |_| {},
    );
    says(list, "Monitor SQLite", Stand::NotOk, "bytes in use", |e| {
        e.facts
            .bridge
            .pages
            .as_mut()
            .unwrap()
            .as_mut()
            .unwrap()
            .bytes = 300_000;
    });
    says(
        list,
        "Check audit log",
        Stand::NotRecorded,
        "not recorded",
        |_| {},
    );
    says(list, "Verify git sync", Stand::Ok, "process 7", |e| {
        e.facts.daemons = vec![Daemon {
            job: "sync".to_owned(),
            pid: 7,
            alive: true,
            age: Some(Span(0)),
            ..Daemon::default()
        }];
    });
}

#[test]
fn production() {
    let list = List::Operations;
    says(list, "Backup", Stand::NotOk, "never", |_| {});
    says(list, "Backup", Stand::Ok, "1h00m ago", |e| {
        e.backup = Some(at(-3_600))
    });
    says(list, "Backup", Stand::NotOk, "2d ago", |e| {
        e.backup = Some(NOW.plus(Span(-2 * DAY.0)))
    });
    says(list, "Weekly", Stand::Ok, "7 entries", |e| {
        e.chain = Some(Ok(7))
    });
    says(list, "Weekly", Stand::NotOk, "broken", |e| {
        e.chain = Some(Err("the chain of ana is broken".to_owned()))
    });
    says(list, "Monthly", Stand::Ok, "10m", |_| {});
    says(list, "Monthly", Stand::NotOk, "rotate --all", |e| {
        e.joined[0].made = Some(NOW.plus(Span(-40 * DAY.0)))
    });
    says(list, "Quarterly", Stand::Ok, "9d old", |e| {
        e.results = results(Span(9 * DAY.0), 13)
    });
    says(list, "Quarterly", Stand::NotOk, "old", |e| {
        e.results = results(Span(95 * DAY.0), 13)
    });
}

#[test]
fn only_what_is_not_ok_fails_it() {
    let mut items = judge(List::Operations, &evidence());
    assert_eq!(exit(&items), Exit::Warning);
    items.retain(|i| i.stand != Stand::NotOk);
    assert!(items.iter().any(|i| i.stand == Stand::NotRecorded));
    assert_eq!(exit(&items), Exit::Ok);
    let mut out = Vec::new();
    items[0].evidence = "a | b <script>".to_owned();
    write::md(&mut out, List::Operations, &items).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert!(
        out.contains("a \\| b &lt;script&gt;") && out.starts_with("## Production Operations"),
        "{out}"
    );
}
