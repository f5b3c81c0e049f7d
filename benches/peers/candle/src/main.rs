//! Train steps and inference of whole models in candle, for `benches/steps` to take turns with.
//!
//! Speaks the line protocol of `../README.md` for `mlp`, `wide-mlp`, `cnn`, `logistic` and
//! `sentiment`, with `-inference` behind it or not; `encoder`, `text` and `bert` with it, as the
//! layers' norms and softmax lose gradients here. Those of a pool differ from all others' so that
//! `cnn` is refused by the driver, and `cnn-inference` is not.

mod models;

use brand_nn_peer_protocol::{Array, File, Numbers, Outcome, serve};
use candle_core::{Device, Tensor};
use candle_nn::{AdamW, Optimizer, ParamsAdamW, VarMap};
use models::{Loss, Model};

fn main() -> Outcome<()> {
    serve::<Learner>()
}

/// A model in training, or one that only infers.
struct Learner {
    weights: VarMap,
    model: Model,
    loss: Loss,
    /// None where nothing is learnt.
    optimizer: Option<AdamW>,
}

impl brand_nn_peer_protocol::Model for Learner {
    type Batch = (Tensor, Tensor);

    fn batch(input: Array, target: Array) -> Outcome<Self::Batch> {
        Ok((tensor(input)?, tensor(target)?))
    }

    fn new(name: &str, _: &File, _: &[Self::Batch]) -> Outcome<Self> {
        let weights = VarMap::new();
        let (model, loss) = models::make(name, &weights)?;
        let settings = ParamsAdamW { lr: 1e-3, weight_decay: 0.0, ..Default::default() };
        let learns = !name.ends_with("-inference");
        let optimizer = learns.then(|| AdamW::new(weights.all_vars(), settings)).transpose()?;
        Ok(Self { weights, model, loss, optimizer })
    }

    fn check(&mut self, mut file: File, (input, target): &Self::Batch) -> Outcome<Vec<f64>> {
        for (name, var) in self.weights.data().lock().map_err(|_| "poisoned")?.iter() {
            var.set(&tensor(file.take(&models::our_name(name))?)?)?;
        }
        if let Some(name) = file.arrays.keys().next() {
            return Err(format!("there is no {name} here").into());
        }
        let loss = (self.loss)(&(self.model)(input, false)?, target)?;
        let value = f64::from(loss.to_scalar::<f32>()?);
        if self.optimizer.is_none() {
            return Ok(vec![value]);
        }
        let gradients = loss.backward()?;
        let mut square = 0.0;
        for var in self.weights.all_vars() {
            let gradient = gradients.get(&var).ok_or("a gradient is lost")?;
            square += f64::from(gradient.sqr()?.sum_all()?.to_scalar::<f32>()?);
        }
        Ok(vec![value, square.sqrt()])
    }

    fn step(&mut self, (input, target): &Self::Batch) -> Outcome<()> {
        let output = (self.model)(input, self.optimizer.is_some())?;
        if let Some(optimizer) = &mut self.optimizer {
            optimizer.backward_step(&(self.loss)(&output, target)?)?;
        }
        Ok(())
    }
}

/// Numbers as they are here: ids and classes are u32.
fn tensor(Array { shape, numbers }: Array) -> Outcome<Tensor> {
    Ok(match numbers {
        Numbers::F32(numbers) => Tensor::from_vec(numbers, shape, &Device::Cpu)?,
        Numbers::I64(ids) => {
            let ids: Result<Vec<u32>, _> = ids.into_iter().map(u32::try_from).collect();
            Tensor::from_vec(ids?, shape, &Device::Cpu)?
        }
    })
}
