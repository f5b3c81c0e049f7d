//! Measures of predictions: pure functions on slices.
//!
//! Predictions come first, what they are compared with second. Each function checks what it gets,
//! says what is wrong with it, and never returns NaN.
//!
//! | of … | use |
//! |---|---|
//! | classes | [`accuracy`], [`balanced_accuracy`], [`top_k_accuracy`], [`mcc`], [`cohen_kappa`] |
//! | one class of several | [`precision`], [`recall`], [`f1`], [`f_beta`], [`ConfusionMatrix`] |
//! | the order of scores | [`roc_auc`], [`average_precision`], [`ks_statistic`], [`gini`] |
//! | the order of amounts | [`normalized_gini`] |
//! | thresholds | [`roc_curve`], [`precision_recall_curve`], [`gain_curve`], [`lift_at`] |
//! | probabilities | [`log_loss`], [`brier_score`], and those of classes |
//! | calibration | [`expected_calibration_error`], [`calibration_curve`] |
//! | numbers | [`mae`], [`mse`], [`rmse`], [`median_absolute_error`], [`mape`], [`smape`] |
//! | explained numbers | [`r2`], [`explained_variance`] |
//! | forecasts | [`mase`], [`rmsse`], [`pinball`], [`interval_coverage`], [`interval_score`] |
//! | distributions | [`crps_ensemble`], [`crps_gaussian`] |
//! | counts and amounts | [`poisson_deviance`], [`tweedie_deviance`] |
//! | recommended lists | [`hit_rate`], [`recall_at_k`], [`precision_at_k`], [`ndcg_at_k`] |
//! | places in them | [`mean_reciprocal_rank`], [`map_at_k`] |
//! | scored items | [`ndcg_of_scores`], [`grouped_auc`] |
//! | a catalogue | [`catalogue_coverage`], [`average_popularity`], [`gini_index`], [`entropy`] |
//! | texts | [`Bleu`], [`rouge_n`], [`rouge_l`], [`edit_distance`], [`word_error_rate`] |
//! | language models | [`perplexity`], [`distinct_n`] |
//! | clusters | [`silhouette`], [`davies_bouldin`], [`calinski_harabasz`] |
//! | partitions | [`adjusted_rand_index`], [`adjusted_mutual_info`], [`v_measure`] |
//! | uplift | [`qini`], [`qini_coefficient`], [`auuc`], [`uplift_at_k`], [`uplift_curve`] |
//!
//! One more is a function in the file of its family, its name below, and a row of
//! `tests/suite/golden.rs`.

mod agreement;
mod catalogue;
mod classification;
mod clustering;
mod confusion;
mod forecast;
mod gain;
mod precision_recall;
mod probability;
mod ranked;
mod ranking;
mod regression;
mod roc;
mod text;
mod uplift;

pub use agreement::{
    VMeasure, adjusted_mutual_info, adjusted_rand_index, normalized_mutual_info, v_measure,
};
pub use catalogue::{average_popularity, catalogue_coverage, entropy, gini_index};
pub use classification::{
    accuracy, balanced_accuracy, cohen_kappa, f_beta, f1, mcc, precision, recall, top_k_accuracy,
};
pub use clustering::{calinski_harabasz, davies_bouldin, silhouette};
pub use confusion::{Average, ConfusionMatrix, KappaWeights};
pub use forecast::{
    crps_ensemble, crps_gaussian, interval_coverage, interval_score, mase, pinball,
    poisson_deviance, rmsse, tweedie_deviance,
};
pub use gain::{GainCurve, gain_at, gain_curve, lift_at, normalized_gini};
pub use precision_recall::{
    PrecisionRecallCurve, average_precision, average_precision_weighted, precision_recall_curve,
};
pub use probability::{
    Binning, CalibrationBin, brier_score, brier_score_classes, brier_score_weighted,
    calibration_curve, expected_calibration_error, log_loss, log_loss_classes, log_loss_weighted,
};
pub use ranking::{
    hit_rate, map_at_k, mean_reciprocal_rank, ndcg_at_k, ndcg_of_scores, precision_at_k,
    recall_at_k,
};
pub use regression::{
    explained_variance, mae, mae_weighted, mape, median_absolute_error, mse, mse_weighted, r2,
    rmse, smape,
};
pub use roc::{RocCurve, gini, grouped_auc, ks_statistic, roc_auc, roc_auc_weighted, roc_curve};
pub use text::{
    Bleu, Rouge, Smoothing, character_error_rate, distinct_n, edit_distance, perplexity, rouge_l,
    rouge_n, word_error_rate,
};
pub use uplift::{
    UpliftCurve, auuc, qini, qini_coefficient, qini_curve, uplift_at_k, uplift_curve,
};
