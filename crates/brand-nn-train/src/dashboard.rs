//! A training as curves, scores and a bar in the terminal, drawn anew as it goes on.

use crate::Scores;
use ratatui::{
    Frame, Terminal, TerminalOptions, Viewport,
    backend::CrosstermBackend,
    layout::{Constraint, Layout, Rect},
    style::{Color, Style},
    symbols::Marker,
    text::Line,
    widgets::{Axis, Block, Chart, Dataset, Gauge, GraphType, Paragraph},
};
use std::{
    io::{Stderr, Write, stderr},
    time::{Duration, Instant},
};

/// Lines that the picture takes.
const HEIGHT: u16 = 16;
/// It is drawn so often at most.
const PAUSE: Duration = Duration::from_millis(100);
/// Colours that all eyes tell apart (Okabe and Ito 2008).
const TRAINING: Color = Color::Rgb(86, 180, 233);
const VALIDATION: Color = Color::Rgb(230, 159, 0);

/// The picture, and the terminal that it is drawn on.
pub(crate) struct Dashboard {
    terminal: Terminal<CrosstermBackend<Stderr>>,
    picture: Picture,
    drawn: Instant,
}

impl Dashboard {
    /// Takes some lines of the terminal; `None` where there is none that can be drawn on.
    pub(crate) fn open(epochs: usize) -> Option<Self> {
        let options = TerminalOptions { viewport: Viewport::Inline(HEIGHT) };
        let terminal = Terminal::with_options(CrosstermBackend::new(stderr()), options).ok()?;
        let picture = Picture { epochs, ..Picture::default() };
        Some(Self { terminal, picture, drawn: Instant::now() })
    }

    pub(crate) fn epoch_start(&mut self, epoch: usize, batches: Option<usize>, seen: usize) {
        self.picture.epoch_start(epoch, batches, seen);
        self.draw();
    }

    pub(crate) fn step(&mut self, loss: f64, rate: f64, since: Duration) {
        self.picture.step(loss, rate, since);
        if self.drawn.elapsed() >= PAUSE {
            self.draw();
        }
    }

    pub(crate) fn epoch_end(&mut self, scores: &Scores) {
        self.picture.scores.push(scores.clone());
        self.draw();
    }

    /// A terminal that can't be drawn on stops no training.
    fn draw(&mut self) {
        let _ = self.terminal.draw(|frame| self.picture.draw(frame));
        self.drawn = Instant::now();
    }
}

/// The last picture stays, with the cursor below.
impl Drop for Dashboard {
    fn drop(&mut self) {
        self.draw();
        let _ = self.terminal.show_cursor();
        let _ = writeln!(stderr());
    }
}

/// All that is shown.
#[derive(Default)]
struct Picture {
    epochs: usize,
    epoch: usize,
    batch: usize,
    batches: Option<usize>,
    /// Batches of the epoch that an earlier run saw.
    seen: usize,
    rate: f64,
    since: Duration,
    /// The mean loss of the epoch so far, by the place in the training in epochs.
    steps: Vec<(f64, f64)>,
    scores: Vec<Scores>,
}

impl Picture {
    fn epoch_start(&mut self, epoch: usize, batches: Option<usize>, seen: usize) {
        (self.epoch, self.batches, self.batch, self.seen) = (epoch, batches, seen, seen);
        self.steps.clear();
    }

    fn step(&mut self, loss: f64, rate: f64, since: Duration) {
        self.batch += 1;
        (self.rate, self.since) = (rate, since);
        let share = self.batches.map_or(0.5, |batches| self.batch as f64 / batches.max(1) as f64);
        self.steps.push((self.epoch as f64 + share, loss));
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        let [top, bottom] =
            Layout::vertical([Constraint::Min(4), Constraint::Length(1)]).areas(frame.area());
        let [left, right] =
            Layout::horizontal([Constraint::Min(20), Constraint::Length(36)]).areas(top);
        self.curves(frame, left);
        self.table(frame, right);
        self.bar(frame, bottom);
    }

