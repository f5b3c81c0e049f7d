//! Experiments against published numbers, and by 2,000 simulations each: how often intervals hold.

use brand_nn_marketing::Days;
use brand_nn_marketing::experiment::{
    Arm, BetaBelief, CausalImpact, ConversionTest, DifferenceInDifferences, ExperimentPlan,
    GroupSequentialTest, Measured, Panel, SequentialTest, Stage, SyntheticControl, ValueTest,
};
use brand_nn_stats::distribution::{Binomial, Distribution, Normal};
use brand_nn_stats::hypothesis::{Alternative, Proportion, two_proportion_z_test};
use proptest::prelude::*;
use std::collections::BTreeMap;

const SIMULATIONS: u64 = 2000;

#[track_caller]
fn near(got: f64, expected: f64, tolerance: f64) {
    assert!((got - expected).abs() <= tolerance, "{got}, expected {expected}");
}

fn arms() -> [Arm; 2] {
    [Arm::new("a", 200, 4000), Arm::new("b", 250, 4000)]
}

#[test]
fn published_numbers_of_one_test() {
    let result = ConversionTest::default().analyze(&arms()).unwrap();
    let [a, b] = result.arms() else { unreachable!() };
    near(b.p_value, 0.015_255_824, 1e-9);
    near(b.difference_interval[0], 0.002_397_9, 5e-8);
    near(b.difference_interval[1], 0.022_647_9, 5e-8);
    near(a.rate_interval[0], 0.043_667_1, 5e-8);
    near(a.rate_interval[1], 0.057_196_4, 5e-8);
    near(b.chance_above_control, 0.992_359_533_0, 1e-10);
    near(b.uplift.unwrap(), 0.25, 1e-12);
    near(a.chance_of_best + b.chance_of_best, 1.0, 1e-10);
    assert_eq!(result.winner().unwrap().arm.name, "b");
    let json = serde_json::to_string(&result).unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&json).unwrap()["arms"][1]["exact"],
        false
    );
}

#[test]
fn beliefs_are_integrals() {
    let belief = |a, b| BetaBelief::new(a, b).unwrap();
    // P(B > A) of Beta(a, 1) and Beta(b, 1) is b / (a + b).
    near(belief(3.0, 1.0).chance_above(&belief(2.0, 1.0)), 0.6, 1e-9);
    near(belief(0.5, 1.0).chance_above(&belief(1.5, 1.0)), 0.25, 1e-7);
    let three = [belief(5.0, 9.0); 3];
    for chance in BetaBelief::chances_of_best(&three) {
        near(chance, 1.0 / 3.0, 1e-9);
    }
    // The larger of two uniform rates is 2/3 on average, each is 1/2.
    for loss in BetaBelief::expected_losses(&[belief(1.0, 1.0); 2]) {
        near(loss, 1.0 / 6.0, 1e-8);
    }
    let sure = BetaBelief::expected_losses(&[belief(9e6, 1e6), belief(1e6, 9e6)]);
    assert!(sure[0] < 1e-9 && (sure[1] - 0.8).abs() < 1e-6, "{sure:?}");
}

#[test]
fn plans_are_the_published_ones() {
    let plan = ExperimentPlan::conversion(0.10, 0.12);
    let planned = plan.plan(1000.0, Days(1.0)).unwrap();
    assert_eq!((planned.each_arm, planned.total, planned.days), (3841, 7682, 8.0));
    assert_eq!(ExperimentPlan::value(5.0, 10.0).plan(1.0, Days(1.0)).unwrap().each_arm, 64);
    let more = plan.variants(3).plan(1000.0, Days(1.0)).unwrap();
    assert!(more.each_arm > 3841 && more.total == 4 * more.each_arm);
    assert!(plan.power(0.9).plan(1000.0, Days(1.0)).unwrap().each_arm > 3841);
    assert!(planned.report().to_html().contains("planned"));
    let slow = plan.plan(50.0, Days(1.0)).unwrap().report();
    assert!(slow.all_findings().any(|finding| finding.claim.contains("eight weeks")));
    for wrong in [
        ExperimentPlan::conversion(0.1, 0.1),
        ExperimentPlan::conversion(0.0, 1.5),
        ExperimentPlan::value(1.0, f64::NAN),
        plan.variants(0),
        plan.power(1.0),
        plan.significance(f64::NAN),
    ] {
        assert!(wrong.plan(100.0, Days(1.0)).is_err(), "{wrong:?}");
    }
    assert!(plan.plan(0.0, Days(1.0)).is_err() && plan.plan(9.0, Days(0.0)).is_err());
}

