//! What a pipe for workers gives, and what a server takes.

use crate::{
    acting::{KEY, busy, decide, reassign},
    bearing::Tokens as _,
    fixture::{Fixture as _, LongLived, START, at},
    piped::{HASTY, Host as _, Opens, Thread, serving, through},
    talking::{deed, new},
};
use std::{
    io::{BufReader, Write as _, pipe},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, sync_channel},
    },
    thread,
};
use swarmwarden::{
    domain::{ConversationId, Cursor, MessageId, Side, Timestamp, credential::Secret},
    store::{
        Bearer, Beaten, Denied, OPEN, Proved, Store, StoreError, Taken,
        pipe::{BURST, Dial, Ends, PipeStore, Plan, Proof, Proofs, Purpose, REQUEST, Scope, serve},
    },
};

const TOKEN: &str = "b0b0b0b0b0b0b0b0";

pub(crate) fn scene() -> LongLived {
    let bridge = LongLived::new();
    for n in 1..=3 {
        bridge.conversation(&format!("conv_{n}"), &format!("worker-{n}"), START);
        bridge.token(&format!("conv_{n}"));
    }
    bridge
}

fn proof(id: &str, token: &str) -> Proof {
    Proof {
        conversation: id.into(),
        side: Side::B,
        token: Secret::new(token.to_owned()),
    }
}

/// A pipe for workers, whose host's clock stands at `now`.
pub(crate) struct Gate {
    opens: Opens,
    now: Arc<AtomicU64>,
    /// What went up, so that a test can see what was asked.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Dial for Gate {
    fn dial(&mut self) -> std::io::Result<Ends> {
        let ((mut up, to), (requests, mut on)) = (pipe()?, pipe()?);
        let (from, mut answers) = pipe()?;
        let mut how = serving(&self.opens, Scope::Workers);
        let now = Arc::clone(&self.now);
        how.now = Some(Arc::new(move || {
            at(now.load(Ordering::SeqCst).try_into().unwrap())
        }));
        thread::spawn(move || serve(BufReader::new(requests), &mut answers, how));
        let asked = Arc::clone(&self.asked);
        thread::spawn(move || {
            use std::io::BufRead as _;
            for line in BufReader::new(&mut up).lines().map_while(Result::ok) {
                if writeln!(on, "{line}").is_err() {
                    return;
                }
                asked.lock().unwrap().push(line);
            }
        });
        Ok(Ends {
            to: to.into(),
            from: from.into(),
            errors: None,
            child: None,
        })
    }

    fn name(&self) -> &'static str {
        "a gate"
    }
}

/// A gate to a bridge, the clock of its host in seconds, and what was asked.
pub(crate) fn gate(bridge: &LongLived) -> (Gate, Arc<AtomicU64>, Arc<Mutex<Vec<String>>>) {
    let (now, asked) = (Arc::default(), Arc::default());
    let gate = Gate {
        opens: bridge.opens(),
        now: Arc::clone(&now),
        asked: Arc::clone(&asked),
    };
    (gate, now, asked)
}

fn refusal<T: std::fmt::Debug>(found: Result<T, StoreError>) -> String {
    let error = found.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    error.to_string()
}

fn workers(bridge: &LongLived, proofs: Option<Proofs>) -> PipeStore {
    let dial = Thread {
        opens: bridge.opens(),
        scope: Scope::Workers,
    };
    let plan = Plan::new(dial, Purpose::Writing).within(HASTY);
    PipeStore::open(match proofs {
        Some(proofs) => plan.proving(proofs),
        None => plan,
    })
    .unwrap()
}

#[test]
fn operators_calls_are_refused_to_workers() {
    let bridge = LongLived::new();
    busy(&bridge);
    bridge.token("conv_1");
    let mut own = bridge.store();
    let mut write = decide(&mut *own, ("op-1", "ana"), reassign("t", "conv_2"));
    let fresh = new(7, "worker-7");
    let mut store = workers(&bridge, None);
    let id = ConversationId::from("conv_1");
    for words in [
        refusal(store.newest(1)),
        refusal(store.changes(&Cursor::default(), 1, &[])),
        refusal(store.page(MessageId(9), 1)),
        refusal(store.records(0, 9)),
        refusal(store.commit(&mut write, &KEY, at(60))),
        refusal(store.open_conversation(&fresh, &deed(OPEN, &fresh), &KEY, at(1))),
        refusal(store.end_conversation(&id, &deed(OPEN, &fresh), &KEY, at(1))),
    ] {
        assert!(words.contains("is for operators"), "{words}");
        assert!(words.contains("without --for workers"), "{words}");
    }
    assert_eq!(own.newest(9).unwrap().messages.len(), 1);
    assert!(refusal(store.since(MessageId(0), 9)).contains("no credential is here"));
}

