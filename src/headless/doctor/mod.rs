//! `doctor`: what was found is judged, line by line, each with what was seen and what mends it. Pure: who looks is elsewhere.

mod bridge;
mod daemons;
pub mod facts;
mod git;
mod host;
mod rows;
pub mod write;

pub use facts::Facts;

use super::Exit;

/// How a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It could not, or need not, be looked at; why is said.
    Skip,
    /// As it should be.
    Ok,
    /// It works, and will not for long, or not for everybody.
    Warn,
    /// It does not work.
    Fail,
}

impl State {
    /// Name, as it is printed.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Skip => "SKIP",
            Self::Ok => "OK",
            Self::Warn => "WARN",
            Self::Fail => "FAIL",
        }
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Group and name, such as `bridge.schema`. Stable.
    pub id: &'static str,
    /// How it stands.
    pub state: State,
    /// What was seen.
    pub seen: String,
    /// What mends it; there for every warning and failure.
    pub remedy: Option<String>,
}

impl Finding {
    fn ok(id: &'static str, seen: impl Into<String>) -> Self {
        Self::new(id, State::Ok, seen, None)
    }

    fn skip(id: &'static str, why: impl Into<String>) -> Self {
        Self::new(id, State::Skip, why, None)
    }

    fn warn(id: &'static str, seen: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(id, State::Warn, seen, Some(remedy.into()))
    }

    fn fail(id: &'static str, seen: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(id, State::Fail, seen, Some(remedy.into()))
    }

    fn new(
        id: &'static str,
        state: State,
        seen: impl Into<String>,
        remedy: Option<String>,
    ) -> Self {
        let seen = seen.into();
        Self {
            id,
            state,
            seen,
            remedy,
        }
    }
}

/// Judges everything, in the order of the protocol's guide: the bridge, who works on it, this machine, credentials. O(facts).
#[must_use]
pub fn judge(facts: &Facts) -> Vec<Finding> {
    let mut all = bridge::judge(facts);
    all.extend(rows::judge(facts));
    all.extend(daemons::judge(facts));
    all.extend(host::judge(facts));
    all.extend(git::judge(facts));
    all
}

/// 0 when all is well, 1 for a warning, 2 for a failure.
#[must_use]
pub fn exit(all: &[Finding]) -> Exit {
    match all.iter().map(|f| f.state).max() {
        Some(State::Fail) => Exit::Critical,
        Some(State::Warn) => Exit::Warning,
        _ => Exit::Ok,
    }
}

/// Something that is safe to mend without being asked twice. None of it touches the bridge's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fix {
    /// Nobody but its owner may read a file of our own.
    Close(String),
    /// Make a directory of our own, mode 0700.
    Make(String),
    /// Remove what a process left that is gone.
    Clear(String, u32),
}

/// What can be mended. O(facts).
#[must_use]
pub fn fixes(facts: &Facts) -> Vec<Fix> {
    let mut all = Vec::new();
    let host = &facts.host;
    if let (None, Some(path), true) = (&host.state, &host.state_path, host.state_writable) {
        all.push(Fix::Make(path.clone()));
    }
    let ours = |owner: u32| owner == facts.user;
    let open = facts.git.open.iter().filter(|f| ours(f.owner));
    all.extend(open.map(|f| Fix::Close(f.path.clone())));
    let stale = facts.stale.iter();
    all.extend(stale.map(|s| Fix::Clear(s.path.clone(), s.pid)));
    all
}

/// `n bytes` in the greatest unit that leaves a number of at most four digits.
fn bytes(n: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut n = n;
    for unit in units {
        if n < 10_000 {
            return format!("{n} {unit}");
        }
        n /= 1024;
    }
    format!("{n} PiB")
}

/// A word of the shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_/.,:=@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests;
