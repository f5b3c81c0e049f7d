//! Texts to the numbers of their subwords and back, as published models read them.

use super::{
    door, encoding::Encoding, encoding::TokenBatch, fence::guarded, files, window::Truncation,
    window::Window,
};
use crate::{Error, PadOptions, Result, Side};
use std::{collections::BTreeSet, fmt, path::Path};
use tokenizers::{
    self as hf, Model, OffsetType, PostProcessor, PreTokenizer, Token, models::ModelWrapper,
};

/// Turns texts into numbers of subwords, and numbers back into texts.
///
/// It reads `tokenizer.json`, `vocab.txt` (BERT), or `vocab.json` with `merges.txt` (GPT-2, RoBERTa).
/// Byte-pair encoding (Sennrich and others 2016), WordPiece and Unigram (Kudo 2018) are known; new
/// vocabularies are learnt by [`Subwords`](super::Subwords).
///
/// What is typed is text: a customer who writes `</s>` or `[SEP]` gets the pieces of these characters
/// and no control token. [`control_tokens`](Self::control_tokens) lifts that for prompts that the
/// program writes itself.
///
/// | setting | by default |
/// |---|---|
/// | [`special_tokens`](Self::special_tokens) | those of the file's template are put around a text |
/// | [`max_length`](Self::max_length) | none: nothing is cut |
/// | [`stride`](Self::stride) | 0: windows of a long text don't overlap |
/// | [`truncation`](Self::truncation) | the longest of a pair is cut first |
/// | [`pad_side`](Self::pad_side) | at the back |
///
/// # Examples
/// ```
/// use brand_nn_text::Subwords;
///
/// let reviews = ["great brand great price", "a great greatness"];
/// let tokenizer = Subwords::bpe(40).fit(&reviews)?;
/// let ids = tokenizer.encode_one("great price")?.ids;
/// assert_eq!(tokenizer.decode(&ids)?, "great price");
/// # Ok::<(), brand_nn_text::Error>(())
/// ```
#[derive(Clone)]
pub struct SubwordTokenizer {
    inner: hf::Tokenizer,
    control: BTreeSet<u32>,
    unknown: Option<u32>,
    special_tokens: bool,
    control_tokens: bool,
    window: Window,
    pad_side: Side,
}

/// Where it comes from.
impl SubwordTokenizer {
    /// Reads a folder or a file: `tokenizer.json`, `vocab.txt`, or `vocab.json` with `merges.txt`.
    ///
    /// # Errors
    /// If none of these is there, or what is there is broken or would be of no use.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let (path, json) = files::read(path.as_ref())?;
        Self::of_value(json, &path.display().to_string())
    }

    /// Reads the text of a `tokenizer.json`.
    ///
    /// # Errors
    /// If it is no JSON, says what can't be, or would make the algorithms fail later.
    pub fn from_json(json: &str) -> Result<Self> {
        let place = "tokenizer.json";
        let value = serde_json::from_str(json).map_err(|problem| door::broken(place, problem))?;
        Self::of_value(value, place)
    }

    fn of_value(json: serde_json::Value, place: &str) -> Result<Self> {
        let unknown = door::unknown(&json);
        let (json, control) = door::checked(json, place)?;
        let text = json.to_string();
        let inner = guarded(place, || hf::Tokenizer::from_bytes(text.as_bytes()))?;
        Ok(Self::of_parts(inner, &control, unknown.as_deref()))
    }

    /// Puts a tokenizer, its tokens for control and the one for the unknown together.
    pub(super) fn of_parts(
        mut inner: hf::Tokenizer,
        control: &BTreeSet<String>,
        unknown: Option<&str>,
    ) -> Self {
        inner.set_encode_special_tokens(true);
        let unknown = unknown.and_then(|token| inner.token_to_id(token));
        let ids = control.iter().filter_map(|token| inner.token_to_id(token));
        Self {
            control: ids.filter(|&id| Some(id) != unknown).collect(),
            unknown,
            inner,
            special_tokens: true,
            control_tokens: false,
            window: Window::default(),
            pad_side: Side::Back,
        }
    }

    /// The text of a `tokenizer.json`, which other programs read as well.
    ///
    /// # Errors
    /// If it can't be written as JSON.
    pub fn to_json(&self) -> Result<String> {
        guarded("tokenizer.json", || self.inner.to_string(false))
    }

    /// Writes a `tokenizer.json`, which is replaced as a whole or not at all.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let (path, json) = (path.as_ref(), self.to_json()?);
        brand_nn_tensor::io::write_atomically(path, |out| out.write_all(json.as_bytes()))
            .map_err(|problem| door::broken(&path.display().to_string(), problem))
    }
}