#[test]
fn a_worker_reads_its_own_conversations_and_no_others() {
    let bridge = scene();
    let send = |n: i64| {
        bridge.send(
            &format!("conv_{}", n % 3 + 1),
            Side::A,
            &format!("words {n}"),
            at(n),
        )
    };
    for n in 0..30 {
        send(n);
    }
    let known: Arc<Mutex<Vec<Proof>>> = Arc::default();
    let list = Arc::clone(&known);
    let proofs: Proofs = Arc::new(move || list.lock().unwrap().clone());
    let mut store = workers(&bridge, Some(proofs));
    known.lock().unwrap().push(proof("conv_1", "wrong"));
    let words = refusal(store.since(MessageId(0), 9));
    assert!(
        words.contains("conv_1: the token is not this side's"),
        "{words}"
    );
    *known.lock().unwrap() = vec![proof("conv_1", TOKEN), proof("conv_9", TOKEN)];
    let read = |store: &mut PipeStore, after, limit| -> Vec<(i64, String)> {
        let rows = store.since(MessageId(after), limit).unwrap();
        rows.iter()
            .map(|m| (m.id.0, m.conversation.raw().to_owned()))
            .collect()
    };
    let own = |from: i64, step: i64, count: i64| -> Vec<(i64, String)> {
        (0..count)
            .map(|n| (from + n * step, "conv_1".to_owned()))
            .collect()
    };
    // Pages are filled with what is ours, whatever lies between.
    assert_eq!(read(&mut store, 0, 4), own(1, 3, 4));
    assert_eq!(read(&mut store, 10, 99), own(13, 3, 6));
    assert_eq!(read(&mut store, 28, 99), []);
    for n in 31..50 {
        bridge.send("conv_2", Side::A, "not ours", at(n));
    }
    assert_eq!(read(&mut store, 28, 3), []);
    let id = bridge.send("conv_1", Side::A, "ours", at(50));
    assert_eq!(read(&mut store, 28, 3), own(id.0, 1, 1));
    // One that is proved later is read from where it is asked for.
    known.lock().unwrap().push(proof("conv_2", TOKEN));
    assert_eq!(read(&mut store, 28, 99).len(), 21);
    assert!(matches!(
        store.since(MessageId(999), 9),
        Err(StoreError::Rewound { .. })
    ));
}

#[test]
fn the_hosts_clock_says_when_a_token_is_over() {
    let bridge = scene();
    let (dial, now, _) = gate(&bridge);
    bridge.send("conv_1", Side::A, "for it", at(1));
    now.store(60, Ordering::SeqCst);
    let proofs: Proofs = Arc::new(|| vec![proof("conv_1", TOKEN)]);
    let plan = Plan::new(dial, Purpose::Beats)
        .within(HASTY)
        .proving(proofs);
    let mut store = PipeStore::open(plan).unwrap();
    let (id, token) = (
        ConversationId::from("conv_1"),
        Secret::new(TOKEN.to_owned()),
    );
    let bearer = Bearer {
        conversation: &id,
        side: Side::B,
        token: &token,
    };
    // Whatever the worker's clock says.
    for claimed in [Timestamp(0), at(-3600), at(999_999)] {
        assert!(matches!(
            store.beat(&bearer, claimed).unwrap(),
            Beaten::Written { .. }
        ));
    }
    let status = bridge.store().newest(1).unwrap().statuses.unwrap();
    assert_eq!(status[0].heartbeat.at(), Some(at(60)));
    assert_eq!(store.since(MessageId(0), 9).unwrap().len(), 1);
    now.store(3 * 3600, Ordering::SeqCst);
    let over = Denied::Expired;
    assert_eq!(store.beat(&bearer, at(60)).unwrap(), Beaten::Denied(over));
    assert_eq!(
        store.take(&bearer, &[MessageId(1)], at(60)).unwrap(),
        Taken::Denied(over)
    );
    assert_eq!(store.prove(&bearer, at(60)).unwrap(), Proved::Denied(over));
    assert_eq!(store.since(MessageId(0), 9).unwrap().len(), 0);
}

#[test]
fn too_many_calls_are_told_when_to_come_back() {
    let bridge = scene();
    let (dial, now, _) = gate(&bridge);
    let mut store = through(dial, Purpose::Beats).unwrap();
    let (id, token) = (
        ConversationId::from("conv_1"),
        Secret::new("wrong".to_owned()),
    );
    let bearer = Bearer {
        conversation: &id,
        side: Side::B,
        token: &token,
    };
    for _ in 0..BURST {
        assert_eq!(
            store.beat(&bearer, at(0)).unwrap(),
            Beaten::Denied(Denied::WrongToken)
        );
    }
    // The host's clock stands still, so that waiting does not help.
    let error = store.beat(&bearer, at(0)).unwrap_err();
    assert!(matches!(error, StoreError::Limited { .. }), "{error}");
    let words = error.to_string();
    assert!(
        words.contains("200 times at once and 50 times a second"),
        "{words}"
    );
    assert!(words.ends_with("come back in 20 ms"), "{words}");
    now.store(1, Ordering::SeqCst);
    store.beat(&bearer, at(0)).unwrap();
}

