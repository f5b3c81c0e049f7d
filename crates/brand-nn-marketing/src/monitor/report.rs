//! What was heard as a page: feelings over time, shares, aspects, alerts, passages.

use super::answers::Comparison;
use super::state::{Day, Monitored, Tones};
use super::{Alert, ChangePoint, Measure, Selection, interval};
use crate::text::aspect::{AspectCount, chinese};
use crate::text::sentiment::Language;
use brand_nn_report::{Bars, Figure, Finding, Format, HeatMap, Page, Plot};
use brand_nn_train::Date;

/// Days of a column of the heat map and of the window of a line.
const WINDOW: usize = 7;
/// So many columns, brands, rows and alerts are shown.
const MOST_WEEKS: usize = 26;
const MOST_BRANDS: usize = 6;
const MOST_ASPECTS: usize = 12;
const MOST_ALERTS: usize = 20;

impl Monitored {
    /// A page in English with figures, alerts and passages.
    #[must_use]
    pub fn report(&self) -> Page {
        self.report_in(Language::English)
    }

    /// The same page in a language; names and passages stay as they are.
    #[must_use]
    pub fn report_in(&self, language: Language) -> Page {
        let writer = Writer { heard: self, language };
        let page =
            Page::new(writer.say("What people say", "大家怎么说")).language(match language {
                Language::English => "en",
                Language::Chinese => "zh",
            });
        let page = page.findings(writer.findings()).paragraph(writer.counts());
        let page = figure(figure(page, writer.timeline()), writer.shares());
        let page = figure(writer.comparisons(page), writer.heat());
        writer.passages(writer.alerts(page)).paragraph(writer.say(
            "Who writes where is not who buys: compare periods and brands by the same sources. \
             Irony is read as it is written, and small counts have wide intervals.",
            "写评论的人不等于全部顾客：请在相同来源内比较时期和品牌。反话按字面理解，数量少时区间很宽。",
        ))
    }
}

/// What was heard, told in a language.
struct Writer<'a> {
    heard: &'a Monitored,
    language: Language,
}

