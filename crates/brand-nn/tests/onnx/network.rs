//! Normalisation, losses, dropout and products of matrices.

use crate::case::{Answer, Case, many, one};
use brand_nn_autodiff::Var;
use brand_nn_tensor::{DType, Shape, Tensor};

pub(crate) fn run(case: &Case) -> Answer {
    norm(case).or_else(|| loss(case)).or_else(|| product(case)).or_else(|| random(case))
}

fn norm(case: &Case) -> Answer {
    let epsilon = case.float("epsilon", 1e-5);
    let (weight, bias) = (case.optional_var(1), case.optional_var(2));
    one(match &case.op[..] {
        "LayerNormalization" => return many(layer_norm(case, epsilon)),
        "RMSNormalization" => case.var(0).rms_norm(last(case), weight.as_ref(), epsilon),
        "GroupNormalization" => {
            let groups = case.int("num_groups", 1) as usize;
            case.var(0).group_norm(groups, weight.as_ref(), bias.as_ref(), epsilon)
        }
        "InstanceNormalization" => {
            case.var(0).instance_norm(weight.as_ref(), bias.as_ref(), epsilon)
        }
        "BatchNormalization" => return many(batch_norm(case, epsilon)),
        "LpNormalization" => lp_norm(case),
        "MeanVarianceNormalization" => {
            let centred = case.var(0) - case.var(0).mean_axes(&[0, 2, 3], true);
            &centred / (centred.square().mean_axes(&[0, 2, 3], true).sqrt() + 1e-9)
        }
        _ => return None,
    })
}

/// The axes from the attribute on.
fn last(case: &Case) -> Shape {
    let x = case.tensor(0);
    let axis = case.int("axis", -1).rem_euclid(x.ndim() as i64) as usize;
    x.shape()[axis..].to_vec().into()
}

fn layer_norm(case: &Case, epsilon: f64) -> Vec<Tensor> {
    let (x, bias) = (case.var(0), case.optional_var(2));
    let y = x.layer_norm(last(case), Some(&case.var(1)), bias.as_ref(), epsilon);
    let axes: Vec<_> = (0..last(case).len()).map(|back| -1 - back as isize).collect();
    let mean = x.mean_axes(&axes, true);
    let variance = (&x - &mean).square().mean_axes(&axes, true);
    [y, mean, (variance + epsilon).rsqrt()].map(Var::into_tensor).to_vec()
}

fn batch_norm(case: &Case, epsilon: f64) -> Vec<Tensor> {
    let (x, weight, bias) = (case.var(0), case.var(1), case.var(2));
    let (mean, variance) = (case.tensor(3), case.tensor(4));
    if case.int("training_mode", 0) == 0 {
        let y = x.batch_norm_with(&mean, &variance, Some(&weight), Some(&bias), epsilon);
        return vec![y.into_tensor()];
    }
    let (y, batch) = x.batch_norm(Some(&weight), Some(&bias), epsilon);
    let momentum = case.float("momentum", 0.9);
    let moved = |old: Tensor, new: Tensor| old * momentum + new * (1.0 - momentum);
    vec![y.into_tensor(), moved(mean, batch.mean), moved(variance, batch.variance)]
}

fn lp_norm(case: &Case) -> Var {
    let (x, axis) = (case.var(0), case.int("axis", -1) as isize);
    let norm = match case.int("p", 2) {
        1 => x.abs().sum_axes(&[axis], true),
        _ => x.square().sum_axes(&[axis], true).sqrt(),
    };
    let zero = norm.tensor().equal_to(0.0);
    (x / norm.masked_fill(&zero, 1.0))
        .masked_fill(&zero.expand(case.tensor(0).shape().clone()), 0.0)
}

fn loss(case: &Case) -> Answer {
    match &case.op[..] {
        "SoftmaxCrossEntropyLoss" => {
            let logs = case.var(0).log_softmax(1);
            many(vec![picked(case, &logs).into_tensor(), logs.into_tensor()])
        }
        "NegativeLogLikelihoodLoss" => one(picked(case, &case.var(0))),
        _ => None,
    }
}

/// The negative of each target's logarithm: weighted, some ignored, reduced.
fn picked(case: &Case, logs: &Var) -> Var {
    let target = case.tensor(1).to(DType::I64);
    let ignored = match case.has("ignore_index") {
        true => target.equal_to(case.float("ignore_index", 0.0)),
        false => target.not_equal(&target),
    };
    let target = target.masked(&ignored.not());
    let chosen = logs.gather(1, &target.unsqueeze(1)).squeeze(1);
    let weights = match case.optional(2) {
        Some(weights) => {
            let flat = weights.index_select(0, &target.flatten()).unwrap();
            flat.reshape(target.shape().clone())
        }
        None => Tensor::ones_like(chosen.tensor()),
    };
    let weights = weights.masked(&ignored.not());
    let losses = -(chosen * &weights);
    match case.text("reduction") {
        "none" => losses,
        "sum" => losses.sum(),
        _ => losses.sum() / weights.sum(),
    }
}

fn product(case: &Case) -> Answer {
    match &case.op[..] {
        "MatMul" => one(case.var(0).matmul(&case.var(1))),
        "Gemm" => one(gemm(case)),
        "Einsum" => one(einsum(case)),
        "Det" => Some(case.var(0).det().map(|det| vec![det.into_tensor()]).map_err(Into::into)),
        _ => None,
    }
}

fn einsum(case: &Case) -> Var {
    // The archive writes a single number as a list of one.
    let number = |x: Var| if case.text("equation") == "->" { x.squeeze(0) } else { x };
    let operands: Vec<_> = (0..case.inputs.len()).map(|i| number(case.var(i))).collect();
    Var::einsum(case.text("equation"), &operands.iter().collect::<Vec<_>>())
}

fn gemm(case: &Case) -> Var {
    let side = |i: usize, turned: &str| match case.int(turned, 0) {
        1 => case.var(i).t(),
        _ => case.var(i),
    };
    let product = side(0, "transA").matmul(&side(1, "transB")) * case.float("alpha", 1.0);
    match case.optional_var(2) {
        Some(bias) => product + bias * case.float("beta", 1.0),
        None => product,
    }
}

/// Which numbers a generator draws is its own affair: what can be compared is compared.
fn random(case: &Case) -> Answer {
    if case.op != "Dropout" {
        return None;
    }
    let rate = case.optional(1).map_or(case.float("ratio", 0.5), |rate| rate.item());
    let training = case.optional(2).is_some_and(|flag| flag.item() != 0.0);
    if training && rate > 0.0 {
        // The rate of survivors and their scale, in place of the places.
        let ours = Tensor::ones([10_000]).dropout(rate, [1, 2]);
        let share = ours.greater_than(0.0).to(DType::F64).mean().item();
        assert!((share - (1.0 - rate)).abs() < 0.03, "{share} survive at a rate of {rate}");
        assert!((ours.max().item() - 1.0 / (1.0 - rate)).abs() < 1e-6);
        return many(case.outputs.iter().flatten().cloned().collect());
    }
    let x = case.var(0).dropout(0.0, [1, 2]);
    let kept = Tensor::ones_like(x.tensor()).to(DType::Bool);
    many(vec![x.into_tensor(), kept])
}
