//! Text that stays text in Markdown, here and on a forge.

use super::super::read::{paths, value, words};
use crate::domain::text;
use regex::Regex;
use std::{fmt::Write as _, sync::LazyLock};

/// Bytes of a text that are written.
const CAP: usize = 1024;

/// What a forge makes a link or a mention of without being asked.
static LINKED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?P<url>https://[a-z0-9][a-z0-9._~:/?#!$&'*+,;=%-]*[a-z0-9/])",
        r"|(?P<scheme>\b[a-z][a-z0-9+.-]*:)//|(?P<www>\bwww)\."
    ))
    .ok()
});

/// One line of text that no reader takes for markup, a mention or a link to elsewhere than https. O(length).
pub(super) fn text(raw: &str) -> String {
    let neutral = text::line(text::head(raw.trim(), CAP)).replace('⏎', " ");
    let local = paths::without_local(&neutral);
    let words: Vec<&str> = local.split_whitespace().collect();
    let plain = words.join(" ");
    let mut out = String::with_capacity(plain.len() + 8);
    let mut start = true;
    let mut rest = plain.as_str();
    while let Some(found) = LINKED.as_ref().and_then(|l| l.captures(rest)) {
        let (Some(whole), scheme) = (found.get(0), found.name("scheme")) else {
            break;
        };
        let Some((before, after)) = rest.split_at_checked(whole.start()) else {
            break;
        };
        start = push(&mut out, before, start);
        if let Some(url) = found.name("url") {
            let _ = write!(out, "<{}>", url.as_str());
        } else {
            // The comment is invisible, and keeps a forge from making a link of it.
            let (name, tail) = scheme.map_or(("www", "."), |s| (s.as_str(), "//"));
            push(&mut out, name, start);
            let _ = write!(out, "<!-- -->{tail}");
        }
        start = false;
        rest = after.get(whole.len()..).unwrap_or_default();
    }
    push(&mut out, rest, start);
    out
}

/// Escapes; says whether nothing has been written yet.
fn push(out: &mut String, raw: &str, start: bool) -> bool {
    let digits = raw.bytes().take_while(u8::is_ascii_digit).count();
    let mut chars = raw.char_indices().peekable();
    while let Some((n, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let first = start && n == 0;
        let special = match c {
            '@' => {
                out.push_str("@<!-- -->");
                continue;
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '#' | '$' => true,
            '&' => next.is_none_or(|c| c.is_ascii_alphanumeric() || c == '#'),
            '-' | '+' | '=' => first && next.is_none_or(|n| n.is_whitespace() || n == c),
            '.' | ')' => start && digits > 0 && n == digits,
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(c);
    }
    start && raw.is_empty()
}

/// A title: no emoji that would be read as a status, no date in brackets. O(length).
pub(super) fn title(raw: &str) -> String {
    let plain: String = raw
        .chars()
        .filter(|c| words::sign(*c) == words::NO_SIGN)
        .collect();
    text(&plain)
}

/// An element of a list: without a sign that would mean that it is done; nothing for `None`. O(length).
pub(super) fn element(raw: &str) -> Option<String> {
    let sign = |c: char| words::sign(c) != words::NO_SIGN;
    let ends = raw.trim_matches(|c: char| c.is_whitespace() || c == '\u{fe0f}' || sign(c));
    let plain = if words::is_ticked(ends) {
        ends.replace(sign, "")
    } else {
        ends.to_owned()
    };
    (!words::is_none(&plain))
        .then(|| text(&plain))
        .filter(|t| !t.is_empty())
}

/// Code, where it can be one; else text. O(length).
pub(super) fn code(raw: &str) -> String {
    let neutral = text::line(text::head(raw.trim(), CAP));
    let plain = !neutral.is_empty() && !neutral.contains(['`', '|', '⏎']) && !paths_in(&neutral);
    if plain {
        format!("`{neutral}`")
    } else {
        text(raw)
    }
}

fn paths_in(text: &str) -> bool {
    paths::without_local(text) != text
}

/// A branch as code; nothing for what is none.
pub(super) fn branch(raw: &str) -> Option<String> {
    value::branch(raw).map(code)
}

/// A commit as code; nothing for what is none.
pub(super) fn commit(raw: &str) -> Option<String> {
    value::commit(raw).map(code)
}

/// A link into the repository, for a path that needs no quoting; other paths as code; nothing for what is no path of it.
pub(super) fn file(raw: &str) -> Option<String> {
    let path = paths::relative(raw)?;
    let plain = path
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'-' | b'_' | b'+'));
    Some(if plain {
        format!("[{}]({path})", text(&path))
    } else {
        code(&path)
    })
}
