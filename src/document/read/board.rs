//! Tables of tasks: a column for the id, one for what it is, and what else there may be.

use super::{
    fields::{Reader, Said},
    limits,
    markdown::{Block, Line, Shape},
    pair, paths, slots, words,
};
use crate::domain::claim::{BoardTask, Document};
use std::sync::Arc;

/// Where a table keeps what. Columns by number.
struct Columns {
    id: usize,
    title: usize,
    status: Option<usize>,
    owner: Option<usize>,
    depends: Option<usize>,
    deliverable: Option<usize>,
}

/// Reads a board: the fields before its first section, and every table of tasks. O(length).
pub(super) fn read(blocks: &[Block], document: &mut Document) {
    let mut reader = Reader::default();
    let head = blocks
        .iter()
        .take_while(|b| !matches!(b.shape, Shape::Heading(2..)));
    for block in head {
        for said in reader.block(block) {
            if let Said::Field {
                key, value, line, ..
            }
            | Said::Listed {
                key, value, line, ..
            } = said
            {
                slots::keep(&mut document.head, &key, &value, line);
            }
        }
    }
    tables(blocks, document, false);
}

/// Reads the tables of tasks alone, those that have a status. O(length).
pub(super) fn read_tables(blocks: &[Block], document: &mut Document) {
    tables(blocks, document, true);
}

fn tables(blocks: &[Block], document: &mut Document, with_status: bool) {
    for block in blocks {
        let Shape::Row(header) = &block.shape else {
            continue;
        };
        let Some(columns) = Columns::of(header).filter(|c| !with_status || c.status.is_some())
        else {
            continue;
        };
        if let Some(task) = columns.task(&block.lines)
            && document.tasks.len() < limits::TASKS
        {
            document.tasks.push(task);
        }
    }
}

impl Columns {
    fn of(header: &[String]) -> Option<Self> {
        let names: Vec<String> = header.iter().map(|h| pair::norm(h)).collect();
        let find = |wanted: &[&str]| names.iter().position(|n| wanted.contains(&n.as_str()));
        Some(Self {
            id: find(&["id", "task id", "no", "nr", "number"])?,
            title: find(&["task", "title", "name", "description", "what", "summary"])?,
            status: find(&["status", "state"]),
            owner: find(&[
                "owner",
                "assignee",
                "assigned to",
                "claimed by",
                "agent",
                "worker",
                "session",
            ]),
            depends: find(&[
                "dependencies",
                "depends on",
                "depends",
                "deps",
                "blocked by",
                "requires",
            ]),
            deliverable: find(&["deliverable", "deliverables", "output", "file", "files"]),
        })
    }

    fn task(&self, cells: &[Line]) -> Option<BoardTask> {
        let cell = |n: usize| cells.get(n).map_or("", |c| c.text.trim());
        let some = |n: Option<usize>| n.map(cell).filter(|c| !words::is_none(c));
        let clean = |text: &str| -> Arc<str> { limits::clean(text, limits::VALUE).into() };
        let id = cell(self.id);
        if words::is_none(id) {
            return None;
        }
        let status = self.status.map_or("", cell);
        let mut files = Vec::new();
        paths::files(some(self.deliverable).unwrap_or_default(), &mut files);
        let deliverable = files.into_iter().next().map(|f| clean(&f)).or_else(|| {
            some(self.deliverable)
                .filter(|d| !d.starts_with('/'))
                .map(clean)
        });
        Some(BoardTask {
            id: clean(id),
            title: clean(cell(self.title)),
            state: words::state(status),
            status: clean(status),
            owner: some(self.owner).map(clean),
            depends_on: some(self.depends)
                .into_iter()
                .flat_map(|d| d.split([',', ';']))
                .map(str::trim)
                .filter(|d| !d.is_empty())
                .take(limits::LIST)
                .map(clean)
                .collect(),
            deliverable,
            line: cells.first().map_or(0, |c| c.at),
        })
    }
}
