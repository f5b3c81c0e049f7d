//! What metrics refuse: nothing at all, lengths that do not fit, NaN, and formulas that divide by
//! 0.

use brand_nn_stats::{Result, bootstrap::Bootstrap, metrics::*};
use std::fmt::Debug;

const NAN: f64 = f64::NAN;
const INFINITE: f64 = f64::INFINITY;

#[track_caller]
fn check<T: Debug>(result: Result<T>, message: &str) {
    let text = result.expect_err("an error").to_string();
    assert!(text.contains(message), "{text}\ndoes not contain: {message}");
}

#[test]
fn classes() {
    check(accuracy(&[], &[]), "confusion_matrix: no classes, expected at least one; help:");
    check(accuracy(&[0], &[0, 1]), "1 predicted classes, expected 2; help: give one for each row");
    check(accuracy(&[0, 8192], &[0, 1]), "class 1 is 8192, expected a class from 0 to 8191");
    check(f1(&[0, 2], &[0, 1], Average::Binary), "for Average::Binary is 3, expected two; help:");
    check(f_beta(&[0], &[0], NAN, Average::Macro), "f_beta: beta is NaN, expected a finite number");
    check(f_beta(&[0], &[0], -1.0, Average::Macro), "beta is -1");
    check(cohen_kappa(&[1, 1], &[1, 1], KappaWeights::Plain), "undefined where both raters only");
    check(ConfusionMatrix::default().accuracy(), "accuracy: no pairs of classes");
    check(ConfusionMatrix::default().balanced_accuracy(), "balanced_accuracy: no pairs");
    check(ConfusionMatrix::default().mcc(), "mcc: no pairs of classes");
    check(ConfusionMatrix::default().average(Average::Macro, |_| 1.0), "average: no pairs");
    let matrix = ConfusionMatrix::of(&[0, 1], &[0, 1]).unwrap();
    let nan = matrix.average(Average::Macro, |class| matrix.f_beta(class, NAN));
    check(nan, "average: measure of class 0 is NaN");
    check(ConfusionMatrix::weighted(&[0], &[0], &[0.0]), "undefined where the weights add up to");
    check(ConfusionMatrix::weighted(&[0], &[0], &[-1.0]), "weight 0 is -1, expected a finite");
    check(top_k_accuracy(&[0.1, 0.9], 2, &[1], 0), "top_k_accuracy: k is 0, expected at least 1");
    check(
        top_k_accuracy(&[0.1, 0.9], 2, &[2], 1),
        "class 0 is 2, expected a class from 0 to below",
    );
    check(top_k_accuracy(&[0.1, NAN], 2, &[1], 1), "score 1 is NaN, expected a number; help:");
    check(top_k_accuracy(&[0.1], 2, &[1], 1), "1 numbers, expected 2");
    check(top_k_accuracy(&[], 0, &[1], 1), "num_classes is 0");
}

#[test]
fn scores() {
    check(roc_auc(&[], &[]), "roc_auc: no labels");
    check(roc_auc(&[0.5], &[true, false]), "roc_auc: 1 scores, expected 2");
    check(roc_auc(&[0.5, NAN], &[true, false]), "roc_auc: score 1 is NaN");
    check(roc_auc(&[0.5, 0.6], &[true, true]), "roc_auc: undefined where all labels are of one");
    check(
        roc_auc_weighted(&[0.5, 0.6], &[true, false], &[0.0, 1.0]),
        "all labels are of one class",
    );
    check(roc_auc_weighted(&[0.5], &[true], &[NAN]), "weight 0 is NaN");
    check(roc_curve(&[0.5], &[true]), "roc_curve: undefined");
    check(gini(&[0.5], &[false]), "gini: undefined");
    check(ks_statistic(&[0.5], &[false]), "ks_statistic: undefined");
    check(average_precision(&[0.5], &[false]), "undefined where no label is positive");
    check(precision_recall_curve(&[0.5], &[false]), "precision_recall_curve: undefined");
    check(gain_curve(&[0.5], &[false]), "gain_curve: undefined where no label is positive");
    check(lift_at(&[0.5], &[true], 0.0), "share is 0, expected a number above 0 and below 1");
    check(normalized_gini(&[0.5, 0.1], &[2.0, 2.0]), "all amounts are alike");
    check(normalized_gini(&[0.5, 0.1], &[2.0, -2.0]), "amount 1 is -2");
    check(gain_at(&[0.5], &[true], 10.0), "share is 10, expected");
    check(grouped_auc(&[0.5, 0.6], &[true, false], &[0, 1]), "no group has labels of both classes");
    check(grouped_auc(&[0.5], &[true], &[]), "0 groups, expected 1");
}

