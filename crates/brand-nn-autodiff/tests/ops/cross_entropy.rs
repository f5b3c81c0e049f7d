//! Cross-entropy of classes and of probabilities.

use crate::table::{Limit, Refusal, Row, Twin, limits, refusals, rows, twins};
use brand_nn_autodiff::{CrossEntropyOptions, Result, Var};
use brand_nn_tensor::{DType, Tensor};

pub(crate) fn rows() -> Vec<Row> {
    rows! {
        "cross_entropy": [Any [3, 4]] => |x| x[0].cross_entropy(&classes());
        "cross_entropy": [Any [3, 1, 4]] => |x| x[0].cross_entropy(&classes().unsqueeze(1));
        "cross_entropy": [Any [4]] => |x| x[0].cross_entropy(&Tensor::scalar(2_i64));
        "cross_entropy": [Any [0, 4]] => |x| x[0].cross_entropy(&classes().slice(0, 0..0));
        "cross_entropy": [Any [3, 4]] => |x| x[0].cross_entropy(&shares(x[0].dtype()));
        "cross_entropy_with": [Any [3, 4]] => |x| with(&x[0], &classes(), true, 0.0);
        "cross_entropy_with": [Any [3, 4]] => |x| with(&x[0], &classes(), false, 0.2);
        "cross_entropy_with": [Any [3, 4]] => |x| with(&x[0], &shares(x[0].dtype()), true, 0.2);
    }
}

fn classes() -> Tensor {
    Tensor::from([3_i64, 0, 1])
}

/// Probabilities of four classes, one of them nought.
fn shares(dtype: DType) -> Tensor {
    Tensor::from([[0.1, 0.2, 0.3, 0.4], [0.0, 0.7, 0.1, 0.2], [0.5, 0.0, 0.0, 0.5]]).to(dtype)
}

/// Class weights or none, smoothing, and the class 0 ignored.
fn with(x: &Var, target: &Tensor, weighted: bool, label_smoothing: f64) -> Result<Var> {
    let weights = Tensor::from([0.5, 2.0, 1.0, 1.5]).to(x.dtype());
    let options = CrossEntropyOptions {
        class_weights: weighted.then_some(weights),
        label_smoothing,
        ignore_index: Some(0),
    };
    x.cross_entropy_with(target, &options)
}

pub(crate) fn refusals() -> Vec<Refusal> {
    refusals! {
        "cross_entropy": || row().cross_entropy(&Tensor::from([3_i64]))
            => "cross_entropy: target is 3, expected a class from 0";
        "cross_entropy": || row().cross_entropy(&Tensor::from([0.5])) => "i64 classes";
        "cross_entropy": || row().cross_entropy(&Tensor::from([[0.5, 0.3, 0.2]])) => "f64 of shape";
        "cross_entropy": || Var::leaf(Tensor::scalar(0.5)).cross_entropy(&Tensor::scalar(0_i64))
            => "i64 classes";
        "cross_entropy_with": || with(&row(), &Tensor::from([1_i64]), false, 1.5)
            => "label_smoothing is 1.5, expected 0 to 1";
        "cross_entropy_with": || with(&row(), &Tensor::from([1_i64]), true, 0.1)
            => "shape [4], expected [3], a weight for each class";
    }
}

fn row() -> Var {
    Var::leaf(Tensor::ones([1, 3]))
}

pub(crate) fn twins() -> Vec<Twin> {
    twins! {
        "cross_entropy": [Any [3, 4]] =>
            |x| x[0].cross_entropy(&classes()),
            |x| Ok(-x[0].softmax(-1).log().gather(1, &classes().unsqueeze(1)).squeeze(1));
        "cross_entropy": [Any [3, 4]] =>
            |x| x[0].cross_entropy(&shares(DType::F64)),
            |x| Ok(-(x[0].softmax(-1).log() * shares(DType::F64)).sum_axis(-1));
        "cross_entropy_with": [Any [3, 4]] =>
            |x| with(&x[0], &shares(DType::F64), true, 0.2),
            |x| {
                let shares = (shares(DType::F64) * 0.8 + 0.05) * Tensor::from([0.5, 2.0, 1.0, 1.5]);
                Ok(-(x[0].softmax(-1).log() * shares).sum_axis(-1))
            };
        "cross_entropy_with": [Any [3, 4]] =>
            |x| with(&x[0], &classes(), false, 0.2),
            |x| {
                let shares = classes().one_hot(4)?.to(DType::F64) * 0.8 + 0.05;
                let counts = Tensor::from([1.0, 0.0, 1.0]);
                Ok(-(x[0].softmax(-1).log() * shares).sum_axis(-1) * counts)
            };
    }
}

pub(crate) fn limits() -> Vec<Limit> {
    limits! {
        "cross_entropy": 1e4 => 0.0, 0.0, |x| against_nought(x, 0);
        "cross_entropy": -1e4 => 1e4, -1.0, |x| against_nought(x, 0);
        "cross_entropy": 1e4 => 1e4, 1.0, |x| against_nought(x, 1);
        "cross_entropy": f64::NEG_INFINITY => 0.0, 0.0, |x| against_nought(x, 1);
        "cross_entropy": f64::NAN => f64::NAN, f64::NAN, |x| against_nought(x, 1);
    }
}

/// One logit beside one of 0.
fn against_nought(x: &Var, class: i64) -> Var {
    x.pad(0, 0, 1, 0.0).unsqueeze(0).cross_entropy(&Tensor::from([class])).unwrap()
}
