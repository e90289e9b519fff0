//! Two models at the same position of the same text, boiled down to a few numbers.

/// What is known of one scored token in two models, A (index 0) and B (index 1), that read the same tokens before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TokenDiff {
    /// Index of the request in its document.
    pub request: u32,
    /// Index of the window in its request; 0 unless a text is longer than the context.
    pub window: u32,
    /// Index of the token in the scored text.
    pub position: u32,
    /// The token that the text has here.
    pub token: u32,
    /// Whether an earlier token of the document is scored after the very same tokens, as the first tokens of a question's
    /// choices are: the distributions are then that token's, and counted there.
    pub is_repeated: bool,
    /// Kullback–Leibler divergence KL(A‖B) = Σ `p_A·ln(p_A/p_B)` over the vocabulary, nats; not negative, 0 for equal logits.
    pub kl: f64,
    /// ln p of the token in A and in B, nats.
    pub log_prob: [f64; 2],
    /// The most likely token of A and of B.
    pub top: [TopToken; 2],
    /// Whether the five most likely tokens are the same set in both; of equal logits the smaller ids go first.
    pub same_top5: bool,
    /// Whether all logits have the same bits.
    pub same_bits: bool,
}

impl TokenDiff {
    /// Whether both models have the same most likely token.
    pub fn same_top1(&self) -> bool {
        self.top[0].token == self.top[1].token
    }

    /// `p_B − p_A` of the token that the text has.
    pub fn delta_p(&self) -> f64 {
        self.log_prob[1].exp() - self.log_prob[0].exp()
    }
}

/// A model's most likely token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopToken {
    /// Its id: the first of those with the largest logit.
    pub token: u32,
    /// ln p of it in A and in B, nats.
    pub log_prob: [f64; 2],
}
