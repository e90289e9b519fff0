use super::*;
use crate::Silent;
use crate::toy::Toy;
use proptest::prelude::*;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use yardstick_core::{Generation, Response, Sampling};

const DRAWN: Sampling = Sampling { temperature: 0.7, top_k: None, top_p: None, seed: 3 };

fn ask(context: &str, until: &[&str], max_tokens: u32, sampling: Option<Sampling>, sample: u32) -> Request {
    let until = until.iter().map(|&stop| stop.to_owned()).collect();
    let generation = Arc::new(Generation { until, max_tokens, sampling });
    Request::Generate { context: context.into(), generation, sample }
}

fn run(model: &Toy, requests: &[&Request], options: GenerateOptions) -> Vec<Response> {
    let plan = GenerationPlan::new(model, requests, &options).unwrap();
    assert!(plan.counts.memory <= options.memory && plan.counts.paths > 0);
    let outcome = plan.write(model, &AtomicBool::new(false), &mut Silent);
    assert!(outcome.error.is_none(), "{:?}", outcome.error);
    assert!(model.most_bytes() <= plan.counts.memory, "{} of {} bytes", model.most_bytes(), plan.counts.memory);
    outcome.responses.into_iter().map(Option::unwrap).collect()
}

const PLENTY: GenerateOptions = GenerateOptions { threads: 1, memory: u64::MAX };

/// What the toy writes, token by token, with nothing around it.
fn alone(request: &Request) -> (String, f64) {
    let (model, Request::Generate { context, generation, sample }) = (Toy::with_end('.', 60), request) else {
        panic!("{request:?}");
    };
    let prompt = model.encode(context).unwrap();
    let dice = dice::Dice::new(DRAWN.seed, &prompt, *sample);
    let mut decoder = model.decoder(1, 60, 1);
    let (mut tokens, mut sum) = (prompt.clone(), 0.0);
    loop {
        let n = tokens.len() - prompt.len();
        let drawn = |sampling| yardstick_core::Pick::Draw { sampling, uniform: dice.uniform(n) };
        let pick = generation.sampling.as_ref().map_or(yardstick_core::Pick::First, drawn);
        let feed = yardstick_core::Feed { path: 0, start: 0, tokens: &tokens, pick: Some(pick) };
        let next = decoder.step(&[feed]).unwrap()[0];
        tokens.push(next.token);
        sum += next.log_prob;
        let text = model.decode(&tokens[prompt.len()..], true).unwrap();
        let ends = generation.until.iter().filter_map(|stop| text.find(stop)).min();
        if let Some(end) = ends {
            return (text[..end].to_owned(), sum);
        }
        if next.token == u32::from('.') || n + 1 == generation.max_tokens as usize {
            return (text, sum);
        }
    }
}

fn requests() -> impl Strategy<Value = Vec<Request>> {
    let context = prop_oneof!["[a-c]{1,12}", "x{30}[ab]{1,3}"];
    let until = prop_oneof![Just(vec![]), Just(vec!["\n"]), Just(vec!["a", "c "])];
    let one = (context, until, 1_u32..20, any::<bool>(), 0_u32..3)
        .prop_map(|(context, until, most, drawn, sample)| ask(&context, &until, most, drawn.then_some(DRAWN), sample));
    proptest::collection::vec(one, 1..50)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_text_does_not_depend_on_its_company(requests in requests(), threads in 1_usize..4, tight: bool) {
        let all: Vec<&Request> = requests.iter().rev().collect();
        let poor = GenerateOptions { threads, memory: 0 };
        let least = match GenerationPlan::new(&Toy::with_end('.', 60), &all, &poor).unwrap_err().as_slice() {
            [RunnerError::Memory { least, .. }] => *least,
            other => panic!("{other:?}"),
        };
        let memory = if tight { least } else { u64::MAX };
        let responses = run(&Toy::with_end('.', 60), &all, GenerateOptions { threads, memory });
        for (request, response) in all.iter().zip(responses) {
            let (text, sum) = alone(request);
            prop_assert_eq!(response.text.as_deref(), Some(text.as_str()), "{:?}", request);
            prop_assert_eq!(response.log_likelihood.to_bits(), sum.to_bits());
        }
    }
}

/// Counts what progress is told.
#[derive(Default)]
struct Count {
    rows: usize,
    told: Vec<usize>,
    /// Responses after which to stop.
    enough: Option<(usize, Arc<AtomicBool>)>,
}

impl Progress for Count {
    fn batch(&mut self, rows: usize) -> Result<(), RunnerError> {
        self.rows += rows;
        Ok(())
    }

    fn response(&mut self, request: usize, _: &Response) -> Result<(), RunnerError> {
        self.told.push(request);
        if let Some((count, stop)) = &self.enough {
            stop.store(self.told.len() >= *count, Ordering::Relaxed);
        }
        Ok(())
    }
}

