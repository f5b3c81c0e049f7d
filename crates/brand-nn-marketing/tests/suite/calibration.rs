//! Calibration: known curves, real reviews, what abstaining brings, probabilities at the edge.

use brand_nn_marketing::text::linear::{Features, LinearSentiment};
use brand_nn_marketing::text::sentiment::{Calibrated, Calibration, FittedCalibration, Sentiment};
use brand_nn_stats::metrics::expected_calibration_error;
use brand_nn_tensor::check::data;
use std::path::PathBuf;

#[test]
fn curves() {
    let praise = [false, true, false, true, true];
    let isotonic = Calibration::Isotonic.fit(&[0.1, 0.2, 0.3, 0.6, 0.9], &praise).unwrap();
    let expected = vec![(0.1, 0.0), (0.25, 0.5), (0.75, 1.0)];
    let FittedCalibration::Isotonic(points) = &isotonic else { panic!("{isotonic:?}") };
    assert_eq!(points.len(), expected.len());
    for (found, expected) in points.iter().zip(&expected) {
        assert!((found.0 - expected.0).abs() < 1e-12 && found.1 == expected.1, "{points:?}");
    }
    for (x, y) in [(0.0, 0.0), (0.1, 0.0), (0.175, 0.25), (0.25, 0.5), (0.5, 0.75), (1.0, 1.0)] {
        assert!((isotonic.probability(x) - y).abs() < 1e-12, "{x}");
    }
    let shy = Calibration::Temperature.fit(&[0.6, 0.6, 0.4, 0.4], &[true, true, false, false]);
    assert!(shy.unwrap().probability(0.6) > 0.99);
}

#[test]
fn odd_probabilities() {
    for calibration in [Calibration::Temperature, Calibration::Isotonic] {
        let wrong: [(&[f64], &[bool]); 3] = [(&[], &[]), (&[0.5], &[]), (&[f64::NAN], &[true])];
        for (probabilities, praise) in wrong {
            let error = calibration.fit(probabilities, praise).unwrap_err().to_string();
            assert!(error.contains("; help: "), "{error}");
        }
        let edge = calibration.fit(&[0.0, 1.0, 0.5, 1.0], &[true, false, true, true]).unwrap();
        for chance in [0.0, 1e-300, 0.5, 1.0] {
            assert!((0.0..=1.0).contains(&edge.probability(chance)));
        }
    }
}

/// Texts with whether they praise.
struct Rows(Vec<(String, bool)>);

impl Rows {
    fn read(files: &[PathBuf]) -> Rows {
        let texts = files.iter().map(|path| std::fs::read_to_string(path).unwrap());
        let row = |line: &str| {
            let (label, text) = line.split_once('\t')?;
            Some((text.to_owned(), label == "1"))
        };
        Rows(
            texts
                .flat_map(|text| Vec::from_iter(text.split('\n').skip(1).filter_map(row)))
                .collect(),
        )
    }

    /// The texts and labels of the rows whose number is in.
    fn part(&self, is_in: &dyn Fn(usize) -> bool) -> (Vec<&str>, Vec<bool>) {
        let rows = self.0.iter().enumerate().filter(|(row, _)| is_in(*row));
        rows.map(|(_, (text, praise))| (text.as_str(), *praise)).unzip()
    }
}

#[test]
fn chinese_reviews() {
    let Some(path) = data("data/reviews/zh_shopping.tsv") else { return };
    let rows = Rows::read(&[path]);
    let part = |is_in: &dyn Fn(usize) -> bool| rows.part(is_in);
    let (texts, praise) = part(&|i| i % 5 != 4 && i % 10 != 3);
    let model = LinearSentiment::logistic(Features::characters(1, 2)).fit(&texts, &praise).unwrap();
    let (held, held_praise) = part(&|i| i % 10 == 3);
    let (test, test_praise) = part(&|i| i % 5 == 4);
    // 1,736 texts are few for a curve of any form.
    for (calibration, limit) in [(Calibration::Temperature, 0.03), (Calibration::Isotonic, 0.04)] {
        let fitted = Calibrated::fit(model.clone(), calibration, &held, &held_praise).unwrap();
        let chances: Vec<f64> = test.iter().map(|text| fitted.probability(text)).collect();
        let error = expected_calibration_error(&chances, &test_praise, 15);
        let error = error.unwrap();
        println!("{calibration:?}: {error:.4}");
        assert!(error <= limit, "{calibration:?}: {error}");
        let right = |least: f64| {
            let decided = test.iter().zip(&test_praise);
            let decided: Vec<bool> = decided
                .filter_map(|(text, good)| Some(fitted.decide(text, least)? == *good))
                .collect();
            decided.iter().filter(|right| **right).count() as f64 / decided.len() as f64
        };
        let curve = [0.5, 0.6, 0.7, 0.8, 0.9].map(right);
        assert!(curve.windows(2).all(|pair| pair[0] < pair[1]), "{curve:?}");
    }
}

/// Each fold's chances come from a model of the other four, calibrated by a fifth of these.
#[test]
fn english_sentences_by_folds() {
    let files = ["en_amazon", "en_imdb"].map(|name| data(&format!("data/reviews/{name}.tsv")));
    let [Some(amazon), Some(imdb)] = files else { return };
    let rows = Rows::read(&[amazon, imdb]);
    let part = |is_in: &dyn Fn(usize) -> bool| rows.part(is_in);
    let (mut chances, mut praise) = (Vec::new(), Vec::new());
    for fold in 0..5 {
        let is_held = |i: usize| i % 5 != fold && (i / 5).is_multiple_of(5);
        let (texts, labels) = part(&|i| i % 5 != fold && !is_held(i));
        let model = LinearSentiment::logistic(Features::words(1, 2)).fit(&texts, &labels).unwrap();
        let (held, held_praise) = part(&is_held);
        let fitted = Calibrated::fit(model, Calibration::Temperature, &held, &held_praise).unwrap();
        let (test, test_praise) = part(&|i| i % 5 == fold);
        chances.extend(test.iter().map(|text| fitted.probability(text)));
        praise.extend(test_praise);
    }
    let error = expected_calibration_error(&chances, &praise, 15).unwrap();
    println!("calibration error {error:.4}");
    assert!(error <= 0.03, "{error}");
    let right = |least: f64| {
        let sure = chances.iter().zip(&praise).filter(|(p, _)| p.max(1.0 - *p) >= least);
        let sure: Vec<bool> = sure.map(|(p, good)| (*p > 0.5) == *good).collect();
        sure.iter().filter(|right| **right).count() as f64 / sure.len() as f64
    };
    let curve = [0.5, 0.6, 0.7, 0.8, 0.9].map(right);
    println!("{curve:.3?}");
    assert!(curve.windows(2).all(|pair| pair[0] < pair[1]), "{curve:?}");
}
