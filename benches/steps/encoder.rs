//! Encoders whose mean over time is classified, on texts of one length and on texts as they come.

use crate::learner::{Batch, Learner};
use brand_nn::{
    layers::{Result, permute},
    prelude::*,
    tensor::check::data,
};
use brand_nn_benches::Outcome;

const VOCABULARY: usize = 30_522;
const POSITIONS: usize = 512;
const TEXTS: usize = 32;
/// The tokens of a text where all are as long.
pub(crate) const LENGTH: usize = 128;
/// The batches of reviews.
pub(crate) const BATCHES: usize = 4;

/// Texts of so many tokens.
pub(crate) fn ids(texts: usize, length: usize) -> Outcome<Vec<Batch>> {
    let mut rng = Rng::new(1);
    let input = Tensor::randint([texts, length], 1, VOCABULARY as i64, &mut rng);
    Ok(vec![(input, Tensor::randint([texts], 0, 2, &mut rng))])
}

/// So many layers of MiniLM's size.
pub(crate) fn mini(layers: usize) -> Outcome<Learner> {
    learner(Encoder::new(384, layers))
}

/// BERT-base.
pub(crate) fn base() -> Outcome<Learner> {
    learner(Encoder::new(768, 12))
}

/// The layers of an encoder in a row, for texts of one length.
pub(crate) fn network(width: usize, layers: usize) -> Outcome<Network> {
    let positions = position_embedding().rows(POSITIONS);
    let first = Sequential::new().add(embedding(VOCABULARY, width)).add(positions);
    let layer = |network: Sequential, _| network.add(transformer_encoder_layer(options(width)));
    let all = (0..layers).fold(first.add(dropout(0.1)), layer);
    Ok(all.add(permute([2, 1])).add(global_avg_pool()).add(dense(2)).build([LENGTH])?)
}

fn options(width: usize) -> TransformerOptions {
    TransformerOptions::new(12, 4 * width).dropout(0.1).activation(Activation::Gelu)
}

fn learner(model: impl Layer + 'static) -> Outcome<Learner> {
    Ok(Learner { optimizer: Box::new(AdamW::new(1e-3)), ..Learner::classifier(model)? })
}

/// An encoder whose mean over time is classified.
#[derive(Params)]
struct Encoder {
    tokens: Embedding,
    positions: PositionEmbedding,
    dropout: Dropout,
    layers: TransformerEncoder,
    head: Linear,
}

impl Encoder {
    fn new(width: usize, layers: usize) -> Self {
        Self {
            tokens: Embedding::new(VOCABULARY, width),
            positions: PositionEmbedding::new(POSITIONS, width),
            dropout: Dropout::new(0.1),
            layers: TransformerEncoder::new(layers, width, &options(width)),
            head: Linear::new(width, 2),
        }
    }

    /// The vector of each token.
    fn encode(&self, ids: Var, mask: Option<Mask>, pass: &mut Pass) -> Result<Var> {
        let x = self.positions.call(self.tokens.call(ids, pass)?, pass)?;
        let value = self.dropout.call(x, pass)?;
        Ok(self.layers.call_flow(Flow { value, mask }, pass)?.value)
    }
}

impl Layer for Encoder {
    fn forward(&self, ids: Var, pass: &mut Pass) -> Result<Var> {
        let x = self.encode(ids, None, pass)?;
        self.head.call(x.mean_axis(1), pass)
    }

    fn flops(&self, ids: &Shape) -> Option<u64> {
        let width = self.head.weight.shape()[1];
        let layers = self.layers.flops(&[ids[0], width].into())?;
        Some(layers + self.head.flops(&[width].into())?)
    }

    fn output_shape(&self, _: &Shape) -> Result<Shape> {
        Ok([2].into())
    }
}

/// Batches of 32 texts as long as reviews of clothes are, padded by 0 at the end.
///
/// A review has as many tokens as words and marks, and two for its ends; which ones is drawn.
pub(crate) fn reviews() -> Outcome<Vec<Batch>> {
    let name = "data/reviews/en_clothing.csv";
    let table = Table::read(data(name).ok_or_else(|| format!("{name} is not there"))?)?;
    let column = table.column("Review Text")?;
    let texts = (0..table.len()).filter_map(|row| column.text(row));
    let lengths: Vec<_> = texts.map(|text| tokens(&text)).collect();
    let mut rng = Rng::new(1);
    let drawn = Tensor::randint([BATCHES * TEXTS], 0, lengths.len() as i64, &mut rng);
    let drawn: Vec<_> = drawn.data::<i64>().iter().map(|row| lengths[*row as usize]).collect();
    Ok(drawn.chunks(TEXTS).map(|lengths| padded(lengths, &mut rng)).collect())
}

/// The words and marks of a text, and two for its ends.
fn tokens(text: &str) -> usize {
    let marks = text.chars().filter(|c| !c.is_alphanumeric() && !c.is_whitespace()).count();
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.count() + marks + 2
}

fn padded(lengths: &[usize], rng: &mut Rng) -> Batch {
    let longest = lengths.iter().copied().max().unwrap_or(0);
    let ids = Tensor::randint([lengths.len(), longest], 1, VOCABULARY as i64, rng);
    let lengths: Tensor = lengths.iter().map(|length| *length as i64).collect::<Vec<_>>().into();
    let real = Tensor::arange(longest).to(DType::I64).less(&lengths.unsqueeze(1));
    (ids * real.to(DType::I64), Tensor::randint([TEXTS], 0, 2, rng))
}

/// The encoder for texts as they come.
pub(crate) fn texts() -> Outcome<Learner> {
    let examples = |ids: &Tensor| lengths(ids).into_iter().map(|length| [length].into()).collect();
    Ok(Learner { examples, ..learner(Texts { encoder: Encoder::new(384, 6) })? })
}

/// An encoder whose layers compute no padding.
#[derive(Params)]
struct Texts {
    encoder: Encoder,
}

impl Layer for Texts {
    fn forward(&self, ids: Var, pass: &mut Pass) -> Result<Var> {
        let mask = Mask::of_ids(ids.tensor(), 0)?;
        let real = mask.steps().to(DType::F32);
        let shares = (&real / real.sum_axis(1).unsqueeze(1)).unsqueeze(-1);
        let x = self.encoder.encode(ids, Some(mask), pass)?;
        self.encoder.head.call((x * Var::from(shares)).sum_axis(1), pass)
    }

    fn flops(&self, ids: &Shape) -> Option<u64> {
        self.encoder.flops(ids)
    }

    fn output_shape(&self, ids: &Shape) -> Result<Shape> {
        self.encoder.output_shape(ids)
    }
}

/// The tokens of each row that are not padding.
fn lengths(ids: &Tensor) -> Vec<usize> {
    let real = |row: &[i64]| row.iter().filter(|id| **id != 0).count();
    ids.data::<i64>().chunks(ids.dim(1)).map(real).collect()
}
