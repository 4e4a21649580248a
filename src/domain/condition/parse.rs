//! The grammar of a condition.

use super::{Expr, METRICS, Op, Term};
use crate::domain::{Severity, State, TaskState, session::Stage};

/// Brackets and negations may be nested as deep as this.
const DEEP: usize = 32;

pub(super) fn parse(raw: &str) -> Result<Expr, String> {
    let mut reader = Reader {
        rest: raw,
        depth: 0,
    };
    let expr = reader.either()?;
    match reader.rest.trim_start() {
        "" => Ok(expr),
        rest => Err(format!("`{rest}` is not expected there")),
    }
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Reader<'a> {
    /// Takes one of the words, when it is next.
    fn takes(&mut self, words: &[&str]) -> bool {
        let rest = self.rest.trim_start();
        let ends = |word: &str, after: &str| {
            let letters = word.ends_with(char::is_alphabetic);
            !letters || !after.starts_with(|c: char| c.is_alphanumeric() || ".:-_".contains(c))
        };
        for word in words {
            if let Some(after) = rest.strip_prefix(word)
                && ends(word, after)
            {
                self.rest = after;
                return true;
            }
        }
        false
    }

    fn either(&mut self) -> Result<Expr, String> {
        let mut all = vec![self.both()?];
        while self.takes(&["or", "||", "|"]) {
            all.push(self.both()?);
        }
        Ok(one_or(all, Expr::Or))
    }

    fn both(&mut self) -> Result<Expr, String> {
        let mut all = vec![self.unit()?];
        loop {
            let joined = self.takes(&["and", "&&", "&"]);
            let next = self.rest.trim_start();
            let or = next.strip_prefix("or").is_some_and(|after| {
                after.is_empty() || after.starts_with(|c: char| c.is_whitespace() || c == '(')
            });
            if !joined && (or || next.is_empty() || next.starts_with([')', '|'])) {
                return Ok(one_or(all, Expr::And));
            }
            all.push(self.unit()?);
        }
    }

    fn unit(&mut self) -> Result<Expr, String> {
        self.depth += 1;
        if self.depth > DEEP {
            return Err(format!("nested deeper than {DEEP} levels"));
        }
        let expr = if self.takes(&["not", "!"]) {
            Expr::Not(Box::new(self.unit()?))
        } else if self.takes(&["("]) {
            let inner = self.either()?;
            if !self.takes(&[")"]) {
                return Err("a `(` has no `)`".to_owned());
            }
            inner
        } else {
            self.term()?
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn term(&mut self) -> Result<Expr, String> {
        let name = self.name()?;
        let metric = |name: &str, op, n| Expr::Term(Term::Metric(name.to_owned(), op, n));
        match &*name {
            "all-done" => {
                let some = metric("tasks.total", Op::More, 0);
                return Ok(Expr::And(vec![some, metric("tasks.open", Op::Is, 0)]));
            }
            "no-silent" => return Ok(metric("silent", Op::Is, 0)),
            "no-problem" => {
                return Ok(Expr::Term(Term::Severity(Op::Less, Severity::Warning)));
            }
            _ => {}
        }
        // A name that holds a colon or a space stands in quotes of its own.
        let (kind, of) = if self.rest.starts_with(':') {
            self.rest = self.rest.get(1..).unwrap_or_default();
            (Some(name), self.name()?)
        } else {
            match name.split_once(':') {
                Some((kind, of)) => (Some(kind.to_owned()), of.to_owned()),
                None => (None, name),
            }
        };
        let op = self
            .op()
            .ok_or_else(|| format!("after `{of}` one of = != < <= > >= is expected"))?;
        let value = self.name()?;
        Ok(Expr::Term(term(kind.as_deref(), of, op, &value)?))
    }

    fn op(&mut self) -> Option<Op> {
        let ops = [
            ("<=", Op::AtMost),
            (">=", Op::AtLeast),
            ("!=", Op::IsNot),
            ("==", Op::Is),
            ("=", Op::Is),
            ("<", Op::Less),
            (">", Op::More),
        ];
        ops.into_iter()
            .find(|(sign, _)| self.takes(&[sign]))
            .map(|(_, op)| op)
    }

    /// A word, or what stands in quotes.
    fn name(&mut self) -> Result<String, String> {
        let rest = self.rest.trim_start();
        let quoted = rest.strip_prefix(['"', '\'']);
        let taken: &'a str = if let Some(inner) = quoted {
            let quote = if rest.starts_with('"') { '"' } else { '\'' };
            let (inside, after) = inner
                .split_once(quote)
                .ok_or_else(|| format!("a {quote} has no other one"))?;
            self.rest = after;
            inside
        } else {
            let end = rest
                .find(|c: char| c.is_whitespace() || "=!<>()|&\"'".contains(c))
                .unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            let colon = word.ends_with(':') && after.starts_with(['"', '\'']);
            if colon {
                self.rest = rest.get(end - 1..).unwrap_or_default();
                word.trim_end_matches(':')
            } else {
                self.rest = after;
                word
            }
        };
        if taken.is_empty() {
            return Err(match rest {
                "" => "it ends where a name is expected".to_owned(),
                rest => format!("a name is expected at `{rest}`"),
            });
        }
        Ok(taken.to_owned())
    }
}

fn one_or(mut all: Vec<Expr>, many: impl Fn(Vec<Expr>) -> Expr) -> Expr {
    match (all.pop(), all.is_empty()) {
        (Some(one), true) => one,
        (Some(last), false) => {
            all.push(last);
            many(all)
        }
        (None, _) => many(all),
    }
}

fn term(kind: Option<&str>, of: String, op: Op, value: &str) -> Result<Term, String> {
    let plain = |names: &[&str]| {
        if matches!(op, Op::Is | Op::IsNot) {
            Err(format!("`{value}` is none of {}", names.join(", ")))
        } else {
            Err(format!("a state of {of} is compared with = or !="))
        }
    };
    let same = matches!(op, Op::Is | Op::IsNot);
    match kind {
        Some("task") => {
            let found = TaskState::ALL.into_iter().find(|s| s.name() == value);
            match found.filter(|_| same) {
                Some(state) => Ok(Term::Task(of, op, state)),
                None => plain(&TaskState::ALL.map(TaskState::name)),
            }
        }
        Some("worker") => {
            let found = State::ALL.into_iter().find(|s| s.name() == value);
            match found.filter(|_| same) {
                Some(state) => Ok(Term::Worker(of, op, state)),
                None => plain(&State::ALL.map(State::name)),
            }
        }
        Some("session") => {
            let found = Stage::ALL.into_iter().find(|s| s.name() == value);
            match found.filter(|_| same) {
                Some(stage) => Ok(Term::Session(of, op, stage)),
                None => plain(&Stage::ALL.map(Stage::name)),
            }
        }
        Some(other) => Err(format!("`{other}:` is none of task:, worker:, session:")),
        None if of == "severity" => {
            let all = [
                Severity::Ok,
                Severity::Notice,
                Severity::Warning,
                Severity::Critical,
                Severity::Unknown,
            ];
            match all.into_iter().find(|s| s.name() == value) {
                Some(severity) => Ok(Term::Severity(op, severity)),
                None => Err(format!(
                    "`{value}` is none of {}",
                    all.map(Severity::name).join(", ")
                )),
            }
        }
        None => metric(of, op, value),
    }
}

fn metric(of: String, op: Op, value: &str) -> Result<Term, String> {
    let state = of.strip_prefix("workers.").unwrap_or(&of);
    let known = METRICS.contains(&&*of) || State::ALL.iter().any(|s| s.name() == state);
    if !known {
        return Err(format!(
            "nothing is called `{of}`; there are {}, and the states of workers: {}",
            METRICS.join(", "),
            State::ALL.map(State::name).join(", ")
        ));
    }
    let number = value
        .parse()
        .map_err(|_| format!("`{value}` after {of} is not a whole number"))?;
    Ok(Term::Metric(of, op, number))
}
