//! Did the model get worse? The bundled gpt2-micro against itself, against rounded weights, and against a planted bug.

use crate::compare::scored;
use crate::support::{Finished, run, text};
use safetensors::tensor::TensorView;
use safetensors::{SafeTensors, serialize};
use std::path::{Path, PathBuf};

const SUITE: &[&str] = &["--suite", "starter"];
const PROJECT: &str = env!("CARGO_MANIFEST_DIR");

/// The policy that the story is judged by, as the documentation shows it.
fn policy() -> PathBuf {
    Path::new(PROJECT).join("docs/policy.toml")
}

fn gate(base: &Path, candidate: &Path, extra: &[&str]) -> Finished {
    run(&[&["gate", "--policy", text(&policy()), text(base), text(candidate)], extra].concat())
}

fn check(finished: &Finished, code: i32, words: &[&str]) {
    eprintln!("{}", finished.stdout);
    assert_eq!(finished.code, code, "{}\n{}", finished.stdout, finished.stderr);
    for word in words {
        assert!(finished.stdout.contains(word), "{word} is not in\n{}", finished.stdout);
    }
}

/// A copy of the bundled gpt2-micro in which what two heads of a layer give goes where the other's should.
fn with_swapped_heads(dir: &Path) -> PathBuf {
    const WIDTH: usize = 128;
    const HEAD: usize = 32;
    let (from, to) = (Path::new(PROJECT).join("crates/zoo/bundled/gpt2-micro"), dir.join("gpt2-micro-swapped"));
    std::fs::create_dir(&to).unwrap();
    for file in ["config.json", "tokenizer.json", "tokenizer_config.json"] {
        std::fs::copy(from.join(file), to.join(file)).unwrap();
    }
    let bytes = std::fs::read(from.join("model.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let name = "transformer.h.1.attn.c_proj.weight";
    let weight = tensors.tensor(name).unwrap();
    let row = WIDTH * 2;
    let mut swapped = weight.data().to_vec();
    for at in 0..HEAD * row {
        swapped.swap(at, HEAD * row + at);
    }
    let views = tensors.names().into_iter().map(|other| {
        let view = tensors.tensor(other).unwrap();
        let data = if other == name { &swapped } else { view.data() };
        (other.to_owned(), TensorView::new(view.dtype(), view.shape().to_vec(), data).unwrap())
    });
    std::fs::write(to.join("model.safetensors"), serialize(views.collect::<Vec<_>>(), None).unwrap()).unwrap();
    to
}

#[test]
fn did_it_get_worse() {
    let dir = tempfile::tempdir().unwrap();
    let base = scored(dir.path(), "base", "gpt2-micro", SUITE);

    // (a) Itself, with other threads and less memory.
    let again = scored(dir.path(), "again", "gpt2-micro", &[SUITE, &["--threads", "1", "--memory", "30M"]].concat());
    check(
        &gate(&base, &again, &[]),
        0,
        &["PASS", "both sides are the same model", "all logits are the same to the bit"],
    );

    // (b) Eight bits a weight.
    let eight = scored(dir.path(), "int8", "gpt2-micro:int8", SUITE);
    check(&gate(&base, &eight, &[]), 0, &["PASS", "mean KL"]);

    // (c) Four bits a weight: ten texts do not show a loss, the distributions do.
    let four = scored(dir.path(), "int4", "gpt2-micro:int4", SUITE);
    check(&gate(&base, &four, &[]), 100, &["REGRESSED", "logits: max_mean_kl", "mean KL"]);

    // (d) A planted bug.
    let bug = with_swapped_heads(dir.path());
    let buggy = scored(dir.path(), "bug", text(&bug), SUITE);
    check(
        &gate(&base, &buggy, &[]),
        100,
        &["REGRESSED", "worse on 1 of 6 tasks: starter_prose", "documents lost", "max_mean_kl"],
    );

    // (e) Too few documents to tell.
    let few = [SUITE, &["--limit", "20"]].concat();
    let (base, eight) =
        (scored(dir.path(), "base20", "gpt2-micro", &few), scored(dir.path(), "int8-20", "gpt2-micro:int8", &few));
    check(&gate(&base, &eight, &[]), 101, &["INCONCLUSIVE", "documents"]);
}
