//! Which sessions there are: from the plan, from documents, from the names of branches; in this order.

use super::{
    super::{
        Branch, Timestamp,
        claim::{Claim, DocumentKind, Unit},
    },
    Filed, Pattern, Said,
};
use std::sync::Arc;

/// How the branch of a session was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// The configuration names it.
    Plan,
    /// A document names it.
    Document,
    /// Its name looks like a session's.
    Name,
    /// It was not found.
    Nowhere,
}

impl Found {
    /// Name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Document => "document",
            Self::Name => "name",
            Self::Nowhere => "nowhere",
        }
    }
}

/// A session, and what was said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Stable name: `session-3`, else the topic of its branch.
    pub key: Arc<str>,
    /// Its number.
    pub number: Option<u32>,
    /// What it is about; may be empty.
    pub title: Arc<str>,
    /// Its branch, by the name that the repository has for it.
    pub branch: Option<Arc<str>>,
    /// How the branch was found.
    pub found: Found,
    /// Branches that were named and do not exist, as written.
    pub missing: Vec<Arc<str>>,
    /// What was said of it, newest first.
    pub said: Vec<Said>,
    /// Files that it is to produce.
    pub outputs: Vec<Arc<str>>,
    /// Numbers of its agents, both ends included.
    pub range: Option<(u32, u32)>,
    /// Numbers of its teams.
    pub teams: Vec<u32>,
    /// The configuration names it.
    pub planned: bool,
}

impl Known {
    fn new(key: Arc<str>) -> Self {
        Self {
            key,
            number: None,
            title: "".into(),
            branch: None,
            found: Found::Nowhere,
            missing: Vec::new(),
            said: Vec::new(),
            outputs: Vec::new(),
            range: None,
            teams: Vec::new(),
            planned: false,
        }
    }

    /// Session `number`, as a plan has it.
    #[must_use]
    pub fn planned(number: u32, title: &str) -> Self {
        Self {
            number: Some(number),
            title: title.into(),
            planned: true,
            ..Self::new(format!("session-{number}").into())
        }
    }

    /// The newest claim with a status, else the newest claim.
    #[must_use]
    pub fn claim(&self) -> Option<&Said> {
        let with_status = |said: &&Said| said.claim.state.is_some();
        let own = |said: &&Said| said.kind != DocumentKind::Tracker;
        (self.said.iter().filter(own).find(with_status))
            .or_else(|| self.said.iter().find(with_status))
            .or_else(|| self.said.first())
    }

    fn hear(&mut self, said: Said) {
        self.said.push(said);
        self.said
            .sort_by(|a, b| (a.generated, b.at(), &a.path).cmp(&(b.generated, a.at(), &b.path)));
    }

    /// What its claims say of it, where the plan says nothing: the newest first.
    fn settle(&mut self) {
        let own = |said: &&Said| said.kind != DocumentKind::Tracker;
        for said in self.said.iter().filter(own) {
            let claim = &said.claim;
            if self.title.is_empty()
                && let Some(title) = &claim.title
            {
                self.title = Arc::clone(title);
            }
            self.range = self.range.or(claim.range);
            if self.teams.is_empty() {
                self.teams.clone_from(&claim.teams);
            }
            if self.outputs.is_empty() {
                self.outputs.clone_from(&claim.outputs);
            }
        }
    }
}

/// Branches that are taken for a session's when nothing names them.
const BY_NAME: &str = "claude/";

/// The sessions. `plan` comes first and keeps its order, then sessions with a number, then the others by name. O(claims × branches).
#[must_use]
pub fn identify(
    plan: &[(Known, Option<Pattern>)],
    filed: &[Filed],
    branches: &[Branch],
    base: Option<&str>,
) -> Vec<Known> {
    let mut all = Book {
        sessions: plan.iter().map(|(known, _)| known.clone()).collect(),
        branches,
    };
    for (n, (_, pattern)) in plan.iter().enumerate() {
        if let Some(pattern) = pattern {
            all.place(n, pattern, Found::Plan);
        }
    }
    for said in claims(filed, |kind| kind == DocumentKind::Status) {
        all.listed(said);
    }
    all.branches_of_claims();
    for said in claims(filed, |kind| kind == DocumentKind::Report) {
        all.reported(said);
    }
    for said in claims(filed, |kind| kind == DocumentKind::Tracker) {
        all.tracked(said);
    }
    all.named(base);
    let Book { mut sessions, .. } = all;
    sessions.iter_mut().for_each(Known::settle);
    let planned = plan.len();
    if let Some(found) = sessions.get_mut(planned..) {
        found.sort_by(|a, b| {
            let order = |k: &Known| (k.number.unwrap_or(u32::MAX), Arc::clone(&k.key));
            order(a).cmp(&order(b))
        });
    }
    sessions
}

