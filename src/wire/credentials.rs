//! `credentials`: enrolment, rotation, shared files.

mod revoke;
mod rotate;

pub(super) use rotate::rotating;

use super::{books, failure::Failure, pen, repository};
use crate::cli::{Accept, CredentialsCommand, Join, Share};
use std::{
    fs,
    io::{self, Read as _, Write as _},
    path::PathBuf,
    sync::Arc,
};
use swarmwarden::{
    credentials::{self as all, CAP, CredentialError, Home, Issued, Place, Shelf, Stage, Standing},
    domain::{Refusal, Timestamp, text},
    engine::{Issuer, Pen},
    git::Who,
    headless::Exit,
    settings::Settings,
    store::Store,
};

/// The orchestrator's role where nobody says another.
pub(super) const ORCHESTRATOR: &str = "s2-orchestrator";

/// What every command about credentials needs.
pub(super) struct Room<'a> {
    settings: &'a Settings,
    pub(super) home: Home,
    pub(super) shelf: Shelf,
    pub(super) now: Timestamp,
}

/// The bridge, open for writing.
pub(super) struct Bridge {
    pub(super) issuer: Issuer,
    pub(super) store: Box<dyn Store>,
}

/// The repository that credentials travel through, or a session runs in.
pub(super) fn repository(settings: &Settings) -> Result<PathBuf, Failure> {
    repository::path(settings).ok_or_else(|| {
        let why = "no repository here: go into one, or name one with --git DIR or git.path";
        Failure::Usage(why.to_owned())
    })
}

/// Where this program keeps its own.
pub(super) fn state(settings: &Settings) -> Result<&std::path::Path, Failure> {
    settings.state.as_deref().ok_or_else(|| {
        Failure::Usage("no directory for keys; name one with --state DIR".to_owned())
    })
}

/// Where credentials lie, as configured.
pub(super) fn place(settings: &Settings) -> Place {
    let configured = &settings.credentials;
    Place {
        remote: configured.remote.clone(),
        branch: configured.branch.clone(),
        folder: configured.folder.clone(),
        swarm: configured.swarm.clone(),
    }
}

impl<'a> Room<'a> {
    pub(super) fn new(settings: &'a Settings) -> Result<Self, Failure> {
        let place = place(settings);
        let home = Home::new(state(settings)?, &place.swarm);
        let base = settings.git_base.clone();
        Ok(Self {
            home,
            shelf: Shelf::new(&repository(settings)?, place, base),
            settings,
            now: super::clock(settings).now(),
        })
    }

    pub(super) fn who(&self) -> Who {
        self.shelf.who(&self.settings.actor, self.now)
    }

    /// The bridge, when it may be written.
    pub(super) fn bridge(&self, orchestrator: &str) -> Result<Bridge, Failure> {
        let bridge = super::bridge::Bridge::of(self.settings)?;
        let state = self.settings.state.as_deref();
        if self.settings.credentials.format.in_clear() {
            let why =
                "credentials.format writes tokens in clear: whoever reads the repository has them";
            writeln!(io::stderr(), "swarmwarden: {why}")?;
        }
        match pen::pen(self.settings, &bridge, self.settings.mode, state) {
            Pen::Forbidden(why) => Err(Failure::Refused(Refusal::ReadOnly(why.to_string()))),
            Pen::Ready { open, key } => Ok(Bridge {
                store: open()?,
                issuer: Issuer {
                    home: self.home.clone(),
                    shelf: self.shelf.clone(),
                    format: self.settings.credentials.format,
                    orchestrator: orchestrator.into(),
                    actor: Arc::clone(&self.settings.actor),
                    key,
                    books: books::of(self.settings),
                },
            }),
        }
    }
}

/// `credentials …`.
pub(super) fn run(settings: &Settings, asked: &CredentialsCommand) -> Result<Exit, Failure> {
    let room = Room::new(settings)?;
    let lines = match asked {
        CredentialsCommand::Join(asked) => room.join(asked)?,
        CredentialsCommand::List => room.list()?,
        CredentialsCommand::Accept(asked) => room.accept(asked)?,
        CredentialsCommand::Encrypt => room.encrypt()?,
        CredentialsCommand::Rotate(asked) => room.rotate(asked)?,
        CredentialsCommand::Revoke(asked) => room.revoke(asked.worker)?,
        CredentialsCommand::Share(asked) => room.share(asked)?,
    };
    say(&lines)?;
    Ok(Exit::Ok)
}

/// Lines for people.
fn say(lines: &[String]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    lines
        .iter()
        .try_for_each(|line| writeln!(out, "{}", text::line(line)))
}

