//! Every metric against scikit-learn, SciPy and others (`golden/metrics.py`).

use brand_nn_stats::{Result, bootstrap, metrics::*};
use serde_json::Value;
use std::collections::BTreeMap;

const GOLDEN: &str = include_str!("../golden/metrics.json");
const TOLERANCE: f64 = 1e-9;

/// The inputs of a case, by name, as the types that metrics take.
struct Case(Value);

impl Case {
    fn array(&self, name: &str) -> &[Value] {
        self.0[name].as_array().map_or(&[], Vec::as_slice)
    }

    fn has(&self, name: &str) -> bool {
        !self.0[name].is_null()
    }

    fn numbers(&self, name: &str) -> Vec<f64> {
        self.array(name).iter().map(|v| v.as_f64().unwrap()).collect()
    }

    fn ids(&self, name: &str) -> Vec<usize> {
        ids(&self.0[name])
    }

    fn lists(&self, name: &str) -> Vec<Vec<usize>> {
        self.array(name).iter().map(ids).collect()
    }

    fn flags(&self, name: &str) -> Vec<bool> {
        self.array(name).iter().map(|v| v.as_u64() == Some(1)).collect()
    }

    fn words(&self, name: &str) -> Vec<&str> {
        words(&self.0[name])
    }

    fn texts(&self, name: &str) -> Vec<Vec<&str>> {
        self.array(name).iter().map(words).collect()
    }

    fn references(&self, name: &str) -> Vec<Vec<Vec<&str>>> {
        self.array(name).iter().map(|v| v.as_array().unwrap().iter().map(words).collect()).collect()
    }

    fn number(&self, name: &str) -> f64 {
        self.0[name].as_f64().unwrap()
    }

    fn size(&self, name: &str) -> usize {
        self.0[name].as_u64().unwrap() as usize
    }

    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap()
    }
}

fn ids(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as usize).collect()
}

fn words(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect()
}

/// The numbers of the family that knows a kind.
fn computed(kind: &str, case: &Case) -> Option<Result<Vec<f64>>> {
    let families =
        [classes, scores, curves, numbers, forecasts, rankings, texts, clusters, uplifts];
    families.iter().find_map(|family| family(kind, case))
}

fn classes(kind: &str, case: &Case) -> Option<Result<Vec<f64>>> {
    let (p, t) = (|| case.ids("p"), || case.ids("t"));
    let matrix = || match case.has("w") {
        true => ConfusionMatrix::weighted(&p(), &t(), &case.numbers("w")),
        false => ConfusionMatrix::of(&p(), &t()),
    };
    let averaged = |plain: &dyn Fn(Average) -> Result<f64>,
                    measure: &dyn Fn(&ConfusionMatrix, usize) -> f64| {
        let average = average(case.text("average"));
        let matrix = matrix()?;
        match case.has("w") {
            true => matrix.average(average, |class| measure(&matrix, class)),
            false => plain(average),
        }
    };
    let value = match kind {
        "accuracy" if case.has("w") => matrix().and_then(|matrix| matrix.accuracy()),
        "accuracy" => accuracy(&p(), &t()),
        "balanced_accuracy" => balanced_accuracy(&p(), &t()),
        "mcc" => mcc(&p(), &t()),
        "confusion_matrix" => return Some(matrix().map(|matrix| cells(&matrix))),
        "precision" => averaged(&|a| precision(&p(), &t(), a), &ConfusionMatrix::precision),
        "recall" => averaged(&|a| recall(&p(), &t(), a), &ConfusionMatrix::recall),
        "f1" => averaged(&|a| f1(&p(), &t(), a), &|matrix, class| matrix.f_beta(class, 1.0)),
        "f_beta" => {
            let beta = case.number("beta");
            averaged(&|a| f_beta(&p(), &t(), beta, a), &|matrix, class| matrix.f_beta(class, beta))
        }
        "cohen_kappa" => cohen_kappa(&p(), &t(), kappa_weights(case.text("weights"))),
        "top_k_accuracy" => {
            top_k_accuracy(&case.numbers("p"), case.size("classes"), &t(), case.size("k"))
        }
        "log_loss_classes" => log_loss_classes(&case.numbers("p"), case.size("classes"), &t()),
        "brier_score_classes" => {
            brier_score_classes(&case.numbers("p"), case.size("classes"), &t())
        }
        _ => return None,
    };
    Some(value.map(|value| vec![value]))
}

