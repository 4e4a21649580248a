//! Claims of sessions, phases and streams: a heading that names one, and what stands below it.

use super::{
    fields::{self, Reader, Said},
    keys::{self, Slot},
    limits,
    markdown::{Block, Line, Shape},
    pair, remark,
    settle::{self, Passing},
    slots::{self, Dated, Slots},
    value, words,
};
use crate::domain::claim::{Claim, ClaimState, Document, DocumentKind, Unit};

/// A claim whose heading is open.
struct Open {
    slots: Slots,
    level: u8,
    /// What an emoji of the heading means, for want of words.
    sign: Option<String>,
    /// The status that the heading spells out.
    headed: ClaimState,
}

struct Walk<'a> {
    document: &'a mut Document,
    open: Option<Open>,
    reader: Reader,
    passing: Vec<Passing>,
    prose: bool,
    report: bool,
    ruled: bool,
}

/// Reads the claims of a document. O(length).
pub(super) fn read(blocks: &[Block], path: &str, document: &mut Document) {
    let report = document.kind == DocumentKind::Report && !is_collection(blocks);
    let mut walk = Walk {
        prose: matches!(document.kind, DocumentKind::Status | DocumentKind::Tracker),
        open: report.then(|| open(Slots::new(Unit::Session, 1), 0)),
        reader: Reader {
            fences: document.kind == DocumentKind::Report,
            ..Reader::default()
        },
        passing: Vec::new(),
        report,
        ruled: false,
        document,
    };
    for block in blocks {
        walk.block(block);
    }
    if let (true, Some(open)) = (report, &mut walk.open) {
        let claim = &mut open.slots.claim;
        claim.number = claim
            .number
            .or_else(|| value::session(path.rsplit('/').next().unwrap_or_default()));
    }
    walk.close();
    let passing = std::mem::take(&mut walk.passing);
    settle::settle(document, passing);
}

fn open(slots: Slots, level: u8) -> Open {
    Open {
        slots,
        level,
        sign: None,
        headed: ClaimState::Unknown,
    }
}

/// A status file that speaks of several sessions, in headings of one level, is a collection like any other.
fn is_collection(blocks: &[Block]) -> bool {
    let mut seen: Vec<(u8, u32)> = Vec::new();
    for block in blocks {
        let Shape::Heading(level) = block.shape else {
            continue;
        };
        let text = block.text();
        let Some(value::Lead {
            unit: Unit::Session,
            number: Some(number),
            ..
        }) = value::lead(&text)
        else {
            continue;
        };
        match level {
            1 => return false,
            2 => {}
            _ => continue,
        }
        if seen.iter().any(|(l, n)| *l == level && *n != number) {
            return true;
        }
        seen.push((level, number));
    }
    false
}

