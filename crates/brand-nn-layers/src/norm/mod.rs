//! Normalisation: by the batch, the position, the group.

family! {
    batch_norm: BatchNorm => batch_norm BatchNormRecipe;
    group_norm: GroupNorm => group_norm GroupNormRecipe;
    layer_norm: LayerNorm, RmsNorm => layer_norm LayerNormRecipe, rms_norm RmsNormRecipe;
}
