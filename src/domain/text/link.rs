//! Targets of links: what may be given to a terminal to be opened, and where a text names one.

use super::{head, invisible, redact};
use std::{fmt::Write as _, ops::Range};

/// A target is at most this many bytes long: what every terminal that knows links takes.
pub const LINK_CAP: usize = 2048;

/// The target of a link, in printable ASCII; `None` for what is none. Only `http`, `https` and `file` lead anywhere; what holds a control
/// character, a blank or something invisible, names a user before its host, looks like it has a key in it, or is longer than [`LINK_CAP`]
/// leads nowhere. What is not ASCII is percent-encoded. O(length).
#[must_use]
pub fn link(raw: &str) -> Option<String> {
    let (scheme, rest) = head(raw, LINK_CAP + 1).split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let (host, _) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let leads = match scheme.as_str() {
        "http" | "https" => !host.is_empty() && host.is_ascii(),
        "file" => rest.len() > host.len(),
        _ => false,
    };
    let hidden = |c: char| c.is_control() || c.is_whitespace() || invisible(c);
    let odd = raw.contains(hidden) || host.contains(['@', '\\', '%']);
    if !leads || odd || matches!(redact(raw), std::borrow::Cow::Owned(_)) {
        return None;
    }
    let target = format!("{scheme}://{}", encoded(rest, b"/?#[]@!$&'()*+,;=:%"));
    (target.len() <= LINK_CAP).then_some(target)
}

/// The target of a file on a machine; `None` for a path that is not absolute or holds what was not UTF-8. O(length).
#[must_use]
pub fn file_link(host: &str, path: &str) -> Option<String> {
    let whole = path.starts_with('/') && !path.contains(['\u{fffd}', '⟨']);
    let host = encoded(host, b"");
    whole
        .then(|| link(&format!("file://{host}{}", encoded(path, b"/"))))
        .flatten()
}

/// Where a text names something on the web, in bytes, and its target; in order, none over another. O(length).
#[must_use]
pub fn links(text: &str) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("://")) {
        let at = from + at;
        from = at + 3;
        let before = text.get(..at).unwrap_or_default();
        let scheme = ["https", "http"].into_iter().find(|s| {
            let tail = before.len().checked_sub(s.len());
            tail.and_then(|n| before.get(n..))
                .is_some_and(|word| word.eq_ignore_ascii_case(s))
        });
        let Some(scheme) = scheme else { continue };
        let start = at - scheme.len();
        let inside = |c: char| c.is_alphanumeric() || matches!(c, '+' | '-' | '.');
        if before.get(..start).is_some_and(|b| b.ends_with(inside)) {
            continue;
        }
        let rest = text.get(start..).unwrap_or_default();
        let Some(url) = whole(rest) else { continue };
        let end = start + url.len();
        if let Some(target) = link(url) {
            found.push((start..end, target));
        }
        from = end;
    }
    found
}

/// The address that a text begins with; `None` when something in it was taken away, or it goes on in letters that no address has.
fn whole(text: &str) -> Option<&str> {
    let ends = |c: char| {
        !c.is_ascii_graphic() || matches!(c, '<' | '>' | '"' | '`' | '{' | '}' | '|' | '\\' | '^')
    };
    let end = text.find(ends).unwrap_or(text.len());
    if end > LINK_CAP {
        return None;
    }
    let (url, rest) = text.split_at(end);
    let next = rest.chars().next();
    if next.is_some_and(|c| matches!(c, '⟨' | '…' | '\\' | '\u{fffd}') || (c.is_alphanumeric()))
    {
        return None;
    }
    let mut url = url;
    loop {
        let open = |a: char, b: char| url.matches(a).count() >= url.matches(b).count();
        let cut = match url.chars().next_back()? {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~' => true,
            ')' => !open('(', ')'),
            ']' => !open('[', ']'),
            _ => false,
        };
        if !cut {
            return Some(url);
        }
        url = url.get(..url.len() - 1)?;
    }
}

/// Letters, digits, `-._~` and `kept` as they are, every other byte as `%XX`.
fn encoded(raw: &str, kept: &[u8]) -> String {
    let mut out = String::with_capacity(raw.len());
    for byte in raw.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests;
