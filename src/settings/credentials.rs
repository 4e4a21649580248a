//! `[credentials]`: where credentials travel, in which form, and whose they are.

use crate::domain::{
    Span,
    credential::{Format, Rotate, worker_of_host},
    swarmfile::{is_branch, is_path},
};
use toml::Value;

/// Its keys.
pub(super) const KEYS: [&str; 8] = [
    "credentials.branch",
    "credentials.folder",
    "credentials.interval",
    "credentials.swarm",
    "credentials.worker",
    "credentials.format",
    "credentials.rotate",
    "credentials.remote",
];

/// What the file sets; `None` where it does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CredentialsFile {
    branch: Option<String>,
    folder: Option<String>,
    interval: Option<Span>,
    swarm: Option<String>,
    worker: Option<u32>,
    format: Option<Format>,
    rotate: Option<Rotate>,
    remote: Option<String>,
}

/// How credentials travel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Branch that carries them.
    pub branch: String,
    /// Folder in it.
    pub folder: String,
    /// How often a worker looks for new ones.
    pub interval: Span,
    /// Name of the swarm, the beginning of every file's.
    pub swarm: String,
    /// Number of this machine's worker, from the environment, the file or the name of the machine.
    pub worker: Option<u32>,
    /// Form.
    pub format: Format,
    /// When conversations are renewed.
    pub rotate: Rotate,
    /// Remote that they go through.
    pub remote: String,
}

impl CredentialsFile {
    pub(super) fn resolve(&self, given: Option<&str>, host: Option<&str>) -> Credentials {
        let given = given.and_then(|n| n.trim().parse().ok().filter(|n| *n > 0));
        let word =
            |set: &Option<String>, usual: &str| set.clone().unwrap_or_else(|| usual.to_owned());
        Credentials {
            branch: word(&self.branch, "claude/s2-test-credentials"),
            folder: word(&self.folder, "credentials"),
            interval: self.interval.unwrap_or(Span::seconds(60)),
            swarm: word(&self.swarm, "s2"),
            worker: given
                .or(self.worker)
                .or_else(|| host.and_then(worker_of_host)),
            format: self.format.unwrap_or_default(),
            rotate: self.rotate.unwrap_or_default(),
            remote: word(&self.remote, "origin"),
        }
    }

    pub(super) fn set(
        &mut self,
        name: &str,
        value: &Value,
        span: Option<Span>,
    ) -> Result<(), String> {
        let wrong = |what: &str| format!("`{name}` is {what}; the default stays");
        let text = |fits: fn(&str) -> bool, what: &str| {
            let given = value.as_str().filter(|given| fits(given));
            given
                .map(|given| Some(given.to_owned()))
                .ok_or_else(|| wrong(what))
        };
        match name.trim_start_matches("credentials.") {
            "branch" => self.branch = text(is_branch, "the name of a branch")?,
            "folder" => self.folder = text(is_path, "a path inside the repository")?,
            "swarm" => self.swarm = text(is_swarm, "a name of letters, digits and `-`")?,
            "remote" => self.remote = text(is_branch, "the name of a remote")?,
            "interval" => {
                let wrong = || wrong("a time such as \"60s\" or \"5m\"");
                self.interval = Some(span.ok_or_else(wrong)?);
            }
            "worker" => {
                let given = value.as_integer().and_then(|n| u32::try_from(n).ok());
                let given = given.filter(|n| *n > 0);
                self.worker = Some(given.ok_or_else(|| wrong("a number from 1"))?);
            }
            "format" => {
                let given = value.as_str().and_then(Format::parse);
                self.format = Some(given.ok_or_else(|| wrong("one of age, clear, both"))?);
            }
            "rotate" => {
                let given = value.as_str().and_then(Rotate::parse);
                let wrong = || wrong("one of off, before-expiry, daily");
                self.rotate = Some(given.ok_or_else(wrong)?);
            }
            _ => return Err(super::file::unknown(name)),
        }
        Ok(())
    }
}

/// Whether a name can begin the names of credential files.
fn is_swarm(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    is_path(name) && name.chars().all(plain) && !name.starts_with(['-', '.'])
}
