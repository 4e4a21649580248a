//! `git`: branches, work trees, overlaps and the conflict matrix, without a screen.

pub mod cell;
pub mod json;
mod sections;

pub(super) use sections::merge_state;

use super::text::table;
use crate::domain::{
    Branch, Repo, Snapshot, Timestamp,
    repo::{CommitLine, LostLine, MergeSide, Resolution},
    session::Session,
};
use sections::Section;
use std::{
    io::{self, Write},
    sync::Arc,
};

/// Whose a branch is.
#[derive(Debug, Clone, Default)]
pub struct Who {
    /// Session, neutralised.
    pub session: Option<Arc<str>>,
    /// Worker, neutralised.
    pub worker: Option<Arc<str>>,
}

/// Says whose a branch is.
pub type Owner<'a> = &'a dyn Fn(&Branch) -> Who;

/// Whose a branch is: its session, and the workers of that. O(sessions + workers).
#[must_use]
pub fn whose(snapshot: &Snapshot, branch: &Branch) -> Who {
    let ours = |s: &&Arc<Session>| s.branch().is_some_and(|b| b.name == branch.name);
    let Some(session) = snapshot.sessions.iter().find(ours) else {
        return Who::default();
    };
    let workers = snapshot.workers.iter();
    let workers = workers.filter(|w| session.workers.contains(&w.conversation));
    let labels: Vec<String> = workers.map(|w| w.id.to_string()).collect();
    let worker = match labels.as_slice() {
        [] => None,
        [one] => Some(one.as_str().into()),
        [first, rest @ ..] => Some(format!("{first} +{}", rest.len()).into()),
    };
    Who {
        session: (!session.is_bare()).then(|| Arc::clone(&session.key)),
        worker,
    }
}

/// Writes what git says as tables.
///
/// # Errors
/// When the output cannot be written.
pub fn text(out: &mut dyn Write, repo: &Repo, now: Timestamp, who: Owner<'_>) -> io::Result<()> {
    writeln!(out, "{}", sections::head(repo, now))?;
    for section in sections::all(repo, now, who) {
        writeln!(out, "\n{}", section.title)?;
        if !section.rows.is_empty() {
            let head: Vec<&str> = section.head.iter().map(String::as_str).collect();
            table(out, &head, section.rows)?;
        }
    }
    Ok(())
}

/// Writes what git says as Markdown.
///
/// # Errors
/// When the output cannot be written.
pub fn markdown(
    out: &mut dyn Write,
    repo: &Repo,
    now: Timestamp,
    who: Owner<'_>,
) -> io::Result<()> {
    writeln!(out, "{}", sections::head(repo, now))?;
    for section in sections::all(repo, now, who) {
        let Section { title, head, rows } = section;
        writeln!(out, "\n## {title}\n")?;
        if rows.is_empty() {
            continue;
        }
        writeln!(out, "{}", row(&head))?;
        writeln!(out, "|{}", " --- |".repeat(head.len()))?;
        for cells in &rows {
            writeln!(out, "{}", row(cells))?;
        }
    }
    Ok(())
}

fn row(cells: &[String]) -> String {
    let cell = |text: &String| {
        let escaped = text.replace('\\', "\\\\").replace('|', "\\|");
        format!(" {} |", escaped.replace('<', "&lt;").replace('`', "\\`"))
    };
    format!("|{}", cells.iter().map(cell).collect::<String>())
}

/// Writes commits, one line each.
///
/// # Errors
/// When the output cannot be written.
pub fn log(out: &mut dyn Write, commits: &[CommitLine], now: Timestamp) -> io::Result<()> {
    let rows = commits.iter().map(|c| {
        vec![
            crate::domain::text::head(&c.id, 8).to_owned(),
            sections::age(c.at, now),
            c.author.to_string(),
            c.subject.to_string(),
        ]
    });
    table(out, &["COMMIT", "AGE", "AUTHOR", "SUBJECT"], rows.collect())
}

/// Writes the lines that a merge loses.
///
/// # Errors
/// When the output cannot be written.
pub fn lost(out: &mut dyn Write, lines: &[LostLine], names: (&str, &str)) -> io::Result<()> {
    let rows = lines.iter().map(|lost| {
        let side = match lost.side {
            MergeSide::Ours => names.0,
            MergeSide::Theirs => names.1,
        };
        vec![
            format!("{}:{}", lost.path, lost.line),
            side.to_owned(),
            lost.text.to_string(),
        ]
    });
    table(out, &["FILE", "LOST OF", "LINE"], rows.collect())
}

#[cfg(test)]
mod tests;

/// How a conflict was resolved, as a line of a list.
#[must_use]
pub fn lesson(found: &Resolution) -> String {
    let files: Vec<String> = (found.files.iter())
        .map(|f| match f.lost_ours + f.lost_theirs {
            0 => format!("{} {}", f.path, f.outcome.name()),
            lost => format!("{} {} ({lost} lines lost)", f.path, f.outcome.name()),
        })
        .collect();
    let result = match &found.result {
        Some(commit) => format!("as {}", crate::domain::text::head(commit, 8)),
        None => "not committed".to_owned(),
    };
    format!(
        "- {}: {} merged {} into {}, {result}: {}",
        found.at.rfc3339(),
        found.who,
        found.theirs,
        found.ours,
        if files.is_empty() {
            "no file was in conflict".to_owned()
        } else {
            files.join(", ")
        }
    )
}
