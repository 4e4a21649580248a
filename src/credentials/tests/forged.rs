//! What somebody who may push to the branch can do to a worker, and what not.

use super::*;
use crate::domain::Span;

fn later(seconds: i64) -> Timestamp {
    NOW.plus(Span::seconds(seconds))
}

/// Worker 3 holds what was issued for it.
fn held() -> (World, NewConversation) {
    let world = World::new();
    world.joins(3);
    world.accepts(3);
    let new = world.issues(3, 1, Format::Age, NOW);
    world.syncer(3).pass(NOW, |_| Ok(true)).unwrap();
    (world, new)
}

/// Encrypts a credential to worker 3 and puts it on the branch, as anybody can who reads the worker's public key there.
fn forges(world: &World, conversation: &str, token: char, created: Timestamp) {
    let forged = Credential {
        conversation: conversation.into(),
        worker: 3,
        role: "worker-3-tests".into(),
        token: crate::domain::credential::Secret::new(token.to_string().repeat(64)),
        created,
        expires: created.plus(Span::seconds(3 * 3600)),
    };
    let key = world.home(3).worker_key(3).unwrap().public();
    let sealed = encrypt(&[&key], &forged.bytes()).unwrap();
    world.plants(&place().credential(3, true), &sealed);
}

#[test]
fn another_token_for_the_conversation_that_is_held_is_asked_about() {
    let (world, new) = held();
    forges(&world, new.id.raw(), 'f', NOW);
    let mut asked = 0;
    let refused = world.syncer(3).pass(later(60), |c| {
        asked += 1;
        Err(CredentialError::NotJoined(c.worker))
    });
    assert!(refused.is_err());
    assert_eq!(asked, 1);
    let text = fs::read_to_string(world.syncer(3).path()).unwrap();
    assert!(text.contains(new.token_b.reveal()));
}

#[test]
fn what_nobody_verified_keeps_out_nothing_that_is_genuine() {
    let (world, _) = held();
    forges(&world, "conv_forged", 'f', later(60 + 299));
    let pass = world.syncer(3).pass(later(60), |_| Ok(false)).unwrap();
    assert!(
        matches!(pass.outcome, Outcome::New(_)),
        "no bridge is at hand"
    );
    // Once there is one, it is asked about what is held already.
    let asked = world
        .syncer(3)
        .pass(later(70), |c| Err(CredentialError::NotJoined(c.worker)));
    assert!(asked.is_err());
    let again = world.syncer(3).pass(later(80), |_| Ok(false)).unwrap();
    assert!(matches!(again.outcome, Outcome::Same(_)));
    let genuine = world.issues(3, 2, Format::Age, later(90));
    let pass = world.syncer(3).pass(later(100), |_| Ok(true)).unwrap();
    assert_eq!(id_of(&pass), Some((genuine.id, true)));
}

#[test]
fn what_was_verified_is_not_asked_about_again_while_it_is_held() {
    let (world, new) = held();
    let never = |_: &Credential| -> Result<bool, CredentialError> { panic!("asked") };
    let pass = world.syncer(3).pass(later(60), never).unwrap();
    assert_eq!(id_of(&pass), Some((new.id, false)));
    fs::remove_file(world.syncer(3).path()).unwrap();
    let mut asked = 0;
    let pass = world.syncer(3).pass(later(70), |_| {
        asked += 1;
        Ok(true)
    });
    assert!(matches!(pass.unwrap().outcome, Outcome::New(_)));
    assert_eq!(asked, 1);
}
