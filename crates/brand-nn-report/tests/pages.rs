//! What pages and figures promise: harmless texts, nothing lost in silence, all within the frame.

use brand_nn_report::{Bars, Figure, Finding, Format, HeatMap, Page, Plot};
use proptest::prelude::*;

/// Every number of the attributes `name` in a picture.
fn numbers(svg: &str, name: &str) -> Vec<f64> {
    let marker = format!(" {name}=\"");
    let pieces = svg.split(&marker).skip(1);
    pieces.filter_map(|rest| rest.split('"').next()?.parse().ok()).collect()
}

/// Each text of a picture with its place, its anchor and its size.
fn texts(svg: &str) -> Vec<(f64, f64, String)> {
    let text = |rest: &str| {
        let (tag, rest) = rest.split_once('>')?;
        let tag = format!(" {tag}");
        let words = rest.split("</text>").next()?.replace("&amp;", "&");
        let (x, y, size) =
            (numbers(&tag, "x")[0], numbers(&tag, "y")[0], numbers(&tag, "font-size"));
        let width = words.chars().count() as f64 * size[0] * 0.45;
        let left = if tag.contains("\"end\"") {
            x - width
        } else if tag.contains("\"middle\"") {
            x - width / 2.0
        } else {
            x
        };
        Some((left, y, words))
    };
    svg.split("<text").skip(1).filter_map(text).collect()
}

fn figures() -> Vec<Figure> {
    let wave = (0..90).map(|i| (f64::from(i), (f64::from(i) / 9.0).sin() * 1e6));
    let names = [
        "搜索引擎营销（品牌词）",
        "display",
        "a channel with a very long name that goes on and on",
    ];
    let grid = (0..12).map(|i| (0..9).map(move |j| f64::from(i * j)));
    vec![
        Plot::new("Line")
            .x("week")
            .y("销售额（元）")
            .line("实际", wave)
            .rule(80.0, "end of test")
            .into(),
        Plot::roc("ROC", "logistic", [(0.0, 0.0), (0.1, 0.7), (1.0, 1.0)]).into(),
        Plot::calibration("Calibration", "trees", [(0.1, 0.12), (0.5, 0.44), (0.9, 0.95)]).into(),
        Plot::histogram("Spend", &[1.0, 2.0, 2.5, 9.0, 120.0], 10).x("€").into(),
        Bars::new("Bars", names)
            .series("last", [3.0, -1.0, 10.0])
            .series("first", [1.0, 2.0])
            .into(),
        HeatMap::new("Heat", (0..12).map(|i| i.to_string()), names.iter().cycle().take(9).copied())
            .values(grid)
            .into(),
    ]
}

#[test]
fn texts_stay_inside_and_apart() {
    for figure in figures() {
        let svg = figure.to_svg();
        let mut placed = texts(&svg);
        assert!(placed.len() > 3, "{}", figure.title());
        let height = numbers(&svg, "height")[0];
        for (left, y, words) in &placed {
            assert!(*left >= 0.0, "{}: `{words}` begins at {left}", figure.title());
            assert!(*y > 0.0 && *y <= height, "{}: `{words}` stands at {y}", figure.title());
        }
        placed.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.total_cmp(&b.0)));
        for pair in placed.windows(2).filter(|pair| pair[0].1 == pair[1].1) {
            let end = pair[0].0 + pair[0].2.chars().count() as f64 * 12.0 * 0.45;
            assert!(end <= pair[1].0 + 1.0, "{}: {pair:?} overlap", figure.title());
        }
    }
}

#[test]
fn a_point_is_where_the_axis_says() {
    let plot = Plot::new("").points("p", [(0.0, 0.0), (5.0, 50.0), (10.0, 100.0)]);
    let svg = plot.to_svg();
    let (x, y) = (numbers(&svg, "cx"), numbers(&svg, "cy"));
    assert!((x[1] * 2.0 - x[0] - x[2]).abs() < 0.2 && (y[1] * 2.0 - y[0] - y[2]).abs() < 0.2);
    let label = |words: &str| texts(&svg).into_iter().find(|text| text.2 == words).unwrap().1;
    assert!((label("100") - 4.0 - y[2]).abs() < 0.2, "the label stands beside its line");
}

#[test]
fn lengths_of_bars_are_proportional() {
    let svg = Bars::new("", ["a", "b", "c"]).series("", [10.0, 20.0, -5.0]).to_svg();
    let widths: Vec<_> = numbers(&svg, "width").into_iter().skip(1).collect();
    assert!((widths[1] / widths[0] - 2.0).abs() < 0.01, "{widths:?}");
    assert!((widths[2] / widths[0] - 0.5).abs() < 0.01, "{widths:?}");
}

#[test]
fn the_counts_of_a_histogram_hold_every_value() {
    let values: Vec<f64> = (0..1000).map(|i| f64::from(i * i % 977)).collect();
    let Figure::Plot(plot) = Plot::histogram("", &values, 12).into() else { unreachable!() };
    let json: serde_json::Value = serde_json::to_value(&plot).unwrap();
    let points = json["marks"][0]["points"].as_array().unwrap();
    let total: f64 = points.iter().map(|point| point[2].as_f64().unwrap()).sum();
    assert_eq!(total, 1000.0);
}

