//! The bridge's own program, where one was named: a Python file with the class `SecureBridge`, run by `python3` in a process of its own.

use super::{Trouble, process, stage::Stage};
use serde_json::Value;
use std::{path::Path, process::Command};

/// What is asked of it. Tokens go into files that only their user may read, and are never printed.
const SCRIPT: &str = r#"
import importlib.util, json, os, sqlite3, sys
program, db, folder, what = sys.argv[1:5]
sys.path.insert(0, os.path.dirname(os.path.abspath(program)))
spec = importlib.util.spec_from_file_location("drilled_bridge", program)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
bridge = module.SecureBridge(db)
found = {"class": True}

def refused(call):
    try:
        call()
    except Exception as error:
        return type(error).__name__
    return None

def talk(n, role):
    made = bridge.create_conversation("s2-orchestrator", role)
    path = os.path.join(folder, "worker-%d.json" % n)
    words = {"conversation_id": made["conversation_id"], "worker_id": n, "worker_role": role,
             "worker_token": made["session_b_token"], "created_at": made["expires_at"], "expires_at": made["expires_at"]}
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(words, file)
    return made

if what == "talks":
    all = [talk(n, role) for n, role in enumerate(json.loads(sys.argv[5]), 1)]
    found["made"] = len({made["conversation_id"] for made in all})
    found["tokens"] = len({made[side] for made in all for side in ("session_a_token", "session_b_token")})
if what == "security":
    one, other = talk(1, "worker-1"), talk(2, "worker-2")
    send = lambda made, side, token, words: lambda: bridge.send_message(made["conversation_id"], side, token, words)
    found["refused"] = {
        "a wrong token": refused(send(one, "b", "0" * 64, "x")),
        "the other side's token": refused(send(one, "b", one["session_a_token"], "x")),
        "another conversation's token": refused(send(other, "b", one["session_b_token"], "x")),
    }
    for words in json.loads(sys.stdin.readline()):
        bridge.send_message(one["conversation_id"], "b", one["session_b_token"], words)
    with sqlite3.connect(db) as raw:
        raw.execute("UPDATE conversations SET expires_at = '2001-01-01T00:00:00' WHERE id = ?", (other["conversation_id"],))
    found["refused"]["a conversation that is over"] = refused(send(other, "b", other["session_b_token"], "x"))
    try:
        from yolo_guard import YOLOGuard
        os.environ.pop("YOLO_MODE", None)
        found["refused"]["an approval that nobody gave"] = None if YOLOGuard.validate_approval_token("nonsense") else "no"
    except ImportError:
        found["guard"] = False
print(json.dumps(found))
"#;

/// Asks the program for something; what it found.
pub(super) fn ask(
    stage: &Stage<'_>,
    program: &Path,
    (what, more): (&str, &str),
    input: &str,
) -> Result<Value, Trouble> {
    let program = std::path::absolute(program).map_err(Trouble::io("the bridge's program"))?;
    let mut command = Command::new("python3");
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", std::env::var_os("HOME").unwrap_or_default())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(stage.path(""))
        .args(["-c", SCRIPT])
        .arg(&program)
        .arg(stage.db())
        .arg(stage.path(""))
        .args([what, more]);
    let (code, out, err) = process::run_with(command, input, &stage.spoken)?;
    let last = out.lines().last().unwrap_or_default();
    match serde_json::from_str(last) {
        Ok(found) if code == 0 => Ok(found),
        _ => {
            let why = err.lines().last().unwrap_or("it says nothing");
            Err(Trouble::Refused(format!(
                "{} ended with {code}: {why}",
                program.display()
            )))
        }
    }
}
