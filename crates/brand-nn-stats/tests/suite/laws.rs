//! What holds for any data: order of rows, monotone changes, symmetry, ranges, thread counts.

use brand_nn_stats::{Result, bootstrap::Bootstrap, metrics::*};
use proptest::prelude::*;

/// Rows of a small class, another class, and two numbers in steps of 1/16, so that many are tied.
fn rows() -> impl Strategy<Value = Vec<(usize, usize, f64, f64)>> {
    let number = || (0..=16_u32).prop_map(|i| f64::from(i) / 16.0);
    prop::collection::vec((0..4_usize, 0..4_usize, number(), number()), 2..40)
}

/// The columns of rows.
struct Columns {
    a: Vec<usize>,
    b: Vec<usize>,
    x: Vec<f64>,
    y: Vec<f64>,
    positive: Vec<bool>,
    treated: Vec<bool>,
}

impl Columns {
    fn of(rows: &[(usize, usize, f64, f64)]) -> Self {
        Self {
            a: rows.iter().map(|row| row.0).collect(),
            b: rows.iter().map(|row| row.1).collect(),
            x: rows.iter().map(|row| row.2).collect(),
            y: rows.iter().map(|row| row.3).collect(),
            positive: rows.iter().map(|row| row.0 > 1).collect(),
            treated: rows.iter().map(|row| row.1 > 1).collect(),
        }
    }
}

type Metric = fn(&Columns) -> Result<f64>;

/// Metrics of which every row counts the same, wherever it stands, with their ranges.
const METRICS: [(&str, f64, f64, Metric); 38] = [
    ("accuracy", 0.0, 1.0, |c| accuracy(&c.a, &c.b)),
    ("balanced_accuracy", 0.0, 1.0, |c| balanced_accuracy(&c.a, &c.b)),
    ("precision", 0.0, 1.0, |c| precision(&c.a, &c.b, Average::Macro)),
    ("recall", 0.0, 1.0, |c| recall(&c.a, &c.b, Average::Weighted)),
    ("f_beta", 0.0, 1.0, |c| f_beta(&c.a, &c.b, 2.0, Average::Macro)),
    ("mcc", -1.0, 1.0, |c| mcc(&c.a, &c.b)),
    ("kappa", -f64::MAX, 1.0, |c| cohen_kappa(&c.a, &c.b, KappaWeights::Quadratic)),
    ("roc_auc", 0.0, 1.0, |c| roc_auc(&c.x, &c.positive)),
    ("roc_auc_weighted", 0.0, 1.0, |c| roc_auc_weighted(&c.x, &c.positive, &c.y)),
    ("average_precision", 0.0, 1.0, |c| average_precision(&c.x, &c.positive)),
    ("ks_statistic", 0.0, 1.0, |c| ks_statistic(&c.x, &c.positive)),
    ("gini", -1.0, 1.0, |c| gini(&c.x, &c.positive)),
    ("gain_at", 0.0, 1.0, |c| gain_at(&c.x, &c.positive, 0.3)),
    ("normalized_gini", -1.0, 1.0, |c| normalized_gini(&c.x, &c.y)),
    ("grouped_auc", 0.0, 1.0, |c| grouped_auc(&c.x, &c.positive, &c.b)),
    ("log_loss", 0.0, 37.0, |c| log_loss(&c.x, &c.positive)),
    ("brier_score", 0.0, 1.0, |c| brier_score(&c.x, &c.positive)),
    ("ece", 0.0, 1.0, |c| expected_calibration_error(&c.x, &c.positive, 5)),
    ("mae", 0.0, 1.0, |c| mae(&c.x, &c.y)),
    ("mse", 0.0, 1.0, |c| mse(&c.x, &c.y)),
    ("rmse", 0.0, 1.0, |c| rmse(&c.x, &c.y)),
    ("r2", -f64::MAX, 1.0, |c| r2(&c.x, &c.y)),
    ("explained_variance", -f64::MAX, 1.0, |c| explained_variance(&c.x, &c.y)),
    ("smape", 0.0, 2.0, |c| smape(&c.x, &c.y)),
    ("median_absolute_error", 0.0, 1.0, |c| median_absolute_error(&c.x, &c.y)),
    ("pinball", 0.0, 1.0, |c| pinball(&c.x, &c.y, 0.7)),
    ("gini_index", 0.0, 1.0, |c| gini_index(&c.x)),
    ("entropy", 0.0, 4.0, |c| entropy(&c.x)),
    ("silhouette", -1.0, 1.0, |c| silhouette(&c.x, 1, &c.a)),
    ("davies_bouldin", 0.0, f64::MAX, |c| davies_bouldin(&c.x, 1, &c.a)),
    ("calinski_harabasz", 0.0, f64::MAX, |c| calinski_harabasz(&c.x, 1, &c.a)),
    ("adjusted_rand_index", -1.0, 1.0, |c| adjusted_rand_index(&c.a, &c.b)),
    ("normalized_mutual_info", 0.0, 1.0, |c| normalized_mutual_info(&c.a, &c.b)),
    ("v_measure", 0.0, 1.0, |c| v_measure(&c.a, &c.b).map(|measure| measure.v)),
    ("ndcg_of_scores", 0.0, 1.0, |c| ndcg_of_scores(&c.x, &c.y, 5)),
    ("auuc", -1.0, 1.0, |c| auuc(&c.x, &c.treated, &c.y)),
    ("qini", -1.0, 1.0, |c| qini(&c.x, &c.treated, &c.y)),
    ("interval_coverage", 0.0, 1.0, |c| interval_coverage(&vec![0.2; c.x.len()], &c.y, &c.x)),
];

