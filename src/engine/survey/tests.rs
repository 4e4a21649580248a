use super::Surveyor;
use crate::{
    domain::{
        Repo, Timestamp,
        session::{Outcome, Scene, Session, Stage, judge},
    },
    git::LocalRepo,
};
use git2::{Commit, Repository, Signature, Time};
use std::{fs, path::Path, sync::Arc};

const NOW: Timestamp = Timestamp(1_763_118_000_000_000);

struct Place {
    dir: tempfile::TempDir,
    git: Repository,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let git = Repository::init(dir.path()).unwrap();
        git.set_head("refs/heads/main").unwrap();
        let place = Self { dir, git };
        place.commit("main", None, &[("README.md", b"hello")], 600);
        place
    }

    /// Files on top of a branch, so many minutes ago; from `from` when the branch is new.
    fn commit(&self, branch: &str, from: Option<&str>, files: &[(&str, &[u8])], minutes: i64) {
        let name = format!("refs/heads/{branch}");
        let tip = |name: &str| -> Option<Commit<'_>> {
            self.git.find_reference(name).ok()?.peel_to_commit().ok()
        };
        let parent = tip(&name).or_else(|| tip(&format!("refs/heads/{}", from?)));
        let mut index = git2::Index::new().unwrap();
        if let Some(parent) = &parent {
            index.read_tree(&parent.tree().unwrap()).unwrap();
        }
        for (path, bytes) in files {
            let id = self.git.blob(bytes).unwrap();
            index
                .add(&git2::IndexEntry {
                    ctime: git2::IndexTime::new(0, 0),
                    mtime: git2::IndexTime::new(0, 0),
                    dev: 0,
                    ino: 0,
                    mode: 0o100_644,
                    uid: 0,
                    gid: 0,
                    file_size: 0,
                    id,
                    flags: 0,
                    flags_extended: 0,
                    path: path.as_bytes().to_vec(),
                })
                .unwrap();
        }
        let tree = index.write_tree_to(&self.git).unwrap();
        let tree = self.git.find_tree(tree).unwrap();
        let at = NOW.0 / 1_000_000 - minutes * 60;
        let who = Signature::new("ann", "ann@example.org", &Time::new(at, 0)).unwrap();
        let parents: Vec<_> = parent.iter().collect();
        let message = format!("work on {branch}");
        self.git
            .commit(Some(&name), &who, &who, &message, &tree, &parents)
            .unwrap();
    }

    fn surveyor(&self) -> Surveyor {
        Surveyor::new(Arc::new(LocalRepo::at(self.dir.path())), None)
    }
}

fn sessions(repo: &Repo) -> Vec<Arc<Session>> {
    judge(Scene {
        survey: repo.survey.as_deref(),
        workers: &[],
        tasks: &[],
        now: NOW,
    })
}

const STATUS: &[u8] = b"# Status\n\n## Session 1: Phones\n**Status:** READY TO DEPLOY\n\
**Expected Output:** PHONES.md\n**Branch Name:** claude/phones-<session-id>\n\n\
## Session 2: Clouds\n- **Status**: COMPLETE\n- **Output**: CLOUDS.md\n- **Branch**: claude/clouds-0a1b2c3d4\n";

#[test]
fn claim_and_evidence_are_joined_over_branches() {
    let place = Place::new();
    place.commit("main", None, &[("MULTI-SESSION-STATUS.md", STATUS)], 300);
    let phones = "claude/phones-0a1b2c3d4";
    place.commit(
        phones,
        Some("main"),
        &[("PHONES.md", b"# all\nof\nthem\n")],
        30,
    );
    place.commit(
        "claude/clouds-0a1b2c3d4",
        Some("main"),
        &[("notes.md", b"x")],
        20,
    );
    let all = sessions(&place.surveyor().look(NOW).unwrap());
    let keys: Vec<_> = all.iter().map(|s| &*s.key).collect();
    assert_eq!(keys, ["session-1", "session-2"]);
    assert_eq!(
        (all[0].stage, all[1].stage),
        (Stage::Finished, Stage::Started)
    );
    let kinds =
        |s: &Session| -> Vec<_> { s.contradictions.iter().map(|c| c.kind.name()).collect() };
    assert_eq!(kinds(&all[0]), ["finished"]);
    // There is nowhere to push to; the file is not there.
    assert_eq!(kinds(&all[1]), ["missing"]);
    let said = all[0].claim().unwrap();
    assert_eq!(
        (&*said.path, said.claim.line, &*said.branch),
        ("MULTI-SESSION-STATUS.md", 3, "main")
    );
    let file = all[0].ground.as_ref().unwrap().outputs[0]
        .file
        .clone()
        .unwrap();
    assert_eq!(
        (file.lines, &*file.subject),
        (Some(3), "work on claude/phones-0a1b2c3d4")
    );
}

