//! Cases whose parameters have our names: all are set, and every gradient is compared.

use crate::{PRECISIONS, cases_in, set, tensor, weighted};
use brand_nn_autodiff::{Gradients, Leaf, ParamSet, Params, Var};
use brand_nn_layers::{Pass, Result};
use brand_nn_tensor::{DType, Tensor, check::assert_close};
use serde_json::Value;
use std::collections::BTreeMap;

/// A case in one precision: what a test reads of it.
pub(crate) struct Case<'a> {
    golden: &'a Value,
    inputs: BTreeMap<String, Var>,
}

impl Case<'_> {
    pub(crate) fn size(&self, name: &str) -> usize {
        crate::size(self.golden, name)
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.golden["config"][name].as_bool().unwrap()
    }

    pub(crate) fn config(&self, name: &str) -> &Value {
        &self.golden["config"][name]
    }

    pub(crate) fn input(&self, name: &str) -> &Var {
        self.maybe(name).unwrap_or_else(|| panic!("no input {name}"))
    }

    pub(crate) fn maybe(&self, name: &str) -> Option<&Var> {
        self.inputs.get(name)
    }

    /// A mask that stands as 0 and 1.
    pub(crate) fn mask(&self, name: &str) -> Option<Tensor> {
        self.maybe(name).map(|mask| mask.tensor().not_equal_to(0.0))
    }

    pub(crate) fn output(&self, name: &str) -> Tensor {
        tensor(&self.golden["outputs"][name])
    }
}

/// Runs all cases of a kind in both precisions; `run` gives each output that it has with its name.
#[track_caller]
pub(crate) fn check<L: Params>(
    file: &str,
    kind: &str,
    make: impl Fn(&Case) -> L,
    run: impl Fn(&L, &Case, &mut Pass) -> Result<Vec<(&'static str, Var)>>,
) {
    for golden in cases_in(file, kind) {
        for (dtype, outputs, slopes) in PRECISIONS {
            let case = Case { golden: &golden, inputs: inputs(&golden, dtype) };
            let layer = make(&case);
            let params = fill(&layer, &golden["params"], dtype);
            let made = run(&layer, &case, &mut Pass::inference().learning()).unwrap();
            for (name, value) in &made {
                assert_close(value.tensor(), &case.output(name), outputs);
            }
            let seeds = &golden["seed_gradient"];
            let seeded = made.iter().filter(|(name, _)| !seeds[name].is_null());
            let loss = seeded.map(|(name, value)| weighted(value, &seeds[name]));
            let gradients = loss.reduce(|a, b| a + b).unwrap().backward().unwrap();
            for (name, slope) in golden["gradients"].as_object().unwrap() {
                let place = format!("{}, {name}, {dtype}", golden["name"]);
                match params.names().iter().position(|other| other == name) {
                    Some(at) => near(&place, &gradients, params.get(at).unwrap(), slope, slopes),
                    None => near(&place, &gradients, case.input(name), slope, slopes),
                }
            }
        }
    }
}

/// Inputs that have a gradient enter as leaves.
fn inputs(golden: &Value, dtype: DType) -> BTreeMap<String, Var> {
    let leaf = |(name, value): (&String, &Value)| {
        let value = tensor(value).to(dtype);
        let is_leaf = !golden["gradients"][name].is_null();
        (name.clone(), if is_leaf { Var::leaf(value) } else { value.into() })
    };
    golden["inputs"].as_object().unwrap().iter().map(leaf).collect()
}

/// Sets every parameter of the layer to the golden one of its name; there must be no other.
fn fill(layer: &impl Params, golden: &Value, dtype: DType) -> ParamSet {
    let params = ParamSet::all(layer).unwrap();
    let mut names = params.names().to_vec();
    names.sort();
    assert!(names.iter().eq(golden.as_object().unwrap().keys()), "the layer has {names:?}");
    for (name, param) in params.names().iter().zip(params.iter()) {
        set(param, &golden[name], dtype);
    }
    params
}

/// Compares with a floor of one: some gradients, such as that of a key's bias, are 0 but for rounding.
#[track_caller]
fn near(place: &str, gradients: &Gradients, leaf: &impl Leaf, golden: &Value, tolerance: f64) {
    let reference = tensor(golden);
    let difference = (gradients.get(leaf).unwrap().to(DType::F64) - &reference).abs().max().item();
    let bound = tolerance * reference.abs().max().item().max(1.0);
    assert!(difference <= bound, "{place}: the gradient differs by {difference:e}");
}
