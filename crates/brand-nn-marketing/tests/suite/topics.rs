//! Topics: planted ones against scikit-learn's pipeline, names, trends, new texts, odd data.

use brand_nn_marketing::check;
use brand_nn_marketing::text::linear::{Features, FittedTones, LinearSentiment, LinearTones};
use brand_nn_marketing::text::route::{FittedRouter, Router};
use brand_nn_marketing::text::sentiment::{Language, Sentiment, Tone};
use brand_nn_marketing::text::topics::{FittedTopics, PlantedText, PlantedTopics, Topics};
use brand_nn_stats::cluster::Dbscan;
use brand_nn_stats::linear::Matrix;
use brand_nn_stats::metrics::normalized_mutual_info;
use brand_nn_tensor::io::write_atomically;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Recipes of texts from clear to hard, each with its name in the golden file.
fn settings() -> [(&'static str, PlantedTopics); 4] {
    let [english, chinese] = [Language::English, Language::Chinese];
    [
        ("english clear", PlantedTopics::new(english, 1)),
        ("chinese clear", PlantedTopics::new(chinese, 2)),
        ("english hard", PlantedTopics::new(english, 3).clarity(0.4).confusion(0.12)),
        ("chinese hard", PlantedTopics::new(chinese, 4).clarity(0.4).confusion(0.12)),
    ]
}

const TEXTS: usize = 400;

fn planted(recipe: &PlantedTopics) -> Vec<PlantedText> {
    recipe.texts(TEXTS).expect("shares of words")
}

fn file() -> String {
    let row = |name: &str, text: &PlantedText| {
        format!("{name}\t{}\t{}\t{}\n", text.topic, text.period, text.text)
    };
    let rows = settings().into_iter().flat_map(|(name, recipe)| {
        planted(&recipe).iter().map(|text| row(name, text)).collect::<Vec<_>>()
    });
    rows.collect()
}

#[test]
#[ignore = "writes the file that the golden script reads"]
fn write_planted_texts() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/topics.tsv");
    write_atomically(path, |out| out.write_all(file().as_bytes())).unwrap();
}

/// How much what was found shares with what was planted.
fn agreement(fitted: &FittedTopics, texts: &[PlantedText]) -> f64 {
    let found: Vec<usize> = fitted.assigned().iter().map(|topic| topic.unwrap_or(99)).collect();
    let truth: Vec<usize> = texts.iter().map(|text| text.topic).collect();
    normalized_mutual_info(&truth, &found).unwrap()
}

fn words(texts: &[PlantedText]) -> Vec<&str> {
    texts.iter().map(|text| text.text.as_str()).collect()
}

#[test]
fn planted_topics_as_scikit_learn() {
    assert!(
        file() == include_str!("../golden/topics.tsv"),
        "write the file and run the script again"
    );
    let golden: BTreeMap<String, f64> =
        serde_json::from_str(include_str!("../golden/topics.json")).unwrap();
    for (name, recipe) in settings() {
        let texts = planted(&recipe);
        let found = agreement(&Topics::new(8, 42).fit(&words(&texts)).unwrap(), &texts);
        println!("{name}: {found:.4}, scikit-learn {:.4}", golden[name]);
        assert!(found >= golden[name] - 0.01, "{name}: {found}");
        assert!(!name.ends_with("hard") || (0.6..0.9).contains(&golden[name]), "{name}");
    }
}

