//! What an operator can do about a session, in one sentence with the command that does it.

use super::{super::claim::ClaimState, Kind, Session, Stage};

impl Session {
    /// The next step, the most pressing one; `None` where there is none.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        let name = self
            .number
            .map_or_else(|| self.key.to_string(), |n| n.to_string());
        let has = |kind: Kind| self.contradictions.iter().any(|c| c.kind == kind);
        if has(Kind::Finished) {
            return Some(
                "do not start it again: its status is wrong; `swarmwarden report --format status-md --commit --branch BRANCH` writes what is found"
                    .to_owned(),
            );
        }
        if self.over.is_some() && self.tasks.open > 0 {
            return Some(format!(
                "`swarmwarden takeover {name} --by SESSION --dry-run` shows what another session would go on with; r hands its tasks on"
            ));
        }
        if self.open_blockers().next().is_some() {
            return Some(
                "a blocker is open: somebody must resolve it, or strike it through".to_owned(),
            );
        }
        if self.at_stake.is_some() || has(Kind::Unpushed) {
            let branch = self.branch().map_or("", |b| &b.name);
            return Some(format!("push it: `git push origin {branch}`"));
        }
        let claimed = self.claim().and_then(|said| said.claim.state);
        let ready = claimed == Some(ClaimState::Ready) && self.stage == Stage::Absent;
        ready.then(|| {
            format!("`swarmwarden deploy --session {name} --dry-run` shows how it would start")
        })
    }
}
