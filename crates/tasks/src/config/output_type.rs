//! What a task asks for.

/// How a document becomes requests, by lm-eval's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputType {
    /// The log-likelihood of each choice; the largest is the answer.
    MultipleChoice,
    /// The log-likelihood of one continuation.
    LogLikelihood,
    /// The log-likelihood of a whole text.
    LogLikelihoodRolling,
    /// A text that the model writes, up to a stop string.
    GenerateUntil,
}

impl OutputType {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::MultipleChoice, Self::LogLikelihood, Self::LogLikelihoodRolling, Self::GenerateUntil];

    /// lm-eval's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MultipleChoice => "multiple_choice",
            Self::LogLikelihood => "loglikelihood",
            Self::LogLikelihoodRolling => "loglikelihood_rolling",
            Self::GenerateUntil => "generate_until",
        }
    }
}
