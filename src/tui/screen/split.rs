//! Room for a list and for what is known of its selected row: beside it, below it, or one of them alone.

use super::{Hits, Spot};
use crate::tui::{
    view::{Scene, Tier},
    widget::Canvas,
};
use ratatui::layout::Rect;

/// A list wider than this loses nothing when a pane stands beside it.
const BESIDE: u16 = 160;

/// Two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Split {
    /// Of the list; empty when the pane is alone.
    pub(crate) main: Rect,
    /// Of the pane, when there is room.
    pub(crate) aside: Option<Rect>,
    /// The pane stands beside the list, not below it.
    pub(crate) beside: bool,
}

impl Split {
    /// The list alone.
    pub(crate) const fn alone(place: Rect) -> Self {
        Self {
            main: place,
            aside: None,
            beside: false,
        }
    }

    /// The pane alone.
    pub(crate) const fn pane(place: Rect) -> Self {
        Self {
            main: Rect { height: 0, ..place },
            aside: Some(place),
            beside: false,
        }
    }

    /// The pane without the wall that stands between it and the list beside it.
    pub(crate) fn inner(self, canvas: &mut Canvas<'_>, aside: Rect, hits: &mut Hits) -> Rect {
        hits.spot(aside, Spot::Detail);
        if !self.beside {
            return aside;
        }
        canvas.wall(aside);
        Rect {
            x: aside.x + 1,
            width: aside.width.saturating_sub(1),
            ..aside
        }
    }

    /// For a list that wants `rows` lines. Below it the pane gets what is left, and at least `least` lines on the largest tier; with
    /// [`Tier::M`] at least `medium`, when that leaves the list whole, or `always`. A zoomed panel is alone.
    pub(crate) fn of(
        scene: Scene<'_>,
        place: Rect,
        rows: usize,
        (least, medium, always): (u16, u16, bool),
        on_detail: bool,
    ) -> Self {
        if scene.model.look.zoom {
            return if on_detail {
                Self::pane(place)
            } else {
                Self::alone(place)
            };
        }
        if scene.tier == Tier::Xl && place.width >= BESIDE {
            let width = (place.width / 3).clamp(50, 80);
            let main = Rect {
                width: place.width - width,
                ..place
            };
            let aside = Rect {
                x: main.right(),
                width,
                ..place
            };
            return Self {
                main,
                aside: Some(aside),
                beside: true,
            };
        }
        let rows = u16::try_from(rows).unwrap_or(u16::MAX);
        let least = match scene.tier {
            Tier::Xl => least,
            Tier::M if always || place.height.saturating_sub(rows) >= medium => medium,
            _ => return Self::alone(place),
        };
        let height = rows.min(place.height.saturating_sub(least)).max(1);
        let main = Rect { height, ..place };
        let aside = Rect {
            y: main.bottom(),
            height: place.height.saturating_sub(height),
            ..place
        };
        Self {
            main,
            aside: Some(aside).filter(|a| a.height > 1),
            beside: false,
        }
    }
}
