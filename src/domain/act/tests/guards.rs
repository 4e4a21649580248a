//! What a decision rests on; secrets, long names, and the capsule.

use super::{
    json, running,
    scene::{NOW, Scene, ago, denied, new_task, order, reassign},
};
use crate::domain::{
    Branch, Diffstat, Mark, MarkKind, Repo, Side, TaskId, TaskState, WorkerId,
    act::{Check, Clash, Deed, propose},
};
use std::sync::Arc;

fn clash(check: Check) -> Clash {
    match check {
        Check::Clash(clash) => clash,
        other => panic!("no clash: {other:?}"),
    }
}

#[test]
fn of_two_decisions_on_the_same_state_one_is_carried_out() {
    let mut s = running();
    let (one, two) = (
        s.propose(reassign("t", "c2")).unwrap(),
        propose(&s.snapshot(), &order("op-2", reassign("t", "c3")), NOW).unwrap(),
    );
    assert_eq!(s.commit(one.write.clone()), Check::Clear);
    let lost = clash(s.commit(two.write));
    assert!(lost.moved);
    assert_eq!(
        lost.sentence(ago(20), |_| Some(WorkerId::from("worker-2-docs"))),
        "t already moved to worker-2-docs by ana@host 40s ago"
    );
    assert!(lost.to_string().contains("sent under generation 2"));
    let before = s.rows.len();
    let first = i64::try_from(before).unwrap() - 2;
    assert_eq!(
        s.commit(one.write),
        Check::Already(crate::domain::MessageId(first))
    );
    assert_eq!(s.rows.len(), before, "done already is not done again");
}

#[test]
fn a_new_word_of_the_owner_is_looked_at_first() {
    for words in [
        r#"{"type":"status_update","task_id":"t","status":"in_progress","progress":90}"#,
        "nearly there [#t/g1]",
        "[#t/g0]",
    ] {
        let mut s = running();
        let p = s.propose(reassign("t", "c2")).unwrap();
        s.say("c1", words);
        let lost = clash(s.commit(p.write));
        assert!(!lost.moved);
        let said = lost.sentence(NOW, |_| None);
        assert!(said.contains("said something new about it"), "{said}");
    }
}

#[test]
fn a_plain_blocker_of_the_owner_counts_when_it_holds_nothing_else() {
    for (others, expected) in [(0, true), (1, false)] {
        let mut s = running();
        for n in 0..others {
            s.assign("c1", &format!("other-{n}"));
        }
        let p = s.propose(reassign("t", "c2")).unwrap();
        s.write("c1", Side::B, "stuck", "blocked", None);
        let clashed = matches!(s.commit(p.write), Check::Clash(_));
        assert_eq!(clashed, expected, "{others} others");
        assert_eq!(s.task("t").state == TaskState::Blocked, expected);
    }
}

#[test]
fn a_plain_answer_to_what_was_fetched_meanwhile_is_looked_at_first() {
    let mut s = Scene::of(&["worker-1", "worker-2"]);
    s.assign("c1", "t");
    let p = s.propose(reassign("t", "c2")).unwrap();
    s.fetched();
    s.say("c1", "on it");
    assert!(!clash(s.commit(p.write)).moved);
}

#[test]
fn what_others_say_of_other_tasks_stops_nothing() {
    let mut s = running();
    s.assign("c1", "u");
    let p = s.propose(reassign("t", "c2")).unwrap();
    s.report("c1", "u", 1, "completed");
    s.assign("c2", "v");
    s.say("c3", "hello");
    assert_eq!(s.commit(p.write), Check::Clear);
}

#[test]
fn a_name_taken_meanwhile_clashes() {
    let mut s = running();
    let deed = Deed::Assign {
        task: new_task("x"),
        to: "c2".into(),
    };
    let p = s.propose(deed).unwrap();
    s.assign("c3", "x");
    assert!(clash(s.commit(p.write)).moved);
}

#[test]
fn keys_are_left_out_of_every_text_and_the_json_stays_whole() {
    let quoted = r#"log in with password="hunter2-hunter2" at once"#;
    let cut = r"api_key: abcdefgh\";
    let pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEabc";
    for secret in [quoted, cut, pem] {
        let mut s = running();
        let mut task = new_task("x");
        task.description = secret.into();
        task.needs = vec![secret.into()];
        let deed = Deed::Assign {
            task,
            to: "c2".into(),
        };
        let p = s.propose(deed).unwrap();
        let text = json(&p.write.rows[0].text);
        assert!(text["description"].as_str().unwrap().contains("⟨redacted⟩"));
        assert!(text["needs"][0].as_str().unwrap().contains("⟨redacted⟩"));
        assert!(text["reply_with"].is_string(), "{text}");
        let all = format!("{:?} {:?} {:?}", p.write, p.effects, p.headline);
        for leak in ["hunter2", "abcdefgh", "MIIEabc"] {
            assert!(!all.contains(leak), "{leak} in {all}");
        }
        let p = s
            .propose(Deed::Message {
                to: "c2".into(),
                text: secret.into(),
            })
            .unwrap();
        assert!(p.write.rows[0].text.contains("⟨redacted⟩"));
        assert_eq!(p.risks.len(), 1);
        s.say("c1", secret);
        s.say(
            "c1",
            &serde_json::json!({"type": "status_update", "task_id": "t", "result": secret})
                .to_string(),
        );
        let p = s.propose(reassign("t", "c2")).unwrap();
        let all = format!("{:?}", p.write.rows);
        for leak in ["hunter2", "abcdefgh", "MIIEabc"] {
            assert!(!all.contains(leak), "{leak} in {all}");
        }
        assert!(json(&p.write.rows[0].text)["capsule"]["last_report"].is_string());
    }
}

