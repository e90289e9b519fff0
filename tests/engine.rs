//! Planner and networks together, without the program around them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

use std::path::Path;
use std::sync::atomic::AtomicBool;
use yardstick_core::{LanguageModel, Request, Response};
use yardstick_runner::{PlanOptions, RunnerError, Silent, execute, plan};
use yardstick_zoo::{LoadOptions, Model};

/// A repeatable stream of numbers (splitmix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    fn words(&mut self, most: usize) -> String {
        const WORDS: [&str; 12] =
            ["the", "old", "man", "river", "saw", "and", "a", "ship", "Who", "came", "back", "seven"];
        (0..=self.below(most)).flat_map(|_| [" ", WORDS[self.below(WORDS.len())]]).collect()
    }

    /// Documents as tasks ask them: few-shot prefixes, choices of one and of several tokens, last words, whole texts.
    fn requests(&mut self) -> Vec<Request> {
        let prefix = if self.below(2) == 0 { self.words(120) } else { String::new() };
        let mut requests = Vec::new();
        for _ in 0..=self.below(6) {
            let context = format!("{prefix}{}", self.words(30));
            match self.below(4) {
                0 => requests.push(Request::Rolling { text: self.words(150) }),
                1 => requests.extend([" A", " B", " C"].map(|choice| pair(&context, choice))),
                2 => requests.push(pair(&context, &self.words(3))),
                _ => requests.extend((0..4).map(|_| pair(&context, &self.words(8)))),
            }
        }
        requests
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

fn pair(context: &str, continuation: &str) -> Request {
    Request::LogLikelihood { context: context.into(), continuation: continuation.into() }
}

fn responses(model: &dyn LanguageModel, requests: &[&Request], options: &PlanOptions) -> Vec<Response> {
    let plan = plan(model, requests, options).unwrap();
    assert!(plan.counts.memory <= options.memory);
    let outcome = execute(model, &plan, &AtomicBool::new(false), &mut Silent);
    assert!(outcome.error.is_none(), "{:?}", outcome.error);
    outcome.responses.into_iter().map(Option::unwrap).collect()
}

fn fixture(name: &str) -> Model {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    Model::open(folder.to_str().unwrap(), &LoadOptions::default()).unwrap()
}

/// The least memory in which the requests can be scored.
fn least(model: &dyn LanguageModel, requests: &[&Request], options: &PlanOptions) -> u64 {
    let errors = plan(model, requests, &PlanOptions { memory: 0, ..*options }).unwrap_err();
    match errors.as_slice() {
        [RunnerError::Memory { least, .. }] => *least,
        other => panic!("{other:?}"),
    }
}

/// A thousand sets of requests, over the families: sharing on and off, threads 1, 2 and 7, memory just enough and plenty,
/// the order shuffled, and each request alone.
#[test]
fn no_plan_changes_a_bit() {
    const SETS: usize = 1000;
    let models = ["gpt2", "gpt_neo", "openai-gpt"].map(fixture);
    let mut draw = Draw(41);
    for set in 0..SETS {
        let model = &models[set % models.len()];
        let requests = draw.requests();
        let mut order: Vec<usize> = (0..requests.len()).collect();
        let in_order = |order: &[usize]| order.iter().map(|&i| &requests[i]).collect::<Vec<&Request>>();
        let plenty = |threads, share| PlanOptions { threads, memory: u64::MAX, share };
        let wanted = responses(model, &in_order(&order), &plenty(1, false));
        draw.shuffle(&mut order);
        let shuffled = in_order(&order);
        for threads in [1, 2, 7] {
            let options = plenty(threads, set % 5 != 0);
            let least = least(model, &shuffled, &options);
            for memory in [u64::MAX, least] {
                let found = responses(model, &shuffled, &PlanOptions { memory, ..options });
                for (&i, found) in order.iter().zip(found) {
                    check(&requests[i], &found, &wanted[i]);
                }
            }
        }
        let alone = draw.below(requests.len());
        let found = responses(model, &[&requests[alone]], &plenty(2, true));
        check(&requests[alone], &found[0], &wanted[alone]);
    }
}

#[track_caller]
fn check(request: &Request, found: &Response, wanted: &Response) {
    let bits = |response: &Response| (response.log_likelihood.to_bits(), response.is_greedy);
    assert_eq!(bits(found), bits(wanted), "{request:?}: {found:?}, not {wanted:?}");
    assert_eq!(found, wanted);
}
