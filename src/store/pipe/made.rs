//! Conversations that are made and ended, as they travel.

use super::{
    call::{KeyForm, TokenForm},
    deed::EntryForm,
    form::LinkForm,
};
use crate::{
    domain::{ConversationId, Span, Timestamp, credential::NewConversation},
    store::Opened,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Of `open_conversation`; `end_conversation` needs the id only.
#[derive(Serialize, Deserialize)]
pub(super) struct ConversationArgs {
    pub(super) id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) new: Option<NewForm>,
    pub(super) entry: EntryForm,
    pub(super) key: KeyForm,
    pub(super) now: i64,
}

#[derive(Serialize, Deserialize)]
pub(super) struct NewForm {
    role_a: Arc<str>,
    role_b: Arc<str>,
    token_a: TokenForm,
    token_b: TokenForm,
    lifetime: i64,
    unless_open: bool,
}

impl From<&NewConversation> for NewForm {
    fn from(new: &NewConversation) -> Self {
        Self {
            role_a: Arc::clone(&new.role_a),
            role_b: Arc::clone(&new.role_b),
            token_a: TokenForm(new.token_a.clone()),
            token_b: TokenForm(new.token_b.clone()),
            lifetime: new.lifetime.0,
            unless_open: new.unless_open,
        }
    }
}

impl NewForm {
    pub(super) fn whole(self, id: &str) -> NewConversation {
        NewConversation {
            id: ConversationId::from(id),
            role_a: self.role_a,
            role_b: self.role_b,
            token_a: self.token_a.0,
            token_b: self.token_b.0,
            lifetime: Span(self.lifetime),
            unless_open: self.unless_open,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum OpenedForm {
    Made { expires: i64, link: LinkForm },
    Already { id: String, expires: Option<i64> },
}

impl From<&Opened> for OpenedForm {
    fn from(opened: &Opened) -> Self {
        match opened {
            Opened::Made { expires, link } => Self::Made {
                expires: expires.0,
                link: link.into(),
            },
            Opened::Already { id, expires } => Self::Already {
                id: id.raw().to_owned(),
                expires: expires.map(|at| at.0),
            },
        }
    }
}

impl From<OpenedForm> for Opened {
    fn from(form: OpenedForm) -> Self {
        match form {
            OpenedForm::Made { expires, link } => Self::Made {
                expires: Timestamp(expires),
                link: link.into(),
            },
            OpenedForm::Already { id, expires } => Self::Already {
                id: ConversationId::new(id),
                expires: expires.map(Timestamp),
            },
        }
    }
}
