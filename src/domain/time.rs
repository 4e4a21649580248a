//! Time. `now` is always passed in; nothing here reads a clock.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use std::fmt;

/// An instant, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// A span, in microseconds. Negative when a clock runs ahead.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub i64);

const SECOND: i64 = 1_000_000;

impl Span {
    /// A span of whole seconds.
    #[must_use]
    pub const fn seconds(n: i64) -> Self {
        Self(n.saturating_mul(SECOND))
    }

    /// The span in whole seconds, towards zero.
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0 / SECOND
    }

    /// The span in seconds.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "an age in seconds; microseconds beyond 2^53 do not occur"
    )]
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl Timestamp {
    /// Reads `YYYY-MM-DD[T ]HH:MM:SS[.frac][Z|±hh:mm]`. Without a zone it is UTC, as the bridge writes it;
    /// a missing fraction is legal. Anything else is `None`. O(length).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let b = text.as_bytes();
        let number = |from: usize, to: usize| -> Option<u32> {
            b.get(from..to)?.iter().try_fold(0u32, |n, c| {
                c.is_ascii_digit().then(|| n * 10 + u32::from(c - b'0'))
            })
        };
        let is = |at: usize, wanted: &[u8]| b.get(at).is_some_and(|c| wanted.contains(c));
        if !(is(4, b"-") && is(7, b"-") && is(10, b"T t") && is(13, b":") && is(16, b":")) {
            return None;
        }
        let date = NaiveDate::from_ymd_opt(
            i32::try_from(number(0, 4)?).ok()?,
            number(5, 7)?,
            number(8, 10)?,
        )?;
        let at = date.and_hms_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?.min(59))?;
        if number(17, 19)? > 60 {
            return None;
        }
        let mut rest = text.get(19..)?;
        let mut micros = 0i64;
        if let Some(tail) = rest.strip_prefix('.') {
            let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return None;
            }
            let mut scale = 100_000;
            for digit in tail.bytes().take(digits.min(6)) {
                micros += i64::from(digit - b'0') * scale;
                scale /= 10;
            }
            rest = tail.get(digits..)?;
        }
        let offset = Self::offset(rest)?;
        Some(Self(
            (at.and_utc().timestamp() - offset).checked_mul(SECOND)? + micros,
        ))
    }

    /// Seconds east of UTC of a zone suffix.
    fn offset(zone: &str) -> Option<i64> {
        if zone.is_empty() || zone.eq_ignore_ascii_case("z") {
            return Some(0);
        }
        let sign = if zone.starts_with('+') { 1 } else { -1 };
        let digits = zone.strip_prefix(['+', '-'])?.replace(':', "");
        if digits.len() != 4 || !digits.bytes().all(|c| c.is_ascii_digit()) {
            return None;
        }
        let (hours, minutes) = digits.split_at(2);
        let (hours, minutes) = (hours.parse::<i64>().ok()?, minutes.parse::<i64>().ok()?);
        (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
    }

    /// Time from `earlier` to `self`; negative when `earlier` lies ahead.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// `self` moved by a span.
    #[must_use]
    pub const fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// `2025-11-13T16:08:00Z`, with milliseconds only when there are any.
    #[must_use]
    pub fn rfc3339(self) -> String {
        let form = if self.0 % SECOND == 0 {
            SecondsFormat::Secs
        } else {
            SecondsFormat::Millis
        };
        self.utc()
            .map_or_else(|| "invalid".to_owned(), |t| t.to_rfc3339_opts(form, true))
    }

    /// As the bridge writes it: UTC without a zone, and without a fraction when the microseconds are 0.
    #[must_use]
    pub fn naive(self) -> String {
        self.utc().map_or_else(
            || "invalid".to_owned(),
            |t| {
                let form = if self.0 % SECOND == 0 {
                    "%Y-%m-%dT%H:%M:%S"
                } else {
                    "%Y-%m-%dT%H:%M:%S%.6f"
                };
                t.format(form).to_string()
            },
        )
    }

    /// `16:08:00Z`.
    #[must_use]
    pub fn clock(self) -> String {
        self.utc().map_or_else(
            || "invalid".to_owned(),
            |t| t.format("%H:%M:%SZ").to_string(),
        )
    }

    /// The instant as a chrono value; `None` outside chrono's range.
    #[must_use]
    pub fn utc(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.rfc3339())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.rfc3339())
    }
}

/// At most six cells: `4s 2m41s 12m 3h04m 2d`; a negative span, as of a clock that runs ahead, reads `0s`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.as_seconds().max(0);
        let (minutes, hours) = (seconds / 60, seconds / 3600);
        f.pad(&match seconds {
            0..60 => format!("{seconds}s"),
            60..600 => format!("{minutes}m{:02}s", seconds % 60),
            600..3600 => format!("{minutes}m"),
            3600..86_400 => format!("{hours}h{:02}m", minutes % 60),
            86_400..8_640_000 => format!("{}d", seconds / 86_400),
            _ => ">99d".to_owned(),
        })
    }
}

impl Span {
    /// Of what lies ahead, or is over by so much: `-2h15m`; at most seven cells, `-99d+` from a hundred days on.
    #[must_use]
    pub fn below(self) -> String {
        if self.as_seconds() < 8_640_000 {
            format!("-{self}")
        } else {
            "-99d+".to_owned()
        }
    }
}

#[cfg(test)]
mod tests;
