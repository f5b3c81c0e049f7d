//! The files of an adapter, in the layout of PEFT.

use super::{Adapter, Lora, adapter::Part};
use crate::{
    Result,
    pretrained::{bad_file, make_folder, read_json},
};
use brand_nn_autodiff::{LowRank, Param, ParamSet, Params};
use brand_nn_tensor::{DType, Tensor, io::TensorFile, io::write_atomically};
use serde_json::{Value, json};
use std::{collections::BTreeSet, path::Path, sync::Arc};

const PREFIX: &str = "base_model.model.";
const CONFIG: &str = "adapter_config.json";
const WEIGHTS: &str = "adapter_model.safetensors";
const HELP: &str = "write it with save of an Adapter, or with save_pretrained of PEFT";

pub(super) fn write(adapter: &Adapter, folder: &Path) -> Result<()> {
    make_folder(folder)?;
    let plan = &adapter.plan;
    let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
    let modules: BTreeSet<_> = adapter.parts.iter().map(|part| last(&part.module)).collect();
    let first = |name: &str| name.split('.').next().unwrap_or(name).to_owned();
    let heads: BTreeSet<_> = adapter.heads.iter().map(|(name, _)| first(name)).collect();
    let config = json!({
        "peft_type": "LORA", "r": plan.rank, "lora_alpha": plan.alpha, "lora_dropout": 0.0,
        "target_modules": modules, "fan_in_fan_out": plan.fan_in_fan_out, "bias": "none",
        "modules_to_save": if heads.is_empty() { Value::Null } else { json!(heads) },
        "use_rslora": false, "use_dora": false, "inference_mode": true, "task_type": null,
        "base_model_name_or_path": null,
    });
    let mut file = TensorFile::default();
    for Part { module, update, .. } in &adapter.parts {
        file.tensors.insert(format!("{PREFIX}{module}.lora_A.weight"), update.a.value()?);
        file.tensors.insert(format!("{PREFIX}{module}.lora_B.weight"), update.b.value()?);
    }
    for (name, param) in &adapter.heads {
        file.tensors.insert(format!("{PREFIX}{name}"), param.value()?);
    }
    write_atomically(folder.join(CONFIG), |out| out.write_all(format!("{config:#}\n").as_bytes()))?;
    Ok(file.write(folder.join(WEIGHTS))?)
}

pub(super) fn read<P: Params>(model: &P, folder: &Path) -> Result<Adapter> {
    let path = folder.join(CONFIG);
    let config: Value = read_json(&path)?;
    let plan = plan_of(&config, &path)?;
    let scale = match config["use_rslora"] == true {
        true => plan.alpha / (plan.rank as f64).sqrt(),
        false => plan.alpha / plan.rank as f64,
    };
    let path = folder.join(WEIGHTS);
    let mut weights = TensorFile::read(&path)?.tensors;
    let set = ParamSet::all(model)?;
    let find = |name: &str| set.named().find(|(own, _)| *own == name).map(|(_, param)| param.tie());
    let mut adapter = Adapter::new(plan, Vec::new(), Vec::new());
    while let Some((name, tensor)) = weights.pop_first() {
        let tensor = if tensor.dtype() == DType::F64 { tensor } else { tensor.to(DType::F32) };
        let own = name.strip_prefix(PREFIX).unwrap_or(&name);
        if let Some(module) = own.strip_suffix(".lora_A.weight") {
            let weight = find(&format!("{module}.weight"));
            let b = weights.remove(&format!("{PREFIX}{module}.lora_B.weight"));
            let (Some(weight), Some(b)) = (weight, b) else { return Err(lost(&path, &name)) };
            let update = update(&adapter.plan, &weight, [tensor, b], scale)
                .map_err(|problem| bad_file(&path, format!("{name}: {problem}"), HELP))?;
            adapter.parts.push(Part {
                module: module.to_owned(),
                weight,
                update: Arc::new(update),
            });
        } else {
            let param = find(own).ok_or_else(|| lost(&path, &name))?;
            param.set(tensor)?;
            adapter.heads.push((own.to_owned(), param));
        }
    }
    Ok(adapter)
}

/// A weight without its partner, or without a place in the model.
fn lost(path: &Path, name: &str) -> crate::Error {
    let problem = format!("`{name}` belongs to no weight of the model, or lacks its other half");
    bad_file(path, problem, "load it for the model that it was trained on")
}

fn update(plan: &Lora, weight: &Param, [a, b]: [Tensor; 2], scale: f64) -> Result<LowRank> {
    let &[outs, ins] = &weight.shape()[..] else {
        return Err(super::refused("targets", weight.shape(), "a weight of two axes"));
    };
    let shape = if plan.fan_in_fan_out { [ins, outs] } else { [outs, ins] };
    let rank = a.shape().first().copied().unwrap_or(0);
    let update = LowRank::new(shape, rank, scale).transposed(plan.fan_in_fan_out);
    let dtype = weight.dtype();
    update.a.set(a.to(dtype))?;
    update.b.set(b.to(dtype))?;
    Ok(update)
}

fn plan_of(config: &Value, path: &Path) -> Result<Lora> {
    let refuse = |problem: String| bad_file(path, problem, HELP);
    if config["peft_type"] != "LORA" || config["use_dora"] == true {
        return Err(refuse(format!("peft_type is {}, expected plain LORA", config["peft_type"])));
    }
    for key in ["rank_pattern", "alpha_pattern"] {
        if config[key].as_object().is_some_and(|patterns| !patterns.is_empty()) {
            return Err(refuse(format!("{key} is given, expected one rank and alpha for all")));
        }
    }
    let number = |key: &str| config[key].as_f64().filter(|number| number.is_finite());
    let rank = config["r"].as_u64().filter(|rank| (1..=1 << 16).contains(rank));
    let (Some(rank), Some(alpha)) = (rank, number("lora_alpha")) else {
        return Err(refuse(format!("r is {}, lora_alpha {}", config["r"], config["lora_alpha"])));
    };
    let plan = Lora::new(rank as usize, "*").alpha(alpha);
    Ok(plan.fan_in_fan_out(config["fan_in_fan_out"] == true))
}
