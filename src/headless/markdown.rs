//! Foreign text in Markdown: it says what it says and does nothing.

/// Escapes what would be a table, a tag, a link, emphasis, a mention, or a line of its own.
#[must_use]
pub(super) fn escape(text: &str) -> String {
    // A forge makes links of addresses; these it does not see.
    let text = text
        .replace("://", ":\u{200b}//")
        .replace("www.", "www\u{200b}.");
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '#' | '~' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A mention calls somebody.
            '@' => out.push_str("@\u{200b}"),
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
