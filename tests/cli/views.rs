//! Every view in every format, on a recorded swarm and on one that means harm.

use super::{AT, TOKEN, nine, on, warden};
use serde_json::Value;
use std::{fs, path::Path};

const VIEWS: [&str; 5] = ["status", "workers", "tasks", "alerts", "sessions"];

fn shown(view: &str, format: &str) -> String {
    let (code, out, err) = on(&nine(), &[view, "-o", format, "--at", AT]);
    assert_eq!((code, err.as_str()), (0, ""), "{view} -o {format}");
    assert!(!out.contains(TOKEN) && !out.contains('\u{1b}'));
    out
}

fn schema(name: &str) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/schema");
    serde_json::from_str(&fs::read_to_string(root.join(name)).unwrap()).unwrap()
}

#[test]
fn json_of_a_view_is_as_published_and_its_rows_are_those_of_the_status() {
    let validator = jsonschema::validator_for(&schema("view.v1.json")).unwrap();
    let status: Value = serde_json::from_str(&shown("status", "json")).unwrap();
    for view in ["workers", "tasks", "alerts"] {
        let one: Value = serde_json::from_str(&shown(view, "json")).unwrap();
        let wrong: Vec<String> = validator.iter_errors(&one).map(|e| e.to_string()).collect();
        assert!(wrong.is_empty(), "{view}: {wrong:?}");
        assert_eq!(one["rows"], status[view]);
        assert!(!one["rows"].as_array().unwrap().is_empty());
    }
}

#[test]
fn lines_are_objects_and_as_many_as_rows() {
    let lines = |view: &str| -> Vec<Value> {
        let all = shown(view, "ndjson");
        all.lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect()
    };
    let parts: usize = ["workers", "tasks", "alerts"]
        .iter()
        .map(|v| lines(v).len())
        .sum();
    let all = lines("status");
    assert_eq!(all.len(), parts);
    assert!(all.iter().all(|row| row["view"].is_string()));
}

#[test]
fn csv_has_a_record_for_each_row() {
    for view in VIEWS {
        let text = shown(view, "csv");
        let mut read = csv::Reader::from_reader(text.as_bytes());
        let head = read.headers().unwrap().clone();
        assert!(head.iter().all(|h| h == h.to_lowercase() && !h.is_empty()));
        for record in read.records() {
            assert_eq!(record.unwrap().len(), head.len());
        }
    }
    let workers = shown("workers", "csv");
    assert!(workers.starts_with("worker,team,state,since,last_heartbeat,"));
    assert!(workers.contains(",SILENT,2025-11-13T"), "{workers}");
}

#[test]
fn markdown_says_what_is_wrong_first_and_what_to_type() {
    let text = shown("status", "md");
    assert!(text.starts_with("**CRITICAL: 2 silent"), "{text}");
    assert!(text.contains("### Needs you"));
    assert!(text.contains("swarmwarden reassign"), "{text}");
    assert!(text.contains("<details><summary>"));
    let report = shown("report", "md");
    assert_eq!(report, text);
}

#[test]
fn ci_hears_of_lost_workers() {
    let text = shown("status", "junit");
    assert!(text.contains("<failure message=\"SILENT"), "{text}");
    assert!(text.contains("classname=\"task\""));
    let text = shown("status", "github");
    let first = text.lines().next().unwrap();
    assert!(
        first.starts_with("::error title=liveness worker-"),
        "{text}"
    );
    for view in VIEWS {
        shown(view, "github");
        assert!(shown(view, "junit").starts_with("<?xml"));
    }
}

#[test]
fn wide_has_more_columns_than_table() {
    for view in ["workers", "tasks", "alerts"] {
        let head = |format: &str| {
            let text = shown(view, format);
            let head = text.lines().find(|l| !l.is_empty()).unwrap().to_owned();
            head.split_whitespace().count()
        };
        assert!(head("wide") > head("table"), "{view}");
    }
}

#[test]
fn a_format_that_a_command_does_not_have_is_refused() {
    let out = warden()
        .args(["git", "log", "main", "-o", "junit"])
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(64));
}

