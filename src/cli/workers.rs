//! What can be typed about the workers that keep a swarm alive.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;
use swarmwarden::{
    domain::Span,
    engine::alive::Witness,
    settings::{self, Job},
};

/// Who is kept alive, and on what evidence.
#[derive(Debug, Args)]
pub(crate) struct Alive {
    /// Files of credentials, or directories of them. Without any: the conversation of $`SWARMWARDEN_CONVERSATION` with the token in
    /// $`SWARMWARDEN_TOKEN`, or what `sync` took over on this machine.
    #[arg(
        long,
        value_name = "FILE",
        num_args = 1..,
        env = "SWARMWARDEN_CREDENTIALS",
        value_delimiter = ':'
    )]
    pub(crate) credentials: Vec<PathBuf>,
    /// Keep alive only while the agent itself showed life within this time.
    #[arg(long, value_name = "300s", value_parser = span)]
    pub(crate) require_activity: Option<Span>,
    /// What shows life, any of `hook` (as `beat` notes it; the default), `pid:N`, `file:PATH`, `tmux:%1`; after CONVERSATION= for one of several.
    #[arg(long, value_name = "WITNESS", value_parser = Witness::parse)]
    pub(crate) witness: Vec<Witness>,
    /// Between two signs of life.
    #[arg(long, value_name = "30s", value_parser = span, hide = true, default_value = "30s")]
    pub(crate) every: Span,
    /// Run this line of the shell for every unread message, with the message as JSON on its input, one at a time; nothing is marked as read.
    #[arg(long, value_name = "COMMAND")]
    pub(crate) on_message: Option<String>,
    /// How long it may take.
    #[arg(long, value_name = "60s", value_parser = span, default_value = "60s")]
    pub(crate) on_message_limit: Span,
}

/// Form of a log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// `keepalive`.
#[derive(Debug, Args)]
pub(crate) struct KeepAlive {
    /// Who, and on what evidence.
    #[command(flatten)]
    pub(crate) alive: Alive,
    /// One sign of life for each, and an end.
    #[arg(long)]
    pub(crate) once: bool,
    /// Form of the log.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) log: LogFormat,
}

/// `run`.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Who is kept alive, and on what evidence.
    #[command(flatten)]
    pub(crate) alive: Alive,
    /// What the watchdog may do by itself: off, suggest or auto.
    #[arg(long, value_name = "POLICY", value_parser = ["off", "suggest", "auto"])]
    pub(crate) policy: Option<String>,
    /// Form of the log.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) log: LogFormat,
}

/// `beat`.
#[derive(Debug, Args)]
pub(crate) struct Beat {
    /// Whose agent this is; without it, the worker of this machine.
    #[arg(long, value_name = "ID", env = "SWARMWARDEN_CONVERSATION")]
    pub(crate) conversation: Option<String>,
    /// Number of this machine's worker.
    #[arg(long, value_name = "N", env = "SWARMWARDEN_WORKER")]
    pub(crate) worker: Option<String>,
    /// Say what was done.
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// What the agent's program adds; ignored.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    pub(crate) rest: Vec<std::ffi::OsString>,
}

/// `inbox`.
#[derive(Debug, Args)]
pub(crate) struct Inbox {
    /// Go on until interrupted; without it, what there is and an end.
    #[arg(short, long)]
    pub(crate) follow: bool,
    /// Which conversation; may be repeated. Without one, those whose credentials are here.
    #[arg(long, value_name = "ID")]
    pub(crate) conversation: Vec<String>,
    /// Files of credentials, or directories of them.
    #[arg(long, value_name = "FILE", num_args = 1.., env = "SWARMWARDEN_CREDENTIALS", value_delimiter = ':')]
    pub(crate) credentials: Vec<PathBuf>,
    /// Begin after this message, whatever was handed over before.
    #[arg(long, value_name = "ID")]
    pub(crate) since: Option<i64>,
    /// Mark what is handed over as read, with the worker's own token.
    #[arg(long)]
    pub(crate) mark_read: bool,
    /// Name of this consumer: each goes on where it left off.
    #[arg(long, value_name = "NAME", default_value = "inbox")]
    pub(crate) consumer: String,
}

/// `pipe`.
#[derive(Debug, Args)]
pub(crate) struct Pipe {
    /// Whom it serves: operators, or workers, who may do and read what the tokens of their conversations prove.
    #[arg(long = "for", value_enum, default_value_t, value_name = "WHOM")]
    pub(crate) whom: For,
}

/// Whom a pipe serves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum For {
    /// Every call.
    #[default]
    Operators,
    /// Beats, read marks, words and messages of conversations whose tokens are shown; for a forced command of ssh.
    Workers,
}

/// `hooks`.
#[derive(Debug, Args)]
pub(crate) struct Hooks {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: HooksCommand,
}

/// What to do with hooks.
#[derive(Debug, Subcommand)]
pub(crate) enum HooksCommand {
    /// Write the hook into the program's configuration, beside what is there.
    Install(Install),
}

/// `hooks install`.
#[derive(Debug, Args)]
pub(crate) struct Install {
    /// Which program.
    #[arg(value_enum)]
    pub(crate) program: Program,
    /// Show what would be written.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Take the hook out again.
    #[arg(long)]
    pub(crate) remove: bool,
    /// The configuration; without it, where the program keeps it.
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

/// A program that can call hooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Program {
    /// Claude Code: ~/.claude/settings.json.
    ClaudeCode,
    /// Codex: ~/.codex/config.toml.
    Codex,
    /// Anything that can run a script.
    Generic,
}

/// Reads the name of a job.
pub(super) fn job(raw: &str) -> Result<Job, String> {
    Job::parse(raw).ok_or_else(|| "one of keepalive, sync, watchdog".to_owned())
}

pub(super) fn span(raw: &str) -> Result<Span, String> {
    settings::duration(raw).ok_or_else(|| "a time such as 30s, 5m or 1h".to_owned())
}
