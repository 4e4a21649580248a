//! `[ui]`: mouse, motion, and what is used of the terminal.

use toml::Value;

/// Its keys here; the others stand with the file.
pub(super) const KEYS: [&str; 4] = ["ui.mouse", "ui.motion", "ui.links", "ui.query"];

/// What the file sets; `None` where it does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UiFile {
    mouse: Option<bool>,
    motion: Option<bool>,
    /// `None` for `auto`, too.
    links: Option<bool>,
    query: Option<bool>,
}

impl UiFile {
    /// The mouse is ours from the start, unless it was forbidden.
    pub(super) fn mouse(&self, forbidden: bool) -> bool {
        !forbidden && self.mouse.unwrap_or(true)
    }

    /// Small charts go along with time.
    pub(super) fn motion(&self) -> bool {
        self.motion.unwrap_or(true)
    }

    /// Links are written, unless the terminal decides.
    pub(super) fn links(&self) -> Option<bool> {
        self.links
    }

    /// The terminal is asked whatever lies between.
    pub(super) fn query(&self) -> bool {
        self.query.unwrap_or(false)
    }

    /// Sets one key; `None` for a key that is not known here.
    pub(super) fn set(&mut self, name: &str, value: &Value) -> Option<Result<(), String>> {
        match name {
            "ui.mouse" => {
                self.mouse = value.as_bool();
                let wrong = || format!("`{name}` is true or false; the default stays");
                Some(self.mouse.map(|_| ()).ok_or_else(wrong))
            }
            "ui.motion" => {
                self.motion = switch(value);
                let wrong = || format!("`{name}` is one of on, off; the default stays");
                Some(self.motion.map(|_| ()).ok_or_else(wrong))
            }
            "ui.links" => {
                self.links = switch(value);
                let known = self.links.is_some() || value.as_str() == Some("auto");
                let wrong = || format!("`{name}` is one of auto, on, off; the default stays");
                Some(known.then_some(()).ok_or_else(wrong))
            }
            "ui.query" => {
                self.query = value.as_bool();
                let wrong = || format!("`{name}` is true or false; the default stays");
                Some(self.query.map(|_| ()).ok_or_else(wrong))
            }
            _ => None,
        }
    }
}

/// `on` or `off`.
fn switch(value: &Value) -> Option<bool> {
    match value.as_str() {
        Some("on") => Some(true),
        Some("off") => Some(false),
        _ => None,
    }
}
