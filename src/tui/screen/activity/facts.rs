//! What an entry can be asked for by a filter.

use super::entry::{By, Entry, Source};
use crate::domain::{
    Happening, Timestamp,
    filter::{Fact, Facts, Field},
};
use std::borrow::Cow;

impl Entry {
    /// What it is about, where that can be asked itself.
    fn about(&self) -> Option<&dyn Facts> {
        match &self.source {
            Source::Step(task, _) => Some(&**task),
            Source::Event(event) => match &event.what {
                Happening::WorkerSeen(worker) | Happening::WorkerState(worker, _) => {
                    Some(&**worker)
                }
                Happening::TaskState(task, _) => Some(&**task),
                Happening::Message(message) => Some(&**message),
                Happening::Alert(alert, _) => Some(&**alert),
                Happening::WorkerGone(..) | Happening::Notified(_) | Happening::Source(_) => None,
            },
        }
    }
}

impl Facts for Entry {
    fn fact(&self, field: Field, now: Timestamp) -> Fact<'_> {
        match field {
            Field::Id => Fact::Text(Cow::Borrowed(&self.subject)),
            Field::Type => Fact::Text(Cow::Borrowed(self.kind)),
            Field::Text => Fact::Text(Cow::Borrowed(&self.words)),
            Field::Age => Fact::Number(now.since(self.at).as_f64()),
            Field::From => match &self.by {
                By::Me(name) => Fact::Texts(vec![
                    Cow::Borrowed("you"),
                    Cow::Borrowed("me"),
                    Cow::Borrowed(name),
                ]),
                By::Orchestrator => {
                    Fact::Texts(vec![Cow::Borrowed("orch"), Cow::Borrowed("orchestrator")])
                }
                other => Fact::Text(Cow::Owned(other.shown())),
            },
            _ => (self.about()).map_or(Fact::Nothing, |about| about.fact(field, now)),
        }
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        vec![
            Cow::Borrowed(&self.subject),
            Cow::Owned(self.by.shown()),
            Cow::Borrowed(&self.words),
            Cow::Borrowed(self.kind),
        ]
    }
}
