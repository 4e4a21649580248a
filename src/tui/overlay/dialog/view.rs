//! What a dialog looks like.

use super::{Dialog, Item, Pane};
use crate::{
    domain::{
        Task, Timestamp,
        act::{Asks, Deed, Proposal},
        choose::{Candidate, Ranking},
    },
    tui::{
        keymap::{Action, Context},
        model::Model,
        overlay::frame,
        screen::Hits,
        theme::Role,
        widget::{self, Canvas, Rows, Strip},
    },
};
use ratatui::layout::Rect;

/// Draws the dialog over `body`.
pub(crate) fn draw(
    model: &Model,
    canvas: &mut Canvas<'_>,
    body: Rect,
    dialog: &Dialog,
    hits: &mut Hits,
    now: Timestamp,
) {
    let width = body.width.min(108);
    let inner = width.saturating_sub(4);
    let lines = match dialog.pane {
        Pane::Main => main(model, dialog, (inner, body.height.saturating_sub(2)), now),
        Pane::Refused => refused(dialog, inner),
        Pane::DryRun => dry_run(dialog, inner),
    };
    let foot = u16::from(dialog.pane == Pane::Main);
    let place = frame::place(body, (width, frame::tall(lines.len()).saturating_add(foot)));
    let cut = lines.len() + usize::from(2 + foot) > usize::from(place.height);
    let more = if cut { "PgDn for more · " } else { "" };
    canvas.frame(place, &Strip::of(more, Role::Key).join(title(dialog)));
    let inside = frame::inside(place, 2);
    hits.point(inside);
    let page = usize::from(inside.height.saturating_sub(foot));
    let last = lines.len().saturating_sub(page);
    let mut rows = Rows::of(inside);
    for line in lines.iter().skip(dialog.top.min(last)).take(page) {
        canvas.strip(rows.line(), line);
    }
    if foot == 1 {
        let line = Rect {
            y: inside.y + inside.height.saturating_sub(1),
            height: 1,
            ..inside
        };
        buttons(model, canvas, line, dialog, hits);
    }
    hits.detail = (last, page);
}

fn title(dialog: &Dialog) -> Strip {
    let words = match dialog.items.as_slice() {
        [item] => match &item.order.deed {
            Deed::Reassign { task, .. } => {
                let shown = find(dialog, task);
                let more = shown.map_or_else(String::new, facts);
                format!("Reassign {task}{more}")
            }
            _ => item.proposal.as_ref().map_or_else(
                |_| item.order.deed.name().to_owned(),
                |p| p.headline.clone(),
            ),
        },
        items => {
            let deed = items.first().map(|item| &item.order.deed);
            let name = deed.map_or("act on", Deed::name);
            let mut letters = name.chars();
            let first = letters.next().map(|c| c.to_ascii_uppercase());
            let name: String = first.into_iter().chain(letters).collect();
            let workers = deed.is_some_and(|d| d.task().is_none());
            let what = if workers { "workers" } else { "tasks" };
            format!("{name} {} {what}", items.len())
        }
    };
    Strip::of(words, Role::Title)
}

fn find<'a>(dialog: &'a Dialog, id: &crate::domain::TaskId) -> Option<&'a Task> {
    let tasks = &dialog.snapshot().tasks;
    tasks.iter().find(|t| t.id == *id).map(AsRef::as_ref)
}

/// `  (P1, 40%, attempt 1 of 3)`.
fn facts(task: &Task) -> String {
    let mut words = Vec::new();
    words.extend(task.priority.map(|p| format!("P{p}")));
    words.extend(task.progress.map(|p| format!("{p}%")));
    words.push(format!(
        "attempt {} of {}",
        task.attempts,
        Task::MAX_ATTEMPTS
    ));
    format!("  ({})", words.join(", "))
}

fn head(word: &str) -> Strip {
    Strip::of(format!("{word:<6} "), Role::Title)
}

/// Text under a heading, wrapped.
fn paragraph(out: &mut Vec<Strip>, heading: &str, words: &str, role: Role, width: u16) {
    for (n, line) in widget::lines(words, width.saturating_sub(7), true)
        .into_iter()
        .enumerate()
    {
        let lead = head(if n == 0 { heading } else { "" });
        out.push(lead.add(line, role));
    }
}

