//! A text as it is written, a piece at a time.

use super::{CausalModel, Written, writer::Writer};
use crate::Result;

/// A text as it is written; each item is the next piece, whole characters only.
///
/// The pieces put together are the text that [`Generation::write`](super::Generation::write) gives.
///
/// # Examples
/// ```
/// use brand_nn_models::{Generation, Gpt2, Gpt2Config};
/// use brand_nn_text::Subwords;
///
/// let tokenizer = Subwords::bpe(280).fit(&["a great brand", "a great price"])?;
/// let gpt = Gpt2::from_config(&Gpt2Config::new(tokenizer.vocabulary_size(), 16, 1, 2), 42)?;
/// let plan = Generation::new(6);
/// let pieces = plan.stream(&gpt, &tokenizer, "a")?.collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(pieces.concat(), plan.write(&gpt, &tokenizer, &["a"])?[0].text);
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
pub struct Stream<'a, M> {
    writer: Writer<'a, M>,
    /// The bytes of the text that were given already.
    given: usize,
    is_over: bool,
}

impl<'a, M: CausalModel> Stream<'a, M> {
    pub(super) fn new(writer: Writer<'a, M>) -> Self {
        Self { writer, given: 0, is_over: false }
    }

    /// Writes the rest, and gives the whole with its tokens and why it ended.
    ///
    /// # Errors
    /// If the model refuses what was written.
    #[allow(clippy::missing_panics_doc, reason = "a stream has one text")]
    pub fn finish(mut self) -> Result<Written> {
        while self.writer.step()? {}
        Ok(self.writer.finish()?.pop().expect("a stream has one text"))
    }

    /// The part of the text that will stay and was not given yet.
    fn piece(&mut self) -> String {
        let row = &self.writer.rows[0];
        let safe = match (&row.end, &self.writer.words) {
            (None, Some(words)) => words.safe(&row.text),
            _ => row.text.len(),
        };
        let piece = row.text.get(self.given..safe).unwrap_or("").to_owned();
        self.given += piece.len();
        piece
    }
}

impl<M: CausalModel> Iterator for Stream<'_, M> {
    type Item = Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_over {
            match self.writer.step() {
                Ok(goes_on) => self.is_over = !goes_on,
                Err(error) => {
                    self.is_over = true;
                    return Some(Err(error));
                }
            }
            let piece = self.piece();
            if !piece.is_empty() {
                return Some(Ok(piece));
            }
        }
        None
    }
}
