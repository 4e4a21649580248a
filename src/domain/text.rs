//! The one choke point: everything that comes from a database, a repository, a message or the environment
//! passes here before it is shown, written or exported. Afterwards it holds no control byte, no bidirectional
//! or zero-width character, no terminal sequence, nothing that looks like a key, and every grapheme takes the
//! number of cells that the layout believes it takes.

mod link;

pub use link::{LINK_CAP, file_link, link, links};

use regex::Regex;
use std::{borrow::Cow, fmt::Write as _, sync::LazyLock};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// An id longer than this many bytes is shortened before it becomes an identity.
pub const ID_CAP: usize = 256;
/// A message body keeps this many bytes for showing; the length of the whole is kept beside it.
pub const BODY_CAP: usize = 4096;

/// What is shown in place of a key.
const REDACTED: &str = "⟨redacted⟩";

/// The shapes that the bridge itself redacts, for text that reached the database by another way.
static SECRETS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"AKIA[0-9A-Z]{16}",
        r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)",
        r"|\bBearer [A-Za-z0-9._~+/-]{16,}=*",
        r"|\b(?:sk|pk)-[A-Za-z0-9_-]{20,}",
        r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}",
        r#"|(?i:\b(?:password|passwd|secret|api[_-]?key|token)\b["']?\s*[:=]\s*["']?[^\s"',}]{6,})"#,
        r"|\b[0-9a-f]{64}\b",
    ))
    .ok()
});

/// One line of safe text: the rules above, with line breaks shown as `⏎` and tabs as one space.
/// Borrows when there is nothing to do, which is nearly always.
#[must_use]
pub fn line(raw: &str) -> Cow<'_, str> {
    if raw.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(neutral(raw, false))
}

/// A body of safe text, redacted and cut at [`BODY_CAP`]; keeps its line breaks.
#[must_use]
pub fn body(raw: &str) -> String {
    let redacted = redact(head(raw, BODY_CAP));
    if redacted
        .bytes()
        .all(|b| b == b'\n' || (0x20..0x7f).contains(&b))
    {
        return redacted.into_owned();
    }
    neutral(&redacted, true)
}

/// The lines of what a program printed, each of them safe, and without what looks like a key. O(length).
#[must_use]
pub fn lines(raw: &str) -> Vec<String> {
    let redacted = redact(raw);
    redacted.lines().map(|l| line(l).into_owned()).collect()
}

/// Replaces key-like strings. O(length).
#[must_use]
pub fn redact(raw: &str) -> Cow<'_, str> {
    SECRETS.as_ref().map_or(Cow::Borrowed(raw), |shapes| {
        shapes.replace_all(raw, REDACTED)
    })
}

/// A name (an id, a role, a status) without what looks like a key. What stands in its place is made of the key, in 16 bits: the same key
/// gives the same name, names that differ in their keys nearly always differ, and no key can be told from it. O(length).
#[must_use]
pub fn redact_name(raw: &str) -> Cow<'_, str> {
    // Every shape is at least as long, or has one of these.
    if raw.len() < 20 && !raw.contains([':', '=']) {
        return Cow::Borrowed(raw);
    }
    SECRETS.as_ref().map_or(Cow::Borrowed(raw), |shapes| {
        shapes.replace_all(raw, |found: &regex::Captures<'_>| {
            let hash = hash(found.get(0).map_or("", |m| m.as_str()));
            format!("⟨redacted-{:04x}⟩", hash & 0xffff)
        })
    })
}

/// A name as it is shown: one line, at most [`ID_CAP`] bytes of it, without what looks like a key. O(length).
#[must_use]
pub fn name(raw: &str) -> Cow<'_, str> {
    // Redaction sees more than is shown: a key that the cut halves is one.
    match redact_name(head(raw, 4 * ID_CAP)) {
        Cow::Borrowed(clean) => line(head(clean, ID_CAP)),
        Cow::Owned(clean) => Cow::Owned(line(head(&clean, ID_CAP)).into_owned()),
    }
}

/// Like [`redact`], but a key that went over several lines leaves as many line breaks, so that line numbers hold. O(length).
#[must_use]
pub fn redact_lines(raw: &str) -> Cow<'_, str> {
    SECRETS.as_ref().map_or(Cow::Borrowed(raw), |shapes| {
        shapes.replace_all(raw, |found: &regex::Captures<'_>| {
            let breaks = found.get(0).map_or(0, |m| m.as_str().matches('\n').count());
            format!("{REDACTED}{}", "\n".repeat(breaks))
        })
    })
}

