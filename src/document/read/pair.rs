//! `Key: value` out of a line of text whose emphasis is already gone.

use super::limits;

/// A key and what stands behind its colon (which may be empty).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair<'a> {
    /// Without emoji before it.
    pub(super) key: &'a str,
    /// Trimmed.
    pub(super) value: &'a str,
    /// What stood before the key: an emoji, a number.
    pub(super) mark: &'a str,
}

/// Splits at the first colon that ends a key: at most eight words, no sentence, no address, no time. O(length of a key).
pub(super) fn split(line: &str) -> Option<Pair<'_>> {
    let line = line.trim();
    let start = line.find(|c: char| c.is_alphanumeric() && !emoji(c))?;
    let (mark, rest) = line.split_at_checked(start)?;
    if mark.len() > 16 || mark.contains([':', '/', '"', '`', '|', '<', '=']) {
        return None;
    }
    let colon = rest
        .char_indices()
        .take(limits::KEY + 1)
        .find(|(_, c)| matches!(c, ':' | '：'))?;
    let (key, value) = rest.split_at_checked(colon.0)?;
    let value = value.get(colon.1.len_utf8()..)?;
    let ends = value.is_empty() || value.starts_with(char::is_whitespace);
    let word = |w: &str| w.chars().any(char::is_alphanumeric);
    let plain = !key.contains([
        '"', '`', '|', '=', '{', '}', '[', '!', '?', ';', '…', '→', '<',
    ]) && !key.contains(". ")
        && key.chars().next().is_some_and(char::is_alphabetic)
        && key.split_whitespace().filter(|w| word(w)).count() <= 8;
    (ends && plain).then(|| Pair {
        key: key.trim(),
        value: value.trim(),
        mark: mark.trim(),
    })
}

/// A key as it is compared: lower case, `_` and `-` as spaces, what stands in parentheses left out. O(length).
pub(super) fn norm(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    let mut depth = 0_u32;
    for c in key.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '_' | '-' | '/' => out.push(' '),
            c if c.is_alphanumeric() || c == ' ' || c == '.' => out.extend(c.to_lowercase()),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Symbols that some tables of letters and digits hold (`①`), besides the emoji proper.
const fn emoji(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}
