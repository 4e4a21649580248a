//! What rows can be asked for.

use super::Field;
use crate::domain::{
    Branch, Message, Problem, Side, Subject, Task, Timestamp, Worker, alert::Alert,
    session::Session,
};
use std::borrow::Cow;

/// What a field of a row holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact<'a> {
    /// The row has no such field, or nothing in it.
    Nothing,
    /// A word.
    Text(Cow<'a, str>),
    /// Several.
    Texts(Vec<Cow<'a, str>>),
    /// A number; seconds where it is a time.
    Number(f64),
}

impl<'a> Fact<'a> {
    fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    fn maybe(text: Option<&'a str>) -> Self {
        text.map_or(Self::Nothing, Self::text)
    }

    fn owned(text: impl Into<String>) -> Self {
        Self::Text(Cow::Owned(text.into()))
    }

    fn since(at: Option<Timestamp>, now: Timestamp) -> Self {
        at.map_or(Self::Nothing, |at| Self::Number(now.since(at).as_f64()))
    }

    pub(super) fn texts(&self) -> Cow<'_, [Cow<'a, str>]> {
        match self {
            Self::Nothing => Cow::Borrowed(&[]),
            Self::Text(text) => Cow::Owned(vec![text.clone()]),
            Self::Texts(all) => Cow::Borrowed(all),
            Self::Number(n) => Cow::Owned(vec![Cow::Owned(n.to_string())]),
        }
    }
}

/// A row that can be filtered.
pub trait Facts {
    /// What a field holds at `now`.
    fn fact(&self, field: Field, now: Timestamp) -> Fact<'_>;

    /// What names the row: where a word by itself is looked for.
    fn names(&self) -> Vec<Cow<'_, str>>;
}

impl Facts for Worker {
    fn fact(&self, field: Field, now: Timestamp) -> Fact<'_> {
        match field {
            Field::Id => Fact::owned(self.id.to_string()),
            Field::Team => Fact::maybe(self.team.as_deref()),
            Field::Session => Fact::text(&self.session),
            Field::Role => Fact::maybe(self.role.as_deref()),
            Field::State => Fact::text(self.verdict.state.name()),
            Field::Status => Fact::maybe(self.reported.as_deref()),
            Field::Task => {
                let all = self.tasks.iter().map(|t| Cow::Owned(t.to_string()));
                Fact::Texts(all.collect())
            }
            Field::Age => Fact::since(Some(self.verdict.since), now),
            Field::Hb => Fact::since(self.beat(), now),
            Field::Unread => Fact::Number(self.unread.into()),
            Field::Text => Fact::text(&self.verdict.reason),
            _ => Fact::Nothing,
        }
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        let mut all = vec![Cow::Owned(self.id.to_string())];
        all.extend(self.tasks.iter().map(|t| Cow::Owned(t.to_string())));
        all.extend(self.team.as_deref().map(Cow::Borrowed));
        all
    }
}

impl Facts for Task {
    fn fact(&self, field: Field, now: Timestamp) -> Fact<'_> {
        let holder = self.holder();
        match field {
            Field::Id | Field::Task => Fact::owned(self.id.to_string()),
            Field::State => Fact::text(self.state.name()),
            Field::Prio => self
                .priority
                .map_or(Fact::Nothing, |p| Fact::Number(p.into())),
            Field::Prog => self
                .progress
                .map_or(Fact::Nothing, |p| Fact::Number(p.into())),
            Field::Age => Fact::since(holder.and_then(|h| h.at), now),
            Field::To => holder.map_or(Fact::Nothing, |h| Fact::owned(h.worker.to_string())),
            Field::From => self
                .moved_from()
                .map_or(Fact::Nothing, |h| Fact::owned(h.worker.to_string())),
            Field::Text => Fact::text(&self.description),
            _ => Fact::Nothing,
        }
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        let holder = self.holder().map(|h| Cow::Owned(h.worker.to_string()));
        let mut all = vec![
            Cow::Owned(self.id.to_string()),
            Cow::Borrowed(&*self.description),
        ];
        all.extend(holder);
        all
    }
}

