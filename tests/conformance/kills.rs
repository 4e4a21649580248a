//! The pipe dies at every byte of every call that writes, in both directions: each call comes to its end, and has exactly one effect.

use crate::{
    acting::{KEY, busy, decide, holds, reassign},
    bearing::Tokens,
    fixture::{LongLived, Memory, at},
    piped::{HASTY, Host, Opens, serving},
    talking::{deed, new},
};
use std::{
    io::{self, BufReader, PipeReader, PipeWriter, Read as _, Write as _, pipe},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
};
use swarmwarden::{
    domain::{ConversationId, Cursor, MessageId, Side, Stamp, credential::Secret},
    store::{
        Bearer, Beaten, END, OPEN, Said, Store, Taken, Word,
        pipe::{Dial, Ends, PipeStore, Plan, Purpose, Scope, serve},
    },
};

const TOKEN: &str = "b0b0b0b0b0b0b0b0";

/// Which way, and after how many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    Up(usize),
    Down(usize),
    Never,
}

/// Dials a server through a wire that is cut the first time.
struct Frail {
    opens: Opens,
    cut: Cut,
    /// Bytes that went up and down.
    seen: Arc<[AtomicUsize; 2]>,
    threads: Arc<Mutex<Vec<JoinHandle<()>>>>,
    dialled: Arc<AtomicUsize>,
}

impl Dial for Frail {
    fn dial(&mut self) -> io::Result<Ends> {
        let first = self.dialled.fetch_add(1, Ordering::SeqCst) == 0;
        let cut = if first { self.cut } else { Cut::Never };
        let limits = match cut {
            Cut::Up(bytes) => [bytes, usize::MAX],
            Cut::Down(bytes) => [usize::MAX, bytes],
            Cut::Never => [usize::MAX; 2],
        };
        let ((up_in, to), (requests, up_out)) = (pipe()?, pipe()?);
        let ((down_in, mut answers), (from, down_out)) = (pipe()?, pipe()?);
        let how = serving(&self.opens, Scope::Operators);
        let mut threads = self.threads.lock().unwrap();
        threads.push(thread::spawn(move || {
            serve(BufReader::new(requests), &mut answers, how);
        }));
        for (n, (mut a, mut b)) in [(up_in, up_out), (down_in, down_out)]
            .into_iter()
            .enumerate()
        {
            let (seen, limit) = (Arc::clone(&self.seen), limits[n]);
            threads.push(thread::spawn(move || {
                pump((&mut a, &mut b), limit, &seen[n])
            }));
        }
        Ok(Ends {
            to: to.into(),
            from: from.into(),
            errors: None,
            child: None,
        })
    }

    fn name(&self) -> &'static str {
        "a frail wire"
    }
}

/// Hands on at most `limit` bytes.
fn pump((from, to): (&mut PipeReader, &mut PipeWriter), limit: usize, seen: &AtomicUsize) {
    let (mut bytes, mut left) = ([0; 4096], limit);
    while left > 0
        && let Ok(got) = from.read(&mut bytes)
        && got > 0
    {
        let some = got.min(left);
        left -= some;
        seen.fetch_add(some, Ordering::SeqCst);
        if to.write_all(&bytes[..some]).is_err() {
            return;
        }
    }
}

/// A call that writes, and what it must have done.
struct Writes {
    name: &'static str,
    purpose: Purpose,
    act: fn(&mut dyn Store),
    /// Asked of a store beside the pipe.
    once: fn(&mut dyn Store),
}

