//! What a follower hears without asking.

use crate::{
    fixture::{File as _, Fixture as _, at},
    piped::{HASTY, Host as _, Thread, serving, through},
    scope::{gate, scene},
};
use std::{
    io::{BufReader, pipe},
    sync::mpsc::sync_channel,
    thread,
    time::Duration,
};
use swarmwarden::{
    domain::Side,
    store::{
        Store as _, StoreError,
        pipe::{Dial, Ends, PipeStore, Plan, Purpose, Scope, serve},
    },
};

#[test]
fn a_follower_hears_of_commits_and_asks_nothing() {
    let bridge = scene();
    let (dial, _, asked) = gate(&bridge);
    let (rang, hints) = sync_channel(99);
    let plan = Plan::new(dial, Purpose::Beats).within(HASTY);
    let mut store = PipeStore::open(plan.told(move || {
        let _full = rang.try_send(());
    }))
    .unwrap();
    let mut version = store.version().unwrap();
    for n in 0..20 {
        bridge.message("conv_1", Side::A, "news", at(n));
        let soon = Duration::from_secs(20);
        while store.version().unwrap() == version {
            hints.recv_timeout(soon).unwrap();
        }
        version = store.version().unwrap();
    }
    for _ in 0..50 {
        assert_eq!(store.version().unwrap(), version);
    }
    assert_eq!(*asked.lock().unwrap(), Vec::<String>::new());
    // What was lost is asked for, after a while without any word.
    for _ in 0..200 {
        store.version().unwrap();
    }
    let calls = asked.lock().unwrap().clone();
    assert!(
        !calls.is_empty() && calls.iter().all(|c| c.contains("\"version\"")),
        "{calls:?}"
    );
}

#[test]
fn a_follower_hears_that_the_file_was_replaced() {
    let bridge = scene();
    let dial = Thread {
        opens: bridge.opens(),
        scope: Scope::Operators,
    };
    let (rang, hints) = sync_channel(99);
    let plan = Plan::new(dial, Purpose::Reading).within(HASTY);
    let mut store = PipeStore::open(plan.told(move || {
        let _full = rang.try_send(());
    }))
    .unwrap();
    store.version().unwrap();
    bridge.close();
    std::fs::remove_file(bridge.path()).unwrap();
    hints.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(matches!(store.version(), Err(StoreError::Replaced { .. })));
}

/// Dials a server that dies at the first request, and another file the second time.
struct Turncoat(Thread, u32);

impl Dial for Turncoat {
    fn dial(&mut self) -> std::io::Result<Ends> {
        let ((requests, to), (from, mut answers)) = (pipe()?, pipe()?);
        let mut how = serving(&self.0.opens, Scope::Operators);
        self.1 += 1;
        let file = format!("file {}", self.1);
        how.file = Box::new(move || Some(file.clone()));
        let first = self.1 == 1;
        thread::spawn(move || {
            let input: Box<dyn std::io::Read + Send> = if first {
                Box::new(std::io::empty())
            } else {
                Box::new(requests)
            };
            serve(BufReader::new(input), &mut answers, how)
        });
        Ok(Ends {
            to: to.into(),
            from: from.into(),
            errors: None,
            child: None,
        })
    }

    fn name(&self) -> &'static str {
        "a turncoat"
    }
}

#[test]
fn another_file_behind_a_pipe_that_died_is_another_bridge() {
    let bridge = scene();
    let dial = Thread {
        opens: bridge.opens(),
        scope: Scope::Operators,
    };
    let mut store = through(Turncoat(dial, 0), Purpose::Reading).unwrap();
    for _ in 0..2 {
        assert!(matches!(store.newest(1), Err(StoreError::Replaced { .. })));
        assert!(matches!(store.version(), Err(StoreError::Replaced { .. })));
    }
}