    /// The loss of each epoch, and that of the one that runs.
    fn curves(&self, frame: &mut Frame<'_>, area: Rect) {
        let lines = [("training", "loss", TRAINING), ("validation", "val_loss", VALIDATION)];
        let lines = lines.map(|(name, score, colour)| (name, self.points(score), colour));
        let steps: Vec<_> =
            self.steps.iter().copied().filter(|(_, loss)| loss.is_finite()).collect();
        let all = lines.iter().flat_map(|(_, points, _)| points).chain(&steps);
        let [low, high] = all.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], (_, loss)| {
            [low.min(*loss), high.max(*loss)]
        });
        let [low, high] = if low < high { [low, high] } else { [low.min(0.0), low.max(1.0)] };
        let set = |points| Dataset::default().marker(Marker::Braille).data(points);
        let mut sets = vec![set(&steps).style(Style::new().fg(TRAINING))];
        for (name, points, colour) in lines.iter().filter(|(_, points, _)| !points.is_empty()) {
            let line = set(points).name(*name).graph_type(GraphType::Line);
            sets.push(line.style(Style::new().fg(*colour)));
        }
        let epochs = self.epochs.max(1);
        let x = Axis::default().bounds([0.0, epochs as f64]).title("epoch");
        let y = Axis::default().bounds([low, high]);
        let chart = Chart::new(sets)
            .block(Block::bordered().title(" loss "))
            .hidden_legend_constraints((Constraint::Ratio(1, 2), Constraint::Ratio(1, 2)))
            .x_axis(x.labels(["0".to_owned(), format!("{epochs}")]))
            .y_axis(y.labels([format!("{low:.3}"), format!("{high:.3}")]));
        frame.render_widget(chart, area);
    }

    /// A score after each epoch that has it.
    fn points(&self, name: &str) -> Vec<(f64, f64)> {
        let point = |(i, row): (usize, &Scores)| Some(((i + 1) as f64, row.get(name)?));
        let points = self.scores.iter().enumerate().filter_map(point);
        points.filter(|(_, value)| value.is_finite()).collect()
    }

    /// The last epoch's scores, beside those of the epoch with the lowest loss of validation.
    fn table(&self, frame: &mut Frame<'_>, area: Rect) {
        let mut lines = vec![Line::from(format!("{:<16}{:>8}{:>8}", "", "last", "best"))];
        if let Some(last) = self.scores.last() {
            let best = self.best().unwrap_or(last);
            for (name, value) in last.iter() {
                let best = best.get(name).unwrap_or(f64::NAN);
                lines.push(Line::from(format!("{name:<16.16}{value:>8.4}{best:>8.4}")));
            }
        }
        lines.push(Line::from(format!("{:<16}{:>16.2e}", "learning rate", self.rate)));
        let block = Block::bordered().title(" scores ");
        frame.render_widget(Paragraph::new(lines).block(block), area);
    }

    fn best(&self) -> Option<&Scores> {
        let loss = |row: &&Scores| row.get("val_loss").or_else(|| row.get("loss"));
        let finite = self.scores.iter().filter(|row| loss(row).is_some_and(f64::is_finite));
        finite.min_by(|a, b| loss(a).partial_cmp(&loss(b)).unwrap_or(std::cmp::Ordering::Equal))
    }

    fn bar(&self, frame: &mut Frame<'_>, area: Rect) {
        let total = self.batches.map_or_else(|| "?".into(), |batches| batches.to_string());
        let left = self.left().map_or_else(String::new, |left| format!("  {left:?} left"));
        let label =
            format!("epoch {}/{}  {}/{total}{left}", self.epoch + 1, self.epochs, self.batch);
        let ratio = self.batches.map_or(0.0, |all| self.batch as f64 / all.max(1) as f64);
        let style = Style::new().fg(TRAINING).bg(Color::DarkGray);
        let gauge = Gauge::default().ratio(ratio.clamp(0.0, 1.0)).label(label).gauge_style(style);
        frame.render_widget(gauge, area);
    }

    /// What the rest of the epoch will take, in whole seconds.
    fn left(&self) -> Option<Duration> {
        let done = self.batch.checked_sub(self.seen).filter(|&done| done > 0)?;
        let rest = self.batches?.saturating_sub(self.batch);
        let seconds = self.since.as_secs_f64() / done as f64 * rest as f64;
        Some(Duration::from_secs(seconds.ceil() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::backend::TestBackend;

    /// What a terminal of 80 columns shows.
    fn shown(picture: &Picture) -> String {
        let mut terminal = Terminal::new(TestBackend::new(80, HEIGHT)).unwrap();
        terminal.draw(|frame| picture.draw(frame)).unwrap();
        terminal.backend().to_string()
    }

    fn scores(loss: f64, val_loss: f64) -> Scores {
        [("loss".to_owned(), loss), ("val_loss".to_owned(), val_loss)].into_iter().collect()
    }

    #[test]
    fn the_picture_has_curves_scores_and_the_time_that_is_left() {
        let mut picture = Picture { epochs: 4, ..Picture::default() };
        picture.scores = vec![scores(0.7, 0.6), scores(0.4, 0.5), scores(0.3, 0.55)];
        picture.epoch_start(3, Some(20), 0);
        (0..5).for_each(|_| picture.step(0.25, 1e-3, Duration::from_secs(10)));
        let text = shown(&picture);
        for part in [
            "loss            ".to_owned() + "  0.3000  0.4000",
            "val_loss        ".to_owned() + "  0.5500  0.5000",
            "learning rate   ".to_owned() + "         1.00e-3",
            "epoch 4/4  5/20  30s left".to_owned(),
            "0.700".to_owned(),
            "0.250".to_owned(),
            "validation".to_owned(),
        ] {
            assert!(text.contains(&part), "no {part:?} in\n{text}");
        }
        let dots = text.chars().filter(|c| ('\u{2801}'..='\u{28ff}').contains(c)).count();
        assert!(dots > 20, "{text}");
    }

    #[test]
    fn nothing_known_yet_is_no_trouble() {
        let mut picture = Picture { epochs: 2, ..Picture::default() };
        assert!(shown(&picture).contains("epoch 1/2  0/?"));
        picture.epoch_start(0, None, 0);
        picture.step(f64::NAN, 0.1, Duration::ZERO);
        picture.scores.push(scores(f64::NAN, f64::INFINITY));
        assert!(shown(&picture).contains("epoch 1/2  1/?"));
        let mut terminal = Terminal::new(TestBackend::new(3, 2)).unwrap();
        terminal.draw(|frame| picture.draw(frame)).unwrap();
    }
}
