//! Sentiment learnt from texts with labels, by a network that starts from nothing.

use super::linear::{Features, Vocabulary};
use super::sentiment::Sentiment;
use crate::{Error, Result, door};
use brand_nn_layers::{
    Activation, Merge, Network, Sequential, branches, conv1d, dense, dropout, embedding,
    embedding_bag, global_max_pool, lstm, permute,
};
use brand_nn_losses::BinaryCrossEntropyWithLogits;
use brand_nn_optim::Adam;
use brand_nn_tensor::Tensor;
use brand_nn_text::{FittedWordTokenizer, Splitter, WordTokenizer};
use brand_nn_train::{EarlyStopping, Fit, Model, SavedModel, predict};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A network without any weights of others, for thousands of texts with labels.
///
/// Words, or characters where texts are Chinese, become vectors, whose mean counts or which a
/// convolution or an LSTM reads in their order. The last tenth of the shuffled texts says when it is
/// enough; the best epoch is kept.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::neural::NeuralSentiment;
/// use brand_nn_marketing::text::sentiment::Sentiment;
///
/// let texts: Vec<String> = (0..60).map(|i| format!("{} 商品 {i}", ["很好", "太差"][i % 2])).collect();
/// let praise: Vec<bool> = (0..60).map(|i| i % 2 == 0).collect();
/// let model = NeuralSentiment::bag(42).width(8).epochs(40);
/// let fitted = model.fit(&texts, &praise)?;
/// assert!(fitted.probability("很好 商品") > fitted.probability("太差 商品"));
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NeuralSentiment {
    reader: Reader,
    length: usize,
    width: usize,
    num_words: usize,
    epochs: usize,
    seed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reader {
    Bag,
    TextCnn,
    Lstm,
}

/// A network that was trained, with the words that it knows.
pub struct FittedNeural {
    network: Network,
    words: Words,
    length: usize,
}

/// What makes numbers of a text.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Words {
    /// Runs of words or characters, each once, without an order.
    Bag(Features, Vocabulary),
    /// Words or characters as they stand.
    Order(FittedWordTokenizer),
}

const METHOD: &str = "neural sentiment";
/// What is left out while training, as Kim has it.
const DROPOUT: f64 = 0.5;
/// The longest run of characters in a bag, and of words.
const LONGEST: [usize; 2] = [3, 2];
const BATCH: usize = 64;
/// Epochs without a better validation after which training ends.
const PATIENCE: usize = 2;

impl NeuralSentiment {
    /// The mean vector of all runs of one to three characters, or of words and pairs of words.
    ///
    /// As fastText (Joulin, Grave, Bojanowski and Mikolov 2017), with a vector for each run that
    /// stands in two texts or more in place of hashes. On short reviews it is the best of the three.
    #[doc(alias = "fastText")]
    #[must_use]
    pub fn bag(seed: u64) -> Self {
        let (length, width, num_words, epochs) = (400, 32, 150_000, 16);
        Self { reader: Reader::Bag, length, width, num_words, epochs, seed }
    }

    /// Runs of two, three and four words, the strongest sign of each kind (Kim 2014).
    #[doc(alias = "TextCNN")]
    #[must_use]
    pub fn text_cnn(seed: u64) -> Self {
        let (length, width, num_words, epochs) = (120, 64, 5000, 8);
        Self { reader: Reader::TextCnn, length, width, num_words, epochs, seed }
    }

    /// A long short-term memory, which reads words one by one and answers after the last.
    #[must_use]
    pub fn lstm(seed: u64) -> Self {
        Self { reader: Reader::Lstm, ..Self::text_cnn(seed) }
    }

    /// How many words or characters of a text count, the last 120 by default; of a bag's runs the
    /// 400 most frequent.
    #[must_use]
    pub fn length(self, length: usize) -> Self {
        Self { length, ..self }
    }

    /// How many numbers a word has, and how many signs or units there are; 64 by default, 32 in a
    /// bag.
    #[must_use]
    pub fn width(self, width: usize) -> Self {
        Self { width, ..self }
    }

    /// How many words are known, the most frequent ones; 5,000 by default, 150,000 runs of a bag.
    #[must_use]
    pub fn num_words(self, num_words: usize) -> Self {
        Self { num_words, ..self }
    }

    /// How often to go over the texts, at most; 8 by default, 16 with a bag.
    #[must_use]
    pub fn epochs(self, epochs: usize) -> Self {
        Self { epochs, ..self }
    }

    /// Learns from texts of which it is known whether they praise.
    ///
    /// # Errors
    /// If there are fewer than 20 texts or not as many labels, all labels are the same, or a setting
    /// lies outside its range.
    pub fn fit<T: AsRef<str> + Sync>(&self, texts: &[T], praise: &[bool]) -> Result<FittedNeural> {
        self.check(texts.len(), praise)?;
        let words = self.words(texts)?;
        let network = self.network(words.len()).map_err(brand_nn_train::Error::from)?;
        let labels: Vec<f32> = praise.iter().map(|good| f32::from(u8::from(*good))).collect();
        let order = shuffled(texts.len(), self.seed);
        let texts: Vec<&str> = order.iter().map(|&row| texts[row].as_ref()).collect();
        let labels: Vec<f32> = order.iter().map(|&row| labels[row]).collect();
        let data = (words.encode(&texts, self.length), Tensor::from(labels));
        let rate = if self.reader == Reader::Bag { 2e-3 } else { 1e-3 };
        let mut trainer = network.compile(Adam::new(rate), BinaryCrossEntropyWithLogits::default());
        let stop = EarlyStopping::on("val_loss").patience(PATIENCE).restore_best();
        let plan = Fit::epochs(self.epochs)
            .batch_size(BATCH)
            .validation_split(0.1)
            .seed(self.seed)
            .callback(stop)
            .quiet();
        trainer.fit(&data, plan)?;
        Ok(FittedNeural { network: trainer.model, words, length: self.length })
    }