/// Those of [`METRICS`] that know of scores only which is higher.
const BY_RANK: [&str; 11] = [
    "roc_auc",
    "roc_auc_weighted",
    "average_precision",
    "ks_statistic",
    "gini",
    "gain_at",
    "normalized_gini",
    "grouped_auc",
    "ndcg_of_scores",
    "auuc",
    "qini",
];

/// Those of [`METRICS`] that do not tell predictions from targets.
const SYMMETRIC: [&str; 11] = [
    "accuracy",
    "mcc",
    "kappa",
    "mae",
    "mse",
    "rmse",
    "smape",
    "median_absolute_error",
    "adjusted_rand_index",
    "normalized_mutual_info",
    "v_measure",
];

fn close(a: &Result<f64>, b: &Result<f64>, tolerance: f64) -> bool {
    match (a, b) {
        (Ok(a), Ok(b)) => (a - b).abs() <= tolerance * (1.0 + a.abs()),
        (Err(_), Err(_)) => true,
        _ => false,
    }
}

proptest! {
    #[test]
    fn order_of_rows_and_ranges(data in rows(), turn in 0..40_usize) {
        let mut moved = data.clone();
        moved.rotate_left(turn % data.len());
        moved.reverse();
        let (here, there) = (Columns::of(&data), Columns::of(&moved));
        for (name, low, high, metric) in METRICS {
            let (value, again) = (metric(&here), metric(&there));
            prop_assert!(close(&value, &again, 1e-9), "{name}: {value:?} and {again:?}");
            if let Ok(value) = value {
                let inside = value >= low - 1e-12 && value <= high + 1e-12;
                prop_assert!(inside, "{name} is {value}");
            }
        }
    }

    #[test]
    fn ranks_alone_matter(data in rows()) {
        let here = Columns::of(&data);
        let x = here.x.iter().map(|x| (3.0 * x).exp() - 7.0).collect();
        let curved = Columns { x, ..Columns::of(&data) };
        for (name, _, _, metric) in METRICS.iter().filter(|row| BY_RANK.contains(&row.0)) {
            let (value, again) = (metric(&here), metric(&curved));
            prop_assert!(close(&value, &again, 0.0), "{name}: {value:?} and {again:?}");
        }
        let down: Vec<f64> = here.x.iter().map(|x| -x).collect();
        let flipped = roc_auc(&down, &here.positive).map(|auc| 1.0 - auc);
        prop_assert!(close(&roc_auc(&here.x, &here.positive), &flipped, 1e-12));
    }

    #[test]
    fn sides_may_be_exchanged(data in rows()) {
        let c = Columns::of(&data);
        let turned: Vec<_> = data.iter().map(|row| (row.1, row.0, row.3, row.2)).collect();
        let swapped = Columns::of(&turned);
        for (name, _, _, metric) in METRICS.iter().filter(|row| SYMMETRIC.contains(&row.0)) {
            let (value, again) = (metric(&c), metric(&swapped));
            prop_assert!(close(&value, &again, 1e-9), "{name}: {value:?} and {again:?}");
        }
        let bought: Vec<f64> = c.positive.iter().map(|yes| f64::from(u8::from(*yes))).collect();
        let (of_amounts, of_classes) = (normalized_gini(&c.x, &bought), gini(&c.x, &c.positive));
        prop_assert!(close(&of_amounts, &of_classes, 1e-9), "{of_amounts:?} and {of_classes:?}");
        let (ami, again) = (adjusted_mutual_info(&c.a, &c.b), adjusted_mutual_info(&c.b, &c.a));
        prop_assert!(close(&ami, &again, 1e-9));
        let precision = precision(&c.a, &c.b, Average::Macro);
        prop_assert!(close(&precision, &recall(&c.b, &c.a, Average::Macro), 1e-12));
    }

    #[test]
    fn a_weight_of_two_is_a_row_twice(data in rows(), twice in 0..40_usize) {
        let twice = twice % data.len();
        let mut doubled = data.clone();
        doubled.push(data[twice]);
        let mut weights = vec![1.0; data.len()];
        weights[twice] = 2.0;
        let (c, d) = (Columns::of(&data), Columns::of(&doubled));
        let matrix = ConfusionMatrix::weighted(&c.a, &c.b, &weights).unwrap();
        let pairs = [
            (roc_auc_weighted(&c.x, &c.positive, &weights), roc_auc(&d.x, &d.positive)),
            (
                average_precision_weighted(&c.x, &c.positive, &weights),
                average_precision(&d.x, &d.positive),
            ),
            (log_loss_weighted(&c.x, &c.positive, &weights), log_loss(&d.x, &d.positive)),
            (brier_score_weighted(&c.x, &c.positive, &weights), brier_score(&d.x, &d.positive)),
            (mae_weighted(&c.x, &c.y, &weights), mae(&d.x, &d.y)),
            (mse_weighted(&c.x, &c.y, &weights), mse(&d.x, &d.y)),
            (matrix.mcc(), mcc(&d.a, &d.b)),
        ];
        for (weighted, plain) in pairs {
            prop_assert!(close(&weighted, &plain, 1e-9), "{weighted:?} and {plain:?}");
        }
    }

    #[test]
    fn edits_are_a_distance(a in "[abc]{0,8}", b in "[abc]{0,8}", c in "[abc]{0,8}") {
        let distance = edit_distance;
        prop_assert_eq!(distance(&a, &b), distance(&b, &a));
        prop_assert_eq!(distance(&a, &b) == 0, a == b);
        prop_assert!(distance(&a, &c) <= distance(&a, &b) + distance(&b, &c));
    }

    #[test]
    fn perfect_lists_score_one(
        relevant in prop::collection::btree_set(0..30_usize, 1..10),
        k in 1..12_usize,
    ) {
        let list = vec![relevant.into_iter().collect::<Vec<_>>()];
        for metric in [hit_rate, mean_reciprocal_rank, map_at_k, ndcg_at_k] {
            prop_assert!((metric(&list, &list, k).unwrap() - 1.0).abs() < 1e-12);
        }
    }
}