#[test]
fn probabilities() {
    check(log_loss(&[1.5], &[true]), "log_loss: probability 0 is 1.5, expected a probability from");
    check(log_loss(&[NAN], &[true]), "probability 0 is NaN");
    check(log_loss(&[], &[]), "log_loss: no labels");
    check(log_loss_weighted(&[0.5], &[true], &[]), "0 weights, expected 1");
    check(log_loss_classes(&[0.5, 0.6], 2, &[0]), "sum of row 0 is 1.1, expected 1, to 1e-4");
    check(log_loss_classes(&[0.5, 0.5], 2, &[2]), "log_loss_classes: class 0 is 2");
    check(brier_score(&[-0.1], &[true]), "brier_score: probability 0 is -0.1");
    check(brier_score_classes(&[], 2, &[]), "brier_score_classes: no labels");
    check(
        calibration_curve(&[0.5], &[true], 0, Binning::Uniform),
        "bins is 0, expected at least 1",
    );
    check(expected_calibration_error(&[0.5], &[], 3), "no labels");
}

#[test]
fn numbers() {
    check(mae(&[], &[]), "mae: no targets");
    check(mse(&[1.0], &[1.0, 2.0]), "mse: 1 predictions, expected 2");
    check(rmse(&[NAN], &[1.0]), "mse: prediction 0 is NaN, expected a finite number");
    check(mae(&[1.0], &[INFINITE]), "mae: target 0 is inf");
    check(mse(&[1e300], &[0.0]), "mse: undefined where errors overflow");
    check(mae(&[f64::MAX], &[f64::MIN]), "mae: undefined where errors overflow");
    check(mae_weighted(&[1.0], &[1.0], &[0.0]), "the weights add up to zero");
    check(mape(&[1.0], &[0.0]), "mape: target 0 is 0, expected a number other than 0");
    check(r2(&[1.0, 2.0], &[0.1, 0.1]), "r2: undefined where all targets are equal");
    check(explained_variance(&[1.0], &[3.0]), "explained_variance: undefined");
    check(median_absolute_error(&[], &[]), "median_absolute_error: no targets");
    check(smape(&[NAN], &[1.0]), "smape: prediction 0 is NaN");
}

#[test]
fn forecasts() {
    check(mase(&[1.0], &[1.0], &[1.0, 2.0], 2), "mase: no values in the history beyond one season");
    check(mase(&[1.0], &[1.0], &[1.0, 2.0, 1.0, 2.0], 2), "the history repeats its season");
    check(rmsse(&[1.0], &[1.0], &[1.0, 2.0], 0), "rmsse: season is 0");
    check(rmsse(&[1.0], &[1.0], &[1.0, NAN], 1), "value of the history 1 is NaN");
    check(pinball(&[1.0], &[1.0], 1.0), "pinball: quantile is 1, expected");
    check(crps_ensemble(&[1.0, 2.0, 3.0], &[1.0, 2.0]), "3 samples, expected 2");
    check(crps_ensemble(&[], &[1.0]), "no samples for each target");
    check(crps_gaussian(&[0.0], &[0.0], &[1.0]), "standard deviation 0 is 0, expected a finite");
    check(
        interval_coverage(&[2.0], &[1.0], &[1.0]),
        "order of interval 0 is 0, expected 1: a lower",
    );
    check(interval_score(&[1.0], &[2.0], &[1.0], 95.0), "level is 95");
    check(tweedie_deviance(&[1.0], &[1.0], 0.5), "power is 0.5, expected 0, or a finite number");
    check(poisson_deviance(&[0.0], &[1.0]), "prediction 0 is 0, expected a number above 0");
    check(poisson_deviance(&[1.0], &[-1.0]), "target 0 is -1");
    check(tweedie_deviance(&[1.0], &[0.0], 2.0), "target 0 is 0, expected a number above 0");
}

#[test]
fn rankings() {
    let none: [Vec<usize>; 0] = [];
    check(hit_rate(&none, &none, 1), "hit_rate: no users");
    check(recall_at_k(&[vec![1]], &[vec![]], 1), "undefined where a user has no relevant item");
    check(precision_at_k(&[vec![1, 1]], &[vec![1]], 1), "user 0 is 1, expected each item once");
    check(map_at_k(&[vec![1]], &[vec![2, 2]], 1), "user 0 is 2, expected each item once");
    check(ndcg_at_k(&[vec![1]], &[vec![1]], 0), "ndcg_at_k: k is 0");
    check(mean_reciprocal_rank(&[], &[vec![1]], 1), "0 lists of recommendations, expected 1");
    check(ndcg_of_scores(&[1.0], &[0.0], 1), "undefined where all gains are 0");
    check(ndcg_of_scores(&[1.0], &[-1.0], 1), "gain 0 is -1");
    check(catalogue_coverage(&[vec![3]], 3), "recommended item 0 is 3, expected an item of the");
    check(catalogue_coverage(&none, 3), "no lists of recommendations");
    check(average_popularity(&[vec![]], &[1.0]), "no recommended items");
    check(average_popularity(&[vec![1]], &[1.0]), "recommended item 0 is 1");
    check(gini_index(&[0.0, 0.0]), "gini_index: undefined where the amounts add up to zero");
    check(entropy(&[]), "entropy: no amounts");
    check(entropy(&[-1.0]), "amount 0 is -1");
}