#[test]
fn equal_requests_are_written_once_and_beginnings_read_once() {
    let begin = "x".repeat(40);
    let contexts = ["a", "b", "a"].map(|end| format!("{begin}{end}"));
    let requests: Vec<Request> = contexts.iter().map(|context| ask(context, &[], 1, None, 0)).collect();
    let (model, mut count) = (Toy::with_end('.', 60), Count::default());
    let plan = GenerationPlan::new(&model, &requests.iter().collect::<Vec<_>>(), &PLENTY).unwrap();
    assert_eq!((plan.counts.requests, plan.counts.texts, plan.counts.teams, plan.counts.paths), (3, 2, 1, 2));
    let outcome = plan.write(&model, &AtomicBool::new(false), &mut count);
    assert!(outcome.error.is_none() && outcome.responses[0] == outcome.responses[2]);
    assert_eq!(count.rows, 41 + 1, "the second prompt's last token alone");
    count.told.sort_unstable();
    assert_eq!(count.told, [0, 1, 2]);
}

#[test]
fn all_paths_copy_what_one_has_read() {
    let begin = "x".repeat(40);
    let requests: Vec<Request> = ('b'..'z').map(|end| ask(&format!("{begin}{end}"), &[], 1, None, 0)).collect();
    let mut count = Count::default();
    let stop = AtomicBool::new(false);
    let outcome = generate(&Toy::with_end('.', 60), &requests.iter().collect::<Vec<_>>(), &PLENTY, &stop, &mut count);
    assert!(outcome.responses.iter().all(Option::is_some));
    assert_eq!((count.rows, count.told.len()), (40 + 24, 24));
}

#[test]
fn samples_differ_and_greedy_ones_do_not() {
    let text = |sampling, sample| {
        let request = ask("abc", &[], 12, sampling, sample);
        run(&Toy::with_end('~', 60), &[&request], PLENTY)[0].text.clone()
    };
    assert_eq!(text(None, 0), text(None, 1));
    assert_ne!(text(Some(DRAWN), 0), text(Some(DRAWN), 1));
    assert_ne!(text(Some(DRAWN), 0), text(Some(Sampling { seed: 4, ..DRAWN }), 0));
}

#[test]
fn a_stopped_run_keeps_what_is_written() {
    let requests: Vec<Request> = (0..100).map(|i| ask(&format!("{i}"), &[], 1 + i % 7, None, 0)).collect();
    let (model, stop) = (Toy::with_end('~', 60), Arc::new(AtomicBool::new(false)));
    let mut count = Count { enough: Some((5, Arc::clone(&stop))), ..Count::default() };
    let outcome = generate(&model, &requests.iter().collect::<Vec<_>>(), &PLENTY, &stop, &mut count);
    let done: Vec<usize> = (0..100).filter(|&i| outcome.responses[i].is_some()).collect();
    count.told.sort_unstable();
    assert!(outcome.error.is_none() && done == count.told && (5..100).contains(&done.len()), "{done:?}");
}

#[test]
fn long_prompts_lose_their_left_end() {
    let request = ask("0123456789", &[], 3, None, 0);
    let model = Toy::with_context(8);
    let texts = prompts::texts(&model, &[&request]).unwrap();
    assert_eq!(Toy::text(&texts[0].prompt), "56789");
    assert_eq!(run(&model, &[&request], PLENTY)[0].n_truncated, 5);
}

#[track_caller]
fn refused(model: &Toy, request: &Request, wanted: &str) {
    let good = ask("x", &[], 1, None, 0);
    let error = match GenerationPlan::new(model, &[&good, request], &PLENTY).unwrap_err().as_slice() {
        [error] if error.request() == Some(1) => error.to_string(),
        other => panic!("{other:?}"),
    };
    assert!(error.contains(wanted), "{error}");
    let outcome = generate(model, &[&good, request], &PLENTY, &AtomicBool::new(false), &mut Silent);
    assert!(outcome.responses == [None, None] && outcome.error.is_some());
}

#[test]
fn what_cannot_be_written_is_refused_before_anything_is() {
    let model = Toy::with_context(8);
    refused(&Toy::with_prefix(None), &ask("", &[], 1, None, 0), "the prompt is empty, and toy has no prefix token");
    refused(&model, &ask("x", &[], 8, None, 0), "up to 8 tokens leaves no room for a prompt in toy's context of 8");
    refused(&model, &ask("x", &[], 0, None, 0), "max_tokens is 0: it must be at least 1");
    for (temperature, top_p, wanted) in [
        (0.0, None, "temperature is 0"),
        (f64::NAN, None, "temperature is NaN"),
        (1.0, Some(1.5), "top_p is 1.5: it must be from 0 to 1"),
        (1.0, Some(f64::NAN), "top_p is NaN"),
    ] {
        let sampling = Sampling { temperature, top_p, ..DRAWN };
        refused(&model, &ask("x", &[], 1, Some(sampling), 0), wanted);
    }
    refused(&model, &Request::Rolling { text: "x".to_owned() }, "no request to write");
}

#[test]
fn an_empty_prompt_is_the_prefix_token() {
    let request = ask("", &[], 2, None, 0);
    let texts = prompts::texts(&Toy::with_prefix(Some(0)), &[&request]).unwrap();
    assert_eq!(texts[0].prompt, [0]);
}

#[test]
fn a_failure_names_its_request() {
    let requests = ["ab", "cc", "q"].map(|context| ask(context, &[], 4, None, 0));
    let mut model = Toy::with_end('~', 60);
    model.poison = Some('q'.into());
    let outcome = generate(&model, &requests.each_ref(), &PLENTY, &AtomicBool::new(false), &mut Silent);
    assert!(matches!(outcome.error, Some(RunnerError::Score { request: 2, .. })), "{:?}", outcome.error);
}
