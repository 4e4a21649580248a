//! Numbers of a file that anybody may have written: looked at before anything is made of them, and without keeping any of it.

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use std::fmt;

/// No number is larger: a time in microseconds beyond the year 9999 is none.
pub(super) const LARGEST: i64 = 253_402_300_800_000_000;

/// Any JSON in which every number can be a time. O(bytes), and no memory.
pub(super) struct Sane;

impl<'de> Deserialize<'de> for Sane {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Look)
    }
}

struct Look;

fn judged<E: Error>(sound: bool) -> Result<Sane, E> {
    if sound {
        Ok(Sane)
    } else {
        Err(E::custom("a number is out of range"))
    }
}

impl<'de> Visitor<'de> for Look {
    type Value = Sane;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Sane, E> {
        Ok(Sane)
    }

    fn visit_unit<E: Error>(self) -> Result<Sane, E> {
        Ok(Sane)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Sane, E> {
        Ok(Sane)
    }

    fn visit_i64<E: Error>(self, n: i64) -> Result<Sane, E> {
        judged((-LARGEST..=LARGEST).contains(&n))
    }

    fn visit_u64<E: Error>(self, n: u64) -> Result<Sane, E> {
        judged(n <= LARGEST.unsigned_abs())
    }

    fn visit_f64<E: Error>(self, n: f64) -> Result<Sane, E> {
        judged(n.abs() < 1e18)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Sane, A::Error> {
        while let Some(Sane) = all.next_element()? {}
        Ok(Sane)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> Result<Sane, A::Error> {
        while let Some((Sane, Sane)) = all.next_entry()? {}
        Ok(Sane)
    }
}
