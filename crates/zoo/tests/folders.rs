//! Folders as they come: every layout that must load, and every defect that must be named.

#[cfg(test)]
mod folders {
    mod damage;
    mod defects;
    mod layouts;
    mod masked;
    mod recurrent;
    mod support;
    mod tokenizers;
    mod variants;
}
