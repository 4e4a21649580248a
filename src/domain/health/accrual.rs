//! Loss-aware accrual: how unlikely it is that a worker that is well lets this much time pass without a beat.
//!
//! Beats are slow here, so what dominates is not jitter but *lost beats*: the times between arrivals are multiples of the period. The
//! model is a two-parameter (Gilbert) one over the k-th expected beat: the first miss has the probability `p1`, each further one `q`.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Terms of the sum that are ever looked at.
const TERMS: u32 = 400;
/// Thresholds that are remembered.
const KEPT: usize = 1 << 16;

/// How a worker beats. Times in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Model {
    /// Period.
    pub mu: f64,
    /// Spread of one period.
    pub sg: f64,
    /// Probability that a beat is lost.
    pub p1: f64,
    /// Probability that one is lost after a lost one.
    pub q: f64,
}

/// Upper tail of the normal distribution.
fn tail(z: f64) -> f64 {
    0.5 * libm::erfc(z / std::f64::consts::SQRT_2)
}

impl Model {
    /// Probability that more than `t` seconds pass between two arrivals, exact to a thousandth of `least`.
    fn survival(&self, t: f64, least: f64) -> f64 {
        let Self { mu, sg, p1, q } = *self;
        let mut sum = (1.0 - p1) * tail((t - mu) / sg);
        let mut misses = p1;
        for k in 1..TERMS {
            let beats = f64::from(k + 1);
            sum += misses * (1.0 - q) * tail((t - beats * mu) / (sg * beats.sqrt()));
            misses *= q;
            if misses < least * 1e-3 {
                return sum;
            }
        }
        sum + misses
    }

    /// Suspicion after `t` seconds without a beat: `-log10` of the probability that the worker is well nevertheless. Never falls with `t`.
    #[must_use]
    pub fn phi(&self, t: f64) -> f64 {
        -self.survival(t, 1e-30).max(1e-300).log10()
    }

    /// The shortest silence, in seconds, whose suspicion reaches `phi`; at most `cap`.
    #[must_use]
    pub fn tau(&self, phi: f64, cap: f64) -> f64 {
        let target = 10f64.powf(-phi);
        let within = |t: f64| self.survival(t, target) <= target;
        if self.mu >= cap || !within(cap) {
            return cap;
        }
        let (mut low, mut high) = (self.mu, cap);
        for _ in 0..40 {
            let middle = f64::midpoint(low, high);
            if within(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        high
    }

    /// Rounded to 0.1 s and 5 %, as its thresholds are remembered.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a cast saturates; periods and logarithms are small"
    )]
    pub fn rounded(&self) -> Rounded {
        let tenths = |x: f64| (x * 10.0).round() as i32;
        let log = |p: f64| (p.ln() * 20.0).round() as i32;
        Rounded([tenths(self.mu), tenths(self.sg), log(self.p1), log(self.q)])
    }
}

/// A model as it is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rounded([i32; 4]);

impl Rounded {
    /// The model that it stands for.
    #[must_use]
    pub fn model(self) -> Model {
        let [mu, sg, p1, q] = self.0;
        let tenths = |n: i32| f64::from(n) / 10.0;
        let exp = |n: i32| (f64::from(n) / 20.0).exp();
        Model {
            mu: tenths(mu),
            sg: tenths(sg).max(0.1),
            p1: exp(p1),
            q: exp(q),
        }
    }
}

/// Thresholds that were computed already, by rounded model: a swarm's workers beat alike. A clone shares them: they are true of any swarm.
#[derive(Debug, Clone, Default)]
pub struct Taus(Arc<Mutex<Known>>);

type Known = HashMap<(Rounded, [i32; 2]), f64>;

impl Taus {
    /// As [`Model::tau`] of the rounded model.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a cast saturates; thresholds and caps are small"
    )]
    pub fn tau(&mut self, model: &Model, phi: f64, cap: f64) -> f64 {
        let (model, scale) = (model.rounded(), |x: f64| (x * 10.0).round() as i32);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        *known
            .entry((model, [scale(phi), scale(cap)]))
            .or_insert_with(|| model.model().tau(phi, cap))
    }
}

#[cfg(test)]
mod tests;
