//! `drill`: the protocol's tests with real processes, of which `drill-agent` is one.

use super::{failure::Failure, keepalive, live};
use crate::cli::{self, Form};
use std::{
    env, fs,
    io::{self, Write as _},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use swarmwarden::{
    domain::Span,
    drill::{
        self, Findings, Spec, Trouble,
        agent::{Agent, Habits, Identity},
        report,
    },
    engine::{Clock, alive::Whose},
    headless::Exit,
    settings::Settings,
};
use tokio::signal::unix::{SignalKind, signal};

/// `drill`.
pub(super) fn run(given: Option<&Path>, asked: &cli::Drill) -> Result<Exit, Failure> {
    // A bridge that only the environment names is not meant.
    let typed = |a: std::ffi::OsString| a.to_string_lossy().starts_with("--db");
    let given = given.filter(|_| env::args_os().any(typed));
    if given.is_some() && !asked.faults.is_empty() {
        let why = "--break breaks a private bridge, never one that is there: leave out --db";
        return Err(Failure::Usage(why.to_owned()));
    }
    let program = env::current_exe()?;
    let stop = Arc::new(AtomicBool::new(false));
    let spec = Spec {
        program,
        speed: asked.speed,
        schema: asked.schema.into(),
        db: given.map(Path::to_owned),
        bridge: asked.bridge_program.clone(),
        faults: asked.faults.clone(),
        stop: Arc::clone(&stop),
        clock: Clock::system(),
    };
    if let Some(path) = &spec.db {
        drop(swarmwarden::store::SqliteStore::open(path)?); // says at once why there is nothing to drill on
    }
    let tests = asked.test.0.clone();
    let talks = asked.output == Form::Text;
    let (findings, interrupted) = live::complete(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut drilling = tokio::task::spawn_blocking(move || {
            drill::run(&spec, &tests, |outcome| {
                if talks {
                    let _unread = io::stdout().write_all(report::text(outcome).as_bytes());
                }
            })
        });
        let exit = tokio::select! {
            done = &mut drilling => return Ok((done.map_err(io::Error::other)?, None)),
            _ = interrupt.recv() => Exit::Interrupted,
            _ = terminate.recv() => Exit::Terminated,
        };
        stop.store(true, Ordering::Relaxed);
        let findings = drilling.await.map_err(io::Error::other)?;
        Ok((findings, Some(exit)))
    })?;
    if let Some(exit) = interrupted {
        return Ok(exit);
    }
    say(&findings, asked)?;
    Ok(if findings.passed() {
        Exit::Ok
    } else {
        Exit::Warning
    })
}

/// Prints what was found, and writes the protocol's files.
fn say(findings: &Findings, asked: &cli::Drill) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match asked.output {
        Form::Text => out.write_all(report::table(findings).as_bytes())?,
        Form::Json => writeln!(out, "{:#}", report::json(findings))?,
        Form::Md => out.write_all(report::trail(findings).as_bytes())?,
        Form::Junit => out.write_all(report::junit(findings).as_bytes())?,
    }
    out.flush()?;
    let Some(dir) = &asked.out else { return Ok(()) };
    fs::create_dir_all(dir)?;
    fs::write(
        dir.join(report::RESULTS),
        format!("{:#}\n", report::json(findings)),
    )?;
    fs::write(dir.join(report::TRAIL), report::trail(findings))?;
    fs::write(dir.join("junit.xml"), report::junit(findings))?;
    Ok(())
}

/// `drill-agent`.
pub(super) fn agent(settings: &Settings, asked: &cli::DrillAgent) -> Result<Exit, Failure> {
    let path = settings.db.as_deref().ok_or(Failure::NoDatabase)?;
    let clock = super::clock(settings);
    let named = std::slice::from_ref(&asked.credentials);
    let mut sources = keepalive::sources(settings, named, clock.now())?;
    let loaded = sources.load();
    let none = || Failure::Usage(format!("no credential in {}", asked.credentials.display()));
    let held = loaded.credentials.into_iter().next().ok_or_else(none)?;
    let list: Arc<[_]> = [held.conversation.clone()].into();
    let whose: Whose = Arc::new(move || Arc::clone(&list));
    let inbox = keepalive::reader(
        settings,
        &format!("drill-{}", held.worker),
        whose,
        (None, None),
    )?;
    let who = Identity {
        conversation: held.conversation,
        number: held.worker,
        role: held.role.to_string(),
        token: held.token,
    };
    let habits = Habits {
        work: Span::seconds(asked.work),
        reports: asked.reports,
        poll: asked.asks(),
        unredacted: asked.unredacted,
    };
    let path = path.to_owned();
    let stop = Arc::new(AtomicBool::new(false));
    let over = Arc::clone(&stop);
    live::complete(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut working = tokio::task::spawn_blocking(move || {
            let mut out = io::stdout().lock();
            let agent = Agent::new(&path, (who, habits), clock, &mut out)?;
            agent.run(inbox, || {
                over.load(Ordering::Relaxed) || live::reader_gone()
            })
        });
        let done = tokio::select! {
            done = &mut working => done,
            _ = terminate.recv() => {
                // What it is saying is said to its end.
                stop.store(true, Ordering::Relaxed);
                working.await
            }
        };
        done.map_err(io::Error::other)?.map_err(said)?;
        Ok(Exit::Ok)
    })
}

fn said(trouble: Trouble) -> Failure {
    match trouble {
        Trouble::Store(error) => error.into(),
        other => Failure::Refused(swarmwarden::domain::Refusal::Unavailable(other.to_string())),
    }
}

/// Ends with the process that started it, where that asked for it: a drill leaves nobody behind, however it ends.
pub(super) fn follow_parent() {
    let named = env::var("SWARMWARDEN_PARENT").ok();
    let Some(parent) = named.and_then(|p| p.parse::<i32>().ok()) else {
        return;
    };
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};
        let ours = || getppid().map(Pid::as_raw_nonzero).map(i32::from) == Some(parent);
        if ours() {
            let _asked = set_parent_process_death_signal(Some(Signal::KILL));
        }
        // It may have ended meanwhile. Whoever is started by one of its processes ends with that one.
        // One that nobody has taken note of yet is dead, too.
        let alive = u32::try_from(parent).is_ok_and(super::health::lives);
        if !ours() && !alive {
            std::process::exit(i32::from(Exit::Terminated.code()));
        }
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _: i32 = parent;
}
