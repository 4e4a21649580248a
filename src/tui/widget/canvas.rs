//! A buffer with a theme: text by role, cut by cells, never outside its place.

use super::Strip;
use crate::{
    domain::text,
    tui::{
        links::Links,
        theme::{Role, Theme},
    },
};
use ratatui::{buffer::Buffer, layout::Rect, style::Style};
use unicode_width::UnicodeWidthStr;

/// Width of a text in cells.
pub(crate) fn cells(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// A buffer that is drawn on by role.
#[derive(Debug)]
pub(crate) struct Canvas<'a> {
    buf: &'a mut Buffer,
    theme: &'a Theme,
    /// `None` where there are none.
    links: Option<Links>,
}

impl<'a> Canvas<'a> {
    /// Draws on `buf` with the styles of `theme`, on its background.
    pub(crate) fn new(buf: &'a mut Buffer, theme: &'a Theme) -> Self {
        buf.set_style(*buf.area(), theme.ground());
        Self {
            buf,
            theme,
            links: None,
        }
    }

    /// Keeps where things lead.
    pub(crate) fn linking(mut self, on: bool) -> Self {
        self.links = on.then(Links::default);
        self
    }

    /// Where its cells lead.
    pub(crate) fn links(self) -> Links {
        self.links.unwrap_or_default()
    }

    /// Makes the first line of `place` lead to `target`.
    pub(crate) fn lead(&mut self, place: Rect, target: &str) {
        if let (Some(row), Some(links)) = (self.clip(place), &mut self.links) {
            links.lead(self.buf, row, target);
        }
    }

    /// Writes a whole text, as far as it fits: addresses in it lead to what they name, also where they are cut.
    pub(crate) fn tell(&mut self, place: Rect, text: &str, role: Role) -> u16 {
        let used = self.put(place, text, role);
        if self.links.is_some() && text.contains("://") {
            for (range, target) in text::links(text) {
                let before = cells(text.get(..range.start).unwrap_or_default());
                let width = cells(text.get(range).unwrap_or_default());
                let rest = shift(
                    Rect {
                        width: used,
                        ..place
                    },
                    before,
                );
                let width = width.min(rest.width);
                self.lead(Rect { width, ..rest }, &target);
            }
        }
        used
    }

    /// The first line of `place`, as far as it lies on the buffer.
    fn clip(&self, place: Rect) -> Option<Rect> {
        let row = Rect {
            height: place.height.min(1),
            ..place
        };
        let seen = row.intersection(*self.buf.area());
        (!seen.is_empty()).then_some(seen)
    }

    /// Writes on the first line of `place`, cut to its width; returns the cells used.
    pub(crate) fn put(&mut self, place: Rect, text: &str, role: Role) -> u16 {
        // What stood there keeps nothing of its own.
        let style = self.theme.fresh(role);
        let Some(row) = self.clip(place) else {
            return 0;
        };
        let shown = text::fit(text, usize::from(row.width));
        let (end, _) = self
            .buf
            .set_stringn(row.x, row.y, &shown, usize::from(row.width), style);
        end.saturating_sub(row.x)
    }

    /// Writes the parts one after the other; returns the cells used.
    pub(crate) fn strip(&mut self, place: Rect, strip: &Strip) -> u16 {
        let mut used = 0;
        for (text, role, target) in strip.parts() {
            let rest = shift(place, used);
            if rest.width == 0 {
                break;
            }
            let width = self.put(rest, text, role);
            if let Some(target) = target {
                self.lead(Rect { width, ..rest }, target);
            }
            used += width;
        }
        used
    }

    /// Writes the parts so that they end where `place` ends; nothing when they do not fit.
    pub(crate) fn strip_right(&mut self, place: Rect, strip: &Strip) {
        let width = strip.width();
        if width <= place.width {
            self.strip(shift(place, place.width - width), strip);
        }
    }

    /// Writes one text so that it ends where `place` ends.
    pub(crate) fn put_right(&mut self, place: Rect, text: &str, role: Role) {
        let lead = place.width.saturating_sub(cells(text));
        self.put(shift(place, lead), text, role);
    }

    /// A heading with a rule behind it: `─ TITLE ────`.
    pub(crate) fn rule(&mut self, place: Rect, title: &Strip) {
        self.put(place, &"─".repeat(usize::from(place.width)), Role::Border);
        if title.is_empty() {
            return;
        }
        let head = Strip::of(" ", Role::Border)
            .join(title.clone())
            .add(" ", Role::Border);
        let room = place.width.saturating_sub(3);
        self.strip(
            Rect {
                width: room,
                ..shift(place, 1)
            },
            &head,
        );
    }

    /// A vertical rule down the first column of `place`.
    pub(crate) fn wall(&mut self, place: Rect) {
        for y in place.top()..place.bottom() {
            let cell = Rect {
                y,
                width: 1,
                height: 1,
                ..place
            };
            self.put(cell, "│", Role::Border);
        }
    }

