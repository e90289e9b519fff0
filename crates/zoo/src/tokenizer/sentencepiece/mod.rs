//! tokenizer.model: sentencepiece (Kudo & Richardson 2018), whose pieces are found by byte-pair merges of the best score or as
//! the likeliest sequence of a unigram model (Kudo 2018).
//!
//! Ids are those of the sentencepiece library, but for sequences of a unigram model that are equally likely (`- --`, `-- -`): there
//! its f32 sums decide, and here those of tokenizers in f64. Control pieces (`<s>`) that stand in a text are single tokens, as in
//! transformers; sentencepiece itself would spell them out.

mod merges;
mod model;
mod protobuf;

pub use model::{Algorithm, Kind, Piece, Pieces};

use super::named::TokenizerConfig;
use super::{Built, guard, unusable};
use crate::ZooError;
use crate::source::Source;
use std::borrow::Cow;
use tokenizers::decoders::DecoderWrapper;
use tokenizers::decoders::byte_fallback::ByteFallback;
use tokenizers::decoders::fuse::Fuse;
use tokenizers::decoders::sequence::Sequence as Decoders;
use tokenizers::decoders::strip::Strip;
use tokenizers::models::bpe::BPE;
use tokenizers::models::unigram::Unigram;
use tokenizers::normalizers::replace::{Replace, ReplacePattern};
use tokenizers::normalizers::{NormalizerWrapper, Prepend, Sequence};
use tokenizers::{AddedToken, AddedVocabulary, ModelWrapper, PostProcessorWrapper, PreTokenizerWrapper};

pub const FILE: &str = "tokenizer.model";
/// What stands for a space inside pieces.
const SPACE: &str = "▁";

/// Reads the file.
pub fn read(source: &Source, bytes: Cow<'static, [u8]>) -> Result<Built, ZooError> {
    let pieces = Pieces::parse(&bytes).map_err(|reason| unusable(source, FILE, reason))?;
    let inner = guard(|| pieces.build());
    let mut inner = inner.map_err(|reason| unusable(source, FILE, reason))?;
    TokenizerConfig::read(source)?.add_tokens(source, &mut inner, &[])?;
    Ok(Built { inner, clean: None, files: vec![bytes] })
}

impl Pieces {
    /// The tokenizer of these pieces.
    pub fn build(&self) -> tokenizers::Result<tokenizers::Tokenizer> {
        let model = self.model()?;
        let tokens = self.pieces.iter().filter_map(|piece| match piece.kind {
            Kind::Control => Some(AddedToken::from(piece.text.as_str(), true)),
            Kind::UserDefined => Some(AddedToken::from(piece.text.as_str(), false)),
            _ => None,
        });
        let mut added = AddedVocabulary::new();
        // User-defined pieces are looked for among normalized text and are themselves as they are there, so no normalizer here.
        added.add_tokens(tokens, &model, None::<&NormalizerWrapper>)?;
        let tokenizer = tokenizers::TokenizerBuilder::<_, _, PreTokenizerWrapper, PostProcessorWrapper, _>::new()
            .with_model(model)
            .with_normalizer(Some(self.normalizer()?))
            .with_decoder(Some(self.decoder()))
            .with_added_vocabulary(added)
            .build()?;
        Ok(tokenizer.into())
    }

    fn model(&self) -> tokenizers::Result<ModelWrapper> {
        let unknown = self.pieces.iter().position(|piece| piece.kind == Kind::Unknown);
        if self.algorithm == Algorithm::Unigram {
            let vocab = self.pieces.iter().map(|piece| (piece.text.clone(), f64::from(piece.score))).collect();
            return Ok(Unigram::from(vocab, unknown, self.byte_fallback)?.into());
        }
        let vocab: tokenizers::models::bpe::Vocab =
            self.pieces.iter().zip(0..).map(|(piece, id)| (piece.text.clone(), id)).collect();
        let builder = BPE::builder().vocab_and_merges(vocab, merges::of(&self.pieces));
        let builder = builder.fuse_unk(true).byte_fallback(self.byte_fallback);
        let builder = match unknown {
            Some(id) => builder.unk_token(self.pieces[id].text.clone()),
            None => builder,
        };
        Ok(builder.build()?.into())
    }

    fn normalizer(&self) -> tokenizers::Result<NormalizerWrapper> {
        let mut steps = Vec::<NormalizerWrapper>::new();
        if self.single_spaces {
            for (pattern, content) in [("^ +|[ ▁]+$", ""), (" {2,}", " ")] {
                steps.push(Replace::new(ReplacePattern::Regex(pattern.to_owned()), content)?.into());
            }
        }
        if self.leading_space {
            steps.push(Prepend::new(SPACE.to_owned()).into());
        }
        steps.push(Replace::new(" ", SPACE)?.into());
        Ok(Sequence::new(steps).into())
    }

    fn decoder(&self) -> DecoderWrapper {
        let space = Replace::new(SPACE, " ").map(DecoderWrapper::Replace);
        let mut steps: Vec<DecoderWrapper> = space.into_iter().collect();
        steps.extend([ByteFallback::new().into(), Fuse::new().into()]);
        if self.leading_space {
            steps.push(Strip::new(' ', 1, 0).into());
        }
        Decoders::new(steps).into()
    }
}
