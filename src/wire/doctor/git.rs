//! What credentials travel through, and what keeps them private.

use super::{file, shown};
use std::{collections::VecDeque, fs, path::PathBuf, time::Duration};
use swarmwarden::{
    credentials::{CredentialError, Delivery, Home, Shelf},
    domain::{Timestamp, text},
    git::{CommitId, LocalRepo, Network, NetworkError, Plumbing},
    headless::doctor::facts::{File, Git},
    settings::Settings,
};

/// How long the remote is waited for.
const PATIENCE: Duration = Duration::from_secs(8);
/// Files that are looked at.
const FILES: usize = 4_096;

pub(super) fn look(settings: &Settings, now: Timestamp) -> Git {
    let configured = &settings.credentials;
    let mut git = Git {
        remote: configured.remote.clone(),
        branch: configured.branch.clone(),
        worker: configured.worker,
        open: open(settings),
        ..Git::default()
    };
    own(settings, now, &mut git);
    let Some(path) = super::super::repository::path(settings) else {
        return git;
    };
    if !LocalRepo::is_there(&path) {
        git.repository = None;
        return git;
    }
    git.repository = Some(shown(&path));
    let network = Network::at(&path).within(PATIENCE);
    let asked = network.tip(&configured.remote, &configured.branch);
    git.answer = match asked {
        Err(NetworkError::NoRemote(_)) => None,
        Err(error) => Some(Err(text::line(&error.to_string()).into_owned())),
        Ok(tip) => Some(Ok(tip)),
    };
    let plumbing = Plumbing::at(&path);
    let hex = |tip: Option<CommitId>| tip.map(|tip| tip.to_string());
    let fetched = Network::fetched(&configured.remote, &configured.branch);
    git.known = plumbing.tip(&fetched).ok().and_then(hex);
    let local = plumbing
        .tip(&format!("refs/heads/{}", configured.branch))
        .ok()
        .flatten();
    // Who put it there has it, fetched or not.
    let there = git.answer.as_ref().and_then(|a| a.as_ref().ok()?.clone());
    if there.is_some() && hex(local) == there {
        git.known = there;
    }
    git.ahead = local.map(|local| {
        let there = git
            .answer
            .as_ref()
            .and_then(|a| a.as_ref().ok()?.as_deref());
        let there = there.and_then(CommitId::parse);
        // A tip that is not here yet cannot be behind ours.
        there.is_some_and(|there| {
            there != local && plumbing.is_ancestor(there, local).unwrap_or(false)
        })
    });
    if let Some(worker) = git.worker {
        let shelf = Shelf::new(&path, super::super::credentials::place(settings), None);
        git.enrolled = shelf.enrolled(worker).ok().flatten();
    }
    git
}

/// The key and the credential of this machine's worker.
fn own(settings: &Settings, now: Timestamp, git: &mut Git) {
    let Some((worker, state)) = git.worker.zip(settings.state.as_deref()) else {
        return;
    };
    let said = |e: &CredentialError| text::line(&super::super::failure::chain(e)).into_owned();
    let swarm = &settings.credentials.swarm;
    git.key = match Home::new(state, swarm).worker_key(worker) {
        Ok(key) => Some(Ok(key.public().fingerprint())),
        Err(CredentialError::NoKey(_)) => None,
        Err(error) => Some(Err(said(&error))),
    };
    let delivery = Delivery::new(settings.runtime.as_deref(), state, swarm);
    git.held = match delivery.held(worker, now) {
        Ok(held) => held.map(|c| Ok(c.expires)),
        Err(error) => Some(Err(said(&error))),
    };
}

/// Files of keys and credentials that others may read.
fn open(settings: &Settings) -> Vec<File> {
    let state = settings.state.as_deref();
    let kept = state
        .into_iter()
        .flat_map(|s| [s.join("credentials"), s.join("keys")]);
    let held = settings.runtime.as_deref().map(|r| r.join("swarmwarden"));
    let mut left: VecDeque<PathBuf> = kept.chain(held).collect();
    let named = std::env::var_os("SWARMWARDEN_CREDENTIALS").unwrap_or_default();
    for path in std::env::split_paths(&named).filter(|p| !p.as_os_str().is_empty()) {
        // In a directory of others only what is read as a credential is looked at.
        match fs::read_dir(&path) {
            Ok(entries) => left.extend(
                (entries.flatten().map(|e| e.path()))
                    .filter(|p| p.extension().is_some_and(|e| e == "json") && p.is_file()),
            ),
            Err(_) => left.push_back(path),
        }
    }
    let (mut found, mut looked) = (Vec::new(), 0);
    while let Some(path) = left.pop_front().filter(|_| looked < FILES) {
        looked += 1;
        if path.is_dir() {
            let entries = fs::read_dir(&path).into_iter().flatten().flatten();
            left.extend(entries.map(|e| e.path()).filter(|p| !p.is_symlink()));
            continue;
        }
        let lock = path.extension().is_some_and(|e| e == "lock");
        found.extend(file(&path).filter(|f| !lock && f.regular && f.mode & 0o077 != 0));
    }
    found
}
