//! One SVG per frame. Cells are whole pixels; every word has its own x, so that no font can shift a column;
//! bars and rules are drawn as geometry, so that they meet.

use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

const W: u32 = 10;
const H: u32 = 20;
const BASE: u32 = 15;
const PAD: u32 = 14;
const BAR: u32 = 30;

/// What a frame is drawn on, where it does not say itself: the ground of its first cell wins.
#[derive(Debug, Clone)]
struct Paper {
    back: String,
    front: &'static str,
    faded: &'static str,
    bar: &'static str,
}

impl Paper {
    fn under(buf: &Buffer) -> Self {
        let ground = buf.content().first().map_or(Color::Reset, |cell| cell.bg);
        let back = hex(ground, "#11151c");
        let light = matches!(ground, Color::Rgb(r, g, b) if u16::from(r) + u16::from(g) + u16::from(b) > 384);
        let (front, faded, bar) = if light {
            ("#1c1c1c", "#6a6a6a", "#e6e8eb")
        } else {
            ("#d5dae3", "#7d8694", "#1b212b")
        };
        Self {
            back,
            front,
            faded,
            bar,
        }
    }
}

/// The frame as a picture of a terminal with `title`, which must be plain text. Pixels per cell: 10×20.
#[must_use]
pub fn svg(buf: &Buffer, title: &str) -> String {
    let paper = Paper::under(buf);
    let mut out = window(buf, title, &paper, "");
    cells(&mut out, buf, &paper);
    out.push_str("</g>\n</svg>\n");
    out
}

/// Frames of one size, each shown for so many seconds, round and round: styles alone, no script. Who wants less motion sees the last.
#[must_use]
pub fn film(frames: &[(Buffer, u32)], title: &str) -> String {
    let Some((first, _)) = frames.first() else {
        return String::new();
    };
    let paper = Paper::under(first);
    let whole: u32 = frames.iter().map(|(_, seconds)| *seconds).sum();
    let mut style = String::from("<style>.f{visibility:hidden}");
    let mut from = 0;
    let last = frames.len().saturating_sub(1);
    for (n, (_, seconds)) in frames.iter().enumerate() {
        let percent = |at: u32| f64::from(at) * 100.0 / f64::from(whole.max(1));
        let (a, b) = (percent(from), percent(from + seconds));
        let _ = write!(
            style,
            "@keyframes k{n}{{0%,{a:.2}%{{visibility:hidden}}{a2:.2}%,{b:.2}%{{visibility:visible}}{b2:.2}%,100%{{visibility:hidden}}}}.k{n}{{animation:k{n} {whole}s step-end infinite}}",
            a2 = a + 0.01,
            b2 = (b + 0.01).min(100.0),
        );
        from += seconds;
    }
    let _ = writeln!(
        style,
        "@media(prefers-reduced-motion:reduce){{.f{{animation:none}}.k{last}{{visibility:visible}}}}</style>"
    );
    let mut out = window(first, title, &paper, &style);
    for (n, (buf, _)) in frames.iter().enumerate() {
        let _ = writeln!(out, r#"<g class="f k{n}">"#);
        cells(&mut out, buf, &paper);
        out.push_str("</g>\n");
    }
    out.push_str("</g>\n</svg>\n");
    out
}

/// The window around the frame, open at its end.
fn window(buf: &Buffer, title: &str, paper: &Paper, style: &str) -> String {
    let area = *buf.area();
    let width = u32::from(area.width) * W + 2 * PAD;
    let height = u32::from(area.height) * H + BAR + PAD;
    format!(
        concat!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img" aria-label="{t}">"#,
            "\n{style}",
            r#"<rect width="{w}" height="{h}" rx="8" fill="{b}"/><rect width="{w}" height="{bar}" rx="8" fill="{top}"/>"#,
            r#"<rect y="20" width="{w}" height="{cut}" fill="{top}"/>"#,
            r##"<circle cx="18" cy="15" r="5" fill="#e0645c"/><circle cx="36" cy="15" r="5" fill="#dcae48"/><circle cx="54" cy="15" r="5" fill="#5cb860"/>"##,
            "\n",
            r#"<g font-family="'DejaVu Sans Mono','JetBrains Mono',Menlo,Consolas,monospace" font-size="16.61">"#,
            "\n",
            r#"<text x="{mid}" y="20" text-anchor="middle" font-size="13" fill="{f}">{t}</text>"#,
            "\n"
        ),
        style = style,
        w = width,
        h = height,
        t = escape(title),
        b = paper.back,
        top = paper.bar,
        bar = BAR,
        cut = BAR - 20,
        mid = width / 2,
        f = paper.faded,
    )
}

