//! `credentials rotate`, and the same by itself.

use super::{ORCHESTRATOR, Room, repository, say};
use crate::{
    cli::RotateArgs,
    wire::{books, bridge::Bridge, failure::Failure, glance},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::AtomicBool},
};
use swarmwarden::{
    credentials::{CredentialError, Roster, Stage},
    domain::Refusal,
    engine::{
        Issuer, Pen, View,
        job::Rotating,
        look,
        rotation::{self, Step},
    },
    settings::Settings,
};

impl Room<'_> {
    pub(super) fn rotate(&self, asked: &RotateArgs) -> Result<Vec<String>, Failure> {
        let (picture, _) = glance(
            self.settings,
            &Bridge::of(self.settings)?,
            self.settings.mode,
        )?;
        let roster = self.home.roster()?;
        let mode = if asked.all || asked.worker.is_some() {
            swarmwarden::domain::credential::Rotate::Off
        } else {
            self.settings.credentials.rotate
        };
        let mut steps = rotation::plan(&roster, &picture, mode, self.now);
        let (renewed, mut lines) = wanted(&roster, asked)?;
        steps.extend(renewed);
        let mut bridge = self.bridge(ORCHESTRATOR)?;
        let view = View {
            mode: self.settings.mode,
            detector: self.settings.detector.clone(),
            habits: Arc::default(),
            floors: Arc::default(),
        };
        let now = self.now;
        let done = bridge.issuer.carry_out(
            &mut *bridge.store,
            &steps,
            |store| look(store, &view, now, None),
            now,
        )?;
        lines.extend(done.lines());
        if let Some((_, error)) = done.failed.into_iter().next() {
            say(&lines)?;
            return Err(error.into());
        }
        lines.push(if lines.is_empty() {
            "nothing is due".to_owned()
        } else {
            "an old conversation ends when its worker is seen in the new one and its last messages are read: `swarmwarden watchdog` waits for that, or run this again".to_owned()
        });
        Ok(lines)
    }
}

/// The workers that were asked for by name, and lines about those that get nothing.
fn wanted(roster: &Roster, asked: &RotateArgs) -> Result<(Vec<Step>, Vec<String>), Failure> {
    let mut newest = BTreeMap::new();
    for issued in roster.issued.iter().filter(|i| i.stage < Stage::Revoked) {
        if asked.all || asked.worker == Some(issued.worker) {
            newest.insert(issued.worker, issued);
        }
    }
    if let Some(worker) = asked.worker.filter(|worker| !newest.contains_key(worker)) {
        let why = format!(
            "worker {worker} has no conversation that was made here; `swarmwarden deploy` makes one"
        );
        return Err(Failure::Refused(Refusal::NoSuch(why)));
    }
    let (mut steps, mut lines) = (Vec::new(), Vec::new());
    for (worker, issued) in newest {
        if roster.key(worker).is_some() {
            steps.push(Step::Renew {
                worker,
                role: issued.role.clone(),
            });
        } else if asked.all {
            lines.push(format!(
                "worker-{worker}: is not accepted, and gets nothing new"
            ));
        } else {
            return Err(CredentialError::NotAccepted(worker).into());
        }
    }
    Ok((steps, lines))
}

/// How conversations are renewed by themselves: where this machine issued some, and may write.
pub(in crate::wire) fn rotating(settings: &Settings, pen: &Pen, view: &View) -> Option<Rotating> {
    let Pen::Ready { open, key } = pen else {
        return None;
    };
    let room = Room::new(settings).ok()?;
    let roster = room.home.roster().ok()?;
    if roster.issued.is_empty() && roster.accepted.is_empty() {
        return None;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let repo = repository(settings).ok()?;
    let network = swarmwarden::git::Network::at(repo).until(Arc::clone(&stop));
    Some(Rotating {
        issuer: Issuer {
            shelf: room.shelf.through(network),
            home: room.home,
            format: settings.credentials.format,
            orchestrator: ORCHESTRATOR.into(),
            actor: Arc::clone(&settings.actor),
            key: key.clone(),
            books: books::of(settings),
        },
        rotate: settings.credentials.rotate,
        open: Arc::clone(open),
        view: view.clone(),
        stop,
    })
}
