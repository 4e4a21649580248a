//! What was found, before anybody judges it. Every text in it is neutralised.

use crate::domain::{Span, Timestamp};

/// Everything that was found.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// When.
    pub now: Timestamp,
    /// User that asks.
    pub user: u32,
    /// The bridge's file.
    pub bridge: Bridge,
    /// What it holds; `None` when it could not be read.
    pub rows: Option<Rows>,
    /// Processes of this machine.
    pub processes: Processes,
    /// Our own background processes, for this bridge.
    pub daemons: Vec<Daemon>,
    /// Which are asked for by the configuration.
    pub wanted: Vec<String>,
    /// Lock files of ours whose holder is gone.
    pub stale: Vec<Stale>,
    /// This machine.
    pub host: Host,
    /// What surrounds credentials.
    pub git: Git,
}

/// The bridge's file.
#[derive(Debug, Clone, Default)]
pub struct Bridge {
    /// Its path; `None` when none was named and none was found.
    pub path: Option<String>,
    /// How it was chosen.
    pub chosen: &'static str,
    /// Where one is looked for when none is named.
    pub usual: Vec<String>,
    /// The file; `None` when there is none.
    pub file: Option<File>,
    /// Its directory.
    pub directory: Option<File>,
    /// What stands beside it: `-wal`, `-shm`, `-journal`.
    pub companions: Vec<File>,
    /// A file system that other machines write to unseen.
    pub network: Option<&'static str>,
    /// Its schema and what is missing of it, or why it cannot be read.
    pub schema: Option<Result<Schema, Trouble>>,
    /// Its pages, or why they cannot be looked at.
    pub pages: Option<Result<Pages, Trouble>>,
    /// Free bytes where it lies.
    pub room: Option<u64>,
}

/// A file or directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct File {
    /// Its path.
    pub path: String,
    /// Its owner.
    pub owner: u32,
    /// Its mode, the lowest twelve bits.
    pub mode: u32,
    /// Its length.
    pub bytes: u64,
    /// Whether we may read it.
    pub readable: bool,
    /// Whether we may write it.
    pub writable: bool,
    /// Whether it is a file; a directory is none.
    pub is_file: bool,
}

/// Tables of a bridge.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// Its name.
    pub name: &'static str,
    /// What is missing, and what follows.
    pub missing: Vec<(String, String)>,
}

/// Why a bridge cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It is no database.
    NotADatabase,
    /// It is the database of something else: these tables.
    Foreign(String),
    /// Somebody holds a lock.
    Locked,
    /// Its pages do not hold together.
    Damaged(String),
    /// Its write-ahead log needs a directory that can be written.
    Directory,
    /// Anything else.
    Other(String),
}

/// Pages of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pages {
    /// How commits are kept.
    pub journal: String,
    /// Bytes.
    pub bytes: u64,
    /// Bytes that hold nothing.
    pub free: u64,
    /// What does not hold together.
    pub faults: Vec<String>,
    /// Every page was looked at.
    pub whole: bool,
}

/// What a bridge holds.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// Conversations, by name.
    pub conversations: Vec<Conversation>,
    /// The newest time of any row, and of what.
    pub newest: Option<(&'static str, Timestamp)>,
    /// Messages to the limits of the bridge: the busiest of each side, newest first.
    pub rates: Vec<Rate>,
    /// Messages there ever were.
    pub messages: u64,
    /// Not every row of the last day was read.
    pub partial: bool,
}

/// A conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conversation {
    /// Name of its worker.
    pub worker: String,
    /// When it was made.
    pub made: Option<Timestamp>,
    /// When it expires; `None` where that is not kept.
    pub expires: Option<Timestamp>,
    /// The worker's side did something in it.
    pub used: bool,
}

/// How many messages somebody sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rate {
    /// Who.
    pub who: String,
    /// In the last minute, hour, day.
    pub sent: [u64; 3],
}

