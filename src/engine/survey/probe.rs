//! Files that a session is to produce, and the criteria that files answer.

use crate::{
    document::criteria::{self, Pattern, PatternError, Probe},
    domain::{
        Branch,
        session::{Checked, Ground, Outcome, Output, OutputFile, words},
        swarmfile::{Criterion, SwarmFile},
        text,
    },
    git::{Entry, GitError, Trees},
};
use std::{collections::BTreeSet, sync::Arc};

/// Larger files are not read: they are there, that is all.
const LARGE: u64 = 16 << 20;

/// What was found on one commit.
#[derive(Debug, Clone, Default)]
pub(super) struct Probed {
    pub(super) outputs: Vec<Output>,
    pub(super) criteria: Vec<Checked>,
    /// Whether all of them that rest on files hold; `None` without any.
    pub(super) measured: Option<bool>,
    /// What could not be read, neutralised.
    pub(super) faults: Vec<Arc<str>>,
}

/// Outputs of a session without a branch.
pub(super) fn nowhere(paths: &[Arc<str>]) -> Vec<Output> {
    let none = |path: &Arc<str>| Output {
        path: Arc::clone(path),
        file: None,
    };
    paths.iter().map(none).collect()
}

/// Looks for the files on the branch. O(entries of its tree and of the base's, bytes of the files).
pub(super) fn look(
    trees: &dyn Trees,
    branch: &Branch,
    base: Option<&str>,
    outputs: &[Arc<str>],
    criteria: &[Criterion],
) -> Probed {
    let mut found = Probed::default();
    let wanted: BTreeSet<&str> = (outputs.iter().map(AsRef::as_ref))
        .chain(criteria.iter().filter_map(Criterion::path))
        .collect();
    if wanted.is_empty() {
        return found;
    }
    let accept = |path: &str| wanted.iter().any(|w| means(w, path));
    let entries = match trees.names(&branch.name, &accept) {
        Ok(entries) => entries,
        Err(error) => {
            found.faults.push(fault(&branch.name, &error));
            found.outputs = nowhere(outputs);
            return found;
        }
    };
    let of_base = base.and_then(|base| trees.names(base, &accept).ok());
    let of_base = of_base.unwrap_or_default();
    for path in outputs {
        let entry = pick(&entries, path);
        let file = entry.map(|entry| {
            let lines = content(trees, entry, &mut found.faults).map(|bytes| lines(&bytes));
            let touch = trees.touched(&branch.name, &entry.path).ok().flatten();
            OutputFile {
                blob: Arc::clone(&entry.id),
                bytes: entry.size,
                lines,
                commit: touch
                    .as_ref()
                    .map_or_else(|| "".into(), |t| text::head(&t.commit, 8).into()),
                at: touch.as_ref().and_then(|t| t.at),
                subject: touch.map_or_else(|| "".into(), |t| t.subject),
                of_base: of_base
                    .iter()
                    .any(|b| (&b.path, &b.id) == (&entry.path, &entry.id)),
            }
        });
        found.outputs.push(Output {
            path: Arc::clone(path),
            file,
        });
    }
    for criterion in criteria {
        let checked = check(trees, branch, &entries, criterion);
        if let (Some(checked), Some(_)) = (&checked, criterion.path()) {
            let met = checked.outcome == Outcome::Met;
            found.measured = Some(found.measured.unwrap_or(true) && met);
        }
        found.criteria.extend(checked);
    }
    found
}

/// Whether a branch has every one of these files, and there are any. O(entries of its tree).
pub(super) fn has_all(trees: &dyn Trees, branch: &str, paths: &[Arc<str>]) -> bool {
    let accept = |path: &str| paths.iter().any(|wanted| means(wanted, path));
    let found = trees.names(branch, &accept).unwrap_or_default();
    !paths.is_empty()
        && paths
            .iter()
            .all(|path| pick(&found, path).is_some_and(|e| e.size > 0))
}

/// The file of that path; a bare name also means one in a folder.
fn means(wanted: &str, path: &str) -> bool {
    wanted == path
        || (!wanted.contains('/') && path.rsplit('/').next().is_some_and(|name| name == wanted))
}

