//! What a reader should take home: a claim, the figures behind it, what to do next.

use serde::Serialize;

/// A sentence that a report stands for.
///
/// # Examples
/// ```
/// use brand_nn_report::{Finding, Status};
///
/// let finding = Finding::act("Mail earns less than it costs", "ROI −31 % (−40 % to −22 %)")
///     .next("stop it for two weeks and compare");
/// assert_eq!(finding.status, Status::Act);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How urgent it is.
    pub status: Status,
    /// What is the case.
    pub claim: String,
    /// The figures that show it.
    pub evidence: String,
    /// What to do about it; may be empty.
    pub next: String,
}

/// How urgent a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// As it should be.
    Good,
    /// To be known.
    Note,
    /// Not certain or not yet bad: look again.
    Watch,
    /// Something should be done.
    Act,
}

impl Status {
    /// Its name in the language of a page.
    pub(crate) fn word(self, language: &str) -> &'static str {
        let words = match self {
            Self::Good => ["Good", "良好"],
            Self::Note => ["Note", "说明"],
            Self::Watch => ["Watch", "关注"],
            Self::Act => ["Act", "行动"],
        };
        words[usize::from(is_chinese(language))]
    }
}

/// What stands before the next step, in the language of a page.
pub(crate) fn next_word(language: &str) -> &'static str {
    if is_chinese(language) { "下一步：" } else { "Next: " }
}

pub(crate) fn is_chinese(language: &str) -> bool {
    language.split('-').next() == Some("zh")
}

impl Finding {
    /// A finding of any status.
    #[must_use]
    pub fn new(status: Status, claim: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self { status, claim: claim.into(), evidence: evidence.into(), next: String::new() }
    }

    /// What is as it should be.
    #[must_use]
    pub fn good(claim: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self::new(Status::Good, claim, evidence)
    }

    /// What should be known.
    #[must_use]
    pub fn note(claim: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self::new(Status::Note, claim, evidence)
    }

    /// What is not certain, or not yet bad.
    #[must_use]
    pub fn watch(claim: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self::new(Status::Watch, claim, evidence)
    }

    /// What asks for something to be done.
    #[must_use]
    pub fn act(claim: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self::new(Status::Act, claim, evidence)
    }

    /// What to do about it.
    #[must_use]
    pub fn next(self, step: impl Into<String>) -> Self {
        Self { next: step.into(), ..self }
    }
}
