//! What is clicked: 26 fields of ids, each with a table of its own, and an MLP on what they look up.

use crate::learner::{Batch, Learner};
use brand_nn::{
    layers::{Network, Result},
    prelude::*,
};
use brand_nn_benches::Outcome;

const FIELDS: usize = 26;
const WIDTH: usize = 16;
const BATCH: usize = 1024;
/// The batches, so that tables are not looked up at the same rows in each step.
pub(crate) const BATCHES: usize = 8;

/// A click model by its size: `click-ROWS`, or `click-exact-ROWS` with Adam on whole tables.
#[derive(Clone, Copy)]
pub(crate) struct Click {
    /// The rows of one table; the name has those of all together.
    rows: usize,
    exact: bool,
}

impl Click {
    /// The model of a name, if it is one of these.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let size = name.strip_prefix("click-")?;
        let rows = size.strip_prefix("exact-").unwrap_or(size).parse::<usize>().ok()? / FIELDS;
        (rows > 0).then_some(Self { rows, exact: size.starts_with("exact-") })
    }

    /// Ids that are drawn alike from all of a table, which spares no cache.
    pub(crate) fn batches(self) -> Outcome<Vec<Batch>> {
        let mut rng = Rng::new(1);
        let batch = |_| {
            let ids = Tensor::randint([BATCH, FIELDS], 0, self.rows as i64, &mut rng);
            (ids, Tensor::bernoulli([BATCH], 0.2, &mut rng).to(DType::F32))
        };
        Ok((0..BATCHES).map(batch).collect())
    }

    pub(crate) fn learner(self) -> Outcome<Learner> {
        let relu = || dense(400).activation(Activation::Relu);
        let model = ClickModel {
            tables: (0..FIELDS).map(|_| Embedding::new(self.rows, WIDTH)).collect(),
            mlp: Sequential::new().add(relu()).add(relu()).add(dense(1)).build([FIELDS * WIDTH])?,
        };
        let optimizer: Box<dyn Optimizer> = match self.exact {
            true => Box::new(Adam::new(1e-3)),
            false => Box::new(LazyAdam::new(1e-3)),
        };
        let loss = |output: &Var, target: &Tensor| Ok(bce_with_logits(output, target)?);
        Ok(Learner { optimizer, loss, ..Learner::classifier(model)? })
    }
}

#[derive(Params)]
struct ClickModel {
    tables: Vec<Embedding>,
    mlp: Network,
}

impl Layer for ClickModel {
    fn forward(&self, ids: Var, pass: &mut Pass) -> Result<Var> {
        let vectors = |(field, table): (usize, &Embedding)| {
            table.call(ids.tensor().select(1, field), pass) // [batch, WIDTH]
        };
        let vectors = self.tables.iter().enumerate().map(vectors).collect::<Result<Vec<_>>>()?;
        self.mlp.call(Var::concat(&vectors, 1), pass)
    }

    fn flops(&self, _: &Shape) -> Option<u64> {
        self.mlp.flops(&[FIELDS * WIDTH].into())
    }

    fn output_shape(&self, _: &Shape) -> Result<Shape> {
        Ok([1].into())
    }
}
