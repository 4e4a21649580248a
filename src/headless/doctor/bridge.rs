//! The bridge's file, and what it holds.

use super::{
    Facts, Finding, bytes,
    facts::{Bridge, Trouble},
    quoted,
};

/// What a bridge needs to take one more write-ahead log.
const ROOM: [u64; 2] = [16 << 20, 256 << 20];

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let bridge = &facts.bridge;
    let Some(path) = &bridge.path else {
        let looked = bridge.usual.join(", ");
        return vec![Finding::fail(
            "bridge.file",
            format!("none was named, and there is none at {looked}"),
            "name it with --db FILE, $SWARMWARDEN_DB or bridge.path; `swarmwarden setup bridge` installs the bridge's program",
        )];
    };
    let Some(file) = &bridge.file else {
        return vec![Finding::fail(
            "bridge.file",
            format!("there is no file {path} ({})", bridge.chosen),
            "start the bridge's program, which makes it, or name another with --db FILE",
        )];
    };
    if !file.is_file {
        return vec![Finding::fail(
            "bridge.file",
            format!("{path} is no file ({})", bridge.chosen),
            "name the database itself with --db FILE",
        )];
    }
    let mut all = vec![Finding::ok(
        "bridge.file",
        format!("{path} ({}), {}", bridge.chosen, bytes(file.bytes)),
    )];
    all.push(network(bridge, path));
    all.push(permissions(facts));
    all.push(room(bridge));
    all.push(schema(facts, path));
    all.push(journal(bridge));
    all.push(integrity(facts, path));
    all.push(locks(facts));
    all
}

fn network(bridge: &Bridge, path: &str) -> Finding {
    let id = "bridge.filesystem";
    match bridge.network {
        None => Finding::ok(id, "local"),
        Some(kind) => Finding::fail(
            id,
            format!(
                "{path} lies on {kind}: machines that share it damage it, and a write-ahead log does not work there"
            ),
            "move it to a local directory of one machine; the others reach it by `--via 'ssh HOST swarmwarden pipe'`",
        ),
    }
}

fn permissions(facts: &Facts) -> Finding {
    let id = "bridge.permissions";
    let bridge = &facts.bridge;
    let us = format!("we are user {}", facts.user);
    let all = bridge
        .directory
        .iter()
        .chain(&bridge.file)
        .chain(&bridge.companions);
    for file in all.clone() {
        if !file.readable {
            return Finding::fail(
                id,
                format!(
                    "{} belongs to user {}, mode {:04o}, and {us}: it cannot be read",
                    file.path, file.owner, file.mode
                ),
                format!(
                    "sudo chmod g+rw {} and be of its group, or run as user {}",
                    quoted(&file.path),
                    file.owner
                ),
            );
        }
    }
    let closed = all.clone().find(|file| !file.writable);
    let Some(file) = closed else {
        let modes: Vec<_> = all.map(|f| format!("{:04o}", f.mode)).collect();
        return Finding::ok(
            id,
            format!("all can be read and written ({}), {us}", modes.join(" ")),
        );
    };
    let seen = format!(
        "{} belongs to user {}, mode {:04o}, and {us}: it cannot be written",
        file.path, file.owner, file.mode
    );
    if matches!(bridge.schema, Some(Err(Trouble::Directory))) {
        return Finding::fail(
            id,
            format!("{seen}; in WAL mode even a reader makes files there"),
            format!(
                "sudo chmod u+rwx,g+rwx {} for a group that we are in, or copy the database first",
                quoted(&file.path)
            ),
        );
    }
    Finding::warn(
        id,
        format!("{seen}; it can be watched, and nothing can be done"),
        format!(
            "sudo chmod g+rw {} for a group that we are in, or run as user {}",
            quoted(&file.path),
            file.owner
        ),
    )
}

fn room(bridge: &Bridge) -> Finding {
    let id = "bridge.room";
    let remedy =
        "make room on that file system: `df -h` shows it; `swarmwarden prune` lists what is over";
    match bridge.room {
        None => Finding::skip(id, "free space is not known"),
        Some(n) if n < ROOM[0] => {
            Finding::fail(id, format!("{} are free where it lies", bytes(n)), remedy)
        }
        Some(n) if n < ROOM[1] => {
            Finding::warn(id, format!("{} are free where it lies", bytes(n)), remedy)
        }
        Some(n) => Finding::ok(id, format!("{} are free where it lies", bytes(n))),
    }
}

