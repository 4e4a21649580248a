//! `keys`: the live keymap, the preset with what the configuration says.

use super::{Common, Failure, config, warn};
use crate::cli::Listing;
use serde_json::json;
use std::{
    fmt::Write as _,
    io::{self, Write},
};
use swarmwarden::{
    headless::Exit,
    settings::{File, Wanted},
    tui::{self, Bound, Flaw, Live, Rebind},
};

/// What the configuration asks of the keymap.
pub(super) fn rebinds(wanted: &[Wanted]) -> Vec<Rebind> {
    let each = wanted.iter().map(|one| Rebind {
        action: one.action.clone(),
        keys: one.keys.clone(),
        line: one.line,
    });
    each.collect()
}

/// The preset that the configuration names.
fn preset(file: &File) -> &str {
    file.preset.as_deref().unwrap_or("vim")
}

/// What of it cannot be had. O(1) when it asks for nothing.
pub(super) fn flaws(file: &File) -> Vec<Flaw> {
    if file.keys.is_empty() {
        return Vec::new();
    }
    tui::live(preset(file), &rebinds(&file.wanted())).flaws
}

/// Prints the map; [`Exit::Config`] when two actions share a key.
pub(super) fn run(common: &Common, form: Listing) -> Result<Exit, Failure> {
    let (file, mut warnings) = config::read(common.config.as_deref())?;
    let preset = common.preset.as_deref().unwrap_or(preset(&file));
    let live = tui::live(preset, &rebinds(&file.wanted()));
    warnings.extend(live.flaws.iter().map(|flaw| flaw.words.clone()));
    warn(&warnings)?;
    let text = match form {
        Listing::Table => table(&live),
        Listing::Json => format!("{:#}\n", document(preset, &live)),
    };
    io::stdout().write_all(text.as_bytes())?;
    Ok(if live.flaws.iter().any(|flaw| flaw.clash) {
        Exit::Config
    } else {
        Exit::Ok
    })
}

/// One block for each place; `*` marks what the configuration changed.
fn table(live: &Live) -> String {
    let rows = || live.places.iter().flat_map(|place| &place.rows);
    let keys = |row: &Bound| row.keys.join(", ");
    let widest = |of: &dyn Fn(&Bound) -> usize| rows().map(of).max().unwrap_or(0);
    let (wide, name) = (
        widest(&|row| keys(row).chars().count()),
        widest(&|row| row.action.len()),
    );
    let mut out = String::new();
    for place in &live.places {
        let gap = if out.is_empty() { "" } else { "\n" };
        let _ = writeln!(out, "{gap}{}", place.name.to_uppercase());
        for row in &place.rows {
            let mark = if row.own { '*' } else { ' ' };
            let (keys, action, desc) = (keys(row), row.action, &row.desc);
            let _ = writeln!(out, "{mark} {keys:<wide$}  {action:<name$}  {desc}");
        }
    }
    out
}

fn document(preset: &str, live: &Live) -> serde_json::Value {
    let row = |row: &Bound| {
        json!({
            "action": row.action,
            "keys": row.keys,
            "description": row.desc,
            "origin": if row.own { "configuration" } else { "preset" },
        })
    };
    let places = live.places.iter().map(|place| {
        let rows: Vec<_> = place.rows.iter().map(row).collect();
        json!({ "place": place.name, "rows": rows })
    });
    let flaws = live
        .flaws
        .iter()
        .map(|flaw| json!({ "text": flaw.words, "clash": flaw.clash }));
    json!({
        "schema": "swarmwarden.keys/v1",
        "preset": preset,
        "places": places.collect::<Vec<_>>(),
        "flaws": flaws.collect::<Vec<_>>(),
        "actions": live.actions,
    })
}
