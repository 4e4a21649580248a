//! What can be typed. Types only: `settings` says what it means.

mod act;
mod credentials;
mod deploy;
mod doctor;
mod drill;
mod git;
mod metrics;
mod operations;
mod record;
mod report;
mod sessions;
mod setup;
mod shell;
mod theme;
mod view;
mod wait;
mod workers;

pub(crate) use act::{
    Act, Adopt, Assign, Audit, AuditCommand, AuditFormat, How, Mail, Named, Prioritise, Reassign,
};
use clap::{Args, Parser, Subcommand, ValueEnum};
pub(crate) use credentials::{
    Accept, Credentials, CredentialsCommand, Join, RotateArgs, Share, Sync,
};
pub(crate) use deploy::Deploy;
pub(crate) use doctor::Doctor;
pub(crate) use drill::{Drill, DrillAgent, Form};
pub(crate) use git::{Git, GitCommand, Merge};
pub(crate) use metrics::Metrics;
pub(crate) use operations::{Backup, Checklist, Prune, Restore, Rollcall, Sheet, Which};
pub(crate) use record::{Export, Incident, IncidentCommand, Replay, Sheet as Comparison, WhatIf};
pub(crate) use report::{Paper, Report};
pub(crate) use sessions::TakeOver;
pub(crate) use setup::{Setup, SetupBridge, SetupCommand};
pub(crate) use shell::{ConfigCommand, Interpreter, Listing, Shell};
use std::path::PathBuf;
use swarmwarden::{domain::Pace, settings::Job};
pub(crate) use theme::{Theme, ThemeCommand};
pub(crate) use view::{Sessions, Show, Shown};
pub(crate) use wait::Wait;
pub(crate) use workers::{
    Alive, Beat, For, Hooks, HooksCommand, Inbox, Install, KeepAlive, LogFormat, Pipe, Program, Run,
};

/// The operator's dashboard for multi-agent swarms.
#[derive(Debug, Parser)]
#[command(name = "swarmwarden", version, about, disable_help_subcommand = true, after_help = AFTER)]
pub(crate) struct Cli {
    /// What every command understands.
    #[command(flatten)]
    pub(crate) common: Common,
    /// What to do; without one, the dashboard on a terminal and `status` elsewhere.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

const AFTER: &str = "Exit codes: 0 ok; check: 1 warning, 2 critical, 3 unknown; drill: 1 a test failed; 64 usage, 65 no bridge or damaged, 66 no database, \
69 bridge unavailable, 73 cannot write output, 75 conflict (somebody was faster), 77 read-only, 78 configuration, 124 time is up, 130 interrupted, 141 closed pipe.";

/// What every command understands.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Common {
    /// The bridge's database.
    #[arg(long, value_name = "FILE", env = "SWARMWARDEN_DB", global = true)]
    pub(crate) db: Option<PathBuf>,
    /// Reach the bridge on another machine: a line of the shell that runs `swarmwarden pipe` there, such as 'ssh host swarmwarden pipe'.
    #[arg(long, value_name = "COMMAND", env = "SWARMWARDEN_VIA", global = true)]
    pub(crate) via: Option<String>,
    /// Show a recorded instant: rows younger than TIME are not known (RFC 3339, without a zone it is UTC).
    #[arg(long, value_name = "TIME", global = true, allow_hyphen_values = true)]
    pub(crate) at: Option<String>,
    /// Configuration file.
    #[arg(long, value_name = "FILE", env = "SWARMWARDEN_CONFIG", global = true)]
    pub(crate) config: Option<PathBuf>,
    /// Directory of the program's own memory; without it, swarmwarden in the XDG state directory.
    #[arg(long, value_name = "DIR", env = "SWARMWARDEN_STATE", global = true)]
    pub(crate) state: Option<PathBuf>,
    /// Repository whose status is shown.
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) git: Option<PathBuf>,
    /// Plan of the swarm; without it, .swarmwarden.toml in the repository.
    #[arg(long, value_name = "FILE", env = "SWARMWARDEN_SWARM", global = true)]
    pub(crate) swarm: Option<PathBuf>,
    /// No dashboard: `status` instead.
    #[arg(long, global = true)]
    pub(crate) headless: bool,
    /// Who acts; without it, the user at this machine.
    #[arg(long, value_name = "NAME", env = "SWARMWARDEN_ACTOR", global = true)]
    pub(crate) actor: Option<String>,
    /// Write nothing to the bridge.
    #[arg(long, global = true)]
    pub(crate) read_only: bool,
    /// Keep what is seen of the bridge, so that one can look back, whatever the configuration says.
    #[arg(
        id = "recording",
        long = "recording",
        overrides_with = "no_recording",
        global = true
    )]
    pub(crate) record: bool,
    /// Keep nothing of what is seen.
    #[arg(
        id = "no_recording",
        long = "no-recording",
        overrides_with = "recording",
        global = true
    )]
    pub(crate) no_record: bool,
    /// What is done beside watching: keepalive, sync, watchdog. The dashboard does without unless it is asked for.
    #[arg(long, value_name = "JOB,…", value_delimiter = ',', value_parser = workers::job, global = true)]
    pub(crate) with: Vec<Job>,
    /// Colours of the dashboard: term, dark, light, cb, cb-light, contrast, mono, one of your own (`theme list`), or auto: dark or light by the terminal's background.
    #[arg(long, value_name = "NAME", env = "SWARMWARDEN_THEME", global = true)]
    pub(crate) theme: Option<String>,
    /// Look at a part of the swarm: a session, team:NAME, worker:NAME, or several with / between.
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) scope: Option<String>,
    /// Keys of the dashboard: vim, arrows or htop.
    #[arg(long, value_name = "NAME", value_parser = ["vim", "arrows", "htop"], global = true)]
    pub(crate) preset: Option<String>,
    /// When to use colours.
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        env = "SWARMWARDEN_COLOR",
        global = true
    )]
    pub(crate) color: Option<When>,
    /// Draw facts once a second and times without seconds; without it, so it is under SSH, and `--slow=never` draws all.
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "always",
        env = "SWARMWARDEN_SLOW",
        global = true
    )]
    pub(crate) slow: Option<When>,
    /// Symbols of the dashboard: unicode, ascii or auto.
    #[arg(long, value_name = "SET", global = true)]
    pub(crate) symbols: Option<String>,
    /// The views as lines that are only appended, with numbered choices: for screen readers.
    #[arg(long, global = true)]
    pub(crate) plain: bool,
    /// Leave the mouse to the terminal; `m` takes it.
    #[arg(long, global = true)]
    pub(crate) no_mouse: bool,
    /// How time passes in a rehearsal: SPEED:REAL:AT.
    #[arg(
        long,
        value_name = "PACE",
        env = "SWARMWARDEN_PACE",
        hide = true,
        global = true
    )]
    pub(crate) pace: Option<Pace>,
    /// Panic as soon as the dashboard is up, to see that the terminal is restored.
    #[arg(long, hide = true, global = true)]
    pub(crate) panic_test: bool,
}

