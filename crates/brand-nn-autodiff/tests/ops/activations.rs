//! Activations: those of the kernels' table, gates, and a learned slope.

use crate::table::{Limit, Refusal, Row, Twin, limits, refusals, rows, twins};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Tensor;

pub(crate) fn rows() -> Vec<Row> {
    rows! {
        "leaky_relu": [Any [2, 3]] => |x| Ok(x[0].leaky_relu(0.1));
        "leaky_relu": [Any [0, 3]] => |x| Ok(x[0].leaky_relu(0.1));
        "elu": [Any [2, 3]] => |x| Ok(x[0].elu(0.7));
        "celu": [Any [2, 3]] => |x| Ok(x[0].celu(0.7));
        "selu": [Any [2, 3]] => |x| Ok(x[0].selu());
        "hardtanh": [Any [2, 5]] => |x| Ok(x[0].hardtanh(-1.01, 0.51));
        "relu6": [Any [2, 5]] => |x| Ok((&x[0] * 4.0).relu6());
        "hard_sigmoid": [Any [2, 5]] => |x| Ok((&x[0] * 2.0).hard_sigmoid());
        "hard_swish": [Any [2, 5]] => |x| Ok((&x[0] * 2.0).hard_swish());
        "hard_shrink": [Any [2, 5]] => |x| Ok(x[0].hard_shrink(0.9));
        "soft_shrink": [Any [2, 5]] => |x| Ok(x[0].soft_shrink(0.9));
        "tanh_shrink": [Any [2, 3]] => |x| Ok(x[0].tanh_shrink());
        "threshold": [Any [2, 5]] => |x| Ok(x[0].threshold(0.9, 3.0));
        "softsign": [Any [2, 3]] => |x| Ok(x[0].softsign());
        "mish": [Any [2, 3]] => |x| Ok(x[0].mish());
        "prelu": [Any [2, 3], Any [1]] => |x| Ok(x[0].prelu(&x[1]));
        "prelu": [Any [2, 3, 2], Any [3]] => |x| Ok(x[0].prelu(&x[1]));
        "prelu": [Any [0, 3], Any [3]] => |x| Ok(x[0].prelu(&x[1]));
        "glu": [Any [3, 4]] => |x| Ok(x[0].glu(-1));
        "glu": [Any [2, 3]] => |x| Ok(x[0].glu(0));
        "glu": [Any [0, 4]] => |x| Ok(x[0].glu(1));
        "softmin": [Any [2, 3]] => |x| Ok(x[0].softmin(0));
    }
}

pub(crate) fn refusals() -> Vec<Refusal> {
    refusals! {
        "elu": || Ok(Var::from(Tensor::from([1_i64])).elu(1.0)) => "elu: dtype i64";
        "celu": || Ok(ones().celu(0.0)) => "celu: alpha 0, expected more than 0";
        "hardtanh": || Ok(ones().hardtanh(1.0, -1.0)) => "expected low <= high";
        "hard_shrink": || Ok(ones().hard_shrink(-1.0)) => "hard_shrink: width -1";
        "soft_shrink": || Ok(ones().soft_shrink(f64::NAN)) => "soft_shrink: width NaN";
        "prelu": || Ok(ones().prelu(&Tensor::ones([2]).into())) => "prelu: a weight of shape [2]";
        "glu": || Ok(ones().glu(1)) => "glu: axis 1 of [2, 3] has length 3";
    }
}

fn ones() -> Var {
    Var::leaf(Tensor::ones([2, 3]))
}