/// The longest head of at most `cap` bytes that ends on a character.
#[must_use]
pub fn head(raw: &str, cap: usize) -> &str {
    let mut end = cap.min(raw.len());
    while !raw.is_char_boundary(end) {
        end -= 1;
    }
    raw.get(..end).unwrap_or_default()
}

/// Head and hash (FNV-1a, 64 bit) of an id that is too long to be one.
#[must_use]
pub fn short_id(raw: &str) -> String {
    format!("{}…{:016x}", head(raw, 64), hash(raw))
}

/// FNV-1a.
fn hash(raw: &str) -> u64 {
    raw.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Cuts to `width` cells by graphemes, ending in `…` when something was lost.
#[must_use]
pub fn fit(text: &str, width: usize) -> Cow<'_, str> {
    if text.width() <= width {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let cells = grapheme.width();
        if used + cells + 1 > width {
            break;
        }
        out.push_str(grapheme);
        used += cells;
    }
    if width > 0 {
        out.push('…');
    }
    Cow::Owned(out)
}

fn neutral(raw: &str, keep_breaks: bool) -> String {
    let mut clean = String::with_capacity(raw.len());
    let mut hidden = 0usize;
    let mut chars = raw.nfc().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\x1b' | '\u{9b}' | '\u{9d}' | '\u{90}' => hidden += 1 + sequence(c, &mut chars),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' => clean.push(if keep_breaks { '\n' } else { '⏎' }),
            '\t' => clean.push(' '),
            c if c.is_control() => {
                let _ = write!(clean, "\\x{:02x}", u32::from(c));
            }
            c if invisible(c) => {
                let _ = write!(clean, "⟨U+{:04X}⟩", u32::from(c));
            }
            c => clean.push(c),
        }
    }
    let mut out = single_cells(&clean);
    match hidden {
        0 => {}
        1 => out.push_str("⟨1 control byte⟩"),
        n => {
            let _ = write!(out, "⟨{n} control bytes⟩");
        }
    }
    out
}

/// Swallows the rest of a terminal sequence (ECMA-48: CSI ends in `@`..`~`, strings end in BEL or ST) and says
/// how many characters it took. An unfinished one is swallowed to at most 256 characters.
fn sequence(start: char, chars: &mut std::iter::Peekable<impl Iterator<Item = char>>) -> usize {
    let mut taken = 0;
    let kind = if start == '\x1b' {
        match chars.peek() {
            Some(&k @ ('[' | ']' | 'P' | '_' | '^' | 'X')) => {
                chars.next();
                taken += 1;
                k
            }
            Some(&c) if ('\x30'..='\x7e').contains(&c) => {
                chars.next();
                return 1;
            }
            _ => return 0,
        }
    } else if start == '\u{9b}' {
        '['
    } else {
        ']'
    };
    while taken < 256 {
        let Some(&c) = chars.peek() else { break };
        if kind == '[' && !(' '..='~').contains(&c) {
            break;
        }
        chars.next();
        taken += 1;
        let ended = if kind == '[' {
            ('@'..='~').contains(&c)
        } else {
            c == '\x07' || c == '\u{9c}'
        };
        if ended {
            break;
        }
        if kind != '[' && c == '\x1b' {
            if chars.peek() == Some(&'\\') {
                chars.next();
                taken += 1;
            }
            break;
        }
    }
    taken
}

/// Bidirectional controls, zero-width characters, and other marks that change a line without being seen.
/// The joiner and the variation selectors are dealt with by [`single_cells`], where their cluster is known.
const fn invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}' | '\u{200c}'
            | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Replaces clusters whose width terminals disagree on (joined emoji, variation selectors) by their base
/// character, and a lone joiner by `▯`; drops combining marks beyond three.
fn single_cells(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for cluster in text.graphemes(true) {
        let disputed = cluster.contains(['\u{200d}', '\u{fe0e}', '\u{fe0f}']);
        let mut chars = cluster.chars();
        match chars.next() {
            Some('\u{200d}' | '\u{fe00}'..='\u{fe0f}') => out.push('▯'),
            Some(base) if disputed => out.push(base),
            Some(base) => {
                out.push(base);
                out.extend(
                    chars
                        .take(3)
                        .filter(|c| !matches!(c, '\u{fe00}'..='\u{fe0f}')),
                );
            }
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests;
