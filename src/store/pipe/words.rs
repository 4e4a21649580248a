//! The smallest things that travel, and how words of the other side are shown.

use crate::domain::{Side, Stamp, Timestamp, text};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// Longest name or remedy that is kept.
pub(super) const NAME_CAP: usize = 1_024;

/// Words of the other side that are shown to people.
pub(super) fn shown(raw: &str) -> String {
    text::redact(&text::line(text::head(raw, NAME_CAP))).into_owned()
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum SideForm {
    A,
    B,
    #[serde(other)]
    Other,
}

impl From<Side> for SideForm {
    fn from(side: Side) -> Self {
        match side {
            Side::A => Self::A,
            Side::B => Self::B,
            Side::Other => Self::Other,
        }
    }
}

impl From<SideForm> for Side {
    fn from(side: SideForm) -> Self {
        match side {
            SideForm::A => Self::A,
            SideForm::B => Self::B,
            SideForm::Other => Self::Other,
        }
    }
}

/// A time in microseconds; `false` for a text that was none, `null` for nothing.
#[derive(Clone, Copy)]
pub(super) struct StampForm(pub(super) Stamp);

impl Serialize for StampForm {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Stamp::At(at) => to.serialize_i64(at.0),
            Stamp::Bad => to.serialize_bool(false),
            Stamp::None => to.serialize_unit(),
        }
    }
}

impl<'de> Deserialize<'de> for StampForm {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visit;
        impl de::Visitor<'_> for Visit {
            type Value = Stamp;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time, false or null")
            }
            fn visit_i64<E>(self, at: i64) -> Result<Stamp, E> {
                Ok(Stamp::At(Timestamp(at)))
            }
            fn visit_u64<E>(self, at: u64) -> Result<Stamp, E> {
                Ok(i64::try_from(at).map_or(Stamp::Bad, |at| Stamp::At(Timestamp(at))))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Stamp, E> {
                Ok(Stamp::Bad)
            }
            fn visit_unit<E>(self) -> Result<Stamp, E> {
                Ok(Stamp::None)
            }
        }
        from.deserialize_any(Visit).map(Self)
    }
}
