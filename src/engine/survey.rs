//! What a repository says of the sessions: documents of every branch, and the files that sessions are to produce.

mod plan;
mod probe;

use crate::{
    document,
    domain::{
        Branch, Repo, Timestamp,
        claim::{ClaimState, Document, DocumentKind},
        repo::Cell,
        session::{Barred, Duplicate, Filed, Ground, Known, Pattern, Survey, identify},
        text,
    },
    git::{Entry, GitError, Repos, Trees},
};
use plan::PlanFile;
use probe::Probed;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::PathBuf,
    sync::Arc,
};

/// Larger documents are named, not read.
const LARGE: u64 = 4 << 20;
/// Documents that are read of one repository.
const DOCUMENTS: usize = 1_000;

/// A document, and whether this program wrote it.
type Read = (Arc<Document>, bool);

/// A path, and the id of what stands there.
type Content = (Arc<str>, Arc<str>);

/// Reads a repository and the documents in it. Remembers what cannot change: a branch that did not move costs nothing.
pub struct Surveyor {
    repos: Arc<dyn Repos>,
    plan: PlanFile,
    /// Documents of a commit.
    listed: HashMap<Arc<str>, Arc<[Entry]>>,
    /// Documents by path and content.
    read: HashMap<Content, Option<Read>>,
    /// What was found on a commit.
    probed: HashMap<String, Probed>,
}

impl Surveyor {
    /// Reads `repos`; the plan stands in the file that was named, else in `.swarmwarden.toml` of the work tree.
    #[must_use]
    pub fn new(repos: Arc<dyn Repos>, plan: Option<PathBuf>) -> Self {
        Self {
            repos,
            plan: PlanFile::new(plan),
            listed: HashMap::new(),
            read: HashMap::new(),
            probed: HashMap::new(),
        }
    }

    /// Which repository, for people; neutralised.
    #[must_use]
    pub fn name(&self) -> Arc<str> {
        self.repos.name()
    }

    /// What it reads, for questions between its looks.
    #[must_use]
    pub fn repos(&self) -> Arc<dyn Repos> {
        Arc::clone(&self.repos)
    }

    /// What the repository says at `now`. Documents that cannot be read are named among the faults; they keep nothing else from being
    /// read. O(branches), and for each that moved O(entries of its tree + commits back to its documents).
    ///
    /// # Errors
    /// As [`Repos::status`].
    pub fn look(&mut self, now: Timestamp) -> Result<Repo, GitError> {
        let mut repo = self.repos.status(now)?;
        let survey = self.survey(&repo, now);
        repo.survey = Some(Arc::new(survey));
        Ok(repo)
    }

    fn survey(&mut self, repo: &Repo, now: Timestamp) -> Survey {
        let mut survey = Survey {
            read_at: now,
            ..Survey::default()
        };
        let plan = self.plan.read(repo, &mut survey.faults);
        let repos = Arc::clone(&self.repos);
        let trees = match repos.trees() {
            Ok(trees) => trees,
            Err(error) => {
                survey.faults.push(shown(&error));
                return survey;
            }
        };
        survey.documents = self.documents(repo, &*trees, &mut survey.faults);
        let planned = plan
            .as_ref()
            .map_or_else(Vec::new, |plan| plan::known(plan));
        let base = repo.base.as_deref();
        let known = identify(&planned, &survey.documents, &repo.branches, base);
        if let Some(plan) = plan {
            survey.terms = plan.limits;
            survey.plan = Some(plan);
        }
        let mut kept = HashMap::new();
        let mut grounds: Vec<Ground> = (known.into_iter())
            .map(|known| self.ground(known, repo, &*trees, &mut survey, &mut kept))
            .collect();
        self.probed = kept;
        barred(&mut grounds, &mut survey);
        for ground in &mut grounds {
            probe::blockers(ground, survey.plan.as_deref());
        }
        survey.duplicates = duplicates(&grounds);
        survey.grounds = grounds.into_iter().map(Arc::new).collect();
        survey
    }

