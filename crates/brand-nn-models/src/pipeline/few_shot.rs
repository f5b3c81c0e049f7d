//! A classifier from a handful of labelled texts: an encoder learns likeness, then a head the classes.

use super::{Classified, TextEmbedder};
use crate::{Error, FineTune, Result, SentenceEncoder, Tokens};
use brand_nn_autodiff::{Params, Var, Visitor};
use brand_nn_layers::{Call, Linear, Pass};
use brand_nn_losses::{CrossEntropy, mse};
use brand_nn_tensor::{Rng, Tensor};
use brand_nn_train::{Batch, DataSet, Fit, Model};

/// A classifier from a handful of labelled texts, eight a class perhaps, as SetFit makes it.
///
/// First the encoder learns likeness: each text is paired with texts of its own class, whose cosine
/// should be 1, and with as many of other classes, whose cosine should be 0. So a few texts become many
/// pairs. Then a linear head learns the classes of the vectors (Tunstall and others 2022, "Efficient
/// Few-Shot Learning Without Prompts").
///
/// | setting | by default |
/// |---|---|
/// | [`pairs`](Self::pairs) | 20 of either kind for a text |
/// | [`seed`](Self::seed) | 0; it rules which texts are paired, and the head |
///
/// # Examples
/// ```
/// use brand_nn_models::{BertConfig, FewShot, FineTune, Pooling, SentenceEncoder, TextEmbedder};
/// use brand_nn_text::Subwords;
/// use brand_nn_train::Fit;
///
/// let texts = ["great brand", "a great price", "poor brand", "a poor price"];
/// let labels = ["good", "good", "bad", "bad"];
/// let tokenizer = Subwords::word_piece(60).fit(&texts)?;
/// let config = BertConfig::new(tokenizer.vocabulary_size(), 16, 1);
/// let model = SentenceEncoder::from_config(&config, Pooling::Mean, 42)?;
/// let embedder = TextEmbedder::new(model, tokenizer)?; // or one that was published
/// let plan = Fit::epochs(2).batch_size(16).quiet();
/// let classifier = FewShot::new(FineTune::new(5e-3), plan).fit(embedder, &texts, &labels)?;
/// assert_eq!(classifier.classify(&["great"])?[0].label, "good");
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[doc(alias = "SetFit")]
#[must_use = "it learns when `fit` is called"]
pub struct FewShot {
    recipe: FineTune,
    plan: Fit,
    pairs: usize,
    seed: u64,
}

impl FewShot {
    /// Learns likeness by a recipe and a plan: 2e-5, and one epoch of batches of 16, are usual.
    pub fn new(recipe: FineTune, plan: Fit) -> Self {
        Self { recipe, plan, pairs: 20, seed: 0 }
    }

    /// The pairs of either kind that are made for each text.
    #[doc(alias = "num_iterations")]
    pub fn pairs(self, count: usize) -> Self {
        Self { pairs: count, ..self }
    }

    /// The seed that rules which texts are paired, and the head.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Teaches an encoder, and a head on its vectors, the classes of texts.
    ///
    /// A text whose class has no other is paired with itself.
    ///
    /// # Errors
    /// If there is not a label for each text, or there are fewer than two classes, or no pairs, or
    /// training fails.
    pub fn fit(
        self,
        embedder: TextEmbedder,
        texts: &[impl AsRef<str>],
        labels: &[impl AsRef<str>],
    ) -> Result<FewShotClassifier> {
        let (names, classes) = self.check(texts.len(), labels)?;
        let pairs = pairs(&classes, self.pairs, &mut Rng::keyed(self.seed, "few-shot pairs"));
        let tokens = embedder.tokenizer.pad(&embedder.encodings(texts)?).into();
        let TextEmbedder { model, tokenizer, prefix } = embedder;
        let set = LabelledPairs { tokens, pairs };
        let (trainer, _) = self.recipe.fit(Likeness(model), &set, mse, self.plan)?;
        let embedder = TextEmbedder { model: trainer.model.0, tokenizer, prefix };
        let head = head(embedder.embed(texts)?, &classes, names.len(), self.seed)?;
        Ok(FewShotClassifier { embedder, head, labels: names })
    }

