//! New vocabularies of subwords, learnt from texts.

use super::{fence::guarded, tokenizer::SubwordTokenizer};
use crate::{Error, Result};
use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
};
use tokenizers::{
    self as hf, AddedToken, OffsetReferential, OffsetType, PreTokenizer, Trainer,
    models::{
        ModelWrapper, bpe::BPE, bpe::BpeTrainer, unigram::Unigram, unigram::UnigramTrainer,
        wordpiece::WordPiece, wordpiece::WordPieceTrainer,
    },
    normalizers::{BertNormalizer, NFKC},
    pre_tokenizers::{
        bert::BertPreTokenizer,
        byte_level::ByteLevel,
        metaspace::{Metaspace, PrependScheme},
    },
    processors::template::{Template, TemplateProcessing},
};

/// The plan of a vocabulary that is to be learnt from texts.
///
/// | made by | algorithm | texts are cut into | control tokens |
/// |---|---|---|---|
/// | [`Subwords::bpe`] | byte-pair encoding | bytes: nothing is unknown | `<\|endoftext\|>`, as GPT-2 |
/// | [`Subwords::word_piece`] | WordPiece | words, Chinese by character | `[PAD] [UNK] [CLS] [SEP] [MASK]`, as BERT |
/// | [`Subwords::unigram`] | Unigram | stretches between blanks | `<s> <pad> </s> <unk> <mask>`, as XLM-R |
///
/// # Examples
/// ```
/// use brand_nn_text::Subwords;
///
/// let tokenizer = Subwords::word_piece(60).fit(&["unhappy and unkind", "happy and kind"])?;
/// assert!(tokenizer.vocabulary_size() <= 60);
/// assert_eq!(tokenizer.decode(&tokenizer.encode_one("unkind")?.ids)?, "unkind");
/// # Ok::<(), brand_nn_text::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Subwords {
    kind: Kind,
    size: usize,
    min_frequency: u64,
    lowercase: bool,
    control: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Bpe,
    WordPiece,
    Unigram,
}

