//! A swarm as it is planned: sessions, teams, agents, branches, limits and what counts as success. Data, read from TOML. It may come
//! out of a repository, so every text is neutralised, and paths and branches that could reach elsewhere are refused.

mod check;

use super::{Span, text};
use serde::{Deserialize, Deserializer, de::Error as _};
use std::sync::Arc;

pub use check::{is_branch, is_path};

/// Bytes that a swarm file may have.
pub const FILE_CAP: usize = 1024 * 1024;

/// Bytes of one text in it.
const TEXT_CAP: usize = 4 * 1024;

/// In a branch: stands for the id of the session that runs there.
pub const SESSION_ID: &str = "<session-id>";

/// A whole swarm.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SwarmFile {
    /// Its name, for people; ids of sessions follow from it.
    #[serde(deserialize_with = "line")]
    pub name: Arc<str>,
    /// Role of the orchestrator in the bridge (`session_a_role`).
    #[serde(deserialize_with = "maybe")]
    pub orchestrator: Option<Arc<str>>,
    /// Branch that carries what all sessions share: status, tracker, handover.
    #[serde(deserialize_with = "maybe")]
    pub coordination: Option<Arc<str>>,
    /// Branch that everything is merged to.
    #[serde(deserialize_with = "maybe")]
    pub base: Option<Arc<str>>,
    /// Where the repository is read on the web, without a slash at the end: links in missions begin with it.
    #[serde(deserialize_with = "maybe")]
    pub web: Option<Arc<str>>,
    /// How long things may take.
    pub limits: Limits,
    /// Model of agents that name none.
    #[serde(deserialize_with = "maybe")]
    pub model: Option<Arc<str>>,
    /// Command that starts one agent; `{prompt}`, `{model}`, `{name}`, `{role}`, `{worker}`, `{branch}` and `{mission}` in it are filled in.
    #[serde(deserialize_with = "lines")]
    pub launch: Vec<Arc<str>>,
    /// What every agent keeps to.
    #[serde(deserialize_with = "lines")]
    pub philosophy: Vec<Arc<str>>,
    /// Its sessions, `[[session]]`.
    #[serde(rename = "session")]
    pub sessions: Vec<SessionPlan>,
}

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// A session's status is renewed at least so often.
    #[serde(deserialize_with = "span")]
    pub update: Span,
    /// One session.
    #[serde(deserialize_with = "span")]
    pub session: Span,
    /// All sessions together.
    #[serde(deserialize_with = "span")]
    pub swarm: Span,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            update: Span::seconds(30 * 60),
            session: Span::seconds(6 * 3600),
            swarm: Span::seconds(24 * 3600),
        }
    }
}

/// One session, `[[session]]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionPlan {
    /// Its number, from 1.
    pub number: u32,
    /// What it is about.
    #[serde(deserialize_with = "line")]
    pub title: Arc<str>,
    /// Its branch; may hold [`SESSION_ID`].
    #[serde(deserialize_with = "maybe")]
    pub branch: Option<Arc<str>>,
    /// Path of its mission file in the repository.
    #[serde(deserialize_with = "maybe")]
    pub mission: Option<Arc<str>>,
    /// Name of the template that its mission is made from; `swarm` without one.
    #[serde(deserialize_with = "maybe")]
    pub template: Option<Arc<str>>,
    /// Who its agents are together, such as `Cloud Integration Researchers`.
    #[serde(deserialize_with = "maybe")]
    pub audience: Option<Arc<str>>,
    /// What its agents find out, in one sentence.
    #[serde(deserialize_with = "maybe")]
    pub goal: Option<Arc<str>>,
    /// Phase of the roadmap.
    pub phase: Option<u32>,
    /// How long it is thought to take, as written.
    #[serde(deserialize_with = "maybe")]
    pub timeline: Option<Arc<str>>,
    /// What it looks at.
    #[serde(deserialize_with = "lines")]
    pub focus: Vec<Arc<str>>,
    /// Files that it is to produce, relative to the repository; the first is the main one.
    #[serde(deserialize_with = "lines")]
    pub outputs: Vec<Arc<str>>,
    /// What they must hold, in words.
    #[serde(deserialize_with = "lines")]
    pub deliverables: Vec<Arc<str>>,
    /// Where its agents write down what they cannot get past.
    #[serde(deserialize_with = "maybe")]
    pub blockers_file: Option<Arc<str>>,
    /// Roles in the bridge that belong to it; `*` stands for anything.
    #[serde(deserialize_with = "lines")]
    pub roles: Vec<Arc<str>>,
    /// Its teams.
    pub teams: Vec<TeamPlan>,
    /// Its agents.
    pub agents: Vec<AgentPlan>,
    /// When it is a success.
    pub criteria: Vec<Criterion>,
}

/// A team.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TeamPlan {
    /// Its number.
    pub number: u32,
    /// What it is called.
    #[serde(deserialize_with = "line")]
    pub name: Arc<str>,
}

/// An agent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AgentPlan {
    /// Its number: the worker's.
    pub number: u32,
    /// What it is called, such as `Haiku-21` or `worker-3-tests`.
    #[serde(deserialize_with = "line")]
    pub name: Arc<str>,
    /// Number of its team.
    pub team: Option<u32>,
    /// What it does first.
    #[serde(deserialize_with = "line")]
    pub task: Arc<str>,
    /// Model that it runs.
    #[serde(deserialize_with = "maybe")]
    pub model: Option<Arc<str>>,
}