/// Processes of this machine.
#[derive(Debug, Clone, Default)]
pub struct Processes {
    /// Whether they can be seen at all.
    pub seen: bool,
    /// Who has the bridge's file open, except us.
    pub holders: Vec<Holder>,
    /// Scripts of the protocol that run: name and process.
    pub scripts: Vec<(String, u32)>,
}

/// A process that has the file open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holder {
    /// Its number.
    pub pid: u32,
    /// Its program; never its arguments, which may hold tokens.
    pub command: String,
    /// Keeps other writers out, all the time that we looked.
    pub writes: bool,
    /// Keeps everybody out.
    pub alone: bool,
}

/// One of our background processes, as its health file tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Daemon {
    /// What it does: `keepalive`, `sync`, `watchdog`, ….
    pub job: String,
    /// Its process.
    pub pid: u32,
    /// When it began.
    pub started: Option<Timestamp>,
    /// Its process lives.
    pub alive: bool,
    /// It ended as it was asked to.
    pub ended: bool,
    /// Since it told of itself.
    pub age: Option<Span>,
    /// What it says is wrong.
    pub error: Option<String>,
    /// What its loop is doing: `idle`, `running`, `backoff`, `stopped`, `dead`.
    pub phase: String,
    /// How long its next step is overdue.
    pub overdue: Option<Span>,
}

/// A lock file whose holder is gone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stale {
    /// Its path.
    pub path: String,
    /// Its holder.
    pub pid: u32,
}

/// This machine.
#[derive(Debug, Clone, Default)]
pub struct Host {
    /// What may be watched: watches and instances of a user, and instances that we can see in use.
    pub inotify: Option<[u64; 3]>,
    /// Version of SQLite that is built in.
    pub engine: String,
    /// Where the bridge's own program lies.
    pub program: Option<String>,
    /// Programs of agents that are here, their configuration, and whether it calls our hook.
    pub hooks: Vec<(String, String, bool)>,
    /// Configurations of agents' programs that name the bridge: the program, the configuration, and what it starts that is not there.
    pub servers: Vec<(String, String, Option<String>)>,
    /// The terminal; `None` where the output is none.
    pub terminal: Option<Terminal>,
    /// The configuration: its path, whether it is there, what is wrong with it.
    pub config: (Option<String>, bool, Vec<String>),
    /// Our own directory.
    pub state: Option<File>,
    /// Its path, also where it is not there yet.
    pub state_path: Option<String>,
    /// It can be made, or written.
    pub state_writable: bool,
    /// Why our memory of this bridge cannot be read; `None` in it when there is none yet.
    pub memory: Option<Result<bool, String>>,
}

/// A terminal.
#[derive(Debug, Clone, Default)]
pub struct Terminal {
    /// `TERM`.
    pub term: String,
    /// Columns and rows.
    pub size: Option<(u16, u16)>,
    /// How many colours, in words.
    pub colours: &'static str,
    /// The locale is UTF-8.
    pub utf8: bool,
    /// Inside of tmux, screen, or reached by ssh.
    pub within: Vec<&'static str>,
}

/// What surrounds credentials.
#[derive(Debug, Clone, Default)]
pub struct Git {
    /// The repository; `None` when there is none here.
    pub repository: Option<String>,
    /// The remote.
    pub remote: String,
    /// The branch of credentials.
    pub branch: String,
    /// What the remote answered: the branch's tip there, or why it did not answer.
    pub answer: Option<Result<Option<String>, String>>,
    /// The tip that is known here, and what lies between it and the one at the remote: ours that are not there.
    pub known: Option<String>,
    /// Whether the local branch has commits that the remote has not; `None` without one.
    pub ahead: Option<bool>,
    /// Number of this machine's worker.
    pub worker: Option<u32>,
    /// Fingerprint of this machine's key, or why it cannot be read; `None` when there is none.
    pub key: Option<Result<String, String>>,
    /// Fingerprint of the worker's key on the branch.
    pub enrolled: Option<String>,
    /// The credential that is held here: when it expires, or why it cannot be read; `None` when there is none.
    pub held: Option<Result<Timestamp, String>>,
    /// Private files that others may read.
    pub open: Vec<File>,
}
