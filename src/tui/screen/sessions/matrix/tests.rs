use crate::{
    domain::{
        Command, Refusal, Snapshot, Span, Timestamp,
        repo::{Begun, Outcome, ResolvedFile},
    },
    link::{Reply, RequestId},
    tui::{
        Effect, Model, Msg, Options,
        fixture::{self, NOW},
        overlay::Overlay,
        paint, picture,
        view::offered,
    },
};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::{buffer::Buffer, layout::Rect};
use std::sync::Arc;

const SIZES: [(u16, u16); 5] = [(120, 40), (80, 24), (60, 20), (40, 12), (30, 6)];

fn types(model: &mut Model, size: (u16, u16), keys: &str, now: Timestamp) -> Vec<Effect> {
    let mut effects = Vec::new();
    for c in keys.chars() {
        let code = match c {
            '\n' => KeyCode::Enter,
            '\x1b' => KeyCode::Esc,
            '\t' => KeyCode::Tab,
            c => KeyCode::Char(c),
        };
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        effects.extend(model.update(Msg::Input(Event::Key(key)), now));
        show(model, size);
    }
    effects
}

fn show(model: &mut Model, (w, h): (u16, u16)) -> String {
    let mut buf = Buffer::empty(Rect::new(0, 0, w, h));
    let hits = paint(model, &mut buf, NOW);
    model.settle(&hits);
    if let Some((x, y)) = hits.cursor {
        assert!(x < w && y < h);
    }
    picture::text(&buf)
}

fn told(snapshot: Snapshot, options: &Options) -> Model {
    let mut model = Model::new(options, NOW);
    model.update(Msg::Snapshot(Arc::new(snapshot)), NOW);
    model
}

fn many() -> Snapshot {
    fixture::many(40, |n| format!("feat/topic-{n:02}"))
}

#[test]
fn the_cursor_moves_both_ways_and_stays_on_the_screen() {
    for size in SIZES {
        let mut model = told(many(), &Options::default());
        types(&mut model, size, "6vv", NOW);
        let at = |model: &Model| model.screens.sessions.matrix.at().unwrap();
        assert_eq!(at(&model), (1, 0), "the first cell that says something");
        types(&mut model, size, "lllljj", NOW);
        assert_eq!(at(&model), (3, 4));
        types(&mut model, size, &"l".repeat(40), NOW);
        types(&mut model, size, "G", NOW);
        let last = model.screens.sessions.matrix.shown.len() - 1;
        assert_eq!(at(&model), (last, last));
        if size.0 >= 40 {
            assert!(
                show(&mut model, size).contains('\\'),
                "{}",
                show(&mut model, size)
            );
        }
        types(&mut model, size, "hgg", NOW);
        assert_eq!(at(&model), (0, last - 1));
    }
}

#[test]
fn the_selected_cell_survives_a_new_picture_by_name() {
    let mut model = told(fixture::branches(9), &Options::default());
    types(&mut model, SIZES[0], "6vvjl", NOW);
    let before = model.screens.sessions.matrix.selected();
    let mut other = fixture::branches(9);
    let repo = Arc::make_mut(other.repo.as_mut().unwrap());
    let matrix = Arc::make_mut(repo.matrix.as_mut().unwrap());
    let mut names = matrix.names.to_vec();
    names.reverse();
    matrix.names = names.into();
    model.update(Msg::Snapshot(Arc::new(other)), NOW);
    let after = model.screens.sessions.matrix.selected();
    let sorted = |pair: Option<(Arc<str>, Arc<str>)>| {
        let (a, b) = pair.unwrap();
        (a.clone().min(b.clone()), a.max(b))
    };
    assert_eq!(sorted(before), sorted(after));
}

#[test]
fn only_conflicts_and_a_filter() {
    let mut model = told(fixture::branches(9), &Options::default());
    types(&mut model, SIZES[0], "6vv", NOW);
    let all = model.screens.sessions.matrix.shown.len();
    types(&mut model, SIZES[0], "p", NOW);
    let troubled = model.screens.sessions.matrix.shown.len();
    assert!(1 < troubled && troubled < all);
    types(&mut model, SIZES[0], "p/nothing-like-it\n", NOW);
    assert!(show(&mut model, SIZES[0]).contains("match `nothing-like-it`"));
    assert!(types(&mut model, SIZES[0], "jlh\nG", NOW).is_empty());
}

/// The dialog for the first merge of the menu.
fn asking(options: &Options) -> Model {
    let mut model = told(fixture::branches(9), options);
    types(&mut model, SIZES[0], "6vvx\n", NOW);
    model
}

fn later() -> Timestamp {
    NOW.plus(Span::seconds(1))
}

fn sent(effects: &[Effect]) -> Option<(RequestId, Arc<str>, Arc<str>)> {
    effects.iter().find_map(|e| match e {
        Effect::Send(envelope) => match &envelope.command {
            Command::ScratchMerge { ours, theirs } => {
                Some((envelope.id, Arc::clone(ours), Arc::clone(theirs)))
            }
            _ => None,
        },
        _ => None,
    })
}

