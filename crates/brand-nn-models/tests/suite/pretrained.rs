//! Folders of published models: what is read from them, and what is refused with which words.

use crate::common::write;
use brand_nn_autodiff::{ParamSet, Params, Var};
use brand_nn_layers::{Call, Mask, Pass};
use brand_nn_models::{
    Bert, BertConfig, Family, MaskedLanguageModel, NextSentencePredictor, Pooling,
    PretrainingModel, SentenceEncoder, SequenceClassifier, Tokens, load_weights,
};
use brand_nn_tensor::{DType, Tensor, check, io::TensorFile};
use brand_nn_text::SubwordTokenizer;
use serde_json::{Value, json};
use std::{fs::File, path::Path};
use tempfile::TempDir;

#[derive(serde::Deserialize)]
struct Embedded {
    text: String,
    ids: Vec<i64>,
    embedding: Vec<f64>,
}

fn cosine(a: &Tensor, b: &Tensor) -> f64 {
    (a * b).sum().item() / (a.norm().item() * b.norm().item())
}

#[test]
fn the_published_sentence_encoder_gives_the_published_vectors() {
    let Some(folder) = check::data("models/me5_small_zh_en") else { return };
    let tokenizer = SubwordTokenizer::open(&folder).unwrap();
    let model = SentenceEncoder::from_pretrained(&folder, Pooling::Mean, 0).unwrap();
    assert_eq!(model.encoder.words.weight.dtype(), DType::F32);
    let file = File::open(folder.join("golden.json")).unwrap();
    let cases: Vec<Embedded> = serde_json::from_reader(file).unwrap();
    let texts: Vec<_> = cases.iter().map(|case| case.text.as_str()).collect();
    let tokens: Tokens = tokenizer.encode_padded(&texts).unwrap().into();
    let together = model.embed(&tokens, &mut Pass::inference()).unwrap();
    for (i, case) in cases.iter().enumerate() {
        let expected = Tensor::from(case.embedding.clone());
        let alone = Tokens::new(Tensor::from(case.ids.clone()).unsqueeze(0));
        let alone = model.embed(&alone, &mut Pass::inference()).unwrap();
        for found in [together.tensor().select(0, i), alone.tensor().select(0, 0)] {
            let likeness = cosine(&found.to(DType::F64), &expected);
            assert!(likeness >= 0.9999, "{}: {likeness}", case.text);
        }
    }
}

fn config() -> BertConfig {
    BertConfig::new(20, 8, 2)
}

/// A folder with a configuration and the weights of an encoder, with a change to each.
fn folder(change: impl FnOnce(&mut Value), weights: impl FnOnce(&mut TensorFile)) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut json = serde_json::to_value(config()).unwrap();
    change(&mut json);
    write(&folder.path().join("config.json"), &json.to_string());
    let bert = Bert::from_config(&config(), 3).unwrap();
    let mut file = ParamSet::all(&bert).unwrap().to_file().unwrap();
    weights(&mut file);
    file.write(folder.path().join("model.safetensors")).unwrap();
    folder
}

#[test]
fn configurations_that_can_not_be_are_refused() {
    #[track_caller]
    fn check(change: impl FnOnce(&mut Value), expected: &str) {
        let folder = folder(change, |_| ());
        let error = Bert::from_pretrained(folder.path()).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("help:"), "{error}");
    }
    check(|json| json["hidden_size"] = json!(0), "hidden_size is 0, expected 1 to");
    check(
        |json| json["num_attention_heads"] = json!(3),
        "num_attention_heads is 3, expected a number",
    );
    check(|json| json["num_attention_heads"] = json!(0), "num_attention_heads is 0");
    check(
        |json| json["num_hidden_layers"] = json!(1_000_000_000),
        "num_hidden_layers is 1000000000",
    );
    let large = |name: &'static str| move |json: &mut Value| json[name] = json!(1 << 23);
    check(large("num_hidden_layers"), "config.json: it asks for 6442455216 numbers");
    check(large("vocab_size"), "config.json: it asks for 67114512 numbers, the weights have 6104");
    check(large("hidden_size"), "the sizes is 56");
    check(|json| json["type_vocab_size"] = json!(u64::MAX), "type_vocab_size is 184467440737");
    check(|json| json["layer_norm_eps"] = json!(-1.0), "layer_norm_eps is -1, expected a number");
    check(|json| json["initializer_range"] = json!(1e300), "initializer_range is 1");
    check(|json| json["hidden_dropout_prob"] = json!(1.5), "hidden_dropout_prob is 1.5");
    check(|json| json["pad_token_id"] = json!(20), "pad_token_id is 20, expected below");
    check(|json| json["hidden_act"] = json!("gelo"), "gelo");
    check(|json| json["model_type"] = json!("t5"), "unknown variant `t5`");
    check(|json| json["vocab_size"] = json!(-1), "config.json: invalid value: integer `-1`");
    check(|json| *json = json!([]), "config.json: invalid length 0");
}

