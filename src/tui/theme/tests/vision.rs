//! Whether what a theme says can be seen, and told apart: checklist 62.
//!
//! - Contrast is that of WCAG 2.2 (relative luminance of sRGB), against the background that the theme paints itself.
//! - Colour-blind eyes are simulated with the matrices for full protanopia, deuteranopia and tritanopia of G. M. Machado, M. M. Oliveira
//!   and L. A. F. Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE Transactions on
//!   Visualization and Computer Graphics 15 (6), 2009 (severity 1.0), applied to linear RGB.
//! - Distance is CIE 1976 ΔE*ab, white D65.

use super::*;

type Triple = [f64; 3];

const PROTAN: [Triple; 3] = [
    [0.152_286, 1.052_583, -0.204_868],
    [0.114_503, 0.786_281, 0.099_216],
    [-0.003_882, -0.048_116, 1.051_998],
];
const DEUTAN: [Triple; 3] = [
    [0.367_322, 0.860_646, -0.227_968],
    [0.280_085, 0.672_501, 0.047_413],
    [-0.011_820, 0.042_940, 0.968_881],
];
const TRITAN: [Triple; 3] = [
    [1.255_528, -0.076_749, -0.178_779],
    [-0.078_411, 0.930_809, 0.147_602],
    [0.004_733, 0.691_367, 0.303_900],
];
/// Linear sRGB to XYZ, each row divided by its part of white D65.
const TO_WHITE: [Triple; 3] = [
    [0.433_953, 0.376_219, 0.189_828],
    [0.212_673, 0.715_152, 0.072_175],
    [0.017_758, 0.109_477, 0.872_766],
];

fn times(matrix: &[Triple; 3], v: Triple) -> Triple {
    matrix.map(|row| row.iter().zip(v).map(|(m, x)| m * x).sum())
}

fn linear(color: Color) -> Triple {
    let Color::Rgb(r, g, b) = color else {
        panic!("{color:?} is not #rrggbb")
    };
    [r, g, b].map(|c| {
        let c = f64::from(c) / 255.0;
        if c <= 0.040_45 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    })
}

fn contrast(a: Color, b: Color) -> f64 {
    let luminance = |color| {
        let [r, g, b] = linear(color);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn lab(rgb: Triple) -> Triple {
    let [x, y, z] = times(&TO_WHITE, rgb).map(|t| {
        if t > 216.0 / 24389.0 {
            t.cbrt()
        } else {
            (24389.0 / 27.0 * t + 16.0) / 116.0
        }
    });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

fn distance(a: Color, b: Color, eyes: &[Triple; 3]) -> f64 {
    let seen = |color| lab(times(eyes, linear(color)).map(|c| c.clamp(0.0, 1.0)));
    let parts = seen(a).into_iter().zip(seen(b));
    parts.map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// Shipped themes with a background of their own: those in hexadecimal.
fn painted() -> Vec<(&'static str, Palette, Color)> {
    let all = Palette::shipped().filter_map(|(name, _)| {
        let palette = Palette::named(name)?;
        let background = palette.background()?;
        Some((name, palette, background))
    });
    all.collect()
}

#[test]
fn the_measures_agree_with_known_values() {
    let [black, white] = [Color::Rgb(0, 0, 0), Color::Rgb(255, 255, 255)];
    let grey = Color::Rgb(0x76, 0x76, 0x76);
    assert!((contrast(black, white) - 21.0).abs() < 1e-9);
    assert!((contrast(grey, white) - 4.54).abs() < 0.01);
    let [l, a, b] = lab(linear(Color::Rgb(255, 0, 0)));
    assert!((l - 53.24).abs() < 0.05 && (a - 80.09).abs() < 0.1 && (b - 67.20).abs() < 0.1);
    // Greys stay as they are, and red comes near a dark yellow where it does for such eyes.
    for eyes in [&PROTAN, &DEUTAN, &TRITAN] {
        for row in eyes {
            assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-4);
        }
    }
    let (red, olive) = (Color::Rgb(255, 0, 0), Color::Rgb(160, 140, 0));
    let plain = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    assert!(distance(red, olive, &DEUTAN) < 15.0);
    assert!(distance(red, olive, &plain) > 80.0);
}

#[test]
fn point_62_every_text_has_contrast() {
    assert_eq!(painted().len(), 5);
    for (name, palette, background) in painted() {
        let least = if name == "contrast" { 7.0 } else { 4.5 };
        for (role, token) in Role::ALL {
            let color = palette.style(*role).fg;
            // Without a colour of its own it stands in that of `text`, or in both reversed.
            let color = color.or(palette.style(Role::Text).fg).unwrap();
            let least = if QUIET.contains(role) { 1.5 } else { least };
            let found = contrast(color, background);
            assert!(found >= least, "{name} {token}: {found:.2} < {least}");
        }
    }
}

#[test]
fn point_62_what_is_meant_is_told_apart_by_all_eyes() {
    let told = [Role::Ok, Role::Warn, Role::Crit, Role::Info];
    for (name, palette, _) in painted() {
        let colour = |role| palette.style(role).fg.unwrap();
        for (at, a) in told.into_iter().enumerate() {
            for b in told.into_iter().skip(at + 1) {
                for (eyes, matrix) in [
                    ("protan", &PROTAN),
                    ("deutan", &DEUTAN),
                    ("tritan", &TRITAN),
                ] {
                    let found = distance(colour(a), colour(b), matrix);
                    assert!(found >= 20.0, "{name} {a:?} {b:?} {eyes}: {found:.1}");
                }
            }
        }
    }
}

#[test]
fn the_colour_blind_themes_are_those_of_the_design() {
    let told = [Role::Ok, Role::Warn, Role::Crit, Role::Info];
    for (name, wanted) in [
        ("cb", ["#56b4e9", "#f0e442", "#ff7a3d", "#cc79a7"]),
        ("cb-light", ["#0072b2", "#9a6a00", "#7a0000", "#555555"]),
    ] {
        let palette = Palette::named(name).unwrap();
        for (role, hex) in told.into_iter().zip(wanted) {
            assert_eq!(palette.style(role).fg, hex.parse().ok(), "{name} {role:?}");
        }
    }
}