    /// A frame around `place`; what was there is erased.
    pub(crate) fn frame(&mut self, place: Rect, title: &Strip) {
        let area = *self.buf.area();
        let place = place.intersection(area);
        // One blank column on each side, so that it stands apart from what is below.
        let left = place.x.saturating_sub(1).max(area.x);
        self.clear(Rect {
            x: left,
            width: place.right().saturating_add(1).saturating_sub(left),
            ..place
        });
        if place.width < 2 || place.height < 2 {
            return;
        }
        let inner = usize::from(place.width - 2);
        let line = |left, right| format!("{left}{}{right}", "─".repeat(inner));
        self.put(place, &line("┌", "┐"), Role::Border);
        let bottom = Rect {
            y: place.bottom() - 1,
            ..place
        };
        self.put(bottom, &line("└", "┘"), Role::Border);
        for y in place.top() + 1..place.bottom() - 1 {
            for x in [place.left(), place.right() - 1] {
                self.put(Rect::new(x, y, 1, 1), "│", Role::Border);
            }
        }
        let head = Rect {
            width: place.width.saturating_sub(4),
            ..shift(place, 2)
        };
        let title = Strip::of(" ", Role::Border)
            .join(title.clone())
            .add(" ", Role::Border);
        self.strip(head, &title);
    }

    /// Erases a place.
    pub(crate) fn clear(&mut self, place: Rect) {
        let place = place.intersection(*self.buf.area());
        for y in place.top()..place.bottom() {
            for x in place.left()..place.right() {
                if let Some(cell) = self.buf.cell_mut((x, y)) {
                    cell.reset();
                    cell.set_style(self.theme.ground());
                }
            }
        }
    }

    /// Marks a line as the selected one: `▌` and the select style over what stands there.
    pub(crate) fn select(&mut self, place: Rect) {
        let Some(row) = self.clip(place) else { return };
        // One even bar: the words on it say what their colours said.
        let style = self.bar_style();
        self.buf.set_style(shift(row, 1), style);
        self.put(Rect { width: 1, ..row }, "▌", Role::Accent);
    }

    /// Of what is selected; what leads somewhere still does.
    fn bar_style(&self) -> Style {
        Style {
            underline_color: None,
            ..self.theme.fresh(Role::Select)
        }
    }

    /// Marks a part of a line as the selected one: one even bar.
    pub(crate) fn lift(&mut self, place: Rect) {
        let Some(row) = self.clip(place) else { return };
        self.buf.set_style(row, self.bar_style());
    }

    /// Adds the style of `role` to what stands there.
    pub(crate) fn tint(&mut self, place: Rect, role: Role) {
        let Some(row) = self.clip(place) else { return };
        self.buf.set_style(row, self.theme.style(role));
    }

    /// A bar that is full by `done` of `of`; one cell at least when `done` is not zero.
    pub(crate) fn bar(&mut self, place: Rect, done: u64, of: u64, role: Role) {
        let full = share(done, of, place.width);
        let text = "█".repeat(usize::from(full));
        self.put(place, &text, role);
        let rest = "░".repeat(usize::from(place.width - full));
        self.put(shift(place, full), &rest, Role::BarEmpty);
    }
}

/// How many of `width` cells are full; neither 0 nor all of them unless that is exact.
fn share(done: u64, of: u64, width: u16) -> u16 {
    let wide = u64::from(width);
    if of == 0 || done == 0 || width == 0 {
        return 0;
    }
    if done >= of {
        return width;
    }
    let full = (done.saturating_mul(wide) + of / 2) / of;
    u16::try_from(full.clamp(1, wide.saturating_sub(1).max(1))).unwrap_or(width)
}

/// `place` without its first `by` columns.
fn shift(place: Rect, by: u16) -> Rect {
    let by = by.min(place.width);
    Rect {
        x: place.x.saturating_add(by),
        width: place.width - by,
        ..place
    }
}

/// Lines of a place, handed out from the top.
#[derive(Debug)]
pub(crate) struct Rows(Rect);

impl Rows {
    /// The lines of `place`.
    pub(crate) fn of(place: Rect) -> Self {
        Self(place)
    }

    /// The next line; empty when there is none.
    pub(crate) fn line(&mut self) -> Rect {
        self.take(1)
    }

    /// The next `n` lines, or as many as there are.
    pub(crate) fn take(&mut self, n: u16) -> Rect {
        let n = n.min(self.0.height);
        let taken = Rect {
            height: n,
            ..self.0
        };
        self.0.y = self.0.y.saturating_add(n);
        self.0.height -= n;
        taken
    }

    /// Cells across.
    pub(crate) const fn width(&self) -> u16 {
        self.0.width
    }

    /// Lines that are left.
    pub(crate) fn left(&self) -> u16 {
        self.0.height
    }

    /// What is left.
    pub(crate) fn rest(self) -> Rect {
        self.0
    }
}
