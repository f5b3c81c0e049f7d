//! The whole state of a training in one file, from which it goes on bit for bit.

use crate::{Error, Fit, Result, Scores, exact::Exact};
use brand_nn_tensor::io::TensorFile;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// The layout of the file; those of a later one are refused.
const VERSION: &str = "1";
const VERSION_KEY: &str = "brand_nn.training_version";
const POSITION_KEY: &str = "brand_nn.training";

/// Where and how often the whole state of a training is written, so that it can go on from there.
///
/// The file has the weights, what the optimizer remembers by name, the schedule's place, the random
/// numbers' place, the place in the epoch, the history, and what metrics and callbacks remember: a
/// training that is killed and resumed ends with the same bits as one that was not, whatever the
/// number of threads. It is a safetensors file with checksums, and it is replaced as a whole or not
/// at all. A loss that is not finite leaves the last file as it is.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, dense};
/// use brand_nn_losses::mse;
/// use brand_nn_optim::Adam;
/// use brand_nn_tensor::{Rng, Tensor};
/// use brand_nn_train::{Checkpoint, Fit, Model, Result};
///
/// # let folder = tempfile::tempdir().unwrap();
/// let path = folder.path().join("run.safetensors");
/// let x = Tensor::randn([64, 3], &mut Rng::new(1));
/// let data = (x.clone(), x.sum_axis(1));
/// let train = |plan: Fit| -> Result<Tensor> {
///     let mut trainer = Sequential::new().add(dense(1)).build([3])?.compile(Adam::new(0.1), mse);
///     trainer.fit(&data, plan.seed(7).quiet())?;
///     trainer.predict(&x)
/// };
/// let whole = train(Fit::epochs(4))?;
/// train(Fit::epochs(2).checkpoint(Checkpoint::new(&path)))?; // as if it had been killed
/// assert_eq!(train(Fit::epochs(4).resume_from(&path))?, whole); // the same bits
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Checkpoint {
    pub(crate) path: PathBuf,
    pub(crate) every_steps: Option<u64>,
    pub(crate) every_epochs: usize,
    pub(crate) resume: bool,
}

impl Checkpoint {
    /// Writes to a file after each epoch.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), every_steps: None, every_epochs: 1, resume: false }
    }

    /// Writes also within epochs, after every so many steps.
    #[must_use]
    pub fn every_steps(self, steps: u64) -> Self {
        Self { every_steps: Some(steps), ..self }
    }

    /// Writes after every so many epochs only; 1 by default.
    #[must_use]
    pub fn every_epochs(self, epochs: usize) -> Self {
        Self { every_epochs: epochs, ..self }
    }

    /// Goes on from the file where there is one: the same program can be started again and again.
    #[must_use]
    pub fn resume(self) -> Self {
        Self { resume: true, ..self }
    }

    pub(crate) fn is_due_in_epoch(&self, steps: u64) -> bool {
        self.every_steps.is_some_and(|every| steps.is_multiple_of(every))
    }
}

/// Where a training stands: all that is not a tensor.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Position {
    /// The epoch to go on with, from 0.
    pub(crate) epoch: usize,
    /// The batches that were seen of it.
    pub(crate) batch: usize,
    /// The steps of the whole training.
    pub(crate) steps: u64,
    pub(crate) rng: [u64; 3],
    pub(crate) loss_sum: Option<Exact>,
    pub(crate) loss_count: usize,
    /// Whether a callback or a limit has ended it.
    pub(crate) stopped: bool,
    pub(crate) history: Vec<BTreeMap<String, Exact>>,
    /// The settings that decide which batches come.
    pub(crate) plan: BTreeMap<String, String>,
}

impl Position {
    pub(crate) fn start(plan: &Fit, examples: Option<usize>) -> Self {
        let examples = examples.map_or("unknown".into(), |count| count.to_string());
        let settings = [
            ("seed", plan.seed.to_string()),
            ("batch_size", plan.batch_size.to_string()),
            ("validation_split", plan.validation_split.to_string()),
            ("shuffle", plan.shuffle.to_string()),
            ("accumulate", plan.accumulate.to_string()),
            ("examples", examples),
        ];
        let plan = settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { plan, ..Self::default() }
    }

    pub(crate) fn epochs(&self) -> Vec<Scores> {
        let scores = |epoch: &BTreeMap<String, Exact>| {
            epoch.iter().map(|(name, value)| (name.clone(), value.0)).collect()
        };
        self.history.iter().map(scores).collect()
    }

    pub(crate) fn push(&mut self, scores: &Scores) {
        let exact = scores.iter().map(|(name, value)| (name.to_owned(), Exact(value)));
        self.history.push(exact.collect());
    }
}

/// A position with the states of all parts, each under its name.
#[derive(Debug, Default)]
pub(crate) struct TrainingState {
    pub(crate) position: Position,
    pub(crate) parts: BTreeMap<String, TensorFile>,
}

impl TrainingState {
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let position = serde_json::to_string(&self.position).unwrap_or_default(); // plain fields
        let mut file = TensorFile::default();
        file.metadata.insert(VERSION_KEY.into(), VERSION.into());
        file.metadata.insert(POSITION_KEY.into(), position);
        for (part, TensorFile { metadata, tensors }) in &self.parts {
            let named = |name: &String| format!("{part}/{name}");
            file.metadata.extend(metadata.iter().map(|(key, word)| (named(key), word.clone())));
            file.tensors.extend(tensors.iter().map(|(name, t)| (named(name), t.clone())));
        }
        Ok(file.write(path)?)
    }

    pub(crate) fn read(path: &Path) -> Result<Self> {
        let mut file = TensorFile::read(path)?;
        let mut take = |key: &str| file.metadata.remove(key).unwrap_or_default();
        let (version, position) = (take(VERSION_KEY), take(POSITION_KEY));
        if version != VERSION {
            return Err(refusal(path, format!("its version is `{version}`, expected {VERSION}")));
        }
        let position = serde_json::from_str(&position)
            .map_err(|problem| refusal(path, format!("where it stands: {problem}")))?;
        let mut state = Self { position, parts: BTreeMap::new() };
        for (key, word) in file.metadata {
            let (part, key) = state.part(path, &key)?;
            part.metadata.insert(key, word);
        }
        for (name, tensor) in file.tensors {
            let (part, name) = state.part(path, &name)?;
            part.tensors.insert(name, tensor);
        }
        Ok(state)
    }

    /// The part that a name begins with, and the rest of the name.
    fn part(&mut self, path: &Path, name: &str) -> Result<(&mut TensorFile, String)> {
        let (part, rest) = name
            .split_once('/')
            .ok_or_else(|| refusal(path, format!("`{name}` belongs to no part of a training")))?;
        Ok((self.parts.entry(part.to_owned()).or_default(), rest.to_owned()))
    }

    /// Refuses the state of a training whose batches were others.
    pub(crate) fn require_plan(&self, path: &Path, plan: &BTreeMap<String, String>) -> Result<()> {
        let saved = &self.position.plan;
        let differs = plan.iter().find(|(name, value)| saved.get(*name) != Some(value));
        let Some((name, value)) = differs else { return Ok(()) };
        let was = saved.get(name).map_or("missing", String::as_str);
        Err(refusal(path, format!("its {name} is {was}, that of the plan and data {value}")))
    }
}

pub(crate) fn refusal(path: &Path, problem: String) -> Error {
    Error::File {
        path: path.to_owned(),
        place: "the training's state".into(),
        problem,
        help: "resume with the data, the plan and the callbacks that it was written with",
    }
}