#[test]
fn a_name_of_ten_kilobytes_is_one_short_name_everywhere() {
    let long = format!("t-{}", "x".repeat(10_000));
    let mut s = Scene::of(&["worker-1", "worker-2"]);
    let deed = Deed::Assign {
        task: new_task(&long),
        to: "c1".into(),
    };
    s.act("op-1", deed);
    let id = TaskId::from(long.as_str());
    let short = id.raw().to_owned();
    assert!(short.len() < 100);
    assert_eq!(s.task(&short).generation, 1);
    s.report("c1", &long, 1, "in_progress");
    assert_eq!(s.task(&short).state, TaskState::Running);
    s.act("op-2", reassign(&long, "c2"));
    s.say("c2", &format!("on it [#{short}/g2]"));
    assert_eq!(s.task(&short).state, TaskState::Running);
    assert!(s.rows.iter().all(|row| row.text.len() < 11_000));
}

#[test]
fn a_description_at_its_limit_is_handed_on_whole_or_said_to_be_cut() {
    let mut s = Scene::of(&["worker-1", "worker-2"]);
    let mut task = new_task("t");
    task.description = "line\n".repeat(1000);
    let first = s.propose(Deed::Assign {
        task,
        to: "c1".into(),
    });
    s.commit(first.unwrap().write);
    let p = s.propose(reassign("t", "c2")).unwrap();
    assert!(
        p.risks
            .iter()
            .any(|r| r.contains("message 1 holds all of it")),
        "{:?}",
        p.risks
    );
    let text = json(&p.write.rows[0].text);
    assert!(
        text["description"]
            .as_str()
            .unwrap()
            .starts_with("line\nline\n")
    );
}

#[test]
fn a_generation_at_the_end_of_the_numbers_is_refused_and_not_lost() {
    let mut s = running();
    let mark = Mark {
        kind: MarkKind::Assign,
        task: Some("t".into()),
        generation: Some(1_000_000),
        op: None,
        by: "odd".into(),
        cause: None,
        value: None,
    };
    s.write("c2", Side::A, "{}", "info", Some(mark));
    assert_eq!(s.task("t").generation, 1_000_000);
    assert!(denied(s.propose(reassign("t", "c3"))).contains("no room"));
    assert!(
        s.propose(Deed::HoldTask {
            task: "t".into(),
            hold: true
        })
        .is_ok()
    );
}

#[test]
fn the_capsule_holds_what_the_next_owner_needs() {
    let mut s = running();
    for n in 0..7 {
        s.say("c1", &format!("step {n}"));
    }
    s.say("c2", "not about it");
    s.write("c1", Side::B, "which port?", "question", None);
    let mut snapshot = s.snapshot();
    let branch = Branch {
        name: "fix/T-side".into(),
        commit: "abc1234".into(),
        subject: "half of it".into(),
        committed: None,
        ahead: 3,
        behind: 1,
        diffstat: Some(Diffstat {
            files: 2,
            added: 10,
            removed: 4,
        }),
        ..Branch::default()
    };
    let other = Branch {
        name: "worker-1-tests".into(),
        ..branch.clone()
    };
    snapshot.repo = Some(Arc::new(repo(vec![branch, other])));
    let p = propose(&snapshot, &order("op", reassign("t", "c2")), NOW).unwrap();
    let capsule = &json(&p.write.rows[0].text)["capsule"];
    assert_eq!(
        (
            &capsule["attempt"],
            &capsule["before"],
            &capsule["progress"]
        ),
        (&2.into(), &"worker-1-tests".into(), &40.into())
    );
    assert_eq!(
        (&capsule["last_report"], &capsule["last_report_age_s"]),
        (&"so far".into(), &60.into())
    );
    let said: Vec<_> = (capsule["last_messages"].as_array().unwrap().iter())
        .map(|m| m["text"].as_str().unwrap())
        .collect();
    assert_eq!(
        said,
        ["step 3", "step 4", "step 5", "step 6", "which port?"]
    );
    assert_eq!(capsule["open_question"], "which port?");
    assert_eq!(
        (&capsule["branch"]["name"], &capsule["branch"]["diffstat"]),
        (&"worker-1-tests".into(), &"2 files, +10 -4".into())
    );
    assert!(
        p.risks
            .iter()
            .any(|r| r.contains("more than the 3 commits"))
    );
}

fn repo(branches: Vec<Branch>) -> Repo {
    Repo {
        branch_count: 2,
        branches: branches.into(),
        ..Repo::unread("repo".into(), NOW)
    }
}
