//! One layer of GPT-2: norm, attention, norm, two maps, with ways round both.

use super::{Cache, Gpt2Config, Projection};
use brand_nn_autodiff::{AttentionOptions, Params, Var, attention};
use brand_nn_layers::{self as layers, Activation, Call, Dropout, LayerNorm, Pass};
use brand_nn_tensor::Tensor;

/// One layer under its published names.
#[derive(Debug, Params)]
pub(super) struct Block {
    ln_1: LayerNorm,
    attn: Attention,
    ln_2: LayerNorm,
    mlp: Maps,
}

#[derive(Debug, Params)]
struct Attention {
    c_attn: Projection,
    c_proj: Projection,
    resid_dropout: Dropout,
    rate: f64,
    heads: usize,
}

#[derive(Debug, Params)]
struct Maps {
    c_fc: Projection,
    c_proj: Projection,
    dropout: Dropout,
    bend: Bend,
}

/// A function between two maps, which owns nothing.
#[derive(Debug)]
struct Bend(Activation);

impl Params for Bend {
    fn visit(&self, _: &mut brand_nn_autodiff::Visitor<'_>) {}
}

impl Block {
    pub(super) fn new(config: &Gpt2Config, bend: Activation) -> Self {
        let (features, hidden) = (config.n_embd, config.hidden_units());
        let spread = config.initializer_range;
        let last = spread / ((2 * config.n_layer) as f64).sqrt();
        let norm = || LayerNorm::new(features).epsilon(config.layer_norm_epsilon);
        let [resid_dropout, dropout] = [(); 2].map(|()| Dropout::new(config.resid_pdrop));
        let attn = Attention {
            c_attn: Projection::new(features, 3 * features, spread),
            c_proj: Projection::new(features, features, last),
            resid_dropout,
            rate: config.attn_pdrop,
            heads: config.n_head,
        };
        let mlp = Maps {
            c_fc: Projection::new(features, hidden, spread),
            c_proj: Projection::new(hidden, features, last),
            dropout,
            bend: Bend(bend),
        };
        Self { ln_1: norm(), attn, ln_2: norm(), mlp }
    }

    /// Goes on with `x` as layer number `layer`; `mask` says which of all steps are real.
    pub(super) fn run(
        &self,
        x: &Var,
        mask: Option<&Tensor>,
        cache: Option<(usize, &mut Cache)>,
        pass: &mut Pass,
    ) -> layers::Result<Var> {
        let normed = self.ln_1.call(x, pass)?;
        let x = x + self.attn.run(&normed, mask, cache, pass)?;
        let normed = self.ln_2.call(&x, pass)?;
        Ok(&x + self.mlp.run(&normed, pass)?)
    }
}

impl Attention {
    fn run(
        &self,
        x: &Var,
        mask: Option<&Tensor>,
        cache: Option<(usize, &mut Cache)>,
        pass: &mut Pass,
    ) -> layers::Result<Var> {
        let [batch, time, features] = x.tensor().dims::<3>()?;
        let parts = self.c_attn.call(x, pass)?.split(2, &[features; 3]);
        let heads = |part: &Var| {
            part.reshape([batch, time, self.heads, features / self.heads]).transpose(1, 2)
        };
        let [query, mut key, mut value] = [heads(&parts[0]), heads(&parts[1]), heads(&parts[2])];
        if let Some((layer, cache)) = cache {
            [key, value] = cache.extend(layer, [key.tensor(), value.tensor()]).map(Var::from);
        }
        let options = AttentionOptions {
            causal: true,
            mask: mask.map(|mask| mask.unsqueeze(1).unsqueeze(1)), // [batch, 1, 1, keys]
            dropout: pass.draw().filter(|_| self.rate > 0.0).map(|key| (self.rate, key)),
            ..Default::default()
        };
        let found = attention(&query, &key, &value, &options)?.transpose(1, 2);
        let joined = self.c_proj.call(found.reshape([batch, time, features]), pass)?;
        self.resid_dropout.call(joined, pass)
    }
}

impl Maps {
    fn run(&self, x: &Var, pass: &mut Pass) -> layers::Result<Var> {
        let hidden = self.bend.0.apply(&self.c_fc.call(x, pass)?);
        let output = self.c_proj.call(hidden, pass)?;
        self.dropout.call(output, pass)
    }
}
