//! Numbers, dates and names inside values.

use super::{
    limits,
    words::{self, pattern},
};
use crate::domain::{Timestamp, claim::Share};
use regex::{Captures, Regex};
use std::sync::LazyLock;

type Pattern = LazyLock<Option<Regex>>;

static DATE: Pattern = pattern!(
    r"\b(\d{4}-\d{2}-\d{2})(?:(?:[T ]|,? at )(\d{2}:\d{2})(:\d{2})?(\.\d{1,9})?",
    r"(?: ?(Z\b|[A-Z]{2,5}\b|[+-]\d{2}:?\d{2}))?)?"
);
static OF: Pattern = pattern!(r"\b(\d{1,9}) ?(?:/|\bof\b|\bout of\b) ?(\d{1,9})\b");
static PLUS: Pattern = pattern!(r"\b(\d{1,9})\+");
static COUNT: Pattern = pattern!(r"(?:^|[~\s])(\d{1,9})(?:x|\b)");
static PERCENT: Pattern = pattern!(r"\b(\d{1,3})(?:\.\d+)? ?%");
static RANGE: Pattern = pattern!(
    r"(?i)\b(?:haiku|sonnet|opus|agent|worker)s?[ _-]?0*(\d{1,6})\s*(?:to|through|\.\.|[-\u{2013}\u{2014}])\s*",
    r"(?:(?:haiku|sonnet|opus|agent|worker)[ _-]?)?0*(\d{1,6})\b"
);
static TEAMS: Pattern = pattern!(
    r"(?i)\bteams? *#?(\d{1,6}(?:\s*(?:to|and|through|[-,&+\u{2013}\u{2014}])\s*\d{1,6})*)\b"
);
static SPANS: Pattern = pattern!(r"(\d+)(?:\s*(?:to|through|[-\u{2013}\u{2014}])\s*(\d+))?");
static COMMIT: Pattern = pattern!(r"\b[0-9a-f]{7,40}\b");
static SESSION: Pattern = pattern!(r"(?i)\bsession[ _#-]*0*(\d{1,6})\b");
static OWN: Pattern = pattern!(r"(?i)^(?:s|session)?[ _#-]*0*(\d{1,6})\b(.*)$");
static LEAD: Pattern = pattern!(
    r"(?i)^[^\w]*(?:\d+\.\s+)?(session|phase|stream|workstream)[ _#-]*0*(\d{1,6})(?:\s*[-\u{2013}\u{2014}]\s*(\d{1,6})\b)?"
);
static HOURS: Pattern = pattern!(
    r"(?i)\d\s*(?:h|hr|hrs|hours?|m|min|mins|minutes?|d|days?|w|weeks?)\b|\d{1,2}:\d{2}|\d{4}-\d{2}-\d{2}"
);

fn number(found: &Captures<'_>, group: usize) -> Option<u32> {
    found.get(group)?.as_str().parse().ok()
}

/// The first date. A date without a time is its first moment; a zone other than UTC or an offset costs the time. O(length).
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let found = DATE.as_ref()?.captures(text)?;
    let group = |n: usize| found.get(n).map_or("", |m| m.as_str());
    let zone = match group(5) {
        "" | "Z" | "UTC" | "GMT" => Some("Z"),
        offset if offset.starts_with(['+', '-']) => Some(offset),
        _ => None,
    };
    let (time, zone) = match zone {
        Some(zone) if !group(2).is_empty() => (
            format!(
                "{}{}{}",
                group(2),
                if group(3).is_empty() { ":00" } else { group(3) },
                group(4)
            ),
            zone,
        ),
        _ => ("00:00:00".to_owned(), "Z"),
    };
    Timestamp::parse(&format!("{}T{time}{zone}", group(1)))
}

/// `5/15`, `5 of 15`, `60+`, `10 …`; `10 … not yet deployed` is 0 of 10. O(length).
pub(super) fn share(text: &str) -> Option<Share> {
    if let Some(found) = OF.as_ref()?.captures(text) {
        return Some(Share {
            done: number(&found, 1),
            of: number(&found, 2),
        });
    }
    if let Some(found) = PLUS.as_ref()?.captures(text) {
        return Some(Share {
            done: number(&found, 1),
            of: None,
        });
    }
    let found = COUNT.as_ref()?.captures(text)?;
    let lower = text.to_lowercase();
    let none_yet = ["not yet", "not deployed", "not started", "planned"]
        .iter()
        .any(|w| lower.contains(w));
    Some(Share {
        done: none_yet.then_some(0),
        of: number(&found, 1),
    })
}

/// A share that was written as one, `5/15` or `60+`; a bare number is none.
pub(super) fn exact_share(text: &str) -> Option<Share> {
    let written = [&OF, &PLUS]
        .iter()
        .any(|p| p.as_ref().is_some_and(|p| p.is_match(text)));
    written.then(|| share(text)).flatten()
}

