//! The arrows of `src/ARCHITECTURE.md` as text: which layer may name which, which crates stay out of which layer, and how long a file may be.

#[cfg(test)]
mod checklist;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Layer, layers that it may name, crates that it may not.
const RULES: &[(&str, &[&str], &[&str])] = &[
    (
        "domain",
        &["domain"],
        &[
            "ratatui",
            "crossterm",
            "tokio",
            "rusqlite",
            "git2",
            "notify",
            "rustix",
            "std::fs",
            "std::net",
            "std::env",
            "std::process",
            "std::io",
        ],
    ),
    (
        "link",
        &["domain", "link"],
        &[
            "ratatui",
            "crossterm",
            "rusqlite",
            "git2",
            "notify",
            "std::fs",
            "std::net",
        ],
    ),
    (
        "store",
        &["domain", "store"],
        &["ratatui", "crossterm", "git2", "notify", "color_eyre"],
    ),
    (
        "git",
        &["domain", "git"],
        &[
            "ratatui",
            "crossterm",
            "rusqlite",
            "notify",
            "tokio",
            "color_eyre",
        ],
    ),
    (
        "document",
        &["document", "domain"],
        &[
            "ratatui",
            "crossterm",
            "rusqlite",
            "git2",
            "notify",
            "tokio",
            "std::fs",
            "std::env",
            "color_eyre",
        ],
    ),
    (
        "credentials",
        &["credentials", "domain", "git"],
        &[
            "ratatui",
            "crossterm",
            "rusqlite",
            "git2",
            "notify",
            "tokio",
            "std::env",
            "color_eyre",
        ],
    ),
    (
        "deploy",
        &["deploy", "document", "domain"],
        &[
            "ratatui",
            "crossterm",
            "rusqlite",
            "git2",
            "notify",
            "tokio",
            "std::env",
            "color_eyre",
        ],
    ),
    (
        "watch",
        &["domain", "watch"],
        &[
            "ratatui",
            "crossterm",
            "rusqlite",
            "git2",
            "tokio",
            "color_eyre",
        ],
    ),
    (
        "settings",
        &["domain", "settings"],
        &[
            "ratatui",
            "crossterm",
            "rusqlite",
            "git2",
            "notify",
            "tokio",
            "std::env",
            "color_eyre",
        ],
    ),
    (
        "notify",
        &["domain", "link", "notify"],
        &[
            "ratatui",
            "crossterm",
            "rusqlite",
            "git2",
            "std::fs",
            "std::net",
            "color_eyre",
        ],
    ),
    (
        "record",
        &["domain", "record"],
        &[
            "ratatui",
            "crossterm",
            "git2",
            "notify",
            "tokio",
            "std::env",
            "color_eyre",
        ],
    ),
    (
        "engine",
        &[
            "credentials",
            "document",
            "domain",
            "engine",
            "git",
            "link",
            "notify",
            "record",
            "store",
            "watch",
        ],
        &[
            "ratatui",
            "crossterm",
            "rusqlite",
            "git2",
            "notify::",
            "color_eyre",
        ],
    ),
    (
        "headless",
        &["domain", "headless", "link"],
        &[
            "ratatui",
            "crossterm",
            "rusqlite",
            "git2",
            "notify",
            "std::fs",
            "color_eyre",
        ],
    ),
    (
        "tui",
        &["domain", "link", "tui"],
        &[
            "rusqlite",
            "git2",
            "notify",
            "std::fs",
            "std::env",
            "color_eyre",
        ],
    ),
    (
        "drill",
        &["demo", "domain", "drill", "engine", "store"],
        &[
            "ratatui",
            "crossterm",
            "git2",
            "notify",
            "tokio",
            "color_eyre",
        ],
    ),
    (
        "demo",
        &["demo", "domain", "store"],
        &["ratatui", "crossterm", "notify", "color_eyre"],
    ),
];

/// Lines that a source file may have.
const BUDGET: usize = 400;

fn sources(dir: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push((path.clone(), fs::read_to_string(&path).unwrap_or_default()));
        }
    }
}

fn under(place: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join(place),
        &mut found,
    );
    found
}

/// Code without its tests and comments.
fn code(path: &Path, body: &str) -> String {
    if path.file_name().is_some_and(|f| f == "tests.rs")
        || path.components().any(|c| c.as_os_str() == "tests") && !path.starts_with("src")
    {
        return String::new();
    }
    let code = body.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines()
        .filter(|l| !l.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn arrows_point_inward() {
    let mut broken = Vec::new();
    for (layer, may, must_not) in RULES {
        let files = under(&format!("src/{layer}"));
        assert!(!files.is_empty(), "layer {layer} does not exist");
        for (path, body) in files {
            let code = code(&path, &body);
            for hit in code.split("crate::").skip(1) {
                let names: Vec<String> = match hit.strip_prefix('{') {
                    Some(list) => list
                        .split('}')
                        .next()
                        .unwrap_or_default()
                        .lines()
                        .filter(|l| l.starts_with("    ") && !l.starts_with("     "))
                        .map(|l| l.trim().to_owned())
                        .collect(),
                    None => vec![hit.to_owned()],
                };
                for name in names {
                    let name: String = name
                        .chars()
                        .take_while(|c| c.is_alphanumeric() || *c == '_')
                        .collect();
                    if !name.is_empty() && !may.contains(&name.as_str()) {
                        broken.push(format!("{}: crate::{name}", path.display()));
                    }
                }
            }
            for forbidden in *must_not {
                let forbidden = format!("{}::", forbidden.trim_end_matches("::"));
                let standing = |at: usize| {
                    code[..at]
                        .chars()
                        .next_back()
                        .is_none_or(|c| !(c.is_alphanumeric() || c == '_' || c == ':'))
                };
                if code.match_indices(&forbidden).any(|(at, _)| standing(at)) {
                    broken.push(format!("{}: {forbidden}", path.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_folder_is_a_known_layer() {
    let wiring = ["cli", "wire"];
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .unwrap()
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            assert!(
                RULES.iter().any(|(layer, _, _)| *layer == name) || wiring.contains(&name.as_str()),
                "src/{name} has no rule"
            );
        }
    }
}

#[test]
fn no_file_grows_past_the_budget() {
    let files: Vec<_> = under("src").into_iter().chain(under("tests")).collect();
    let long: Vec<_> = files
        .iter()
        .filter(|(_, body)| body.lines().count() > BUDGET)
        .map(|(path, body)| format!("{}: {}", path.display(), body.lines().count()))
        .collect();
    assert!(long.is_empty(), "over {BUDGET} lines:\n{}", long.join("\n"));
}

#[test]
fn nothing_names_a_machine() {
    let odd = ["/work/", "/root/", "/home/"];
    for (path, body) in under("src").into_iter().chain(under("tests")) {
        if path.ends_with("architecture.rs") {
            continue;
        }
        for (n, line) in body.lines().enumerate() {
            assert!(
                !odd.iter().any(|o| line.contains(o)),
                "{}:{}: {line}",
                path.display(),
                n + 1
            );
        }
    }
}
