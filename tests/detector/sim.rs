//! The quality of a failure detector, measured on made-up traces with a known truth, after Chen, Toueg and Aguilera (2002): how long until a
//! crash is found, and how often a worker that is well is called dead. The same seed gives the same figures.
//!
//! A detector is reduced to how long after an arrival it calls the worker dead. It is mistaken when the next arrival comes later than that.
//! Crashes come at uniformly random instants.

use swarmwarden::domain::health::{Rhythm, Taus};

/// What goes wrong in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Normal,
    Loss1,
    Burst,
    Pause,
    Sleep,
    Mixed,
    Period120,
    Period5,
}

impl Kind {
    pub(crate) const ALL: [Self; 8] = [
        Self::Normal,
        Self::Loss1,
        Self::Burst,
        Self::Pause,
        Self::Sleep,
        Self::Mixed,
        Self::Period120,
        Self::Period5,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Loss1 => "loss1",
            Self::Burst => "burst",
            Self::Pause => "pause",
            Self::Sleep => "sleep",
            Self::Mixed => "mixed",
            Self::Period120 => "period120",
            Self::Period5 => "period5",
        }
    }

    const fn period(self) -> f64 {
        match self {
            Self::Period120 => 120.0,
            Self::Period5 => 5.0,
            _ => 30.0,
        }
    }

    const fn seed(self) -> u64 {
        self as u64 * 1_000
    }
}

/// Random numbers of more shapes than one.
struct Chance(fastrand::Rng);

impl Chance {
    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.0.f64()).ln()
    }

    fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        let (u, v) = (1.0 - self.0.f64(), self.0.f64());
        let normal = (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos();
        median * (sigma * normal).exp()
    }
}

/// When the beats of one worker that never crashes arrive, in seconds.
pub(crate) fn trace(kind: Kind, seed: u64, days: f64) -> Vec<f64> {
    let mut r = Chance(fastrand::Rng::with_seed(kind.seed() + seed));
    let burst = matches!(kind, Kind::Burst | Kind::Mixed);
    let never = f64::INFINITY;
    let pauses = matches!(kind, Kind::Pause | Kind::Mixed);
    let sleeps = matches!(kind, Kind::Sleep | Kind::Mixed);
    let mut pause = if pauses {
        r.exponential(10_800.0)
    } else {
        never
    };
    let mut sleep = if sleeps {
        r.exponential(43_200.0)
    } else {
        never
    };
    let (mut t, mut out, mut bad) = (r.0.f64() * kind.period(), Vec::new(), false);
    while t < days * 86_400.0 {
        t += r.log_normal(0.15, 0.6).min(5.0);
        if t >= pause {
            t += r.log_normal(45.0, 0.8);
            pause = t + r.exponential(10_800.0);
        }
        if t >= sleep {
            t += r.log_normal(900.0, 1.0).max(60.0);
            sleep = t + r.exponential(43_200.0);
        }
        let mut lost = kind != Kind::Normal && r.0.f64() < 0.01;
        if burst {
            bad = r.0.f64() < if bad { 0.67 } else { 0.0034 };
            lost |= bad;
        }
        if !lost {
            out.push(t);
        }
        t += kind.period();
    }
    out
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Rule {
    /// So many seconds without a beat, looked at every so many.
    Fixed(f64, f64),
    Suspect,
    Silent,
    Act(f64),
}

impl Rule {
    pub(crate) const ALL: [(&'static str, Self); 7] = [
        ("fixed 300 s, 60 s scan", Self::Fixed(300.0, 60.0)),
        ("fixed 120 s, 60 s scan", Self::Fixed(120.0, 60.0)),
        ("fixed 300 s, event", Self::Fixed(300.0, 0.0)),
        ("LAP suspect phi 3", Self::Suspect),
        ("LAP silent phi 6", Self::Silent),
        ("LAP act balanced (phi 6)", Self::Act(6.0)),
        ("LAP act cautious (phi 8)", Self::Act(8.0)),
    ];

    fn limit(self, rhythm: &Rhythm, taus: &mut Taus) -> f64 {
        match self {
            Self::Fixed(seconds, _) => seconds,
            Self::Suspect => rhythm.levels(taus, 6.0, 6.0).suspect,
            Self::Silent => rhythm.levels(taus, 6.0, 6.0).silent,
            Self::Act(phi) => rhythm.levels(taus, 6.0, phi).act,
        }
    }

    fn scan(self) -> f64 {
        if let Self::Fixed(_, scan) = self {
            scan
        } else {
            0.0
        }
    }
}

/// What a rule did on the traces of some workers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Quality {
    /// Seconds until a crash was found, and their weights.
    found: Vec<(f64, f64)>,
    mistakes: u32,
    watched: f64,
}

impl Quality {
    pub(crate) fn mean(&self) -> f64 {
        let weight: f64 = self.found.iter().map(|(_, w)| w).sum();
        self.found.iter().map(|(t, w)| t * w).sum::<f64>() / weight
    }

    /// The time within which this part of the crashes was found.
    pub(crate) fn quantile(&self, part: f64) -> f64 {
        let mut sorted = self.found.clone();
        sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut left = part * sorted.iter().map(|(_, w)| w).sum::<f64>();
        sorted
            .iter()
            .find(|(_, w)| {
                left -= w;
                left <= 0.0
            })
            .or(sorted.last())
            .map_or(f64::NAN, |(t, _)| *t)
    }

    pub(crate) fn worst(&self) -> f64 {
        self.found.iter().map(|(t, _)| *t).fold(0.0, f64::max)
    }

    /// Mistakes for each worker and day.
    pub(crate) fn mistakes(&self) -> f64 {
        f64::from(self.mistakes) / self.days()
    }

    /// Worker-days.
    pub(crate) fn days(&self) -> f64 {
        self.watched / 86_400.0
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.found.extend(other.found);
        self.mistakes += other.mistakes;
        self.watched += other.watched;
    }
}

/// What `rules` do on the trace of one worker, after some hours of learning. The rules are told nothing of its period.
pub(crate) fn measure(kind: Kind, seed: u64, days: f64, rules: &[Rule]) -> Vec<Quality> {
    let arrivals = trace(kind, seed, days);
    let warm = if kind == Kind::Period5 { 2_000 } else { 300 };
    let (mut rhythm, mut taus) = (Rhythm::default(), Taus::default());
    let mut chance = fastrand::Rng::with_seed(kind.seed() + seed + 500);
    let mut all = vec![Quality::default(); rules.len()];
    for (i, gap) in arrivals.windows(2).enumerate() {
        let &[last, next] = gap else { continue };
        let gap = next - last;
        if i > warm {
            let crash = chance.f64() * gap;
            for (rule, quality) in rules.iter().zip(&mut all) {
                let fires = rule.limit(&rhythm, &mut taus) + rule.scan() * chance.f64();
                quality.watched += gap;
                quality.mistakes += u32::from(gap > fires);
                if i % 7 == 0 {
                    quality.found.push(((fires - crash).max(0.0), gap));
                }
            }
        }
        rhythm.learn(gap);
    }
    all
}
