use crate::tui::{
    Effect, Errand, Model, Msg, Options,
    fixture::{self, NOW},
    paint, picture,
};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::{buffer::Buffer, layout::Rect};
use std::sync::Arc;

fn model() -> Model {
    let mut model = Model::new(&Options::default(), NOW);
    let snapshot = fixture::branches(104);
    model.update(Msg::Snapshot(Arc::new(snapshot)), NOW);
    show(&mut model);
    model
}

fn show(model: &mut Model) -> String {
    let mut buf = Buffer::empty(Rect::new(0, 0, 120, 40));
    let hits = paint(model, &mut buf, NOW);
    model.settle(&hits);
    picture::text(&buf)
}

fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for c in keys.chars() {
        let code = match c {
            '\n' => KeyCode::Enter,
            '\x1b' => KeyCode::Esc,
            c => KeyCode::Char(c),
        };
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        effects.extend(model.update(Msg::Input(Event::Key(key)), NOW));
        show(model);
    }
    effects
}

/// What a copy sends, decoded.
fn copied(effects: &[Effect]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let [Effect::Ring(bytes)] = effects else {
        panic!("{effects:?}");
    };
    let coded = bytes
        .trim_start_matches("\x1b]52;c;")
        .trim_end_matches('\x07');
    String::from_utf8(STANDARD.decode(coded).unwrap()).unwrap()
}

#[test]
fn ux_78_every_letter_of_the_menu_copies_what_it_says() {
    let mut model = model();
    press(&mut model, "2");
    assert_eq!(copied(&press(&mut model, "yy")), "worker-7-core");
    let toast = show(&mut model);
    assert!(
        toast.contains("sent to terminal clipboard (OSC 52), 13 chars"),
        "{toast}"
    );
    let row = copied(&press(&mut model, "yr"));
    assert!(row.starts_with("worker-7-core\tconv_") && row.contains("\tsilent\t"));
    let json = copied(&press(&mut model, "yj"));
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["id"], "worker-7-core");
    assert_eq!(value["state"], "silent");
    let report = copied(&press(&mut model, "ym"));
    assert!(report.contains("- state: silent"), "{report}");
    assert_eq!(
        copied(&press(&mut model, "yc")),
        "swarmwarden workers --db /srv/swarm/bridge.db"
    );
    press(&mut model, "/state:silent\n");
    assert_eq!(
        copied(&press(&mut model, "yc")),
        "swarmwarden workers --db /srv/swarm/bridge.db --filter state:silent"
    );
    press(&mut model, "5j");
    let text = copied(&press(&mut model, "yt"));
    assert!(text.contains("files: src/auth/mod.rs"), "{text}");
    press(&mut model, "6v");
    assert!(copied(&press(&mut model, "yb")).starts_with("claude/"));
}

#[test]
fn the_command_of_a_view_prints_what_is_on_it() {
    let mut model = model();
    let team = model.snapshot().workers.iter().find_map(|w| w.team.clone());
    let team = team.unwrap();
    press(&mut model, &format!(":scope team:{team}\n2"));
    assert_eq!(
        copied(&press(&mut model, "yc")),
        format!("swarmwarden workers --db /srv/swarm/bridge.db --scope {team}")
    );
    press(&mut model, ":scope all\n");
    for keys in ["6v", "v"] {
        press(&mut model, keys);
        let command = copied(&press(&mut model, "yc"));
        assert!(command.starts_with("swarmwarden git --db "), "{command}");
        assert!(command.contains(" --git "), "{command}");
    }
}

#[test]
fn branches_and_the_matrix_are_exported_as_they_are_listed() {
    let rows = |model: &mut Model| {
        let effects = press(model, "Ec");
        let [Effect::Errand(Errand::Export { contents, .. })] = effects.as_slice() else {
            panic!("{effects:?}");
        };
        contents.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let mut model = model();
    press(&mut model, "6v");
    let all = rows(&mut model);
    press(&mut model, "O");
    let mut turned = rows(&mut model);
    turned[1..].reverse();
    assert_eq!(all, turned);
    press(&mut model, "O/ahead>3\n");
    let some = rows(&mut model);
    assert!(some.len() > 1 && some.len() < all.len(), "{some:?}");
    press(&mut model, "\x1bv");
    let sheet = model.sheet();
    let shown = model.screens.sessions.matrix.shown.len();
    assert_eq!(sheet.name, "conflicts");
    assert_eq!(sheet.rows.len(), shown * (shown - 1) / 2);
    assert!(
        sheet
            .rows
            .iter()
            .any(|row| row[2].starts_with("conflict in") && !row[3].is_empty())
    );
    let (ours, theirs) = model.screens.sessions.matrix.selected().unwrap();
    let row = copied(&press(&mut model, "yr"));
    assert!(row.starts_with(&format!("{ours}\t{theirs}\t")), "{row}");
}

#[test]
fn what_cannot_be_copied_says_why_and_the_menu_stays() {
    let mut model = model();
    assert!(press(&mut model, "2yt").is_empty());
    assert!(show(&mut model).contains("no message is selected"));
    assert!(model.overlay.is_some());
}

#[test]
fn ux_82_an_export_names_a_file_of_its_own_and_holds_every_row() {
    let mut model = model();
    press(&mut model, "2");
    for (letter, ending) in [("j", "json"), ("c", "csv"), ("m", "md"), ("s", "txt")] {
        let effects = press(&mut model, &format!("E{letter}"));
        let [Effect::Errand(Errand::Export { name, contents })] = effects.as_slice() else {
            panic!("{effects:?}");
        };
        let expected = format!("swarmwarden-workers-20260820T120431Z.{ending}");
        assert_eq!(*name, expected);
        match ending {
            "json" => {
                let all: serde_json::Value = serde_json::from_str(contents).unwrap();
                assert_eq!(all.as_array().unwrap().len(), 104);
            }
            "csv" => assert_eq!(contents.lines().count(), 105),
            "md" => assert_eq!(contents.lines().count(), 108),
            _ => {
                assert!(contents.contains("[2 Workers 104]"));
                assert!(!contents.contains("Export to a file"), "{contents}");
            }
        }
    }
}

#[test]
fn every_view_has_a_sheet_whose_rows_are_as_wide_as_its_headings() {
    let mut model = model();
    for keys in ["1", "2", "2\n", "3", "3\n", "4", "5", "6", "6\n", "7"] {
        press(&mut model, keys);
        let sheet = model.sheet();
        let wide = sheet.columns.len();
        assert!(sheet.rows.iter().all(|row| row.len() == wide), "{keys}");
        assert!(sheet.name != "activity" || sheet.rows.is_empty());
    }
}

#[test]
fn a_file_for_a_spreadsheet_holds_no_formula_and_markdown_no_markup() {
    let sheet = super::Sheet {
        name: "tasks",
        columns: &["id"],
        rows: vec![vec!["=1+1 | @all <b> `x`".to_owned()]],
        selected: Some(0),
    };
    assert!(sheet.csv().contains("'=1+1"));
    let md = sheet.markdown();
    assert!(md.contains("\\|") && md.contains("\\<b\\>") && !md.contains("@all"));
}
