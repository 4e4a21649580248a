//! What is refused, by name; and remotes that do not answer.

use super::*;
use crate::git::Network;

/// A credential as JSON, with one thing changed.
fn json(change: &[(&str, serde_json::Value)]) -> Vec<u8> {
    let mut all = serde_json::json!({
        "conversation_id": "conv_0123456789abcdef", "worker_id": 3, "worker_role": "worker-3-tests",
        "worker_token": "d".repeat(64), "created_at": "2025-11-13T15:00:00", "expires_at": "2025-11-13T18:00:00",
    });
    for (name, value) in change {
        all[*name] = value.clone();
    }
    all.to_string().into_bytes()
}

#[test]
fn hostile_json_is_refused_by_the_name_of_its_file() {
    let read = |bytes: &[u8]| Credential::read("credentials/x.json", bytes, 3, NOW).map(drop);
    read(&json(&[])).unwrap();
    let long = "a".repeat(200);
    for (bytes, why) in [
        (b"{".to_vec(), "not JSON"),
        (b"".to_vec(), "not JSON"),
        (b"[]".to_vec(), "another kind"),
        (vec![b'['; 60_000], "refused"),
        (vec![0xff, 0xfe, 0x00], "not JSON"),
        (vec![b' '; CAP + 1], "64 KiB"),
        (json(&[("worker_id", 4.into())]), "for worker 4"),
        (json(&[("worker_id", "worker-33".into())]), "for worker 33"),
        (json(&[("worker_id", (-3).into())]), "for nobody"),
        (
            json(&[("worker_id", serde_json::Value::Null)]),
            "for nobody",
        ),
        (json(&[("worker_id", "3; rm -rf".into())]), "for nobody"),
        (json(&[("conversation_id", "../../etc".into())]), "no id"),
        (json(&[("conversation_id", long.into())]), "no id"),
        (json(&[("worker_token", "short".into())]), "no token"),
        (
            json(&[("worker_token", "d d\n".repeat(9).into())]),
            "no token",
        ),
        (json(&[("created_at", "yesterday".into())]), "created_at"),
        (json(&[("expires_at", 5.into())]), "another kind"),
        (
            json(&[("expires_at", "2025-11-13T16:00:00".into())]),
            "expired at",
        ),
    ] {
        let error = words(read(&bytes));
        assert!(
            error.contains(why) && error.contains("credentials/x.json"),
            "{why}: {error}"
        );
        assert!(!error.contains("dddd"), "{error}");
    }
    let role = Credential::read(
        "x",
        &json(&[("worker_role", "w\u{1b}[31m\u{202e}".into())]),
        3,
        NOW,
    )
    .unwrap();
    assert!(!role.credential.role.contains(['\u{1b}', '\u{202e}']));
    // What serde would quote is not.
    let error = words(read(&json(&[
        ("worker_id", 3.into()),
        ("created_at", serde_json::json!(["d".repeat(64)])),
    ])));
    assert!(!error.contains("dddd"), "{error}");
}

#[test]
fn times_that_no_credential_has_are_refused() {
    let read = |name: &str, time: &str| {
        let bytes = json(&[(name, time.into())]);
        Credential::read("credentials/x.json", &bytes, 3, NOW).map(drop)
    };
    // Clocks differ by a little.
    read("created_at", "2025-11-13T16:04:59").unwrap();
    for (name, time, why) in [
        ("created_at", "2025-11-13T16:05:01", "is in the future"),
        ("created_at", "2025-11-13T19:00:00", "is in the future"),
        ("expires_at", "2025-11-15T15:00:00", "lives longer"),
        ("expires_at", "9999-12-31T23:59:59", "lives longer"),
    ] {
        let error = words(read(name, time));
        assert!(
            error.contains(why) && error.contains("credentials/x.json"),
            "{error}"
        );
    }
}

#[test]
fn a_credential_for_another_key_or_changed_on_the_way_is_refused() {
    let world = World::new();
    world.joins(3);
    world.joins(4);
    world.accepts(3);
    world.accepts(4);
    world.issues(4, 1, Format::Age, NOW);
    let shelf = world.shelf(0);
    let tip = shelf.fetch().unwrap().unwrap();
    let sealed = shelf
        .read(tip, &place().credential(4, true))
        .unwrap()
        .unwrap();
    let path = "credentials/s2-worker-3-credentials.json.age";
    world.plants(path, &sealed);
    let says = |why: &str| {
        let error = words(world.syncer(3).pass(NOW, |_| Ok(true)));
        assert!(error.contains(path) && error.contains(why), "{error}");
        assert!(!world.syncer(3).path().exists());
    };
    says("another key");
    let key = world.home(3).worker_key(3).unwrap().public();
    let mut broken = encrypt(&[&key], &json(&[])).unwrap();
    *broken.last_mut().unwrap() ^= 1;
    world.plants(path, &broken);
    says("changed or cut");
    world.plants(path, b"not age");
    says("no age file");
    world.plants(
        path,
        &encrypt(&[&key], &json(&[("worker_id", 4.into())])).unwrap(),
    );
    says("for worker 4");
    world.plants(path, &encrypt(&[&key], &vec![b' '; CAP + 1]).unwrap());
    says("64 KiB");
    world.plants(path, &vec![b'x'; 400 * 1024]);
    let error = words(world.syncer(3).pass(NOW, |_| Ok(true)));
    assert!(error.contains("bytes, more than"), "{error}");
    // A refused one is not replaced by a clear one.
    world.plants("credentials/s2-worker-3-credentials.json", &json(&[]));
    assert!(world.syncer(3).pass(NOW, |_| Ok(true)).is_err());
}

