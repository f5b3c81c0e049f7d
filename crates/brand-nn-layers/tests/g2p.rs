//! A trained network of others that spells English words as sounds: a GRU reads, a GRU writes.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use brand_nn_autodiff::Params;
use brand_nn_layers::{Call, Embedding, Gru, Linear, Pass, RecurrentState};
use brand_nn_tensor::{DType, Tensor, check, io::TensorFile};
use serde_json::Value;

/// The numbers of `</s>` among letters, of `<s>` and `</s>` among sounds, and the longest answer.
const LETTERS_END: i64 = 2;
const START: i64 = 2;
const END: i64 = 3;
const LONGEST: usize = 20;

/// One side of the network: a vector for each symbol, and what reads them.
struct Side {
    embedding: Embedding,
    gru: Gru,
}

impl Side {
    fn read(file: &TensorFile, name: &str) -> Self {
        let part = |part: &str| file.tensors[&format!("{name}_{part}")].clone();
        let (table, recurrent) = (part("emb"), part("w_hh"));
        let embedding = Embedding::new(table.dim(0), table.dim(1));
        let gru = Gru::new(table.dim(1), recurrent.dim(1));
        embedding.weight.set(table).unwrap();
        gru.weight_ih.set(part("w_ih")).unwrap();
        gru.weight_hh.set(recurrent).unwrap();
        gru.bias_ih.set(part("b_ih")).unwrap();
        gru.bias_hh.set(part("b_hh")).unwrap();
        Self { embedding, gru: gru.init(0).unwrap() }
    }

    /// The state after symbols, from a state.
    fn after(&self, ids: &[i64], state: Option<&RecurrentState>) -> RecurrentState {
        let pass = &mut Pass::inference();
        let vectors = self.embedding.call(Tensor::from(ids).unsqueeze(0), pass).unwrap();
        self.gru.run(vectors, state, pass).unwrap().1
    }
}

struct Speller {
    encoder: Side,
    decoder: Side,
    sounds: Linear,
}

impl Speller {
    fn read(file: &TensorFile) -> Self {
        let (weight, bias) = (file.tensors["fc_w"].clone(), file.tensors["fc_b"].clone());
        let sounds = Linear::new(weight.dim(1), weight.dim(0));
        sounds.weight.set(weight).unwrap();
        sounds.bias.as_ref().unwrap().set(bias).unwrap();
        let (encoder, decoder) = (Side::read(file, "enc"), Side::read(file, "dec"));
        Self { encoder, decoder, sounds }
    }

    /// The likeliest sound again and again, until the end is the likeliest.
    fn spell(&self, letters: &[i64]) -> Vec<usize> {
        let (mut state, mut last) = (self.encoder.after(letters, None), START);
        let mut spelled = Vec::new();
        while spelled.len() < LONGEST {
            state = self.decoder.after(&[last], Some(&state));
            let scores = self.sounds.call(&state.hidden, &mut Pass::inference()).unwrap();
            last = scores.tensor().argmax(-1).to_vec::<i64>()[0];
            if last == END {
                break;
            }
            spelled.push(last as usize);
        }
        spelled
    }
}

/// The numbers of a word's letters, and of its end.
fn letters(word: &str, golden: &Value) -> Vec<i64> {
    let names: Vec<String> = serde_json::from_value(golden["graphemes"].clone()).unwrap();
    let id = |letter: char| names.iter().position(|name| *name == letter.to_string()).unwrap();
    word.chars().map(|letter| id(letter) as i64).chain([LETTERS_END]).collect()
}

#[test]
fn words_are_spelled_as_they_were() {
    let Some(folder) = check::data("models/g2p_en_gru") else { return };
    let speller = Speller::read(&TensorFile::read(folder.join("model.safetensors")).unwrap());
    let golden = std::fs::read_to_string(folder.join("golden.json")).unwrap();
    let golden: Value = serde_json::from_str(&golden).unwrap();
    let names: Vec<String> = serde_json::from_value(golden["phonemes"].clone()).unwrap();
    let words = golden["golden"].as_object().unwrap();
    assert_eq!(words.len(), 30);
    for (word, sounds) in words {
        let spelled = speller.spell(&letters(word, &golden));
        let spelled: Vec<_> = spelled.into_iter().map(|sound| names[sound].as_str()).collect();
        assert_eq!(&serde_json::json!(spelled), sounds, "{word}");
    }
    let read = speller.encoder.after(&letters("brand", &golden), None).hidden;
    let expected: Vec<f64> = serde_json::from_value(golden["enc_h_brand"].clone()).unwrap();
    let expected = Tensor::from(expected).unsqueeze(0);
    let distance = (read.tensor().to(DType::F64) - expected).abs().max().item();
    assert!(distance < 1e-5, "the state after `brand` differs by {distance:e}");
}
