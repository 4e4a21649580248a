use super::*;
use crate::tui::{
    Model, Msg, Options, View,
    fixture::{self, NOW},
    framed::Framed,
    paint,
};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::{
    Terminal, TerminalOptions, Viewport,
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier},
};
use std::{collections::BTreeSet, sync::Arc};

mod vision;

/// Roles that carry no meaning of their own.
const QUIET: [Role; 2] = [Role::Border, Role::BarEmpty];

#[test]
fn shipped_themes_read_without_a_flaw_and_name_every_token() {
    let mut names = BTreeSet::new();
    for (name, text) in palette::texts() {
        assert!(names.insert(name));
        let (palette, flaws) = Palette::read(text);
        assert_eq!(flaws, Vec::<String>::new(), "{name}");
        let own: toml::Table = text.parse().unwrap();
        assert_eq!(own.len(), Role::ALL.len() + 1, "{name}");
        assert_eq!(
            Palette::read(&palette.to_string()),
            (palette, Vec::new()),
            "{name}"
        );
    }
    for wanted in ["term", "dark", "light", "cb", "contrast", "mono"] {
        assert!(names.contains(wanted), "{wanted}");
    }
}

#[test]
fn point_60_term_paints_no_background_and_point_59_keeps_to_six_colours() {
    let theme = Theme::named("term", Depth::True);
    assert_eq!(theme.ground(), Style::reset());
    for (role, _) in Role::ALL {
        let style = theme.style(*role);
        assert_eq!(style.bg, None);
        assert!(
            style.fg.is_none_or(|color| six().contains(&color)),
            "{role:?} {style:?}"
        );
    }
}

fn six() -> [Color; 6] {
    [
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
    ]
}

#[test]
fn point_59_no_shipped_theme_needs_more_than_six_colours_of_16() {
    for (name, _) in Palette::shipped() {
        let theme = Theme::named(name, Depth::Ansi);
        assert_eq!(theme.ground(), Style::reset(), "{name}");
        for (role, _) in Role::ALL {
            let shown = theme.style(*role).fg;
            assert!(
                shown.is_none_or(|color| color == Color::Reset || six().contains(&color)),
                "{name} {role:?} {shown:?}"
            );
        }
        let told: Vec<Style> = [Role::Ok, Role::Warn, Role::Crit, Role::Info]
            .map(|role| theme.style(role))
            .to_vec();
        let apart = |at: usize| told.iter().skip(at + 1).all(|other| *other != told[at]);
        assert!(
            name == "mono" || (0..told.len()).all(apart),
            "{name} {told:?}"
        );
    }
}

/// The parameters of every SGR that a terminal is sent for a view of a swarm with problems.
fn codes(theme: &str, depth: Depth, view: View) -> BTreeSet<String> {
    let options = Options {
        theme: theme.to_owned(),
        depth,
        start: view,
        ..Options::default()
    };
    let mut model = Model::new(&options, NOW);
    model.update(Msg::Snapshot(Arc::new(fixture::eventful(104))), NOW);
    let size = Rect::new(0, 0, 120, 40);
    let mut buf = Buffer::empty(size);
    let hits = paint(&model, &mut buf, NOW);
    model.settle(&hits);
    paint(&model, &mut buf, NOW);
    let mut bytes = Vec::new();
    let options = TerminalOptions {
        viewport: Viewport::Fixed(size),
    };
    let mut terminal = Terminal::with_options(Framed::new(&mut bytes), options).unwrap();
    terminal.draw(|f| *f.buffer_mut() = buf.clone()).unwrap();
    drop(terminal);
    let sent = String::from_utf8(bytes).unwrap();
    let sequences = sent.split("\x1b[").skip(1);
    let styles = sequences.filter_map(|rest| rest.split_once('m').map(|(codes, _)| codes));
    styles
        .filter(|codes| codes.bytes().all(|b| b.is_ascii_digit() || b == b';'))
        .flat_map(|codes| codes.split(';').map(str::to_owned))
        .collect()
}

const VIEWS: [View; 6] = [
    View::Overview,
    View::Workers,
    View::Tasks,
    View::Alerts,
    View::Messages,
    View::Sessions,
];

const ATTRIBUTES: [&str; 6] = ["0", "1", "2", "3", "4", "7"];

#[test]
fn points_59_and_60_what_is_sent_in_16_colours_is_codes_31_to_36() {
    for (name, _) in Palette::shipped() {
        for view in VIEWS {
            for code in codes(name, Depth::Ansi, view) {
                let six = ["31", "32", "33", "34", "35", "36"];
                assert!(
                    ATTRIBUTES.contains(&&*code) || six.contains(&&*code),
                    "{name} {view:?}: {code}"
                );
            }
        }
    }
    assert!(codes("term", Depth::Ansi, View::Overview).contains("31"));
}

#[test]
fn point_57_without_colour_no_colour_is_sent_and_the_selection_is() {
    for (name, _) in Palette::shipped() {
        for view in VIEWS {
            let codes = codes(name, Depth::None, view);
            assert!(
                codes.iter().all(|code| ATTRIBUTES.contains(&&**code)),
                "{name} {view:?}: {codes:?}"
            );
            // This swarm has no sessions, hence none is selected.
            let selected = codes.contains("7") || view == View::Sessions;
            assert!(selected, "{name} {view:?}: {codes:?}");
        }
    }
}