/// When to use colours, or to draw less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// As the environment says.
    Auto,
    /// Whatever the environment says.
    Always,
    /// Not at all.
    Never,
}

impl When {
    /// What was said; `None` where the environment decides.
    pub(crate) const fn given(self) -> Option<bool> {
        match self {
            Self::Auto => None,
            Self::Always => Some(true),
            Self::Never => Some(false),
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// With what the settings say.
    #[command(flatten)]
    Sub(Box<Sub>),
    /// With the command line and the configuration alone.
    #[command(flatten)]
    Shell(Shell),
}

/// What is done with what the settings say.
#[derive(Debug, Subcommand)]
pub(crate) enum Sub {
    /// Show the swarm once, as text or JSON.
    Status(Status),
    /// One line and an exit code for a monitor (Monitoring Plugins).
    Check(Check),
    /// Wait until a condition holds: exit 0 when it does, 1 when it no longer can, 124 when the time is up.
    Wait(Wait),
    /// Look for what is wrong, with the command that mends it: exit 0 all well, 1 a warning, 2 a failure.
    Doctor(Doctor),
    /// Copy the bridge while others write, verified and whole.
    Backup(Backup),
    /// Put a copy in the place of the bridge, and keep what it replaces.
    Restore(Restore),
    /// Remove conversations that are over; without --yes, list them.
    Prune(Prune),
    /// Install what this program works with.
    Setup(Setup),
    /// The protocol's checklists, each item with its evidence: exit 1 when one is not ok.
    Checklist(Checklist),
    /// Ask every worker for an answer, and count: exit 0 all, 1 some, 124 nobody within the time.
    Rollcall(Rollcall),
    /// What happens, one JSON object per line.
    Events(Events),
    /// Why a worker is in its state, and what would change it.
    Explain(Explain),
    /// The workers alone.
    Workers(Show),
    /// The tasks alone: open ones, then the newest closed ones.
    Tasks(Show),
    /// What needs the operator, worst first.
    Alerts(Show),
    /// Sessions: what is claimed of each, and what git and the bridge show.
    Sessions(Sessions),
    /// Branches, work trees, and which branches conflict; works without a bridge.
    Git(Git),
    /// The sessions as a document: status, tracker, handover, summary; printed, or committed to a branch.
    Report(Report),
    /// Let another session go on with what one has left undone: its tasks, and the handover document.
    Takeover(TakeOver),
    /// The commands that act.
    #[command(flatten)]
    Act(Act),
    /// What was done by whom: the audit chain.
    Audit(Audit),
    /// Act on what is found, without a dashboard: the events as they come, and the tasks of lost workers moved.
    Watchdog(Watchdog),
    /// Start a session: its mission on its branch, a conversation for each agent, credentials, first tasks.
    Deploy(Deploy),
    /// Credentials of workers: keys, conversations, shared files.
    Credentials(Credentials),
    /// On a worker's machine: take over new credentials as they come.
    Sync(Sync),
    /// On a worker's machine: keep workers alive whose credentials are here, as long as their agents live.
    #[command(name = "keepalive")]
    KeepAlive(KeepAlive),
    /// For an agent's own hook: note that it did something. Never fails, and takes a few milliseconds.
    Beat(Beat),
    /// Set up an agent's program so that it calls `beat`.
    Hooks(Hooks),
    /// A worker's new messages, the moment they are committed, one JSON object per line.
    Inbox(Inbox),
    /// The same as `inbox --follow`: a daemon that hands over a worker's messages until it is stopped.
    Push(Inbox),
    /// Several of keepalive, sync and watchdog in one process with one log.
    Run(Run),
    /// What Prometheus reads: once, as a file that is renewed, or over HTTP.
    Metrics(Metrics),
    /// On the bridge's host: serve its database to another machine's --via, on standard input and output.
    Pipe(Pipe),
    /// How the dashboard can look: the themes there are, and what they say.
    Theme(Theme),
    /// Rehearse the protocol's thirteen tests with real processes, and measure them.
    Drill(Drill),
    /// The agent of a worker in a drill.
    #[command(hide = true)]
    DrillAgent(DrillAgent),
    /// Play what was recorded, from any instant (`--at`), or an incident in a file. Nothing can be written in it.
    Replay(Replay),
    /// A stretch of what was recorded, as a file.
    Incident(Incident),
    /// What another detector would have said of what was recorded: alerts gained and lost, delays, false alarms.
    #[command(name = "whatif")]
    WhatIf(WhatIf),
    /// Watch a made-up swarm that writes to a real bridge of its own.
    Demo(Demo),
}

/// `status`.
#[derive(Debug, Args, Default)]
pub(crate) struct Status {
    /// Format.
    #[command(flatten)]
    pub(crate) show: Show,
    /// Exit as `check` does.
    #[arg(long)]
    pub(crate) exit_code: bool,
}

/// Format of `status`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Tables for people.
    #[default]
    Text,
    /// The published schema.
    Json,
}

/// `check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Warning from these counts on, such as suspect=1,blocked=2.
    #[arg(long, value_name = "METRIC=N,…", default_value = "")]
    pub(crate) warn: String,
    /// Critical from these counts on, such as silent=1,orphan=1.
    #[arg(long, value_name = "METRIC=N,…", default_value = "")]
    pub(crate) crit: String,
    /// Instead of the swarm, this program's own background processes: whether each lives, moves and tells of itself. Without names, all
    /// that ever ran here for this bridge, and those that the configuration asks for.
    #[arg(
        long = "self",
        value_name = "JOB,…",
        num_args = 0..=1,
        require_equals = false,
        default_missing_value = "",
        conflicts_with_all = ["warn", "crit"]
    )]
    pub(crate) own: Option<String>,
    /// With `--self`: who did not tell of itself for so long hangs.
    #[arg(long, value_name = "30s", value_parser = workers::span, default_value = "30s", requires = "own")]
    pub(crate) limit: swarmwarden::domain::Span,
}

