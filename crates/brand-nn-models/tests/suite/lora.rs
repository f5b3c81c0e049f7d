//! Low-rank adapters: PEFT's files and logits, merging, switching, what is trained and saved.

use crate::common::{cases, tensor, tensors, write, write_tensors};
use brand_nn_autodiff::{ParamSet, Params};
use brand_nn_layers::Pass;
use brand_nn_losses::CrossEntropy;
use brand_nn_models::{Adapter, BertConfig, Gpt2, Lora, SequenceClassifier, Tokens};
use brand_nn_optim::AdamW;
use brand_nn_tensor::{DType, Tensor, check, io::TensorFile};
use brand_nn_train::{Fit, Model};
use serde_json::{Value, json};
use std::path::Path;

fn publish(folder: &Path, adapter: &Value) {
    write(&folder.join("adapter_config.json"), &adapter["config"].to_string());
    write_tensors(&folder.join("adapter_model.safetensors"), tensors(&adapter["weights"]));
}

#[test]
fn adapters_of_peft_give_its_logits() {
    let file: Value = serde_json::from_str(include_str!("../golden/lora.json")).unwrap();
    let cases = cases();
    for (case, name) in [(&cases[0], "bert"), (cases.last().unwrap(), "gpt2")] {
        let folder = tempfile::tempdir().unwrap();
        let (folder, adapter) = (folder.path(), &file[name]);
        case.publish(folder);
        publish(folder, adapter);
        let expected = tensor(&adapter["logits"]);
        let found = if name == "bert" {
            let model = SequenceClassifier::from_pretrained(folder, 3, 1).unwrap();
            Adapter::load(&model, folder).unwrap();
            model.cast(DType::F64).unwrap();
            model.logits(&case.tokens(), &mut Pass::inference()).unwrap()
        } else {
            let model = Gpt2::from_pretrained(folder).unwrap();
            Adapter::load(&model, folder).unwrap();
            model.cast(DType::F64).unwrap();
            model.logits(&case.tokens(), &mut Pass::inference()).unwrap()
        };
        let real = match found.ndim() {
            3 => case.table("mask").to(DType::F64).unsqueeze(-1),
            _ => Tensor::ones(found.shape()).to(DType::F64),
        };
        check::assert_close(&(found.tensor() * &real), &(expected * real), 1e-6);
    }
}

fn model() -> SequenceClassifier {
    SequenceClassifier::from_config(&BertConfig::new(30, 16, 2), 2, 1).unwrap()
}

fn tokens() -> Tokens {
    let ids: Vec<i64> = (0..32 * 6).map(|i| 5 + (i * i * 7 + i / 6) % 25).collect();
    Tokens::new(Tensor::from(ids).reshape([32, 6]))
}

fn logits(model: &SequenceClassifier) -> Tensor {
    model.logits(&tokens(), &mut Pass::inference()).unwrap().into_tensor()
}

fn plan() -> Lora {
    Lora::new(2, "*.attention.self.{query,value}").alpha(4.0).train("classifier.*")
}

/// The model and its adapter after some steps.
fn trained(seed: u64) -> (SequenceClassifier, Adapter) {
    let model = model();
    let adapter = plan().attach(&model, seed).unwrap();
    let target = Tensor::from((0..32).map(|i| (i as i64 + seed as i64) % 2).collect::<Vec<_>>());
    let mut trainer = model.compile(AdamW::new(0.02), CrossEntropy::default());
    trainer.fit(&(tokens(), target), Fit::epochs(3).batch_size(8).seed(seed).quiet()).unwrap();
    (trainer.model, adapter)
}

#[test]
fn an_adapter_alone_is_trained() {
    let before = ParamSet::all(&model()).unwrap().to_file().unwrap().tensors;
    let (model, adapter) = trained(1);
    for (name, param) in ParamSet::all(&model).unwrap().named() {
        let is_adapted = name.contains("lora_") || name.starts_with("classifier.");
        let changed = before.get(name).is_none_or(|old| *old != param.value().unwrap());
        assert_eq!(changed, is_adapted, "{name}");
    }
    let b = model.params("*.lora_B.weight").unwrap();
    assert!(b.iter().all(|b| b.value().unwrap().abs().max().item() > 0.0));
    assert_eq!(adapter.count(), 4 * 2 * 32);
}

