mod rest;

use super::{Facts, Finding, State, exit, facts, judge};
use crate::{
    domain::{Span, Timestamp},
    headless::Exit,
};

const NOW: Timestamp = Timestamp(1_763_049_600_000_000);

fn at(seconds: i64) -> Timestamp {
    NOW.plus(Span::seconds(seconds))
}

fn file(path: &str) -> facts::File {
    facts::File {
        path: path.to_owned(),
        mode: 0o644,
        bytes: 57_344,
        readable: true,
        writable: true,
        is_file: true,
        ..facts::File::default()
    }
}

fn conversation(worker: &str, ends: i64) -> facts::Conversation {
    facts::Conversation {
        worker: worker.to_owned(),
        made: Some(at(-3_600)),
        expires: Some(at(ends)),
        used: true,
    }
}

/// A machine on which nothing is wrong.
fn well() -> Facts {
    Facts {
        now: NOW,
        bridge: facts::Bridge {
            path: Some("/srv/bridge.db".to_owned()),
            chosen: "named by --db",
            file: Some(file("/srv/bridge.db")),
            directory: Some(file("/srv")),
            schema: Some(Ok(facts::Schema {
                name: "bridge/1",
                missing: Vec::new(),
            })),
            pages: Some(Ok(facts::Pages {
                journal: "wal".to_owned(),
                whole: true,
                ..facts::Pages::default()
            })),
            room: Some(1 << 40),
            ..facts::Bridge::default()
        },
        rows: Some(facts::Rows {
            conversations: vec![conversation("worker-1", 7_200)],
            newest: Some(("message", at(-5))),
            ..facts::Rows::default()
        }),
        processes: facts::Processes {
            seen: true,
            ..facts::Processes::default()
        },
        host: facts::Host {
            inotify: Some([100_000, 128, 2]),
            engine: "3.51.3".to_owned(),
            state: Some(file("/state")),
            state_path: Some("/state".to_owned()),
            state_writable: true,
            config: (Some("/config.toml".to_owned()), false, Vec::new()),
            ..facts::Host::default()
        },
        ..Facts::default()
    }
    .with(|f| f.host.state.as_mut().unwrap().is_file = false)
}

impl Facts {
    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

fn one(facts: &Facts, id: &str) -> Finding {
    let all = judge(facts);
    let found = all.iter().find(|f| f.id == id);
    found.unwrap_or_else(|| panic!("no {id}")).clone()
}

/// How a change makes a line stand, and which words it must hold.
fn says(id: &str, state: State, words: &[&str], change: impl FnOnce(&mut Facts)) {
    let finding = one(&well().with(change), id);
    assert_eq!(finding.state, state, "{finding:?}");
    let remedy = finding.remedy.clone().unwrap_or_default();
    assert_eq!(remedy.is_empty(), state < State::Warn, "{finding:?}");
    for word in words {
        assert!(
            finding.seen.contains(word) || remedy.contains(word),
            "{word}: {finding:?}"
        );
    }
}

#[test]
fn where_nothing_is_wrong_all_is_ok() {
    let all = judge(&well());
    let bad: Vec<_> = all.iter().filter(|f| f.state > State::Ok).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert_eq!(exit(&all), Exit::Ok);
    let mut ids: Vec<_> = all.iter().map(|f| f.id).collect();
    ids.sort_unstable();
    let all = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), all, "a line is there once");
}

#[test]
fn the_worst_line_is_the_exit() {
    let warned = well().with(|f| f.host.inotify = Some([100, 128, 2]));
    assert_eq!(exit(&judge(&warned)), Exit::Warning);
    let failed = warned.with(|f| f.bridge.network = Some("NFS"));
    assert_eq!(exit(&judge(&failed)), Exit::Critical);
}

#[test]
fn the_file() {
    let id = "bridge.file";
    says(id, State::Fail, &["/tmp/x.db", "--db FILE"], |f| {
        f.bridge.path = None;
        f.bridge.usual = vec!["/tmp/x.db".to_owned()];
    });
    says(
        id,
        State::Fail,
        &["no file /srv/bridge.db", "named by --db"],
        |f| f.bridge.file = None,
    );
    says("bridge.filesystem", State::Fail, &["NFS", "--via"], |f| {
        f.bridge.network = Some("NFS")
    });
    says("bridge.room", State::Fail, &["1000 B", "df -h"], |f| {
        f.bridge.room = Some(1_000)
    });
    says("bridge.room", State::Warn, &["100 MiB"], |f| {
        f.bridge.room = Some(100 << 20)
    });
    says(
        "bridge.journal",
        State::Warn,
        &["delete", "journal_mode = WAL"],
        |f| {
            f.bridge.pages.as_mut().unwrap().as_mut().unwrap().journal = "delete".to_owned();
        },
    );
    says(
        "bridge.permissions",
        State::Fail,
        &["user 7", "0600", "chmod"],
        |f| {
            let file = f.bridge.file.as_mut().unwrap();
            (file.owner, file.mode, file.readable) = (7, 0o600, false);
        },
    );
    says(
        "bridge.permissions",
        State::Warn,
        &["cannot be written"],
        |f| {
            f.bridge.directory.as_mut().unwrap().writable = false;
        },
    );
}

