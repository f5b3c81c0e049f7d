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

/// The likeliest text that goes on from a row's prompt.
fn best(plan: &Generation, model: &impl CausalModel, row: &Row, end: Option<i64>) -> Result<Beam> {
    let mut search = Search::new(plan, &row.prompt, end);
    let mut cache = Cache::new();
    let mut newest = vec![row.prompt.clone()];
    for length in 1..=plan.max_new_tokens {
        let rows: Vec<_> = newest.iter().map(Vec::as_slice).collect();
        let (ids, mask) = padded(&rows);
        let logs = log_softmax(&model.advance(&ids, &mask, &mut cache)?);
        let sources = search.step(&logs, length);
        if search.is_done(length) {
            break;
        }
        cache = cache.rows(&sources)?;
        newest = search.going.iter().map(Beam::newest).collect();
    }
    Ok(search.finish())
}

/// The texts that are followed, and those that have ended, the best first.
struct Search<'a> {
    plan: &'a Generation,
    prompt: &'a [i64],
    end: Option<i64>,
    going: Vec<Beam>,
    ended: Vec<Beam>,
}

impl<'a> Search<'a> {
    fn new(plan: &'a Generation, prompt: &'a [i64], end: Option<i64>) -> Self {
        let first = Beam { written: Vec::new(), logs: Vec::new(), score: 0.0, end: None };
        Self { plan, prompt, end, going: vec![first], ended: Vec::new() }
    }

    /// Goes on by one token, and says which text each of the new ones comes from.
    fn step(&mut self, logs: &[Vec<f64>], length: usize) -> Vec<usize> {
        let (most, power) = (self.plan.beams, self.power(length));
        let (mut next, mut sources) = (Vec::new(), Vec::new());
        for (rank, candidate) in self.candidates(logs).into_iter().enumerate() {
            let beam = &self.going[candidate.beam];
            if self.end == Some(candidate.token as i64) {
                let score = candidate.score / power;
                let ended = Beam { score, end: Some(End::Token), ..beam.clone() };
                self.ended.extend((rank < most).then_some(ended));
            } else if next.len() < most {
                next.push(beam.with(&candidate, logs));
                sources.push(candidate.beam);
            }
        }
        self.going = next;
        self.ended.sort_by(|a, b| b.score.total_cmp(&a.score));
        self.ended.truncate(most);
        sources
    }

    /// The best tokens to go on with, twice as many as beams: half of them may end.
    fn candidates(&self, logs: &[Vec<f64>]) -> Vec<Candidate> {
        let mut all = Vec::new();
        for (number, (beam, logs)) in self.going.iter().zip(logs).enumerate() {
            let scored = scores(self.plan, self.prompt, &beam.written, logs.clone());
            let possible = scored.into_iter().enumerate();
            let possible = possible.filter(|(_, score)| *score > f64::NEG_INFINITY);
            all.extend(possible.map(|(token, score)| Candidate {
                beam: number,
                token,
                score: beam.score + score,
            }));
        }
        all.sort_by(|a, b| b.score.total_cmp(&a.score));
        all.truncate(2 * self.plan.beams);
        all
    }

    /// Whether no text that is followed can become better than all that have ended.
    fn is_done(&mut self, length: usize) -> bool {
        let power = self.power(length);
        let hope = self.going.iter().map(|beam| beam.score / power);
        let hope = hope.fold(f64::NEG_INFINITY, f64::max);
        let is_done = self.ended.len() == self.plan.beams
            && self.ended.last().is_some_and(|worst| worst.score >= hope);
        if is_done {
            self.going.clear();
        }
        is_done || self.going.is_empty()
    }

    /// The best of all; a text that is still followed counts with the length that it has.
    fn finish(mut self) -> Beam {
        let power = self.power(self.plan.max_new_tokens);
        let going = std::mem::take(&mut self.going).into_iter();
        let going = going.map(|beam| Beam { score: beam.score / power, ..beam });
        let better = |a: Beam, b: Beam| if b.score > a.score { b } else { a };
        let best = self.ended.into_iter().chain(going).reduce(better);
        let end = Some(End::Token); // every token was ruled out
        best.unwrap_or(Beam { written: Vec::new(), logs: Vec::new(), score: 0.0, end })
    }

    /// What a score is divided by at a length.
    fn power(&self, length: usize) -> f64 {
        (length as f64).powf(self.plan.length_penalty)
    }
}

impl Beam {
    fn with(&self, candidate: &Candidate, logs: &[Vec<f64>]) -> Self {
        let mut longer = Self { score: candidate.score, ..self.clone() };
        longer.written.push(candidate.token as i64);
        longer.logs.push(logs[candidate.beam][candidate.token]);
        longer
    }

    /// Its last token.
    fn newest(&self) -> Vec<i64> {
        self.written.last().copied().into_iter().collect()
    }
}

fn log_softmax(logits: &Tensor) -> Vec<Vec<f64>> {
    let logits = logits.to(DType::F64);
    (0..logits.len())
        .map(|row| choice::log_softmax(&logits.select(0, row).to_vec::<f64>()))
        .collect()
}
