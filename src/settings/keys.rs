//! `[keys]`: keys of the dashboard that the operator has chosen. Which actions there are the dashboard knows.

use toml::Value;

/// Keys that an action shall have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Name of the action.
    pub action: String,
    /// Its keys.
    pub keys: Vec<String>,
    /// Line of the file, from 1.
    pub line: Option<usize>,
}

/// How many keys one action can have.
const MOST: usize = 8;

/// The keys of one action: a list, or one alone.
pub(super) fn read(name: &str, value: &Value) -> Result<Vec<String>, String> {
    let wrong =
        || format!("`{name}` is a list of up to {MOST} keys such as [\"X\"]; the default stays");
    match value {
        Value::String(key) => Ok(vec![key.clone()]),
        Value::Array(keys) if keys.len() <= MOST => keys
            .iter()
            .map(|key| key.as_str().map(str::to_owned).ok_or_else(wrong))
            .collect(),
        _ => Err(wrong()),
    }
}
