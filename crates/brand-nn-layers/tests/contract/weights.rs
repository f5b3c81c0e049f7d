//! Weights that are frozen by pattern, and weights that are tied.

use crate::{draws, refused};
use brand_nn_autodiff::{ParamSet, Params, Var, load_tensors};
use brand_nn_layers::{
    Call, Embedding, FeedForward, Layer, Linear, Pass, Residual, Result, Sequential, dense,
    embedding, lstm,
};
use brand_nn_tensor::{Rng, Shape, Tensor};

#[test]
fn layers_freeze_by_pattern() {
    let row = Sequential::new().add(embedding(9, 3)).add(lstm(4)).add(dense(2));
    let network = row.build([5]).unwrap().init(1).unwrap();
    network.params("{embedding,lstm}.*").unwrap().freeze();
    assert_eq!(network.summary().num_trainable(), 4 * 2 + 2);
    let ids = Tensor::from([[1_i64, 2, 3, 4, 5]]);
    let slopes = || {
        let y = network.call(&ids, &mut Pass::training(&mut Rng::new(1))).unwrap();
        let slopes = y.sum().backward().unwrap();
        let set = ParamSet::all(&network).unwrap();
        set.named().filter(|(_, param)| slopes.get(*param).is_some()).count()
    };
    assert_eq!(slopes(), 2, "the head alone learns");
    network.params("lstm.*").unwrap().unfreeze();
    assert_eq!(slopes(), 5);
    refused(network.params("gru.*").map_err(brand_nn_layers::Error::from), "no parameter matches");
}

/// A language model whose head is its table of words, as GPT-2's.
#[derive(Params)]
struct Gpt {
    wte: Embedding,
    block: Residual<FeedForward>,
    lm_head: Linear,
}

impl Gpt {
    fn new(words: usize, features: usize) -> Self {
        let wte = Embedding::new(words, features);
        let lm_head = Linear::from_params(wte.weight.tie(), None);
        Self { wte, block: Residual::new(FeedForward::new(features, 8)), lm_head }
    }
}

impl Layer for Gpt {
    fn forward(&self, ids: Var, pass: &mut Pass) -> Result<Var> {
        let x = self.wte.call(ids, pass)?;
        let x = self.block.call(x, pass)?;
        self.lm_head.call(x, pass)
    }

    fn output_shape(&self, ids: &Shape) -> Result<Shape> {
        self.lm_head.output_shape(&self.wte.output_shape(ids)?)
    }
}

#[test]
fn a_head_is_tied_to_its_table() {
    let ids = Tensor::from([[1_i64, 2], [3, 0]]);
    brand_nn_layers::check::layer(|| Gpt::new(5, 4), &ids).unwrap();
    let model = Gpt::new(5, 4).init(1).unwrap();
    let set = ParamSet::all(&model).unwrap();
    assert_eq!(set.names()[0], "wte.weight");
    assert_eq!(set.aliases(), [("lm_head.weight".to_owned(), 0)]);
    assert_eq!(set.count(), 5 * 4 + 4 * 8 + 8 + 8 * 4 + 4);

    // Both ways reach the one weight: dense from the head, by rows from the table.
    let y = model.call(&ids, &mut Pass::training(&mut Rng::new(1))).unwrap();
    let slope = y.sum().backward().unwrap().get(&model.wte.weight).unwrap();
    let untied = Gpt { lm_head: Linear::new(4, 5).without_bias(), ..Gpt::new(5, 4) };
    let mut values = set.to_file().unwrap().tensors;
    values.insert("lm_head.weight".into(), model.wte.weight.value().unwrap());
    load_tensors(&untied, values, "the tied model").unwrap();
    let y = untied.call(&ids, &mut Pass::training(&mut Rng::new(1))).unwrap();
    let slopes = y.sum().backward().unwrap();
    let [table, head] =
        [&untied.wte.weight, &untied.lm_head.weight].map(|weight| slopes.get(weight).unwrap());
    assert!((slope - (table + head)).abs().max().item() < 1e-5);

    // What changes one changes the other; a file holds it once and fills both.
    model.wte.weight.set(draws(&[5, 4])).unwrap();
    assert_eq!(model.lm_head.weight.value().unwrap(), draws(&[5, 4]));
    let file = set.to_file().unwrap();
    assert!(!file.tensors.contains_key("lm_head.weight"));
    let again = Gpt::new(5, 4);
    load_tensors(&again, file.tensors, "a file").unwrap();
    assert_eq!(again.lm_head.weight.value().unwrap(), draws(&[5, 4]));
    model.params("lm_head.*").unwrap().freeze();
    assert_eq!(model.wte.weight.role(), brand_nn_autodiff::Role::Frozen);
}
