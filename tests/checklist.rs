//! `tests/checklist.toml` lists every point of the dashboard's checklist: each is shown by a test that there is, or says why not.

use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Numbers of the checklist; those between them were given up.
const NUMBERS: &[std::ops::RangeInclusive<u32>] = &[
    1..=4,
    6..=6,
    8..=9,
    11..=16,
    19..=25,
    27..=32,
    34..=39,
    41..=41,
    44..=45,
    47..=51,
    53..=63,
    65..=65,
    67..=70,
    72..=73,
    75..=85,
    87..=94,
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Point {
    /// The point in a few words.
    says: String,
    /// Tests that show it; `tmux` is a point of `tests/terminal/checklist.sh`.
    #[serde(default)]
    by: Vec<String>,
    /// Why no machine can see it.
    eye: Option<String>,
    /// What is missing.
    not: Option<String>,
}

fn points() -> BTreeMap<u32, Point> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checklist.toml");
    let all: BTreeMap<String, Point> = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    all.into_iter()
        .map(|(n, point)| (n.parse().unwrap(), point))
        .collect()
}

/// Names of functions that a test runner or the conformance suite calls.
fn tests() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let files = super::under("src").into_iter().chain(super::under("tests"));
    for (path, body) in files {
        let suite = path.to_string_lossy().contains("tests/conformance/");
        let mut marked = false;
        for line in body.lines().map(str::trim_start) {
            if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                marked = true;
            }
            let Some((before, rest)) = line.split_once("fn ") else {
                continue;
            };
            if !before.is_empty() && !before.ends_with(' ') {
                continue;
            }
            let end = rest.find(['(', '<']).unwrap_or_default();
            if marked || suite {
                found.insert(rest[..end].to_owned());
            }
            marked = false;
        }
    }
    found
}

#[test]
fn every_point_of_the_checklist_is_shown_or_says_why_not() {
    let (points, tests) = (points(), tests());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/terminal/checklist.sh");
    let script = fs::read_to_string(script).unwrap();
    let mut wrong = Vec::new();
    let wanted: BTreeSet<u32> = NUMBERS.iter().cloned().flatten().collect();
    let listed: BTreeSet<u32> = points.keys().copied().collect();
    for n in wanted.symmetric_difference(&listed) {
        wrong.push(format!("{n} is missing, or is no number of the checklist"));
    }
    for (n, point) in &points {
        if point.says.trim().is_empty() {
            wrong.push(format!("{n} does not say what it is"));
        }
        let why = [&point.eye, &point.not].into_iter().flatten();
        if point.by.is_empty() && why.clone().count() == 0 {
            wrong.push(format!("{n} needs `by`, `eye` or `not`"));
        }
        if why.clone().any(|words| words.trim().is_empty()) {
            wrong.push(format!("{n} does not say why not"));
        }
        for name in &point.by {
            let there = match name.as_str() {
                "tmux" => script
                    .lines()
                    .any(|l| l.starts_with(&format!("point {n} "))),
                name => tests.contains(name),
            };
            if !there {
                wrong.push(format!("{n} names `{name}`, which is not there"));
            }
        }
    }
    // A test that carries a number carries one that there is.
    for test in tests.iter().filter(|t| t.starts_with("ux_")) {
        let n = test[3..].split('_').next().and_then(|n| n.parse().ok());
        if n.is_none_or(|n: u32| !points.contains_key(&n)) {
            wrong.push(format!("`{test}` has no point"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
