//! Points of the checklist that are about several outputs at once. `tests/checklist.toml` lists all of them.

use super::{AT, nine, on, run, warden};
use quick_xml::{Reader, events::Event};
use regex::Regex;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};
use swarmwarden::{
    demo::{Demo, Scenario, Spec},
    domain::Timestamp,
};
use tempfile::TempDir;

/// The bridge of a demo, as it stood at `AT`.
fn demo(scenario: Scenario, workers: usize) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bridge.db");
    let spec = Spec {
        workers,
        seed: 7,
        scenario,
    };
    Demo::backfill(&path, spec, Timestamp::parse(AT).unwrap()).unwrap();
    (dir, path)
}

fn of(path: &Path, args: &[&str]) -> (i32, String) {
    let (code, out, err) = run(warden().args(args).args(["--at", AT, "--db"]).arg(path));
    assert_eq!(err, "", "{args:?}");
    (code, out)
}

/// No control byte but line ends, and nothing that turns the direction of text or hides in it.
fn is_plain(text: &str) -> bool {
    let unsafe_one = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    !text.chars().any(unsafe_one)
}

/// An element with its attributes and what it holds.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
}

impl Element {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    fn count(&self, name: &str) -> usize {
        self.get(name)
            .unwrap_or_else(|| panic!("no {name}: {self:?}"))
            .parse()
            .unwrap()
    }

    fn seconds(&self) -> f64 {
        let seconds: f64 = self.get("time").map_or(0.0, |t| t.parse().unwrap());
        assert!(seconds.is_finite() && seconds >= 0.0, "{self:?}");
        seconds
    }
}

/// Reads XML as strictly as its specification wants it: one root, names that match, legal characters, known entities.
fn xml(text: &str) -> Element {
    let legal = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(text.chars().all(legal), "a character that XML 1.0 forbids");
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    let element = |e: &quick_xml::events::BytesStart<'_>| Element {
        name: String::from_utf8(e.name().as_ref().to_vec()).unwrap(),
        attributes: e
            .attributes()
            .map(|a| {
                let a = a.unwrap();
                let raw = std::str::from_utf8(&a.value).unwrap();
                assert!(!raw.contains('<'), "{raw}");
                let value = quick_xml::escape::unescape(raw).unwrap().into_owned();
                (String::from_utf8(a.key.as_ref().to_vec()).unwrap(), value)
            })
            .collect(),
        children: Vec::new(),
    };
    loop {
        match reader.read_event().unwrap() {
            Event::Start(e) => open.push(element(&e)),
            Event::Empty(e) => open.last_mut().unwrap().children.push(element(&e)),
            Event::End(_) => {
                let done = open.pop().unwrap();
                open.last_mut().unwrap().children.push(done);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(open.len(), 1, "something was not closed");
    let mut all = open.pop().unwrap().children;
    assert_eq!(all.len(), 1, "one root");
    all.pop().unwrap()
}

/// What the usual schema of `JUnit`'s reports asks of one: which elements hold which, in this number, and sums that are true.
fn is_junit(root: &Element) {
    assert_eq!(root.name, "testsuites");
    let mut sums = [0; 4];
    for suite in &root.children {
        assert_eq!(suite.name, "testsuite");
        assert!(suite.get("name").is_some_and(|n| !n.is_empty()));
        let mut counted = [0; 4];
        let mut names: Vec<(&str, &str)> = Vec::new();
        for case in &suite.children {
            assert_eq!(case.name, "testcase");
            names.push((case.get("classname").unwrap(), case.get("name").unwrap()));
            case.seconds();
            counted[0] += 1;
            let held: Vec<&str> = case.children.iter().map(|c| c.name.as_str()).collect();
            let known = ["skipped", "failure", "system-out", "system-err"];
            assert!(held.iter().all(|h| known.contains(h)), "{held:?}");
            let ends = held.iter().filter(|h| !h.starts_with("system")).count();
            assert!(ends <= 1, "{case:?}");
            counted[1] += usize::from(held.contains(&"skipped"));
            counted[2] += usize::from(held.contains(&"failure"));
        }
        let said = ["tests", "skipped", "failures", "errors"].map(|n| match suite.get(n) {
            None if n == "skipped" => 0,
            _ => suite.count(n),
        });
        assert_eq!(said, counted, "{:?}", suite.attributes);
        (0..4).for_each(|n| sums[n] += counted[n]);
    }
    assert_eq!(root.count("tests"), sums[0]);
    assert_eq!(root.count("failures"), sums[2]);
    assert_eq!(root.count("errors"), sums[3]);
}

#[test]
fn json_of_the_hostile_demo_follows_the_schema_too() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/schema/status.v1.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(root).unwrap()).unwrap();
    let (_dir, path) = demo(Scenario::Hostile, 12);
    let (code, out) = of(&path, &["status", "-o", "json"]);
    assert_eq!(code, 0);
    let report: Value = serde_json::from_str(&out).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&report));
    assert!(is_plain(&out), "{out:?}");
}

