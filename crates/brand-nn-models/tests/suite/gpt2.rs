//! GPT-2 against its published logits, with and without the cache, alone and among others.

use crate::common;
use brand_nn_autodiff::ParamSet;
use brand_nn_layers::Pass;
use brand_nn_models::{CausalModel, End, Generation, Gpt2, Gpt2Config, TextWriter, Tokens};
use brand_nn_tensor::{DType, Tensor, check};
use brand_nn_text::{SubwordTokenizer, Subwords};
use serde_json::{Value, json};
use std::{fs::File, path::PathBuf};

fn tiny() -> Option<(PathBuf, Gpt2)> {
    let folder = check::data("models/gpt2_tiny_random")?;
    let model = Gpt2::from_pretrained(&folder).unwrap();
    Some((folder, model))
}

fn ids(value: &Value) -> Vec<i64> {
    serde_json::from_value(value.clone()).unwrap()
}

fn logits(model: &Gpt2, ids: &[i64]) -> Tensor {
    let tokens = Tokens::new(Tensor::from(ids.to_vec()).unsqueeze(0));
    model.logits(&tokens, &mut Pass::inference()).unwrap().into_tensor().select(0, 0)
}

#[test]
fn the_logits_are_those_published() {
    let Some((folder, model)) = tiny() else { return };
    let golden: Value =
        serde_json::from_reader(File::open(folder.join("golden.json")).unwrap()).unwrap();
    let prompt = ids(&golden["ids"]);
    let found = logits(&model, &prompt).to(DType::F64);
    let first: Vec<f64> = serde_json::from_value(golden["logits_last_first16"].clone()).unwrap();
    let last = found.select(0, prompt.len() - 1).slice(0, ..16);
    assert!((last - Tensor::from(first)).abs().max().item() <= 1e-4);
    assert_eq!(found.argmax(-1).to_vec::<i64>(), ids(&golden["argmax"]));
    assert!((found.sum().item() - golden["logits_sum"].as_f64().unwrap()).abs() < 1e-2);

    let greedy = ids(&golden["greedy_48"]);
    let plan = Generation::new(greedy.len() - prompt.len());
    let written = plan.write_ids(&model, &[&prompt]).unwrap().remove(0);
    assert_eq!([prompt.clone(), written.ids].concat(), greedy);
    let mut without_cache = prompt;
    while without_cache.len() < greedy.len() {
        let last = logits(&model, &without_cache).select(0, without_cache.len() - 1);
        without_cache.push(last.argmax(0).item() as i64);
    }
    assert_eq!(without_cache, greedy);
}

#[test]
fn texts_alone_and_among_others_are_the_same() {
    let Some((_, model)) = tiny() else { return };
    let prompts: [&[i64]; 4] = [&[1, 17, 256], &[5], &[999, 3, 42, 512, 7, 8], &[5]];
    let plans = [Generation::new(20), Generation::new(20).temperature(1.5).top_k(50).seed(4)];
    for plan in plans {
        let together = plan.write_ids(&model, &prompts).unwrap();
        for (prompt, written) in prompts.iter().zip(&together).take(3) {
            assert_eq!(plan.write_ids(&model, &[prompt]).unwrap()[0].ids, written.ids);
        }
        let draws = format!("{plan:?}").contains("Temperature");
        assert_eq!(together[1].ids != together[3].ids, draws); // the same prompt a second time
    }
}

#[test]
fn penalties_and_beams_give_what_transformers_gives() {
    let Some((_, model)) = tiny() else { return };
    let file: Value = serde_json::from_str(include_str!("../golden/generation.json")).unwrap();
    for case in file["cases"].as_array().unwrap() {
        let mut plan = Generation::new(16).end_token(case["end"].as_i64().unwrap());
        for (key, value) in case["settings"].as_object().unwrap() {
            let number = value.as_f64().unwrap();
            plan = match key.as_str() {
                "repetition_penalty" => plan.repetition_penalty(number),
                "no_repeat_ngram_size" => plan.no_repeat_ngram(number as usize),
                "num_beams" => plan.beams(number as usize),
                "length_penalty" => plan.length_penalty(number),
                other => panic!("the file has a setting `{other}` that is not checked"),
            };
        }
        let written = plan.write_ids(&model, &[ids(&file["prompt"])]).unwrap().remove(0);
        assert_eq!(written.ids, ids(&case["written"]), "{} {}", case["name"], case["end"]);
    }
}

#[test]
fn log_probabilities_are_those_of_the_model() {
    let Some((_, model)) = tiny() else { return };
    let prompt = [3, 9, 27];
    for plan in [Generation::new(5).repetition_penalty(2.0), Generation::new(5).beams(3)] {
        let written = plan.write_ids(&model, &[prompt]).unwrap().remove(0);
        let all = [&prompt[..], &written.ids].concat();
        let logs = logits(&model, &all).to(DType::F64).log_softmax(-1);
        for (i, (&token, &log)) in written.ids.iter().zip(&written.log_probabilities).enumerate() {
            let expected = logs.get(&[prompt.len() - 1 + i, token as usize]);
            assert!((log - expected).abs() < 1e-4, "{log} {expected}");
        }
    }
}