#[test]
fn names_trends_and_new_texts() {
    for (language, grown) in [(Language::English, "parcel"), (Language::Chinese, "快递")] {
        let recipe = PlantedTopics::new(language, 7);
        let texts = planted(&recipe);
        let fitted = Topics::choose(6..=10, 1).fit(&words(&texts)).unwrap();
        assert_eq!(fitted.topics().len(), 8, "{language:?}");
        for topic in fitted.topics() {
            assert_eq!(topic.terms.len(), 6);
            let own = topic.typical[0];
            assert_eq!(fitted.assign(&[&texts[own].text]).unwrap(), [fitted.assigned()[own]]);
        }
        let topic = fitted.assign(&[grown]).unwrap()[0].unwrap();
        let months: Vec<&str> = texts.iter().map(|text| text.period.as_str()).collect();
        let trend = fitted.trend(&months, 0.95).unwrap();
        assert_eq!(trend.len(), 12 * 8);
        let halves = months.iter().map(|month| if **month < *"2024-07" { "1" } else { "2" });
        let halves = fitted.trend(&halves.collect::<Vec<_>>(), 0.95).unwrap();
        let grown: Vec<_> = halves.iter().filter(|row| row.topic == topic).collect();
        // Planted are 1/8 and 4/11.
        assert!(grown[0].interval[1] < grown[1].interval[0], "{grown:?}");
        assert!((grown[1].share - 4.0 / 11.0).abs() < 0.08, "{grown:?}");
        let page = fitted.report(&words(&texts)).unwrap().figure(fitted.trend_plot(&trend));
        assert!(page.to_html().contains(&fitted.topics()[topic].terms[0]));
    }
}

#[test]
fn terms_are_of_their_topic_and_quotes_say_nothing_of_persons() {
    let mut texts = planted(&PlantedTopics::new(Language::English, 9));
    for text in &mut texts {
        text.text += " call +86 138 0013 8000 or ann@shop.example";
    }
    let fitted = Topics::new(8, 1).fit(&words(&texts)).unwrap();
    let parcel = fitted.assign(&["parcel courier"]).unwrap()[0].unwrap();
    let own = "parcel courier late delivery shipping tracking arrived box doorstep warehouse damaged driver";
    let terms = &fitted.topics()[parcel].terms;
    assert!(terms.iter().all(|term| own.contains(term.as_str())), "{terms:?}");
    let html = fitted.report(&words(&texts)).unwrap().to_html();
    assert!(html.contains("[phone]") && !html.contains("8000") && !html.contains("ann@"));
}

/// Two heaps of vectors and a lone one.
fn vectors() -> Matrix {
    let heap = |i: usize| [[1.0, 0.1], [-1.0, 0.1], [0.0, -1.0]][if i == 10 { 2 } else { i % 2 }];
    Matrix::of(11, 2, |i, j| heap(i)[j] + 0.01 * (i as f64 * (j + 1) as f64).sin())
}

#[test]
fn dense_places_and_given_vectors() {
    let texts: Vec<String> =
        (0..11).map(|i| ["late parcel", "flat battery"][i % 2].into()).collect();
    let dense = Topics::dense(Dbscan { radius: 0.2, min_samples: 3 }, 1);
    let fitted = dense.fit_vectors(&texts, &vectors()).unwrap();
    assert_eq!(fitted.topics().len(), 2);
    assert_eq!(fitted.assigned()[10], None);
    assert_eq!(fitted.assign_vectors(&vectors()).unwrap(), fitted.assigned());
    assert_eq!(fitted.topics()[fitted.assigned()[0].unwrap()].terms, ["late", "parcel"]);
    let fitted = Topics::new(3, 1).fit_vectors(&texts, &vectors()).unwrap();
    assert_eq!(fitted.assign_vectors(&vectors()).unwrap(), fitted.assigned());
    assert_eq!(fitted.topics().iter().filter(|topic| topic.texts == 1).count(), 1);
    let recipe = PlantedTopics::new(Language::Chinese, 5).clarity(0.8);
    let texts = planted(&recipe);
    let dense = Topics::dense(Dbscan { radius: 0.5, min_samples: 8 }, 1).dimensions(12);
    let fitted = dense.fit(&words(&texts)).unwrap();
    assert_eq!(fitted.topics().len(), 8);
    assert!(agreement(&fitted, &texts) > 0.9);
    assert_eq!(fitted.assign(&["乱七八糟"]).unwrap(), [None]);
}

