use super::{Model, Taus};
use proptest::prelude::*;

const KNOWN: Model = Model {
    mu: 30.2,
    sg: 1.5,
    p1: 0.01,
    q: 0.04,
};

fn near(found: f64, wanted: f64, by: f64) {
    assert!((found - wanted).abs() <= by, "{found} is not {wanted}");
}

#[test]
fn suspicion_grows_as_specified() {
    for (t, phi) in [
        (31.0, 0.517),
        (45.0, 2.000),
        (62.0, 2.591),
        (75.0, 3.398),
        (100.0, 4.794),
        (125.0, 5.726),
        (155.0, 7.012),
    ] {
        near(KNOWN.phi(t), phi, 0.000_6);
    }
}

/// Rounded as they are remembered.
#[test]
fn thresholds_are_as_specified() {
    let mut taus = Taus::default();
    for _again in 0..2 {
        for (phi, tau) in [(3.0, 63.7), (6.0, 127.0), (8.0, 182.8)] {
            near(taus.tau(&KNOWN, phi, 330.0), tau, 0.06);
        }
    }
    assert_eq!(taus.0.lock().unwrap().len(), 3);
    near(
        taus.tau(&Model { q: 0.01, ..KNOWN }, 6.0, 330.0),
        114.3,
        0.06,
    );
    let lossy = Model {
        p1: 0.02,
        q: 0.6,
        ..KNOWN
    };
    near(taus.tau(&lossy, 3.0, 330.0), 232.6, 0.06);
    near(taus.tau(&lossy, 6.0, 330.0), 330.0, 0.0);
}

fn models() -> impl Strategy<Value = Model> {
    (5.0..300.0f64, 0.01..0.2f64, 0.002..0.9f64, 0.002..0.95f64).prop_map(|(mu, spread, p1, q)| {
        Model {
            mu,
            sg: (mu * spread).max(1.0),
            p1,
            q,
        }
    })
}

proptest! {
    /// H3: about nothing at once, never falling, finite before the cap.
    #[test]
    fn suspicion_never_falls_and_stays_finite(model in models(), t in 0.0..1500.0f64, more in 0.0..500.0f64) {
        prop_assert!(model.phi(0.0) < 0.01, "{}", model.phi(0.0));
        let (now, later) = (model.phi(t), model.phi(t + more));
        prop_assert!(later >= now - 1e-9, "{now} then {later}");
        prop_assert!(later.is_finite());
    }

    /// The threshold is where the suspicion is reached.
    #[test]
    fn a_threshold_is_where_suspicion_reaches_it(model in models(), phi in 1.0..10.0f64) {
        let cap = (5.0 * model.mu).max(330.0);
        let tau = model.tau(phi, cap);
        prop_assert!(tau <= cap && tau >= model.mu.min(cap));
        if tau < cap {
            prop_assert!(model.phi(tau + 0.01) >= phi - 1e-3);
            prop_assert!(tau <= model.mu + 0.01 || model.phi(tau - 0.01) <= phi + 1e-3);
        }
    }
}
