//! The repository of the demo: four sessions on branches of their own, and a status document that is not the truth.

use super::{Scenario, Spec};
use crate::domain::{Span, Timestamp};
use git2::{Commit, Error, Oid, Repository, RepositoryInitOptions, Signature, Time};
use std::path::Path;

/// Two sides change this file, so that branches conflict.
const LIST: &str = "INTEGRATIONS-LIST.md";
const STATUS: &str = "MULTI-SESSION-STATUS.md";

/// A commit of the story.
struct Step {
    branch: &'static str,
    /// Minutes before the demo begins.
    ago: i64,
    path: &'static str,
    body: String,
    subject: &'static str,
}

const PANELS: &str = "claude/hosting-panels-011DemoPanels";
const CLOUDS: &str = "claude/cloud-providers-011DemoClouds";
const PHONES: &str = "claude/sip-communication-011DemoPhones";
const PAYMENTS: &str = "claude/payment-billing-011DemoPayments";

/// Makes a repository at `dir`, as it would be at `now`. The same values make the same commits.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write(dir: &Path, spec: Spec, now: Timestamp) -> Result<(), Error> {
    let mut options = RepositoryInitOptions::new();
    let git = Repository::init_opts(dir, options.initial_head("main").external_template(false))?;
    for step in story(spec) {
        commit(&git, &step, now)?;
    }
    let mut checkout = git2::build::CheckoutBuilder::new();
    git.checkout_head(Some(checkout.force()))
}

fn story(spec: Spec) -> Vec<Step> {
    let step = |branch, ago, path, body: &str, subject| Step {
        branch,
        ago,
        path,
        body: body.to_owned(),
        subject,
    };
    let list = |lines: &str| format!("# Integrations\n\n{lines}");
    let report = |title: &str, apis: usize| {
        let api = |n: usize| format!("## {n}. API {n}\n\nhttps://docs.example/{n}\n\n");
        let apis: String = (1..=apis).map(api).collect();
        format!("# {title}\n\n{apis}")
    };
    let mut all = vec![
        step("main", 300, "README.md", "# Research\n", "Begin"),
        step(
            "main",
            299,
            LIST,
            &list("- none yet\n"),
            "List of integrations",
        ),
        step(
            PANELS,
            200,
            "INTEGRATIONS-HOSTING-PANELS.md",
            &report("Hosting panels", 20),
            "Research hosting panels",
        ),
        step(
            PANELS,
            150,
            "INTEGRATIONS-HOSTING-PANELS.md",
            &report("Hosting panels", 62),
            "Complete hosting panels",
        ),
        step(
            CLOUDS,
            38,
            "notes/compute.md",
            "compute\n",
            "Compute providers, first half",
        ),
        step(CLOUDS, 24, LIST, &list("- clouds: 7\n"), "List the clouds"),
        step(
            CLOUDS,
            6,
            "notes/storage.md",
            "storage\n",
            "Storage providers",
        ),
        step(
            PAYMENTS,
            90,
            "notes/gateways.md",
            "gateways\n",
            "Gateways, first three",
        ),
    ];
    if spec.scenario == Scenario::Incident {
        all.push(step(
            PAYMENTS,
            70,
            LIST,
            &list("- payments: 3\n"),
            "List the payments",
        ));
        let phones = report("Phones", 21);
        all.push(step(
            PHONES,
            33,
            "INTEGRATIONS-SIP-COMMUNICATION.md",
            &phones,
            "Complete phones",
        ));
        let blocker = "# Blockers\n\n## Session 4: no merchant account for the sandbox\n- **Owner:** finance\n";
        all.push(step(
            "main",
            60,
            "BLOCKERS.md",
            blocker,
            "Session 4 is blocked",
        ));
    }
    all.push(Step {
        branch: "main",
        ago: 12,
        path: STATUS,
        body: status(spec),
        subject: "Status",
    });
    all
}

/// What the sessions claim. In an incident, not all of it is true.
fn status(spec: Spec) -> String {
    let hostile = spec.scenario == Scenario::Hostile;
    let title = if hostile {
        "Cloud \u{1b}[31mproviders\u{1b}]0;owned\u{7} \u{202e}| <script>"
    } else {
        "Cloud providers"
    };
    format!(
        "# Multi-session status\n\n\
## Session 1: Hosting panels\n- **Status**: ✅ COMPLETE\n- **Agents**: 20/20 (Haiku-01 to 20)\n- **Branch**: {PANELS}\n\
- **Output**: INTEGRATIONS-HOSTING-PANELS.md\n- **Blockers**: None\n\n\
## Session 2: {title}\n- **Status**: 🔄 IN PROGRESS (60% done)\n- **Branch**: {CLOUDS}\n\
- **Output**: INTEGRATIONS-CLOUD-PROVIDERS.md\n- **Blockers**: None\n\n\
## Session 3: SIP and communication\n- **Status**: READY TO DEPLOY\n- **Branch Name**: claude/sip-communication-<session-id>\n\
- **Expected Output**: INTEGRATIONS-SIP-COMMUNICATION.md\n\n\
## Session 4: Payment and billing\n- **Status**: 🔄 IN PROGRESS\n- **Branch**: {PAYMENTS}\n\
- **Expected Output**: INTEGRATIONS-PAYMENT-BILLING.md\n- **ETA**: +2 hours\n"
    )
}

fn commit(git: &Repository, step: &Step, now: Timestamp) -> Result<Oid, Error> {
    let name = format!("refs/heads/{}", step.branch);
    let tip =
        |name: &str| -> Option<Commit<'_>> { git.find_reference(name).ok()?.peel_to_commit().ok() };
    let parent = tip(&name).or_else(|| tip("refs/heads/main"));
    let tree = parent.as_ref().map(Commit::tree).transpose()?;
    let blob = git.blob(step.body.as_bytes())?;
    let empty = git.treebuilder(None)?.write()?;
    let below = match tree {
        Some(tree) => tree,
        None => git.find_tree(empty)?,
    };
    let mut update = git2::build::TreeUpdateBuilder::new();
    update.upsert(step.path, blob, git2::FileMode::Blob);
    let tree = git.find_tree(update.create_updated(git, &below)?)?;
    let at = now.plus(Span::seconds(-60 * step.ago)).0 / 1_000_000;
    let who = Signature::new("demo", "demo@example.org", &Time::new(at, 0))?;
    let parents: Vec<&Commit<'_>> = parent.iter().collect();
    git.commit(Some(&name), &who, &who, step.subject, &tree, &parents)
}

#[cfg(test)]
mod tests;
