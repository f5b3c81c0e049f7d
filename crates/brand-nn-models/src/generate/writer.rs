//! Texts side by side, each a token longer with every step.

use super::{CausalModel, Generation, History, choice, settings::refused, words::Words};
use crate::{Cache, Error, Result};
use brand_nn_tensor::{DType, Rng, Tensor};
use std::collections::BTreeMap;

/// What was written on from a prompt.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The text behind the prompt.
    pub text: String,
    /// Its tokens, the one that ended it left out.
    pub ids: Vec<i64>,
    /// The logarithm of each token's probability, as the model saw it, before any setting.
    pub log_probabilities: Vec<f64>,
    /// Why it ended.
    pub end: End,
    /// The tokens that the prompt lost at the front.
    pub cut: usize,
}

/// Why a text ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The model wrote the token that ends a text.
    Token,
    /// A word came that the text was to stop at.
    Stop,
    /// It has as many tokens as were asked for.
    Length,
}

/// One text on its way.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) prompt: Vec<i64>,
    pub(super) written: Vec<i64>,
    pub(super) logs: Vec<f64>,
    pub(super) text: String,
    pub(super) end: Option<End>,
    pub(super) cut: usize,
    /// The tokens of required words that have to come now, the next one at the end.
    forced: Vec<i64>,
    rng: Rng,
}

/// Texts side by side; those that have ended take no part any more.
pub(super) struct Writer<'a, M> {
    pub(super) plan: Generation,
    pub(super) model: &'a M,
    pub(super) words: Option<Words<'a>>,
    pub(super) rows: Vec<Row>,
    /// The numbers of the rows that the cache has.
    open: Vec<usize>,
    cache: Cache,
}

impl<'a, M: CausalModel> Writer<'a, M> {
    pub(super) fn new(
        plan: Generation,
        model: &'a M,
        words: Option<Words<'a>>,
        prompts: &[Vec<i64>],
    ) -> Result<Self> {
        let mut rows = Vec::with_capacity(prompts.len());
        let mut times = BTreeMap::new();
        for (number, prompt) in prompts.iter().enumerate() {
            let (prompt, cut) = admit(&plan, model, number, prompt)?;
            let time: &mut usize = times.entry(prompt.clone()).or_default();
            let rng = Rng::keyed(plan.seed, &format!("{prompt:?} {time}"));
            *time += 1;
            let (written, logs, text) = (Vec::new(), Vec::new(), String::new());
            rows.push(Row { prompt, written, logs, text, end: None, cut, forced: Vec::new(), rng });
        }
        let open = (0..rows.len()).collect();
        Ok(Self { plan, model, words, rows, open, cache: Cache::new() })
    }

    /// Writes one more token of each open text; `false` if there is none.
    pub(super) fn step(&mut self) -> Result<bool> {
        if self.open.is_empty() {
            return Ok(false);
        }
        let logits = self.advance()?.to(DType::F64);
        for (place, number) in self.open.clone().into_iter().enumerate() {
            self.choose(number, logits.select(0, place).to_vec())?;
        }
        let going: Vec<_> = (0..self.open.len())
            .filter(|&place| self.rows[self.open[place]].end.is_none())
            .collect();
        if going.len() < self.open.len() {
            self.cache = self.cache.rows(&going)?;
            self.open = going.into_iter().map(|place| self.open[place]).collect();
        }
        Ok(!self.open.is_empty())
    }

    /// The logits after the newest tokens, which are the prompts at first.
    fn advance(&mut self) -> Result<Tensor> {
        let rows: Vec<&[i64]> = self
            .open
            .iter()
            .map(|&number| {
                let Row { prompt, written, .. } = &self.rows[number];
                written.last().map_or(&prompt[..], std::slice::from_ref)
            })
            .collect();
        let (ids, mask) = padded(&rows);
        Ok(self.model.advance(&ids, &mask, &mut self.cache)?)
    }

    fn choose(&mut self, number: usize, logits: Vec<f64>) -> Result<()> {
        let logs = choice::log_softmax(&logits);
        let end = end_token(&self.plan, self.words.as_ref());
        let row = &mut self.rows[number];
        let missing = self.words.as_ref().map_or(Vec::new(), |words| words.missing(&row.text));
        let is_late = row.written.len() + missing.len() >= self.plan.max_new_tokens;
        if row.forced.is_empty() && is_late {
            row.forced = missing.iter().rev().copied().collect();
        }
        let token = match row.forced.pop() {
            Some(token) => Some(token as usize),
            None => {
                let scores = scores(&self.plan, &row.prompt, &row.written, logits);
                self.allowed(number, scores, end, !missing.is_empty())?
            }
        };
        self.add(number, token, &logs, end)
    }