#[test]
fn perplexity_is_what_the_logits_say() {
    let (model, tokenizer) = own();
    let context = model.config().n_positions;
    let end = tokenizer.end_id().unwrap();
    let texts = ["好", "a great brand", ""].map(str::to_owned);
    let nats = |text: &String| -> f64 {
        let ids = tokenizer.encode_one(text).unwrap().ids;
        let (read, next) = ([&[end], &ids[..]].concat(), [&ids[..], &[end]].concat());
        assert!(read.len() <= context);
        let chances = logits(&model, &read).log_softmax(1);
        -next.iter().enumerate().map(|(step, id)| chances.get(&[step, *id as usize])).sum::<f64>()
    };
    let (expected, writer) =
        (texts.iter().map(nats).sum::<f64>(), TextWriter::new(model, tokenizer));
    let found = writer.perplexity(&texts).unwrap();
    assert!((found.nats / expected - 1.0).abs() < 1e-5, "{found:?}, expected {expected}");
    assert_eq!(found.characters, 2 + 14 + 1);

    let long = writer.perplexity(&["a great brand ".repeat(10 * context)]).unwrap();
    assert!(long.tokens > 10 * context && long.nats.is_finite(), "{long:?}");
    assert!(writer.perplexity(&[""; 0]).is_err());
}

/// A small model with a tokenizer of its own, whose draws go over all tokens.
fn own() -> (Gpt2, SubwordTokenizer) {
    let texts = ["a great brand with a great price", "never again this poor brand 很好"];
    let tokenizer = Subwords::bpe(290).fit(&texts).unwrap();
    let config = Gpt2Config::new(tokenizer.vocabulary_size(), 16, 2, 2).context(40);
    (Gpt2::from_config(&config, 5).unwrap(), tokenizer)
}

#[test]
fn required_words_come_and_banned_ones_do_not() {
    let (model, tokenizer) = own();
    for seed in 0..20 {
        let plan = Generation::new(16).temperature(3.0).seed(seed);
        let written = plan.clone().required(&["price", "brand"]).write(&model, &tokenizer, &["a"]);
        let text = &written.unwrap()[0].text;
        assert!(text.contains("price") && text.contains("brand"), "{text}");
        let free = plan.write(&model, &tokenizer, &["a"]).unwrap().remove(0).text;
        let letters: Vec<String> = free.chars().take(3).map(String::from).collect();
        let written = plan.banned(&letters).write(&model, &tokenizer, &["a"]).unwrap();
        let text = &written[0].text;
        assert!(letters.iter().all(|letter| !text.contains(letter.as_str())), "{free} {text}");
    }
}

#[test]
fn texts_end_where_they_should() {
    let (model, tokenizer) = own();
    let plan = Generation::new(12).temperature(2.0).seed(3).end_token(-1);
    let whole = plan.write(&model, &tokenizer, &["a"]).unwrap().remove(0);
    assert_eq!((whole.end, whole.ids.len()), (End::Length, 12));
    let (at, middle) = whole.text.char_indices().nth(4).unwrap();
    let stopped =
        plan.clone().stop(&[middle.to_string()]).write(&model, &tokenizer, &["a"]).unwrap();
    assert_eq!(stopped[0].end, End::Stop);
    assert!(stopped[0].text.len() <= at && whole.text.starts_with(&stopped[0].text));
    let ended = plan.clone().end_token(whole.ids[5]).write(&model, &tokenizer, &["a"]).unwrap();
    assert_eq!(ended[0].end, End::Token);
    assert!(!ended[0].ids.contains(&whole.ids[5]) && whole.ids.starts_with(&ended[0].ids));
}

#[test]
fn pieces_of_a_stream_are_the_text() {
    let (model, tokenizer) = own();
    for seed in 0..10 {
        let plan = Generation::new(20).temperature(2.0).seed(seed).stop(&["ab", "很好"]);
        let whole = plan.write(&model, &tokenizer, &["很"]).unwrap().remove(0);
        let stream = plan.stream(&model, &tokenizer, "很").unwrap();
        let pieces: Vec<_> = stream.map(Result::unwrap).collect();
        assert_eq!(pieces.concat(), whole.text);
        let mut stream = plan.stream(&model, &tokenizer, "很").unwrap();
        stream.next();
        assert_eq!(stream.finish().unwrap(), whole);
    }
}

