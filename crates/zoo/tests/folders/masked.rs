//! Masked models: names that their checkpoints have beside the usual ones, and what they cannot do without.

use super::support::{Array, Folder, check_different, check_same};
use serde_json::json;
use yardstick_core::LanguageModel;

#[test]
fn norms_as_tensorflow_called_them() {
    let old = Folder::of("bert").weights(|w| {
        let renamed: Vec<_> = w.keys().filter(|name| name.contains("LayerNorm.")).cloned().collect();
        assert!(renamed.len() > 4);
        for name in renamed {
            let array = w.remove(&name).unwrap();
            w.insert(
                name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"),
                array,
            );
        }
    });
    check_same(&old.open().unwrap(), &Folder::of("bert").open().unwrap(), 0.0, "gamma and beta");
}

#[test]
fn heads_of_their_own_and_what_nothing_is_masked_with() {
    for (family, decoder, words) in [
        ("bert", "cls.predictions.decoder.weight", "bert.embeddings.word_embeddings.weight"),
        ("roberta", "lm_head.decoder.weight", "roberta.embeddings.word_embeddings.weight"),
        ("distilbert", "vocab_projector.weight", "distilbert.embeddings.word_embeddings.weight"),
    ] {
        let tied = Folder::of(family).open().unwrap();
        let untied = |factor: f32| {
            let folder = Folder::of(family).config("tie_word_embeddings", json!(false));
            let Array { shape, values } = folder.arrays()[words].clone();
            folder.with(decoder, Array { shape, values: values.iter().map(|x| factor * x).collect() }).open().unwrap()
        };
        check_same(&untied(1.0), &tied, 0.0, family);
        check_different(&untied(2.0), &tied, family);
        assert!(untied(1.0).card().n_params > tied.card().n_params);
    }
    // Heads for other tasks are no part of the model.
    let more = Folder::of("bert").with("bert.pooler.dense.bias", Array { shape: vec![32], values: vec![1.0; 32] });
    check_same(&more.open().unwrap(), &Folder::of("bert").open().unwrap(), 0.0, "a pooler");
    let message = Folder::of("bert")
        .with("bert.encoder.layer.1.crossattention.self.query.bias", Array { shape: vec![32], values: vec![1.0; 32] })
        .error();
    assert!(message.contains("has no place in the model") && message.contains("crossattention"), "{message}");
}

#[test]
fn what_a_masked_model_cannot_do_without() {
    let check = |folder: Folder, words: &[&str]| {
        let message = folder.error();
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    };
    let unmasked = Folder::of("bert").write("tokenizer_config.json", "{}").write(
        "tokenizer.json",
        String::from_utf8(Folder::of("bert").read("tokenizer.json")).unwrap().replace("[MASK]", "[GONE]"),
    );
    check(unmasked, &["tokenizer.json is not a usable tokenizer", "needs its mask_token", "[MASK] or <mask>"]);
    check(Folder::of("bert").without("cls.predictions.bias"), &["has no tensor \"cls.predictions.bias\""]);
    check(Folder::of("bert").config("is_decoder", json!(true)), &["`is_decoder` must be false"]);
    check(Folder::of("bert").config("position_embedding_type", json!("relative_key")), &["must be absolute"]);
    check(Folder::of("distilbert").config("n_heads", json!(5)), &["`n_heads` must be a divisor of the width, 32"]);
    check(Folder::of("roberta").config("max_position_embeddings", json!(4)), &["`max_position_embeddings`", "above 4"]);
}

#[test]
fn the_first_positions_of_roberta_are_those_behind_its_padding() {
    assert_eq!(Folder::of("roberta").open().unwrap().card().n_ctx, 64);
    let message = Folder::of("roberta").config("pad_token_id", json!(3)).open().unwrap();
    check_different(&message, &Folder::of("roberta").open().unwrap(), "another padding");
}
