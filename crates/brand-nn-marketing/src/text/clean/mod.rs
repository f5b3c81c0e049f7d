//! Which texts to keep: in what language they are, what repeats another, what looks like spam.

mod duplicates;
mod language;
mod spam;

pub use duplicates::NearDuplicates;
pub use language::{Script, language_of, scripts};
pub use spam::{SpamMark, spam_marks};
