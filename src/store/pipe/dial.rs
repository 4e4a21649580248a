//! How the other side is reached: a line of the shell, whose standard input and output are the pipe.

use crate::domain::text;
use std::{
    io,
    os::{fd::OwnedFd, unix::process::CommandExt as _},
    process::{Child, Command, Stdio},
};

/// Longest part of a command that is shown.
const SHOWN: usize = 120;
/// What a child does not inherit: it serves another bridge than the one that we look for, and needs none of our secrets.
const KEPT_BACK: [&str; 3] = [
    "SWARMWARDEN_VIA",
    "SWARMWARDEN_TOKEN",
    "SWARMWARDEN_CONVERSATION",
];

/// The ends of a pipe that was opened.
pub struct Ends {
    /// Where requests are written.
    pub to: OwnedFd,
    /// Where answers are read.
    pub from: OwnedFd,
    /// What is said besides; its last line explains a death.
    pub errors: Option<OwnedFd>,
    /// The process that must end with the pipe; it leads a group of its own.
    pub child: Option<Child>,
}

/// Opens pipes to one bridge.
pub trait Dial: Send {
    /// Opens one.
    ///
    /// # Errors
    /// As the operating system says.
    fn dial(&mut self) -> io::Result<Ends>;

    /// What is dialled, for people; neutralised.
    fn name(&self) -> &str;
}

/// A line of the shell, such as `ssh -o BatchMode=yes orchestrator swarmwarden pipe`.
#[derive(Clone)]
pub struct Shell {
    line: String,
    name: String,
}

impl Shell {
    /// Runs `line`.
    #[must_use]
    pub fn new(line: &str) -> Self {
        Self {
            line: line.to_owned(),
            name: shell_name(line),
        }
    }
}

/// A command as it is shown: neutralised, without what looks like a key, and not too long.
#[must_use]
pub fn shell_name(line: &str) -> String {
    let words = text::line(line.trim());
    let words = text::redact(&words);
    let head = text::head(&words, SHOWN);
    if head.len() == words.len() {
        return words.into_owned();
    }
    format!("{head}…")
}

impl Dial for Shell {
    fn dial(&mut self) -> io::Result<Ends> {
        let mut command = Command::new("sh");
        command.args(["-c", &self.line]).process_group(0);
        for name in KEPT_BACK {
            command.env_remove(name);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (to, from) = (child.stdin.take(), child.stdout.take());
        let errors = child.stderr.take().map(OwnedFd::from);
        match (to, from) {
            (Some(to), Some(from)) => Ok(Ends {
                to: to.into(),
                from: from.into(),
                errors,
                child: Some(child),
            }),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn name(&self) -> &str {
        &self.name
    }
}
