//! Attribution against published games and chains, planted truths, and hostile journeys.

use brand_nn_marketing::attribution::{
    Attribution, CoalitionGame, Comparison, Credits, Game, JourneyRules, Journeys, MarkovChain,
    PathColumns, Touch, TouchColumns, TouchLog,
};
use brand_nn_marketing::{Days, Hours, Minutes, Resampling, Result, Unit};
use brand_nn_train::TableReader;
use proptest::prelude::*;

/// direct ×2, search > email ×3, search > social > email ×5, all of which convert.
fn three_paths() -> Journeys {
    let mut journeys = Journeys::new();
    journeys.add(["direct"], 2, 0).unwrap();
    journeys.add(["search", "email"], 3, 0).unwrap();
    journeys.add(["search", "social", "email"], 5, 0).unwrap();
    journeys
}

#[track_caller]
fn check(rule: Attribution, expected: [f64; 4]) {
    let credits = rule.fit(&three_paths()).unwrap();
    let names = ["direct", "search", "email", "social"];
    for (name, expected) in names.into_iter().zip(expected) {
        let got = credits.channel(name).unwrap().conversions;
        assert!((got - expected).abs() < 1e-12, "{rule:?}: {name} has {got}, expected {expected}");
    }
}

#[test]
fn rules_share_conversions_as_they_say() {
    check(Attribution::First, [2.0, 8.0, 0.0, 0.0]);
    check(Attribution::Last, [2.0, 0.0, 8.0, 0.0]);
    check(Attribution::Linear, [2.0, 19.0 / 6.0, 19.0 / 6.0, 5.0 / 3.0]);
    check(Attribution::Position { first: 0.4, last: 0.4 }, [2.0, 3.5, 3.5, 1.0]);
    check(
        Attribution::Shapley { game: Game::Conversions },
        [2.0, 19.0 / 6.0, 19.0 / 6.0, 5.0 / 3.0],
    );
}

#[test]
fn shapley_values_of_a_published_game() {
    // ∅, O, F, OF, D, OD, FD, OFD
    let worth = vec![0.0, 7.0, 6.0, 15.0, 4.0, 7.0, 9.0, 19.0];
    let shares = CoalitionGame::new(3, worth).unwrap().shapley();
    for (got, expected) in shares.iter().zip([23.0 / 3.0, 49.0 / 6.0, 19.0 / 6.0]) {
        assert!((got - expected).abs() < 1e-12, "{shares:?}");
    }
    assert!((shares[0] - 7.6667).abs() < 5e-5 && (shares[1] - 8.1667).abs() < 5e-5);
}

#[test]
fn shapley_by_conversions_is_the_game_of_subsets() {
    let journeys = planted(500);
    let closed = Attribution::Shapley { game: Game::Conversions }.fit(&journeys).unwrap();
    let names = journeys.channels();
    let mut worth = vec![0.0; 1 << names.len()];
    for (path, conversions, _) in walks(500) {
        let bit = |channel: &&str| 1 << names.iter().position(|name| name == channel).unwrap();
        let set: usize = path.iter().map(bit).fold(0, |a, b| a | b);
        for (coalition, worth) in worth.iter_mut().enumerate() {
            *worth += if coalition & set == set { conversions as f64 } else { 0.0 };
        }
    }
    let exact = CoalitionGame::new(names.len(), worth).unwrap().shapley();
    for (credit, exact) in closed.channels().iter().zip(exact) {
        assert!((credit.conversions - exact).abs() < 1e-9, "{credit:?} against {exact}");
    }
}

#[test]
fn a_markov_chain_counts_steps() {
    let mut journeys = Journeys::new();
    journeys.add(["a", "b"], 3, 1).unwrap();
    journeys.add(["a", "c"], 1, 1).unwrap();
    let chain = MarkovChain::new(&journeys, 1).unwrap();
    assert!((chain.transition("a", "b").unwrap() - 2.0 / 3.0).abs() < 1e-12);
    assert!((chain.conversion("b").unwrap() - 0.75).abs() < 1e-12);
    assert_eq!(chain.transition("b", "a").unwrap(), 0.0);
    // P = 2/3 · 3/4 + 1/3 · 1/2 = 2/3; without b 1/6, without c 1/2.
    let effects = chain.removal_effects().unwrap();
    for (got, expected) in effects.iter().zip([1.0, 0.75, 0.25]) {
        assert!((got - expected).abs() < 1e-12, "{effects:?}");
    }
    assert!(chain.transition("a", "z").unwrap_err().to_string().contains("no channel `z`"));
    assert!(MarkovChain::new(&journeys, 2).unwrap().conversion("a").is_err());
}

