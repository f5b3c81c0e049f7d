//! Functions that bend: what stands between two linear maps.

family! {
    function: Activation => activation ActivationRecipe;
    prelu: Prelu => prelu PreluRecipe;
}
