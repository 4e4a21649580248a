use super::super::{
    Effect, Model, Msg, Options, View,
    fixture::{self, NOW},
    paint, picture,
};
use crate::{
    domain::{
        Command, Mode, Moment, Recording, Refusal, Severity, Snapshot, Span, State, Timestamp,
        Travel, Trouble,
    },
    link::{Envelope, Reply, RequestId},
};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::{buffer::Buffer, layout::Rect};
use std::sync::Arc;

const MINUTE: i64 = 60_000_000;

fn back(minutes: i64) -> Timestamp {
    NOW.plus(Span(-minutes * MINUTE))
}

/// Nine workers as they were: nobody was silent then.
fn moment(at: Timestamp) -> Arc<Snapshot> {
    let mut then = fixture::swarm(9);
    then.at = at;
    then.source.mode = Mode::Recorded(at);
    then.traffic.messages -= 40;
    for worker in &mut then.workers {
        if worker.verdict.state == State::Silent {
            Arc::make_mut(worker).verdict.state = State::Healthy;
        }
    }
    Arc::new(then)
}

fn recording() -> Arc<Recording> {
    let trouble = |minutes| Trouble {
        from: back(minutes),
        until: Some(back(minutes - 2)),
        severity: Severity::Critical,
        what: "worker-7 silent".into(),
    };
    Arc::new(Recording {
        from: back(600),
        to: NOW,
        troubles: vec![trouble(300), trouble(6)],
        gaps: Vec::new(),
    })
}

fn told() -> Model {
    let mut model = Model::new(&Options::default(), NOW);
    model.update(Msg::Snapshot(Arc::new(fixture::swarm(9))), NOW);
    model
}

fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for c in keys.chars() {
        let key = KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
        effects.extend(model.update(Msg::Input(Event::Key(key)), NOW));
    }
    effects
}

fn show(model: &mut Model, now: Timestamp) -> String {
    let mut buf = Buffer::empty(Rect::new(0, 0, 120, 40));
    let hits = paint(model, &mut buf, now);
    model.settle(&hits);
    picture::text(&buf)
}

/// What is asked of the recording.
fn asked(effects: &[Effect]) -> Vec<(RequestId, Travel)> {
    let travel = |effect: &Effect| match effect {
        Effect::Send(Envelope {
            id,
            command: Command::Travel(travel),
        }) => Some((*id, *travel)),
        _ => None,
    };
    effects.iter().filter_map(travel).collect()
}

/// Answers as an engine does that recorded everything, until nothing is asked any more; returns where it was asked to go.
fn serve(model: &mut Model, effects: &[Effect], now: Timestamp) -> Vec<Travel> {
    let mut open = asked(effects);
    let mut went = Vec::new();
    while let Some((id, travel)) = open.pop() {
        let reply = match travel {
            Travel::Survey => Reply::Recording(recording()),
            Travel::To(at) => Reply::Moment(Moment(moment(at))),
            Travel::Step { from, back } => {
                let seconds = if back { -7 } else { 7 };
                Reply::Moment(Moment(moment(from.plus(Span::seconds(seconds)))))
            }
        };
        if travel != Travel::Survey {
            went.push(travel);
        }
        open.extend(asked(&model.update(Msg::Reply(id, reply), now)));
    }
    went
}

#[test]
fn ux_54_freezing_stands_still_and_zero_returns() {
    let mut model = told();
    let effects = press(&mut model, "f");
    assert_eq!(asked(&effects).len(), 1, "what was recorded is asked once");
    serve(&mut model, &effects, NOW);
    let still = show(&mut model, NOW);
    assert!(still.contains("FROZEN 12:04:31Z +0"), "{still}");
    assert_eq!(still, show(&mut model, NOW.plus(Span::seconds(5))));
    press(&mut model, "0");
    assert!(show(&mut model, NOW).contains("LIVE"));
}

#[test]
fn ux_55_a_recorded_instant_says_replay_and_refuses_to_write() {
    let mut model = told();
    let effects = press(&mut model, "2<");
    assert_eq!(serve(&mut model, &effects, NOW), [Travel::To(back(1))]);
    let text = show(&mut model, NOW);
    assert!(text.contains("REPLAY 12:03:31Z"), "{text}");
    assert!(!text.contains("SILENT"), "{text}");
    assert!(text.contains("4m35s"), "an age of that instant: {text}");
    assert!(asked(&press(&mut model, "r")).is_empty());
    let text = show(&mut model, NOW);
    assert!(text.contains("0 goes back to live, then act"), "{text}");
    press(&mut model, "0");
    assert!(show(&mut model, NOW).contains("SILENT"));
}

#[test]
fn keys_that_are_held_down_are_answered_with_the_last_wish() {
    let mut model = told();
    let mut effects = press(&mut model, "<");
    let more = press(&mut model, "<<<<");
    assert!(asked(&more).is_empty(), "one question at a time");
    effects.extend(more);
    let went = serve(&mut model, &effects, NOW);
    assert_eq!(went, [Travel::To(back(1)), Travel::To(back(5))]);
    assert_eq!(model.facts.past(), Some(back(5)));
}