impl Writer<'_> {
    fn say(&self, english: &'static str, chinese: &'static str) -> &'static str {
        match self.language {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }

    fn aspect<'a>(&self, name: &'a str) -> &'a str {
        match self.language {
            Language::English => name,
            Language::Chinese => chinese(name),
        }
    }

    fn brand(&self, brand: &str) -> String {
        match brand {
            "" => self.say("all", "全部").to_owned(),
            brand => brand.to_owned(),
        }
    }

    fn measure(&self, measure: Measure) -> &'static str {
        match measure {
            Measure::Mentions => self.say("mentions", "提及数"),
            Measure::NetSentiment => self.say("net sentiment", "净情感"),
            Measure::ShareOfVoice => self.say("share of voice", "声量份额"),
        }
    }

    fn counts(&self) -> String {
        let heard = self.heard.heard;
        let all = heard.counted + heard.undated;
        let parts = [
            (heard.undated, self.say("of them without a day", "其中无日期")),
            (heard.blank, self.say("left out as empty", "因空白未计")),
            (heard.repeated, self.say("left out as repeated", "因重复未计")),
            (heard.late, self.say("left out as too old", "因过旧未计")),
            (heard.future, self.say("left out as in the future", "因日期在未来未计")),
        ];
        let parts = parts.into_iter().filter(|(count, _)| *count > 0);
        let [comma, end] = [self.say("; ", "；"), self.say(".", "。")];
        let number = |count| Format::Number.text(count as f64, 0);
        let part = |(count, what)| format!("{comma}{} {what}", number(count));
        let parts: String = parts.map(part).collect();
        let span = self.heard.span().map(|[first, last]| format!("{first} – {last}: "));
        let comments = self.say("comments", "条评论");
        format!("{}{} {comments}{parts}{end}", span.unwrap_or_default(), number(all))
    }

    fn findings(&self) -> Vec<Finding> {
        let alerts = self.heard.alerts().unwrap_or_default();
        let newest = alerts.iter().rev().take(3).map(|alert| {
            let claim = format!(
                "{} {}: {}",
                alert.date,
                self.brand(&alert.brand),
                self.measure(alert.measure)
            );
            let next = self.say("read what was written on that day", "请阅读当天的评论");
            Finding::act(claim, self.evidence(alert)).next(next)
        });
        let pain = self.heard.pain_points(&Selection::all(), 3).unwrap_or_default();
        let pain = pain.into_iter().map(|aspect| {
            let claim =
                format!("{}: {}", self.say("Complaints", "抱怨"), self.aspect(&aspect.aspect));
            let [low, high] = aspect.complaint_interval.map(|x| Format::Percent.text(x, 1));
            let of = self.say("mentions complain", "条提及抱怨");
            let quote = aspect.complaint_quotes.first().map(|q| format!(" – “{q}”"));
            let quote = quote.unwrap_or_default();
            Finding::watch(claim, format!("{} {of} ({low} – {high}){quote}", aspect.complaints))
        });
        newest.chain(self.changes()).chain(pain).collect()
    }

    /// The newest days from which on all mentions are at another level.
    fn changes(&self) -> Vec<Finding> {
        let changes = self.heard.change_points(&Selection::all()).unwrap_or_default();
        let finding = |change: &ChangePoint| {
            let since = self.say("Since", "自");
            let claim = format!("{since} {}: {}", change.date, self.measure(change.measure));
            let [before, after] = [change.before, change.after].map(|x| text(change.measure, x));
            Finding::note(claim, format!("{before} → {after}"))
        };
        changes.iter().rev().take(2).map(finding).collect()
    }

    fn evidence(&self, alert: &Alert) -> String {
        let [value, expected] = [alert.value, alert.expected].map(|x| text(alert.measure, x));
        match alert.p_value {
            None => format!("{value}; {} {expected}", self.say("limit", "界限")),
            Some(p) => {
                let expected_word = self.say("expected", "预期");
                format!("{value}; {expected_word} {expected}; p = {p:.1e}")
            }
        }
    }

    /// Net sentiment of seven days each, with its interval, and where it changed; none of one day.
    fn timeline(&self) -> Option<Plot> {
        let days = self.heard.daily(&Selection::all()).unwrap_or_default();
        if days.len() < 2 {
            return None;
        }
        let week = |at: usize| {
            let window = &days[at.saturating_sub(WINDOW - 1)..=at];
            interval::net(sum(window).counts(), self.heard.monitor.level)
        };
        let weeks: Vec<_> = (0..days.len()).map(week).collect();
        let x = |at: usize| at as f64;
        let name = self.say("net sentiment of 7 days", "7 天净情感");
        let band = weeks.iter().enumerate().filter(|(_, (value, _))| !value.is_nan());
        let plot = Plot::new(self.say("Feelings over time", "情感走势"))
            .x(self.say("day", "日期"))
            .y(self.measure(Measure::NetSentiment))
            .y_format(Format::Percent)
            .x_ticks(ticks(&days))
            .band(name, band.map(|(at, (_, [low, high]))| (x(at), *low, *high)))
            .line(name, weeks.iter().enumerate().map(|(at, (value, _))| (x(at), *value)));
        let changes = self.heard.change_points(&Selection::all()).unwrap_or_default();
        let sentiment = changes.iter().filter(|change| change.measure == Measure::NetSentiment);
        Some(sentiment.fold(plot, |plot, change| {
            let at = days.iter().position(|day| day.date == change.date).unwrap_or(0);
            plot.rule(x(at), change.date.to_string())
        }))
    }

    fn shares(&self) -> Option<Bars> {
        let shares = self.heard.share_of_voice(&Selection::all()).unwrap_or_default();
        let bars = shares.iter().map(|s| (s.share, s.interval[0], s.interval[1]));
        let names = shares.iter().map(|s| &*s.brand);
        let figure = Bars::new(self.say("Share of voice", "声量份额"), names)
            .format(Format::Percent)
            .unit(self.say("of mentions of brands", "占品牌提及"))
            .series_with_intervals("", bars);
        (!shares.is_empty()).then_some(figure)
    }

    /// The most mentioned brand beside each of the next.
    fn comparisons(&self, page: Page) -> Page {
        let shares = self.heard.share_of_voice(&Selection::all()).unwrap_or_default();
        let [first, others @ ..] = &*shares else { return page };
        let shown = others.iter().take(MOST_BRANDS);
        let compare = |other: &super::Share| {
            self.heard.compare(&first.brand, &other.brand, &Selection::all()).ok()
        };
        let row = |c: Comparison| {
            let points = |x: f64| Format::Number.text(100.0 * x, 1);
            let with = |value, [low, high]: [f64; 2]| {
                format!("{} ({} – {})", points(value), points(low), points(high))
            };
            let net = with(c.net_difference, c.net_interval);
            [format!("{} − {}", c.brand, c.other), net, with(c.share_difference, c.share_interval)]
        };
        let rows: Vec<_> = shown.filter_map(compare).map(row).collect();
        if rows.is_empty() {
            return page;
        }
        let header = [
            self.say("brands", "品牌对比"),
            self.say("net sentiment, points", "净情感（百分点）"),
            self.say("share of voice, points", "声量份额（百分点）"),
        ];
        page.table(header, rows)
    }

    /// The share of mentions that complain of each aspect, week by week.
    fn heat(&self) -> Option<HeatMap> {
        let all = self.heard.aspects(&Selection::all()).unwrap_or_default();
        let mut ranked: Vec<(usize, &AspectCount)> =
            all.iter().enumerate().filter(|(_, aspect)| aspect.complaints > 0).collect();
        ranked.sort_by_key(|(_, aspect)| std::cmp::Reverse(aspect.complaints));
        ranked.truncate(MOST_ASPECTS);
        let days = self.heard.daily(&Selection::all()).unwrap_or_default();
        if ranked.is_empty() || days.is_empty() {
            return None;
        }
        let weeks: Vec<&[Day]> = days.rchunks(WINDOW).take(MOST_WEEKS).collect();
        let column = |week: &&[Day]| -> Vec<f64> {
            let within = Selection::all().from(week[0].date).to(week[week.len() - 1].date);
            let aspects = self.heard.aspects(&within).unwrap_or_default();
            let mentions = sum(week).mentions() as f64;
            ranked.iter().map(|(i, _)| aspects[*i].complaints as f64 / mentions).collect()
        };
        let columns: Vec<Vec<f64>> = weeks.iter().rev().map(column).collect();
        let rows = (0..ranked.len()).map(|row| columns.iter().map(move |column| column[row]));
        let names = ranked.iter().map(|(_, aspect)| self.aspect(&aspect.aspect));
        let starts = weeks.iter().rev().map(|week| short(week[0].date));
        let title = self.say("Mentions that complain", "抱怨占提及的比例");
        let figure = HeatMap::new(title, names, starts).format(Format::Percent);
        Some(figure.x(self.say("week from", "起始日")).values(rows))
    }

    fn alerts(&self, page: Page) -> Page {
        if self.heard.span().is_none() {
            return page; // without a day nothing can be unusual for one
        }
        let alerts = self.heard.alerts().unwrap_or_default();
        let row = |alert: &Alert| {
            let brand = self.brand(&alert.brand);
            let measure = self.measure(alert.measure).to_owned();
            [alert.date.to_string(), brand, measure, self.evidence(alert)]
        };
        let page = page.heading(self.say("Alerts", "警报"));
        if alerts.is_empty() {
            return page.paragraph(self.say("Nothing was unusual.", "没有异常。"));
        }
        let header = [
            self.say("day", "日期"),
            self.say("brand", "品牌"),
            self.say("what", "指标"),
            self.say("seen", "观察值"),
        ];
        page.table(header, alerts.iter().rev().take(MOST_ALERTS).map(row))
    }

    fn passages(&self, page: Page) -> Page {
        let aspects = self.heard.aspects(&Selection::all()).unwrap_or_default();
        let mut named: Vec<_> = aspects.iter().filter(|aspect| aspect.texts() > 0).collect();
        named.sort_by_key(|aspect| std::cmp::Reverse(aspect.texts()));
        let row = |aspect: &&AspectCount| {
            let quotes = |quotes: &[String]| quotes.join(" / ");
            [
                self.aspect(&aspect.aspect).to_owned(),
                aspect.praise.to_string(),
                aspect.complaints.to_string(),
                quotes(&aspect.praise_quotes),
                quotes(&aspect.complaint_quotes),
            ]
        };
        let header = [
            self.say("aspect", "方面"),
            self.say("praise", "好评"),
            self.say("complaints", "抱怨"),
            self.say("passages of praise", "好评摘录"),
            self.say("passages of complaint", "抱怨摘录"),
        ];
        let page = page.heading(self.say("What is praised and what hurts", "好评与抱怨"));
        page.table(header, named.iter().take(MOST_ASPECTS).map(row))
    }
}

/// The page with a figure, where there is something to show.
fn figure(page: Page, figure: Option<impl Into<Figure>>) -> Page {
    match figure {
        Some(figure) => page.figure(figure),
        None => page,
    }
}

/// A value as it is written for its measure.
fn text(measure: Measure, value: f64) -> String {
    match measure {
        Measure::Mentions => Format::Number.text(value, 0),
        _ => Format::Percent.text(value, 1),
    }
}

fn sum(days: &[Day]) -> Tones {
    let mut all = Tones::default();
    days.iter().for_each(|day| all.add(day.tones.counts()));
    all
}

/// Month and day.
fn short(date: Date) -> String {
    format!("{:02}-{:02}", date.month(), date.day())
}

/// About six days along the axis.
fn ticks(days: &[Day]) -> Vec<(f64, String)> {
    let every = days.len().div_ceil(6).max(1);
    let tick = |(at, day): (usize, &Day)| (at as f64, day.date.to_string());
    days.iter().enumerate().step_by(every).map(tick).collect()
}
