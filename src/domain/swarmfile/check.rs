//! What is wrong with a plan, in sentences.

use super::{AgentPlan, Criterion, SessionPlan, SwarmFile};
use std::collections::BTreeSet;

/// Sessions that one file may plan.
const SESSIONS: usize = 256;
/// Agents of one session.
const AGENTS: usize = 1_000;

/// Whether a path stays in a repository and out of git's own directory: relative, `/` between names, none of them `.`, `..` or `.git` (in
/// any case), no control characters, no backslash, no colon. O(length).
#[must_use]
pub fn is_path(path: &str) -> bool {
    let name = |part: &str| {
        let plain = part.trim_end_matches(['.', ' ']).to_ascii_lowercase();
        !part.is_empty() && !plain.is_empty() && plain != ".git" && !plain.starts_with("git~")
    };
    path.len() <= 1_024
        && path.split('/').all(name)
        && !path.contains(|c: char| c.is_control() || matches!(c, '\\' | ':'))
}

/// Whether a branch can have this name: the rules of `git check-ref-format --branch`, without `@{…}`. O(length).
#[must_use]
pub fn is_branch(name: &str) -> bool {
    let part = |p: &str| {
        let lock = (p.len() >= 5 && p.is_char_boundary(p.len() - 5))
            && p.get(p.len() - 5..)
                .is_some_and(|end| end.eq_ignore_ascii_case(".lock"));
        !p.is_empty() && !p.starts_with('.') && !p.ends_with('.') && !lock
    };
    let odd =
        |c: char| c.is_control() || matches!(c, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\');
    !name.is_empty()
        && name.len() <= 255
        && name != "@"
        && name != "HEAD"
        && !name.starts_with('-')
        && !name.contains("..")
        && !name.contains("@{")
        && !name.contains(odd)
        && name.split('/').all(part)
}

/// Whether a name can be part of a file's.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !name.is_empty() && name.len() <= 64 && name.chars().all(plain) && !name.starts_with(['.', '-'])
}

impl SwarmFile {
    /// Everything that keeps it from being carried out; empty for a good one.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        if !is_name(&self.name) {
            wrong.push(format!(
                "`name` is {:?}: it takes letters, digits, `-`, `_` and `.`, at most 64",
                &*self.name
            ));
        }
        for (key, branch) in [("coordination", &self.coordination), ("base", &self.base)] {
            if let Some(branch) = branch.as_deref().filter(|b| !is_branch(b)) {
                wrong.push(format!("`{key}`: {branch} cannot be the name of a branch"));
            }
        }
        if self.sessions.len() > SESSIONS {
            wrong.push(format!("more than {SESSIONS} sessions"));
        }
        let mut numbers = BTreeSet::new();
        let mut agents = BTreeSet::new();
        for session in &self.sessions {
            let n = session.number;
            if n == 0 || !numbers.insert(n) {
                wrong.push(format!(
                    "session {n}: every session has its own number, from 1"
                ));
            }
            session.problems(&mut agents, &mut wrong);
        }
        wrong
    }
}

impl SessionPlan {
    fn problems(&self, seen: &mut BTreeSet<u32>, wrong: &mut Vec<String>) {
        let n = self.number;
        let branch = self.branch.as_deref().unwrap_or("x");
        if !is_branch(&branch.replace(super::SESSION_ID, "id")) {
            wrong.push(format!(
                "session {n}: {branch} cannot be the name of a branch"
            ));
        }
        let paths = (self.outputs.iter().map(AsRef::as_ref))
            .chain(self.mission.as_deref())
            .chain(self.blockers_file.as_deref())
            .chain(self.criteria.iter().filter_map(Criterion::path));
        for path in paths.filter(|path| !is_path(path)) {
            wrong.push(format!(
                "session {n}: {path:?} is no path inside a repository"
            ));
        }
        if self.agents.len() > AGENTS {
            wrong.push(format!("session {n}: more than {AGENTS} agents"));
        }
        for AgentPlan {
            number, name, team, ..
        } in &self.agents
        {
            if *number == 0 || !seen.insert(*number) {
                wrong.push(format!(
                    "session {n}: agent {number}: every agent of the swarm has its own number, from 1"
                ));
            }
            if name.is_empty() {
                wrong.push(format!("session {n}: agent {number} has no name"));
            }
            if let Some(team) = team.filter(|t| !self.teams.iter().any(|known| known.number == *t))
            {
                wrong.push(format!(
                    "session {n}: agent {number} is of team {team}, which is not listed"
                ));
            }
        }
        for criterion in &self.criteria {
            if let Criterion::Matches { pattern, .. } | Criterion::Heading { pattern, .. } =
                criterion
                && let Err(error) = regex::RegexBuilder::new(pattern)
                    .size_limit(1 << 20)
                    .build()
            {
                let why = error.to_string();
                let why = why.lines().last().unwrap_or_default();
                wrong.push(format!("session {n}: pattern {pattern}: {why}"));
            }
        }
    }
}

impl Criterion {
    /// The file that it looks into.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::File { path }
            | Self::Matches { path, .. }
            | Self::Links { path, .. }
            | Self::Heading { path, .. } => Some(path),
            Self::Merged {} | Self::BlockersClosed {} => None,
        }
    }

    /// The criterion in words: `15 APIs in INTEGRATIONS-CLOUD-PROVIDERS.md`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::File { path } => format!("{path} is on the branch"),
            Self::Matches {
                path,
                pattern,
                at_least,
                what,
            } => {
                let what = what.as_ref().unwrap_or(pattern);
                format!("at least {at_least} {what} in {path}")
            }
            Self::Links {
                path,
                at_least,
                level,
            } => {
                format!("at least {at_least} links in every section (level {level}) of {path}")
            }
            Self::Heading { path, pattern } => format!("a heading {pattern} in {path}"),
            Self::Merged {} => "merged to the base".to_owned(),
            Self::BlockersClosed {} => "no blocker is open".to_owned(),
        }
    }
}
