use super::super::{Demo, DemoDir, Spec};
use super::*;
use crate::store::{SqliteStore, Store as _};

const PRESENT: Timestamp = Timestamp(1_763_050_080_123_456);
/// Far more looks than it takes.
const LOOKS: usize = 1_000_000;

#[test]
fn a_demo_clock_runs_at_its_speed() {
    let later = PRESENT.plus(Span::seconds(10));
    let at = |speed| DemoClock::new(PRESENT, speed).at(later).since(PRESENT);
    assert_eq!(at(1.0), Span::seconds(10));
    assert_eq!(at(60.0), Span::seconds(600));
    assert_eq!(at(0.5), Span::seconds(5));
    for nonsense in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(at(nonsense), Span::seconds(10));
    }
}

#[test]
fn waits_are_in_the_world_s_time_and_never_negative() {
    let clock = DemoClock::new(PRESENT, 4.0);
    assert_eq!(clock.wait(Span::seconds(8)), Duration::from_secs(2));
    assert_eq!(clock.wait(Span::seconds(-8)), Duration::ZERO);
}

#[test]
fn what_is_due_is_written_and_what_is_not_waits() {
    let dir = DemoDir::new().unwrap();
    let demo = Demo::backfill(&dir.database(), Spec::default(), PRESENT).unwrap();
    let mut store = SqliteStore::open(dir.database()).unwrap();
    let past = store.newest(1).unwrap().end;
    let due = PRESENT.plus(Span::seconds(20));
    let live = demo.live(1.0, move || due).unwrap();
    assert_eq!(live.clock().at(due), due);
    let last = (0..LOOKS)
        .map(|_| store.newest(1).unwrap().messages.pop().unwrap())
        .find(|message| message.id.0 > past.message)
        .unwrap();
    assert!(
        last.at.at().is_some_and(|at| at > PRESENT && at <= due),
        "{last:?}"
    );
    live.stop().unwrap();
}

#[test]
fn it_stops_at_once_while_nothing_is_due() {
    let dir = DemoDir::new().unwrap();
    let demo = Demo::backfill(&dir.database(), Spec::default(), PRESENT).unwrap();
    let long_before = Timestamp(0);
    demo.live(1.0, move || long_before).unwrap().stop().unwrap();
}

#[test]
fn a_write_that_fails_ends_it_with_the_reason() {
    let dir = DemoDir::new().unwrap();
    let demo = Demo::backfill(&dir.database(), Spec::default(), PRESENT).unwrap();
    rusqlite::Connection::open(dir.database())
        .unwrap()
        .execute_batch("DROP TABLE messages; DROP TABLE session_status; DROP TABLE audit_log;")
        .unwrap();
    let live = demo.live(1.0, || Timestamp(i64::MAX)).unwrap();
    let ended = (0..LOOKS).any(|_| {
        thread::yield_now();
        live.thread.as_ref().is_some_and(JoinHandle::is_finished)
    });
    assert!(ended);
    assert!(matches!(live.stop(), Err(DemoError::Write { .. })));
}
