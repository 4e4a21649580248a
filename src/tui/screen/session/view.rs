//! What a session looks like: as a view of its own, and as a pane below the list.

use crate::{
    domain::{
        Worktree,
        claim::{DocumentKind, Share},
        session::{Checked, Contradiction, Outcome, Said, Session, mission},
    },
    tui::{
        screen::{Hits, explain, scroll, sessions},
        theme::Role,
        view::Scene,
        widget::{self, Canvas, Rows, Strip},
    },
};
use ratatui::layout::Rect;

/// Draws the view.
pub(crate) fn draw(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let state = &scene.model.screens.session;
    let Some(session) = selected(scene) else {
        let gone = "This session is gone: its branch, its documents and its workers are not there any more.";
        return explain(canvas, place, &[gone, "Esc goes back to the list."]);
    };
    let mut rows = Rows::of(place);
    let head = rows.line();
    canvas.strip(head, &headline(session));
    hits.point(head);
    let mut lines = verdict(scene, session, place.width);
    lines.extend(criteria(session, place.width));
    lines.extend(people(scene, session, place.width));
    lines.extend(blockers(scene, session, place.width));
    lines.extend(documents(scene, session, place.width));
    scroll(canvas, rows.rest(), &lines, state.top, hits);
}

fn selected(scene: Scene<'_>) -> Option<&Session> {
    let key = scene.model.screens.session.key.as_ref()?;
    let all = &scene.model.snapshot().sessions;
    all.iter().find(|s| s.key == *key).map(AsRef::as_ref)
}

/// Draws the selected session below the list.
pub(crate) fn brief(
    scene: Scene<'_>,
    canvas: &mut Canvas<'_>,
    place: Rect,
    session: &Session,
    hits: &mut Hits,
) {
    let mut rows = Rows::of(place);
    let heading = rows.line();
    canvas.rule(heading, &headline(session));
    let mut lines = verdict(scene, session, place.width);
    lines.extend(criteria(session, place.width));
    let state = &scene.model.screens.sessions;
    scroll(canvas, rows.rest(), &lines, state.detail.0, hits);
    if state.on_detail {
        hits.point(heading);
    }
}

fn headline(s: &Session) -> Strip {
    let (word, role) = sessions::stage(s);
    let title = match s.number {
        Some(n) => format!("session {n} {}", s.title),
        None => s.name(),
    };
    Strip::of(format!("{title}  "), Role::Title).add(word, role)
}

/// A label and words, wrapped under each other.
fn labelled(out: &mut Vec<Strip>, width: u16, label: (&str, Role), words: &str, role: Role) {
    let room = width.saturating_sub(16);
    let text = widget::paragraph(words, room, true, role);
    for (i, line) in text.into_iter().enumerate() {
        let head = if i == 0 {
            format!("  {:<12} ", label.0)
        } else {
            " ".repeat(15)
        };
        out.push(Strip::of(head, label.1).join(line));
    }
}

/// Claim, contradictions and evidence: what the verdict rests on.
fn verdict(scene: Scene<'_>, s: &Session, width: u16) -> Vec<Strip> {
    let mut out = Vec::new();
    let dim = |label| (label, Role::Dim);
    let said = s.claim();
    let claim = said.map_or_else(
        || "nobody claims anything".to_owned(),
        |said| format!("{} — {}{}", s.claimed(), said.place(), aged(scene, said)),
    );
    labelled(&mut out, width, dim("claim"), &claim, Role::Text);
    for c in &s.contradictions {
        let words = format!("claims {:?}, but {}", c.claim, c.evidence);
        labelled(&mut out, width, against(c), &words, Role::Text);
    }
    for f in &s.evidence {
        let when =
            f.at.map_or_else(String::new, |at| format!(" ({})", scene.clock.ago(at)));
        let words = format!("{}{when}", f.sentence);
        labelled(&mut out, width, dim(f.question), &words, Role::Text);
    }
    labelled(&mut out, width, dim("how far"), &how_far(s), Role::Text);
    if let Some(at) = s.stale {
        let words = format!("not renewed since {}", scene.clock.log(at));
        labelled(&mut out, width, ("stale", Role::Warn), &words, Role::Text);
    }
    if let Some(at) = s.over {
        let words = format!("its time was up {}", scene.clock.ago(at));
        labelled(
            &mut out,
            width,
            ("over limit", Role::Warn),
            &words,
            Role::Text,
        );
    }
    if let Some(advice) = s.advice() {
        labelled(&mut out, width, ("next", Role::Accent), &advice, Role::Text);
    }
    out
}

/// What is claimed, what was found, and when it will be done.
fn how_far(s: &Session) -> String {
    let claim = s.claim().map(|said| &said.claim);
    let share = |share: Option<Share>, what: &str| {
        let Share { done, of } = share?;
        let of = of.map_or_else(String::new, |of| format!("/{of}"));
        Some(format!("claims {}{of} {what}", done?))
    };
    let claims = [
        claim.and_then(|c| Some(format!("claims {}%", c.percent?))),
        share(claim.and_then(|c| c.items), "pieces"),
        share(claim.and_then(|c| c.agents), "agents"),
    ];
    let found = s.progress.map(|p| {
        let (percent, by) = (p.percent(), p.basis.name());
        format!("{percent}% found: {} of {} by {by}", p.done, p.of)
    });
    let eta = s.eta.map(|eta| format!("eta {eta}"));
    let parts: Vec<String> = claims.into_iter().chain([found, eta]).flatten().collect();
    parts.join(" · ")
}