#[test]
fn weights_that_do_not_fit_are_listed_at_once() {
    #[track_caller]
    fn check(change: impl FnOnce(&mut TensorFile), expected: &[&str]) {
        let folder = folder(|_| (), change);
        let error = Bert::from_pretrained(folder.path()).unwrap_err().to_string();
        assert!(expected.iter().all(|part| error.contains(part)), "{error}");
    }
    let (norm, words) = ("embeddings.LayerNorm.weight", "embeddings.word_embeddings.weight");
    let all = |file: &mut TensorFile| {
        file.tensors.remove(norm);
        file.tensors.insert(words.into(), Tensor::zeros([19, 8]));
        file.tensors.insert("encoder.layer.2.output.dense.bias".into(), Tensor::zeros([8]));
    };
    check(
        all,
        &[
            "missing: embeddings.LayerNorm.weight",
            "unexpected: encoder.layer.2.output.dense.bias",
            "mismatched: embeddings.word_embeddings.weight is f32 [19, 8], expected floats [20, 8]",
        ],
    );
    let small =
        |file: &mut TensorFile| drop(file.tensors.insert(words.into(), Tensor::zeros([1, 8])));
    check(small, &["mismatched: embeddings.word_embeddings.weight is f32 [1, 8]"]);
}

#[test]
fn files_that_are_missing_or_unsafe_are_named() {
    #[track_caller]
    fn check(change: impl FnOnce(&Path), expected: &str) {
        let folder = folder(|_| (), |_| ());
        std::fs::remove_file(folder.path().join("model.safetensors")).unwrap();
        change(folder.path());
        let error = Bert::from_pretrained(folder.path()).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("help:"), "{error}");
    }
    let index = "model.safetensors.index.json";
    check(|_| (), "no model.safetensors");
    for pickle in ["pytorch_model.bin", "pytorch_model.bin.index.json"] {
        let expected =
            format!("there is {pickle} alone: pickles are programs that reading would run");
        check(|path| write(&path.join(pickle), "x"), &expected);
    }
    let pickled = "\u{80}\u{2}ccollections\nOrderedDict";
    check(|path| write(&path.join("model.safetensors"), pickled), "model.safetensors: ");
    let cut = |path: &Path| {
        let part = "part.safetensors";
        let tensors = [("a".to_owned(), Tensor::zeros([64]))].into();
        let bytes = TensorFile { tensors, ..TensorFile::default() }.to_bytes().unwrap();
        write(&path.join(part), &bytes[..bytes.len() - 9]);
        write(&path.join(index), &json!({"weight_map": {"a": part}}).to_string());
    };
    check(cut, "part.safetensors: ");
    let lost = r#"{"weight_map": {"a": "model-00001-of-00002.safetensors"}}"#;
    check(|path| write(&path.join(index), lost), "the part `model-00001-of-00002.safetensors`");
    let out = r#"{"weight_map": {"a": "../x.safetensors"}}"#;
    check(|path| write(&path.join(index), out), "the part `../x.safetensors` is not in the folder");
    let other = |path: &Path| {
        write(&path.join(index), r#"{"weight_map": {"a": "one.safetensors"}}"#);
        TensorFile::default().write(path.join("one.safetensors")).unwrap();
    };
    check(other, "no part has `a`");
    let error = Bert::from_pretrained("no/such/folder").unwrap_err().to_string();
    assert!(error.starts_with("no/such/folder/config.json: "), "{error}");
}