/// Settings.
impl SubwordTokenizer {
    /// Whether the tokens of the file's template, such as `[CLS]` and `[SEP]`, are put around a text.
    #[must_use]
    pub fn special_tokens(self, on: bool) -> Self {
        Self { special_tokens: on, ..self }
    }

    /// Whether a control token in the text is one; for text of the program's own alone.
    #[must_use]
    pub fn control_tokens(mut self, on: bool) -> Self {
        self.inner.set_encode_special_tokens(!on);
        Self { control_tokens: on, ..self }
    }

    /// The most tokens of a window, those of the template counted; longer texts give several.
    #[must_use]
    pub fn max_length(mut self, length: usize) -> Self {
        self.window.length = Some(length);
        self
    }

    /// How many tokens of the text two windows that follow each other share.
    #[must_use]
    pub fn stride(mut self, tokens: usize) -> Self {
        self.window.stride = tokens;
        self
    }

    /// Which text of a pair is cut.
    #[must_use]
    pub fn truncation(mut self, truncation: Truncation) -> Self {
        self.window.truncation = truncation;
        self
    }

    /// The end where a short row is filled up; generation wants [`Side::Front`].
    #[must_use]
    pub fn pad_side(self, side: Side) -> Self {
        Self { pad_side: side, ..self }
    }
}

/// Texts to numbers.
impl SubwordTokenizer {
    /// The tokens of one text; of a text beyond [`max_length`](Self::max_length) its first window.
    ///
    /// # Errors
    /// If a setting is out of its range, or the algorithm refuses the text.
    pub fn encode_one(&self, text: &str) -> Result<Encoding> {
        Ok(self.windows(text, None, 0)?.swap_remove(0))
    }

    /// The tokens of a text and of a second one that belongs to it, such as question and passage.
    ///
    /// # Errors
    /// As [`encode_one`](Self::encode_one).
    pub fn encode_pair(&self, first: &str, second: &str) -> Result<Encoding> {
        Ok(self.windows(first, Some(second), 0)?.swap_remove(0))
    }

    /// The tokens of each text: of texts beyond [`max_length`](Self::max_length) the first window.
    ///
    /// # Errors
    /// As [`encode_one`](Self::encode_one).
    pub fn encode(&self, texts: &[impl AsRef<str>]) -> Result<Vec<Encoding>> {
        let first = |(i, text): (usize, &_)| {
            Ok(self.windows(AsRef::<str>::as_ref(text), None, i)?.swap_remove(0))
        };
        texts.iter().enumerate().map(first).collect()
    }

    /// The tokens of all texts, with all windows of long ones; [`Encoding::text`] says whose.
    ///
    /// # Errors
    /// As [`encode_one`](Self::encode_one).
    #[doc(alias = "return_overflowing_tokens")]
    pub fn encode_windows(&self, texts: &[impl AsRef<str>]) -> Result<Vec<Encoding>> {
        let parts = texts.iter().enumerate().map(|(i, text)| self.windows(text.as_ref(), None, i));
        Ok(parts.collect::<Result<Vec<_>>>()?.concat())
    }

