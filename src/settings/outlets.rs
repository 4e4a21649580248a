//! `[[notify]]`: who is told of alerts besides the terminal.

use toml::Value;

/// One `[[notify]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlet {
    /// What is run, or where it is posted to.
    pub to: Address,
    /// It hears of what is at least so bad: `notice`, `warning`, `critical`.
    pub least: String,
}

/// Where a notification goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A program and its arguments.
    Command(Vec<String>),
    /// An http or https address.
    Url(String),
}

/// Reads the array; what is wrong with an entry comes as a sentence, and the entry is left out.
pub(super) fn read(value: &Value) -> (Vec<Outlet>, Vec<String>) {
    let (mut good, mut wrong) = (Vec::new(), Vec::new());
    let Value::Array(entries) = value else {
        wrong.push("`notify` is a list of tables: write [[notify]]".to_owned());
        return (good, wrong);
    };
    for (n, entry) in entries.iter().enumerate() {
        match one(entry) {
            Ok(outlet) => good.push(outlet),
            Err(why) => wrong.push(format!("[[notify]] number {}: {why}", n + 1)),
        }
    }
    (good, wrong)
}

fn one(entry: &Value) -> Result<Outlet, String> {
    let table = entry.as_table().ok_or("not a table")?;
    let known = ["command", "url", "severity"];
    if let Some(key) = table.keys().find(|k| !known.contains(&k.as_str())) {
        return Err(format!(
            "unknown key `{key}`; there are command, url and severity"
        ));
    }
    let least = match table.get("severity").map(Value::as_str) {
        None => "warning",
        Some(Some(word)) if ["notice", "warning", "critical"].contains(&word) => word,
        Some(_) => return Err("`severity` is notice, warning or critical".to_owned()),
    };
    let to = match (table.get("command"), table.get("url")) {
        (Some(Value::Array(words)), None) if !words.is_empty() => {
            let words: Option<Vec<String>> = words
                .iter()
                .map(|w| w.as_str().map(str::to_owned))
                .collect();
            Address::Command(words.ok_or("`command` is a list of texts")?)
        }
        (None, Some(Value::String(url)))
            if url.starts_with("https://") || url.starts_with("http://") =>
        {
            Address::Url(url.clone())
        }
        _ => {
            return Err("give it `command = [\"program\", …]` or `url = \"https://…\"`".to_owned());
        }
    };
    Ok(Outlet {
        to,
        least: least.to_owned(),
    })
}
