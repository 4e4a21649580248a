//! Writes another detector into the configuration file: its keys and no others.

use crate::{
    cli::WhatIf,
    wire::{config, failure::Failure, operations},
};
use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};
use swarmwarden::{
    domain::{
        health::{Detector, Method, Profile},
        text,
    },
    headless::Exit,
    settings::{self, edit},
};

/// `detector` with another profile, where one is named.
pub(super) fn profiled(detector: Detector, profile: Option<&str>) -> Detector {
    let profile = match profile {
        Some("cautious") => Profile::Cautious,
        Some(_) => Profile::Balanced,
        None => detector.profile,
    };
    Detector {
        profile,
        ..detector
    }
}

/// The keys that say what `detector` says, as far as it was asked for.
fn keys(
    detector: &Detector,
    asked: &WhatIf,
    file: &settings::File,
) -> Vec<(&'static str, Option<String>)> {
    let mut keys = Vec::new();
    let seconds = |span: swarmwarden::domain::Span| Some(format!("{}s", span.as_seconds()));
    match detector.method {
        Method::Fixed => {
            keys.push(("detector", Some("fixed".to_owned())));
            if asked.detector.contains(':') {
                keys.push(("fixed_suspect", seconds(detector.fixed.suspect)));
                keys.push(("fixed_silent", seconds(detector.fixed.silent)));
                // Without the key it follows from the one above.
                if file.act.is_some() {
                    keys.push(("fixed_act", seconds(detector.fixed.act)));
                }
            }
        }
        Method::Adaptive => {
            keys.push(("detector", Some("adaptive".to_owned())));
            keys.push(("phi", detector.phi.map(|phi| phi.to_string())));
        }
    }
    if let Some(profile) = &asked.profile {
        keys.push(("profile", Some(profile.clone())));
    }
    keys
}

/// Shows what changes, asks, and writes.
pub(super) fn apply(
    detector: &Detector,
    asked: &WhatIf,
    named: Option<&Path>,
) -> Result<Exit, Failure> {
    let path = named.map(Path::to_owned).or_else(config::usual);
    let path = path.ok_or_else(|| {
        Failure::Usage("there is no place for a configuration: name one with --config".to_owned())
    })?;
    // Through a link, what it leads to is written.
    let path = fs::canonicalize(&path).unwrap_or(path);
    let shown = text::line(&path.to_string_lossy()).into_owned();
    let raw = read(&path)?;
    let (file, _) = settings::read(&raw);
    let (new, edits) = edit(&raw, "watchdog", &keys(detector, asked, &file))
        .map_err(|why| Failure::Usage(format!("{shown}: {why}; nothing was changed")))?;
    let mut out = io::stderr().lock();
    if edits.is_empty() {
        writeln!(out, "{shown}: it says so already")?;
        return Ok(Exit::Ok);
    }
    writeln!(out, "{shown}:")?;
    for (old, new) in &edits {
        for (sign, line) in [('-', old), ('+', new)] {
            if let Some(line) = line {
                writeln!(out, "{sign} {}", text::line(&text::redact(line)))?;
            }
        }
    }
    drop(out);
    operations::agreed(&format!("change {shown}"), asked.yes)?;
    // Somebody may have written it while the question waited.
    if read(&path)? != raw {
        return Err(Failure::Usage(format!(
            "{shown}: it was changed meanwhile; nothing was changed: try again"
        )));
    }
    write(&path, &new).map_err(|e| Failure::Place(path, e))?;
    writeln!(
        io::stderr(),
        "{shown}: changed; what runs goes on as it was until it is started again"
    )?;
    Ok(Exit::Ok)
}

/// The configuration; empty where there is none.
fn read(path: &Path) -> Result<String, Failure> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read.map_err(|error| Failure::Place(path.to_owned(), error)),
    }
}

/// All of it or nothing: a new file takes the place of the old one, with its rights.
fn write(path: &PathBuf, text: &str) -> io::Result<()> {
    let dir = path.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(dir)?;
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(text.as_bytes())?;
    if let Ok(meta) = fs::metadata(path) {
        file.as_file().set_permissions(meta.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}
