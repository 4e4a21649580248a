//! Identities. They carry the raw text of the bridge, because that is what rows are compared with,
//! and show themselves neutralised and without what looks like a key: an id that reaches a screen or a file has
//! passed [`crate::domain::text`].

use super::text;
use serde::{Serialize, Serializer};
use std::{borrow::Borrow, fmt, sync::Arc};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps the text as the bridge holds it. An id beyond 256 bytes keeps its head and a hash of the whole.
            #[must_use]
            pub fn new(raw: impl Into<Arc<str>>) -> Self {
                let raw = raw.into();
                if raw.len() <= text::ID_CAP { Self(raw) } else { Self(text::short_id(&raw).into()) }
            }

            /// The text as the bridge holds it: for comparing and querying, never for showing.
            #[must_use]
            pub fn raw(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&text::name(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), text::redact_name(&self.0))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        /// Lets a map be asked with the raw text: equal and hashed alike.
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(raw: &str) -> Self {
                Self::new(raw)
            }
        }
    };
}

text_id!(
    /// One pair of sessions, `conv_` and 16 hex digits on the bridge. A worker *is* its conversation.
    ConversationId
);
text_id!(
    /// The label of a worker: the role of side `b`. May be anything, and may repeat after a rotation.
    WorkerId
);
text_id!(
    /// One unit of work, named by the orchestrator.
    TaskId
);

/// Row number of a message: grows with every commit, so it is the order of events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub i64);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for MessageId {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
