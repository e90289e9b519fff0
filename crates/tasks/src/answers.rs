//! What came back for one document.

use yardstick_core::Response;

/// One document's answers, as metrics and `process_results` hooks see them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answers<'a> {
    /// The responses to the document's requests, in the requests' order.
    pub responses: &'a [Response],
    /// The texts that a filter made of what the model wrote, in the same order; empty where nothing is written.
    pub texts: &'a [String],
}

impl<'a> From<&'a [Response]> for Answers<'a> {
    fn from(responses: &'a [Response]) -> Self {
        Self { responses, texts: &[] }
    }
}
