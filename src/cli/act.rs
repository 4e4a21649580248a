//! What can be typed to act.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// The commands that act.
#[derive(Debug, Subcommand)]
pub(crate) enum Act {
    /// Hand a new task to a worker.
    Assign(Assign),
    /// Hand a task to another worker.
    Reassign(Reassign),
    /// Take a task from its owner; it waits for another.
    Fence(Named),
    /// Write an assignment again that nobody accepted.
    Redeliver(Named),
    /// Withdraw a task.
    Cancel(Named),
    /// Give a task up.
    GiveUp(Named),
    /// Take up a closed task again, with all its attempts.
    Requeue(Named),
    /// Accept the late completion of a task.
    Adopt(Adopt),
    /// Keep a task or a worker out of automatic moves.
    Hold(Named),
    /// End a hold.
    Release(Named),
    /// Set the priority of a task.
    Priority(Prioritise),
    /// Send words to a worker.
    Message(Mail),
    /// Ask a worker for a sign of life.
    Nudge(Named),
}

/// How an action is carried out.
#[derive(Debug, Args)]
pub(crate) struct How {
    /// Say everything that would be written, and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
    /// The word that a dangerous action asks for: the worker or the task that it is taken from.
    #[arg(long, value_name = "WORD")]
    pub(crate) confirm: Option<String>,
    /// Why, for the audit log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) reason: String,
    /// As JSON.
    #[arg(short, long, value_enum, default_value_t = super::Format::Text)]
    pub(crate) output: super::Format,
}

/// `assign`.
#[derive(Debug, Args)]
pub(crate) struct Assign {
    /// The worker, or `auto`; taken from the file with `--from`.
    #[arg(value_name = "WORKER|auto", required_unless_present = "from")]
    pub(crate) worker: Option<String>,
    /// Name of the task.
    #[arg(long, value_name = "ID", required_unless_present = "from")]
    pub(crate) task: Option<String>,
    /// What is to be done.
    #[arg(long, value_name = "TEXT", required_unless_present = "from")]
    pub(crate) description: Option<String>,
    /// P0 to P3.
    #[arg(long, value_name = "P")]
    pub(crate) priority: Option<String>,
    /// Time limit in seconds.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<u32>,
    /// What its worker must be: a role, a team, a word of its label.
    #[arg(long, value_name = "WORD")]
    pub(crate) needs: Vec<String>,
    /// What it waits for.
    #[arg(long, value_name = "ID")]
    pub(crate) depends_on: Vec<String>,
    /// Tasks as TOML: `[[task]]` tables with id, worker, description, priority, timeout, needs, `depends_on`; `-` is the standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["worker", "task", "description"])]
    pub(crate) from: Option<PathBuf>,
    /// How.
    #[command(flatten)]
    pub(crate) how: How,
}

/// `reassign`.
#[derive(Debug, Args)]
pub(crate) struct Reassign {
    /// The task; or, with `--all-of`, a worker whose tasks all move.
    #[arg(value_name = "TASK")]
    pub(crate) task: String,
    /// The worker, or `auto`.
    #[arg(long, value_name = "WORKER|auto")]
    pub(crate) to: String,
    /// TASK names a worker: every open task of it moves.
    #[arg(long)]
    pub(crate) all_of: bool,
    /// How.
    #[command(flatten)]
    pub(crate) how: How,
}

/// An action on one task or worker.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Task or worker.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// How.
    #[command(flatten)]
    pub(crate) how: How,
}

/// `adopt`.
#[derive(Debug, Args)]
pub(crate) struct Adopt {
    /// The task.
    pub(crate) task: String,
    /// Number of the message; without it the newest late completion.
    #[arg(long, value_name = "N")]
    pub(crate) message: Option<i64>,
    /// How.
    #[command(flatten)]
    pub(crate) how: How,
}

/// `priority`.
#[derive(Debug, Args)]
pub(crate) struct Prioritise {
    /// The task.
    pub(crate) task: String,
    /// P0 to P3.
    #[arg(value_name = "P")]
    pub(crate) priority: String,
    /// How.
    #[command(flatten)]
    pub(crate) how: How,
}

/// `message`.
#[derive(Debug, Args)]
pub(crate) struct Mail {
    /// The worker.
    pub(crate) worker: String,
    /// The words.
    pub(crate) text: String,
    /// How.
    #[command(flatten)]
    pub(crate) how: How,
}

/// `audit`.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// What of it.
    #[command(subcommand)]
    pub(crate) command: AuditCommand,
}

/// What to do with the audit chain.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// One line for each action.
    Show {
        /// Only this actor's.
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
    /// Whether the chains hold; exit 65 when one is broken, with its first broken link.
    Verify,
    /// Every entry, as JSON lines or as the protocol's citation blocks.
    Export {
        /// Format.
        #[arg(short, long, value_enum, default_value_t = AuditFormat::Json)]
        output: AuditFormat,
    },
}

/// Format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFormat {
    /// One JSON object per line.
    Json,
    /// The protocol's citation block.
    Yaml,
}
