use super::*;

const NOW: Timestamp = Timestamp(1_763_118_000_000_000);

fn tips(scenario: Scenario) -> Vec<(String, String)> {
    let dir = tempfile::tempdir().unwrap();
    let spec = Spec {
        scenario,
        ..Spec::default()
    };
    write(dir.path(), spec, NOW).unwrap();
    let git = Repository::open(dir.path()).unwrap();
    let mut tips: Vec<_> = (git.branches(None).unwrap())
        .map(|b| {
            let (b, _) = b.unwrap();
            let id = b.get().peel_to_commit().unwrap().id().to_string();
            (b.name().unwrap().unwrap().to_owned(), id)
        })
        .collect();
    tips.sort();
    tips
}

#[test]
fn the_same_demo_has_the_same_commits() {
    assert_eq!(tips(Scenario::Incident), tips(Scenario::Incident));
    assert_eq!(tips(Scenario::Incident).len(), 5);
}

#[test]
fn a_calm_swarm_has_nothing_that_contradicts_its_status() {
    let names: Vec<String> = tips(Scenario::Calm).into_iter().map(|(n, _)| n).collect();
    assert!(!names.iter().any(|n| n == PHONES));
}