fn cells(out: &mut String, buf: &Buffer, paper: &Paper) {
    let across = usize::from(buf.area().width).max(1);
    for (y, row) in buf.content().chunks(across).enumerate() {
        let top = BAR + 4 + u32::try_from(y).unwrap_or(0) * H;
        line(out, row, top, paper);
    }
}

/// What a run of cells has in common.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Look {
    front: String,
    back: Option<String>,
    bold: bool,
    under: bool,
}

impl Look {
    fn of(cell: &Cell, paper: &Paper) -> Self {
        let mut front = hex(cell.fg, paper.front);
        if cell.modifier.contains(Modifier::DIM) && cell.fg == Color::Reset {
            paper.faded.clone_into(&mut front);
        }
        let mut back = (cell.bg != Color::Reset).then(|| hex(cell.bg, &paper.back));
        // What has the colour of the paper is not drawn.
        back = back.filter(|back| *back != paper.back);
        if cell.modifier.contains(Modifier::REVERSED) {
            let ground = back.unwrap_or_else(|| paper.back.clone());
            back = Some(std::mem::replace(&mut front, ground));
        }
        Self {
            front,
            back,
            bold: cell.modifier.contains(Modifier::BOLD),
            under: cell.modifier.contains(Modifier::UNDERLINED),
        }
    }
}

fn line(out: &mut String, row: &[Cell], top: u32, paper: &Paper) {
    // Bars of a table stand apart from those above and below; the columns of a chart meet.
    let slim = row.iter().any(|c| c.symbol() == "░");
    let mut at = 0;
    while let Some(first) = row.get(at) {
        let look = Look::of(first, paper);
        let end = (at..row.len())
            .find(|i| row.get(*i).is_none_or(|c| Look::of(c, paper) != look))
            .unwrap_or(row.len());
        let run = row.get(at..end).unwrap_or_default();
        let left = PAD + u32::try_from(at).unwrap_or(0) * W;
        piece(out, run, &look, (left, top), slim);
        at = end;
    }
}

/// One run: ground, geometry, words.
fn piece(out: &mut String, run: &[Cell], look: &Look, (left, top): (u32, u32), slim: bool) {
    let wide = u32::try_from(run.len()).unwrap_or(0) * W;
    if let Some(back) = &look.back {
        let _ = writeln!(
            out,
            r#"<rect x="{left}" y="{top}" width="{wide}" height="{H}" fill="{back}"/>"#
        );
    }
    let mut words = Words::default();
    let mut x = left;
    let mut covered = 0;
    let mut bar: Option<(Shape, u32, u32)> = None;
    for cell in run {
        let symbol = cell.symbol();
        let shape = if covered > 0 { None } else { Shape::of(symbol) };
        match (&mut bar, shape) {
            (Some((kind, _, width)), Some(now)) if *kind == now && now.joins() => *width += W,
            (open, now) => {
                if let Some((kind, from, width)) = open.take() {
                    kind.draw(out, (from, top, width), &look.front, slim);
                }
                *open = now.map(|kind| (kind, x, W));
            }
        }
        if covered > 0 {
            covered -= 1;
        } else if shape.is_none() {
            words.add(x, symbol);
            covered = symbol.width().saturating_sub(1);
        }
        x += W;
    }
    if let Some((kind, from, width)) = bar {
        kind.draw(out, (from, top, width), &look.front, slim);
    }
    words.draw(out, look, top + BASE);
    if look.under {
        let _ = writeln!(
            out,
            r#"<rect x="{left}" y="{}" width="{wide}" height="1" fill="{}"/>"#,
            top + BASE + 2,
            look.front
        );
    }
}