#[test]
fn the_contract_of_estimators() {
    let usual = ["late parcel", "parcel late", "battery flat", "flat battery"].map(str::to_owned);
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let odd = [
        texts(&[]),
        texts(&["", "", ""]),
        texts(&["one"]),
        texts(&["same", "same", "same"]),
        texts(&["😁", "😁😁", "\u{202e}\u{200b}"]),
        texts(&["<script> a <script>", "<script>", "好 <script>", "\0 <script>"]),
        texts(&[&"long text ".repeat(50_000), "long", "text"]),
    ];
    let dense = Topics::dense(Dbscan { radius: 0.4, min_samples: 2 }, 3);
    for topics in [Topics::new(2, 3), Topics::choose(1..=3, 3), dense, Topics::new(0, 3)] {
        if topics != Topics::new(0, 3) {
            let fit = |topics: &Topics, texts: &Vec<String>| topics.fit(texts);
            check::estimator(&topics, fit, &usual.to_vec(), &odd);
        }
        for texts in &odd {
            let _ = topics.fit(texts).map(|fitted| fitted.report(texts).map(|page| page.to_html()));
        }
    }
    let [fewest, most] = [3, 2];
    let wrong = [
        Topics::new(2, 1).dimensions(0).fit(&usual).unwrap_err(),
        Topics::choose(fewest..=most, 1).fit(&usual).unwrap_err(),
        Topics::new(2, 1).fit_vectors(&usual, &vectors()).unwrap_err(),
        Topics::new(2, 1).fit(&usual).unwrap().assign_vectors(&vectors()).unwrap_err(),
        Topics::new(2, 1).fit(&usual).unwrap().trend(&["2024-01"], 0.95).unwrap_err(),
        PlantedTopics::new(Language::English, 1).clarity(0.7).confusion(0.7).texts(1).unwrap_err(),
    ];
    for error in wrong {
        assert!(error.to_string().contains("; help: "), "{error}");
    }
}

/// What somebody may bring as a text.
const ODD: [&str; 12] = [
    "",
    " \t\n\r\u{a0}\u{3000}",
    "😁😁👍🏽👨\u{200d}👩❤️",
    "好good良いхорошо좋아요طيب",
    "\u{202e}dlrow olleh\u{202c} \u{2066}x\u{2069}",
    "z\u{200b}e\u{200d}r\u{feff}o\u{200c}",
    "\0\u{1}\u{7f}\u{fffd}\u{10ffff}",
    "e\u{301}\u{301} ｆｕｌｌ İı ß ﬁ",
    "<script>alert(1)</script> & \" '",
    "!!!???...，，，。。。",
    "NaN inf -0 1e999",
    "parcel late 快递太慢",
];

/// One of each that learns from texts, learnt from odd ones.
fn learnt() -> (FittedTones, FittedRouter, FittedTopics) {
    let tones: Vec<Tone> = (0..ODD.len()).map(|i| Tone::of(i as f64 % 3.0 - 1.0, 0.5)).collect();
    let classes: Vec<String> = (0..ODD.len()).map(|i| ["", "<b>", "好"][i % 3].into()).collect();
    let features = Features::characters(1, 2).min_texts(1);
    let topics = Topics::new(3, 1).features(features);
    (
        LinearTones::new(features).fit(&ODD, &tones).unwrap(),
        Router::new().fit(&ODD, &classes).unwrap(),
        topics.fit(&ODD).unwrap(),
    )
}

#[track_caller]
fn answers((tones, router, topics): &(FittedTones, FittedRouter, FittedTopics), text: &str) {
    let shares = tones.shares(text);
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{text}: {shares:?}");
    assert!((-1.0..=1.0).contains(&tones.polarity(text)), "{text}");
    let routes = router.routes(text);
    assert!(routes.iter().all(|route| (0.5..=1.0).contains(&route.chance)), "{text}: {routes:?}");
    assert_eq!(router.route(text), routes.into_iter().next());
    assert!(topics.assign(&[text]).unwrap()[0].is_none_or(|topic| topic < 3), "{text}");
}

