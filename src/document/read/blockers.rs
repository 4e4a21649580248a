//! `BLOCKERS.md`: a heading, an item or a row per blocker.

use super::{
    limits,
    markdown::{Block, Line, Shape},
    pair, remark, slots, value, words,
    words::pattern,
};
use crate::domain::claim::{Blocker, ClaimState, Document};
use regex::Regex;
use std::sync::LazyLock;

type Pattern = LazyLock<Option<Regex>>;

static OVER: Pattern = pattern!(
    r"(?i)^[^\w]*(?:resolved|closed|fixed)\b|[\[(:\u{2013}\u{2014}-]\s*(?:resolved|closed|fixed)\b",
    r"|\b(?:is|was|been|now)\s+(?:resolved|closed|fixed)\b|\bresolved\W*$|^\s*\[x\]"
);
static NOT_OVER: Pattern = pattern!(
    r"(?i)\b(?:not|until|unless|when|once|to be|must be|cannot be|never)\b[^.]{0,24}\b(?:resolved|closed|fixed)\b"
);
static OWNER: Pattern = pattern!(
    r"(?i)\b(?:owner|assignee|assigned to|owned by)\b\s*[:=]?\s*@?([\p{L}\p{N}][\p{L}\p{N}_.-]*)"
);
static HANDLE: Pattern = pattern!(r"(?:^|[\s(])@([A-Za-z0-9][A-Za-z0-9_.-]*)");
static GROUP: Pattern = pattern!(
    r"(?i)^[^\w]*(?:(?:open|active|current|resolved|closed|fixed|new|pending|past|unresolved|outstanding)(?:\s+(?:blockers?|issues?|items?))?",
    r"|blockers?|blocking issues|issues|history|archive|summary|none)\W*(?:\(\d+\))?\W*$"
);
static ADVICE: Pattern = pattern!(
    r"(?i)\b(?:how to|template|format|legend|instructions?|guidelines?|example|process|protocol|reporting|escalation|about|usage|notes?)\b"
);
static LABEL: Pattern =
    pattern!(r"(?i)^[^\w]*(?:\[[ x]\]\s*)?blocker\s*(?:#?\d+)?\s*[:\u{2013}\u{2014}-]\s*");

/// What the headings above say of the items below.
#[derive(Debug, Clone, Default)]
struct Group {
    session: Option<u32>,
    over: bool,
}

/// A heading and what stands below it, up to the next heading.
struct Section<'a> {
    heading: Option<&'a Block>,
    level: u8,
    body: Vec<&'a Block>,
    /// The next heading lies deeper.
    parent: bool,
}

/// Reads blockers. O(length).
pub(super) fn read(blocks: &[Block], document: &mut Document) {
    let mut groups: Vec<(u8, Group)> = Vec::new();
    for section in sections(blocks) {
        groups.retain(|(level, _)| *level < section.level);
        let above = groups.last().map(|(_, g)| g.clone()).unwrap_or_default();
        let heading = section.heading.map(Block::text).unwrap_or_default();
        let group = Group {
            session: value::session(&heading).or(above.session),
            over: above.over || is_over(&heading, section.heading.is_some_and(Block::is_struck)),
        };
        if section.level > 1
            && ADVICE.as_ref().is_some_and(|a| a.is_match(&heading))
            && !names_blocker(&heading)
        {
            document.remarks.push(remark(
                &format!("not read as blockers: {heading}"),
                section.line(),
            ));
            groups.push((section.level, group));
            continue;
        }
        if section.is_blocker(&heading) {
            document.blockers.push(section.blocker(&heading, &above));
        } else {
            section.items(&group, document);
        }
        groups.push((section.level, group));
    }
}

fn sections(blocks: &[Block]) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    for block in blocks {
        if let Shape::Heading(level) = block.shape {
            if let Some(last) = sections.last_mut() {
                last.parent = level > last.level;
            }
            sections.push(Section {
                heading: Some(block),
                level,
                body: Vec::new(),
                parent: false,
            });
        } else if let Some(last) = sections.last_mut() {
            last.body.push(block);
        } else {
            sections.push(Section {
                heading: None,
                level: 0,
                body: vec![block],
                parent: false,
            });
        }
    }
    sections
}

fn names_blocker(heading: &str) -> bool {
    LABEL.as_ref().is_some_and(|l| l.is_match(heading)) || value::session(heading).is_some()
}

/// Keys that say something of a blocker.
fn about(key: &str) -> Option<About> {
    Some(match pair::norm(key).as_str() {
        "status" | "state" | "resolution" | "resolved" => About::Status,
        "owner" | "assignee" | "assigned to" | "who" => About::Owner,
        "session" | "sessions" | "reported by" | "affects" | "blocks" | "from" => About::Session,
        "since" | "date" | "reported" | "created" | "opened" | "raised" | "when" | "timestamp"
        | "reported at" => About::Since,
        "impact" | "severity" | "priority" | "description" | "details" | "needs" | "workaround"
        | "next step" | "next steps" | "eta" | "agent" | "agents" | "type" | "id" | "branch"
        | "reason" | "last updated" => About::Other,
        _ => return None,
    })
}

enum About {
    Status,
    Owner,
    Session,
    Since,
    Other,
}

fn is_over(text: &str, struck: bool) -> bool {
    let denied = NOT_OVER.as_ref().is_some_and(|p| p.is_match(text));
    struck || words::is_ticked(text) || !denied && OVER.as_ref().is_some_and(|p| p.is_match(text))
}

fn owner(text: &str) -> Option<&str> {
    [&OWNER, &HANDLE]
        .into_iter()
        .find_map(|p| Some(p.as_ref()?.captures(text)?.get(1)?.as_str()))
}

