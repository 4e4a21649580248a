//! An answer that comes when nobody waits for it any more, as the parser of keys reads it: Alt-], characters, and an end.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tokio::time::Instant;

/// What every answer begins with, after its `]`.
const HEAD: &str = "11;rgb";
/// An answer is no longer than this.
const LONGEST: usize = 40;

/// Takes the answer out of what is typed. What turns out to be none is handed on as it was.
#[derive(Debug, Default)]
pub(crate) struct Late {
    /// Until when one is waited for; `None` once it came, and where nobody was asked.
    until: Option<Instant>,
    /// The last was Escape: an answer may have been cut there.
    escaped: bool,
    /// What may be an answer: the events, and what they say after the `]`.
    held: Vec<Event>,
    said: Option<String>,
    /// It came; only the last character of its end may be missing.
    ending: bool,
}

impl Late {
    /// After so much was heard in time.
    pub(super) fn after(heard: &[u8], until: Instant) -> Self {
        let heard = String::from_utf8_lossy(heard);
        let cut = heard.strip_suffix('\x1b');
        let said = cut.unwrap_or(&heard).rsplit_once("\x1b]");
        let said = said.map(|(_, said)| said).filter(|said| begins(said));
        if cut.is_some() && said.is_some_and(|said| said.len() > HEAD.len()) {
            return Self {
                ending: true,
                ..Self::default()
            };
        }
        Self {
            until: Some(until),
            escaped: cut.is_some(),
            said: said.map(str::to_owned),
            ..Self::default()
        }
    }

    /// What is to be handed on now that `event` came.
    pub(crate) fn pass(&mut self, event: Event, now: Instant) -> Vec<Event> {
        if std::mem::take(&mut self.ending) && typed(&event) == Some('\\') {
            return Vec::new();
        }
        if self.until.is_none_or(|until| now > until) {
            self.until = None;
            return self.release(event);
        }
        let Event::Key(key) = &event else {
            return vec![event];
        };
        let escaped = std::mem::replace(&mut self.escaped, key.code == KeyCode::Esc);
        let Some(said) = &mut self.said else {
            let begun = is_alt(key, ']') || (escaped && typed(&event) == Some(']'));
            if !begun {
                return vec![event];
            }
            self.said = Some(String::new());
            self.held.push(event);
            return Vec::new();
        };
        let whole = said.len() > HEAD.len();
        if whole && (is_alt(key, '\\') || is_bell(key) || key.code == KeyCode::Esc) {
            let ending = key.code == KeyCode::Esc;
            *self = Self {
                ending,
                ..Self::default()
            };
            return Vec::new();
        }
        if let Some(c) = typed(&event) {
            said.push(c);
            if begins(said) {
                self.held.push(event);
                return Vec::new();
            }
        }
        self.release(event)
    }

    /// What was held is none.
    fn release(&mut self, event: Event) -> Vec<Event> {
        self.said = None;
        let mut out = std::mem::take(&mut self.held);
        out.push(event);
        out
    }
}

/// An answer may begin so.
fn begins(said: &str) -> bool {
    match said.strip_prefix(HEAD) {
        None => HEAD.starts_with(said),
        Some(rest) => {
            let digits = rest.strip_prefix('a').unwrap_or(rest);
            let fits = |c: char| c.is_ascii_hexdigit() || matches!(c, '/' | ':');
            said.len() <= LONGEST && digits.chars().all(fits)
        }
    }
}

/// The character of a key that is pressed alone.
fn typed(event: &Event) -> Option<char> {
    match event {
        Event::Key(KeyEvent {
            code: KeyCode::Char(c),
            modifiers: KeyModifiers::NONE | KeyModifiers::SHIFT,
            ..
        }) => Some(*c),
        _ => None,
    }
}

fn is_alt(key: &KeyEvent, c: char) -> bool {
    key.code == KeyCode::Char(c) && key.modifiers == KeyModifiers::ALT
}

/// BEL, as the parser reads it.
fn is_bell(key: &KeyEvent) -> bool {
    key.code == KeyCode::Char('g') && key.modifiers == KeyModifiers::CONTROL
}
