//! A theme as it is written: a value for every token.

use super::Role;
use crate::domain::{spelling::nearest, text};
use ratatui::style::{Color, Modifier, Style};
use std::{collections::BTreeMap, fmt, ops::Range};
use toml::{Spanned, Value};

/// The shipped themes: name, what it is, text. The first is what everything falls back to.
const SHIPPED: [(&str, &str, &str); 7] = [
    (
        "term",
        "the terminal's own colours",
        include_str!("../../../assets/themes/term.toml"),
    ),
    (
        "dark",
        "24 bit, dark background",
        include_str!("../../../assets/themes/dark.toml"),
    ),
    (
        "light",
        "24 bit, light background",
        include_str!("../../../assets/themes/light.toml"),
    ),
    (
        "cb",
        "for colour-blind eyes, dark background",
        include_str!("../../../assets/themes/cb.toml"),
    ),
    (
        "cb-light",
        "for colour-blind eyes, light background",
        include_str!("../../../assets/themes/cb-light.toml"),
    ),
    (
        "contrast",
        "at least 7:1 on black",
        include_str!("../../../assets/themes/contrast.toml"),
    ),
    (
        "mono",
        "no colour: bold, underline, reverse",
        include_str!("../../../assets/themes/mono.toml"),
    ),
];

/// What is painted behind everything; empty for the terminal's own.
const BACKGROUND: &str = "background";

/// The shipped theme that missing tokens come from; `term` without it.
const INHERIT: &str = "inherit";

/// Words that a value may hold beside `#rrggbb` and 0-255.
const WORDS: [&str; 22] = [
    "bold",
    "dim",
    "italic",
    "underline",
    "reverse",
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "gray",
    "darkgray",
    "lightred",
    "lightgreen",
    "lightyellow",
    "lightblue",
    "lightmagenta",
    "lightcyan",
    "white",
    "reset",
];

/// A theme as it is written: every token with its value, those that it inherits included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Palette(BTreeMap<&'static str, String>);

/// The shipped themes as they are written.
#[cfg(test)]
pub(super) fn texts() -> impl Iterator<Item = (&'static str, &'static str)> {
    SHIPPED.iter().map(|(name, _, text)| (*name, *text))
}

/// Every token there is.
fn tokens() -> impl Iterator<Item = &'static str> {
    let roles = Role::ALL.iter().map(|(_, token)| *token);
    [BACKGROUND].into_iter().chain(roles)
}

impl Palette {
    /// Name of every shipped theme and what it is.
    pub fn shipped() -> impl Iterator<Item = (&'static str, &'static str)> {
        SHIPPED.iter().map(|(name, what, _)| (*name, *what))
    }

    /// The shipped theme called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let (_, _, text) = SHIPPED.iter().find(|(own, _, _)| *own == name)?;
        Some(Self::read(text).0)
    }

    /// Reads a theme. A token that is missing or does not read is inherited; what is wrong comes as sentences with the line,
    /// neutralised. Never fails.
    #[must_use]
    pub fn read(raw: &str) -> (Self, Vec<String>) {
        let mut wrong = Vec::new();
        let mut given: BTreeMap<String, Spanned<Value>> = match toml::from_str(raw) {
            Ok(given) => given,
            Err(error) => {
                let at = error.span().map_or(1, |span| line(raw, &span));
                let why = error.message().to_owned();
                wrong.push((at, format!("not TOML, and ignored: {why}")));
                BTreeMap::new()
            }
        };
        let mut palette = match given.remove(INHERIT) {
            None => Self::default(),
            Some(from) => from
                .get_ref()
                .as_str()
                .and_then(|name| SHIPPED.iter().find(|(own, _, _)| *own == name))
                .map_or_else(
                    || {
                        let known: Vec<&str> = Self::shipped().map(|(name, _)| name).collect();
                        let known = known.join(", ");
                        let why = format!("`inherit` is one of {known}; `term` is taken");
                        wrong.push((line(raw, &from.span()), why));
                        Self::default()
                    },
                    |(_, _, text)| Self::read(text).0,
                ),
        };
        for (token, value) in given {
            if let Err(why) = palette.set(&token, value.get_ref()) {
                wrong.push((line(raw, &value.span()), why));
            }
        }
        wrong.sort();
        let sentence = |(at, why): (usize, String)| format!("line {at}: {}", text::line(&why));
        (palette, wrong.into_iter().map(sentence).collect())
    }

    fn set(&mut self, token: &str, value: &Value) -> Result<(), String> {
        let Some(known) = tokens().find(|known| *known == token) else {
            let like = nearest(token, tokens().chain([INHERIT])).unwrap_or_default();
            return Err(format!("unknown token `{token}`; the nearest is `{like}`"));
        };
        let value = match value {
            Value::String(value) => value.clone(),
            Value::Integer(n) => n.to_string(),
            _ => {
                return Err(format!(
                    "`{token}` is a text such as \"red bold\", or a number; it is inherited"
                ));
            }
        };
        let read = style(&value).map_err(|word| {
            let lower = word.to_lowercase();
            let like = match nearest(&lower, WORDS) {
                Some(like) if lower.starts_with(char::is_alphabetic) => {
                    format!("; the nearest is `{like}`")
                }
                _ => String::new(),
            };
            format!(
                "`{token}`: `{word}` is no colour (a name, 0-255, #rrggbb) and no modifier{like}; it is inherited"
            )
        })?;
        if known == BACKGROUND && !read.add_modifier.is_empty() {
            return Err(format!("`{token}` is one colour; it is inherited"));
        }
        self.0.insert(known, value);
        Ok(())
    }

    /// What is written for a role, in all colours.
    pub(super) fn style(&self, role: Role) -> Style {
        let token = Role::ALL.get(role as usize).map(|(_, token)| *token);
        let value = token.and_then(|token| self.0.get(token));
        value
            .and_then(|value| style(value).ok())
            .unwrap_or_default()
    }

    /// What is painted behind everything; `None` for the terminal's own.
    pub(super) fn background(&self) -> Option<Color> {
        let painted = style(self.0.get(BACKGROUND)?).ok()?.fg?;
        (painted != Color::Reset).then_some(painted)
    }
}

/// `term`, what everything falls back to.
impl Default for Palette {
    fn default() -> Self {
        let [(_, _, text), ..] = SHIPPED;
        let said: BTreeMap<String, String> = toml::from_str(text).unwrap_or_default();
        let value = |token| said.get(token).cloned().unwrap_or_default();
        Self(tokens().map(|token| (token, value(token))).collect())
    }
}

/// TOML that reads as the same theme.
impl fmt::Display for Palette {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for token in tokens() {
            let value = self.0.get(token).map_or("", String::as_str);
            writeln!(f, "{token} = {}", Value::String(value.to_owned()))?;
        }
        Ok(())
    }
}

/// Line of a place, from 1.
fn line(raw: &str, at: &Range<usize>) -> usize {
    let before = raw.as_bytes().get(..at.start).unwrap_or_default();
    before.split(|b| *b == b'\n').count()
}

/// Reads `red bold`; the word that is none is the error.
fn style(text: &str) -> Result<Style, &str> {
    text.split_whitespace()
        .try_fold(Style::new(), |style, word| {
            Ok(match word {
                "bold" => style.add_modifier(Modifier::BOLD),
                "dim" => style.add_modifier(Modifier::DIM),
                "italic" => style.add_modifier(Modifier::ITALIC),
                "underline" => style.add_modifier(Modifier::UNDERLINED),
                "reverse" => style.add_modifier(Modifier::REVERSED),
                color => style.fg(color.parse().map_err(|_| color)?),
            })
        })
}
