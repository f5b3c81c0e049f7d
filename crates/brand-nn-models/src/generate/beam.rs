//! Beam search: several texts are followed at once, and the likeliest as a whole is given.

use super::{
    CausalModel, End, Generation, Written, choice,
    writer::{Row, Writer, end_token, padded, scores},
};
use crate::{Cache, Result};
use brand_nn_tensor::{DType, Tensor};

/// A text that is followed, or one that has ended.
#[derive(Clone, Debug)]
struct Beam {
    written: Vec<i64>,
    logs: Vec<f64>,
    /// The sum of its tokens' scores; of an ended one divided by a power of its length.
    score: f64,
    end: Option<End>,
}

/// A token that a beam may go on with.
struct Candidate {
    beam: usize,
    token: usize,
    score: f64,
}

/// The likeliest text of each prompt.
pub(super) fn search<M: CausalModel>(
    plan: &Generation,
    writer: Writer<'_, M>,
) -> Result<Vec<Written>> {
    let Writer { model, words, rows, .. } = writer;
    let end = end_token(plan, words.as_ref());
    let follow = |mut row: Row| {
        let best = best(plan, model, &row, end)?;
        (row.written, row.logs, row.end) = (best.written, best.logs, best.end);
        if let Some(words) = &words {
            row.text = words.tokenizer.decode(&row.written)?;
            if let Some(at) = words.stop(&row.text) {
                row.text.truncate(at);
                row.end = Some(End::Stop);
            }
        }
        Ok(row.finish())
    };
    rows.into_iter().map(follow).collect()
}

fn best(plan: &Generation, model: &impl CausalModel, row: &Row, end: Option<i64>) -> Result<Beam> {
    let mut beams = vec![Beam { written: Vec::new(), logs: Vec::new(), score: 0.0, end: None }];
    let mut ended: Vec<Beam> = Vec::new();
    let mut cache = Cache::new();
    let (ids, mask) = padded(&[&row.prompt]);
    let mut logits = model.advance(&ids, &mask, &mut cache)?;
    for length in 1..=plan.max_new_tokens {
        let logs = log_softmax(&logits);
        let candidates = candidates(plan, row, &beams, &logs);
        let power = (length as f64).powf(plan.length_penalty);
        let mut next = Vec::new();
        let mut sources = Vec::new();
        for (rank, candidate) in candidates.into_iter().enumerate() {
            let beam = &beams[candidate.beam];
            if end == Some(candidate.token as i64) {
                if rank < plan.beams {
                    let score = candidate.score / power;
                    ended.push(Beam { score, end: Some(End::Token), ..beam.clone() });
                }
            } else if next.len() < plan.beams {
                next.push(beam.with(&candidate, &logs));
                sources.push(candidate.beam);
            }
        }
        beams = next;
        ended.sort_by(|a, b| b.score.total_cmp(&a.score));
        ended.truncate(plan.beams);
        if length == plan.max_new_tokens || beams.is_empty() || is_done(plan, &beams, &ended, power)
        {
            let rest = beams.drain(..).filter(|_| length == plan.max_new_tokens);
            ended.extend(rest.map(|beam| Beam { score: beam.score / power, ..beam }));
            break;
        }
        cache = cache.rows(&sources)?;
        let newest: Vec<&[i64]> = beams.iter().map(Beam::newest).collect();
        let (ids, mask) = padded(&newest);
        logits = model.advance(&ids, &mask, &mut cache)?;
    }
    let better = |a: Beam, b: Beam| if b.score > a.score { b } else { a };
    let nothing = Beam { written: Vec::new(), logs: Vec::new(), score: 0.0, end: Some(End::Token) };
    Ok(ended.into_iter().reduce(better).unwrap_or(nothing))
}

impl Beam {
    fn with(&self, candidate: &Candidate, logs: &[Vec<f64>]) -> Self {
        let mut longer = Self { score: candidate.score, ..self.clone() };
        longer.written.push(candidate.token as i64);
        longer.logs.push(logs[candidate.beam][candidate.token]);
        longer
    }

    fn newest(&self) -> &[i64] {
        &self.written[self.written.len() - 1..]
    }
}

/// Whether no text that is followed can become better than all that have ended.
fn is_done(plan: &Generation, beams: &[Beam], ended: &[Beam], power: f64) -> bool {
    let hope = beams.iter().map(|beam| beam.score / power).fold(f64::NEG_INFINITY, f64::max);
    ended.len() == plan.beams && ended.iter().all(|beam| beam.score >= hope)
}

/// The best tokens to go on with, twice as many as beams: half of them may end.
fn candidates(plan: &Generation, row: &Row, beams: &[Beam], logs: &[Vec<f64>]) -> Vec<Candidate> {
    let mut all = Vec::new();
    for (number, (beam, logs)) in beams.iter().zip(logs).enumerate() {
        let scored = scores(plan, &row.prompt, &beam.written, logs.clone());
        let possible = scored.into_iter().enumerate();
        all.extend(
            possible
                .filter(|(_, score)| *score > f64::NEG_INFINITY)
                .map(|(token, score)| Candidate { beam: number, token, score: beam.score + score }),
        );
    }
    all.sort_by(|a, b| b.score.total_cmp(&a.score));
    all.truncate(2 * plan.beams);
    all
}

fn log_softmax(logits: &Tensor) -> Vec<Vec<f64>> {
    let logits = logits.to(DType::F64);
    (0..logits.len())
        .map(|row| choice::log_softmax(&logits.select(0, row).to_vec::<f64>()))
        .collect()
}
