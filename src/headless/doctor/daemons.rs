//! Who works on the bridge from this machine.

use super::{Facts, Finding, facts::Daemon};
use crate::domain::Span;

/// A process that did not tell of itself for so long hangs.
const LATE: Span = Span::seconds(30);

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    if facts.bridge.path.is_none() {
        return Vec::new();
    }
    let jobs = [
        ("keepalive", "daemons.keepalive"),
        ("sync", "daemons.sync"),
        ("watchdog", "daemons.watchdog"),
    ];
    let mut all: Vec<_> = jobs
        .into_iter()
        .map(|(job, id)| one(facts, job, id))
        .collect();
    all.push(stale(facts));
    all.push(scripts(facts));
    all
}

fn one(facts: &Facts, job: &str, id: &'static str) -> Finding {
    let all: Vec<&Daemon> = facts.daemons.iter().filter(|d| d.job == job).collect();
    let start = format!(
        "swarmwarden {job}, or its unit of assets/systemd: systemctl --user enable --now swarmwarden-{job}"
    );
    let running = all.iter().find(|d| d.alive);
    let Some(daemon) = running else {
        let died = all.iter().find(|d| !d.ended);
        if let Some(dead) = died {
            let since = dead
                .started
                .map_or_else(String::new, |at| format!(", which began {at}"));
            return Finding::fail(id, format!("process {}{since}, died", dead.pid), start);
        }
        if facts.wanted.iter().any(|w| w == job) {
            return Finding::fail(
                id,
                "the configuration asks for it, and it does not run",
                start,
            );
        }
        let why = if all.is_empty() {
            "never ran here, and nobody asks for it"
        } else {
            "ended as it was asked to"
        };
        return Finding::skip(id, why);
    };
    let since = daemon
        .started
        .map_or_else(String::new, |at| format!(" since {at}"));
    let who = format!("process {}{since}", daemon.pid);
    match (daemon.age, &daemon.error) {
        (Some(age), _) if age > LATE => Finding::fail(
            id,
            format!("{who} hangs: it told of itself {age} ago"),
            format!(
                "ps -fp {} shows its state; kill -CONT {} where it is stopped, else end it and start it again",
                daemon.pid, daemon.pid
            ),
        ),
        _ if daemon.phase == "dead" => Finding::fail(
            id,
            format!("{who} runs, and this job in it is dead"),
            format!("kill {} and start it again", daemon.pid),
        ),
        (_, Some(error)) => Finding::warn(
            id,
            format!("{who} runs, and says: {error}"),
            "it goes on trying; mend what it names",
        ),
        (age, None) => Finding::ok(
            id,
            format!(
                "{who}{}",
                age.map_or_else(String::new, |age| format!(", heard of {age} ago"))
            ),
        ),
    }
}

fn stale(facts: &Facts) -> Finding {
    let id = "daemons.locks";
    if !facts.processes.seen {
        return Finding::skip(id, "this system has no /proc to look into");
    }
    let Some(first) = facts.stale.first() else {
        return Finding::ok(id, "no lock is left of a process that is gone");
    };
    let more = match facts.stale.len() - 1 {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    Finding::warn(
        id,
        format!(
            "{}{more} is left of process {}, which is gone",
            first.path, first.pid
        ),
        "swarmwarden doctor --fix",
    )
}

fn scripts(facts: &Facts) -> Finding {
    let id = "daemons.scripts";
    if !facts.processes.seen {
        return Finding::skip(id, "this system has no /proc to look into");
    }
    let all = &facts.processes.scripts;
    let Some((name, _)) = all.first() else {
        return Finding::ok(id, "none of the protocol's shell scripts runs");
    };
    let pids: Vec<_> = all
        .iter()
        .map(|(name, pid)| format!("{name} ({pid})"))
        .collect();
    let why = if name.contains("keepalive") {
        "it verifies no token, beats for frozen agents, overwrites their status, shows its token to every user of this machine, and fails on the bridge's own tables (`no such column: role_a`)"
    } else {
        "it does what ours does, less surely, and wakes or blocks the others"
    };
    let kill: Vec<_> = all.iter().map(|(_, pid)| pid.to_string()).collect();
    Finding::warn(
        id,
        format!("{}: {why}", pids.join(", ")),
        format!(
            "kill {}; then `swarmwarden run --with keepalive,sync,watchdog`",
            kill.join(" ")
        ),
    )
}
