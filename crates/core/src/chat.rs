//! What a model was taught a conversation looks like.

/// A Jinja template that turns messages into one text, as a tokenizer carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatTemplate {
    /// The template.
    pub source: String,
    /// Text of the token that begins a text; empty without one.
    pub bos_token: String,
    /// Text of the token that ends a text; empty without one.
    pub eos_token: String,
}
