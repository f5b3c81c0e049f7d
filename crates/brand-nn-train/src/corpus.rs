//! A small made-up corpus of brand comments, for a first training without any file.

mod chinese;
mod english;

use brand_nn_tensor::{Rng, Tensor};

use crate::TextSet;

/// The two languages, each half of the corpus.
static LANGUAGES: [&Language; 2] = [&chinese::CHINESE, &english::ENGLISH];

/// Which phrases and templates comments are made of.
///
/// The two share words, goods and nothing else: what learns on one part is tested by the other on
/// wording that it has never met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Phrases and templates to learn from.
    Train,
    /// Other phrases in other templates.
    Test,
}

/// Makes `n` short comments on brands, half of them Chinese, half English.
///
/// **They are synthetic**: a seeded grammar fills templates with goods, praise and complaint, from
/// tables written for this purpose. They show that a network learns (intensifiers, negation in both
/// directions), and say nothing about real customers: use [`TextSet::read`] for that.
///
/// Rows come in pairs of one language, template and object: praise (label 1), then complaint
/// (label 0), so that no word of the filler tells the label; the language changes with every pair.
/// The same seed makes the same comments, and a longer corpus begins with the shorter one.
///
/// # Examples
///
/// ```
/// use brand_nn_train::corpus::{self, Part};
///
/// let comments = corpus::comments(42, Part::Train, 2_000);
/// assert_eq!(comments.len(), 2_000);
/// assert_eq!(comments.labels.mean().item(), 0.5);
/// assert_eq!(comments.texts, corpus::comments(42, Part::Train, 2_000).texts);
/// ```
#[must_use]
pub fn comments(seed: u64, part: Part, n: usize) -> TextSet {
    let name = match part {
        Part::Train => "comments to learn from",
        Part::Test => "comments to be tested by",
    };
    let mut rng = Rng::keyed(seed, name);
    let mut frame = 0;
    let texts = (0..n).map(|row| {
        frame = if is_praise(row) { rng.next_u64() } else { frame };
        comment(LANGUAGES[row / 2 % 2], part, is_praise(row), [&mut Rng::new(frame), &mut rng])
    });
    let texts = texts.collect();
    let labels: Vec<f32> = (0..n).map(|row| f32::from(u8::from(is_praise(row)))).collect();
    TextSet { texts, labels: Tensor::from(labels), classes: vec!["0".into(), "1".into()] }
}

fn is_praise(row: usize) -> bool {
    row.is_multiple_of(2)
}

/// What a language has to say about what.
struct Language {
    goods: &'static [Goods],
    /// Adjectives of things, for the slots `{good}` and `{bad}` of any phrase.
    good: &'static [&'static str],
    bad: &'static [&'static str],
    /// Adjectives of people, for the slots `{glad}` and `{sad}`.
    glad: &'static [&'static str],
    sad: &'static [&'static str],
    train: Phrasing,
    test: Phrasing,
}

/// Things of one kind, and what can be said to be good or bad about them.
struct Goods {
    things: &'static [&'static str],
    aspects: &'static [&'static str],
}

/// Templates carry no opinion; the slots `{says}`, `{kind}` and `{verdict}` do.
struct Phrasing {
    templates: &'static [&'static str],
    praise: Opinion,
    complaint: Opinion,
}

struct Opinion {
    /// Predicates: what follows an aspect.
    says: &'static [&'static str],
    /// Adjectives: what stands before a noun.
    kinds: &'static [&'static str],
    /// Clauses of their own.
    verdicts: &'static [&'static str],
}

impl Language {
    fn phrasing(&self, part: Part) -> &Phrasing {
        match part {
            Part::Train => &self.train,
            Part::Test => &self.test,
        }
    }
}

/// All that the slots of one comment are filled from.
struct Choices {
    language: &'static Language,
    goods: &'static Goods,
    opinion: &'static Opinion,
}

impl Choices {
    fn of(&self, slot: &str) -> &'static [&'static str] {
        match slot {
            "thing" => self.goods.things,
            "aspect" => self.goods.aspects,
            "says" => self.opinion.says,
            "kind" => self.opinion.kinds,
            "verdict" => self.opinion.verdicts,
            "good" => self.language.good,
            "bad" => self.language.bad,
            "glad" => self.language.glad,
            "sad" => self.language.sad,
            _ => unreachable!("a table has the slot {slot}"),
        }
    }

    /// Fills `text {slot} text`, and the slots of what fills it; a slot that comes twice is drawn
    /// twice. Things and aspects are drawn from `frame`, opinions from `rng`.
    fn fill(&self, text: &str, [frame, rng]: [&mut Rng; 2], out: &mut String) {
        for (i, piece) in text.split(['{', '}']).enumerate() {
            if i % 2 == 0 {
                out.push_str(piece);
            } else {
                let is_neutral = matches!(piece, "thing" | "aspect");
                let choice = pick(self.of(piece), if is_neutral { frame } else { rng });
                self.fill(choice, [frame, rng], out);
            }
        }
    }
}