fn pick<'a>(entries: &'a [Entry], path: &str) -> Option<&'a Entry> {
    (entries.iter().find(|e| &*e.path == path))
        .or_else(|| entries.iter().find(|e| means(path, &e.path)))
}

fn content(trees: &dyn Trees, entry: &Entry, faults: &mut Vec<Arc<str>>) -> Option<Vec<u8>> {
    match trees.read(entry, LARGE) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            faults.push(fault(&entry.path, &error));
            None
        }
    }
}

fn fault(what: &str, error: &GitError) -> Arc<str> {
    text::line(&format!("{what}: {error}")).into()
}

fn lines(bytes: &[u8]) -> u32 {
    let breaks = bytes.split(|b| *b == b'\n').count() - 1;
    let last = usize::from(bytes.last().is_some_and(|b| *b != b'\n'));
    u32::try_from(breaks + last).unwrap_or(u32::MAX)
}

/// What one criterion says; `None` for the ones that do not rest on files.
fn check(
    trees: &dyn Trees,
    branch: &Branch,
    entries: &[Entry],
    criterion: &Criterion,
) -> Option<Checked> {
    let what = words(criterion);
    let Some(path) = criterion.path() else {
        return matches!(criterion, Criterion::Merged {}).then(|| {
            let seen = format!("{} ahead of the base", branch.ahead);
            Checked::new(&what, Outcome::of(branch.merged), seen)
        });
    };
    let Some(entry) = pick(entries, path) else {
        let seen = format!("no {path} on {}", branch.name);
        return Some(Checked::new(&what, Outcome::Unmet, seen));
    };
    if matches!(criterion, Criterion::File { .. }) {
        let seen = format!("{} bytes", entry.size);
        return Some(Checked::new(&what, Outcome::of(entry.size > 0), seen));
    }
    Some(match trees.read(entry, LARGE) {
        Ok(bytes) => measure(&what, criterion, &bytes),
        Err(error) => Checked::new(&what, Outcome::Unknown, text::line(&error.to_string())),
    })
}

/// What a criterion asks of a content.
fn asked(criterion: &Criterion) -> Option<Result<Probe, PatternError>> {
    Some(match criterion {
        Criterion::Matches {
            pattern, at_least, ..
        } => Pattern::new(pattern).map(|pattern| Probe::Matches {
            pattern,
            at_least: u64::from(*at_least),
        }),
        Criterion::Heading { pattern, .. } => {
            Pattern::new(pattern).map(|pattern| Probe::Heading { pattern })
        }
        Criterion::Links {
            at_least, level, ..
        } => Ok(Probe::LinksPerSection {
            at_least: *at_least,
            level: *level,
            except: None,
        }),
        Criterion::File { .. } | Criterion::Merged {} | Criterion::BlockersClosed {} => {
            return None;
        }
    })
}

fn measure(what: &str, criterion: &Criterion, bytes: &[u8]) -> Checked {
    let probe = match asked(criterion) {
        Some(Ok(probe)) => probe,
        Some(Err(wrong)) => return Checked::new(what, Outcome::Unknown, wrong.to_string()),
        None => return Checked::new(what, Outcome::Unknown, "nothing in the file is asked for"),
    };
    let found = criteria::probe(bytes, &probe);
    let first: Vec<String> = (found.evidence.iter().take(3))
        .map(|e| format!("{} (line {})", e.text, e.line))
        .collect();
    let more = if first.is_empty() {
        String::new()
    } else {
        format!(": {}", first.join(", "))
    };
    let seen = format!("{} of {} found{more}", found.found, found.wanted);
    Checked::new(what, Outcome::of(found.met), seen)
}

/// The criterion that rests on blockers, once they are known.
pub(super) fn blockers(ground: &mut Ground, plan: Option<&SwarmFile>) {
    let number = ground.known.number;
    let planned = plan.and_then(|p| p.sessions.iter().find(|s| number == Some(s.number)));
    let asked = planned.is_some_and(|s| {
        s.criteria
            .iter()
            .any(|c| matches!(c, Criterion::BlockersClosed {}))
    });
    if asked && ground.blockers.is_empty() {
        let seen = "none is written down".to_owned();
        ground.criteria.push(Checked::new(
            "all blockers are resolved",
            Outcome::Met,
            seen,
        ));
    }
}
