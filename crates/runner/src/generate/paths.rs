//! Which text is written on which path, and what of its prompt is there already.

use super::dice::Dice;
use super::prompts::Text;
use yardstick_core::Next;

/// A prompt waits for another path to read so many tokens that both begin with.
const WORTH_WAITING: usize = 16;

/// A path of the decoder.
#[derive(Debug, Default)]
pub struct Path {
    /// The tokens whose keys and values it has.
    pub tokens: Vec<u32>,
    /// What is written on it.
    pub work: Option<Work>,
}

/// A text that is being written.
#[derive(Debug)]
pub struct Work {
    /// Which text.
    pub text: usize,
    /// Prompt and what is written so far: longer than the path's tokens, which are its beginning.
    pub tokens: Vec<u32>,
    /// Tokens of the prompt.
    prompt: usize,
    /// Its random numbers, if it is drawn.
    pub dice: Option<Dice>,
    /// Σ ln p of what is written, nats.
    pub log_likelihood: f64,
    /// Whether every written token was the model's first choice.
    pub is_greedy: bool,
}

/// What has to be done for a text to begin on a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// Index of the path.
    pub path: usize,
    /// The path that has the beginning of the prompt; perhaps the same.
    pub from: usize,
    /// How much of it.
    pub len: usize,
}

impl Work {
    /// With nothing written.
    fn new(index: usize, text: &Text) -> Self {
        let dice = text.generation.sampling.map(|sampling| Dice::new(sampling.seed, &text.prompt, text.sample));
        let (tokens, prompt) = (text.prompt.clone(), text.prompt.len());
        Self { text: index, tokens, prompt, dice, log_likelihood: 0.0, is_greedy: true }
    }

    /// What is written.
    pub fn written(&self) -> &[u32] {
        &self.tokens[self.prompt..]
    }

    /// Writes a token.
    pub fn push(&mut self, next: Next) {
        self.tokens.push(next.token);
        self.log_likelihood += next.log_prob;
        self.is_greedy &= next.is_first;
    }
}

impl Path {
    /// Tokens that are still to be read before the next is picked.
    pub fn unread(&self) -> &[u32] {
        self.work.as_ref().map_or(&[], |work| &work.tokens[self.tokens.len()..])
    }
}

/// Gives a text to a free path, unless there is none or it had better wait. Its path then has `Start::len` tokens.
pub fn begin(index: usize, text: &Text, paths: &mut [Path]) -> Option<Start> {
    let prompt = &text.prompt;
    let free = paths.iter().position(|path| path.work.is_none())?;
    // At least the last token must be read, for the next to be picked.
    let shared = |path: &Path| common(&path.tokens, prompt).min(prompt.len() - 1);
    let by_use = |index: &usize| (shared(&paths[*index]), paths[*index].work.is_none());
    let from = (0..paths.len()).max_by_key(by_use).unwrap_or(free);
    let len = shared(&paths[from]);
    let expected = paths.iter().filter_map(|path| Some(common(&path.work.as_ref()?.tokens, prompt))).max();
    if expected.is_some_and(|expected| expected.min(prompt.len() - 1) >= len + WORTH_WAITING) {
        return None;
    }
    let path = if paths[from].work.is_none() { from } else { free };
    paths[path] = Path { tokens: prompt[..len].to_vec(), work: Some(Work::new(index, text)) };
    Some(Start { path, from, len })
}

/// How many tokens each path reads in the next step: those that write one, the others share what is left of `most`.
pub fn shares(paths: &[Path], most: usize) -> Vec<usize> {
    let mut left = most.saturating_sub(paths.iter().filter(|path| path.unread().len() == 1).count());
    let share = |path: &Path| match path.unread().len() {
        unread @ 0..=1 => unread,
        unread => {
            let share = unread.min(left);
            left -= share;
            share
        }
    };
    paths.iter().map(share).collect()
}

/// Length of the longest common prefix.
fn common(a: &[u32], b: &[u32]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use yardstick_core::Generation;

    fn text(prompt: impl IntoIterator<Item = u32>) -> Text {
        let generation = Arc::new(Generation { until: Vec::new(), max_tokens: 9, sampling: None });
        Text { prompt: prompt.into_iter().collect(), generation, sample: 0, uses: Vec::new() }
    }

    const fn start(path: usize, from: usize, len: usize) -> Start {
        Start { path, from, len }
    }

    #[test]
    fn a_prompt_begins_with_what_is_there_and_waits_for_what_is_coming() {
        let mut paths: Vec<Path> = (0..3).map(|_| Path::default()).collect();
        let (first, second) = (text(0..40), text((0..30).chain([99])));
        assert_eq!(begin(0, &first, &mut paths), Some(start(2, 2, 0)));
        assert_eq!(begin(1, &second, &mut paths), None, "30 tokens are coming");
        paths[2].tokens.extend(0..15);
        assert_eq!(begin(1, &second, &mut paths), Some(start(0, 2, 15)), "15 are not worth waiting for");
        assert_eq!(begin(2, &text([7]), &mut paths), Some(start(1, 1, 0)));
        assert_eq!(begin(3, &text([7]), &mut paths), None, "no path is free");
        paths[2] = Path { tokens: (0..40).collect(), work: None };
        assert_eq!(begin(4, &first, &mut paths), Some(start(2, 2, 39)), "the last token is read again");
        assert_eq!((paths[2].tokens.len(), paths[2].unread()), (39, &[39][..]));
    }

    #[test]
    fn prompts_share_what_written_texts_leave() {
        let mut paths: Vec<Path> = (0..4).map(|_| Path::default()).collect();
        for (index, prompt) in [text(100..160), text([5]), text(200..260)].iter().enumerate() {
            assert!(begin(index, prompt, &mut paths).is_some());
        }
        let unread: Vec<usize> = paths.iter().map(|path| path.unread().len()).collect();
        assert_eq!(unread, [0, 60, 1, 60]);
        assert_eq!(shares(&paths, 100), [0, 60, 1, 39]);
        assert_eq!(shares(&paths, 1000), unread);
    }
}
