//! End-to-end tests: everything here goes through the binary, as a user would.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

mod bad_input;
mod baseline;
mod bench;
mod compare;
mod cost;
mod data;
mod devices;
mod diff;
mod dtype;
mod exports;
mod fewshot;
mod first_command;
mod gate;
mod goldens;
mod interrupt;
mod invariance;
mod listings;
mod masked;
mod memory;
mod pull;
mod readme;
mod refusals;
mod selftest;
mod story;
mod support;
mod validate;
mod web;
