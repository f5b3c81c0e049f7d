//! GPT-2 as a whole: texts so far in, the logits of the next token out.

use super::{Cache, Gpt2Config, block::Block};
use crate::{
    CausalModel, Result, Tokens,
    pretrained::{draw, enough, fit_weights, make_folder, read_json, read_weights, whole},
};
use brand_nn_autodiff::{Param, ParamSet, Params, Var};
use brand_nn_layers::{self as layers, Call, Dropout, Embedding, Error, LayerNorm, Linear, Pass};
use brand_nn_tensor::{Tensor, io::write_atomically};
use brand_nn_train::Model;
use std::path::Path;

/// GPT-2: each step of a text gets the logits of the token that follows (Radford and others 2019).
///
/// The weights have their published names. Train it on [`Tokens`] whose targets are the ids one step
/// later, and write with [`Generation`](crate::Generation).
///
/// # Shapes
/// [`Tokens`] of `[batch, time]` → logits `[batch, time, vocab_size]`.
///
/// # Errors
/// If an id is beyond the vocabulary or a text longer than the context.
///
/// # Examples
/// ```
/// use brand_nn_layers::Pass;
/// use brand_nn_models::{Gpt2, Gpt2Config, Tokens};
/// use brand_nn_tensor::Tensor;
///
/// let gpt = Gpt2::from_config(&Gpt2Config::new(100, 16, 2, 2), 42)?;
/// let tokens = Tokens::new(Tensor::from([[5_i64, 6, 7]]));
/// assert_eq!(gpt.logits(&tokens, &mut Pass::inference())?.shape()[..], [1, 3, 100]);
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[doc(alias = "GPT2LMHeadModel")]
#[derive(Debug, Params)]
pub struct Gpt2 {
    transformer: Body,
    lm_head: Linear,
    settings: Settings,
}

#[derive(Debug, Params)]
struct Body {
    wte: Embedding,
    wpe: Embedding,
    drop: Dropout,
    h: Vec<Block>,
    ln_f: LayerNorm,
}

/// A configuration, which owns nothing.
#[derive(Debug)]
struct Settings(Gpt2Config);

impl Params for Settings {
    fn visit(&self, _: &mut brand_nn_autodiff::Visitor<'_>) {}
}

impl Gpt2 {
    /// Makes a model whose weights are drawn as GPT-2's were.
    ///
    /// # Errors
    /// If a size or setting is out of its range.
    pub fn from_config(config: &Gpt2Config, seed: u64) -> Result<Self> {
        let model = Self::pending(config)?;
        // Maps at the end of a layer are drawn narrower: their own initial values are the right ones.
        for (name, param) in ParamSet::all(&model)?.named() {
            if name.contains("c_proj.weight") {
                let rng = &mut brand_nn_tensor::Rng::keyed(seed, name);
                param.set(param.initialiser().draw(param.shape(), rng))?;
            }
        }
        draw(&model, config.initializer_range, seed)?;
        Ok(model)
    }

    /// Reads `config.json` and the weights of a folder.
    ///
    /// # Errors
    /// If a file is missing or broken, or the weights are not those of the configuration.
    pub fn from_pretrained(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let config: Gpt2Config = read_json(&folder.join("config.json"))?;
        config.check()?;
        let weights = read_weights(folder)?;
        enough(&weights, folder, config.count())?;
        let model = Self::pending(&config)?;
        whole(fit_weights(&model, weights, folder, "transformer")?, folder)?;
        brand_nn_autodiff::init(&model, 0)?;
        Ok(model)
    }

    /// Writes `config.json` and `model.safetensors` into a folder, which is made if there is none.
    ///
    /// # Errors
    /// If a file can't be written.
    pub fn save(&self, folder: impl AsRef<Path>) -> Result<()> {
        let folder = folder.as_ref();
        make_folder(folder)?;
        let mut json = serde_json::json!(self.config());
        json["model_type"] = "gpt2".into();
        write_atomically(folder.join("config.json"), |out| {
            out.write_all(json.to_string().as_bytes())
        })?;
        Ok(ParamSet::all(self)?.save(folder.join("model.safetensors"))?)
    }

    fn pending(config: &Gpt2Config) -> Result<Self> {
        config.check()?;
        let bend = config.activation()?;
        let wte = Embedding::new(config.vocab_size, config.n_embd);
        let head = match config.tie_word_embeddings {
            true => wte.weight.tie(),
            false => Param::new(wte.weight.shape(), wte.weight.initialiser().clone()),
        };
        let transformer = Body {
            wte,
            wpe: Embedding::new(config.n_positions, config.n_embd),
            drop: Dropout::new(config.embd_pdrop),
            h: (0..config.n_layer).map(|_| Block::new(config, bend)).collect(),
            ln_f: LayerNorm::new(config.n_embd).epsilon(config.layer_norm_epsilon),
        };
        let lm_head = Linear::from_params(head, None);
        Ok(Self { transformer, lm_head, settings: Settings(config.clone()) })
    }

    /// The sizes and settings.
    #[must_use]
    pub fn config(&self) -> &Gpt2Config {
        &self.settings.0
    }

    /// The logits of the token after each step.
    ///
    /// # Errors
    /// If an id is beyond the vocabulary, a text longer than the context, or a parameter pending.
    pub fn logits(&self, tokens: &Tokens, pass: &mut Pass) -> layers::Result<Var> {
        tokens.check("gpt2", self.config().n_positions)?;
        let (mask, positions) = Cache::new().enter(&tokens.mask)?;
        let x = self.body(&tokens.ids, &positions, &mask, None, pass)?;
        self.lm_head.call(x, pass)
    }

    /// The vectors of new steps behind those of a cache.
    fn body(
        &self,
        ids: &Tensor,
        positions: &Tensor,
        mask: &Tensor,
        mut cache: Option<&mut Cache>,
        pass: &mut Pass,
    ) -> layers::Result<Var> {
        let Body { wte, wpe, drop, h, ln_f } = &self.transformer;
        let sum = wte.call(ids, pass)? + wpe.call(positions, pass)?;
        let mut x = drop.call(sum, pass)?;
        let mask = (!mask.all()).then_some(mask);
        for (i, block) in h.iter().enumerate() {
            x = block.run(&x, mask, cache.as_deref_mut().map(|cache| (i, cache)), pass)?;
        }
        ln_f.call(x, pass)
    }
}

impl CausalModel for Gpt2 {
    fn vocabulary_size(&self) -> usize {
        self.config().vocab_size
    }

    fn context_length(&self) -> usize {
        self.config().n_positions
    }

    fn advance(&self, ids: &Tensor, mask: &Tensor, cache: &mut Cache) -> layers::Result<Tensor> {
        let most = self.context_length();
        let all = cache.len() + ids.dim(1);
        if all > most {
            return Err(Error::Input {
                place: "gpt2".into(),
                got: ids.shape().clone(),
                expected: format!(
                    "[batch, time] that makes at most {most} steps, these make {all}"
                ),
                help: "shorten the prompt, or write fewer tokens",
            });
        }
        let pass = &mut Pass::inference();
        let (mask, positions) = cache.enter(mask)?;
        let x = self.body(ids, &positions, &mask, Some(cache), pass)?;
        let last = x.select(1, ids.dim(1) - 1); // [batch, features]
        Ok(self.lm_head.call(last, pass)?.into_tensor())
    }
}

impl Model for Gpt2 {
    type Input = Tokens;

    fn run(&self, tokens: &Tokens, pass: &mut Pass) -> brand_nn_train::Result<Var> {
        Ok(self.logits(tokens, pass)?)
    }
}
