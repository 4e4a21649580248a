//! Wiring: the only place that knows every layer.

mod act;
mod audit;
mod beat;
mod beside;
mod books;
mod bridge;
mod config;
mod credentials;
mod daemon;
mod demo;
mod deploy;
mod doctor;
mod drill;
mod errands;
mod failure;
mod first;
mod git;
mod health;
mod hooks;
mod inbox;
mod keepalive;
mod keys;
mod life;
mod live;
mod metrics;
mod operations;
mod outside;
mod owners;
mod pen;
mod pipe;
mod plain;
mod record;
mod report;
mod repository;
mod screen;
mod sessions;
mod setup;
mod shell;
mod sync;
mod takeover;
mod tasks;
mod theme;
mod wait;

use crate::cli::{
    Act, Check, Cli, Command, Common, Explain, Format, IncidentCommand, Show, Status, Sub, When,
};
use bridge::Bridge;
use failure::Failure;
use live::Subject;
use std::{
    env,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    sync::Arc,
};
use swarmwarden::{
    domain::{
        self, Mode, Snapshot, Timestamp, act::Deed, alert::Alert, ledger::Floors, swarm::Habits,
    },
    engine::{Clock, View, job::recall, look},
    headless::{
        Exit, check, explain,
        view::{self, View as Shown},
    },
    settings::{self, Env, File, Given, Settings, Surroundings},
    store::{Sidecar, pipe::Purpose},
};

/// Runs what was asked for.
pub(crate) fn run(mut cli: Cli) -> Result<Exit, Failure> {
    if let Some(Command::Sub(sub)) = &mut cli.command
        && let Sub::Replay(asked) = &mut **sub
    {
        // There it is where to begin, in any form that people type.
        asked.at = cli.common.at.take();
    }
    drill::follow_parent();
    match cli.command {
        Some(Command::Shell(asked)) => shell::run(&cli.common, &asked),
        Some(Command::Sub(sub)) => go(&cli.common, Some(*sub)),
        None => go(&cli.common, None),
    }
}

