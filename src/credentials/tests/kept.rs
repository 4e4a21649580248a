//! What the orchestrator keeps of a conversation, and for how long.

use super::*;

fn own(world: &World) -> Vec<(String, String)> {
    let dir = world.home(0).dir().join("orchestrator");
    let all = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut all: Vec<_> = all
        .map(|e| {
            let text = fs::read_to_string(e.path()).unwrap();
            (e.file_name().into_string().unwrap(), text)
        })
        .collect();
    all.sort();
    all
}

fn waiting(world: &World) -> usize {
    fs::read_dir(world.home(0).dir().join("outbox")).map_or(0, Iterator::count)
}

fn accepted() -> World {
    let world = World::new();
    world.joins(3);
    world.accepts(3);
    world
}

#[test]
fn a_conversation_that_never_came_to_be_costs_no_token_of_one_that_lives() {
    let world = accepted();
    let (home, first) = (world.home(0), world.issues(3, 1, Format::Age, NOW));
    let second = World::new_one(3, 2);
    prepare(&home, Format::Both, 3, (&second, NOW)).unwrap();
    assert_eq!((own(&world).len(), waiting(&world)), (2, 2));
    assert!(pending(&home, |i| i.id() == first.id).unwrap().is_empty());
    assert_eq!((own(&world).len(), waiting(&world)), (1, 0));
    let (name, text) = own(&world).remove(0);
    assert!(name.contains(first.id.raw()) && text.contains(first.token_a.reveal()));
}

#[test]
fn what_waits_to_be_sent_stays_while_another_is_given_up() {
    let world = accepted();
    let (home, first) = (world.home(0), World::new_one(3, 1));
    prepare(&home, Format::Age, 3, (&first, NOW)).unwrap();
    pending(&home, |_| true).unwrap();
    let second = World::new_one(3, 2);
    prepare(&home, Format::Age, 3, (&second, NOW)).unwrap();
    pending(&home, |i| i.id() == first.id).unwrap();
    let sent = send(&home, &world.shelf(0), &World::who()).unwrap();
    assert!(sent.unwrap().new);
    let pass = world.syncer(3).pass(NOW, |_| Ok(true)).unwrap();
    assert_eq!(id_of(&pass), Some((first.id, true)));
    assert_eq!(waiting(&world), 0);
}

#[test]
fn tokens_leave_with_their_conversations() {
    let world = accepted();
    let (first, second) = (
        world.issues(3, 1, Format::Age, NOW),
        world.issues(3, 2, Format::Age, NOW),
    );
    retire(&world.home(0), &first.id).unwrap();
    let names: Vec<_> = own(&world).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, [format!("worker-3-{}.json", second.id.raw())]);
    assert_eq!(
        world.home(0).roster().unwrap().issued[0].stage,
        Stage::Retired
    );
}

#[test]
fn files_under_their_old_names_go_on() {
    let world = accepted();
    let (home, first) = (world.home(0), world.issues(3, 1, Format::Age, NOW));
    let dir = home.dir().join("orchestrator");
    let old = dir.join("worker-3-coordinator.json");
    fs::rename(dir.join(&own(&world)[0].0), &old).unwrap();
    let second = World::new_one(3, 2);
    prepare(&home, Format::Age, 3, (&second, NOW)).unwrap();
    pending(&home, |_| true).unwrap();
    let names: Vec<_> = own(&world).into_iter().map(|(name, _)| name).collect();
    let both = [&first, &second].map(|new| format!("worker-3-{}.json", new.id.raw()));
    assert_eq!(names, both);
    // One that waited to be sent when this program was renewed.
    let outbox = home.dir().join("outbox");
    let only = fs::read_dir(&outbox).unwrap().next().unwrap().unwrap();
    fs::rename(only.path(), outbox.join(place().name(3) + ".age")).unwrap();
    send(&home, &world.shelf(0), &World::who())
        .unwrap()
        .unwrap();
    let pass = world.syncer(3).pass(NOW, |_| Ok(true)).unwrap();
    assert_eq!(id_of(&pass), Some((second.id, true)));
    assert_eq!(waiting(&world), 0);
}
