//! The arms of golden rows whose ops are fused: norms, losses, attention, recurrent layers.

use crate::arranged;
use brand_nn_autodiff::{
    AttentionOptions, CrossEntropyOptions, Nonlinearity, RecurrentWeights, Var, attention, gru, rnn,
};
use brand_nn_tensor::Tensor;

/// The op that a row is called after, with the settings that `ops.py` gives it.
pub(crate) fn apply(op: &str, x: &[Var]) -> Var {
    match op {
        "layer_norm" => x[0].layer_norm([5], Some(&x[1]), Some(&x[2]), 1e-5),
        "layer_norm_2d" => x[0].layer_norm([2, 3], None, None, 1e-3),
        "rms_norm" => x[0].rms_norm([5], Some(&x[1]), 1e-5),
        "group_norm" => x[0].group_norm(2, Some(&x[1]), Some(&x[2]), 1e-5),
        "instance_norm" => x[0].instance_norm(Some(&x[1]), Some(&x[2]), 1e-5),
        "batch_norm" => x[0].batch_norm(Some(&x[1]), Some(&x[2]), 1e-5).0,
        "batch_norm_with" => {
            let given = [&x[3], &x[4]].map(|x| x.tensor().clone());
            x[0].batch_norm_with(&given[0], &given[1], Some(&x[1]), Some(&x[2]), 1e-5)
        }
        "unbiased_variance" => x[0].batch_norm(None, None, 1e-5).1.unbiased_variance().into(),
        "gru" => gru(&x[0], &weights(x), Some(&x[5]), None).unwrap().sequence,
        "rnn_tanh" => recur(x, Nonlinearity::Tanh),
        "rnn_relu" => recur(x, Nonlinearity::Relu),
        _ if op.starts_with("cross_entropy") => cross_entropy(op, x),
        _ if op.starts_with("attention") => {
            attention(&x[0], &x[1], &x[2], &attention_options(op)).unwrap()
        }
        _ => arranged::apply(op, x),
    }
}

fn recur(x: &[Var], by: Nonlinearity) -> Var {
    rnn(&x[0], &weights(x), Some(&x[5]), None, by).unwrap().sequence
}

fn weights(x: &[Var]) -> RecurrentWeights {
    let [weight_ih, weight_hh, bias_ih, bias_hh] = [1, 2, 3, 4].map(|i| x[i].clone());
    RecurrentWeights { weight_ih, weight_hh, bias_ih, bias_hh }
}

fn cross_entropy(op: &str, x: &[Var]) -> Var {
    let weighted = ["cross_entropy_weighted", "cross_entropy_all", "cross_entropy_shares"];
    let smoothed = ["cross_entropy_smoothed", "cross_entropy_all", "cross_entropy_shares"];
    let options = CrossEntropyOptions {
        class_weights: weighted.contains(&op).then(|| Tensor::from([0.5, 2.0, 1.0, 1.5])),
        label_smoothing: if smoothed.contains(&op) { 0.2 } else { 0.0 },
        ignore_index: ["cross_entropy_ignored", "cross_entropy_all"].contains(&op).then_some(1),
    };
    let shares = || Tensor::from([[0.1, 0.2, 0.3, 0.4], [0.0, 0.7, 0.1, 0.2]]);
    let target = x.get(1).map_or_else(shares, |target| target.tensor().clone());
    x[0].cross_entropy_with(&target, &options).unwrap()
}

fn attention_options(op: &str) -> AttentionOptions {
    let mut options = AttentionOptions::default();
    match op {
        "attention_causal" | "attention_grouped" => options.causal = true,
        "attention_masked" => {
            let seen = [[true, false, true, true], [false, true, false, false], [true; 4]];
            options.mask = Some(Tensor::from(seen));
        }
        "attention_added" => {
            options.mask = Some(Tensor::from([[0.5, -1.0, f64::NEG_INFINITY, 2.0]]));
            options.scale = Some(0.3);
        }
        _ => assert_eq!(op, "attention"),
    }
    options
}
