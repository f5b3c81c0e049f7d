//! Attention with all its settings.

use crate::table::{Limit, Refusal, Row, Twin, limits, refusals, rows, twins};
use brand_nn_autodiff::{AttentionOptions, Result, Var, attention};
use brand_nn_tensor::{Shape, Tensor};

pub(crate) fn rows() -> Vec<Row> {
    rows! {
        "attention": [Any [2, 2, 3, 4], Any [2, 2, 5, 4], Any [2, 2, 5, 3]] => |x| run(x, &plain());
        "attention": [Any [2, 3, 4], Any [2, 3, 4], Any [2, 3, 4]] => |x| run(x, &causal());
        "attention": [Any [1, 4, 2, 3], Any [1, 2, 4, 3], Any [1, 2, 4, 2]] => |x| run(x, &causal());
        "attention": [Any [2, 2, 3, 2], Any [2, 1, 4, 2], Any [2, 1, 4, 2]] =>
            |x| run(x, &AttentionOptions { mask: Some(mask()), ..plain() });
        "attention": [Any [2, 2, 3, 2], Any [2, 2, 4, 2], Any [2, 2, 4, 2]] => |x| {
            let mask = Tensor::from([[0.5], [-1.0], [f64::NEG_INFINITY]]).to(x[0].dtype());
            let lengths = Some(Tensor::from([4_i64, 2]));
            run(x, &AttentionOptions { mask: Some(mask), lengths, scale: Some(0.3), ..plain() })
        };
        "attention": [Any [3, 1, 2, 2, 3], Any [3, 1, 1, 5, 3], Any [3, 1, 1, 5, 2]] => |x| {
            let lengths = Some(Tensor::from([[5_i64], [0], [1]]));
            run(x, &AttentionOptions { lengths, dropout: Some((0.3, [1, 2])), ..causal() })
        };
        "attention": [Any [1, 2, 5, 3], Any [1, 1, 5, 3], Any [1, 1, 5, 2]] => |x| {
            let ends = Some(Tensor::from([2_i64, 2, 5]));
            run(x, &AttentionOptions { ends, dropout: Some((0.3, [1, 2])), ..causal() })
        };
        "attention": [Any [1, 2, 3, 3], Any [1, 1, 5, 3], Any [1, 1, 5, 2]] => |x| {
            run(x, &AttentionOptions { dropout: Some((0.3, [1, 2])), ..sparse() })
        };
        "attention": [Any [2, 0, 2], Any [2, 3, 2], Any [2, 3, 2]] => |x| run(x, &plain());
        "attention": [Any [2, 3, 2], Any [2, 0, 2], Any [2, 0, 2]] => |x| run(x, &causal());
        "attention": [Any [0, 2, 3, 2], Any [0, 1, 3, 2], Any [0, 1, 3, 2]] => |x| run(x, &plain());
        "attention": [Any [1, 3, 2]] =>
            |x| run(&[x[0].clone(), x[0].clone(), x[0].clone()], &causal());
    }
}

fn run(x: &[Var], options: &AttentionOptions) -> Result<Var> {
    attention(&x[0], &x[1], &x[2], options)
}

fn plain() -> AttentionOptions {
    AttentionOptions::default()
}

fn causal() -> AttentionOptions {
    AttentionOptions { causal: true, ..plain() }
}

/// One query of the first two steps, none of the third and two of the last two.
fn sparse() -> AttentionOptions {
    let [ends, query_ends] = [[2_i64, 3, 5], [1, 1, 3]].map(|ends| Some(Tensor::from(ends)));
    AttentionOptions { ends, query_ends, ..plain() }
}

/// Three queries with four keys: the second query sees none.
fn mask() -> Tensor {
    Tensor::from([[true, false, true, true], [false; 4], [false, true, false, false]])
}

pub(crate) fn refusals() -> Vec<Refusal> {
    refusals! {
        "attention": || call([2, 2], [2, 2], [2, 2], &plain()) => "three axes or more";
        "attention": || call([1, 2, 3], [1, 2, 4], [1, 2, 4], &plain())
            => "attention: shape [1, 2, 4], expected keys for queries of [1, 2, 3]";
        "attention": || call([3, 2, 3], [2, 2, 3], [2, 2, 3], &plain()) => "must divide the heads";
        "attention": || call([1, 2, 3], [1, 2, 3], [1, 4, 3], &plain())
            => "attention: shape [1, 4, 3], expected values for keys of [1, 2, 3]";
        "attention": || masked(&AttentionOptions { mask: Some(mask()), ..plain() })
            => "shape [3, 4], expected a mask that broadcasts to [1, 2, 2]";
        "attention": || masked(&AttentionOptions { mask: Some(Tensor::from([0.5])), ..plain() })
            => "dtype f64, expected f32";
        "attention": || masked(&AttentionOptions { lengths: Some(Tensor::from([1_i64])), ..plain() })
            => "a length for each sequence";
        "attention": || masked(&AttentionOptions { lengths: Some(Tensor::scalar(3_i64)), ..plain() })
            => "index 3 at position 0, expected 0 or more and below 3";
        "attention": || side_by_side(Tensor::from([3_i64])) => "index 3 at position 0";
        "attention": || side_by_side(Tensor::from([2_i64, 1])) => "index 1 at position 1";
        "attention": || side_by_side(Tensor::from([1_i64]))
            => "shape [1], expected ends of sequences that have 2 steps together";
        "attention": || side_by_side(Tensor::from([[2_i64]]))
            => "shape [1, 1], expected ends of sequences that have 2 steps together";
        "attention": || call([1, 3, 2], [1, 4, 2], [1, 4, 2], &sparse())
            => "index 5 at position 2, expected 0 or more and below 5";
        "attention": || call([1, 2, 2], [1, 5, 2], [1, 5, 2], &sparse()) => "index 3 at position 2";
        "attention": || {
            let query_ends = Some(Tensor::from([1_i64, 3]));
            call([1, 3, 2], [1, 5, 2], [1, 5, 2], &AttentionOptions { query_ends, ..sparse() })
        } => "shape [2], expected [3], an end for each sequence of keys";
        "attention": || side_by_side(Tensor::from([2.0])) => "dtype f64, expected i64";
        "attention": || masked(&AttentionOptions { dropout: Some((1.5, [0, 0])), ..plain() })
            => "attention: dropout is 1.5, expected a rate from 0 to 1";
    }
}

