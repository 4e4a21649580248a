//! Other sides that are none, or mean harm: each is a clear error, soon, and leaves no process behind.

use crate::fixture::{BRIDGE_TABLES, Fixture as _, LongLived, START};
use std::{fs, path::Path, thread, time::Duration};
use swarmwarden::{
    domain::{Cursor, MessageId, Side},
    store::{
        Store, StoreError,
        pipe::{Patience, PipeStore, Plan, Purpose, Shell},
    },
};
use tempfile::TempDir;

const WARDEN: &str = env!("CARGO_BIN_EXE_swarmwarden");
/// A greeting as this version says it.
const HELLO: &str = r#"{"swarmwarden-pipe":1,"program":"9","for":"operators","version":7,"source":{"path":"/b.db","schema":"bridge/1","faults":[["table x","make it"]],"new":1},"later":{}}"#;

fn open(line: &str) -> Result<PipeStore, StoreError> {
    let patience = Patience {
        silence: Duration::from_millis(700),
        reopening: Duration::ZERO,
    };
    PipeStore::open(Plan::new(Shell::new(line), Purpose::Reading).within(patience))
}

fn why(found: Result<PipeStore, StoreError>) -> String {
    let Err(error) = found else {
        panic!("it was opened");
    };
    let words = error.to_string();
    assert!(matches!(error, StoreError::Pipe { .. }), "{words}");
    assert!(!words.chars().any(char::is_control), "{words:?}");
    words
}

/// Answers the first request with what is in a file.
fn answering(dir: &Path, answer: &str) -> PipeStore {
    let (hello, file) = (dir.join("hello"), dir.join("answer"));
    fs::write(&hello, format!("{HELLO}\n")).unwrap();
    fs::write(&file, answer).unwrap();
    let line = format!(
        "cat {}; read request; cat {}; sleep 60",
        hello.display(),
        file.display()
    );
    open(&line).unwrap()
}

#[test]
fn what_does_not_start_says_how_it_ended() {
    let words = why(open(
        "echo fir''st >&2; printf 'host \\033[31mdown' >&2; exit 255",
    ));
    assert!(words.contains("exit code 255: host "), "{words}");
    assert!(
        !words.contains("first") && words.contains("control"),
        "{words}"
    );
    assert!(why(open("exit 0")).contains("exit code 0"));
    assert!(why(open("kill -9 $$")).contains("ended by a signal"));
    assert!(why(open("no-such-program-here pipe")).contains("exit code 127"));
    // What looks like a key in the command is not repeated.
    let words = why(open("PASSWORD=hunter2hunter2 false"));
    assert!(!words.contains("hunter2"), "{words}");
}

#[test]
fn another_version_is_named_with_the_remedy() {
    let words = why(open(
        r#"echo '{"swarmwarden-pipe":2,"program":"7.1.0","source":{"x":[]},"for":"gods"}'; cat >/dev/null"#,
    ));
    assert!(
        words.contains("version 2 of the protocol (swarmwarden 7.1.0)"),
        "{words}"
    );
    assert!(words.contains("this is version 1"), "{words}");
    assert!(words.contains("install the same version"), "{words}");
}

#[test]
fn a_banner_is_skipped_and_a_novel_is_not() {
    let bridge = LongLived::new();
    bridge.conversation("conv_1", "worker-1", START);
    let path = crate::fixture::File::path(&bridge);
    let line = format!(
        "echo 'Last login: never'; echo; printf 'motd\\r\\n'; exec {WARDEN} pipe --db {}",
        path.display()
    );
    let mut store = open(&line).unwrap();
    assert_eq!(
        store.newest(9).unwrap().conversations.map(|c| c.len()),
        Some(1)
    );
    assert!(why(open("yes novel")).contains("says `novel`"));
    assert!(
        why(open("head -c 300000 /dev/zero | tr '\\0' x; cat"))
            .contains("a line of more than 65536 bytes")
    );
    assert!(why(open("printf half")).contains("exit code 0"));
}

#[test]
fn silence_has_an_end_and_so_has_whoever_was_silent() {
    let dir = TempDir::new().unwrap();
    let pids = dir.path().join("pids");
    let line = format!("sleep 600 & echo $! $$ > {}; wait", pids.display());
    let words = why(open(&line));
    assert!(words.contains("did not answer within 1 s"), "{words}");
    let text = fs::read_to_string(&pids).unwrap();
    for pid in text.split_whitespace() {
        // It may be dying at this moment.
        let gone = || {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            stat.is_empty() || stat.contains(") Z ")
        };
        for _ in 0..2_000 {
            if gone() {
                break;
            }
            thread::yield_now();
        }
        assert!(gone(), "{pid} lives");
    }
}

#[test]
fn one_that_takes_nothing_is_left() {
    let dir = TempDir::new().unwrap();
    let hello = dir.path().join("hello");
    fs::write(&hello, format!("{HELLO}\n")).unwrap();
    let mut store = open(&format!("cat {}; sleep 600", hello.display())).unwrap();
    let unread: Vec<_> = (0..200_000).map(MessageId).collect();
    let error = store.changes(&Cursor::default(), 9, &unread).unwrap_err();
    assert!(
        error.to_string().contains("did not take a request"),
        "{error}"
    );
}