#[test]
fn a_broken_split_counts_for_nothing() {
    let broken = [Arm::new("a", 200, 4000), Arm::new("b", 400, 4700)];
    let result = ConversionTest::default().analyze(&broken).unwrap();
    assert!(result.sample_ratio_p_value() < 1e-6 && result.winner().is_none());
    assert!(result.report().to_markdown().contains("not split as planned"));
    let planned = ConversionTest { shares: vec![40.0, 47.0], ..ConversionTest::default() };
    assert!(planned.analyze(&broken).unwrap().winner().is_some());
}

#[test]
fn more_variants_ask_for_more_evidence() {
    let mut four = arms().to_vec();
    four.extend([Arm::new("c", 205, 4000), Arm::new("d", 195, 4000)]);
    let result = ConversionTest::default().analyze(&four).unwrap();
    near(result.arms()[1].adjusted_p_value, 3.0 * 0.015_255_824, 1e-8);
    let few = [Arm::new("a", 1, 20), Arm::new("b", 5, 20)];
    assert!(ConversionTest::default().analyze(&few).unwrap().arms()[1].exact);
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, brand_nn_marketing::Error>, expected: &str) {
    let error = result.unwrap_err().to_string();
    assert!(error.contains(expected), "{error}\nlacks: {expected}");
}

#[test]
fn what_can_not_be_is_refused() {
    let test = ConversionTest::default();
    refused(test.analyze(&arms()[..1]), "number of arms is 1");
    refused(
        test.analyze(&[arms()[0].clone(), Arm::new("b", 5, 4)]),
        "row 2, conversions: got `5 of 4`",
    );
    refused(test.analyze(&[arms()[0].clone(), Arm::new("b", 0, 0)]), "got `0 of 0`");
    let level = ConversionTest { level: 95.0, ..test.clone() };
    refused(level.analyze(&arms()), "level is 95");
    let prior = ConversionTest { prior: [0.0, 1.0], ..test.clone() };
    refused(prior.analyze(&arms()), "alpha is 0");
    let shares = ConversionTest { shares: vec![1.0], ..test };
    assert!(shares.analyze(&arms()).is_err());

    let of = |values: &[f64]| Measured::new("m", values.to_vec());
    let value = ValueTest::default();
    assert!(value.analyze(&of(&[]), &of(&[1.0, 2.0])).is_err());
    assert!(value.analyze(&of(&[1.0, 1.0]), &of(&[1.0, 1.0])).is_err());
    refused(value.analyze(&of(&[1.0, f64::NAN]), &of(&[1.0, 2.0])), "row 2, value: got `NaN`");
    let paired = of(&[1.0, 2.0]).before(vec![1.0]);
    refused(value.analyze(&paired, &of(&[1.0, 2.0])), "not as many");
    let paired = of(&[1.0, 2.0]).before(vec![1.0, 2.0]);
    refused(value.analyze(&paired, &of(&[1.0, 2.0])), "one arm alone");

    let looks = |counts: &[u64]| {
        counts.iter().map(|&c| [Arm::new("a", c, 100), Arm::new("b", c, 100)]).collect::<Vec<_>>()
    };
    let sequential = SequentialTest::default();
    refused(sequential.analyze(&[]), "looks: there are none");
    refused(sequential.analyze(&looks(&[5, 4])), "row 2, conversions: got `4 of 100`");
    refused(
        SequentialTest { expected_difference: 0.0, ..sequential }.analyze(&looks(&[1])),
        "expected difference",
    );

    let did = DifferenceInDifferences::default();
    refused(did.fit(&Panel::new(1).treated("a", [1.0, 2.0])), "no treated or no control");
    let panel = Panel::new(1).treated("a", [1.0, 2.0]).control("b", [1.0]);
    refused(did.fit(&panel), "other numbers of periods");
    let panel = |start| Panel::new(start).treated("a", [1.0, 2.0]).control("b", [1.0, 3.0]);
    refused(did.fit(&panel(2)), "no period is before or after");
    assert!(did.fit(&panel(1)).is_err(), "one unit a group");
    refused(SyntheticControl.fit(&panel(1)), "one control unit");
    let odd = panel(1).control("c", [f64::INFINITY, 1.0]);
    refused(SyntheticControl.fit(&odd), "row 3, values: got `inf`");
}

