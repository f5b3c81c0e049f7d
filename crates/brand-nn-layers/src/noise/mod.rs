//! Noise while training, against overfitting.

family! {
    dropout: Dropout => dropout DropoutRecipe;
}
