//! What it costs to keep what is seen, and to look back: bytes of a week, time of a core, a seek in seven days of a hundred workers, the
//! first look. A made-up swarm on a driven clock, the real recorder and its file; the release build.
//!
//! `cargo bench --bench record`; `-- --quick` for one day in place of seven.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark that cannot go on says so by ending, reads the clock and prints"
)]

mod swarmed;

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};
use swarmed::Swarmed;
use swarmwarden::{
    domain::{
        Changes, Seen, Span, Swarm, Timestamp,
        alert::Alerts,
        health::{Detector, Tick},
    },
    record::{Player, Reader, Recorder, Room, Tap, Tape as _, tap},
};

const WORKERS: usize = 100;
/// 2025-11-10T00:00:00Z.
const START: Timestamp = Timestamp(1_762_732_800_000_000);
const DAY: i64 = 86_400;
/// What every day must keep within, in bytes a week.
const WEEK: f64 = 20e6;

/// A reader that folds nothing, and the real recorder.
struct Bench {
    swarm: Swarmed,
    tap: Tap,
    recorder: Recorder,
    now: Timestamp,
    taken: Duration,
    written: Duration,
}

impl Bench {
    fn new(path: &Path) -> Self {
        let (mut tap, spout) = tap("bench.db".into());
        let mut recorder =
            Recorder::new(path.to_owned(), Room::default(), Detector::ADAPTIVE, spout);
        recorder.step().unwrap();
        let mut fold = Swarm::new(Detector::ADAPTIVE, None);
        let conversations = Some(Swarmed::conversations());
        let first = Changes {
            conversations,
            ..Changes::default()
        };
        fold.apply(first, Seen::Recorded);
        fold.tick(tick(START));
        fold.evaluate(START);
        tap.tick(tick(START));
        tap.begin(&fold, START, 0, || Some(Alerts::default()));
        recorder.step().unwrap();
        Self {
            swarm: Swarmed::new(),
            tap,
            recorder,
            now: START,
            taken: Duration::ZERO,
            written: Duration::ZERO,
        }
    }

    /// Goes on until `until`, and writes every two seconds, as the job does.
    fn run(&mut self, until: Timestamp) {
        while self.now < until {
            let next = self.now.plus(Span::seconds(2)).min(until);
            while self.swarm.at() <= next.0 {
                let (at, changes) = self.swarm.look();
                let began = Instant::now();
                self.tap.rows(&changes, at, Some(at.plus(Span(-200_000))));
                self.taken += began.elapsed();
            }
            self.now = next;
            let began = Instant::now();
            self.tap.tick(tick(next));
            self.recorder.step().unwrap();
            self.written += began.elapsed();
        }
    }
}

fn tick(at: Timestamp) -> Tick {
    Tick {
        at,
        steady: Span(at.0 - START.0),
        step: Span(0),
        trouble: false,
    }
}

/// Bytes of a file and of what lies beside it.
fn bytes(path: &Path) -> f64 {
    let one = |path: &Path| fs::metadata(path).map_or(0, |meta| meta.len());
    one(path) as f64
}

fn main() {
    let days = if std::env::args().any(|a| a == "--quick") {
        1
    } else {
        7
    };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bench.seen");
    let mut bench = Bench::new(&path);
    let begun = Instant::now();
    bench.run(START.plus(Span::seconds(days * DAY)));
    let (beats, polls, messages) = (bench.swarm.beats, bench.swarm.polls, bench.swarm.messages);
    println!(
        "{days} days of {WORKERS} workers: {beats} beats, {polls} polls, {messages} messages, made in {:?}",
        begun.elapsed()
    );
    let seconds = (days * DAY) as f64;
    let cpu = |spent: Duration| spent.as_secs_f64() / seconds * 100.0;
    println!(
        "recording: {:.3} % of a core beside the reader, {:.4} % on its thread (a look: {:?})",
        cpu(bench.written),
        cpu(bench.taken),
        bench.taken / u32::try_from(beats + polls + messages).unwrap(),
    );
    assert_eq!(bench.recorder.lost(), 0);
    drop(bench);
    let size = bytes(&path);
    let week = size / days as f64 * 7.0;
    println!(
        "file: {:.2} MB, {:.2} MB a week (goal {:.0})",
        size / 1e6,
        week / 1e6,
        WEEK / 1e6
    );
    parts(&path);
    look_back(&path, days);
    assert!(week <= WEEK, "a week takes {week} bytes");
}

fn parts(path: &Path) {
    let db = rusqlite::Connection::open(path).unwrap();
    for (name, sql) in [
        (
            "beats and signs of life",
            "SELECT total(length(workers)) FROM hours",
        ),
        ("of the swarm", "SELECT total(length(swarm)) FROM hours"),
        ("heads of messages", "SELECT total(length(list)) FROM heads"),
        (
            "states to start from",
            "SELECT (SELECT total(length(state)) FROM bases) + (SELECT total(length(list)) FROM stills)",
        ),
        ("the last hour", "SELECT total(length(list)) FROM tail"),
    ] {
        let bytes: f64 = db.query_row(sql, [], |row| row.get(0)).unwrap();
        println!("  {name}: {:.2} MB", bytes / 1e6);
    }
}

/// Seeks, cold and warm, and what they keep in memory.
fn look_back(path: &Path, days: i64) {
    let open = || {
        let reader = Reader::open(path).unwrap().unwrap();
        Player::new(Box::new(reader), Detector::ADAPTIVE).unwrap()
    };
    let began = Instant::now();
    let mut player = open();
    let found = player.survey().unwrap();
    println!(
        "survey: {:?}, {} troubles, {} gaps",
        began.elapsed(),
        found.troubles.len(),
        found.gaps.len()
    );
    let began = Instant::now();
    player
        .at(START.plus(Span::seconds(days * DAY / 2)))
        .unwrap();
    println!("first look at the middle: {:?}", began.elapsed());
    let starts = Reader::open(path).unwrap().unwrap().starts().unwrap().len();
    let before = resident();
    let began = Instant::now();
    player.warm(|| false).unwrap();
    println!(
        "all states of the memory made: {:?} from {starts} states of the file; {:.0} MiB",
        began.elapsed(),
        (resident() - before) / 1024.0
    );
    let mut random = fastrand::Rng::with_seed(3);
    let mut spent: Vec<Duration> = (0..400)
        .map(|_| {
            let at = START.plus(Span(random.i64(0..days * DAY * 1_000_000)));
            let began = Instant::now();
            player.at(at).unwrap();
            began.elapsed()
        })
        .collect();
    tell("seek anywhere", &mut spent);
    let mut at = START.plus(Span::seconds(days * DAY / 3));
    let mut spent: Vec<Duration> = (0..400)
        .map(|_| {
            let began = Instant::now();
            at = player.step(at, false).unwrap().at;
            began.elapsed()
        })
        .collect();
    tell("step to the next event", &mut spent);
    let mut spent: Vec<Duration> = (0..100)
        .map(|_| {
            let began = Instant::now();
            at = player.step(at, true).unwrap().at;
            began.elapsed()
        })
        .collect();
    tell("step to the event before", &mut spent);
}

/// Kilobytes of memory.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|l| l.trim().trim_end_matches(" kB").parse().ok());
    kilobytes.unwrap_or_default()
}

fn tell(what: &str, spent: &mut [Duration]) {
    spent.sort_unstable();
    let at = |percent: usize| spent[(spent.len() * percent / 100).min(spent.len() - 1)];
    println!(
        "{what}: p50 {:?}, p99 {:?}, max {:?}",
        at(50),
        at(99),
        at(100)
    );
}
