//! The one language of filters: typed after `/`, kept in the configuration, given to commands with `--filter`.
//!
//! ```text
//! expr := and { ("or" | "|") and }     and := unit { ["and"] unit }     unit := ["!"] ( term | "(" expr ")" )
//! term := field op value | "free text" | word | /regex/                op := : = != ~ !~ < <= > >=
//! value := item { "," item }           units: 30s 5m 2h 1d · 50% · P1 · 3
//! ```
//!
//! A word by itself is looked for in what names the row, without regard to case unless it has a capital.

mod facts;
mod parse;

use super::Timestamp;
pub use facts::{Fact, Facts};
pub use parse::Flaw;
use regex::Regex;
use std::{cmp::Ordering, fmt, sync::Arc};

/// A filter that was understood. Clones share it.
#[derive(Debug, Clone)]
pub struct Filter {
    raw: Arc<str>,
    expr: Arc<Expr>,
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl Eq for Filter {}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.raw)
    }
}

#[derive(Debug)]
enum Expr {
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Term(Field, Op, Vec<Item>),
    Text(Pattern),
}

/// What a row can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// What names the row.
    Id,
    /// Team.
    Team,
    /// Session.
    Session,
    /// Role of a worker.
    Role,
    /// State, or stage.
    State,
    /// Tasks.
    Task,
    /// Priority.
    Prio,
    /// Progress, in percent.
    Prog,
    /// Time in its state.
    Age,
    /// Time since the newest heartbeat.
    Hb,
    /// Branch.
    Branch,
    /// Commits that the base lacks.
    Ahead,
    /// Commits of the base that it lacks.
    Behind,
    /// Severity.
    Sev,
    /// Status of an alert, or what an agent says of itself.
    Status,
    /// Sender.
    From,
    /// Receiver.
    To,
    /// Kind of a message or an alert.
    Type,
    /// Body or description.
    Text,
    /// Messages that are not fetched.
    Unread,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 20] = [
        Self::Id,
        Self::Team,
        Self::Session,
        Self::Role,
        Self::State,
        Self::Task,
        Self::Prio,
        Self::Prog,
        Self::Age,
        Self::Hb,
        Self::Branch,
        Self::Ahead,
        Self::Behind,
        Self::Sev,
        Self::Status,
        Self::From,
        Self::To,
        Self::Type,
        Self::Text,
        Self::Unread,
    ];

    /// As it is typed.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Team => "team",
            Self::Session => "session",
            Self::Role => "role",
            Self::State => "state",
            Self::Task => "task",
            Self::Prio => "prio",
            Self::Prog => "prog",
            Self::Age => "age",
            Self::Hb => "hb",
            Self::Branch => "branch",
            Self::Ahead => "ahead",
            Self::Behind => "behind",
            Self::Sev => "sev",
            Self::Status => "status",
            Self::From => "from",
            Self::To => "to",
            Self::Type => "type",
            Self::Text => "text",
            Self::Unread => "unread",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Is,
    IsNot,
    Like,
    NotLike,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// One value that a field is compared with: as a word, and as a number where it is one.
#[derive(Debug)]
struct Item {
    pattern: Pattern,
    number: Option<f64>,
}

#[derive(Debug)]
enum Pattern {
    /// Lower case, to be found in what was made lower case.
    Folded(String),
    /// As it stands.
    Exact(String),
    Regex(Box<Regex>),
}

impl Pattern {
    fn word(raw: &str) -> Self {
        if raw.chars().any(char::is_uppercase) {
            Self::Exact(raw.to_owned())
        } else {
            Self::Folded(raw.to_lowercase())
        }
    }

    /// Found anywhere.
    fn finds(&self, text: &str) -> bool {
        match self {
            Self::Folded(word) => text.to_lowercase().contains(word),
            Self::Exact(word) => text.contains(word),
            Self::Regex(regex) => regex.is_match(text),
        }
    }

    /// The whole of it, or its beginning up to the end of a word: `worker-3` is `worker-3-tests`.
    fn is(&self, text: &str) -> bool {
        let begins = |rest: Option<&str>| rest.is_some_and(|r| r.is_empty() || r.starts_with('-'));
        match self {
            Self::Folded(word) => begins(text.to_lowercase().strip_prefix(&**word)),
            Self::Exact(word) => {
                begins(text.strip_prefix(&**word)) || text.eq_ignore_ascii_case(word)
            }
            Self::Regex(regex) => regex.is_match(text),
        }
    }
}

impl Filter {
    /// Reads a filter. At most 32 levels deep.
    ///
    /// # Errors
    /// What is wrong, and where it stands.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        Ok(Self {
            raw: raw.trim().into(),
            expr: Arc::new(parse::parse(raw)?),
        })
    }

    /// Whether a row matches at `now`. A field that the row does not have matches nothing but a negation. O(terms × length of texts).
    #[must_use]
    pub fn matches(&self, row: &dyn Facts, now: Timestamp) -> bool {
        holds(&self.expr, row, now)
    }
}

fn holds(expr: &Expr, row: &dyn Facts, now: Timestamp) -> bool {
    match expr {
        Expr::And(all) => all.iter().all(|e| holds(e, row, now)),
        Expr::Or(all) => all.iter().any(|e| holds(e, row, now)),
        Expr::Not(inner) => !holds(inner, row, now),
        Expr::Text(pattern) => row.names().iter().any(|text| pattern.finds(text)),
        Expr::Term(field, op, items) => {
            let fact = row.fact(*field, now);
            let any = |test: &dyn Fn(&Item) -> bool| items.iter().any(test);
            match op {
                Op::Is => any(&|item| equals(&fact, item)),
                Op::IsNot => !any(&|item| equals(&fact, item)),
                Op::Like => any(&|item| fact.texts().iter().any(|t| item.pattern.finds(t))),
                Op::NotLike => !any(&|item| fact.texts().iter().any(|t| item.pattern.finds(t))),
                Op::Less => any(&|item| order(&fact, item).is_some_and(Ordering::is_lt)),
                Op::AtMost => any(&|item| order(&fact, item).is_some_and(Ordering::is_le)),
                Op::More => any(&|item| order(&fact, item).is_some_and(Ordering::is_gt)),
                Op::AtLeast => any(&|item| order(&fact, item).is_some_and(Ordering::is_ge)),
            }
        }
    }
}

fn equals(fact: &Fact<'_>, item: &Item) -> bool {
    match (fact, item.number) {
        (Fact::Number(_), Some(_)) => order(fact, item) == Some(Ordering::Equal),
        _ => fact.texts().iter().any(|text| item.pattern.is(text)),
    }
}

fn order(fact: &Fact<'_>, item: &Item) -> Option<Ordering> {
    match (fact, item.number) {
        (Fact::Number(n), Some(wanted)) => n.partial_cmp(&wanted),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
