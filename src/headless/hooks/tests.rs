use super::{HookError, claude_code, codex, script};
use serde_json::Value;

const CALL: &str = "swarmwarden beat";

#[test]
fn what_is_there_stays_where_it_is() {
    let before = r#"{
  "zeta": 1.5,
  "alpha": [true, null],
  "hooks": {
    "Stop": [{"hooks": [{"type": "command", "command": "say done"}]}],
    "PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "audit"}]}]
  }
}"#;
    let after = claude_code(before, CALL, false).unwrap();
    let place = |word: &str| after.find(word).unwrap();
    assert!(place("zeta") < place("alpha") && place("alpha") < place("Stop"));
    assert!(place("audit") < place(CALL));
    let value: Value = serde_json::from_str(&after).unwrap();
    assert_eq!(value["hooks"]["PreToolUse"][0]["matcher"], "Bash");
    assert_eq!(value["hooks"]["PreToolUse"][1]["hooks"][0]["command"], CALL);
    assert_eq!(value["hooks"]["PostToolUse"].as_array().unwrap().len(), 1);
    // Again changes nothing; another place of the program replaces ours, and only ours.
    assert_eq!(claude_code(&after, CALL, false).unwrap(), after);
    let moved = claude_code(&after, "'/opt/x/swarmwarden' beat", false).unwrap();
    assert!(!moved.contains("\"swarmwarden beat\"") && moved.contains("audit"));
    let gone = claude_code(&moved, CALL, true).unwrap();
    let old: Value = serde_json::from_str(before).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&gone).unwrap(), old);
    assert_eq!(claude_code(&gone, CALL, true).unwrap(), gone);
}

#[test]
fn an_empty_configuration_is_one() {
    let after = claude_code("", CALL, false).unwrap();
    assert!(after.contains("UserPromptSubmit"));
    assert_eq!(claude_code(&after, CALL, true).unwrap().trim(), "{}");
    assert_eq!(claude_code("", CALL, true).unwrap(), "");
}

#[test]
fn what_cannot_be_parsed_is_refused() {
    for text in [
        "{",
        "// comment\n{}",
        "[]",
        r#"{"hooks": []}"#,
        r#"{"hooks": {"PreToolUse": {}}}"#,
    ] {
        let refused = claude_code(text, CALL, false);
        assert!(matches!(refused, Err(HookError::Unreadable(_))), "{text}");
    }
    assert!(matches!(
        codex("a = ", "swarmwarden", false),
        Err(HookError::Unreadable(_))
    ));
}

#[test]
fn lines_of_toml_stay_as_they_are() {
    let before = "# mine\nmodel = \"x\"\n\n[tools]\nweb = true # yes\n";
    let after = codex(before, "swarmwarden", false).unwrap();
    assert_eq!(
        after,
        format!("notify = [\"swarmwarden\", \"beat\"]\n{before}")
    );
    assert_eq!(codex(&after, "swarmwarden", false).unwrap(), after);
    let moved = codex(&after, "/opt/swarmwarden", false).unwrap();
    assert_eq!(
        moved,
        format!("notify = [\"/opt/swarmwarden\", \"beat\"]\n{before}")
    );
    assert_eq!(codex(&moved, "swarmwarden", true).unwrap(), before);
    let other = "notify = [\"say\", \"done\"]\n";
    assert!(matches!(
        codex(other, "swarmwarden", false),
        Err(HookError::Taken(..))
    ));
    assert_eq!(codex(other, "swarmwarden", true).unwrap(), other);
    let odd = "notify = [\n  \"swarmwarden\",\n  \"beat\",\n]\n";
    assert!(codex(odd, "swarmwarden", true).is_err());
    assert_eq!(codex(odd, "swarmwarden", false).unwrap(), odd);
}

#[test]
fn a_script_never_fails() {
    assert_eq!(
        script("/a'b/swarmwarden"),
        "#!/bin/sh\n'/a'\\''b/swarmwarden' beat </dev/null >/dev/null 2>&1\nexit 0\n"
    );
}
