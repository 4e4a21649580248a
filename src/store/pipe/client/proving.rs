//! Tokens that are shown on a pipe for workers, so that their messages can be read there.

use super::{PipeStore, Trouble, decode};
use crate::store::{
    Bearer, Proved, StoreError,
    pipe::{
        bearing::{BearerArgs, ProvedForm},
        call::Scope,
        link::Link,
        proofs::Proof,
    },
};

impl PipeStore {
    /// What can be proved, where that is asked for.
    pub(super) fn provable(&self) -> Vec<Proof> {
        let asked = self.scope == Scope::Workers;
        let proofs = self.plan.proofs.as_ref().filter(|_| asked);
        proofs.map_or_else(Vec::new, |proofs| proofs())
    }

    /// Shows a token on a pipe that was just opened.
    pub(super) fn show(&mut self, link: &mut Link, proof: Proof) -> Result<(), Trouble> {
        let bearer = Bearer {
            conversation: &proof.conversation,
            side: proof.side,
            token: &proof.token,
        };
        let args = BearerArgs::of(&bearer, &[], 0);
        let proved: ProvedForm = self.on(link, "prove", &args)?;
        self.shown.add(proof, denied(proved.into()));
        Ok(())
    }

    /// Shows what was not shown yet, and what nothing can be read without.
    pub(super) fn prove_all(&mut self) -> Result<(), StoreError> {
        if self.scope == Scope::Operators {
            return Ok(());
        }
        for proof in self.provable() {
            if self.shown.has(&proof) {
                continue;
            }
            let bearer = Bearer {
                conversation: &proof.conversation,
                side: proof.side,
                token: &proof.token,
            };
            let args = BearerArgs::of(&bearer, &[], 0);
            let proved = self.ask("prove", &args, &|line| decode(line, |p: ProvedForm| Ok(p)))?;
            self.shown.add(proof, denied(proved.into()));
            self.skip = Default::default();
        }
        match self.shown.nothing() {
            None => Ok(()),
            Some(why) => Err(StoreError::Refused {
                path: self.known.source.name.to_string(),
                why,
            }),
        }
    }
}

/// Why a token was not taken; `None` where it was.
fn denied(proved: Proved) -> Option<String> {
    match proved {
        Proved::Yes => None,
        Proved::Unprovable => Some("the bridge has no column for tokens".to_owned()),
        Proved::Denied(why) => Some(why.to_string()),
    }
}
