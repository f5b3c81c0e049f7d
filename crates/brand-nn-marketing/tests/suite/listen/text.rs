//! Mentions, aspects and phrases on rows and on texts with a planted truth, and any text at all.

use crate::listen::Draw;
use brand_nn_marketing::text::aspect::{AspectCount, Aspects, retail_lexicon};
use brand_nn_marketing::text::mention::Names;
use brand_nn_marketing::text::phrase::KeyPhrases;
use brand_nn_marketing::text::sentiment::{Lexicon, Sentiment, Tone};
use proptest::prelude::*;

pub(crate) fn brands() -> Names {
    Names::new()
        .name("Acme", ["Acme Phone", "艾克美", "AX"])
        .and_then(|names| names.name("Borealis", ["北极光", "Boreal", "X1"]))
        .and_then(|names| names.name("Cirrus", ["卷云", "X1"]))
        .and_then(|names| names.needs("卷云", ["手机", "phone"]))
        .unwrap()
}

#[test]
fn mentions() {
    #[track_caller]
    fn check(text: &str, expected: &[(Option<usize>, &str)]) {
        let found = brands().finder().unwrap().find(text);
        let found: Vec<_> = found.into_iter().map(|m| (m.name, &text[m.range])).collect();
        assert_eq!(found, expected, "{text}");
    }
    check("My ACME phone", &[(Some(0), "ACME phone")]);
    check("ＡＣＭＥ！acme", &[(Some(0), "ＡＣＭＥ"), (Some(0), "acme")]);
    check("Acmes, pacme, acme_1", &[(Some(0), "acme")]);
    check("买了艾克美和北极光", &[(Some(0), "艾克美"), (Some(1), "北极光")]);
    check("Ac\u{200b}me's boreal\u{feff}", &[(Some(0), "Ac\u{200b}me"), (Some(1), "boreal")]);
    check("the X1 is fine", &[(None, "X1")]);
    check("Cirrus X1", &[(Some(2), "Cirrus"), (Some(2), "X1")]);
    check("Cirrus or Boreal X1?", &[(Some(2), "Cirrus"), (Some(1), "Boreal"), (None, "X1")]);
    check("天上的卷云", &[]);
    check("卷云手机", &[(Some(2), "卷云")]);
    check("ax, axe, AX", &[(Some(0), "ax"), (Some(0), "AX")]);
    check("😁", &[]);
}

#[test]
fn names_that_can_not_be_are_refused() {
    #[track_caller]
    fn check(names: brand_nn_marketing::Result<Names>, expected: &str) {
        let error = names.unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("; help: "), "{error}");
        assert!(!error.contains("13800138000"), "{error}");
    }
    let none: [&str; 0] = [];
    check(Names::new().name(" \u{200b}", none), "a name with a letter");
    check(Names::new().name("Acme", ["13800138000"]), "without personal data");
    check(Names::new().name("ACME", none).unwrap().name("acme", none), "a new name");
    check(brands().needs("卷云", ["!"]), "a name with a letter");
    assert!(Names::new().finder().is_err() && brands().count::<&str>(&[]).is_err());
}

/// Texts with the names that are in them; a share of the names is spelled wrongly.
pub(crate) fn planted(texts: usize, misspelled: usize) -> Vec<(String, Vec<usize>)> {
    let mut draw = Draw(5);
    let words = ["nice", "pacmen", "很好用", "the axis", "borealism", "北极很冷", "光", "😁"];
    let aliases = [["acme", "艾克美", "ＡＸ"], ["Borealis", "北极光", "BOREAL"]];
    let text = |_| {
        let (mut text, mut names) = (String::new(), Vec::new());
        for _ in 0..=draw.below(4) {
            text.push_str(draw.of(&words));
            text.push_str(draw.of(&[" ", ", ", "。"]));
            if draw.below(2) == 0 {
                let name = draw.below(2);
                let alias = draw.of(&aliases[name]);
                names.push(name);
                match draw.below(100) < misspelled {
                    true => text.extend(alias.chars().flat_map(|c| [c, '.'])),
                    false => text.push_str(alias),
                }
                text.push_str(draw.of(&[" ", "! ", "，"]));
            }
        }
        names.sort_unstable();
        names.dedup();
        (text, names)
    };
    (0..texts).map(text).collect()
}

#[test]
fn planted_names_are_found() {
    for (misspelled, least, most) in [(0, 1.0, 1.0), (30, 0.7, 0.95)] {
        let texts = planted(600, misspelled);
        let finder = brands().finder().unwrap();
        let (mut right, mut found, mut there) = (0.0, 0.0, 0.0);
        for (text, names) in &texts {
            let mut named: Vec<_> = finder.find(text).iter().filter_map(|m| m.name).collect();
            named.sort_unstable();
            named.dedup();
            right += named.iter().filter(|name| names.contains(name)).count() as f64;
            found += named.len() as f64;
            there += names.len() as f64;
        }
        let f1 = 2.0 * right / (found + there);
        assert!(right == found && (least..=most).contains(&f1), "{right} {found} {there}");
    }
}

