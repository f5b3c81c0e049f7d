//! Groups and components against scikit-learn and SciPy (`golden/cluster.py`).

use crate::support::{all_near, near, numbers, refused, sizes};
use brand_nn_kernels::threads;
use brand_nn_stats::Result;
use brand_nn_stats::cluster::*;
use brand_nn_stats::decompose::Pca;
use brand_nn_stats::linear::Matrix;
use brand_nn_stats::metrics::{adjusted_rand_index, calinski_harabasz, davies_bouldin, silhouette};
use serde_json::Value;

const GOLDEN: &str = include_str!("../golden/cluster.json");

fn golden() -> Value {
    serde_json::from_str(GOLDEN).expect("it is JSON")
}

fn matrix(value: &Value) -> Matrix {
    let rows = value.as_array().expect("rows").len();
    let data = numbers(value);
    Matrix::new(rows, data.len() / rows, data).expect("a matrix")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

/// The published results of iris.
#[test]
fn k_means_of_iris() {
    let file = golden();
    let x = matrix(&file["iris"]);
    let fitted = KMeans::new(3, 0).fit(&x).expect("it fits");
    near("inertia", fitted.inertia, 78.851_441_426, 1e-9);
    let clusters = &fitted.clusters;
    let measure = |f: fn(&[f64], usize, &[usize]) -> Result<f64>| {
        f(x.data(), 4, clusters).expect("three groups")
    };
    near("silhouette", measure(silhouette), 0.552_819, 1e-6);
    near("Davies-Bouldin", measure(davies_bouldin), 0.661_972, 1e-6);
    near("Calinski-Harabasz", measure(calinski_harabasz), 561.627_757, 1e-6);
    let index = adjusted_rand_index(clusters, &sizes(&file["species"])).expect("it has rows");
    near("ARI", index, 0.730_238, 1e-6);
    let mut counts = [0; 3];
    clusters.iter().for_each(|&cluster| counts[cluster] += 1);
    counts.sort_unstable();
    assert_eq!(counts, [38, 50, 62]);
}

#[test]
fn k_means_from_given_centres() {
    let file = golden();
    for name in ["iris", "drawn"] {
        let (x, case) = (matrix(&file[name]), &file["k_means"][name]);
        let start = matrix(&case["start"]);
        let spec = KMeans { tolerance: 0.0, ..KMeans::new(start.rows(), 0) };
        let fitted = spec.fit_from(&x, &start).expect("it fits");
        assert!(fitted.converged);
        assert_eq!(fitted.clusters, sizes(&case["clusters"]));
        all_near("centres", fitted.centres.data(), &numbers(&case["centres"]), 1e-12);
        near("inertia", fitted.inertia, case["inertia"].as_f64().expect("a number"), 1e-12);
        assert_eq!(fitted.predict(&x).expect("it fits"), fitted.clusters);
    }
}

#[test]
fn dbscan_as_scikit_learn() {
    let file = golden();
    for name in ["iris", "drawn", "moons"] {
        let x = matrix(&file[name]);
        for case in list(&file["dbscan"][name]) {
            let radius = case["radius"].as_f64().expect("a number");
            let min_samples = case["min_samples"].as_u64().expect("a number") as usize;
            let fitted = Dbscan { radius, min_samples }.fit(&x).expect("it fits");
            let labels: Vec<i64> =
                fitted.clusters.iter().map(|c| c.map_or(-1, |c| c as i64)).collect();
            let expected: Vec<i64> = numbers(&case["clusters"]).iter().map(|c| *c as i64).collect();
            assert_eq!(labels, expected, "{name} {radius}");
            let cores: Vec<usize> = (0..x.rows()).filter(|row| fitted.is_core[*row]).collect();
            assert_eq!(cores, sizes(&case["cores"]), "{name} {radius}");
        }
    }
    let fitted = Dbscan { radius: 0.5, min_samples: 5 }.fit(&matrix(&file["iris"]));
    let fitted = fitted.expect("it fits");
    let count = |of: Option<usize>| fitted.clusters.iter().filter(|c| **c == of).count();
    assert_eq!([count(Some(0)), count(Some(1)), count(None)], [49, 84, 17]);
    assert_eq!(fitted.is_core.iter().filter(|core| **core).count(), 117);
}

/// Neighbours found by cells are those found by looking at all.
#[test]
fn dbscan_sees_every_neighbour() {
    let mut data = vec![0.0; 600];
    brand_nn_kernels::fill_uniform(3, 0, &mut data);
    for cols in [1, 2, 3, 4, 6] {
        for radius in [0.01, 0.1, 0.5, 3.0] {
            let x = Matrix::new(600 / cols, cols, data.clone()).expect("it fits");
            let near = |a: usize, b: usize| {
                let each = x.row(a).iter().zip(x.row(b));
                each.map(|(a, b)| (a - b) * (a - b)).sum::<f64>() <= radius * radius
            };
            let fitted = Dbscan { radius, min_samples: 4 }.fit(&x).expect("it fits");
            for row in 0..x.rows() {
                let count = (0..x.rows()).filter(|&other| near(row, other)).count();
                assert_eq!(fitted.is_core[row], count >= 4, "{cols} {radius} {row}");
            }
        }
    }
}

#[test]
fn mixtures_reach_the_likelihood() {
    let file = golden();
    for name in ["iris", "drawn"] {
        let x = matrix(&file[name]);
        for case in list(&file["mixtures"][name]) {
            let shape: CovarianceShape =
                serde_json::from_value(case["shape"].clone()).expect("a shape");
            let weights = numbers(&case["weights"]);
            let spec = GaussianMixture {
                shape,
                tolerance: 1e-9,
                max_iterations: 2000,
                ..GaussianMixture::new(weights.len(), 1)
            };
            let fitted = spec.fit(&x).expect("it fits");
            let what = format!("{name} {shape:?}");
            let expected = |name: &str| case[name].as_f64().expect("a number");
            near(&what, fitted.log_likelihood, expected("log_likelihood"), 1e-5);
            near(&what, fitted.schwarz(), expected("bic"), 1e-5);
            let mut sorted = fitted.weights.clone();
            sorted.sort_by(f64::total_cmp);
            all_near(&what, &sorted, &weights, 1e-3);
        }
    }
    let fitted = GaussianMixture { tolerance: 1e-6, ..GaussianMixture::new(3, 0) };
    let fitted = fitted.fit(&matrix(&file["iris"])).expect("it fits");
    near("log-likelihood", fitted.log_likelihood, -180.185_48, 1e-5);
    near("BIC", fitted.schwarz(), 580.838_9, 1e-5);
    let clusters = fitted.predict(&matrix(&file["iris"])).expect("it fits");
    let index = adjusted_rand_index(&clusters, &sizes(&file["species"])).expect("it has rows");
    near("ARI", index, 0.903_874, 1e-6);
}

#[test]
fn trees_of_merges_as_scipy() {
    let file = golden();
    let x = matrix(&file["drawn"]);
    for case in list(&file["trees"]) {
        let linkage: Linkage = serde_json::from_value(case["linkage"].clone()).expect("a linkage");
        let tree = Agglomerative { linkage }.fit(&x).expect("it fits");
        for (merge, expected) in tree.merges.iter().zip(list(&case["merges"])) {
            let expected = numbers(expected);
            assert_eq!(merge.groups.map(|group| group as f64), expected[..2], "{linkage:?}");
            near("height", merge.height, expected[2], 1e-12);
            assert_eq!(merge.size as f64, expected[3]);
        }
        for (k, expected) in [2, 5].into_iter().zip(list(&case["cuts"])) {
            let cut = tree.cut(k).expect("so many rows");
            let index = adjusted_rand_index(&cut, &sizes(expected)).expect("it has rows");
            assert_eq!(index, 1.0, "{linkage:?} in {k}");
        }
    }
}

#[test]
fn components_as_scikit_learn() {
    let file = golden();
    for (name, num_components) in [("iris", 3), ("wide", 4)] {
        let x = matrix(&file[name]);
        for case in list(&file["pca"][name]) {
            let whiten = case["whiten"].as_bool().expect("a flag");
            let fitted = Pca { num_components, whiten }.fit(&x).expect("it fits");
            let expected = |name: &str| numbers(&case[name]);
            all_near("components", fitted.components.data(), &expected("components"), 1e-9);
            all_near("variances", &fitted.explained_variances, &expected("variances"), 1e-11);
            all_near("ratios", &fitted.explained_ratios, &expected("ratios"), 1e-11);
            let first = Matrix::of(3, x.cols(), |i, j| x[(i, j)]);
            let there = fitted.transform(&first).expect("it fits");
            all_near("transformed", there.data(), &expected("transformed"), 1e-9);
            let back = fitted.inverse_transform(&there).expect("it fits");
            all_near("back", back.data(), &expected("back"), 1e-9);
        }
    }
}

/// Five groups of 6000 rows far from 0, for what depends on blocks.
fn many_rows() -> Matrix {
    let mut data = vec![0.0; 6000 * 4];
    brand_nn_kernels::fill_normal(9, 0, &mut data);
    Matrix::of(6000, 4, |i, j| 1e6 + data[i * 4 + j] + if j == i % 5 { 12.0 } else { 0.0 })
}

#[test]
fn threads_change_nothing() {
    let x = many_rows();
    let all = |count: usize| {
        threads::with(count, || {
            let centres = KMeans { restarts: 2, ..KMeans::new(5, 4) }.fit(&x).expect("it fits");
            let batches = MiniBatchKMeans::new(5, 4).fit(&x).expect("it fits");
            let mixture = GaussianMixture::new(5, 4).fit(&x).expect("it fits");
            let dense = Dbscan { radius: 1.0, min_samples: 5 }.fit(&x).expect("it fits");
            (centres, batches, mixture, dense)
        })
    };
    let one = all(1);
    assert_eq!(one, all(2));
    assert_eq!(one, all(3));
    let truth: Vec<usize> = (0..6000).map(|i| i % 5).collect();
    for clusters in [&one.0.clusters, &one.1.clusters] {
        let index = adjusted_rand_index(clusters, &truth).expect("it has rows");
        assert!(index > 0.99, "{index}");
    }
    assert!(one.1.inertia < 1.02 * one.0.inertia);
}

#[test]
fn groups_without_rows_get_some() {
    // Two of the three centres are far from every row.
    let x = Matrix::of(6, 1, |i, _| i as f64);
    let start = Matrix::new(3, 1, vec![0.0, 1e3, 2e3]).expect("it fits");
    let fitted = KMeans::new(3, 0).fit_from(&x, &start).expect("it fits");
    let mut used = fitted.clusters.clone();
    used.sort_unstable();
    used.dedup();
    assert_eq!(used, [0, 1, 2]);
    assert!(fitted.inertia <= 2.5, "{}", fitted.inertia);
}

#[test]
fn what_has_no_answer_is_refused() {
    let x = Matrix::of(4, 2, |i, j| (i + j) as f64);
    let nan = Matrix::of(4, 2, |_, _| f64::NAN);
    let huge = Matrix::of(4, 2, |i, _| 1e200 * i as f64);
    refused(KMeans::new(5, 0).fit(&x), "more clusters than rows");
    refused(KMeans::new(0, 0).fit(&x), "clusters is 0");
    refused(KMeans::new(2, 0).fit(&nan), "number 0 is NaN");
    refused(KMeans::new(2, 0).fit(&huge), "squares overflow");
    refused(KMeans::new(2, 0).fit(&Matrix::zeros(0, 2)), "no rows");
    refused(KMeans::new(2, 0).fit(&Matrix::zeros(2, 0)), "no columns");
    refused(KMeans::new(2, 0).fit_from(&x, &Matrix::zeros(3, 2)), "3 centres, expected 2");
    let fitted = KMeans::new(2, 0).fit(&x).expect("it fits");
    refused(fitted.predict(&Matrix::zeros(1, 3)), "3 columns, expected 2");
    refused(Dbscan { radius: 0.0, min_samples: 2 }.fit(&x), "radius is 0");
    refused(Dbscan { radius: 1.0, min_samples: 0 }.fit(&x), "min_samples is 0");
    let sharp = GaussianMixture { least_variance: 0.0, ..GaussianMixture::new(4, 0) };
    refused(sharp.fit(&x), "not positive definite");
    refused(Agglomerative { linkage: Linkage::Ward }.fit(&Matrix::zeros(20_001, 1)), "20001");
    let tree = Agglomerative { linkage: Linkage::Ward }.fit(&x).expect("it fits");
    refused(tree.cut(5), "num_clusters is 5");
    refused(Pca::new(3).fit(&x), "num_components is 3");
    refused(Pca::new(1).fit(&Matrix::zeros(4, 2)), "no column varies");
}

#[test]
fn rows_that_are_all_the_same_make_groups() {
    let x = Matrix::of(10, 2, |_, _| 7.0);
    let fitted = KMeans::new(3, 1).fit(&x).expect("it fits");
    assert_eq!((fitted.inertia, fitted.converged), (0.0, true));
    let dense = Dbscan { radius: 1e-300, min_samples: 10 }.fit(&x).expect("it fits");
    assert_eq!(dense.num_clusters, 1);
    assert!(GaussianMixture::new(1, 0).fit(&x).expect("it fits").log_likelihood.is_finite());
    let one = Agglomerative { linkage: Linkage::Single }.fit(&Matrix::zeros(1, 1));
    assert_eq!(one.expect("it fits").cut(1).expect("one row"), [0]);
}
