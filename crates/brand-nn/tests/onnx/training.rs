//! Operators of training: one step of an optimizer, from a state that is handed in.

use crate::case::{Answer, Case};
use brand_nn_autodiff::{Init, Param, Params, Var};
use brand_nn_optim::{Adagrad, Adam, Optimizer, Sgd};
use brand_nn_tensor::Tensor;

pub(crate) fn run(case: &Case) -> Answer {
    match &case.op[..] {
        "Adagrad" => Some(adagrad(case)),
        "Adam" => Some(adam(case)),
        "Momentum" => Some(momentum(case)),
        _ => None,
    }
}

fn rate(case: &Case) -> f64 {
    case.tensor(0).item()
}

/// How many steps there were before.
fn steps(case: &Case) -> i64 {
    case.tensor(1).item() as i64
}

fn adagrad(case: &Case) -> brand_nn::Result<Vec<Tensor>> {
    let optimizer = Adagrad::new(rate(case))
        .weight_decay(case.float("norm_coefficient", 0.0))
        .rate_decay(case.float("decay_factor", 0.0))
        .epsilon(case.float("epsilon", 1e-6));
    step(case, optimizer, steps(case), &["sum"])
}

fn adam(case: &Case) -> brand_nn::Result<Vec<Tensor>> {
    let (first, second) = (case.float("alpha", 0.9), case.float("beta", 0.999));
    // The standard counts from 0, where it doesn't correct the means: as after very many steps.
    let before = if steps(case) == 0 { i64::from(i32::MAX) } else { steps(case) - 1 };
    let correction = 1.0 - second.powf(before as f64 + 1.0);
    let optimizer = Adam::new(rate(case))
        .weight_decay(case.float("norm_coefficient", 0.0))
        .betas(first, second)
        // It adds epsilon to the spread as it is, we to the corrected one.
        .epsilon(case.float("epsilon", 1e-6) / correction.sqrt());
    step(case, optimizer, before, &["mean", "spread"])
}

fn momentum(case: &Case) -> brand_nn::Result<Vec<Tensor>> {
    // Its first step takes all of the gradient, and the velocity that is handed in all the same.
    let share = if steps(case) == 0 { 1.0 } else { case.float("beta", 1.0) };
    let optimizer = Sgd::new(rate(case))
        .weight_decay(case.float("norm_coefficient", 0.0))
        .momentum(case.float("alpha", 0.9))
        .dampening(1.0 - share);
    let before = steps(case).max(1);
    match case.text("mode") {
        "nesterov" => step(case, optimizer.nesterov(), before, &["velocity"]),
        _ => step(case, optimizer, before, &["velocity"]),
    }
}

/// The new parameters and memories.
///
/// Inputs are rate, count, all parameters, all their gradients, and all of each memory.
fn step(
    case: &Case,
    mut optimizer: impl Optimizer,
    before: i64,
    memories: &[&str],
) -> brand_nn::Result<Vec<Tensor>> {
    let count = (case.inputs.len() - 2) / (2 + memories.len());
    let input = |kind: usize, i: usize| case.tensor(2 + kind * count + i);
    let mut params = Vec::new();
    let (mut state, mut loss) = (optimizer.state(), Var::from(Tensor::scalar(0f32)));
    for i in 0..count {
        let param = Param::new(input(0, i).shape(), Init::Zeros).init(0)?;
        param.set(input(0, i))?;
        loss = loss + (param.var(true)? * Var::from(input(1, i))).sum();
        params.push(param);
        state.tensors.insert(format!("{i}.steps"), Tensor::scalar(before));
        for (kind, memory) in memories.iter().enumerate() {
            state.tensors.insert(format!("{i}.{memory}"), input(2 + kind, i));
        }
    }
    optimizer.load_state(state)?;
    optimizer.step(&mut params, loss.backward()?)?;
    let mut all = params.iter().map(Param::value).collect::<Result<Vec<_>, _>>()?;
    let state = optimizer.state();
    for memory in memories {
        all.extend((0..count).map(|i| state.tensors[&format!("{i}.{memory}")].clone()));
    }
    Ok(all)
}
