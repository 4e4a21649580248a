//! Sessions that are started: missions, branches, conversations and prompts, as a plan that is printed or carried out. Pure: the plan is data,
//! and the same swarm gives the same plan.

mod builtin;
mod mission;
mod words;

pub use builtin::{EXAMPLES, example, template};
pub use mission::render;
pub use words::write;

use crate::domain::{
    act::NewTask,
    swarmfile::{AgentPlan, SESSION_ID, SessionPlan, SwarmFile, is_branch},
};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// The swarm has no such session.
    #[error("{swarm} has no session {session}; it has {known}")]
    NoSession {
        /// Its name.
        swarm: String,
        /// The number.
        session: u32,
        /// Numbers that it has.
        known: String,
    },
    /// The session has no branch.
    #[error("session {0} names no branch: set `branch` in the swarm file")]
    NoBranch(u32),
    /// The branch cannot be told.
    #[error("several branches fit {pattern}: {found}; say which with --id")]
    Ambiguous {
        /// As the swarm file has it.
        pattern: String,
        /// What fits.
        found: String,
    },
    /// The id makes no branch.
    #[error("{0} cannot be the name of a branch; choose another --id")]
    Branch(String),
    /// There is no such template.
    #[error(
        "there is no mission template {0}; name one of swarm, drill, or give the directory of yours with --templates"
    )]
    NoTemplate(String),
    /// A template asks for what a session does not have.
    #[error(
        "the mission template {template} has {{{{{name}}}}}, which means nothing here; known are {known}"
    )]
    Placeholder {
        /// Its name.
        template: String,
        /// What stands there.
        name: String,
        /// What may.
        known: String,
    },
}

/// Everything that starting a session does. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Number of the session.
    pub session: u32,
    /// What it is about.
    pub title: String,
    /// Its branch.
    pub branch: String,
    /// Path of the mission file in it.
    pub mission: String,
    /// What the mission file holds.
    pub text: String,
    /// Its agents.
    pub agents: Vec<Agent>,
}

/// What starting one agent does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Number of the worker.
    pub number: u32,
    /// What it is called.
    pub name: String,
    /// Its role in the bridge.
    pub role: String,
    /// Its first task.
    pub task: NewTask,
    /// Model that it runs; empty for whatever is usual.
    pub model: String,
    /// What it is told at its start.
    pub prompt: String,
    /// Command that starts it, when one is given.
    pub launch: Vec<String>,
}

/// Plans a session. `branches` are the names of branches that exist, here or at the remote; `id` is the session's, when somebody said one;
/// `template` is the text of its mission template. O(agents + branches).
///
/// # Errors
/// As the variants of [`DeployError`] say.
pub fn plan(
    swarm: &SwarmFile,
    number: u32,
    (branches, id): (&[String], Option<&str>),
    template: &str,
) -> Result<Plan, DeployError> {
    let session = swarm.session(number).ok_or_else(|| {
        let known: Vec<_> = swarm
            .sessions
            .iter()
            .map(|s| s.number.to_string())
            .collect();
        DeployError::NoSession {
            swarm: swarm.name.to_string(),
            session: number,
            known: known.join(", "),
        }
    })?;
    let branch = branch(swarm, session, branches, id)?;
    let mission = match &session.mission {
        Some(path) => path.to_string(),
        None => format!("MISSION-SESSION-{number}.md"),
    };
    let agents = session
        .agents
        .iter()
        .map(|agent| one(swarm, session, (&branch, &mission), agent));
    Ok(Plan {
        session: number,
        title: session.title.to_string(),
        text: render(swarm, session, &branch, template)?,
        agents: agents.collect(),
        mission,
        branch,
    })
}

/// The session's branch: as somebody named its id, else the one that exists, else one whose id follows from the swarm's name.
fn branch(
    swarm: &SwarmFile,
    session: &SessionPlan,
    branches: &[String],
    id: Option<&str>,
) -> Result<String, DeployError> {
    let pattern = session
        .branch
        .as_deref()
        .ok_or(DeployError::NoBranch(session.number))?;
    let Some((head, tail)) = pattern.split_once(SESSION_ID) else {
        return Ok(pattern.to_owned());
    };
    if let Some(id) = id {
        let named = format!("{head}{id}{tail}");
        let plain = is_branch(&named) && !id.contains('/');
        return if plain {
            Ok(named)
        } else {
            Err(DeployError::Branch(named))
        };
    }
    let fits = |name: &&String| {
        let id = name
            .strip_prefix(head)
            .and_then(|rest| rest.strip_suffix(tail));
        id.is_some_and(|id| !id.is_empty() && !id.contains('/'))
    };
    let mut found: Vec<&String> = branches.iter().filter(fits).collect();
    found.sort();
    found.dedup();
    match found.as_slice() {
        [] => {
            let hash = Sha256::digest(format!("{}\n{}", swarm.name, session.number));
            let id = hash.iter().take(6).fold(String::new(), |mut id, byte| {
                let _ = write!(id, "{byte:02x}");
                id
            });
            Ok(format!("{head}{id}{tail}"))
        }
        [one] => Ok((*one).clone()),
        several => Err(DeployError::Ambiguous {
            pattern: pattern.to_owned(),
            found: several
                .iter()
                .map(|b| b.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        }),
    }
}

fn one(
    swarm: &SwarmFile,
    session: &SessionPlan,
    (branch, mission): (&str, &str),
    agent: &AgentPlan,
) -> Agent {
    let role = agent.role();
    let model = agent.model.as_ref().or(swarm.model.as_ref());
    let model = model.map(ToString::to_string).unwrap_or_default();
    let plain = AgentPlan {
        team: None,
        ..agent.clone()
    };
    let task = NewTask {
        id: format!("s{}-{}", session.number, plain.role())
            .as_str()
            .into(),
        description: agent.task.to_string(),
        priority: None,
        timeout: None,
        needs: Vec::new(),
        depends_on: Vec::new(),
    };
    let prompt = words::prompt(swarm, session, (branch, mission), agent, task.id.raw());
    let worker = agent.number.to_string();
    let fill = |word: &str| {
        let known = [
            ("{prompt}", prompt.as_str()),
            ("{model}", &model),
            ("{name}", &agent.name),
            ("{role}", &role),
            ("{worker}", &worker),
            ("{branch}", branch),
            ("{mission}", mission),
        ];
        mission::fill(word, ('{', '}'), |name| {
            let found = known
                .iter()
                .find(|(known, _)| known.get(1..known.len() - 1) == Some(name));
            found.map(|(_, value)| (*value).to_owned())
        })
    };
    Agent {
        number: agent.number,
        name: agent.name.to_string(),
        launch: swarm.launch.iter().map(|word| fill(word)).collect(),
        role,
        task,
        model,
        prompt,
    }
}

#[cfg(test)]
mod tests;