/// How often something holds in all simulations.
fn share(holds: impl Fn(u64) -> bool) -> f64 {
    (0..SIMULATIONS).filter(|seed| holds(*seed)).count() as f64 / SIMULATIONS as f64
}

#[test]
fn intervals_of_conversion_hold_as_often_as_they_say() {
    let (a, b) = (Binomial::new(800.0, 0.05).unwrap(), Binomial::new(800.0, 0.07).unwrap());
    let (a, b) = (a.sample(1, SIMULATIONS as usize), b.sample(2, SIMULATIONS as usize));
    // Many of the simulations have the same counts, which have the same intervals.
    let mut counts = BTreeMap::<[u64; 2], [bool; 3]>::new();
    let mut holds = |a: &f64, b: &f64| {
        *counts.entry([*a as u64, *b as u64]).or_insert_with_key(|[a, b]| {
            let arms = [Arm::new("", *a, 800), Arm::new("", *b, 800)];
            let result = ConversionTest::default().analyze(&arms).unwrap();
            let [low, high] = result.arms()[1].difference_interval;
            let [from, to] = result.arms()[1].rate_interval;
            // One look, when all visitors are in, is a plain z-test.
            let stage = &GroupSequentialTest::new(1600).analyze(&[arms]).unwrap()[0];
            let z = stage.interval;
            [
                (low..=high).contains(&0.02),
                (from..=to).contains(&0.07),
                (z[0]..=z[1]).contains(&0.02),
            ]
        })
    };
    let held: Vec<[bool; 3]> = a.iter().zip(&b).map(|(a, b)| holds(a, b)).collect();
    for (i, name) in ["Newcombe", "Wilson", "z"].into_iter().enumerate() {
        let share = held.iter().filter(|held| held[i]).count() as f64 / SIMULATIONS as f64;
        assert!((0.93..=0.97).contains(&share), "{name}: {share}");
    }
}

#[test]
fn cuped_is_sharper_and_still_true() {
    let run = |seed: u64, known: bool| {
        let arm = |stream: u64, lift: f64| {
            let before = Normal::new(10.0, 3.0).unwrap().sample(10 * seed + stream, 60);
            let noise = Normal::new(0.0, 1.0).unwrap().sample(10 * seed + stream + 5, 60);
            let values = before.iter().zip(&noise).map(|(x, e)| x + e + lift).collect();
            let arm = Measured::new("", values);
            if known { arm.before(before) } else { arm }
        };
        ValueTest::default().analyze(&arm(0, 0.0), &arm(1, 0.5)).unwrap()
    };
    let holds = |known| {
        share(|seed| {
            let [low, high] = run(seed, known).interval;
            (low..=high).contains(&0.5)
        })
    };
    let (with, without) = (holds(true), holds(false));
    assert!((0.935..0.965).contains(&with), "{with}");
    assert!((0.935..0.965).contains(&without), "{without}");
    let removed: f64 = (0..50).map(|seed| run(seed, true).variance_removed).sum::<f64>() / 50.0;
    near(removed, 0.9, 0.02);
}

#[test]
fn looking_every_day_does_not_find_what_is_not_there() {
    let daily = Binomial::new(100.0, 0.1).unwrap();
    let alarms = |plain: bool| {
        share(|seed| {
            let days = [daily.sample(2 * seed, 40), daily.sample(2 * seed + 1, 40)];
            let total = |arm: usize, day: usize| days[arm][..=day].iter().sum::<f64>() as u64;
            let look = |day: usize| {
                [0, 1].map(|arm| Arm::new("", total(arm, day), 100 * (day as u64 + 1)))
            };
            let looks: Vec<_> = (0..40).map(look).collect();
            if plain {
                let share = |arm: &Arm| Proportion::new(arm.conversions, arm.visitors);
                let p = |[a, b]: &[Arm; 2]| {
                    two_proportion_z_test(share(a), share(b), Alternative::TwoSided)
                        .unwrap()
                        .p_value
                };
                looks.iter().any(|look| p(look) < 0.05)
            } else {
                SequentialTest::default().analyze(&looks).unwrap()[39].p_value < 0.05
            }
        })
    };
    let (sequential, plain) = (alarms(false), alarms(true));
    assert!(sequential <= 0.05, "{sequential}");
    assert!(plain > 0.2, "a plain test that is looked at daily is wrong in {plain}");
}

