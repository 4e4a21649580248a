//! Changes keys of one section in the text of a configuration: comments, order and everything else stay as they are.

use toml::{Table, Value};

/// A line that changes: as it was, and as it is.
pub type Edit = (Option<String>, Option<String>);

/// Sets keys of `section`, or removes them where the value is `None`. Gives the new text and the lines that changed; none when it says so
/// already. Lines keep how they end, and new ones end as the first does. The text is read again before it is given: it says what was asked for, and of everything else what it said before.
///
/// # Errors
/// In words: the text is not TOML, or is written in a way that cannot be changed line by line.
pub fn edit(
    raw: &str,
    section: &str,
    keys: &[(&str, Option<String>)],
) -> Result<(String, Vec<Edit>), String> {
    let before: Table = raw
        .parse()
        .map_err(|_| "the configuration is not TOML".to_owned())?;
    let mut wanted = before.clone();
    let inner = wanted
        .entry(section)
        .or_insert_with(|| Value::Table(Table::new()))
        .as_table_mut()
        .ok_or_else(|| format!("`{section}` is no section"))?;
    let (mut lines, end) = lines(raw);
    let mut edits = Vec::new();
    for (key, value) in keys {
        let now = inner.get(*key).and_then(Value::as_str).map(str::to_owned);
        let number = inner
            .get(*key)
            .and_then(Value::as_integer)
            .map(|n| n.to_string());
        match value {
            Some(value) if now.as_ref().or(number.as_ref()) == Some(value) => {}
            Some(value) => {
                let shown = written(value);
                put(
                    &mut lines,
                    section,
                    (key, &shown.to_string()),
                    end,
                    &mut edits,
                );
                inner.insert((*key).to_owned(), shown);
            }
            None if inner.remove(*key).is_some() => {
                if let Some(at) = find(&lines, section, key) {
                    edits.push((Some(lines.remove(at)), None));
                }
            }
            None => {}
        }
    }
    if edits.is_empty() {
        return Ok((raw.to_owned(), edits));
    }
    let mut text = lines.join("\n");
    text.push('\n');
    for line in edits.iter_mut().flat_map(|(old, new)| [old, new]).flatten() {
        line.truncate(line.trim_end_matches('\r').len());
    }
    if text.parse::<Table>().ok().as_ref() != Some(&wanted) {
        return Err(format!(
            "`[{section}]` is written in a way that this program does not change; set {} by hand",
            keys.iter()
                .map(|(key, _)| *key)
                .collect::<Vec<_>>()
                .join(", ")
        ));
    }
    Ok((text, edits))
}

/// The lines without their breaks, but with the `\r` of a break that has one; and what new ones end with.
fn lines(raw: &str) -> (Vec<String>, &'static str) {
    let mut lines: Vec<String> = raw.split('\n').map(str::to_owned).collect();
    let end = match lines.first() {
        Some(first) if lines.len() > 1 && first.ends_with('\r') => "\r",
        _ => "",
    };
    match lines.pop() {
        // The last line has no break yet.
        Some(last) if !last.is_empty() => lines.push(last + end),
        _ => {}
    }
    (lines, end)
}

/// A number where it is one, else a text.
fn written(value: &str) -> Value {
    value
        .parse()
        .map_or_else(|_| Value::String(value.to_owned()), Value::Integer)
}

/// The section that a line opens.
fn opened(line: &str) -> Option<&str> {
    let inner = line.trim_start().strip_prefix('[')?;
    Some(inner.split(']').next()?.trim())
}

/// The line of a key.
fn find(lines: &[String], section: &str, key: &str) -> Option<usize> {
    let mut inside = false;
    lines.iter().position(|line| {
        if let Some(opened) = opened(line) {
            inside = opened == section;
        }
        let name = line.split_once('=').map(|(name, _)| name.trim());
        inside && name == Some(key)
    })
}