#[test]
fn what_can_not_be_written_is_refused() {
    #[track_caller]
    fn check(plan: &Generation, prompts: &[&str], expected: &str) {
        let (model, tokenizer) = own();
        let error = plan.write(&model, &tokenizer, prompts).unwrap_err().to_string();
        assert!(error.starts_with(expected) && error.contains("help:"), "{error}");
    }
    let plan = || Generation::new(8);
    check(&plan(), &["a", ""], "prompt 1: it has no token");
    let long = "a great ".repeat(20);
    check(&plan(), &[&long], "prompt 0: ");
    check(&Generation::new(0), &["a"], "generation: max_new_tokens is 0");
    check(&Generation::new(40), &["a"], "generation: max_new_tokens is 40, expected less than");
    check(&plan().required(&["a price and a brand of note"]), &["a"], "generation: required is");
    let both = plan().required(&["brand"]).banned(&["ran"]);
    check(&both, &["a"], "generation: required is brand, expected words without a banned");
    check(&plan().beams(0), &["a"], "generation: beams is 0");
    check(&plan().beams(2).top_k(3), &["a"], "generation: beams is 2, expected 1 where");
    check(&plan().top_p(0.0), &["a"], "generation: top_p is 0");
    let (model, tokenizer) = own();
    let written = plan().cut_prompts(true).write(&model, &tokenizer, &[&long]).unwrap();
    let tokens = tokenizer.encode_one(&long).unwrap().len();
    assert_eq!(written[0].cut, tokens - 32);
    let small = Gpt2::from_config(&Gpt2Config::new(20, 8, 1, 1), 1).unwrap();
    let error = plan().write(&small, &tokenizer, &["a"]).unwrap_err().to_string();
    assert!(error.contains("expected at most the 20 that the model knows"), "{error}");
    assert!(plan().stop(&["x"]).write_ids(&small, &[[1_i64]]).is_err());
    assert!(plan().write_ids(&small, &[[20_i64]]).unwrap_err().to_string().contains("id 20"));
    assert!(plan().beams(2).stream(&model, &tokenizer, "a").is_err());
    assert!(plan().write(&model, &tokenizer, &[""; 0]).unwrap().is_empty());
}

#[test]
fn configurations_that_can_not_be_are_refused() {
    #[track_caller]
    fn check(change: impl FnOnce(&mut Gpt2Config), expected: &str) {
        let mut config = Gpt2Config::new(20, 8, 1, 2);
        change(&mut config);
        let error = Gpt2::from_config(&config, 1).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    check(|config| config.n_head = 3, "n_head is 3, expected a number that divides the 8");
    check(|config| config.n_layer = 0, "n_layer is 0");
    check(|config| config.n_embd = usize::MAX, "n_embd is 18446744073709551615");
    let large = 1 << 22;
    check(|config| (config.n_embd, config.n_layer) = (large, large), "the sizes is ");
    check(|config| config.n_inner = Some(0), "n_inner is 0");
    check(|config| config.layer_norm_epsilon = f64::NAN, "layer_norm_epsilon is NaN");
    check(|config| config.initializer_range = -0.02, "initializer_range is -0.02");
    check(|config| config.attn_pdrop = f64::NAN, "attn_pdrop is NaN");
    check(|config| config.activation_function = "gelo".into(), "gelo");
}

#[test]
fn a_saved_model_is_the_same_and_published_buffers_are_left() {
    let folder = tempfile::tempdir().unwrap();
    let config = Gpt2Config::new(20, 8, 2, 2);
    let model = Gpt2::from_config(&config, 1).unwrap();
    model.save(folder.path()).unwrap();
    let read = Gpt2::from_pretrained(folder.path()).unwrap();
    assert_eq!(read.config(), &config);
    assert_eq!(logits(&read, &[1, 2, 3]), logits(&model, &[1, 2, 3]));
    let mut file = ParamSet::all(&model).unwrap().to_file().unwrap().tensors;
    let old = |name: String| name.trim_start_matches("transformer.").to_owned();
    file = file.into_iter().map(|(name, tensor)| (old(name), tensor)).collect();
    file.insert("h.0.attn.bias".into(), Tensor::ones([1, 1, 4, 4]));
    common::write_tensors(&folder.path().join("model.safetensors"), file);
    let read = Gpt2::from_pretrained(folder.path()).unwrap();
    assert_eq!(logits(&read, &[1, 2, 3]), logits(&model, &[1, 2, 3]));
    let refused = |json: Value, expected: &str| {
        common::write(&folder.path().join("config.json"), &json.to_string());
        let error = Gpt2::from_pretrained(folder.path()).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("help:"), "{error}");
    };
    refused(json!({"n_embd": 8}), "config.json: missing field `vocab_size`");
    let large = Gpt2Config { vocab_size: 1 << 23, ..config };
    refused(json!(large), "config.json: it asks for 67118592 numbers, the weights have ");
    assert_eq!(model.context_length(), 1024);
}
