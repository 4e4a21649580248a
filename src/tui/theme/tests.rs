use super::*;

#[test]
fn shipped_themes_name_every_token_and_nothing_else() {
    for text in [TERM, include_str!("../../../assets/themes/mono.toml")] {
        let tokens: BTreeMap<String, String> = toml::from_str(text).unwrap();
        let named: Vec<&str> = tokens.keys().map(String::as_str).collect();
        let mut wanted: Vec<&str> = Role::ALL.iter().map(|(_, token)| *token).collect();
        wanted.sort_unstable();
        assert_eq!(named, wanted);
        for value in tokens.values() {
            assert!(style(value, Depth::True).is_some(), "{value}");
        }
    }
}

#[test]
fn term_never_paints_a_background_and_keeps_to_six_colours() {
    let theme = Theme::named("term", Depth::True);
    for (role, _) in Role::ALL {
        let style = theme.style(*role);
        assert_eq!(style.bg, None);
        assert!(
            matches!(
                style.fg,
                None | Some(
                    Color::Red
                        | Color::Green
                        | Color::Yellow
                        | Color::Blue
                        | Color::Magenta
                        | Color::Cyan
                )
            ),
            "{role:?} {style:?}"
        );
    }
}

#[test]
fn without_colour_only_modifiers_are_left() {
    for name in ["term", "mono"] {
        let theme = Theme::named(name, Depth::None);
        assert!(Role::ALL.iter().all(|(r, _)| theme.style(*r).fg.is_none()));
        assert_ne!(theme.style(Role::Select), Style::new());
    }
}

#[test]
fn a_colour_falls_to_what_the_terminal_shows() {
    let orange: Color = "#ff8000".parse().unwrap();
    assert_eq!(reduce(orange, Depth::True), Some(orange));
    assert_eq!(reduce(orange, Depth::Indexed), Some(Color::Indexed(214)));
    assert_eq!(reduce(orange, Depth::Ansi), Some(Color::Yellow));
    assert_eq!(reduce(orange, Depth::None), None);
}

#[test]
fn what_does_not_read_comes_from_term() {
    let theme = Theme::parse("crit = \"no-such-colour\"\nok = \"blue\"", Depth::Ansi);
    let term = Theme::named("term", Depth::Ansi);
    assert_eq!(theme.style(Role::Crit), term.style(Role::Crit));
    assert_eq!(theme.style(Role::Ok), Style::new().fg(Color::Blue));
}