fn main(model: &Model, dialog: &Dialog, (width, height): (u16, u16), now: Timestamp) -> Vec<Strip> {
    let mut above = Vec::new();
    let mut below = Vec::new();
    if let Some(note) = &dialog.note {
        paragraph(&mut above, "MARKS", note, Role::Warn, width);
    }
    if let [item] = dialog.items.as_slice() {
        from(&mut above, dialog, item, width, now);
        what(&mut below, item, width);
    } else {
        for item in &dialog.items {
            let line = match &item.proposal {
                Ok(p) => Strip::of(format!("  {}", p.headline), Role::Text),
                Err(why) => Strip::of(format!("  ✗ {why}"), Role::Warn),
            };
            above.push(line);
        }
        if let Some(Ok(first)) = dialog
            .items
            .iter()
            .map(|i| i.proposal.as_ref())
            .find(Result::is_ok)
        {
            risks(&mut below, first, width);
        }
    }
    if let Some(said) = &dialog.said {
        paragraph(&mut below, "NOT", said, Role::Crit, width);
    }
    if let [
        Item {
            ranking: Some(ranking),
            ..
        },
    ] = dialog.items.as_slice()
    {
        let used = above.len() + below.len() + 4;
        let room = usize::from(height).saturating_sub(used).clamp(2, 8);
        candidates(model, &mut above, dialog, ranking, (room, width));
    }
    above.extend(below);
    above
}

fn from(out: &mut Vec<Strip>, dialog: &Dialog, item: &Item, width: u16, now: Timestamp) {
    let Deed::Reassign { task, .. } = &item.order.deed else {
        return;
    };
    let Some(task) = find(dialog, task) else {
        return;
    };
    let owner = task.owner().and_then(|h| {
        let mut all = dialog.snapshot().workers.iter();
        all.find(|w| w.conversation == h.conversation)
    });
    let Some(owner) = owner else {
        out.push(
            head("FROM")
                .add("nobody: it is ", Role::Text)
                .add(task.state.name(), Role::Warn),
        );
        return;
    };
    let mark = widget::state(owner.verdict.state);
    let line = head("FROM")
        .add(format!("{}  ", owner.id), Role::Text)
        .add(format!("{} {}", mark.symbol, mark.word), mark.role)
        .add(
            format!("  last sign {} ago", now.since(owner.verdict.since)),
            Role::Text,
        );
    out.push(line);
    if let Some(words) = task.result.as_deref().filter(|_| width >= 100) {
        let ago = task
            .reported_at
            .map_or_else(String::new, |at| format!(" {} ago", now.since(at)));
        out.push(head("").add(format!("last report \"{words}\"{ago}"), Role::Dim));
    }
}

fn candidates(
    model: &Model,
    out: &mut Vec<Strip>,
    dialog: &Dialog,
    ranking: &Ranking,
    (room, width): (usize, u16),
) {
    let key = |action| model.look.keymap.key_of(dialog.context(), action);
    let down = match dialog.context() {
        Context::Word => key(Action::Down),
        _ => model.look.keymap.key_of(Context::Move, Action::Down),
    };
    out.push(head("TO").add(
        format!("{:<24} {:<10} {:>5}  why", "worker", "state", "score"),
        Role::Dim,
    ));
    let top = widget::window(0, Some(dialog.at), room, ranking.candidates.len());
    for (i, candidate) in ranking.candidates.iter().enumerate().skip(top).take(room) {
        out.push(row(candidate, i == dialog.at));
    }
    let more = ranking.candidates.len().saturating_sub(top + room);
    let more = if more > 0 {
        format!("{more} more ({down}), ")
    } else {
        String::new()
    };
    out.push(head("").add(
        format!(
            "{more}{} not eligible ({} why)",
            ranking.refused.len(),
            key(Action::Inspect)
        ),
        Role::Dim,
    ));
    if let Some(candidate) = ranking.candidates.get(dialog.at) {
        let parts: Vec<_> = candidate
            .parts
            .iter()
            .map(|p| format!("{} {:+}", p.name, p.points))
            .collect();
        let words = format!("{} = {}", candidate.score, parts.join(" "));
        paragraph(out, "SCORE", &words, Role::Text, width);
        if let Some(why) = candidate.relaxed {
            paragraph(out, "", why, Role::Warn, width);
        }
    }
}

fn row(candidate: &Candidate, selected: bool) -> Strip {
    let worker = &candidate.worker;
    let mark = widget::state(worker.verdict.state);
    let role = if selected { Role::Select } else { Role::Text };
    Strip::of(if selected { "     ▌ " } else { "       " }, Role::Accent)
        .add(format!("{:<24.24} ", worker.id.to_string()), role)
        .add(
            format!("{} {:<8} ", mark.symbol, mark.word),
            if selected { role } else { mark.role },
        )
        .add(format!("{:>5}  ", candidate.score), role)
        .add(candidate.why.clone(), role)
}

