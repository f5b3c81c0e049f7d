//! Both things that BERT learns before any task: hidden tokens, and which text follows another.

use super::{MaskedLanguageModel, head, next};
use crate::{
    Result, Tokens,
    bert::{
        BertConfig,
        encoder::{fresh, open},
    },
    training::IGNORED,
};
use brand_nn_autodiff::{Params, Var, Visitor};
use brand_nn_layers::{self as layers, Call, Linear, Pass};
use brand_nn_losses::{CrossEntropy, Error, Loss};
use brand_nn_tensor::Tensor;
use brand_nn_train::Model;
use std::path::Path;

/// BERT with both heads that it was published with: hidden tokens and following texts.
///
/// Train it on [`MaskedPairs`](crate::MaskedPairs) with [`PretrainingLoss`] (Devlin and others 2019).
///
/// # Shapes
/// [`Tokens`] of `[batch, time]` → `[batch, time · vocab_size + 2]`: the logits of all steps' tokens,
/// and at the end those of the two classes.
///
/// # Examples
/// ```
/// use brand_nn_models::{BertConfig, PretrainingModel, Tokens};
/// use brand_nn_layers::Pass;
/// use brand_nn_tensor::Tensor;
///
/// let model = PretrainingModel::from_config(&BertConfig::new(50, 8, 1), 42)?;
/// let pair = Tokens::new(Tensor::from([[2_i64, 7, 3, 8, 3]]));
/// assert_eq!(model.logits(&pair, &mut Pass::inference())?.shape()[..], [1, 5 * 50 + 2]);
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[doc(alias = "BertForPreTraining")]
#[derive(Debug)]
pub struct PretrainingModel {
    /// The encoder with the head that guesses hidden tokens.
    pub masked: MaskedLanguageModel,
    /// The map to the two classes, of which the first means that the second text follows.
    pub classes: Linear,
}

head!(PretrainingModel(), logits, "an encoder with both heads of its first training");

impl PretrainingModel {
    fn pending(config: &BertConfig) -> Result<Self> {
        let masked = MaskedLanguageModel::around(next::encoder_of_pairs(config)?)?;
        Ok(Self { masked, classes: Linear::new(config.hidden_size, 2) })
    }

    /// The logits of both heads side by side.
    ///
    /// # Errors
    /// As [`Bert::encode`](crate::Bert::encode).
    pub fn logits(&self, tokens: &Tokens, pass: &mut Pass) -> layers::Result<Var> {
        let vectors = self.masked.encoder.encode(tokens, pass)?;
        let guesses = self.masked.guess(&vectors, pass)?; // [batch, time, vocabulary]
        let pair = self.masked.encoder.pool(&vectors.select(1, 0), pass)?;
        let classes = self.classes.call(pair, pass)?;
        let &[batch, time, words] = &guesses.shape()[..] else { return Ok(classes) };
        Ok(Var::concat(&[guesses.reshape([batch, time * words]), classes], 1))
    }
}

impl Params for PretrainingModel {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        self.masked.visit(visitor);
        visitor.child(next::CLASSES, &self.classes);
    }
}

/// The loss of BERT's first training: that of hidden tokens plus that of following texts.
///
/// Both are means of cross-entropies, over the tokens that were hidden and over the pairs.
///
/// # Shapes
/// Outputs `[batch, time · vocab_size + 2]`, targets i64 `[batch, time + 1]`: of each step the token, or
/// [`IGNORED`], and at the end the class of the pair.
///
/// # Errors
/// If the shapes do not belong together, or a target is out of range.
///
/// # Examples
/// ```
/// use brand_nn_losses::Loss;
/// use brand_nn_models::{IGNORED, PretrainingLoss};
/// use brand_nn_tensor::Tensor;
///
/// let logits = Tensor::zeros([1, 2 * 5 + 2]).into(); // two steps, five words
/// let target = Tensor::from([[3, IGNORED, 0]]);
/// let loss = PretrainingLoss.loss(&logits, &target)?.item();
/// assert!((loss - (5_f64.ln() + 2_f64.ln())).abs() < 1e-6);
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct PretrainingLoss;

impl Loss for PretrainingLoss {
    fn each(&self, output: &Var, target: &Tensor) -> brand_nn_losses::Result<Var> {
        let [batch, time, words] = sizes(output, target)?;
        let parts = output.split(1, &[time * words, 2]);
        let guesses = parts[0].reshape([batch, time, words]);
        let hidden = CrossEntropy::default().ignore_index(IGNORED);
        let tokens = hidden.loss(&guesses, &target.slice(1, ..time))?;
        Ok(tokens + CrossEntropy::default().loss(&parts[1], &target.select(1, time))?)
    }
}

/// The numbers of pairs, steps and words, if outputs and targets have the same.
fn sizes(output: &Var, target: &Tensor) -> brand_nn_losses::Result<[usize; 3]> {
    if let (&[rows, outs], &[batch, steps]) = (&output.shape()[..], &target.shape()[..])
        && let (Some(numbers), Some(time)) = (outs.checked_sub(2), steps.checked_sub(1))
        && rows == batch
        && time > 0
        && numbers.is_multiple_of(time)
    {
        return Ok([batch, time, numbers / time]);
    }
    Err(Error::Value {
        loss: "pretraining",
        what: "the shapes",
        got: format!("{} and targets {}", output.shape(), target.shape()),
        expected: "[batch, time · vocabulary + 2] and [batch, time + 1]",
        help: "train a PretrainingModel on MaskedPairs",
    })
}
