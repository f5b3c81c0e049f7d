//! A model in one file: weights, architecture, and what is needed to make its input.

use crate::{Error, Result, trainer::predict};
use brand_nn_autodiff::{init, load_tensors};
use brand_nn_layers::{Network, Registry, Sequential};
use brand_nn_tensor::{Tensor, io::TensorFile};
use serde::{Serialize, de::DeserializeOwned};
use std::{collections::BTreeMap, path::Path};

/// The layout of the metadata; files of a later one are refused.
const VERSION: &str = "1";
const VERSION_KEY: &str = "brand_nn.version";
const ARCHITECTURE_KEY: &str = "brand_nn.architecture";
const PART_PREFIX: &str = "brand_nn.part.";

/// What goes into a model's file beside its weights.
#[derive(Default)]
pub(crate) struct ModelFile {
    parts: BTreeMap<String, String>,
}

impl ModelFile {
    pub(crate) fn attach(&mut self, name: &str, part: &impl Serialize) -> Result<()> {
        let json = serde_json::to_string(part).map_err(|problem| Error::Data {
            what: "the attached part",
            got: problem.to_string(),
            expected: "something that JSON can hold",
            help: "maps need text as keys",
        })?;
        self.parts.insert(format!("{PART_PREFIX}{name}"), json);
        Ok(())
    }

    pub(crate) fn write(
        &self,
        path: &Path,
        architecture: Option<String>,
        mut weights: TensorFile,
    ) -> Result<()> {
        weights.metadata.extend(self.parts.clone());
        weights.metadata.insert(VERSION_KEY.into(), VERSION.into());
        weights.metadata.extend(architecture.map(|json| (ARCHITECTURE_KEY.into(), json)));
        Ok(weights.write(path)?)
    }
}

/// A network read back from its file, ready to predict.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, dense};
/// use brand_nn_losses::mse;
/// use brand_nn_optim::Adam;
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::{Fit, Model, SavedModel};
///
/// let network = Sequential::new().add(dense(1)).build([2])?;
/// let mut trainer = network.compile(Adam::new(0.01), mse);
/// let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
/// trainer.fit(&(x.clone(), Tensor::from([1.0, 2.0])), Fit::epochs(2).quiet())?;
/// let path = std::env::temp_dir().join(format!("brand-nn-doc-{}.safetensors", std::process::id()));
/// trainer.attach("words", &["great", "never"])?.save(&path)?;
///
/// let saved = SavedModel::open(&path)?;
/// assert_eq!(saved.predict(&x)?, trainer.predict(&x)?);
/// assert_eq!(saved.part::<Vec<String>>("words")?, ["great", "never"]);
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Debug)]
pub struct SavedModel {
    /// The network with its weights.
    pub network: Network,
    metadata: BTreeMap<String, String>,
    path: String,
}

impl SavedModel {
    /// Reads a file that [`Trainer::save`](crate::Trainer::save) wrote of a network.
    ///
    /// # Errors
    /// If the file can't be read, is damaged, of a later version, or its parts do not fit.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path, &Registry::default())
    }

    /// Reads a file of a network that has layers of one's own.
    ///
    /// # Errors
    /// As [`SavedModel::open`].
    pub fn open_with(path: impl AsRef<Path>, registry: &Registry) -> Result<Self> {
        let (path, file) = (path.as_ref(), TensorFile::read(path.as_ref())?);
        let version = file.metadata.get(VERSION_KEY).map_or("none", String::as_str);
        if version != VERSION {
            return Err(refusal(path, format!("its version is {version}, expected {VERSION}")));
        }
        let Some(json) = file.metadata.get(ARCHITECTURE_KEY) else {
            return Err(refusal(path, "it has weights but no architecture".into()));
        };
        let network = Sequential::from_json(json, registry).and_then(Sequential::rebuild);
        let network = network.map_err(|error| misbuilt(path, &error))?;
        let name = path.display().to_string();
        load_tensors(&network, file.tensors, &name)?;
        init(&network, 0)?; // names the parameters; none is pending
        Ok(Self { network, metadata: file.metadata, path: name })
    }

    /// Reads back what was attached under a name.
    ///
    /// # Errors
    /// If nothing was, or it is of another type.
    pub fn part<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        let json = self.metadata.get(&format!("{PART_PREFIX}{name}"));
        let refuse = |problem| refusal(Path::new(&self.path), problem);
        let json = json.ok_or_else(|| refuse(format!("it has no part `{name}`")))?;
        serde_json::from_str(json).map_err(|problem| refuse(format!("part `{name}`: {problem}")))
    }

    /// The outputs for inputs, in batches.
    ///
    /// # Errors
    /// If the inputs are not what the network takes.
    pub fn predict(&self, input: &Tensor) -> Result<Tensor> {
        predict(&self.network, input)
    }

    /// The network, to be trained further.
    #[must_use]
    pub fn into_network(self) -> Network {
        self.network
    }
}

/// An architecture that can't be built; its own advice is for programs, not for files.
fn misbuilt(path: &Path, error: &brand_nn_layers::Error) -> Error {
    let text = error.to_string();
    Error::File {
        path: path.to_owned(),
        place: "the architecture".into(),
        problem: text.split("; help: ").next().unwrap_or_default().to_owned(),
        help: "give layers of your own to SavedModel::open_with",
    }
}

fn refusal(path: &Path, problem: String) -> Error {
    Error::File {
        path: path.to_owned(),
        place: String::new(),
        problem,
        help: "open files that Trainer::save wrote of a Network; for weights alone use load",
    }
}