#[test]
fn counts_of_names_say_what_is_ambiguous() {
    let texts = ["Acme and acme", "X1", "Cirrus X1", "nothing", "Boreal"];
    let counts = brands().count(&texts).unwrap();
    let numbers: Vec<_> = counts.names().iter().map(|n| (n.mentions, n.texts)).collect();
    assert_eq!(numbers, [(2, 1), (1, 1), (2, 1)]);
    assert!(counts.names()[0].interval[0] < 0.2 && counts.names()[0].interval[1] > 0.2);
    let shared = &counts.ambiguous()[0];
    assert_eq!((&*shared.alias, shared.mentions, shared.decided), ("X1", 2, 1));
    let page = counts.report().to_markdown();
    assert!(page.contains("may mean Borealis or Cirrus") && page.contains("1 of 2 places"));
}

#[test]
fn opinions_by_clause() {
    #[track_caller]
    fn check(text: &str, expected: &[(&str, Tone)]) {
        let reader = Aspects::retail().reader().unwrap();
        let found = reader.read(text, &retail_lexicon());
        let found: Vec<_> = found.iter().map(|o| (reader.name(o.aspect), o.tone())).collect();
        assert_eq!(found, expected, "{text}");
    }
    use Tone::{Negative, Neutral, Positive};
    check("Great price but slow delivery", &[("price", Positive), ("delivery", Negative)]);
    check(
        "The staff was rude and the room was clean.",
        &[("service", Negative), ("room", Positive), ("hygiene", Positive)],
    );
    check("The quality is not good.", &[("quality", Negative)]);
    check("Delivery took weeks. Good quality!", &[("delivery", Neutral), ("quality", Positive)]);
    check("质量很好，但是物流太慢", &[("quality", Positive), ("delivery", Negative)]);
    check("物流，太慢了", &[("delivery", Negative)]);
    check("物流。太慢了", &[("delivery", Neutral)]);
    check("质量 不错 包装 破损", &[("quality", Positive), ("packaging", Negative)]);
    check("客服态度不好，价格实惠", &[("service", Negative), ("price", Positive)]);
    check("味道一点也不好", &[("taste", Negative)]);
    check("服务器坏了", &[]);
    check("quality good. quality terrible!", &[("quality", Negative)]);
    check("Costs 3.50, great price", &[("price", Positive)]);
    check("", &[]);
    check("😁😁", &[]);
    check("\u{202e}ＰＲＩＣＥ\u{200b} is great", &[("price", Positive)]);
}

/// Complaints on aspects with known shares, in two languages, among praise and noise.
fn complaints(texts: usize) -> Vec<String> {
    let mut draw = Draw(9);
    let bad = [
        ["the delivery was slow", "快递太慢了"],
        ["the packaging was crushed and torn", "包装破损"],
        ["customer service was rude", "客服态度很差"],
        ["the battery is terrible", "电池很差"],
        ["the size is wrong", "尺码不合适"],
    ];
    let good = [["great price", "价格实惠"], ["the screen is beautiful", "屏幕很清晰"]];
    let noise = ["I bought it on Monday", "给妈妈买的", "second order", "昨天收的"];
    let text = |_| {
        let language = draw.below(2);
        let mut text = draw.of(&noise).to_owned();
        // 40, 25, 15, 10, 10 of a hundred.
        let drawn = draw.below(100);
        let kind = [40, 65, 80, 90].iter().filter(|end| **end <= drawn).count();
        if draw.below(10) < 6 {
            text = format!("{text}. {}", bad[kind][language]);
        }
        if draw.below(2) == 0 {
            text = format!("{text}. {}", good[draw.below(2)][language]);
        }
        text
    };
    (0..texts).map(text).collect()
}

#[test]
fn planted_pain_points_come_first() {
    let table = Aspects::retail().fit(&complaints(500), &retail_lexicon()).unwrap();
    let pain: Vec<_> = table.pain_points(3).iter().map(|a| &*a.aspect).collect();
    assert_eq!(pain, ["delivery", "packaging", "service"]);
    let strengths: Vec<_> = table.strengths(2).iter().map(|a| &*a.aspect).collect();
    assert!(strengths.contains(&"price") && strengths.contains(&"screen"), "{strengths:?}");
    let [low, high] = table.pain_points(1)[0].complaint_interval;
    assert!(low < 0.24 && 0.24 < high, "{low} {high}");
    assert!(table.report().to_html().contains("delivery is complained of"));
}