#[test]
fn a_sequential_test_ends_where_there_is_something() {
    let looks: Vec<_> = (1..=30_u64)
        .map(|day| [Arm::new("a", 10 * day, 100 * day), Arm::new("b", 15 * day, 100 * day)])
        .collect();
    let result = SequentialTest::default().analyze(&looks).unwrap();
    assert!(result[29].p_value < 0.001 && result[29].interval[0] > 0.0);
    assert!(result.windows(2).all(|pair| pair[1].p_value <= pair[0].p_value));
    let page = SequentialTest::default().report(&looks).unwrap();
    assert!(page.to_markdown().contains("the variant is better"));
}

/// Totals of `looks` looks of 500 visitors an arm each, with these rates.
fn looks(seed: u64, looks: usize, rates: [f64; 2]) -> Vec<[Arm; 2]> {
    let new =
        |arm: usize| Binomial::new(500.0, rates[arm]).unwrap().sample(2 * seed + arm as u64, looks);
    let new = [new(0), new(1)];
    let total = |arm: usize, look: usize| new[arm][..=look].iter().sum::<f64>() as u64;
    let look = |look: usize| [0, 1].map(|i| Arm::new("", total(i, look), 500 * (look as u64 + 1)));
    (0..looks).map(look).collect()
}

#[test]
fn planned_looks_keep_what_they_promise() {
    let test = GroupSequentialTest::new(5000);
    let ends = |seed, rates| {
        let stages = test.analyze(&looks(seed, 5, rates)).unwrap();
        stages.iter().any(Stage::may_stop)
    };
    // The bounds of five even looks do not change: they are found once, and then held against.
    let critical: Vec<f64> =
        test.analyze(&looks(0, 5, [0.1; 2])).unwrap().iter().map(|stage| stage.critical).collect();
    let z = |[a, b]: &[Arm; 2]| {
        let share = |arm: &Arm| Proportion::new(arm.conversions, arm.visitors);
        two_proportion_z_test(share(b), share(a), Alternative::TwoSided).unwrap().statistic
    };
    let alarms = share(|seed| {
        looks(seed, 5, [0.2; 2]).iter().zip(&critical).any(|(look, c)| z(look).abs() >= *c)
    });
    assert!((0.04..0.06).contains(&alarms), "{alarms}");
    assert!((0..10).all(|seed| ends(seed, [0.2, 0.27])) && !ends(1, [0.2; 2]));
    for ((look, stage), c) in looks(4, 5, [0.2, 0.23])
        .iter()
        .zip(test.analyze(&looks(4, 5, [0.2, 0.23])).unwrap())
        .zip(&critical)
    {
        near(stage.z, z(look), 1e-12);
        near(stage.critical, *c, 0.0);
        assert!(stage.interval[0] < stage.difference && stage.difference < stage.interval[1]);
    }
    assert!(test.report(&looks(3, 5, [0.2, 0.27])).unwrap().to_markdown().contains("is better"));
    near(test.inflation(1, 0.8).unwrap(), 1.0, 1e-5);
    assert!((1.01..1.05).contains(&test.inflation(5, 0.8).unwrap()));
    refused(test.inflation(0, 0.8), "looks is 0");
    refused(test.analyze(&[]), "looks: there are none");
    refused(test.analyze(&looks(1, 7, [0.1; 2])), "look 5 is 1");
    refused(GroupSequentialTest::new(0).analyze(&looks(1, 1, [0.1; 2])), "planned visitors is 0");
    refused(GroupSequentialTest { level: 0.0, ..test }.analyze(&[arms()]), "level is 0");
    let none = test.analyze(&[[Arm::new("a", 0, 9), Arm::new("b", 0, 9)]]).unwrap();
    assert!(none[0].z == 0.0 && !none[0].may_stop());
}

