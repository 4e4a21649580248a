use super::*;

fn swarm(name: &str) -> SwarmFile {
    SwarmFile::read(example(name).unwrap()).unwrap_or_else(|wrong| panic!("{wrong:?}"))
}

fn planned(name: &str, session: u32) -> Plan {
    let swarm = swarm(name);
    let kind = swarm.session(session).unwrap().template.clone();
    let text = template(kind.as_deref().unwrap_or("swarm")).unwrap();
    plan(&swarm, session, (&[], None), text).unwrap()
}

#[test]
fn the_protocols_swarm_is_whole() {
    let swarm = swarm("infrafabric");
    let count = |f: fn(&SessionPlan) -> usize| swarm.sessions.iter().map(f).collect::<Vec<_>>();
    assert_eq!(count(|s| s.agents.len()), [20, 10, 10, 10]);
    assert_eq!(count(|s| s.teams.len()), [5, 2, 2, 2]);
    let apis = swarm.sessions.iter().map(|s| {
        s.criteria.iter().find_map(|c| match c {
            crate::domain::swarmfile::Criterion::Matches { at_least, .. } => Some(*at_least),
            _ => None,
        })
    });
    assert_eq!(
        apis.collect::<Vec<_>>(),
        [Some(60), Some(15), Some(20), Some(15)]
    );
    let ranges: Vec<_> = swarm.sessions.iter().map(|s| s.range().unwrap()).collect();
    assert_eq!(ranges, [(1, 20), (21, 30), (31, 40), (41, 50)]);
    assert!(swarm.session(2).unwrap().has_role("haiku-21-team-6"));
}

#[test]
fn the_mission_of_session_two() {
    insta::assert_snapshot!(planned("infrafabric", 2).text);
}

#[test]
fn the_mission_of_the_drill() {
    insta::assert_snapshot!(planned("nine-agents", 1).text);
}

#[test]
fn every_session_can_be_planned_and_the_plan_is_the_same_twice() {
    for (name, sessions) in [("infrafabric", 1..=4), ("nine-agents", 1..=1)] {
        for session in sessions {
            let first = planned(name, session);
            assert_eq!(first, planned(name, session));
            assert!(
                !first.text.contains("{{") && !first.branch.contains('<'),
                "{}",
                first.text
            );
            assert!(
                !first.text.contains("](/") && !first.text.contains("file://"),
                "links are of the web"
            );
            let mut out = Vec::new();
            write(&mut out, &first, |_| "waits".to_owned()).unwrap();
            let out = String::from_utf8(out).unwrap();
            for agent in &first.agents {
                assert!(out.contains(&agent.role) && out.contains(agent.task.id.raw()));
            }
        }
    }
}

#[test]
fn an_agent_is_told_what_it_needs() {
    let agent = &planned("infrafabric", 2).agents[0];
    assert_eq!(
        (
            agent.role.as_str(),
            agent.task.id.raw(),
            agent.model.as_str()
        ),
        ("haiku-21-team-6", "s2-haiku-21", "haiku")
    );
    for part in [
        "Haiku-21 of team 6 (Cloud Compute)",
        "HAIKU-SWARM-CLOUD-INTEGRATIONS.md",
        "swarmwarden sync --worker 21",
        "[#s2-haiku-21/g1]",
        "BLOCKERS.md",
    ] {
        assert!(agent.prompt.contains(part), "{part}: {}", agent.prompt);
    }
}

#[test]
fn the_branch_is_the_one_that_is_there() {
    let swarm = swarm("infrafabric");
    let branch = |there: &[&str], id: Option<&str>| {
        let there: Vec<_> = there.iter().map(|b| (*b).to_owned()).collect();
        plan(&swarm, 2, (&there, id), "x").map(|plan| plan.branch)
    };
    let made = branch(&[], None).unwrap();
    assert!(
        made.starts_with("claude/cloud-integrations-") && made.len() > 30,
        "{made}"
    );
    let there = [
        "main",
        "claude/cloud-integrations-011CV",
        "claude/cloud-integrations-011CV",
    ];
    assert_eq!(
        branch(&there, None).unwrap(),
        "claude/cloud-integrations-011CV"
    );
    assert_eq!(
        branch(&there, Some("x")).unwrap(),
        "claude/cloud-integrations-x"
    );
    let two = ["claude/cloud-integrations-a", "claude/cloud-integrations-b"];
    assert!(branch(&two, None).unwrap_err().to_string().contains("--id"));
    assert!(branch(&[], Some("../x")).is_err() && branch(&[], Some("a b")).is_err());
    assert!(
        plan(&swarm, 9, (&[], None), "x")
            .unwrap_err()
            .to_string()
            .contains("it has 1, 2, 3, 4")
    );
    assert_eq!(
        plan(&swarm, 1, (&[], None), "x").unwrap().branch,
        "claude/debug-session-freezing-011CV2mM1FVCwsC8GoBR2aQy"
    );
}

#[test]
fn templates_are_filled_once() {
    let mut swarm = swarm("infrafabric");
    swarm.sessions[1].title = "{{branch}} {{nothing}}".into();
    let text = plan(
        &swarm,
        2,
        (&[], Some("x")),
        "# {{title}} on {{ branch }} {{",
    )
    .unwrap()
    .text;
    assert_eq!(
        text,
        "# {{branch}} {{nothing}} on claude/cloud-integrations-x {{"
    );
    let error = plan(&swarm, 2, (&[], None), "{{nothing}}")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("{{nothing}}") && error.contains("main_output"),
        "{error}"
    );
}

#[test]
fn the_launch_command_is_words_and_no_shell() {
    let mut swarm = swarm("infrafabric");
    swarm.launch = [
        "agent",
        "--model={model}",
        "{prompt}",
        "{unknown}",
        "{worker}",
    ]
    .map(Into::into)
    .into();
    swarm.sessions[1].agents[0].task = "x\"; rm -rf {worker} $HOME".into();
    let agent = plan(&swarm, 2, (&[], None), "x").unwrap().agents[0].clone();
    assert_eq!(agent.launch.len(), 5);
    assert_eq!(
        (
            agent.launch[1].as_str(),
            agent.launch[3].as_str(),
            agent.launch[4].as_str()
        ),
        ("--model=haiku", "{unknown}", "21")
    );
    assert_eq!(agent.launch[2], agent.prompt);
    assert!(agent.prompt.contains("rm -rf {worker} $HOME"));
}
