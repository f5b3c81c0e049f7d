//! Conditional random fields against formulas in PyTorch (`tagging.py`).

use crate::named::{Case, check};
use brand_nn_layers::Crf;
use brand_nn_tensor::{DType, Tensor};

const GOLDEN: &str = include_str!("tagging.json");

#[test]
fn crf() {
    let layer = |case: &Case| Crf::new(case.size("labels"));
    check(GOLDEN, "crf", layer, |layer, case, pass| {
        let (emissions, real) = (case.input("emissions"), case.mask("real"));
        let labels = case.input("labels").tensor().to(DType::I64);
        let paths = layer.decode(emissions.tensor(), real.as_ref())?;
        let scores: Vec<f64> = paths.iter().map(|path| path.score).collect();
        for (number, path) in paths.into_iter().enumerate() {
            let best = case.output("best").select(0, number).to(DType::I64);
            assert_eq!(Tensor::from(&path.labels), best.slice(0, 0..path.labels.len()));
            assert!(best.slice(0, path.labels.len()..).equal_to(-1.0).all(), "one label a step");
        }
        let likelihood = layer.log_likelihood(emissions, &labels, real.as_ref(), pass)?;
        Ok(vec![("output", likelihood), ("best_score", Tensor::from(scores).into())])
    });
}