#[test]
fn a_document_that_every_branch_inherited_is_one_claim() {
    let place = Place::new();
    place.commit("main", None, &[("MULTI-SESSION-STATUS.md", STATUS)], 300);
    for n in 0..5 {
        let name = format!("claude/topic{n}-0a1b2c3d4");
        place.commit(&name, Some("main"), &[("x.md", b"x")], 10 + n);
    }
    let survey = place.surveyor().look(NOW).unwrap().survey.unwrap();
    assert_eq!(survey.documents.len(), 1);
    assert_eq!(&*survey.documents[0].branch, "main");
}

#[test]
fn an_output_that_two_sessions_make_is_duplicate_work_and_an_inherited_one_is_not() {
    let place = Place::new();
    let status = b"## Session 1: A\n**Status:** IN PROGRESS\n**Output:** OUT.md\n**Branch:** a\n\n\
## Session 2: B\n**Status:** IN PROGRESS\n**Output:** OUT.md\n**Branch:** b\n\n\
## Session 3: C\n**Status:** IN PROGRESS\n**Output:** OUT.md\n**Branch:** c\n";
    place.commit("main", None, &[("MULTI-SESSION-STATUS.md", status)], 300);
    place.commit("a", Some("main"), &[("OUT.md", b"one")], 30);
    place.commit("b", Some("main"), &[("OUT.md", b"two")], 20);
    place.commit("c", Some("a"), &[("other.md", b"three")], 10);
    let survey = place.surveyor().look(NOW).unwrap().survey.unwrap();
    let twice: Vec<_> = survey
        .duplicates
        .iter()
        .map(|d| (&*d.path, d.sessions.len()))
        .collect();
    assert_eq!(twice, [("OUT.md", 2)]);
}

#[test]
fn documents_that_cannot_be_read_are_named_and_hide_no_other() {
    let place = Place::new();
    let huge = vec![b'x'; 20 << 20];
    place.commit("main", None, &[("STATUS-HUGE.md", &huge)], 300);
    place.commit("main", None, &[("MULTI-SESSION-STATUS.md", STATUS)], 200);
    let latin = b"## Session 9: Caf\xe9\n**Status:** \xc9 \x1b[31mCOMPLETE\n";
    place.commit(
        "main",
        None,
        &[("docs/MULTI-SESSION-STATUS.md", latin)],
        100,
    );
    let repo = place.surveyor().look(NOW).unwrap();
    let survey = repo.survey.clone().unwrap();
    assert!(
        survey
            .faults
            .iter()
            .any(|f| f.starts_with("STATUS-HUGE.md on main: ")),
        "{:?}",
        survey.faults
    );
    let all = sessions(&repo);
    let nine = all.iter().find(|s| s.number == Some(9)).unwrap();
    assert!(!nine.claimed().contains('\x1b'));
    assert!(all.iter().any(|s| s.number == Some(1)));
}

#[test]
fn a_plan_refines_and_a_broken_one_is_named_with_its_line() {
    let place = Place::new();
    place.commit(
        "agents/7-x",
        Some("main"),
        &[("SEVEN.md", b"# API one\n# API two\n")],
        10,
    );
    let plan = place.dir.path().join(".swarmwarden.toml");
    let text = "name = \"s\"\n[limits]\nsession = \"2h\"\n[[session]]\nnumber = 7\ntitle = \"Seven\"\nbranch = \"agents/7-<session-id>\"\n\
outputs = [\"SEVEN.md\"]\n[[session.criteria]]\nkind = \"file\"\npath = \"SEVEN.md\"\n\
[[session.criteria]]\nkind = \"matches\"\npath = \"SEVEN.md\"\npattern = \"^# API\"\nat_least = 3\nwhat = \"APIs\"\n";
    fs::write(&plan, text).unwrap();
    let mut surveyor = place.surveyor();
    let all = sessions(&surveyor.look(NOW).unwrap());
    assert_eq!(
        (&*all[0].key, all[0].branch().map(|b| &*b.name)),
        ("session-7", Some("agents/7-x"))
    );
    let unmet: Vec<_> = all[0]
        .criteria
        .iter()
        .filter(|c| c.outcome == Outcome::Unmet)
        .collect();
    assert_eq!(unmet.len(), 1, "{:?}", all[0].criteria);
    assert!(unmet[0].what.contains("at least 3 APIs") && unmet[0].evidence.contains('2'));
    fs::write(&plan, "name = \"s\"\nbogus = 1\n").unwrap();
    let survey = surveyor.look(NOW).unwrap().survey.unwrap();
    assert!(survey.plan.is_none());
    let said = survey.faults.join("\n");
    assert!(
        said.contains(".swarmwarden.toml") && said.contains("bogus"),
        "{said}"
    );
}

