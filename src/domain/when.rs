//! An instant as people type it.

use super::{Span, Timestamp};

/// Reads an instant: RFC 3339; `-15m`, which is before `now`; or `HH:MM[:SS]`, which was last at or before `now`, in UTC or with a zone.
/// `None` for anything else. O(length).
#[must_use]
pub fn when(raw: &str, now: Timestamp) -> Option<Timestamp> {
    let raw = raw.trim();
    if let Some(ago) = raw.strip_prefix('-') {
        return Some(now.plus(Span(-span(ago)?.0)));
    }
    if let Some(at) = Timestamp::parse(raw) {
        return Some(at);
    }
    let zone = raw.find(|c: char| !(c.is_ascii_digit() || c == ':'));
    let (clock, zone) = raw.split_at(zone.unwrap_or(raw.len()));
    let clock = match clock.len() {
        5 => format!("{clock}:00"),
        8 => clock.to_owned(),
        _ => return None,
    };
    let east = Timestamp::parse(&format!("1970-01-01T00:00:00{zone}"))?;
    // The day there, not here.
    let day = now.plus(Span(-east.0)).rfc3339();
    let at = Timestamp::parse(&format!("{}T{clock}{zone}", day.get(..10)?))?;
    let yesterday = at.plus(Span::seconds(-86_400));
    Some(if at > now { yesterday } else { at })
}

/// Reads a time such as `90s`, `15m`, `24h` or `7d`.
#[must_use]
pub fn span(raw: &str) -> Option<Span> {
    let (number, unit) = raw.split_at(raw.find(|c: char| !c.is_ascii_digit())?);
    let factor = match unit.trim() {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let n: u32 = number.parse().ok()?;
    (n > 0).then(|| Span::seconds(i64::from(n) * factor))
}

#[cfg(test)]
mod tests {
    use super::when;
    use crate::domain::Timestamp;

    #[test]
    fn an_instant_is_read_as_people_type_it() {
        let now = Timestamp::parse("2025-11-13T16:08:00Z").unwrap();
        let at = |raw: &str| when(raw, now).map(Timestamp::rfc3339);
        for (raw, wanted) in [
            ("2025-11-12T10:00:00+02:00", "2025-11-12T08:00:00Z"),
            ("-15m", "2025-11-13T15:53:00Z"),
            ("-1d", "2025-11-12T16:08:00Z"),
            ("11:30", "2025-11-13T11:30:00Z"),
            ("16:08:00", "2025-11-13T16:08:00Z"),
            ("16:08:01", "2025-11-12T16:08:01Z"),
            ("23:50Z", "2025-11-12T23:50:00Z"),
            ("18:08+02:00", "2025-11-13T16:08:00Z"),
            ("00:30+09:00", "2025-11-13T15:30:00Z"),
        ] {
            assert_eq!(at(raw).as_deref(), Some(wanted), "{raw}");
        }
        for raw in [
            "",
            "-",
            "-15",
            "11",
            "11:3",
            "25:00",
            "11:30x",
            "-999999999999m",
            "11:61",
        ] {
            assert_eq!(at(raw), None, "{raw}");
        }
    }
}
