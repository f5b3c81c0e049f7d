//! A published model's folder: its configuration, and its weights into the parameters of their names.

use crate::{Error, Result};
use brand_nn_autodiff::{LoadReport, Param, ParamSet, Params, load_tensors_lenient};
use brand_nn_tensor::{DType, Rng, Tensor, io::TensorFile};
use serde::de::DeserializeOwned;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// The weights of a folder by their published names.
pub(crate) type Weights = BTreeMap<String, Tensor>;

/// Names that a folder may have beside those of a model: other heads, and what is no weight.
const OTHERS: [&str; 9] = [
    "cls.",
    "lm_head.",
    "classifier.",
    "pre_classifier.",
    "qa_outputs.",
    "vocab_",
    "pooler.",
    "attn.bias",
    "position_ids",
];

/// A file that is not as it should be.
pub(crate) fn bad_file(path: &Path, problem: impl std::fmt::Display, help: &'static str) -> Error {
    Error::File { path: path.to_owned(), problem: problem.to_string(), help }
}

/// Makes a folder for files that are to be written, if there is none.
pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    let help = "give a folder that may be written to";
    fs::create_dir_all(folder).map_err(|problem| bad_file(folder, problem, help))
}

/// Reads a file of JSON.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let help = "take all files of the model's folder, as they were published";
    let text = fs::read_to_string(path).map_err(|problem| bad_file(path, problem, help))?;
    serde_json::from_str(&text).map_err(|problem| bad_file(path, problem, help))
}

/// Reads `model.safetensors`, or all parts that `model.safetensors.index.json` names.
pub(crate) fn read_weights(folder: &Path) -> Result<Weights> {
    let [whole, index] =
        ["model.safetensors", "model.safetensors.index.json"].map(|name| folder.join(name));
    if whole.exists() {
        return Ok(TensorFile::read(whole)?.tensors);
    }
    if index.exists() {
        return read_shards(folder, &index);
    }
    let pickles = ["pytorch_model.bin", "pytorch_model.bin.index.json"];
    if let Some(pickle) = pickles.into_iter().find(|name| folder.join(name).exists()) {
        let problem =
            format!("there is {pickle} alone: pickles are programs that reading would run");
        let help = "take the safetensors of the model, or write them with save_pretrained";
        return Err(bad_file(folder, problem, help));
    }
    Err(bad_file(
        folder,
        "no model.safetensors",
        "give the folder that has config.json and weights",
    ))
}

/// Refuses a configuration that asks for far more numbers than a folder has, before they are made.
pub(crate) fn enough(weights: &Weights, folder: &Path, asked: u128) -> Result<()> {
    let found: u128 = weights.values().map(|tensor| tensor.size() as u128).sum();
    if asked <= 2 * found + (1 << 20) {
        return Ok(());
    }
    let problem = format!("it asks for {asked} numbers, the weights have {found}");
    let help = "take config.json and weights of one model";
    Err(bad_file(&folder.join("config.json"), problem, help))
}

/// What an index of parts says.
#[derive(serde::Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

fn read_shards(folder: &Path, index: &Path) -> Result<Weights> {
    let map = read_json::<Index>(index)?.weight_map;
    let parts: BTreeSet<_> = map.values().collect();
    let mut weights = Weights::new();
    for part in parts {
        let path = folder.join(part);
        if Path::new(part).components().count() != 1 || !path.exists() {
            let problem = format!("the part `{part}` is not in the folder");
            return Err(bad_file(index, problem, "fetch all parts that the index names"));
        }
        weights.extend(TensorFile::read(path)?.tensors);
    }
    match map.keys().find(|name| !weights.contains_key(*name)) {
        Some(name) => {
            let problem = format!("no part has `{name}`, which the index names");
            Err(bad_file(index, problem, "fetch index and parts of one version"))
        }
        None => Ok(weights),
    }
}

/// Reads a folder's weights into a model: strictly for the body, leniently for heads.
///
/// Weights whose names begin with `body` must all be there and fit. Others of the model that the
/// folder lacks keep the values that they have; the report lists them as missing. Heads of other
/// kinds in the folder are left and listed as unexpected.
///
/// # Errors
/// If the folder can't be read, or a weight of the body is missing, of another shape, or unknown.
pub fn load_weights<P: Params>(model: &P, folder: &Path, body: &str) -> Result<LoadReport> {
    fit_weights(model, read_weights(folder)?, folder, body)
}

