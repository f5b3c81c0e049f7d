//! Cross-entropy with all its settings against the plain loop, on every instruction set.

mod common;

use brand_nn_kernels::{CrossEntropy, Error, Real, Result, Targets, reference};
use common::{noise, on_every_isa, on_threads};

#[track_caller]
fn check<T: Real>(of: CrossEntropy<T>, rows: usize, tolerance: f64) -> Result<()> {
    let logits: Vec<T> =
        noise::<T>(rows * of.classes + 1, 1).iter().map(|&x| T::from_f64(9.0) * x).collect();
    let (logits, scale) = (&logits[1..], noise::<T>(rows, 2));
    let (losses, slopes) = on_threads(|| {
        let (mut losses, mut saved) = (vec![T::ONE; rows], vec![T::ONE; 2 * rows]);
        of.forward(logits, &mut losses, &mut saved)?;
        let mut slopes = vec![T::ONE; logits.len()];
        of.backward(logits, &saved, &scale, &mut slopes)?;
        Ok((losses, slopes))
    })?;
    let expected = reference::cross_entropy(&of, logits);
    let slope = reference::cross_entropy_backward(&of, logits, &scale);
    assert_eq!((losses.len(), slopes.len()), (expected.len(), slope.len()));
    for (ours, theirs) in losses.iter().chain(&slopes).zip(expected.iter().chain(&slope)) {
        let error = (ours.to_f64() - theirs).abs() / theirs.abs().max(1.0);
        assert!(error <= tolerance, "{rows} rows of {}: {ours:?}, {theirs}", of.classes);
    }
    Ok(())
}

/// All settings at one size.
fn check_settings<T: Real>(rows: usize, classes: usize, tolerance: f64) -> Result<()> {
    let ids: Vec<i64> = (0..rows).map(|i| (i * 7 % classes) as i64).collect();
    let with_holes: Vec<i64> = ids.iter().map(|&id| if id % 3 == 1 { -100 } else { id }).collect();
    let shares: Vec<T> = noise::<T>(rows * classes, 3).iter().map(|x| x.magnitude()).collect();
    let weights: Vec<T> = noise::<T>(classes, 4).iter().map(|x| x.magnitude()).collect();
    let targets = [
        Targets::Classes { ids: &ids, ignore: None },
        Targets::Classes { ids: &with_holes, ignore: Some(-100) },
        Targets::Probabilities(&shares),
    ];
    for targets in targets {
        for class_weights in [None, Some(&weights[..])] {
            for smoothing in [0.0, 0.1] {
                let of = CrossEntropy { classes, targets, class_weights, smoothing };
                check(of, rows, tolerance)?;
            }
        }
    }
    Ok(())
}

#[test]
fn losses_and_slopes_equal_the_plain_loop() {
    on_every_isa(|_| {
        for (rows, classes) in
            [(0, 1), (1, 1), (3, 2), (7, 8), (9, 9), (31, 31), (90, 37), (2, 33), (700, 131)]
        {
            assert_eq!(check_settings::<f32>(rows, classes, 4e-6), Ok(()));
            assert_eq!(check_settings::<f64>(rows, classes, 1e-13), Ok(()));
        }
    });
}

#[test]
fn far_logits_and_hidden_classes_stay_finite() {
    for (logits, class, loss, slope) in [
        ([1e4, -1e4, 0.0], 0, 0.0, [0.0, 0.0, 0.0]),
        ([1e4, -1e4, 0.0], 1, 2e4, [1.0, -1.0, 0.0]),
        ([f32::NEG_INFINITY, 0.0, f32::NEG_INFINITY], 1, 0.0, [0.0, 0.0, 0.0]),
    ] {
        let mut share = [0.0; 3];
        share[class] = 1.0;
        let id = [class as i64];
        for targets in [Targets::Classes { ids: &id, ignore: None }, Targets::Probabilities(&share)]
        {
            let of = CrossEntropy { classes: 3, targets, class_weights: None, smoothing: 0.0 };
            let (mut losses, mut saved, mut out) = ([9.0; 1], [0.0; 2], [9.0; 3]);
            assert_eq!(of.forward(&logits, &mut losses, &mut saved), Ok(()));
            assert_eq!(of.backward(&logits, &saved, &[1.0], &mut out), Ok(()));
            assert_eq!((losses[0], out), (loss, slope), "{logits:?}");
        }
    }
}

#[test]
fn targets_outside_the_classes_are_an_error() {
    for (ids, position) in [([0, 2], 1), ([-1, 0], 0), ([i64::MIN, 0], 0)] {
        let targets = Targets::Classes { ids: &ids, ignore: Some(7) };
        let of = CrossEntropy { classes: 2, targets, class_weights: None, smoothing: 0.0 };
        let expected = Error::OutOfRange { position, id: ids[position], rows: 2 };
        assert_eq!(of.forward(&[0.0_f32; 4], &mut [0.0; 2], &mut [0.0; 4]), Err(expected));
    }
}