/// `60%`; above 100 is no share of anything. O(length).
pub(super) fn percent(text: &str) -> Option<u8> {
    if text.contains("%/") {
        return None; // A choice of several, as in a template.
    }
    let found = PERCENT.as_ref()?.captures(text)?;
    let percent: u8 = found.get(1)?.as_str().parse().ok()?;
    (percent <= 100).then_some(percent)
}

/// `Haiku-21 to 30`, `Agents 1-4`; both ends included, in order. O(length).
pub(super) fn range(text: &str) -> Option<(u32, u32)> {
    let found = RANGE.as_ref()?.captures(text)?;
    let (from, to) = (number(&found, 1)?, number(&found, 2)?);
    (from <= to && to - from < limits::SPAN).then_some((from, to))
}

/// `Teams 1-5`, `Team 6: …, Team 7: …`, `Team 6 & 7`; in order, each once. O(length).
pub(super) fn teams(text: &str, into: &mut Vec<u32>) {
    let (Some(teams), Some(spans)) = (TEAMS.as_ref(), SPANS.as_ref()) else {
        return;
    };
    for named in teams.captures_iter(text) {
        let Some(list) = named.get(1) else { continue };
        for span in spans.captures_iter(list.as_str()) {
            let Some(from) = number(&span, 1) else {
                continue;
            };
            let to = number(&span, 2).unwrap_or(from);
            for team in from..=to.min(from.saturating_add(limits::SPAN)) {
                if into.len() < limits::LIST && !into.contains(&team) {
                    into.push(team);
                }
            }
        }
    }
}

/// The first thing that looks like a commit: 7 to 40 hexadecimal digits, one of them a digit or all of them letters
/// of a short id. O(length).
pub(in crate::document) fn commit(text: &str) -> Option<&str> {
    COMMIT
        .as_ref()?
        .find_iter(text)
        .map(|m| m.as_str())
        .find(|id| id.bytes().any(|b| b.is_ascii_digit()))
}

/// A branch name: the first word, without punctuation around it. Placeholders such as `<session-id>` stay. O(length).
pub(in crate::document) fn branch(text: &str) -> Option<&str> {
    if words::is_none(text) {
        return None;
    }
    let word = text
        .split_whitespace()
        .next()?
        .trim_matches(|c: char| matches!(c, '`' | '"' | '\'' | ',' | ';' | '(' | ')' | '[' | ']'))
        .trim_end_matches(['.', ':']);
    let name = word.strip_prefix("refs/heads/").unwrap_or(word);
    let odd = name.contains("..")
        || name.contains("//")
        || name.contains(['~', '^', ':', '\\', '?', '\u{27e8}'])
        || name.starts_with(['/', '-', '.']);
    (!name.is_empty() && !odd && name.len() <= 250).then_some(name)
}

/// `2` of `Session 2`, `session-2-webrtc`. O(length).
pub(super) fn session(text: &str) -> Option<u32> {
    number(&SESSION.as_ref()?.captures(text)?, 1)
}

/// The number of a value that names a session, and the words after it: `Session 3 (…)`, `5 (CLI)`, `S6`,
/// `session-4-sip`. O(length).
pub(super) fn own_session(text: &str) -> (Option<u32>, &str) {
    let text = text.trim();
    OWN.as_ref()
        .and_then(|p| p.captures(text))
        .map_or((session(text), text), |found| {
            let rest = found.get(2).map_or("", |m| m.as_str());
            (number(&found, 1), rest)
        })
}

/// How a heading or a key names a piece of work.
pub(super) struct Lead<'a> {
    /// `session`, `phase` or `stream`, lower case.
    pub(super) unit: crate::domain::claim::Unit,
    /// Its number; `None` for a range such as `Phase 2-16`.
    pub(super) number: Option<u32>,
    /// `Phase 2-16`.
    pub(super) range: Option<&'a str>,
    /// What stands after it.
    pub(super) rest: &'a str,
}

/// `Session 2: …`, `Phase 17: …`, `Stream 1 …` at the start of a text, whatever emoji stands before it. O(length).
pub(super) fn lead(text: &str) -> Option<Lead<'_>> {
    use crate::domain::claim::Unit;
    let found = LEAD.as_ref()?.captures(text)?;
    let whole = found.get(0)?;
    let unit = match found.get(1)?.as_str().to_ascii_lowercase().as_str() {
        "session" => Unit::Session,
        "phase" => Unit::Phase,
        _ => Unit::Stream,
    };
    let rest = text.get(whole.end()..)?;
    if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
        || rest.starts_with('.')
            && rest
                .get(1..)
                .is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()))
    {
        return None;
    }
    let to = found.get(3);
    Some(Lead {
        unit,
        number: if to.is_some() {
            None
        } else {
            number(&found, 2)
        },
        range: to.and(text.get(found.get(1)?.start()..whole.end())),
        rest,
    })
}

/// Says when or how long: a duration, a time or a date. O(length).
pub(super) fn says_when(text: &str) -> bool {
    HOURS.as_ref().is_some_and(|p| p.is_match(text))
}
