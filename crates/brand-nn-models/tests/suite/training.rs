//! What models learn from raw texts: rows, targets and masks.

use brand_nn_autodiff::{ParamSet, Params, Role};
use brand_nn_losses::{CrossEntropy, Loss};
use brand_nn_models::{
    BertConfig, FineTune, Generation, Gpt2, Gpt2Config, IGNORED, MaskedPairs, MaskedTexts,
    NextSentencePredictor, PretrainingLoss, SequenceClassifier, Tokens, pack_texts, sentence_pairs,
};
use brand_nn_tensor::{
    DType, Tensor,
    check::{assert_close, data},
};
use brand_nn_text::{SubwordTokenizer, Subwords};
use brand_nn_train::{Batch, Callback, Checkpoint, DataSet, Epoch, Fit, Result, TrainingStep};
use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    path::PathBuf,
    sync::mpsc::{Sender, channel},
};

#[test]
fn rows_are_full_and_targets_are_the_next_tokens() {
    let texts = ["abc", "", "de"];
    let tokenizer = Subwords::bpe(257).fit(&texts).unwrap();
    let end = tokenizer.end_id().unwrap();
    let ids = |text: &str| tokenizer.encode_one(text).unwrap().ids;
    let stream = [ids("abc"), vec![end, end], ids("de"), vec![end]].concat(); // 8 tokens
    let (tokens, targets) = pack_texts(&tokenizer, &texts, 5).unwrap();
    assert_eq!(tokens.ids.to_vec::<i64>()[..8], stream);
    assert_eq!(tokens.ids.to_vec::<i64>()[8..], [end; 2]);
    assert_eq!(targets.to_vec::<i64>()[..7], stream[1..]);
    assert_eq!(targets.to_vec::<i64>()[7..], [IGNORED; 3]);
    let short = tokenizer.clone().max_length(2).stride(1);
    assert_eq!(pack_texts(&short, &texts, 5).unwrap(), (tokens, targets), "nothing is cut off");
    assert!(pack_texts(&tokenizer, &texts, 0).is_err());
    assert!(pack_texts(&tokenizer, &[""; 0], 5).is_err());
    let none = Subwords::word_piece(30).fit(&texts).unwrap();
    assert!(pack_texts(&none, &texts, 5).is_ok()); // [SEP] ends a text
    let error = MaskedTexts::new(&tokenizer, &texts, 5).unwrap_err().to_string();
    assert!(error.starts_with("texts: tokenizer is one without a mask"), "{error}");
}

#[test]
fn hidden_tokens_have_their_shares_and_change_each_time() {
    let texts = vec!["one two three four five six seven"; 300];
    let tokenizer = Subwords::word_piece(100).fit(&texts).unwrap();
    let make = || MaskedTexts::new(&tokenizer, &texts, 64).unwrap().seed(3);
    let set = make();
    let all: Vec<_> = (0..set.len()).collect();
    let (first, second) = (set.batch(&all).unwrap(), set.batch(&all).unwrap());
    assert_ne!(first, second);
    assert_eq!(make().batch(&all).unwrap(), first);
    let (read, targets) = (first.0.ids.to_vec::<i64>(), first.1.to_vec::<i64>());
    let real = first.0.mask.to_vec::<bool>().iter().filter(|real| **real).count() as f64;
    let chosen: Vec<_> = read.iter().zip(&targets).filter(|(_, t)| **t != IGNORED).collect();
    let share = |count: usize, of: f64| count as f64 / of;
    let mask = tokenizer.mask_id().unwrap();
    let masked = chosen.iter().filter(|(read, _)| **read == mask).count();
    let kept = chosen.iter().filter(|(read, target)| read == target).count();
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 0.05, "{found}");
    near(share(chosen.len(), real * 7.0 / 8.0), 0.15); // each eighth token is an end
    near(share(masked, chosen.len() as f64), 0.8);
    near(share(kept, chosen.len() as f64), 0.1);
    assert!(chosen.iter().all(|(_, target)| !tokenizer.is_control(**target)));
}

/// Documents each of whose sentences says which document it is of, and its place there.
fn documents() -> Vec<Vec<String>> {
    let document =
        |number: usize| (0..40).map(move |place| format!("d{number} s{place}")).collect();
    (0..8).map(document).collect()
}

