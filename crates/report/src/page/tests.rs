//! The page as a file: what is in it, and what is not.
