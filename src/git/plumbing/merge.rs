//! Two tips of one branch brought together, in memory.

use super::{CommitId, Plumbing, PlumbingError, Who, failed, record, swing, tip, writable};
use crate::domain::text;
use git2::{Oid, Repository};

impl Plumbing {
    /// Brings a branch up to `theirs`: moves it forward, leaves it when it is ahead, and merges in memory when both went on; makes it when
    /// there is none. O(commits and files that differ).
    ///
    /// # Errors
    /// As the variants of [`PlumbingError`] say; [`PlumbingError::Conflict`] when the merge needs a person.
    pub fn catch_up(
        &self,
        branch: &str,
        theirs: CommitId,
        who: &Who,
    ) -> Result<CommitId, PlumbingError> {
        let repo = self.open()?;
        let name = writable(&repo, branch)?;
        let ours = tip(&repo, &name)?;
        let Some(mine) = ours.filter(|mine| *mine != theirs.0) else {
            if ours.is_none() {
                swing(&repo, &name, None, theirs.0, branch)?;
            }
            return Ok(theirs);
        };
        let below = |a, b| {
            repo.graph_descendant_of(a, b)
                .map_err(failed("comparing commits"))
        };
        if below(mine, theirs.0)? {
            return Ok(CommitId(mine));
        }
        let id = if below(theirs.0, mine)? {
            theirs.0
        } else {
            merge(&repo, branch, mine, theirs.0, who)?
        };
        swing(&repo, &name, ours, id, branch)?;
        Ok(CommitId(id))
    }
}

fn merge(
    repo: &Repository,
    branch: &str,
    mine: Oid,
    theirs: Oid,
    who: &Who,
) -> Result<Oid, PlumbingError> {
    let failed = failed("merging");
    let commits = [mine, theirs].map(|id| repo.find_commit(id));
    let [Ok(ours), Ok(other)] = commits else {
        return Err(PlumbingError::Moved(branch.to_owned()));
    };
    let mut index = repo.merge_commits(&ours, &other, None).map_err(&failed)?;
    if index.has_conflicts() {
        let sides = index.conflicts().map_err(&failed)?.flatten();
        let paths = sides.filter_map(|c| c.our.or(c.their).or(c.ancestor));
        let files: Vec<_> = (paths.take(10))
            .map(|entry| text::line(&String::from_utf8_lossy(&entry.path)).into_owned())
            .collect();
        return Err(PlumbingError::Conflict {
            branch: branch.to_owned(),
            other: CommitId(theirs).to_string(),
            files: files.join(", "),
        });
    }
    let tree = index.write_tree_to(repo).map_err(failed)?;
    let message = format!("merge: {branch}");
    record(repo, who, &message, tree, &[&ours, &other])
}