fn cells(matrix: &ConfusionMatrix) -> Vec<f64> {
    let classes = matrix.num_classes();
    (0..classes * classes).map(|cell| matrix.count(cell / classes, cell % classes)).collect()
}

fn average(name: &str) -> Average {
    match name {
        "macro" => Average::Macro,
        "micro" => Average::Micro,
        "weighted" => Average::Weighted,
        _ => Average::Binary,
    }
}

fn kappa_weights(name: &str) -> KappaWeights {
    match name {
        "linear" => KappaWeights::Linear,
        "quadratic" => KappaWeights::Quadratic,
        _ => KappaWeights::Plain,
    }
}

fn scores(kind: &str, case: &Case) -> Option<Result<Vec<f64>>> {
    let value = match (kind, case.has("w")) {
        ("roc_auc", false) => roc_auc(&case.numbers("p"), &case.flags("t")),
        ("roc_auc", true) => {
            roc_auc_weighted(&case.numbers("p"), &case.flags("t"), &case.numbers("w"))
        }
        ("average_precision", false) => average_precision(&case.numbers("p"), &case.flags("t")),
        ("average_precision", true) => {
            average_precision_weighted(&case.numbers("p"), &case.flags("t"), &case.numbers("w"))
        }
        ("log_loss", false) => log_loss(&case.numbers("p"), &case.flags("t")),
        ("log_loss", true) => {
            log_loss_weighted(&case.numbers("p"), &case.flags("t"), &case.numbers("w"))
        }
        ("brier_score", false) => brier_score(&case.numbers("p"), &case.flags("t")),
        ("brier_score", true) => {
            brier_score_weighted(&case.numbers("p"), &case.flags("t"), &case.numbers("w"))
        }
        ("gini", _) => gini(&case.numbers("p"), &case.flags("t")),
        ("ks_statistic", _) => ks_statistic(&case.numbers("p"), &case.flags("t")),
        ("gain_at", _) => gain_at(&case.numbers("p"), &case.flags("t"), case.number("share")),
        ("lift_at", _) => lift_at(&case.numbers("p"), &case.flags("t"), case.number("share")),
        ("grouped_auc", _) => grouped_auc(&case.numbers("p"), &case.flags("t"), &case.ids("group")),
        ("expected_calibration_error", _) => {
            expected_calibration_error(&case.numbers("p"), &case.flags("t"), case.size("bins"))
        }
        _ => return None,
    };
    Some(value.map(|value| vec![value]))
}

fn curves(kind: &str, case: &Case) -> Option<Result<Vec<f64>>> {
    let (p, t) = (|| case.numbers("p"), || case.flags("t"));
    Some(match kind {
        "roc_curve" => roc_curve(&p(), &t()).map(|curve| {
            [&curve.false_positive_rate, &curve.true_positive_rate, &curve.threshold[1..]].concat()
        }),
        "precision_recall_curve" => precision_recall_curve(&p(), &t())
            .map(|curve| [&curve.precision, &curve.recall, &curve.threshold[1..]].concat()),
        "gain_curve" => gain_curve(&p(), &t()).map(|curve| [curve.reached, curve.gain].concat()),
        "calibration_curve" => {
            let uniform = case.text("strategy") == "uniform";
            let binning = if uniform { Binning::Uniform } else { Binning::Quantile };
            let bin = |b: &CalibrationBin| [b.probability, b.frequency, b.rows as f64];
            calibration_curve(&p(), &t(), case.size("bins"), binning)
                .map(|bins| bins.iter().flat_map(bin).collect())
        }
        _ => return None,
    })
}

