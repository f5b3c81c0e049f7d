//! The record and the walk: what they free, refuse and survive.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use brand_nn_autodiff::{Error, Gradient, LstmWeights, Result, Var, embedding, lstm};
use brand_nn_tensor::{DType, Tensor};

fn leaf(values: &[f64]) -> Var {
    Var::leaf(Tensor::from(values))
}

#[track_caller]
fn refused<T>(result: Result<T>, message: &str) {
    let text = result.map(drop).expect_err("an error").to_string();
    assert!(text.contains(message), "{text}\ndoes not contain: {message}");
}

#[test]
fn every_way_to_lose_a_gradient_is_an_error() {
    let x = leaf(&[1.0, 2.0]);
    refused((&x * 2.0).backward(), "`mul` made a value of shape [2], expected one number");
    refused(Var::from(Tensor::scalar(1.0)).backward(), "a constant is not connected");
    let loss = x.square().sum();
    loss.backward().unwrap();
    refused(loss.backward(), "was already walked");
    let other = leaf(&[1.0]);
    let gradients = x.sum().backward().unwrap();
    refused(gradients.of(&[&other]), "the leaf of shape [1] is not connected");
    refused(x.sum().grad(&[&other]), "the leaf of shape [1] is not connected");
    assert!(gradients.get(&other).is_none());
    let opaque = Var::opaque("lookup", &[&x], Tensor::scalar(1.0));
    refused(opaque.backward(), "`lookup` has no gradient");
    assert!(opaque.stop_gradient().backward().is_err());
    assert!(!Var::opaque("lookup", &[], Tensor::scalar(1.0)).is_tracked());
}

#[test]
fn a_custom_op_has_a_first_order_only() {
    let x = leaf(&[1.0, 2.0]);
    let twice = |x: &Var| {
        let rule = |gradient: &Tensor| Ok([gradient * 2.0]);
        Var::custom("twice", [x], |[x]| Ok((x * 2.0, rule))).unwrap()
    };
    assert_eq!(twice(&x).sum().backward().unwrap().get(&x).unwrap(), Tensor::from([2.0_f64, 2.0]));
    refused(twice(&x).sum().grad(&[&x]), "`twice` has no second order");
}

#[test]
fn higher_orders_of_a_composition() {
    // d³/dx³ of sin(x²) = −12 x sin(x²) − 8 x³ cos(x²)
    let x = Var::leaf(Tensor::scalar(0.7_f64));
    let mut value = x.square().sin();
    for _ in 0..3 {
        value = value.grad(&[&x]).unwrap().remove(0);
    }
    let (a, b) = (0.7_f64, 0.49_f64);
    let expected = -12.0 * a * b.sin() - 8.0 * a.powi(3) * b.cos();
    assert!((value.item() - expected).abs() < 1e-12, "{} is not {expected}", value.item());
}

#[test]
fn a_gradient_by_a_value_on_the_way() {
    let x = leaf(&[1.0, 3.0]);
    let y = &x * 2.0;
    let slopes = (y.square().sum()).grad(&[&y, &x]).unwrap();
    assert_eq!(slopes[0].tensor(), &Tensor::from([4.0_f64, 12.0]));
    assert_eq!(slopes[1].tensor(), &Tensor::from([8.0_f64, 24.0]));
}

/// Recursion anywhere, in the walk or in the drop, would overflow this stack.
#[test]
fn a_million_ops_on_a_small_stack() {
    let work = || {
        let x = Var::leaf(Tensor::scalar(1.0));
        let mut y = x.clone();
        for _ in 0..1_000_000 {
            y = y + 1e-6;
        }
        let sum = &y * &y;
        drop(y);
        let slope = sum.backward().unwrap().get(&x).unwrap().item();
        assert!((slope - 4.0).abs() < 0.2, "{slope}");
        let mut dropped = x.clone();
        for _ in 0..1_000_000 {
            dropped = dropped.sigmoid();
        }
        drop(dropped);
    };
    std::thread::Builder::new().stack_size(256 * 1024).spawn(work).unwrap().join().unwrap();
}

