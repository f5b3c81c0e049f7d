//! Scaled dot-product attention as one node, whose table of scores is never stored.

use crate::{Error, Result, Var, gradients::Flow, saved::Saved};
use brand_nn_tensor::{AttentionOptions, Shape, Tensor};

/// Lets queries gather values by their keys: softmax(scale · Q Kᵀ + mask) V (Vaswani et al. 2017).
///
/// Scores go by in blocks and are computed again on the way back (Dao et al. 2022). Fewer heads of
/// keys and values than of queries serve several neighbours each (Ainslie et al. 2023). Dropout
/// comes after the softmax, and its mask is a function of its key and the place alone. A query that
/// sees no key gives zeros and has no gradient, where PyTorch gives NaN.
///
/// # Shapes
/// `query` `[…, heads, queries, dim]`, `key` `[…, key_heads, keys, dim]`, `value`
/// `[…, key_heads, keys, value_dim]`, where `key_heads` divides `heads`
/// → `[…, heads, queries, value_dim]`.
///
/// # Errors
/// If a shape or dtype does not fit, a length is beyond the keys, or the dropout's rate is not in
/// 0..=1.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::{AttentionOptions, Var, attention};
/// use brand_nn_tensor::Tensor;
///
/// let query = Var::from(Tensor::zeros([1, 2, 4])); // equal scores: the mean of what is seen
/// let value = Var::leaf(Tensor::from([[[2.0f32], [4.0]]]));
/// let options = AttentionOptions { causal: true, ..Default::default() };
/// let out = attention(&query, &query, &value, &options)?;
/// assert_eq!(out.tensor(), &Tensor::from([[[2.0f32], [3.0]]]));
/// # Ok::<(), brand_nn_autodiff::Error>(())
/// ```
#[doc(alias = "scaled_dot_product_attention")]
pub fn attention(query: &Var, key: &Var, value: &Var, options: &AttentionOptions) -> Result<Var> {
    check(options)?;
    let operands = [query, key, value].map(Var::tensor);
    let (out, log_sums) = operands[0].attention(operands[1], operands[2], options)?;
    let saved = [query.save_rounded(0), key.save_rounded(1), value.save_rounded(2)];
    let (kept, options) = (query.save_output(&out), options.clone());
    let output = kept.clone();
    let attended =
        Var::record_many("attention", &[query, key, value], out, move |walk, gradient| {
            if walk.higher() {
                let twin = |operands| plain(operands, &options);
                return walk.through_twin(saved.each_ref(), gradient, twin);
            }
            let operands = saved.each_ref().map(Saved::value);
            let operands = operands.each_ref().map(|operand| &**operand);
            let kept = [&*kept.value(), &log_sums];
            let slopes = Tensor::attention_backward(operands, &options, kept, gradient.tensor());
            let flows = (0..).zip(slopes).map(|(slot, slope)| walk.when(slot, || slope.into()));
            Ok(flows.collect::<smallvec::SmallVec<[Option<Flow>; 3]>>())
        });
    Ok(attended.sharing(&output))
}

fn check(options: &AttentionOptions) -> Result<()> {
    match options.dropout {
        Some((rate, _)) if !(0.0..=1.0).contains(&rate) => Err(Error::Setting {
            place: "attention".into(),
            setting: "dropout",
            got: rate.to_string(),
            expected: "a rate from 0 to 1",
            help: "0.1 is usual",
        }),
        _ => Ok(()),
    }
}

/// The same in plain ops, with a table of scores, for gradients of gradients.
fn plain([query, key, value]: [Var; 3], options: &AttentionOptions) -> Result<Var> {
    let heads = query.tensor().dim(-3);
    let [key, value] = [key, value].map(|x| shared(&x, heads));
    let usual = 1.0 / (query.tensor().dim(-1) as f64).sqrt();
    let scores = query.matmul(&key.t()) * options.scale.unwrap_or(usual);
    let scores = &scores + options.table(scores.shape(), scores.dtype())?;
    let shares = scores.softmax(-1).plain();
    let shares = match options.dropout {
        Some((rate, key)) => shares.dropout(rate, key),
        None => shares,
    };
    Ok(shares.matmul(&value))
}

/// Each head of keys or values as often as queries share it.
fn shared(x: &Var, heads: usize) -> Var {
    let own = x.tensor().dim(-3);
    if own == heads {
        return x.clone();
    }
    let mut shape = x.shape().to_vec();
    let at = shape.len() - 3;
    shape.insert(at + 1, heads / own);
    let repeated = x.unsqueeze(-3).expand(shape.clone());
    shape.remove(at + 1);
    shape[at] = heads;
    repeated.reshape(Shape::from(shape))
}