#[test]
fn half_of_the_pairs_go_on_and_all_sentences_come() {
    let documents = documents();
    let tokenizer = Subwords::word_piece(200).fit(&documents.concat()).unwrap();
    let make = |seed| sentence_pairs(&tokenizer, &documents, 23, seed).unwrap();
    let (tokens, classes) = make(5);
    assert_eq!(make(5), (tokens.clone(), classes.clone()));
    assert_ne!(make(6).0, tokens);
    assert!(tokens.ids.dim(1) <= 23);
    let share = classes.to(DType::F64).mean().item();
    assert!((0.45..0.6).contains(&share), "{share}");
    let text = |row: usize, segment: i64| {
        let column = |tensor: &Tensor| tensor.select(0, row).to_vec::<i64>();
        let ids = column(&tokens.ids).into_iter().zip(column(&tokens.type_ids));
        let ids: Vec<_> = ids.filter(|(_, kind)| *kind == segment).map(|(id, _)| id).collect();
        tokenizer.decode(&ids).unwrap()
    };
    let mut seen = std::collections::BTreeSet::new();
    for (row, class) in classes.to_vec::<i64>().into_iter().enumerate() {
        let (first, second) = (text(row, 0), text(row, 1));
        let word = |text: &str, place: usize| text.split(' ').nth(place).unwrap().to_owned();
        assert_eq!(word(&first, 0) == word(&second, 0), class == 0, "{first} | {second}");
        let place = |text: &str| text[text.rfind('s').unwrap() + 1..].parse::<usize>().unwrap();
        if class == 0 {
            assert_eq!(place(&first) + 1, place(&word(&second, 1)));
        }
        let both = if class == 0 { format!("{first} {second}") } else { first };
        let words: Vec<_> = both.split(' ').map(str::to_owned).collect();
        seen.extend(words.chunks(2).map(<[String]>::to_vec));
    }
    assert_eq!(seen.len(), 8 * 40);
}

#[test]
fn pairs_that_can_not_be_made_are_refused() {
    let tokenizer = Subwords::word_piece(60).fit(&["one text"]).unwrap();
    #[track_caller]
    fn check(tokenizer: &SubwordTokenizer, documents: &[Vec<&str>], length: usize, expected: &str) {
        let error = sentence_pairs(tokenizer, documents, length, 1).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("help:"), "{error}");
    }
    let two = [vec!["one"], vec!["text"]];
    check(&tokenizer, &two, 4, "rows is a length of 4, expected room for two tokens");
    check(
        &tokenizer,
        &two[..1],
        16,
        "documents is 1 documents with a token, expected at least two",
    );
    check(&tokenizer, &[vec!["one"], vec!["", " "]], 16, "documents is 1 documents");
    check(&tokenizer, &[], 16, "documents is 0 documents");
    let (tokens, classes) = sentence_pairs(&tokenizer, &two, 16, 1).unwrap();
    assert_eq!(classes.to_vec::<i64>(), [1, 1]); // there is no second sentence
    assert!(MaskedPairs::new(&tokenizer, (tokens.clone(), Tensor::from([1_i64]))).is_err());
    let data = MaskedPairs::new(&tokenizer, (tokens, classes)).unwrap().share(1.0);
    let (read, targets) = data.batch(&[1]).unwrap();
    let last = read.ids.dim(1);
    assert_eq!((targets.dim(1), targets.get(&[0, last])), (last + 1, 1.0));
    let logits = Tensor::zeros([1, last * 9 + 3]).into();
    let error = PretrainingLoss.loss(&logits, &targets).unwrap_err().to_string();
    assert!(error.contains("expected [batch, time · vocabulary + 2]"), "{error}");
}

#[test]
fn an_encoder_learns_which_text_follows() {
    let documents: Vec<_> = ["a", "b"].map(|word| vec![word; 40]).into();
    let tokenizer = Subwords::word_piece(30).fit(&["a b"]).unwrap();
    let data = sentence_pairs(&tokenizer, &documents, 7, 3).unwrap();
    let config = BertConfig {
        hidden_dropout_prob: 0.0,
        attention_probs_dropout_prob: 0.0,
        ..BertConfig::new(tokenizer.vocabulary_size(), 16, 1)
    };
    let model = NextSentencePredictor::from_config(&config, 1).unwrap();
    let plan = Fit::epochs(120).batch_size(16).quiet();
    let recipe = FineTune::new(1e-2);
    let (_, history) = recipe.fit(model, &data, CrossEntropy::default(), plan).unwrap();
    let loss = history.last("loss").unwrap();
    assert!(loss < 0.4, "{loss}"); // by chance it is ln 2
}