fn against(c: &Contradiction) -> (&'static str, Role) {
    let mark = widget::severity(c.severity);
    ("contradicts", mark.role)
}

fn aged(scene: Scene<'_>, said: &Said) -> String {
    said.at()
        .map_or_else(String::new, |at| format!(", {}", scene.clock.ago(at)))
}

fn criteria(s: &Session, width: u16) -> Vec<Strip> {
    let mut out = Vec::new();
    if !s.criteria.is_empty() {
        let met = s
            .criteria
            .iter()
            .filter(|c| c.outcome == Outcome::Met)
            .count();
        let title = format!("  CRITERIA {met} of {}", s.criteria.len());
        out.push(Strip::of(title, Role::Title));
    }
    for c in &s.criteria {
        labelled(
            &mut out,
            width,
            outcome(c),
            &format!("{}: {}", c.what, c.evidence),
            Role::Text,
        );
    }
    out
}

const fn outcome(c: &Checked) -> (&'static str, Role) {
    match c.outcome {
        Outcome::Met => ("✓ met", Role::Ok),
        Outcome::Unmet => ("◦ not met", Role::Warn),
        Outcome::Unknown => ("- unknown", Role::Unknown),
    }
}

/// Its workers in the bridge, and the agents that documents list.
fn people(scene: Scene<'_>, s: &Session, width: u16) -> Vec<Strip> {
    let mut out = Vec::new();
    if !s.workers.is_empty() {
        let title = format!("  WORKERS {} up of {}", s.states.up(), s.states.total());
        out.push(Strip::of(title, Role::Title));
    }
    for conversation in &s.workers {
        let Some(worker) = scene.model.facts.worker(conversation) else {
            continue;
        };
        let mark = widget::state(worker.verdict.state);
        let tasks: Vec<String> = worker.tasks.iter().map(ToString::to_string).collect();
        let words = format!("{}  {}", worker.id, tasks.join(" "));
        out.push(
            Strip::of("  ", Role::Text)
                .add(format!("{:<12} ", mark.text()), mark.role)
                .add(words, Role::Text),
        );
    }
    let survey = scene
        .model
        .snapshot()
        .repo
        .as_ref()
        .and_then(|r| r.survey.as_ref());
    let agents = survey
        .zip(s.ground.as_ref())
        .map_or_else(Vec::new, |(survey, ground)| mission(survey, &ground.known));
    if !agents.is_empty() {
        out.push(Strip::of(
            format!("  AGENTS of the mission {}", agents.len()),
            Role::Title,
        ));
    }
    for agent in agents {
        let team = agent
            .team
            .map_or_else(String::new, |team| format!("team {team}  "));
        let name = format!("{}", agent.number);
        labelled(
            &mut out,
            width,
            (&name, Role::Dim),
            &format!("{team}{}", agent.task),
            Role::Text,
        );
    }
    out
}

fn blockers(scene: Scene<'_>, s: &Session, width: u16) -> Vec<Strip> {
    let mut out = Vec::new();
    let all = s.ground.as_ref().map_or(&[][..], |g| &g.blockers);
    if !all.is_empty() {
        let open = all.iter().filter(|b| b.blocker.open).count();
        out.push(Strip::of(
            format!("  BLOCKERS {open} open of {}", all.len()),
            Role::Title,
        ));
    }
    for b in all {
        let label = if b.blocker.open {
            ("! open", Role::Warn)
        } else {
            ("✓ resolved", Role::Ok)
        };
        let owner = b
            .blocker
            .owner
            .as_deref()
            .map_or_else(String::new, |o| format!(" · {o}"));
        let since = b
            .since()
            .map_or_else(String::new, |at| format!(" · {}", scene.clock.ago(at)));
        let words = format!(
            "{}{owner}{since} — {}:{} on {}",
            b.blocker.text, b.path, b.blocker.line, b.branch
        );
        labelled(&mut out, width, label, &words, Role::Text);
    }
    out
}

/// Everything that was ever said of it, newest first, with every field.
fn documents(scene: Scene<'_>, s: &Session, width: u16) -> Vec<Strip> {
    let mut out = Vec::new();
    let all = s.ground.as_ref().map_or(&[][..], |g| &g.known.said);
    for said in all {
        let kind = if said.kind == DocumentKind::Tracker {
            "tracker, "
        } else {
            ""
        };
        let place = said.place();
        let rest = place.strip_prefix(&*said.path).unwrap_or_default();
        let rest = format!("{rest}  {kind}{}", aged(scene, said));
        let title = Strip::of("  DOCUMENT ", Role::Title)
            .lead(&*said.path, Role::Title, on_disk(scene, said))
            .add(rest.replace(" , ", " "), Role::Title);
        out.push(title);
        for field in &said.claim.fields {
            labelled(
                &mut out,
                width,
                (&field.key, Role::Dim),
                &field.value,
                Role::Text,
            );
        }
    }
    out
}

/// The document in a work tree of its branch, when there is one.
fn on_disk(scene: Scene<'_>, said: &Said) -> Option<String> {
    let repo = scene.model.snapshot().repo.as_deref()?;
    let here = |tree: &&Worktree| tree.branch.as_ref() == Some(&said.branch) && !tree.missing;
    let tree = repo.worktrees.iter().find(here)?;
    scene.file(&format!("{}/{}", tree.path, said.path))
}

/// For the status line.
pub(crate) fn status(scene: Scene<'_>) -> String {
    let name = selected(scene).map_or_else(String::new, |s| s.key.to_string());
    format!("Sessions ▸ {name}")
}
