//! This machine, and what this program needs of it.

use super::{Facts, Finding, facts::Host, quoted};

/// The oldest SQLite that reads a write-ahead log beside many writers without a known fault.
const ENGINE: [u32; 3] = [3, 51, 3];
/// Watches and instances of inotify that a user should have.
const WATCHES: u64 = 8_192;

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let host = &facts.host;
    let worker = facts.git.worker.is_some();
    vec![
        inotify(host),
        engine(host),
        program(host),
        server(host),
        hooks(host, worker),
        terminal(host),
        config(host),
        state(host),
        memory(facts),
    ]
}

fn inotify(host: &Host) -> Finding {
    let id = "host.inotify";
    let Some([watches, instances, used]) = host.inotify else {
        return Finding::skip(id, "this system has no /proc/sys/fs/inotify");
    };
    let seen = format!(
        "{watches} watches and {instances} instances for a user, {used} instances in use that we see"
    );
    if watches < WATCHES {
        return Finding::warn(
            id,
            seen,
            "echo fs.inotify.max_user_watches=524288 | sudo tee /etc/sysctl.d/60-inotify.conf && sudo sysctl --system",
        );
    }
    if used * 10 >= instances * 9 {
        return Finding::warn(
            id,
            format!("{seen}: without one left, changes are found by polling"),
            "echo fs.inotify.max_user_instances=1024 | sudo tee /etc/sysctl.d/60-inotify.conf && sudo sysctl --system",
        );
    }
    Finding::ok(id, seen)
}

fn engine(host: &Host) -> Finding {
    let id = "host.sqlite";
    let mut parts = host
        .engine
        .split('.')
        .map(|n| n.parse::<u32>().unwrap_or(0));
    let found = [(); 3].map(|()| parts.next().unwrap_or(0));
    if found >= ENGINE {
        return Finding::ok(id, format!("{} is built in", host.engine));
    }
    Finding::fail(
        id,
        format!("{} is built in, 3.51.3 is needed", host.engine),
        "build with the bundled SQLite: cargo install --locked swarmwarden",
    )
}

fn program(host: &Host) -> Finding {
    let id = "host.program";
    host.program.as_ref().map_or_else(
        || Finding::skip(id, "the bridge's own program is not at its usual places; `swarmwarden setup bridge` installs it"),
        |path| Finding::ok(id, format!("the bridge's own program: {path}")),
    )
}

fn server(host: &Host) -> Finding {
    let id = "host.server";
    let lost = host
        .servers
        .iter()
        .find(|(_, _, missing)| missing.is_some());
    if let Some((name, path, Some(missing))) = lost {
        return Finding::fail(
            id,
            format!("{path} starts the bridge with {missing}, which is not there"),
            format!("take its entry `bridge` out, then: swarmwarden setup bridge --program {name}"),
        );
    }
    let all = host
        .servers
        .iter()
        .map(|(name, path, _)| format!("{name} ({path})"));
    let all: Vec<_> = all.collect();
    if all.is_empty() {
        return Finding::skip(
            id,
            "no agent's program is configured to start the bridge; `swarmwarden setup bridge` does so",
        );
    }
    Finding::ok(id, format!("started by {}", all.join(", ")))
}

fn hooks(host: &Host, worker: bool) -> Finding {
    let id = "host.hooks";
    let calls: Vec<_> = host
        .hooks
        .iter()
        .filter(|h| h.2)
        .map(|h| format!("{} ({})", h.0, h.1))
        .collect();
    if !calls.is_empty() {
        return Finding::ok(id, format!("called by {}", calls.join(", ")));
    }
    let Some((name, path, _)) = host.hooks.first() else {
        return Finding::skip(id, "no agent's program is configured here");
    };
    let install = format!("swarmwarden hooks install {name}");
    if worker {
        return Finding::warn(
            id,
            format!("{path} does not call `beat`: nobody knows whether the agent itself lives"),
            install,
        );
    }
    Finding::skip(
        id,
        format!("{path} does not call `beat`; on a worker's machine: {install}"),
    )
}

fn terminal(host: &Host) -> Finding {
    let id = "host.terminal";
    let Some(terminal) = &host.terminal else {
        return Finding::skip(id, "the output is no terminal");
    };
    let (w, h) = terminal.size.unwrap_or_default();
    let within = if terminal.within.is_empty() {
        String::new()
    } else {
        format!(", within {}", terminal.within.join(" and "))
    };
    let seen = format!(
        "TERM={}, {w}x{h}, {}, {}{within}",
        terminal.term,
        terminal.colours,
        if terminal.utf8 { "UTF-8" } else { "no UTF-8" }
    );
    if terminal.term.is_empty() || terminal.term == "dumb" {
        return Finding::warn(
            id,
            format!("{seen}: no dashboard, `status` instead"),
            "export TERM=xterm-256color",
        );
    }
    if (w, h) != (0, 0) && (w < 40 || h < 12) {
        return Finding::warn(
            id,
            format!("{seen}: below 40x12 the overview is cut"),
            "make the window larger",
        );
    }
    if !terminal.utf8 {
        return Finding::warn(
            id,
            format!("{seen}: drawn with ASCII"),
            "export LANG=C.UTF-8",
        );
    }
    Finding::ok(id, seen)
}

fn config(host: &Host) -> Finding {
    let id = "host.config";
    let (path, there, wrong) = &host.config;
    let Some(path) = path else {
        return Finding::skip(id, "this platform has no place for one");
    };
    match wrong.as_slice() {
        [] if *there => Finding::ok(id, format!("{path} is understood")),
        [] => Finding::ok(id, format!("none at {path}: the defaults")),
        wrong => Finding::warn(
            id,
            format!("{path}: {}", wrong.join("; ")),
            format!(
                "mend these lines of {}; assets/config.toml shows every key",
                quoted(path)
            ),
        ),
    }
}

fn state(host: &Host) -> Finding {
    let id = "host.state";
    let Some(path) = &host.state_path else {
        return Finding::fail(
            id,
            "this platform names no directory for it",
            "name one with --state DIR or $SWARMWARDEN_STATE",
        );
    };
    match &host.state {
        Some(dir) if dir.is_file => Finding::fail(
            id,
            format!("{path} is a file"),
            format!(
                "mv {} elsewhere, or name another with --state DIR",
                quoted(path)
            ),
        ),
        Some(dir) if host.state_writable => {
            Finding::ok(id, format!("{path}, mode {:04o}", dir.mode))
        }
        None if host.state_writable => Finding::ok(
            id,
            format!("{path} is not there yet; it is made when it is needed"),
        ),
        _ => Finding::fail(
            id,
            format!(
                "{path} cannot be written: nothing is remembered, and nothing can be done (its key lies there)"
            ),
            "chmod u+rwx it, or name another with --state DIR",
        ),
    }
}

fn memory(facts: &Facts) -> Finding {
    let id = "host.memory";
    match &facts.host.memory {
        None => Finding::skip(id, "without a bridge there is no memory of one"),
        Some(Ok(true)) => Finding::ok(id, "what was learned of this bridge can be read"),
        Some(Ok(false)) => Finding::ok(id, "nothing is remembered of this bridge yet"),
        Some(Err(why)) => Finding::warn(
            id,
            why.clone(),
            "move that file away: it is made anew, and learns again; or update swarmwarden where it says newer",
        ),
    }
}
