//! The bridge as a server of tools in the configuration of an agent's program: merged into what is there, as text in and text out. An entry of that
//! name that runs something else is somebody's, and stays.

use super::{HookError, node::Node};
use toml::{Table, Value};

/// Name of the entry, as in the protocol.
const NAME: &str = "bridge";

/// What is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The program.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
}

impl Server {
    fn shown(&self) -> String {
        let args = self.args.join(" ");
        crate::domain::text::line(&format!("{} {args}", self.command)).into_owned()
    }

    fn taken(&self, by: &str) -> HookError {
        HookError::Server(crate::domain::text::line(by).into_owned(), self.shown())
    }
}

/// What the entry `bridge` of a configuration, of either kind, starts: every word of it. `None` without one. O(length).
#[must_use]
pub fn bridge_server(text: &str) -> Option<Vec<String>> {
    let json: Option<serde_json::Value> = serde_json::from_str(text).ok();
    let json = json.or_else(|| {
        let table: Table = text.parse().ok()?;
        serde_json::to_value(table).ok()
    })?;
    let servers = json.get("mcpServers").or_else(|| json.get("mcp_servers"))?;
    let entry = servers.get(NAME)?;
    let command = entry.get("command").into_iter();
    let args = entry
        .get("args")
        .and_then(|a| a.as_array())
        .into_iter()
        .flatten();
    let words = command.chain(args).filter_map(|w| w.as_str());
    Some(words.map(str::to_owned).collect())
}

/// The JSON configuration of Claude Code with the bridge in it; the same text when it is there already. An empty text is an empty configuration.
///
/// # Errors
/// As the variants of [`HookError`] say.
pub fn claude_code_server(text: &str, server: &Server) -> Result<String, HookError> {
    let wrong = |what: &str| HookError::Unreadable(what.to_owned());
    let mut root = if text.trim().is_empty() {
        Node::Object(Vec::new())
    } else {
        serde_json::from_str(text).map_err(|e| wrong(&format!("JSON ({e})")))?
    };
    let top = root.object().ok_or_else(|| wrong("a JSON object"))?;
    if !top.iter().any(|(name, _)| name == "mcpServers") {
        top.push(("mcpServers".to_owned(), Node::Object(Vec::new())));
    }
    let servers = top.iter_mut().find(|(name, _)| name == "mcpServers");
    let servers = servers.and_then(|(_, servers)| servers.object());
    let servers = servers.ok_or_else(|| wrong("a configuration with an object of mcpServers"))?;
    if let Some((_, there)) = servers.iter_mut().find(|(name, _)| name == NAME) {
        let command = there.text("command").unwrap_or_default().to_owned();
        let args = there.member("args").and_then(Node::array);
        let args = args.map_or_else(Vec::new, |args| {
            let words = args.iter().filter_map(|arg| match arg {
                Node::String(word) => Some(word.clone()),
                _ => None,
            });
            words.collect()
        });
        let there = Server { command, args };
        if there == *server {
            return Ok(text.to_owned());
        }
        return Err(server.taken(&there.shown()));
    }
    let word = |word: &String| Node::String(word.clone());
    let entry = Node::Object(vec![
        ("command".to_owned(), word(&server.command)),
        (
            "args".to_owned(),
            Node::Array(server.args.iter().map(word).collect()),
        ),
    ]);
    servers.push((NAME.to_owned(), entry));
    let text = serde_json::to_string_pretty(&root).map_err(|e| wrong(&e.to_string()))?;
    Ok(format!("{text}\n"))
}

