//! Models with their tokenizers: from texts to answers, and what does not belong together.

use crate::common;
use brand_nn_autodiff::ParamSet;
use brand_nn_models::{
    BertConfig, FewShot, FewShotClassifier, FineTune, Generation, Gpt2, Gpt2Config, MaskFiller,
    MaskedLanguageModel, Pooling, SentenceEncoder, SequenceClassifier, TextClassifier,
    TextEmbedder, TextTagger, TextWriter, TokenClassifier,
};
use brand_nn_tensor::{Tensor, check, io::TensorFile};
use brand_nn_text::{Encoding, SubwordTokenizer, Subwords};
use brand_nn_train::Fit;
use serde_json::Value;
use std::time::{Duration, Instant};

const TEXTS: [&str; 3] = ["great brand great price", "poor brand poor price", "a great bargain"];

fn tokenizer() -> SubwordTokenizer {
    Subwords::word_piece(80).fit(&TEXTS).unwrap()
}

fn config() -> BertConfig {
    BertConfig::new(tokenizer().vocabulary_size(), 16, 1)
}

#[test]
fn a_published_classifier_knows_its_labels() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let mut config = config();
    config.id2label =
        [("0".to_owned(), "bad".to_owned()), ("1".to_owned(), "good".to_owned())].into();
    let model = SequenceClassifier::from_config(&config, 2, 1).unwrap();
    common::write(&path.join("config.json"), &serde_json::to_string(&config).unwrap());
    ParamSet::all(&model).unwrap().save(path.join("model.safetensors")).unwrap();
    tokenizer().save(path.join("tokenizer.json")).unwrap();
    let opened = TextClassifier::from_pretrained(path).unwrap();
    let made = TextClassifier::new(model, tokenizer()).unwrap();
    let long = "great brand ".repeat(600);
    let texts = [TEXTS[0], "", long.as_str(), TEXTS[1]];
    let found = opened.classify(&texts).unwrap();
    assert_eq!(found, made.classify(&texts).unwrap());
    for (text, found) in texts.iter().zip(&found) {
        let alone = opened.classify(&[text]).unwrap().remove(0);
        assert!((alone.probability - found.probability).abs() < 1e-6);
        assert!(["bad", "good"].contains(&found.label.as_str()));
    }
    assert_eq!(opened.classify_pairs(&[(TEXTS[0], TEXTS[1])]).unwrap().len(), 1);
    assert!(opened.classify(&[""; 0]).unwrap().is_empty());
}

#[test]
fn the_nearest_texts_come_first() {
    let model = SentenceEncoder::from_config(&config(), Pooling::First, 1).unwrap();
    let embedder = TextEmbedder::new(model, tokenizer()).unwrap();
    let vectors = embedder.embed(&TEXTS).unwrap();
    for (number, text) in TEXTS.iter().enumerate() {
        let near = embedder.similar(text, &vectors, 9).unwrap();
        assert_eq!((near[0].number, near.len()), (number, 3));
        assert!(near.is_sorted_by(|a, b| a.likeness >= b.likeness));
    }
    assert_eq!(embedder.embed(&[""; 0]).unwrap().shape()[..], [0, 16]);
}

#[test]
fn the_published_encoder_finds_what_is_meant() {
    let Some(folder) = check::data("models/me5_small_zh_en") else { return };
    let embedder = TextEmbedder::from_pretrained(folder).unwrap().prefix("query: ");
    let reviews = ["房间很干净，早餐也不错", "电池充不满电，屏幕还有坏点", "这本书翻译得很差"];
    let vectors = embedder.embed(&reviews).unwrap();
    let best = |text: &str| embedder.similar(text, &vectors, 1).unwrap()[0].number;
    assert_eq!(
        [best("a clean hotel room"), best("the laptop's battery"), best("a bad book")],
        [0, 1, 2]
    );
}

