//! What is left of a colour on a terminal that shows fewer.

use ratatui::style::Color;

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

/// The 16 by their number.
const ANSI: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

/// Where each hue of 16 colours ends, in degrees.
const HUES: [(f32, Color); 7] = [
    (30.0, Color::Red),
    (75.0, Color::Yellow),
    (165.0, Color::Green),
    (215.0, Color::Cyan),
    (265.0, Color::Blue),
    (330.0, Color::Magenta),
    (360.0, Color::Red),
];

/// The nearest colour that `depth` shows; `None` when it shows none.
///
/// Of 256 it is the nearest of the cube and the greys, which look the same everywhere. Of 16 it is the hue, one of 1 to 6: what those
/// look like is the user's choice, and nobody knows how light they are. A grey becomes the terminal's own foreground.
pub(super) fn reduce(color: Color, depth: Depth) -> Option<Color> {
    let named = |n: u8| ANSI.get(usize::from(n)).copied();
    match (color, depth) {
        (_, Depth::None) => None,
        (Color::Indexed(n), Depth::Ansi) => Some(named(n).unwrap_or_else(|| hue(channels(n)))),
        (Color::Rgb(r, g, b), Depth::Ansi) => Some(hue([r, g, b])),
        (Color::Rgb(r, g, b), Depth::Indexed) => {
            let far = |n: &u8| -> u32 {
                let parts = channels(*n).into_iter().zip([r, g, b]);
                parts.map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
            };
            (16..=255).min_by_key(far).map(Color::Indexed)
        }
        (color, _) => Some(color),
    }
}

/// Red, green and blue of a colour of the cube (16 to 231) or of the greys (232 to 255).
pub(super) fn channels(n: u8) -> [u8; 3] {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    if n >= 232 {
        return [8 + 10 * (n - 232); 3];
    }
    let n = usize::from(n.saturating_sub(16));
    [n / 36, n / 6 % 6, n % 6].map(|at| STEPS.get(at).copied().unwrap_or_default())
}

fn hue(rgb: [u8; 3]) -> Color {
    let [r, g, b] = rgb.map(f32::from);
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    let span = most - least;
    if span < 40.0 {
        return Color::Reset;
    }
    let turned = if r >= most {
        (g - b) / span
    } else if g >= most {
        (b - r) / span + 2.0
    } else {
        (r - g) / span + 4.0
    };
    let degrees = (turned * 60.0).rem_euclid(360.0);
    let found = HUES.iter().find(|(end, _)| degrees < *end);
    found.map_or(Color::Red, |(_, color)| *color)
}
