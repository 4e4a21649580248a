//! A merge that was begun in a work tree of its own, as a frontend is told of it.

use super::{LostLine, ResolvedFile};
use std::sync::Arc;

/// A merge that was begun, and how it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Begun {
    /// The work tree, neutralised.
    pub dir: Arc<str>,
    /// Branch that is merged into, neutralised.
    pub ours: Arc<str>,
    /// Branch that is merged, neutralised.
    pub theirs: Arc<str>,
    /// Files that are or were in conflict, by path.
    pub files: Vec<ResolvedFile>,
    /// Lines that are lost as things stand; at most [`Begun::LOST`].
    pub lost: Vec<LostLine>,
    /// How many there are.
    pub lost_count: usize,
}

impl Begun {
    /// Lost lines that are handed over.
    pub const LOST: usize = 500;
    /// Characters of a branch in the name of the directory.
    const NAME: usize = 40;

    /// Name of the directory, beside the repository called `repo`, in which one branch is merged into another.
    #[must_use]
    pub fn directory(repo: &str, ours: &str, theirs: &str) -> String {
        let plain = |name: &str| -> String {
            let kept = |c: char| c.is_ascii_alphanumeric() || c == '.';
            let safe = |c| if kept(c) { c } else { '-' };
            name.chars().take(Self::NAME).map(safe).collect()
        };
        format!("{repo}-merge-{}-{}", plain(ours), plain(theirs))
    }

    /// How to look what the merge in `dir` loses, as a command of a shell.
    #[must_use]
    pub fn check(dir: &str) -> String {
        format!("swarmwarden git merge --check {}", quoted(dir))
    }

    /// How to write down the way it was resolved, as a command of a shell.
    #[must_use]
    pub fn finish(dir: &str) -> String {
        format!("swarmwarden git merge --finish {}", quoted(dir))
    }

    /// How to take it away, as a command of a shell.
    #[must_use]
    pub fn undo(dir: &str) -> String {
        let dir = quoted(dir);
        format!("git -C {dir} worktree remove --force {dir}")
    }

    /// Path of that directory for a repository whose main work tree is at `root`, as it is shown. What is shown may differ from what is on
    /// disk where a path has control characters.
    #[must_use]
    pub fn shown(root: &str, ours: &str, theirs: &str) -> String {
        let root = root.trim_end_matches('/');
        match root.rsplit_once('/') {
            Some((parent, name)) => format!("{parent}/{}", Self::directory(name, ours, theirs)),
            None => Self::directory(root, ours, theirs),
        }
    }
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests;