fn what(out: &mut Vec<Strip>, item: &Item, width: u16) {
    match &item.proposal {
        Err(why) => paragraph(out, "NOT", &why.to_string(), Role::Crit, width),
        Ok(proposal) => {
            for (n, effect) in proposal.effects.iter().enumerate() {
                let heading = if n == 0 { "WILL" } else { "" };
                paragraph(
                    out,
                    heading,
                    &format!("{} {effect}", n + 1),
                    Role::Text,
                    width,
                );
            }
            risks(out, proposal, width);
        }
    }
}

fn risks(out: &mut Vec<Strip>, proposal: &Proposal, width: u16) {
    for (n, risk) in proposal.risks.iter().enumerate() {
        paragraph(
            out,
            if n == 0 { "RISK" } else { "" },
            &format!("! {risk}"),
            Role::Warn,
            width,
        );
    }
    paragraph(out, "UNDO", &proposal.undo, Role::Text, width);
}

fn buttons(model: &Model, canvas: &mut Canvas<'_>, line: Rect, dialog: &Dialog, hits: &mut Hits) {
    let key = |action| model.look.keymap.key_of(dialog.context(), action);
    if dialog.waits() {
        canvas.put(line, "writing …", Role::Title);
        return;
    }
    let cancel = Strip::of("[ Cancel ]", Role::Select);
    let strip = match dialog.asks() {
        _ if dialog.said.is_some() => {
            let words = format!("[ {}: close, and look again ]", key(Action::Escape));
            Strip::of(words, Role::Select)
        }
        Asks::Type(word) => {
            let (cancel, go) = (key(Action::Escape), key(Action::Accept));
            let lead = format!("{cancel} Cancel   type {word} and {go}: ");
            let at = line.x + widget::cells(&lead) + widget::cells(&dialog.typed);
            hits.cursor = Some((at.min(line.x + line.width.saturating_sub(1)), line.y));
            Strip::of(lead, Role::Text)
                .add(dialog.typed.clone(), Role::Title)
                .add("▏", Role::Accent)
        }
        Asks::Confirm | Asks::Nothing => {
            let headline = match dialog.items.as_slice() {
                [
                    Item {
                        proposal: Ok(p), ..
                    },
                ] => p.headline.clone(),
                _ => String::new(),
            };
            hits.cursor = Some((line.x, line.y));
            cancel
                .add("   ", Role::Text)
                .add(key(Action::Confirm), Role::Key)
                .add(format!("  {headline}"), Role::Text)
        }
    };
    canvas.strip(line, &strip);
}

fn refused(dialog: &Dialog, width: u16) -> Vec<Strip> {
    let mut out = vec![Strip::of("NOT ELIGIBLE", Role::Title)];
    for item in &dialog.items {
        for refused in item.ranking.iter().flat_map(|r| &r.refused) {
            let words = format!("{:<26} {}", refused.worker.to_string(), refused.why);
            out.extend(
                widget::lines(&words, width, true)
                    .into_iter()
                    .map(|l| Strip::of(l, Role::Text)),
            );
        }
    }
    out
}

fn dry_run(dialog: &Dialog, width: u16) -> Vec<Strip> {
    let mut out = vec![Strip::of(
        "DRY RUN: every row that would be written",
        Role::Title,
    )];
    for proposal in dialog.possible() {
        for row in &proposal.write.rows {
            let lead = format!(
                "messages  {}  {} → {}",
                row.conversation,
                row.from.name(),
                row.to.name()
            );
            out.push(Strip::of(lead, Role::Info));
            let body = crate::domain::text::line(&row.text).into_owned();
            out.extend(
                widget::lines(&body, width, true)
                    .into_iter()
                    .map(|l| Strip::of(l, Role::Text)),
            );
        }
        let entry = &proposal.write.entry;
        out.push(Strip::of(
            format!("audit_log  swarm_{} by {}", entry.action, entry.actor),
            Role::Info,
        ));
        let facts = crate::domain::text::line(&entry.facts.to_string()).into_owned();
        out.extend(
            widget::lines(&facts, width, true)
                .into_iter()
                .map(|l| Strip::of(l, Role::Text)),
        );
    }
    out
}
