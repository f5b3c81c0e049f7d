//! Topics: planted ones against scikit-learn's pipeline, names, trends, new texts, odd data.

use brand_nn_marketing::check;
use brand_nn_marketing::text::sentiment::Language;
use brand_nn_marketing::text::topics::{FittedTopics, PlantedText, PlantedTopics, Topics};
use brand_nn_stats::cluster::Dbscan;
use brand_nn_stats::linear::Matrix;
use brand_nn_stats::metrics::normalized_mutual_info;
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
    std::fs::write(path, file()).unwrap();
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
    assert!(file() == include_str!("golden/topics.tsv"), "write the file and run the script again");
    let golden: BTreeMap<String, f64> =
        serde_json::from_str(include_str!("golden/topics.json")).unwrap();
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
    let wrong = [
        Topics::new(2, 1).dimensions(0).fit(&usual).unwrap_err(),
        Topics::choose(3..=2, 1).fit(&usual).unwrap_err(),
        Topics::new(2, 1).fit_vectors(&usual, &vectors()).unwrap_err(),
        Topics::new(2, 1).fit(&usual).unwrap().assign_vectors(&vectors()).unwrap_err(),
        Topics::new(2, 1).fit(&usual).unwrap().trend(&["2024-01"], 0.95).unwrap_err(),
        PlantedTopics::new(Language::English, 1).clarity(0.7).confusion(0.7).texts(1).unwrap_err(),
    ];
    for error in wrong {
        assert!(error.to_string().contains("; help: "), "{error}");
    }
}
