//! One cell of the matrix: what clashes when two branches are merged.

use crate::domain::repo::{Cell, Hunk};
use std::io::{self, Write};

/// A cell in one or two characters.
pub(super) fn mark(cell: &Cell) -> String {
    match cell {
        Cell::Pending => "…".to_owned(),
        Cell::Clean => ".".to_owned(),
        Cell::Conflict(files) => files.len().to_string(),
        Cell::Unrelated => "/".to_owned(),
        Cell::Unknown(_) => "?".to_owned(),
    }
}

/// A cell in words.
pub(super) fn words(cell: &Cell) -> String {
    match cell {
        Cell::Pending => "not compared yet".to_owned(),
        Cell::Clean => "clean".to_owned(),
        Cell::Conflict(files) => match &**files {
            [one] => format!("conflict: {}", one.path),
            many => format!("conflict: {} files", many.len()),
        },
        Cell::Unrelated => "no commit in common".to_owned(),
        Cell::Unknown(why) => format!("unknown: {why}"),
    }
}

/// Writes the files and lines that clash.
///
/// # Errors
/// When the output cannot be written.
pub fn text(out: &mut dyn Write, names: (&str, &str), cell: &Cell) -> io::Result<()> {
    writeln!(out, "{} and {}: {}", names.0, names.1, words(cell))?;
    let Cell::Conflict(files) = cell else {
        return Ok(());
    };
    for file in files.iter() {
        writeln!(out, "  {}  {}", file.path, file.kind.words())?;
        for hunk in file.hunks.iter() {
            writeln!(out, "    {}", lines(hunk, names))?;
        }
    }
    Ok(())
}

/// Writes the files and lines that clash as Markdown.
///
/// # Errors
/// When the output cannot be written.
pub fn markdown(out: &mut dyn Write, names: (&str, &str), cell: &Cell) -> io::Result<()> {
    let head = vec!["File".to_owned(), "How".to_owned(), "Lines".to_owned()];
    writeln!(out, "{} and {}: {}\n", names.0, names.1, words(cell))?;
    if let Cell::Conflict(files) = cell {
        writeln!(out, "{}\n| --- | --- | --- |", super::row(&head))?;
        for file in files.iter() {
            let hunks: Vec<_> = file.hunks.iter().map(|hunk| lines(hunk, names)).collect();
            let cells = [
                file.path.to_string(),
                file.kind.words().to_owned(),
                hunks.join("; "),
            ];
            writeln!(out, "{}", super::row(&cells))?;
        }
    }
    Ok(())
}

fn lines(hunk: &Hunk, names: (&str, &str)) -> String {
    let side = |(start, lines): (u32, u32), name: &str| match lines {
        0 => format!("{name} before {start}"),
        1 => format!("{name} {start}"),
        n => format!("{name} {start}-{}", start.saturating_add(n - 1)),
    };
    format!(
        "{} vs {}",
        side(hunk.ours, names.0),
        side(hunk.theirs, names.1)
    )
}
