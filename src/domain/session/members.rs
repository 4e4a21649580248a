//! Which worker belongs to which session: by the configuration, by the documents' numbers, by the role of its orchestrator.

use super::{super::Worker, Survey, identify::topic};
use regex::Regex;
use std::sync::{Arc, LazyLock};

/// `session-2`, `s2`, `Session 2 orchestrator`.
static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:^|[^a-z0-9])s(?:ession)?[-_ ]?(\d{1,4})(?:$|[^0-9a-z])").ok()
});

/// The key of the session that a worker belongs to; `None` when only its orchestrator can tell. O(sessions).
pub(super) fn session_of<'a>(worker: &Worker, survey: &'a Survey) -> Option<&'a Arc<str>> {
    let label = worker.id.raw();
    if let Some(plan) = &survey.plan
        && let Some(session) = plan.sessions.iter().find(|s| s.has_role(label))
    {
        let ours = survey.grounds.iter().map(|g| &g.known);
        let mut ours = ours.filter(|k| k.number == Some(session.number));
        if let Some(known) = ours.next() {
            return Some(&known.key);
        }
    }
    let all = || survey.grounds.iter().map(|g| &g.known);
    if let Some(team) = worker.team.as_deref().and_then(number) {
        let ours = all().find(|k| k.teams.contains(&team));
        if let Some(found) = ours {
            return Some(&found.key);
        }
    }
    // `haiku-21` is an agent of the documents; `worker-21` may be anybody's.
    if let Some(n) = worker
        .number
        .filter(|_| label.to_ascii_lowercase().starts_with("haiku"))
    {
        let ours = all().find(|k| k.range.is_some_and(|(from, to)| (from..=to).contains(&n)));
        if let Some(found) = ours {
            return Some(&found.key);
        }
    }
    let role = &*worker.session;
    let named = NUMBER.as_ref().and_then(|regex| regex.captures(role));
    let named: Option<u32> = named.and_then(|found| found.get(1)?.as_str().parse().ok());
    let by_number = all().find(|k| named.is_some() && k.number == named);
    let by_name = || {
        all().find(|k| {
            let branch = k.branch.as_deref();
            *k.key == *role || branch.is_some_and(|b| b == role || topic(b) == role)
        })
    };
    by_number.or_else(by_name).map(|k| &k.key)
}

/// `6` of `team-6`.
fn number(team: &str) -> Option<u32> {
    team.rsplit(['-', '_', ' ']).next()?.parse().ok()
}