/// Runs what needs the settings.
fn go(common: &Common, command: Option<Sub>) -> Result<Exit, Failure> {
    let settings = settings(common, command.as_ref())?;
    let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    let plain = common.headless || dumb || !terminal;
    match command {
        Some(Sub::Status(status)) => {
            show(&settings, &Bridge::of(&settings)?, settings.mode, &status)
        }
        Some(Sub::Workers(how)) => one(&settings, Shown::Workers, &how),
        Some(Sub::Tasks(how)) => one(&settings, Shown::Tasks, &how),
        Some(Sub::Alerts(how)) => one(&settings, Shown::Alerts, &how),
        Some(Sub::Wait(asked)) => wait::run(&settings, &asked),
        Some(Sub::Check(limits)) => monitor(&settings, &limits),
        Some(Sub::Backup(asked)) => operations::backup(&settings, &asked),
        Some(Sub::Restore(asked)) => operations::restore(&settings, &asked),
        Some(Sub::Prune(asked)) => operations::prune(&settings, &asked),
        Some(Sub::Setup(asked)) => setup::run(&settings, common, &asked.command),
        Some(Sub::Checklist(asked)) => operations::checklist(&settings, common, &asked),
        Some(Sub::Rollcall(asked)) => operations::rollcall(&settings, &asked),
        Some(Sub::Doctor(asked)) => doctor::run(&settings, common, &asked),
        Some(Sub::Explain(asked)) => reasons(&settings, &asked),
        Some(Sub::Events(events)) => live::events(&settings, events.follow, events.since),
        Some(Sub::Watchdog(asked)) => live::watchdog(&settings, asked.policy.as_deref()),
        Some(Sub::Git(asked)) => git::run(&settings, &asked),
        Some(Sub::Audit(audit)) => audit::run(&settings, &audit.command),
        Some(Sub::Deploy(asked)) => deploy::run(&settings, &asked),
        Some(Sub::Credentials(asked)) => credentials::run(&settings, &asked.command),
        Some(Sub::Sync(asked)) => sync::run(&settings, &asked),
        Some(Sub::KeepAlive(asked)) => keepalive::run(&settings, &asked),
        Some(Sub::Run(asked)) => daemon::several(&settings, &asked),
        Some(Sub::Push(mut asked)) => {
            asked.follow = true;
            inbox::run(&settings, &asked)
        }
        Some(Sub::Inbox(asked)) => inbox::run(&settings, &asked),
        Some(Sub::Metrics(asked)) => metrics::run(&settings, &asked),
        Some(Sub::Pipe(asked)) => pipe::run(&settings, &asked),
        Some(Sub::Beat(asked)) => Ok(beat::run(&settings, &asked)),
        Some(Sub::Hooks(asked)) => hooks::run(&settings, &asked.command),
        Some(Sub::Theme(asked)) => theme::run(&settings, &asked.command),
        Some(Sub::Drill(asked)) => drill::run(common.db.as_deref(), &asked),
        Some(Sub::DrillAgent(asked)) => drill::agent(&settings, &asked),
        Some(Sub::Replay(asked)) => {
            record::replay(&settings, &asked, (plain, common.plain), common.panic_test)
        }
        Some(Sub::Incident(asked)) => match &asked.command {
            IncidentCommand::Export(asked) => record::export(&settings, asked),
        },
        Some(Sub::WhatIf(asked)) => record::whatif(&settings, &asked, common.config.as_deref()),
        Some(Sub::Demo(demo)) => {
            demo::run(&settings, &demo, (plain, common.plain), common.panic_test)
        }
        Some(Sub::Report(asked)) => report::run(&settings, &asked),
        Some(Sub::Takeover(asked)) => takeover::run(&settings, &asked),
        Some(Sub::Sessions(asked)) => sessions::run(&settings, &asked),
        Some(Sub::Act(deed)) => act(&settings, &deed),
        None => unasked(&settings, common, plain),
    }
}

/// No command: the dashboard; `plain` one look.
fn unasked(settings: &Settings, common: &Common, plain: bool) -> Result<Exit, Failure> {
    if common.plain {
        return plain::run(settings);
    }
    if plain {
        let bridge = Bridge::of(settings)?;
        return show(settings, &bridge, settings.mode, &Status::default());
    }
    if Bridge::known(settings).is_none() {
        return first::run(settings, common.panic_test);
    }
    let subject = Subject::of(settings, Bridge::of(settings)?);
    live::dashboard(settings, subject, common.panic_test)
}

/// The commands that act.
fn act(settings: &Settings, asked: &Act) -> Result<Exit, Failure> {
    let scene = act::Scene::new(settings)?;
    match asked {
        Act::Assign(a) => scene.assign(a),
        Act::Reassign(a) => scene.reassign(a),
        Act::Fence(a) => scene.on_task(&a.name, &a.how, |task| Deed::Fence { task }),
        Act::Redeliver(a) => scene.on_task(&a.name, &a.how, |task| Deed::Redeliver { task }),
        Act::Cancel(a) => scene.on_task(&a.name, &a.how, |task| Deed::Cancel { task }),
        Act::GiveUp(a) => scene.on_task(&a.name, &a.how, |task| Deed::Dead { task }),
        Act::Requeue(a) => scene.on_task(&a.name, &a.how, |task| Deed::Requeue { task }),
        Act::Adopt(a) => scene.adopt(a),
        Act::Hold(a) => scene.hold(a, true),
        Act::Release(a) => scene.hold(a, false),
        Act::Priority(a) => scene.priority(a),
        Act::Message(a) => scene.message(a),
        Act::Nudge(a) => scene.nudge(a),
    }
}

