//! BRIDGE: where the facts come from.

use crate::tui::{theme::Role, view::Scene, widget::Strip};

/// The lines of the panel.
pub(super) fn lines(scene: Scene<'_>) -> Vec<Strip> {
    let snapshot = scene.model.snapshot();
    let source = &snapshot.source;
    let plain = |text: String| Strip::of(text, Role::Text);
    let read = source.read_at.map_or_else(
        || "not read yet".to_owned(),
        |at| format!("read {} ago", scene.instant().since(at)),
    );
    let schema = source
        .schema
        .map_or("schema ?", crate::domain::Schema::name);
    let traffic = snapshot.traffic;
    let counts = if source.progress.is_some() {
        [
            plain("messages counting".to_owned()),
            plain(schema.to_owned()),
        ]
    } else {
        [
            plain(format!(
                "messages {}   unread {}",
                traffic.messages, traffic.unread
            )),
            plain(format!("{schema}   audit rows {}", traffic.audits)),
        ]
    };
    let mut lines = vec![plain(format!("{read}   {}", source.watch))];
    lines.extend(counts);
    if source.reopened > 0 {
        lines.push(plain(format!("file replaced {} times", source.reopened)));
    }
    for fault in source.faults.iter() {
        let words = format!("! {}: {}", fault.what, fault.remedy);
        lines.push(Strip::of(words, Role::Warn));
    }
    if let Some(repo) = &snapshot.repo {
        lines.extend(repo_lines(repo));
    }
    lines
}

fn repo_lines(repo: &crate::domain::Repo) -> Vec<Strip> {
    if let Some(error) = &repo.error {
        return vec![Strip::of(format!("git: {error}"), Role::Warn)];
    }
    let upstream = match repo.ahead_behind {
        Some((ahead, behind)) => format!("   ahead {ahead} behind {behind}"),
        None => String::new(),
    };
    let head = format!("git {} {}{upstream}", repo.head, repo.commit);
    let branches = match repo.branch_count {
        1 => "1 branch".to_owned(),
        n => format!("{n} branches"),
    };
    let mut tree = Strip::of(branches, Role::Text);
    let counts = [
        (repo.modified, "changed", Role::Text),
        (repo.untracked, "new", Role::Text),
        (repo.conflicted, "in conflict", Role::Crit),
    ];
    for (n, what, role) in counts {
        if n > 0 {
            tree = tree.add(format!("   {n} {what}"), role);
        }
    }
    vec![Strip::of(head, Role::Text), tree]
}