    /// The tokens of all pairs, with all windows of the text that is cut.
    ///
    /// Where the longest is cut first there is one window a pair.
    ///
    /// # Errors
    /// As [`encode_one`](Self::encode_one).
    pub fn encode_pairs(
        &self,
        pairs: &[(impl AsRef<str>, impl AsRef<str>)],
    ) -> Result<Vec<Encoding>> {
        let parts = pairs
            .iter()
            .enumerate()
            .map(|(i, (first, second))| self.windows(first.as_ref(), Some(second.as_ref()), i));
        Ok(parts.collect::<Result<Vec<_>>>()?.concat())
    }

    /// The tokens of each text as rows of one length, with the mask of real ones.
    ///
    /// # Shapes
    /// `n` texts → i64 `[n, longest]`.
    ///
    /// # Errors
    /// As [`encode_one`](Self::encode_one).
    ///
    /// # Examples
    /// ```
    /// use brand_nn_text::Subwords;
    ///
    /// let tokenizer = Subwords::word_piece(30).fit(&["so good", "so so good"])?;
    /// let batch = tokenizer.encode_padded(&["so", "so good"])?;
    /// assert_eq!(batch.ids.shape()[..], [2, 4]); // [CLS] so good [SEP]
    /// assert_eq!(batch.mask.select(0, 0).to_vec::<bool>(), [true, true, true, false]);
    /// # Ok::<(), brand_nn_text::Error>(())
    /// ```
    pub fn encode_padded(&self, texts: &[impl AsRef<str>]) -> Result<TokenBatch> {
        Ok(self.pad(&self.encode(texts)?))
    }

    /// Encodings as rows of one length, with the mask of real tokens.
    ///
    /// # Panics
    /// If that many numbers are more than memory holds.
    #[must_use]
    pub fn pad(&self, encodings: &[Encoding]) -> TokenBatch {
        let (padding, truncating) = (self.pad_side, Side::Back);
        let value = self.pad_id();
        TokenBatch::new(encodings, PadOptions { padding, truncating, value, length: None })
    }

    /// All windows of a text, or of a pair.
    fn windows(&self, first: &str, second: Option<&str>, text: usize) -> Result<Vec<Encoding>> {
        guarded("tokenizer", || {
            let processor = self.inner.get_post_processor().filter(|_| self.special_tokens);
            let added = processor.map_or(0, |processor| processor.added_tokens(second.is_some()));
            let first = self.pieces(first, 0)?;
            let second = second.map(|second| self.pieces(second, 1)).transpose()?;
            let parts = self.window.cut(first, second, added)?;
            let joined = parts.into_iter().map(|(first, second)| {
                let whole = self.inner.post_process(first, second, self.special_tokens)?;
                Ok(Encoding::of(&whole, text))
            });
            joined.collect::<hf::Result<Vec<_>>>()
        })
    }

    /// The tokens of a text alone.
    fn pieces(&self, text: &str, kind: u32) -> hf::Result<hf::Encoding> {
        let words = self.inner.get_added_vocabulary();
        let mut text = words.extract_and_normalize(self.inner.get_normalizer(), text);
        if let Some(splitter) = self.inner.get_pre_tokenizer() {
            splitter.pre_tokenize(&mut text)?;
        }
        let model = self.inner.get_model();
        text.tokenize(|part| self.without_control(model, model.tokenize(part.get())?, part.get()))?;
        text.into_encoding(None, kind, OffsetType::Byte)
    }