impl Room<'_> {
    fn join(&self, asked: &Join) -> Result<Vec<String>, Failure> {
        let worker = number(asked.worker, self.settings)?;
        let done = all::join(&self.home, &self.shelf, worker, asked.replace, &self.who())?;
        let how = match (done.new_key, done.new) {
            (true, _) => "a key was made and offered",
            (false, true) => "its key was offered",
            (false, false) => "its key was offered before; nothing changed",
        };
        Ok(vec![
            format!("worker-{worker}: {how} on {}", self.shelf.place.branch),
            format!("fingerprint {}", done.fingerprint),
            format!(
                "the orchestrator compares it and runs: swarmwarden credentials accept worker-{worker} --fingerprint {}",
                done.fingerprint
            ),
        ])
    }

    fn list(&self) -> Result<Vec<String>, Failure> {
        let at = match self.shelf.fetch() {
            Ok(at) => at,
            Err(error) => {
                writeln!(
                    io::stderr(),
                    "swarmwarden: {error}; shown as it was seen last"
                )?;
                self.shelf.seen()?
            }
        };
        let members = all::members(&self.home, &self.shelf, at)?;
        let roster = self.home.roster()?;
        let mut lines: Vec<String> = Vec::new();
        for member in members {
            let standing = match &member.standing {
                Standing::Waiting => "waiting".to_owned(),
                Standing::Accepted => "accepted".to_owned(),
                Standing::Changed { accepted } => format!("CHANGED, accepted was {accepted}"),
                Standing::Gone => "accepted, its key is gone from the branch".to_owned(),
                Standing::Bad(why) => format!("BAD: {why}"),
            };
            let talks = roster.current(member.worker, self.now).map(words);
            lines.push(format!(
                "worker-{:<4} {:<39}  {standing}{}",
                member.worker,
                member.fingerprint.unwrap_or_else(|| "-".to_owned()),
                talks.unwrap_or_default(),
            ));
        }
        if lines.is_empty() {
            lines.push(format!("nobody has joined on {}", self.shelf.place.branch));
        }
        Ok(lines)
    }

    fn accept(&self, asked: &Accept) -> Result<Vec<String>, Failure> {
        let worker = asked.worker;
        let at = self.shelf.fetch()?;
        let known = self.home.roster()?.key(worker);
        let fingerprint = asked.fingerprint.as_deref();
        if let (Some(known), None) = (known, fingerprint) {
            // A second key for a number is another machine, or somebody who would like to be it.
            let of = |m: &all::Member| m.worker == worker;
            let members = all::members(&self.home, &self.shelf, at)?;
            let found = members.into_iter().find(of);
            if let Some(all::Member {
                standing: Standing::Changed { .. },
                fingerprint: Some(found),
                ..
            }) = found
            {
                let wanted = known.fingerprint();
                return Err(CredentialError::Fingerprint {
                    worker,
                    found,
                    wanted,
                }
                .into());
            }
        }
        let asked = (worker, fingerprint);
        let (key, new) = all::accept(&self.home, &self.shelf, at, asked, self.now)?;
        let mut lines = all::reseal(&self.home, &self.shelf, &self.who())?;
        let how = if new {
            "accepted"
        } else {
            "was accepted before"
        };
        lines.insert(
            0,
            format!("worker-{worker}: {how}, fingerprint {}", key.fingerprint()),
        );
        if new && fingerprint.is_none() {
            lines.push(format!("compare it with what its machine printed; `swarmwarden credentials revoke worker-{worker}` takes it back"));
        }
        Ok(lines)
    }

    fn encrypt(&self) -> Result<Vec<String>, Failure> {
        let format = self.settings.credentials.format;
        let who = self.who();
        let (mut lines, done) =
            all::encrypt_clear(&self.home, &self.shelf, format, (&who, self.now))?;
        if done.new {
            lines.push("what was pushed in clear stays in the history: `swarmwarden credentials rotate --all` makes it worthless".to_owned());
        } else if lines.is_empty() {
            lines.push("nothing stands in clear".to_owned());
        }
        Ok(lines)
    }

    fn share(&self, asked: &Share) -> Result<Vec<String>, Failure> {
        let own = || {
            asked
                .file
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
        };
        let name = asked.name.clone().or_else(own).unwrap_or_default();
        let mut bytes = Vec::new();
        let limit = u64::try_from(CAP + 1).unwrap_or(u64::MAX);
        let read = fs::File::open(&asked.file).and_then(|f| f.take(limit).read_to_end(&mut bytes));
        read.map_err(|e| Failure::Usage(super::text_of(&asked.file, &e)))?;
        let done = all::share(&self.home, &self.shelf, (&name, &bytes), &self.who())?;
        let readers = self.home.roster()?.accepted.len();
        let how = if done.new {
            "shared with"
        } else {
            "is shared already with"
        };
        Ok(vec![format!("{name}: {how} {readers} accepted workers")])
    }
}

fn words(issued: &Issued) -> String {
    let stage = match issued.stage {
        Stage::Prepared | Stage::Open => "waits to be sent",
        Stage::Sent => "sent",
        Stage::Alive => "in use",
        Stage::Revoked => "revoked, and not ended yet",
        Stage::Retired => "over",
    };
    format!("  {} {stage}, until {}", issued.id(), issued.expiry())
}

/// The worker of this machine.
pub(super) fn number(given: Option<u32>, settings: &Settings) -> Result<u32, Failure> {
    given.or(settings.credentials.worker).ok_or_else(|| {
        let why = "which worker is this? Say --worker N, $SWARMWARDEN_WORKER or credentials.worker, or call the machine …worker-N…";
        Failure::Usage(why.to_owned())
    })
}
