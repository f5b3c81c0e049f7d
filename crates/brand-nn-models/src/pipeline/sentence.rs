//! What a folder of sentence-transformers says of a model beside its configuration.

use crate::{
    Pooling, Result,
    pretrained::{bad_file, read_json},
};
use serde_json::Value;
use std::path::Path;

/// What makes one vector of many, as `1_Pooling/config.json` says; the mean where there is none.
pub(super) fn pooling(folder: &Path) -> Result<Pooling> {
    let path = folder.join("1_Pooling").join("config.json");
    if !path.exists() {
        return Ok(Pooling::Mean);
    }
    let said = modes(&read_json(&path)?);
    match said.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] | ["mean" | "mean_tokens"] => Ok(Pooling::Mean),
        ["cls" | "cls_token"] => Ok(Pooling::First),
        _ => {
            let problem = format!("pooling is {}, expected mean or cls", said.join(" and "));
            let help = "pool the vectors of Bert::encode yourself, or take another encoder";
            Err(bad_file(&path, problem, help))
        }
    }
}

/// The modes that are named by `pooling_mode`, or by flags such as `pooling_mode_mean_tokens`.
fn modes(said: &Value) -> Vec<String> {
    let named = |mode: &Value| mode.as_str().map(str::to_owned);
    match &said["pooling_mode"] {
        Value::String(mode) => vec![mode.clone()],
        Value::Array(modes) => modes.iter().filter_map(named).collect(),
        _ => {
            let flags = said.as_object().into_iter().flatten();
            let on = flags.filter(|(_, flag)| flag.as_bool() == Some(true));
            let mode = |name: &str| name.strip_prefix("pooling_mode_").map(str::to_owned);
            on.filter_map(|(name, _)| mode(name)).collect()
        }
    }
}

/// The most tokens of a text, as `sentence_bert_config.json` says, within what the model reads.
pub(super) fn max_length(folder: &Path, most: usize) -> Result<usize> {
    #[derive(serde::Deserialize)]
    struct Said {
        max_seq_length: Option<usize>,
    }
    let path = folder.join("sentence_bert_config.json");
    if !path.exists() {
        return Ok(most);
    }
    let said: Said = read_json(&path)?;
    Ok(said.max_seq_length.map_or(most, |length| length.min(most)))
}
