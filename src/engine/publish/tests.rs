use super::*;
use crate::{
    document,
    domain::claim::{ClaimState, SessionDoc, Share},
};
use git2::{Repository, Signature, Time};
use std::fs;

const NOW: Timestamp = Timestamp(1_763_118_000_000_000);

struct Place {
    dir: tempfile::TempDir,
    git: Repository,
}

fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let git = Repository::init(dir.path()).unwrap();
    git.set_head("refs/heads/main").unwrap();
    let who = Signature::new("ann", "ann@example.org", &Time::new(1_763_000_000, 0)).unwrap();
    let tree = git.treebuilder(None).unwrap().write().unwrap();
    let tree = git.find_tree(tree).unwrap();
    git.commit(Some("refs/heads/main"), &who, &who, "first", &tree, &[])
        .unwrap();
    drop(tree);
    Place { dir, git }
}

impl Place {
    fn publisher(&self) -> Publisher {
        Publisher {
            plumbing: Plumbing::at(self.dir.path()),
            network: Network::at(self.dir.path()),
            actor: "ann".into(),
            branch: "coordination".to_owned(),
            remote: None,
            adopt: false,
        }
    }

    fn text(&self) -> String {
        let tip = self
            .git
            .find_branch("coordination", git2::BranchType::Local);
        let tree = tip.unwrap().get().peel_to_tree().unwrap();
        let blob = tree.get_name(Paper::Status.path()).unwrap().id();
        String::from_utf8(self.git.find_blob(blob).unwrap().content().to_vec()).unwrap()
    }

    /// Commits what a person made of the document.
    fn edit(&self, text: &str) {
        let plumbing = Plumbing::at(self.dir.path());
        let who = plumbing.who("bob", NOW);
        let files = [(Paper::Status.path().to_owned(), Some(text.into()))];
        plumbing
            .commit_files(&Change {
                branch: "coordination",
                expect: None,
                start: None,
                files: &files,
                message: "notes",
                who: &who,
            })
            .unwrap();
    }
}

fn doc(percent: u8) -> StatusDoc {
    StatusDoc {
        generated_at: NOW,
        generator: "test".into(),
        sessions: vec![SessionDoc {
            number: 2,
            title: Some("Clouds".into()),
            state: ClaimState::InProgress,
            agents: Some(Share {
                done: Some(3),
                of: Some(10),
            }),
            percent: Some(percent),
            branch: Some("claude/clouds".into()),
            ..SessionDoc::default()
        }],
        ..StatusDoc::default()
    }
}

#[test]
fn a_document_is_committed_to_a_branch_of_its_own_and_reads_back() {
    let place = place();
    fs::write(place.dir.path().join("untouched"), "mine").unwrap();
    let done = place
        .publisher()
        .publish(Paper::Status, &doc(30), "", NOW)
        .unwrap();
    assert!(done.new && done.pushed.is_none());
    let read = document::read(done.path, place.text().as_bytes()).unwrap();
    let claim = &read.claims[0];
    assert_eq!(
        (claim.number, claim.percent, claim.state),
        (Some(2), Some(30), Some(ClaimState::InProgress))
    );
    assert!(document::is_generated(place.text().as_bytes()));
    assert!(
        !place.dir.path().join(".git/index").exists(),
        "no index was made"
    );
    assert_eq!(
        fs::read_to_string(place.dir.path().join("untouched")).unwrap(),
        "mine"
    );
}

#[test]
fn the_same_again_makes_no_commit() {
    let place = place();
    let first = place
        .publisher()
        .publish(Paper::Status, &doc(30), "", NOW)
        .unwrap();
    let again = place
        .publisher()
        .publish(Paper::Status, &doc(30), "", NOW)
        .unwrap();
    assert_eq!((again.new, again.commit), (false, first.commit));
}

#[test]
fn the_notes_of_people_survive_byte_for_byte() {
    let place = place();
    place
        .publisher()
        .publish(Paper::Status, &doc(30), "", NOW)
        .unwrap();
    let text = place.text();
    let begin = text.find("<!-- notes:begin").unwrap();
    let line = begin + text[begin..].find('\n').unwrap() + 1;
    let note = "  remember:\tthe *cloud* is | down \u{1f327}\r\n\n";
    place.edit(&format!("{}{note}{}", &text[..line], &text[line..]));
    place
        .publisher()
        .publish(Paper::Status, &doc(60), "", NOW)
        .unwrap();
    let text = place.text();
    assert!(text.contains(note) && text.contains("60%"), "{text}");
}

#[test]
fn what_a_person_wrote_is_never_written_over() {
    let place = place();
    place
        .publisher()
        .publish(Paper::Status, &doc(30), "", NOW)
        .unwrap();
    place.edit("# My own status\n\nSession 2 is fine.\n");
    let error = place
        .publisher()
        .publish(Paper::Status, &doc(60), "", NOW)
        .unwrap_err();
    assert!(matches!(error, PublishError::Merge { .. }), "{error}");
    let said = format!("{error}");
    assert!(
        said.contains("MULTI-SESSION-STATUS.md on coordination"),
        "{said}"
    );
    assert!(place.text().starts_with("# My own"));
}

