//! `[ui]`: mouse and motion.

use toml::Value;

/// Its keys here; the others stand with the file.
pub(super) const KEYS: [&str; 2] = ["ui.mouse", "ui.motion"];

/// What the file sets; `None` where it does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UiFile {
    mouse: Option<bool>,
    motion: Option<bool>,
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

    /// Sets one key; `None` for a key that is not known here.
    pub(super) fn set(&mut self, name: &str, value: &Value) -> Option<Result<(), String>> {
        match name {
            "ui.mouse" => {
                self.mouse = value.as_bool();
                let wrong = || format!("`{name}` is true or false; the default stays");
                Some(self.mouse.map(|_| ()).ok_or_else(wrong))
            }
            "ui.motion" => {
                self.motion = match value.as_str() {
                    Some("on") => Some(true),
                    Some("off") => Some(false),
                    _ => None,
                };
                let wrong = || format!("`{name}` is one of on, off; the default stays");
                Some(self.motion.map(|_| ()).ok_or_else(wrong))
            }
            _ => None,
        }
    }
}