#[test]
fn a_link_in_place_of_a_credential_is_refused() {
    let world = World::new();
    let clone = world.clone_of(0);
    git(
        &clone,
        &["checkout", "-q", "-b", "claude/s2-test-credentials"],
    );
    fs::create_dir(clone.join("credentials")).unwrap();
    std::os::unix::fs::symlink(
        "/etc/passwd",
        clone.join("credentials/s2-worker-3-credentials.json"),
    )
    .unwrap();
    fs::create_dir(clone.join("credentials/keys")).unwrap();
    std::os::unix::fs::symlink("../x", clone.join("credentials/keys/worker-3.pub")).unwrap();
    fs::write(
        clone.join("credentials/keys/worker-4.pub"),
        "age1\u{1b}[31m",
    )
    .unwrap();
    fs::write(clone.join("credentials/keys/worker-04.pub"), "x").unwrap();
    git(&clone, &["add", "."]);
    git(&clone, &["commit", "-qm", "x"]);
    git(
        &clone,
        &["push", "-q", "origin", "claude/s2-test-credentials"],
    );
    let error = words(world.syncer(3).pass(NOW, |_| Ok(true)));
    assert!(
        error.contains("s2-worker-3-credentials.json") && error.contains("symbolic link"),
        "{error}"
    );
    let shelf = world.shelf(0);
    let at = shelf.fetch().unwrap();
    let seen = members(&world.home(0), &shelf, at).unwrap();
    assert_eq!(seen.iter().map(|m| m.worker).collect::<Vec<_>>(), [3, 4]);
    assert!(
        seen.iter()
            .all(|m| matches!(&m.standing, Standing::Bad(why) if !why.contains('\u{1b}'))),
        "{seen:?}"
    );
    // The orchestrator has the branch checked out: nothing is put under its feet.
    let put = shelf.publish("x", &World::who(), |_| {
        Ok(vec![("a".into(), Some(vec![1]))])
    });
    assert!(words(put).contains("checked out"));
}

#[test]
fn a_number_that_is_taken_is_not_taken_over_silently() {
    let world = World::new();
    world.joins(3);
    world.accepts(3);
    // Another machine with its own home joins as worker 3.
    let again = join(&world.home(4), &world.shelf(4), 3, false, &World::who());
    assert!(words(again).contains("--replace"));
    let joined = join(&world.home(4), &world.shelf(4), 3, true, &World::who()).unwrap();
    let shelf = world.shelf(0);
    let at = shelf.fetch().unwrap();
    let seen = members(&world.home(0), &shelf, at).unwrap();
    assert!(matches!(seen[0].standing, Standing::Changed { .. }));
    assert_eq!(seen[0].fingerprint, Some(joined.fingerprint));
    // Until it is accepted, everything still goes to the first.
    let new = world.issues(3, 1, Format::Age, NOW);
    assert_eq!(
        id_of(&world.syncer(3).pass(NOW, |_| Ok(true)).unwrap()),
        Some((new.id, true))
    );
}

#[test]
fn keys_that_others_may_read_are_not_used() {
    let world = World::new();
    world.joins(3);
    let path = world.home(3).dir().join("worker-3.key");
    assert_eq!((mode(&path), mode(world.home(3).dir())), (0o600, 0o700));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(words(world.home(3).worker_key(3)).contains("chmod 600"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&path, "garbage").unwrap();
    assert!(words(world.home(3).worker_key(3)).contains("no age key"));
    assert!(words(world.home(3).worker_key(5)).contains("join --worker 5"));
}

#[test]
fn a_remote_that_does_not_let_us_in_or_is_not_there_is_said_and_nothing_is_lost() {
    let world = World::new();
    world.joins(3);
    world.accepts(3);
    let new = world.issues(3, 1, Format::Age, NOW);
    let syncer = world.syncer(3);
    syncer.pass(NOW, |_| Ok(true)).unwrap();
    let clone = world.clone_of(3);
    // A server that refuses: the ssh of this clone says so.
    let ssh = world.dir.path().join("ssh");
    fs::write(
        &ssh,
        "#!/bin/sh\necho 'git@example.org: Permission denied (publickey).' >&2\nexit 255\n",
    )
    .unwrap();
    fs::set_permissions(&ssh, fs::Permissions::from_mode(0o755)).unwrap();
    git(
        &clone,
        &["config", "core.sshCommand", ssh.to_str().unwrap()],
    );
    git(
        &clone,
        &["remote", "set-url", "origin", "ssh://git@example.org/x.git"],
    );
    let error = words(syncer.pass(NOW, |_| Ok(true)));
    assert!(
        error.contains("refused access") && error.contains("publickey"),
        "{error}"
    );
    git(&clone, &["remote", "set-url", "origin", "nowhere.git"]);
    assert!(words(syncer.pass(NOW, |_| Ok(true))).contains("cannot be reached"));
    git(&clone, &["remote", "remove", "origin"]);
    assert!(words(syncer.pass(NOW, |_| Ok(true))).contains("git remote add"));
    let missing = syncer.pass(NOW, |_| Ok(true));
    assert!(missing.is_err());
    let held = Delivery::new(None, &world.dir.path().join("state-3"), "s2")
        .held(3, NOW)
        .unwrap()
        .unwrap();
    assert_eq!(held.conversation, new.id);
    let shelf = world
        .shelf(4)
        .through(Network::at(world.clone_of(4)).with("no-such-git"));
    assert!(words(shelf.fetch()).contains("PATH"));
}
