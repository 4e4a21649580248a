use super::*;
use crate::domain::{
    Changes, ConversationRow, Seen, Snapshot, Source, Stamp, Swarm, health::Detector,
};

/// A swarm of one worker with this label and orchestrator.
fn picture(label: &str, orchestrator: &str) -> Snapshot {
    let row = ConversationRow {
        id: "c1".into(),
        role_a: orchestrator.into(),
        role_b: label.into(),
        created: Stamp::At(ago(10)),
        expires: Stamp::At(ago(-100)),
    };
    let mut swarm = Swarm::new(Detector::default(), None);
    let changes = Changes {
        conversations: Some(vec![row]),
        ..Changes::default()
    };
    swarm.apply(changes, Seen::Live(NOW));
    swarm.picture(NOW, Source::default(), None)
}

fn survey() -> Survey {
    let mut two = claim(2, "Clouds", ClaimState::InProgress, "going");
    (two.range, two.teams) = (Some((21, 30)), vec![6, 7]);
    two.branch = Some("claude/clouds-0a1b2c3d4".into());
    let ground = ground(
        two,
        Some(branch("claude/clouds-0a1b2c3d4", 1, 5)),
        Vec::new(),
    );
    Survey {
        grounds: vec![Arc::new(ground)],
        ..Survey::default()
    }
}

fn home(label: &str, orchestrator: &str) -> String {
    let picture = picture(label, orchestrator);
    let survey = survey();
    let all = judge(Scene {
        survey: Some(&survey),
        workers: &picture.workers,
        tasks: &[],
        now: NOW,
    });
    let home = all.iter().find(|s| !s.workers.is_empty()).unwrap();
    home.key.to_string()
}

#[test]
fn agents_of_the_documents_team_and_range_belong_to_their_session() {
    assert_eq!(home("haiku-21-team-6", "boss"), "session-2");
    assert_eq!(home("haiku-30", "boss"), "session-2");
    assert_eq!(home("worker-1-team-7", "boss"), "session-2");
}

#[test]
fn a_number_alone_says_nothing_of_a_worker() {
    assert_eq!(home("worker-22-tests", "boss"), "boss");
}

#[test]
fn an_orchestrator_is_known_by_its_number_or_by_the_topic() {
    for role in [
        "session-2",
        "s2-orchestrator",
        "Session 2",
        "orchestrator-s2",
        "clouds",
    ] {
        assert_eq!(home("worker-1", role), "session-2", "{role}");
    }
    for role in ["session-20", "boss2", "ps2"] {
        assert_eq!(home("worker-1", role), role);
    }
}
