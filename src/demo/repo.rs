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

/// Branch, minutes ago, path, body, subject.
type Told = (&'static str, i64, &'static str, String, &'static str);

fn list(lines: &str) -> String {
    format!("# Integrations\n\n{lines}")
}

fn report(title: &str, apis: usize) -> String {
    let api = |n: usize| format!("## {n}. API {n}\n\nhttps://docs.example/{n}\n\n");
    let apis: String = (1..=apis).map(api).collect();
    format!("# {title}\n\n{apis}")
}

const PANELS_MD: &str = "INTEGRATIONS-HOSTING-PANELS.md";
const PHONES_MD: &str = "INTEGRATIONS-SIP-COMMUNICATION.md";
const BLOCKER: &str =
    "# Blockers\n\n## Session 4: no merchant account for the sandbox\n- **Owner:** finance\n";

fn story(spec: Spec) -> Vec<Step> {
    let panels = |n| report("Hosting panels", n);
    let note = |words: &str| format!("{words}\n");
    let mut all: Vec<Told> = vec![
        ("main", 300, "README.md", note("# Research"), "Begin"),
        ("main", 299, LIST, list("- none yet\n"), "List"),
        (PANELS, 200, PANELS_MD, panels(20), "Research panels"),
        (PANELS, 150, PANELS_MD, panels(62), "Complete panels"),
        (CLOUDS, 38, "notes/compute.md", note("compute"), "Compute"),
        (CLOUDS, 24, LIST, list("- clouds: 7\n"), "List the clouds"),
        (CLOUDS, 6, "notes/storage.md", note("storage"), "Storage"),
        (PAYMENTS, 90, "notes/pay.md", note("gateways"), "Gateways"),
    ];
    if spec.scenario == Scenario::Incident {
        let phones = report("Phones", 21);
        let listed = list("- payments: 3\n");
        all.push((PAYMENTS, 70, LIST, listed, "List the payments"));
        all.push((PHONES, 33, PHONES_MD, phones, "Complete phones"));
        all.push(("main", 60, "BLOCKERS.md", BLOCKER.to_owned(), "Blocked"));
    }
    all.push(("main", 12, STATUS, status(spec), "Status"));
    let step = |(branch, ago, path, body, subject)| Step {
        branch,
        ago,
        path,
        body,
        subject,
    };
    all.into_iter().map(step).collect()
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
