use super::*;
use crate::{
    domain::{Span, State, TaskState, Timestamp},
    tui::theme::{Depth, Role, Theme},
};
use ratatui::{buffer::Buffer, layout::Rect};
use unicode_width::UnicodeWidthStr;

fn drawn(width: u16, draw: impl FnOnce(&mut Canvas<'_>, Rect)) -> String {
    let area = Rect::new(0, 0, width, 1);
    let mut buf = Buffer::empty(area);
    let theme = Theme::named("term", Depth::Ansi);
    draw(&mut Canvas::new(&mut buf, &theme), area);
    buf.content
        .iter()
        .map(ratatui::buffer::Cell::symbol)
        .collect()
}

#[test]
fn every_mark_is_one_cell_and_its_word_at_most_seven() {
    let marks = State::ALL
        .map(state)
        .into_iter()
        .chain(TaskState::ALL.map(task));
    for mark in marks {
        assert_eq!(mark.symbol.width(), 1, "{mark:?}");
        assert!(mark.word.width() <= 7, "{mark:?}");
    }
}

#[test]
fn words_of_states_differ() {
    let mut words: Vec<&str> = State::ALL.map(|s| state(s).word).to_vec();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), State::ALL.len());
}

#[test]
fn a_bar_is_empty_or_full_only_when_that_is_true() {
    let bar = |done, of| drawn(4, |c, at| c.bar(at, done, of, Role::BarFill));
    assert_eq!(bar(0, 9), "░░░░");
    assert_eq!(bar(1, 1000), "█░░░");
    assert_eq!(bar(999, 1000), "███░");
    assert_eq!(bar(5, 5), "████");
    assert_eq!(bar(0, 0), "░░░░");
}

#[test]
fn text_is_cut_by_cells_and_stays_in_its_place() {
    let cut = |text| {
        drawn(6, |c, at| {
            c.put(Rect { width: 4, ..at }, text, Role::Text);
        })
    };
    assert_eq!(cut("abcdef"), "abc…  ");
    assert_eq!(cut("漢字漢"), "漢 …   ");
    assert_eq!(
        drawn(3, |c, at| {
            c.put(Rect { x: 9, y: 9, ..at }, "x", Role::Text);
        }),
        "   "
    );
}

#[test]
fn columns_drop_by_rank_and_one_grows() {
    let column = |id, width, rank, grows| Column {
        id,
        title: "",
        width,
        rank,
        grows,
        right: false,
    };
    let all = [
        column('a', 4, 0, false),
        column('b', 4, 2, false),
        column('c', 4, 1, true),
    ];
    let kept = |width| -> Vec<(char, u16)> {
        fit_columns(&all, width)
            .iter()
            .map(|c| (c.id, c.width))
            .collect()
    };
    assert_eq!(kept(20), [('a', 4), ('b', 4), ('c', 10)]);
    assert_eq!(kept(13), [('a', 4), ('c', 8)]);
    assert_eq!(kept(3), [('a', 4)]);
}

#[test]
fn the_selected_row_is_always_seen() {
    assert_eq!(window(0, Some(7), 5, 20), 3);
    assert_eq!(window(9, Some(7), 5, 20), 7);
    assert_eq!(window(6, Some(7), 5, 20), 6);
    assert_eq!(window(18, None, 5, 20), 15);
    assert_eq!(window(4, Some(0), 0, 1), 0);
    assert_eq!(window(3, None, 9, 0), 0);
}

#[test]
fn times_carry_their_zone_and_the_date_when_it_is_another_day() {
    let now = Timestamp::parse("2026-08-20T12:04:31Z").unwrap();
    let clock = |form| Clock {
        now,
        form,
        east: 7200,
        at_least: false,
        coarse: false,
        still: false,
    };
    let then = Timestamp(now.0 - 161_000_000);
    assert_eq!(clock(TimeForm::Relative).column(then), "2m41s");
    assert_eq!(clock(TimeForm::Local).column(then), "14:01:50+02");
    assert_eq!(clock(TimeForm::Utc).column(then), "12:01:50Z");
    let yesterday = Timestamp(now.0 - 86_400_000_000);
    assert_eq!(clock(TimeForm::Utc).column(yesterday), "08-19 12:04Z");
    let ahead = now.plus(Span::seconds(3));
    assert_eq!(clock(TimeForm::Relative).ago(ahead), "skew +3s");
    let old = Clock {
        at_least: true,
        ..clock(TimeForm::Relative)
    };
    assert_eq!(old.column(then), "≥2m41s");
    let coarse = Clock {
        coarse: true,
        ..clock(TimeForm::Relative)
    };
    assert_eq!(coarse.column(then), "2m");
    assert_eq!(coarse.column(Timestamp(now.0 - 59_000_000)), "<1m");
    assert_eq!(coarse.column(Timestamp(now.0 - 600_000_000)), "10m");
    for form in [TimeForm::Relative, TimeForm::Local, TimeForm::Utc] {
        for at in [then, yesterday] {
            assert!(cells(&clock(form).column(at)) <= clock(form).width());
        }
    }
}

#[test]
fn lines_break_at_blanks_and_never_lose_a_letter() {
    assert_eq!(lines("one two three", 7, true), ["one two", "three"]);
    assert_eq!(lines("abcdefghij", 4, true), ["abcd", "efgh", "ij"]);
    assert_eq!(lines("one two\nthree", 5, false), ["one two", "three"]);
    assert_eq!(lines("漢字漢", 3, true), ["漢", "字", "漢"]);
}

#[test]
fn the_ascii_pass_leaves_only_ascii_and_keeps_the_width() {
    let area = Rect::new(0, 0, 12, 1);
    let mut buf = Buffer::empty(area);
    buf.set_string(0, 0, "▸ 漢字 ✗…▌é", ratatui::style::Style::new());
    fold(&mut buf);
    let text: String = buf
        .content
        .iter()
        .map(ratatui::buffer::Cell::symbol)
        .collect();
    assert_eq!(text, "> ? ?  x~*? ");
}