#[test]
fn new_aspects_are_learnt() {
    let mut texts = complaints(200);
    for i in 0..30 {
        texts.push(format!("order {i}: the zipper is {}", ["awful", "terrible", "great"][i % 3]));
        texts.push(format!("{i}号，拉链{}", ["很差", "不好用", "不错"][i % 3]));
    }
    let learnt = Aspects::retail().learn(&texts, &retail_lexicon(), 2, 5).unwrap();
    let names: Vec<_> = learnt.names().skip(22).collect();
    assert_eq!(names, ["zipper", "拉链"]);
    assert_eq!(learnt.fit(&texts, &retail_lexicon()).unwrap().aspects()[22].complaints, 20);
}

#[test]
fn aspects_that_can_not_be_are_refused() {
    for words in ["", "!!", "13800138000"] {
        let error = Aspects::none().aspect("new", [words]).unwrap_err().to_string();
        assert!(error.contains("; help: ") && !error.contains("1380"), "{error}");
    }
    assert!(Aspects::none().reader().is_err());
    assert!(Aspects::retail().fit::<&str>(&[], &Lexicon::new()).is_err());
    assert!(Aspects::retail().learn(&["a"], &Lexicon::new(), 3, 0).is_err());
    assert_eq!(Aspects::retail().learn(&["a"], &Lexicon::new(), 3, 1).unwrap(), Aspects::retail());
}

#[test]
fn words_are_known_by_their_company() {
    let texts: Vec<String> = (0..60)
        .map(|i| {
            let noise = ["今天天气好", "昨晚下雨了", "路上人很多", "他们都走了"][i % 4];
            let (a, b) = (["我", "你", "他"][i % 3], ["了", "呢", "吧"][i % 3]);
            let saw = ["看到", "喜欢", "想要"][i / 3 % 3];
            format!("{noise}，{a}{saw}蓝牙耳机{b}")
        })
        .collect();
    let table = KeyPhrases::new().fit(&texts).unwrap();
    let phrases: Vec<_> = table.phrases().iter().map(|p| &*p.phrase).collect();
    assert!(phrases.contains(&"蓝牙耳机"), "{phrases:?}");
    assert!(!phrases.iter().any(|p| ["蓝牙", "牙耳", "耳机", "到蓝牙"].contains(p)), "{phrases:?}");
    assert!(table.report().to_markdown().contains("蓝牙耳机"));
    assert!(KeyPhrases::new().min_texts(0).fit(&texts).is_err());
    assert!(KeyPhrases::new().fit(&["only one"]).is_err());
    assert!(KeyPhrases::new().contrast(&["a"], &[]).is_err());
}

#[test]
fn phrases_hide_personal_data() {
    let texts = ["mail ann@shop.example or call 138-0013-8000 now"; 5];
    let json = serde_json::to_string(&KeyPhrases::new().fit(&texts).unwrap()).unwrap();
    assert!(!json.contains("ann") && !json.contains("138"), "{json}");
    assert!(json.contains("mail"), "{json}");
}

#[test]
fn groups_are_told_apart_on_real_reviews() {
    let Some(path) = brand_nn_tensor::check::data("data/reviews/en_amazon.tsv") else { return };
    let set = brand_nn_train::TextSet::read(path).unwrap();
    let labels = set.labels.to_vec::<f32>();
    let group = |label: f32| -> Vec<&str> {
        let texts = set.texts.iter().zip(&labels).filter(|(_, l)| **l == label);
        texts.map(|(text, _)| text.as_str()).collect()
    };
    let contrast = KeyPhrases::new().contrast(&group(1.0), &group(0.0)).unwrap();
    let praise: Vec<_> = contrast.of_these(5).iter().map(|l| &*l.phrase).collect();
    let complaints: Vec<_> = contrast.of_those(5).iter().map(|l| &*l.phrase).collect();
    assert!(praise.contains(&"great") && praise.contains(&"excellent"), "{praise:?}");
    assert!(complaints.contains(&"bad") || complaints.contains(&"disappointed"), "{complaints:?}");
    assert!(contrast.report(["praise", "complaint"]).to_html().contains("great"));
    let table = Aspects::retail().fit(&set.texts, &retail_lexicon()).unwrap();
    let named: u64 = table.aspects().iter().map(AspectCount::texts).sum();
    assert!(named > 400, "{named}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_is_read(text in any::<String>(), near in "[ \u{200b}\u{202e}a-z.,价格很慢和但客服X1😁]{0,40}") {
        let (finder, lexicon) = (brands().finder().unwrap(), retail_lexicon());
        let reader = Aspects::retail().reader().unwrap();
        for text in [text, near] {
            prop_assert!(finder.find(&text).iter().all(|m| text.get(m.range.clone()).is_some()));
            for opinion in reader.read(&text, &lexicon) {
                prop_assert!(text.get(opinion.range).is_some());
                prop_assert!((-1.0..=1.0).contains(&opinion.polarity));
            }
            let _ = KeyPhrases::new().min_texts(1).fit(std::slice::from_ref(&text));
            prop_assert!(lexicon.polarity(&text).is_finite());
        }
    }
}
