//! A mission file from its template: `{{name}}` is replaced once, by text that is not looked at again.

use super::DeployError;
use crate::domain::swarmfile::{AgentPlan, SessionPlan, SwarmFile};
use std::{collections::BTreeMap, fmt::Write as _};

/// Renders the mission of a session that runs on `branch`. O(size).
///
/// # Errors
/// [`DeployError::Placeholder`] for a name that means nothing.
pub fn render(
    swarm: &SwarmFile,
    session: &SessionPlan,
    branch: &str,
    template: &str,
) -> Result<String, DeployError> {
    let values = values(swarm, session, branch);
    let value = |name: &str| values.get(name).cloned();
    fill_pairs(template, value).map_err(|name| DeployError::Placeholder {
        template: session.template.as_deref().unwrap_or("swarm").to_owned(),
        name,
        known: values.keys().copied().collect::<Vec<_>>().join(", "),
    })
}

/// Replaces `{{name}}`; a name without a value is an error.
fn fill_pairs(template: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut out = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, tail)) = after.split_once("}}") else {
            out.push_str("{{");
            rest = after;
            continue;
        };
        out.push_str(&value(name.trim()).ok_or_else(|| name.trim().to_owned())?);
        rest = tail;
    }
    out.push_str(rest);
    Ok(out)
}

/// Replaces what stands between two signs where it has a value, and leaves the rest as it is.
pub(super) fn fill(
    text: &str,
    (open, close): (char, char),
    value: impl Fn(&str) -> Option<String>,
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        out.push_str(before);
        let found = after
            .split_once(close)
            .and_then(|(name, tail)| Some((value(name)?, tail)));
        if let Some((value, tail)) = found {
            out.push_str(&value);
            rest = tail;
        } else {
            out.push(open);
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

fn values(
    swarm: &SwarmFile,
    session: &SessionPlan,
    branch: &str,
) -> BTreeMap<&'static str, String> {
    let count = session.agents.len();
    let total: usize = swarm.sessions.iter().map(|s| s.agents.len()).sum();
    let list = |items: &[std::sync::Arc<str>]| bullets(items.iter().map(ToString::to_string));
    let files: Vec<_> = session
        .outputs
        .iter()
        .map(|path| format!("`{path}`"))
        .collect();
    let base = swarm.base.as_deref().unwrap_or("main");
    let blockers = match &swarm.web {
        Some(web) => format!("[{0}]({web}/blob/{base}/{0})", session.blockers()),
        None => session.blockers().to_owned(),
    };
    let or = |value: Option<&str>, usual: &str| value.unwrap_or(usual).to_owned();
    BTreeMap::from([
        ("title", session.title.to_string()),
        ("session", session.number.to_string()),
        ("branch", branch.to_owned()),
        ("count", count.to_string()),
        ("total", total.to_string()),
        ("range", range(session)),
        ("team_names", team_names(session)),
        ("team_count", plural(session.teams.len(), "team")),
        ("teams", teams(session)),
        ("audience", or(session.audience.as_deref(), &session.title)),
        ("goal", or(session.goal.as_deref(), &session.title)),
        ("timeline", or(session.timeline.as_deref(), "-")),
        (
            "phase",
            session.phase.map_or("-".to_owned(), |p| p.to_string()),
        ),
        ("focus", list(&session.focus)),
        ("deliverables", list(&session.deliverables)),
        (
            "outputs",
            if files.is_empty() {
                "-".to_owned()
            } else {
                files.join(", ")
            },
        ),
        (
            "main_output",
            files.first().cloned().unwrap_or_else(|| "-".to_owned()),
        ),
        ("philosophy", list(&swarm.philosophy)),
        (
            "criteria",
            bullets(
                session
                    .criteria
                    .iter()
                    .map(crate::domain::swarmfile::Criterion::words),
            ),
        ),
        ("blockers", blockers),
        ("update", swarm.limits.update.to_string()),
        ("limit", swarm.limits.session.to_string()),
        ("swarm", swarm.name.to_string()),
    ])
}

fn bullets(items: impl Iterator<Item = String>) -> String {
    let lines: Vec<_> = items.map(|item| format!("- {item}")).collect();
    if lines.is_empty() {
        "- none".to_owned()
    } else {
        lines.join("\n")
    }
}

fn plural(n: usize, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}

/// `Haiku-21 to 30`.
fn range(session: &SessionPlan) -> String {
    match (session.agents.first(), session.agents.last()) {
        (Some(first), Some(last)) if first.number != last.number => {
            let short = last.name.rsplit_once('-').map_or(&*last.name, |(_, n)| n);
            let same = first.name.rsplit_once('-').map(|(head, _)| head)
                == last.name.rsplit_once('-').map(|(head, _)| head);
            format!(
                "{} to {}",
                first.name,
                if same { short } else { &last.name }
            )
        }
        (Some(only), _) => only.name.to_string(),
        _ => "-".to_owned(),
    }
}

/// `Team 6 & 7`.
fn team_names(session: &SessionPlan) -> String {
    let numbers: Vec<_> = session.teams.iter().map(|t| t.number.to_string()).collect();
    match numbers.split_last() {
        None => format!("Session {}", session.number),
        Some((only, [])) => format!("Team {only}"),
        Some((last, before)) => format!("Team {} & {last}", before.join(", ")),
    }
}

/// A heading for each team and a line for each agent; agents without a team come first.
fn teams(session: &SessionPlan) -> String {
    let mut out = String::new();
    let line = |out: &mut String, agent: &AgentPlan| {
        let _ = writeln!(out, "- **{}**: {}", agent.name, agent.task);
    };
    for agent in session.agents.iter().filter(|a| a.team.is_none()) {
        line(&mut out, agent);
    }
    for team in &session.teams {
        let members: Vec<_> = session
            .agents
            .iter()
            .filter(|a| a.team == Some(team.number))
            .collect();
        let gap = if out.is_empty() { "" } else { "\n" };
        let names = match (members.first(), members.last()) {
            (Some(first), Some(last)) => {
                let end = last.name.rsplit_once('-').map_or(&*last.name, |(_, n)| n);
                format!(" ({} to {end})", first.name)
            }
            _ => String::new(),
        };
        let _ = writeln!(out, "{gap}### Team {}: {}{names}\n", team.number, team.name);
        for agent in members {
            line(&mut out, agent);
        }
    }
    out
}
