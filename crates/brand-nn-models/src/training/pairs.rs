//! Pairs of texts from documents, of which the second follows the first or comes from elsewhere.

use super::{
    hiding::{Hiding, unit},
    texts::refused,
};
use crate::{Result, Tokens};
use brand_nn_tensor::{Rng, Tensor};
use brand_nn_text::SubwordTokenizer;
use brand_nn_train::{Batch, DataSet};

/// Pairs of runs of sentences: class 0 where the second follows, 1 where it is of another document.
///
/// As BERT was trained (Devlin and others 2019): a document's sentences are gathered until a row of
/// `length` tokens is full and parted at a place by chance; for half of the rows, and for those that
/// have but one sentence, the second part is replaced by sentences of another document. What was
/// replaced comes in the next row. Longer pairs are cut at their longer part.
///
/// # Shapes
/// [`Tokens`] of `[rows, time]` with the time of the longest, and i64 classes `[rows]`.
///
/// # Errors
/// If fewer than two documents have a token, or a length leaves less than two tokens for text.
///
/// # Examples
/// ```
/// use brand_nn_models::sentence_pairs;
/// use brand_nn_text::Subwords;
///
/// let documents = [["a clean room", "we slept well"], ["the phone is slow", "it broke"]];
/// let tokenizer = Subwords::word_piece(80).fit(&documents.concat())?;
/// let (tokens, classes) = sentence_pairs(&tokenizer, &documents, 32, 7)?;
/// assert_eq!(tokens.ids.dim(0), classes.len());
/// assert_eq!(tokens.type_ids.max().item(), 1.0); // the second part's segment
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
pub fn sentence_pairs<S: AsRef<str>>(
    tokenizer: &SubwordTokenizer,
    documents: &[impl AsRef<[S]>],
    length: usize,
    seed: u64,
) -> Result<(Tokens, Tensor)> {
    let room = length.saturating_sub(tokenizer.encode_pair("", "")?.len());
    if room < 2 {
        return Err(refused(
            "rows",
            &format!("a length of {length}"),
            "room for two tokens of text",
        ));
    }
    let read = |document| sentences::<S>(tokenizer, document);
    let all = documents.iter().map(|d| read(d.as_ref())).collect::<Result<Vec<_>>>()?;
    let all: Vec<_> = all.into_iter().filter(|document| !document.is_empty()).collect();
    if all.len() < 2 {
        let got = format!("{} documents with a token", all.len());
        return Err(refused("documents", &got, "at least two, to take sentences of another"));
    }
    let mut pairs = Pairs { all, room, rng: Rng::keyed(seed, "pairs"), found: Vec::new() };
    (0..pairs.all.len()).for_each(|document| pairs.document(document));
    let (texts, classes): (Vec<_>, Vec<_>) = pairs.found.into_iter().unzip();
    let tokenizer = tokenizer.clone().max_length(length);
    let tokens = tokenizer.pad(&tokenizer.encode_pairs(&texts)?).into();
    Ok((tokens, Tensor::from(classes)))
}

/// A sentence and its number of tokens.
type Sentence<'a> = (&'a str, usize);

/// The sentences of a document that have a token.
fn sentences<'a, S: AsRef<str>>(
    tokenizer: &SubwordTokenizer,
    document: &'a [S],
) -> Result<Vec<Sentence<'a>>> {
    let tokenizer = tokenizer.clone().special_tokens(false);
    let counts = tokenizer.encode(document)?.into_iter().map(|encoding| encoding.len());
    let all = document.iter().map(AsRef::as_ref).zip(counts);
    Ok(all.filter(|(_, tokens)| *tokens > 0).collect())
}

/// Pairs on their way.
struct Pairs<'a> {
    all: Vec<Vec<Sentence<'a>>>,
    room: usize,
    rng: Rng,
    found: Vec<((String, String), i64)>,
}