#[test]
fn staying_at_a_channel_changes_no_removal_effect() {
    let journeys = |repeats: usize| {
        let mut journeys = Journeys::new();
        journeys.add(vec!["a"; repeats].into_iter().chain(["b"]), 4, 2).unwrap();
        journeys.add(["b", "c"], 1, 3).unwrap();
        journeys
    };
    let effects = |n| MarkovChain::new(&journeys(n), 1).unwrap().removal_effects().unwrap();
    for (once, often) in effects(1).iter().zip(effects(40)) {
        assert!((once - often).abs() < 1e-12, "{once} against {often}");
    }
}

#[test]
fn an_order_is_a_memory() {
    // Whether b converts depends on what was before it, which only order 2 sees.
    let mut journeys = Journeys::new();
    journeys.add(["a", "b"], 8, 0).unwrap();
    journeys.add(["c", "b"], 0, 8).unwrap();
    let share = |order, name| {
        Attribution::Markov { order }.fit(&journeys).unwrap().channel(name).unwrap().share
    };
    assert!(share(1, "c") > 0.2);
    assert!(share(2, "c") < 1e-12);
    assert!((share(2, "a") - 0.5).abs() < 1e-12);
}

#[test]
fn time_halves_credit() {
    let mut journeys = Journeys::new();
    journeys.add_timed([("old", 7.0), ("new", 0.0)], Some(30.0)).unwrap();
    journeys.add_timed([("old", 90.0)], None).unwrap();
    let rule = Attribution::TimeDecay { half_life: Days(7.0).into() };
    let credits = rule.fit(&journeys).unwrap();
    assert!((credits.channel("old").unwrap().value - 10.0).abs() < 1e-12);
    assert!(rule.fit(&three_paths()).unwrap_err().to_string().contains("add_timed"));
}

/// Journeys of six channels where only `strong` raises the rate of conversion.
fn walks(n: u64) -> Vec<(Vec<&'static str>, u64, u64)> {
    let names = ["strong", "b", "c", "d", "e", "f"];
    let mut state = 7_u64;
    let mut draw = |end: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % end
    };
    (0..n)
        .map(|_| {
            let path: Vec<_> = (0..=draw(3)).map(|_| names[draw(6) as usize]).collect();
            let rate = if path.contains(&"strong") { 40 } else { 5 };
            let converts = u64::from(draw(100) < rate);
            (path, converts, 1 - converts)
        })
        .collect()
}

fn planted(n: u64) -> Journeys {
    let mut journeys = Journeys::new();
    walks(n).into_iter().for_each(|(path, won, lost)| journeys.add(path, won, lost).unwrap());
    journeys
}

#[test]
fn methods_that_see_nulls_find_the_channel_that_works() {
    let journeys = planted(4000);
    let share = |rule: Attribution| rule.fit(&journeys).unwrap().channel("strong").unwrap().share;
    let linear = share(Attribution::Linear);
    let rate = share(Attribution::Shapley { game: Game::ConversionRate });
    assert!(rate > 0.8, "by rates {rate}");
    assert!(share(Attribution::Markov { order: 1 }) > 0.25);
    assert!(rate > linear, "{rate} against {linear}");
}

#[test]
fn intervals_hold_the_estimate_and_shrink() {
    let width = |n| {
        let rule = Attribution::Markov { order: 1 };
        let settings = Resampling { resamples: 200, ..Resampling::new(3) };
        let credits = rule.fit_with_intervals(&planted(n), settings).unwrap();
        let again = rule.fit_with_intervals(&planted(n), settings).unwrap();
        assert_eq!(credits, again, "the same seed, the same bits");
        let strong = credits.channel("strong").unwrap();
        let [low, high] = strong.interval.unwrap();
        assert!(low <= strong.conversions && strong.conversions <= high, "{strong:?}");
        (high - low) / strong.conversions
    };
    assert!(width(4000) < 0.7 * width(1000));
}

#[test]
fn reports_name_who_leads() {
    let settings = Resampling { resamples: 50, ..Resampling::new(3) };
    let credits = Attribution::Linear.fit_with_intervals(&three_paths(), settings).unwrap();
    let page = credits.report();
    assert!(page.all_findings().any(|finding| finding.claim.contains("can't be told apart")));
    assert!(page.to_html().contains("<svg"));
    let json = serde_json::to_string(&credits).unwrap();
    assert_eq!(serde_json::from_str::<Credits>(&json).unwrap(), credits);
    let rules = [Attribution::First, Attribution::Last, Attribution::Markov { order: 1 }];
    let comparison = Comparison::new(&three_paths(), &rules).unwrap();
    assert_eq!(comparison.credits().len(), 3);
    let text = comparison.report().to_markdown();
    assert!(text.contains("earned depends on the rule"), "{text}");
    assert!(Comparison::new(&three_paths(), &[]).is_err());
}