fn comment(
    language: &'static Language,
    part: Part,
    praise: bool,
    [frame, rng]: [&mut Rng; 2],
) -> String {
    let phrasing = language.phrasing(part);
    let goods = &language.goods[below(language.goods.len(), frame)];
    let opinion = if praise { &phrasing.praise } else { &phrasing.complaint };
    let template = pick(phrasing.templates, frame);
    let mut text = String::new();
    Choices { language, goods, opinion }.fill(template, [frame, rng], &mut text);
    with_capital(&text)
}

fn pick(choices: &[&'static str], rng: &mut Rng) -> &'static str {
    choices[below(choices.len(), rng)]
}

fn below(n: usize, rng: &mut Rng) -> usize {
    (rng.next_u64() % n as u64) as usize
}

fn with_capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const DEMO: [&str; 4] = [
        "这是一个关于品牌的积极评论",
        "这是一个关于品牌的负面评论",
        "I love this brand, great quality!",
        "Terrible service, I will never buy again.",
    ];

    /// Every phrase of a part, of all kinds and both opinions, its slots filled in every way.
    fn phrases(language: &'static Language, part: Part) -> BTreeSet<String> {
        let phrasing = language.phrasing(part);
        let mut filled = BTreeSet::new();
        for opinion in [&phrasing.praise, &phrasing.complaint] {
            let choices = Choices { language, goods: &language.goods[0], opinion };
            let phrases = [opinion.says, opinion.kinds, opinion.verdicts].concat();
            filled.extend(phrases.iter().flat_map(|phrase| fillings(&choices, phrase)));
        }
        filled
    }

    fn fillings(choices: &Choices, phrase: &str) -> Vec<String> {
        let Some((before, rest)) = phrase.split_once('{') else { return vec![phrase.to_owned()] };
        let (slot, after) = rest.split_once('}').unwrap();
        let fill = |word| fillings(choices, &format!("{before}{word}{after}"));
        choices.of(slot).iter().flat_map(fill).collect()
    }

    /// The fixed text of a template, slots left out.
    fn skeletons(phrasing: &Phrasing) -> BTreeSet<String> {
        let fixed = |t: &&str| t.split(['{', '}']).step_by(2).collect::<Vec<_>>().join("|");
        phrasing.templates.iter().map(fixed).collect()
    }

    #[test]
    fn demo_sentences_are_never_made() {
        let plain = |text: &str| text.trim_end_matches(['.', '!', '。', '！']).to_lowercase();
        for part in [Part::Train, Part::Test] {
            let corpus = comments(7, part, 40_000).texts.join("\n").to_lowercase();
            for sentence in DEMO {
                assert!(!corpus.contains(&plain(sentence)), "{sentence}");
            }
        }
    }

    #[test]
    fn test_phrases_never_occur_in_training() {
        let train = comments(1, Part::Train, 40_000).texts.join("\n");
        for language in LANGUAGES {
            let known = phrases(language, Part::Train);
            for phrase in phrases(language, Part::Test) {
                assert!(!known.contains(&phrase) && !train.contains(&phrase), "{phrase}");
            }
        }
    }

    #[test]
    fn templates_of_the_parts_are_disjoint() {
        for language in LANGUAGES {
            let (train, test) = (skeletons(&language.train), skeletons(&language.test));
            assert_eq!(train.len() + test.len(), train.union(&test).count());
        }
    }

    #[test]
    fn every_slice_is_balanced_and_in_both_languages() {
        let set = comments(3, Part::Train, 400);
        let chinese = set.texts.iter().filter(|text| !text.is_ascii()).count();
        assert_eq!((set.len(), chinese), (400, 200));
        assert_eq!(set.labels.to_vec::<f32>()[..6], [1.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
        assert!(set.texts.iter().all(|text| !text.contains(['{', '}']) && text.len() > 12));
    }

    #[test]
    fn seeds_and_parts_differ_and_lengths_do_not() {
        let texts = |seed, part, n| comments(seed, part, n).texts;
        assert_eq!(texts(5, Part::Train, 50), texts(5, Part::Train, 80)[..50]);
        assert_ne!(texts(5, Part::Train, 50), texts(6, Part::Train, 50));
        assert_ne!(texts(5, Part::Train, 50), texts(5, Part::Test, 50));
        let distinct: BTreeSet<String> = texts(5, Part::Train, 3_000).into_iter().collect();
        assert!(distinct.len() > 2_850, "{}", distinct.len());
    }
}
