//! Which worker belongs to which session: by the configuration, by the documents' numbers, by the role of its orchestrator.

use super::{
    super::{
        Worker,
        swarmfile::{AgentPlan, SessionPlan},
    },
    Known, Survey,
    identify::topic,
};
use regex::Regex;
use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

/// `session-2`, `s2`, `Session 2 orchestrator`.
static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:^|[^a-z0-9])s(?:ession)?[-_ ]?(\d{1,4})(?:$|[^0-9a-z])").ok()
});

/// Who belongs where, worked out once for all workers.
pub(super) struct Members<'a> {
    survey: &'a Survey,
    /// Roles of planned agents.
    agents: HashMap<String, &'a Arc<str>>,
    /// Planned sessions with patterns for roles.
    patterns: Vec<(&'a SessionPlan, &'a Arc<str>)>,
    /// What was found for the roles of orchestrators.
    orchestrators: HashMap<Arc<str>, Option<&'a Arc<str>>>,
}

impl<'a> Members<'a> {
    /// O(planned agents × sessions).
    pub(super) fn new(survey: &'a Survey) -> Self {
        let planned = survey
            .plan
            .as_deref()
            .map_or(&[][..], |plan| &plan.sessions);
        let key = |number: u32| {
            let mut all = survey.grounds.iter().map(|g| &g.known);
            all.find(|k| k.number == Some(number)).map(|k| &k.key)
        };
        let mut members = Self {
            survey,
            agents: HashMap::new(),
            patterns: Vec::new(),
            orchestrators: HashMap::new(),
        };
        for session in planned {
            let Some(key) = key(session.number) else {
                continue;
            };
            let roles = session.agents.iter().map(AgentPlan::role);
            members.agents.extend(roles.map(|role| (role, key)));
            if !session.roles.is_empty() {
                members.patterns.push((session, key));
            }
        }
        members
    }

    /// The key of the session that a worker belongs to; `None` when only its orchestrator can tell. O(sessions).
    pub(super) fn of(&mut self, worker: &Worker) -> Option<&'a Arc<str>> {
        let label = worker.id.raw();
        if let Some(key) = self.agents.get(label) {
            return Some(key);
        }
        let by_pattern = self.patterns.iter().find(|(s, _)| s.fits_role(label));
        if let Some((_, key)) = by_pattern {
            return Some(key);
        }
        let team = worker.team.as_deref().and_then(number);
        if let Some(team) = team
            && let Some(key) = self.known(|k| k.teams.contains(&team))
        {
            return Some(key);
        }
        // `haiku-21` is an agent of the documents; `worker-21` may be anybody's.
        let haiku = label
            .get(..5)
            .is_some_and(|head| head.eq_ignore_ascii_case("haiku"));
        if let Some(n) = worker.number.filter(|_| haiku)
            && let Some(key) =
                self.known(|k| k.range.is_some_and(|(from, to)| (from..=to).contains(&n)))
        {
            return Some(key);
        }
        if let Some(found) = self.orchestrators.get(&worker.session) {
            return *found;
        }
        let found = self.led_by(&worker.session);
        self.orchestrators
            .insert(Arc::clone(&worker.session), found);
        found
    }

    fn known(&self, is: impl Fn(&Known) -> bool) -> Option<&'a Arc<str>> {
        let all = self.survey.grounds.iter().map(|g| &g.known);
        all.into_iter().find(|k| is(k)).map(|k| &k.key)
    }

    fn led_by(&self, role: &str) -> Option<&'a Arc<str>> {
        let named = NUMBER.as_ref().and_then(|regex| regex.captures(role));
        let named: Option<u32> = named.and_then(|found| found.get(1)?.as_str().parse().ok());
        let by_number = self.known(|k| named.is_some() && k.number == named);
        by_number.or_else(|| {
            self.known(|k| {
                let branch = k.branch.as_deref();
                *k.key == *role || branch.is_some_and(|b| b == role || topic(b) == role)
            })
        })
    }
}

/// `6` of `team-6`.
fn number(team: &str) -> Option<u32> {
    team.rsplit(['-', '_', ' ']).next()?.parse().ok()
}