#[test]
fn merged_and_unmerged_are_the_same() {
    let (model, adapter) = trained(1);
    let hung = logits(&model);
    adapter.merge().unwrap();
    assert!(model.params("*.lora_A.weight").is_err()); // nothing hangs there any more
    check::assert_close(&logits(&model), &hung, 1e-5);
    adapter.unmerge().unwrap();
    check::assert_close(&logits(&model), &hung, 1e-5);
}

#[test]
fn saved_adapters_are_small_and_switch() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut expected = Vec::new();
    for (seed, folder) in [(1, &first), (2, &second)] {
        let (model, adapter) = trained(seed);
        adapter.save(folder.path()).unwrap();
        expected.push(logits(&model));
    }
    let file = TensorFile::read(first.path().join("adapter_model.safetensors")).unwrap();
    assert_eq!(file.tensors.len(), 4 * 2 + 2);
    let name = "base_model.model.bert.encoder.layer.0.attention.self.query.lora_A.weight";
    assert_eq!(file.tensors[name].shape()[..], [2, 16]);
    let model = model();
    let plain = logits(&model);
    for (folder, expected) in [(&first, &expected[0]), (&second, &expected[1])] {
        let adapter = Adapter::load(&model, folder.path()).unwrap();
        check::assert_close(&logits(&model), expected, 1e-6);
        adapter.detach();
    }
    assert!(check::relative_difference(&logits(&model), &plain) > 1e-3); // the head stays
    let one = Adapter::load(&model, first.path()).unwrap();
    let two = Adapter::load(&model, second.path()).unwrap();
    let with_two = logits(&model);
    one.attach().unwrap();
    assert_ne!(logits(&model), with_two);
    two.attach().unwrap();
    assert_eq!(logits(&model), with_two);
}

#[test]
fn plans_and_files_that_do_not_fit_are_refused() {
    #[track_caller]
    fn check(plan: &Lora, expected: &str) {
        let error = plan.attach(&model(), 1).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("help:"), "{error}");
    }
    check(&Lora::new(2, "*.qury"), "no parameter matches `*.qury.weight`");
    check(&Lora::new(0, "*.query"), "lora: r is 0");
    check(&Lora::new(2, "*.query").alpha(f64::NAN), "lora_alpha is NaN");
    check(&Lora::new(2, "*.LayerNorm"), "expected linear maps");

    #[track_caller]
    fn check_files(change: impl FnOnce(&mut Value), expected: &str) {
        let file: Value = serde_json::from_str(include_str!("../golden/lora.json")).unwrap();
        let mut adapter = file["bert"].clone();
        change(&mut adapter);
        let folder = tempfile::tempdir().unwrap();
        cases()[0].publish(folder.path());
        publish(folder.path(), &adapter);
        let model = SequenceClassifier::from_pretrained(folder.path(), 3, 1).unwrap();
        let error = Adapter::load(&model, folder.path()).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("help:"), "{error}");
    }
    check_files(|file| file["config"]["peft_type"] = json!("IA3"), "peft_type is \"IA3\"");
    check_files(|file| file["config"]["use_dora"] = json!(true), "expected plain LORA");
    check_files(|file| file["config"]["r"] = json!(0), "r is 0");
    check_files(|file| file["config"]["rank_pattern"] = json!({"a": 1}), "rank_pattern is given");
    let b = "base_model.model.bert.encoder.layer.0.attention.self.query.lora_B.weight";
    let remove = |file: &mut Value| drop(file["weights"].as_object_mut().unwrap().remove(b));
    check_files(remove, "lacks its other half");
    let shape = json!({"shape": [1, 1], "values": [1.0]});
    check_files(|file| file["weights"][b] = shape.clone(), "lora_A.weight: ");
    check_files(|file| file["weights"]["nobody"] = shape, "`nobody` belongs to no weight");
}