    /// The chosen token, after which the text has no banned word; `None` if there is none.
    ///
    /// While required words are missing, nothing ends the text.
    fn allowed(
        &mut self,
        number: usize,
        mut scores: Vec<f64>,
        end: Option<i64>,
        goes_on: bool,
    ) -> Result<Option<usize>> {
        if let Some(score) = end.and_then(|end| scores.get_mut(end as usize)).filter(|_| goes_on) {
            *score = f64::NEG_INFINITY;
        }
        let samples = self.plan.samples();
        loop {
            let row = &mut self.rows[number];
            let token = match samples {
                true => choice::draw(&scores, &mut row.rng),
                false => choice::best(&scores),
            };
            let (Some(chosen), Some(words)) = (token, &self.words) else { return Ok(token) };
            if end == Some(chosen as i64) || words.admits(&row.written, chosen, goes_on)? {
                return Ok(token);
            }
            scores[chosen] = f64::NEG_INFINITY;
        }
    }

    /// Takes a token in, and looks whether the text has ended.
    fn add(
        &mut self,
        number: usize,
        token: Option<usize>,
        logs: &[f64],
        end: Option<i64>,
    ) -> Result<()> {
        let row = &mut self.rows[number];
        let Some(token) = token.filter(|&token| end != Some(token as i64)) else {
            row.end = Some(End::Token);
            return Ok(());
        };
        row.written.push(token as i64);
        row.logs.push(logs.get(token).copied().unwrap_or(f64::NEG_INFINITY));
        if let Some(words) = &self.words {
            row.text = words.tokenizer.decode(&row.written)?;
            if let Some(at) = words.stop(&row.text) {
                row.text.truncate(at);
                row.end = Some(End::Stop);
            }
        }
        if row.end.is_none() && row.written.len() >= self.plan.max_new_tokens {
            row.end = Some(End::Length);
        }
        Ok(())
    }

    /// All texts, in the order of the prompts.
    pub(super) fn finish(self) -> Result<Vec<Written>> {
        Ok(self.rows.into_iter().map(Row::finish).collect())
    }
}

impl Row {
    pub(super) fn finish(self) -> Written {
        let Self { text, written: ids, logs: log_probabilities, cut, .. } = self;
        Written { text, ids, log_probabilities, end: self.end.unwrap_or(End::Length), cut }
    }
}

/// The scores after all that is done to them.
pub(super) fn scores(
    plan: &Generation,
    prompt: &[i64],
    written: &[i64],
    mut logits: Vec<f64>,
) -> Vec<f64> {
    for processor in plan.processors.values() {
        processor.process(History { prompt, written }, &mut logits);
    }
    logits
}

/// The token that ends a text.
pub(super) fn end_token(plan: &Generation, words: Option<&Words<'_>>) -> Option<i64> {
    plan.end_token.or_else(|| words.and_then(|words| words.tokenizer.end_id()))
}

/// Rows of one length with padding in front, and the mask of what is none.
pub(super) fn padded(rows: &[&[i64]]) -> (Tensor, Tensor) {
    let options = brand_nn_text::PadOptions::default();
    let ones: Vec<Vec<i64>> = rows.iter().map(|row| vec![1; row.len()]).collect();
    let mask = brand_nn_text::pad_sequences(&ones, options).to(DType::Bool);
    (brand_nn_text::pad_sequences(rows, options), mask)
}

/// A prompt that the model can go on from, and how many tokens it lost for that.
fn admit(
    plan: &Generation,
    model: &impl CausalModel,
    number: usize,
    prompt: &[i64],
) -> Result<(Vec<i64>, usize)> {
    let context = model.context_length();
    let refuse = |problem: String, help| Err(Error::Prompt { number, problem, help });
    if prompt.is_empty() {
        return refuse("it has no token".into(), "begin with a word, or with the end token");
    }
    let Some(room) = context.checked_sub(plan.max_new_tokens).filter(|&room| room > 0) else {
        let expected = format!("less than the model's context of {context}");
        return Err(refused("max_new_tokens", &plan.max_new_tokens, &expected));
    };
    let cut = prompt.len().saturating_sub(room);
    if cut > 0 && !plan.cut_prompts {
        let problem = format!(
            "{} tokens and {} new ones, the context has {context}",
            prompt.len(),
            plan.max_new_tokens
        );
        return refuse(problem, "shorten it, write less, or say cut_prompts(true)");
    }
    Ok((prompt[cut..].to_vec(), cut))
}
