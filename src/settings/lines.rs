//! On which line a key stands.

use std::collections::BTreeMap;
use toml::de::{DeTable, DeValue};

/// Line of every key, from 1, by the names of its tables and its own with dots between; nothing for a text that is not TOML.
pub(super) fn lines(raw: &str) -> BTreeMap<String, usize> {
    let mut out = BTreeMap::new();
    let breaks: Vec<usize> = raw.match_indices('\n').map(|(at, _)| at).collect();
    if let Ok(table) = DeTable::parse(raw) {
        walk(table.get_ref(), "", &breaks, &mut out);
    }
    out
}

fn walk(table: &DeTable<'_>, above: &str, breaks: &[usize], out: &mut BTreeMap<String, usize>) {
    for (key, value) in table {
        let name = format!("{above}{}", key.get_ref());
        if let DeValue::Table(inner) = value.get_ref() {
            walk(inner, &format!("{name}."), breaks, out);
        }
        let line = breaks.partition_point(|at| *at < key.span().start) + 1;
        out.insert(name, line);
    }
}