#[test]
fn tables_of_paths_are_read_and_refused() {
    let columns = PathColumns::new("path", "won").nulls("lost").value("eur");
    let read = |csv: &str| -> Result<Journeys> {
        Journeys::from_table(&TableReader::new().read_bytes(csv.as_bytes())?, &columns)
    };
    let journeys = read("path,won,lost,eur\na > b,2,1,9\nb,0,3,0\na>b,1,0,1\n").unwrap();
    assert_eq!((journeys.num_journeys(), journeys.num_conversions()), (7, 3));
    assert_eq!(journeys.total_value(), 10.0);
    let refused = |csv: &str, expected: &str| {
        let error = read(csv).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}\nlacks: {expected}");
    };
    refused("path,won,lost,eur\na,1.5,0,0\n", "row 1, conversions: got `1.5`, expected a whole");
    refused("path,won,lost,eur\na,1,0,0\nb,-1,0,0\n", "row 2, conversions: got `-1`");
    refused("path,won,lost,eur\na,1,0,0\na > > b,1,0,0\n", "row 2, path");
    refused("path,won,lost,eur\n,1,0,0\n", "name direct visits");
    refused("path,won,lost,eur\na,1,0,-3\n", "row 1, value: got `-3`");
    refused("path,won,lost\na,1,0\n", "eur");
}

const RULES: [Attribution; 7] = [
    Attribution::First,
    Attribution::Last,
    Attribution::Linear,
    Attribution::Position { first: 0.4, last: 0.4 },
    Attribution::Markov { order: 1 },
    Attribution::Shapley { game: Game::Conversions },
    Attribution::Shapley { game: Game::ConversionRate },
];

#[test]
fn a_channel_that_never_converts_earns_nothing() {
    let mut journeys = Journeys::new();
    journeys.add(["good"], 30, 70).unwrap();
    journeys.add(["good", "idle"], 0, 40).unwrap();
    journeys.add(["idle"], 0, 90).unwrap();
    for rule in RULES {
        let credits = rule.fit(&journeys).unwrap();
        let [good, idle] = ["good", "idle"].map(|name| credits.channel(name).unwrap().conversions);
        assert!((good - 30.0).abs() < 1e-9 && idle.abs() < 1e-9, "{rule:?}: {good}, {idle}");
    }
}

#[test]
fn a_million_journeys_are_no_matter() {
    let names: Vec<String> = (0..12).map(|i| format!("channel {i}")).collect();
    let mut journeys = Journeys::new();
    for i in 0..1_000_000_usize {
        let path = (0..=i % 4).map(|at| &names[(i / 7 * (at + 5) + i / 1000) % 12]);
        let won = u64::from(i % 10 == 0);
        journeys.add(path, won, 1 - won).unwrap();
    }
    for rule in RULES {
        let total = rule.fit(&journeys).unwrap().total_conversions();
        assert!((total - 100_000.0).abs() < 1e-3, "{rule:?}: {total}");
    }
}

/// Ann: a, b, an order, b again; Bob: a, a long silence, c, an order that nobody touched lately.
fn log() -> TouchLog {
    let touch = |who: &str, day: f64, channel: &str| Touch::new(who, Days(day), channel);
    let touches = [
        touch("bob", 90.0, "").converts(7.0),
        touch("ann", 1.0, "a"),
        touch("ann", 1.01, "a"),
        touch("ann", 3.0, "b").converts(20.0),
        touch("bob", 0.0, "a"),
        touch("bob", 50.0, "c"),
        touch("ann", 9.0, "b"),
    ];
    TouchLog::new(touches).unwrap()
}

/// Paths of a log with what they brought, in the order of customers and time.
#[track_caller]
fn cut(rules: &JourneyRules, paths: u64, touches: u64, linear_a: f64) {
    let journeys = rules.journeys(&log()).unwrap();
    assert_eq!((journeys.num_journeys(), journeys.num_touches()), (paths, touches), "{rules:?}");
    assert_eq!((journeys.num_conversions(), journeys.total_value()), (2, 27.0));
    let a = Attribution::Linear.fit(&journeys).unwrap().channel("a").unwrap().conversions;
    assert!((a - linear_a).abs() < 1e-12, "{rules:?}: {a}");
}