/// Words, each at its own x: what a font does to the width of a glyph ends with the word.
#[derive(Debug, Default)]
struct Words {
    spans: String,
    word: String,
    from: u32,
    next: u32,
}

impl Words {
    fn add(&mut self, x: u32, symbol: &str) {
        let plain = symbol.is_ascii();
        if symbol == " " || x != self.next || !plain {
            self.end();
        }
        if symbol != " " {
            if self.word.is_empty() {
                self.from = x;
            }
            self.word.push_str(symbol);
            self.next = if plain { x + W } else { 0 };
        }
    }

    fn end(&mut self) {
        if !self.word.is_empty() {
            let word = escape(&self.word);
            let _ = write!(self.spans, r#"<tspan x="{}">{word}</tspan>"#, self.from);
            self.word.clear();
        }
    }

    fn draw(mut self, out: &mut String, look: &Look, y: u32) {
        self.end();
        if self.spans.is_empty() {
            return;
        }
        let weight = if look.bold {
            r#" font-weight="bold""#
        } else {
            ""
        };
        let _ = writeln!(
            out,
            r#"<text y="{y}" fill="{}"{weight}>{}</text>"#,
            look.front, self.spans
        );
    }
}

/// A glyph that is drawn instead of written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// So many eighths of the cell from below.
    Eighths(u32),
    /// The left half, or less.
    Left(u32),
    /// Light shade.
    Shade,
    /// A horizontal rule.
    Rule,
    /// A vertical rule.
    Wall,
    /// A corner: it goes right, it goes down.
    Corner(bool, bool),
}

impl Shape {
    fn of(symbol: &str) -> Option<Self> {
        let c = symbol.chars().next()?;
        Some(match c {
            '▁'..='█' => Self::Eighths(u32::from(c) - 0x2580),
            '▌' => Self::Left(4),
            '▏' => Self::Left(1),
            '░' => Self::Shade,
            '─' => Self::Rule,
            '│' => Self::Wall,
            '┌' => Self::Corner(true, true),
            '┐' => Self::Corner(false, true),
            '└' => Self::Corner(true, false),
            '┘' => Self::Corner(false, false),
            _ => return None,
        })
    }

    /// Neighbours make one shape.
    const fn joins(self) -> bool {
        matches!(self, Self::Eighths(_) | Self::Shade | Self::Rule)
    }

    /// Draws it at x, y with a width.
    fn draw(self, out: &mut String, (x, y, width): (u32, u32, u32), fill: &str, slim: bool) {
        let mut rect = |x: u32, y: u32, w: u32, h: u32, extra: &str| {
            let _ = writeln!(
                out,
                r#"<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{fill}"{extra}/>"#
            );
        };
        match self {
            Self::Eighths(8) if slim => rect(x, y + 3, width, H - 6, ""),
            Self::Eighths(n) => {
                let high = (n * H / 8).max(2);
                rect(x, y + H - high, width, high, "");
            }
            Self::Left(n) => rect(x, y, n * W / 8, H, ""),
            Self::Shade => rect(x, y + 3, width, H - 6, r#" fill-opacity="0.28""#),
            Self::Rule => rect(x, y + H / 2, width, 1, ""),
            Self::Wall => rect(x + W / 2, y, 1, H, ""),
            Self::Corner(right, down) => {
                let from = if right { x + W / 2 } else { x };
                rect(from, y + H / 2, W / 2 + 1, 1, "");
                let top = if down { y + H / 2 } else { y };
                rect(x + W / 2, top, 1, H / 2, "");
            }
        }
    }
}

fn hex(color: Color, reset: &str) -> String {
    match color {
        Color::Red | Color::LightRed => "#f07a72".to_owned(),
        Color::Green | Color::LightGreen => "#7cc77f".to_owned(),
        Color::Yellow | Color::LightYellow => "#e3bd5a".to_owned(),
        Color::Blue | Color::LightBlue => "#7aa7f0".to_owned(),
        Color::Magenta | Color::LightMagenta => "#c98fe0".to_owned(),
        Color::Cyan | Color::LightCyan => "#62c7cf".to_owned(),
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        _ => reset.to_owned(),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
