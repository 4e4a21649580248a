//! The bytes of a frame: collected, and written at once.

use super::links::Shared;
use crossterm::{cursor, queue, terminal};
use ratatui::{
    backend::{Backend, ClearType, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
    style::{Color, Modifier, Style},
};
use std::{
    io::{self, Write},
    sync::Arc,
};
use unicode_width::UnicodeWidthStr;

/// A backend that collects a frame and writes it at once, inside a synchronized update. Writes nothing when nothing changed.
#[derive(Debug)]
pub(crate) struct Framed<W: Write> {
    out: W,
    frame: Vec<u8>,
    /// The cursor as it is on screen.
    cursor: Option<bool>,
    /// Where it will stand.
    at: Option<Position>,
    /// Where cells lead.
    links: Shared,
}

impl<W: Write> Framed<W> {
    /// Writes to `out`.
    #[cfg(test)]
    pub(crate) fn new(out: W) -> Self {
        Self::linked(out, Shared::default())
    }

    /// Writes to `out`, with these links.
    pub(crate) const fn linked(out: W, links: Shared) -> Self {
        Self {
            out,
            frame: Vec::new(),
            cursor: None,
            at: None,
            links,
        }
    }

    /// Cells that changed, with as few bytes as it takes: one style where it changes, a short step over what stays.
    fn cells<'a>(&mut self, content: impl Iterator<Item = (u16, u16, &'a Cell)>) -> io::Result<()> {
        let mut at: Option<(u16, u16)> = None;
        let mut style = Style::default();
        let links = self.links.get();
        let mut link = None;
        for (x, y, cell) in content {
            let to = links.of(cell);
            if to != link {
                self.link(to)?;
                link = to;
            }
            match at {
                Some((next, row)) if row == y && next == x => {}
                Some((next, row)) if row == y && next < x => {
                    write!(self.frame, "\x1b[{}C", x - next)?;
                }
                _ => queue!(self.frame, cursor::MoveTo(x, y))?,
            }
            let now = Style {
                underline_color: None,
                ..cell.style()
            };
            if now != style {
                self.sgr(cell)?;
                style = now;
            }
            let symbol = cell.symbol();
            self.frame.extend_from_slice(symbol.as_bytes());
            // Terminals may disagree about the width of anything but a single cell.
            at = (symbol.width() == 1).then(|| (x + 1, y));
        }
        if link.is_some() {
            self.link(None)?;
        }
        if style != Style::default() {
            self.frame.extend_from_slice(b"\x1b[0m");
        }
        Ok(())
    }

    /// Cells lead there from here on (OSC 8); nowhere without one. Parts of one link have one name.
    fn link(&mut self, to: Option<(u32, &Arc<str>)>) -> io::Result<()> {
        match to {
            Some((number, target)) => write!(self.frame, "\x1b]8;id=sw{number:x};{target}\x1b\\"),
            None => write!(self.frame, "\x1b]8;;\x1b\\"),
        }
    }

    /// The whole style of a cell, in the codes of 16 colours wherever those are meant.
    fn sgr(&mut self, cell: &Cell) -> io::Result<()> {
        self.frame.extend_from_slice(b"\x1b[0");
        for (modifier, code) in [
            (Modifier::BOLD, 1),
            (Modifier::DIM, 2),
            (Modifier::ITALIC, 3),
            (Modifier::UNDERLINED, 4),
            (Modifier::REVERSED, 7),
        ] {
            if cell.modifier.contains(modifier) {
                write!(self.frame, ";{code}")?;
            }
        }
        for (color, base) in [(cell.fg, 30u8), (cell.bg, 40)] {
            match color {
                Color::Reset => {}
                Color::Indexed(n) => write!(self.frame, ";{};5;{n}", base + 8)?,
                Color::Rgb(r, g, b) => write!(self.frame, ";{};2;{r};{g};{b}", base + 8)?,
                named => write!(self.frame, ";{}", base + ansi(named))?,
            }
        }
        self.frame.push(b'm');
        Ok(())
    }
}

impl<W: Write> Backend for Framed<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.at = None;
        self.cells(content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.cursor != Some(false) {
            self.cursor = Some(false);
            queue!(self.frame, cursor::Hide)?;
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.cursor != Some(true) {
            self.cursor = Some(true);
            queue!(self.frame, cursor::Show)?;
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.at.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.at != Some(position) {
            self.at = Some(position);
            queue!(self.frame, cursor::MoveTo(position.x, position.y))?;
        }
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        // Whoever clears does not know what is on screen: the cursor is set anew, too.
        (self.cursor, self.at) = (None, None);
        let what = match clear_type {
            ClearType::All => terminal::ClearType::All,
            ClearType::AfterCursor => terminal::ClearType::FromCursorDown,
            ClearType::BeforeCursor => terminal::ClearType::FromCursorUp,
            ClearType::CurrentLine => terminal::ClearType::CurrentLine,
            ClearType::UntilNewLine => terminal::ClearType::UntilNewLine,
        };
        queue!(self.frame, terminal::Clear(what))
    }

    fn size(&self) -> io::Result<Size> {
        let (width, height) = terminal::size()?;
        Ok(Size { width, height })
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size()?,
            pixels: Size::default(),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        let mut whole = Vec::with_capacity(self.frame.len() + 16);
        queue!(whole, terminal::BeginSynchronizedUpdate)?;
        whole.append(&mut self.frame);
        queue!(whole, terminal::EndSynchronizedUpdate)?;
        self.out.write_all(&whole)?;
        self.out.flush()
    }
}

/// Offset of a named colour from the code of black.
const fn ansi(color: Color) -> u8 {
    match color {
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 60,
        Color::LightRed => 61,
        Color::LightGreen => 62,
        Color::LightYellow => 63,
        Color::LightBlue => 64,
        Color::LightMagenta => 65,
        Color::LightCyan => 66,
        Color::White => 67,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
