//! Jacobians, Hessians, products with them, checkpoints, hooks and watched values.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use brand_nn_autodiff::{
    Error, Result, Var, checkpoint, embedding, hessian, hvp, jacobian, jvp, vjp,
};
use brand_nn_tensor::{DType, Rng, Tensor};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

fn noise(shape: &[usize], seed: u64) -> Tensor {
    Tensor::randn(shape, &mut Rng::new(seed)).to(DType::F64)
}

#[track_caller]
fn close(ours: &Tensor, expected: &Tensor, limit: f64) {
    assert_eq!(ours.shape(), expected.shape());
    let distance = (ours - expected).abs().max().item();
    assert!(distance <= limit, "differs by {distance:e}:\n{ours}\n{expected}");
}

#[track_caller]
fn refused<T>(result: Result<T>, message: &str) {
    let text = result.map(drop).expect_err("an error").to_string();
    assert!(text.contains(message), "{text}\ndoes not contain: {message}");
}

/// Two inputs, two layers, eleven weights in one vector.
fn network(weights: &Var) -> Result<Var> {
    let x = Var::from(noise(&[4, 2], 1));
    let first = weights.slice(0, 0..6).reshape([3, 2]);
    let hidden = x.linear(&first, Some(&weights.slice(0, 6..9))).tanh();
    let output = hidden.matmul(&weights.slice(0, 8..11)).sigmoid();
    Ok((output - 0.3).square().mean())
}

#[test]
fn the_hessian_of_a_network_is_what_differences_of_its_gradient_say() {
    let weights = noise(&[11], 2);
    let curvature = hessian(&network, &weights).unwrap();
    let step = 1e-5;
    let slope = |weights: &Tensor| {
        let leaf = Var::leaf(weights.clone());
        network(&leaf).unwrap().backward().unwrap().get(&leaf).unwrap()
    };
    let rows: Vec<_> = (0..11)
        .map(|row| {
            let shift = Tensor::arange(11).equal_to(f64::from(row)).to(DType::F64) * step;
            (slope(&(&weights + &shift)) - slope(&(&weights - &shift))) / (2.0 * step)
        })
        .collect();
    close(&curvature, &Tensor::stack(&rows, 0), 1e-8);
    close(&curvature, &curvature.t(), 1e-12);
    let direction = noise(&[11], 3);
    let product = hvp(&network, &weights, &direction).unwrap();
    close(&product, &curvature.matmul(&direction), 1e-12);
}

#[test]
fn products_with_the_jacobian_agree_with_it() {
    let inputs = [noise(&[2, 3], 4), noise(&[3, 2], 5)];
    let function = |x: &[Var]| Ok((x[0].matmul(&x[1]).tanh() * x[0].sum()).softmax(-1));
    let slopes = jacobian(&function, &inputs).unwrap();
    assert_eq!(slopes[1].shape()[..], [2, 2, 3, 2]);
    let flat: Vec<_> = slopes.iter().map(|slope| slope.reshape([4, 6])).collect();

    let seed = noise(&[2, 2], 6);
    let (value, from_left) = vjp(&function, &inputs, &seed).unwrap();
    for (ours, slope) in from_left.iter().zip(&flat) {
        close(&ours.flatten(), &seed.flatten().matmul(slope), 1e-12);
    }
    let directions = [noise(&[2, 3], 7), noise(&[3, 2], 8)];
    let (again, from_right) = jvp(&function, &inputs, &directions).unwrap();
    assert_eq!(value, again);
    let products = flat.iter().zip(&directions).map(|(slope, v)| slope.matmul(&v.flatten()));
    close(&from_right.flatten(), &products.reduce(|a, b| a + b).unwrap(), 1e-12);
}

#[test]
fn constant_slopes_have_no_curvature_and_lost_inputs_are_errors() {
    let x = noise(&[3], 9);
    let linear = |x: &Var| Ok((x * 2.0).sum());
    assert_eq!(hessian(&linear, &x).unwrap(), Tensor::zeros([3, 3]).to(DType::F64));
    assert_eq!(hvp(&linear, &x, &x).unwrap(), Tensor::zeros([3]).to(DType::F64));
    let constant = |_: &Var| Ok(Var::from(Tensor::scalar(1.0)));
    refused(hessian(&constant, &x), "a constant is not connected");
    refused(hvp(&linear, &x, &noise(&[2], 1)), "hvp: direction is f64 [2]");
    refused(hessian(&|x: &Var| Ok(x.square()), &x), "expected one number");
    let one_of_two = |x: &[Var]| Ok(x[0].square());
    refused(jacobian(&one_of_two, &[x.clone(), x.clone()]), "the leaf of shape [3]");
    refused(
        vjp(&one_of_two, std::slice::from_ref(&x), &noise(&[2], 1)),
        "seed is f64 of shape [2]",
    );
    assert_eq!(jacobian(&one_of_two, &[noise(&[0], 1)]).unwrap()[0].shape()[..], [0, 0]);
}

