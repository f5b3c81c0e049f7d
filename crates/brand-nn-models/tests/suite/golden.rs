//! Published architectures at tiny sizes against what transformers answers.

use crate::common::{Case, cases, tensor, tensors};
use brand_nn_autodiff::{ParamSet, Var};
use brand_nn_layers::Pass;
use brand_nn_models::{
    Gpt2, MaskedLanguageModel, NextSentencePredictor, PretrainingModel, QuestionAnswerer,
    SequenceClassifier, TokenClassifier, Tokens,
};
use brand_nn_optim::{Optimizer, Sgd};
use brand_nn_tensor::{DType, Tensor, check};
use brand_nn_train::Model;

/// The loss of the script: Σ logits · cos(0.7 i) / n.
fn loss(output: &Var) -> Var {
    let size = output.tensor().size();
    let factors = (Tensor::arange(size).to(DType::F64) * 0.7).cos() / size as f64;
    (output * factors.reshape(output.shape())).sum()
}

/// Steps that are padding count nothing.
fn real(case: &Case, output: Var) -> Var {
    let mask = case.table("mask").to(DType::F64);
    match (output.ndim(), case.0["head"] == "pretraining") {
        (3, _) => output * mask.unsqueeze(-1),
        (_, true) => {
            let (rows, steps, size) = (mask.dim(0), mask.dim(1), output.shape()[1]);
            let words = (size - 2) / steps;
            let of_words = mask.unsqueeze(-1).expand([rows, steps, words]);
            let classes = Tensor::ones([rows, 2]).to(DType::F64);
            output * Tensor::concat(&[of_words.reshape([rows, steps * words]), classes], 1)
        }
        _ => output,
    }
}

/// Gradients that are zero by their formula, such as those of biases of keys, are so but for rounding.
#[track_caller]
fn check_gradient(name: &str, found: &Tensor, expected: &Tensor) {
    let most = expected.abs().max().item().max(1e-6);
    let difference = (found - expected).abs().max().item() / most;
    assert!(difference < 1e-10, "gradient of {name}: {difference}");
}

#[track_caller]
fn check_model<M: Model<Input = Tokens>>(case: &Case, mut model: M) {
    model.cast(DType::F64).unwrap();
    let mut sgd = Sgd::new(0.05);
    let gradients = tensors(&case.0["gradients"]);
    for step in 0..5 {
        let mut pass = Pass::inference().learning();
        let output = real(case, model.run(&case.tokens(), &mut pass).unwrap());
        let found = loss(&output).backward().unwrap();
        if step == 0 {
            check::assert_close(output.tensor(), &tensor(&case.0["logits"]), 1e-10);
            for (name, param) in ParamSet::all(&model).unwrap().named() {
                check_gradient(name, &found.get(param).unwrap(), &gradients[name]);
            }
        }
        sgd.step(&mut model, found).unwrap();
    }
    let trained = tensors(&case.0["trained"]);
    let set = ParamSet::all(&model).unwrap();
    assert_eq!(set.len(), trained.len());
    for (name, param) in set.named() {
        check::assert_close(&param.value().unwrap(), &trained[name], 1e-10);
    }
}

#[test]
fn logits_gradients_and_steps_are_those_of_transformers() {
    for case in cases() {
        let folder = tempfile::tempdir().unwrap();
        case.publish(folder.path());
        let folder = folder.path();
        match case.0["head"].as_str().unwrap() {
            "sequence" => {
                check_model(&case, SequenceClassifier::from_pretrained(folder, 3, 1).unwrap());
            }
            "tokens" => check_model(&case, TokenClassifier::from_pretrained(folder, 4, 1).unwrap()),
            "masked" => {
                check_model(&case, MaskedLanguageModel::from_pretrained(folder, 1).unwrap());
            }
            "answer" => check_model(&case, QuestionAnswerer::from_pretrained(folder, 1).unwrap()),
            "next" => check_model(&case, NextSentencePredictor::open(folder).unwrap()),
            "pretraining" => check_model(&case, PretrainingModel::open(folder).unwrap()),
            "causal" => check_model(&case, Gpt2::from_pretrained(folder).unwrap()),
            other => panic!("the file has a head `{other}` that is not checked"),
        }
    }
}
