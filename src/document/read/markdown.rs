//! Markdown as a flat list of blocks with lines: what a heading, an item, a paragraph, a table row says, emphasis removed.
//! The parser gives events, no tree; nesting costs a counter.

use super::{aside, paths, remark};
use crate::domain::claim::Remark;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::{ops::Range, rc::Rc};

/// A line of plain text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// Not neutralised yet.
    pub(super) text: String,
    /// From 1.
    pub(super) at: u32,
    /// Bytes of it that are struck through.
    struck: usize,
}

impl Line {
    /// A whole line.
    pub(super) fn new(text: &str, at: u32) -> Self {
        Self {
            text: text.to_owned(),
            at,
            struck: 0,
        }
    }

    /// Nothing of it stands.
    pub(super) fn is_struck(&self) -> bool {
        self.struck > 0 && self.struck * 10 >= self.text.trim().len() * 8
    }
}

/// What a block is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    /// Level 1 to 6.
    Heading(u8),
    /// Depth from 1, and the box before it.
    Item(u8, Option<bool>),
    /// Also further paragraphs of an item.
    Paragraph,
    /// A row below this header; the lines are its cells.
    Row(Rc<Vec<String>>),
    /// Code in this language, line by line.
    Fence(String),
    /// A line across the page.
    Rule,
    /// What a person wrote between note markers.
    Note,
}

/// A piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// What it is.
    pub(super) shape: Shape,
    /// At least one.
    pub(super) lines: Vec<Line>,
}

impl Block {
    /// Line of its start, from 1.
    pub(super) fn line(&self) -> u32 {
        self.lines.first().map_or(0, |l| l.at)
    }

    /// All of it as one text.
    pub(super) fn text(&self) -> String {
        let texts: Vec<&str> = self.lines.iter().map(|l| l.text.trim()).collect();
        texts.join(" ").trim().to_owned()
    }

    /// Nothing of it stands.
    pub(super) fn is_struck(&self) -> bool {
        self.lines.iter().all(Line::is_struck)
    }
}

struct Walk<'a> {
    starts: Vec<usize>,
    blocks: Vec<Block>,
    remarks: &'a mut Vec<Remark>,
    now: Option<Block>,
    depth: u8,
    item: Option<u32>,
    struck: u32,
    cells: Option<Vec<Line>>,
    header: Rc<Vec<String>>,
    /// Where the link leads, and how much text stood before it.
    link: Option<(String, usize)>,
    html: bool,
}

/// The blocks of a document, in order. O(length) for everything that people write.
pub(super) fn blocks(text: &str, remarks: &mut Vec<Remark>) -> Vec<Block> {
    let mut walk = Walk {
        starts: std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect(),
        blocks: Vec::new(),
        remarks,
        now: None,
        depth: 0,
        item: None,
        struck: 0,
        cells: None,
        header: Rc::default(),
        link: None,
        html: false,
    };
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
    let mut found = Vec::new();
    let body = aside::notes(&aside::front(text, &mut found), &mut found, walk.remarks);
    for (event, range) in Parser::new_ext(&body, options).into_offset_iter() {
        walk.event(event, &range);
    }
    walk.flush();
    found.append(&mut walk.blocks);
    found
}