    /// Puts the characters of a control token in its place: some models have them as pieces.
    fn without_control(
        &self,
        model: &ModelWrapper,
        tokens: Vec<Token>,
        text: &str,
    ) -> hf::Result<Vec<Token>> {
        if self.control_tokens || !tokens.iter().any(|token| self.control.contains(&token.id)) {
            return Ok(tokens);
        }
        let mut clean = Vec::with_capacity(tokens.len());
        for token in tokens {
            if !self.control.contains(&token.id) {
                clean.push(token);
                continue;
            }
            let (start, end) = token.offsets;
            for (at, character) in text.get(start..end).unwrap_or("").char_indices() {
                let mut buffer = [0; 4];
                let parts = model.tokenize(character.encode_utf8(&mut buffer))?;
                clean.extend(parts.into_iter().filter_map(|part| self.moved(part, start + at)));
            }
        }
        Ok(clean)
    }

    /// A token of a character, at the character's place; the unknown one for control tokens.
    fn moved(&self, part: Token, by: usize) -> Option<Token> {
        let is_control = self.control.contains(&part.id);
        let id = if is_control { self.unknown? } else { part.id };
        Some(Token { id, offsets: (part.offsets.0 + by, part.offsets.1 + by), ..part })
    }
}

/// Numbers to texts, and what it knows.
impl SubwordTokenizer {
    /// The text of numbers; control tokens are left out.
    ///
    /// # Errors
    /// If a number is not below [`vocabulary_size`](Self::vocabulary_size).
    pub fn decode(&self, ids: &[i64]) -> Result<String> {
        let size = self.vocabulary_size();
        let known = |&id: &i64| u32::try_from(id).ok().filter(|&id| (id as usize) < size);
        let numbers: Option<Vec<_>> = ids.iter().map(known).collect();
        let Some(mut numbers) = numbers else {
            let got = ids.iter().find(|id| known(id).is_none()).copied().unwrap_or_default();
            return Err(Error::Setting {
                setting: "id",
                got: got.to_string(),
                expected: "the number of a token of this tokenizer",
                help: "decode with the tokenizer that the model was trained with",
            });
        };
        numbers.retain(|id| !self.control.contains(id));
        guarded("tokenizer", || self.inner.decode(&numbers, false))
    }

    /// The number of a token.
    #[must_use]
    pub fn id(&self, token: &str) -> Option<i64> {
        self.inner.token_to_id(token).map(i64::from)
    }

    /// The token of a number, as it stands in the vocabulary.
    #[must_use]
    pub fn token(&self, id: i64) -> Option<String> {
        self.inner.id_to_token(u32::try_from(id).ok()?)
    }

    /// The number of the first of these tokens that there is.
    fn first_of(&self, tokens: &[&str]) -> Option<i64> {
        tokens.iter().find_map(|token| self.id(token))
    }

    /// What fills up short rows: `[PAD]` or `<pad>`, else the token at the end, else 0.
    #[must_use]
    pub fn pad_id(&self) -> i64 {
        self.first_of(&["[PAD]", "<pad>"]).or_else(|| self.end_id()).unwrap_or(0)
    }

    /// What stands for a hidden token: `[MASK]` or `<mask>`.
    #[must_use]
    pub fn mask_id(&self) -> Option<i64> {
        self.first_of(&["[MASK]", "<mask>"])
    }

    /// What ends a text: `<|endoftext|>`, `</s>` or `[SEP]`.
    #[must_use]
    pub fn end_id(&self) -> Option<i64> {
        self.first_of(&["<|endoftext|>", "</s>", "[SEP]"])
    }

    /// Whether a number is that of a control token.
    #[must_use]
    pub fn is_control(&self, id: i64) -> bool {
        u32::try_from(id).is_ok_and(|id| self.control.contains(&id))
    }

    /// Every number is below this: the rows that an embedding needs.
    #[must_use]
    pub fn vocabulary_size(&self) -> usize {
        let added = self.inner.get_added_vocabulary().get_vocab();
        let last = added.values().max().map_or(0, |&id| id as usize + 1);
        self.inner.get_vocab_size(true).max(last)
    }
}

impl fmt::Debug for SubwordTokenizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.vocabulary_size();
        f.debug_struct("SubwordTokenizer").field("vocabulary_size", &size).finish_non_exhaustive()
    }
}