/// The TOML configuration of Codex with the bridge in it, as a table at its end; the same text when it is there already. Every other line stays.
///
/// # Errors
/// As the variants of [`HookError`] say.
pub fn codex_server(text: &str, server: &Server) -> Result<String, HookError> {
    let wrong = |e: &dyn std::fmt::Display| HookError::Unreadable(format!("TOML ({e})"));
    let table: Table = text
        .parse()
        .map_err(|e: toml::de::Error| wrong(&e.message()))?;
    let mut entry = Table::new();
    entry.insert("command".to_owned(), server.command.as_str().into());
    let args = server.args.iter().map(|a| Value::from(a.as_str()));
    entry.insert("args".to_owned(), Value::Array(args.collect()));
    let there = table.get("mcp_servers").and_then(|s| s.get(NAME));
    if let Some(there) = there {
        let same = |key: &str| there.get(key) == entry.get(key);
        if same("command") && same("args") {
            return Ok(text.to_owned());
        }
        return Err(server.taken(&there.to_string()));
    }
    let mut all = text.to_owned();
    if !all.is_empty() && !all.ends_with('\n') {
        all.push('\n');
    }
    if !all.is_empty() {
        all.push('\n');
    }
    let lines = toml::to_string(&entry).map_err(|e| wrong(&e))?;
    all = format!("{all}[mcp_servers.{NAME}]\n{lines}");
    // Whatever the text looked like, it must say the same as before, and this.
    let mut expected = table;
    let servers = expected
        .entry("mcp_servers")
        .or_insert_with(|| Value::Table(Table::new()));
    let servers = servers.as_table_mut();
    let servers = servers.ok_or_else(|| wrong(&"mcp_servers is no table"))?;
    servers.insert(NAME.to_owned(), Value::Table(entry));
    if all.parse::<Table>().ok().as_ref() != Some(&expected) {
        let what = "a configuration to whose end a table can be added";
        return Err(HookError::Unreadable(what.to_owned()));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::{Server, bridge_server, claude_code_server, codex_server};
    use serde_json::Value;

    fn server() -> Server {
        Server {
            command: "/venv/bin/python".to_owned(),
            args: vec!["/program/claude_bridge_secure.py".to_owned()],
        }
    }

    #[test]
    fn it_stands_beside_the_servers_that_are_there() {
        let before = r#"{"zeta": 1, "mcpServers": {"files": {"command": "npx"}}, "alpha": 2}"#;
        let after = claude_code_server(before, &server()).unwrap();
        let place = |word: &str| after.find(word).unwrap();
        assert!(
            place("zeta") < place("files")
                && place("files") < place("bridge")
                && place("bridge") < place("alpha")
        );
        let value: Value = serde_json::from_str(&after).unwrap();
        assert_eq!(
            value["mcpServers"]["bridge"]["args"][0],
            "/program/claude_bridge_secure.py"
        );
        assert_eq!(claude_code_server(&after, &server()).unwrap(), after);
        assert_eq!(bridge_server(&after).unwrap()[1], server().args[0]);
        assert_eq!(bridge_server(before), None);
        assert!(
            claude_code_server("", &server())
                .unwrap()
                .contains("mcpServers")
        );
        for odd in ["[]", "{", r#"{"mcpServers": []}"#] {
            claude_code_server(odd, &server()).unwrap_err();
        }
    }

    #[test]
    fn somebody_elses_entry_stays() {
        let theirs = r#"{"mcpServers": {"bridge": {"command": "other", "args": ["x"]}}}"#;
        let why = claude_code_server(theirs, &server())
            .unwrap_err()
            .to_string();
        assert!(
            why.contains("other x") && why.contains("nothing was written"),
            "{why}"
        );
        let theirs = "[mcp_servers.bridge]\ncommand = \"other\"\n";
        let why = codex_server(theirs, &server()).unwrap_err().to_string();
        assert!(why.contains("other"), "{why}");
    }

    #[test]
    fn the_lines_of_toml_stay() {
        let before = "# mine\nmodel = \"x\" # kept\n[mcp_servers.files]\ncommand = \"npx\"";
        let after = codex_server(before, &server()).unwrap();
        assert!(
            after.starts_with(before) && after.contains("[mcp_servers.bridge]\n"),
            "{after}"
        );
        assert_eq!(codex_server(&after, &server()).unwrap(), after);
        assert_eq!(bridge_server(&after).unwrap()[0], server().command);
        assert!(
            codex_server("", &server())
                .unwrap()
                .starts_with("[mcp_servers.bridge]\n")
        );
        for odd in [
            "mcp_servers = 1",
            "x = ",
            "mcp_servers = { files = { command = \"npx\" } }",
        ] {
            codex_server(odd, &server()).unwrap_err();
        }
    }
}
