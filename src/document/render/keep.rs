//! Writing over a document without losing what a person wrote into it.

use super::{
    super::read::aside::{NOTES_BEGIN, NOTES_END},
    lines::GENERATED,
};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, fmt::Write as _};
use thiserror::Error;

/// Why a document is not written over. Nothing of it is lost: the old text stands as it was.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MergeError {
    /// Notes begin within notes.
    #[error(
        "line {line}: notes begin inside the notes of line {open}; end those first with `<!-- notes:end -->`"
    )]
    Nested {
        /// Of the inner marker, from 1.
        line: usize,
        /// Of the outer marker.
        open: usize,
    },
    /// Notes begin and do not end.
    #[error("line {line}: these notes do not end; add a line `<!-- notes:end -->` below them")]
    Open {
        /// Of the marker, from 1.
        line: usize,
    },
    /// Notes end that did not begin.
    #[error(
        "line {line}: notes end here that did not begin; remove the line, or add `<!-- notes:begin NAME -->` above"
    )]
    Stray {
        /// Of the marker, from 1.
        line: usize,
    },
    /// A marker without a name, or that is not whole.
    #[error("line {line}: not a marker of notes; it is written `<!-- notes:begin NAME -->`")]
    Broken {
        /// Of the marker, from 1.
        line: usize,
    },
    /// Two notes of one name.
    #[error(
        "line {line}: the notes `{name}` begin here and in line {first}; give one of them another name"
    )]
    Twice {
        /// Of the second, from 1.
        line: usize,
        /// Of the first.
        first: usize,
        /// Both.
        name: String,
    },
    /// The document was not generated.
    #[error(
        "line 1: this document was not generated, so all of it may be somebody's; move it away, or keep all of it as a note: `report --commit --adopt`"
    )]
    Foreign,
    /// The generated part was changed by hand.
    #[error(
        "text outside the notes was changed since it was generated; move it between the markers of notes, or remove line 1 and keep all of it as a note: `report --commit --adopt`"
    )]
    Edited,
}

/// Notes of a document by name: the bytes between the lines of their markers, and where they stand.
type Notes<'a> = BTreeMap<String, (usize, &'a str)>;

/// Closes a document: the first line tells a digest of everything that is not a note.
pub(super) fn seal(text: String) -> String {
    let digest = digest(&text);
    match text.split_once(" -->") {
        Some((head, rest)) if head.starts_with(GENERATED) && !head.contains('\n') => {
            format!("{head}, body {digest} -->{rest}")
        }
        _ => text,
    }
}

