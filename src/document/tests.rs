//! Reading and rendering.