impl Walk<'_> {
    fn block(&mut self, block: &Block) {
        if let Shape::Heading(level) = block.shape {
            self.ruled = false;
            return self.heading(&block.text(), level, block.line());
        }
        if block.shape == Shape::Note {
            let remarks = block
                .lines
                .iter()
                .map(|l| remark(&format!("note: {}", l.text.trim()), l.at));
            return self.document.remarks.extend(remarks);
        }
        let ruled = std::mem::replace(&mut self.ruled, block.shape == Shape::Rule);
        if ruled && !self.report && block.shape != Shape::Rule {
            // A line across the page, and no heading after it: the foot of the document.
            self.close();
        }
        if let Shape::Row(header) = &block.shape
            && !self.report
            && self.row(header, &block.lines)
        {
            return;
        }
        for said in self.reader.block(block) {
            self.said(said);
        }
    }

    fn heading(&mut self, text: &str, level: u8, line: u32) {
        self.reader.heading(text);
        self.heading_field(text, line);
        if self.report {
            return self.own_heading(text, level, line);
        }
        if self.open.as_ref().is_some_and(|o| level <= o.level) {
            self.close();
        }
        let Some(lead) = value::lead(text) else {
            return;
        };
        let starts = self.open.as_ref().is_none_or(|o| {
            let (unit, number) = (o.slots.claim.unit, o.slots.claim.number);
            unit == lead.unit && number != lead.number
                || unit != Unit::Session && lead.unit == Unit::Session
        });
        if !starts || self.document.kind == DocumentKind::Mission && lead.unit != Unit::Session {
            return;
        }
        self.close();
        let mut slots = Slots::new(lead.unit, line);
        slots.claim.number = lead.number;
        slots.claim.id = lead.range.map(|r| limits::clean(r, limits::KEY).into());
        slots.date(value::instant(lead.rest), Dated::Heading);
        let before = text.strip_suffix(lead.rest).unwrap_or_default();
        let mut open = open(slots, level);
        open.title(before, lead.rest);
        self.open = Some(open);
    }

    /// `## Status: Ready` is a field, of whatever is open.
    fn heading_field(&mut self, text: &str, line: u32) {
        if let Some(open) = &mut self.open
            && let Some(pair) = pair::split(text)
            && keys::slot(&pair::norm(pair.key)) == Some(Slot::Status)
            && !pair.value.is_empty()
        {
            open.slots.apply(pair.key, pair.value, line);
        }
    }

    /// A heading of a document that is all about one session.
    fn own_heading(&mut self, text: &str, level: u8, line: u32) {
        let Some(open) = self.open.as_mut().filter(|_| level == 1) else {
            return;
        };
        let claim = &mut open.slots.claim;
        match value::lead(text) {
            Some(lead) if lead.unit == Unit::Session => {
                claim.number = claim.number.or(lead.number);
                claim.line = line;
                let before = text.strip_suffix(lead.rest).unwrap_or_default();
                open.slots.date(value::instant(lead.rest), Dated::Heading);
                open.title(before, lead.rest);
            }
            _ => claim.number = claim.number.or_else(|| value::session(text)),
        }
    }

    /// A row of a table of sessions or phases.
    fn row(&mut self, header: &[String], cells: &[Line]) -> bool {
        let (Some(first), Some(column)) = (cells.first(), header.first()) else {
            return false;
        };
        let named = pair::norm(column);
        let known = ["session", "phase", "stream"].contains(&named.as_str());
        let status = header
            .iter()
            .any(|h| keys::slot(&pair::norm(h)) == Some(Slot::Status));
        let text = if known && first.text.trim().starts_with(|c: char| c.is_ascii_digit()) {
            format!("{named} {}", first.text.trim())
        } else {
            first.text.trim().to_owned()
        };
        let Some(lead) = value::lead(&text).filter(|_| status) else {
            return false;
        };
        if self
            .open
            .as_ref()
            .is_some_and(|o| o.slots.claim.unit == Unit::Session && lead.unit != Unit::Session)
        {
            return false;
        }
        let mut slots = Slots::new(lead.unit, first.at);
        slots.claim.number = lead.number;
        slots.claim.id = lead.range.map(|r| limits::clean(r, limits::KEY).into());
        slots.claim.title = slots::title(lead.rest);
        for (key, cell) in header.iter().zip(cells).skip(1) {
            let name = pair::norm(key);
            slots.apply(key, cell.text.trim(), cell.at);
            if slots.claim.of_session.is_none() && name == "session" {
                slots.claim.of_session = value::session(&format!("session {}", cell.text.trim()));
            }
        }
        self.document.claims.push(slots.done());
        true
    }

    fn said(&mut self, said: Said) {
        let prose = self.prose;
        let Some(open) = &mut self.open else {
            return self.loose(said);
        };
        match said {
            // A row of a wide table is kept, and fills nothing.
            Said::Field {
                key,
                value,
                mark,
                line,
            } if mark == "|" => open.slots.keep(&key, &value, line),
            Said::Field {
                key, value, line, ..
            } => open.slots.apply(&key, &value, line),
            Said::Listed {
                key,
                slot,
                value,
                done,
                line,
            } => {
                open.slots.keep(&key, &value, line);
                if !done || slot == Slot::Outputs {
                    open.slots.fill(slot, fields::unmarked(&value));
                }
            }
            Said::Prose { text, line } if prose => self.document.remarks.push(remark(&text, line)),
            Said::Prose { .. } => {}
        }
        if let Some(open) = &mut self.open
            && let Some(field) = open.slots.claim.fields.last()
            && pair::norm(&field.key).starts_with("team ")
        {
            value::teams(&field.key, &mut open.slots.claim.teams);
        }
    }

    /// What stands outside every session.
    fn loose(&mut self, said: Said) {
        match said {
            Said::Field {
                key,
                value,
                mark,
                line,
            } => {
                if let Some(value::Lead {
                    unit: Unit::Session,
                    number: Some(number),
                    rest,
                    ..
                }) = value::lead(&key)
                    && (rest.trim().is_empty() || rest.trim().starts_with('('))
                {
                    self.passing.push(Passing {
                        number,
                        status: format!("{mark} {value}").trim().to_owned(),
                        line,
                    });
                }
                slots::keep(&mut self.document.head, &key, &value, line);
            }
            Said::Listed {
                key, value, line, ..
            } => slots::keep(&mut self.document.head, &key, &value, line),
            Said::Prose { text, line } if self.prose => {
                self.document.remarks.push(remark(&text, line));
            }
            Said::Prose { .. } => {}
        }
    }

    fn close(&mut self) {
        let Some(mut open) = self.open.take() else {
            return;
        };
        let said = open
            .slots
            .claim
            .fields
            .iter()
            .find(|f| keys::slot(&pair::norm(&f.key)) == Some(Slot::Status));
        if let Some(field) = said {
            let below = words::state(&field.value);
            if open.headed != ClaimState::Unknown
                && below != ClaimState::Unknown
                && below != open.headed
            {
                let note = format!(
                    "the heading and the status below it differ: {}",
                    field.value
                );
                self.document.remarks.push(remark(&note, field.line));
            }
        }
        if open
            .slots
            .claim
            .state
            .is_none_or(|s| s == ClaimState::Unknown)
            && let Some(sign) = &open.sign
        {
            open.slots.fill(Slot::Status, sign);
        }
        let claim = open.slots.done();
        if self.report && claim != Claim::default() || says_something(&claim) {
            self.document.claims.push(claim);
        } else {
            let what = format!(
                "{:?} {}: nothing is claimed here",
                claim.unit,
                claim.number.unwrap_or_default()
            );
            self.document.remarks.push(remark(&what, claim.line));
        }
    }
}

impl Open {
    /// The words of the heading after its number, and the status among them.
    fn title(&mut self, before: &str, rest: &str) {
        let (name, status) = words::tail(rest).unwrap_or((rest, ""));
        if self.slots.claim.title.is_none() {
            self.slots.claim.title = slots::title(name);
        }
        if status.chars().any(char::is_alphabetic) {
            self.headed = words::state(status);
            self.slots.fill(Slot::Status, status);
        } else {
            let sign: String = format!("{before}{status}")
                .chars()
                .filter(|c| words::sign(*c) != words::NO_SIGN)
                .collect();
            self.sign = (!sign.is_empty()).then_some(sign);
        }
    }
}

fn says_something(claim: &Claim) -> bool {
    claim.state.is_some()
        || claim.agents.is_some()
        || claim.items.is_some()
        || claim.percent.is_some()
        || claim.branch.is_some()
        || claim.commit.is_some()
        || claim.eta.is_some()
        || !claim.outputs.is_empty()
        || !claim.blockers.is_empty()
        || !claim.next.is_empty()
}
