//! Status words, emoji and the many ways of saying nothing.

use crate::domain::claim::ClaimState;
use regex::Regex;
use std::sync::LazyLock;

type Pattern = LazyLock<Option<Regex>>;

macro_rules! pattern {
    ($($text:expr),+ $(,)?) => {
        LazyLock::new(|| Regex::new(concat!($($text),+)).ok())
    };
}
pub(super) use pattern;

/// Words with the state that they mean. Where several are found, the first in the text decides; longer ones first.
static WORDS: LazyLock<Vec<(ClaimState, Regex)>> = LazyLock::new(|| {
    let table: [(ClaimState, &str); 8] = [
        (
            ClaimState::Planned,
            r"\b(?:not (?:yet )?(?:started|begun|created|deployed|claimed|assigned|ready|available|configured)|to be (?:started|assigned|created|done)|yet to (?:start|begin))\b",
        ),
        (
            ClaimState::InProgress,
            r"\b(?:not (?:yet )?(?:complete|completed|done|finished|merged)|incomplete|(?:nearly|almost|partially|partly|mostly) (?:complete|completed|done|finished)|\d+ ?% (?:complete|completed|done|finished))\b",
        ),
        (
            ClaimState::Ready,
            r"\b(?:ready(?: (?:to|for) [a-z]+)?|(?:awaiting|pending) (?:deployment|launch|start)|available|claimable|deployable)\b",
        ),
        (
            ClaimState::InProgress,
            r"\b(?:in progress|in work|under ?way|ongoing|working|active|running|started|executing|claimed|claiming|implementing|researching|underway|wip|deploying|deployed|in review|reviewing|testing|resumed)\b",
        ),
        (
            ClaimState::Blocked,
            r"\b(?:blocked|stuck|on hold|held up|halted|stalled|paused|suspended)\b",
        ),
        (
            ClaimState::Complete,
            r"\b(?:complete|completed|done|finished|merged|shipped|delivered|closed|resolved|passed)\b",
        ),
        (
            ClaimState::Failed,
            r"\b(?:failed|failure|failing|aborted|abandoned|cancelled|canceled|timed out|timeout|rejected|given up|error)\b",
        ),
        (
            ClaimState::Planned,
            r"\b(?:planned|pending|waiting|awaiting|queued|scheduled|todo|to do|backlog|upcoming|future|tbd|tba|idle|standby|on deck|proposed|draft|open|new)\b",
        ),
    ];
    table
        .iter()
        .filter_map(|(state, words)| Some((*state, Regex::new(words).ok()?)))
        .collect()
});

static READY_TO: Pattern = pattern!(
    r"\b(?:ready to (?:deploy|execute|start|begin|launch|run|go|spawn|claim)|(?:awaiting|pending) (?:deployment|launch|start))\b"
);
static PARTLY: Pattern = pattern!(
    r"(?:\b(\d{1,6}) ?(?:/|of|out of) ?(\d{1,6})|\b(\d{1,3}) ?%)(?: [a-z]+){0,3} (?:complete|completed|done|finished|merged)\b"
);
static CHOICE: Pattern = pattern!(r"^[a-z_ -]+(?:/[a-z_ -]+){2,}$");
static DENIED: Pattern = pattern!(
    r"\b(?:no longer|not|never|without|no|zero|0) (?:been )?(?:blocked|stuck|failed|failures?|errors?|stalled|paused|halted)\b"
);
static NOTHING: Pattern = pattern!(
    r"(?i)^[^\w<\[(~-]*(?:none|nothing|n/?a|nil|null|iso ?8601|tbd|tba|unknown|not applicable|no(?: known| open| active| current)? (?:blockers?|issues?)|-+|~|\[\s*\])",
    r"(?:[^\w]*$|\s*[-(;,.:!\u{2013}\u{2014}✅].*$)"
);
static DASH: Pattern = pattern!(r"^[\s\u{2013}\u{2014}_.?*-]*$");

/// `None`, `-`, `TBD`, `Nothing - ready to deploy`, or empty. O(length).
pub(in crate::document) fn is_none(value: &str) -> bool {
    let value = value.trim();
    value.is_empty()
        || [&DASH, &NOTHING]
            .iter()
            .any(|p| p.as_ref().is_some_and(|p| p.is_match(value)))
}