/// A probe that tells success; every one has a path or a thing that stands as its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Criterion {
    /// A file is on the branch.
    File {
        /// Its path.
        #[serde(deserialize_with = "line")]
        path: Arc<str>,
    },
    /// A pattern (a regular expression, line by line) is found at least so often.
    Matches {
        /// In this file.
        #[serde(deserialize_with = "line")]
        path: Arc<str>,
        /// The expression.
        #[serde(deserialize_with = "line")]
        pattern: Arc<str>,
        /// How often.
        at_least: u32,
        /// What is counted, such as `APIs`.
        #[serde(default, deserialize_with = "maybe")]
        what: Option<Arc<str>>,
    },
    /// Every section at `level` (2: `##`) has at least so many links: citations.
    Links {
        /// In this file.
        #[serde(deserialize_with = "line")]
        path: Arc<str>,
        /// How many.
        at_least: u32,
        /// Which headings begin a section.
        #[serde(default = "second")]
        level: u8,
    },
    /// A heading that the expression matches.
    Heading {
        /// In this file.
        #[serde(deserialize_with = "line")]
        path: Arc<str>,
        /// The expression; case does not matter.
        #[serde(deserialize_with = "line")]
        pattern: Arc<str>,
    },
    /// The branch is merged to the base.
    Merged {},
    /// No blocker of the session is open.
    BlockersClosed {},
}

const fn second() -> u8 {
    2
}

impl SwarmFile {
    /// Reads a swarm file.
    ///
    /// # Errors
    /// What is wrong with it, in sentences that name the line, the key or the session; neutralised.
    pub fn read(raw: &str) -> Result<Self, Vec<String>> {
        if raw.len() > FILE_CAP {
            return Err(vec![format!("it is larger than {FILE_CAP} bytes")]);
        }
        let file: Self = toml::from_str(raw)
            .map_err(|e| vec![text::line(text::head(e.to_string().trim(), 1024)).into_owned()])?;
        let wrong = file.problems();
        if wrong.is_empty() {
            Ok(file)
        } else {
            Err(wrong)
        }
    }

    /// The session of a number.
    #[must_use]
    pub fn session(&self, number: u32) -> Option<&SessionPlan> {
        self.sessions.iter().find(|s| s.number == number)
    }
}

impl SessionPlan {
    /// Where its agents write down what they cannot get past.
    #[must_use]
    pub fn blockers(&self) -> &str {
        self.blockers_file.as_deref().unwrap_or("BLOCKERS.md")
    }

    /// The lowest and the highest number of its agents.
    #[must_use]
    pub fn range(&self) -> Option<(u32, u32)> {
        let numbers = || self.agents.iter().map(|a| a.number);
        Some((numbers().min()?, numbers().max()?))
    }

    /// Whether a role in the bridge belongs to it: one of its agents', or one that a pattern of [`Self::roles`] stands for.
    /// O(agents + patterns × length).
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.agents.iter().any(|agent| agent.role() == role) || self.fits_role(role)
    }

    /// Whether a pattern of [`Self::roles`] stands for a role. O(patterns × length).
    #[must_use]
    pub fn fits_role(&self, role: &str) -> bool {
        self.roles.iter().any(|pattern| fits(pattern, role))
    }
}

impl AgentPlan {
    /// Its role in the bridge: `haiku-21-team-6`, `worker-3-tests`.
    #[must_use]
    pub fn role(&self) -> String {
        let mut role = String::new();
        for c in self.name.chars() {
            let c = if c.is_ascii_alphanumeric() { c } else { '-' };
            if c != '-' || !(role.is_empty() || role.ends_with('-')) {
                role.push(c.to_ascii_lowercase());
            }
        }
        let role = role.trim_end_matches('-');
        match self.team {
            Some(team) => format!("{role}-team-{team}"),
            None => role.to_owned(),
        }
    }
}

/// Whether `name` is what `pattern` stands for, in which `*` is anything. O(pattern × name).
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|head| name.strip_prefix(head)) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

/// `45s`, `30m`, `6h`, `2d`; at least one second.
#[must_use]
pub fn duration(raw: &str) -> Option<Span> {
    super::when::span(raw.trim())
}

fn safe(raw: &str) -> Arc<str> {
    text::line(text::head(raw.trim(), TEXT_CAP)).into()
}

fn line<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<str>, D::Error> {
    Ok(safe(&String::deserialize(from)?))
}

fn lines<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Arc<str>>, D::Error> {
    let raw = Vec::<String>::deserialize(from)?;
    Ok(raw.iter().map(|text| safe(text)).collect())
}

/// Empty is as good as nothing.
fn maybe<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Arc<str>>, D::Error> {
    let raw = Option::<String>::deserialize(from)?;
    Ok(raw.map(|text| safe(&text)).filter(|text| !text.is_empty()))
}

fn span<'de, D: Deserializer<'de>>(from: D) -> Result<Span, D::Error> {
    let raw = String::deserialize(from)?;
    duration(&raw).ok_or_else(|| D::Error::custom("a time is written as \"30m\" or \"6h\""))
}

#[cfg(test)]
mod tests;