/// What was typed, the environment and the file, resolved. Warnings go to stderr.
fn settings(common: &Common, command: Option<&Sub>) -> Result<Settings, Failure> {
    let quiet = matches!(command, Some(Sub::Beat(_)));
    let writes = matches!(command, Some(Sub::WhatIf(asked)) if asked.apply);
    if writes && common.config.as_ref().is_some_and(|p| !p.exists()) {
        // What is written need not be there yet.
        return resolve(common, &File::default());
    }
    let (mut file, mut warnings) = config::read(common.config.as_deref())?;
    theme::settle(&mut file, &mut warnings);
    if !quiet {
        warnings.extend(errands::flaws(&file));
        warnings.extend(keys::flaws(&file).into_iter().map(|flaw| flaw.words));
        warn(&warnings)?;
    }
    resolve(common, &file)
}

/// What was typed, the environment and this file, resolved.
fn resolve(common: &Common, file: &File) -> Result<Settings, Failure> {
    let given = Given {
        db: common.db.clone(),
        via: common.via.clone(),
        at: common.at.clone(),
        git: common.git.clone(),
        swarm: common.swarm.clone(),
        state: common.state.clone(),
        actor: common.actor.clone(),
        read_only: common.read_only,
        policy: None,
        with: common.with.clone(),
        scope: common.scope.clone(),
        preset: common.preset.clone(),
        theme: common.theme.clone(),
        symbols: common.symbols.clone(),
        no_mouse: common.no_mouse,
        pace: common.pace,
        record: (common.record || common.no_record).then_some(common.record),
        color: common.color.and_then(When::given),
        slow: common.slow.and_then(When::given),
    };
    let var = |name: &str| env::var_os(name).map(|v| v.to_string_lossy().into_owned());
    let env = Env {
        no_color: var("NO_COLOR"),
        force_color: var("FORCE_COLOR").or_else(|| var("CLICOLOR_FORCE")),
        clicolor: var("CLICOLOR"),
        colorterm: var("COLORTERM"),
        term: var("TERM"),
        ssh: var("SSH_CONNECTION").is_some_and(|line| !line.is_empty()),
        locale: ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(|n| var(n).filter(|v| !v.is_empty())),
        state_home: state_home(),
        worker: var("SWARMWARDEN_WORKER"),
        runtime: env::var_os("XDG_RUNTIME_DIR")
            .map(PathBuf::from)
            .filter(|dir| dir.is_absolute()),
        user: var("USER").or_else(|| var("LOGNAME")),
        host: Some(
            rustix::system::uname()
                .nodename()
                .to_string_lossy()
                .into_owned(),
        ),
        surroundings: Surroundings::read(var),
    };
    let mut settings = settings::resolve(given, file, &env, Path::exists)?;
    settings.config.clone_from(&common.config);
    Ok(settings)
}

/// What is wrong with the configuration, on stderr.
fn warn(warnings: &[String]) -> Result<(), Failure> {
    for warning in warnings {
        writeln!(io::stderr(), "swarmwarden: config: {warning}")?;
    }
    Ok(())
}

/// The state directory of the platform, when it has one.
fn state_home() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    etcetera::choose_base_strategy().ok()?.state_dir()
}

/// A path and what is wrong with it, neutralised.
fn text_of(path: &Path, error: &io::Error) -> String {
    domain::text::line(&format!("{}: {error}", path.display())).into_owned()
}

/// Where commands take the time from: the one place that knows of rehearsals.
fn clock(settings: &Settings) -> Clock {
    Clock::of(settings.mode).scaled(settings.pace)
}

/// One look at a bridge.
fn glance(
    settings: &Settings,
    bridge: &Bridge,
    mode: Mode,
) -> Result<(Snapshot, Timestamp), Failure> {
    let path = bridge.place();
    let mut store = bridge.open(Purpose::Reading)?;
    let now = Clock::of(mode).scaled(settings.pace).now();
    let repo = repository::survey(settings, now).map(Arc::new);
    let (habits, floors) = known(settings, path, mode)?;
    let view = View {
        mode,
        detector: settings.detector.clone(),
        habits: Arc::new(habits),
        floors: Arc::new(floors),
    };
    let mut snapshot = look(&mut *store, &view, now, repo)?;
    if mode == Mode::Live {
        snapshot.alerts = remembered(settings, path);
    }
    if let Some(words) = &settings.scope {
        let scope = domain::Scope::parse(words, &snapshot);
        let scope = scope.map_err(|why| Failure::Usage(format!("--scope: {why}")))?;
        snapshot = snapshot.within(&scope);
    }
    Ok((snapshot, now))
}