#[test]
fn a_brand_that_is_a_script_stays_a_text() {
    let brand = "<script>alert('1')</script>|[x](y)";
    let page = Page::new(brand)
        .language("\"><script>")
        .heading(brand)
        .paragraph(brand)
        .table([brand], [[brand]])
        .figure(Bars::new(brand, [brand]).unit(brand).series(brand, [1.0]).series(brand, [2.0]))
        .figure(Plot::new(brand).x(brand).y(brand).line(brand, [(0.0, 1.0)]).rule(0.0, brand))
        .figure(HeatMap::new(brand, [brand], [brand]).x(brand).y(brand).values([[1.0]]))
        .finding(Finding::act(brand, brand).next(brand))
        .append(Page::new(brand));
    let html = page.to_html();
    assert!(!html.contains("<script"), "{html}");
    assert!(html.matches("&lt;script").count() > 12);
    let markdown = page.to_markdown();
    assert!(!markdown.contains("<script") && !markdown.contains("[x]("), "{markdown}");
    let json: serde_json::Value = serde_json::from_str(&page.to_json()).unwrap();
    assert_eq!(json["blocks"][0]["heading"], brand);
}

#[test]
fn the_three_forms_have_the_same_content() {
    let page =
        Page::new("T").heading("H").paragraph("P").finding(Finding::good("C", "E").next("N"));
    let html = page.to_html();
    for part in ["<h1>T</h1>", "<h2>H</h2>", "<p>P</p>", "<b>Good</b>C", ">E</p>", "Next: N"] {
        assert!(html.contains(part), "{part}");
    }
    assert_eq!(page.to_markdown(), "# T\n\n## H\n\nP\n\n> **Good** C  \n> E  \n> Next: N\n\n");
    let chinese = page.clone().language("zh-CN");
    assert!(chinese.to_html().contains("<b>良好</b>C"));
    assert!(chinese.to_markdown().ends_with("> **良好** C  \n> E  \n> 下一步：N\n\n"));
    assert_eq!(page.all_findings().count(), 1);
    assert_eq!(page.blocks().len(), 3);
}

#[test]
fn ragged_tables_keep_all_cells() {
    let page = Page::new("").table(["a"], vec![vec!["1", "x"], vec![]]);
    assert!(page.to_html().contains("<td class=\"n\">1</td><td>x</td>"));
    assert!(page.to_markdown().contains("| a |  |\n|---|---|\n| 1 | x |\n|  |  |\n"));
}

#[test]
fn what_is_no_number_is_counted() {
    let plot = Plot::new("").line("l", [(1.0, f64::NAN), (2.0, 3.0), (3.0, f64::INFINITY)]);
    assert!(plot.to_svg().contains("2 values are not numbers"));
    let odd = [1.0, f64::NAN, 1e300];
    assert!(Plot::histogram("", &odd, 5).to_svg().contains("2 values are not numbers"));
    assert!(Bars::new("", ["a", "b"]).series("", [f64::NAN, 1.0]).to_svg().contains("1 value is"));
    let map = HeatMap::new("", ["a"], ["b", "c"]).values([[1.0]]).to_svg();
    assert!(map.contains("1 grey cell has"), "{map}");
}

#[test]
fn notes_are_in_the_language_of_the_page() {
    #[track_caller]
    fn check(figure: impl Into<Figure>, chinese: &str, english: &str) {
        let page = Page::new("").figure(figure);
        assert!(page.to_html().contains(english), "{}", page.to_html());
        let html = page.language("zh").to_html();
        assert!(html.contains(chinese) && !html.contains(english), "{html}");
    }
    let map = |values: Vec<f64>| HeatMap::new("", ["a"], ["b", "c"]).values([values]);
    check(map(vec![1.0, 2.0]), "白色为 1，蓝色为 2。", "White is 1, blue 2.");
    check(map(vec![1.0]), "蓝色为 1；1 个灰色格没有数值。", "1 grey cell has no number.");
    check(map(vec![]), "没有任何数值；2 个灰色格", "No cell has a number; 2 grey cells");
    let odd = [f64::NAN; 2];
    check(Plot::histogram("", &odd, 5), "2 个数值无法画出。", "2 values are not numbers");
    let names = (0..200).map(|i| i.to_string());
    let bars = Bars::new("", names).series("", vec![1.0; 200]);
    check(bars, "个名称未显示。", "more names are not shown.");
}

#[test]
fn a_format_is_kept_everywhere() {
    let bars = Bars::new("", ["a"]).format(Format::Money("¥".into())).series("", [1234.0]);
    assert!(bars.to_svg().contains(">¥1,234</text>"));
    assert!(Page::new("").figure(bars).to_markdown().contains("¥1,234"));
}

proptest! {
    #[test]
    fn nothing_panics_or_leaves_the_picture(
        values in prop::collection::vec(prop::num::f64::ANY, 0..9),
        names in prop::collection::vec(".{0,40}", 0..5),
    ) {
        let pairs = || values.iter().zip(values.iter().rev()).map(|(&a, &b)| (a, b));
        let name = names.first().cloned().unwrap_or_default();
        let plot = Plot::new(name.clone()).line(&name, pairs()).area("", pairs()).bins("b", pairs())
            .band(&name, pairs().map(|(a, b)| (a, b, a))).steps("s", pairs())
            .rule(values.first().copied().unwrap_or(0.0), name.clone())
            .x_range(values.first().copied().unwrap_or(0.0), values.last().copied().unwrap_or(0.0));
        let bars = Bars::new("", names.clone()).series(&name, values.clone());
        let map = HeatMap::new("", names.clone(), names.clone()).values([values.clone()]);
        let histogram = Plot::histogram("", &values, values.len());
        let page = Page::new(name).figure(plot).figure(bars).figure(map).figure(histogram)
            .table(names.clone(), [names.clone()]);
        let html = page.to_html();
        prop_assert!(!html.contains("NaN") && !html.contains("inf\""), "{html}");
        prop_assert!(page.to_markdown().starts_with("# "));
        prop_assert_eq!(page.to_json().as_bytes()[0], b'{');
    }
}