impl Facts for Message {
    fn fact(&self, field: Field, now: Timestamp) -> Fact<'_> {
        let worker = || Fact::owned(self.worker.to_string());
        let side = |side: Side| match side {
            Side::A => Fact::text("orchestrator"),
            Side::B => worker(),
            Side::Other => Fact::text("nobody"),
        };
        match field {
            Field::Id => worker(),
            Field::From => side(self.from),
            Field::To => side(self.to),
            Field::Type => Fact::text(self.kind.name()),
            Field::Task => self
                .task
                .as_ref()
                .map_or(Fact::Nothing, |t| Fact::owned(t.to_string())),
            Field::Text => Fact::text(&self.body),
            Field::Age => Fact::since(self.at, now),
            Field::Unread => Fact::Number(if self.read { 0.0 } else { 1.0 }),
            _ => Fact::Nothing,
        }
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        let mut all = vec![
            Cow::Owned(self.worker.to_string()),
            Cow::Borrowed(&*self.summary),
            Cow::Borrowed(&*self.body),
        ];
        all.extend(self.task.as_ref().map(|t| Cow::Owned(t.to_string())));
        all
    }
}

impl Facts for Problem {
    fn fact(&self, field: Field, now: Timestamp) -> Fact<'_> {
        match (field, &self.subject) {
            (Field::Id, _) => Fact::text(&self.key),
            (Field::Sev, _) => Fact::text(self.severity.name()),
            (Field::Type | Field::State, _) => Fact::text(self.kind),
            (Field::Text, _) => Fact::text(&self.sentence),
            (Field::Age, _) => Fact::since(Some(self.since), now),
            (Field::To | Field::From, Subject::Worker(_, id)) => Fact::owned(id.to_string()),
            (Field::Session, Subject::Session(key)) => Fact::text(key),
            _ => Fact::Nothing,
        }
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        let mut all: Vec<Cow<'_, str>> = vec![
            Cow::Borrowed(&*self.key),
            Cow::Borrowed(self.kind),
            Cow::Borrowed(&*self.sentence),
        ];
        all.extend(match &self.subject {
            Subject::Worker(_, id) => Some(Cow::Owned(id.to_string())),
            Subject::Session(key) => Some(Cow::Borrowed(&**key)),
            Subject::Source => None,
        });
        all
    }
}

impl Facts for Alert {
    fn fact(&self, field: Field, now: Timestamp) -> Fact<'_> {
        match field {
            Field::Id => Fact::text(&self.key),
            Field::Sev => Fact::text(self.severity.name()),
            Field::Type => Fact::text(&self.kind),
            Field::Status | Field::State => Fact::text(self.status.name()),
            Field::Text => Fact::text(&self.sentence),
            Field::Team => Fact::maybe(self.team.as_deref()),
            Field::Age => Fact::since(Some(self.since), now),
            Field::To | Field::From => self
                .worker()
                .map_or(Fact::Nothing, |id| Fact::owned(id.to_string())),
            _ => Fact::Nothing,
        }
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        let mut all = vec![
            Cow::Borrowed(&*self.kind),
            Cow::Borrowed(self.status.name()),
            Cow::Borrowed(&*self.sentence),
        ];
        all.extend(self.team.as_deref().map(Cow::Borrowed));
        all.extend(self.worker().map(|id| Cow::Owned(id.to_string())));
        all
    }
}

impl Facts for Session {
    fn fact(&self, field: Field, now: Timestamp) -> Fact<'_> {
        match field {
            Field::Id | Field::Session => Fact::text(&self.key),
            Field::State => Fact::text(self.stage.name()),
            Field::Branch => Fact::maybe(self.branch().map(|b| &*b.name)),
            Field::Prog => self.progress.map_or(Fact::Nothing, |p| {
                Fact::Number(u32::try_from(p.percent()).unwrap_or(u32::MAX).into())
            }),
            Field::Status => Fact::owned(self.claimed()),
            Field::Age => Fact::since(self.last.map(|(at, _)| at), now),
            Field::Text => Fact::text(&self.title),
            _ => Fact::Nothing,
        }
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        let mut all = vec![Cow::Borrowed(&*self.key), Cow::Owned(self.name())];
        all.extend(self.branch().map(|b| Cow::Borrowed(&*b.name)));
        all
    }
}

impl Facts for Branch {
    fn fact(&self, field: Field, now: Timestamp) -> Fact<'_> {
        match field {
            Field::Id | Field::Branch => Fact::text(&self.name),
            Field::Ahead => Fact::Number(self.ahead.into()),
            Field::Behind => Fact::Number(self.behind.into()),
            Field::From => Fact::text(&self.author),
            Field::Text => Fact::text(&self.subject),
            Field::Age => Fact::since(self.committed, now),
            Field::State if self.merged => Fact::text("merged"),
            _ => Fact::Nothing,
        }
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        vec![Cow::Borrowed(&*self.name), Cow::Borrowed(&*self.subject)]
    }
}