/// Gradients of all of a checkpointed part: input, captured weights, a table, a value on the way.
#[test]
fn a_checkpoint_changes_no_gradient() {
    let (x, w) = (Var::leaf(noise(&[3, 4], 1)), Var::leaf(noise(&[4, 4], 2)));
    let table = Var::leaf(noise(&[5, 4], 3));
    let scale = &w.mean() * 2.0; // made outside, from a leaf that is captured too
    let part = {
        let (w, table, scale) = (w.clone(), table.clone(), scale.clone());
        move |[x]: [Var; 1]| {
            let rows = embedding(&table, &Tensor::from([1_i64, 1, 4]))?;
            Ok((x.matmul(&w) + rows).tanh() * &scale)
        }
    };
    let with = |kept: bool| -> Result<Var> {
        let mut y = x.clone();
        for _ in 0..2 {
            y = if kept { part([y])? } else { checkpoint([&y], part.clone())? };
        }
        Ok(y.square().sum())
    };
    let (plain, saved) = (with(true).unwrap(), with(false).unwrap());
    assert_eq!(plain.tensor(), saved.tensor());
    let leaves = [&x, &w, &table];
    let expected = plain.grad(&leaves).unwrap();
    let second = expected[1].square().sum().grad(&leaves).unwrap();
    let higher = saved.grad(&leaves).unwrap();
    let second_higher = higher[1].square().sum().grad(&leaves).unwrap();
    let first = saved.backward().unwrap().of(&leaves).unwrap();
    for slot in 0..leaves.len() {
        close(&first[slot], expected[slot].tensor(), 1e-12);
        close(higher[slot].tensor(), expected[slot].tensor(), 1e-12);
        close(second_higher[slot].tensor(), second[slot].tensor(), 1e-9);
    }
}

#[test]
fn a_checkpoint_is_watched_for_what_changes() {
    let x = Var::leaf(noise(&[3], 1));
    let other = Var::leaf(noise(&[3], 2));
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = |later: fn(&Var, &Var) -> Var| {
        let (runs, other) = (runs.clone(), other.clone());
        runs.store(0, Ordering::Relaxed);
        checkpoint([&x], move |[x]| {
            let first = runs.fetch_add(1, Ordering::Relaxed) == 0;
            Ok(if first { &x * &other } else { later(&x, &other) })
        })
        .map(|y| y.sum())
        .unwrap()
    };
    let same = counted(|x, other| x * other);
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    assert_eq!(same.backward().unwrap().len(), 2);
    assert_eq!(runs.load(Ordering::Relaxed), 2);
    refused(counted(|x, _| x * 2.0).backward(), "the first one did");
    refused(counted(|x, _| x.sum()).backward(), "the first run gave [3], the second []");
    let constant = checkpoint([&Var::from(noise(&[3], 1))], |[x]| Ok(x.tanh())).unwrap();
    assert!(!constant.is_tracked());
}

#[test]
fn hooks_see_and_change_gradients() {
    let x = Var::leaf(Tensor::from([1.0_f64, -2.0]));
    let seen = Arc::new(AtomicUsize::new(0));
    let count = seen.clone();
    let y = x.on_gradient(move |gradient| {
        assert_eq!(gradient, &Tensor::from([2.0_f64, -4.0]));
        count.fetch_add(1, Ordering::Relaxed);
    });
    assert_eq!(y.square().sum().backward().unwrap().get(&x).unwrap().to_vec::<f64>(), [2.0, -4.0]);
    assert_eq!(seen.load(Ordering::Relaxed), 1);
    let scaled = x.map_gradient(|gradient| gradient * 0.5);
    let slope = scaled.powf(3.0).sum().grad(&[&x]).unwrap().remove(0); // 1.5 x²
    assert_eq!(slope.tensor().to_vec::<f64>(), [1.5, 6.0]);
    assert_eq!(slope.sum().grad(&[&x]).unwrap()[0].tensor().to_vec::<f64>(), [1.5, -3.0]);
    let wrong = x.map_gradient(Var::sum);
    refused(wrong.sum().backward(), "the function's result is f64 of shape []");
}

#[test]
fn the_first_nan_is_named() {
    let x = Var::leaf(Tensor::from([1.0_f64, 0.0]));
    let fine = x.watch().exp().sum();
    assert_eq!(fine.anomaly(), None);
    assert!(fine.backward().is_ok());
    let wrong = (x.watch().log() * 2.0).exp().sum();
    assert_eq!(wrong.anomaly(), Some("log"));
    refused(wrong.backward(), "`log` was the first to give a value that is not finite");
    let steep = x.watch().sqrt().sum();
    refused(steep.grad(&[&x]), "`sqrt` was the first to give a gradient that is not finite");
    refused(steep.backward(), "`sqrt` was the first to give a gradient that is not finite");
    assert_eq!(x.log().anomaly(), None, "nothing is watched unless asked for");
    assert!(!Var::from(x.tensor()).watch().is_tracked());
    let twice = x.watch().sum();
    twice.backward().unwrap();
    assert!(matches!(twice.backward(), Err(Error::BackwardTwice { .. })));
}
