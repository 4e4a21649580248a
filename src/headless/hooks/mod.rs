//! The hook in the configuration of an agent's program: merged into what is there, and taken out again, as text in and text out. What is not ours
//! stays as it is; what cannot be parsed is refused.

mod mcp;
mod node;

pub use mcp::{Server, bridge_server, claude_code_server, codex_server};
use node::Node;
use toml::{Table, Value};

/// Events after which an agent is known to live.
const EVENTS: [&str; 3] = ["PreToolUse", "PostToolUse", "UserPromptSubmit"];
/// Seconds that the program gives the hook: it needs a hundredth of one.
const LIMIT: u64 = 5;

/// Why a configuration was left as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HookError {
    /// It is not what the program reads.
    #[error("it is not {0}; nothing was written")]
    Unreadable(String),
    /// Another program has the only place there is.
    #[error("`notify` runs {0} already; call `{1}` from there; nothing was written")]
    Taken(String, String),
    /// Somebody else's file is in the place of the script.
    #[error("it is not the hook, and is left alone; name another file with --file")]
    Foreign,
    /// Another server has the name.
    #[error(
        "there is a server called bridge that runs {0}; take it out first, or let it run {1}; nothing was written"
    )]
    Server(String, String),
}

/// Whether a command line is one of ours: `beat` of a program that is called so.
fn is_ours(command: &str) -> bool {
    let Some(program) = command.trim().strip_suffix(" beat") else {
        return false;
    };
    let program = program.trim().trim_matches(['\'', '"']);
    program.rsplit('/').next() == Some("swarmwarden")
}

/// Whether a configuration, of either kind, calls `beat` of this program. O(length).
#[must_use]
pub fn calls_beat(text: &str) -> bool {
    let json = serde_json::from_str::<serde_json::Value>(text).ok();
    let found = json.is_some_and(|root| {
        let list = |of: &serde_json::Value, name: &str| {
            let list = of.get(name).and_then(|v| v.as_array().cloned());
            list.unwrap_or_default()
        };
        let hooks = root.get("hooks").cloned().unwrap_or_default();
        let groups = EVENTS.iter().flat_map(|event| list(&hooks, event));
        let mut hooks = groups.flat_map(|group| list(&group, "hooks"));
        hooks.any(|hook| {
            hook.get("command")
                .and_then(|c| c.as_str())
                .is_some_and(is_ours)
        })
    });
    found
        || text.parse::<Table>().is_ok_and(|table| {
            let words = table.get("notify").and_then(Value::as_array);
            let words = words.map(|w| w.iter().filter_map(Value::as_str).collect::<Vec<_>>());
            words.is_some_and(|w| is_ours(&w.join(" ")))
        })
}

/// The JSON configuration of Claude Code with the hook in it, or without; the same text when nothing is to be done. `command` is a line of the
/// shell. An empty text is an empty configuration.
///
/// # Errors
/// [`HookError::Unreadable`].
pub fn claude_code(text: &str, command: &str, remove: bool) -> Result<String, HookError> {
    let wrong = |what: &str| HookError::Unreadable(what.to_owned());
    let mut root = if text.trim().is_empty() {
        Node::Object(Vec::new())
    } else {
        serde_json::from_str(text).map_err(|e| wrong(&format!("JSON ({e})")))?
    };
    let before = root.clone();
    let top = root.object().ok_or_else(|| wrong("a JSON object"))?;
    if !top.iter().any(|(name, _)| name == "hooks") {
        top.push(("hooks".to_owned(), Node::Object(Vec::new())));
    }
    let hooks = top.iter_mut().find(|(name, _)| name == "hooks");
    let hooks = hooks.and_then(|(_, hooks)| hooks.object());
    let hooks = hooks.ok_or_else(|| wrong("a configuration with an object of hooks"))?;
    for event in EVENTS {
        if !hooks.iter().any(|(name, _)| name == event) {
            hooks.push((event.to_owned(), Node::Array(Vec::new())));
        }
        let list = hooks.iter_mut().find(|(name, _)| name == event);
        let list = list.and_then(|(_, list)| list.array());
        let list = list.ok_or_else(|| wrong(&format!("a configuration with a list of {event}")))?;
        if remove {
            list.retain_mut(without);
        } else if !list.iter_mut().any(|group| calls(group, command)) {
            list.retain_mut(without);
            list.push(group(event, command));
        }
    }
    // What only held ours, or nothing, goes with it.
    hooks.retain(|(name, list)| !(EVENTS.contains(&name.as_str()) && list.is_empty()));
    if hooks.is_empty() {
        top.retain(|(name, _)| name != "hooks");
    }
    if root == before || root.is_empty() && text.trim().is_empty() {
        return Ok(text.to_owned());
    }
    let text = serde_json::to_string_pretty(&root).map_err(|e| wrong(&e.to_string()))?;
    Ok(format!("{text}\n"))
}

