//! The monitor: batch and stream alike, planted events, alerts by chance, secrets, odd comments.

use crate::listen::Draw;
use crate::listen::text::brands;
use brand_nn_marketing::monitor::{
    Alert, BrandMonitor, Comment, CommentColumns, Measure, Monitored, Pushed, Rule, Selection,
};
use brand_nn_marketing::text::aspect::{Aspects, retail_lexicon};
use brand_nn_marketing::text::sentiment::{Language, Lexicon};
use brand_nn_tensor::io::write_atomically;
use brand_nn_train::{Date, TableReader};
use proptest::prelude::*;

/// A day by its number from 2024-01-01.
pub(crate) fn day(number: usize) -> Date {
    let months = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let (mut rest, mut month) = (number % 366, 0);
    while rest >= months[month] {
        (rest, month) = (rest - months[month], month + 1);
    }
    Date::new(2024 + 4 * (number / 366) as i32, month as u32 + 1, rest as u32 + 1).unwrap()
}

/// About so many, with nearly the noise of Poisson's.
pub(crate) fn about(draw: &mut Draw, mean: usize) -> usize {
    (0..8 * mean).filter(|_| draw.below(8) == 0).count()
}

/// What the planted truth is on a day: mentions, complaints and praise of a hundred.
type Truth = fn(&str, usize) -> [usize; 3];

fn steady(_: &str, _: usize) -> [usize; 3] {
    [12, 20, 40]
}

/// Acme is spoken of more from day 40 on and worse from day 60 on; day 80 is a storm of complaints.
fn eventful(brand: &str, day: usize) -> [usize; 3] {
    match (brand, day) {
        ("Acme", 80) => [120, 70, 10],
        ("Acme", 60..) => [30, 50, 20],
        ("Acme", 40..) => [30, 20, 45],
        _ => [14, 20, 45],
    }
}

fn comments(seed: u64, days: usize, truth: Truth) -> Vec<Comment> {
    let mut draw = Draw(seed);
    let (praise, bad) = (["Great price", "质量很好"], ["slow delivery", "快递太慢", "客服很差"]);
    let plain = ["I bought it", "昨天收的"];
    let mut comments = Vec::new();
    for number in 0..days {
        for brand in ["Acme", "Borealis"] {
            let [mean, complaints, praises] = truth(brand, number);
            for _ in 0..about(&mut draw, mean) {
                let text = match draw.below(100) {
                    x if x < complaints => draw.of(&bad),
                    x if x < complaints + praises => draw.of(&praise),
                    _ => draw.of(&plain),
                };
                let comment = Comment::new(text).brand(brand).on(day(number));
                let channel = draw.of(&["web", "shop"]);
                let id = format!("{}", comments.len());
                comments.push(comment.channel(channel).product("X1").id(id));
            }
        }
    }
    comments
}

fn monitor() -> BrandMonitor {
    BrandMonitor::new(7).names(brands())
}

fn heard(comments: &[Comment]) -> Monitored {
    monitor().fit(comments, &retail_lexicon()).unwrap()
}