#[test]
fn intervals_do_not_depend_on_threads() {
    let values: Vec<f64> = (0..50).map(|i| f64::from(i * i % 17)).collect();
    let mean =
        |rows: &[usize]| Ok(rows.iter().map(|&row| values[row]).sum::<f64>() / rows.len() as f64);
    let interval = || Bootstrap::new(3).resamples(500).bca(values.len(), &mean).unwrap();
    let all = interval();
    let other = Bootstrap::new(4).resamples(500).bca(values.len(), &mean).unwrap();
    assert_ne!(all.lower, other.lower);
    for threads in [1, 2, 5] {
        let same = brand_nn_kernels::threads::with(threads, interval);
        assert_eq!(same, all, "{threads} threads");
    }
}

#[test]
fn intervals_hold_the_true_mean_as_often_as_they_say() {
    let mut held = [0; 2];
    for trial in 0..200 {
        let mut values = [0.0_f64; 40];
        brand_nn_kernels::fill_normal(trial, 0, &mut values);
        let mean = |rows: &[usize]| {
            Ok(rows.iter().map(|&row| values[row]).sum::<f64>() / rows.len() as f64)
        };
        let bootstrap = Bootstrap::new(trial).resamples(300).level(0.9);
        let intervals = [bootstrap.percentile(40, &mean), bootstrap.bca(40, &mean)];
        for (held, interval) in held.iter_mut().zip(intervals) {
            let interval = interval.unwrap();
            *held += i32::from(interval.lower <= 0.0 && interval.upper >= 0.0);
        }
    }
    assert!(
        held.iter().all(|held| (165..=195).contains(held)),
        "{held:?} of 200, expected about 180"
    );
}
