//! What a view lists as plain values, whatever the columns on screen: for the clipboard and for files. Times are RFC 3339, text is neutralised.

mod rows;

use serde_json::{Map, Value};
use std::fmt::Write as _;

/// Rows of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sheet {
    /// `workers`, `tasks`, ….
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [&'static str],
    pub(crate) rows: Vec<Vec<String>>,
    /// The selected row.
    pub(crate) selected: Option<usize>,
}

impl Sheet {
    fn row(&self) -> Option<&Vec<String>> {
        self.rows.get(self.selected?)
    }

    /// The selected row with tabs between its values; a tab in a value is a blank.
    pub(crate) fn tsv(&self) -> Option<String> {
        let plain = |value: &String| value.replace(['\t', '\n', '\r'], " ");
        let row: Vec<String> = self.row()?.iter().map(plain).collect();
        Some(row.join("\t"))
    }

    /// The selected row as one JSON object.
    pub(crate) fn json_row(&self) -> Option<String> {
        Some(self.object(self.row()?).to_string())
    }

    fn object(&self, row: &[String]) -> Value {
        let pairs = self.columns.iter().zip(row);
        let pairs = pairs.map(|(name, value)| {
            let value = if value.is_empty() {
                Value::Null
            } else {
                Value::String(value.clone())
            };
            ((*name).to_owned(), value)
        });
        Value::Object(pairs.collect::<Map<_, _>>())
    }

    /// Every row, as an array of objects.
    pub(crate) fn json(&self) -> String {
        let all = self.rows.iter().map(|row| self.object(row)).collect();
        format!("{:#}\n", Value::Array(all))
    }

    /// Every row, with a line of headings. A value that a spreadsheet would take for a formula begins with a quote.
    pub(crate) fn csv(&self) -> String {
        let mut out = csv::Writer::from_writer(Vec::new());
        // Into memory: nothing can fail.
        let _ = out.write_record(self.columns);
        for row in &self.rows {
            let _ = out.write_record(row.iter().map(|value| harmless(value)));
        }
        let bytes = out.into_inner().unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Every row as a table.
    pub(crate) fn markdown(&self) -> String {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let heads = self.columns.iter().map(|c| (*c).to_owned()).collect();
        let mut out = format!("## {}\n\n{}", self.name, line(heads));
        out.push_str(&line(vec!["---".to_owned(); self.columns.len()]));
        for row in &self.rows {
            out.push_str(&line(row.iter().map(|v| escaped(v)).collect()));
        }
        out
    }

    /// The selected row as a list of what is known of it.
    pub(crate) fn report(&self) -> Option<String> {
        let row = self.row()?;
        let head = row.first().map_or_else(String::new, |v| escaped(v));
        let mut out = format!("### {} {head}\n\n", self.name);
        for (name, value) in self.columns.iter().zip(row).filter(|(_, v)| !v.is_empty()) {
            let _ = writeln!(out, "- {name}: {}", escaped(value));
        }
        Some(out)
    }
}

/// Not a formula.
fn harmless(value: &str) -> String {
    if value.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{value}")
    } else {
        value.to_owned()
    }
}

/// Text in a cell of a table in Markdown: no markup, no mention of anybody.
fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '|' | '`' | '<' | '>' | '[' | ']' | '*' | '_' | '#' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '@' => out.push_str("@\u{200b}"),
            '\n' | '\r' | '\t' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
