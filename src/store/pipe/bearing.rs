//! What the holder of a token asks for, and the answers, as they travel.

use super::{call::TokenForm, form::LinkForm, words::SideForm};
use crate::{
    domain::MessageId,
    store::{Bearer, Beaten, Denied, Ended, Proved, Said, Taken, Word},
};
use serde::{Deserialize, Serialize};

/// Of `beat`, `take` and `prove`.
#[derive(Serialize, Deserialize)]
pub(super) struct BearerArgs {
    pub(super) conversation: String,
    pub(super) side: SideForm,
    pub(super) token: TokenForm,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) ids: Vec<i64>,
    pub(super) now: i64,
}

impl BearerArgs {
    pub(super) fn of(bearer: &Bearer<'_>, ids: &[MessageId], now: i64) -> Self {
        Self {
            conversation: bearer.conversation.raw().to_owned(),
            side: bearer.side.into(),
            token: TokenForm(bearer.token.clone()),
            ids: ids.iter().map(|id| id.0).collect(),
            now,
        }
    }
}

/// Of `say`.
#[derive(Serialize, Deserialize)]
pub(super) struct SayArgs {
    pub(super) conversation: String,
    pub(super) token: TokenForm,
    pub(super) text: String,
    pub(super) now: i64,
}

impl SayArgs {
    pub(super) fn of(word: &Word<'_>, now: i64) -> Self {
        Self {
            conversation: word.conversation.raw().to_owned(),
            token: TokenForm(word.token.clone()),
            text: word.text.to_owned(),
            now,
        }
    }
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum DeniedForm {
    Unknown,
    Token,
    Expired,
}

impl From<Denied> for DeniedForm {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Unknown => Self::Unknown,
            Denied::WrongToken => Self::Token,
            Denied::Expired => Self::Expired,
        }
    }
}

impl From<DeniedForm> for Denied {
    fn from(form: DeniedForm) -> Self {
        match form {
            DeniedForm::Unknown => Self::Unknown,
            DeniedForm::Token => Self::WrongToken,
            DeniedForm::Expired => Self::Expired,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum BeatenForm {
    Written { first: bool, proved: bool },
    Denied(DeniedForm),
}

impl From<Beaten> for BeatenForm {
    fn from(beaten: Beaten) -> Self {
        match beaten {
            Beaten::Written { first, proved } => Self::Written { first, proved },
            Beaten::Denied(why) => Self::Denied(why.into()),
        }
    }
}

impl From<BeatenForm> for Beaten {
    fn from(form: BeatenForm) -> Self {
        match form {
            BeatenForm::Written { first, proved } => Self::Written { first, proved },
            BeatenForm::Denied(why) => Self::Denied(why.into()),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum TakenForm {
    Marked(usize),
    Denied(DeniedForm),
}

impl From<Taken> for TakenForm {
    fn from(taken: Taken) -> Self {
        match taken {
            Taken::Marked(count) => Self::Marked(count),
            Taken::Denied(why) => Self::Denied(why.into()),
        }
    }
}

impl From<TakenForm> for Taken {
    fn from(form: TakenForm) -> Self {
        match form {
            TakenForm::Marked(count) => Self::Marked(count),
            TakenForm::Denied(why) => Self::Denied(why.into()),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ProvedForm {
    Yes,
    Unprovable,
    Denied(DeniedForm),
}

impl From<Proved> for ProvedForm {
    fn from(proved: Proved) -> Self {
        match proved {
            Proved::Yes => Self::Yes,
            Proved::Unprovable => Self::Unprovable,
            Proved::Denied(why) => Self::Denied(why.into()),
        }
    }
}

impl From<ProvedForm> for Proved {
    fn from(form: ProvedForm) -> Self {
        match form {
            ProvedForm::Yes => Self::Yes,
            ProvedForm::Unprovable => Self::Unprovable,
            ProvedForm::Denied(why) => Self::Denied(why.into()),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum SaidForm {
    Written(i64),
    Already(i64),
    Denied(DeniedForm),
}

impl From<Said> for SaidForm {
    fn from(said: Said) -> Self {
        match said {
            Said::Written(id) => Self::Written(id.0),
            Said::Already(id) => Self::Already(id.0),
            Said::Unknown => Self::Denied(DeniedForm::Unknown),
            Said::WrongToken => Self::Denied(DeniedForm::Token),
            Said::Expired => Self::Denied(DeniedForm::Expired),
        }
    }
}

impl From<SaidForm> for Said {
    fn from(form: SaidForm) -> Self {
        match form {
            SaidForm::Written(id) => Self::Written(MessageId(id)),
            SaidForm::Already(id) => Self::Already(MessageId(id)),
            SaidForm::Denied(DeniedForm::Unknown) => Self::Unknown,
            SaidForm::Denied(DeniedForm::Token) => Self::WrongToken,
            SaidForm::Denied(DeniedForm::Expired) => Self::Expired,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum EndedForm {
    Now(LinkForm),
    Before,
}

impl From<&Ended> for EndedForm {
    fn from(ended: &Ended) -> Self {
        match ended {
            Ended::Now(link) => Self::Now(link.into()),
            Ended::Before => Self::Before,
        }
    }
}

impl From<EndedForm> for Ended {
    fn from(form: EndedForm) -> Self {
        match form {
            EndedForm::Now(link) => Self::Now(link.into()),
            EndedForm::Before => Self::Before,
        }
    }
}