#[test]
fn logs_are_cut_into_journeys() {
    let rules = JourneyRules::default();
    // a > a > b won, b lost, a > c won.
    cut(&rules, 3, 6, 2.0 / 3.0 + 0.5);
    cut(&rules.clone().session(Minutes(30.0)), 3, 5, 0.5 + 0.5);
    cut(&rules.clone().session(Minutes(10.0)), 3, 6, 2.0 / 3.0 + 0.5);
    cut(&rules.clone().look_back(Days(45.0)), 3, 5, 2.0 / 3.0);
    cut(&rules.clone().look_back(Days(45.0)).session(Hours(1.0)), 3, 4, 0.5);
    let direct = rules.clone().direct("direct");
    // Bob's a is lost, his c is lost, his order is direct; Ann's a > a > b, b.
    cut(&direct.clone().silence(Days(30.0)), 5, 7, 2.0 / 3.0);
    cut(&direct.look_back(Days(30.0)), 3, 5, 2.0 / 3.0);
    let refused = |rules: JourneyRules, expected: &str| {
        let error = rules.journeys(&log()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}\nlacks: {expected}");
    };
    refused(rules.clone().look_back(Days(30.0)), "row 1, channel: got ``, expected a touch within");
    refused(rules.clone().session(Days(-1.0)), "session is -1");
    refused(rules.silence(Days(f64::NAN)), "silence is NaN");
    let journeys = JourneyRules::default().journeys(&log()).unwrap();
    let decay = Attribution::TimeDecay { half_life: Days(40.0).into() };
    // Half a life between a and c halves a's credit again.
    let a = decay.fit(&journeys).unwrap().channel("c").unwrap().value;
    assert!((a - 7.0 / (1.0 + 2.0_f64.powf(-50.0 / 40.0))).abs() < 1e-12, "{a}");
    let page = journeys.report();
    assert!(page.to_json().contains("a > a > b") && page.to_html().contains("<svg"));
    assert!(Journeys::new().report().to_html().contains("<svg"));
}

#[test]
fn tables_of_touches_are_read_and_refused() {
    let columns = TouchColumns::new("who", "when", "channel").conversion("order").value("paid");
    let read = |csv: &str, columns: &TouchColumns| -> Result<TouchLog> {
        TouchLog::from_table(&TableReader::new().read_bytes(csv.as_bytes())?, columns)
    };
    let head = "who,when,channel,order,paid\n";
    let at = |csv: &str, columns: &TouchColumns| {
        let log = read(csv, columns).unwrap();
        log.touches().map(|touch| touch.at.in_units(Unit::Hour)).collect::<Vec<_>>()
    };
    let day = 19_723.0 * 24.0; // 2024-01-01
    let rows = "a,2024-01-01 06:30,x,0,\na,2024-01-01T06:30:36.0Z,x,yes,3\na,2024-01-01,x,no,\n";
    for (got, expected) in at(&format!("{head}{rows}"), &columns).iter().zip([0.0, 6.5, 6.51]) {
        assert!((got - day - expected).abs() < 1e-6, "{got}");
    }
    let plain = TouchColumns::new("who", "when", "channel");
    let days = "who,when,channel\na,2024-01-01,x\na,2024-01-02,y\n";
    assert_eq!(at(days, &plain), [day, day + 24.0]);
    let counted = "who,when,channel\na,36,x\na,1.5,y\n";
    assert_eq!(at(counted, &plain.clone().counted_in(Unit::Hour)), [1.5, 36.0]);
    let valued =
        read("who,when,channel,paid\na,2024-01-01,x,\na,2024-01-02,x,4\n", &plain.value("paid"));
    let touches = valued.unwrap();
    let worth: Vec<_> = touches.touches().map(|touch| touch.conversion).collect();
    assert_eq!(worth, [None, Some(4.0)]);
    let refused = |rows: &str, expected: &str| {
        let error = read(&format!("{head}a,2024-01-01,x,1,2\n{rows}"), &columns);
        let error = error.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}\nlacks: {expected}");
    };
    refused(",2024-01-01,x,1,2\n", "touches, row 2, customer: got ``, expected a name");
    refused("a,2024-01-01,,0,\n", "row 2, channel");
    refused("a,2024-02-30,x,0,\n", "row 2, time: got `2024-02-30`, expected a moment");
    refused("a,2024-01-01 25:00,x,0,\n", "row 2, time");
    refused("a,2024-01-01 1:2:3:4,x,0,\n", "row 2, time");
    refused("a,,x,0,\n", "row 2, time: got ``");
    refused("a,2024-01-01,x,maybe,\n", "row 2, conversion: got `maybe`");
    refused("a,2024-01-01,x,yes,\n", "row 2, value: got ``, expected what the conversion");
    refused("a,2024-01-01,x,no,5\n", "row 2, value: got `5`, expected no value");
    refused("a,2024-01-01,x,yes,-5\n", "row 2, value: got `-5`");
    assert!(TouchLog::new([]).unwrap_err().to_string().contains("touches: there are none"));
}