/// A group of hooks without ours; `false` when it held nothing else.
fn without(group: &mut Node) -> bool {
    let Some(list) = group.member("hooks").and_then(Node::array) else {
        return true;
    };
    let all = list.len();
    list.retain_mut(|hook| !hook.text("command").is_some_and(is_ours));
    all == list.len() || !list.is_empty()
}

fn calls(group: &mut Node, command: &str) -> bool {
    let list = group.member("hooks").and_then(Node::array);
    list.is_some_and(|list| list.iter_mut().any(|h| h.text("command") == Some(command)))
}

fn group(event: &str, command: &str) -> Node {
    let text = |text: &str| Node::String(text.to_owned());
    let hook = vec![
        ("type".to_owned(), text("command")),
        ("command".to_owned(), text(command)),
        ("timeout".to_owned(), Node::Number(LIMIT.into())),
    ];
    let mut group = Vec::new();
    // Events of tools are matched by the tool's name; the others match nothing.
    if event.ends_with("ToolUse") {
        group.push(("matcher".to_owned(), text("*")));
    }
    group.push(("hooks".to_owned(), Node::Array(vec![Node::Object(hook)])));
    Node::Object(group)
}

/// The TOML configuration of Codex with the hook in it, or without; the same text when nothing is to be done. Every other line stays as it is.
///
/// # Errors
/// As the variants of [`HookError`] say.
pub fn codex(text: &str, program: &str, remove: bool) -> Result<String, HookError> {
    let wrong = |e: &dyn std::fmt::Display| HookError::Unreadable(format!("TOML ({e})"));
    let table: Table = text
        .parse()
        .map_err(|e: toml::de::Error| wrong(&e.message()))?;
    let own = |value: &Value| {
        let words = value.as_array()?.iter().map(Value::as_str);
        let words: Vec<&str> = words.collect::<Option<_>>()?;
        is_ours(&words.join(" ")).then_some(())
    };
    let wanted = Value::Array(vec![program.into(), "beat".into()]);
    let there = table.get("notify");
    match there {
        None if remove => return Ok(text.to_owned()),
        Some(value) if own(value).is_none() => {
            let call = format!("{program} beat");
            if remove {
                return Ok(text.to_owned());
            }
            return Err(HookError::Taken(
                crate::domain::text::line(&value.to_string()).into_owned(),
                call,
            ));
        }
        Some(value) if !remove && *value == wanted => return Ok(text.to_owned()),
        _ => {}
    }
    let mut rest = String::new();
    let mut dropped = there.is_none();
    for line in text.split_inclusive('\n') {
        let names = line
            .split_once('=')
            .is_some_and(|(key, _)| key.trim() == "notify");
        if !dropped && names {
            dropped = true;
        } else {
            rest.push_str(line);
        }
    }
    let mut expected = table;
    expected.remove("notify");
    if !remove {
        // Before every table: it is a key of none.
        rest = format!("notify = {wanted}\n{rest}");
        expected.insert("notify".to_owned(), wanted);
    }
    // Whatever the text looked like, it must say the same as before, and ours.
    if rest.parse::<Table>().ok().as_ref() != Some(&expected) {
        return Err(HookError::Unreadable(
            "a configuration whose `notify` stands on a line of its own".to_owned(),
        ));
    }
    Ok(rest)
}

/// A script that any program can call: it never fails, reads nothing and says nothing. `program` is quoted for the shell.
#[must_use]
pub fn script(program: &str) -> String {
    let program = program.replace('\'', "'\\''");
    format!("#!/bin/sh\n'{program}' beat </dev/null >/dev/null 2>&1\nexit 0\n")
}

/// It is what [`script`] made, of whatever program.
#[must_use]
pub fn is_script(text: &str) -> bool {
    let inner = text.strip_prefix("#!/bin/sh\n'");
    let inner = inner.and_then(|t| t.strip_suffix("' beat </dev/null >/dev/null 2>&1\nexit 0\n"));
    inner.is_some_and(|program| !program.contains('\n'))
}

#[cfg(test)]
mod tests;
