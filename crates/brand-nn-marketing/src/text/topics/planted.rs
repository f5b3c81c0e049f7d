//! Texts whose topics are known, to see what a method finds.

use crate::resampling::Uniforms;
use crate::text::sentiment::Language;
use crate::{Result, door};
use serde::{Deserialize, Serialize};

/// A recipe of texts of eight topics of a shop, in English or Chinese.
///
/// Each word of a text is one of the twelve of its topic with the chance `clarity`, one of another
/// topic with the chance `confusion`, and else one that all topics share. Texts are spread evenly
/// over the months of a year; the first topic becomes four times as frequent in the second half.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::sentiment::Language;
/// use brand_nn_marketing::text::topics::PlantedTopics;
///
/// let texts = PlantedTopics::new(Language::English, 1).texts(3)?;
/// assert_eq!((texts.len(), texts[0].period.as_str()), (3, "2024-01"));
/// assert_eq!(texts, PlantedTopics::new(Language::English, 1).texts(3)?);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlantedTopics {
    language: Language,
    words: usize,
    clarity: f64,
    confusion: f64,
    seed: u64,
}

/// A text, its topic and its month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlantedText {
    /// What is written.
    pub text: String,
    /// The topic that it was made from, 0 to 7.
    pub topic: usize,
    /// The month, such as `2024-03`.
    pub period: String,
}

const TOPICS: usize = 8;
/// What the later months' first topic weighs, where others weigh 1.
const GROWTH: f64 = 4.0;

const ENGLISH: [&str; TOPICS] = [
    "parcel courier late delivery shipping tracking arrived box doorstep warehouse damaged driver",
    "battery charge charger empty cable power hours overnight drained plug socket lasts",
    "screen pixels display bright scratch glass touch resolution dim colours contrast flicker",
    "support agent refund hotline answer ticket reply polite complaint waited chat resolved",
    "price discount coupon cheap expensive voucher bargain cost budget sale cashback overpriced",
    "fabric size fits sleeves cotton tight stitching loose washing shrank waist colourfast",
    "flavour taste bitter sweet fresh stale aroma spicy salty crunchy texture aftertaste",
    "app login update crash password sync bluetooth pairing install menu settings freezes",
];

const COMMON_ENGLISH: &str = "the a it this that was is very really bought product again would my me \
    for with but and not so too just after before week month year first second other friend family \
    brand shop ordered got think feel good bad nice poor great";

const CHINESE: [&str; TOPICS] = [
    "快递 物流 包裹 送货 发货 配送 运输 签收 仓库 破损 驿站 派件",
    "电池 充电 续航 电量 插头 掉电 待机 电源 耗电 充满 数据线 电压",
    "屏幕 显示 像素 亮度 划痕 玻璃 触摸 清晰度 偏色 对比度 闪烁 分辨率",
    "客服 退款 投诉 热线 回复 工单 解决 等待 人工 售后 咨询 推诿",
    "价格 优惠 折扣 便宜 昂贵 降价 预算 促销 红包 划算 差价 性价比",
    "面料 尺码 袖子 纯棉 缝线 起球 缩水 腰围 掉色 宽松 版型 线头",
    "味道 口感 新鲜 香味 辣味 酥脆 甜度 苦涩 咸淡 保质期 馅料 回味",
    "软件 登录 更新 闪退 密码 同步 蓝牙 配对 安装 菜单 卡顿 设置",
];

const COMMON_CHINESE: &str = "这个 那个 东西 真的 觉得 非常 有点 已经 买了 收到 感觉 比较 还是 但是 \
    不过 第一次 第二次 朋友 家人 品牌 店铺 下单 之前 之后 一周 一个月 喜欢 讨厌 不错 一般 \
    大家 我们 他们 今天 昨天 以后 其实 可能 应该 特别";

impl PlantedTopics {
    /// Clear topics: ten words a text, half of them the topic's own, none of another topic.
    #[must_use]
    pub fn new(language: Language, seed: u64) -> Self {
        Self { language, words: 10, clarity: 0.5, confusion: 0.0, seed }
    }

    /// How many words a text has.
    #[must_use]
    pub fn words(self, words: usize) -> Self {
        Self { words, ..self }
    }

    /// The chance of a word of the topic.
    #[must_use]
    pub fn clarity(self, clarity: f64) -> Self {
        Self { clarity, ..self }
    }

    /// The chance of a word of another topic.
    #[must_use]
    pub fn confusion(self, confusion: f64) -> Self {
        Self { confusion, ..self }
    }

    /// So many texts.
    ///
    /// # Errors
    /// If clarity and confusion are not shares that add up to at most 1.
    pub fn texts(&self, count: usize) -> Result<Vec<PlantedText>> {
        let share: (_, fn(f64) -> bool) = ("0 to 1", |x| (0.0..=1.0).contains(&x));
        let help = "leave the rest to words that all topics share";
        for (name, value) in [
            ("clarity", self.clarity),
            ("confusion", self.confusion),
            ("clarity and confusion", self.clarity + self.confusion),
        ] {
            door::setting("planted topics", (name, value), share, help)?;
        }
        let mut draws = Uniforms::new(self.seed, 0);
        Ok((0..count).map(|i| self.text(12 * i / count, &mut draws)).collect())
    }

    fn text(&self, month: usize, draws: &mut Uniforms) -> PlantedText {
        let growth = if month < 6 { 1.0 } else { GROWTH };
        let place = draws.next() * (growth + TOPICS as f64 - 1.0);
        let topic = if place < growth { 0 } else { ((place - growth) as usize + 1).min(7) };
        let words: Vec<&str> = (0..self.words).map(|_| self.word(topic, draws)).collect();
        let between = if self.language == Language::Chinese { "" } else { " " };
        let period = format!("2024-{:02}", month + 1);
        PlantedText { text: words.join(between), topic, period }
    }

    fn word(&self, topic: usize, draws: &mut Uniforms) -> &'static str {
        let (topics, common) = match self.language {
            Language::English => (ENGLISH, COMMON_ENGLISH),
            Language::Chinese => (CHINESE, COMMON_CHINESE),
        };
        let place = draws.next();
        let words = if place < self.clarity {
            topics[topic]
        } else if place < self.clarity + self.confusion {
            let step = 1 + draws.below(TOPICS as u64 - 1) as usize;
            topics[(topic + step) % TOPICS]
        } else {
            common
        };
        let count = words.split_whitespace().count() as u64;
        words.split_whitespace().nth(draws.below(count) as usize).unwrap_or_default()
    }
}
