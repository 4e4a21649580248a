//! `credentials rotate`, and the same by itself.

use super::{Room, repository};
use crate::{
    cli::RotateArgs,
    wire::{books, failure::Failure, glance},
};
use std::sync::{Arc, atomic::AtomicBool};
use swarmwarden::{
    credentials::Issued,
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
        let path = crate::wire::database(self.settings)?;
        let (picture, _) = glance(self.settings, path, self.settings.mode)?;
        let roster = self.home.roster()?;
        let mode = if asked.all || asked.worker.is_some() {
            swarmwarden::domain::credential::Rotate::Off
        } else {
            self.settings.credentials.rotate
        };
        let mut steps = rotation::plan(&roster, &picture, mode, self.now);
        let wanted = |i: &&Issued| asked.all || asked.worker == Some(i.worker);
        let mut current: Vec<&Issued> = roster.issued.iter().rev().filter(wanted).collect();
        current.dedup_by_key(|i| i.worker);
        let mut seen = std::collections::BTreeSet::new();
        for issued in current.into_iter().filter(|i| seen.insert(i.worker)) {
            steps.push(Step::Renew {
                worker: issued.worker,
                role: issued.role.clone(),
            });
        }
        if let Some(worker) = asked.worker.filter(|worker| !seen.contains(worker)) {
            let why = format!(
                "worker {worker} has no conversation that was made here; `swarmwarden deploy` makes one"
            );
            return Err(Failure::Refused(Refusal::NoSuch(why)));
        }
        let mut bridge = self.bridge(&orchestrator(&picture, &roster))?;
        let view = View {
            mode: self.settings.mode,
            detector: self.settings.detector.clone(),
            habits: Arc::default(),
            floors: Arc::default(),
        };
        let now = self.now;
        let mut lines = bridge.issuer.carry_out(
            &mut *bridge.store,
            &steps,
            |store| look(store, &view, now, None),
            now,
        )?;
        lines.push(if lines.is_empty() {
            "nothing is due".to_owned()
        } else {
            "an old conversation ends when its worker is seen in the new one: `swarmwarden watchdog` waits for that, or run this again".to_owned()
        });
        Ok(lines)
    }
}

/// The orchestrator's role, as the bridge has it for conversations that were made here.
fn orchestrator(
    picture: &swarmwarden::domain::Snapshot,
    roster: &swarmwarden::credentials::Roster,
) -> String {
    let ours = |w: &&Arc<swarmwarden::domain::Worker>| {
        roster.issued.iter().any(|i| i.id() == w.conversation)
    };
    let found = picture
        .workers
        .iter()
        .find(ours)
        .or(picture.workers.first());
    found.map_or_else(|| "s2-orchestrator".to_owned(), |w| w.session.to_string())
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
            orchestrator: "s2-orchestrator".into(),
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
