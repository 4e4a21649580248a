//! The forms that start a session, and that let one take over another.

use super::{Form, Kind, field};
use crate::domain::text;
use std::sync::Arc;

impl Form {
    /// A session is started.
    pub(crate) fn deploy(session: String) -> Self {
        Self {
            title: "Start a session".to_owned(),
            kind: Kind::Deploy,
            fields: vec![
                field("session", "its number in the swarm file", session),
                field(
                    "file",
                    "swarm file; infrafabric, nine-agents",
                    "infrafabric",
                ),
                field("branch id", "for <session-id>; may be empty", ""),
                field("push", "yes: the branch goes to the remote", "no"),
            ],
            at: 0,
        }
    }

    /// A session goes on with another.
    pub(crate) fn takeover(from: Arc<str>, by: String) -> Self {
        Self {
            title: format!("Take over {}", text::line(&from)),
            kind: Kind::TakeOver(from),
            fields: vec![
                field("by", "number or key of who goes on with it", by),
                field("branch", "for the handover; empty: the successor's", ""),
                field("reason", "for the audit log; may be empty", ""),
                field("push", "yes: the branch goes to the remote", "no"),
            ],
            at: 0,
        }
    }
}
