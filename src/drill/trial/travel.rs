//! Test 10: eight machines that share nothing but a git remote and the bridge get their credentials, and join.

use super::{Trial, finish};
use crate::{
    domain::{ConversationId, Schema, Side, Span, Timestamp},
    drill::{
        Aim, Fault, Log, Spec, Trouble,
        log::seconds,
        process::{self, Process},
        stage::{Eye, Stage},
    },
};
use std::{
    fs,
    path::Path,
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

pub(super) const TRIAL: Trial = Trial {
    number: 10,
    name: "cross-machine credential distribution",
    key: "test_10_credential_distribution",
    // What git needs to fetch is not scaled: at a higher speed it would count for minutes.
    fastest: 15,
    run,
};

/// Branch that carries credentials.
const BRANCH: &str = "claude/s2-test-credentials";
/// Workers.
const WORKERS: u32 = 8;

fn run(spec: &Spec, speed: u32, log: &mut Log) -> Result<(), Trouble> {
    if spec.db.is_some() {
        let why = "not on a given bridge: it deploys the protocol's eight workers under their own names; without --db it runs on a private one";
        return Err(Trouble::NotHere(why.to_owned()));
    }
    if spec.schema == Schema::Scripts {
        let why = "the tables of the scripts hold no expiry, so that no conversation can be made on them by this program";
        return Err(Trouble::NotHere(why.to_owned()));
    }
    let stage = Stage::new(spec, speed)?;
    machines(&stage)?;
    log.step(stage.now(), "a bare repository and nine clones");
    for worker in 1..=WORKERS {
        let number = worker.to_string();
        on(
            &stage,
            worker,
            &["credentials", "join", "--worker", &number],
        )?;
        on(
            &stage,
            0,
            &["credentials", "accept", &format!("worker-{worker}")],
        )?;
    }
    log.step(
        stage.now(),
        "eight workers joined with a key of their own, and were accepted",
    );
    if spec.breaks(Fault::Remote) {
        elsewhere(&stage)?;
    }
    let mut workers = Vec::new();
    for worker in 1..=WORKERS {
        let args = ["run", "--with", "sync,keepalive", "--log", "json"];
        let mut command = machine(&stage, worker, &args);
        command.env("SWARMWARDEN_WORKER", worker.to_string());
        workers.push(stage.start(command)?);
    }
    stage.until("eight machines look", Span::seconds(300), || {
        let looks = |p: &Process| p.lines(0).len() + p.errors() > 0;
        Ok(workers.iter().all(looks).then_some(()))
    })?;
    log.step(stage.now(), "sync and keep-alive run on eight machines");
    let eye = Eye::open(&stage)?;
    let committed = deploy(&stage)?;
    log.step(
        committed,
        "conversations made; their credentials lie on the branch at the remote",
    );
    arrivals(&stage, eye, committed, log)?;
    taken(&workers, committed, log);
    drop(workers);
    let tokens = tokens(&stage)?;
    log.exactly("conversations made", tokens.len() / 2, 8);
    finish(&stage, &tokens, log);
    Ok(())
}

/// Waits for eight greetings and eight beats, and measures them.
fn arrivals(
    stage: &Stage<'_>,
    mut eye: Eye,
    committed: Timestamp,
    log: &mut Log,
) -> Result<(), Trouble> {
    let greetings = |eye: &Eye| -> Vec<(ConversationId, Timestamp)> {
        let joined = eye
            .rows
            .iter()
            .filter(|r| r.from == Side::B && r.text.contains("joined and ready"));
        joined
            .filter_map(|r| Some((r.conversation.clone(), r.at.at()?)))
            .collect()
    };
    let whole = stage.until("eight workers join", Span::seconds(150), || {
        eye.look()?;
        Ok((greetings(&eye).len() >= 8).then_some(()))
    });
    if let Err(Trouble::Stopped) = whole {
        return Err(Trouble::Stopped);
    }
    let joined = greetings(&eye);
    let beats = stage.until("eight workers beat", Span::seconds(90), || {
        let all = eye.beats()?;
        let alive = joined
            .iter()
            .filter(|(id, _)| all.iter().any(|(of, _)| of == id))
            .count();
        Ok((alive >= joined.len()).then_some(alive))
    });
    let spans: Vec<Span> = joined.iter().map(|(_, at)| at.since(committed)).collect();
    let (mean, most) = ends(&spans);
    log.step(
        stage.now(),
        format!("{} workers joined and ready", joined.len()),
    );
    log.exactly(
        "workers that took their credentials over, and said so",
        joined.len(),
        8,
    );
    log.exactly(
        "workers that are kept alive with them",
        beats.unwrap_or(0),
        8,
    );
    log.span(
        "commit to joined and ready, average",
        mean,
        Aim::Most(120.0),
    );
    log.span(
        "commit to joined and ready, longest",
        most,
        Aim::Most(120.0),
    );
    log.fact("orchestrator_commit_time", committed.rfc3339());
    log.fact("workers_synced", joined.len());
    log.fact("average_sync_latency_seconds", seconds(mean));
    log.fact("max_sync_latency_seconds", seconds(most));
    log.fact("workers_online", joined.len());
    Ok(())
}

/// When the keep-alive of each machine went over to what `sync` had taken over.
fn taken(workers: &[Process], committed: Timestamp, log: &mut Log) {
    let taken = workers.iter().filter_map(|w| w.logged("serves worker-"));
    let spans: Vec<Span> = taken.map(|at| at.since(committed)).collect();
    let (mean, most) = ends(&spans);
    log.exactly(
        "keep-alives that went over to their credential",
        spans.len(),
        8,
    );
    log.span("commit to taken over, average", mean, Aim::Most(120.0));
    log.span("commit to taken over, longest", most, Aim::Most(120.0));
}

/// Mean and longest.
fn ends(spans: &[Span]) -> (Span, Span) {
    let n = i64::try_from(spans.len()).unwrap_or(1).max(1);
    let mean = Span(spans.iter().map(|s| s.0).sum::<i64>() / n);
    (mean, spans.iter().copied().max().unwrap_or_default())
}

/// Makes the conversations and sends their credentials; when the branch moved at the remote.
fn deploy(stage: &Stage<'_>) -> Result<Timestamp, Trouble> {
    let (over, clock) = (AtomicBool::new(false), stage.clock.clone());
    let branch = stage.path("remote.git").join("refs/heads").join(BRANCH);
    let before = fs::read(&branch).ok();
    let args = ["deploy", "--session", "1", "--file", "nine-agents"];
    thread::scope(|scope| {
        let (over, branch) = (&over, &branch);
        let watch = scope.spawn(move || {
            while !over.load(Ordering::Relaxed) {
                if fs::read(branch).ok() != before {
                    return Some(clock.now());
                }
                thread::park_timeout(Duration::from_millis(1));
            }
            None
        });
        let done = on(stage, 0, &args);
        over.store(true, Ordering::Relaxed);
        let moved = watch.join().ok().flatten();
        done?;
        Ok(moved.unwrap_or_else(|| stage.now()))
    })
}

fn machine(stage: &Stage<'_>, number: u32, args: &[&str]) -> Command {
    let mut command = stage.command(&format!("state-{number}"), args);
    command.current_dir(stage.path(&format!("machine-{number}")));
    command
}

/// Runs this program on a machine, and it must succeed.
fn on(stage: &Stage<'_>, number: u32, args: &[&str]) -> Result<(), Trouble> {
    let (code, out, err) = process::run(machine(stage, number, args), &stage.spoken)?;
    let said = err.lines().chain(out.lines()).last().unwrap_or_default();
    match code {
        0 => Ok(()),
        _ => Err(Trouble::Refused(format!(
            "{} on machine {number} ended with {code}: {said}",
            args.join(" ")
        ))),
    }
}

/// A bare repository with one commit, and a clone for each machine; 0 is the orchestrator's.
fn machines(stage: &Stage<'_>) -> Result<(), Trouble> {
    let here = stage.path("");
    git(stage, &here, &["init", "-q", "--bare", "remote.git"])?;
    git(stage, &here, &["clone", "-q", "remote.git", "machine-0"])?;
    let own = stage.path("machine-0");
    git(
        stage,
        &own,
        &["commit", "-q", "--allow-empty", "-m", "first"],
    )?;
    git(stage, &own, &["push", "-q", "origin", "HEAD:main"])?;
    for worker in 1..=WORKERS {
        git(
            stage,
            &here,
            &["clone", "-q", "remote.git", &format!("machine-{worker}")],
        )?;
    }
    Ok(())
}

/// The breakage: the workers look at a copy of the remote that gets nothing new.
fn elsewhere(stage: &Stage<'_>) -> Result<(), Trouble> {
    git(
        stage,
        &stage.path(""),
        &["clone", "-q", "--bare", "remote.git", "elsewhere.git"],
    )?;
    let url = stage.path("elsewhere.git").to_string_lossy().into_owned();
    for worker in 1..=WORKERS {
        let clone = stage.path(&format!("machine-{worker}"));
        git(stage, &clone, &["remote", "set-url", "origin", &url])?;
    }
    Ok(())
}

fn git(stage: &Stage<'_>, dir: &Path, args: &[&str]) -> Result<(), Trouble> {
    let mut command = Command::new("git");
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", stage.path(""))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .current_dir(dir)
        .args([
            "-c",
            "user.name=drill",
            "-c",
            "user.email=drill@example.org",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(args);
    let (code, _, err) = process::run(command, &stage.spoken)?;
    match code {
        0 => Ok(()),
        _ => Err(Trouble::Refused(format!(
            "git {} ended with {code}: {}",
            args.join(" "),
            err.trim()
        ))),
    }
}

/// The tokens of the bridge, for whoever looks whether one is shown.
fn tokens(stage: &Stage<'_>) -> Result<Vec<String>, Trouble> {
    let client = stage.client()?;
    let sql = "SELECT session_a_token FROM conversations UNION ALL SELECT session_b_token FROM conversations";
    let mut all = client.raw().prepare(sql)?;
    let rows = all.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
