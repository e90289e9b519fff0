//! Pictures: a scene of plain shapes, and its two renderings.
//!
//! A chart lays out a [`Scene`] in pixels; `render` hands its shapes to plotters' SVG and bitmap backends. Charts never
//! meet a backend, and a test can look at a scene.

pub(crate) mod axis;
mod fonts;
pub(crate) mod page;
pub(crate) mod palette;
pub(crate) mod ramp;
mod render;
mod scene;

pub(crate) use fonts::width;
pub use palette::Color;
pub(crate) use render::{png, svg};
pub(crate) use scene::{Anchor, Font, Line, whole};
pub use scene::{Marker, Scene};
