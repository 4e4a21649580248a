//! What the Overview looks like: problems first, then how far the work is, then the fleet, then what happened.

use super::{
    bridge, charts,
    lists::{self, Table},
    recent,
    state::Panel,
};
use crate::{
    domain::GroupKind,
    tui::{
        screen::{Hits, explain},
        theme::Role,
        view::{Scene, Tier},
        widget::{Canvas, Rows, Strip},
    },
};
use ratatui::layout::Rect;

/// Draws the view.
pub(crate) fn draw(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let snapshot = scene.model.snapshot();
    if snapshot.workers.is_empty() && snapshot.problems.is_empty() {
        return empty(scene, canvas, place);
    }
    if scene.model.look.zoom && scene.tier > Tier::Xs {
        let table = Table {
            heading: true,
            full: true,
        };
        return match scene.model.screens.overview.focus {
            Panel::Problems => lists::problems(scene, canvas, place, hits),
            Panel::Groups => lists::groups(scene, canvas, place, table, hits),
        };
    }
    match scene.tier {
        Tier::Xl => wide(scene, canvas, place, hits),
        Tier::M | Tier::S => narrow(scene, canvas, place, hits),
        Tier::Xs | Tier::Tiny => small(scene, canvas, place, hits),
    }
}

/// Nothing read yet, or nobody there.
pub(crate) fn empty(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect) {
    let source = &scene.model.snapshot().source;
    if source.read_at.is_none() {
        let reading = format!("reading {}…", source.name);
        let error = source.error.as_deref().unwrap_or_default();
        return explain(canvas, place, &[&reading, error]);
    }
    explain(
        canvas,
        place,
        &[
            "No workers yet.",
            "Workers appear when their conversation is made, and are judged from their first heartbeat on.",
            "`swarmwarden doctor` checks the bridge.",
        ],
    );
}

fn wide(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let mut rows = Rows::of(place);
    let wanted = lists::wanted(scene, place.height / 4);
    lists::problems(scene, canvas, rows.take(wanted + 1), hits);
    if rows.left() > 30 {
        rows.line();
    }
    let rest = rows.rest();
    let left = Rect {
        width: rest.width.saturating_sub(41),
        ..rest
    };
    let right = Rect {
        x: left.right() + 1,
        width: rest.width - left.width - 1,
        ..rest
    };
    let wall = Rect {
        x: left.right(),
        width: 1,
        ..rest
    };
    canvas.wall(wall);
    wide_left(scene, canvas, left, hits);
    wide_right(scene, canvas, right);
}

fn wide_left(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let mut rows = Rows::of(place);
    let groups = u16::try_from(scene.model.snapshot().groups.len()).unwrap_or(u16::MAX);
    let most = place.height.saturating_sub(15);
    let table = Table {
        heading: true,
        full: true,
    };
    lists::groups(
        scene,
        canvas,
        rows.take(groups.min(most.max(4)) + 3),
        table,
        hits,
    );
    charts::throughput(scene, canvas, rows.take(5));
    rows.line();
    recent::draw(scene, canvas, rows.rest());
}

fn wide_right(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect) {
    let mut rows = Rows::of(place);
    let place = rows.take(rows.left());
    let mut rows = Rows::of(place);
    let states = charts::states(scene);
    charts::fleet(scene, canvas, rows.take(states + 1));
    rows.line();
    let bridge = bridge::lines(scene);
    let lines = u16::try_from(bridge.len()).unwrap_or(u16::MAX) + 1;
    let beats = charts::beat_lines(scene, place.width).len();
    let beats = u16::try_from(beats).unwrap_or(u16::MAX);
    let room = rows.left().saturating_sub(lines + 1);
    charts::heartbeats(scene, canvas, rows.take((beats + 1).min(room.max(3))));
    rows.line();
    canvas.rule(rows.line(), &Strip::of("BRIDGE", Role::Title));
    for line in bridge {
        canvas.strip(rows.line(), &Strip::of(" ", Role::Text).join(line));
    }
}

fn narrow(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let mut rows = Rows::of(place);
    let wanted = lists::wanted(scene, 4);
    lists::problems(scene, canvas, rows.take(wanted + 1), hits);
    let all = &scene.model.snapshot().groups;
    let sessions = all.iter().filter(|g| g.kind == GroupKind::Session).count();
    let focus = scene.model.screens.overview.focus;
    let most = match (scene.tier, focus) {
        (_, Panel::Groups) => all.len(),
        (Tier::M, Panel::Problems) => all.len().min(sessions.max(3) + 1),
        _ => sessions.clamp(1, 3),
    };
    let most = u16::try_from(most).unwrap_or(u16::MAX);
    let heading = scene.tier == Tier::M;
    let table = Table {
        heading,
        full: false,
    };
    let room = rows.left().saturating_sub(6);
    let height = (most + 1 + u16::from(heading)).min(room);
    lists::groups(scene, canvas, rows.take(height), table, hits);
    let beats = charts::beat_lines(scene, place.width).len();
    let beats = u16::try_from(beats).unwrap_or(u16::MAX);
    let fleet = (beats + 1).min(rows.left().saturating_sub(3)).max(2);
    charts::fleet_line(scene, canvas, rows.take(fleet));
    recent::draw(scene, canvas, rows.rest());
}

fn small(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let mut rows = Rows::of(place);
    let wanted = lists::wanted(scene, place.height / 2);
    lists::problems(scene, canvas, rows.take(wanted), hits);
    let groups = scene.model.snapshot().groups.len();
    let room = rows.left().saturating_sub(2);
    let table = Table {
        heading: false,
        full: false,
    };
    let groups = u16::try_from(groups).unwrap_or(u16::MAX).min(room);
    lists::groups(scene, canvas, rows.take(groups), table, hits);
    canvas.strip(rows.line(), &charts::counts(scene));
}
