//! A few lines of text that are typed: a message to a worker, a new task. What is typed becomes a proposal; the dialog asks.

mod session;

use crate::{
    domain::{
        ConversationId, Span, TaskId, Timestamp,
        act::{Deed, NewTask},
        choose::{Wanted, rank},
        message::parse_priority,
        text,
    },
    tui::{
        acting,
        effect::Effect,
        keymap::{Action, Chord, Context},
        model::Model,
        overlay::{Overlay, frame},
        screen::Hits,
        theme::Role,
        undertake,
        widget::{self, Canvas, Rows, Strip},
    },
};
use ratatui::layout::Rect;
use std::sync::Arc;

/// Longest text of a field, in bytes.
const LONGEST: usize = 4_096;

#[derive(Debug)]
struct Field {
    label: &'static str,
    help: &'static str,
    text: String,
}

#[derive(Debug)]
enum Kind {
    Message(ConversationId),
    Escalate(ConversationId),
    Assign,
    Deploy,
    /// Of this session.
    TakeOver(Arc<str>),
}

/// An open form.
#[derive(Debug)]
pub(crate) struct Form {
    title: String,
    kind: Kind,
    fields: Vec<Field>,
    at: usize,
}

fn field(label: &'static str, help: &'static str, text: impl Into<String>) -> Field {
    Field {
        label,
        help,
        text: text.into(),
    }
}

impl Form {
    /// Words to a worker.
    pub(crate) fn message(model: &Model, to: ConversationId) -> Self {
        let label = model
            .facts
            .worker(&to)
            .map_or_else(|| to.to_string(), |w| w.id.to_string());
        Self {
            title: format!("Message to {label}"),
            kind: Kind::Message(to),
            fields: vec![field("text", "what it should know or do", "")],
            at: 0,
        }
    }

    /// Words to the orchestrator about a worker; what fires of it is written down already.
    pub(crate) fn escalate(model: &Model, about: ConversationId, words: &str) -> Self {
        let label = acting::find(model.whole(), &about)
            .map_or_else(|| about.to_string(), |w| w.id.to_string());
        Self {
            title: format!("To the orchestrator, about {label}"),
            kind: Kind::Escalate(about),
            fields: vec![field("text", "what it should know or do", words)],
            at: 0,
        }
    }

    /// A new task, for the worker that is selected or for whoever is best.
    pub(crate) fn assign(model: &Model, to: Option<&ConversationId>) -> Self {
        let worker = to.and_then(|id| model.facts.worker(id));
        let worker = worker.map_or_else(|| "auto".to_owned(), |w| w.id.to_string());
        Self {
            title: "Assign a new task".to_owned(),
            kind: Kind::Assign,
            fields: vec![
                field("worker", "a label, a number, or auto", worker),
                field("task", "its name, such as T-140", ""),
                field("description", "what is to be done", ""),
                field("priority", "P0 to P3; may be empty", ""),
                field("timeout", "seconds; may be empty", ""),
                field("needs", "roles or teams, with commas; may be empty", ""),
            ],
            at: 0,
        }
    }

    /// Types a character.
    pub(crate) fn edit(&mut self, chord: Chord) {
        let Some(field) = self.fields.get_mut(self.at) else {
            return;
        };
        if chord.is_backspace() {
            field.text.pop();
        } else if let Some(c) = chord.typed()
            && field.text.len() < LONGEST
        {
            field.text.push(c);
        }
    }

    /// Inserts a pasted text as one edit.
    pub(crate) fn paste(&mut self, pasted: &str) {
        let Some(field) = self.fields.get_mut(self.at) else {
            return;
        };
        let room = LONGEST.saturating_sub(field.text.len());
        let clean: String = pasted
            .chars()
            .filter(|c| *c == '\n' || !c.is_control())
            .collect();
        field.text.push_str(text::head(&clean, room));
    }

    /// The key does something now.
    pub(crate) fn offers(&self, action: Action) -> bool {
        match action {
            Action::NextPanel | Action::PreviousPanel => self.fields.len() > 1,
            Action::Erase => self.fields.get(self.at).is_some_and(|f| !f.text.is_empty()),
            _ => true,
        }
    }

    /// What was typed into a field.
    pub(crate) fn text(&self, label: &str) -> &str {
        let found = self.fields.iter().find(|f| f.label == label);
        found.map_or("", |f| f.text.trim())
    }
}

/// A key while it is open.
pub(crate) fn act(model: &mut Model, action: Action, now: Timestamp) -> Vec<Effect> {
    let Some(Overlay::Form(form)) = &mut model.overlay else {
        return Vec::new();
    };
    let n = form.fields.len();
    match action {
        Action::NextPanel | Action::Accept if n > 1 => form.at = (form.at + 1) % n,
        Action::Accept => form.edit_newline(),
        Action::PreviousPanel => form.at = (form.at + n - 1) % n,
        Action::Erase => {
            if let Some(field) = form.fields.get_mut(form.at) {
                field.text.clear();
            }
        }
        Action::Send => return send(model, now),
        _ => {}
    }
    Vec::new()
}

impl Form {
    fn edit_newline(&mut self) {
        if let Some(field) = self.fields.get_mut(self.at)
            && field.text.len() < LONGEST
        {
            field.text.push('\n');
        }
    }
}