#[test]
fn what_cannot_be_read() {
    let id = "bridge.schema";
    let trouble = |trouble| move |f: &mut Facts| f.bridge.schema = Some(Err(trouble));
    says(
        id,
        State::Fail,
        &["notes(text)", "--db FILE"],
        trouble(facts::Trouble::Foreign("notes(text)".to_owned())),
    );
    says(
        id,
        State::Fail,
        &["not a SQLite database", "restore"],
        trouble(facts::Trouble::NotADatabase),
    );
    says(
        id,
        State::Fail,
        &["malformed", ".recover"],
        trouble(facts::Trouble::Damaged("malformed".to_owned())),
    );
    says(
        id,
        State::Fail,
        &["WAL", "directory"],
        trouble(facts::Trouble::Directory),
    );
    says(
        id,
        State::Fail,
        &["4711 (python3 tool.py)", "ps -fp 4711"],
        |f| {
            f.bridge.schema = Some(Err(facts::Trouble::Locked));
            f.processes.holders.push(facts::Holder {
                pid: 4_711,
                command: "python3 tool.py".to_owned(),
                ..facts::Holder::default()
            });
        },
    );
    says(id, State::Warn, &["table audit_log", "polls"], |f| {
        f.bridge.schema = Some(Ok(facts::Schema {
            name: "bridge/1",
            missing: vec![(
                "table audit_log".to_owned(),
                "polls are not known".to_owned(),
            )],
        }));
    });
    says(
        "bridge.integrity",
        State::Fail,
        &["page 3", "restore"],
        |f| {
            f.bridge.pages.as_mut().unwrap().as_mut().unwrap().faults =
                vec!["page 3 is twice".to_owned()];
        },
    );
    says(
        "bridge.integrity",
        State::Ok,
        &["was ended", "quick_check'"],
        |f| {
            f.bridge.pages.as_mut().unwrap().as_mut().unwrap().whole = false;
        },
    );
}

#[test]
fn what_it_holds() {
    says("bridge.clock", State::Fail, &["1h", "NTP"], |f| {
        f.rows.as_mut().unwrap().newest = Some(("message", at(3_600)))
    });
    says("bridge.clock", State::Warn, &["10s"], |f| {
        f.rows.as_mut().unwrap().newest = Some(("heartbeat", at(10)))
    });
    says("bridge.expiry", State::Fail, &["worker-1", "rotate"], |f| {
        f.rows.as_mut().unwrap().conversations = vec![conversation("worker-1", -1)]
    });
    says("bridge.expiry", State::Warn, &["1 of 2", "worker-2"], |f| {
        f.rows
            .as_mut()
            .unwrap()
            .conversations
            .push(conversation("worker-2", -1))
    });
    // Its worker has gone over to another one.
    says("bridge.expiry", State::Ok, &["1 are over"], |f| {
        f.rows
            .as_mut()
            .unwrap()
            .conversations
            .push(conversation("worker-1", -1))
    });
    says("bridge.expiry", State::Warn, &["within 30m"], |f| {
        f.rows.as_mut().unwrap().conversations = vec![conversation("worker-1", 60)]
    });
    says(
        "bridge.tokens",
        State::Warn,
        &["worker-1", "keepalive --once"],
        |f| f.rows.as_mut().unwrap().conversations[0].used = false,
    );
    let rate = |sent| {
        move |f: &mut Facts| {
            f.rows.as_mut().unwrap().rates = vec![facts::Rate {
                who: "the orchestrator".to_owned(),
                sent,
            }]
        }
    };
    says(
        "bridge.rates",
        State::Ok,
        &["4 messages in the last minute of 10"],
        rate([4, 4, 4]),
    );
    says(
        "bridge.rates",
        State::Warn,
        &["99 messages in the last hour of 100", "RateLimiter"],
        rate([1, 99, 99]),
    );
    says(
        "bridge.rates",
        State::Warn,
        &["refused"],
        rate([10, 10, 10]),
    );
}