fn numbers(kind: &str, case: &Case) -> Option<Result<Vec<f64>>> {
    type OfPairs = fn(&[f64], &[f64]) -> Result<f64>;
    let of_pairs: [(&str, OfPairs); 9] = [
        ("mae", mae),
        ("mse", mse),
        ("rmse", rmse),
        ("median_absolute_error", median_absolute_error),
        ("mape", mape),
        ("smape", smape),
        ("r2", r2),
        ("explained_variance", explained_variance),
        ("poisson_deviance", poisson_deviance),
    ];
    let value = match (kind, case.has("w")) {
        ("mae", true) => mae_weighted(&case.numbers("p"), &case.numbers("t"), &case.numbers("w")),
        ("mse", true) => mse_weighted(&case.numbers("p"), &case.numbers("t"), &case.numbers("w")),
        _ => {
            let (_, metric) = of_pairs.iter().find(|(name, _)| *name == kind)?;
            metric(&case.numbers("p"), &case.numbers("t"))
        }
    };
    Some(value.map(|value| vec![value]))
}

fn forecasts(kind: &str, case: &Case) -> Option<Result<Vec<f64>>> {
    let (p, t) = (|| case.numbers("p"), || case.numbers("t"));
    let (low, high) = (|| case.numbers("low"), || case.numbers("high"));
    let value = match kind {
        "pinball" => pinball(&p(), &t(), case.number("quantile")),
        "tweedie_deviance" => tweedie_deviance(&p(), &t(), case.number("power")),
        "mase" => mase(&p(), &t(), &case.numbers("history"), case.size("season")),
        "rmsse" => rmsse(&p(), &t(), &case.numbers("history"), case.size("season")),
        "crps_ensemble" => crps_ensemble(&p(), &t()),
        "crps_gaussian" => crps_gaussian(&p(), &case.numbers("sigma"), &t()),
        "interval_coverage" => interval_coverage(&low(), &high(), &t()),
        "interval_score" => interval_score(&low(), &high(), &t(), case.number("level")),
        "percentile_interval" => {
            let interval = bootstrap::percentile_interval(&p(), case.number("level"));
            return Some(interval.map(Vec::from));
        }
        "bca_interval" => {
            let (estimate, without) = (case.number("estimate"), case.numbers("without"));
            let interval = bootstrap::bca_interval(&p(), estimate, &without, case.number("level"));
            return Some(interval.map(Vec::from));
        }
        _ => return None,
    };
    Some(value.map(|value| vec![value]))
}

fn rankings(kind: &str, case: &Case) -> Option<Result<Vec<f64>>> {
    let (lists, wanted) = (|| case.lists("p"), || case.lists("t"));
    let value = match kind {
        "hit_rate" => hit_rate(&lists(), &wanted(), case.size("k")),
        "recall_at_k" => recall_at_k(&lists(), &wanted(), case.size("k")),
        "precision_at_k" => precision_at_k(&lists(), &wanted(), case.size("k")),
        "mean_reciprocal_rank" => mean_reciprocal_rank(&lists(), &wanted(), case.size("k")),
        "map_at_k" => map_at_k(&lists(), &wanted(), case.size("k")),
        "ndcg_at_k" => ndcg_at_k(&lists(), &wanted(), case.size("k")),
        "ndcg_of_scores" => ndcg_of_scores(&case.numbers("p"), &case.numbers("t"), case.size("k")),
        "catalogue_coverage" => catalogue_coverage(&lists(), case.size("items")),
        "average_popularity" => average_popularity(&lists(), &case.numbers("popularity")),
        "gini_index" => gini_index(&case.numbers("p")),
        "entropy" => entropy(&case.numbers("p")),
        _ => return None,
    };
    Some(value.map(|value| vec![value]))
}

fn texts(kind: &str, case: &Case) -> Option<Result<Vec<f64>>> {
    let rouge = |rouge: Result<Rouge>| rouge.map(|r| vec![r.precision, r.recall, r.f1]);
    let value = match kind {
        "bleu" => {
            let bleu = Bleu::new().max_order(case.size("order")).smoothing(smoothing(case));
            bleu.score(&case.texts("p"), &case.references("t"))
        }
        "rouge1" => return Some(rouge(rouge_n(&case.words("p"), &case.words("t"), 1))),
        "rouge2" => return Some(rouge(rouge_n(&case.words("p"), &case.words("t"), 2))),
        "rougeL" => return Some(rouge(rouge_l(&case.words("p"), &case.words("t")))),
        "word_error_rate" => word_error_rate(&case.words("p"), &case.words("t")),
        "character_error_rate" => character_error_rate(&case.words("p"), &case.words("t")),
        "distinct_n" => distinct_n(&case.texts("p"), case.size("n")),
        "perplexity" => perplexity(&case.numbers("p")),
        "edit_distance" => Ok(edit_distance(case.text("p"), case.text("t")) as f64),
        _ => return None,
    };
    Some(value.map(|value| vec![value]))
}

