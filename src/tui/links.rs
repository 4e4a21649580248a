//! Links on the screen. A cell carries a number where its underline would have a colour, which nothing here draws: so it is drawn anew when
//! it leads elsewhere, and its width is that of its symbol. What a number leads to goes beside the frame, and the backend writes it (OSC 8).

use ratatui::{
    buffer::{Buffer, Cell},
    layout::Rect,
    style::Color,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// What the numbers of a frame lead to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links(BTreeMap<u32, Arc<str>>);

impl Links {
    /// Makes the cells of `place` lead to `target`, which has passed the text rules; the same target has the same number in every frame.
    /// Two targets of one number are not told apart: the second leads nowhere.
    pub(crate) fn lead(&mut self, buf: &mut Buffer, place: Rect, target: &str) {
        let number = number(target);
        let kept = self.0.entry(number).or_insert_with(|| target.into());
        if &**kept != target {
            return;
        }
        let place = place.intersection(*buf.area());
        for (x, y) in place.positions().map(Into::into) {
            if let Some(cell) = buf.cell_mut((x, y)) {
                cell.underline_color = color(number);
            }
        }
    }

    /// Where a cell leads.
    pub(crate) fn of(&self, cell: &Cell) -> Option<(u32, &Arc<str>)> {
        let Color::Rgb(r, g, b) = cell.underline_color else {
            return None;
        };
        let number = u32::from_be_bytes([0, r, g, b]);
        Some((number, self.0.get(&number)?))
    }
}

/// 24 bits made of a target (FNV-1a).
fn number(target: &str) -> u32 {
    let hash = target.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    });
    let folded = hash ^ (hash >> 24) ^ (hash >> 48);
    u32::try_from(folded & 0x00ff_ffff).unwrap_or_default()
}

const fn color(number: u32) -> Color {
    let [_, r, g, b] = number.to_be_bytes();
    Color::Rgb(r, g, b)
}

/// The links of the frame that is written, shared by who draws and who writes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Arc<Links>>>);

impl Shared {
    /// Takes those of the next frame.
    pub(crate) fn set(&self, links: Links) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(links);
    }

    /// Those of the frame.
    pub(crate) fn get(&self) -> Arc<Links> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
