//! The report's page as a person uses it: opened from disk in a browser, clicked, sorted, filtered, read.
//!
//! Needs Debian's `chromium` and `chromium-driver`. Where they are missing the tests say what they skip, unless `CI` is
//! `true`, which makes that a failure. `YARDSTICK_SCREENS=DIR` keeps pictures of the views in a folder.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

mod accessible;
mod browser;
mod fixture;
mod hostile;
mod large;
mod screens;
mod served;
mod tokens;
mod views;
