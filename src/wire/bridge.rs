//! The bridge, wherever it is: a file of this machine, or one that a command reaches. The only place that opens either.

use super::failure::Failure;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use swarmwarden::{
    domain::{Mode, audit::fingerprint, text},
    engine::{
        Opener,
        job::{Open, Opened},
    },
    settings::Settings,
    store::{
        SqliteStore, Store, StoreError,
        pipe::{PipeStore, Plan, Proofs, Purpose, Shell, shell_name},
    },
    watch::{Watch, network_file_system},
};

/// Where the bridge is.
#[derive(Clone)]
pub(super) struct Bridge {
    /// By this our own memory of it is found: the file, or a name that the command always has.
    place: PathBuf,
    /// The command that reaches it.
    via: Option<Arc<str>>,
}

impl Bridge {
    /// The bridge that was named or found.
    pub(super) fn of(settings: &Settings) -> Result<Self, Failure> {
        Self::known(settings).ok_or(Failure::NoDatabase)
    }

    /// As [`Bridge::of`]; `None` where there is none.
    pub(super) fn known(settings: &Settings) -> Option<Self> {
        if let Some(line) = &settings.via {
            return Some(Self::through(line));
        }
        settings.db.as_deref().map(Self::file)
    }

    /// The file of this machine that was named or found, for what works on the file itself.
    pub(super) fn of_file(settings: &Settings) -> Result<&Path, Failure> {
        if settings.via.is_some() {
            let why = "this works on the database's own file: run it on the machine where that lies, without --via";
            return Err(Failure::Usage(why.to_owned()));
        }
        settings.db.as_deref().ok_or(Failure::NoDatabase)
    }

    /// A file.
    pub(super) fn file(path: &Path) -> Self {
        Self {
            place: path.to_owned(),
            via: None,
        }
    }

    /// What `line` reaches.
    fn through(line: &str) -> Self {
        let words: Vec<&str> = line.split_whitespace().collect();
        // No such directory is made anywhere: what lies beside a database lies in the state directory for this one.
        let place = Path::new("/swarmwarden-via").join(fingerprint(&words.join(" ")));
        Self {
            place,
            via: Some(line.into()),
        }
    }

    /// By what our own memory of it is found.
    pub(super) fn place(&self) -> &Path {
        &self.place
    }

    /// Its name for people, neutralised.
    pub(super) fn name(&self) -> Arc<str> {
        match &self.via {
            Some(line) => shell_name(line).into(),
            None => text::line(&self.place.to_string_lossy()).into(),
        }
    }

    /// Why its file must not be written from here.
    pub(super) fn shared(&self) -> Option<&'static str> {
        // Of a file on another machine that machine judges.
        self.via
            .is_none()
            .then(|| network_file_system(&self.place))
            .flatten()
    }

    /// Opens it.
    pub(super) fn open(&self, purpose: Purpose) -> Result<Box<dyn Store>, StoreError> {
        match &self.via {
            Some(line) => Ok(Box::new(PipeStore::open(plan(line, purpose))?)),
            None => file(&self.place, purpose),
        }
    }

    /// How to open it, again and again.
    pub(super) fn opener(&self, purpose: Purpose) -> Opener {
        let bridge = self.clone();
        Arc::new(move || bridge.open(purpose))
    }

    /// How to open it and be woken by its commits.
    pub(super) fn follower(&self, mode: Mode) -> Open {
        let follows = matches!(mode, Mode::Live | Mode::Demo);
        let bridge = self.clone();
        Arc::new(move || {
            if !follows {
                let store = bridge.open(Purpose::Reading)?;
                return Ok(Opened { store, watch: None });
            }
            bridge.followed(None)
        })
    }

    /// The same for one of many that wait for messages; `proofs` are the tokens that let a pipe for workers hand them over.
    pub(super) fn listener(&self, proofs: Option<Proofs>) -> Open {
        let bridge = self.clone();
        Arc::new(move || {
            let Opened { store, watch } = bridge.followed(proofs.clone())?;
            let watch = watch.map(Watch::calm);
            Ok(Opened { store, watch })
        })
    }

    fn followed(&self, proofs: Option<Proofs>) -> Result<Opened, StoreError> {
        let Some(line) = &self.via else {
            let store = file(&self.place, Purpose::Reading)?;
            let watch = Some(Watch::new(&self.place));
            return Ok(Opened { store, watch });
        };
        let watch = Watch::told();
        let hinter = watch.hinter();
        let mut plan = plan(line, Purpose::Reading).told(move || hinter.hint());
        if let Some(proofs) = proofs {
            plan = plan.proving(proofs);
        }
        let store = Box::new(PipeStore::open(plan)?);
        let watch = Some(watch);
        Ok(Opened { store, watch })
    }
}

/// Opens a file.
pub(super) fn file(path: &Path, purpose: Purpose) -> Result<Box<dyn Store>, StoreError> {
    let store = match purpose {
        Purpose::Reading => SqliteStore::open(path),
        Purpose::Writing => SqliteStore::open_for_writing(path),
        Purpose::Beats => SqliteStore::open_for_beats(path),
    };
    Ok(Box::new(store?))
}

fn plan(line: &str, purpose: Purpose) -> Plan {
    Plan::new(Shell::new(line), purpose).seeded(super::pen::random()[0])
}