#[test]
fn sentence_transformers_has_its_say() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let model = |pooling| SentenceEncoder::from_config(&config(), pooling, 1).unwrap();
    common::write(&path("config.json"), &serde_json::to_string(&config()).unwrap());
    ParamSet::all(&model(Pooling::Mean)).unwrap().save(path("model.safetensors")).unwrap();
    tokenizer().save(path("tokenizer.json")).unwrap();
    let opened = || TextEmbedder::from_pretrained(folder.path());
    let embed = |embedder: TextEmbedder| embedder.embed(&TEXTS).unwrap();
    let made = |pooling, length| {
        let mut config = config();
        config.max_position_embeddings = length;
        let own = SentenceEncoder::from_config(&config, pooling, 1).unwrap();
        let all = ParamSet::all(&model(pooling)).unwrap().to_file().unwrap().tensors;
        for (name, param) in ParamSet::all(&own).unwrap().named() {
            let rows = param.shape()[0];
            param.set(all[name].slice(0, ..rows)).unwrap();
        }
        embed(TextEmbedder::new(own, tokenizer()).unwrap())
    };
    assert_eq!(embed(opened().unwrap()), made(Pooling::Mean, 512));
    common::write(&path("sentence_bert_config.json"), r#"{"max_seq_length": 4}"#);
    assert_eq!(embed(opened().unwrap()), made(Pooling::Mean, 4));
    std::fs::create_dir(path("1_Pooling")).unwrap();
    let pool = |said: &str| {
        common::write(&path("1_Pooling/config.json"), said);
        opened()
    };
    let first = made(Pooling::First, 4);
    assert_eq!(embed(pool(r#"{"pooling_mode_cls_token": true}"#).unwrap()), first);
    assert_eq!(embed(pool(r#"{"pooling_mode": "cls"}"#).unwrap()), first);
    let refused = [
        (r#"{"pooling_mode_max_tokens": true}"#, "pooling is max_tokens, expected mean or cls"),
        (r#"{"pooling_mode": ["cls", "mean"]}"#, "pooling is cls and mean"),
        ("{", "1_Pooling/config.json: EOF"),
    ];
    for (said, expected) in refused {
        let error = pool(said).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("help:"), "{error}");
    }
}

#[test]
fn minilm_has_the_numbers_and_vectors_of_its_package() {
    let Some(folder) = check::data("models/all_minilm_l6_v2") else { return };
    let column = |name: &str| {
        let table = std::fs::read_to_string(check::data(&format!("data/reviews/{name}.tsv"))?);
        Some(common::texts(&table.unwrap()))
    };
    let Some(amazon) = column("en_amazon") else { return };
    let Some(imdb) = column("en_imdb") else { return };
    let Some(chinese) = column("zh_shopping") else { return };
    let golden: Value = serde_json::from_str(include_str!("../golden/minilm.json")).unwrap();
    let every = (chinese.len() / 8000).max(1);
    let lines = amazon.iter().chain(&imdb).chain(chinese.iter().step_by(every).take(8000));
    let lines: Vec<_> = lines.collect();
    assert_eq!(lines.len() as u64, golden["texts"].as_u64().unwrap());
    for file in ["tokenizer.json", "vocab.txt"] {
        let tokenizer = SubwordTokenizer::open(folder.join(file)).unwrap();
        assert_eq!(hash(&tokenizer.encode(&lines).unwrap()), golden["ids"], "{file}");
    }
    let long = (0..2).map(|text| imdb[100 + 30 * text..130 + 30 * text].join(" "));
    let texts = [&amazon[..90], &imdb[..90], &chinese[..18]].concat();
    let texts: Vec<_> = texts.into_iter().chain(long).collect();
    let vectors = include_bytes!("../golden/minilm.safetensors");
    let expected = TensorFile::from_bytes(vectors).unwrap().tensors.remove("vectors").unwrap();
    let found = TextEmbedder::from_pretrained(&folder).unwrap().embed(&texts).unwrap();
    check::assert_close(&found, &expected, 1e-4);
}

/// FNV-1a over the numbers, 2³² − 1 behind each text, as the script has it.
fn hash(encodings: &[Encoding]) -> String {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for id in encodings.iter().flat_map(|encoding| encoding.ids.iter().copied().chain([-1])) {
        for byte in (id as u32).to_le_bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
    format!("{state:016x}")
}

#[test]
fn masks_are_filled_and_counted() {
    let filler =
        MaskFiller::new(MaskedLanguageModel::from_config(&config(), 1).unwrap(), tokenizer())
            .unwrap();
    let filled = filler.fill("great [MASK] price", 4).unwrap();
    assert!(filled.is_sorted_by(|a, b| a.probability >= b.probability));
    assert!(filled.iter().any(|one| one.text.starts_with("great")), "{filled:?}");
    let refused = [
        ("great price", "it has 0 masks, expected one"),
        ("[MASK] [MASK]", "it has 2 masks, expected one"),
        ("great [SEP] [MASK]", "it has the control token `[SEP]`"),
    ];
    for (text, expected) in refused {
        let error = filler.fill(text, 1).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn what_does_not_belong_together_is_refused() {
    #[track_caller]
    fn check<T: std::fmt::Debug>(result: brand_nn_models::Result<T>, expected: &str) {
        let error = result.unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("help:"), "{error}");
    }
    let small = BertConfig::new(7, 16, 1);
    let model = || SequenceClassifier::from_config(&small, 2, 1).unwrap();
    check(TextClassifier::new(model(), tokenizer()), "expected at most the 7 rows");
    let model = SentenceEncoder::from_config(&small, Pooling::Mean, 1).unwrap();
    check(TextEmbedder::new(model, tokenizer()), "expected at most the 7 rows");
    let model = MaskedLanguageModel::from_config(&small, 1).unwrap();
    check(MaskFiller::new(model, tokenizer()), "expected at most the 7 rows");
    let tagger = || TokenClassifier::from_config(&config(), 3, 1).unwrap();
    check(
        TextTagger::new(tagger(), tokenizer(), &["O"]),
        "tags is 1, expected one for each of the 3",
    );
    let gpt = Gpt2::from_config(&Gpt2Config::new(7, 16, 1, 2), 1).unwrap();
    let folder = tempfile::tempdir().unwrap();
    gpt.save(folder.path()).unwrap();
    check(TextWriter::from_pretrained(folder.path()), "no tokenizer.json");
    tokenizer().save(folder.path().join("tokenizer.json")).unwrap();
    check(TextWriter::from_pretrained(folder.path()), "expected at most the 7 rows");
}

#[test]
fn very_long_texts_are_cut_or_refused_in_bounded_time() {
    let start = Instant::now();
    let words = "great brand ";
    let [long, short] = [10_000_000, 10_000].map(|bytes| words.repeat(bytes / words.len()));
    let unbroken = "好".repeat(30_000); // one word
    let model = SequenceClassifier::from_config(&config(), 2, 1).unwrap();
    let classifier = TextClassifier::new(model, tokenizer()).unwrap();
    let found = classifier.classify(&[&long, &short, &unbroken]).unwrap();
    assert_eq!(found[0], found[1]);
    assert!(found[2].probability.is_finite());
    let model = SentenceEncoder::from_config(&config(), Pooling::Mean, 1).unwrap();
    let vectors = TextEmbedder::new(model, tokenizer()).unwrap().embed(&[&long, &short]).unwrap();
    assert_eq!(vectors.select(0, 0), vectors.select(0, 1));
    let gpt = Gpt2Config::new(tokenizer().vocabulary_size(), 16, 1, 2).context(32);
    let writer = TextWriter::new(Gpt2::from_config(&gpt, 1).unwrap(), tokenizer());
    let plan = Generation::new(4);
    let (tokens, room) = (2 * (short.len() / words.len()), 28);
    let error = writer.write(&[&short], &plan).unwrap_err().to_string();
    let expected = format!("prompt 0: {tokens} tokens and 4 new ones, the context has 32; help:");
    assert!(error.starts_with(&expected), "{error}");
    let written = writer.write(&[&short], &plan.cut_prompts(true)).unwrap().remove(0);
    assert_eq!(written.cut, tokens - room);
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn tags_know_the_bytes_of_their_parts() {
    let model = TokenClassifier::from_config(&config(), 2, 1).unwrap();
    model.classes.weight.set(Tensor::zeros([2, 16])).unwrap();
    model.classes.bias.as_ref().unwrap().set(Tensor::from([0.0_f32, 9.0])).unwrap();
    let tagger = TextTagger::new(model, tokenizer(), &["O", "I-BRAND"]).unwrap();
    let found = tagger.tag(&["great brand", ""]).unwrap();
    assert_eq!(found[0].len(), 1);
    assert_eq!((found[0][0].tag.as_str(), found[0][0].range.clone()), ("BRAND", 0..11));
    assert!(found[0][0].probability > 0.99 && found[1].is_empty());
}

/// A classifier that saw the first words of two classes in a few texts.
fn few_shots(texts: &[&str], labels: &[&str]) -> brand_nn_models::Result<FewShotClassifier> {
    let things = ["brand", "price", "phone", "room", "bargain"];
    let words = ["great", "fine", "poor", "bad"];
    let all = words.map(|word| things.map(|thing| format!("{word} {thing}")));
    let tokenizer = Subwords::word_piece(200).fit(&all.concat())?;
    let config = BertConfig::new(tokenizer.vocabulary_size(), 16, 1);
    let model = SentenceEncoder::from_config(&config, Pooling::Mean, 1)?;
    let plan = Fit::epochs(2).batch_size(16).quiet();
    let shots = FewShot::new(FineTune::new(5e-3), plan).pairs(10).seed(3);
    shots.fit(TextEmbedder::new(model, tokenizer)?, texts, labels)
}

#[test]
fn eight_texts_are_enough_for_two_classes() {
    let texts = [
        "great brand",
        "fine brand",
        "great price",
        "fine price",
        "poor brand",
        "bad brand",
        "poor price",
        "bad price",
    ];
    let labels = ["good", "good", "good", "good", "bad", "bad", "bad", "bad"];
    let classifier = few_shots(&texts, &labels).unwrap();
    assert_eq!(classifier.labels(), ["bad", "good"]);
    let unseen = ["great phone", "bad room", "fine bargain", "poor phone"];
    let found = classifier.classify(&unseen).unwrap();
    let labels: Vec<_> = found.iter().map(|found| found.label.as_str()).collect();
    assert_eq!(labels, ["good", "bad", "good", "bad"]);
    let vectors = classifier.embedder.embed(&unseen).unwrap();
    let alike = vectors.matmul(&vectors.t());
    let [same, other] = [[0, 2], [0, 1]].map(|place| alike.get(&place));
    assert!(same > 0.8 && other < 0.3, "{same} {other}");
    let again = few_shots(&texts, &["good", "good", "good", "good", "bad", "bad", "bad", "bad"]);
    assert_eq!(again.unwrap().classify(&unseen).unwrap(), found);
    assert!(classifier.classify(&[""; 0]).unwrap().is_empty());
}

#[test]
fn shots_that_teach_nothing_are_refused() {
    #[track_caller]
    fn check(texts: &[&str], labels: &[&str], expected: &str) {
        let error = few_shots(texts, labels).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("help:"), "{error}");
    }
    check(&["a", "b"], &["x"], "few shots: labels is 1, expected one for each of 2 texts");
    check(&["a", "b"], &["x", "x"], "few shots: classes is 1, expected at least 2");
    check(&[], &[], "few shots: classes is 0");
    let three = few_shots(&["great", "poor", "fine room"], &["a", "b", "c"]).unwrap();
    assert_eq!(three.classify(&["poor"]).unwrap()[0].probabilities.len(), 3); // one text a class
}