impl Pairs<'_> {
    /// All pairs whose first part is of a document.
    fn document(&mut self, number: usize) {
        let mut rest = 0;
        while rest < self.all[number].len() {
            let run = full(&self.all[number][rest..], self.room).len();
            let parted = 1 + self.below((run - 1).max(1));
            let is_other = run == 1 || unit(&mut self.rng) < 0.5;
            let first = &self.all[number][rest..rest + parted];
            let (first, taken) = (joined(first), first.iter().map(|(_, tokens)| tokens).sum());
            let second = match is_other {
                true => self.other(number, taken),
                false => joined(&self.all[number][rest + parted..rest + run]),
            };
            self.found.push(((first, second), i64::from(is_other)));
            rest += if is_other { parted } else { run };
        }
    }

    /// Sentences of another document that fill a row in which so many tokens are taken.
    fn other(&mut self, number: usize, taken: usize) -> String {
        let document = (number + 1 + self.below(self.all.len() - 1)) % self.all.len();
        let start = self.below(self.all[document].len());
        joined(full(&self.all[document][start..], self.room.saturating_sub(taken)))
    }

    /// A whole number from 0 to below another.
    fn below(&mut self, most: usize) -> usize {
        (unit(&mut self.rng) * most as f64) as usize
    }
}

/// The first sentences that together have so many tokens; one at least.
fn full<'a, 'b>(sentences: &'b [Sentence<'a>], room: usize) -> &'b [Sentence<'a>] {
    let mut tokens = 0;
    let reached = sentences.iter().position(|(_, count)| {
        tokens += count;
        tokens >= room
    });
    &sentences[..reached.map_or(sentences.len(), |last| last + 1)]
}

fn joined(sentences: &[Sentence<'_>]) -> String {
    sentences.iter().map(|(text, _)| *text).collect::<Vec<_>>().join(" ")
}

/// Pairs of [`sentence_pairs`] some of whose tokens are hidden, others each time they are asked for.
///
/// Tokens are hidden as [`MaskedTexts`](crate::MaskedTexts) does it.
///
/// # Shapes
/// Targets are i64 `[rows, time + 1]`: of each step the token or [`IGNORED`](crate::IGNORED), and at the
/// end the class of the pair, as [`PretrainingLoss`](crate::PretrainingLoss) takes them.
///
/// # Examples
/// ```
/// use brand_nn_models::{
///     BertConfig, FineTune, MaskedPairs, PretrainingLoss, PretrainingModel, sentence_pairs,
/// };
/// use brand_nn_text::Subwords;
/// use brand_nn_train::Fit;
///
/// let documents = [["a clean room", "we slept well"], ["the phone is slow", "it broke"]].repeat(4);
/// let tokenizer = Subwords::word_piece(80).fit(&documents.concat())?;
/// let data = MaskedPairs::new(&tokenizer, sentence_pairs(&tokenizer, &documents, 16, 1)?)?;
/// let config = BertConfig::new(tokenizer.vocabulary_size(), 16, 1);
/// let model = PretrainingModel::from_config(&config, 1)?;
/// let plan = Fit::epochs(3).batch_size(4).quiet();
/// let (_, history) = FineTune::new(3e-3).fit(model, &data, PretrainingLoss, plan)?;
/// assert!(history.last("loss").unwrap() < 6.0);
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[derive(Debug)]
pub struct MaskedPairs {
    tokens: Tokens,
    classes: Tensor,
    hiding: Hiding,
}

impl MaskedPairs {
    /// Hides tokens of pairs and their classes.
    ///
    /// # Errors
    /// If the tokenizer has no mask, or there is not a class for each pair.
    pub fn new(tokenizer: &SubwordTokenizer, (tokens, classes): (Tokens, Tensor)) -> Result<Self> {
        let pairs = (tokens, classes);
        Batch::check(&pairs)?;
        let (tokens, classes) = pairs;
        Ok(Self { tokens, classes, hiding: Hiding::new(tokenizer)? })
    }

    /// The share of tokens that are chosen; 0.15 by default.
    #[must_use]
    pub fn share(mut self, share: f64) -> Self {
        self.hiding.share = share;
        self
    }

    /// The seed of all choices.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.hiding.seed = seed;
        self
    }
}

impl DataSet for MaskedPairs {
    type Input = Tokens;

    fn len(&self) -> usize {
        self.classes.len()
    }

    fn batch(&self, rows: &[usize]) -> brand_nn_train::Result<(Tokens, Tensor)> {
        let whole = Batch::rows(&self.tokens, rows)?;
        let classes = self.classes.rows(rows)?.unsqueeze(1);
        let (ids, hidden) = self.hiding.hide(&whole.ids)?;
        Ok((Tokens { ids, ..whole }, Tensor::try_concat(&[hidden, classes], 1)?))
    }
}
