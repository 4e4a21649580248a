//! `credentials revoke`.

use super::{Room, say};
use crate::wire::failure::Failure;
use swarmwarden::credentials::{self as all, Issued, Stage};

impl Room<'_> {
    /// Takes back what the worker has, each part whatever becomes of the others: acceptance, key and credential, shared files, conversations.
    pub(super) fn revoke(&self, worker: u32) -> Result<Vec<String>, Failure> {
        let (mut lines, mut failed) = (Vec::new(), Vec::new());
        let mut new = false;
        match all::revoke(&self.home, &self.shelf, worker, &self.who()) {
            Ok((_, done)) => new = done.new,
            Err(e) => failed.push((
                "its key and credential may stand on the branch still".into(),
                e.into(),
            )),
        }
        let roster = self.home.roster()?;
        let own = |i: &&Issued| i.worker == worker && i.stage == Stage::Revoked;
        let live: Vec<_> = roster.issued.iter().filter(own).collect();
        if !live.is_empty() {
            self.end_all(&live, &mut lines, &mut failed);
        }
        match all::reseal(&self.home, &self.shelf, &self.who()) {
            Ok(resealed) => lines.extend(resealed),
            Err(e) => failed.push(("what comes to be shared may reach it".into(), e.into())),
        }
        lines.push(if new || !lines.is_empty() || !failed.is_empty() {
            format!("worker-{worker}: revoked; what it has read of shared files it still knows")
        } else {
            format!("worker-{worker}: nothing to revoke")
        });
        let again = "run this again";
        lines.extend(
            failed
                .iter()
                .map(|(what, e)| format!("worker-{worker}: {what}: {e}; {again}")),
        );
        let Some((_, first)) = failed.into_iter().next() else {
            return Ok(lines);
        };
        say(&lines)?;
        Err(first)
    }

    fn end_all(
        &self,
        live: &[&Issued],
        lines: &mut Vec<String>,
        failed: &mut Vec<(String, Failure)>,
    ) {
        let still = |issued: &Issued| {
            let id = issued.id();
            format!("{id} lives still in the bridge, and `swarmwarden watchdog` tries to end it")
        };
        let mut bridge = match self.bridge("") {
            Ok(bridge) => bridge,
            Err(e) => {
                let all: Vec<_> = live.iter().map(|issued| still(issued)).collect();
                return failed.push((all.join(", "), e));
            }
        };
        for issued in live {
            let reason = format!("worker-{} is revoked", issued.worker);
            let ended = bridge
                .issuer
                .end(&mut *bridge.store, &issued.id(), &reason, self.now);
            match ended {
                Ok(true) => lines.push(format!("{}: over", issued.id())),
                Ok(false) => {}
                Err(e) => failed.push((still(issued), e.into())),
            }
        }
    }
}