    /// The names of the classes in their order, and the number of each label's class.
    fn check(&self, texts: usize, labels: &[impl AsRef<str>]) -> Result<(Vec<String>, Vec<usize>)> {
        let refuse = |setting, got, expected: &str| {
            let help = "eight texts of each class are a good beginning";
            Err(Error::setting("few shots", setting, &got, expected, help))
        };
        if texts != labels.len() {
            return refuse("labels", labels.len(), &format!("one for each of {texts} texts"));
        }
        if self.pairs == 0 {
            return refuse("pairs", 0, "at least 1");
        }
        let mut names: Vec<_> = labels.iter().map(|label| label.as_ref().to_owned()).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() < 2 {
            return refuse("classes", names.len(), "at least 2 among the labels");
        }
        let class = |label: &str| names.partition_point(|name| name.as_str() < label);
        let classes = labels.iter().map(|label| class(label.as_ref())).collect();
        Ok((names, classes))
    }
}

/// A classifier of texts that [`FewShot`] made.
#[derive(Debug)]
pub struct FewShotClassifier {
    /// What makes a vector of a text; its encoder has learnt which are alike.
    pub embedder: TextEmbedder,
    /// The map from vectors to classes.
    pub head: Linear,
    labels: Vec<String>,
}

impl FewShotClassifier {
    /// The names of the classes, sorted: their order in probabilities.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The class of each text.
    ///
    /// # Errors
    /// If the tokenizer or the model refuses a text.
    pub fn classify(&self, texts: &[impl AsRef<str>]) -> Result<Vec<Classified>> {
        let logits = self.head.call(self.embedder.embed(texts)?, &mut Pass::inference())?;
        let logits = logits.tensor();
        let each = (0..logits.len()).map(|row| logits.select(0, row));
        Ok(each.map(|logits| Classified::of(&logits, &self.labels)).collect())
    }
}

/// The rows of both texts of a pair, and whether they are of one class.
type Pair = (usize, usize, bool);

/// So many pairs of either kind for each text.
fn pairs(classes: &[usize], count: usize, rng: &mut Rng) -> Vec<Pair> {
    let all = 0..classes.len();
    let rows = |own: usize, same: bool| -> Vec<usize> {
        let fits = |row: &usize| *row != own && (classes[*row] == classes[own]) == same;
        all.clone().filter(fits).collect()
    };
    let mut found = Vec::with_capacity(2 * count * classes.len());
    for own in all.clone() {
        for same in [true, false] {
            let others = rows(own, same);
            for _ in 0..count {
                let place = (rng.next_u64() % others.len().max(1) as u64) as usize;
                found.push((own, others.get(place).copied().unwrap_or(own), same));
            }
        }
    }
    found
}

/// How alike two texts are: the cosine of their vectors.
#[derive(Debug)]
struct Likeness(SentenceEncoder);

impl Params for Likeness {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        self.0.visit(visitor);
    }
}

impl Model for Likeness {
    type Input = (Tokens, Tokens);

    fn run(&self, (first, second): &Self::Input, pass: &mut Pass) -> brand_nn_train::Result<Var> {
        Ok((self.0.embed(first, pass)? * self.0.embed(second, pass)?).sum_axis(1))
    }
}

/// Texts once, and the pairs that are made of them.
struct LabelledPairs {
    tokens: Tokens,
    pairs: Vec<Pair>,
}

impl DataSet for LabelledPairs {
    type Input = (Tokens, Tokens);

    fn len(&self) -> usize {
        self.pairs.len()
    }

    fn batch(&self, rows: &[usize]) -> brand_nn_train::Result<(Self::Input, Tensor)> {
        let pairs: Vec<_> = rows.iter().map(|&row| self.pairs[row]).collect();
        let side = |row: fn(&Pair) -> usize| -> brand_nn_train::Result<Tokens> {
            Batch::rows(&self.tokens, &pairs.iter().map(row).collect::<Vec<_>>())
        };
        let targets: Vec<_> = pairs.iter().map(|pair| f32::from(u8::from(pair.2))).collect();
        Ok(((side(|pair| pair.0)?, side(|pair| pair.1)?), Tensor::from(targets)))
    }
}

/// A linear map that tells the classes of vectors apart.
fn head(vectors: Tensor, classes: &[usize], count: usize, seed: u64) -> Result<Linear> {
    let targets: Vec<_> = classes.iter().map(|&class| class as i64).collect();
    let linear = Linear::new(vectors.dim(1), count);
    let plan = Fit::epochs(200).batch_size(classes.len()).seed(seed).quiet();
    let data = (vectors, Tensor::from(targets));
    Ok(FineTune::new(0.1).fit(linear, &data, CrossEntropy::default(), plan)?.0.model)
}
