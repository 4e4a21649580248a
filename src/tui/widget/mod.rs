//! Pieces that every screen draws with. They take a place and values, and know no model.

mod ascii;
mod canvas;
mod clock;
mod mark;
mod strip;
mod table;

pub(crate) use ascii::fold;
pub(crate) use canvas::{Canvas, Rows, cells};
pub(crate) use clock::{Clock, TimeForm};
pub(crate) use mark::{Mark, kind_role, severity, state, task};
pub(crate) use strip::{Strip, lines, linked, paragraph};
pub(crate) use table::{Column, fit_columns, place, window};

#[cfg(test)]
mod tests;
