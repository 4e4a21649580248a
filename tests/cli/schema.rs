//! The published schema of the configuration says what its reader does.

use super::{run, warden};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use swarmwarden::settings;

const DEFAULT: &str = include_str!("../../assets/config.toml");

fn schema() -> Value {
    serde_json::from_str(include_str!("../../assets/schema/config.v1.json")).unwrap()
}

/// What is wrong with a configuration by the schema.
fn wrong(text: &str) -> Vec<String> {
    let table: toml::Table = text.parse().unwrap();
    let instance = serde_json::to_value(table).unwrap();
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let flaws = validator.iter_errors(&instance);
    flaws
        .map(|e| format!("{e} at {}", e.instance_path()))
        .collect()
}

/// Every setting of the schema with what it allows, named as the reader names it.
fn leaves(at: &Value, name: &str, out: &mut Vec<(String, Value)>) {
    let inner = at.get("properties").and_then(Value::as_object);
    for (key, value) in inner.into_iter().flatten() {
        leaves(value, &format!("{name}.{key}"), out);
    }
    let named = at.get("additionalProperties").filter(|v| v.is_object());
    if let Some(value) = named {
        leaves(value, &format!("{name}.NAME"), out);
    }
    if inner.is_none() && named.is_none() {
        out.push((name.trim_start_matches('.').to_owned(), at.clone()));
    }
}

fn settings_of_the_schema() -> Vec<(String, Value)> {
    let mut out = Vec::new();
    leaves(&schema(), "", &mut out);
    // What has names of the operator's own is tested apart.
    let apart = ["keys.", "filters.", "commands.", "profile."];
    out.retain(|(name, _)| !apart.iter().any(|a| name.starts_with(a)) && name != "notify");
    out
}

/// The default with every line that is commented out put in force.
fn uncommented() -> String {
    let setting = regex::Regex::new(r#"^# (\[[a-z.\[\]*"]+\]|[a-z_]+ = .+)$"#).unwrap();
    let lines = DEFAULT.lines().map(|line| {
        setting
            .captures(line)
            .map_or(line, |found| found.get(1).unwrap().as_str())
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_schema_is_one_and_the_default_follows_it_with_every_line_in_force() {
    assert!(jsonschema::meta::is_valid(&schema()));
    assert_eq!(wrong(DEFAULT), Vec::<String>::new());
    // `detector` of a team stands under a heading that comes out of its comment too.
    let whole = uncommented();
    assert_eq!(wrong(&whole), Vec::<String>::new(), "{whole}");
    let (file, warnings) = settings::read(&whole);
    assert_eq!(warnings, Vec::<String>::new());
    assert_eq!((file.outlets.len(), file.keys.len()), (2, 2));
    // Nothing that can be set is missing in the commented default.
    let set: BTreeSet<String> = file
        .lines
        .keys()
        .map(|k| k.replace(".build.", ".NAME."))
        .collect();
    let missing: Vec<&str> = settings::known().filter(|k| !set.contains(*k)).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn the_schema_knows_what_the_reader_knows_and_the_other_way_round() {
    let schema: BTreeSet<String> = settings_of_the_schema()
        .into_iter()
        .map(|(n, _)| n)
        .collect();
    let reader: BTreeSet<String> = settings::known().map(str::to_owned).collect();
    assert_eq!(schema, reader);
}

#[test]
fn the_schema_knows_the_actions_of_the_dashboard() {
    let (_, out, _) = run(warden().args(["keys", "-o", "json"]));
    let report: Value = serde_json::from_str(&out).unwrap();
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let live: BTreeSet<String> = report["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(text)
        .collect();
    let schema = schema();
    let known = schema["properties"]["keys"]["properties"]
        .as_object()
        .unwrap();
    assert_eq!(live, known.keys().cloned().collect());
}

/// One setting alone, by reader and schema: whether each takes it.
fn taken(name: &str, value: &Value) -> (bool, bool) {
    let name = name.replace("NAME", "build");
    let (section, key) = name.rsplit_once('.').unwrap();
    let value: toml::Value = serde_json::from_value(value.clone()).unwrap();
    let text = format!("[{section}]\n{key} = {value}\n");
    (settings::read(&text).1.is_empty(), wrong(&text).is_empty())
}

#[test]
fn reader_and_schema_take_and_refuse_the_same_values() {
    let root = schema();
    let values = [
        json!("nonsense words"),
        json!(""),
        json!(" "),
        json!(true),
        json!(0),
        json!(7),
        json!(-1),
        json!([]),
        json!(["bell"]),
        json!(["sync"]),
        json!([7]),
        json!("60s"),
        json!("0s"),
        json!("5 m"),
        json!("5d"),
        json!("claude/x"),
        json!("off"),
        json!("origin"),
    ];
    for (name, allowed) in settings_of_the_schema() {
        let pointer = allowed.get("$ref").and_then(Value::as_str);
        let def = pointer.map(|p| root.pointer(p.trim_start_matches('#')).unwrap());
        let words = def
            .unwrap_or(&allowed)
            .get("enum")
            .and_then(Value::as_array);
        for word in words.into_iter().flatten() {
            assert_eq!(taken(&name, word), (true, true), "{name} = {word}");
        }
        if let Some(default) = allowed.get("default") {
            assert_eq!(taken(&name, default), (true, true), "{name} = {default}");
        }
        for value in &values {
            let (reader, schema) = taken(&name, value);
            // Names of branches, folders and remotes have rules that a schema cannot say.
            let finer = ["credentials.", "report."]
                .iter()
                .any(|s| name.starts_with(s))
                && value.is_string();
            assert!(
                reader == schema || (finer && schema),
                "{name} = {value}: reader {reader}, schema {schema}"
            );
        }
    }
}

#[test]
fn a_notification_and_a_key_are_described() {
    for (text, fits) in [
        ("[[notify]]\ncommand = [\"x\"]\n", true),
        (
            "[[notify]]\nurl = \"https://x/y\"\nseverity = \"notice\"\n",
            true,
        ),
        ("[[notify]]\nurl = \"ftp://x/y\"\n", false),
        ("[[notify]]\nseverity = \"critical\"\n", false),
        (
            "[[notify]]\ncommand = [\"x\"]\nurl = \"https://x/y\"\n",
            false,
        ),
        (
            "[keys]\nreassign = [\"X\", \"z z\"]\nhold = []\nundo = \"C-x\"\n",
            true,
        ),
        ("[filters]\nhot = \"state:silent\"\n", true),
        ("[filters]\nhot = 7\n", false),
        (
            "[commands.x]\nrun = [\"less\", \"{task}\"]\nwrites = true\n",
            true,
        ),
        ("[commands.x]\nrun = []\n", false),
        ("[commands.x]\nrun = [\"a\"]\nconfirm = 1\n", false),
        (
            "[profile.\"prod*.db\"]\ntheme = \"dark\"\nread_only = true\n",
            true,
        ),
        ("[profile.\"prod*.db\"]\nread_only = 1\n", false),
        ("[keys]\nreassign = 7\n", false),
        (
            "[keys]\nreassign = [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]\n",
            false,
        ),
    ] {
        assert_eq!(wrong(text).is_empty(), fits, "{text}");
        assert_eq!(settings::read(text).1.is_empty(), fits, "{text}");
    }
    assert!(!wrong("[keys]\nreasign = [\"X\"]\n").is_empty());
}
