//! Factors of matrices give back the matrices, and refuse what has none.

use brand_nn_kernels::fill_normal;
use brand_nn_stats::linear::*;

fn random(rows: usize, cols: usize, seed: u64) -> Matrix {
    let mut data = vec![0.0; rows * cols];
    fill_normal(seed, 0, &mut data);
    Matrix::new(rows, cols, data).expect("it fits")
}

#[track_caller]
fn same(a: &Matrix, b: &Matrix, tolerance: f64) {
    assert_eq!((a.rows(), a.cols()), (b.rows(), b.cols()));
    for (a, b) in a.data().iter().zip(b.data()) {
        assert!((a - b).abs() <= tolerance, "{a}, expected {b}");
    }
}

/// Every factorisation of one random matrix, put together again.
#[track_caller]
fn check(size: usize) {
    let x = random(size + 3, size, size as u64);
    let a = x.gram(None);
    let scale = 1e-12 * a.data().iter().fold(1.0_f64, |m, x| m.max(x.abs()));
    same(&a, &x.transposed().product(&x), scale);
    let root = Cholesky::new(&a).expect("it is positive definite");
    same(&root.lower().product(&root.lower().transposed()), &a, scale);
    let tolerance = 1e-8;
    same(&root.inverse().product(&a), &Matrix::identity(size), tolerance);
    same(&inverse(&a).expect("it is regular"), &root.inverse(), tolerance);
    same(&Qr::new(&x).expect("full rank").gram_inverse(), &root.inverse(), tolerance);

    let truth: Vec<f64> = (0..size).map(|i| i as f64 - 1.5).collect();
    let b = a.times(&truth);
    for found in [root.solve(&b), solve(&a, &b).expect("it is regular")] {
        found.iter().zip(&truth).for_each(|(x, y)| assert!((x - y).abs() < 1e-8, "{x} {y}"));
    }
    let fitted = least_squares(&x, &x.times(&truth)).expect("full rank");
    fitted.iter().zip(&truth).for_each(|(x, y)| assert!((x - y).abs() < 1e-9, "{x} {y}"));

    let eigen = symmetric_eigen(&a).expect("it is symmetric");
    assert!(eigen.values.windows(2).all(|pair| pair[0] >= pair[1]));
    let v = &eigen.vectors;
    same(&v.product(&v.transposed()), &Matrix::identity(size), 1e-12);
    let scaled = Matrix::of(size, size, |i, j| eigen.values[i] * v[(i, j)]);
    same(&v.transposed().product(&scaled), &a, 10.0 * scale);
    let product: f64 = eigen.values.iter().map(|x| x.ln()).sum();
    assert!((product - root.log_determinant()).abs() < 1e-8);
}

#[test]
fn factors_multiply_to_what_they_are_of() {
    for size in [1, 2, 3, 5, 8, 17, 40] {
        check(size);
    }
}

#[test]
fn eigenvalues_of_special_matrices() {
    let of = |f: &dyn Fn(usize, usize) -> f64| {
        symmetric_eigen(&Matrix::of(6, 6, f)).expect("it is symmetric").values
    };
    assert_eq!(of(&|_, _| 0.0), [0.0; 6]);
    let ones = of(&|_, _| 1.0);
    assert!((ones[0] - 6.0).abs() < 1e-14 && ones[1..].iter().all(|x| x.abs() < 1e-14));
    assert_eq!(of(&|i, j| if i == j { i as f64 } else { 0.0 }), [5.0, 4.0, 3.0, 2.0, 1.0, 0.0]);
    let chain = of(&|i, j| {
        if i == j {
            2.0
        } else if i.abs_diff(j) == 1 {
            -1.0
        } else {
            0.0
        }
    });
    for (k, value) in chain.iter().enumerate() {
        let expected = 2.0 + 2.0 * (std::f64::consts::PI * (k + 1) as f64 / 7.0).cos();
        assert!((value - expected).abs() < 1e-14);
    }
}

#[test]
fn nonnegative_least_squares_meets_its_conditions() {
    for seed in 0..20 {
        let (a, b) = (random(12, 6, seed), random(12, 1, seed + 100));
        let x = nonnegative_least_squares(&a, b.data()).expect("it has an answer");
        let fitted = a.times(&x);
        let rest: Vec<f64> = b.data().iter().zip(&fitted).map(|(b, f)| b - f).collect();
        for (x, slope) in x.iter().zip(a.transposed_times(&rest)) {
            // Karush, Kuhn, Tucker: free ones are flat, bound ones would only go below 0.
            assert!(
                *x >= 0.0 && slope <= 1e-10 && (*x == 0.0 || slope.abs() < 1e-10),
                "{x} {slope}"
            );
        }
    }
    let twice = Matrix::of(4, 2, |i, _| i as f64);
    let x = nonnegative_least_squares(&twice, &[0.0, 2.0, 4.0, 6.0]).expect("it has an answer");
    assert!((x[0] + x[1] - 2.0).abs() < 1e-12, "{x:?}");
}

#[test]
fn what_has_no_answer_is_refused() {
    let flat = Matrix::of(3, 3, |i, j| (i + j) as f64);
    assert!(Cholesky::new(&flat).is_err());
    assert!(inverse(&flat).is_err());
    assert!(Qr::new(&Matrix::of(4, 2, |i, _| i as f64)).is_err());
    assert!(Qr::new(&Matrix::of(2, 3, |i, j| (i * j) as f64 + 1.0)).is_err());
    assert!(Matrix::new(2, 2, vec![1.0]).is_err());
    assert!(Matrix::new(usize::MAX, 2, vec![1.0]).is_err());
    assert!(symmetric_eigen(&Matrix::of(2, 3, |_, _| 0.0)).is_err());
    assert!(symmetric_eigen(&Matrix::of(2, 2, |_, _| f64::NAN)).is_err());
    assert!(solve(&Matrix::of(2, 2, |_, _| f64::NAN), &[1.0, 2.0]).is_err());
    assert!(Cholesky::new(&Matrix::of(2, 2, |_, _| f64::NAN)).is_err());
}
