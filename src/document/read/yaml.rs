//! YAML as a flat list of keys with lines. Read as events: aliases are not expanded, so that a small document stays small,
//! and what lies deeper than a person would nest is left out.

use super::{
    keys::{self, Slot},
    limits, pair, remark,
    slots::{self, Slots},
    value, words,
};
use crate::domain::claim::{Document, Share, Unit};
use saphyr_parser::{Event, Parser, ScanError};
use std::fmt::Write as _;

/// A scalar with the keys that lead to it: `current_task.milestone`, `phases[2].status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Keys, joined.
    pub(super) key: String,
    /// Not neutralised.
    pub(super) value: String,
    /// From 1.
    pub(super) line: u32,
    /// One of a list; the key is that of the list.
    listed: bool,
    /// Number of the document in the stream.
    document: usize,
}

/// What could be read.
#[derive(Debug, Default)]
pub(super) struct Flat {
    /// In order.
    pub(super) entries: Vec<Entry>,
    /// Where it stopped being YAML, and in which document.
    error: Option<(u32, String, usize)>,
}

enum Frame {
    Map {
        key: String,
        wants_key: bool,
    },
    List {
        at: usize,
    },
    /// A collection that is a key, or that lies too deep.
    Skip,
}

/// Whether a document is YAML: by its ending, or because its first line is `key: value` in a file that says otherwise.
pub(super) fn is_yaml(path: &str, text: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default();
    if ending.eq_ignore_ascii_case("yaml") || ending.eq_ignore_ascii_case("yml") {
        return true;
    }
    let first = text
        .lines()
        .find(|l| !l.trim().is_empty())
        .unwrap_or_default();
    first.split_once(':').is_some_and(|(key, rest)| {
        !key.is_empty()
            && key
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit())
            && (rest.is_empty() || rest.starts_with(' '))
    })
}

/// Flattens a stream of documents. O(length).
pub(super) fn flat(text: &str) -> Flat {
    let mut flat = Flat::default();
    let mut walk = Walk {
        frames: Vec::new(),
        key_line: 1,
        document: 0,
    };
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => walk.event(event, line(span.start.line()), &mut flat.entries),
            Err(error) => {
                flat.error = Some(fault(&error, walk.document));
                break;
            }
        }
        if flat.entries.len() >= limits::FIELDS * 4 {
            break;
        }
    }
    flat
}

fn line(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

fn fault(error: &ScanError, document: usize) -> (u32, String, usize) {
    (
        line(error.marker().line()),
        error.info().to_owned(),
        document,
    )
}

struct Walk {
    frames: Vec<Frame>,
    key_line: u32,
    document: usize,
}

impl Walk {
    fn event(&mut self, event: Event<'_>, line: u32, entries: &mut Vec<Entry>) {
        match event {
            Event::DocumentStart(_) => self.frames.clear(),
            Event::DocumentEnd => self.document += 1,
            Event::MappingStart(..) => self.open(Frame::Map {
                key: String::new(),
                wants_key: true,
            }),
            Event::SequenceStart(..) => self.open(Frame::List { at: 0 }),
            Event::MappingEnd | Event::SequenceEnd => {
                self.frames.pop();
                self.next("?");
            }
            Event::Scalar(text, ..) => self.scalar(&text, line, entries),
            Event::Alias(_) => match self.frames.last() {
                Some(Frame::Map {
                    wants_key: true, ..
                }) => self.next("*"),
                _ => self.next(""),
            },
            _ => {}
        }
    }

    fn open(&mut self, frame: Frame) {
        let skip = match self.frames.last() {
            Some(
                Frame::Skip
                | Frame::Map {
                    wants_key: true, ..
                },
            ) => true,
            _ => self.frames.len() >= limits::DEPTH,
        };
        self.frames.push(if skip { Frame::Skip } else { frame });
    }

    /// The value of a key, or an element, is over; or a key is known.
    fn next(&mut self, name: &str) {
        match self.frames.last_mut() {
            Some(Frame::Map { key, wants_key }) => {
                if *wants_key {
                    name.clone_into(key);
                }
                *wants_key = !*wants_key;
            }
            Some(Frame::List { at }) => *at += 1,
            Some(Frame::Skip) | None => {}
        }
    }

    fn scalar(&mut self, text: &str, line: u32, entries: &mut Vec<Entry>) {
        let listed = match self.frames.last() {
            Some(Frame::Map {
                wants_key: true, ..
            }) => {
                self.key_line = line;
                return self.next(text);
            }
            Some(Frame::Skip) => return,
            Some(Frame::List { .. }) => true,
            Some(Frame::Map { .. }) | None => false,
        };
        entries.push(Entry {
            key: self.path(),
            value: text.split_whitespace().collect::<Vec<_>>().join(" "),
            line: if listed {
                line
            } else {
                self.key_line.min(line)
            },
            listed,
            document: self.document,
        });
        self.next("");
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for (n, frame) in self.frames.iter().enumerate() {
            match frame {
                Frame::Map { key, .. } => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(crate::domain::text::head(key, limits::KEY));
                }
                Frame::List { at } if n + 1 < self.frames.len() => {
                    let _ = write!(path, "[{at}]");
                }
                Frame::List { .. } | Frame::Skip => {}
            }
        }
        path
    }
}

