//! The menu of mutes: what is hidden, and for how long. What hides much or long, or something critical, asks again and lists it.

use super::frame;
use crate::{
    domain::{
        AlertOrder, Severity, Span, Timestamp,
        alert::{Alert, Matcher},
    },
    tui::{
        effect::Effect,
        keymap::{Action, Context},
        model::Model,
        screen::{Hits, List, alerts, moved},
        theme::Role,
        widget::{self, Canvas, Rows, Strip},
    },
};
use ratatui::layout::Rect;
use std::sync::Arc;

/// A key that was pressed before the question was read confirms nothing.
const GRACE: Span = Span(300_000);
/// Longer than this always asks again.
const LONG: Span = Span::seconds(4 * 3_600);

/// The menu, for the alert that was selected when it was opened.
#[derive(Debug)]
pub(crate) struct Mute {
    alert: Arc<Alert>,
    list: List<usize>,
    /// What is asked, since when, and the first line of its list.
    asked: Option<(Choice, Timestamp, usize)>,
    seen: (usize, usize),
}

/// One row of the menu.
#[derive(Debug, Clone)]
struct Choice {
    words: String,
    matcher: Matcher,
    span: Span,
}

impl Mute {
    /// The menu for an alert.
    pub(crate) fn new(alert: Arc<Alert>) -> Self {
        let mut list = List::default();
        list.choose(0, Some(0));
        Self {
            alert,
            list,
            asked: None,
            seen: (0, 1),
        }
    }

    fn choices(&self) -> Vec<Choice> {
        let alert = &self.alert;
        let hours = |n: i64| Span::seconds(n * 3_600);
        let mut all = Vec::new();
        for span in [Span::seconds(900), hours(1), hours(4), hours(24)] {
            all.push(Choice {
                words: format!("this alert for {}", words(span)),
                matcher: Matcher::one(Arc::clone(&alert.key)),
                span,
            });
        }
        let kind = Matcher {
            kind: Some(Arc::clone(&alert.kind)),
            ..Matcher::default()
        };
        let worker = alert.worker().map(|id| Matcher {
            worker: Some(id.to_string().into()),
            ..Matcher::default()
        });
        let team = alert.team.as_ref().map(|team| Matcher {
            team: Some(Arc::clone(team)),
            ..Matcher::default()
        });
        for (matcher, what) in [
            (Some(kind), format!("every `{}`", alert.kind)),
            (worker, "everything of this worker".to_owned()),
            (
                team,
                format!("everything of team {}", alert.team.as_deref().unwrap_or("")),
            ),
        ] {
            for span in [hours(1), hours(24)] {
                all.extend(matcher.clone().map(|matcher| Choice {
                    words: format!("{what} for {}", words(span)),
                    matcher,
                    span,
                }));
            }
        }
        all
    }

    /// Takes what the last frame showed.
    pub(crate) fn settle(&mut self, hits: &Hits) {
        (self.list.top, self.list.page) = (hits.top, hits.page);
        self.seen = hits.detail;
    }

    /// It is asked whether that is meant.
    pub(crate) const fn asks(&self) -> bool {
        self.asked.is_some()
    }
}

fn words(span: Span) -> String {
    match span.as_seconds() {
        s if s < 3_600 => format!("{} min", s / 60),
        s => format!("{} h", s / 3_600),
    }
}

/// What a matcher hides now.
fn hidden<'a>(model: &'a Model, matcher: &Matcher) -> Vec<&'a Arc<Alert>> {
    let all = model.facts.alerts().iter();
    all.filter(|a| a.status.is_active() && matcher.matches(a))
        .collect()
}

/// A key while the menu is open.
pub(super) fn act(
    model: &mut Model,
    mut mute: Mute,
    action: Action,
    now: Timestamp,
) -> Vec<Effect> {
    use super::Overlay;
    if let Some((choice, since, top)) = mute.asked.take() {
        match action {
            Action::Confirm if now.since(since) >= GRACE => return send(model, choice, now),
            // Enter stands on Cancel; so does everything that is no answer.
            Action::Accept | Action::Escape => {}
            _ => {
                let (last, page) = mute.seen;
                let top = moved(action, top, page, last).unwrap_or(top);
                mute.asked = Some((choice, since, top));
            }
        }
        model.overlay = Some(Overlay::Mute(mute));
        return Vec::new();
    }
    let choices = mute.choices();
    match action {
        Action::Escape => return Vec::new(),
        Action::Accept => {
            if let Some(choice) = mute.list.row().and_then(|i| choices.get(i)).cloned() {
                let one = choice.matcher.key.is_some();
                let critical = mute.alert.severity >= Severity::Critical;
                if one && !critical && choice.span <= LONG {
                    return send(model, choice, now);
                }
                mute.asked = Some((choice, now, 0));
            }
        }
        _ => {
            if let Some(to) = mute.list.target(action, choices.len()) {
                mute.list.choose(to, Some(to));
            }
        }
    }
    model.overlay = Some(Overlay::Mute(mute));
    Vec::new()
}