#[test]
fn parts_half_floats_and_old_names_are_read() {
    let folder = folder(|_| (), |_| ());
    let path = folder.path();
    let whole = Bert::from_pretrained(path).unwrap();
    let file = TensorFile::read(path.join("model.safetensors")).unwrap();
    std::fs::remove_file(path.join("model.safetensors")).unwrap();
    let mut map = serde_json::Map::new();
    let mut parts = [TensorFile::default(), TensorFile::default()];
    for (i, (name, tensor)) in file.tensors.into_iter().enumerate() {
        let old = name.replace("LayerNorm.weight", "LayerNorm.gamma");
        let old = format!("bert.{}", old.replace("LayerNorm.bias", "LayerNorm.beta"));
        map.insert(old.clone(), json!(format!("part{}.safetensors", i % 2)));
        parts[i % 2].tensors.insert(old, tensor.to(DType::Bf16));
    }
    for (i, part) in parts.iter().enumerate() {
        part.write(path.join(format!("part{i}.safetensors"))).unwrap();
    }
    let index = json!({ "weight_map": map }).to_string();
    write(&path.join("model.safetensors.index.json"), &index);
    let read = Bert::from_pretrained(path).unwrap();
    let tokens = Tokens::new(Tensor::from([[2_i64, 7, 3]]));
    let [a, b] = [whole, read].map(|bert| bert.encode(&tokens, &mut Pass::inference()).unwrap());
    check::assert_close(a.tensor(), b.tensor(), 0.02);
    assert_eq!(b.dtype(), DType::F32);
}

#[test]
fn heads_are_drawn_where_the_folder_has_none() {
    let folder = folder(|_| (), |_| ());
    let model = SequenceClassifier::from_pretrained(folder.path(), 3, 5).unwrap();
    let again = SequenceClassifier::from_pretrained(folder.path(), 3, 5).unwrap();
    assert_eq!(model.classes.weight.value().unwrap(), again.classes.weight.value().unwrap());
    let report = load_weights(&model, folder.path(), "bert").unwrap();
    assert_eq!(report.missing, ["classifier.weight", "classifier.bias"]);
    let masked = MaskedLanguageModel::from_pretrained(folder.path(), 5).unwrap();
    assert!(masked.params("*.decoder.weight").unwrap()[0].is_tied_to(&masked.encoder.words.weight));
    assert!(SequenceClassifier::from_pretrained(folder.path(), 0, 5).is_err());
    let roberta = BertConfig { model_type: Family::Roberta, ..config() };
    let error = NextSentencePredictor::from_config(&roberta, 5).unwrap_err().to_string();
    assert!(error.contains("model_type is Roberta, expected Bert"), "{error}");
    let error = PretrainingModel::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("cls.seq_relationship.weight"), "{error}");
    let error = SequenceClassifier::open(folder.path(), 3).unwrap_err().to_string();
    assert!(error.contains("missing: classifier.weight, classifier.bias"), "{error}");
}

#[test]
fn a_classifier_can_read_the_mean_of_all_tokens() {
    let folder = folder(|_| (), |_| ());
    let model = SequenceClassifier::from_pretrained(folder.path(), 3, 5).unwrap();
    let model = model.pooling(Pooling::Mean);
    let [ids, mask] = [[[2_i64, 7, 3], [2, 3, 0]], [[1, 1, 1], [1, 1, 0]]].map(Tensor::from);
    let tokens = Tokens { mask: mask.to(DType::Bool), ..Tokens::new(ids) };
    let pass = &mut Pass::inference();
    let vectors = model.encoder.encode(&tokens, pass).unwrap().into_tensor();
    let second = vectors.select(0, 1).slice(0, ..2).mean_axis(0);
    let mean = Tensor::stack(&[vectors.select(0, 0).mean_axis(0), second], 0);
    let expected = model.classes.call(mean, pass).unwrap();
    let found = model.logits(&tokens, pass).unwrap();
    check::assert_close(found.tensor(), expected.tensor(), 1e-5);

    let saved = serde_json::to_string(&model.encoder.config).unwrap();
    let config: BertConfig = serde_json::from_str(&saved).unwrap();
    let again = SequenceClassifier::from_config(&config, 3, 1).unwrap();
    let names = |model: &SequenceClassifier| model.params("*").unwrap().names().to_vec();
    assert_eq!(names(&again), names(&model), "a saved configuration says how it was pooled");
    assert!(!serde_json::to_string(&self::config()).unwrap().contains("pooling"));
}

