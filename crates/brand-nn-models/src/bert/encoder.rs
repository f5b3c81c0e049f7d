//! The encoder of BERT and its kin: texts in, a vector for each token out.

use super::{BertConfig, Family, names::Names};
use crate::{
    Error, Result, Tokens,
    pretrained::{Weights, draw, enough, fit_weights, read_json, read_weights, whole},
};
use brand_nn_autodiff::{self as autodiff, Params, Var, Visitor};
use brand_nn_layers::{
    self as layers, Activation, Call, Dropout, Embedding, Flow, LayerNorm, Linear, Mask, Pass,
    TransformerEncoderLayer,
};
use brand_nn_tensor::{DType, Tensor};
use brand_nn_train::Model;
use std::path::Path;

/// The encoder of BERT, RoBERTa, XLM-R, DistilBERT, MiniLM and E5: a vector for each token.
///
/// Tables of tokens, positions and segments are added and normalised; layers of attention and two
/// linear maps follow, each with a norm after the sum (Devlin and others 2019). The weights have their
/// published names, with and without the family's name in front.
///
/// DistilBERT drops nothing after its attention while training; here it does, as BERT.
///
/// # Shapes
/// [`Tokens`] of `[batch, time]` → `[batch, time, hidden_size]`.
///
/// # Errors
/// If an id is beyond the vocabulary or a text longer than the positions.
///
/// # Examples
/// ```
/// use brand_nn_models::{Bert, BertConfig, Tokens};
/// use brand_nn_layers::Pass;
/// use brand_nn_tensor::Tensor;
///
/// let bert = Bert::from_config(&BertConfig::new(100, 16, 2), 42)?;
/// let tokens = Tokens::new(Tensor::from([[2_i64, 45, 3]]));
/// assert_eq!(bert.encode(&tokens, &mut Pass::inference())?.shape()[..], [1, 3, 16]);
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[doc(alias = "Roberta")]
#[doc(alias = "DistilBert")]
#[doc(alias = "MiniLM")]
#[derive(Debug)]
pub struct Bert {
    /// The table of tokens.
    pub words: Embedding,
    positions: Embedding,
    segments: Option<Embedding>,
    norm: LayerNorm,
    dropout: Dropout,
    /// From the input up.
    pub layers: Vec<TransformerEncoderLayer>,
    /// What the first token's vector goes through for a whole text, where there is one.
    pub pooler: Option<Linear>,
    /// The sizes and settings.
    pub config: BertConfig,
}

impl Bert {
    /// Makes an encoder whose weights are drawn as BERT's were.
    ///
    /// # Errors
    /// If a size or setting is out of its range.
    pub fn from_config(config: &BertConfig, seed: u64) -> Result<Self> {
        let bert = Self::pending(config, config.model_type == Family::Bert)?;
        draw(&bert, config.initializer_range, seed)?;
        Ok(bert)
    }

    /// Reads `config.json` and the weights of a folder.
    ///
    /// Heads that the folder has are left; there is a pooler if it has one.
    ///
    /// # Errors
    /// If a file is missing or broken, or the weights are not those of the configuration: all that
    /// is missing, unknown or of another shape is listed at once.
    pub fn from_pretrained(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let (config, weights) = read(folder)?;
        let pooler = weights.keys().any(|name| name.ends_with("pooler.dense.weight"));
        let bert = Self::pending(&config, pooler)?;
        fit_weights(&bert, weights, folder, bert.names().body)?;
        autodiff::init(&bert, 0)?;
        Ok(bert)
    }

    /// Makes an encoder whose weights have no values yet.
    pub(crate) fn pending(config: &BertConfig, pooler: bool) -> Result<Self> {
        config.check()?;
        let features = config.hidden_size;
        let table = |rows| Embedding::new(rows, features);
        let positions = table(config.max_position_embeddings);
        let is_roberta = config.model_type == Family::Roberta;
        let has_segments = config.type_vocab_size > 0 && config.model_type != Family::DistilBert;
        let options = config.options()?;
        let layer = |_| TransformerEncoderLayer::new(features, &options);
        let pool = || Linear::new(features, features).activation(Activation::Tanh);
        Ok(Self {
            words: table(config.vocab_size).padding_idx(config.pad_token_id),
            positions: match is_roberta {
                true => positions.padding_idx(config.pad_token_id),
                false => positions,
            },
            segments: has_segments.then(|| table(config.type_vocab_size)),
            norm: LayerNorm::new(features).epsilon(config.layer_norm_eps),
            dropout: Dropout::new(config.hidden_dropout_prob),
            layers: (0..config.num_hidden_layers).map(layer).collect(),
            pooler: pooler.then(pool),
            config: config.clone(),
        })
    }

