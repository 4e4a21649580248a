use super::{STILLS, get, put, thin, tidy};
use crate::{
    domain::{Swarm, Timestamp, health::Detector},
    record::{Begin, file::SCHEMA},
};
use rusqlite::Connection;

fn state(ms: i64) -> Begin {
    let swarm = Swarm::new(Detector::ADAPTIVE, None);
    Begin {
        still: swarm.still(Timestamp(ms * 1_000)),
        alerts: None,
        name: "bridge.db".into(),
        reopened: 0,
        life: 0,
    }
}

fn held(db: &Connection, sql: &str) -> Vec<i64> {
    let mut rows = db.prepare(sql).unwrap();
    let all = rows.query_map([], |row| row.get(0)).unwrap();
    all.map(Result::unwrap).collect()
}

#[test]
fn a_state_is_read_as_it_was_written_and_older_ones_are_thinned_out() {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(SCHEMA).unwrap();
    // Two runs: the second begins between two states of the rhythm.
    let first: Vec<i64> = (0..12).map(|n| n * STILLS).collect();
    let second = 12 * STILLS + 60_000;
    for at in first.iter().copied().chain([second, second + STILLS]) {
        put(&db, &state(at)).unwrap();
        let found = get(&db, at).unwrap().unwrap().unwrap();
        assert_eq!(found, state(at));
    }
    for began in [0, second] {
        let sql = "INSERT INTO sections(began, until) VALUES (?1, ?1)";
        db.execute(sql, [began]).unwrap();
    }
    assert_eq!(held(&db, "SELECT count(*) FROM bases"), [1]);

    thin(&db, second + 2 * STILLS).unwrap();
    let kept = held(&db, "SELECT at FROM stills ORDER BY at");
    let wanted: Vec<i64> = (0..6).map(|n| n * 2 * STILLS).chain([second]).collect();
    assert_eq!(kept, wanted);
    assert!(
        kept.iter()
            .all(|at| get(&db, *at).unwrap().unwrap().unwrap() == state(*at))
    );

    db.execute("DELETE FROM stills", []).unwrap();
    tidy(&db).unwrap();
    assert_eq!(held(&db, "SELECT count(*) FROM bases"), [0]);
}