#[test]
fn what_a_model_can_not_read_is_refused() {
    #[track_caller]
    fn check(tokens: &Tokens, expected: &str) {
        let bert = Bert::from_config(&config(), 1).unwrap();
        let error = bert.encode(tokens, &mut Pass::inference()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let beyond = Tokens::new(Tensor::from([[2_i64, 20]]));
    check(&beyond, "id 20, expected 0 to 19");
    check(&Tokens::new(Tensor::from([[2_i64, -1]])), "id -1");
    check(&Tokens::new(Tensor::zeros_of([1, 513], DType::I64)), "of at most 512 tokens");
    check(&Tokens::new(Tensor::from([2_i64, 3])), "[batch, time] of ids");
    let ids = Tensor::from([[2_i64, 3]]);
    let mask = Tensor::from([[true]]);
    check(&Tokens { mask, ..Tokens::new(ids.clone()) }, "of one shape");
    let type_ids = Tensor::from([[0_i64, 2]]);
    check(&Tokens { type_ids, ..Tokens::new(ids) }, "id 2, expected 0 to 1");
}

#[test]
fn padding_changes_nothing() {
    let bert = Bert::from_config(&config(), 1).unwrap();
    let short = Tokens::new(Tensor::from([[2_i64, 7, 3]]));
    let long = Tokens {
        ids: Tensor::from([[2_i64, 7, 3, 0, 0]]),
        mask: Tensor::from([[true, true, true, false, false]]),
        type_ids: Tensor::zeros_of([1, 5], DType::I64),
    };
    assert_eq!(long.trimmed(), short);
    let [a, b] = [short, long].map(|tokens| bert.encode(&tokens, &mut Pass::inference()).unwrap());
    check::assert_close(&b.tensor().slice(1, ..3), a.tensor(), 1e-6);
    let none = Tokens::new(Tensor::zeros_of([0, 4], DType::I64));
    assert_eq!(bert.encode(&none, &mut Pass::inference()).unwrap().shape()[..], [0, 4, 8]);
}

/// Two texts with padding in front, between and behind, and the steps that are asked for.
fn padded() -> (Tokens, Mask) {
    let ids = Tensor::from([[2_i64, 7, 3, 0, 0], [0, 2, 0, 5, 3], [2, 4, 5, 6, 3]]);
    let mask = ids.not_equal_to(0.0);
    let [yes, no] = [true, false];
    let asked = [[yes, no, no, yes, no], [yes, yes, no, no, no], [no, yes, yes, no, yes]];
    (Tokens { mask, ..Tokens::new(ids) }, Mask::new(Tensor::from(asked)).unwrap())
}

#[test]
fn steps_that_are_asked_for_are_those_of_the_whole() {
    let (tokens, asked) = padded();
    let bert = Bert::from_config(&config(), 1).unwrap();
    let rows = Tensor::from([0_i64, 3, 5, 6, 11, 12, 14]);
    for tokens in [&tokens, &Tokens::new(tokens.ids.clone())] {
        let pass = &mut Pass::inference().learning();
        let all = bert.encode(tokens, pass).unwrap().reshape([15, 8]);
        let all = all.index_select(0, &rows).unwrap();
        let few = bert.encode_at(tokens, &asked, pass).unwrap();
        check::assert_close(few.tensor(), all.tensor(), 1e-5);
        let norm = |out: &Var| (out * out * out).sum().backward().unwrap().norm();
        let [ours, theirs] = [norm(&few), norm(&all)];
        assert!((ours - theirs).abs() <= 1e-4 * (1.0 + theirs), "{ours}, not {theirs}");
    }
    let model = MaskedLanguageModel::from_config(&config(), 1).unwrap();
    let pass = &mut Pass::inference();
    let all = model.logits(&tokens, pass).unwrap().reshape([15, 20]).into_tensor();
    let few = model.logits_at(&tokens, &asked, pass).unwrap();
    check::assert_close(few.tensor(), &all.index_select(0, &rows).unwrap(), 1e-5);
    let other = Mask::new(Tensor::from([[true; 5]; 2])).unwrap();
    let error = bert.encode_at(&tokens, &other, pass).unwrap_err().to_string();
    assert!(error.contains("expected [2, 5, …] as its mask"), "{error}");
}

#[test]
fn heads_of_whole_texts_read_the_first_token() {
    let (tokens, _) = padded();
    let pass = &mut Pass::inference();
    let model = SequenceClassifier::from_config(&config(), 3, 1).unwrap();
    let first = model.encoder.encode(&tokens, pass).unwrap().select(1, 0);
    let pooled = model.encoder.pooler.as_ref().unwrap().call(&first, pass).unwrap();
    let expected = model.classes.call(pooled, pass).unwrap();
    check::assert_close(model.logits(&tokens, pass).unwrap().tensor(), expected.tensor(), 1e-5);
    let none = Tokens::new(Tensor::zeros_of([0, 4], DType::I64));
    assert_eq!(model.logits(&none, pass).unwrap().shape()[..], [0, 3]);
    let nothing =
        Tokens { mask: Tensor::from([[false; 3]]), ..Tokens::new(Tensor::from([[2_i64; 3]])) };
    assert_eq!(model.logits(&nothing, pass).unwrap().shape()[..], [1, 3]);
}