#[test]
fn ux_73_every_format_of_the_hostile_demo_is_read_by_a_strict_reader() {
    let (_dir, path) = demo(Scenario::Hostile, 12);
    for args in [
        &["status"][..],
        &["status", "-o", "wide"],
        &["report"],
        &["workers", "-o", "csv"],
        &["tasks"],
        &["alerts"],
    ] {
        let (code, out) = of(&path, args);
        assert_eq!(code, 0, "{args:?}");
        assert!(is_plain(&out), "{args:?}: {out:?}");
        assert!(out.lines().count() > 1);
    }
    let command = Regex::new(r"^::(error|warning|notice) title=[^:,\r\n]+::[^\r\n]+$").unwrap();
    for view in ["status", "workers", "tasks", "alerts"] {
        let (_, out) = of(&path, &[view, "-o", "junit"]);
        assert!(is_plain(&out), "{view}");
        is_junit(&xml(&out));
        let (_, out) = of(&path, &[view, "-o", "github"]);
        assert!(is_plain(&out), "{view}");
        assert!(out.lines().all(|l| command.is_match(l)), "{view}: {out}");
    }
    let (_, out) = of(&path, &["check"]);
    let plugin = Regex::new(r"^SWARM (OK|WARNING|CRITICAL) - [^|\r\n]+ \|( '[a-z_-]+'=[0-9.]+[a-z%]*;[0-9]*;[0-9]*;[0-9]*;[0-9]*)+\n$").unwrap();
    assert!(plugin.is_match(&out), "{out:?}");
    let (_, out) = of(&path, &["metrics"]);
    let sample = Regex::new(r#"^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\[\\"n])*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\[\\"n])*")*\})? (-?[0-9.eE+-]+|NaN|[+-]Inf)$"#).unwrap();
    let comment =
        Regex::new(r"^# (HELP [a-z_]+ .+|TYPE [a-z_]+ (counter|gauge|histogram))$").unwrap();
    assert!(is_plain(&out));
    for line in out.lines() {
        let fits = if line.starts_with('#') {
            &comment
        } else {
            &sample
        };
        assert!(fits.is_match(line), "{line:?}");
    }
    let lines: Vec<&str> = out.lines().collect();
    let mut once = lines.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), lines.len(), "a series twice");
    super::metrics::promtool(&["check", "metrics"], &out);
}