/// The alerts as the dashboard left them: who has what. Without a memory that can be read there are none.
fn remembered(settings: &Settings, path: &Path) -> Vec<Arc<Alert>> {
    let memory = settings.state.as_deref();
    let memory = memory.and_then(|dir| Sidecar::existing(dir, path).ok().flatten());
    let book = memory.and_then(|memory| memory.alerts().ok().flatten());
    book.map_or_else(Vec::new, |book| book.listing())
}

/// What a running dashboard has learned of the workers, and the generations that it saw; nothing for a recorded instant. That a memory
/// cannot be read is said, no more.
fn known(settings: &Settings, path: &Path, mode: Mode) -> Result<(Habits, Floors), Failure> {
    let Some(state) = settings.state.as_deref().filter(|_| mode == Mode::Live) else {
        return Ok(Default::default());
    };
    let read = Sidecar::existing(state, path).and_then(|memory| {
        memory.map_or_else(
            || Ok(Default::default()),
            |memory| Ok((recall(&memory)?, memory.generations()?)),
        )
    });
    match read {
        Ok(known) => Ok(known),
        Err(error) => {
            writeln!(io::stderr(), "swarmwarden: {error}")?;
            Ok(Default::default())
        }
    }
}

fn show(
    settings: &Settings,
    bridge: &Bridge,
    mode: Mode,
    status: &Status,
) -> Result<Exit, Failure> {
    let (snapshot, now) = glance(settings, bridge, mode)?;
    let exit = if status.exit_code {
        Exit::of(snapshot.severity)
    } else {
        Exit::Ok
    };
    print(snapshot, Shown::Status, &status.show, now)?;
    Ok(exit)
}

/// One view by itself.
fn one(settings: &Settings, view: Shown, how: &Show) -> Result<Exit, Failure> {
    let (snapshot, now) = glance(settings, &Bridge::of(settings)?, settings.mode)?;
    print(snapshot, view, how, now)
}

/// A view as it was asked for, on standard output.
fn print(s: Snapshot, view: Shown, how: &Show, now: Timestamp) -> Result<Exit, Failure> {
    let s = match &how.filter {
        Some(filter) => view::narrowed(s, view, filter, now),
        None => s,
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    view::write(&mut out, &s, (view, how.output.into()), now)?;
    out.flush()?;
    Ok(Exit::Ok)
}

fn reasons(settings: &Settings, asked: &Explain) -> Result<Exit, Failure> {
    let (snapshot, now) = glance(settings, &Bridge::of(settings)?, settings.mode)?;
    let worker = explain::pick(&snapshot, &asked.worker).map_err(Failure::Usage)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    match asked.output {
        Format::Text => explain::text(&mut out, worker, now)?,
        Format::Json => explain::json(&mut out, worker, now)?,
    }
    out.flush()?;
    Ok(Exit::Ok)
}

fn monitor(settings: &Settings, check: &Check) -> Result<Exit, Failure> {
    if let Some(named) = &check.own {
        return health::check(settings, named, check.limit);
    }
    let limits = check::Limits {
        warn: check::Limits::parse(&check.warn).map_err(Failure::Usage)?,
        crit: check::Limits::parse(&check.crit).map_err(Failure::Usage)?,
    };
    let (snapshot, now) = glance(settings, &Bridge::of(settings)?, settings.mode)?;
    let (line, exit) = check::line(&snapshot, &limits, now);
    writeln!(io::stdout(), "{line}")?;
    Ok(exit)
}