#[test]
fn odd_and_long_texts_have_answers() {
    let learnt = learnt();
    ODD.iter().for_each(|text| answers(&learnt, text));
    for unit in ["a", "好", "late 太 "] {
        answers(&learnt, &unit.repeat(1_000_000 / unit.len()));
    }
    assert!(learnt.1.route("").is_none() && learnt.2.assign(&["", "𝔘"]).unwrap() == [None, None]);
    let html = learnt.2.report(&ODD).unwrap().to_html();
    assert!(!html.contains("<script>alert"));
    // One class, one text, none: errors that name a fix.
    let words = Features::words(1, 1).min_texts(1);
    let errors = [
        LinearTones::new(words).fit(&ODD, &[Tone::Neutral; 12]).unwrap_err(),
        LinearTones::new(words).fit::<&str>(&[], &[]).unwrap_err(),
        LinearSentiment::logistic(words).fit(&ODD[..1], &[true]).unwrap_err(),
        Router::new().fit(&ODD, &["one"; 12]).unwrap_err(),
        Router::new().fit(&ODD, &["one", "two"]).unwrap_err(),
        Router::new().least(f64::NAN).fit(&ODD[..2], &["one", "two"]).unwrap_err(),
        Router::new().fit(&["", ""], &["one", "two"]).unwrap_err(),
        learnt.1.clone().least(2.0).unwrap_err(),
        learnt.0.tuned(&ODD[..1], &[]).unwrap_err(),
    ];
    for error in errors {
        assert!(error.to_string().contains("; help: "), "{error}");
    }
}

/// Ten million bytes each; some seconds.
#[test]
#[ignore = "seconds where nothing is optimized"]
fn very_long_texts_have_answers() {
    let learnt = learnt();
    for unit in ["a", "好", "late 太 "] {
        answers(&learnt, &unit.repeat(10_000_000 / unit.len()));
    }
}

#[test]
fn the_contract_of_those_with_classes() {
    let few = |rows: &[(&str, &str)]| -> Vec<(String, String)> {
        rows.iter().map(|(text, class)| ((*text).to_owned(), (*class).to_owned())).collect()
    };
    let usual = few(&[("late parcel", "a"), ("flat battery", "b"), ("rude", "c"), ("parcel", "a")]);
    let odd = [few(&[]), few(&[("", "a"), ("", "b")]), few(&[("x x", "a")]), few(&[("好", ""); 2])];
    check::estimator(
        &Router::new().features(Features::words(1, 2).min_texts(1)),
        |router: &Router, rows: &Vec<(String, String)>| {
            let (texts, classes): (Vec<&String>, Vec<&String>) =
                rows.iter().map(|(text, class)| (text, class)).unzip();
            router.fit(&texts, &classes)
        },
        &usual,
        &odd,
    );
    check::estimator(
        &LinearTones::new(Features::words(1, 2).min_texts(1)),
        |model: &LinearTones, rows: &Vec<(String, String)>| {
            let tone = |class: &str| [Tone::Negative, Tone::Positive][usize::from(class == "a")];
            let tones: Vec<Tone> = rows.iter().map(|(_, class)| tone(class)).collect();
            model.fit(&rows.iter().map(|(text, _)| text).collect::<Vec<_>>(), &tones)
        },
        &usual,
        &odd,
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_has_answers(text in any::<String>(), near in "[好 a<\u{202e}\u{200b}😁,，]{0,40}") {
        static LEARNT: std::sync::LazyLock<(FittedTones, FittedRouter, FittedTopics)> =
            std::sync::LazyLock::new(learnt);
        answers(&LEARNT, &text);
        answers(&LEARNT, &near);
    }

    #[test]
    fn any_texts_can_be_learnt(texts in proptest::collection::vec(any::<String>(), 0..8)) {
        let classes: Vec<&str> = (0..texts.len()).map(|i| ["a", "b"][i % 2]).collect();
        let features = Features::characters(1, 2).min_texts(1);
        if let Err(error) = Router::new().features(features).fit(&texts, &classes) {
            prop_assert!(error.to_string().contains("; help: "), "{error}");
        }
        match Topics::new(2, 1).features(features).fit(&texts) {
            Ok(fitted) => prop_assert_eq!(fitted.assign(&texts).unwrap(), fitted.assigned()),
            Err(error) => prop_assert!(error.to_string().contains("; help: "), "{error}"),
        }
    }
}
