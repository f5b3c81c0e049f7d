//! A page that shows how a training went, and how it is going.

use super::TrainingStep;
use crate::{
    Callback, Epoch, History, Result, Scores,
    exact::{Exact, State},
};
use brand_nn_report::{Finding, Page, Plot};
use brand_nn_tensor::io::{TensorFile, write_atomically};
use serde::{Deserialize, Serialize};
use std::{ops::ControlFlow, path::PathBuf};

/// The share above its best from which a validation loss counts as risen.
const RISEN: f64 = 0.05;
/// A norm of gradients this many times the median of all epochs is worth a look.
const JUMP: f64 = 10.0;

/// Writes a page of HTML with the curves of a training, and says what they mean.
///
/// The page is complete after each epoch and needs neither network nor script: a figure for each score,
/// training and validation together, the learning rate, the norm of the gradients (before clipping),
/// a table of all numbers, and findings: which epoch is the best, whether the model learns by heart,
/// whether it learns at all. A resumed training goes on in it.
///
/// # Examples
/// ```
/// use brand_nn_train::{Fit, HtmlReport};
///
/// let page = HtmlReport::new("training.html").title("Reviews, two LSTMs");
/// assert!(Fit::epochs(3).callback(page).check().is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct HtmlReport {
    path: PathBuf,
    title: String,
    epochs: Vec<Scores>,
    norms: Vec<f64>,
}

/// All that it remembers: the epochs, and the norms of the steps of the one that runs.
#[derive(Serialize, Deserialize)]
struct Seen {
    epochs: Vec<Vec<(String, Exact)>>,
    norms: Vec<Exact>,
}

impl HtmlReport {
    /// Writes to a file, which is replaced.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let title = "Training".to_owned();
        Self { path: path.into(), title, epochs: Vec::new(), norms: Vec::new() }
    }

    /// What stands above it all.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }
}

impl Callback for HtmlReport {
    fn step_end(&mut self, step: &mut TrainingStep<'_>) -> Result<ControlFlow<()>> {
        self.norms.push(step.gradient_norm);
        Ok(ControlFlow::Continue(()))
    }

    fn epoch_end(&mut self, epoch: &mut Epoch<'_>) -> Result<ControlFlow<()>> {
        let mut row = epoch.scores.clone();
        row.insert("learning rate", epoch.optimizer.rate());
        row.insert("gradient norm", middle(&std::mem::take(&mut self.norms)));
        self.epochs.push(row);
        let page = page(&self.title, &self.epochs).to_html();
        write_atomically(&self.path, |out| out.write_all(page.as_bytes()))?;
        Ok(ControlFlow::Continue(()))
    }

    fn state(&self) -> TensorFile {
        let row = |row: &Scores| row.iter().map(|(k, v)| (k.to_owned(), Exact(v))).collect();
        let norms = self.norms.iter().copied().map(Exact).collect();
        Seen { epochs: self.epochs.iter().map(row).collect(), norms }.to_state()
    }

    fn load_state(&mut self, state: TensorFile) -> Result<()> {
        let Seen { epochs, norms } = Seen::from_state("HtmlReport", &state)?;
        let row = |row: Vec<(String, Exact)>| row.into_iter().map(|(k, v)| (k, v.0)).collect();
        self.epochs = epochs.into_iter().map(row).collect();
        self.norms = norms.into_iter().map(|norm| norm.0).collect();
        Ok(())
    }
}

impl History {
    /// The curves and the table of a training, with what they mean.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_train::{History, Scores};
    ///
    /// let epoch = |loss| Scores::from_iter([("loss".to_owned(), loss)]);
    /// let history = History { epochs: vec![epoch(0.7), epoch(0.4)], best_epoch: None };
    /// assert!(history.report("Reviews").to_html().contains("<svg"));
    /// ```
    #[must_use]
    pub fn report(&self, title: &str) -> Page {
        page(title, &self.epochs)
    }
}

