//! What the workers of a demo are called, and what they work on and say.

use super::Scenario;

const ROLES: [&str; 16] = [
    "backend", "frontend", "tests", "docs", "deploy", "review", "wsl-cli", "codex", "data",
    "infra", "security", "mobile", "search", "billing", "design", "release",
];

/// The tasks of the script, in the order in which it hands them out.
const SCRIPTED: [(&str, &str); 4] = [
    (
        "checkout-retry-budget",
        "Give the payment call a retry budget instead of three blind retries",
    ),
    (
        "flaky-upload-test",
        "Find out why upload_resumes_after_timeout fails one run in forty",
    ),
    (
        "api-refresh-tokens",
        "Rotate refresh tokens on every use and revoke the family on reuse",
    ),
    (
        "login-form-validation",
        "Show the reason of a failed login beside the field, not in a banner",
    ),
];

const TASKS: [(&str, &str); 16] = [
    (
        "docs-install-guide",
        "Rewrite the install guide for the two supported package managers",
    ),
    (
        "migrate-orders-index",
        "Add the covering index on orders without locking the table",
    ),
    (
        "ws-backpressure",
        "Bound the queue of the socket writer and close slow readers",
    ),
    (
        "image-cache-headers",
        "Set immutable cache headers on hashed assets",
    ),
    (
        "rate-limit-headers",
        "Answer 429 with Retry-After and the remaining quota",
    ),
    (
        "search-synonyms",
        "Load synonyms at start-up and log the ones that never match",
    ),
    (
        "csv-export-stream",
        "Stream the export instead of building it in memory",
    ),
    (
        "audit-log-rotation",
        "Rotate the audit log by size and keep thirty files",
    ),
    (
        "feature-flag-cleanup",
        "Remove the three flags that have been on for a year",
    ),
    (
        "db-pool-metrics",
        "Export wait time and size of the connection pool",
    ),
    (
        "session-fixation",
        "Change the session id at login and at every change of rights",
    ),
    (
        "ci-cache-keys",
        "Key the build cache by lock file and compiler version",
    ),
    (
        "mail-bounce-handler",
        "Suppress addresses after a hard bounce",
    ),
    (
        "tax-rounding",
        "Round per line and reconcile the difference on the last one",
    ),
    (
        "dark-theme-contrast",
        "Bring every text in the dark theme to a contrast of 4.5",
    ),
    (
        "release-notes-4-2",
        "Collect the release notes of 4.2 from the merged branches",
    ),
];

const NOTES: [&str; 6] = [
    "two call sites left, the rest compiles",
    "tests green locally, pushing the branch",
    "the old path is still used by the nightly job, keeping both for now",
    "found a second caller, extending the change",
    "reading the traces of the last failure",
    "rebased on main, no conflicts",
];

const QUESTIONS: [&str; 4] = [
    "Should revoked tokens be kept for the audit, or deleted at once?",
    "The spec names two limits, 60 and 100 a minute. Which one counts?",
    "May I change the public signature of `Client::send`, or must the old one stay?",
    "Is the staging database safe to migrate now?",
];

const BLOCKERS: [&str; 4] = [
    "blocked: the staging certificate expired, I cannot reach the sandbox",
    "blocked: main does not build since the last merge, error in the schema crate",
    "blocked: I need write access to the infrastructure repository",
    "blocked: the fixture archive is missing from the bucket",
];

const RESULTS: [&str; 5] = [
    "merged, 14 tests added",
    "done, branch is ready for review",
    "done, p99 went from 840 to 210 ms",
    "done, no caller is left on the old path",
    "merged behind a flag, off by default",
];

/// The roles of `workers` workers. Large swarms are teams of ten.
pub(super) fn roles(workers: usize, scenario: Scenario) -> Vec<String> {
    (0..workers)
        .map(|n| {
            let odd = super::hostile::ROLES
                .get(n)
                .filter(|_| scenario == Scenario::Hostile);
            match (odd, ROLES.get(n).filter(|_| workers <= ROLES.len())) {
                (Some(role), _) => (*role).to_owned(),
                (None, Some(role)) => format!("worker-{}-{role}", n + 1),
                (None, None) => format!("worker-{}-team-{}", n + 1, n / 10 + 1),
            }
        })
        .collect()
}

/// Id and description of the task number `n`: every fourth one has a name, the others a number.
pub(super) fn task(n: usize) -> (String, &'static str) {
    let (name, description) = TASKS.get(n / 4 % TASKS.len()).copied().unwrap_or_default();
    let id = match n / 4 / TASKS.len() {
        _ if !n.is_multiple_of(4) => format!("t-{n:04}"),
        0 => name.to_owned(),
        round => format!("{name}-{}", round + 1),
    };
    (id, description)
}

/// Id and description of the task that the script hands out to the worker `n` of its cast.
pub(super) fn scripted(n: usize) -> (String, &'static str) {
    let (name, description) = SCRIPTED.get(n).copied().unwrap_or_default();
    (name.to_owned(), description)
}

fn any(rng: &mut fastrand::Rng, from: &[&'static str]) -> &'static str {
    rng.choice(from.iter()).copied().unwrap_or_default()
}

pub(super) fn note(rng: &mut fastrand::Rng) -> &'static str {
    any(rng, &NOTES)
}

pub(super) fn question(rng: &mut fastrand::Rng) -> &'static str {
    any(rng, &QUESTIONS)
}

pub(super) fn blocker(rng: &mut fastrand::Rng) -> &'static str {
    any(rng, &BLOCKERS)
}

pub(super) fn result(rng: &mut fastrand::Rng) -> &'static str {
    any(rng, &RESULTS)
}