impl Walk<'_> {
    fn line_of(&self, offset: usize) -> u32 {
        let line = self.starts.partition_point(|start| *start <= offset);
        u32::try_from(line).unwrap_or(u32::MAX)
    }

    fn begin(&mut self, shape: Shape, offset: usize) {
        self.flush();
        let line = self.line_of(offset);
        self.now = Some(Block {
            shape,
            lines: vec![Line {
                at: line,
                ..Line::default()
            }],
        });
    }

    fn flush(&mut self) {
        let Some(mut block) = self.now.take() else {
            return;
        };
        let fence = matches!(block.shape, Shape::Fence(_));
        block.lines.retain(|l| fence || !l.text.trim().is_empty());
        if !block.lines.is_empty() {
            self.blocks.push(block);
        }
    }

    fn push(&mut self, text: &str, offset: usize) {
        let line = self.line_of(offset);
        if self.cells.is_none() && self.now.is_none() {
            let shape = match self.item.take() {
                Some(_) => Shape::Item(self.depth, None),
                None => Shape::Paragraph,
            };
            self.begin(shape, offset);
        }
        let lines = match (&mut self.cells, &mut self.now) {
            (Some(cells), _) => cells,
            (None, Some(block)) => &mut block.lines,
            (None, None) => return,
        };
        if let Some(last) = lines.last_mut() {
            if last.text.is_empty() {
                last.at = line;
            }
            last.text.push_str(text);
            if self.struck > 0 {
                last.struck += text.len();
            }
        }
    }

    fn new_line(&mut self, offset: usize) {
        let line = self.line_of(offset);
        if self.cells.is_some() {
            self.push(" ", offset);
        } else if let Some(block) = &mut self.now {
            block.lines.push(Line {
                at: line.saturating_add(1),
                ..Line::default()
            });
        }
    }

    fn event(&mut self, event: Event<'_>, range: &Range<usize>) {
        let at = range.start;
        match event {
            Event::Start(tag) => self.start(tag, at),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text, at),
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.push(&text, at);
            }
            Event::SoftBreak | Event::HardBreak => self.new_line(at),
            Event::InlineHtml(html) if html.starts_with("<!--") => {}
            Event::InlineHtml(html) if html.to_ascii_lowercase().starts_with("<br") => {
                self.new_line(at);
            }
            Event::InlineHtml(html) => self.push(&html, at),
            Event::Html(html) => self.html(&html, at),
            Event::TaskListMarker(done) => {
                if self.now.is_none() {
                    self.begin(Shape::Item(self.depth, Some(done)), at);
                    self.item = None;
                } else if let Some(Block {
                    shape: Shape::Item(_, ticked),
                    ..
                }) = &mut self.now
                {
                    *ticked = Some(done);
                }
            }
            Event::Rule => self.rule(at),
            Event::FootnoteReference(_) => {}
        }
    }

    fn text(&mut self, text: &str, at: usize) {
        if !matches!(
            &self.now,
            Some(Block {
                shape: Shape::Fence(_),
                ..
            })
        ) {
            return self.push(text, at);
        }
        let mut offset = at;
        for piece in text.split_inclusive('\n') {
            self.push(piece.trim_end_matches('\n'), offset);
            if piece.ends_with('\n') {
                self.new_line(offset);
            }
            offset += piece.len();
        }
    }

    fn start(&mut self, tag: Tag<'_>, at: usize) {
        match tag {
            Tag::Heading { level, .. } => {
                self.item = None;
                self.begin(Shape::Heading(rank(level)), at);
            }
            Tag::Paragraph => {
                let shape = match self.item.take() {
                    Some(_) => Shape::Item(self.depth, None),
                    None => Shape::Paragraph,
                };
                self.begin(shape, at);
            }
            Tag::List(_) => {
                self.flush();
                self.depth = self.depth.saturating_add(1);
            }
            Tag::Item => {
                self.flush();
                self.item = Some(self.line_of(at));
            }
            Tag::CodeBlock(kind) => {
                self.item = None;
                let language = match kind {
                    CodeBlockKind::Fenced(name) => name.trim().to_ascii_lowercase(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.begin(Shape::Fence(language), at);
            }
            Tag::TableHead | Tag::TableRow => {
                self.flush();
                self.cells = Some(Vec::new());
            }
            Tag::TableCell => {
                let line = self.line_of(at);
                if let Some(cells) = &mut self.cells {
                    cells.push(Line {
                        at: line,
                        ..Line::default()
                    });
                }
            }
            Tag::Strikethrough => self.struck += 1,
            Tag::Link { dest_url, .. } => {
                self.link = Some((dest_url.into_string(), self.written()));
            }
            Tag::HtmlBlock => self.html = false,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) | TagEnd::Paragraph | TagEnd::CodeBlock => self.flush(),
            TagEnd::Item => {
                self.flush();
                self.item = None;
            }
            TagEnd::List(_) => {
                self.flush();
                self.depth = self.depth.saturating_sub(1);
            }
            TagEnd::TableHead => {
                let cells = self.cells.take().unwrap_or_default();
                self.header = Rc::new(
                    cells
                        .into_iter()
                        .map(|c| c.text.trim().to_owned())
                        .collect(),
                );
            }
            TagEnd::TableRow => {
                let lines = self.cells.take().unwrap_or_default();
                if lines.iter().any(|c| !c.text.trim().is_empty()) {
                    let shape = Shape::Row(Rc::clone(&self.header));
                    self.blocks.push(Block { shape, lines });
                }
            }
            TagEnd::Link => self.linked(),
            TagEnd::Strikethrough => self.struck = self.struck.saturating_sub(1),
            _ => {}
        }
    }

    fn last(&mut self) -> Option<&mut Line> {
        match (&mut self.cells, &mut self.now) {
            (Some(cells), _) => cells.last_mut(),
            (None, Some(block)) => block.lines.last_mut(),
            (None, None) => None,
        }
    }

    fn written(&mut self) -> usize {
        self.last().map_or(0, |l| l.text.len())
    }

    /// A link to a file of the repository under another name says the file, too.
    fn linked(&mut self) {
        let Some((target, from)) = self.link.take() else {
            return;
        };
        let mut files = Vec::new();
        paths::files(&target, &mut files);
        if let (Some(file), Some(line)) = (files.first(), self.last())
            && !line
                .text
                .get(from..)
                .is_none_or(|said| said.contains(&**file))
        {
            line.text.push_str(" (");
            line.text.push_str(file);
            line.text.push(')');
        }
    }

    fn rule(&mut self, at: usize) {
        self.flush();
        let at = self.line_of(at);
        self.blocks.push(Block {
            shape: Shape::Rule,
            lines: vec![Line {
                at,
                ..Line::default()
            }],
        });
    }

    /// A block of HTML is not read.
    fn html(&mut self, html: &str, at: usize) {
        let trimmed = html.trim_start();
        if !self.html && !trimmed.starts_with("<!--") && !trimmed.is_empty() {
            let line = self.line_of(at);
            self.remarks.push(remark(
                &format!("HTML, not read: {}", trimmed.trim_end()),
                line,
            ));
        }
        self.html = true;
    }
}

const fn rank(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