#[test]
fn a_small_gpt_learns_its_text() {
    let texts = ["the brand that everybody wants"; 8];
    let tokenizer = Subwords::bpe(290).fit(&texts).unwrap();
    let (tokens, targets) = pack_texts(&tokenizer, &texts, 32).unwrap();
    let config = Gpt2Config::new(tokenizer.vocabulary_size(), 32, 1, 2).context(64).dropout(0.0);
    let model = Gpt2::from_config(&config, 1).unwrap();
    let loss = CrossEntropy::default().ignore_index(IGNORED);
    let plan = Fit::epochs(60).batch_size(4).quiet();
    let recipe = FineTune::new(1e-2);
    let (trainer, history) = recipe.fit(model, &(tokens, targets), loss, plan).unwrap();
    assert!(history.last("loss").unwrap() < 0.2, "{:?}", history.last("loss"));
    let plan = Generation::new(20);
    let written = plan.write(&trainer.model, &tokenizer, &["the brand"]).unwrap().remove(0);
    assert_eq!(written.text, " that everybody wants");
}

#[test]
fn frozen_parts_stay() {
    let model = SequenceClassifier::from_config(&BertConfig::new(10, 8, 1), 2, 1).unwrap();
    let before = model.encoder.words.weight.value().unwrap();
    let ids = Tensor::from([[2_i64, 5, 3], [2, 6, 3]]);
    let set = (Tokens::new(ids), Tensor::from([0_i64, 1]));
    let fit = |pattern, model| {
        let plan = Fit::epochs(2).batch_size(16).quiet();
        FineTune::new(1e-2).freeze(pattern).fit(model, &set, CrossEntropy::default(), plan)
    };
    let (trainer, _) = fit("*embeddings*", model).unwrap();
    assert_eq!(trainer.model.encoder.words.weight.value().unwrap(), before);
    let error = fit("*embedings*", trainer.model);
    assert!(error.err().unwrap().to_string().contains("no parameter matches"));
}

/// A model of two layers without dropout.
fn classifier() -> SequenceClassifier {
    let config = BertConfig {
        hidden_dropout_prob: 0.0,
        attention_probs_dropout_prob: 0.0,
        ..BertConfig::new(10, 8, 2)
    };
    SequenceClassifier::from_config(&config, 2, 1).unwrap()
}

fn rows(count: usize) -> (Tokens, Tensor) {
    let ids = Tensor::from([[2_i64, 5, 3], [2, 6, 3]]).tile(&[count / 2, 1]);
    (Tokens::new(ids), Tensor::from([0_i64, 1]).tile(&[count / 2]))
}

/// Notes after each epoch which parameters have another value than before it.
struct Changed {
    before: BTreeMap<String, Tensor>,
    epochs: Sender<Vec<String>>,
}

impl Callback for Changed {
    fn epoch_end(&mut self, epoch: &mut Epoch<'_>) -> Result<ControlFlow<()>> {
        let values = ParamSet::all(&*epoch.model)?.to_file()?.tensors;
        let old = std::mem::replace(&mut self.before, values);
        let all = self.before.iter().filter(|(name, value)| old[*name] != **value);
        self.epochs.send(all.map(|(name, _)| name.clone()).collect()).unwrap();
        Ok(ControlFlow::Continue(()))
    }
}

#[test]
fn layers_join_one_after_the_other() {
    let model = classifier();
    model.params("*.position_embeddings.*").unwrap().freeze();
    let (epochs, changed) = channel();
    let before = ParamSet::all(&model).unwrap().to_file().unwrap().tensors;
    let plan = Fit::epochs(5).batch_size(4).callback(Changed { before, epochs }).quiet();
    let recipe = FineTune::new(1e-2).gradual_unfreezing();
    let (trainer, _) = recipe.fit(model, &rows(8), CrossEntropy::default(), plan).unwrap();
    let parts = [
        "classifier.weight",
        "layer.1.output",
        "layer.0.output",
        "word_embeddings",
        "position_emb",
    ];
    let found: Vec<_> = changed
        .iter()
        .map(|names| parts.map(|part| names.iter().any(|name| name.contains(part))))
        .collect();
    let first = |count| [0, 1, 2, 3, 4].map(|place| place < count);
    assert_eq!(found, [first(1), first(2), first(3), first(4), first(4)]);
    let is_frozen = |name: &str| trainer.model.params(name).unwrap()[0].role() == Role::Frozen;
    assert!(is_frozen("*.position_embeddings.weight") && !is_frozen("*.word_embeddings.weight"));
}