/// A blocker out of one text.
fn from_text(text: &str, struck: bool, ticked: Option<bool>, group: &Group, line: u32) -> Blocker {
    let said = LABEL.as_ref().map_or(text.into(), |l| l.replace(text, ""));
    let said = said.trim_matches(|c: char| words::sign(c) != words::NO_SIGN || c.is_whitespace());
    Blocker {
        text: limits::clean(said, limits::VALUE).into(),
        session: value::session(text).or(group.session),
        owner: owner(text).map(|o| limits::clean(o, limits::KEY).into()),
        since: value::instant(text),
        open: !(group.over || ticked == Some(true) || is_over(text, struck)),
        line,
    }
}

/// `Key: value` of a blocker.
fn amend(blocker: &mut Blocker, text: &str) {
    let Some(pair) = pair::split(text) else {
        return;
    };
    match about(pair.key) {
        Some(About::Status) => {
            let over =
                words::state(pair.value) == ClaimState::Complete || is_over(pair.value, false);
            blocker.open &= !over;
        }
        Some(About::Owner) if blocker.owner.is_none() && !words::is_none(pair.value) => {
            blocker.owner =
                Some(limits::clean(pair.value.trim_start_matches('@'), limits::KEY).into());
        }
        Some(About::Session) if blocker.session.is_none() => {
            blocker.session = value::session(pair.value).or_else(|| pair.value.parse().ok());
        }
        Some(About::Since) if blocker.since.is_none() => blocker.since = value::instant(pair.value),
        _ => {}
    }
}

impl Section<'_> {
    fn line(&self) -> u32 {
        self.heading.map_or(0, Block::line)
    }

    fn known_fields(&self) -> bool {
        self.body
            .iter()
            .filter(|b| matches!(b.shape, Shape::Paragraph | Shape::Item(1, _)))
            .flat_map(|b| &b.lines)
            .filter_map(|l| pair::split(&l.text))
            .any(|p| about(p.key).is_some())
    }

    /// The heading itself is a blocker, not a name for the items below it.
    fn is_blocker(&self, heading: &str) -> bool {
        let bare_session = value::lead(heading).is_some_and(|l| l.rest.trim().is_empty());
        if self.level < 2 || bare_session || GROUP.as_ref().is_some_and(|g| g.is_match(heading)) {
            return false;
        }
        let items = self
            .body
            .iter()
            .any(|b| matches!(b.shape, Shape::Item(..) | Shape::Row(_)));
        self.known_fields() || !items && !self.parent
    }

    fn blocker(&self, heading: &str, above: &Group) -> Blocker {
        let struck = self.heading.is_some_and(Block::is_struck);
        let mut blocker = from_text(heading, struck, None, above, self.line());
        for line in self
            .body
            .iter()
            .filter(|b| !matches!(b.shape, Shape::Row(_) | Shape::Note))
            .flat_map(|b| &b.lines)
        {
            amend(&mut blocker, &line.text);
        }
        blocker
    }

    fn items(&self, group: &Group, document: &mut Document) {
        let mut last = None;
        for block in &self.body {
            let text = block.text();
            let field = pair::split(&text).filter(|p| about(p.key).is_some());
            match &block.shape {
                Shape::Item(1, ticked)
                    if field.is_none()
                        && !words::is_none(&text)
                        && document.blockers.len() < limits::BLOCKERS =>
                {
                    last = Some(document.blockers.len());
                    document.blockers.push(from_item(block, *ticked, group));
                }
                Shape::Row(header) => document.blockers.extend(row(header, &block.lines, group)),
                Shape::Item(2.., _) => {
                    if let Some(blocker) = last.and_then(|n: usize| document.blockers.get_mut(n)) {
                        block.lines.iter().for_each(|l| amend(blocker, &l.text));
                    }
                }
                Shape::Paragraph | Shape::Item(..) if self.level < 2 => {
                    for line in &block.lines {
                        if let Some(p) = pair::split(&line.text).filter(|p| !p.value.is_empty()) {
                            slots::keep(&mut document.head, p.key, p.value, line.at);
                        }
                    }
                }
                Shape::Paragraph
                    if words::is_none(&text)
                        || GROUP.as_ref().is_some_and(|g| g.is_match(&text)) => {}
                Shape::Paragraph | Shape::Note => {
                    document.remarks.push(remark(&text, block.line()));
                }
                _ => {}
            }
        }
    }
}

/// An item whose further lines may be fields of it.
fn from_item(block: &Block, ticked: Option<bool>, group: &Group) -> Blocker {
    let fields = |l: &&Line| pair::split(&l.text).is_some_and(|p| about(p.key).is_some());
    let said: Vec<&str> = block
        .lines
        .iter()
        .filter(|l| !fields(l))
        .map(|l| l.text.trim())
        .collect();
    let mut blocker = from_text(
        &said.join(" "),
        block.is_struck(),
        ticked,
        group,
        block.line(),
    );
    block
        .lines
        .iter()
        .filter(fields)
        .for_each(|l| amend(&mut blocker, &l.text));
    blocker
}

fn row(header: &[String], cells: &[Line], group: &Group) -> Option<Blocker> {
    let names: Vec<String> = header.iter().map(|h| pair::norm(h)).collect();
    let what = names.iter().position(|n| {
        matches!(
            n.as_str(),
            "blocker" | "issue" | "problem" | "description" | "what" | "title"
        )
    })?;
    let cell = cells.get(what).filter(|c| !words::is_none(&c.text))?;
    let mut blocker = from_text(cell.text.trim(), cell.is_struck(), None, group, cell.at);
    for (name, cell) in header.iter().zip(cells) {
        amend(&mut blocker, &format!("{name}: {}", cell.text.trim()));
    }
    Some(blocker)
}
