//! Bytes to text: cut, decoded, without keys, and with no line longer than a parser should see.

use super::{limits, remark};
use crate::domain::{claim::Remark, text};
use std::borrow::Cow;

/// What could be read.
pub(super) struct Decoded {
    /// Line breaks stand where they stood.
    pub(super) text: String,
    /// What was lost.
    pub(super) remarks: Vec<Remark>,
}

/// O(bytes read).
pub(super) fn decode(bytes: &[u8]) -> Decoded {
    let mut remarks = Vec::new();
    let cut = bytes.get(..limits::CAP).unwrap_or(bytes);
    if cut.len() < bytes.len() {
        let note = format!(
            "only the first {} of {} bytes were read",
            cut.len(),
            bytes.len()
        );
        remarks.push(remark(&note, 0));
    }
    let cut = cut.strip_prefix(b"\xef\xbb\xbf").unwrap_or(cut);
    let decoded = utf8(cut, cut.len() < bytes.len(), &mut remarks);
    let broken = decoded.replace("\r\n", "\n").replace(['\r', '\0'], "\n");
    let safe = text::redact_lines(&broken);
    if matches!(safe, Cow::Owned(_)) {
        remarks.push(remark("something that looks like a key was taken out", 0));
    }
    Decoded {
        text: shorten(&safe, &mut remarks),
        remarks,
    }
}

/// UTF-8, else Latin-1, in which every byte is a character. A character that the cut split is dropped.
fn utf8<'a>(bytes: &'a [u8], was_cut: bool, remarks: &mut Vec<Remark>) -> Cow<'a, str> {
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(error) => {
            let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
            if was_cut && error.error_len().is_none() {
                return Cow::Owned(String::from_utf8_lossy(good).into_owned());
            }
            let line = good.split(|b| *b == b'\n').count();
            remarks.push(remark(
                "not UTF-8: read as Latin-1",
                u32::try_from(line).unwrap_or(u32::MAX),
            ));
            Cow::Owned(bytes.iter().map(|b| char::from(*b)).collect())
        }
    }
}

/// Cuts every line at [`limits::LINE`].
fn shorten(text: &str, remarks: &mut Vec<Remark>) -> String {
    let mut out = String::with_capacity(text.len());
    for (n, line) in text.split_inclusive('\n').enumerate() {
        if line.len() <= limits::LINE {
            out.push_str(line);
            continue;
        }
        out.push_str(text::head(line, limits::LINE));
        out.push('\n');
        remarks.push(remark(
            "a very long line was cut",
            u32::try_from(n + 1).unwrap_or(u32::MAX),
        ));
    }
    out
}
