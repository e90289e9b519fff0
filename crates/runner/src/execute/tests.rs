use super::*;
use crate::budget::Limits;
use crate::plan::plan_within;
use crate::simulate::Teams;
use crate::toy::{Toy, pair};
use crate::{PlanOptions, plan};
use proptest::prelude::*;
use yardstick_core::Request;

#[derive(Default)]
struct Count {
    rows: usize,
    responses: usize,
    /// Rows after which progress fails.
    patience: Option<usize>,
}

impl Progress for Count {
    fn batch(&mut self, rows: usize) -> Result<(), RunnerError> {
        self.rows += rows;
        match self.patience {
            Some(patience) if self.rows > patience => Err(RunnerError::Threads { reason: "no patience".to_owned() }),
            _ => Ok(()),
        }
    }

    fn response(&mut self, _: usize, _: &Response) -> Result<(), RunnerError> {
        self.responses += 1;
        Ok(())
    }
}

/// How a plan is laid out.
#[derive(Clone, Copy, Debug)]
struct Way {
    share: bool,
    limits: Limits,
}

const PLAIN: Way = Way { share: true, limits: Limits { threads: 1, memory: u64::MAX, least_strand: 256, teams: None } };

fn planned(model: &Toy, requests: &[Request], way: Way) -> Result<Plan, Vec<RunnerError>> {
    plan_within(model, &requests.iter().collect::<Vec<_>>(), way.share, way.limits)
}

fn run(model: &Toy, requests: &[Request], way: Way) -> (Outcome, Count) {
    let plan = planned(model, requests, way).unwrap();
    let mut count = Count::default();
    let outcome = execute(model, &plan, &AtomicBool::new(false), &mut count);
    (outcome, count)
}

fn requests() -> impl Strategy<Value = Vec<Request>> {
    let pairs = ("[a-c]{0,12}", "[a-c ]{1,6}").prop_map(|(context, continuation)| pair(&context, &continuation));
    let shots = ("x[ab]{9}y[a-c]{0,3}", "[a-c]{1,2}").prop_map(|(context, continuation)| pair(&context, &continuation));
    let rolling = "[a-d ]{0,40}".prop_map(|text| Request::Rolling { text });
    proptest::collection::vec(prop_oneof![3 => pairs, 3 => shots, 1 => rolling], 1..60)
}

/// The least memory that a plan can do with.
fn least(model: &Toy, requests: &[Request], way: Way) -> u64 {
    let nothing = Way { limits: Limits { memory: 0, ..way.limits }, ..way };
    match planned(model, requests, nothing) {
        Ok(_) => 0,
        Err(errors) => match errors.as_slice() {
            [RunnerError::Memory { least, .. }] => *least,
            other => panic!("{other:?}"),
        },
    }
}

/// Every way to compute the requests gives `want`, and stays within the memory that it announced.
fn check(n_ctx: usize, requests: &[Request], way: Way, want: &[Response]) {
    let model = Toy::with_context(n_ctx);
    let plan = planned(&model, requests, way).unwrap();
    let mut count = Count::default();
    let outcome = execute(&model, &plan, &AtomicBool::new(false), &mut count);
    assert!(outcome.error.is_none(), "{way:?}: {:?}", outcome.error);
    let got: Vec<Response> = outcome.responses.into_iter().map(Option::unwrap).collect();
    assert_eq!(got, want, "{way:?}");
    let bits = |responses: &[Response]| responses.iter().map(|r| r.log_likelihood.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&got), bits(want), "{way:?}");
    assert_eq!((count.rows, count.responses), (plan.counts.rows, requests.len()));
    let scores = plan.counts.scored as u64 * 16;
    assert!(model.most_bytes() + scores <= plan.counts.memory, "{way:?}: {} bytes", model.most_bytes());
    assert!(plan.counts.memory <= way.limits.memory);
}

/// The score of each request as the model gives it to that request alone.
fn alone(model: &Toy, request: &Request) -> Response {
    run(model, std::slice::from_ref(request), Way { share: false, ..PLAIN }).0.responses[0].clone().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn nothing_changes_a_bit((requests, order) in requests().prop_flat_map(|requests| {
        let order: Vec<usize> = (0..requests.len()).collect();
        (Just(requests), Just(order).prop_shuffle())
    }), n_ctx in 6_usize..40, grain in 1_u32..20) {
        let model = Toy::with_context(n_ctx);
        let want: Vec<Response> = requests.iter().map(|request| alone(&model, request)).collect();
        let shuffled: Vec<Request> = order.iter().map(|&i| requests[i].clone()).collect();
        let shuffled_want: Vec<Response> = order.iter().map(|&i| want[i].clone()).collect();
        for share in [true, false] {
            for threads in [1, 2, 7] {
                let limits = Limits { threads, memory: u64::MAX, least_strand: grain, teams: None };
                let way = Way { share, limits };
                check(n_ctx, &requests, way, &want);
                let memory = least(&model, &requests, way);
                check(n_ctx, &shuffled, Way { limits: Limits { memory, ..limits }, ..way }, &shuffled_want);
                // One thread a team, whatever the simulation says: most strands, most pasts.
                let teams = Some(Teams { count: threads, threads: 1 });
                check(n_ctx, &shuffled, Way { limits: Limits { teams, ..limits }, ..way }, &shuffled_want);
            }
        }
    }
}

