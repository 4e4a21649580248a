use super::*;
use crate::{
    domain::{Command, Snapshot},
    link::{self, EnginePorts},
    tui::fixture::{self, NOW},
};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use futures::stream;
use ratatui::backend::TestBackend;

fn screen() -> Terminal<TestBackend> {
    Terminal::new(TestBackend::new(80, 24)).unwrap()
}

fn key(c: char) -> Event {
    let (code, modifiers) = match c {
        '\x03' => (KeyCode::Char('c'), KeyModifiers::CONTROL),
        '\n' => (KeyCode::Enter, KeyModifiers::NONE),
        c => (KeyCode::Char(c), KeyModifiers::NONE),
    };
    Event::Key(KeyEvent::new(code, modifiers))
}

/// Keys, and then nothing for ever.
fn typed(keys: &str) -> impl Stream<Item = io::Result<Event>> + Unpin + use<> {
    let keys: Vec<_> = keys.chars().map(|c| Ok(key(c))).collect();
    stream::iter(keys).chain(stream::pending())
}

fn inputs<I>(events: I, snapshot: Snapshot) -> (Inputs<I, stream::Pending<Signal>>, EnginePorts) {
    let (ports, engine) = link::pair(snapshot);
    let inputs = Inputs {
        events,
        signals: stream::pending(),
        ports,
    };
    (inputs, engine)
}

/// Runs to its end, which must come within a minute.
async fn ends<I, S>(inputs: Inputs<I, S>) -> io::Result<Outcome>
where
    I: Stream<Item = io::Result<Event>> + Unpin,
    S: Stream<Item = Signal> + Unpin,
{
    let (mut terminal, mut host, options) = (screen(), (), Options::default());
    let running = run(&mut terminal, inputs, &mut host, &options, || NOW);
    tokio::time::timeout(Duration::from_secs(60), running)
        .await
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn typed_keys_reach_the_engine_and_the_screen() {
    let (inputs, mut engine) = inputs(typed("R2\nQ"), fixture::swarm(9));
    let mut terminal = screen();
    let options = Options::default();
    let outcome = run(&mut terminal, inputs, &mut (), &options, || NOW)
        .await
        .unwrap();
    let asked = engine.commands.recv().await.unwrap();
    assert_eq!(asked.command, Command::Reread);
    let text = outcome.print.unwrap();
    assert!(text.contains("worker-7-infra  ✗ SILENT"), "{text}");
    assert_eq!(outcome.signal, None);
}

#[tokio::test(start_paused = true)]
async fn control_c_leaves_from_anywhere() {
    for keys in ["\x03", "D\x03", "?\x03", "2/abc\x03", "g\x03"] {
        let (inputs, _engine) = inputs(typed(keys), fixture::swarm(9));
        let outcome = ends(inputs).await;
        assert_eq!(outcome.unwrap(), Outcome::default(), "{keys:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_input_is_the_end() {
    let (inputs, _engine) = inputs(stream::iter([Ok(key('2'))]), fixture::swarm(9));
    let outcome = ends(inputs).await;
    assert!(outcome.is_ok());
    let (inputs, _engine) = self::inputs(
        stream::iter([Err(io::Error::other("gone"))]),
        fixture::swarm(9),
    );
    let outcome = ends(inputs).await;
    assert!(outcome.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_ends_is_on_screen() {
    let (inputs, engine) = inputs(stream::pending(), fixture::swarm(9));
    let mut terminal = screen();
    let engine_ends = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        drop(engine);
        tokio::time::sleep(Duration::from_millis(500)).await;
    };
    let (mut host, options) = ((), Options::default());
    tokio::select! {
        _ = run(&mut terminal, inputs, &mut host, &options, || NOW) => panic!("it goes on"),
        () = engine_ends => {}
    }
    let text = terminal.backend().to_string();
    assert!(text.contains("engine stopped; data is frozen"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_command_to_an_engine_that_is_gone_is_refused_in_words() {
    let (inputs, engine) = inputs(typed("R"), fixture::swarm(9));
    drop(engine.commands);
    let mut terminal = screen();
    let mut host = ();
    let options = Options::default();
    let running = run(&mut terminal, inputs, &mut host, &options, || NOW);
    let waited = tokio::time::timeout(Duration::from_secs(2), running).await;
    assert!(waited.is_err(), "it goes on");
    let text = terminal.backend().to_string();
    assert!(text.contains("the engine has stopped"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn signals_end_the_run_or_draw_everything_again() {
    let with = |signals: Vec<Signal>| {
        let (ports, engine) = link::pair(fixture::swarm(9));
        let inputs = Inputs {
            events: stream::pending(),
            signals: stream::iter(signals).chain(stream::pending()),
            ports,
        };
        (inputs, engine)
    };
    for last in [Signal::Terminate, Signal::Hangup, Signal::Interrupt] {
        let (inputs, _engine) = with(vec![Signal::Suspend, Signal::Resume, last]);
        let outcome = ends(inputs).await;
        assert_eq!(outcome.unwrap().signal, Some(last));
    }
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_facts_costs_ten_frames_a_second() {
    let (inputs, engine) = inputs(stream::pending(), fixture::swarm(9));
    let mut terminal = screen();
    let storm = async {
        for n in 0..2_000 {
            tokio::time::sleep(Duration::from_millis(1)).await;
            let mut swarm = fixture::swarm(1);
            swarm.traffic.messages = n;
            engine.snapshot.send_replace(Arc::new(swarm));
        }
    };
    let (mut host, options) = ((), Options::default());
    tokio::select! {
        _ = run(&mut terminal, inputs, &mut host, &options, || NOW) => panic!("it goes on"),
        () = storm => {}
    }
    let frames = terminal.get_frame().count();
    assert!((15..=30).contains(&frames), "{frames}");
}

/// A program that has the terminal, and on which Ctrl-C and Ctrl-Z are pressed.
#[derive(Debug)]
struct Pressed(futures::channel::mpsc::UnboundedSender<Signal>);

impl crate::tui::Errands for Pressed {
    fn carry_out(&self, _: &Errand) -> Result<Told, String> {
        for signal in [Signal::Interrupt, Signal::Suspend, Signal::Resume] {
            self.0.unbounded_send(signal).unwrap();
        }
        Ok(Told::Word("logs was ended by a signal".to_owned()))
    }
}

#[tokio::test(start_paused = true)]
async fn control_c_in_a_program_that_has_the_terminal_does_not_end_the_dashboard() {
    let (press, signals) = futures::channel::mpsc::unbounded();
    let options = Options {
        commands: vec![crate::tui::Custom {
            name: "logs".to_owned(),
            run: vec!["less".to_owned()],
            confirm: false,
            writes: false,
            background: false,
        }],
        errands: Arc::new(Pressed(press)),
        ..Options::default()
    };
    let (ports, _engine) = link::pair(fixture::swarm(9));
    let quit = stream::once(Box::pin(async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(key('Q'))
    }));
    let inputs = Inputs {
        events: Box::pin(stream::iter(":logs\n".chars().map(|c| Ok(key(c)))).chain(quit)),
        signals,
        ports,
    };
    let outcome = run(&mut screen(), inputs, &mut (), &options, || NOW).await;
    let outcome = outcome.unwrap();
    assert_eq!(outcome.signal, None);
    let text = outcome.print.unwrap();
    assert!(text.contains("logs was ended by a signal"), "{text}");
}
