//! Losses of what a model that only infers gives.

use crate::{Array, Numbers, Outcome};

/// The mean loss of outputs: of logits where targets are classes, of probabilities where they are
/// numbers.
pub(crate) fn loss(output: &[f32], target: &Array) -> Outcome<f64> {
    let examples = target.shape[0];
    let losses: Vec<f64> = match &target.numbers {
        Numbers::I64(classes) if output.len().is_multiple_of(examples) => {
            let rows = output.chunks(output.len() / examples);
            rows.zip(classes).map(|(row, class)| cross_entropy(row, *class as usize)).collect()
        }
        Numbers::F32(targets) if output.len() == examples => {
            output.iter().zip(targets).map(|(p, target)| binary(*p, *target)).collect()
        }
        _ => return Err(format!("came {} numbers for {examples} targets", output.len()).into()),
    };
    Ok(losses.iter().sum::<f64>() / examples as f64)
}

fn cross_entropy(logits: &[f32], class: usize) -> f64 {
    let largest = f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let sum: f64 = logits.iter().map(|logit| (f64::from(*logit) - largest).exp()).sum();
    sum.ln() + largest - f64::from(logits[class])
}

fn binary(probability: f32, target: f32) -> f64 {
    let (p, target) = (f64::from(probability), f64::from(target));
    -target * p.ln() - (1.0 - target) * (1.0 - p).ln()
}
