//! What git says as JSON, by `assets/schema/git.v1.json`.

use super::Owner;
use crate::domain::{
    Branch, Repo, Timestamp, Worktree,
    repo::{Cell, CommitLine, LostLine, Matrix, MergeSide, ResolvedFile},
};
use serde_json::{Value, json};
use std::{
    io::{self, Write},
    sync::Arc,
};

/// Id of the schema.
pub const SCHEMA: &str = "swarmwarden.git/v1";

fn print(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value).map_err(io::Error::from)?;
    writeln!(out)
}

fn time(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| at.rfc3339().into())
}

/// Writes what git says, and a line break.
///
/// # Errors
/// When the output cannot be written.
pub fn write(out: &mut dyn Write, repo: &Repo, now: Timestamp, who: Owner<'_>) -> io::Result<()> {
    let branches: Vec<_> = repo.branches.iter().map(|b| branch(repo, b, who)).collect();
    let value = json!({
        "schema": SCHEMA,
        "at": now.rfc3339(),
        "path": repo.path,
        "head": repo.head,
        "commit": repo.commit,
        "base": repo.base,
        "base_commit": repo.base_commit,
        "fetched_at": time(repo.fetched),
        "stashes": repo.stashes,
        "branch_count": repo.branch_count,
        "branches": branches,
        "worktrees": repo.worktrees.iter().map(worktree).collect::<Vec<_>>(),
        "matrix": repo.matrix.as_deref().map(matrix),
    });
    print(out, &value)
}

pub(in crate::headless) fn branch(repo: &Repo, b: &Branch, who: Owner<'_>) -> Value {
    let owner = who(b);
    json!({
        "name": b.name,
        "session": owner.session,
        "worker": owner.worker,
        "remote": b.remote,
        "from": b.from,
        "id": b.id,
        "subject": b.subject,
        "author": b.author,
        "committed_at": time(b.committed),
        "ahead": b.ahead,
        "behind": b.behind,
        "upstream": b.upstream.as_ref().map(|u| json!({
            "name": u.name, "ahead": u.ahead, "behind": u.behind, "gone": u.gone,
        })),
        "merged": b.merged,
        "merge": super::sections::merge_state(repo, b),
        "diffstat": b.diffstat.map(|d| json!({"files": d.files, "added": d.added, "removed": d.removed})),
        "activity": b.activity,
        "first_at": time(b.first),
        "files": b.files,
        "files_cut": b.files_cut,
    })
}

fn worktree(w: &Worktree) -> Value {
    json!({
        "path": w.path,
        "branch": w.branch,
        "head": w.head,
        "staged": w.staged,
        "unstaged": w.unstaged,
        "untracked": w.untracked,
        "conflicted": w.conflicted,
        "cut": w.cut,
        "operation": w.operation.map(crate::domain::repo::Operation::name),
        "locked": w.locked,
        "missing": w.missing,
        "read_at": time(w.read_at),
        "error": w.error,
    })
}

fn matrix(m: &Matrix) -> Value {
    let rows = m.names.iter().enumerate();
    let pairs = rows.flat_map(|(n, a)| {
        m.names
            .iter()
            .enumerate()
            .skip(n + 1)
            .map(move |b| (n, a, b))
    });
    let cells =
        pairs.filter_map(|(n, ours, (k, theirs))| Some(cell((ours, theirs), m.cell(n, k)?)));
    json!({
        "names": m.names,
        "ids": m.ids,
        "done": m.done,
        "of": m.of,
        "left_out": m.left_out,
        "cells": cells.collect::<Vec<_>>(),
        "order": m.order.iter().map(|s| json!({
            "branch": s.branch, "new_conflicts": s.new_conflicts, "unsure": s.unsure, "reason": s.reason,
        })).collect::<Vec<_>>(),
        "overlaps": m.overlaps.iter().map(|o| json!({"path": o.path, "branches": o.branches})).collect::<Vec<_>>(),
        "overlaps_left_out": m.overlaps_left_out,
    })
}

fn cell(names: (&str, &str), cell: &Cell) -> Value {
    let (state, why) = match cell {
        Cell::Pending => ("pending", None),
        Cell::Clean => ("clean", None),
        Cell::Conflict(_) => ("conflict", None),
        Cell::Unrelated => ("unrelated", None),
        Cell::Unknown(why) => ("unknown", Some(why)),
    };
    let range = |(start, lines): (u32, u32)| json!({"start": start, "lines": lines});
    let files: Vec<_> = match cell {
        Cell::Conflict(files) => files.iter().map(|f| json!({
            "path": f.path,
            "kind": f.kind.name(),
            "hunks": f.hunks.iter().map(|h| json!({"ours": range(h.ours), "theirs": range(h.theirs)})).collect::<Vec<_>>(),
        })).collect(),
        _ => Vec::new(),
    };
    json!({"ours": names.0, "theirs": names.1, "state": state, "why": why, "files": files})
}

/// Writes one cell, and a line break.
///
/// # Errors
/// When the output cannot be written.
pub fn one(out: &mut dyn Write, names: (&str, &str), found: &Cell) -> io::Result<()> {
    print(out, &cell(names, found))
}

/// Writes commits as a list, and a line break.
///
/// # Errors
/// When the output cannot be written.
pub fn log(out: &mut dyn Write, commits: &[CommitLine]) -> io::Result<()> {
    let line = |c: &CommitLine| json!({"id": c.id, "at": time(c.at), "author": c.author, "subject": c.subject});
    print(out, &commits.iter().map(line).collect())
}

/// A merge in a work tree of its own.
#[derive(Debug, Clone)]
pub struct Merge<'a> {
    /// The work tree, neutralised.
    pub dir: Arc<str>,
    /// The branches: merged into, merged.
    pub names: (&'a str, &'a str),
    /// Files that were in conflict.
    pub files: &'a [ResolvedFile],
    /// Lines that are lost.
    pub lost: &'a [LostLine],
}

/// Writes how far a merge is, and a line break.
///
/// # Errors
/// When the output cannot be written.
pub fn scratch(out: &mut dyn Write, merge: &Merge<'_>) -> io::Result<()> {
    let branch = |side: MergeSide| match side {
        MergeSide::Ours => merge.names.0,
        MergeSide::Theirs => merge.names.1,
    };
    let line = |lost: &LostLine| json!({"path": lost.path, "branch": branch(lost.side), "line": lost.line, "text": lost.text});
    let file = |file: &ResolvedFile| {
        json!({
            "path": file.path,
            "outcome": file.outcome.name(),
            "lost_ours": file.lost_ours,
            "lost_theirs": file.lost_theirs,
        })
    };
    let value = json!({
        "dir": merge.dir,
        "ours": merge.names.0,
        "theirs": merge.names.1,
        "files": merge.files.iter().map(file).collect::<Vec<_>>(),
        "lost": merge.lost.iter().map(line).collect::<Vec<_>>(),
    });
    print(out, &value)
}
