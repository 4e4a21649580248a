//! What the orchestrator sends, and to whom.

use super::*;
use crate::domain::Span;

fn later(seconds: i64) -> Timestamp {
    NOW.plus(Span::seconds(seconds))
}

#[test]
fn formats_are_written_as_asked() {
    let world = World::new();
    let unaccepted = prepare(&world.home(0), Format::Age, 3, (&World::new_one(3, 1), NOW));
    assert!(words(unaccepted).contains("credentials accept worker-3"));
    world.joins(3);
    world.accepts(3);
    let files = |format, n| {
        world.issues(3, n, format, later(i64::from(n)));
        let tip = git(
            &world.dir.path().join("remote.git"),
            &[
                "ls-tree",
                "--name-only",
                "claude/s2-test-credentials:credentials",
            ],
        );
        String::from_utf8(tip)
            .unwrap()
            .lines()
            .filter(|l| l.starts_with("s2-"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (age, clear) = (
        "s2-worker-3-credentials.json.age",
        "s2-worker-3-credentials.json",
    );
    assert_eq!(files(Format::Both, 1), [clear, age]);
    assert_eq!(files(Format::Age, 2), [age]);
    assert_eq!(files(Format::Clear, 3), [clear]);
}

#[test]
fn what_the_bridge_never_knew_is_forgotten_and_what_waits_is_sent_later() {
    let world = World::new();
    world.joins(3);
    world.accepts(3);
    let (home, new) = (world.home(0), World::new_one(3, 1));
    prepare(&home, Format::Age, 3, (&new, NOW)).unwrap();
    assert!(
        pending(&home, |_| false).unwrap().is_empty(),
        "died before the bridge heard of it"
    );
    assert!(
        send(&home, &world.shelf(0), &World::who())
            .unwrap()
            .is_none()
    );
    prepare(&home, Format::Age, 3, (&new, NOW)).unwrap();
    assert_eq!(
        pending(&home, |_| true).unwrap().len(),
        1,
        "died after it did"
    );
    let remote = world.dir.path().join("remote.git");
    let away = world.dir.path().join("away.git");
    fs::rename(&remote, &away).unwrap();
    assert!(words(send(&home, &world.shelf(0), &World::who())).contains("cannot be reached"));
    fs::rename(&away, &remote).unwrap();
    assert!(
        send(&home, &world.shelf(0), &World::who())
            .unwrap()
            .unwrap()
            .new
    );
    assert_eq!(home.roster().unwrap().issued[0].stage, Stage::Sent);
    assert!(
        send(&home, &world.shelf(0), &World::who())
            .unwrap()
            .is_none()
    );
    assert_eq!(
        id_of(&world.syncer(3).pass(NOW, |_| Ok(true)).unwrap()),
        Some((new.id, true))
    );
}

#[test]
fn shared_files_follow_the_circle() {
    let world = World::new();
    world.joins(3);
    world.accepts(3);
    world.issues(3, 1, Format::Age, NOW);
    let put = |text: &str| {
        share(
            &world.home(0),
            &world.shelf(0),
            ("api.env", text.as_bytes()),
            &World::who(),
        )
        .unwrap()
    };
    assert!(put("KEY=shared-secret").new);
    assert!(!put("KEY=shared-secret").new, "the same again");
    let kept = world
        .dir
        .path()
        .join("state-3/credentials/s2/held/shared/api.env");
    world.syncer(3).pass(NOW, |_| Ok(true)).unwrap();
    assert_eq!(
        (fs::read_to_string(&kept).unwrap().as_str(), mode(&kept)),
        ("KEY=shared-secret", 0o600)
    );
    // A new member reads it once the files are encrypted anew.
    world.joins(4);
    world.accepts(4);
    world.issues(4, 2, Format::Age, NOW);
    assert!(world.syncer(4).pass(NOW, |_| Ok(true)).unwrap().notes[0].contains("another key"));
    assert!(
        reseal(&world.home(0), &world.shelf(0), &World::who())
            .unwrap()
            .is_empty()
    );
    assert!(
        world
            .syncer(4)
            .pass(NOW, |_| Ok(true))
            .unwrap()
            .notes
            .is_empty()
    );
    // Who is revoked reads nothing that comes after.
    let (ended, _) = revoke(&world.home(0), &world.shelf(0), 3, &World::who()).unwrap();
    assert_eq!(ended.len(), 1);
    reseal(&world.home(0), &world.shelf(0), &World::who()).unwrap();
    put("KEY=second");
    let pass = world.syncer(3).pass(NOW, |_| Ok(true)).unwrap();
    assert!(matches!(pass.outcome, Outcome::Nothing));
    assert_eq!(fs::read_to_string(&kept).unwrap(), "KEY=shared-secret");
    assert!(!has(
        &World::objects(&world.dir.path().join("remote.git")),
        "shared-secret"
    ));
    let odd = share(
        &world.home(0),
        &world.shelf(0),
        ("../x", b"x"),
        &World::who(),
    );
    assert!(words(odd).contains("refused"));
}
