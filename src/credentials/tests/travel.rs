//! From joining to a credential that is held.

use super::*;
use crate::domain::Span;

fn later(seconds: i64) -> Timestamp {
    NOW.plus(Span::seconds(seconds))
}

#[test]
fn a_worker_joins_is_accepted_and_holds_its_credential() {
    let world = World::new();
    let joined = world.joins(3);
    assert!(joined.new_key && joined.new);
    assert!(!world.joins(3).new, "joining again changes nothing");
    let shelf = world.shelf(0);
    let at = shelf.fetch().unwrap();
    let seen = members(&world.home(0), &shelf, at).unwrap();
    assert_eq!(
        seen,
        [Member {
            worker: 3,
            fingerprint: Some(joined.fingerprint.clone()),
            standing: Standing::Waiting
        }]
    );
    let wrong = accept(
        &world.home(0),
        &shelf,
        at,
        (3, Some("0000-0000-0000-0000")),
        NOW,
    );
    assert!(words(wrong).contains("before you accept"));
    let short = accept(
        &world.home(0),
        &shelf,
        at,
        (3, Some(&joined.fingerprint[..9])),
        NOW,
    );
    assert!(
        words(short).contains(&joined.fingerprint),
        "eight digits are no fingerprint"
    );
    let given = joined.fingerprint.to_uppercase().replace('-', ":");
    assert!(
        accept(&world.home(0), &shelf, at, (3, Some(&given)), NOW)
            .unwrap()
            .1
    );
    assert_eq!(
        members(&world.home(0), &shelf, at).unwrap()[0].standing,
        Standing::Accepted
    );
    assert!(
        words(accept(&world.home(0), &shelf, at, (4, None), NOW))
            .contains("credentials join --worker 4")
    );
}

#[test]
fn what_was_issued_is_held_in_a_file_of_its_own() {
    let world = World::new();
    world.joins(3);
    world.accepts(3);
    let syncer = world.syncer(3);
    assert!(matches!(
        syncer.pass(NOW, |_| Ok(true)).unwrap().outcome,
        Outcome::Nothing
    ));
    let new = world.issues(3, 1, Format::Age, NOW);
    let pass = syncer.pass(later(60), |_| Ok(true)).unwrap();
    assert_eq!(id_of(&pass), Some((new.id.clone(), true)));
    assert!(pass.notes.is_empty(), "{:?}", pass.notes);
    assert_eq!(
        id_of(&syncer.pass(later(120), |_| Ok(true)).unwrap()),
        Some((new.id.clone(), false))
    );
    assert_eq!(mode(&syncer.path()), 0o600);
    let held = Delivery::new(None, &world.dir.path().join("state-3"), "s2")
        .held(3, later(60))
        .unwrap()
        .unwrap();
    assert!(held.token.is(new.token_b.reveal()) && &*held.role == "worker-3-tests");
    fs::remove_file(syncer.path()).unwrap();
    assert!(
        matches!(
            syncer.pass(later(180), |_| Ok(true)).unwrap().outcome,
            Outcome::New(_)
        ),
        "what is gone is put again"
    );
}

#[test]
fn no_clear_token_is_in_any_object_of_any_repository() {
    let world = World::new();
    world.joins(3);
    world.accepts(3);
    let new = world.issues(3, 0xab, Format::Age, NOW);
    world.syncer(3).pass(NOW, |_| Ok(true)).unwrap();
    let repos = ["remote.git", "orchestrator", "machine-3"].map(|name| world.dir.path().join(name));
    git(&repos[0], &["gc", "-q"]);
    for repo in &repos {
        let all = World::objects(repo);
        assert!(has(&all, "age-encryption.org/v1"), "{}", repo.display());
        for secret in [new.token_b.reveal(), new.token_a.reveal(), "AGE-SECRET-KEY"] {
            assert!(!has(&all, secret), "{}", repo.display());
        }
    }
    // The scan would see one.
    world.plants("x", new.token_b.reveal().as_bytes());
    assert!(has(&World::objects(&repos[0]), new.token_b.reveal()));
    // The coordinator's token stays with the orchestrator, in a file of its own.
    let own = world
        .home(0)
        .dir()
        .join(format!("orchestrator/worker-3-{}.json", new.id.raw()));
    assert!(
        fs::read_to_string(&own)
            .unwrap()
            .contains(new.token_a.reveal())
    );
    assert_eq!(mode(&own), 0o600);
    assert!(
        !fs::read_to_string(world.syncer(3).path())
            .unwrap()
            .contains("coordinator")
    );
}

#[test]
fn a_dirty_worktree_and_its_branches_stay_as_they_are() {
    let world = World::new();
    world.joins(3);
    world.accepts(3);
    world.issues(3, 1, Format::Age, NOW);
    let clone = world.clone_of(3);
    fs::write(clone.join("work"), "unfinished").unwrap();
    git(&clone, &["add", "work"]);
    fs::write(clone.join("work"), "further").unwrap();
    let state = || {
        (
            git(&clone, &["status", "--porcelain=v2", "--branch"]),
            git(&clone, &["for-each-ref", "refs/heads"]),
            fs::read(clone.join(".git/index")).unwrap(),
        )
    };
    let before = state();
    world.syncer(3).pass(NOW, |_| Ok(true)).unwrap();
    assert_eq!(state(), before);
}