#[test]
fn a_merge_is_begun_only_with_its_own_key_and_not_at_once() {
    let mut model = asking(&Options::default());
    let text = show(&mut model, SIZES[0]);
    assert!(
        text.contains("/srv/swarm/repo-merge-origin-main-claude-clouds-011AbCdEf"),
        "{text}"
    );
    assert_eq!(
        sent(&types(&mut model, SIZES[0], "xy", NOW)),
        None,
        "typed ahead"
    );
    assert_eq!(
        sent(&types(&mut model, SIZES[0], "\n", later())),
        None,
        "Enter cancels"
    );
    assert!(model.overlay.is_none());
    let mut model = asking(&Options::default());
    let (id, ours, theirs) = sent(&types(&mut model, SIZES[0], "y", later())).unwrap();
    assert_eq!(
        (&*ours, &*theirs),
        ("origin/main", "claude/clouds-011AbCdEf")
    );
    assert_eq!(
        sent(&types(&mut model, SIZES[0], "y", later())),
        None,
        "once"
    );
    let begun = Begun {
        dir: "/srv/swarm/repo-merge-a-b".into(),
        ours,
        theirs,
        files: vec![ResolvedFile {
            path: "a.md".into(),
            outcome: Outcome::Unresolved,
            lost_ours: 0,
            lost_theirs: 0,
        }],
        ..Begun::default()
    };
    model.update(Msg::Reply(id, Reply::Merging(Box::new(begun))), later());
    let text = show(&mut model, SIZES[0]);
    for words in [
        "swarmwarden git merge --check /srv/swarm/repo-merge-a-b",
        "No line is lost",
        "a.md",
    ] {
        assert!(text.contains(words), "{text}");
    }
    types(&mut model, SIZES[0], "\x1bL", later());
    assert!(show(&mut model, SIZES[0]).contains("✓ begin merge of claude/clouds"));
}

#[test]
fn a_merge_that_was_refused_says_why_in_place_and_in_the_log() {
    let mut model = asking(&Options::default());
    let (id, ..) = sent(&types(&mut model, SIZES[0], "y", later())).unwrap();
    let why = Refusal::Unavailable("something is there already".to_owned());
    model.update(Msg::Reply(id, Reply::Refused(why)), later());
    assert!(matches!(model.overlay, Some(Overlay::Scratch(_))));
    assert!(show(&mut model, SIZES[0]).contains("It was not begun: something is there"));
    assert_eq!(sent(&types(&mut model, SIZES[0], "y", later())), None);
    types(&mut model, SIZES[0], "\x1bL", later());
    assert!(show(&mut model, SIZES[0]).contains("✗ begin merge of"));
}

#[test]
fn leaving_the_question_does_not_stop_git_and_says_so() {
    let mut model = asking(&Options::default());
    let (id, ..) = sent(&types(&mut model, SIZES[0], "y", later())).unwrap();
    types(&mut model, SIZES[0], "\x1b", later());
    assert!(show(&mut model, SIZES[0]).contains("the merge goes on"));
    let begun = Begun {
        dir: "/srv/there".into(),
        ..Begun::default()
    };
    model.update(Msg::Reply(id, Reply::Merging(Box::new(begun))), later());
    assert!(
        model.overlay.is_none(),
        "nothing pops up over something else"
    );
    assert!(show(&mut model, SIZES[0]).contains("merge begun in /srv/there"));
}

#[test]
fn read_only_begins_no_merge_and_says_why() {
    let options = Options {
        read_only: Some("asked for with --read-only".into()),
        ..Options::default()
    };
    let mut model = told(fixture::branches(9), &options);
    let effects = types(&mut model, SIZES[0], "6vvx\n", NOW);
    assert_eq!(sent(&effects), None);
    assert!(!matches!(model.overlay, Some(Overlay::Scratch(_))));
    assert!(show(&mut model, SIZES[0]).contains("--read-only"));
}

#[test]
fn every_hint_of_every_layout_does_something() {
    for keys in [
        "6", "6v", "6v\n", "6vv", "6vv\n", "6vvx", "6vvx\n", "6v/", "6vp",
    ] {
        let start = || {
            let mut model = told(fixture::branches(104), &Options::default());
            types(&mut model, SIZES[0], keys, NOW);
            model
        };
        let model = start();
        for binding in offered(&model) {
            let mut model = start();
            let picture = |model: &mut Model| (format!("{model:?}"), show(model, SIZES[0]));
            let before = picture(&mut model);
            let mut effects = Vec::new();
            for chord in binding.on.first().unwrap() {
                effects.extend(model.update(Msg::Input(Event::Key(chord.event())), later()));
            }
            let idle = effects.is_empty() && before == picture(&mut model);
            assert!(!idle, "{} in {keys:?} does nothing", binding.run.name());
        }
    }
}

#[test]
fn hostile_names_move_nothing_and_a_thousand_branches_are_drawn() {
    let bad = [
        "\u{202e}evil",
        "\x1b[31mred",
        "漢字漢字漢字",
        "a//b",
        "",
        "x|y`z<script>",
        "\u{200d}👧",
    ];
    let name = |n: usize| match bad.get(n) {
        Some(raw) => crate::domain::text::line(raw).into_owned(),
        None => format!("feat/{n}-{}", "long".repeat(30)),
    };
    for size in SIZES {
        let mut model = told(fixture::many(1_000, name), &Options::default());
        for keys in [
            "6v", "jjj", "G", "\t", "v", "jl", "G", "\n", "\x1b", "x", "\n",
        ] {
            types(&mut model, size, keys, NOW);
            let mut buf = Buffer::empty(Rect::new(0, 0, size.0, size.1));
            paint(&model, &mut buf, NOW);
            for cell in buf.content() {
                let symbol = cell.symbol();
                assert!(!symbol.chars().any(char::is_control), "{symbol:?}");
                assert!(!symbol.contains(['\u{202e}', '\u{200d}']), "{symbol:?}");
            }
        }
    }
}