/// As [`load_weights`], of weights that were read.
pub(crate) fn fit_weights<P: Params>(
    model: &P,
    weights: Weights,
    folder: &Path,
    body: &str,
) -> Result<LoadReport> {
    let set = ParamSet::all(model)?;
    let (found, unexpected) = by_own_names(&set, weights, body);
    let missing = set.names().iter().filter(|name| !found.contains_key(*name)).cloned().collect();
    let mismatched = mismatched(&set, &found);
    let mut report = LoadReport { missing, unexpected, mismatched, ..Default::default() };
    let strange = |name: &String| !OTHERS.iter().any(|other| name.contains(other));
    let lost = |name: &String| is_body(name, body);
    if report.unexpected.iter().any(strange)
        || report.missing.iter().any(lost)
        || !report.mismatched.is_empty()
    {
        return Err(Error::Weights { path: folder.to_owned(), report: Box::new(report) });
    }
    report.loaded = load_tensors_lenient(model, found)?.loaded;
    Ok(report)
}

/// The weights that a model has under their names there, and the names of the others.
fn by_own_names(set: &ParamSet, weights: Weights, body: &str) -> (Weights, Vec<String>) {
    let own = set.names().iter().map(|name| (name.as_str(), name.as_str()));
    let tied = set.aliases().iter().map(|(alias, at)| (alias.as_str(), set.names()[*at].as_str()));
    let known: BTreeMap<_, _> = own.chain(tied).collect();
    let (mut found, mut unexpected) = (Weights::new(), Vec::new());
    for (name, tensor) in weights {
        let own = own_name(&name, body, |name| known.contains_key(name));
        match own.and_then(|own| known.get(own.as_str()).copied()) {
            Some(own) => drop(found.insert(own.to_owned(), computable(tensor))),
            None => unexpected.push(name),
        }
    }
    (found, unexpected)
}

/// Refuses a folder that lacks weights of a model's head.
pub(crate) fn whole(report: LoadReport, folder: &Path) -> Result<()> {
    if report.missing.is_empty() {
        return Ok(());
    }
    Err(Error::Weights { path: folder.to_owned(), report: Box::new(report) })
}

/// Half-precision floats are for storage: computing is done in f32.
fn computable(tensor: Tensor) -> Tensor {
    match tensor.dtype() {
        DType::Bf16 | DType::F16 => tensor.to(DType::F32),
        _ => tensor,
    }
}

/// The model's own name of a weight, with or without the body's name in front.
fn own_name(name: &str, body: &str, known: impl Fn(&str) -> bool) -> Option<String> {
    let name = match name.rsplit_once('.') {
        Some((rest, "gamma")) => format!("{rest}.weight"),
        Some((rest, "beta")) => format!("{rest}.bias"),
        _ => name.to_owned(),
    };
    let without = name.strip_prefix(body).and_then(|rest| rest.strip_prefix('.'));
    let names = [Some(name.clone()), Some(format!("{body}.{name}")), without.map(str::to_owned)];
    names.into_iter().flatten().find(|name| known(name))
}

/// Whether a weight must be there: those of the body, all of a model that is a body alone.
fn is_body(name: &str, body: &str) -> bool {
    let pooler = name.contains("pooler.");
    let bodiless = ["embeddings.", "encoder.", "transformer."];
    !pooler
        && (name.starts_with(&format!("{body}."))
            || bodiless.iter().any(|part| name.starts_with(part)))
}

/// The weights that are of another shape than the model's, or no floats.
fn mismatched(set: &ParamSet, found: &Weights) -> Vec<String> {
    let of = |(name, param): (&str, &Param)| {
        let tensor = found.get(name)?;
        let fits = param.shape() == tensor.shape() && tensor.dtype().is_float();
        let (dtype, shape) = (tensor.dtype(), tensor.shape());
        (!fits).then(|| format!("{name} is {dtype} {shape}, expected floats {}", param.shape()))
    };
    set.named().filter_map(of).collect()
}

/// Draws what is pending as published models do: N(0, deviation) for matrices, zeros for biases.
pub(crate) fn draw<P: Params>(model: &P, deviation: f64, seed: u64) -> Result<()> {
    for (name, param) in ParamSet::all(model)?.named().filter(|(_, param)| param.is_pending()) {
        let shape = param.shape();
        if name.ends_with("bias") {
            param.set(Tensor::zeros(shape))?;
        } else if shape.len() == 2 {
            param.set(Tensor::normal(shape, 0.0, deviation, &mut Rng::keyed(seed, name)))?;
        }
    }
    Ok(brand_nn_autodiff::init(model, seed)?)
}
