//! What was recorded is what was seen: a demo is read as an engine reads a bridge, recorded, and played again.

#[cfg(test)]
mod demo;
#[cfg(test)]
mod files;
#[cfg(test)]
mod incidents;
#[cfg(test)]
mod lives;
#[cfg(test)]
mod played;
#[cfg(test)]
mod restarts;
#[cfg(test)]
mod stage;
