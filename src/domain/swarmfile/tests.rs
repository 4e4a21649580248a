use super::*;

const SMALL: &str = r#"
name = "small"
coordination = "main"
[limits]
session = "4h"
[[session]]
number = 2
title = "Cloud"
branch = "claude/cloud-<session-id>"
outputs = ["docs/OUT.md"]
roles = ["haiku-2*-team-6"]
teams = [{ number = 6, name = "Compute" }]
agents = [{ number = 21, name = "Haiku-21", team = 6, task = "EC2" }]
criteria = [
  { kind = "file", path = "docs/OUT.md" },
  { kind = "matches", path = "docs/OUT.md", pattern = "^## .+ API", at_least = 15, what = "APIs" },
  { kind = "links", path = "docs/OUT.md", at_least = 1 },
  { kind = "heading", path = "docs/OUT.md", pattern = "complexity" },
  { kind = "merged" },
  { kind = "blockers-closed" },
]
"#;

#[test]
fn a_swarm_is_read_with_its_limits_and_criteria() {
    let swarm = SwarmFile::read(SMALL).unwrap();
    assert_eq!(swarm.limits.session, Span::seconds(4 * 3600));
    assert_eq!(swarm.limits.update, Span::seconds(1800));
    let session = swarm.session(2).unwrap();
    assert_eq!(session.agents[0].role(), "haiku-21-team-6");
    assert_eq!(session.range(), Some((21, 21)));
    assert_eq!(session.criteria.len(), 6);
    assert_eq!(
        session.criteria[1].words(),
        "at least 15 APIs in docs/OUT.md"
    );
    assert_eq!(session.blockers(), "BLOCKERS.md");
    assert!(session.has_role("haiku-21-team-6") && session.has_role("haiku-27-team-6"));
    assert!(!session.has_role("haiku-31-team-6") && !session.has_role("haiku-21-team-61"));
}

#[test]
fn unknown_keys_are_named_with_their_line() {
    let wrong = SwarmFile::read("name = \"x\"\ncolour = 1\n")
        .unwrap_err()
        .join("\n");
    assert!(
        wrong.contains("colour") && wrong.contains("line 2"),
        "{wrong}"
    );
    let wrong = SwarmFile::read(
        "name = \"x\"\n[[session]]\nnumber = 1\nagents = [{ number = 1, nme = \"a\" }]\n",
    );
    assert!(wrong.unwrap_err().join("\n").contains("nme"));
}

#[test]
fn what_reaches_out_of_the_repository_is_refused_by_name() {
    for bad in [
        "../up",
        "/abs",
        "a/../b",
        ".git/config",
        "a/.GIT/x",
        ".git./x",
        "GIT~1/x",
        "a\\\\b",
        "c:/x",
        "a//b",
        "",
        ".",
    ] {
        let raw = SMALL.replace("[\"docs/OUT.md\"]", &format!("[\"{bad}\"]"));
        let wrong = SwarmFile::read(&raw).unwrap_err().join("\n");
        assert!(wrong.contains("no path inside"), "{bad}: {wrong}");
    }
    for bad in [
        "-x", "a..b", "a b", "x.lock", "a//b", "/a", "a/", "@", "HEAD", "a@{1}", "a:b", ".a",
    ] {
        assert!(!is_branch(bad), "{bad}");
    }
    assert!(is_branch(
        "claude/debug-session-freezing-011CV2mM1FVCwsC8GoBR2aQy"
    ));
    assert!(is_path("docs/ünï.md") && is_path(".github/workflows/ci.yml"));
}

#[test]
fn numbers_and_teams_must_hold_together() {
    let twice = SMALL.replace(
        "agents = [",
        "agents = [{ number = 21, name = \"B\", team = 9, task = \"x\" }, ",
    );
    let wrong = SwarmFile::read(&twice).unwrap_err().join("\n");
    assert!(wrong.contains("agent 21: every agent"), "{wrong}");
    assert!(wrong.contains("team 9, which is not listed"), "{wrong}");
    let wrong = SwarmFile::read(&SMALL.replace("complexity", "("))
        .unwrap_err()
        .join("\n");
    assert!(wrong.contains("pattern ("), "{wrong}");
}

#[test]
fn texts_are_neutralised() {
    let raw = SMALL.replace("\"Cloud\"", "\"Cl\\u001b[31moud\\u202e\"");
    let swarm = SwarmFile::read(&raw).unwrap();
    assert!(!swarm.sessions[0].title.contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn a_star_stands_for_anything() {
    for (pattern, name, yes) in [
        ("a*", "abc", true),
        ("*", "", true),
        ("a*c", "abc", true),
        ("a*c", "ac", true),
        ("a*b*c", "axbyc", true),
        ("a*b*c", "axcyb", false),
        ("abc", "abc", true),
        ("abc", "abcd", false),
        ("a*ab", "ab", false),
    ] {
        assert_eq!(fits(pattern, name), yes, "{pattern} {name}");
    }
}