fn smoothing(case: &Case) -> Smoothing {
    match case.text("smoothing") {
        "floor" => Smoothing::Floor(case.number("amount")),
        "add-k" => Smoothing::AddK(case.number("amount")),
        "exp" => Smoothing::Exponential,
        _ => Smoothing::None,
    }
}

fn clusters(kind: &str, case: &Case) -> Option<Result<Vec<f64>>> {
    let value = match kind {
        "silhouette" => silhouette(&case.numbers("p"), case.size("features"), &case.ids("t")),
        "davies_bouldin" => {
            davies_bouldin(&case.numbers("p"), case.size("features"), &case.ids("t"))
        }
        "calinski_harabasz" => {
            calinski_harabasz(&case.numbers("p"), case.size("features"), &case.ids("t"))
        }
        "adjusted_rand_index" => adjusted_rand_index(&case.ids("p"), &case.ids("t")),
        "normalized_mutual_info" => normalized_mutual_info(&case.ids("p"), &case.ids("t")),
        "adjusted_mutual_info" => adjusted_mutual_info(&case.ids("p"), &case.ids("t")),
        "v_measure" => {
            let measure = v_measure(&case.ids("p"), &case.ids("t"));
            return Some(measure.map(|m| vec![m.homogeneity, m.completeness, m.v]));
        }
        _ => return None,
    };
    Some(value.map(|value| vec![value]))
}

fn uplifts(kind: &str, case: &Case) -> Option<Result<Vec<f64>>> {
    let (p, treated, t) = (|| case.numbers("p"), || case.flags("treated"), || case.numbers("t"));
    let points = |curve: UpliftCurve| [curve.people, curve.change].concat();
    let value = match kind {
        "uplift_curve" => return Some(uplift_curve(&p(), &treated(), &t()).map(points)),
        "qini_curve" => return Some(qini_curve(&p(), &treated(), &t()).map(points)),
        "auuc" => auuc(&p(), &treated(), &t()),
        "qini" => qini(&p(), &treated(), &t()),
        "qini_coefficient" => qini_coefficient(&p(), &treated(), &t()),
        "uplift_at_k" => uplift_at_k(&p(), &treated(), &t(), case.number("share")),
        _ => return None,
    };
    Some(value.map(|value| vec![value]))
}

/// Every number to 1e-9 of the expected one, or of 1 where that is smaller.
fn difference(found: &[f64], expected: &[f64]) -> f64 {
    if found.len() != expected.len() {
        return f64::INFINITY;
    }
    let each = found.iter().zip(expected).map(|(a, b)| (a - b).abs() / b.abs().max(1.0));
    each.fold(0.0, |worst, d| if d <= worst { worst } else { d })
}

#[test]
fn metrics_agree_with_their_references() {
    let file: Value = serde_json::from_str(GOLDEN).unwrap();
    let mut checked = BTreeMap::new();
    for (number, case) in file["cases"].as_array().unwrap().iter().enumerate() {
        let case = Case(case.clone());
        let kind = case.text("kind").to_owned();
        let found = computed(&kind, &case).unwrap_or_else(|| panic!("no metric {kind}"));
        let found = found.unwrap_or_else(|error| panic!("case {number}: {error}\n{}", case.0));
        let expected = match case.0["value"].as_f64() {
            Some(value) => vec![value],
            None => case.numbers("value"),
        };
        let close = difference(&found, &expected) <= TOLERANCE;
        assert!(close, "case {number}, {kind}: {found:?}, expected {expected:?}\n{}", case.0);
        *checked.entry(kind).or_insert(0) += 1;
    }
    assert!(checked.len() >= 68, "only {} kinds: {checked:?}", checked.len());
}