#[test]
fn what_is_no_answer_breaks_the_protocol() {
    let dir = TempDir::new().unwrap();
    let message = |id: i64| {
        format!(
            r#"{{"id":{id},"conversation":"c","from":"b","to":"a","text":"","at":null,"read":false}}"#
        )
    };
    let rows = |list: &[i64]| {
        let rows: Vec<_> = list.iter().map(|id| message(*id)).collect();
        format!(
            r#"{{"n":1,"ok":{{"rows":[{}],"next":9,"more":false}}}}"#,
            rows.join(",")
        )
    };
    for (answer, says) in [
        ("garbage\n".to_owned(), "breaks the protocol"),
        ("{}\n".to_owned(), "breaks the protocol"),
        ("{\"n\":1}\n".to_owned(), "neither an answer nor an error"),
        (
            "{\"n\":2,\"ok\":{\"rows\":[],\"next\":1,\"more\":false}}\n".to_owned(),
            "another answer",
        ),
        (
            format!("{}\n", rows(&[3, 2])),
            "rows that were not asked for",
        ),
        (format!("{}\n", rows(&[0])), "rows that were not asked for"),
        (
            format!("{}\n", rows(&[1, 2, 3, 4, 5, 6])),
            "rows that were not asked for",
        ),
        (format!("{}", rows(&[2])), "did not answer"),
        ("[[[[[[[[".repeat(10_000) + "\n", "breaks the protocol"),
        (
            "{\"event\":[1]}\n\u{1b}[2J\n".to_owned(),
            "breaks the protocol",
        ),
        ("x\n".repeat(9), "answers what was not asked"),
    ] {
        let mut store = answering(dir.path(), &answer);
        let error = store.since(MessageId(0), 5).unwrap_err();
        let words = error.to_string();
        assert!(matches!(error, StoreError::Pipe { .. }), "{words}");
        let either = words.contains(says) || says.contains("asked") && words.contains("breaks");
        assert!(either, "{answer:.60}: {words}");
        assert!(!words.chars().any(char::is_control), "{words:?}");
    }
    let mut fine = answering(
        dir.path(),
        &format!("{{\"event\":\"new kind\"}}\n{}\n", rows(&[1, 2])),
    );
    assert_eq!(fine.since(MessageId(0), 5).unwrap().len(), 2);
    assert_eq!(&*fine.source().faults[0].remedy, "make it");
}

#[test]
fn an_answer_without_an_end_fills_no_memory() {
    let dir = TempDir::new().unwrap();
    let hello = dir.path().join("hello");
    fs::write(&hello, format!("{HELLO}\n")).unwrap();
    let line = format!("cat {}; read request; yes | tr -d '\\n'", hello.display());
    let mut store = open(&line).unwrap();
    let error = store.since(MessageId(0), 5).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("a line of more than 67108864 bytes"),
        "{error}"
    );
}

#[test]
fn errors_cross_as_themselves_and_hostile_names_do_no_harm() {
    let dir = TempDir::new().unwrap();
    let served = |path: &Path| open(&format!("exec {WARDEN} pipe --db '{}'", path.display()));
    let path = dir.path().join("odd \u{1b}]0;x\u{7}.db");
    let Err(missing) = served(&path) else {
        panic!("it was opened");
    };
    assert!(matches!(missing, StoreError::NotFound { .. }), "{missing}");
    assert!(!missing.to_string().chars().any(char::is_control));
    fs::write(&path, "no database, but long enough to look at").unwrap();
    assert!(matches!(
        served(&path),
        Err(StoreError::NotADatabase { .. })
    ));
    fs::remove_file(&path).unwrap();
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch("CREATE TABLE other (x)").unwrap();
    assert!(matches!(
        served(&path),
        Err(StoreError::UnknownSchema { .. })
    ));
    db.execute_batch(BRIDGE_TABLES).unwrap();
    let store = served(&path).unwrap();
    assert!(!store.source().name.chars().any(char::is_control));
}

#[test]
fn a_side_that_is_not_known_is_the_other_one() {
    let dir = TempDir::new().unwrap();
    let row = r#"{"id":1,"conversation":"c","from":"q","to":"b","text":"t","at":false,"read":true,"mark":{"kind":"new","by":"\u001b[1m"},"x":1}"#;
    let answer = format!("{{\"n\":1,\"ok\":{{\"rows\":[{row}],\"next\":1,\"more\":false}}}}\n");
    let rows = answering(dir.path(), &answer)
        .since(MessageId(0), 5)
        .unwrap();
    assert_eq!((rows[0].from, rows[0].to), (Side::Other, Side::B));
    assert!(
        !rows[0]
            .mark
            .as_ref()
            .unwrap()
            .by
            .chars()
            .any(char::is_control)
    );
}