/// Keeps the file of an early step in a folder.
struct Keep(PathBuf);

impl Callback for Keep {
    fn step_end(&mut self, step: &mut TrainingStep<'_>) -> Result<ControlFlow<()>> {
        if step.number == 6 {
            std::fs::copy(self.0.join("last"), self.0.join("sixth")).unwrap();
        }
        Ok(ControlFlow::Continue(()))
    }
}

#[test]
fn a_training_that_unfreezes_goes_on_within_an_epoch() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let fit = |plan: fn(Fit, PathBuf) -> Fit| {
        let plan = plan(Fit::epochs(3), path("sixth")).batch_size(4); // of four steps each
        let plan = plan.checkpoint(Checkpoint::new(path("last")).every_steps(6));
        let plan = plan.callback(Keep(folder.path().into())).quiet();
        let recipe = FineTune::new(1e-2).gradual_unfreezing();
        let data = rows(16);
        let (trainer, _) = recipe.fit(classifier(), &data, CrossEntropy::default(), plan).unwrap();
        ParamSet::all(&trainer.model).unwrap().to_file().unwrap().tensors
    };
    let whole = fit(|plan, _| plan);
    assert_eq!(fit(Fit::resume_from), whole);
}

/// Notes the rate that each step leaves.
struct Rates(Sender<f64>);

impl Callback for Rates {
    fn step_end(&mut self, step: &mut TrainingStep<'_>) -> Result<ControlFlow<()>> {
        self.0.send(step.optimizer.rate()).unwrap();
        Ok(ControlFlow::Continue(()))
    }
}

#[test]
fn gathered_batches_are_one_large_batch() {
    let fit = |plan: Fit| {
        let plan = plan.validation_split(0.2).seed(3);
        let (sender, rates) = channel();
        let data = rows(26).rows(&Vec::from_iter(0..25)).unwrap();
        let steps = plan.num_steps(&data).unwrap();
        let recipe = FineTune::new(1e-2).warm_up(0.3);
        let plan = plan.callback(Rates(sender)).quiet();
        let (trainer, _) = recipe.fit(classifier(), &data, CrossEntropy::default(), plan).unwrap();
        let rates: Vec<_> = rates.iter().collect();
        assert_eq!(rates.len() as u64, steps);
        (rates, trainer.model.classes.weight.value().unwrap())
    };
    let (rates, weight) = fit(Fit::epochs(7).batch_size(8)); // 8, 8 and 4 rows
    let (same, near) = fit(Fit::epochs(7).batch_size(4).accumulate(2)); // 4 + 4, 4 + 4 and 4
    assert_eq!(rates, same);
    assert_close(&near, &weight, 1e-4);
    let rising = rates.iter().position(|rate| *rate == 1e-2);
    assert_eq!((rising, rates.len()), (Some(4), 21)); // the sixth step has the whole rate
    assert_eq!(rates.last(), Some(&0.0));
}

#[test]
fn a_frozen_published_encoder_and_a_head_tell_reviews_apart() {
    let Some(folder) = data("models/me5_small_zh_en") else { return };
    let tokenizer = SubwordTokenizer::open(&folder).unwrap();
    let good = ["房间干净，服务热情", "质量很好，很喜欢", "物流快，包装好", "内容精彩，值得一读"];
    let bad = ["房间又脏又吵", "质量太差，退货了", "物流慢，包装破了", "内容无聊，浪费钱"];
    let set = |texts: Vec<&str>, labels: Vec<i64>| {
        let texts: Vec<_> = texts.iter().map(|text| format!("query: {text}")).collect();
        (Tokens::from(tokenizer.encode_padded(&texts).unwrap()), Tensor::from(labels))
    };
    let train = set([good, bad].concat(), vec![1, 1, 1, 1, 0, 0, 0, 0]);
    let model = SequenceClassifier::from_pretrained(&folder, 2, 1).unwrap();
    let plan = Fit::epochs(20).batch_size(8).quiet();
    let recipe = FineTune::new(1e-2).freeze("bert.e*");
    let (trainer, _) = recipe.fit(model, &train, CrossEntropy::default(), plan).unwrap();
    let (test, _) = set(vec!["早餐好吃，下次还来", "电脑坏了，客服不理人"], vec![1, 0]);
    assert_eq!(trainer.predict(&test).unwrap().argmax(1).to_vec::<i64>(), [1, 0]);
}
