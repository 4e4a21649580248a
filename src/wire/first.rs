//! The first start: nobody named a bridge, so it is looked for, and asked for.

use super::{Failure, bridge::Bridge, demo, live, live::Subject};
use crate::cli::{Cli, Command, Sub};
use clap::Parser;
use std::{
    env, fs,
    io::{self, BufRead, Read, Write},
    path::{Path, PathBuf},
};
use swarmwarden::{
    domain::text,
    headless::Exit,
    settings::Settings,
    store::{SqliteStore, Store},
};

/// Files of one directory that are looked at.
const MOST: usize = 64;
/// Where the manual is.
const DOCS: &str = "`swarmwarden --help` lists every command, `swarmwarden man` prints the manual, `swarmwarden config print` the settings; \
a bridge is named with --db FILE, $SWARMWARDEN_DB, or `[bridge] path` in the configuration.";

/// Starts the dashboard on a bridge that is found, or chosen.
pub(super) fn run(settings: &Settings, panic_test: bool) -> Result<Exit, Failure> {
    let found = candidates();
    let open = |path: &Path| {
        let mut settings = settings.clone();
        settings.db = Some(path.to_owned());
        let subject = Subject::of(&settings, Bridge::of(&settings)?);
        live::dashboard(&settings, subject, panic_test)
    };
    if let [one] = found.as_slice() {
        return open(one);
    }
    loop {
        offer(&found)?;
        let Some(line) = io::stdin().lock().lines().next().transpose()? else {
            return Err(Failure::NoDatabase);
        };
        let line = line.trim();
        if let Some(path) = line
            .parse::<usize>()
            .ok()
            .and_then(|n| found.get(n.wrapping_sub(1)))
        {
            return open(path);
        }
        match line.split_once(' ').unwrap_or((line, "")) {
            ("q", _) => return Err(Failure::NoDatabase),
            ("d", _) => return made_up(settings, panic_test),
            ("o", path) if is_bridge(Path::new(path.trim())) => {
                return open(Path::new(path.trim()));
            }
            ("o", path) => say(&format!(
                "{} is no bridge: o and the path of a SQLite database with the bridge's tables.",
                text::line(path.trim())
            ))?,
            ("?", _) => say(DOCS)?,
            _ => {}
        }
    }
}

fn say(words: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{words}")?;
    out.flush()
}

fn offer(found: &[PathBuf]) -> io::Result<()> {
    if found.is_empty() {
        say("No bridge was named, and none lies here or at the root of this repository.")?;
    } else {
        say("Several bridges lie here. Which one?")?;
    }
    for (n, path) in found.iter().enumerate() {
        say(&format!(
            "  [{}] {}",
            n + 1,
            text::line(&path.to_string_lossy())
        ))?;
    }
    say("  [o] PATH  open a bridge    [d] a made-up swarm    [?] where to read more    [q] leave")
}

fn made_up(settings: &Settings, panic_test: bool) -> Result<Exit, Failure> {
    let asked = Cli::try_parse_from(["swarmwarden", "demo"]).ok();
    let Some(Command::Sub(sub)) = asked.and_then(|cli| cli.command) else {
        return Err(Failure::NoDatabase);
    };
    match *sub {
        Sub::Demo(asked) => demo::run(settings, &asked, (false, false), panic_test),
        _ => Err(Failure::NoDatabase),
    }
}

/// Bridges in this directory and at the root of its repository, by name.
fn candidates() -> Vec<PathBuf> {
    let Ok(here) = env::current_dir() else {
        return Vec::new();
    };
    let root = here.ancestors().find(|dir| dir.join(".git").exists());
    let mut found = bridges_in(&here);
    if let Some(root) = root.filter(|root| *root != here) {
        found.extend(bridges_in(root));
    }
    found
}

fn bridges_in(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir) else {
        return Vec::new();
    };
    let named = entries.flatten().map(|entry| entry.path());
    let mut all: Vec<PathBuf> = named
        .filter(|path| path.extension().is_some_and(|ending| ending == "db"))
        .collect();
    all.sort();
    all.truncate(MOST);
    all.retain(|path| is_bridge(path));
    all
}

/// A SQLite database with the tables of a bridge. Opened for reading only.
fn is_bridge(path: &Path) -> bool {
    let mut head = [0; 16];
    let begins = fs::File::open(path).and_then(|mut file| file.read_exact(&mut head));
    if begins.is_err() || head != *b"SQLite format 3\0" {
        return false;
    }
    SqliteStore::open(path).is_ok_and(|mut store| store.newest(1).is_ok())
}

/// How often the tip of the start was shown; after three times there is none.
const TIPS: u8 = 3;

/// What to know first, at the first three starts. Kept count of in the directory of our own memory; without one there is no tip.
pub(super) fn tip(state: Option<&Path>) -> Option<String> {
    let file = state?.join("tips");
    let seen = fs::read_to_string(&file).unwrap_or_default();
    let seen: u8 = seen.trim().parse().unwrap_or(0);
    if seen >= TIPS {
        return None;
    }
    fs::create_dir_all(state?).ok()?;
    fs::write(&file, format!("{}\n", seen + 1)).ok()?;
    Some(format!(
        "tip {} of {TIPS}: ! goes to the next problem, ? lists every key, : finds every action; Esc puts this away",
        seen + 1
    ))
}

#[cfg(test)]
mod tests {
    use super::{bridges_in, tip};
    use std::fs;
    use swarmwarden::demo::{Demo, Scenario, Spec};

    #[test]
    fn ux_79_only_files_with_the_tables_of_a_bridge_are_found() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.db"), "no database").unwrap();
        fs::write(dir.path().join("empty.db"), "").unwrap();
        assert!(bridges_in(dir.path()).is_empty());
        let spec = Spec {
            workers: 3,
            seed: 7,
            scenario: Scenario::Calm,
        };
        let path = dir.path().join("bridge.db");
        let now = swarmwarden::domain::Timestamp(1_763_050_080_000_000);
        drop(Demo::backfill(&path, spec, now).unwrap());
        assert_eq!(bridges_in(dir.path()), [path]);
    }

    #[test]
    fn a_tip_comes_three_times() {
        let dir = tempfile::tempdir().unwrap();
        let shown: Vec<bool> = (0..5).map(|_| tip(Some(dir.path())).is_some()).collect();
        assert_eq!(shown, [true, true, true, false, false]);
        assert!(tip(None).is_none());
    }
}