pub(crate) fn twins() -> Vec<Twin> {
    twins! {
        "leaky_relu": [Any [3, 4]] =>
            |x| Ok(x[0].leaky_relu(0.1)), |x| Ok(x[0].maximum(&(&x[0] * 0.1)));
        "elu": [Any [3, 4]] =>
            |x| Ok(x[0].elu(0.7)), |x| Ok(x[0].relu() + x[0].clamp(-9.0, 0.0).expm1() * 0.7);
        "celu": [Any [3, 4]] =>
            |x| Ok(x[0].celu(0.7)),
            |x| Ok(x[0].relu() + (x[0].clamp(-9.0, 0.0) / 0.7).expm1() * 0.7);
        "hardtanh": [Any [3, 4]] =>
            |x| Ok(x[0].hardtanh(-1.01, 0.5)), |x| Ok(x[0].clamp(-1.01, 0.5));
        "hard_sigmoid": [Any [3, 4]] =>
            |x| Ok((&x[0] * 3.0).hard_sigmoid()), |x| Ok((&x[0] * 0.5 + 0.5).clamp(0.0, 1.0));
        "hard_swish": [Any [3, 4]] =>
            |x| Ok(x[0].hard_swish()), |x| Ok(&x[0] * x[0].hard_sigmoid());
        "soft_shrink": [Any [3, 4]] =>
            |x| Ok(x[0].soft_shrink(0.5)), |x| Ok(x[0].sign() * (x[0].abs() - 0.5).relu());
        "tanh_shrink": [Any [3, 4]] =>
            |x| Ok(x[0].tanh_shrink()), |x| Ok(&x[0] - x[0].tanh());
        "softsign": [Any [3, 4]] =>
            |x| Ok(x[0].softsign()), |x| Ok(&x[0] / (x[0].abs() + 1.0));
        "mish": [Any [3, 4]] =>
            |x| Ok(x[0].mish()), |x| Ok(&x[0] * x[0].softplus().tanh());
        "prelu": [Any [3, 4], Any [4]] =>
            |x| Ok(x[0].prelu(&x[1])), |x| Ok(x[0].relu() - &x[1] * (-&x[0]).relu());
        "glu": [Any [3, 4]] =>
            |x| Ok(x[0].glu(1)), |x| Ok(x[0].slice(1, 0..2) * x[0].slice(1, 2..4).sigmoid());
    }
}

pub(crate) fn limits() -> Vec<Limit> {
    const NAN: f64 = f64::NAN;
    limits! {
        "leaky_relu": 0.0 => 0.0, 0.1, |x| x.leaky_relu(0.1);
        "elu": 0.0 => 0.0, 0.7, |x| x.elu(0.7);
        "elu": 1e4 => 1e4, 1.0, |x| x.elu(0.7);
        "elu": -1e4 => -0.7, 0.0, |x| x.elu(0.7);
        "celu": 0.0 => 0.0, 1.0, |x| x.celu(0.7);
        "hardtanh": -1.0 => -1.0, 0.0, |x| x.hardtanh(-1.0, 1.0);
        "relu6": 6.0 => 6.0, 0.0, |x| x.relu6();
        "relu6": NAN => NAN, 1.0, |x| x.relu6();
        "hard_sigmoid": 3.0 => 1.0, 0.0, |x| x.hard_sigmoid();
        "hard_swish": 3.0 => 3.0, 1.0, |x| x.hard_swish();
        "hard_swish": -3.0 => 0.0, 0.0, |x| x.hard_swish();
        "hard_shrink": 0.5 => 0.0, 0.0, |x| x.hard_shrink(0.5);
        "hard_shrink": NAN => NAN, 1.0, |x| x.hard_shrink(0.5);
        "soft_shrink": 0.5 => 0.0, 0.0, |x| x.soft_shrink(0.5);
        "soft_shrink": NAN => NAN, 1.0, |x| x.soft_shrink(0.5);
        "threshold": 1.0 => 7.0, 0.0, |x| x.threshold(1.0, 7.0);
        "threshold": NAN => NAN, 1.0, |x| x.threshold(1.0, 7.0);
        "softsign": -1e16 => -1.0, 1e-32, |x| x.softsign();
        "mish": 1e4 => 1e4, 1.0, |x| x.mish();
        "mish": -1e4 => 0.0, 0.0, |x| x.mish();
        "tanh_shrink": 1e4 => 1e4 - 1.0, 1.0, |x| x.tanh_shrink();
        "prelu": 0.0 => 0.0, 0.25, |x| x.prelu(&Tensor::from([0.25]).into());
    }
}
