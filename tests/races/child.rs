//! This binary again, as a process that looks, waits for the word, and acts.

use crate::{
    acting::{KEY, NOW, reassign},
    fixture::at,
};
use std::{
    io::{BufRead as _, BufReader, Lines, Write as _},
    path::Path,
    process::{ChildStdin, ChildStdout, Command, Stdio},
};
use swarmwarden::{
    domain::{
        Cursor, Seen, Source, Swarm,
        act::{Order, Write, propose},
        health::Detector,
    },
    store::{Commit, SqliteStore, Store as _, StoreError},
};

/// Says what a child does: `race`, or `crash K`.
pub(crate) const ROLE: &str = "RACES_ROLE";
const PLACE: &str = "RACES_BRIDGE";

/// A child process; it does not outlive its test.
pub(crate) struct Child {
    process: std::process::Child,
    says: Lines<BufReader<ChildStdout>>,
    hears: Option<ChildStdin>,
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Child {
    pub(crate) fn start(role: &str, bridge: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "tests::child", "--nocapture"])
            .env(ROLE, role)
            .env(PLACE, bridge)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            says: BufReader::new(process.stdout.take().unwrap()).lines(),
            hears: process.stdin.take(),
            process,
        }
    }

    pub(crate) fn tell(&mut self, words: &str) {
        writeln!(self.hears.as_mut().unwrap(), "{words}").unwrap();
    }

    /// The next line that is meant for us; the test harness talks too.
    pub(crate) fn hear(&mut self) -> String {
        let mut lines = self.says.by_ref().map_while(Result::ok);
        let line = lines.find_map(|l| l.strip_prefix('>').map(str::to_owned));
        line.unwrap()
    }

    /// It was told everything.
    pub(crate) fn end(mut self) {
        self.hears.take();
        assert!(self.process.wait().unwrap().success());
    }

    /// It killed itself.
    pub(crate) fn dead(mut self) {
        use std::os::unix::process::ExitStatusExt as _;
        assert_eq!(self.process.wait().unwrap().signal(), Some(9));
    }
}

#[expect(clippy::print_stdout, reason = "the parent reads it")]
fn say(words: &str) {
    println!("\n>{words}");
}

/// In the child: `look TASK TO OP`, then `go`; for ever.
pub(crate) fn play(role: &str) {
    let place = std::env::var(PLACE).unwrap();
    let mut store = SqliteStore::open_for_writing(place).unwrap();
    if let Some(k) = role.strip_prefix("crash ") {
        let mut left: u32 = k.parse().unwrap();
        store.probe(Box::new(move |step| {
            left = left.saturating_sub(1);
            if left == 0 {
                say(&format!("die {step}"));
                let me = rustix::process::getpid();
                rustix::process::kill_process(me, rustix::process::Signal::KILL).unwrap();
            }
        }));
    }
    let mut swarm = Swarm::new(Detector::FIXED, None);
    let mut pending = None;
    for line in std::io::stdin().lines().map_while(Result::ok) {
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["look", task, to, op] => {
                pending = Some(look(&mut store, &mut swarm, [task, to, op]));
                say("ready");
            }
            ["go"] => say(&go(&mut store, pending.take().unwrap())),
            other => panic!("{other:?}"),
        }
    }
}

fn look(store: &mut SqliteStore, swarm: &mut Swarm, [task, to, op]: [&str; 3]) -> Write {
    let cursor: Cursor = swarm.cursor();
    let changes = store.changes(&cursor, usize::MAX, &swarm.unread()).unwrap();
    swarm.apply(changes, Seen::Recorded);
    let source = Source {
        read_at: Some(at(NOW)),
        ..Source::default()
    };
    let order = Order {
        op: op.into(),
        actor: "ana".into(),
        cause: "operator",
        reason: "no sign of \"life\"\n…".into(),
        deed: reassign(task, to),
    };
    let snapshot = swarm.picture(at(NOW), source, None);
    propose(&snapshot, &order, at(NOW)).unwrap().write
}

fn go(store: &mut SqliteStore, mut write: Write) -> String {
    loop {
        let found = store.commit(&mut write, &KEY, at(NOW));
        return match found {
            Ok(Commit::Written { .. }) => "written".to_owned(),
            Ok(Commit::Clash(clash)) if clash.moved => "clash moved".to_owned(),
            Err(StoreError::Busy { .. }) => continue,
            other => format!("{other:?}"),
        };
    }
}
