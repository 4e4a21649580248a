//! Ten thousand random keys in a real terminal over a real bridge: the program stays alive, and nothing is written.

#[path = "../cli/bridge.rs"]
mod bridge;

use bridge::Bridge;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use rusqlite::Connection;
use std::{
    error::Error,
    fs,
    io::{Read, Write},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

const KEYS: [&str; 64] = [
    "j", "k", "h", "l", "g", "G", "v", "p", "o", "O", "n", "N", "/", "e", "t", "w", "f", "F", "D",
    "?", "1", "2", "5", "-", "!", "0", "R", "\x1b", "\r", " ", "\t", "\x1b[A", "\x1b[B", "\x1b[C",
    "\x1b[D", "\x04", "\x15", "\x1b[5~", "\x1b[6~", "\x0c", "r", "y", "a", "M", "x", "u", "U", "H",
    "P", "c", "s", ":", "L", "z", "m", "*", "V", "3", "6", "7", ".", "<", "\x7f", "\x1bOP",
];
const SIZES: [(u16, u16); 6] = [(40, 120), (24, 80), (20, 60), (12, 40), (6, 30), (1, 1)];

/// Every message with its read mark.
fn marks(bridge: &Bridge) -> Result<Vec<(i64, i64)>, Box<dyn Error>> {
    let db = Connection::open(bridge.path())?;
    let mut statement = db.prepare("SELECT id, read FROM messages ORDER BY id")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keys that look and move: whatever is typed with them, nothing is written.
const LOOKS: [&str; 36] = [
    "j", "k", "h", "l", "g", "G", "v", "p", "o", "O", "/", "e", "t", "w", "f", "F", "D", "?", "1",
    "2", "5", "-", "!", "0", "R", "\x1b", "\r", " ", "\t", "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D",
    "\x1b[5~", "\x1b[6~", "\x0c",
];

#[test]
fn pty_ten_thousand_keys_that_look_write_nothing() {
    random_keys(&LOOKS, &[]);
}

#[test]
fn pty_ten_thousand_random_keys_write_nothing_when_read_only() {
    random_keys(&KEYS, &["--read-only"]);
}

#[expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test's own steps"
)]
fn random_keys(keys: &[&str], more: &[&str]) {
    let nine = Bridge::of("nine-agents").unwrap();
    let (bytes, read) = (fs::read(nine.path()).unwrap(), marks(&nine).unwrap());
    let pair = native_pty_system().openpty(size(SIZES[0])).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_swarmwarden"));
    command.args(["--db", nine.path().to_str().unwrap()]);
    command.args(more);
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    command.env(
        "SWARMWARDEN_STATE",
        concat!(env!("CARGO_TARGET_TMPDIR"), "/state"),
    );
    command.cwd(std::env::temp_dir());
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let (drawn, mut screen) = (
        Arc::new(AtomicUsize::new(0)),
        pair.master.try_clone_reader().unwrap(),
    );
    let count = Arc::clone(&drawn);
    let reader = thread::spawn(move || {
        let mut chunk = [0u8; 16_384];
        while let Ok(n @ 1..) = screen.read(&mut chunk) {
            count.fetch_add(n, Ordering::Relaxed);
        }
    });
    let grows = |from: usize| {
        (0..3_000).any(|_| {
            thread::park_timeout(Duration::from_millis(10));
            drawn.load(Ordering::Relaxed) > from
        })
    };
    assert!(grows(1_000), "no first frame within half a minute");
    let mut keyboard = pair.master.take_writer().unwrap();
    let mut random = fastrand::Rng::with_seed(7);
    for n in 0..10_000 {
        keyboard
            .write_all(keys[random.usize(..keys.len())].as_bytes())
            .unwrap();
        if n % 97 == 0 {
            // Another size is drawn anew: the keys so far were heard.
            let before = drawn.load(Ordering::Relaxed);
            pair.master
                .resize(size(SIZES[(n / 97 + 1) % SIZES.len()]))
                .unwrap();
            assert!(grows(before), "nothing was drawn after {n} keys");
        }
    }
    assert!(child.try_wait().unwrap().is_none(), "a key ended it");
    // Behind a lone escape the key counts as another one, so it is typed until it is heard; `Esc [ <` in one read begins the report of
    // a mouse, which only an `m` ends.
    let status = (0..600).find_map(|_| {
        let _ended = keyboard.write_all(b"m\x03");
        thread::park_timeout(Duration::from_millis(100));
        child.try_wait().unwrap()
    });
    let status = status.expect("C-c ends it");
    drop((keyboard, pair.master));
    reader.join().unwrap();
    assert!(status.success(), "{status:?}");
    assert_eq!(marks(&nine).unwrap(), read);
    assert_eq!(fs::read(nine.path()).unwrap(), bytes);
}

fn size((rows, cols): (u16, u16)) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}
