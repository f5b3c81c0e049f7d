//! The arms of golden rows whose ops are fused: norms, losses, attention, recurrent layers.

use brand_nn_autodiff::Var;

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
        _ => panic!("no arm for golden rows of the op {op}"),
    }
}
