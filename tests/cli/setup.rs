//! `setup bridge`: with a program that the test writes, and without a network.

use super::{alive::scene::Scene, run};
use serde_json::Value;
use std::{fs, path::PathBuf, process::Command};

/// A repository that looks like the bridge's: its program, its test, and a package that stands for what it needs.
struct Fake {
    scene: Scene,
}

impl Fake {
    /// `None` on a machine without Python or its venv module.
    fn new(passes: bool) -> Option<Self> {
        let venv = Command::new("python3")
            .args([
                "-c",
                "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))",
            ])
            .status();
        if !venv.is_ok_and(|s| s.success()) {
            eprintln!("SKIPPED: there is no python3 of 3.10 or newer with venv here");
            return None;
        }
        let fake = Self {
            scene: Scene::bridge(1),
        };
        let repo = fake.scene.path("upstream");
        fs::create_dir(&repo).unwrap();
        fs::write(repo.join("claude_bridge_secure.py"), "import mcp.server\n").unwrap();
        let test = format!(
            "import sys, os\nassert os.path.exists('claude_bridge_secure.py')\nprint('the test ran')\nsys.exit({})\n",
            i32::from(!passes)
        );
        fs::write(repo.join("test_security.py"), test).unwrap();
        let git = |args: &[&str]| {
            let out = Command::new("git")
                .arg("-C")
                .arg(&repo)
                .args(args)
                .output()
                .unwrap();
            assert!(out.status.success(), "{out:?}");
        };
        git(&["init", "-q"]);
        git(&["add", "."]);
        git(&[
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@t",
            "commit",
            "-qm",
            "one",
        ]);
        // What stands for the package: found by every Python that is started here.
        let package = fake.scene.path("site/mcp");
        fs::create_dir_all(&package).unwrap();
        for file in ["__init__.py", "server.py", "types.py"] {
            fs::write(package.join(file), "").unwrap();
        }
        Some(fake)
    }

    fn setup(&self, args: &[&str]) -> (i32, String, String) {
        let mut command = self
            .scene
            .warden(&["setup", "bridge", "--from", "upstream"]);
        command.env("PYTHONPATH", self.scene.path("site"));
        run(command.args(args))
    }

    fn program(&self) -> PathBuf {
        self.scene
            .state()
            .join("bridge/program/claude_bridge_secure.py")
    }
}

#[test]
fn every_step_is_done_once_and_the_configuration_is_merged() {
    let Some(fake) = Fake::new(true) else { return };
    let config = fake.scene.path(".claude.json");
    fs::write(
        &config,
        r#"{"theme": "dark", "mcpServers": {"files": {"command": "npx"}}}"#,
    )
    .unwrap();
    let (code, out, err) = fake.setup(&["--dry-run"]);
    assert_eq!(code, 0, "{out}{err}");
    for words in [
        "git clone --quiet -- upstream",
        "-m venv --clear",
        "mcp>=1.0.0,<2",
        "python test_security.py",
        "\"bridge\"",
    ] {
        assert!(out.contains(words), "{words}: {out}");
    }
    assert!(!fake.program().exists() && !fs::read_to_string(&config).unwrap().contains("bridge"));
    let (code, out, err) = fake.setup(&[]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(
        out.contains("test     done   test_security.py passed"),
        "{out}"
    );
    let written: Value = serde_json::from_str(&fs::read_to_string(&config).unwrap()).unwrap();
    assert_eq!(
        (
            &written["theme"],
            &written["mcpServers"]["files"]["command"]
        ),
        (&"dark".into(), &"npx".into())
    );
    let server = &written["mcpServers"]["bridge"];
    assert!(
        server["command"]
            .as_str()
            .unwrap()
            .ends_with("/bridge/venv/bin/python")
    );
    assert_eq!(server["args"][0], fake.program().to_str().unwrap());
    let before = fs::read(&config).unwrap();
    let (code, out, _) = fake.setup(&[]);
    assert_eq!((code, fs::read(&config).unwrap()), (0, before));
    for step in [
        "program  there",
        "venv     there",
        "mcp      there",
        "config   there",
    ] {
        assert!(out.contains(step), "{step}: {out}");
    }
    let (_, out, _) = run(&mut fake.scene.warden(&["doctor"]));
    assert!(
        out.contains("OK    host.program") && out.contains("OK    host.server"),
        "{out}"
    );
    fs::remove_file(fake.program()).unwrap();
    let (code, out, _) = run(&mut fake.scene.warden(&["doctor"]));
    assert!(code == 2 && out.contains("FAIL  host.server"), "{out}");
}

#[test]
fn a_step_that_fails_is_named_and_the_next_run_goes_on() {
    let Some(fake) = Fake::new(false) else { return };
    let (code, out, err) = fake.setup(&["--program", "codex"]);
    assert_eq!(code, 69, "{out}");
    assert!(
        err.contains("test: ") && err.contains("the test ran") && err.contains("goes on from here"),
        "{err}"
    );
    assert!(
        !fake.scene.path(".codex/config.toml").exists(),
        "what fails its test is not configured"
    );
    fs::write(fake.program().with_file_name("test_security.py"), "").unwrap();
    let (code, out, err) = fake.setup(&["--program", "codex"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("program  there"), "{out}");
    let written = fs::read_to_string(fake.scene.path(".codex/config.toml")).unwrap();
    assert!(written.contains("[mcp_servers.bridge]"), "{written}");
}

#[test]
fn what_is_not_the_bridge_is_refused() {
    let Some(fake) = Fake::new(true) else { return };
    let other = fake.scene.path("other");
    Command::new("git")
        .args(["init", "-q"])
        .arg(&other)
        .status()
        .unwrap();
    let mut command = fake.scene.warden(&["setup", "bridge", "--from", "other"]);
    let (code, _, err) = run(&mut command);
    assert_eq!(code, 69);
    assert!(err.contains("it is not the bridge"), "{err}");
    let mut command = fake.scene.warden(&["setup", "bridge", "--from", "missing"]);
    let (code, _, err) = run(&mut command);
    assert!(
        code == 69 && err.contains("program: ") && err.contains("missing"),
        "{err}"
    );
    let (code, _, err) = fake.setup(&["--python", "no-such-python"]);
    assert!(code == 69 && err.contains("--python"), "{err}");
    assert!(!fake.program().exists());
}
