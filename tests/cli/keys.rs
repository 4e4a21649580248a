//! `keys`: the live map and what a configuration makes of it.

use super::{nine, on, run, warden};
use serde_json::Value;
use std::fs;

/// The list with this configuration.
fn keys(config: &str, args: &[&str]) -> (i32, String, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config.toml");
    fs::write(&path, config).unwrap();
    run(warden().arg("keys").args(args).arg("--config").arg(path))
}

/// Keys of an action in a place.
fn of(report: &Value, place: &str, action: &str) -> (Value, String) {
    let at = |list: &Value, key: &str, name: &str| {
        let found = list.as_array().unwrap().iter().find(|v| v[key] == name);
        found.unwrap().clone()
    };
    let row = at(
        &at(&report["places"], "place", place)["rows"],
        "action",
        action,
    );
    (
        row["keys"].clone(),
        row["origin"].as_str().unwrap().to_owned(),
    )
}

#[test]
fn the_preset_is_listed_by_place_without_a_clash() {
    let (code, out, err) = keys("", &[]);
    assert_eq!((code, err.as_str()), (0, ""));
    for words in [
        "\nGLOBAL\n",
        "\nWORKERS\n",
        "quit and print this view",
        "g g, Home",
    ] {
        assert!(out.contains(words), "{words}: {out}");
    }
    assert!(!out.lines().any(|l| l.starts_with('*')));
    let (code, out, _) = keys("", &["-o", "json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &report["schema"]),
        (0, &"swarmwarden.keys/v1".into())
    );
    let (found, origin) = of(&report, "global", "reassign");
    assert_eq!(
        (found, origin.as_str()),
        (serde_json::json!(["r"]), "preset")
    );
}

#[test]
fn an_action_gets_the_keys_that_the_configuration_gives_it() {
    let config = "[keys]\nreassign = [\"X\", \"C-x\"]\nhold = \"Y\"\n";
    let (code, out, err) = keys(config, &["-o", "json"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let report: Value = serde_json::from_str(&out).unwrap();
    let (found, origin) = of(&report, "global", "reassign");
    assert_eq!(found, serde_json::json!(["X", "C-x"]));
    assert_eq!(origin, "configuration");
    assert_eq!(of(&report, "global", "hold").0, serde_json::json!(["Y"]));
    let (_, table, _) = keys(config, &[]);
    let own: Vec<&str> = table.lines().filter(|l| l.starts_with('*')).collect();
    assert_eq!(own.len(), 2, "{table}");
}

#[test]
fn ux_14_a_clash_is_reported_with_both_names_wherever_the_configuration_is_read() {
    let config = "[ui]\nstart = \"workers\"\n[keys]\nreassign = [\"q\"]\n";
    let words = "line 4: `q` is both reassign and quit in global; the default stays";
    let (code, out, err) = keys(config, &[]);
    assert_eq!(code, 78);
    assert!(err.contains(words), "{err}");
    assert!(!out.lines().any(|l| l.starts_with('*')), "{out}");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config.toml");
    fs::write(&path, config).unwrap();
    let named = path.to_str().unwrap();
    let (code, _, err) = on(&nine(), &["status", "--config", named]);
    assert_eq!(code, 0);
    assert!(err.contains(words), "{err}");
}

#[test]
fn an_unknown_action_is_a_warning_with_its_line_and_the_nearest_name() {
    let (code, _, err) = keys("[keys]\nreasign = [\"X\"]\nhold = 7\n", &[]);
    assert_eq!(code, 0);
    assert!(
        err.contains("line 2: unknown action `reasign` in [keys]; the nearest is `reassign`"),
        "{err}"
    );
    assert!(err.contains("line 3: `keys.hold` is a list"), "{err}");
}
