//! What the blocks below a heading say: keys with values, lists below a key, rows, fenced YAML.

use super::{
    keys::{self, Slot},
    markdown::{Block, Line, Shape},
    pair, words, yaml,
};

/// A key with its value, or a line that is neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// `Key: value`.
    Field {
        /// As written.
        key: String,
        /// As written; not empty.
        value: String,
        /// What stood before the key.
        mark: String,
        /// From 1.
        line: u32,
    },
    /// An item below `Key:` or below a heading that is one.
    Listed {
        /// The key.
        key: String,
        /// What the key means.
        slot: Slot,
        /// The item.
        value: String,
        /// Ticked off, or struck through.
        done: bool,
        /// From 1.
        line: u32,
    },
    /// Anything else.
    Prose {
        /// As written.
        text: String,
        /// From 1.
        line: u32,
    },
}

/// Remembers below which key the items stand.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The key, and the depth of its item; 0 for a heading or a paragraph.
    pub(super) pending: Option<(String, u8)>,
    /// Fenced YAML is fields, not an example.
    pub(super) fences: bool,
}

impl Reader {
    /// A heading: items below it are its list.
    pub(super) fn heading(&mut self, text: &str) {
        let plain = text
            .trim_start_matches(|c: char| !c.is_alphabetic())
            .trim_end_matches(|c: char| !c.is_alphanumeric() && c != ')');
        self.pending = (!plain.is_empty()).then(|| (plain.to_owned(), 0));
    }

    /// What a block says, in order. O(length).
    pub(super) fn block(&mut self, block: &Block) -> Vec<Said> {
        match &block.shape {
            Shape::Heading(_) => {
                self.heading(&block.text());
                Vec::new()
            }
            Shape::Paragraph => {
                let (said, open) = lines(&block.lines, true);
                self.pending = open.map(|key| (key, 0));
                said
            }
            Shape::Item(depth, ticked) => self.item(block, *depth, *ticked),
            Shape::Row(header) => row(header, &block.lines).into_iter().collect(),
            Shape::Fence(language)
                if self.fences && matches!(language.as_str(), "yaml" | "yml") =>
            {
                self.pending = None;
                fenced(&block.lines)
            }
            Shape::Fence(_) | Shape::Rule | Shape::Note => Vec::new(),
        }
    }

    fn item(&mut self, block: &Block, depth: u8, ticked: Option<bool>) -> Vec<Said> {
        if self
            .pending
            .as_ref()
            .is_some_and(|(_, above)| *above >= depth && *above > 0)
        {
            self.pending = None;
        }
        let text = block.text();
        let below = self.pending.clone();
        let slot = below
            .as_ref()
            .and_then(|(key, _)| keys::slot(&pair::norm(key)))
            .filter(|s| matches!(s, Slot::Next | Slot::Blockers | Slot::Outputs | Slot::Aside));
        if let (Some((key, above)), Some(slot)) = (&below, slot)
            && (*above > 0 || !own_key(&text, slot))
        {
            let done = ticked == Some(true) || block.is_struck() || words::is_ticked(&text);
            let value = text.clone();
            return vec![Said::Listed {
                key: key.clone(),
                slot,
                value,
                done,
                line: block.line(),
            }];
        }
        let (said, open) = lines(&block.lines, false);
        if let Some(key) = open {
            self.pending = Some((key, depth));
        }
        match below {
            Some((key, _)) => said
                .into_iter()
                .map(|s| match s {
                    Said::Prose { text, line } => Said::Field {
                        key: key.clone(),
                        value: text,
                        mark: String::new(),
                        line,
                    },
                    s => s,
                })
                .collect(),
            None => said,
        }
    }
}

/// An item of a list that is a field of another kind: `Status: …` below `Next Steps:`.
fn own_key(text: &str, below: Slot) -> bool {
    pair::split(text)
        .and_then(|p| keys::slot(&pair::norm(p.key)))
        .is_some_and(|s| s != below && !matches!(s, Slot::Items | Slot::Estimate | Slot::Teams))
}

/// Without the emoji before it.
pub(super) fn unmarked(text: &str) -> &str {
    text.trim_start_matches(|c: char| {
        words::sign(c) != words::NO_SIGN || c == '\u{fe0f}' || c == ' '
    })
}

/// The fields of some lines; a line without a key goes on with the value before it. Also the key that still waits for
/// its value.
fn lines(lines: &[Line], several: bool) -> (Vec<Said>, Option<String>) {
    let mut said: Vec<Said> = Vec::new();
    let mut open = None;
    for line in lines {
        let whole = line.text.trim();
        for part in if several { parts(whole) } else { vec![whole] } {
            match pair::split(part) {
                Some(p) if p.value.is_empty() => open = Some(p.key.to_owned()),
                Some(p) => {
                    open = None;
                    said.push(Said::Field {
                        key: p.key.to_owned(),
                        value: p.value.to_owned(),
                        mark: p.mark.to_owned(),
                        line: line.at,
                    });
                }
                None => {
                    if let Some(key) = open.take() {
                        said.push(Said::Field {
                            key,
                            value: part.to_owned(),
                            mark: String::new(),
                            line: line.at,
                        });
                    } else if let Some(Said::Field { value, .. } | Said::Prose { text: value, .. }) =
                        said.last_mut()
                        && !words::is_none(value)
                    {
                        value.push(' ');
                        value.push_str(part);
                    } else {
                        said.push(Said::Prose {
                            text: part.to_owned(),
                            line: line.at,
                        });
                    }
                }
            }
        }
    }
    (said, open)
}

/// `Status: a | Agents: 5/5 | ETA: +2 hours` are three, when every part is a field.
fn parts(line: &str) -> Vec<&str> {
    let parts: Vec<&str> = line.split(" | ").collect();
    let known = |p: &&str| {
        pair::split(p)
            .is_some_and(|p| !p.value.is_empty() && keys::slot(&pair::norm(p.key)).is_some())
    };
    if parts.len() > 1 && parts.iter().all(known) {
        parts
    } else {
        vec![line]
    }
}

/// The first cell is the key, the others are the value; a row without both says nothing.
fn row(header: &[String], cells: &[Line]) -> Option<Said> {
    let (first, others) = cells.split_first()?;
    let values: Vec<&str> = others
        .iter()
        .map(|c| c.text.trim())
        .filter(|c| !c.is_empty())
        .collect();
    let (key, value) = (first.text.trim(), values.join(" | "));
    if key.is_empty() || value.is_empty() {
        return None;
    }
    // A table of many columns is no table of keys: its rows must not fill a slot.
    let mark = if header.len() == 2 { "" } else { "|" };
    Some(Said::Field {
        key: key.trim_end_matches(':').to_owned(),
        value,
        mark: mark.to_owned(),
        line: first.at,
    })
}

fn fenced(lines: &[Line]) -> Vec<Said> {
    let first = lines.first().map_or(1, |l| l.at);
    let text: Vec<&str> = lines.iter().map(|l| l.text.as_str()).collect();
    let flat = yaml::flat(&text.join("\n"));
    flat.entries
        .into_iter()
        .filter(|e| !e.value.is_empty())
        .map(|e| Said::Field {
            key: e.key,
            value: e.value,
            mark: String::new(),
            line: first + e.line.saturating_sub(1),
        })
        .collect()
}