/// What a status means, by its words, else by its emoji. O(length).
pub(super) fn state(status: &str) -> ClaimState {
    let lower = status.to_lowercase().replace(['_', '*'], " ");
    if CHOICE.as_ref().is_some_and(|c| c.is_match(lower.trim())) {
        return ClaimState::Unknown;
    }
    let plain = outside(&lower);
    [plain.as_str(), lower.as_str()]
        .into_iter()
        .find_map(by_words)
        .unwrap_or_else(|| by_emoji(status))
}

/// What stands before the first status emoji of a heading, and from it on; `None` without such an emoji. O(length).
pub(super) fn tail(title: &str) -> Option<(&str, &str)> {
    let at = title
        .char_indices()
        .find(|(_, c)| sign(*c) != ClaimState::Unknown)?
        .0;
    let (name, status) = title.split_at_checked(at)?;
    Some((name.trim(), status.trim()))
}

/// Marked as done: an emoji that means complete stands at its start or end.
pub(in crate::document) fn is_ticked(text: &str) -> bool {
    let done = |c: Option<char>| c.is_some_and(|c| sign(c) == ClaimState::Complete);
    let text =
        text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{fe0f}' | '.' | '*'));
    done(text.chars().next()) || done(text.chars().next_back())
}

fn by_words(text: &str) -> Option<ClaimState> {
    let denied = DENIED.as_ref()?.replace_all(text, "");
    let text = denied.replace('-', " ");
    if let Some(partly) = PARTLY.as_ref()?.captures(&text) {
        let number = |n: usize| partly.get(n).and_then(|m| m.as_str().parse::<u32>().ok());
        let short = match (number(1), number(2), number(3)) {
            (Some(done), Some(of), _) => done < of,
            (_, _, Some(percent)) => percent < 100,
            _ => false,
        };
        return Some(if short {
            ClaimState::InProgress
        } else {
            ClaimState::Complete
        });
    }
    let first = WORDS
        .iter()
        .enumerate()
        .filter_map(|(rank, (state, words))| Some((words.find(&text)?.start(), rank, *state)))
        .min_by_key(|(at, rank, _)| (*at, *rank))?;
    let leads = text
        .get(..first.0)
        .is_some_and(|b| !b.chars().any(char::is_alphanumeric));
    let ready = READY_TO.as_ref().is_some_and(|r| r.is_match(&text));
    Some(match first.2 {
        ClaimState::Complete if ready && !leads => ClaimState::Ready,
        state => state,
    })
}

/// What stands outside parentheses.
fn outside(text: &str) -> String {
    let mut depth = 0_u32;
    text.chars()
        .filter(|c| {
            match c {
                '(' => depth += 1,
                ')' => {
                    let inner = depth > 0;
                    depth = depth.saturating_sub(1);
                    return !inner;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

fn by_emoji(text: &str) -> ClaimState {
    text.chars()
        .map(sign)
        .find(|s| *s != ClaimState::Unknown)
        .unwrap_or_default()
}

/// What [`sign`] says of a character that is none.
pub(in crate::document) const NO_SIGN: ClaimState = ClaimState::Unknown;

/// What an emoji means.
pub(in crate::document) const fn sign(c: char) -> ClaimState {
    match c {
        '✅' | '✔' | '☑' | '✓' | '🟢' | '🎉' | '🏁' => ClaimState::Complete,
        '🔄' | '🚧' | '🟡' | '🏃' | '🔃' | '🔨' | '🛠' | '🟠' => {
            ClaimState::InProgress
        }
        '⏳' | '⌛' | '🕐' | '💤' | '⬜' | '⚪' | '📅' | '🔜' => ClaimState::Planned,
        '🔵' | '🆗' => ClaimState::Ready,
        '🔴' | '🚫' | '⛔' | '🛑' | '⏸' => ClaimState::Blocked,
        '❌' | '✖' | '✗' | '✘' | '💥' => ClaimState::Failed,
        _ => ClaimState::Unknown,
    }
}