#[test]
fn a_shift_tells_what_happened_and_what_is_left() {
    let (code, out, err) = on(&nine(), &["report", "--since", "8h", "--at", AT]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("**CRITICAL: 2 silent"), "{out}");
    let at = |words: &str| out.find(words).unwrap_or_else(|| panic!("{words}: {out}"));
    assert!(at("### To take over") < at("### What happened"));
    assert!(out.contains(" tasks assigned, "), "{out}");
    let (_, json, _) = on(
        &nine(),
        &["report", "--since", "8h", "-o", "json", "--at", AT],
    );
    let shift: Value = serde_json::from_str(&json).unwrap();
    assert!(shift["tasks"]["assigned"].as_u64().unwrap() > 0);
    assert_eq!(shift["from"], "2025-11-13T08:08:00Z");
    // A shift that began later saw less.
    let (_, late, _) = on(
        &nine(),
        &["report", "--since", "1s", "-o", "json", "--at", AT],
    );
    let late: Value = serde_json::from_str(&late).unwrap();
    assert!(late["tasks"]["assigned"].as_u64() < shift["tasks"]["assigned"].as_u64());
    let (code, _, err) = on(&nine(), &["report", "--since", "soon", "--at", AT]);
    assert_eq!(code, 64);
    assert!(err.contains("`soon`"), "{err}");
}

/// A bridge with so many workers that each holds two tasks.
fn crowd(workers: u32) -> super::alive::Scene {
    let scene = super::alive::Scene::bridge(0);
    let mut db = rusqlite::Connection::open(scene.db()).unwrap();
    let tx = db.transaction().unwrap();
    for n in 0..workers {
        let id = format!("conv_{n:016x}");
        let sql = "INSERT INTO conversations VALUES (?, 's2', ?, 'x', 'y', '2025-11-13T16:00:00', '2025-11-13T19:00:00')";
        tx.execute(sql, [&id, &format!("worker-{n}-team-{}", n % 50)])
            .unwrap();
        for k in 0..2 {
            let text = format!(
                r#"{{"type":"task_assignment","task_id":"t-{n}-{k}","description":"a | `b` <c> @d, and so on and on and on"}}"#
            );
            let sql = "INSERT INTO messages (conversation_id, from_session, to_session, message, timestamp) VALUES (?, 'a', 'b', ?, '2025-11-13T16:01:00')";
            tx.execute(sql, [&id, &text]).unwrap();
        }
    }
    tx.commit().unwrap();
    scene
}

#[test]
fn a_report_of_five_thousand_workers_stays_below_its_limit_and_says_what_it_left_out() {
    let scene = crowd(5_000);
    let (code, out, err) = super::run(&mut scene.warden(&["report", "-o", "md", "--at", AT]));
    assert_eq!(code, 0, "{err}");
    assert!(out.len() <= 900 * 1024, "{}", out.len());
    assert!(out.len() > 800 * 1024, "{}", out.len());
    assert!(out.contains(" rows omitted"), "{}", &out[..2_000]);
}

#[test]
fn a_filter_lets_through_what_matches_and_underlines_what_it_does_not_understand() {
    let rows = |view: &str, filter: &str| {
        let (code, out, err) = on(
            &nine(),
            &[view, "-o", "ndjson", "--at", AT, "--filter", filter],
        );
        assert_eq!(code, 0, "{err}");
        out.lines().count()
    };
    assert_eq!(rows("workers", "state:silent"), 2);
    assert_eq!(
        rows("workers", "state:silent") + rows("workers", "!state:silent"),
        rows("workers", "/./")
    );
    assert!(rows("tasks", "state:done") > 0);
    assert!(rows("alerts", "sev:critical") > 0);
    assert_eq!(rows("alerts", "sev:critical type:nothing"), 0);
    let (code, _, err) = on(&nine(), &["workers", "--filter", "stat:silent", "--at", AT]);
    assert_eq!(code, 64);
    assert!(err.contains("no field is called `stat`"), "{err}");
    assert!(err.contains("  stat:silent\n  ~~~~"), "{err}");
}