#[test]
fn steps_that_wait_begin_where_the_last_one_ended() {
    let mut model = told();
    let mut effects = press(&mut model, "<");
    effects.extend(press(&mut model, ",,"));
    let went = serve(&mut model, &effects, NOW);
    let step = |seconds: i64| Travel::Step {
        from: back(1).plus(Span::seconds(-seconds)),
        back: true,
    };
    assert_eq!(went, [Travel::To(back(1)), step(0), step(7)]);
    let effects = press(&mut model, ".");
    serve(&mut model, &effects, NOW);
    assert_eq!(model.facts.past(), Some(back(1).plus(Span::seconds(-7))));
}

#[test]
fn a_minute_forward_from_the_newest_minute_is_live() {
    let mut model = told();
    let effects = press(&mut model, "<");
    serve(&mut model, &effects, NOW);
    let effects = press(&mut model, ">");
    serve(&mut model, &effects, NOW);
    assert_eq!(model.facts.frozen(), None);
    assert!(show(&mut model, NOW).contains("live again"));
}

#[test]
fn playing_asks_for_instants_as_time_passes_and_pauses() {
    let mut model = told();
    let effects = press(&mut model, "<<<");
    serve(&mut model, &effects, NOW);
    let effects = press(&mut model, "]]f");
    serve(&mut model, &effects, NOW);
    assert!(model.pace().is_some());
    let later = NOW.plus(Span::seconds(10));
    let effects = model.update(Msg::Tick, later);
    let went = serve(&mut model, &effects, later);
    assert_eq!(went, [Travel::To(back(3).plus(Span::seconds(40)))]);
    let text = show(&mut model, later);
    assert!(text.contains("REPLAY 12:02:11Z 4x"), "{text}");
    press(&mut model, "f");
    assert_eq!(model.pace(), None);
    assert!(model.update(Msg::Tick, later).is_empty());
    let effects = press(&mut model, "f");
    serve(&mut model, &effects, later);
    let end = NOW.plus(Span::seconds(500));
    model.update(Msg::Tick, end);
    assert_eq!(model.facts.frozen(), None, "playing ends in the present");
}

#[test]
fn troubles_are_jumped_to_and_shown_on_the_bar() {
    let mut model = told();
    let effects = press(&mut model, "f");
    serve(&mut model, &effects, NOW);
    let effects = press(&mut model, "{");
    assert_eq!(serve(&mut model, &effects, NOW), [Travel::To(back(6))]);
    let text = show(&mut model, NOW);
    let bar = text.lines().rev().nth(2).unwrap();
    assert!(
        bar.contains("▌✗✗✗✗") && bar.contains("12:04Z = 1x"),
        "{bar}"
    );
    let effects = press(&mut model, "{");
    assert_eq!(serve(&mut model, &effects, NOW), [Travel::To(back(300))]);
    assert!(press(&mut model, "{").is_empty());
    assert!(show(&mut model, NOW).contains("no trouble was recorded before this"));
    let effects = press(&mut model, "}");
    assert_eq!(serve(&mut model, &effects, NOW), [Travel::To(back(6))]);
}

#[test]
fn two_instants_are_compared() {
    let mut model = told();
    press(&mut model, "d");
    assert!(show(&mut model, NOW).contains("go back first"));
    let effects = press(&mut model, "<<");
    serve(&mut model, &effects, NOW);
    press(&mut model, "d");
    let text = show(&mut model, NOW);
    assert!(
        text.contains("12:02:31Z → 12:04:31Z, 2m00s apart"),
        "{text}"
    );
    assert!(text.contains("(+40)"), "{text}");
    assert!(text.contains("▸ WORKING → ✗ SILENT"), "{text}");
    // Held against another instant than the newest.
    press(&mut model, " ");
    let effects = press(&mut model, "<");
    serve(&mut model, &effects, NOW);
    press(&mut model, "d");
    let text = show(&mut model, NOW);
    assert!(
        text.contains("12:01:31Z → 12:02:31Z, 1m00s apart"),
        "{text}"
    );
    assert!(text.contains("Nothing else is different."), "{text}");
}

#[test]
fn where_nothing_is_recorded_the_picture_is_frozen_and_f_lets_it_go() {
    let mut model = told();
    let refuse = |model: &mut Model, effects: &[Effect]| {
        for (id, _) in asked(effects) {
            let why = Refusal::Denied("nothing is recorded".to_owned());
            model.update(Msg::Reply(id, Reply::Refused(why)), NOW);
        }
    };
    let effects = press(&mut model, "<");
    refuse(&mut model, &effects);
    assert!(show(&mut model, NOW).contains("cannot go back: nothing is recorded"));
    assert_eq!(model.facts.frozen(), None);
    let effects = press(&mut model, "f");
    refuse(&mut model, &effects);
    assert!(model.facts.frozen().is_some());
    press(&mut model, "f");
    assert_eq!(model.facts.frozen(), None);
}

