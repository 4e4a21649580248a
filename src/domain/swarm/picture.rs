//! The fold, drawn: verdicts, groups, problems, counts.

use super::{Swarm, label::natural};
use crate::domain::{
    Group, GroupKind, Repo, Seen, Severity, Snapshot, Source, State, StateCounts, Timestamp,
    Traffic, Worker, WorkerId, assess,
    session::{self, Session},
};
use std::{collections::BTreeMap, sync::Arc};

impl Swarm {
    /// The swarm at `now`. Judges whom a row touched or whose time has come. O(workers + tasks).
    pub fn picture(&mut self, now: Timestamp, source: Source, repo: Option<Arc<Repo>>) -> Snapshot {
        self.evaluate(now);
        let mut picture = self.outline(now, source);
        picture.groups = groups(&picture.workers);
        picture.repo = repo;
        picture.judge_sessions(now);
        picture.find_problems(now);
        picture
    }

    /// The same without a repository, and without what only people look at: groups and sessions. Its problems are the same, because a session
    /// that no repository knows has none. O(workers + tasks), about a quarter of a picture.
    pub fn sketch(&mut self, now: Timestamp, source: Source) -> Snapshot {
        self.evaluate_states(now);
        let mut picture = self.outline(now, source);
        picture.find_problems(now);
        picture
    }

    /// What the fold itself knows.
    fn outline(&mut self, now: Timestamp, source: Source) -> Snapshot {
        if source.error.is_none() && source.progress.is_none() {
            self.read_until = source.read_at.max(self.read_until);
        }
        self.show_bodies(Seen::Recorded);
        let (workers, folded) = self.shown();
        let mut states = StateCounts::default();
        for worker in &workers {
            states.add(worker.verdict.state);
        }
        let ledger = &self.ledger;
        let tasks = self.listing.get_or_insert_with(|| ledger.listing()).clone();
        Snapshot {
            at: now,
            cursor: self.cursor,
            chains: Arc::clone(&self.chains),
            floors: Arc::clone(&self.generations.floors),
            groups: Vec::new(),
            severity: Severity::default(),
            problems: Vec::new(),
            alerts: Vec::new(),
            silences: Vec::new(),
            states,
            workers,
            folded,
            tasks,
            task_counts: self.ledger.counts(),
            messages: Arc::clone(&self.messages),
            traffic: Traffic {
                unread: self
                    .workers
                    .iter()
                    .map(|w| w.unread_ids().count() as u64)
                    .sum(),
                unknown_reports: self.ledger.unknown_reports(),
                ..self.traffic
            },
            events: Arc::clone(&self.log.events),
            completions: Arc::clone(&self.completions),
            tally: Arc::clone(&self.tally),
            observer: self.vigil.observer.clone(),
            source,
            sessions: Vec::new(),
            repo: None,
        }
    }

    /// Workers to show: an older conversation folds under the newer one of its role once it is over, or has given no sign of
    /// life since the newer one was made. Where two remain, their labels tell them apart.
    fn shown(&self) -> (Vec<Arc<Worker>>, usize) {
        let mut out: Vec<Arc<Worker>> = Vec::with_capacity(self.workers.len());
        let mut folded = 0;
        let mut head: Option<(usize, Option<Timestamp>)> = None;
        for fold in &self.workers {
            let Some(view) = fold.view() else { continue };
            if !fold.twin {
                head = Some((out.len(), fold.created));
                out.push(Arc::clone(view));
                continue;
            }
            let over = matches!(view.verdict.state, State::Expired | State::Finished);
            let quiet = head.is_some_and(|(_, made)| fold.sign() < made);
            match head.and_then(|(at, _)| out.get_mut(at)) {
                Some(newer) if over || quiet => {
                    Arc::make_mut(newer).older += 1;
                    folded += 1;
                }
                _ => {
                    let mut named = Worker::clone(view);
                    named.id = WorkerId::new(format!(
                        "{}#{}",
                        fold.label.raw(),
                        tail(fold.conversation.raw())
                    ));
                    out.push(Arc::new(named));
                }
            }
        }
        (out, folded)
    }
}

/// The last four characters.
fn tail(raw: &str) -> &str {
    raw.char_indices()
        .rev()
        .nth(3)
        .and_then(|(at, _)| raw.get(at..))
        .unwrap_or(raw)
}

impl Snapshot {
    fn find_problems(&mut self, now: Timestamp) {
        self.problems = assess(self, now);
        let worst = self.problems.first().map(|p| p.severity);
        self.severity = worst.unwrap_or_default();
    }

    /// Judges the sessions by what is in the picture. Sessions of the repository take the place of those of the orchestrators, which are among them. O(workers × sessions + tasks).
    pub fn judge_sessions(&mut self, now: Timestamp) {
        let survey = self.repo.as_ref().and_then(|repo| repo.survey.as_deref());
        self.sessions = session::judge(session::Scene {
            survey,
            workers: &self.workers,
            tasks: &self.tasks,
            now,
        });
        if survey.is_none() {
            return;
        }
        let of_note = |s: &&Arc<Session>| s.number.is_some() || !s.workers.is_empty() || s.active;
        let sessions = self.sessions.iter().filter(of_note).map(|s| Group {
            kind: GroupKind::Session,
            name: Arc::clone(&s.key),
            states: s.states,
            open: s.tasks.open,
            done: s.tasks.done,
            failed: s.tasks.failed,
            at_risk: s.tasks.at_risk,
        });
        let teams = self.groups.iter().filter(|g| g.kind == GroupKind::Team);
        self.groups = sessions.chain(teams.cloned()).collect();
    }
}

fn groups(workers: &[Arc<Worker>]) -> Vec<Group> {
    let mut found: BTreeMap<(GroupKind, Arc<str>), Group> = BTreeMap::new();
    for worker in workers {
        let team = worker.team.as_ref().or(worker.role.as_ref());
        let names = [
            (GroupKind::Session, Some(&worker.session)),
            (GroupKind::Team, team),
        ];
        for (kind, name) in names {
            let name = name.cloned().unwrap_or_else(|| "—".into());
            let group = found
                .entry((kind, Arc::clone(&name)))
                .or_insert_with(|| Group {
                    kind,
                    name,
                    states: StateCounts::default(),
                    open: 0,
                    done: 0,
                    failed: 0,
                    at_risk: 0,
                });
            let state = worker.verdict.state;
            let open = worker.tasks.len() as u64;
            group.states.add(state);
            group.open += open;
            group.done += u64::from(worker.done);
            group.failed += u64::from(worker.failed);
            if matches!(state, State::Silent | State::Expired | State::Stalled) {
                group.at_risk += open;
            }
        }
    }
    let mut all: Vec<Group> = found.into_values().collect();
    all.sort_by_cached_key(|group| (group.kind, natural(&group.name)));
    all
}