fn masked(options: &AttentionOptions) -> Result<Var> {
    call([1, 2, 3], [1, 2, 3], [1, 2, 3], options)
}

fn side_by_side(ends: Tensor) -> Result<Var> {
    masked(&AttentionOptions { ends: Some(ends), ..plain() })
}

fn call<const N: usize>(
    query: [usize; N],
    key: [usize; N],
    value: [usize; N],
    options: &AttentionOptions,
) -> Result<Var> {
    run(&[query, key, value].map(|shape| Var::leaf(Tensor::ones(Shape::from(shape)))), options)
}

pub(crate) fn twins() -> Vec<Twin> {
    twins! {
        "attention": [Any [2, 3, 4], Any [2, 5, 4], Any [2, 5, 3]] =>
            |x| run(x, &AttentionOptions { scale: Some(0.4), ..plain() }),
            |x| Ok((x[0].matmul(&x[1].t()) * 0.4).softmax(-1).matmul(&x[2]));
        "attention": [Any [2, 5, 4], Any [2, 5, 4], Any [2, 5, 3]] =>
            |x| run(x, &AttentionOptions { ends: Some(Tensor::from([2_i64, 5])), ..plain() }),
            |x| {
                let part = |steps: std::ops::Range<usize>| {
                    let of = |i: usize| x[i].slice(1, steps.clone());
                    (of(0).matmul(&of(1).t()) * 0.5).softmax(-1).matmul(&of(2))
                };
                Ok(Var::concat(&[part(0..2), part(2..5)], 1))
            };
        "attention": [Any [2, 3, 4], Any [2, 5, 4], Any [2, 5, 3]] => |x| run(x, &sparse()),
            |x| {
                let part = |queries: std::ops::Range<usize>, keys: std::ops::Range<usize>| {
                    let [key, value] = [1, 2].map(|i| x[i].slice(1, keys.clone()));
                    let scores = x[0].slice(1, queries).matmul(&key.t()) * 0.5;
                    scores.softmax(-1).matmul(&value)
                };
                Ok(Var::concat(&[part(0..1, 0..2), part(1..3, 3..5)], 1))
            };
        "attention": [Any [2, 70, 4], Any [2, 300, 4], Any [2, 300, 3]] =>
            |x| run(x, &AttentionOptions { dropout: Some((0.4, [3, 4])), ..plain() }),
            |x| {
                let shares = (x[0].matmul(&x[1].t()) * 0.5).softmax(-1);
                Ok(shares.dropout(0.4, [3, 4]).matmul(&x[2]))
            };
        "attention": [Any [2, 4, 3, 4], Any [2, 2, 3, 4], Any [2, 2, 3, 4]] =>
            |x| run(x, &causal()),
            |x| {
                let [key, value] = [1, 2].map(|i| {
                    let pairs = x[i].unsqueeze(2).expand([2, 2, 2, 3, 4]);
                    pairs.reshape([2, 4, 3, 4])
                });
                let late = Tensor::arange(3).greater(&Tensor::arange(3).unsqueeze(1));
                let scores = (x[0].matmul(&key.t()) * 0.5).masked_fill(&late, f64::NEG_INFINITY);
                Ok(scores.softmax(-1).matmul(&value))
            };
    }
}

pub(crate) fn limits() -> Vec<Limit> {
    limits! {
        "attention": 2.0 => 0.0, 0.0, |x| alone(x, 0); // sees no key
        "attention": 2.0 => 2.0, 1.0, |x| alone(x, 1);
        "attention": 1e4 => 1e4, 1.0, |x| alone(x, 1);
        "attention": f64::NAN => f64::NAN, f64::NAN, |x| alone(x, 1);
    }
}

/// One number as query, key and value, with a key to see or none.
fn alone(x: &Var, keys: i64) -> Var {
    let x = x.reshape([1, 1, 1]);
    let options = AttentionOptions { lengths: Some(Tensor::scalar(keys)), ..plain() };
    attention(&x, &x, &x, &options).unwrap()
}