fn bearer<T>(act: impl FnOnce(&Bearer<'_>) -> T) -> T {
    let (conversation, token) = (
        ConversationId::from("conv_1"),
        Secret::new(TOKEN.to_owned()),
    );
    act(&Bearer {
        conversation: &conversation,
        side: Side::B,
        token: &token,
    })
}

const ALL: [Writes; 6] = [
    Writes {
        name: "beat",
        purpose: Purpose::Beats,
        act: |store| {
            let beaten = bearer(|b| store.beat(b, at(30)).unwrap());
            assert!(matches!(beaten, Beaten::Written { .. }));
        },
        once: |store| {
            let all = store.newest(9).unwrap().statuses.unwrap();
            let own: Vec<_> = all
                .iter()
                .filter(|s| s.conversation.raw() == "conv_1")
                .collect();
            assert_eq!((own.len(), own[0].heartbeat), (1, Stamp::At(at(30))));
            assert_eq!(&*own[0].status, "working");
        },
    },
    Writes {
        name: "take",
        purpose: Purpose::Beats,
        act: |store| {
            let taken = bearer(|b| store.take(b, &[MessageId(1)], at(30)).unwrap());
            assert!(matches!(taken, Taken::Marked(0 | 1)));
        },
        once: |store| {
            let all = store.changes(&Cursor::default(), 99, &[]).unwrap();
            assert!(all.messages[0].read);
            let fetched = all.audits.iter().filter(|a| a.at == Stamp::At(at(30)));
            assert_eq!(fetched.count(), 1);
        },
    },
    Writes {
        name: "say",
        purpose: Purpose::Writing,
        act: |store| {
            let (conversation, token) = (
                ConversationId::from("conv_1"),
                Secret::new(TOKEN.to_owned()),
            );
            let word = Word {
                conversation: &conversation,
                token: &token,
                text: "joined and \"ready\" 漢",
            };
            let said = store.say(&word, at(30)).unwrap();
            assert!(matches!(said, Said::Written(_) | Said::Already(_)));
        },
        once: |store| {
            let all = store.changes(&Cursor::default(), 99, &[]).unwrap().messages;
            let said = all.iter().filter(|m| m.text.contains("\"ready\" 漢"));
            assert_eq!((all.len(), said.count()), (2, 1));
        },
    },
    Writes {
        name: "commit",
        purpose: Purpose::Writing,
        act: |store| {
            let mut write = decide(store, ("op-1", "ana"), reassign("t", "conv_2"));
            store.commit(&mut write, &KEY, at(60)).unwrap();
        },
        once: |store| {
            let all = store.changes(&Cursor::default(), 99, &[]).unwrap().messages;
            assert_eq!((all.len(), store.records(0, 99).unwrap().len()), (4, 1));
            assert!(holds(store));
        },
    },
    Writes {
        name: "open_conversation",
        purpose: Purpose::Writing,
        act: |store| {
            let new = new(7, "worker-7");
            store
                .open_conversation(&new, &deed(OPEN, &new), &KEY, at(30))
                .unwrap();
        },
        once: |store| {
            let all = store.newest(9).unwrap().conversations.unwrap();
            assert_eq!((all.len(), store.records(0, 99).unwrap().len()), (4, 1));
            assert!(holds(store));
        },
    },
    Writes {
        name: "end_conversation",
        purpose: Purpose::Writing,
        act: |store| {
            let (id, of) = (ConversationId::from("conv_1"), new(7, "worker-7"));
            store
                .end_conversation(&id, &deed(END, &of), &KEY, at(30))
                .unwrap();
        },
        once: |store| {
            let all = store.newest(9).unwrap().conversations.unwrap();
            assert_eq!(all[0].expires, Stamp::At(at(30)));
            assert_eq!(store.records(0, 99).unwrap().len(), 1);
        },
    },
];

/// One call over a wire that is cut so; gives how often it was dialled again, and the bytes that went over it.
fn once<F: Host + Tokens>(bridge: &F, writes: &Writes, cut: Cut) -> (usize, [usize; 2]) {
    busy(bridge);
    bridge.token("conv_1");
    let seen: Arc<[AtomicUsize; 2]> = Arc::default();
    let (threads, dialled) = (Arc::default(), Arc::default());
    let frail = || Frail {
        opens: bridge.opens(),
        cut,
        seen: Arc::clone(&seen),
        threads: Arc::clone(&threads),
        dialled: Arc::clone(&dialled),
    };
    let open = || PipeStore::open(Plan::new(frail(), writes.purpose).within(HASTY));
    // Cut before it was open: whoever wanted it comes again.
    let mut store = open().or_else(|_| open()).unwrap();
    (writes.act)(&mut store);
    drop(store);
    for thread in threads.lock().unwrap().drain(..) {
        thread.join().unwrap();
    }
    (writes.once)(&mut *bridge.store());
    let again = dialled.load(Ordering::SeqCst) - 1;
    (again, [0, 1].map(|n| seen[n].load(Ordering::SeqCst)))
}

/// Cuts every call at every `step`th byte, and at those around the ends of its lines.
fn every<F: Host + Tokens>(step: usize) {
    for writes in &ALL {
        let (_, [up, down]) = once(&F::new(), writes, Cut::Never);
        let places = |all: usize| (0..all).filter(move |n| n % step == 0 || n + 3 >= all);
        let (ups, downs) = (places(up).map(Cut::Up), places(down).map(Cut::Down));
        let (mut cuts, mut felt) = (0, 0);
        for cut in ups.chain(downs) {
            let (again, _) = once(&F::new(), writes, cut);
            assert!(again <= 1, "{}: {cut:?}", writes.name);
            (cuts, felt) = (cuts + 1, felt + again);
        }
        // All but those behind the answer, where there is only news.
        assert!(felt * 10 > cuts * 7, "{}: {felt} of {cuts}", writes.name);
    }
}

#[test]
fn at_many_bytes_in_memory() {
    every::<Memory>(7);
}

#[test]
fn at_many_bytes_of_a_file() {
    every::<LongLived>(97);
}