    pub(super) fn names(&self) -> &'static Names {
        self.config.model_type.names()
    }

    /// The vector of each token; those of padding are noughts, and nothing is computed for them.
    ///
    /// # Errors
    /// If an id is beyond the vocabulary, a text longer than the positions, or a parameter pending.
    pub fn encode(&self, tokens: &Tokens, pass: &mut Pass) -> layers::Result<Var> {
        let encoded = self.read(tokens)?.without_padding(|ids, seen| {
            let x = self.embed(&ids, pass)?;
            self.layers.iter().try_fold(x, |x, layer| layer.encode(&x, seen, pass))
        })?;
        Ok(encoded.value)
    }

    /// The vectors of the tokens that are asked for, one below the other, as
    /// [`encode`](Self::encode) has them; of the others the last layer has keys and values alone.
    ///
    /// # Shapes
    /// [`Tokens`] of `[batch, time]` and a mask of the same → `[asked, hidden_size]`.
    ///
    /// # Errors
    /// As [`encode`](Self::encode), or if the mask has another shape.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_layers::{Mask, Pass};
    /// use brand_nn_models::{Bert, BertConfig, Tokens};
    /// use brand_nn_tensor::Tensor;
    ///
    /// let bert = Bert::from_config(&BertConfig::new(100, 16, 2), 42)?;
    /// let tokens = Tokens::new(Tensor::from([[2_i64, 45, 3]]));
    /// let second = Mask::new(Tensor::from([[false, true, false]]))?;
    /// let vectors = bert.encode_at(&tokens, &second, &mut Pass::inference())?;
    /// assert_eq!(vectors.shape()[..], [1, 16]);
    /// # Ok::<(), brand_nn_models::Error>(())
    /// ```
    pub fn encode_at(&self, tokens: &Tokens, asked: &Mask, pass: &mut Pass) -> layers::Result<Var> {
        self.read(tokens)?.asked(asked, |ids, seen, places| {
            let x = self.embed(&ids, pass)?;
            let Some((last, below)) = self.layers.split_last() else {
                return Ok(x.index_select(1, places)?);
            };
            let x = below.iter().try_fold(x, |x, layer| layer.encode(&x, seen, pass))?;
            last.encode_at(&x, places, seen, pass)
        })
    }

    /// The vector of each text: its first token's, through the pooler where there is one.
    ///
    /// # Shapes
    /// `[batch, hidden_size]`.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn pooled(&self, tokens: &Tokens, pass: &mut Pass) -> layers::Result<Var> {
        let first = self.first(&tokens.trimmed(), pass)?;
        self.pool(&first, pass)
    }

    /// The vector of each text's first token.
    pub(super) fn first(&self, tokens: &Tokens, pass: &mut Pass) -> layers::Result<Var> {
        let [_, time] = tokens.check("bert", self.config.max_length())?;
        let first = Tensor::arange(time).equal_to(0.0).expand(tokens.ids.shape());
        self.encode_at(tokens, &Mask::new(first)?, pass)
    }

    /// The vector of each text, of its first token's.
    pub(super) fn pool(&self, first: &Var, pass: &mut Pass) -> layers::Result<Var> {
        self.pooler.as_ref().map_or(Ok(first.clone()), |pooler| pooler.call(first, pass))
    }

    /// Of each token its number, its place and its segment, with the mask of those that are real.
    fn read(&self, tokens: &Tokens) -> layers::Result<Flow> {
        tokens.check("bert", self.config.max_length())?;
        let places = self.places(&tokens.ids).expand(tokens.ids.shape());
        let rows = Tensor::try_stack(&[tokens.ids.clone(), places, tokens.type_ids.clone()], -1)?;
        Flow::masked(rows, Mask::new(tokens.mask.clone())?)
    }

    /// The sum of the tables' rows, normalised.
    fn embed(&self, ids: &Var, pass: &mut Pass) -> layers::Result<Var> {
        let [words, places, kinds] = [0, 1, 2].map(|table| ids.select(-1, table));
        let words = self.words.call(words, pass)?; // [batch, time, features]
        let mut sum = words + self.positions.call(places, pass)?;
        if let Some(segments) = &self.segments {
            sum = sum + segments.call(kinds, pass)?;
        }
        let normed = self.norm.call(sum, pass)?;
        self.dropout.call(normed, pass)
    }

    /// The row of each token's position.
    ///
    /// RoBERTa counts the tokens that are no padding, from behind the padding's number on.
    fn places(&self, ids: &Tensor) -> Tensor {
        let first = self.config.first_position();
        if first == 0 {
            return Tensor::arange(ids.dim(1));
        }
        let padding = self.config.pad_token_id as f64;
        let real = ids.not_equal_to(padding).to(DType::I64);
        real.cumsum(1) * real + padding
    }
}

