//! Normalisation by mean and spread.

use crate::table::{Limit, Refusal, Row, Twin, limits, refusals, rows, twins};
use brand_nn_autodiff::Var;
use brand_nn_tensor::{Shape, Tensor};

pub(crate) fn rows() -> Vec<Row> {
    rows! {
        "layer_norm": [Any [3, 5], Any [5], Any [5]] =>
            |x| Ok(x[0].layer_norm([5], Some(&x[1]), Some(&x[2]), 1e-5));
        "layer_norm": [Any [2, 3, 4], Any [3, 4]] =>
            |x| Ok(x[0].layer_norm([3, 4], Some(&x[1]), None, 0.1));
        "layer_norm": [Any [2, 33], Any [33]] => |x| Ok(x[0].layer_norm([33], None, Some(&x[1]), 0.1));
        "layer_norm": [Any [2, 3]] => |x| Ok(x[0].layer_norm([3], Some(&x[0].select(0, 0)), None, 0.1));
        "layer_norm": [Any [0, 3], Any [3]] => |x| Ok(x[0].layer_norm([3], Some(&x[1]), None, 0.1));
        "layer_norm": [Any [2, 0]] => |x| Ok(x[0].layer_norm([0], None, None, 0.1));
        "rms_norm": [Any [3, 5], Any [5]] => |x| Ok(x[0].rms_norm([5], Some(&x[1]), 1e-5));
        "rms_norm": [Any [2, 2, 3]] => |x| Ok(x[0].rms_norm([2, 3], None, 0.1));
        "rms_norm": [Any [0, 2, 3], Any [3]] => |x| Ok(x[0].rms_norm([3], Some(&x[1]), 0.1));
        "group_norm": [Any [2, 4, 3], Any [4], Any [4]] =>
            |x| Ok(x[0].group_norm(2, Some(&x[1]), Some(&x[2]), 1e-5));
        "group_norm": [Any [2, 6]] => |x| Ok(x[0].group_norm(3, None, None, 0.1));
        "group_norm": [Any [2, 4, 0], Any [4]] => |x| Ok(x[0].group_norm(2, Some(&x[1]), None, 0.1));
        "instance_norm": [Any [2, 3, 2, 2], Any [3], Any [3]] =>
            |x| Ok(x[0].instance_norm(Some(&x[1]), Some(&x[2]), 1e-2));
        "instance_norm": [Any [2, 0, 3]] => |x| Ok(x[0].instance_norm(None, None, 0.1));
        "batch_norm": [Any [4, 3], Any [3], Any [3]] =>
            |x| Ok(x[0].batch_norm(Some(&x[1]), Some(&x[2]), 1e-3).0);
        "batch_norm": [Any [2, 3, 2, 2], Any [3]] => |x| Ok(x[0].batch_norm(None, Some(&x[1]), 0.1).0);
        "batch_norm": [Any [0, 3], Any [3]] => |x| Ok(x[0].batch_norm(Some(&x[1]), None, 0.1).0);
        "batch_norm_with": [Any [2, 3, 2], Any [3], Any [3]] => |x| Ok({
            let (mean, variance) = statistics(&x[0]);
            x[0].batch_norm_with(&mean, &variance, Some(&x[1]), Some(&x[2]), 0.1)
        });
        "batch_norm_with": [Any [4, 3]] => |x| Ok({
            let (mean, variance) = statistics(&x[0]);
            x[0].batch_norm_with(&mean, &variance, None, None, 0.1)
        });
        "unbiased_variance": [Any [4, 2]] => |x| Ok({
            let (output, statistics) = x[0].batch_norm(None, None, 0.1);
            output * (statistics.unbiased_variance() / &statistics.variance).to(x[0].dtype()) // 4 / 3
        });
    }
}

/// A mean and a variance for three channels.
fn statistics(x: &Var) -> (Tensor, Tensor) {
    let of = |values: [f64; 3]| Tensor::from(values).to(x.dtype());
    (of([0.1, -0.4, 2.0]), of([0.5, 1.5, 0.25]))
}