#[test]
fn machines_that_join_at_the_same_time_all_get_through() {
    let world = World::new();
    let joins: Vec<_> = [3, 4]
        .map(|n| {
            let (home, shelf) = (world.home(n), world.shelf(n));
            std::thread::spawn(move || join(&home, &shelf, n, false, &World::who()).unwrap())
        })
        .into();
    for join in joins {
        join.join().unwrap();
    }
    let shelf = world.shelf(0);
    let at = shelf.fetch().unwrap();
    let seen: Vec<_> = members(&world.home(0), &shelf, at)
        .unwrap()
        .into_iter()
        .map(|m| m.worker)
        .collect();
    assert_eq!(seen, [3, 4]);
}

#[test]
fn a_rotation_reaches_the_worker_and_an_old_one_played_back_does_not() {
    let world = World::new();
    world.joins(3);
    world.accepts(3);
    let first = world.issues(3, 1, Format::Age, NOW);
    let syncer = world.syncer(3);
    syncer.pass(NOW, |_| Ok(true)).unwrap();
    let old = git(
        &world.clone_of(0),
        &["rev-parse", "claude/s2-test-credentials"],
    );
    let old = String::from_utf8(old).unwrap();
    let second = world.issues(3, 2, Format::Age, later(9_000));
    assert_eq!(
        id_of(&syncer.pass(later(9_000), |_| Ok(true)).unwrap()),
        Some((second.id.clone(), true))
    );
    // Somebody resets the branch to what it was.
    let remote = world.dir.path().join("remote.git");
    git(
        &remote,
        &[
            "update-ref",
            "refs/heads/claude/s2-test-credentials",
            old.trim(),
        ],
    );
    let error = words(syncer.pass(later(9_060), |_| Ok(true)));
    assert!(
        error.contains("rewritten") && error.contains("older"),
        "{error}"
    );
    let held = Delivery::new(None, &world.dir.path().join("state-3"), "s2")
        .held(3, later(9_060))
        .unwrap()
        .unwrap();
    assert_eq!(held.conversation, second.id);
    assert_ne!(first.id, second.id);
    // A branch that was rewritten and holds something newer is taken, and said.
    git(
        &world.clone_of(0),
        &[
            "update-ref",
            "refs/heads/claude/s2-test-credentials",
            old.trim(),
        ],
    );
    let third = world.issues(3, 3, Format::Age, later(9_100));
    let pass = syncer.pass(later(9_120), |_| Ok(true)).unwrap();
    assert_eq!(id_of(&pass), Some((third.id, true)));
    assert!(
        pass.notes.iter().any(|n| n.contains("rewritten")),
        "{:?}",
        pass.notes
    );
}

#[test]
fn a_clear_credential_is_taken_with_a_warning_and_can_be_encrypted() {
    let world = World::new();
    let clear = r#"{"conversation_id": "conv_0123456789abcdef", "worker_id": "worker-3-tests", "worker_role": "worker-3-tests",
        "coordinator_token": "cccccccccccccccccccccccccccccccc", "worker_token": "dddddddddddddddddddddddddddddddd",
        "created_at": "2025-11-13T15:00:00.123456", "expires_at": "2025-11-13T18:00:00.123456"}"#;
    world.plants("credentials/s2-worker-3-credentials.json", clear.as_bytes());
    let syncer = world.syncer(3);
    let pass = syncer.pass(NOW, |_| Ok(true)).unwrap();
    assert!(matches!(pass.outcome, Outcome::New(_)));
    assert!(
        pass.notes.len() == 2
            && pass.notes[0].contains("in clear")
            && pass.notes[1].contains("rotated"),
        "{:?}",
        pass.notes
    );
    let held = fs::read_to_string(syncer.path()).unwrap();
    assert!(held.contains("dddd") && !held.contains("cccc"));
    // The swarm goes over.
    world.joins(3);
    let encrypt_all = || {
        encrypt_clear(
            &world.home(0),
            &world.shelf(0),
            Format::Age,
            (&World::who(), NOW),
        )
        .unwrap()
    };
    assert!(encrypt_all().0[0].contains("not accepted"));
    world.accepts(3);
    let (said, done) = encrypt_all();
    assert_eq!(
        (said, done.new),
        (vec!["worker-3: encrypted".to_owned()], true)
    );
    assert!(!encrypt_all().1.new);
    let tip = String::from_utf8(git(
        &world.dir.path().join("remote.git"),
        &["ls-tree", "-r", "--name-only", "claude/s2-test-credentials"],
    ))
    .unwrap();
    assert!(
        tip.contains("s2-worker-3-credentials.json.age") && !tip.contains("credentials.json\n"),
        "{tip}"
    );
    let pass = syncer.pass(NOW, |_| Ok(true)).unwrap();
    assert!(matches!(pass.outcome, Outcome::Same(_)) && pass.notes.is_empty());
}