fn trouble(id: &'static str, trouble: &Trouble, path: &str, facts: &Facts) -> Finding {
    let aside = format!(
        "restore a copy: swarmwarden restore BACKUP --db {}; or take what can be read: sqlite3 {} .recover",
        quoted(path),
        quoted(path)
    );
    match trouble {
        Trouble::NotADatabase => {
            Finding::fail(id, format!("{path} is not a SQLite database"), aside)
        }
        Trouble::Foreign(found) => Finding::fail(
            id,
            format!("no bridge: expected the tables conversations and messages, found {found}"),
            "name the bridge's file with --db FILE; its program uses /tmp/claude_bridge_secure.db",
        ),
        Trouble::Locked => {
            let pids: Vec<_> = facts
                .processes
                .holders
                .iter()
                .map(|h| format!("{} ({})", h.pid, h.command))
                .collect();
            let who = if pids.is_empty() {
                "a process that we cannot see".to_owned()
            } else {
                format!("process {}", pids.join(", "))
            };
            let look = facts.processes.holders.first().map_or_else(
                || format!("sudo fuser -v {}", quoted(path)),
                |h| format!("ps -fp {}", h.pid),
            );
            Finding::fail(
                id,
                format!("locked by {who}"),
                format!("{look} shows it; let it end its transaction, or end it"),
            )
        }
        Trouble::Damaged(why) => Finding::fail(id, format!("damaged: {why}"), aside),
        Trouble::Directory => Finding::fail(
            id,
            "in WAL mode, and its directory cannot be written: not even a reader gets in",
            format!(
                "make the directory writable for user {}, or copy the database elsewhere and use the copy",
                facts.user
            ),
        ),
        Trouble::Other(why) => Finding::fail(
            id,
            why.clone(),
            format!(
                "ls -l {} and its directory; `swarmwarden status --db` says the same error",
                quoted(path)
            ),
        ),
    }
}

fn schema(facts: &Facts, path: &str) -> Finding {
    let id = "bridge.schema";
    match &facts.bridge.schema {
        None => Finding::skip(id, "not looked at"),
        Some(Err(why)) => trouble(id, why, path, facts),
        Some(Ok(schema)) if schema.missing.is_empty() => Finding::ok(id, schema.name),
        Some(Ok(schema)) => {
            let missing: Vec<_> = schema
                .missing
                .iter()
                .map(|(what, then)| format!("{what} ({then})"))
                .collect();
            Finding::warn(
                id,
                format!("{}, without {}", schema.name, missing.join("; ")),
                "let the bridge's own program make the file anew: stop all, move the file away, start the program",
            )
        }
    }
}

fn journal(bridge: &Bridge) -> Finding {
    let id = "bridge.journal";
    match &bridge.pages {
        Some(Ok(pages)) if pages.journal == "wal" => Finding::ok(
            id,
            "write-ahead log: readers and writers do not wait for each other",
        ),
        Some(Ok(pages)) => Finding::warn(
            id,
            format!(
                "rollback journal ({}): every reader keeps writers waiting",
                pages.journal
            ),
            format!(
                "sqlite3 {} 'PRAGMA journal_mode = WAL' while nobody else works on it",
                quoted(bridge.path.as_deref().unwrap_or_default())
            ),
        ),
        _ => Finding::skip(id, "its pages could not be looked at"),
    }
}

fn integrity(facts: &Facts, path: &str) -> Finding {
    let id = "bridge.integrity";
    match &facts.bridge.pages {
        None => Finding::skip(id, "not looked at"),
        Some(Err(why)) => trouble(id, why, path, facts),
        Some(Ok(pages)) if !pages.faults.is_empty() => {
            trouble(id, &Trouble::Damaged(pages.faults.join("; ")), path, facts)
        }
        Some(Ok(pages)) => {
            let size = format!(
                "{} in pages, {} free",
                bytes(pages.bytes),
                bytes(pages.free)
            );
            if pages.whole {
                return Finding::ok(id, format!("quick_check found nothing; {size}"));
            }
            Finding::ok(
                id,
                format!(
                    "quick_check found nothing within its time and was ended; {size}; all of it: sqlite3 {} 'PRAGMA quick_check'",
                    quoted(path)
                ),
            )
        }
    }
}

fn locks(facts: &Facts) -> Finding {
    let id = "bridge.locks";
    let processes = &facts.processes;
    if !processes.seen {
        return Finding::skip(id, "this system has no /proc to look into");
    }
    let held = processes.holders.iter().find(|h| h.alone || h.writes);
    if let Some(holder) = held {
        let how = if holder.alone {
            "keeps everybody out"
        } else {
            "kept other writers out all the time that we looked"
        };
        return Finding::fail(
            id,
            format!("process {} ({}) {how}", holder.pid, holder.command),
            format!(
                "ps -fp {} shows it; let it end its transaction, or end it",
                holder.pid
            ),
        );
    }
    let open: Vec<_> = processes
        .holders
        .iter()
        .map(|h| format!("{} ({})", h.pid, h.command))
        .collect();
    Finding::ok(
        id,
        if open.is_empty() {
            "nobody else has it open".to_owned()
        } else {
            format!("nobody holds it; open in {}", open.join(", "))
        },
    )
}