/// 16 hexadecimal digits over all lines but the first and those between note markers, whatever their line ends.
fn digest(text: &str) -> String {
    let mut hash = Sha256::new();
    let mut noted = false;
    for line in text.lines().skip(1) {
        if line.starts_with(NOTES_END) {
            noted = false;
        }
        if !noted {
            hash.update(line.trim_end().as_bytes());
            hash.update(b"\n");
        }
        if line.starts_with(NOTES_BEGIN) {
            noted = true;
        }
    }
    let bytes = hash.finalize();
    bytes.iter().take(8).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Whether this program wrote a document, whatever was changed in it since.
#[must_use]
pub fn is_generated(bytes: &[u8]) -> bool {
    bytes.starts_with(GENERATED.as_bytes())
}

/// Whether nothing but notes was written into a generated document. O(length).
#[must_use]
pub fn is_untouched(text: &str) -> bool {
    text.lines()
        .next()
        .filter(|first| first.starts_with(GENERATED) && first.ends_with(" -->"))
        .and_then(|first| first.rsplit_once(", body ")?.1.split(' ').next())
        .is_some_and(|told| told == digest(text))
}

/// The new text with the notes of the old one, byte for byte. Notes for which there is no longer a place stand at the end.
///
/// # Errors
/// The old text was not generated, was changed outside its notes, or its markers are broken ([`MergeError`]).
pub fn merge(old: Option<&str>, new: &str) -> Result<String, MergeError> {
    if let Some(old) = old.filter(|o| !o.trim().is_empty()) {
        if !old.starts_with(GENERATED) {
            return Err(MergeError::Foreign);
        }
        notes(old)?;
        if !is_untouched(&without_appended(old)) {
            return Err(MergeError::Edited);
        }
    }
    discard(old, new)
}

/// A generated text with lines at the end of the notes `name`, where they stay: notes are nobody's but people's. Without such notes the
/// text is as it was. Markers in the lines are taken for words. O(length).
#[must_use]
pub fn note(text: &str, name: &str, lines: &str) -> String {
    let mut out = String::with_capacity(text.len() + lines.len());
    let mut inside = false;
    for line in text.split_inclusive('\n') {
        if inside && line.starts_with(NOTES_END) {
            for added in lines.lines() {
                let marker = added.contains("<!-- notes:");
                out.push_str(if marker { "> " } else { "" });
                out.push_str(added);
                out.push('\n');
            }
            inside = false;
        }
        inside |= self::name(line).as_deref() == Some(name);
        out.push_str(line);
    }
    out
}

/// Like [`merge`], but the old text outside its notes may be anything: it is given up.
///
/// # Errors
/// The markers of either text are broken ([`MergeError`]).
pub fn discard(old: Option<&str>, new: &str) -> Result<String, MergeError> {
    let kept = notes(old.unwrap_or_default())?;
    let places = notes(new)?;
    let mut out = String::with_capacity(new.len());
    let mut open = false;
    for line in new.split_inclusive('\n') {
        open &= !line.starts_with(NOTES_END);
        if !open {
            out.push_str(line);
        }
        if let Some(name) = name(line) {
            let own = kept.get(&name).or_else(|| places.get(&name));
            out.push_str(own.map_or("", |(_, text)| text));
            open = true;
        }
    }
    let mut homeless: Vec<_> = kept
        .iter()
        .filter(|(name, _)| !places.contains_key(*name))
        .collect();
    homeless.sort_by_key(|(_, (line, _))| *line);
    for (name, (_, text)) in homeless {
        if !text.trim().is_empty() {
            let _ = write!(out, "\n{NOTES_BEGIN} {name} -->\n{text}{NOTES_END} -->\n");
        }
    }
    Ok(out)
}

/// The old text without notes at its end that have no place: they are not part of what was generated.
fn without_appended(old: &str) -> String {
    let first = old.lines().next().unwrap_or_default();
    let told = first
        .rsplit_once(", body ")
        .and_then(|(_, rest)| rest.split(' ').next())
        .unwrap_or_default();
    let mut text = old.trim_end().to_owned();
    loop {
        text.push('\n');
        if digest(&text) == told {
            return text;
        }
        let Some(at) = text.rfind(&format!("\n\n{NOTES_BEGIN}")) else {
            return old.to_owned();
        };
        text.truncate(at);
    }
}

fn name(line: &str) -> Option<String> {
    let inner = line
        .strip_prefix(NOTES_BEGIN)?
        .trim_end()
        .strip_suffix("-->")?
        .trim();
    let plain = !inner.is_empty()
        && inner
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    plain.then(|| inner.to_owned())
}

/// The notes of a text. A marker counts at the start of a line.
fn notes(text: &str) -> Result<Notes<'_>, MergeError> {
    let mut found: Notes<'_> = BTreeMap::new();
    let mut open: Option<(usize, String, usize)> = None;
    let mut offset = 0;
    for (n, raw) in text.split_inclusive('\n').enumerate() {
        let (line, start) = (n + 1, offset);
        offset += raw.len();
        if raw.starts_with(NOTES_BEGIN) {
            if let Some((outer, ..)) = open {
                return Err(MergeError::Nested { line, open: outer });
            }
            let name = name(raw).ok_or(MergeError::Broken { line })?;
            if let Some((first, _)) = found.get(&name) {
                return Err(MergeError::Twice {
                    line,
                    first: *first,
                    name,
                });
            }
            open = Some((line, name, offset));
        } else if raw.starts_with(NOTES_END) {
            let (begun, name, from) = open.take().ok_or(MergeError::Stray { line })?;
            found.insert(name, (begun, text.get(from..start).unwrap_or_default()));
        } else if raw.trim_start().starts_with("<!-- notes:") {
            return Err(MergeError::Broken { line });
        }
    }
    match open {
        Some((line, ..)) => Err(MergeError::Open { line }),
        None => Ok(found),
    }
}
