//! Folders as they come: every layout that must load, and every defect that must be named.

#[cfg(test)]
mod folders {
    mod architectures;
    mod blocks;
    mod damage;
    mod defects;
    mod formats;
    mod gguf;
    mod layouts;
    mod masked;
    mod npz;
    mod recurrent;
    mod support;
    mod tokenizers;
    mod variants;
}
