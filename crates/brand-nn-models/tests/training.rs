//! What models learn from raw texts: rows, targets and masks.
#![allow(clippy::unwrap_used, reason = "a test that can't go on should stop")]

use brand_nn_losses::CrossEntropy;
use brand_nn_models::{
    BertConfig, FineTune, Generation, Gpt2, Gpt2Config, IGNORED, MaskedTexts, SequenceClassifier,
    Tokens, pack_texts,
};
use brand_nn_tensor::{Tensor, check::data};
use brand_nn_text::Subwords;
use brand_nn_train::{DataSet, Fit};

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

#[test]
fn a_frozen_published_encoder_and_a_head_tell_reviews_apart() {
    let Some(folder) = data("models/me5_small_zh_en") else { return };
    let tokenizer = brand_nn_text::SubwordTokenizer::open(&folder).unwrap();
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
