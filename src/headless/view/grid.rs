//! A view as rows of cells: what a cell says to people and what it says to programs.

use crate::domain::Timestamp;
use csv::{QuoteStyle, WriterBuilder};
use std::io::{self, Write};

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Nothing is known, or there is nothing.
    None,
    /// Neutralised text.
    Text(String),
    /// A number.
    Count(u64),
    /// An instant that is shown as one.
    At(Timestamp),
    /// An instant that people see as an age; that it never was is news, too.
    Age(Option<Timestamp>),
    /// The same, with the word `ago`.
    Ago(Timestamp),
    /// Several names; people see the first one.
    Names(Vec<String>),
}

impl Cell {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn maybe(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::None, |t| Self::Text(t.into()))
    }

    /// For people, at `now`.
    pub(crate) fn shown(&self, now: Timestamp) -> String {
        match self {
            Self::None => "-".to_owned(),
            Self::Text(text) => text.clone(),
            Self::Count(n) => n.to_string(),
            Self::At(at) => at.rfc3339(),
            Self::Age(None) => "never".to_owned(),
            Self::Age(Some(at)) => now.since(*at).to_string(),
            Self::Ago(at) => format!("{} ago", now.since(*at)),
            Self::Names(names) => match names.as_slice() {
                [] => "-".to_owned(),
                [only] => only.clone(),
                [first, rest @ ..] => format!("{first} +{}", rest.len()),
            },
        }
    }

    /// For programs: times as instants, nothing as nothing. What a spreadsheet would take for a formula,
    /// or a CI runner for a command, is text.
    fn plain(&self) -> String {
        let text = match self {
            Self::None | Self::Age(None) => return String::new(),
            Self::Count(n) => return n.to_string(),
            Self::At(at) | Self::Age(Some(at)) | Self::Ago(at) => return at.rfc3339(),
            Self::Text(text) => text.clone(),
            Self::Names(names) => names.join(" "),
        };
        if text.starts_with(['=', '+', '-', '@', '\t', '\r']) || text.trim_start().starts_with("::")
        {
            format!("'{text}")
        } else {
            text
        }
    }
}

/// Who sees a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// Everybody.
    All,
    /// People who asked for more, and programs.
    Wide,
    /// People.
    People,
    /// Programs.
    Programs,
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) head: &'static str,
    /// Name for programs.
    pub(crate) key: &'static str,
    pub(crate) whose: For,
}

pub(crate) const fn column(head: &'static str, key: &'static str, whose: For) -> Column {
    Column { head, key, whose }
}

/// Rows under their columns.
#[derive(Debug, Clone)]
pub(crate) struct Grid {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

impl Grid {
    /// Heads and rows for people.
    pub(crate) fn shown(
        &self,
        wide: bool,
        now: Timestamp,
    ) -> (Vec<&'static str>, Vec<Vec<String>>) {
        let seen = |c: &Column| match c.whose {
            For::All | For::People => true,
            For::Wide => wide,
            For::Programs => false,
        };
        let head = self.columns.iter().filter(|c| seen(c)).map(|c| c.head);
        let row = |cells: &Vec<Cell>| {
            let all = self.columns.iter().zip(cells);
            all.filter(|(c, _)| seen(c))
                .map(|(_, cell)| cell.shown(now))
                .collect()
        };
        (head.collect(), self.rows.iter().map(row).collect())
    }

    /// Comma-separated values by RFC 4180, with a line of names.
    pub(super) fn csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut to = WriterBuilder::new()
            .quote_style(QuoteStyle::Necessary)
            .from_writer(out);
        let seen = |c: &Column| c.whose != For::People;
        to.write_record(self.columns.iter().filter(|c| seen(c)).map(|c| c.key))?;
        for cells in &self.rows {
            let all = self.columns.iter().zip(cells);
            to.write_record(all.filter(|(c, _)| seen(c)).map(|(_, cell)| cell.plain()))?;
        }
        to.flush()
    }
}
