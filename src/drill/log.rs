//! What a test writes down while it runs.

use crate::domain::{Span, Timestamp, text};
use serde_json::{Map, Value};

/// What a measured value is held against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Aim {
    /// At most.
    Most(f64),
    /// At least.
    Least(f64),
    /// Neither more nor less.
    Just(f64),
    /// Measured, and held against nothing.
    Open,
}

impl Aim {
    fn meets(self, value: f64) -> bool {
        match self {
            Self::Most(limit) => value <= limit,
            Self::Least(limit) => value >= limit,
            Self::Just(wanted) => (value - wanted).abs() < 1e-9,
            Self::Open => true,
        }
    }

    /// For people: `≤ 135`, or nothing.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Most(limit) => format!("<= {}", number(limit)),
            Self::Least(limit) => format!(">= {}", number(limit)),
            Self::Just(wanted) => format!("= {}", number(wanted)),
            Self::Open => "-".to_owned(),
        }
    }
}

/// A number without digits that say nothing.
#[must_use]
pub(super) fn number(value: f64) -> String {
    let shown = if value.abs() < 100.0 {
        format!("{value:.3}")
    } else {
        format!("{value:.1}")
    };
    if shown.contains('.') {
        return shown.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    shown
}

/// Something that was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What.
    pub name: String,
    /// How much.
    pub value: f64,
    /// Of what; `s` is protocol time, `real s` and `real ms` are life's.
    pub unit: &'static str,
    /// What it should be.
    pub aim: Aim,
}

impl Figure {
    /// It is as it should be.
    #[must_use]
    pub fn met(&self) -> bool {
        self.aim.meets(self.value)
    }
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When, in protocol time.
    pub at: Timestamp,
    /// What; neutralised.
    pub words: String,
}

/// What became of a test.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Number in the protocol.
    pub test: u8,
    /// Its name there.
    pub name: &'static str,
    /// Its key in the protocol's result file.
    pub key: &'static str,
    /// What was done.
    pub steps: Vec<Step>,
    /// What was measured.
    pub figures: Vec<Figure>,
    /// What the protocol's result file says of it.
    pub facts: Map<String, Value>,
    /// What a reader should know: what was used instead of what, and why.
    pub notes: Vec<String>,
    /// Why it failed, besides figures.
    pub failures: Vec<String>,
    /// Why it was not run.
    pub skipped: Option<String>,
    /// How long it took, in life.
    pub took: Span,
    /// How much faster than life it ran.
    pub speed: u32,
}

impl Outcome {
    /// Something was measured, and everything is as it should be.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.skipped.is_none()
            && self.failures.is_empty()
            && !self.figures.is_empty()
            && self.figures.iter().all(Figure::met)
    }

    /// `PASS`, `FAIL` or `SKIP`, as the protocol writes it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match (&self.skipped, self.passed()) {
            (Some(_), _) => "SKIP",
            (None, true) => "PASS",
            (None, false) => "FAIL",
        }
    }

    /// Why it failed, in words; empty when it did not.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        let missed = self.figures.iter().filter(|f| !f.met());
        let missed = missed.map(|f| {
            let (value, aim) = (number(f.value), f.aim.words());
            format!("{}: {value} {}, target {aim}", f.name, f.unit)
        });
        self.failures.iter().cloned().chain(missed).collect()
    }

    /// A figure, by its name.
    #[must_use]
    pub fn figure(&self, name: &str) -> Option<&Figure> {
        self.figures.iter().find(|f| f.name == name)
    }
}

/// Where a running test writes.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) outcome: Outcome,
    /// Put before the name of every figure.
    pub(super) prefix: &'static str,
}

impl Log {
    pub(super) fn step(&mut self, at: Timestamp, words: impl AsRef<str>) {
        let words = text::line(words.as_ref()).into_owned();
        let words = format!("{}{words}", self.prefix);
        self.outcome.steps.push(Step { at, words });
    }

    pub(super) fn measure(&mut self, name: &str, value: f64, unit: &'static str, aim: Aim) {
        let name = format!("{}{name}", self.prefix);
        self.outcome.figures.push(Figure {
            name,
            value,
            unit,
            aim,
        });
    }

    /// A span of protocol time.
    pub(super) fn span(&mut self, name: &str, span: Span, aim: Aim) {
        self.measure(name, span.as_f64(), "s", aim);
    }

    /// How many.
    pub(super) fn count(&mut self, name: &str, n: usize, aim: Aim) {
        let n = u32::try_from(n).unwrap_or(u32::MAX);
        self.measure(name, f64::from(n), "", aim);
    }

    /// How many, and how many there should be.
    pub(super) fn exactly(&mut self, name: &str, n: usize, wanted: usize) {
        let wanted = u32::try_from(wanted).unwrap_or(u32::MAX);
        self.count(name, n, Aim::Just(f64::from(wanted)));
    }

    /// How many of what there should be none of.
    pub(super) fn none(&mut self, name: &str, n: usize) {
        self.exactly(name, n, 0);
    }

    pub(super) fn fact(&mut self, key: &str, value: impl Into<Value>) {
        self.outcome.facts.insert(key.to_owned(), value.into());
    }

    pub(super) fn note(&mut self, words: impl AsRef<str>) {
        let words = text::line(words.as_ref()).into_owned();
        if !self.outcome.notes.contains(&words) {
            self.outcome.notes.push(words);
        }
    }

    pub(super) fn fail(&mut self, why: impl AsRef<str>) {
        let why = format!("{}{}", self.prefix, text::line(why.as_ref()));
        self.outcome.failures.push(why);
    }
}

/// Seconds to a thousandth, as the result file has them.
pub(super) fn seconds(span: Span) -> Value {
    ((span.as_f64() * 1_000.0).round() / 1_000.0).into()
}

/// A member of an object; null where there is none.
pub(super) fn part<'a>(value: &'a Value, name: &str) -> &'a Value {
    value.get(name).unwrap_or(&Value::Null)
}
