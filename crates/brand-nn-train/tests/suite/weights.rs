//! Weights of other programs: what PyTorch and NumPy wrote, and what nobody should have written.
//!
//! The files stand in `golden/weights` and `golden/models`, made by `golden/weights.py`; what is
//! said of each is in the text beside the folder. With `BRAND_NN_BLESS=1` the test writes these
//! texts anew, to be read over.

#![cfg(feature = "archives")]
use brand_nn_autodiff::{Params, init};
use brand_nn_layers::Linear;
use brand_nn_tensor::{DType, Rng, Tensor, io::write_atomically};
use brand_nn_train::{Result, SavedModel, Weights};
use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn read(name: &str) -> Result<Weights> {
    Weights::read(folder().join("weights").join(name))
}

/// A tensor in a line: type, shape, and the sum of its numbers.
fn line(name: &str, tensor: &Tensor) -> String {
    let sum = tensor.to(DType::F64).sum().item();
    format!("  {name}: {} {} sum {sum}\n", tensor.dtype(), tensor.shape())
}

/// The names of the files in a folder of `golden`.
fn files(name: &str) -> Vec<String> {
    let entries = fs::read_dir(folder().join(name)).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Compares what is said of each file of a folder with the text beside the folder.
#[track_caller]
fn check(name: &str, least: usize, say: impl Fn(&PathBuf) -> Result<String>) {
    let names = files(name);
    assert!(names.len() >= least, "only {} files", names.len());
    let place = folder().join(name);
    let mut said = String::new();
    for file in &names {
        match say(&place.join(file)) {
            Ok(text) => write!(said, "{file}\n{text}").unwrap(),
            Err(error) => {
                let text = error.to_string().replace(&format!("{}/", place.display()), "");
                writeln!(said, "{text}").unwrap();
            }
        }
    }
    let path = folder().join(format!("{name}.txt"));
    if std::env::var_os("BRAND_NN_BLESS").is_some() {
        write_atomically(&path, |out| out.write_all(said.as_bytes())).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap();
    for (line, expected) in said.lines().zip(expected.lines()) {
        assert_eq!(line, expected);
    }
    assert_eq!(said.lines().count(), expected.lines().count());
}

#[test]
fn every_file_says_what_it_said() {
    check("weights", 60, |path| {
        let weights = Weights::read(path)?;
        Ok(weights.tensors().iter().map(|(name, tensor)| line(name, tensor)).collect())
    });
    check("models", 20, |path| {
        let saved = SavedModel::open(path)?;
        let answer = saved.predict(&Tensor::ones([1, 2]))?;
        Ok(line("answer", &answer))
    });
}

/// A file with bytes changed, cut off or doubled.
fn mutated(bytes: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..1 + rng.next_u64() % 3 {
        let place = (rng.next_u64() % (bytes.len() as u64 + 1)) as usize;
        match rng.next_u64() % 4 {
            0 => bytes.truncate(place),
            1 => bytes.extend_from_within(place..),
            2 => bytes.insert(place, rng.next_u64() as u8),
            _ => bytes[place..].iter_mut().take(1).for_each(|b| *b ^= 1 << (rng.next_u64() % 8)),
        }
    }
    bytes
}

/// None may panic or hang: what comes out is weights, or an error that names the file.
#[test]
fn mutations_are_weights_or_errors() {
    let scratch = tempfile::tempdir().unwrap();
    let mut rng = Rng::new(1);
    let (mut good, mut bad) = (0, 0);
    for folder_name in ["weights", "models"] {
        for name in files(folder_name) {
            let bytes = fs::read(folder().join(folder_name).join(&name)).unwrap();
            for _ in 0..if bytes.len() < 8_000 { 300 } else { 10 } {
                let bytes = mutated(&bytes, &mut rng);
                // A file of its own: writing over one waits for the disk.
                let path = scratch.path().join(format!("mutated-{}", good + bad));
                #[allow(clippy::disallowed_methods, reason = "thousands of damaged files")]
                fs::write(&path, &bytes).unwrap();
                let opened = SavedModel::open(&path).map(drop);
                for outcome in [Weights::read(&path).map(drop), opened] {
                    match outcome {
                        Ok(()) => good += 1,
                        Err(error) => {
                            let place = scratch.path().to_str().unwrap();
                            assert!(error.to_string().contains(place), "{name}: {error}");
                            bad += 1;
                        }
                    }
                }
            }
        }
    }
    assert!(good > 500 && bad > 20_000, "{good} good ones, {bad} bad ones");
}

#[test]
fn numbers_are_those_that_were_saved() {
    let base = Tensor::arange(24).reshape([2, 3, 4]).to(DType::F32);
    let weights = read("all_types.pt").unwrap().strip_prefix("model.").unwrap();
    let get = |name: &str| weights.tensors()[name].clone();
    for name in ["f64", "f16", "bf16", "i64", "i32", "u8"] {
        assert_eq!(get(name).to(DType::F32), base, "{name}");
    }
    assert_eq!(get("bool"), base.greater_than(5.0));
    assert_eq!(get("transposed"), base.permute(&[2, 0, 1]));
    assert_eq!(get("part"), base.select(0, 1).slice(1, 1..3));
    assert_eq!(get("scalar").item(), 23.0);
    assert_eq!(get("parameter"), base.select(0, 0));
    assert_eq!(get("empty").shape()[..], [0, 3]);
    let arrays = read("plain.npz").unwrap();
    assert_eq!(arrays.tensors()["w"], base);
    assert_eq!(arrays.tensors()["order"], base.select(0, 0));
    let shards = read("sound.index.json").unwrap();
    assert_eq!(shards.tensors().keys().collect::<Vec<_>>(), ["v", "w"]);
}

#[test]
fn weights_find_their_model() {
    let layer = Linear::new(2, 2);
    let dict = || read("state_dict.pt").unwrap();
    let report = dict().strip_prefix("first.").unwrap().load(&layer).unwrap();
    assert_eq!(report.loaded, ["weight", "bias"]);
    assert_eq!(layer.weight.value().unwrap(), Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]));
    let turned = Linear::new(2, 2);
    let weights = dict().only("again.*").unwrap().rename("again.*", "*").unwrap();
    weights.transpose("weight").unwrap().load(&turned).unwrap();
    assert_eq!(turned.weight.value().unwrap(), Tensor::from([[1.0_f32, 3.0], [2.0, 4.0]]));
    let error = dict().load(&layer).unwrap_err().to_string();
    let all = ["state_dict.pt", "missing: weight, bias", "unexpected: again.bias, again.weight"];
    assert!(all.iter().all(|part| error.contains(part)), "{error}");
    let other = Linear::new(3, 2);
    init(&other, 0).unwrap();
    let report = dict().strip_prefix("first.").unwrap().load_lenient(&other).unwrap();
    assert_eq!((report.loaded, report.missing.len()), (vec!["bias".to_owned()], 0));
    assert_eq!(report.mismatched, ["weight is f32 [2, 2], expected floats [2, 3]"]);
    assert!(other.params("*").is_ok());
}

fn pair() -> Weights {
    let names = ["a.w", "b.w"].map(str::to_owned);
    Weights::new(BTreeMap::from(names.map(|name| (name, Tensor::ones([2, 3])))))
}

#[track_caller]
fn refused(result: Result<Weights>, message: &str) {
    let text = result.map(drop).expect_err("an error").to_string();
    assert!(text.contains(message), "{text}\ndoes not contain: {message}");
}

#[test]
fn wrong_patterns_are_refused() {
    refused(pair().only("c.*"), "got `c.*`, which none of a.w, b.w, … fits, expected a pattern");
    refused(pair().without("x"), "which none of");
    refused(pair().rename("*.w", "w"), "got two tensors called w, expected names that differ");
    refused(pair().permute("a.w", &[0, 0]), "got [0, 0] for a.w of shape [2, 3]");
    refused(pair().permute("a.w", &[0, 1, 2]), "got [0, 1, 2] for a.w");
    refused(pair().transpose("d"), "which none of");
    refused(Weights::new(BTreeMap::new()).strip_prefix("a"), "which none of no names fits");
    assert_eq!(pair().without("a.*").unwrap().tensors().len(), 1);
}