#[test]
fn a_painted_theme_leaves_no_cell_to_the_terminal() {
    for (name, _) in Palette::shipped() {
        let theme = Theme::named(name, Depth::True);
        let Some(ground) = Palette::named(name).unwrap().background() else {
            continue;
        };
        for (width, height) in [(120, 40), (80, 24), (40, 12), (20, 3)] {
            let options = Options {
                theme: name.to_owned(),
                depth: Depth::True,
                ..Options::default()
            };
            let mut model = Model::new(&options, NOW);
            model.update(Msg::Snapshot(Arc::new(fixture::eventful(104))), NOW);
            // With an overlay, which erases what is below.
            let key = KeyEvent::new(KeyCode::Char('?'), KeyModifiers::NONE);
            model.update(Msg::Input(Event::Key(key)), NOW);
            let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
            paint(&model, &mut buf, NOW);
            for cell in buf.content() {
                assert_eq!(cell.bg, ground, "{name} {cell:?}");
                assert_ne!(cell.fg, Color::Reset, "{name} {cell:?}");
            }
        }
        assert!(!theme.style(Role::Dim).add_modifier.contains(Modifier::DIM));
    }
}

#[test]
fn a_colour_falls_to_what_the_terminal_shows() {
    let orange: Color = "#ff8000".parse().unwrap();
    assert_eq!(reduce(orange, Depth::True), Some(orange));
    assert_eq!(reduce(orange, Depth::Indexed), Some(Color::Indexed(208)));
    assert_eq!(reduce(orange, Depth::Ansi), Some(Color::Yellow));
    assert_eq!(reduce(orange, Depth::None), None);
    let nearly_black = Color::Rgb(18, 18, 18);
    assert_eq!(
        reduce(nearly_black, Depth::Indexed),
        Some(Color::Indexed(233))
    );
    assert_eq!(reduce(nearly_black, Depth::Ansi), Some(Color::Reset));
    assert_eq!(
        reduce(Color::Indexed(208), Depth::Ansi),
        Some(Color::Yellow)
    );
    assert_eq!(
        reduce(Color::Indexed(208), Depth::Indexed),
        Some(Color::Indexed(208))
    );
    assert_eq!(
        reduce(Color::Indexed(9), Depth::Ansi),
        Some(Color::LightRed)
    );
    for n in 16..=255 {
        let [r, g, b] = depth::channels(n);
        let found = reduce(Color::Rgb(r, g, b), Depth::Indexed);
        let Some(Color::Indexed(m)) = found else {
            panic!("{found:?}")
        };
        assert_eq!(depth::channels(m), [r, g, b], "{n}");
    }
}

#[test]
fn what_does_not_read_is_inherited_and_told_with_its_line() {
    let (palette, flaws) = Palette::read(
        "# mine\ninherit = \"dark\"\ncrti = \"red\"\nok = \"blue\"\ncrit = \"grean bold\"\nwarn = 208\ninfo = [1]\nhold = 300\n",
    );
    let dark = Palette::named("dark").unwrap();
    assert_eq!(palette.style(Role::Ok), Style::new().fg(Color::Blue));
    assert_eq!(
        palette.style(Role::Warn),
        Style::new().fg(Color::Indexed(208))
    );
    for role in [Role::Crit, Role::Info, Role::Hold, Role::Text] {
        assert_eq!(palette.style(role), dark.style(role));
    }
    assert_eq!(palette.background(), dark.background());
    assert_eq!(
        flaws,
        [
            "line 3: unknown token `crti`; the nearest is `crit`",
            "line 5: `crit`: `grean` is no colour (a name, 0-255, #rrggbb) and no modifier; the nearest is `green`; it is inherited",
            "line 7: `info` is a text such as \"red bold\", or a number; it is inherited",
            "line 8: `hold`: `300` is no colour (a name, 0-255, #rrggbb) and no modifier; it is inherited",
        ]
    );
}

#[test]
fn without_inherit_it_is_term() {
    let (palette, flaws) = Palette::read("ok = \"blue\"\n");
    let term = Palette::default();
    assert_eq!(flaws, Vec::<String>::new());
    assert_eq!(palette.style(Role::Crit), term.style(Role::Crit));
    assert_eq!(palette.background(), None);
    let (palette, flaws) = Palette::read("inherit = \"drak\"");
    assert_eq!(palette, term);
    assert_eq!(flaws.len(), 1);
    assert!(flaws[0].contains("term, dark, light"), "{flaws:?}");
}

#[test]
fn hostile_themes_are_sentences() {
    for text in [
        "ok = ",
        "[ok]\nx = 1",
        "ok = \"#\u{e9}\u{e9}\u{e9}\"",
        "background = \"bold\"",
        "\"\\u001b[2J\" = \"red\"",
        "ok = \"\\u001b[2J\"",
        "inherit = 1979-05-27",
        "ok = -1",
        "ok = 9223372036854775807",
        "\u{feff}ok = \"rad\"",
    ] {
        let (palette, flaws) = Palette::read(text);
        assert_eq!(palette, Palette::default(), "{text:?}");
        assert_eq!(flaws.len(), 1, "{text:?} {flaws:?}");
        assert!(flaws[0].starts_with("line 1: "), "{flaws:?}");
        assert!(!flaws[0].contains(|c: char| c.is_control()), "{flaws:?}");
    }
}

#[test]
fn a_flaw_of_ones_own_theme_is_told_on_the_first_screen() {
    let options = Options {
        theme: "mine".to_owned(),
        own_theme: Some("inherit = \"light\"\ncrti = \"red\"".to_owned()),
        depth: Depth::True,
        ..Options::default()
    };
    let model = Model::new(&options, NOW);
    let mut buf = Buffer::empty(Rect::new(0, 0, 120, 40));
    paint(&model, &mut buf, NOW);
    let text = crate::tui::picture::text(&buf);
    assert!(
        text.contains("theme mine: line 2: unknown token `crti`; the nearest is `crit`"),
        "{text}"
    );
    assert_eq!(buf.content()[0].bg, Color::Rgb(255, 255, 255));
}