/// Sets a key: in its line, else below the head of its section, else in a section of its own at the end.
fn put(
    lines: &mut Vec<String>,
    section: &str,
    (key, value): (&str, &str),
    end: &str,
    edits: &mut Vec<Edit>,
) {
    if let Some(line) = find(lines, section, key).and_then(|at| lines.get_mut(at)) {
        let indent: String = line.chars().take_while(|c| c.is_whitespace()).collect();
        let bare = line.trim_end_matches('\r');
        let end = line.get(bare.len()..).unwrap_or_default();
        let comment = comment(bare).map(|c| format!("  {c}")).unwrap_or_default();
        let new = format!("{indent}{key} = {value}{comment}{end}");
        edits.push((Some(std::mem::replace(line, new.clone())), Some(new)));
        return;
    }
    let new = format!("{key} = {value}{end}");
    let head = lines.iter().position(|line| opened(line) == Some(section));
    let at = if let Some(head) = head {
        // Behind what stands together below the head.
        let block = lines.iter().skip(head + 1);
        let ends = |line: &&String| line.trim().is_empty() || opened(line).is_some();
        head + 1 + block.take_while(|line| !ends(line)).count()
    } else {
        for line in [end.to_owned(), format!("[{section}]{end}")] {
            if !(line == end && lines.is_empty()) {
                edits.push((None, Some(line.clone())));
                lines.push(line);
            }
        }
        lines.len()
    };
    edits.push((None, Some(new.clone())));
    lines.insert(at, new);
}

/// What follows the value of a line.
fn comment(line: &str) -> Option<&str> {
    let mut quote = None;
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (None, '#') => return line.get(at..),
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::edit;

    fn fixed(raw: &str) -> Result<String, String> {
        let keys = [
            ("detector", Some("fixed".to_owned())),
            ("fixed_silent", Some("120s".to_owned())),
            ("phi", None),
        ];
        edit(raw, "watchdog", &keys).map(|(text, _)| text)
    }

    #[test]
    fn comments_order_and_everything_else_stay() {
        let raw = "# mine\n[ui]\ntheme = \"dark\" # it is night\n\n[watchdog]   # look\n  detector = \"adaptive\"   # was \"fixed\"\nphi = 7\nstall = \"20m\"\n[watchdog.team.a]\ndetector = \"fixed\"\n";
        let wanted = "# mine\n[ui]\ntheme = \"dark\" # it is night\n\n[watchdog]   # look\n  detector = \"fixed\"  # was \"fixed\"\nstall = \"20m\"\nfixed_silent = \"120s\"\n[watchdog.team.a]\ndetector = \"fixed\"\n";
        assert_eq!(fixed(raw).unwrap(), wanted);
        assert_eq!(fixed(wanted).unwrap(), wanted);
        let (_, edits) = edit(wanted, "watchdog", &[("detector", Some("fixed".into()))]).unwrap();
        assert!(edits.is_empty());
    }

    #[test]
    fn lines_end_as_they_did() {
        let raw = "[ui]\r\ntheme = \"dark\"\r\n\r\n[watchdog]\r\ndetector = \"adaptive\"   # mine\r\nphi = 7\r\n";
        let wanted = "[ui]\r\ntheme = \"dark\"\r\n\r\n[watchdog]\r\ndetector = \"fixed\"  # mine\r\nfixed_silent = \"120s\"\r\n";
        assert_eq!(fixed(raw).unwrap(), wanted);
        let made = fixed("[ui]\r\ntheme = \"dark\"").unwrap();
        assert_eq!(
            made,
            "[ui]\r\ntheme = \"dark\"\r\n\r\n[watchdog]\r\ndetector = \"fixed\"\r\nfixed_silent = \"120s\"\r\n"
        );
        let (_, edits) = edit(raw, "watchdog", &[("phi", None)]).unwrap();
        assert_eq!(edits, [(Some("phi = 7".to_owned()), None)]);
    }

    #[test]
    fn a_section_that_is_not_there_is_made() {
        let made = "[watchdog]\ndetector = \"fixed\"\nfixed_silent = \"120s\"\n";
        assert_eq!(fixed("").unwrap(), made);
        let raw = "[ui]\nstart = \"tasks\"";
        assert!(
            fixed(raw)
                .unwrap()
                .starts_with("[ui]\nstart = \"tasks\"\n\n[watchdog]\n")
        );
    }

    #[test]
    fn what_cannot_be_changed_line_by_line_is_left_as_it_is() {
        for raw in [
            "watchdog = { detector = \"adaptive\" }\n",
            "watchdog.detector = \"adaptive\"\n",
            "[ui]\nnote = \"\"\"\n[watchdog]\ndetector = 1\n\"\"\"\n[watchdog]\n",
            "[watchdog\n",
        ] {
            assert!(fixed(raw).is_err(), "{raw}");
        }
    }
}
