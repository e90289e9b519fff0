//! End-to-end tests: everything here goes through the binary, as a user would.

mod bad_input;
mod first_command;
mod goldens;
mod interrupt;
mod invariance;
mod listings;
mod readme;
mod support;
