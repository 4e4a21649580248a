//! Markdown as a flat list of blocks with lines: what a heading, an item, a paragraph, a table row says, emphasis removed.
//! The parser gives events, no tree; nesting costs a counter.

use super::remark;
use crate::domain::claim::Remark;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::{ops::Range, rc::Rc};

/// A line of plain text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// Not neutralised yet.
    pub(super) text: String,
    /// From 1.
    pub(super) line: u32,
    /// Bytes of it that are struck through.
    struck: usize,
}

impl Line {
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
        self.lines.first().map_or(0, |l| l.line)
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

/// Markers between which a person writes.
pub(in crate::document) const NOTES_BEGIN: &str = "<!-- notes:begin";
/// The end of [`NOTES_BEGIN`].
pub(in crate::document) const NOTES_END: &str = "<!-- notes:end";

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
    notes: bool,
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
        notes: false,
        html: false,
    };
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
    let body = walk.front(text);
    for (event, range) in Parser::new_ext(&body, options).into_offset_iter() {
        walk.event(event, &range);
    }
    walk.flush();
    walk.blocks
}

impl Walk<'_> {
    fn line_of(&self, offset: usize) -> u32 {
        let line = self.starts.partition_point(|start| *start <= offset);
        u32::try_from(line).unwrap_or(u32::MAX)
    }

    /// Front matter becomes a block of YAML; blank lines stay in its place.
    fn front(&mut self, text: &str) -> String {
        let front = text
            .strip_prefix("---\n")
            .and_then(|rest| Some((rest, rest.find("\n---\n")?)))
            .and_then(|(rest, end)| rest.split_at_checked(end + 5))
            .filter(|(head, _)| !head.starts_with('\n'));
        let Some((head, rest)) = front else {
            return text.to_owned();
        };
        let lines = head.trim_end_matches("---\n").lines().zip(2..);
        self.blocks.push(Block {
            shape: Shape::Fence("yaml".to_owned()),
            lines: lines
                .map(|(text, line)| Line {
                    text: text.to_owned(),
                    line,
                    struck: 0,
                })
                .collect(),
        });
        // Offsets stay what they were: every byte but the line breaks becomes a blank.
        let blank: String = head
            .bytes()
            .map(|b| if b == b'\n' { '\n' } else { ' ' })
            .collect();
        format!("   \n{blank}{rest}")
    }

    fn begin(&mut self, shape: Shape, offset: usize) {
        self.flush();
        let line = self.line_of(offset);
        self.now = Some(Block {
            shape,
            lines: vec![Line {
                line,
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
        if self.notes {
            block.shape = Shape::Note;
        }
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
                last.line = line;
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
                line: line.saturating_add(1),
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
                self.push(&text, at)
            }
            Event::SoftBreak | Event::HardBreak => self.new_line(at),
            Event::InlineHtml(html) if html.starts_with("<!--") => {}
            Event::InlineHtml(html) if html.to_ascii_lowercase().starts_with("<br") => {
                self.new_line(at)
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
            Event::FootnoteReference(_) | Event::Rule => {}
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
                        line,
                        ..Line::default()
                    });
                }
            }
            Tag::Strikethrough => self.struck += 1,
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
                    let shape = match self.notes {
                        true => Shape::Note,
                        false => Shape::Row(Rc::clone(&self.header)),
                    };
                    self.blocks.push(Block { shape, lines });
                }
            }
            TagEnd::Strikethrough => self.struck = self.struck.saturating_sub(1),
            _ => {}
        }
    }

    /// A block of HTML is not read. Comments are looked at only for the markers of notes.
    fn html(&mut self, html: &str, at: usize) {
        let trimmed = html.trim_start();
        if trimmed.starts_with(NOTES_BEGIN) {
            self.flush();
            self.notes = true;
        } else if trimmed.starts_with(NOTES_END) {
            self.flush();
            self.notes = false;
        } else if !self.html && !trimmed.starts_with("<!--") && !trimmed.is_empty() {
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