/// What a model that reads both sides gives a request, from its spans alone.
fn whole(model: &Toy, request: &Request) -> f64 {
    let encoded = crate::spans::encode_all(model, &[request]).unwrap();
    let spans = encoded[0]
        .spans
        .iter()
        .map(|span| yardstick_core::Span { tokens: span.tokens_from(0).collect(), scored: span.scored });
    let sum = |scores: Vec<TokenScore>| scores.iter().map(|score| score.log_prob).sum::<f64>();
    spans.map(|span| sum(model.score(&[span]).unwrap().remove(0))).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn spans_that_see_both_sides_go_whole(requests in requests(), n_ctx in 9_usize..40) {
        let model = Toy::masked(n_ctx);
        let want: Vec<u64> = requests.iter().map(|request| whole(&model, request).to_bits()).collect();
        for threads in [1, 3] {
            let way = Way { limits: Limits { threads, ..PLAIN.limits }, ..PLAIN };
            for memory in [u64::MAX, least(&model, &requests, way)] {
                let way = Way { limits: Limits { memory, ..way.limits }, ..way };
                let model = Toy::masked(n_ctx);
                let (outcome, count) = run(&model, &requests, way);
                prop_assert!(outcome.error.is_none(), "{:?}", outcome.error);
                let got: Vec<u64> = outcome.responses.iter().flatten().map(|r| r.log_likelihood.to_bits()).collect();
                prop_assert_eq!((&got, count.responses), (&want, requests.len()));
                prop_assert!(model.most_bytes() <= planned(&model, &requests, way).unwrap().counts.memory);
            }
        }
    }
}

#[test]
fn a_failure_between_both_sides_names_its_request() {
    let mut model = Toy::masked(40);
    model.poison = Some('!'.into());
    let requests = [pair("x", "y"), pair("a", "b!c"), pair("x!", "z")];
    let (outcome, _) = run(&model, &requests, PLAIN);
    assert!(matches!(outcome.error, Some(RunnerError::Score { request: 1, .. })), "{:?}", outcome.error);
}

#[test]
fn small_strands_pass_pasts_on() {
    // What the random sets exercise is there to be exercised.
    let requests: Vec<Request> =
        (0..400).map(|i| pair(&format!("shared {:02} context {:02}", i / 40, i / 4), &format!("end {i:03}"))).collect();
    let limits = Limits { threads: 3, memory: u64::MAX, least_strand: 4, teams: Some(Teams { count: 3, threads: 1 }) };
    let plan = planned(&Toy::with_context(40), &requests, Way { share: true, limits }).unwrap();
    let pasts = plan.strands.iter().flat_map(|strand| &strand.keeps).count();
    let far = plan.strands.iter().enumerate().filter(|(i, s)| s.resume.is_some_and(|r| r.from + 1 < *i)).count();
    assert!(plan.strands.len() > 10 && pasts > 3 && far > 3, "{} {pasts} {far}", plan.strands.len());
}

#[test]
fn a_stopped_run_keeps_nothing_half_done() {
    let model = Toy::with_prefix(Some(0));
    let request = Request::Rolling { text: "x".repeat(100) };
    let plan = plan(&model, &[&request], &PlanOptions { threads: 2, memory: u64::MAX, share: true }).unwrap();
    let outcome = execute(&model, &plan, &AtomicBool::new(true), &mut Count::default());
    assert!(outcome.error.is_none());
    assert_eq!(outcome.responses, [None]);
}

#[test]
fn a_failure_names_its_request_and_keeps_the_rest() {
    let mut model = Toy::with_prefix(Some(0));
    model.poison = Some('!'.into());
    let mut requests: Vec<Request> = (0..600).map(|i| Request::Rolling { text: format!("{i:04}wxyz") }).collect();
    requests.push(Request::Rolling { text: "a!".to_owned() });
    for threads in [1, 2, 7] {
        let way = Way { limits: Limits { threads, ..PLAIN.limits }, ..PLAIN };
        let (outcome, count) = run(&model, &requests, way);
        match outcome.error {
            Some(RunnerError::Score { request: 600, source: ScoreError::NotFinite { .. } }) => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(outcome.responses.iter().flatten().count(), count.responses);
        assert!(count.responses > 0 && outcome.responses[600].is_none());
    }
}

#[test]
fn progress_can_stop_a_run() {
    let model = Toy::with_prefix(Some(0));
    let requests: Vec<Request> = (0..2000).map(|i| Request::Rolling { text: format!("{i:04}wxyz") }).collect();
    for threads in [1, 2, 7] {
        let way = Way { limits: Limits { threads, ..PLAIN.limits }, ..PLAIN };
        let plan = planned(&model, &requests, way).unwrap();
        let mut count = Count { patience: Some(100), ..Count::default() };
        let outcome = execute(&model, &plan, &AtomicBool::new(false), &mut count);
        assert!(matches!(outcome.error, Some(RunnerError::Threads { .. })));
        assert!(count.rows < plan.counts.rows && outcome.responses.iter().any(Option::is_none));
    }
}

#[test]
#[should_panic(expected = "a deadly token")]
fn a_panic_of_the_model_ends_the_run() {
    let mut model = Toy::with_context(40);
    model.deadly = Some('!'.into());
    // The prefix that all others wait for never comes.
    let requests: Vec<Request> =
        (0..50).map(|i| pair("a shared prefix", &format!(" {i:02}"))).chain([pair("a", " !")]).collect();
    let limits = Limits { least_strand: 4, teams: Some(Teams { count: 4, threads: 1 }), ..PLAIN.limits };
    run(&model, &requests, Way { limits, ..PLAIN });
}

#[test]
fn an_empty_text_is_nothing() {
    let (outcome, count) = run(&Toy::with_prefix(Some(0)), &[Request::Rolling { text: String::new() }], PLAIN);
    assert_eq!(outcome.responses[0].as_ref().unwrap().log_likelihood.to_bits(), 0.0_f64.to_bits());
    assert_eq!((count.rows, count.responses), (0, 1));
}
