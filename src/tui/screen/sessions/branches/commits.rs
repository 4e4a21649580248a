//! The commits of the branch that is looked at: asked of the engine, one branch at a time.

use crate::{
    domain::{Command, Refusal, repo::CommitLine},
    link::RequestId,
    tui::{
        effect::Effect,
        model::{Model, View},
        overlay::Overlay,
        screen::sessions::Layout,
    },
};
use std::sync::Arc;

/// A branch and the commit that it stands at.
type Tip = (Arc<str>, Arc<str>);

/// Commits of the branch that was asked for last.
#[derive(Debug, Default)]
pub(crate) struct Commits {
    /// Whose they are.
    of: Option<Tip>,
    /// They, or why they could not be read.
    found: Option<Result<Vec<CommitLine>, String>>,
    /// What was asked and is not answered yet.
    asked: Option<(RequestId, Tip)>,
}

impl Commits {
    /// The commits of a branch, or why there are none; `None` while they are not there.
    pub(crate) fn of(&self, branch: &str) -> Option<Result<&[CommitLine], &str>> {
        self.of.as_ref().filter(|(name, _)| &**name == branch)?;
        let found = self.found.as_ref()?;
        Some(found.as_deref().map_err(String::as_str))
    }

    /// What failed is asked once more.
    pub(super) fn again(&mut self) {
        if matches!(self.found, Some(Err(_))) {
            self.of = None;
        }
    }

    /// An answer; `false` when it was to no question of ours.
    fn answer(&mut self, id: RequestId, found: Result<Vec<CommitLine>, String>) -> bool {
        let Some((_, tip)) = self.asked.take_if(|(asked, _)| *asked == id) else {
            return false;
        };
        (self.of, self.found) = (Some(tip), Some(found));
        true
    }
}

/// The branch whose commits are on screen.
fn wanted(model: &Model) -> Option<Tip> {
    let state = &model.screens.sessions;
    let name = match &model.overlay {
        Some(Overlay::Page(page)) => Arc::clone(page.branch()?),
        Some(_) => return None,
        None => {
            let seen = state.layout == Layout::Branches && state.detail.2 > 0;
            let row = state.branches.selected();
            Arc::clone(&row.filter(|_| seen && model.view == View::Sessions)?.name)
        }
    };
    let repo = model.snapshot().repo.as_ref()?;
    let id = match repo.branches.iter().find(|b| b.name == name) {
        Some(branch) => Arc::clone(&branch.id),
        // The base, when it is no branch of the list; it stands still while its short commit does.
        None => Arc::clone(&repo.base_commit),
    };
    Some((name, id))
}

/// Asks for the commits that are on screen, unless they are known or a question is on its way. O(branches).
pub(crate) fn ask(model: &mut Model) -> Option<Effect> {
    if model.facts.gone().is_some() || model.screens.sessions.branches.commits.asked.is_some() {
        return None;
    }
    let tip = wanted(model)?;
    if model.screens.sessions.branches.commits.of.as_ref() == Some(&tip) {
        return None;
    }
    let branch = Arc::clone(&tip.0);
    let (id, effect) = model.ask(Command::Commits { branch });
    model.screens.sessions.branches.commits.asked = Some((id, tip));
    Some(effect)
}

/// The answer came.
pub(crate) fn commits(model: &mut Model, id: RequestId, found: Vec<CommitLine>) {
    let commits = &mut model.screens.sessions.branches.commits;
    commits.answer(id, Ok(found));
}

/// It could not be answered; `false` when that was no question of ours. The reason is shown where the commits would stand.
pub(crate) fn refused(model: &mut Model, id: RequestId, why: &Refusal) -> bool {
    let commits = &mut model.screens.sessions.branches.commits;
    commits.answer(id, Err(why.to_string()))
}
