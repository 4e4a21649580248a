//! The ASCII set: what is drawn with symbols, told with bytes of 0x20 to 0x7E. One pass over a finished frame, so that no view
//! has to know.

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

/// Replaces every cell that is not ASCII.
pub(crate) fn fold(buf: &mut Buffer) {
    let mut covered = 0;
    for cell in &mut buf.content {
        if covered > 0 {
            covered -= 1;
            cell.set_symbol(" ");
            continue;
        }
        let symbol = cell.symbol();
        if symbol.is_ascii() {
            continue;
        }
        covered = symbol.width().saturating_sub(1);
        let plain = ascii(symbol);
        cell.set_symbol(plain);
    }
}

fn ascii(symbol: &str) -> &'static str {
    match symbol {
        "▸" | "→" | "≥" | "⟩" => ">",
        "←" | "⟨" => "<",
        "◦" | "·" | "▁" => ".",
        "✗" | "×" => "x",
        "✓" | "┌" | "┐" | "└" | "┘" | "┤" => "+",
        "»" | "▌" => "*",
        "─" | "░" | "▄" | "—" | "–" => "-",
        "│" | "▏" => "|",
        "█" | "▇" | "▆" => "#",
        "▅" => "=",
        "▂" | "▃" => "_",
        "…" | "≈" => "~",
        "↓" | "▾" => "v",
        "↑" | "▴" => "^",
        "⏎" => "$",
        _ => "?",
    }
}