/// The claims of documents of a kind, newest first, with where they stand.
fn claims(filed: &[Filed], kind: impl Fn(DocumentKind) -> bool) -> Vec<Said> {
    let documents = filed.iter().filter(|f| kind(f.document.kind));
    let mut all: Vec<Said> = documents
        .flat_map(|f| f.document.claims.iter().map(|claim| said(f, claim)))
        .collect();
    all.sort_by(|a, b| (b.at(), &a.path, a.claim.line).cmp(&(a.at(), &b.path, b.claim.line)));
    all
}

fn said(filed: &Filed, claim: &Claim) -> Said {
    Said {
        claim: claim.clone(),
        kind: filed.document.kind,
        path: Arc::clone(&filed.document.path),
        branch: Arc::clone(&filed.branch),
        commit: Arc::clone(&filed.commit),
        committed: filed.committed,
        updated: filed.document.updated,
        generated: filed.generated,
    }
}

struct Book<'a> {
    sessions: Vec<Known>,
    branches: &'a [Branch],
}

impl Book<'_> {
    fn numbered(&mut self, number: u32) -> &mut Known {
        let at = self.sessions.iter().position(|k| k.number == Some(number));
        let at = at.unwrap_or_else(|| {
            let new = Known::new(format!("session-{number}").into());
            self.sessions.push(Known {
                number: Some(number),
                ..new
            });
            self.sessions.len() - 1
        });
        // `at` was found or made just now.
        #[expect(clippy::indexing_slicing, reason = "the index was found in this list")]
        &mut self.sessions[at]
    }

    /// A claim of the document that lists the sessions.
    fn listed(&mut self, said: Said) {
        if let Some(number) = number(&said.claim) {
            self.numbered(number).hear(said);
        }
    }

    /// The newest branch that a pattern means.
    fn meant(&self, pattern: &Pattern) -> Option<&Branch> {
        let ours = self.branches.iter().filter(|b| pattern.is(&b.name));
        ours.max_by(|a, b| (a.committed, &b.name).cmp(&(b.committed, &a.name)))
    }

    fn place(&mut self, n: usize, pattern: &Pattern, how: Found) {
        let branch = self.meant(pattern).map(|b| Arc::clone(&b.name));
        if let Some(session) = self.sessions.get_mut(n) {
            match branch {
                Some(branch) => (session.branch, session.found) = (Some(branch), how),
                None => session.missing.push(pattern.raw().into()),
            }
        }
    }

    /// Every session without a branch gets the one that its claims name, the newest claim first.
    fn branches_of_claims(&mut self) {
        for n in 0..self.sessions.len() {
            let Some(session) = self.sessions.get(n).filter(|s| s.branch.is_none()) else {
                continue;
            };
            let named: Vec<Pattern> = (session.said.iter())
                .filter_map(|s| Some(Pattern::new(s.claim.branch.as_deref()?)))
                .collect();
            for pattern in named {
                self.place(n, &pattern, Found::Document);
                if self.sessions.get(n).is_some_and(|s| s.branch.is_some()) {
                    break;
                }
            }
        }
    }

    /// A session's own report: it belongs to the branch that it names, or to the number that it names where that is free of doubt.
    /// Two swarms may number their sessions alike: the branch decides.
    fn reported(&mut self, said: Said) {
        let pattern = said.claim.branch.as_deref().map(Pattern::new);
        if pattern.as_ref().is_some_and(Pattern::is_open) && said.claim.number.is_none() {
            return; // A template.
        }
        let named = pattern.and_then(|p| self.meant(&p).map(|b| Arc::clone(&b.name)));
        let place = named.unwrap_or_else(|| Arc::clone(&said.branch));
        let by_branch = |k: &&mut Known| k.branch.as_ref() == Some(&place);
        if let Some(session) = self.sessions.iter_mut().find(by_branch) {
            return session.hear(said);
        }
        let number = number(&said.claim);
        let free = |k: &&mut Known| number.is_some() && k.number == number && k.branch.is_none();
        if let Some(session) = self.sessions.iter_mut().find(free) {
            return session.hear(said);
        }
        if said.claim.branch.is_none() && number.is_none() {
            return; // It says neither who nor where.
        }
        let mut new = Known::new(topic(&place).into());
        new.branch = Some(place).filter(|b| self.branches.iter().any(|x| x.name == *b));
        new.found = if new.branch.is_some() {
            Found::Document
        } else {
            Found::Nowhere
        };
        new.title = title(&said);
        new.hear(said);
        self.add(new);
    }

    /// A phase of the tracker that names its session.
    fn tracked(&mut self, said: Said) {
        let of = said.claim.of_session;
        if let Some(session) = self
            .sessions
            .iter_mut()
            .find(|k| of.is_some() && k.number == of)
        {
            session.hear(said);
        }
    }

    /// Branches that nobody named, but that are called like a session's.
    fn named(&mut self, base: Option<&str>) {
        // The oldest keeps the short key, whatever comes later.
        let mut oldest: Vec<&Branch> = self.branches.iter().collect();
        oldest.sort_by_key(|b| (b.first.or(b.committed), Arc::clone(&b.name)));
        for branch in oldest {
            let taken = |k: &Known| k.branch.as_ref() == Some(&branch.name);
            let is_base = base.is_some_and(|base| {
                base == &*branch.name || base.strip_prefix("origin/") == Some(&branch.name)
            });
            if !branch.name.starts_with(BY_NAME) || is_base || self.sessions.iter().any(taken) {
                continue;
            }
            let mut new = Known::new(topic(&branch.name).into());
            new.branch = Some(Arc::clone(&branch.name));
            new.found = Found::Name;
            self.add(new);
        }
    }

    /// A key is one session's: where two have the same, the later one is called by its whole branch.
    fn add(&mut self, mut new: Known) {
        if self.sessions.iter().any(|k| k.key == new.key) {
            if let Some(branch) = &new.branch {
                new.key = Arc::clone(branch);
            }
            if let Some(twin) = self.sessions.iter_mut().find(|k| k.key == new.key) {
                for said in new.said {
                    twin.hear(said);
                }
                return;
            }
        }
        self.sessions.push(new);
    }
}