#[test]
fn trainings_in_several_threads_do_not_meet() {
    let run = || {
        let mut weight = Tensor::from([0.5_f64, -0.3]);
        for _ in 0..50 {
            let w = Var::leaf(weight.clone());
            let loss = ((&w * Tensor::from([1.0_f64, 2.0])).sum() - 1.0).square();
            weight -= loss.backward().unwrap().get(&w).unwrap() * 0.1;
        }
        weight
    };
    let alone = run();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
        threads.into_iter().for_each(|thread| assert_eq!(thread.join().unwrap(), alone));
    });
}

#[test]
fn sparse_gradients_stay_sparse_and_merge() {
    let table = Var::leaf(Tensor::zeros([1000, 2]));
    let of = |ids: &[i64]| embedding(&table, &Tensor::from(ids)).unwrap().sum();
    let mut gradients = of(&[3, 3]).backward().unwrap();
    gradients += of(&[7]).backward().unwrap();
    let Some(Gradient::Rows(rows)) = gradients.entry(&table) else { panic!("dense") };
    assert_eq!(rows.merged().ids(), &Tensor::from([3_i64, 7]));
    assert!((gradients.norm() - 10_f64.sqrt()).abs() < 1e-6);
    let halved = gradients.clone().clip_norm(gradients.norm() / 2.0);
    assert!((halved.get(&table).unwrap().sum().item() - 3.0).abs() < 1e-5, "(2 + 2 + 1 + 1) / 2");
    assert!((halved.norm() - gradients.norm() / 2.0).abs() < 1e-5);
    let Some(Gradient::Rows(rows)) = halved.entry(&table) else { panic!("dense") };
    assert_eq!(rows.ids(), &Tensor::from([3_i64, 7]), "merged for the norm, and kept");
    let dense = (of(&[3]) + table.sum()).backward().unwrap();
    assert!(matches!(dense.entry(&table), Some(Gradient::Dense(_))));
    assert_eq!(dense.get(&table).unwrap().sum().item(), 2002.0);
    refused(embedding(&table, &Tensor::from([1000_i64])), "1000");
}

#[test]
fn numbers_take_the_dtype_and_tensors_are_constants() {
    let x = leaf(&[1.0, 2.0]);
    let y = 2 * ((1.0 - &x) / 4_f32) + Tensor::from([1.0_f64, 1.0]) * &x - 1;
    assert_eq!(y.dtype(), DType::F64);
    assert_eq!(y.tensor(), &Tensor::from([0.0_f64, 0.5]));
    assert_eq!(y.sum().backward().unwrap().get(&x).unwrap(), Tensor::from([0.5_f64, 0.5]));
}

#[test]
fn a_value_used_twice_gets_both_gradients() {
    // Through a fused op too: two of its inputs are one value.
    let w = Var::leaf(Tensor::full([4, 1], 0.3).to(DType::F64));
    let weights = LstmWeights {
        weight_ih: w.clone(),
        weight_hh: w.clone(),
        bias: Tensor::zeros([4]).to(DType::F64).into(),
    };
    let x = Var::from(Tensor::ones([2, 3, 1]).to(DType::F64));
    let loss = || lstm(&x, &weights, None, None).unwrap().hidden.sum();
    let first = loss().backward().unwrap().get(&w).unwrap();
    let again = loss().grad(&[&w]).unwrap().remove(0);
    let distance = (first - again.tensor()).abs().max().item();
    assert!(distance < 1e-12, "{distance:e}");
}

#[test]
fn the_error_type_is_sendable() {
    fn check<T: Send + Sync + 'static>() {}
    check::<Error>();
    check::<Var>();
    check::<brand_nn_autodiff::Gradients>();
}
