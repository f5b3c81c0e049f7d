//! Pieces of models that predict clicks: products of fields, and a history seen from a candidate.

family! {
    cross_network: Cross, CrossNetwork => cross_network CrossNetworkRecipe;
    factorization_machine: FactorizationMachine
        => factorization_machine FactorizationMachineRecipe;
    target_attention: TargetAttention;
}