/// Speaks to a server line by line.
fn raw(bridge: &LongLived, scope: Scope) -> (std::io::PipeWriter, Receiver<String>) {
    let ((requests, to), (from, mut answers)) = (pipe().unwrap(), pipe().unwrap());
    let how = serving(&bridge.opens(), scope);
    thread::spawn(move || serve(BufReader::new(requests), &mut answers, how));
    let (said, heard) = sync_channel(99);
    thread::spawn(move || {
        use std::io::BufRead as _;
        let lines = BufReader::new(from).lines().map_while(Result::ok);
        for line in lines.filter(|line| !line.starts_with("{\"event\"")) {
            if said.send(line).is_err() {
                return;
            }
        }
    });
    assert!(heard.recv().unwrap().starts_with("{\"swarmwarden-pipe\":1"));
    (to, heard)
}

#[test]
fn a_server_survives_whatever_is_asked() {
    let bridge = scene();
    let (mut to, heard) = raw(&bridge, Scope::Operators);
    let giant = format!("{{\"n\":1,\"call\":\"{}\"}}", "x".repeat(REQUEST));
    for (request, says) in [
        ("", "is no request"),
        ("garbage \u{1b}[2J", "is no request"),
        ("{\"n\":-1}", "is no request"),
        ("{\"n\":5,\"call\":\"fly\\u001b[1m\",\"args\":{}}", "`fly"),
        ("{\"n\":5,\"call\":\"since\"}", "arguments do not fit"),
        (
            "{\"n\":5,\"call\":\"beat\",\"args\":{\"conversation\":\"c\",\"side\":\"b\",\"token\":[\"t0ken\"],\"now\":0}}",
            "arguments do not fit",
        ),
        (
            "{\"n\":5,\"call\":\"commit\",\"args\":{\"key\":\"0g\"}}",
            "arguments do not fit",
        ),
        (&giant, "a request of more than 16 MiB"),
        (
            "{\"n\":6,\"new\":[1],\"call\":\"since\",\"args\":{\"from\":0,\"limit\":9,\"newer\":true}}",
            "{\"n\":6,\"ok\":{\"rows\":[]",
        ),
    ] {
        writeln!(to, "{request}").unwrap();
        let answer = heard.recv().unwrap();
        assert!(answer.contains(says), "{answer}");
        assert!(
            !answer.contains("t0ken") && !answer.chars().any(char::is_control),
            "{answer}"
        );
    }
    // Half a line at the end is nothing.
    let beat = "{\"n\":7,\"call\":\"beat\",\"args\":{\"conversation\":\"conv_1\",\"side\":\"b\",\"token\":\"b0b0b0b0b0b0b0b0\",\"now\":0}}";
    to.write_all(beat.as_bytes()).unwrap();
    drop(to);
    assert!(heard.recv().is_err());
    assert!(
        bridge
            .store()
            .newest(1)
            .unwrap()
            .statuses
            .unwrap()
            .is_empty()
    );
}

/// A server whose lines are short.
struct Narrow(Opens);

impl Dial for Narrow {
    fn dial(&mut self) -> std::io::Result<Ends> {
        let ((requests, to), (from, mut answers)) = (pipe()?, pipe()?);
        let mut how = serving(&self.0, Scope::Operators);
        how.line = 64 * 1024;
        thread::spawn(move || serve(BufReader::new(requests), &mut answers, how));
        Ok(Ends {
            to: to.into(),
            from: from.into(),
            errors: None,
            child: None,
        })
    }

    fn name(&self) -> &'static str {
        "a narrow pipe"
    }
}

#[test]
fn a_page_that_is_too_long_comes_in_parts_and_what_alone_is_too_long_is_cut() {
    let bridge = scene();
    let text = "\u{1}".repeat(5 << 10);
    for n in 0..4 {
        bridge.message("conv_1", Side::A, &text, at(n));
    }
    bridge.message("conv_1", Side::A, &"y".repeat(64 * 1024), at(5));
    let mut store = through(Narrow(bridge.opens()), Purpose::Reading).unwrap();
    // Thirty kilobytes each as JSON.
    let rows = store.since(MessageId(0), 4).unwrap();
    assert_eq!(
        rows.iter().map(|m| m.id.0).collect::<Vec<_>>(),
        [1, 2, 3, 4]
    );
    assert!(rows.iter().all(|m| m.text.len() == text.len()));
    let rows = store.since(MessageId(4), 9).unwrap();
    assert!(rows[0].text.ends_with("[cut by the pipe: 65536 bytes]"));
    assert!(rows[0].text.len() < 5 << 10);
    let rows = store.page(MessageId(5), 3).unwrap();
    assert_eq!(rows.iter().map(|m| m.id.0).collect::<Vec<_>>(), [2, 3, 4]);
    let (mut cursor, mut ids) = (Cursor::default(), Vec::new());
    loop {
        let page = store.changes(&cursor, 99, &[]).unwrap();
        ids.extend(page.messages.iter().map(|m| m.id.0));
        cursor = page.cursor;
        if !page.more {
            break;
        }
    }
    assert_eq!(ids, [1, 2, 3, 4, 5]);
    let newest = store.newest(3).unwrap();
    assert_eq!(newest.messages.last().map(|m| m.id.0), Some(5));
}
