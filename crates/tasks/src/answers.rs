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

impl<'a> Answers<'a> {
    /// The first text that was scored; empty where nothing is written.
    pub fn text(&self) -> &'a str {
        self.texts.first().map_or("", String::as_str)
    }

    /// Index of the response with the largest log-likelihood, the first one of equals.
    pub fn likeliest(&self) -> Option<usize> {
        let best = |best: Option<usize>, (index, response): (usize, &Response)| match best {
            Some(best) if self.responses[best].log_likelihood >= response.log_likelihood => Some(best),
            _ => Some(index),
        };
        self.responses.iter().enumerate().fold(None, best)
    }
}
