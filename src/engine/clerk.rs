//! Questions about the repository between its reads, and merges beside it: off the asynchronous threads, and never many at once, so that a
//! slow repository keeps nothing else waiting.

use crate::{
    domain::{Refusal, text},
    git::{GitError, Repos},
    link::Reply,
};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Commits of one answer.
const COMMITS: usize = 500;
/// Questions that are worked on at the same time.
const AT_ONCE: usize = 2;

/// Asks the repository.
#[derive(Clone)]
pub(super) struct Clerk {
    repos: Option<Arc<dyn Repos>>,
    reading: Arc<Semaphore>,
    merging: Arc<Semaphore>,
}

impl Clerk {
    /// Asks `repos`; refuses everything without one.
    pub(super) fn of(repos: Option<Arc<dyn Repos>>) -> Self {
        Self {
            repos,
            reading: Arc::new(Semaphore::new(AT_ONCE)),
            merging: Arc::new(Semaphore::new(1)),
        }
    }

    /// The newest commits of a branch. O(commits of the branch).
    pub(super) fn commits(&self, branch: Arc<str>) -> impl Future<Output = Reply> + use<> {
        self.ask(&self.reading, move |repos| {
            let found = repos.trees()?.log(&branch, COMMITS)?;
            Ok(Reply::Commits(branch, found))
        })
    }

    /// Begins a merge in a work tree of its own.
    pub(super) fn merge(
        &self,
        ours: Arc<str>,
        theirs: Arc<str>,
    ) -> impl Future<Output = Reply> + use<> {
        self.ask(&self.merging, move |repos| {
            let begun = repos.begin(&ours, &theirs)?;
            Ok(Reply::Merging(Box::new(begun)))
        })
    }

    fn ask<F>(&self, limit: &Arc<Semaphore>, work: F) -> impl Future<Output = Reply> + use<F>
    where
        F: FnOnce(&dyn Repos) -> Result<Reply, GitError> + Send + 'static,
    {
        let (repos, permit) = (self.repos.clone(), Arc::clone(limit).try_acquire_owned());
        async move {
            let Some(repos) = repos else {
                let why = "no repository is read; name one with --git DIR";
                return Reply::Refused(Refusal::Unavailable(why.to_owned()));
            };
            let Ok(permit) = permit else {
                return Reply::Refused(Refusal::Busy);
            };
            let done = tokio::task::spawn_blocking(move || {
                let done = work(&*repos);
                drop(permit);
                done
            });
            let why = match done.await {
                Ok(Ok(reply)) => return reply,
                Ok(Err(error)) => error.to_string(),
                Err(error) => error.to_string(),
            };
            Reply::Refused(Refusal::Unavailable(text::line(&why).into_owned()))
        }
    }
}

#[cfg(test)]
mod tests;
