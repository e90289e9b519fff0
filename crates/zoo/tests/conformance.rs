//! What every family must hold, checked on every reference checkpoint of a known family.

#[cfg(test)]
mod conformance {
    mod banded;
    mod fixtures;
    mod invariance;
    mod masked;
    mod reference;
    mod spans;
    mod stories;
    mod tree;
    mod writing;
}
