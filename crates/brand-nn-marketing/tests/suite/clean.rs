//! Languages, near duplicates and marks of spam: rows, planted copies, any text at all.

use brand_nn_marketing::text::clean::{NearDuplicates, SpamMark, language_of, scripts, spam_marks};
use proptest::prelude::*;

#[test]
fn languages() {
    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(language_of(text), expected, "{text}");
    }
    check("这款手机的屏幕很清晰", Some("zh"));
    check("iPhone 的屏幕很清晰，电池也不错", Some("zh"));
    check("この電話はとても良いです", Some("ja"));
    check("배송이 빨라요", Some("ko"));
    check("Отличный телефон", Some("ru"));
    check("Πολύ καλό", Some("el"));
    check("منتج ممتاز", Some("ar"));
    check("מוצר מצוין", Some("he"));
    check("बहुत अच्छा", Some("hi"));
    check("ดีมาก", Some("th"));
    check("The battery is not very good", Some("en"));
    check("Der Akku ist nicht sehr gut", Some("de"));
    check("La batterie n'est pas très bonne", Some("fr"));
    check("El teléfono es muy bueno para mí", Some("es"));
    check("Il telefono è molto bello", Some("it"));
    check("O telefone não é muito bom", Some("pt"));
    check("The 屏幕 is great, I love it so much and it works", Some("en"));
    check("", None);
    check("😁 123 !!!", None);
    check("Xyzzy Plugh", None);
}

#[test]
fn marks_of_spam() {
    #[track_caller]
    fn check(text: &str, expected: &[SpamMark]) {
        assert_eq!(spam_marks(text).into_iter().collect::<Vec<_>>(), expected, "{text}");
    }
    use SpamMark::{Advertising, Contact, Link, Repetition, Shouting, Wordless};
    check("Lovely colour, a bit small", &[]);
    check("质量很好，会再来", &[]);
    check("CLICK HERE http://x.example/win", &[Link, Advertising]);
    check("加微信 wx123，日赚三百", &[Advertising]);
    check("write to a@b.com", &[Contact]);
    check("goooooooooood", &[Repetition]);
    check("好评好评好评好评好评好评好评好评好评", &[Repetition]);
    check("I WANT MY MONEY BACK", &[Shouting]);
    check("!!! 123 😁", &[Wordless]);
    check("  ", &[]);
}

/// Texts of their own, then a copy of every third with another end.
fn planted() -> (Vec<String>, Vec<usize>) {
    let word = |x: usize| format!("{:x}", x.wrapping_mul(2_654_435_761) % 0xffff_ffff);
    let text = |i: usize| (0..12).map(|k| word(i * 12 + k + 1)).collect::<Vec<_>>().join(" ");
    let mut texts: Vec<String> = (0..600).map(text).collect();
    let mut expected: Vec<usize> = (0..600).collect();
    for i in (0..600).step_by(3) {
        texts.push(format!("{}!! ok", texts[i].to_uppercase()));
        expected.push(i);
    }
    (texts, expected)
}

#[test]
fn planted_copies_are_found_with_any_seed() {
    let (texts, expected) = planted();
    for seed in [0, 42, u64::MAX] {
        assert_eq!(NearDuplicates::new(seed).find(&texts).unwrap(), expected);
    }
}

#[test]
fn how_alike() {
    let texts =
        ["手机很好用，电池耐用，屏幕清晰", "手机很好用，电池耐用，屏幕不清", "", "！", "", "A b"];
    let find = |similarity| NearDuplicates::new(1).similarity(similarity).find(&texts);
    assert_eq!(find(0.95).unwrap(), [0, 1, 2, 3, 4, 5]);
    assert_eq!(find(0.5).unwrap(), [0, 0, 2, 3, 4, 5]);
    for wrong in [0.0, 1.5, f64::NAN] {
        let error = find(wrong).unwrap_err().to_string();
        assert!(error.contains("; help: "), "{error}");
    }
    assert_eq!(NearDuplicates::new(1).find(&["a b"; 5000]).unwrap(), [0; 5000]);
}

proptest! {
    #[test]
    fn any_text(texts in proptest::collection::vec(any::<String>(), 0..6)) {
        let first = NearDuplicates::new(7).find(&texts).unwrap();
        prop_assert!(first.iter().enumerate().all(|(i, &first)| first <= i));
        for text in &texts {
            let (_, marks) = (language_of(text), spam_marks(text));
            prop_assert!(!text.is_empty() || marks.is_empty());
            let sum: f64 = scripts(text).values().sum();
            prop_assert!(sum == 0.0 || (sum - 1.0).abs() < 1e-9);
        }
    }
}