#[test]
fn a_branch_that_is_checked_out_is_left_alone() {
    let place = place();
    let publisher = Publisher {
        branch: "main".to_owned(),
        ..place.publisher()
    };
    let error = publisher
        .publish(Paper::Status, &doc(1), "", NOW)
        .unwrap_err();
    assert!(matches!(error, PublishError::Plumbing(_)), "{error}");
    assert!(error.to_string().contains("checked out"), "{error}");
}

#[test]
fn a_push_that_fails_leaves_the_commit_and_says_so() {
    let place = place();
    let publisher = Publisher {
        remote: Some("origin".to_owned()),
        ..place.publisher()
    };
    let error = publisher
        .publish(Paper::Status, &doc(1), "", NOW)
        .unwrap_err();
    assert!(matches!(error, PublishError::Network(_)), "{error}");
    assert!(place.text().contains("Clouds"));
}

#[test]
fn a_document_that_people_wrote_becomes_a_note_when_that_is_asked_for() {
    let place = place();
    place.edit("# My own status\n\n## Session 9: mine\n**Status:** COMPLETE\n<!-- notes:end -->\n");
    let publisher = Publisher {
        adopt: true,
        ..place.publisher()
    };
    publisher.publish(Paper::Status, &doc(30), "", NOW).unwrap();
    let text = place.text();
    assert!(
        text.contains(
            "# My own status\n\n## Session 9: mine\n**Status:** COMPLETE\n> <!-- notes:end -->"
        ),
        "{text}"
    );
    let read = document::read(Paper::Status.path(), text.as_bytes()).unwrap();
    let numbers: Vec<_> = read.claims.iter().map(|c| c.number).collect();
    assert_eq!(numbers, [Some(2)], "what is in a note is no claim");
    publisher.publish(Paper::Status, &doc(60), "", NOW).unwrap();
    assert!(place.text().contains("# My own status"));
}

#[test]
fn what_was_learned_is_added_to_the_notes_and_stays() {
    let place = place();
    let publisher = place.publisher();
    publisher
        .publish(Paper::Handover, &doc(30), "- first lesson", NOW)
        .unwrap();
    publisher
        .publish(Paper::Handover, &doc(60), "- second lesson", NOW)
        .unwrap();
    let tip = place
        .git
        .find_branch("coordination", git2::BranchType::Local);
    let tree = tip.unwrap().get().peel_to_tree().unwrap();
    let blob = tree.get_name(Paper::Handover.path()).unwrap().id();
    let text = String::from_utf8(place.git.find_blob(blob).unwrap().content().to_vec()).unwrap();
    assert!(
        text.contains("- first lesson\n- second lesson\n<!-- notes:end"),
        "{text}"
    );
}

#[test]
fn what_others_pushed_is_under_it_and_their_notes_are_kept() {
    let (mine, theirs, hub) = (place(), place(), tempfile::tempdir().unwrap());
    Repository::init_bare(hub.path()).unwrap();
    let publisher = |place: &Place| {
        place
            .git
            .remote("origin", &hub.path().to_string_lossy())
            .ok();
        Publisher {
            remote: Some("origin".to_owned()),
            ..place.publisher()
        }
    };
    let (one, two) = (publisher(&mine), publisher(&theirs));
    one.publish(Paper::Handover, &doc(30), "- by one", NOW)
        .unwrap();
    two.publish(Paper::Handover, &doc(40), "- by two", NOW)
        .unwrap();
    let done = one
        .publish(Paper::Handover, &doc(50), "- by one again", NOW)
        .unwrap();
    assert!(done.pushed.is_some());
    let git = Repository::open_bare(hub.path()).unwrap();
    let tip = git
        .find_branch("coordination", git2::BranchType::Local)
        .unwrap();
    let tree = tip.get().peel_to_tree().unwrap();
    let blob = tree.get_name(Paper::Handover.path()).unwrap().id();
    let text = String::from_utf8(git.find_blob(blob).unwrap().content().to_vec()).unwrap();
    for line in ["- by one\n", "- by two\n", "- by one again\n"] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn a_summary_can_be_written_twice_and_keeps_what_people_wrote() {
    let place = place();
    let publisher = Publisher {
        adopt: true,
        ..place.publisher()
    };
    let plumbing = Plumbing::at(place.dir.path());
    let who = plumbing.who("bob", NOW);
    let files = [(Paper::Summary.path().to_owned(), Some(b"# Mine\n".to_vec()))];
    let change = Change {
        branch: "coordination",
        expect: None,
        start: None,
        files: &files,
        message: "mine",
        who: &who,
    };
    plumbing.commit_files(&change).unwrap();
    publisher.publish(Paper::Summary, &doc(1), "", NOW).unwrap();
    publisher.publish(Paper::Summary, &doc(2), "", NOW).unwrap();
    let tip = place
        .git
        .find_branch("coordination", git2::BranchType::Local)
        .unwrap();
    let tree = tip.get().peel_to_tree().unwrap();
    let blob = tree.get_name(Paper::Summary.path()).unwrap().id();
    let text = String::from_utf8(place.git.find_blob(blob).unwrap().content().to_vec()).unwrap();
    assert!(text.contains("# Mine"), "{text}");
}
