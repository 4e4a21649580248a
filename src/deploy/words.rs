//! What agents and operators are told.

use super::Plan;
use crate::domain::swarmfile::{AgentPlan, SessionPlan, SwarmFile};
use std::io;

/// What an agent is told at its start. No secret: its credential reaches its machine by `swarmwarden sync`.
pub(super) fn prompt(
    swarm: &SwarmFile,
    session: &SessionPlan,
    (branch, mission): (&str, &str),
    agent: &AgentPlan,
    task: &str,
) -> String {
    let team = session.teams.iter().find(|t| Some(t.number) == agent.team);
    let team = team.map_or(String::new(), |t| {
        format!(" of team {} ({})", t.number, t.name)
    });
    let orchestrator = swarm.orchestrator.as_deref().unwrap_or("orchestrator");
    let outputs = session.outputs.join(", ");
    format!(
        "You are {name}{team}, worker {number} in session {session} ({title}). \
         Work on the branch {branch}; read {mission} there first. \
         Your task {task}: {what}. What you find goes into {outputs}. \
         Your conversation with {orchestrator} and its token are in the file that `swarmwarden sync --worker {number}` keeps; \
         report through the bridge, naming [#{task}/g1] in the text. \
         What you cannot get past you say at once, and write down in {blockers}.",
        name = agent.name,
        number = agent.number,
        session = session.number,
        title = session.title,
        what = agent.task,
        outputs = if outputs.is_empty() {
            "your commits"
        } else {
            &outputs
        },
        blockers = session.blockers(),
    )
}

/// Prints a plan. `about` says of a worker how it stands: joined, accepted, with a conversation.
///
/// # Errors
/// As the output does.
pub fn write(
    out: &mut dyn io::Write,
    plan: &Plan,
    about: impl Fn(u32) -> String,
) -> io::Result<()> {
    writeln!(out, "session {}: {}", plan.session, plan.title)?;
    writeln!(out, "branch   {}", plan.branch)?;
    writeln!(out, "mission  {}\n", plan.mission)?;
    for line in plan.text.lines() {
        writeln!(out, "  | {line}")?;
    }
    for agent in &plan.agents {
        writeln!(
            out,
            "\nworker-{}  {}  {}",
            agent.number,
            agent.role,
            about(agent.number)
        )?;
        writeln!(
            out,
            "  task    {}: {}",
            agent.task.id, agent.task.description
        )?;
        if !agent.model.is_empty() {
            writeln!(out, "  model   {}", agent.model)?;
        }
        writeln!(out, "  prompt  {}", agent.prompt)?;
        if !agent.launch.is_empty() {
            writeln!(out, "  launch  {:?}", agent.launch)?;
        }
    }
    Ok(())
}