/// Twelve units with own levels and a common season over 8 periods; the first five gain from 5 on.
fn panel(seed: u64, effect: f64) -> Panel {
    let noise = Normal::new(0.0, 1.0).unwrap().sample(seed, 96);
    let unit = |panel: Panel, i: usize| {
        let values: Vec<f64> = (0..8)
            .map(|t| {
                let gain = if i < 5 && t >= 5 { effect } else { 0.0 };
                10.0 * i as f64 + [0.0, 3.0, -2.0][t % 3] + gain + noise[8 * i + t]
            })
            .collect();
        if i < 5 {
            panel.treated(format!("t{i}"), values)
        } else {
            panel.control(format!("c{i}"), values)
        }
    };
    (0..12).fold(Panel::new(5), unit)
}

#[test]
fn differences_in_differences_hold_as_often_as_they_say() {
    let fit = |seed| DifferenceInDifferences::default().fit(&panel(seed, 2.0)).unwrap();
    let holds = share(|seed| {
        let [low, high] = fit(seed).interval;
        (low..=high).contains(&2.0)
    });
    assert!((0.935..0.965).contains(&holds), "{holds}");
    let alarms = share(|seed| fit(seed).slopes_before.unwrap().p_value < 0.05);
    assert!((0.035..0.065).contains(&alarms), "{alarms}");
    let page = fit(1).report();
    assert!(page.to_markdown().contains("gained more"), "{}", page.to_markdown());
}

#[test]
fn a_stand_in_finds_the_planted_effect() {
    let noise = Normal::new(0.0, 0.2).unwrap().sample(3, 400);
    let series = |i: usize| -> Vec<f64> {
        let wave = |t: usize| ((i + 2) as f64 * t as f64 / 7.0).sin() * 4.0;
        (0..30).map(|t| 20.0 + i as f64 + wave(t) + noise[30 * i + t]).collect()
    };
    let controls: Vec<_> = (0..12).map(series).collect();
    let effect = |t: usize| if t >= 20 { 3.0 } else { 0.0 };
    let treated: Vec<f64> =
        (0..30).map(|t| 0.6 * controls[2][t] + 0.4 * controls[7][t] + effect(t)).collect();
    let panel = controls
        .iter()
        .enumerate()
        .fold(Panel::new(20).treated("x", treated), |panel, (i, values)| {
            panel.control(format!("c{i}"), values.clone())
        });
    let result = SyntheticControl.fit(&panel).unwrap();
    near(result.weights.iter().sum(), 1.0, 1e-9);
    near(result.weights[2], 0.6, 1e-4);
    near(result.effect, 3.0, 1e-3);
    near(result.placebo_p_value, 1.0 / 13.0, 1e-12);
    assert!(result.report().to_html().matches("<figure>").count() == 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_counts_have_an_answer(
        counts in prop::collection::vec((0_u64..2000, 0_u64..100_000), 2..5),
    ) {
        let arm = |(won, lost): &(u64, u64)| Arm::new("x", *won, won + lost);
        let arms: Vec<_> = counts.iter().map(arm).collect();
        if let Ok(result) = ConversionTest::default().analyze(&arms) {
            for arm in result.arms() {
                prop_assert!((0.0..=1.0).contains(&arm.p_value), "{arm:?}");
                prop_assert!((-1e-9..=1.0 + 1e-9).contains(&arm.chance_of_best), "{arm:?}");
                prop_assert!(arm.expected_loss.is_finite(), "{arm:?}");
            }
            prop_assert!(result.report().to_html().contains("</html>"));
        } else {
            prop_assert!(arms.iter().any(|arm| arm.visitors == 0));
        }
    }

    #[test]
    fn any_panel_is_answered_or_refused(
        start in 0_usize..5,
        values in prop::collection::vec(prop::collection::vec(-1e12_f64..1e12, 4), 0..7),
        treated in 0_usize..4,
    ) {
        let panel = values.into_iter().enumerate().fold(Panel::new(start), |panel, (i, values)| {
            if i < treated { panel.treated("t", values) } else { panel.control("c", values) }
        });
        if let Ok(result) = DifferenceInDifferences::default().fit(&panel) {
            prop_assert!(result.effect.difference.is_finite());
        }
        if let Ok(result) = SyntheticControl.fit(&panel) {
            prop_assert!((result.weights.iter().sum::<f64>() - 1.0).abs() < 1e-6);
            prop_assert!(result.effect.is_finite());
        }
        prop_assert!(CausalImpact::default().fit(&panel, 1).is_err(), "four periods are too few");
    }
}