pub(crate) fn refusals() -> Vec<Refusal> {
    refusals! {
        "layer_norm": || Ok(ones([2, 3]).layer_norm([2], None, None, 1e-5))
            => "layer_norm: shape [2, 3] with weights of [None, None], expected […, [2]]";
        "rms_norm": || Ok(ones([2, 3]).rms_norm([3], Some(&ones([1, 3])), 1e-5)) => "Some([1, 3])";
        "group_norm": || Ok(ones([2, 3]).group_norm(2, None, None, 1e-5))
            => "group_norm: 2 groups of 3 channels, expected a divisor";
        "group_norm": || Ok(ones([2, 0]).group_norm(0, None, None, 1e-5)) => "0 groups";
        "instance_norm": || Ok(ones([3]).instance_norm(None, None, 1e-5)) => "[batch, channels, …]";
        "batch_norm": || Ok(ones([2, 3]).batch_norm(Some(&ones([2])), None, 1e-5).0)
            => "batch_norm: shape [2, 3] with weights of [Some([2]), None]";
        "batch_norm_with": || {
            let two = Tensor::ones([2]);
            Ok(ones([2, 3]).batch_norm_with(&two, &two, None, None, 1e-5))
        } => "batch_norm_with: shape [2, 3]";
    }
}

fn ones(shape: impl Into<Shape>) -> Var {
    Var::leaf(Tensor::ones(shape))
}

pub(crate) fn twins() -> Vec<Twin> {
    twins! {
        "layer_norm": [Any [5, 7], Any [7], Any [7]] =>
            |x| Ok(x[0].layer_norm([7], Some(&x[1]), Some(&x[2]), 1e-5)),
            |x| Ok(standard(&x[0], &[-1], 1e-5) * &x[1] + &x[2]);
        "rms_norm": [Any [5, 7], Any [7]] =>
            |x| Ok(x[0].rms_norm([7], Some(&x[1]), 1e-5)),
            |x| Ok(&x[0] / (x[0].square().mean_axes(&[-1], true) + 1e-5).sqrt() * &x[1]);
        "group_norm": [Any [3, 4, 5], Any [4]] =>
            |x| Ok(x[0].group_norm(2, Some(&x[1]), None, 1e-5)),
            |x| {
                let groups = standard(&x[0].reshape([3, 2, 10]), &[-1], 1e-5);
                Ok(groups.reshape([3, 4, 5]) * x[1].unsqueeze(1))
            };
        "instance_norm": [Any [3, 2, 5], Any [2]] =>
            |x| Ok(x[0].instance_norm(None, Some(&x[1]), 1e-5)),
            |x| Ok(standard(&x[0], &[-1], 1e-5) + x[1].unsqueeze(1));
        "batch_norm": [Any [3, 2, 5], Any [2], Any [2]] =>
            |x| Ok(x[0].batch_norm(Some(&x[1]), Some(&x[2]), 1e-5).0),
            |x| Ok(standard(&x[0], &[0, 2], 1e-5) * x[1].unsqueeze(1) + x[2].unsqueeze(1));
        "batch_norm": [Any [6, 2]] =>
            |x| {
                let (output, found) = x[0].batch_norm(None, None, 1e-5);
                let again = x[0].batch_norm_with(&found.mean, &found.variance, None, None, 1e-5);
                Ok(output * 2.0 - again.stop_gradient()) // statistics of the batch, given back
            },
            |x| Ok(standard(&x[0], &[0], 1e-5) * 2.0 - standard(&x[0], &[0], 1e-5).stop_gradient());
    }
}

fn standard(x: &Var, axes: &[isize], epsilon: f64) -> Var {
    let centred = x - x.mean_axes(axes, true);
    let variance = centred.square().mean_axes(axes, true);
    centred / (variance + epsilon).sqrt()
}

pub(crate) fn limits() -> Vec<Limit> {
    limits! {
        "layer_norm": 7.0 => 0.0, 0.0, |x| x.layer_norm([1], None, None, 1e-5);
        "rms_norm": 0.0 => 0.0, 10.0, |x| x.rms_norm([1], None, 1e-2);
        "rms_norm": 1e4 => 1.0, 0.0, |x| x.rms_norm([1], None, 0.0);
        "batch_norm": 7.0 => 0.0, 0.0, |x| x.unsqueeze(1).batch_norm(None, None, 1e-5).0;
    }
}
