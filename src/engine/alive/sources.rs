//! Where credentials are found: files, directories of files, and what the caller brought. A file is read again only when it changed.

use crate::{credentials::Credential, domain::text};
use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

/// Files of one directory that are looked at.
const LISTED: usize = 8_192;

/// Which bytes a file had: device, inode, time, length, mode.
type Facts = (u64, u64, i64, i64, u64, u32);

/// Where to look.
#[derive(Clone, Default)]
pub struct Sources {
    paths: Vec<PathBuf>,
    brought: Vec<Credential>,
    seen: BTreeMap<PathBuf, (Facts, Result<Credential, String>)>,
    /// The files that were not there at the last look; `None` before the first.
    missing: Option<Vec<PathBuf>>,
}

/// What a look found.
#[derive(Default)]
pub struct Loaded {
    /// The credentials, each conversation once; of two for one the later wins.
    pub credentials: Vec<Credential>,
    /// What could not be read, and why; neutralised.
    pub faults: Vec<(PathBuf, String)>,
    /// Something is there and could not be read.
    pub unreadable: bool,
}

impl Sources {
    /// Looks at these files and directories, and always finds `brought`.
    #[must_use]
    pub fn new(paths: Vec<PathBuf>, brought: Vec<Credential>) -> Self {
        Self {
            paths,
            brought,
            seen: BTreeMap::new(),
            missing: None,
        }
    }

    /// Also looks at `path` from now on.
    pub fn add(&mut self, path: &Path) {
        if !self.paths.iter().any(|known| known == path) {
            self.paths.push(path.to_owned());
        }
    }

    /// The places, for people; neutralised.
    #[must_use]
    pub fn words(&self) -> String {
        let mut all: Vec<_> = (self.paths.iter())
            .map(|p| text::line(&p.to_string_lossy()).into_owned())
            .collect();
        if !self.brought.is_empty() {
            all.push("the environment".to_owned());
        }
        all.join(", ")
    }

    /// As [`Sources::load`]; `None` when nothing changed since the last look. O(files).
    pub fn news(&mut self) -> Option<Loaded> {
        let files = self.files();
        let mut there = 0;
        let mut missing = Vec::new();
        let mut changed = false;
        for path in &files {
            match facts(path) {
                None => missing.push(path.clone()),
                Some(now) => {
                    there += 1;
                    changed |= self.seen.get(path).is_none_or(|(known, _)| *known != now);
                }
            }
        }
        changed |= there != self.seen.len() || self.missing.as_ref() != Some(&missing);
        changed.then(|| self.load())
    }

    /// The files that there may be.
    fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for path in &self.paths {
            match fs::read_dir(path) {
                Ok(entries) => {
                    let named = |p: &PathBuf| p.extension().is_some_and(|e| e == "json");
                    let inside = entries.flatten().map(|e| e.path()).filter(named);
                    files.extend(inside.take(LISTED));
                }
                Err(_) => files.push(path.clone()),
            }
        }
        files
    }

    /// Looks. O(files), and reads those that changed.
    pub fn load(&mut self) -> Loaded {
        let mut found = BTreeMap::new();
        for credential in &self.brought {
            found.insert(credential.conversation.clone(), credential.clone());
        }
        let mut missing = Vec::new();
        let (mut faults, mut unreadable) = (Vec::new(), false);
        let mut seen = BTreeMap::new();
        for path in self.files() {
            let Some(facts) = facts(&path) else {
                missing.push(path.clone());
                faults.push((path, "there is no credential yet".to_owned()));
                continue;
            };
            let before = self.seen.remove(&path).filter(|(known, _)| *known == facts);
            let (_, read) = before.unwrap_or_else(|| (facts, read(&path)));
            match &read {
                Ok(credential) => {
                    let later = found
                        .get(&credential.conversation)
                        .is_none_or(|other| other.created <= credential.created);
                    if later {
                        found.insert(credential.conversation.clone(), credential.clone());
                    }
                }
                Err(why) => {
                    unreadable = true;
                    faults.push((path.clone(), why.clone()));
                }
            }
            seen.insert(path, (facts, read));
        }
        self.seen = seen;
        self.missing = Some(missing);
        Loaded {
            credentials: found.into_values().collect(),
            faults,
            unreadable,
        }
    }
}

/// Which bytes a file has; `None` when it is not there.
fn facts(path: &Path) -> Option<Facts> {
    let m = fs::metadata(path).ok()?;
    Some((
        m.dev(),
        m.ino(),
        m.mtime(),
        m.mtime_nsec(),
        m.len(),
        m.mode(),
    ))
}

fn read(path: &Path) -> Result<Credential, String> {
    match Credential::at(path) {
        Ok(Some(credential)) => Ok(credential),
        Ok(None) => Err("there is no credential yet".to_owned()),
        Err(error) => Err(text::line(&error.to_string()).into_owned()),
    }
}
