//! What the terminal is, as far as its environment says, and what is used of it.

use super::{Colours, Env};

/// Name of the theme that goes by the background of the terminal.
pub const AUTO: &str = "auto";

/// Terminals that show links, as they name themselves in `TERM_PROGRAM`.
const PROGRAMS: [&str; 5] = ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper"];
/// The same in `TERM`; a dash begins a variant.
const NAMES: [&str; 6] = [
    "xterm-kitty",
    "foot",
    "alacritty",
    "wezterm",
    "ghostty",
    "xterm-ghostty",
];
/// First version of VTE with links that do not bring it down, as it writes it.
const VTE: u32 = 5_000;

/// What the environment says of the terminal. Handed in, so that tests need none.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// `TERM_PROGRAM`.
    pub program: Option<String>,
    /// `VTE_VERSION`.
    pub vte: Option<u32>,
    /// `WT_SESSION` or `KONSOLE_VERSION` is set.
    pub named: bool,
    /// `TMUX` or `STY` is set: a multiplexer lies between.
    pub between: bool,
}

impl Surroundings {
    /// Takes what matters from the environment.
    #[must_use]
    pub fn read(var: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name| var(name).is_some_and(|value| !value.is_empty());
        Self {
            program: var("TERM_PROGRAM"),
            vte: var("VTE_VERSION").and_then(|n| n.parse().ok()),
            named: set("WT_SESSION") || set("KONSOLE_VERSION"),
            between: set("TMUX") || set("STY"),
        }
    }

    /// A multiplexer is the terminal, or lies between.
    fn is_multiplexed(&self, term: &str) -> bool {
        self.between || term.starts_with("screen") || term.starts_with("tmux")
    }

    /// The terminal is known to show links.
    fn shows_links(&self, term: Option<&str>) -> bool {
        let term = term.unwrap_or_default();
        if self.is_multiplexed(term) || is_plain(term) {
            return false;
        }
        let name = |known: &str| {
            let rest = term.strip_prefix(known);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let program = self.program.as_deref().unwrap_or_default();
        self.named
            || PROGRAMS.contains(&program)
            || NAMES.iter().any(|known| name(known))
            || self.vte.is_some_and(|version| version >= VTE)
    }

    /// The terminal may be asked.
    fn may_be_asked(&self, term: Option<&str>, ssh: bool, always: bool) -> bool {
        let term = term.unwrap_or_default();
        !is_plain(term) && (always || !(ssh || self.is_multiplexed(term)))
    }
}

impl Env {
    /// The terminal is known to show links. What a terminal is not known to do it is not given.
    pub(super) fn shows_links(&self) -> bool {
        self.surroundings.shows_links(self.term.as_deref())
    }

    /// The terminal may be asked for its background: its answer does not come late. `always` asks over a line and through a multiplexer,
    /// too.
    pub(super) fn may_be_asked(&self, always: bool) -> bool {
        let term = self.term.as_deref();
        self.surroundings.may_be_asked(term, self.ssh, always)
    }

    /// A set of symbols is ASCII here.
    pub(super) fn is_ascii(&self, symbols: &str) -> bool {
        match symbols {
            "ascii" => true,
            "unicode" => false,
            _ => !self.is_utf8(),
        }
    }

    /// Colours that a theme has here, as they were asked for on the command line.
    pub(super) fn colours(&self, given: Option<bool>, theme: &str) -> Colours {
        if given.unwrap_or_else(|| self.wants_colour()) && theme != "mono" {
            self.depth()
        } else {
            Colours::None
        }
    }

    fn wants_colour(&self) -> bool {
        let set = |v: &Option<String>| v.as_deref().is_some_and(|v| !v.is_empty());
        if set(&self.no_color) {
            return false;
        }
        if self
            .force_color
            .as_deref()
            .is_some_and(|v| !v.is_empty() && v != "0")
        {
            return true;
        }
        self.clicolor.as_deref() != Some("0") && self.term.as_deref() != Some("dumb")
    }

    fn depth(&self) -> Colours {
        match (self.colorterm.as_deref(), self.term.as_deref()) {
            (Some("truecolor" | "24bit"), _) => Colours::True,
            (_, Some(term)) if term.ends_with("-256color") => Colours::Indexed,
            _ => Colours::Ansi,
        }
    }

    fn is_utf8(&self) -> bool {
        let plain = matches!(self.term.as_deref(), Some("linux" | "dumb"));
        let locale = self
            .locale
            .as_deref()
            .unwrap_or_default()
            .to_ascii_lowercase();
        !plain && (locale.contains("utf-8") || locale.contains("utf8"))
    }
}

/// It shows what it does not know as text, or says nothing of itself.
fn is_plain(term: &str) -> bool {
    matches!(term, "" | "dumb" | "linux")
}

#[cfg(test)]
mod tests {
    use super::Surroundings;

    fn with(vars: &[(&str, &str)]) -> Surroundings {
        Surroundings::read(|name| {
            let found = vars.iter().find(|(n, _)| *n == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn links_go_to_terminals_that_are_known_to_show_them() {
        let shown = |term: &str, vars: &[(&str, &str)]| with(vars).shows_links(Some(term));
        for term in ["xterm-kitty", "foot", "foot-direct", "alacritty", "wezterm"] {
            assert!(shown(term, &[]), "{term}");
            assert!(
                !shown(term, &[("TMUX", "/tmp/tmux-0/default,1,0")]),
                "{term}"
            );
        }
        for var in [
            ("TERM_PROGRAM", "iTerm.app"),
            ("TERM_PROGRAM", "vscode"),
            ("VTE_VERSION", "7600"),
            ("WT_SESSION", "0a-1b"),
            ("KONSOLE_VERSION", "230800"),
        ] {
            assert!(shown("xterm-256color", &[var]), "{var:?}");
            for term in ["screen-256color", "tmux-256color", "linux", "dumb", ""] {
                assert!(!shown(term, &[var]), "{var:?} {term}");
            }
        }
        for var in [("VTE_VERSION", "4205"), ("TERM_PROGRAM", "Apple_Terminal")] {
            assert!(!shown("xterm-256color", &[var]), "{var:?}");
        }
        assert!(!shown("footer", &[]));
    }

    #[test]
    fn nobody_is_asked_who_may_answer_late() {
        let asked = |term: &str, ssh: bool, always: bool, vars: &[(&str, &str)]| {
            with(vars).may_be_asked(Some(term), ssh, always)
        };
        assert!(asked("xterm-256color", false, false, &[]));
        assert!(!asked("xterm-256color", true, false, &[]));
        assert!(!asked("xterm-256color", false, false, &[("STY", "1.pts")]));
        assert!(!asked("tmux-256color", false, false, &[]));
        assert!(asked("tmux-256color", true, true, &[("TMUX", "x")]));
        assert!(!asked("linux", false, true, &[]));
    }
}
