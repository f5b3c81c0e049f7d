//! What could stand behind a mask.

use super::{fitting, tokenizer};
use crate::{Error, MaskedLanguageModel, Result, Tokens};
use brand_nn_layers::{Mask, Pass};
use brand_nn_tensor::{DType, Tensor};
use brand_nn_text::{Encoding, SubwordTokenizer};
use std::path::Path;

/// Says what could stand behind a mask.
///
/// The mask is written as the tokenizer writes it, `[MASK]` or `<mask>`, once in a text.
///
/// # Examples
/// ```
/// use brand_nn_models::{BertConfig, MaskFiller, MaskedLanguageModel};
/// use brand_nn_text::Subwords;
///
/// let tokenizer = Subwords::word_piece(60).fit(&["great brand", "poor brand"])?;
/// let config = BertConfig::new(tokenizer.vocabulary_size(), 16, 1);
/// let filler = MaskFiller::new(MaskedLanguageModel::from_config(&config, 42)?, tokenizer)?;
/// assert_eq!(filler.fill("a [MASK] brand", 3)?.len(), 3);
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[derive(Debug)]
pub struct MaskFiller {
    /// The model.
    pub model: MaskedLanguageModel,
    tokenizer: SubwordTokenizer,
}

/// A token that could stand behind a mask.
#[derive(Clone, Debug, PartialEq)]
pub struct Filled {
    /// The token.
    pub token: String,
    /// How likely it is.
    pub probability: f64,
    /// The whole text with it.
    pub text: String,
}

impl MaskFiller {
    /// Puts a model and its tokenizer together.
    ///
    /// # Errors
    /// If the tokenizer has numbers that the model has not.
    pub fn new(model: MaskedLanguageModel, tokenizer: SubwordTokenizer) -> Result<Self> {
        let config = &model.encoder.config;
        let tokenizer = fitting(tokenizer, config.max_length(), config.vocab_size)?;
        Ok(Self { model, tokenizer: tokenizer.control_tokens(true) })
    }

    /// Opens a folder that an encoder with its head was published in.
    ///
    /// # Errors
    /// If a file is missing or broken.
    pub fn from_pretrained(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let model = MaskedLanguageModel::open(folder)?;
        let config = &model.encoder.config;
        let tokenizer = tokenizer(folder, config.max_length(), config.vocab_size)?;
        Self::new(model, tokenizer)
    }

    /// The likeliest tokens behind the mask, the likeliest first.
    ///
    /// # Errors
    /// If the text has no mask, several, or another control token, or the model refuses it.
    pub fn fill(&self, text: &str, count: usize) -> Result<Vec<Filled>> {
        let encoding = self.tokenizer.encode_one(text)?;
        let place = self.place(&encoding)?;
        let tokens: Tokens = self.tokenizer.pad(std::slice::from_ref(&encoding)).into();
        let steps = Tensor::arange(tokens.ids.dim(1));
        let asked = Mask::new(steps.equal_to(place as f64).unsqueeze(0))?;
        let logits = self.model.logits_at(&tokens, &asked, &mut Pass::inference())?.into_tensor();
        let known = self.tokenizer.vocabulary_size();
        let shares = logits.select(0, 0).to(DType::F64).softmax(-1);
        let best = shares.slice(0, ..known).topk(count.min(known), 0);
        self.read(&encoding.ids, place, best)
    }

    /// Where the mask stands, if it is the one control token that was typed.
    fn place(&self, encoding: &Encoding) -> Result<usize> {
        let help = "write the tokenizer's own mask once, such as [MASK] or <mask>, and text";
        let refuse = |problem| Err(Error::Prompt { number: 0, problem, help });
        let typed = (0..encoding.len()).filter(|&i| encoding.sequences[i].is_some());
        let (masks, others): (Vec<_>, Vec<_>) = typed
            .filter(|&i| self.tokenizer.is_control(encoding.ids[i]))
            .partition(|&i| Some(encoding.ids[i]) == self.tokenizer.mask_id());
        if let Some(&other) = others.first() {
            return refuse(format!("it has the control token `{}`", encoding.tokens[other]));
        }
        match masks[..] {
            [place] => Ok(place),
            _ => refuse(format!("it has {} masks, expected one", masks.len())),
        }
    }

    fn read(
        &self,
        ids: &[i64],
        place: usize,
        (shares, tokens): (Tensor, Tensor),
    ) -> Result<Vec<Filled>> {
        let pairs = tokens.to_vec::<i64>().into_iter().zip(shares.to_vec::<f64>());
        let filled = |(id, probability)| {
            let mut whole = ids.to_vec();
            whole[place] = id;
            let text = self.tokenizer.decode(&whole)?;
            Ok(Filled { token: self.tokenizer.token(id).unwrap_or_default(), probability, text })
        };
        pairs.map(filled).collect()
    }
}