impl Params for Bert {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.child("embeddings.word_embeddings", &self.words);
        visitor.child("embeddings.position_embeddings", &self.positions);
        visitor.child("embeddings.token_type_embeddings", &self.segments);
        visitor.child("embeddings.LayerNorm", &self.norm);
        visitor.child("embeddings.dropout", &self.dropout);
        let names = self.names();
        for (i, layer) in self.layers.iter().enumerate() {
            visitor.child(&format!("{}.{i}", names.layers), &Named { layer, names });
        }
        visitor.child("pooler.dense", &self.pooler);
    }
}

/// A layer under its published names.
struct Named<'a> {
    layer: &'a TransformerEncoderLayer,
    names: &'static Names,
}

impl Params for Named<'_> {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        let (layer, names) = (self.layer, &self.names.layer);
        visitor.child(names.query, &layer.self_attention.query);
        visitor.child(names.key, &layer.self_attention.key);
        visitor.child(names.value, &layer.self_attention.value);
        visitor.child(names.output, &layer.self_attention.output);
        visitor.child(names.attention_norm, &layer.norm1);
        visitor.child(names.first, &layer.linear1);
        visitor.child(names.second, &layer.linear2);
        visitor.child(names.norm, &layer.norm2);
    }

    fn check(&self) -> autodiff::Result<()> {
        self.layer.self_attention.check()
    }
}

impl Model for Bert {
    type Input = Tokens;

    fn run(&self, tokens: &Tokens, pass: &mut Pass) -> brand_nn_train::Result<Var> {
        Ok(self.encode(tokens, pass)?)
    }
}

/// Reads a folder for a model with a head, whose own weights are drawn by a seed where the folder has
/// none; without a seed that is refused.
pub(super) fn open<M: Params>(
    folder: &Path,
    seed: Option<u64>,
    make: impl FnOnce(&BertConfig) -> Result<M>,
) -> Result<M> {
    let (config, weights) = read(folder)?;
    let model = make(&config)?;
    let report = fit_weights(&model, weights, folder, config.model_type.names().body)?;
    if seed.is_none() {
        whole(report, folder)?;
    }
    fresh(model, &config, seed.unwrap_or(0))
}

/// The configuration and the weights of a folder, which are of like size.
fn read(folder: &Path) -> Result<(BertConfig, Weights)> {
    let config: BertConfig = read_json(&folder.join("config.json"))?;
    config.check()?;
    let weights = read_weights(folder)?;
    enough(&weights, folder, config.count())?;
    Ok((config, weights))
}

/// Draws the weights that a model has not.
pub(super) fn fresh<M: Params>(model: M, config: &BertConfig, seed: u64) -> Result<M> {
    draw(&model, config.initializer_range, seed)?;
    Ok(model)
}

/// Refuses a head without classes.
pub(super) fn some_classes(classes: usize) -> Result<(), Error> {
    super::config::size("head", "num_labels", classes)
}
