//! How things look. Views name a [`Role`], never a colour; colours stand in `assets/themes` and are read here and nowhere else.

use ratatui::style::{Color, Modifier, Style};
use std::collections::BTreeMap;

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Depth {
    /// None: bold, underline and reverse only.
    None,
    /// The 16 ANSI colours.
    #[default]
    Ansi,
    /// 256.
    Indexed,
    /// 24 bit.
    True,
}

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// What a piece of text means.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Role { $($(#[$doc])* $name),+ }

        impl Role {
            /// Every role, in order of declaration.
            pub(crate) const ALL: &[(Self, &'static str)] = &[$((Self::$name, $text)),+];
        }
    };
}

roles!(
    /// Ordinary text.
    Text = "text",
    /// Beside the point.
    Dim = "dim",
    /// Headings.
    Title = "title",
    /// Rules and frames.
    Border = "border",
    /// The mark of the selected row, the current tab.
    Accent = "accent",
    /// Good.
    Ok = "ok",
    /// Look at it.
    Warn = "warn",
    /// Act.
    Crit = "crit",
    /// Worth knowing.
    Info = "info",
    /// Held, waiting.
    Hold = "hold",
    /// Nothing to judge by.
    Unknown = "unknown",
    /// Selected row.
    Select = "select",
    /// What a filter matched.
    Match = "match",
    /// A key that works.
    Key = "key",
    /// A key that does not work now.
    KeyOff = "key_off",
    /// Full part of a bar.
    BarFill = "bar_fill",
    /// Empty part of a bar.
    BarEmpty = "bar_empty",
    /// Small charts.
    Spark = "spark",
    /// Data is live.
    Live = "header_live",
    /// Data is old.
    Stale = "header_stale",
    /// Data is gone.
    Off = "header_off",
    /// Data is not of now.
    Replay = "header_replay",
    /// Read only.
    ReadOnly = "ro",
);

/// A style for every role.
#[derive(Debug, Clone)]
pub(crate) struct Theme([Style; Role::ALL.len()]);

impl Theme {
    /// The theme called `name`, reduced to `depth`; an unknown name gives `term`.
    pub(crate) fn named(name: &str, depth: Depth) -> Self {
        let text = match name {
            "mono" => include_str!("../../assets/themes/mono.toml"),
            _ => TERM,
        };
        Self::parse(text, depth)
    }

    /// Reads a theme. What is missing or does not read comes from `term`.
    fn parse(text: &str, depth: Depth) -> Self {
        let base: BTreeMap<String, String> = toml::from_str(TERM).unwrap_or_default();
        let own: BTreeMap<String, String> = toml::from_str(text).unwrap_or_default();
        let mut styles = [Style::new(); Role::ALL.len()];
        for (slot, (_, token)) in styles.iter_mut().zip(Role::ALL) {
            let read = |from: &BTreeMap<String, String>| style(from.get(*token)?, depth);
            *slot = read(&own).or_else(|| read(&base)).unwrap_or_default();
        }
        Self(styles)
    }

    /// The style of a role.
    pub(crate) fn style(&self, role: Role) -> Style {
        self.0.get(role as usize).copied().unwrap_or_default()
    }
}

const TERM: &str = include_str!("../../assets/themes/term.toml");

/// Reads `red bold`; `None` when a word is unknown.
fn style(text: &str, depth: Depth) -> Option<Style> {
    text.split_whitespace()
        .try_fold(Style::new(), |style, word| {
            Some(match word {
                "bold" => style.add_modifier(Modifier::BOLD),
                "dim" => style.add_modifier(Modifier::DIM),
                "italic" => style.add_modifier(Modifier::ITALIC),
                "underline" => style.add_modifier(Modifier::UNDERLINED),
                "reverse" => style.add_modifier(Modifier::REVERSED),
                color => match reduce(color.parse().ok()?, depth) {
                    Some(color) => style.fg(color),
                    None => style,
                },
            })
        })
}

/// The nearest colour that `depth` shows; `None` when it shows none.
fn reduce(color: Color, depth: Depth) -> Option<Color> {
    match (color, depth) {
        (_, Depth::None) => None,
        (Color::Rgb(r, g, b), Depth::Indexed) => {
            let step = |c: u8| (u16::from(c) * 5 + 127) / 255;
            let index = 16 + 36 * step(r) + 6 * step(g) + step(b);
            Some(Color::Indexed(u8::try_from(index).unwrap_or(15)))
        }
        (Color::Rgb(r, g, b), Depth::Ansi) => {
            let half = r.max(g).max(b) / 2;
            Some(match (r > half, g > half, b > half) {
                (true, true, false) => Color::Yellow,
                (true, false, false) => Color::Red,
                (true, false, true) => Color::Magenta,
                (false, true, false) => Color::Green,
                (false, false, true) => Color::Blue,
                (false, true, true) => Color::Cyan,
                _ => Color::Reset,
            })
        }
        (color, _) => Some(color),
    }
}

#[cfg(test)]
mod tests;