impl Kind {
    fn control(self) -> &'static [&'static str] {
        match self {
            Self::Bpe => &["<|endoftext|>"],
            Self::WordPiece => &["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
            Self::Unigram => &["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        }
    }

    /// The fewest tokens: those for control, the 256 bytes, and what is merged of them.
    fn fewest(self) -> usize {
        self.control().len() + 1
    }
}

impl Subwords {
    /// Byte-pair encoding of at most `size` tokens, or 257 if that is more.
    #[must_use]
    pub fn bpe(size: usize) -> Self {
        Self::new(Kind::Bpe, size)
    }

    /// WordPiece of at most `size` tokens, or one a character if that is more.
    #[must_use]
    pub fn word_piece(size: usize) -> Self {
        Self { lowercase: true, ..Self::new(Kind::WordPiece, size) }
    }

    /// Unigram of about `size` tokens, or one a character if that is more.
    #[must_use]
    #[doc(alias = "SentencePiece")]
    pub fn unigram(size: usize) -> Self {
        Self::new(Kind::Unigram, size)
    }

    fn new(kind: Kind, size: usize) -> Self {
        Self { kind, size, min_frequency: 2, lowercase: false, control: Vec::new() }
    }

    /// How often two pieces must stand side by side to be joined; 2 by default.
    #[must_use]
    pub fn min_frequency(self, times: u64) -> Self {
        Self { min_frequency: times, ..self }
    }

    /// Whether letters are made small, for WordPiece alone; yes by default.
    #[must_use]
    pub fn lowercase(self, on: bool) -> Self {
        Self { lowercase: on, ..self }
    }

    /// One more token that no text contains, such as one for each product line.
    #[must_use]
    pub fn control_token(mut self, token: &str) -> Self {
        self.control.push(token.to_owned());
        self
    }

    /// Learns the vocabulary.
    ///
    /// # Errors
    /// If there is no text to learn from, or a setting is out of its range.
    pub fn fit(&self, texts: &[impl AsRef<str>]) -> Result<SubwordTokenizer> {
        self.check()?;
        let texts: Vec<_> = texts.iter().map(AsRef::as_ref).collect();
        let control: Vec<String> = self.control_tokens();
        if texts.iter().all(|text| text.trim().is_empty()) {
            return Err(Error::Setting {
                setting: "texts",
                got: format!("{} texts without a word", texts.len()),
                expected: "texts to learn from",
                help: "some thousand sentences of the kind that will be read",
            });
        }
        let inner = guarded("subwords", || {
            let mut inner = self.empty()?;
            let model = self.learn(&words(&inner, &texts)?, &control)?;
            inner.with_model(model);
            inner.add_special_tokens(special(&control))?;
            self.finish(&mut inner)?;
            Ok(inner)
        })?;
        let unknown =
            control.iter().find(|token| matches!(token.as_str(), "[UNK]" | "<unk>")).cloned();
        let control: BTreeSet<_> = control.into_iter().collect();
        Ok(SubwordTokenizer::of_parts(inner, &control, unknown.as_deref()))
    }

    fn check(&self) -> Result<()> {
        let fewest = self.kind.fewest() + self.control.len();
        if self.size >= fewest {
            return Ok(());
        }
        Err(Error::Setting {
            setting: "size",
            got: self.size.to_string(),
            expected: "more than there are control tokens",
            help: "8,000 to 50,000 is usual",
        })
    }

    fn control_tokens(&self) -> Vec<String> {
        let own = self.kind.control().iter().map(|&token| token.to_owned());
        own.chain(self.control.iter().cloned()).collect()
    }

    /// A tokenizer that cuts texts, and has no vocabulary yet.
    fn empty(&self) -> hf::Result<hf::Tokenizer> {
        let mut inner = match self.kind {
            Kind::Bpe => hf::Tokenizer::new(BPE::default()),
            Kind::WordPiece => hf::Tokenizer::new(WordPiece::default()),
            Kind::Unigram => hf::Tokenizer::new(Unigram::default()),
        };
        match self.kind {
            Kind::Bpe => {
                let bytes = ByteLevel::default().add_prefix_space(false);
                inner.with_pre_tokenizer(Some(bytes)).with_decoder(Some(bytes));
            }
            Kind::WordPiece => {
                inner.with_normalizer(Some(BertNormalizer::new(
                    true,
                    true,
                    None,
                    self.lowercase,
                )))?;
                inner.with_pre_tokenizer(Some(BertPreTokenizer));
                inner.with_decoder(Some(hf::decoders::wordpiece::WordPiece::default()));
            }
            Kind::Unigram => {
                inner.with_normalizer(Some(NFKC))?;
                let blanks = Metaspace::new('▁', PrependScheme::Always, true);
                inner.with_pre_tokenizer(Some(blanks.clone())).with_decoder(Some(blanks));
            }
        }
        Ok(inner)
    }

    /// The vocabulary of words that come so often.
    ///
    /// The algorithms go through tables whose order changes from run to run. Whatever gets its number
    /// or score by that order is put into an order of its own here.
    fn learn(&self, words: &Words, control: &[String]) -> hf::Result<ModelWrapper> {
        let size = self.size;
        let again = || words.iter().flat_map(|(word, &count)| iter::repeat_n(word, count as usize));
        let whole = |word: &str| Ok(vec![word.to_owned()]);
        match self.kind {
            Kind::Bpe => {
                let builder =
                    BpeTrainer::builder().vocab_size(size).special_tokens(special(control));
                let alphabet = ByteLevel::alphabet().into_iter().collect();
                let builder = builder.min_frequency(self.min_frequency).show_progress(false);
                let mut learner = builder.initial_alphabet(alphabet).build();
                let mut model = BPE::default();
                learner.feed(again(), whole)?;
                learner.train(&mut model)?;
                Ok(model.into())
            }
            Kind::WordPiece => {
                let first = control.iter().cloned().chain(continuing(words)).collect::<Vec<_>>();
                let builder = WordPieceTrainer::builder().vocab_size(size);
                let builder = builder.min_frequency(self.min_frequency).show_progress(false);
                let mut learner = builder.special_tokens(special(&first)).build();
                let mut model = WordPiece::default();
                learner.feed(again(), whole)?;
                learner.train(&mut model)?;
                Ok(model.into())
            }
            Kind::Unigram => {
                let learner = UnigramTrainer::builder()
                    .vocab_size(u32::try_from(size).unwrap_or(u32::MAX))
                    .special_tokens(special(control))
                    .unk_token(Some("<unk>".to_owned()))
                    .show_progress(false)
                    .build()?;
                let mut model = Unigram::default();
                learner.do_train(words.clone().into_iter().collect(), &mut model)?;
                Ok(ordered(&model, control)?.into())
            }
        }
    }

    /// What needs the numbers of the control tokens: the template.
    fn finish(&self, inner: &mut hf::Tokenizer) -> hf::Result<()> {
        let [first, last] = match self.kind {
            Kind::Bpe => return Ok(()),
            Kind::WordPiece => ["[CLS]", "[SEP]"],
            Kind::Unigram => ["<s>", "</s>"],
        };
        let between =
            if self.kind == Kind::Unigram { format!("{last} {last}") } else { last.into() };
        let pair = format!("{first} $A {between} $B:1 {last}:1");
        let known =
            [first, last].map(|token| (token, inner.token_to_id(token).unwrap_or_default()));
        let template = TemplateProcessing::builder()
            .try_single(format!("{first} $A {last}").as_str())?
            .pair(Template::try_from(pair.as_str())?)
            .special_tokens(known.map(|(token, id)| (token.to_owned(), id)).to_vec())
            .build()?;
        inner.with_post_processor(Some(template));
        Ok(())
    }
}

/// How often each word comes.
type Words = BTreeMap<String, u32>;

/// The words of texts, as a tokenizer cuts them.
fn words(inner: &hf::Tokenizer, texts: &[&str]) -> hf::Result<Words> {
    let mut words = Words::new();
    for text in texts {
        let added = inner.get_added_vocabulary();
        let mut text = added.extract_and_normalize(inner.get_normalizer(), text);
        if let Some(splitter) = inner.get_pre_tokenizer() {
            splitter.pre_tokenize(&mut text)?;
        }
        for (word, ..) in text.get_splits(OffsetReferential::Original, OffsetType::Byte) {
            *words.entry(word.to_owned()).or_default() += 1;
        }
    }
    Ok(words)
}

fn special(tokens: &[String]) -> Vec<AddedToken> {
    tokens.iter().map(|token| AddedToken::from(token, true)).collect()
}

/// Each character that goes on with a word, as a piece.
fn continuing(words: &Words) -> BTreeSet<String> {
    let inner = words.keys().flat_map(|word| word.chars().skip(1));
    inner.map(|character| format!("##{character}")).collect()
}

/// The pieces with scores of six decimals, equal ones in the order of their characters.
///
/// Characters that no text needs any more get scores below all others, one step apart and by chance:
/// here it is the order of the characters that counts.
fn ordered(model: &Unigram, control: &[String]) -> hf::Result<Unigram> {
    let rounded = |score: f64| (score * 1e6).round() / 1e6;
    let (first, learnt): (Vec<_>, Vec<_>) =
        model.iter().cloned().enumerate().partition(|(place, _)| *place < control.len());
    let pieces = learnt.into_iter().map(|(_, (piece, score))| (piece, rounded(score)));
    let (mut rare, mut usual): (Vec<_>, Vec<_>) =
        pieces.partition(|(piece, _)| piece.chars().count() == 1);
    let mut scores: Vec<_> = rare.iter().map(|(_, score)| *score).collect();
    let order = |a: &(String, f64), b: &(String, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    scores.sort_by(f64::total_cmp);
    rare.sort_by(order);
    let chance: Vec<_> = chance_steps(&scores);
    let mut by_name: Vec<_> = rare
        .iter()
        .filter(|(_, score)| chance.contains(score))
        .map(|(piece, _)| piece.clone())
        .collect();
    by_name.sort();
    rare.retain(|(_, score)| !chance.contains(score));
    usual.extend(rare);
    usual.extend(by_name.into_iter().zip(chance));
    usual.sort_by(order);
    let all = first.into_iter().map(|(_, piece)| piece).chain(usual).collect();
    Unigram::from(all, control.iter().position(|token| token == "<unk>"), false)
}

/// Of rising scores those that stand one step of the algorithm apart, from the lowest on.
fn chance_steps(scores: &[f64]) -> Vec<f64> {
    const STEP: f64 = 1e-4;
    let mut steps: Vec<f64> = scores.first().copied().into_iter().collect();
    for &score in scores.iter().skip(1) {
        match steps.last() {
            Some(last) if ((score - last) - STEP).abs() < 2e-6 => steps.push(score),
            _ => break,
        }
    }
    if steps.len() > 1 { steps } else { Vec::new() }
}
