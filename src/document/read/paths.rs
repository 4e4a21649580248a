//! What looks like a file of the repository.

use super::{limits, words::pattern};
use regex::{Captures, Regex};
use std::{
    borrow::Cow,
    sync::{Arc, LazyLock},
};

/// Words with an ending that files have. `IF.search` and `WordPress.org` are none.
static FILE: LazyLock<Option<Regex>> = pattern!(
    r"(?:https://[\w.-]+/[\w.-]+/[\w.-]+/blob/[^\s/]+/)?[A-Za-z0-9_./\\:~@+-]*[A-Za-z0-9_-]\.",
    r"(?i:md|markdown|ya?ml|json|jsonl|ndjson|toml|txt|csv|tsv|html?|pdf|py|rs|tsx?|jsx?|mjs|go|sh|sql|cfg|conf|ini|xml|proto|rst|",
    r"adoc|ipynb|java|kt|swift|c|h|cc|cpp|hpp|cs|rb|php|lua|svg|png|jpe?g|log|lock|diff|patch|zip|gz|tf|env|service)\b"
);

/// Files that a value names, relative to the repository, each once; local paths that cannot be made so are left out. O(length).
pub(super) fn files(text: &str, into: &mut Vec<Arc<str>>) {
    let Some(file) = FILE.as_ref() else { return };
    for found in file.find_iter(text) {
        let more = text.get(found.end()..).unwrap_or_default();
        if more.starts_with('.') && more.chars().nth(1).is_some_and(char::is_alphanumeric) {
            continue;
        }
        if let Some(path) = relative(found.as_str())
            && into.len() < limits::LIST
            && !into.iter().any(|p| **p == *path)
        {
            into.push(path.into());
        }
    }
}

/// A path in the repository, or nothing: no other address, no temporary folder, no way out of the repository. O(length).
pub(in crate::document) fn relative(raw: &str) -> Option<String> {
    let raw = raw.trim_matches(|c: char| matches!(c, '`' | '"' | '\'' | '(' | ')' | ','));
    let path = match raw.split_once("/blob/") {
        Some((host, rest)) if host.starts_with("https://") => rest.split_once('/')?.1,
        _ if raw.contains("://") => return None,
        _ => raw.rsplit_once(':').map_or(raw, |(_, after)| after),
    };
    if path.contains('\\') || path.starts_with(['~', '-', '@', '+']) {
        return None;
    }
    let mut parts: Vec<&str> = path
        .split('/')
        .filter(|p| !p.is_empty() && *p != ".")
        .collect();
    if path.starts_with('/') {
        let skip = match *parts.first()? {
            // A clone in somebody's home: home, user, repository.
            "home" | "Users" => 3,
            "root" | "workspace" | "workspaces" => 2,
            _ => return None,
        };
        if parts.len() <= skip {
            return None;
        }
        parts.drain(..skip);
    }
    let hostile = parts.iter().any(|p| matches!(*p, ".." | ".git"));
    (!parts.is_empty() && !hostile && path.len() <= 512).then(|| parts.join("/"))
}

/// A path of this machine within a text.
static LOCAL: LazyLock<Option<Regex>> = pattern!(
    r"(^|[\s(\[`'\x22=,;])((?:file://)?/[A-Za-z0-9_.][^\s)\]`'\x22,;]*/[^\s)\]`'\x22,;]*|file:\S+|~/\S+|[A-Za-z]:\\\S+)"
);

/// A text without paths of this machine: relative to the repository where that can be told, else left out. O(length).
pub(in crate::document) fn without_local(text: &str) -> Cow<'_, str> {
    LOCAL.as_ref().map_or(Cow::Borrowed(text), |local| {
        local.replace_all(text, |found: &Captures<'_>| {
            let group = |n: usize| found.get(n).map_or("", |m| m.as_str());
            let path = relative(group(2)).unwrap_or_else(|| "(local path)".to_owned());
            format!("{}{path}", group(1))
        })
    })
}
