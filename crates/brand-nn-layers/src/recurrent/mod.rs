//! Layers that read a sequence step by step.

family! {
    lstm: Lstm => lstm LstmRecipe;
}
