//! One key press.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::fmt;

/// One key press, without what terminals disagree about: a shifted letter is its capital.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chord {
    code: KeyCode,
    control: bool,
}

impl Chord {
    /// Esc.
    pub(crate) const ESC: Self = Self {
        code: KeyCode::Esc,
        control: false,
    };

    /// Reads an event; Alt is left out, and `None` with Super or Meta, which are never bound.
    pub(crate) fn of(key: &KeyEvent) -> Option<Self> {
        let odd = KeyModifiers::SUPER | KeyModifiers::META;
        (!key.modifiers.intersects(odd)).then(|| {
            let shifted_tab =
                key.code == KeyCode::Tab && key.modifiers.contains(KeyModifiers::SHIFT);
            Self {
                code: if shifted_tab {
                    KeyCode::BackTab
                } else {
                    key.code
                },
                control: key.modifiers.contains(KeyModifiers::CONTROL),
            }
        })
    }

    /// The character that it types, when it types one.
    pub(crate) fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if !self.control => Some(c),
            _ => None,
        }
    }

    /// As the file writes it: what [`Chord::parse`] reads.
    pub(super) fn written(self) -> String {
        let named = NAMES.iter().find(|(code, ..)| *code == self.code);
        let Some((_, name, _)) = named else {
            return self.to_string();
        };
        let control = if self.control { "C-" } else { "" };
        format!("{control}{name}")
    }

    /// It is Backspace.
    pub(crate) fn is_backspace(self) -> bool {
        self.code == KeyCode::Backspace
    }

    /// The event that types it.
    #[cfg(test)]
    pub(crate) fn event(self) -> KeyEvent {
        let modifiers = if self.control {
            KeyModifiers::CONTROL
        } else {
            KeyModifiers::NONE
        };
        KeyEvent::new(self.code, modifiers)
    }

    /// Reads `j`, `C-d`, `Enter`, `F1`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (control, name) = match text.strip_prefix("C-") {
            Some(rest) if !rest.is_empty() => (true, rest),
            _ => (false, text),
        };
        let named = NAMES
            .iter()
            .find(|(_, n, _)| *n == name)
            .map(|(code, ..)| *code);
        let code = named.or_else(|| {
            let mut chars = name.chars();
            match (chars.next(), chars.as_str()) {
                (Some(c), "") => Some(KeyCode::Char(c)),
                (Some('F'), digits) => digits.parse().ok().map(KeyCode::F),
                _ => None,
            }
        })?;
        Some(Self { code, control })
    }
}

/// Keys with a name: in the file, and on screen.
const NAMES: &[(KeyCode, &str, &str)] = &[
    (KeyCode::Down, "Down", "↓"),
    (KeyCode::Up, "Up", "↑"),
    (KeyCode::Left, "Left", "←"),
    (KeyCode::Right, "Right", "→"),
    (KeyCode::Enter, "Enter", "Enter"),
    (KeyCode::Esc, "Esc", "Esc"),
    (KeyCode::Tab, "Tab", "Tab"),
    (KeyCode::BackTab, "S-Tab", "S-Tab"),
    (KeyCode::Home, "Home", "Home"),
    (KeyCode::End, "End", "End"),
    (KeyCode::PageDown, "PgDn", "PgDn"),
    (KeyCode::PageUp, "PgUp", "PgUp"),
    (KeyCode::Backspace, "Backspace", "Backspace"),
    (KeyCode::Char(' '), "Space", "Space"),
];

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.control {
            f.write_str("C-")?;
        }
        match NAMES.iter().find(|(code, ..)| *code == self.code) {
            Some((_, _, shown)) => f.write_str(shown),
            None => match self.code {
                KeyCode::Char(c) => write!(f, "{c}"),
                KeyCode::F(n) => write!(f, "F{n}"),
                _ => f.write_str("?"),
            },
        }
    }
}
