//! Where credentials lie in a repository, and under which names.

/// A branch, a folder in it, and the swarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Remote that they go through.
    pub remote: String,
    /// Branch that carries them.
    pub branch: String,
    /// Folder in it.
    pub folder: String,
    /// Name of the swarm, the beginning of every file's.
    pub swarm: String,
}

impl Place {
    /// The credential of a worker.
    #[must_use]
    pub fn credential(&self, worker: u32, encrypted: bool) -> String {
        let end = if encrypted { ".age" } else { "" };
        format!("{}/{}{end}", self.folder, self.name(worker))
    }

    /// The name of a credential in clear.
    #[must_use]
    pub fn name(&self, worker: u32) -> String {
        format!("{}-worker-{worker}-credentials.json", self.swarm)
    }

    /// The worker whose credential in clear has this name.
    #[must_use]
    pub fn worker_of(&self, name: &str) -> Option<u32> {
        let rest = name.strip_prefix(&*self.swarm)?.strip_prefix("-worker-")?;
        number(rest.strip_suffix("-credentials.json")?)
    }

    /// The public keys.
    #[must_use]
    pub fn keys(&self) -> String {
        format!("{}/keys", self.folder)
    }

    /// The public key of a worker.
    #[must_use]
    pub fn key(&self, worker: u32) -> String {
        format!("{}/worker-{worker}.pub", self.keys())
    }

    /// The worker whose public key has this name.
    #[must_use]
    pub fn key_of(name: &str) -> Option<u32> {
        number(name.strip_prefix("worker-")?.strip_suffix(".pub")?)
    }

    /// What all accepted workers may read.
    #[must_use]
    pub fn shared(&self) -> String {
        format!("{}/shared", self.folder)
    }
}

/// A number as we write it: no sign, no leading zero, not 0.
fn number(raw: &str) -> Option<u32> {
    let plain = raw.bytes().all(|b| b.is_ascii_digit()) && !raw.starts_with('0');
    raw.parse().ok().filter(|_| plain)
}
