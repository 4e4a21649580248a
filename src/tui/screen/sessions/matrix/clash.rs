//! One cell of the matrix in words: how two branches merge, and where they clash.

use crate::{
    domain::{
        repo::{Cell, FileClash, Hunk},
        text,
    },
    tui::{
        screen::{overview::plural, sessions::branches::short},
        theme::Role,
        widget::{self, Strip},
    },
};

/// Lines of a file that are named in a short list.
const NAMED: usize = 3;

/// A cell in words.
pub(crate) fn words(cell: &Cell) -> String {
    match cell {
        Cell::Pending => "not compared yet".to_owned(),
        Cell::Clean => "clean".to_owned(),
        Cell::Conflict(files) => format!("conflict in {}", plural(files.len(), "file")),
        Cell::Unrelated => "no commit in common".to_owned(),
        Cell::Unknown(why) => format!("cannot be told: {why}"),
    }
}

/// The files that clash, one line each, at most `most` lines.
pub(crate) fn clash(cell: &Cell, names: (&str, &str), width: u16, most: usize) -> Vec<Strip> {
    let Cell::Conflict(files) = cell else {
        return Vec::new();
    };
    let room = usize::from(width / 2).max(16);
    let line = |file: &FileClash| {
        let path = text::fit(&file.path, room).into_owned();
        let mut words = file.kind.words().to_owned();
        for hunk in file.hunks.iter().take(NAMED) {
            words = format!("{words}  {}", lines(hunk, names));
        }
        if file.hunks.len() > NAMED {
            words = format!("{words}  +{}", file.hunks.len() - NAMED);
        }
        Strip::of(format!("    {path}  "), Role::Title).add(words, Role::Text)
    };
    let shown = if files.len() > most {
        most.saturating_sub(1)
    } else {
        files.len()
    };
    let mut out: Vec<Strip> = files.iter().take(shown).map(line).collect();
    if files.len() > shown {
        let rest = plural(files.len() - shown, "more file");
        out.push(Strip::of(format!("    {rest}"), Role::Dim));
    }
    out
}

/// The files that clash in full, each line of both sides below; at most `most` lines.
pub(crate) fn whole(cell: &Cell, names: (&str, &str), width: u16, most: usize) -> Vec<Strip> {
    let Cell::Conflict(files) = cell else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for (n, file) in files.iter().enumerate() {
        if out.len() >= most {
            let rest = plural(files.len() - n, "more file");
            let (ours, theirs) = names;
            let words = format!("{rest}; swarmwarden git conflicts {ours} {theirs} lists them");
            out.push(Strip::of(words, Role::Dim));
            break;
        }
        let path = widget::lines(&file.path, width, true);
        out.extend(path.into_iter().map(|l| Strip::of(l, Role::Title)));
        out.push(Strip::of(format!("  {}", file.kind.words()), Role::Text));
        for hunk in file.hunks.iter() {
            for line in widget::lines(&lines(hunk, names), width.saturating_sub(2), true) {
                out.push(Strip::of(format!("  {line}"), Role::Text));
            }
        }
        if file.hunks.len() == FileClash::HUNKS {
            out.push(Strip::of("  and perhaps more lines", Role::Dim));
        }
    }
    out
}

/// `main 40-61 · feat 44-52`.
fn lines(hunk: &Hunk, (ours, theirs): (&str, &str)) -> String {
    let side = |(start, lines): (u32, u32), name: &str| {
        let name = text::fit(short(name, 20), 20);
        match lines {
            0 => format!("{name} before {start}"),
            1 => format!("{name} {start}"),
            n => format!("{name} {start}-{}", start.saturating_add(n - 1)),
        }
    };
    format!("{} · {}", side(hunk.ours, ours), side(hunk.theirs, theirs))
}