    /// The words of some texts.
    fn words<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Result<Words> {
        if self.reader == Reader::Bag {
            let features = Features::for_texts(texts).up_to(LONGEST);
            return Ok(Words::Bag(features, features.fit(texts)?.most_common(self.num_words)));
        }
        let words = WordTokenizer::new()
            .num_words(self.num_words)
            .splitter(Splitter::for_texts(texts))
            .oov_token("\u{fffd}");
        Ok(Words::Order(words.fit(texts).map_err(|error| unreadable(&error))?))
    }

    fn check(&self, texts: usize, praise: &[bool]) -> Result<()> {
        let sizes = [
            ("length", self.length, 4.0, 1e4),
            ("width", self.width, 1.0, 1e4),
            ("num_words", self.num_words, 2.0, 1e7),
            ("epochs", self.epochs, 1.0, 1e6),
        ];
        for (name, size, least, most) in sizes {
            if !(least..=most).contains(&(size as f64)) {
                let (expected, help) = ("a number within reason", "leave the default");
                let (setting, got) = (name, size as f64);
                return Err(Error::Setting { method: METHOD, setting, got, expected, help });
            }
        }
        door::labels(METHOD, texts, praise)?;
        if texts < 20 {
            let (case, help) = ("there are fewer than 20 texts", "use a lexicon");
            return Err(Error::Undefined { method: METHOD, case, help });
        }
        Ok(())
    }

    /// A network for so many words and a number that fills up.
    fn network(&self, words: usize) -> brand_nn_layers::Result<Network> {
        let vectors = || Sequential::new().add(embedding(words + 1, self.width));
        let read = match self.reader {
            Reader::Bag => {
                let mean = embedding_bag(words + 1, self.width).padding(0);
                Sequential::new().add(mean)
            }
            Reader::TextCnn => {
                let runs = |length: usize| {
                    Sequential::new()
                        .add(conv1d(self.width, length).activation(Activation::Relu))
                        .add(global_max_pool())
                };
                let signs = [2, 3, 4]
                    .into_iter()
                    .fold(branches(Merge::Concat(1)), |all, length| all.branch(runs(length)));
                vectors().add(permute([2, 1])).add(signs)
            }
            Reader::Lstm => vectors().add(lstm(self.width)),
        };
        read.add(dropout(DROPOUT)).add(dense(1)).build([self.length])
    }
}

fn unreadable(error: &dyn std::fmt::Display) -> Error {
    let (data, column, row) = ("texts", "word", 1);
    let (got, expected, help) = (error.to_string(), "words", "bring texts with words");
    Error::Value { data, row, column, got, expected, help }
}

/// All rows in an order that is a function of the seed.
fn shuffled(rows: usize, seed: u64) -> Vec<usize> {
    let mut keyed: Vec<([u32; 4], usize)> =
        (0..rows).map(|row| (brand_nn_kernels::philox(seed, row as u128), row)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, row)| row).collect()
}

impl Words {
    /// How many numbers there are beside 0.
    fn len(&self) -> usize {
        match self {
            Self::Bag(_, vocabulary) => vocabulary.len(),
            Self::Order(tokenizer) => tokenizer.vocabulary_size() - 1,
        }
    }

    /// The numbers of each text, `[texts, length]`, filled up with 0.
    fn encode(&self, texts: &[&str], length: usize) -> Tensor {
        let (features, vocabulary) = match self {
            Self::Order(tokenizer) => return tokenizer.encode_padded(texts, length),
            Self::Bag(features, vocabulary) => (features, vocabulary),
        };
        let numbers = texts.iter().flat_map(|text| {
            let terms = vocabulary.common_first(features, text);
            let terms = terms.into_iter().map(|term| i64::from(term) + 1);
            terms.chain(std::iter::repeat(0)).take(length)
        });
        Tensor::from(numbers.collect::<Vec<i64>>()).reshape([texts.len(), length])
    }
}

impl FittedNeural {
    /// Writes weights and words into one file, from which [`open`](Self::open) reads them.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn save(self, path: impl AsRef<Path>) -> Result<Self> {
        let Self { network, words, length } = self;
        let loss = BinaryCrossEntropyWithLogits::default();
        let mut trainer = network.compile(Adam::new(1e-3), loss);
        trainer.attach("words", &words)?.attach("length", &length)?.save(path)?;
        Ok(Self { network: trainer.model, words, length })
    }

    /// Reads what [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// If the file can't be read, is damaged or of something else.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let saved = SavedModel::open(path)?;
        let (words, length) = (saved.part("words")?, saved.part("length")?);
        Ok(Self { network: saved.into_network(), words, length })
    }
}

impl Sentiment for FittedNeural {
    /// 2 P(praise) − 1 = tanh(log-odds / 2).
    fn polarity(&self, text: &str) -> f64 {
        self.polarities(&[text])[0]
    }

    /// As one batch; NaN if the file that it came from had weights of another form.
    fn polarities(&self, texts: &[&str]) -> Vec<f64> {
        let input = self.words.encode(texts, self.length);
        match predict(&self.network, &input) {
            Ok(odds) => odds.to_vec::<f32>().iter().map(|x| (f64::from(*x) / 2.0).tanh()).collect(),
            Err(_) => vec![f64::NAN; texts.len()],
        }
    }
}