fn send(model: &mut Model, choice: Choice, now: Timestamp) -> Vec<Effect> {
    if let Some(why) = alerts::past(model) {
        model.say(why, now);
        return Vec::new();
    }
    let inverse = AlertOrder::Unsilence {
        matcher: choice.matcher.clone(),
    };
    let order = AlertOrder::Silence {
        matcher: choice.matcher,
        until: now.plus(choice.span),
        comment: "".into(),
    };
    vec![model.order(order, Some(inverse))]
}

/// Draws the menu, or the question.
pub(super) fn draw(
    model: &Model,
    canvas: &mut Canvas<'_>,
    body: Rect,
    mute: &Mute,
    hits: &mut Hits,
    now: Timestamp,
) {
    match &mute.asked {
        Some((choice, _, top)) => question(model, canvas, body, choice, *top, hits, now),
        None => menu(canvas, body, mute, hits),
    }
}

fn framed(canvas: &mut Canvas<'_>, body: Rect, lines: usize, title: &str) -> Rows {
    let title = Strip::of(title, Role::Title);
    Rows::of(frame::centred(
        canvas,
        body,
        (76, frame::tall(lines)),
        &title,
    ))
}

fn menu(canvas: &mut Canvas<'_>, body: Rect, mute: &Mute, hits: &mut Hits) {
    let choices = mute.choices();
    let title = format!("Mute {}", mute.alert.name());
    let mut rows = framed(canvas, body, choices.len(), &title);
    let page = usize::from(rows.left()).max(1);
    let top = mute.list.window(page, choices.len());
    for (i, choice) in choices.iter().enumerate().skip(top).take(page) {
        let line = rows.line();
        canvas.put(line, &format!("  {}", choice.words), Role::Text);
        if Some(i) == mute.list.row() {
            canvas.select(line);
            hits.point(line);
        }
    }
    (hits.top, hits.page) = (top, page);
}

fn question(
    model: &Model,
    canvas: &mut Canvas<'_>,
    body: Rect,
    choice: &Choice,
    top: usize,
    hits: &mut Hits,
    now: Timestamp,
) {
    let hidden = hidden(model, &choice.matcher);
    let title = format!("Mute {}?", choice.words);
    let mut rows = framed(canvas, body, hidden.len() + 6, &title);
    let until = model.clock(now).log(now.plus(choice.span));
    let words = match hidden.len() {
        1 => format!(" until {until} this is hidden:"),
        n => format!(" until {until} these {n} are hidden, and what comes like them:"),
    };
    canvas.put(rows.line(), &words, Role::Text);
    let page = usize::from(rows.left().saturating_sub(3)).max(1);
    let last = hidden.len().saturating_sub(page);
    for alert in hidden.iter().skip(top.min(last)).take(page) {
        let mark = widget::severity(alert.severity);
        let line = Strip::of(format!("  {} ", mark.text()), mark.role)
            .add(format!("{}  ", alert.name()), Role::Title)
            .add(alert.sentence.to_string(), Role::Text);
        canvas.strip(rows.line(), &line);
    }
    if last > 0 {
        let at = top.min(last);
        let more = format!("  {}-{} of {}", at + 1, at + page, hidden.len());
        canvas.put(rows.line(), &more, Role::Dim);
    } else {
        rows.line();
    }
    let yes = model.look.keymap.key_of(Context::Mute, Action::Confirm);
    let buttons = rows.line();
    let used = canvas.put(buttons, "  [ Cancel ]", Role::Accent);
    hits.point(buttons);
    let rest = Rect {
        x: buttons.x + used,
        width: buttons.width.saturating_sub(used),
        ..buttons
    };
    canvas.strip(
        rest,
        &Strip::of(format!("    {yes}"), Role::Key).add(" mute", Role::Text),
    );
    hits.detail = (last, page);
}
