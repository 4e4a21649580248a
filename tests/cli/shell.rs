//! Completions and the manual page: made from the command line, and read by the programs that they are for.

use super::{alive::scene::skipped, run, warden};
use assert_cmd::Command;
use std::fs;

fn out(args: &[&str]) -> String {
    let (code, out, err) = run(warden().args(args));
    assert_eq!((code, err.as_str()), (0, ""), "{args:?}");
    out
}

/// A program that is here, or a loud word that it is not.
fn here(program: &str) -> Option<Command> {
    let found = std::process::Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .output()
        .is_ok_and(|o| o.status.success());
    if !found {
        skipped(&format!("there is no {program} here"));
    }
    found.then(|| Command::new(program))
}

/// The subcommands that the help lists.
fn listed() -> Vec<String> {
    let help = out(&["--help"]);
    let inside = help.split("Commands:\n").nth(1).unwrap();
    let inside = inside.split("\n\n").next().unwrap();
    let names = inside
        .lines()
        .filter(|l| l.starts_with("  ") && !l.starts_with("   "));
    names
        .filter_map(|l| l.split_whitespace().next().map(str::to_owned))
        .collect()
}

#[test]
fn every_shell_gets_a_script_that_it_can_read_and_that_names_what_there_is() {
    let listed = listed();
    assert!(listed.len() > 35, "{listed:?}");
    for (shell, check) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        let script = out(&["completions", shell]);
        for name in &listed {
            assert!(script.contains(name.as_str()), "{shell} has no {name}");
        }
        for hidden in ["drill-agent", "panic-test", "--pace"] {
            assert!(!script.contains(hidden), "{shell} shows {hidden}");
        }
        if let Some(mut program) = here(shell) {
            let read = program.arg(check).write_stdin(script).output().unwrap();
            let said = String::from_utf8_lossy(&read.stderr);
            assert!(read.status.success() && said.is_empty(), "{shell}: {said}");
        }
    }
}

#[test]
fn bash_completes_a_command_and_a_value() {
    let Some(mut bash) = here("bash") else {
        return;
    };
    let script = out(&["completions", "bash"]);
    let ask = "COMP_WORDS=(swarmwarden reass); COMP_CWORD=1; _swarmwarden swarmwarden reass swarmwarden; echo ${COMPREPLY[@]}\n\
               COMP_WORDS=(swarmwarden status --output j); COMP_CWORD=3; _swarmwarden swarmwarden j --output; echo ${COMPREPLY[@]}\n";
    let read = bash
        .args(["--norc", "-s"])
        .write_stdin(format!("{script}\n{ask}"))
        .output()
        .unwrap();
    let said = String::from_utf8(read.stdout.clone()).unwrap();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines,
        ["reassign", "json junit"],
        "{}",
        String::from_utf8_lossy(&read.stderr)
    );
}

#[test]
fn an_unknown_shell_is_a_mistake_of_usage() {
    assert_eq!(run(warden().args(["completions", "tcsh"])).0, 64);
}

#[test]
fn the_manual_page_names_every_command_and_its_readers_take_it() {
    let page = out(&["man"]);
    let plain = page.replace('\\', "");
    for name in listed() {
        assert!(plain.contains(&format!("swarmwarden-{name}(1)")), "{name}");
    }
    for hidden in ["drill-agent", "panic-test", "--pace", "SWARMWARDEN_PACE"] {
        assert!(!plain.contains(hidden), "the page shows {hidden}");
    }
    assert!(plain.contains("78 configuration"), "no exit codes");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("swarmwarden.1");
    fs::write(&file, &page).unwrap();
    if let Some(mut man) = here("man") {
        let read = man.args(["--warnings", "-l"]).arg(&file).output().unwrap();
        let said = String::from_utf8_lossy(&read.stderr);
        let text = String::from_utf8_lossy(&read.stdout);
        // Systems without documentation put a word in the place of the program.
        if text.contains("SYNOPSIS") {
            assert!(read.status.success() && said.is_empty(), "{said}");
        } else {
            skipped("the man here does not show pages");
        }
    }
    if let Some(mut mandoc) = here("mandoc") {
        let read = mandoc
            .args(["-Tlint", "-Werror"])
            .arg(&file)
            .output()
            .unwrap();
        assert!(
            read.status.success(),
            "{}",
            String::from_utf8_lossy(&read.stdout)
        );
    }
}

#[test]
fn a_directory_gets_a_page_for_each_command() {
    let dir = tempfile::tempdir().unwrap();
    let man = dir.path().join("man1");
    let (code, said, err) = run(warden().args(["man", "--dir"]).arg(&man));
    assert_eq!((code, said.as_str(), err.as_str()), (0, "", ""));
    for name in listed() {
        let page = fs::read_to_string(man.join(format!("swarmwarden-{name}.1")));
        assert!(page.unwrap().contains(".SH SYNOPSIS"), "{name}");
    }
    assert!(man.join("swarmwarden-config-print.1").exists());
    assert!(!man.join("swarmwarden-drill-agent.1").exists());
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let (code, _, err) = run(warden().args(["man", "--dir"]).arg(&file));
    assert_eq!(code, 73, "{err}");
}
