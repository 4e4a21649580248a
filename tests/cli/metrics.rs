//! The page of metrics: as a scraper reads it, from a file and over HTTP, and what the shipped rules and the dashboard ask of it.

use super::alive::{Running, Scene, until};
use super::{TOKEN, nine, on, run};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
};

/// Series with their values.
fn series(page: &str) -> BTreeMap<String, f64> {
    let samples = page.lines().filter(|l| !l.starts_with('#'));
    samples
        .map(|l| {
            let (name, value) = l.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        })
        .collect()
}

fn get(address: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let code = head.split(' ').nth(1).unwrap().parse().unwrap();
    (code, body.to_owned())
}

/// What promtool says, where it is installed.
pub(crate) fn promtool(args: &[&str], input: &str) {
    let started = Command::new("promtool")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = started else {
        return writeln!(
            std::io::stderr(),
            "promtool is not installed: the page is checked by this test alone"
        )
        .unwrap();
    };
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    let out = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout) + String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "promtool {args:?}: {said}");
}

#[test]
fn the_page_of_a_recorded_swarm_counts_what_status_counts() {
    let bridge = nine();
    let at = ["--at", super::AT];
    let (code, page, err) = on(&bridge, &[&["metrics"], &at[..]].concat());
    assert_eq!((code, err.as_str()), (0, ""));
    promtool(&["check", "metrics"], &page);
    assert!(!page.contains(TOKEN));
    let (_, status, _) = on(&bridge, &[&["status", "-o", "json"], &at[..]].concat());
    let status: Value = serde_json::from_str(&status).unwrap();
    let all = series(&page);
    let sum = |prefix: &str, part: &str| -> f64 {
        let of = |(name, _): &(&String, &f64)| name.starts_with(prefix) && name.contains(part);
        all.iter().filter(of).map(|(_, v)| v).sum()
    };
    for (prefix, part, pointer) in [
        (
            "swarm_workers{",
            r#"state="silent""#,
            "/summary/workers/silent",
        ),
        ("swarm_workers{", "", "/summary/workers/total"),
        ("swarm_messages_total{", "", "/summary/messages"),
        ("swarm_tasks_completed_total{", "", "/summary/tasks/done"),
        (
            "swarm_alerts{",
            r#"severity="critical""#,
            "/summary/alerts/critical",
        ),
    ] {
        let there = status.pointer(pointer).and_then(Value::as_f64).unwrap();
        assert!(there > 0.0, "{pointer}");
        assert!((sum(prefix, part) - there).abs() < 0.5, "{pointer}");
    }
}

#[test]
fn two_pages_of_a_living_swarm_never_count_back() {
    let scene = Scene::bridge(3);
    let mut server = Running::start(scene.process(&["metrics", "--listen", "127.0.0.1:0"]));
    let line = server.says("serves http://");
    let address = line.split("http://").nth(1).unwrap();
    let address = address.trim_end_matches("/metrics");
    until("a bridge that is read", || {
        (get(address, "/healthz").0 == 200).then_some(())
    });
    let (code, first) = get(address, "/metrics");
    assert_eq!(code, 200);
    promtool(&["check", "metrics"], &first);
    scene.send(
        1,
        r#"{"type":"task_assignment","task_id":"T-1","description":"x"}"#,
    );
    scene.send(2, "hello");
    let total = |page: &str| -> f64 {
        let all = series(page).into_iter();
        all.filter(|(name, _)| name.starts_with("swarm_messages_total{"))
            .map(|(_, v)| v)
            .sum()
    };
    let second = until("two messages more", || {
        let (_, page) = get(address, "/metrics");
        (total(&page) >= total(&first) + 2.0).then_some(page)
    });
    promtool(&["check", "metrics"], &second);
    let (before, after) = (series(&first), series(&second));
    for (name, value) in before {
        let base = name.split('{').next().unwrap_or_default();
        let counts = ["_total", "_bucket", "_count", "_sum"];
        if counts.iter().any(|s| base.ends_with(s)) {
            assert!(after.get(&name).is_some_and(|v| *v >= value), "{name}");
        }
    }
    assert_eq!(get(address, "/elsewhere").0, 404);
    fs::remove_file(scene.db()).unwrap();
    until("a bridge that is gone", || {
        (get(address, "/healthz").0 == 503).then_some(())
    });
    server.signal("TERM");
    assert_eq!(server.code(), 0, "{}", server.log());
}

#[test]
fn a_file_for_the_collector_is_renewed_and_whole() {
    let scene = Scene::bridge(2);
    let file = scene.path("swarm.prom");
    let mut writer = scene.process(&["metrics", "--every", "1s", "--out"]);
    writer.arg(&file);
    let mut writer = Running::start(writer);
    let inode = |path: &Path| {
        use std::os::unix::fs::MetadataExt as _;
        fs::metadata(path).ok().map(|m| m.ino())
    };
    let first = until("a file", || inode(&file));
    until("another one", || (inode(&file)? != first).then_some(()));
    promtool(&["check", "metrics"], &fs::read_to_string(&file).unwrap());
    writer.signal("INT");
    assert_eq!(writer.code(), 130);
    let (code, _, err) =
        run(&mut scene.warden(&["metrics", "--once", "--out", "no/such/place.prom"]));
    assert_eq!(code, 73);
    assert!(err.contains("no/such/place.prom"), "{err}");
}

#[test]
fn an_address_that_is_taken_is_named() {
    let scene = Scene::bridge(1);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, _, err) = run(&mut scene.warden(&["metrics", "--listen", &address]));
    assert_eq!(code, 73);
    assert!(err.contains(&address), "{err}");
}

/// Names of metrics in a text.
fn names(text: &str) -> BTreeSet<String> {
    let word = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    let all = text.split(word).filter(|w| w.starts_with("swarm_"));
    all.map(str::to_owned).collect()
}

#[test]
fn rules_and_dashboard_ask_for_what_there_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    // A living one: what a recorded one has no value for is there, too.
    let scene = Scene::bridge(2);
    let mut keeper = scene.keepalive(&[], |_| {});
    until("its health", || scene.health());
    scene.send(
        1,
        r#"{"type":"task_assignment","task_id":"T-1","description":"x"}"#,
    );
    let git = Command::new("git")
        .args(["init", "-q"])
        .arg(scene.path("repo"))
        .status()
        .unwrap();
    assert!(git.success());
    let (code, page, err) = run(scene.warden(&["metrics", "--git"]).arg(scene.path("repo")));
    assert_eq!(code, 0, "{err}");
    let there = names(&page);
    let rules = fs::read_to_string(root.join("prometheus/alerts.yml")).unwrap();
    let board = fs::read_to_string(root.join("grafana/swarm.json")).unwrap();
    let parsed: Value = serde_json::from_str(&board).unwrap();
    assert!(parsed["panels"].as_array().unwrap().len() > 10);
    for (file, text) in [("alerts.yml", &rules), ("swarm.json", &board)] {
        let asked = names(text);
        assert!(asked.len() > 5, "{file}");
        let missing: Vec<_> = asked.difference(&there).collect();
        assert!(missing.is_empty(), "{file} asks for {missing:?}");
    }
    promtool(
        &[
            "check",
            "rules",
            &root.join("prometheus/alerts.yml").to_string_lossy(),
        ],
        "",
    );
    keeper.signal("TERM");
    assert_eq!(keeper.code(), 0);
}
