//! Errors as they travel: each crosses as itself, and says on which side of the pipe it is.

use super::words::shown;
use crate::store::StoreError;
use serde::{Deserialize, Serialize};
use std::{error::Error, time::Duration};

/// What the stores here try.
const OPERATIONS: [&str; 10] = [
    "open",
    "read the schema",
    "read the version",
    "read the newest rows",
    "read the changes",
    "read older messages",
    "read new messages",
    "read the audit log",
    "write",
    "hold a token against the bridge",
];

/// An error of the other side.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Fault {
    kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    path: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    operation: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    /// When to come back, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    after_ms: Option<u64>,
}

/// An error of the backend on the other side.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Remote(String);

impl Fault {
    /// The call is not carried out, and why.
    pub(super) fn refused(path: &str, why: &str) -> Self {
        Self {
            kind: "refused".to_owned(),
            path: path.to_owned(),
            detail: why.to_owned(),
            ..Self::default()
        }
    }

    /// Too many calls.
    pub(super) fn limited(path: &str, why: &str, after: Duration) -> Self {
        Self {
            kind: "limited".to_owned(),
            path: path.to_owned(),
            detail: why.to_owned(),
            after_ms: Some(u64::try_from(after.as_millis()).unwrap_or(u64::MAX).max(1)),
            ..Self::default()
        }
    }

    /// When to come back, where there were too many calls.
    pub(super) fn after(&self) -> Option<Duration> {
        let limited = self.kind == "limited";
        self.after_ms.filter(|_| limited).map(Duration::from_millis)
    }

    pub(super) fn of(error: &StoreError) -> Self {
        let (kind, path, detail) = match error {
            StoreError::NotFound { path } => ("not_found", path, ""),
            StoreError::NotADatabase { path } => ("not_a_database", path, ""),
            StoreError::UnknownSchema { path, found } => ("unknown_schema", path, found.as_str()),
            StoreError::Replaced { path } => ("replaced", path, ""),
            StoreError::Rewound { path } => ("rewound", path, ""),
            StoreError::Busy { path } => ("busy", path, ""),
            StoreError::Damaged { path, detail } => ("damaged", path, detail.as_str()),
            StoreError::NeedsWritableDirectory { path } => ("needs_directory", path, ""),
            StoreError::NotWritable { path, why } => ("not_writable", path, why.as_str()),
            StoreError::Full { path } => ("full", path, ""),
            StoreError::Refused { path, why } => ("refused", path, why.as_str()),
            StoreError::Pipe { command, why } => ("pipe", command, why.as_str()),
            StoreError::Limited { path, why, after } => {
                return Self::limited(path, why, *after);
            }
            StoreError::Backend {
                operation,
                path,
                source,
            } => {
                return Self {
                    kind: "backend".to_owned(),
                    path: path.clone(),
                    operation: (*operation).to_owned(),
                    detail: chain(&**source),
                    after_ms: None,
                };
            }
        };
        Self {
            kind: kind.to_owned(),
            path: path.clone(),
            detail: detail.to_owned(),
            ..Self::default()
        }
    }

    /// As an error of this side, about a file that is reached through `via`.
    pub(super) fn error(self, via: &str) -> StoreError {
        let (detail, after_ms) = (shown(&self.detail), self.after_ms);
        let path = format!("{} (through `{via}`)", shown(&self.path));
        match self.kind.as_str() {
            "not_found" => StoreError::NotFound { path },
            "not_a_database" => StoreError::NotADatabase { path },
            "unknown_schema" => StoreError::UnknownSchema {
                path,
                found: detail,
            },
            "replaced" => StoreError::Replaced { path },
            "rewound" => StoreError::Rewound { path },
            "busy" => StoreError::Busy { path },
            "damaged" => StoreError::Damaged { path, detail },
            "needs_directory" => StoreError::NeedsWritableDirectory { path },
            "not_writable" => StoreError::NotWritable { path, why: detail },
            "full" => StoreError::Full { path },
            "refused" => StoreError::Refused { path, why: detail },
            "limited" => StoreError::Limited {
                path,
                why: detail,
                after: Duration::from_millis(after_ms.unwrap_or(1_000).min(60_000)),
            },
            "pipe" => StoreError::Pipe {
                command: path,
                why: detail,
            },
            "backend" => {
                let found = OPERATIONS.into_iter().find(|o| *o == self.operation);
                StoreError::Backend {
                    operation: found.unwrap_or("call"),
                    path,
                    source: Box::new(Remote(detail)),
                }
            }
            other => StoreError::Refused {
                path,
                why: format!("{detail} (`{}`)", shown(other)),
            },
        }
    }
}

/// An error with what caused it.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut out = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        out = format!("{out}: {inner}");
        cause = inner.source();
    }
    out
}
