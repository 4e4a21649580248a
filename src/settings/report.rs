//! `[report]`: the status document that is renewed by itself.

use crate::domain::{Span, swarmfile::is_branch, text};
use toml::Value;

/// Its keys.
pub(super) const KEYS: [&str; 4] = [
    "report.every",
    "report.branch",
    "report.push",
    "report.remote",
];

/// What the file sets; `None` where it does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportFile {
    every: Option<Span>,
    branch: Option<String>,
    push: bool,
    remote: Option<String>,
}

/// How the status document is renewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How often.
    pub every: Span,
    /// Branch that carries it.
    pub branch: String,
    /// Remote that it is pushed to; `None` for nowhere.
    pub remote: Option<String>,
}

impl ReportFile {
    /// `None` where it is switched off: no branch is named.
    pub(super) fn resolve(&self) -> Option<Report> {
        let remote = || self.remote.clone().unwrap_or_else(|| "origin".to_owned());
        Some(Report {
            every: self.every.unwrap_or(Span::seconds(30 * 60)),
            branch: self.branch.clone()?,
            remote: self.push.then(remote),
        })
    }

    /// What is in force, by name.
    pub(super) fn effective(&self) -> [(&'static str, Option<Value>); 4] {
        let word = |word: &str| Value::String(text::line(word).into_owned());
        let every = self.every.unwrap_or(Span::seconds(30 * 60));
        [
            ("branch", self.branch.as_deref().map(word)),
            ("every", Some(super::effective::time(every))),
            ("push", Some(Value::Boolean(self.push))),
            (
                "remote",
                Some(word(self.remote.as_deref().unwrap_or("origin"))),
            ),
        ]
    }

    pub(super) fn set(
        &mut self,
        name: &str,
        value: &Value,
        span: Option<Span>,
    ) -> Result<(), String> {
        let wrong = |what: &str| format!("`{name}` is {what}; the default stays");
        match name {
            "report.every" => {
                self.every = Some(span.ok_or_else(|| wrong("a time such as \"30m\""))?);
            }
            "report.branch" => {
                let given = value.as_str().filter(|b| is_branch(b));
                let given = given.ok_or_else(|| wrong("the name of a branch in quotes"))?;
                self.branch = Some(given.to_owned());
            }
            "report.push" => {
                self.push = value.as_bool().ok_or_else(|| wrong("true or false"))?;
            }
            "report.remote" => {
                let given = value.as_str().filter(|r| is_branch(r));
                let given = given.ok_or_else(|| wrong("the name of a remote in quotes"))?;
                self.remote = Some(given.to_owned());
            }
            _ => return Err(super::file::unknown(name)),
        }
        Ok(())
    }
}