fn send(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    let Some(Overlay::Form(form)) = &model.overlay else {
        return Vec::new();
    };
    let undertaking = match &form.kind {
        Kind::Deploy => Some(undertake::deploy(form)),
        Kind::TakeOver(from) => Some(undertake::takeover(form, from)),
        Kind::Message(_) | Kind::Escalate(_) | Kind::Assign => None,
    };
    match undertaking {
        Some(Ok(what)) => undertake::plan(model, what, now),
        Some(Err(why)) => {
            model.say(why, now);
            Vec::new()
        }
        None => propose(model, now),
    }
}

/// What was typed becomes a proposal.
fn propose(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    let Some(Overlay::Form(form)) = &model.overlay else {
        return Vec::new();
    };
    let deed = match &form.kind {
        Kind::Deploy | Kind::TakeOver(_) => return Vec::new(),
        Kind::Message(to) => Ok(Deed::Message {
            to: to.clone(),
            text: form.text("text").to_owned(),
        }),
        Kind::Escalate(about) => Ok(Deed::Escalate {
            about: about.clone(),
            text: form.text("text").to_owned(),
        }),
        Kind::Assign => assignment(model, form, now),
    };
    match deed {
        Err(why) => {
            model.say(why, now);
            Vec::new()
        }
        Ok(deed) => {
            let kept = model.overlay.take();
            let effects = acting::begin(model, deed, now);
            if model.overlay.is_none() && effects.is_empty() {
                model.overlay = kept; // refused: what was typed is not lost
            }
            effects
        }
    }
}

fn assignment(model: &Model, form: &Form, now: Timestamp) -> Result<Deed, String> {
    let list = |raw: &str| -> Vec<String> {
        let words = raw.split(',').map(str::trim).filter(|w| !w.is_empty());
        words.map(str::to_owned).collect()
    };
    let needs = list(form.text("needs"));
    let priority = match form.text("priority") {
        "" => None,
        raw => Some(parse_priority(raw).ok_or("a priority is P0, P1, P2 or P3")?),
    };
    let timeout = match form.text("timeout") {
        "" => None,
        raw => Some(
            raw.parse::<u32>()
                .map_err(|_| "a timeout is a number of seconds")?,
        ),
    };
    let snapshot = model.whole();
    let to = match form.text("worker") {
        "auto" | "" => {
            let wanted = Wanted {
                needs: &needs,
                ..Wanted::default()
            };
            let ranking = rank(snapshot, &wanted, now);
            let best = ranking.candidates.first().ok_or("nobody can take it now")?;
            best.worker.conversation.clone()
        }
        name => snapshot
            .worker_named(name)
            .map_err(|e| e.to_string())?
            .conversation
            .clone(),
    };
    Ok(Deed::Assign {
        task: NewTask {
            id: TaskId::new(form.text("task")),
            description: form.text("description").to_owned(),
            priority,
            timeout: timeout.map(|s| Span::seconds(i64::from(s))),
            needs,
            depends_on: Vec::new(),
        },
        to,
    })
}

/// Draws it over `body`.
pub(crate) fn draw(
    model: &Model,
    canvas: &mut Canvas<'_>,
    body: Rect,
    form: &Form,
    hits: &mut Hits,
) {
    let width = body.width.min(96);
    let single = form.fields.len() == 1;
    let tall = if single {
        10
    } else {
        u16::try_from(form.fields.len() * 2 + 3).unwrap_or(12)
    };
    let title = Strip::of(form.title.clone(), Role::Title);
    let inside = frame::centred(canvas, body, (width, tall.saturating_sub(2)), &title);
    let mut rows = Rows::of(inside);
    for (i, field) in form.fields.iter().enumerate() {
        let here = i == form.at;
        let role = if here { Role::Title } else { Role::Text };
        canvas.strip(
            rows.line(),
            &Strip::of(field.label, role).add(format!("  {}", field.help), Role::Dim),
        );
        typed(canvas, &mut rows, field, (here, single), hits);
    }
    let key = |action| model.look.keymap.key_of(Context::Form, action);
    let (send, cancel) = (key(Action::Send), key(Action::Escape));
    let keys = if single {
        let line = key(Action::Accept);
        format!("{send} send…  {line} new line  {cancel} cancel")
    } else {
        let next = key(Action::NextPanel);
        let what = match form.kind {
            Kind::Deploy | Kind::TakeOver(_) => "plan",
            _ => "assign",
        };
        format!("{send} {what}…  {next} next field  {cancel} cancel")
    };
    canvas.put(rows.line(), &keys, Role::Dim);
}

/// What was typed into a field, with the caret where it is typed on.
fn typed(
    canvas: &mut Canvas<'_>,
    rows: &mut Rows,
    field: &Field,
    (here, single): (bool, bool),
    hits: &mut Hits,
) {
    let width = rows.width();
    let shown = text::line(&field.text.replace('\n', "⏎")).into_owned();
    let lines = widget::lines(&shown, width.saturating_sub(3), true);
    let room = if single {
        usize::from(rows.left().saturating_sub(1)).max(1)
    } else {
        1
    };
    let skip = lines.len().saturating_sub(room);
    for (n, line) in lines.iter().enumerate().skip(skip) {
        let place = rows.line();
        let last = n + 1 == lines.len();
        let used = canvas.strip(
            place,
            &Strip::of("  ", Role::Text).add(line.clone(), Role::Text),
        );
        if here && last {
            canvas.put(
                Rect {
                    x: place.x + used,
                    width: place.width.saturating_sub(used),
                    ..place
                },
                "▏",
                Role::Accent,
            );
            hits.cursor = Some((place.x + used, place.y));
        }
    }
    if lines.is_empty() {
        let place = rows.line();
        if here {
            canvas.put(place, "  ▏", Role::Accent);
            hits.cursor = Some((place.x + 2, place.y));
        }
    }
}