#[test]
fn batch_and_stream_are_the_same() {
    let (comments, lexicon) = (comments(1, 40, eventful), retail_lexicon());
    let batch = heard(&comments);
    let folder = std::env::temp_dir().join(format!("brand-nn-monitor-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("state.json");
    let mut listener = monitor().listen(&lexicon).unwrap();
    for (at, comment) in comments.iter().enumerate() {
        let pushed = listener.push(comment);
        assert!(matches!(pushed, Pushed::Counted { .. }), "{pushed:?}");
        if at % 400 == 399 {
            listener.monitored().save(&path).unwrap();
            listener = Monitored::load(&path).unwrap().resume(&lexicon).unwrap();
        }
    }
    assert_eq!(listener.monitored(), &batch);
    assert_eq!(listener.push(&comments[3]), Pushed::Repeated);

    let text = std::fs::read_to_string(&path).unwrap();
    for (from, to) in [("{", "["), ("\"Acme\",", ""), ("\"level\":0.95", "\"level\":7.0")] {
        let broken = text.replacen(from, to, 1);
        write_atomically(&path, |file| file.write_all(broken.as_bytes())).unwrap();
        let error = Monitored::load(&path).unwrap_err().to_string();
        assert!(error.contains("; help: "), "{error}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
    let error = Monitored::load(&path).unwrap_err().to_string();
    assert!(error.contains("state.json"), "{error}");
    assert!(listener.monitored().save(&path).is_err());
}

#[test]
fn the_order_of_a_day_does_not_matter() {
    let comments = comments(2, 20, eventful);
    let (batch, lexicon) = (heard(&comments), retail_lexicon());
    let mut listener = monitor().listen(&lexicon).unwrap();
    let (late, early): (Vec<_>, Vec<_>) =
        comments.iter().enumerate().partition(|(at, _)| at % 3 == 1);
    for (_, comment) in early.into_iter().chain(late) {
        listener.push(comment);
    }
    let stream = listener.into_monitored();
    let all = Selection::all();
    assert_eq!(stream.daily(&all).unwrap(), batch.daily(&all).unwrap());
    assert_eq!(stream.aspects(&all).unwrap(), batch.aspects(&all).unwrap());
    assert_eq!(stream.alerts().unwrap(), batch.alerts().unwrap());
}

#[test]
fn every_comment_has_an_answer() {
    let lexicon = Lexicon::new();
    let until = day(50);
    let mut listener = monitor().days(10).until(until).listen(&lexicon).unwrap();
    let mut check = |comment: Comment, expected: Pushed| {
        assert_eq!(listener.push(&comment), expected, "{comment:?}");
    };
    let text = |text: &str| Comment::new(text);
    check(text("Acme").on(day(20)), Pushed::Counted { ended: None });
    check(text("😁").on(day(22)), Pushed::Counted { ended: Some(day(20)) });
    check(text("Acme, earlier").on(day(13)), Pushed::Counted { ended: None });
    check(text("too early").on(day(12)), Pushed::Late);
    check(text("").on(day(22)), Pushed::Blank);
    check(text(" \u{200b}\u{202e}\n\0").on(day(22)), Pushed::Blank);
    check(text("a").id("7").on(day(22)), Pushed::Counted { ended: None });
    check(text("b").id("7").on(day(22)), Pushed::Repeated);
    check(text("no day"), Pushed::Undated);
    check(text("tomorrow").on(day(51)), Pushed::Future);
    check(text("never").on(Date::new(9999, 12, 31).unwrap()), Pushed::Future);
    check(text("Boreal").on(day(50)), Pushed::Counted { ended: Some(day(22)) });
    let heard = listener.into_monitored();
    assert_eq!(heard.span(), Some([day(50), day(50)]));
    assert_eq!((heard.heard().counted, heard.heard().late, heard.heard().future), (5, 1, 2));
    assert_eq!(heard.brands().collect::<Vec<_>>(), ["Acme", "Borealis"]);
    assert!(heard.report().to_markdown().contains("2 left out as in the future"));
}

#[test]
fn shares_and_feelings_have_intervals() {
    let heard = heard(&comments(3, 35, eventful));
    let all = Selection::all();
    let shares = heard.share_of_voice(&all).unwrap();
    assert!((shares.iter().map(|share| share.share).sum::<f64>() - 1.0).abs() < 1e-12);
    assert!(shares.iter().all(|s| s.interval[0] < 0.5 && 0.5 < s.interval[1]), "{shares:?}");
    let net = heard.net_sentiment(&all.clone().brand("Acme")).unwrap();
    assert!(net.interval[0] < 0.25 && 0.25 < net.interval[1], "{net:?}");
    let compared = heard.compare("acme", "Borealis", &all);
    assert!(compared.is_err(), "a name is compared as it is shown");
    let compared = heard.compare("Acme", "Borealis", &all).unwrap();
    assert!(compared.net_interval[0] < 0.0 && 0.0 < compared.net_interval[1], "{compared:?}");
    assert!(compared.share_interval[0] < compared.share_difference);
    let channels: u64 = ["web", "shop"]
        .map(|c| heard.net_sentiment(&all.clone().channel(c)).unwrap().tones.mentions())
        .iter()
        .sum();
    assert_eq!(channels, heard.heard().counted);
    let may = all.clone().from(day(10)).to(day(12));
    assert_eq!(heard.daily(&may).unwrap().len(), 3);
    let error = heard.daily(&all.clone().brand("Nobody")).unwrap_err().to_string();
    assert_eq!(
        error,
        "comments: there is no brand `Nobody`, known are Acme, Borealis; help: check its spelling"
    );
    let later = heard.net_sentiment(&all.from(day(300))).unwrap();
    assert!(later.value.is_nan() && later.interval == [-1.0, 1.0]);
}

#[test]
fn planted_events_are_found() {
    let monitor = monitor()
        .rule(Rule::net_below("Acme", 0.0))
        .rule(Rule::share_below("Borealis", 0.4))
        .rule(Rule::mentions_above("Acme", 90))
        .rule(Rule::share_below("Nobody", 0.4));
    for seed in 0..3 {
        let heard = monitor.fit(&comments(seed, 100, eventful), &retail_lexicon()).unwrap();
        let acme = Selection::all().brand("Acme");
        let changes = heard.change_points(&acme).unwrap();
        for (measure, planted) in [(Measure::Mentions, 40), (Measure::NetSentiment, 60)] {
            let found: Vec<_> = changes.iter().filter(|c| c.measure == measure).collect();
            assert_eq!(found.len(), 1, "{changes:?}");
            assert!((found[0].date.days() - day(planted).days()).abs() <= 2, "{changes:?}");
        }
        assert!(heard.change_points(&Selection::all().brand("Borealis")).unwrap().is_empty());

        let alerts = heard.alerts().unwrap();
        let has = |measure, first, last, by_rule| {
            alerts.iter().any(|alert: &Alert| {
                (alert.measure, &*alert.brand) == (measure, "Acme")
                    && (day(first)..=day(last)).contains(&alert.date)
                    && alert.p_value.is_none() == by_rule
            })
        };
        assert!(has(Measure::Mentions, 80, 80, false), "{alerts:?}");
        assert!(has(Measure::Mentions, 80, 80, true), "{alerts:?}");
        assert!(has(Measure::NetSentiment, 61, 67, true), "{alerts:?}");
        let by_rule =
            |alert: &&Alert| alert.measure == Measure::NetSentiment && alert.p_value.is_none();
        assert_eq!(alerts.iter().filter(by_rule).count(), 1, "{alerts:?}");
        let page = heard.report().to_markdown();
        assert!(page.contains("Since 2024-0"), "{page}");
        let share = alerts.iter().find(|alert| alert.measure == Measure::ShareOfVoice).unwrap();
        assert_eq!((&*share.brand, share.expected), ("Borealis", 0.4));
        assert!((day(41)..=day(47)).contains(&share.date), "{share:?}");
        assert!(!alerts.iter().any(|alert| alert.date < day(40)), "{alerts:?}");

        let pain = heard.pain_points(&acme, 2).unwrap();
        let names: Vec<_> = pain.iter().map(|aspect| &*aspect.aspect).collect();
        assert_eq!(names, ["delivery", "service"]);
        let quotes = &pain[0].complaint_quotes;
        assert!(quotes.iter().any(|quote| quote == "slow delivery"), "{quotes:?}");
    }
}

#[test]
fn quiet_days_rarely_alarm() {
    let lexicon = retail_lexicon();
    let quiet = |alarms: f64, seed| {
        let monitor = monitor().days(800).false_alarms_a_year(alarms);
        monitor.fit(&comments(seed, 366, steady), &lexicon).unwrap()
    };
    let years: Vec<_> = (10..30).map(|seed| quiet(1.0, seed)).collect();
    let alarms: usize = years.iter().map(|year| year.alerts().unwrap().len()).sum();
    assert!(alarms <= 32, "{alarms} in twenty years"); // 20 expected: more than 32 in 1 of 200
    let changes = |year: &Monitored| {
        let all = ["Acme", "Borealis"].map(|brand| Selection::all().brand(brand));
        all.iter().map(|one| year.change_points(one).unwrap().len()).sum::<usize>()
    };
    let changes: usize = years.iter().map(changes).sum();
    assert!(changes <= 8, "{changes} in eighty series of a year");
}

const SECRETS: [&str; 5] =
    ["13800138000", "ann@shop.example", "4111111111111111", "11010519491231002X", "t.cn/Ab3"];

/// Everything that anybody could store or show.
fn traces(heard: &Monitored, path: &std::path::Path) -> Vec<String> {
    heard.save(path).unwrap();
    let pages = [Language::English, Language::Chinese].map(|language| heard.report_in(language));
    let pages = pages.iter().flat_map(|page| [page.to_html(), page.to_markdown(), page.to_json()]);
    let saved = std::fs::read_to_string(path).unwrap();
    pages.chain([saved, format!("{heard:?}")]).collect()
}

#[test]
fn nothing_tells_who_wrote() {
    let path = std::env::temp_dir().join(format!("brand-nn-secrets-{}.json", std::process::id()));
    let mut planted = Vec::new();
    for (number, secret) in SECRETS.iter().map(|secret| format!("http://{secret}")).enumerate() {
        let secret = if number == 4 { &*secret } else { SECRETS[number] };
        for text in [
            format!("{secret} 快递太慢，电话{secret}"),
            format!("slow delivery {secret}"),
            format!("The price is great! Write to {secret} or {secret}"),
            format!("{} bad price {secret}", "x".repeat(19_985)),
        ] {
            let comment = Comment::new(text).brand(format!("Brand {secret}")).on(day(number));
            let id = format!("{secret}{}", planted.len());
            planted.push(comment.channel(secret).product(format!("p {secret}")).id(id));
        }
    }
    let heard = heard(&planted);
    assert_eq!(heard.heard().counted, 20);
    for trace in traces(&heard, &path) {
        for secret in SECRETS {
            let at = trace.find(secret);
            assert!(at.is_none(), "{secret} in {}", &trace[at.unwrap_or(0)..][..40]);
        }
    }
    std::fs::remove_file(path).unwrap();
    let error = heard.daily(&Selection::all().brand("ann@shop.example")).unwrap_err().to_string();
    assert!(!error.contains("ann@") && !error.contains("138"), "{error}");
    for secret in SECRETS {
        let cell = if secret == "t.cn/Ab3" { "http://t.cn/Ab3" } else { secret };
        let error = Comment::new("").day(cell).unwrap_err().to_string();
        assert!(!error.contains(secret), "{error}");
    }
}

#[test]
fn names_stay_text() {
    let path = std::env::temp_dir().join(format!("brand-nn-script-{}.json", std::process::id()));
    let bad = "<script>alert(1)</script>";
    let comment = |number| {
        let text = format!("The price is {} {bad}", ["bad", "great"][number % 2]);
        Comment::new(text).brand(bad).channel(bad).product(bad).on(day(number))
    };
    let heard = heard(&(0..40).map(comment).collect::<Vec<_>>());
    assert_eq!(heard.brands().collect::<Vec<_>>(), [bad]);
    for language in [Language::English, Language::Chinese] {
        let page = heard.report_in(language);
        assert!(!page.to_html().contains("<script") && !page.to_markdown().contains("<script"));
        assert!(page.to_html().contains("&lt;script&gt;"));
    }
    drop(traces(&heard, &path));
    std::fs::remove_file(path).unwrap();
}

#[test]
fn pages_speak_both_languages() {
    let heard = heard(&comments(1, 60, eventful));
    let [english, chinese] =
        [Language::English, Language::Chinese].map(|language| heard.report_in(language).to_html());
    for part in ["lang=\"en\"", "What people say", "Share of voice", "delivery", "Alerts"] {
        assert!(english.contains(part), "{part}");
    }
    for part in ["lang=\"zh\"", "大家怎么说", "声量份额", "物流", "警报", "净情感"]
    {
        assert!(chinese.contains(part), "{part}");
    }
    assert!(heard.report().to_json().contains("heat_map"));
}

#[test]
fn pages_show_no_empty_pictures() {
    let texts = vec![Comment::new("The price is bad"); 2000];
    let page = heard(&texts).report().to_html();
    assert!(page.contains("2,000 comments; 2,000 of them without a day."), "{page}");
    assert!(page.contains("Complaints: price"));
    assert!(!page.contains("<svg") && !page.contains("Nothing was unusual"));
}

#[test]
fn many_names_are_one_other() {
    let comment = |number: usize| Comment::new("good").brand(format!("b{number}")).on(day(0));
    let heard = heard(&(0..100).map(comment).collect::<Vec<_>>());
    let shares = heard.share_of_voice(&Selection::all()).unwrap();
    assert_eq!((&*shares[0].brand, shares[0].mentions, shares.len()), ("(other)", 36, 65));
}

#[test]
fn tables_of_comments() {
    let csv = "when,what,who\n2024-01-05 10:30,good,Acme\n,bad,\nyesterday 13800138000,ok,Acme\n";
    let table = TableReader::new().read_bytes(csv.as_bytes()).unwrap();
    let columns = CommentColumns::new("what").date("when").brand("who");
    let error = columns.read(&table).unwrap_err().to_string();
    assert!(error.starts_with("comments, row 3, date: got `yesterday [phone]`"), "{error}");
    let read = columns.clone().skip_bad_days().read(&table).unwrap();
    let days: Vec<_> = read.iter().map(|comment| comment.date).collect();
    assert_eq!(days, [Some(day(4)), None, None]);
    assert!(columns.channel("where").read(&table).is_err());
}

#[test]
fn settings_are_checked() {
    let lexicon = Lexicon::new();
    let one = [Comment::new("good")];
    for monitor in [
        monitor().days(0),
        monitor().days(4000),
        monitor().band(1.0),
        monitor().level(f64::NAN),
        monitor().quotes(1000),
        monitor().false_alarms_a_year(0.0),
        monitor().rule(Rule::share_below("Acme", 1.5)),
        monitor().rule(Rule::net_below("Acme", -1.5)),
        monitor().aspects(Aspects::none()),
    ] {
        let error = monitor.fit(&one, &lexicon).unwrap_err().to_string();
        assert!(error.contains("; help: "), "{error}");
    }
    assert!(monitor().fit(&[], &lexicon).is_err());
}

#[test]
fn long_texts() {
    let lexicon = retail_lexicon();
    let mut listener = monitor().listen(&lexicon).unwrap();
    for piece in ["slow delivery, ", "价格", "价格太贵。", "a", "1", "\u{202e}", "😁", "Acme "]
    {
        let text = piece.repeat(10_000_000 / piece.len());
        listener.push(&Comment::new(text).on(day(1)));
    }
    assert_eq!((listener.monitored().heard().counted, listener.monitored().heard().blank), (7, 1));
}

#[test]
fn what_is_kept_does_not_grow_with_comments() {
    let lexicon = retail_lexicon();
    let mut listener = monitor().days(20).listen(&lexicon).unwrap();
    let mut sizes = Vec::new();
    for round in 0..3 {
        let mut comments = comments(round, 60, eventful);
        comments.iter_mut().for_each(|comment| comment.id.clear());
        listener.push_all(&comments);
        sizes.push(serde_json::to_string(listener.monitored()).unwrap().len());
    }
    assert!(sizes[2] < sizes[0] + 1000, "{sizes:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_comments_are_heard(
        rows in prop::collection::vec(
            (any::<String>(), "[a-z<>1\u{202e}好 ]{0,9}", prop::option::of(0usize..700)),
            1..40,
        ),
    ) {
        let comment = |(text, name, number): &(String, String, Option<usize>)| {
            let comment = Comment::new(text).brand(name).channel(name).product(text);
            let comment = comment.id(name);
            number.map(day).map_or(comment.clone(), |date| comment.on(date))
        };
        let comments: Vec<_> = rows.iter().map(comment).collect();
        let heard = heard(&comments);
        let counts = heard.heard();
        let refused = counts.blank + counts.repeated + counts.late + counts.future;
        prop_assert_eq!(counts.counted + counts.undated + refused, rows.len() as u64);
        prop_assert!(heard.report().to_html().ends_with("</html>\n"));
        prop_assert!(heard.alerts().is_ok());
        let json = serde_json::to_string(&heard).unwrap();
        prop_assert_eq!(serde_json::from_str::<Monitored>(&json).unwrap(), heard);
    }
}