/// `explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Label, conversation, or a number: worker-3-tests, worker-3, 3.
    #[arg(value_name = "WORKER")]
    pub(crate) worker: String,
    /// Format.
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    pub(crate) output: Format,
}

/// `watchdog`.
#[derive(Debug, Args)]
pub(crate) struct Watchdog {
    /// What it may do by itself: off, suggest or auto. Without it as the configuration says, and auto where that says nothing.
    #[arg(long, value_name = "POLICY", value_parser = ["off", "suggest", "auto"])]
    pub(crate) policy: Option<String>,
}

/// `events`.
#[derive(Debug, Args)]
pub(crate) struct Events {
    /// Go on until interrupted; without it, what there is and an end.
    #[arg(short, long)]
    pub(crate) follow: bool,

    /// First what was said behind this message: the cursor of an earlier `hello`, or the id of the last message that was read.
    #[arg(long, value_name = "CURSOR")]
    pub(crate) since: Option<i64>,
}

/// `demo`.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// How many workers.
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=5000))]
    pub(crate) workers: u32,
    /// The same seed makes the same swarm.
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
    /// What happens.
    #[arg(long, value_enum, default_value_t = Scenario::Incident)]
    pub(crate) scenario: Scenario,
    /// How much faster than life.
    #[arg(long, default_value_t = 1.0)]
    pub(crate) speed: f64,
}

/// What happens in the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// All is well.
    Calm,
    /// One worker is silent, one does not move, one waits for an answer.
    Incident,
    /// Names, texts and rows that mean harm.
    Hostile,
    /// The keep-alive of one worker comes and goes; nothing else is wrong.
    Flap,
    /// A worker's keep-alive beats on while its agent is frozen.
    Stall,
}