    /// The documents of all branches, each content once: on the branch that stands still for longest, the base first, so that what a
    /// branch inherited is not taken for its own.
    fn documents(
        &mut self,
        repo: &Repo,
        trees: &dyn Trees,
        faults: &mut Vec<Arc<str>>,
    ) -> Vec<Filed> {
        let base = repo.base.as_deref().unwrap_or_default();
        let is_base =
            |b: &Branch| base == &*b.name || base.strip_prefix("origin/") == Some(&b.name);
        let mut order: Vec<&Branch> = repo.branches.iter().collect();
        order.sort_by_key(|b| (!is_base(b), b.committed, Arc::clone(&b.name)));
        let (mut found, mut seen, mut wanted) = (Vec::new(), HashSet::new(), Vec::new());
        let (mut listed, mut read) = (HashMap::new(), HashMap::new());
        for branch in order {
            let entries = match self.entries(branch, trees) {
                Ok(entries) => entries,
                Err(error) => {
                    faults.push(format!("{}: {}", branch.name, shown(&error)).into());
                    continue;
                }
            };
            listed.insert(Arc::clone(&branch.id), Arc::clone(&entries));
            for entry in entries.iter() {
                if seen.insert((Arc::clone(&entry.path), Arc::clone(&entry.id))) {
                    wanted.push((branch, entry.clone()));
                }
            }
        }
        for (branch, entry) in at_most(wanted, faults) {
            let key = (Arc::clone(&entry.path), Arc::clone(&entry.id));
            let document = match self.read.get(&key) {
                Some(document) => document.clone(),
                None => open(&entry, branch, trees, faults),
            };
            read.insert(key, document.clone());
            let touch = trees.touched(&branch.name, &entry.path).ok().flatten();
            found.extend(document.map(|(document, generated)| Filed {
                document,
                branch: Arc::clone(&branch.name),
                commit: touch.as_ref().map_or_else(
                    || Arc::clone(&branch.commit),
                    |t| text::head(&t.commit, 8).into(),
                ),
                committed: touch.and_then(|t| t.at),
                generated,
            }));
        }
        (self.listed, self.read) = (listed, read);
        found
    }

    /// The documents that a branch holds.
    fn entries(&self, branch: &Branch, trees: &dyn Trees) -> Result<Arc<[Entry]>, GitError> {
        if let Some(entries) = self.listed.get(&branch.id) {
            return Ok(Arc::clone(entries));
        }
        let wanted = |path: &str| document::kind_of(path).is_some();
        trees.names(&branch.name, &wanted).map(Into::into)
    }

    fn ground(
        &self,
        known: Known,
        repo: &Repo,
        trees: &dyn Trees,
        survey: &mut Survey,
        kept: &mut HashMap<String, Probed>,
    ) -> Ground {
        let branch = known.branch.as_ref();
        let branch = branch.and_then(|name| repo.branches.iter().find(|b| b.name == *name));
        let planned = survey.plan.as_ref().and_then(|plan| {
            let mut all = plan.sessions.iter();
            all.find(|s| known.planned && known.number == Some(s.number))
        });
        let criteria = planned.map_or(&[][..], |s| &s.criteria);
        let probed = branch.map_or_else(Probed::default, |branch| {
            let key = format!(
                "{} {} {:?} {criteria:?}",
                branch.id, repo.base_commit, known.outputs
            );
            let found = self.probed.get(&key).cloned().unwrap_or_else(|| {
                let base = repo.base.as_deref();
                probe::look(trees, branch, base, &known.outputs, criteria)
            });
            survey.faults.extend(found.faults.iter().cloned());
            kept.insert(key, found.clone());
            found
        });
        let complete =
            known.claim().and_then(|said| said.claim.state) == Some(ClaimState::Complete);
        let in_base = branch.is_none()
            && complete
            && repo
                .base
                .as_deref()
                .is_some_and(|base| probe::has_all(trees, base, &known.outputs));
        let outputs = if branch.is_some() {
            probed.outputs
        } else {
            probe::nowhere(&known.outputs)
        };
        Ground {
            conflicts: branch.and_then(|b| conflicts(repo, b)),
            branch: branch.cloned(),
            shared: (repo.branches.iter()).any(|b| b.remote || b.upstream.is_some()),
            outputs,
            measured: probed.measured,
            in_base,
            criteria: probed.criteria,
            blockers: Vec::new(),
            known,
        }
    }
}

/// As many documents as are read: first those that speak of all sessions, then those of the newest branches. That others are left out is
/// said.
fn at_most<'a>(
    mut all: Vec<(&'a Branch, Entry)>,
    faults: &mut Vec<Arc<str>>,
) -> Vec<(&'a Branch, Entry)> {
    let Some(over) = all.len().checked_sub(DOCUMENTS).filter(|over| *over > 0) else {
        return all;
    };
    all.sort_by_key(|(branch, entry)| {
        let own = document::kind_of(&entry.path) == Some(DocumentKind::Report);
        (own, std::cmp::Reverse(branch.committed))
    });
    all.truncate(DOCUMENTS);
    let words = format!("{over} documents are not read: at most {DOCUMENTS} are");
    faults.push(words.into());
    all
}

