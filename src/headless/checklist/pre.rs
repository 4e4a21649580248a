//! Before the deployment.

use super::{Evidence, Item, UNREAD, daemon, names};

pub(super) fn judge(e: &Evidence) -> Vec<Item> {
    vec![
        installed(e),
        keepalives(e),
        watchdog(e),
        syncs(e),
        Item::unknown(
            "Rate limits increased to 100 req/min",
            "not recorded by this bridge: its limits stand in its program (10 a minute, 100 an hour, 500 a day where nobody changed it), and what it refuses leaves no row",
        ),
        tests(e),
    ]
}

fn installed(e: &Evidence) -> Item {
    let asks = "All 9 agents have MCP bridge installed";
    let Some(rows) = &e.facts.rows else {
        return Item::unknown(asks, UNREAD);
    };
    let living = |c: &&crate::headless::doctor::facts::Conversation| {
        c.expires.is_none_or(|at| at > e.facts.now)
    };
    let all: Vec<_> = rows.conversations.iter().filter(living).collect();
    if all.is_empty() {
        return Item::unknown(
            asks,
            "no conversation lives: nobody has shown yet that it can use the bridge",
        );
    }
    let missing: Vec<_> = all.iter().filter(|c| !c.used).collect();
    let here = e.facts.host.program.as_ref().map_or_else(
        || "its program is not at its usual places on this machine".to_owned(),
        |path| format!("on this machine {path}"),
    );
    let used = all.len() - missing.len();
    let who = names(missing.iter().map(|c| c.worker.as_str()));
    let who = if who.is_empty() {
        who
    } else {
        format!("; nothing yet of {who}")
    };
    Item::is(
        asks,
        missing.is_empty(),
        format!(
            "{used} of {} workers have used the bridge{who}; {here}",
            all.len()
        ),
    )
}

fn keepalives(e: &Evidence) -> Item {
    let asks = "All 8 workers have keep-alive daemon installed";
    let Some(swarm) = &e.swarm else {
        return Item::unknown(asks, UNREAD);
    };
    let all = swarm
        .workers
        .iter()
        .filter(|w| w.verdict.state.name() != "expired");
    let all: Vec<_> = all.collect();
    if all.is_empty() {
        return Item::unknown(asks, "no conversation lives");
    }
    let never: Vec<_> = all.iter().filter(|w| w.heartbeat.is_none()).collect();
    let labels: Vec<_> = never.iter().map(|w| w.id.to_string()).collect();
    let who = names(labels.iter().map(String::as_str));
    let who = if who.is_empty() {
        who
    } else {
        format!("; none ever of {who}")
    };
    Item::is(
        asks,
        never.is_empty(),
        format!(
            "heartbeats of {} of {} workers{who}",
            all.len() - never.len(),
            all.len()
        ),
    )
}

fn watchdog(e: &Evidence) -> Item {
    let (_, words) = daemon(e, "watchdog");
    let known = e.facts.daemons.iter().any(|d| d.job == "watchdog");
    Item::is("Orchestrator has external watchdog installed", known, words)
}

fn syncs(e: &Evidence) -> Item {
    let asks = "All machines have git sync daemon installed";
    if e.facts.git.worker.is_some() {
        let (_, words) = daemon(e, "sync");
        let known = e.facts.daemons.iter().any(|d| d.job == "sync");
        return Item::is(asks, known, words);
    }
    match e.enrolled {
        None => Item::unknown(
            asks,
            "nobody has joined on the branch of credentials as it is known here",
        ),
        Some((accepted, 0)) => Item::unknown(
            asks,
            format!(
                "{accepted} workers joined and are accepted; whether `sync` runs there is on their machines"
            ),
        ),
        Some((accepted, waiting)) => Item::is(
            asks,
            false,
            format!(
                "{accepted} workers are accepted, {waiting} wait: swarmwarden credentials list"
            ),
        ),
    }
}

fn tests(e: &Evidence) -> Item {
    let asks = "Test Protocol V2 executed successfully (13/13 tests pass)";
    match &e.results {
        None => Item::unknown(
            asks,
            "no S2-PROTOCOL-V2-TEST-RESULTS.json here or in docs/evidence of the repository",
        ),
        Some(r) => Item::is(
            asks,
            r.overall && r.passed.0 == r.passed.1,
            format!(
                "{}: {} of {} tests in it passed, {}",
                r.path, r.passed.0, r.passed.1, r.at
            ),
        ),
    }
}