#[test]
fn a_recording_plays_from_its_beginning_and_stays_at_its_end() {
    let options = Options {
        replay: Some(60),
        start: View::Workers,
        ..Options::default()
    };
    let mut model = Model::new(&options, NOW);
    let effects = model.update(Msg::Snapshot(moment(back(600))), NOW);
    serve(&mut model, &effects, NOW);
    let later = NOW.plus(Span::seconds(60));
    let effects = model.update(Msg::Tick, later);
    assert_eq!(serve(&mut model, &effects, later), [Travel::To(back(540))]);
    let text = show(&mut model, later);
    assert!(text.contains("REPLAY 03:04:31Z 60x"), "{text}");
    assert!(asked(&press(&mut model, "r")).is_empty());
    assert!(show(&mut model, later).contains("this is a recording: nothing can be written"));
    let far = NOW.plus(Span::seconds(900));
    let effects = model.update(Msg::Tick, far);
    assert_eq!(serve(&mut model, &effects, far), [Travel::To(NOW)]);
    let text = show(&mut model, far);
    assert!(text.contains("the recording ends here"), "{text}");
    assert!(text.contains("REPLAY 12:04:31Z"), "{text}");
    let effects = press(&mut model, "<");
    assert_eq!(serve(&mut model, &effects, far), [Travel::To(back(1))]);
}

#[test]
fn every_size_has_room_for_the_bar() {
    let mut model = told();
    let effects = press(&mut model, "<");
    serve(&mut model, &effects, NOW);
    for (w, h) in [(1, 1), (39, 12), (40, 12), (60, 20), (80, 24), (200, 60)] {
        let mut buf = Buffer::empty(Rect::new(0, 0, w, h));
        paint(&model, &mut buf, NOW);
    }
}

/// The commands among effects.
fn commands(effects: &[Effect]) -> Vec<Command> {
    let command = |effect: &Effect| match effect {
        Effect::Send(envelope) => Some(envelope.command.clone()),
        _ => None,
    };
    effects.iter().filter_map(command).collect()
}

fn enter(model: &mut Model) -> Vec<Effect> {
    let key = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
    model.update(Msg::Input(Event::Key(key)), NOW)
}

#[test]
fn an_instant_is_typed() {
    let mut model = told();
    press(&mut model, ":at -15m");
    let effects = enter(&mut model);
    assert_eq!(serve(&mut model, &effects, NOW), [Travel::To(back(15))]);
    press(&mut model, ":at 25:99");
    enter(&mut model);
    assert!(show(&mut model, NOW).contains("25:99: no time"));
    assert_eq!(model.facts.past(), Some(back(15)));
}

#[test]
fn another_detector_is_asked_and_answers_on_a_page() {
    let mut model = told();
    press(&mut model, ":whatif fixed:120s 2h");
    let effects = enter(&mut model);
    let asked = commands(&effects);
    let [Command::WhatIf { detector, since }] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!(
        (detector.name().as_str(), *since),
        ("fixed:120s", back(120))
    );
    let Some(Effect::Send(Envelope { id, .. })) = effects.first() else {
        panic!("{effects:?}");
    };
    let lines = vec!["alerts gained 2".to_owned(), "alerts lost 0".to_owned()];
    model.update(Msg::Reply(*id, Reply::Lines(lines)), NOW);
    let text = show(&mut model, NOW);
    assert!(
        text.contains("alerts gained 2") && text.contains("alerts lost 0"),
        "{text}"
    );
}

#[test]
fn the_trouble_on_show_becomes_a_file() {
    let mut model = told();
    let effects = press(&mut model, "f");
    serve(&mut model, &effects, NOW);
    let effects = press(&mut model, "{");
    serve(&mut model, &effects, NOW);
    press(&mut model, ":incident");
    let asked = commands(&enter(&mut model));
    let [Command::ExportIncident { from, to, path }] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!((*from, *to), (back(16), NOW));
    assert_eq!(&**path, "incident-20260820T115831Z.jsonl");
}

#[test]
fn what_waits_for_the_survey_is_done_when_it_is_there() {
    let mut model = told();
    press(&mut model, ":incident");
    let effects = enter(&mut model);
    assert!(
        commands(&effects)
            .iter()
            .all(|c| *c == Command::Travel(Travel::Survey))
    );
    let (id, _) = asked(&effects)[0];
    let effects = model.update(Msg::Reply(id, Reply::Recording(recording())), NOW);
    let written = commands(&effects);
    let [Command::ExportIncident { to, .. }] = written.as_slice() else {
        panic!("{written:?}");
    };
    assert_eq!(*to, NOW);
    // The key that goes to a trouble waits too; a refusal is said.
    let mut model = told();
    let effects = press(&mut model, "{");
    assert!(matches!(serve(&mut model, &effects, NOW)[..], [Travel::To(at)] if at < NOW));
    let mut model = told();
    let (id, _) = asked(&press(&mut model, "{"))[0];
    let why = Refusal::Unavailable("nothing is recorded yet".to_owned());
    model.update(Msg::Reply(id, Reply::Refused(why)), NOW);
    assert!(show(&mut model, NOW).contains("nothing is recorded yet"));
}