/// Reads status documents that are YAML: a claim for each document of the stream that names a session, a status or a
/// branch. What is no YAML is read line by line. O(length).
pub(super) fn read(text: &str, path: &str, document: &mut Document) {
    let mut flat = flat(text);
    if let Some((line, what, at)) = flat.error.take() {
        document
            .remarks
            .push(remark(&format!("not YAML from here on: {what}"), line));
        if at == 0 {
            by_line(text, &mut flat.entries);
        }
    }
    let last = flat.entries.last().map_or(0, |e| e.document);
    for n in 0..=last {
        let own: Vec<&Entry> = flat.entries.iter().filter(|e| e.document == n).collect();
        let named = own.iter().any(|e| {
            matches!(
                keys::slot(&pair::norm(&e.key)),
                Some(Slot::Session | Slot::Status | Slot::Branch)
            ) && !e.listed
        });
        if !named {
            for entry in own {
                slots::keep(&mut document.head, &entry.key, &entry.value, entry.line);
            }
            continue;
        }
        if document.claims.len() < limits::CLAIMS {
            document.claims.push(claim(&own, path));
        }
    }
    if path.to_ascii_uppercase().contains("TEMPLATE") {
        document
            .remarks
            .push(remark("a template: its values stand for others", 0));
    }
}

fn claim(entries: &[&Entry], path: &str) -> crate::domain::claim::Claim {
    let mut slots = Slots::new(Unit::Session, entries.first().map_or(1, |e| e.line));
    for entry in entries {
        slots.keep(&entry.key, &entry.value, entry.line);
        let slot = keys::slot(&pair::norm(&entry.key));
        let lists = [Slot::Blockers, Slot::Next, Slot::Outputs, Slot::Teams];
        if let Some(slot) = slot.filter(|s| !entry.listed || lists.contains(s)) {
            slots.fill(slot, &entry.value);
        }
    }
    let count = |name: &str| -> Option<u32> {
        entries
            .iter()
            .find(|e| e.key == format!("progress.{name}"))
            .and_then(|e| e.value.parse().ok())
    };
    if let Some(done) = count("tasks_completed").filter(|_| slots.claim.items.is_none()) {
        let others = [count("tasks_in_progress"), count("tasks_remaining")];
        slots.claim.items = Some(Share {
            done: Some(done),
            of: others.iter().any(Option::is_some).then(|| {
                others
                    .iter()
                    .flatten()
                    .fold(done, |n, more| n.saturating_add(*more))
            }),
        });
    }
    let file = path.rsplit('/').next().unwrap_or_default();
    slots.claim.number = slots.claim.number.or_else(|| value::session(file));
    slots.done()
}

/// `key: value` of lines that are not indented, behind what was understood.
fn by_line(text: &str, entries: &mut Vec<Entry>) {
    let from = entries.last().map_or(0, |e| e.line);
    for (n, raw) in text.lines().enumerate() {
        let at = line(n + 1);
        if at <= from
            || raw.starts_with([' ', '\t', '#', '-'])
            || entries.len() >= limits::FIELDS * 4
        {
            continue;
        }
        let Some(pair) = pair::split(raw).filter(|p| !p.value.is_empty() && p.mark.is_empty())
        else {
            continue;
        };
        let value = pair.value.split(" #").next().unwrap_or_default().trim();
        if words::is_none(value) || entries.iter().any(|e| e.key == pair.key) {
            continue;
        }
        entries.push(Entry {
            key: pair.key.to_owned(),
            value: value.trim_matches(['"', '\'']).to_owned(),
            line: at,
            listed: false,
            document: 0,
        });
    }
}