/// The number of a session; that of a phase is none.
fn number(claim: &Claim) -> Option<u32> {
    claim.number.filter(|_| claim.unit == Unit::Session)
}

/// `Session 3 H.323 Guardian Council` of a report of its own.
fn title(said: &Said) -> Arc<str> {
    let words = said.claim.title.as_deref().or(said.claim.id.as_deref());
    match (said.claim.number, words) {
        (Some(n), Some(words)) => format!("Session {n} {words}").into(),
        (Some(n), None) => format!("Session {n}").into(),
        (None, Some(words)) => words.into(),
        (None, None) => "".into(),
    }
}

/// `sip-communication` of `claude/sip-communication-011CV2nnsyHT4by1am1ZrkkA`.
pub(super) fn topic(branch: &str) -> &str {
    let last = branch.rsplit_once('/').map_or(branch, |(_, last)| last);
    match last.rsplit_once('-') {
        Some((topic, id)) if is_id(id) => topic,
        _ => last,
    }
}

/// Long, with digits and capitals: made by a machine.
fn is_id(word: &str) -> bool {
    word.len() >= 8
        && word.chars().all(|c| c.is_ascii_alphanumeric())
        && word.chars().any(|c| c.is_ascii_digit())
}

/// When a session was heard of first.
#[must_use]
pub(super) fn first_heard(known: &Known) -> Option<Timestamp> {
    known.said.iter().filter_map(Said::at).min()
}