/// Files in which a branch conflicts with the base; `None` while that is not worked out.
fn conflicts(repo: &Repo, branch: &Branch) -> Option<Vec<Arc<str>>> {
    if branch.merged {
        return Some(Vec::new());
    }
    match repo.matrix.as_ref()?.with_base(&branch.name)? {
        Cell::Clean => Some(Vec::new()),
        Cell::Conflict(files) => Some(files.iter().map(|f| Arc::clone(&f.path)).collect()),
        Cell::Pending | Cell::Unrelated | Cell::Unknown(_) => None,
    }
}

fn open(
    entry: &Entry,
    branch: &Branch,
    trees: &dyn Trees,
    faults: &mut Vec<Arc<str>>,
) -> Option<Read> {
    match trees.read(entry, LARGE) {
        Ok(bytes) => {
            let generated = document::is_generated(&bytes);
            document::read(&entry.path, &bytes).map(|d| (Arc::new(d), generated))
        }
        Err(error) => {
            faults.push(format!("{} on {}: {}", entry.path, branch.name, shown(&error)).into());
            None
        }
    }
}

/// Every blocker goes to the session that it names, else to the one on whose branch it stands, else to all. Of several versions of a
/// document the one on the session's own branch counts, else the newest: what it no longer says is no blocker.
fn barred(grounds: &mut [Ground], survey: &mut Survey) {
    let filed = survey.documents.iter().filter(|f| !f.generated);
    let mut filed: Vec<&Filed> = filed.collect();
    filed.sort_by_key(|f| (std::cmp::Reverse(f.committed), Arc::clone(&f.branch)));
    let home = |session: u32| {
        let ours = grounds.iter().find(|g| g.known.number == Some(session));
        ours.and_then(|g| g.known.branch.clone())
    };
    let of_session = |branch: &Arc<str>| {
        grounds
            .iter()
            .any(|g| g.known.branch.as_ref() == Some(branch))
    };
    let mut all: Vec<Barred> = Vec::new();
    for this in &filed {
        let path = &this.document.path;
        let versions = || filed.iter().filter(|f| f.document.path == *path);
        for blocker in &this.document.blockers {
            let own = match blocker.session {
                Some(session) => home(session).and_then(|h| versions().find(|f| f.branch == h)),
                None => versions().find(|f| f.branch == this.branch && of_session(&this.branch)),
            };
            let counts = own.or_else(|| versions().next());
            if counts.is_some_and(|counts| std::ptr::eq(*counts, *this)) {
                all.push(Barred {
                    blocker: blocker.clone(),
                    path: Arc::clone(path),
                    branch: Arc::clone(&this.branch),
                    committed: this.committed,
                });
            }
        }
    }
    for barred in all {
        let named = barred.blocker.session;
        let of_number = |g: &Ground| named.is_some() && g.known.number == named;
        let of_branch =
            |g: &Ground| named.is_none() && g.known.branch.as_ref() == Some(&barred.branch);
        let at =
            (grounds.iter().position(of_number)).or_else(|| grounds.iter().position(of_branch));
        match at.and_then(|at| grounds.get_mut(at)) {
            Some(ground) => ground.blockers.push(barred),
            None => survey.blockers.push(barred),
        }
    }
}

/// A commit, and the session that made it.
type Made = (Arc<str>, Arc<str>);

/// Outputs that several sessions produce, each by a commit of its own. A file that one branch inherited from another is one work.
fn duplicates(grounds: &[Ground]) -> Vec<Duplicate> {
    // By path: commits, and the session of each.
    let mut by_path: BTreeMap<Arc<str>, Vec<Made>> = BTreeMap::new();
    for ground in grounds {
        for output in &ground.outputs {
            if let Some(file) = output.file.as_ref().filter(|f| !f.of_base) {
                let made = by_path.entry(Arc::clone(&output.path)).or_default();
                if made.iter().all(|(commit, _)| *commit != file.commit) {
                    made.push((Arc::clone(&file.commit), Arc::clone(&ground.known.key)));
                }
            }
        }
    }
    let twice = by_path.into_iter().filter(|(_, made)| made.len() > 1);
    twice
        .map(|(path, made)| Duplicate {
            path,
            sessions: made.into_iter().map(|(_, key)| key).collect(),
        })
        .collect()
}

fn shown(error: &GitError) -> Arc<str> {
    text::line(&error.to_string()).into()
}

/// What a plan says of a session, and how its branch is called.
pub(super) type Planned = (Known, Option<Pattern>);

#[cfg(test)]
mod tests;
