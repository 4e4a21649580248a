//! How good the detector is: time until a crash is found, and mistakes, on traces with a known truth; and what one evaluation of a large
//! swarm costs. `cargo bench --bench detector [DAYS WORKERS]`; 30 and 34 give a thousand worker-days of each trace.

#[path = "../detector/sim.rs"]
mod sim;

use sim::{Kind, Quality, Rule, measure};
use std::{
    env,
    io::{self, Write},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Instant,
};
use swarmwarden::domain::{
    Changes, ConversationRow, Cursor, Seen, Side, Span, Stamp, StatusRow, Swarm, Timestamp,
    health::{Detector, Tick},
};

fn main() -> io::Result<()> {
    let given: Vec<f64> = env::args().filter_map(|a| a.parse().ok()).collect();
    let days = given.first().copied().unwrap_or(30.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of workers from the command line"
    )]
    let workers = given.get(1).map_or(34, |n| *n as u64);
    let mut out = io::stdout();
    for kind in Kind::ALL {
        table(&mut out, kind, days, workers)?;
    }
    cost(&mut out)
}

fn table(out: &mut impl Write, kind: Kind, days: f64, workers: u64) -> io::Result<()> {
    let rules: Vec<Rule> = Rule::ALL.iter().map(|(_, rule)| *rule).collect();
    let days = if kind == Kind::Period5 {
        days / 4.0
    } else {
        days
    };
    let mut all = vec![Quality::default(); rules.len()];
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        let run = || {
            let mut mine = vec![Quality::default(); rules.len()];
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= workers {
                    return mine;
                }
                for (sum, one) in mine.iter_mut().zip(measure(kind, seed, days, &rules)) {
                    sum.add(one);
                }
            }
        };
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        for mine in running.into_iter().filter_map(|t| t.join().ok()) {
            for (sum, one) in all.iter_mut().zip(mine) {
                sum.add(one);
            }
        }
    });
    let watched = all.first().map_or(0.0, Quality::days);
    writeln!(out, "\n## {} ({watched:.0} worker-days)", kind.name())?;
    writeln!(
        out,
        "{:<26} {:>8} {:>6} {:>6} {:>6} | {:>19}",
        "", "T_D mean", "p50", "p99", "max", "mistakes/worker-day"
    )?;
    for ((name, _), q) in Rule::ALL.iter().zip(&all) {
        writeln!(
            out,
            "{name:<26} {:>8.1} {:>6.0} {:>6.0} {:>6.0} | {:>19.4}",
            q.mean(),
            q.quantile(0.5),
            q.quantile(0.99),
            q.worst(),
            q.mistakes()
        )?;
    }
    Ok(())
}

/// A hundred thousand workers of whom a thousand beat each third of a second.
fn cost(out: &mut impl Write) -> io::Result<()> {
    const ALL: usize = 100_000;
    let start = Timestamp(1_763_050_080_000_000);
    let mut swarm = Swarm::new(Detector::ADAPTIVE, None);
    let conversation = |n: usize| ConversationRow {
        id: format!("c{n}").as_str().into(),
        role_a: "boss".into(),
        role_b: format!("worker-{n}-team-{}", n % 100).into(),
        created: Stamp::At(start),
        expires: Stamp::At(start.plus(Span::seconds(86_400))),
    };
    let status = |n: usize, at: Timestamp| StatusRow {
        conversation: format!("c{n}").as_str().into(),
        side: Side::B,
        status: "waiting".into(),
        heartbeat: Stamp::At(at),
    };
    let rows = |who: &mut dyn Iterator<Item = usize>, at: Timestamp| Changes {
        statuses: Some(who.map(|n| status(n, at)).collect()),
        cursor: Cursor::default(),
        ..Changes::default()
    };
    let first = Changes {
        conversations: Some((0..ALL).map(conversation).collect()),
        ..rows(&mut (0..ALL), start)
    };
    swarm.apply(first, Seen::Recorded);
    swarm.evaluate(start);
    let (mut spans, mut late) = (Vec::new(), 0);
    for third in 1..=600u32 {
        let now = start.plus(Span(i64::from(third) * 333_333));
        swarm.tick(Tick {
            at: now,
            steady: Span(now.0 - start.0),
            ..Tick::default()
        });
        // Every hundredth worker stops after a minute, so that verdicts fall due, too.
        let turn = usize::try_from(third).unwrap_or_default() % 90 * 1_111;
        let beats = (turn..(turn + 1_111).min(ALL)).filter(|n| third < 180 || n % 100 != 0);
        swarm.apply(rows(&mut beats.into_iter(), now), Seen::Live(now));
        #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
        let begun = Instant::now();
        swarm.evaluate(now);
        spans.push(begun.elapsed());
        late += usize::from(swarm.due().is_some());
    }
    spans.sort_unstable();
    let part = |of: usize| {
        spans
            .get((spans.len() - 1) * of / 1_000)
            .copied()
            .unwrap_or_default()
    };
    writeln!(
        out,
        "\n## one evaluation of what is due among {ALL} workers, 1,111 of whom just beat ({late} evaluations)\np50 {:?}  p99 {:?}  max {:?}",
        part(500),
        part(990),
        part(1_000)
    )
}
