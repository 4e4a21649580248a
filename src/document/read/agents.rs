//! Agents of a mission: `Haiku-21: …` below `Team 6 (Haiku-21 to 25)`, or the items of a team in order.

use super::{
    limits,
    markdown::{Block, Line, Shape},
    pair, value, words,
    words::pattern,
};
use crate::domain::claim::{Document, MissionAgent};
use regex::Regex;
use std::{collections::BTreeSet, sync::LazyLock};

static AGENT: LazyLock<Option<Regex>> = pattern!(
    r"(?i)^[^\w]*(?:haiku|sonnet|opus|agent|worker)[ _-]?0*(\d{1,6})\b(?:\s*[:\u{2013}\u{2014}-]\s*|\s+|$)(.*)$"
);
static TEAM: LazyLock<Option<Regex>> =
    pattern!(r"(?i)^[^\w]*team\s*#?(\d{1,6})\b\s*[:\u{2013}\u{2014}-]?\s*(.*)$");
static AGENTS: LazyLock<Option<Regex>> =
    pattern!(r"(?i)^[^\w]*(?:haiku|sonnet|opus|agent|worker)s?[ _-]?\d");

/// A team whose agents are being listed.
#[derive(Default)]
struct Team {
    number: Option<u32>,
    words: String,
    /// Agents that no item has named yet.
    left: BTreeSet<u32>,
    line: u32,
    level: u8,
}

struct Walk<'a> {
    document: &'a mut Document,
    seen: BTreeSet<u32>,
    team: Team,
    /// Agents that ranges may still name: a thousand lines of a thousand agents each are nobody's plan.
    budget: u32,
}

/// Reads the agents of a document. O(length).
pub(super) fn read(blocks: &[Block], document: &mut Document) {
    let mut walk = Walk {
        document,
        seen: BTreeSet::new(),
        team: Team::default(),
        budget: limits::SPAN * 10,
    };
    for block in blocks {
        let text = block.text();
        match &block.shape {
            Shape::Heading(level) => walk.heading(&text, *level, block.line()),
            Shape::Paragraph => {
                walk.team(&text, 7, block.line());
            }
            Shape::Item(..) => walk.item(&text, block.line()),
            Shape::Row(header) => walk.row(header, &block.lines),
            Shape::Fence(_) | Shape::Note | Shape::Rule => {}
        }
    }
    walk.close();
    walk.document.agents.sort_by_key(|a| a.number);
}

impl Walk<'_> {
    /// The agents of a range, while there is a budget for them.
    fn range(&mut self, text: &str) -> Option<(u32, u32)> {
        let (from, to) = value::range(text)?;
        self.budget = self.budget.checked_sub(to - from + 1)?;
        Some((from, to))
    }

    fn heading(&mut self, text: &str, level: u8, line: u32) {
        if !self.team(text, level, line)
            && (level <= self.team.level || value::lead(text).is_some())
        {
            self.close();
        }
    }

    /// `Team 6: Cloud Compute (Haiku-21 to 25)`.
    fn team(&mut self, text: &str, level: u8, line: u32) -> bool {
        let Some(found) = TEAM.as_ref().and_then(|t| t.captures(text)) else {
            return false;
        };
        self.close();
        let words = found.get(2).map_or("", |m| m.as_str());
        let named = words.split(" (").next().unwrap_or(words);
        self.team = Team {
            number: found.get(1).and_then(|m| m.as_str().parse().ok()),
            words: named.trim().trim_end_matches(':').to_owned(),
            left: self
                .range(text)
                .map(|(from, to)| (from..=to).collect())
                .unwrap_or_default(),
            line,
            level,
        };
        true
    }

    fn item(&mut self, text: &str, line: u32) {
        if value::range(text).is_some() && AGENTS.as_ref().is_some_and(|a| a.is_match(text)) {
            if let Some((from, to)) = self.range(text) {
                self.several(text, from, to, line);
            }
            return;
        }
        let found = AGENT.as_ref().and_then(|a| a.captures(text));
        if let Some(found) = found {
            let number = found.get(1).and_then(|m| m.as_str().parse().ok());
            let task = found.get(2).map_or("", |m| m.as_str());
            if let Some(number) = number {
                self.add(number, self.team.number, task, line);
            }
        } else if value::range(text).is_some() && TEAM.as_ref().is_some_and(|t| t.is_match(text)) {
            self.team(text, 7, line);
        } else if let Some(next) = self.team.left.first().copied()
            && pair::split(text).is_none()
        {
            self.add(next, self.team.number, text, line);
        }
    }

    /// `Agents 1-4: Team 1 (Control Panels)`.
    fn several(&mut self, text: &str, from: u32, to: u32, line: u32) {
        let rest = text.split_once(':').map_or("", |(_, rest)| rest).trim();
        let mut teams = Vec::new();
        value::teams(rest, &mut teams);
        for number in from..=to {
            self.add(
                number,
                teams.first().copied().or(self.team.number),
                rest,
                line,
            );
        }
    }

    fn row(&mut self, header: &[String], cells: &[Line]) {
        let Some((first, others)) = cells.split_first() else {
            return;
        };
        let column = header.first().map(|h| pair::norm(h)).unwrap_or_default();
        let text = first.text.trim();
        let number = AGENT
            .as_ref()
            .and_then(|a| a.captures(text)?.get(1)?.as_str().parse().ok())
            .or_else(|| (column == "agent").then(|| text.parse().ok())?);
        let team = header
            .iter()
            .zip(cells)
            .find(|(h, _)| pair::norm(h) == "team");
        let team = team.and_then(|(_, c)| c.text.trim().trim_start_matches("Team ").parse().ok());
        let task = header
            .iter()
            .zip(cells)
            .skip(1)
            .find(|(h, _)| {
                ["task", "assignment", "research", "topic", "focus"]
                    .contains(&pair::norm(h).as_str())
            })
            .map(|(_, c)| c)
            .or_else(|| others.first());
        if let (Some(number), Some(task)) = (number, task) {
            self.add(
                number,
                team.or(self.team.number),
                task.text.trim(),
                first.at,
            );
        }
    }

    fn add(&mut self, number: u32, team: Option<u32>, task: &str, line: u32) {
        self.team.left.remove(&number);
        if self.document.agents.len() >= limits::AGENTS || !self.seen.insert(number) {
            return;
        }
        let task = task.trim_start_matches(|c: char| {
            words::sign(c) != words::NO_SIGN || c.is_whitespace() || c == '\u{fe0f}'
        });
        self.document.agents.push(MissionAgent {
            number,
            team,
            task: limits::clean(task, limits::VALUE).into(),
            line,
        });
    }

    /// Agents of the team that nothing was said of are told what the team does.
    fn close(&mut self) {
        let team = std::mem::take(&mut self.team);
        for number in &team.left {
            self.add(*number, team.number, &team.words, team.line);
        }
    }
}