/// Findings, a figure a score, and the table.
fn page(title: &str, epochs: &[Scores]) -> Page {
    let findings = [best(epochs), by_heart(epochs), learns(epochs), jump(epochs)];
    let mut page = Page::new(title).findings(findings.into_iter().flatten());
    let names = names(epochs);
    for name in names.iter().filter(|name| !name.starts_with("val_")) {
        let training = Plot::new(*name).x("epoch").line("training", points(epochs, name));
        let held_out = points(epochs, &format!("val_{name}"));
        let plot = match held_out.is_empty() {
            true => training,
            false => training.line("validation", held_out),
        };
        page = page.figure(plot);
    }
    let header = ["epoch"].into_iter().chain(names.iter().copied());
    let row = |(i, row): (usize, &Scores)| {
        let cell = |name: &&str| row.get(name).map_or_else(String::new, |x| format!("{x:.4}"));
        [format!("{}", i + 1)].into_iter().chain(names.iter().map(cell)).collect::<Vec<_>>()
    };
    page.table(header, epochs.iter().enumerate().map(row))
}

/// All names of scores, as the first epoch that has them orders them.
fn names(epochs: &[Scores]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in epochs.iter().flat_map(Scores::iter) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// A score over the epochs that have it, counted from 1.
fn points(epochs: &[Scores], name: &str) -> Vec<(f64, f64)> {
    let point = |(i, row): (usize, &Scores)| Some(((i + 1) as f64, row.get(name)?));
    epochs.iter().enumerate().filter_map(point).collect()
}

/// Which epoch is the best, by the loss of validation, or else of training.
fn best(epochs: &[Scores]) -> Option<Finding> {
    let name = if points(epochs, "val_loss").is_empty() { "loss" } else { "val_loss" };
    let (epoch, loss) = lowest(&points(epochs, name))?;
    let claim = format!("Epoch {epoch} of {} has the lowest {name}", epochs.len());
    Some(Finding::note(claim, format!("{loss:.4}")))
}

/// Whether the loss of validation rose while that of training went on falling.
fn by_heart(epochs: &[Scores]) -> Option<Finding> {
    let (train, held_out) = (points(epochs, "loss"), points(epochs, "val_loss"));
    let (epoch, best) = lowest(&held_out)?;
    let (last, then) = (held_out.last()?.1, train.get(epoch as usize - 1)?.1);
    let now = train.last()?.1;
    (last > best * (1.0 + RISEN) && now < then).then(|| {
        let evidence = format!(
            "since epoch {epoch} val_loss rose from {best:.4} to {last:.4}, and loss fell from \
             {then:.4} to {now:.4}"
        );
        let next = "keep the best weights by EarlyStopping::on(\"val_loss\").restore_best(); more \
                    texts, more dropout or a smaller model help further";
        Finding::watch("The model learns by heart", evidence).next(next)
    })
}

/// Whether the loss fell at all.
fn learns(epochs: &[Scores]) -> Option<Finding> {
    let mut losses = points(epochs, "loss");
    losses.retain(|(_, loss)| loss.is_finite());
    let (first, last) = (losses.first()?.1, losses.last()?.1);
    (losses.len() > 1 && last >= first).then(|| {
        let evidence = format!("{first:.4} in the first epoch, {last:.4} in the last");
        Finding::act("The loss does not fall", evidence).next("look for a rate with RateFinder")
    })
}

/// Whether the gradients of an epoch were far larger than usual.
fn jump(epochs: &[Scores]) -> Option<Finding> {
    let norms = points(epochs, "gradient norm");
    let usual = middle(&norms.iter().map(|(_, norm)| *norm).collect::<Vec<_>>());
    let (epoch, norm) = norms.iter().find(|(_, norm)| *norm > JUMP * usual)?;
    let evidence = format!("epoch {epoch}: a norm of {norm:.3}, usually {usual:.3}");
    let next = "Fit::clip_norm bounds them; a lower rate often does too";
    Some(Finding::watch("Gradients jump", evidence).next(next))
}

fn lowest(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let finite = points.iter().copied().filter(|(_, value)| value.is_finite());
    finite.min_by(|a, b| a.1.total_cmp(&b.1))
}

/// The median, or NaN of nothing.
fn middle(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