#[test]
fn what_has_no_answer_is_refused() {
    let mut lost = Journeys::new();
    lost.add(["a"], 0, 5).unwrap();
    let check = |rule: Attribution, journeys: &Journeys, expected: &str| {
        let error = rule.fit(journeys).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}\nlacks: {expected}");
    };
    check(Attribution::Linear, &lost, "no journey converts");
    check(Attribution::First, &Journeys::new(), "journeys: there are none");
    check(Attribution::Markov { order: 0 }, &three_paths(), "order is 0, expected 1 to 8");
    check(Attribution::Position { first: 0.7, last: 0.7 }, &three_paths(), "first + last is 1.4");
    check(Attribution::Position { first: f64::NAN, last: 0.7 }, &three_paths(), "first is NaN");
    check(Attribution::TimeDecay { half_life: Days(0.0).into() }, &three_paths(), "half-life");
    let mut many = Journeys::new();
    (0..25).for_each(|i| many.add([format!("c{i}")], 1, 1).unwrap());
    check(Attribution::Shapley { game: Game::ConversionRate }, &many, "expected 1 to 20");
    assert!(Journeys::new().add(Vec::<&str>::new(), 1, 0).is_err());
    assert!(CoalitionGame::new(2, vec![0.0; 3]).is_err());
    assert!(CoalitionGame::new(1, vec![0.0, f64::NAN]).is_err());
}

fn any_rule() -> impl Strategy<Value = Attribution> {
    prop_oneof![
        Just(Attribution::First),
        Just(Attribution::Linear),
        Just(Attribution::Position { first: 0.4, last: 0.4 }),
        (1_usize..4).prop_map(|order| Attribution::Markov { order }),
        Just(Attribution::Shapley { game: Game::ConversionRate }),
        Just(Attribution::Shapley { game: Game::Conversions }),
    ]
}

proptest! {
    #[test]
    fn any_log_is_cut_without_losing_a_conversion(
        rows in prop::collection::vec(
            ("[ab]", -9.0_f64..9.0, "[xyz]?", prop::option::of(0.0_f64..9.0)),
            0..30,
        ),
        spans in prop::array::uniform3(prop::option::of(0.0_f64..5.0)),
    ) {
        let touches = rows.iter().filter(|row| !row.2.is_empty() || row.3.is_some());
        let touches = touches.map(|(who, at, channel, conversion)| Touch {
            conversion: *conversion,
            ..Touch::new(who, Days(*at), channel)
        });
        let Ok(log) = TouchLog::new(touches) else { return Ok(()) };
        let mut rules = JourneyRules::default().direct("direct");
        let [look_back, session, silence] = spans;
        if let Some(span) = look_back { rules = rules.look_back(Days(span)); }
        if let Some(span) = session { rules = rules.session(Days(span)); }
        if let Some(span) = silence { rules = rules.silence(Days(span)); }
        let journeys = rules.journeys(&log).unwrap();
        let won = log.touches().filter(|touch| touch.conversion.is_some()).count() as u64;
        let touched = log.touches().filter(|touch| !touch.channel.is_empty()).count() as u64;
        prop_assert_eq!(journeys.num_conversions(), won);
        prop_assert!(journeys.num_touches() <= touched + won);
        prop_assert!(journeys.report().to_html().contains("<svg"));
    }

    #[test]
    fn credit_adds_up_or_says_why_not(
        paths in prop::collection::vec(
            (prop::collection::vec("[a-e]", 1..6), 0_u64..9, 0_u64..9),
            0..20,
        ),
        rule in any_rule(),
    ) {
        let mut journeys = Journeys::new();
        for (path, won, lost) in &paths {
            journeys.add(path, *won, *lost).unwrap();
        }
        if let Ok(credits) = rule.fit(&journeys) {
            let expected = journeys.num_conversions() as f64;
            prop_assert!((credits.total_conversions() - expected).abs() < 1e-6 * expected);
            prop_assert!(credits.channels().iter().all(|c| c.conversions >= 0.0 && c.value >= 0.0));
        } else {
            let is_shapley = matches!(rule, Attribution::Shapley { .. });
            prop_assert!(journeys.num_conversions() == 0 || is_shapley);
        }
    }
}