#[test]
fn ux_80_every_warning_of_the_doctor_has_its_remedy() {
    let nine = nine();
    let (code, out, _) = on(&nine, &["doctor", "-o", "json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    let all = report["findings"].as_array().unwrap();
    let bad = |f: &&Value| matches!(f["state"].as_str(), Some("warn" | "fail"));
    assert!(all.iter().filter(bad).count() > 0, "{out}");
    for finding in all.iter().filter(bad) {
        assert!(
            finding["remedy"].as_str().is_some_and(|r| !r.is_empty()),
            "{finding}"
        );
    }
    let failed = all.iter().any(|f| f["state"] == "fail");
    assert_eq!(code, if failed { 2 } else { 1 });
    // And so has every line that is printed.
    let (_, text, _) = on(&nine, &["doctor"]);
    let lines: Vec<&str> = text.lines().collect();
    for (n, line) in lines.iter().enumerate() {
        if line.starts_with("WARN") || line.starts_with("FAIL") {
            let next = lines.get(n + 1).copied().unwrap_or_default();
            assert!(
                next.starts_with(' ') && next.trim().len() > 4,
                "{line}\n{next}"
            );
        }
    }
}

#[test]
fn ux_83_check_tells_calm_flap_incident_and_an_unreadable_bridge_apart() {
    let grammar = Regex::new(r"^SWARM (OK|WARNING|CRITICAL) - [^|]+ \|( '[a-z_-]+'=[0-9.]+[a-z%]*;[0-9]*;[0-9]*;[0-9]*;[0-9]*)+\n$").unwrap();
    for (scenario, expected) in [
        (Scenario::Calm, 0),
        (Scenario::Flap, 1),
        (Scenario::Incident, 2),
    ] {
        let (_dir, path) = demo(scenario, 12);
        let (code, out) = of(&path, &["check"]);
        assert_eq!(code, expected, "{}: {out}", scenario.name());
        assert!(grammar.is_match(&out), "{out}");
    }
    let dir = tempfile::tempdir().unwrap();
    let text = dir.path().join("text.db");
    fs::write(&text, "no database").unwrap();
    for args in [&["check", "--db"][..], &["check", "--bogus", "--db"]] {
        let (code, out, _) = run(warden().args(args).arg(&text));
        assert_eq!(code, 3, "{args:?}: {out}");
    }
}

#[test]
fn ux_85_a_field_that_is_added_breaks_no_reader_of_the_schema() {
    fn more(value: &mut Value) {
        match value {
            Value::Object(all) => {
                // Counts by state are numbers, whatever their name.
                let counts = !all.is_empty() && all.values().all(Value::is_number);
                all.values_mut().for_each(more);
                let new = if counts { 0.into() } else { "new".into() };
                all.insert("a_field_of_later".to_owned(), new);
            }
            Value::Array(all) => all.iter_mut().for_each(more),
            _ => {}
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/schema");
    for (schema, args) in [
        ("status.v1.json", ["status", "-o", "json", "--at", AT]),
        ("view.v1.json", ["workers", "-o", "json", "--at", AT]),
        ("sessions.v1.json", ["sessions", "-o", "json", "--at", AT]),
    ] {
        let schema: Value =
            serde_json::from_str(&fs::read_to_string(root.join(schema)).unwrap()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let (_, out, _) = on(&nine(), &args);
        let mut report: Value = serde_json::from_str(&out).unwrap();
        assert!(validator.is_valid(&report), "{args:?}");
        more(&mut report);
        let wrong: Vec<String> = validator
            .iter_errors(&report)
            .map(|e| format!("{e} at {}", e.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{args:?}: {wrong:#?}");
    }
}

#[test]
fn ux_89_every_state_of_a_worker_is_a_series_even_where_nobody_is_in_it() {
    let (_dir, path) = demo(Scenario::Calm, 12);
    let (_, page) = of(&path, &["metrics"]);
    for state in swarmwarden::domain::State::ALL {
        let part = format!("state=\"{}\"", state.name());
        let mut all = page.lines().filter(|l| l.starts_with("swarm_workers{"));
        assert!(all.any(|l| l.contains(&part)), "{part}: {page}");
    }
    let silent = page
        .lines()
        .filter(|l| l.starts_with("swarm_workers{") && l.contains("\"silent\""));
    assert!(silent.clone().count() > 0 && silent.into_iter().all(|l| l.ends_with(" 0")));
}

#[test]
fn ux_92_junit_is_as_its_schema_wants_it() {
    for scenario in [Scenario::Incident, Scenario::Calm] {
        let (_dir, path) = demo(scenario, 40);
        for view in ["status", "workers", "tasks", "alerts", "sessions"] {
            let (_, out) = of(&path, &[view, "-o", "junit"]);
            is_junit(&xml(&out));
        }
    }
    let (_dir, path) = demo(Scenario::Incident, 40);
    let root = xml(&of(&path, &["status", "-o", "junit"]).1);
    let cases = root.children.iter().flat_map(|s| &s.children);
    let of = |class: &str| {
        cases
            .clone()
            .filter(|c| c.get("classname") == Some(class))
            .count()
    };
    assert_eq!(of("liveness"), 40);
    assert!(of("task") > 40);
    assert!(root.count("failures") > 0);
}

#[test]
fn ux_94_a_narrow_terminal_cuts_no_table_that_is_piped() {
    let nine = nine();
    for args in [
        &["status"][..],
        &["workers", "-o", "wide"],
        &["tasks"],
        &["alerts"],
    ] {
        let shown = |columns: &str| {
            let mut command = warden();
            command
                .args(args)
                .args(["--at", AT, "--db"])
                .arg(nine.path());
            run(command.env("COLUMNS", columns)).1
        };
        let (narrow, wide) = (shown("40"), shown("400"));
        assert_eq!(narrow, wide, "{args:?}");
        assert!(narrow.lines().any(|l| l.chars().count() > 60), "{narrow}");
    }
}
