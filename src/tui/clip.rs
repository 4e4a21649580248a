//! The clipboard of the terminal (OSC 52): it reaches the operator's machine through SSH, and through a multiplexer that lets it.

use base64::{Engine, engine::general_purpose::STANDARD};

/// The longest text: the whole sequence then stays within the 100,000 bytes that terminals take.
pub(crate) const LIMIT: usize = 74_994;
/// What GNU screen takes in one piece.
const PIECE: usize = 250;

/// Between us and the terminal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Between {
    /// tmux.
    pub tmux: bool,
    /// GNU screen.
    pub screen: bool,
    /// A tool of this machine that takes a text on its standard input, when this machine is the operator's own.
    pub native: Option<String>,
}

/// The bytes that put `text` into the clipboard; `None` for one that is too long.
pub(crate) fn sequence(text: &str, between: &Between) -> Option<String> {
    if text.len() > LIMIT {
        return None;
    }
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    Some(match between {
        // tmux takes it for its own buffer where it may (`set-clipboard on`), and hands it on where it may (`allow-passthrough on`).
        Between { tmux: true, .. } => {
            let doubled = plain.replace('\x1b', "\x1b\x1b");
            format!("{plain}\x1bPtmux;{doubled}\x1b\\")
        }
        Between { screen: true, .. } => pieces(&plain),
        _ => plain,
    })
}

/// Through GNU screen: in pieces, each in a string of its own.
fn pieces(plain: &str) -> String {
    let mut out = String::new();
    for piece in plain.as_bytes().chunks(PIECE) {
        out.push_str("\x1bP");
        out.push_str(&String::from_utf8_lossy(piece));
        out.push_str("\x1b\\");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Between, LIMIT, sequence};

    #[test]
    fn ux_78_a_text_goes_out_as_osc_52_and_one_too_long_does_not() {
        let plain = Between::default();
        let sent = sequence("worker-7", &plain).unwrap();
        assert_eq!(sent, "\x1b]52;c;d29ya2VyLTc=\x07");
        let most = sequence(&"x".repeat(LIMIT), &plain).unwrap();
        assert!(most.len() <= 100_000, "{}", most.len());
        assert!(sequence(&"x".repeat(LIMIT + 1), &plain).is_none());
    }

    #[test]
    fn multiplexers_hand_it_on() {
        let tmux = Between {
            tmux: true,
            ..Between::default()
        };
        let sent = sequence("a", &tmux).unwrap();
        assert_eq!(
            sent,
            "\x1b]52;c;YQ==\x07\x1bPtmux;\x1b\x1b]52;c;YQ==\x07\x1b\\"
        );
        let screen = Between {
            screen: true,
            ..Between::default()
        };
        let sent = sequence(&"b".repeat(600), &screen).unwrap();
        let parts: Vec<&str> = sent.split("\x1b\\").collect();
        assert!(parts.len() > 3);
        assert!(parts.iter().all(|p| p.is_empty() || p.starts_with("\x1bP")));
        assert!(parts.iter().all(|p| p.len() < 300));
    }
}