#[test]
fn texts() {
    let (words, none): ([&str; 1], Vec<Vec<&str>>) = (["a"], vec![]);
    let one = [words.to_vec()];
    check(Bleu::new().score(&none, &[]), "bleu: no candidates");
    check(Bleu::new().score(&one, &[vec![]]), "no references of a candidate");
    check(Bleu::new().score(&one, &[]), "0 lists of references, expected 1");
    check(Bleu::new().max_order(0).score(&none, &[]), "max_order is 0");
    check(Bleu::new().smoothing(Smoothing::AddK(NAN)).score(&none, &[]), "smoothing is NaN");
    check(rouge_n(&words, &[], 1), "no tokens in the reference");
    check(rouge_n(&words, &words, 0), "n is 0");
    check(rouge_l(&[], &words), "no tokens in the candidate");
    check(word_error_rate(&["a"], &[" "]), "no words in the references");
    check(character_error_rate(&[], &["a"]), "0 candidates, expected 1");
    check(distinct_n(&one, 2), "no runs of n tokens");
    check(perplexity(&[]), "perplexity: no tokens");
    check(perplexity(&[0.5]), "log-probability 0 is 0.5, expected a natural logarithm");
    check(perplexity(&[NAN]), "log-probability 0 is NaN");
    assert_eq!(perplexity(&[f64::NEG_INFINITY]).unwrap(), INFINITE);
    // A candidate without tokens, or shorter than the longest n-grams, has nothing in common.
    assert_eq!(Bleu::new().score(&[vec![]], &[vec![vec!["a"]]]).unwrap(), 0.0);
}

#[test]
fn clusters() {
    check(silhouette(&[], 1, &[]), "silhouette: no points");
    check(silhouette(&[1.0, 2.0], 1, &[0, 0]), "undefined where there are fewer than 2 clusters");
    check(silhouette(&[1.0, 2.0], 1, &[0, 1]), "or as many as points");
    check(silhouette(&[1.0], 2, &[0]), "1 numbers, expected 2");
    check(silhouette(&[1.0, 2.0, NAN], 1, &[0, 0, 1]), "number 2 is NaN");
    check(silhouette(&[], 0, &[0]), "num_features is 0");
    check(davies_bouldin(&[1.0, 1.0, 1.0], 1, &[0, 0, 1]), "two clusters have the same centre");
    check(calinski_harabasz(&[1.0, 1.0, 2.0], 1, &[0, 0, 1]), "at their clusters' centres");
    check(calinski_harabasz(&[1e200, 1.0, -1e200], 1, &[0, 0, 1]), "distances overflow");
    check(adjusted_rand_index(&[], &[]), "adjusted_rand_index: no rows");
    check(v_measure(&[0], &[0, 1]), "1 rows in the first partition, expected 2");
}

#[test]
fn uplifts() {
    let (scores, outcome) = ([0.2, 0.1], [1.0, 0.0]);
    check(uplift_curve(&[], &[], &[]), "uplift_curve: no people");
    check(auuc(&scores, &[true], &outcome), "1 treatments, expected 2");
    check(qini_curve(&scores, &[true, true], &outcome), "nobody or everybody was treated");
    check(qini(&scores, &[true, false], &[1.0, NAN]), "qini: outcome 1 is NaN");
    check(qini(&[NAN, 0.1], &[true, false], &outcome), "qini: score 0 is NaN");
    check(qini_coefficient(&scores, &[true, false], &[0.0, 0.0]), "no order is better than chance");
    check(
        uplift_at_k(&scores, &[true, false], &outcome, 0.6),
        "the best scored are all of one group",
    );
    check(uplift_at_k(&scores, &[true, false], &outcome, 1.0), "share is 1");
}

#[test]
fn intervals() {
    let constant = |_: &[usize]| Ok(1.0);
    check(Bootstrap::new(1).percentile(0, &constant), "bootstrap: no rows");
    check(Bootstrap::new(1).resamples(0).percentile(2, &constant), "resamples is 0");
    check(Bootstrap::new(1).level(95.0).percentile(2, &constant), "level is 95");
    check(Bootstrap::new(1).percentile(2, &|_| Ok(NAN)), "the statistic is not finite");
    check(Bootstrap::new(1).bca(1, &constant), "rows is 1, expected at least 2");
    check(Bootstrap::new(1).bca(3, &constant), "the statistic is the same without any row");
    let in_order = |rows: &[usize]| rows.iter().enumerate().all(|(place, &row)| place == row);
    let first = |rows: &[usize]| Ok(if in_order(rows) { -1.0 } else { rows[0] as f64 });
    check(Bootstrap::new(1).bca(20, &first), "all resamples are on one side of the estimate");
    let picky = |rows: &[usize]| roc_auc(&vec![0.5; rows.len()], &vec![true; rows.len()]);
    check(Bootstrap::new(1).percentile(3, &picky), "roc_auc: undefined");
}
