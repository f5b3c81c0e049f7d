//! Who takes turns: this program, a folder of `benches/peers`, or any command.

use brand_nn_benches::{Outcome, Peer};
use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// A program that speaks the line protocol, for a model to be named.
#[derive(Clone)]
pub(crate) struct Side {
    /// As it was called.
    pub(crate) name: String,
    program: PathBuf,
    words: Vec<String>,
    /// Whether the model's name stands in front of the words.
    takes_model: bool,
    threads: usize,
}

impl Side {
    /// This program.
    pub(crate) fn ours() -> Outcome<Self> {
        Self::of("ours")
    }

    /// The peers of some words, of which the first that is none begins a command.
    pub(crate) fn all(words: &[&str]) -> Outcome<Vec<Self>> {
        let named = words.iter().take_while(|word| is_peer(word)).count();
        let mut sides =
            words[..named].iter().map(|word| Self::of(word)).collect::<Outcome<Vec<_>>>()?;
        if let [program, words @ ..] = &words[named..] {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            let (name, program) = ("command".into(), program.into());
            sides.push(Self { name, program, words, takes_model: false, threads: threads()? });
        }
        Ok(sides)
    }

    /// The peer of a word: `NAME`, `NAME:VARIANT`, `NAME@THREADS` or all three.
    fn of(word: &str) -> Outcome<Self> {
        let (rest, count) = word.split_once('@').unwrap_or((word, ""));
        let threads = if count.is_empty() { threads()? } else { count.parse()? };
        let (peer, variant) = rest.split_once(':').unwrap_or((rest, ""));
        let (name, mut words) = (word.to_owned(), Vec::new());
        if !variant.is_empty() {
            words.push(variant.to_owned());
        }
        let is_ours = peer == "ours";
        if is_ours {
            words.insert(0, "answer".into());
        }
        let program = if is_ours { env::current_exe()? } else { folder(peer).join("run") };
        let takes_model = !(is_ours && words.len() == 2);
        Ok(Self { name, program, words, takes_model, threads })
    }

    /// The model that this side runs where the other runs `model`.
    pub(crate) fn model<'a>(&'a self, model: &'a str) -> &'a str {
        if self.name.starts_with("ours:") { &self.words[1] } else { model }
    }

    /// Starts the program for a model and hands it the batches of a folder.
    ///
    /// # Errors
    /// If it does not run, or does not know the model.
    pub(crate) fn start(&self, model: &str, folder: &Path) -> Outcome<Peer> {
        let mut command = Command::new(&self.program);
        command.env("BRAND_NN_THREADS", self.threads.to_string());
        command.args(self.words.iter().take_while(|word| *word == "answer"));
        command.args(self.takes_model.then_some(model));
        command.args(self.words.iter().skip_while(|word| *word == "answer"));
        let mut peer = Peer::spawn(command)?;
        peer.numbers(&format!("batches {}", folder.join("batches.safetensors").display()))?;
        Ok(peer)
    }
}

/// The threads that all sides have if nothing else is said of one.
pub(crate) fn threads() -> Outcome<usize> {
    Ok(env::var("BRAND_NN_THREADS").map_or(Ok(2), |count| count.parse())?)
}

fn is_peer(word: &str) -> bool {
    let name = word.split([':', '@']).next().unwrap_or(word);
    name == "ours" || folder(name).join("run").exists()
}

fn folder(peer: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(peer)
}