#[test]
fn blockers_go_to_the_session_that_they_name() {
    let place = Place::new();
    let blockers = b"# Blockers\n\n- Session 2: no account for the cloud\n- [x] Session 1: no phone\n- nobody's own\n";
    let files: &[(&str, &[u8])] = &[
        ("MULTI-SESSION-STATUS.md", STATUS),
        ("BLOCKERS.md", blockers),
    ];
    place.commit("main", None, files, 300);
    let repo = place.surveyor().look(NOW).unwrap();
    let all = sessions(&repo);
    let open = |s: &Session| s.open_blockers().count();
    assert_eq!((open(&all[0]), open(&all[1])), (0, 1));
    assert_eq!(repo.survey.unwrap().blockers.len(), 1);
}

#[test]
fn a_branch_that_vanishes_takes_nothing_else_with_it() {
    let place = Place::new();
    place.commit("main", None, &[("MULTI-SESSION-STATUS.md", STATUS)], 300);
    place.commit(
        "claude/phones-0a1b2c3d4",
        Some("main"),
        &[("PHONES.md", b"x")],
        30,
    );
    let mut surveyor = place.surveyor();
    assert_eq!(
        sessions(&surveyor.look(NOW).unwrap())[0].stage,
        Stage::Finished
    );
    let mut gone = place
        .git
        .find_branch("claude/phones-0a1b2c3d4", git2::BranchType::Local)
        .unwrap();
    gone.delete().unwrap();
    let all = sessions(&surveyor.look(NOW).unwrap());
    assert_eq!(all[0].stage, Stage::Absent);
    assert!(all[0].contradictions.is_empty());
}

#[test]
fn no_repository_and_an_unborn_branch_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let surveyor = |path: &Path| Surveyor::new(Arc::new(LocalRepo::at(path)), None);
    assert!(surveyor(dir.path()).look(NOW).is_err());
    Repository::init(dir.path()).unwrap();
    let repo = surveyor(dir.path()).look(NOW).unwrap();
    assert_eq!(repo.survey.unwrap().grounds, []);
}

#[test]
fn a_merged_branch_that_is_gone_is_found_in_the_base() {
    let place = Place::new();
    let files: &[(&str, &[u8])] = &[("MULTI-SESSION-STATUS.md", STATUS), ("CLOUDS.md", b"all")];
    place.commit("main", None, files, 300);
    let all = sessions(&place.surveyor().look(NOW).unwrap());
    assert_eq!(
        (all[1].stage, all[1].contradictions.len()),
        (Stage::Merged, 0)
    );
    // It is not known whether the file of the one that is still to be started is its own.
    assert_eq!(all[0].stage, Stage::Absent);
}

#[test]
fn a_fresh_branch_that_the_base_went_past_is_not_merged() {
    let place = Place::new();
    place.commit("main", None, &[("MULTI-SESSION-STATUS.md", STATUS)], 300);
    let tip = place
        .git
        .find_reference("refs/heads/main")
        .unwrap()
        .target()
        .unwrap();
    place
        .git
        .reference("refs/heads/claude/phones-0a1b2c3d4", tip, false, "t")
        .unwrap();
    place.commit("main", None, &[("more", b"x")], 200);
    let all = sessions(&place.surveyor().look(NOW).unwrap());
    assert_eq!(
        (all[0].stage, all[0].contradictions.len()),
        (Stage::Empty, 0)
    );
}

#[test]
fn a_blocker_that_the_newest_version_does_not_name_is_none() {
    let place = Place::new();
    let old: &[(&str, &[u8])] = &[
        ("MULTI-SESSION-STATUS.md", STATUS),
        ("BLOCKERS.md", b"# Blockers\n\n- Session 2: no account\n"),
    ];
    place.commit("main", None, old, 300);
    place.commit("claude/other-0a1b2c3d4", Some("main"), &[("x", b"x")], 250);
    place.commit(
        "main",
        None,
        &[("BLOCKERS.md", b"# Blockers\n\nNone.\n")],
        100,
    );
    let all = sessions(&place.surveyor().look(NOW).unwrap());
    assert_eq!(all[1].open_blockers().count(), 0);
}

#[test]
fn a_comment_of_another_program_does_not_make_a_claim_ours() {
    let place = Place::new();
    let text = [b"<!-- generated by doctoc -->\n".as_slice(), STATUS].concat();
    place.commit("main", None, &[("MULTI-SESSION-STATUS.md", &text)], 300);
    place.commit(
        "claude/phones-0a1b2c3d4",
        Some("main"),
        &[("PHONES.md", b"x")],
        30,
    );
    let all = sessions(&place.surveyor().look(NOW).unwrap());
    assert_eq!(all[0].contradictions.len(), 1);
}
